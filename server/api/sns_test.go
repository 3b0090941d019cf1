package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
	"hookbeam/server/wire"
)

const snsTopic = "arn:aws:sns:eu-central-1:123456789012:orders"

// snsDoor is an endpoint of Amazon SNS that has the certificate, and the key that fits.
type snsDoor struct {
	h    *testAPI
	e    wire.Endpoint
	sign func(t *testing.T, fields map[string]string) string
}

func newSNSDoor(t *testing.T, h *testAPI) snsDoor {
	t.Helper()
	p, _ := provider.For("aws-sns")
	key, public, err := p.Signature.NewKey(time.Now())
	check(t, err)
	config, err := json.Marshal(map[string]any{"name": "sns", "provider": "aws-sns",
		"settings": map[string]string{"topic_arn": snsTopic},
		"secrets":  []map[string]string{{"label": "certificate", "value": public}}})
	check(t, err)
	sign := func(t *testing.T, fields map[string]string) string {
		t.Helper()
		body, err := json.Marshal(fields)
		check(t, err)
		r := &hook.Record{Request: hook.Request{Body: body}}
		e := &hook.Endpoint{Settings: map[string]string{"topic_arn": fields["TopicArn"]}}
		check(t, p.Sign(r, signature.Signing{Endpoint: e, At: time.Now(), Key: key}))
		return string(r.Body)
	}
	return snsDoor{h: h, e: h.createEndpoint(string(config)), sign: sign}
}

// send sends a message as SNS does, and returns its status and what was stored.
func (d snsDoor) send(body string, header ...string) (int, wire.DeliveryDetail) {
	with := http.Header{"Content-Type": {"text/plain; charset=UTF-8"}}
	for i := 0; i+1 < len(header); i += 2 {
		with.Set(header[i], header[i+1])
	}
	a := d.h.do(request{method: "POST", path: strings.TrimPrefix(d.e.URL, d.h.URL), body: body, header: with})
	return a.StatusCode, d.h.newest(d.e)
}

// message returns the fields of a message.
func message(typ string, pairs ...string) map[string]string {
	fields := map[string]string{"Type": typ, "MessageId": "m-1", "TopicArn": snsTopic, "Message": "packed",
		"Timestamp": "2026-03-04T12:00:00.000Z", "SignatureVersion": "2"}
	for i := 0; i+1 < len(pairs); i += 2 {
		fields[pairs[i]] = pairs[i+1]
	}
	return fields
}

// TestASubscriptionOfSNSIsConfirmedByOneClick: only the address of a confirmation for the endpoint's own topic, with a
// signature that holds, at a host of SNS, can be visited, and no redirect is followed.
func TestASubscriptionOfSNSIsConfirmedByOneClick(t *testing.T) {
	h := newTestAPI(t, "")
	sender := &fakeSender{}
	h.api.Visitor = sender.visitor(t)
	d := newSNSDoor(t, h)
	const right = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"
	confirmation := func(pairs ...string) map[string]string {
		return message("SubscriptionConfirmation", append([]string{"Token", "t", "SubscribeURL", right}, pairs...)...)
	}
	signed := d.sign(t, confirmation())
	for name, c := range map[string]struct {
		body     string
		verified bool
	}{
		"not signed":      {string(mustJSON(t, confirmation())), false},
		"another address": {strings.Replace(signed, "Token=t", "Token=u", 1), false},
		"another topic": {d.sign(t, confirmation("TopicArn", strings.Replace(snsTopic, "123", "999", 1))),
			false},
		"another host": {d.sign(t, confirmation("SubscribeURL",
			"https://sns.eu-central-1.amazonaws.com.evil.example/")), true},
		"a user": {d.sign(t, confirmation("SubscribeURL",
			"https://sns.eu-central-1.amazonaws.com@evil.example/")), true},
		"without TLS":    {d.sign(t, confirmation("SubscribeURL", strings.Replace(right, "https", "http", 1))), true},
		"a notification": {d.sign(t, message("Notification", "SubscribeURL", right)), true},
		"the end of one": {d.sign(t, message("UnsubscribeConfirmation", "Token", "t", "SubscribeURL", right)), true},
	} {
		_, kept := d.send(c.body)
		if (kept.Verdict == hook.Verified) != c.verified || kept.ConfirmURL != "" {
			t.Errorf("%s: %s %s, to visit %q", name, kept.Verdict, kept.Reason, kept.ConfirmURL)
		}
		h.call("POST", "/deliveries/"+string(kept.ID)+"/visit", "", 409, nil)
	}
	status, kept := d.send(signed)
	if status != 200 || kept.Verdict != hook.Verified || kept.ConfirmURL != right || kept.Event != "" ||
		kept.Type != "handshake" {
		t.Fatalf("%d %s %s %q, to visit %q", status, kept.Verdict, kept.Reason, kept.Type, kept.ConfirmURL)
	}
	if len(sender.visits) > 0 {
		t.Fatalf("visited before anybody asked for it: %q", sender.visits)
	}
	var visit wire.Visit
	h.call("POST", "/deliveries/"+string(kept.ID)+"/visit", "", 200, &visit)
	if visit.Status != 302 || len(sender.visits) != 1 ||
		sender.visits[0] != "GET sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t" {
		t.Errorf("%+v after %q", visit, sender.visits)
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	check(t, err)
	return text
}

// TestMessagesOfSNSAreReadAndRawOnesRefused: the type is that of the event inside the message, and a raw message has no
// signature.
func TestMessagesOfSNSAreReadAndRawOnesRefused(t *testing.T) {
	h := newTestAPI(t, "")
	d := newSNSDoor(t, h)
	for _, c := range []struct{ text, typ string }{
		{"packed", "Notification"},
		{`{"order":"A-17"}`, "Notification"},
		{`{"detail-type":"Order packed"}`, "Order packed"},
		{`{"Records":[{"eventName":"ObjectCreated:Put"}]}`, "ObjectCreated:Put"},
		{`{"notificationType":"Bounce"}`, "Bounce"},
		{`{"detail-type":`, "Notification"},
	} {
		status, kept := d.send(d.sign(t, message("Notification", "Message", c.text)))
		if status != 200 || kept.Verdict != hook.Verified || kept.Type != c.typ || kept.Event != "m-1" ||
			kept.Account != snsTopic || kept.OccurredAt.Year() != 2026 {
			t.Errorf("%s: %d %s %s %q %q %q", c.text, status, kept.Verdict, kept.Reason, kept.Type, kept.Event,
				kept.Account)
		}
	}
	status, kept := d.send(`{"order":"A-17"}`, "X-Amz-Sns-Rawdelivery", "true", "X-Amz-Sns-Message-Id", "m-2",
		"X-Amz-Sns-Topic-Arn", snsTopic, "X-Amz-Sns-Message-Type", "Notification")
	var why wire.Diagnosis
	h.call("POST", "/deliveries/"+string(kept.ID)+"/diagnose", "", 200, &why)
	if status != 401 || kept.Verdict != hook.Rejected || kept.Event != "m-2" || kept.Account != snsTopic ||
		why.Cause != "raw_delivery" {
		t.Errorf("raw: %d %s %q %q, %+v", status, kept.Verdict, kept.Event, kept.Account, why)
	}
}

// TestAnEndpointOfSNSNeedsItsTopic: without it any customer of Amazon could send what verifies.
func TestAnEndpointOfSNSNeedsItsTopic(t *testing.T) {
	h := newTestAPI(t, "")
	open := h.createEndpoint(`{"name":"sns-open","provider":"aws-sns"}`)
	if !open.Open || open.Verify != hook.Off {
		t.Errorf("without a topic: %+v", open)
	}
	h.call("POST", "/endpoints", `{"name":"sns","provider":"aws-sns","verify":"enforce"}`, 422, nil)
	e := h.createEndpoint(`{"name":"sns","provider":"aws-sns","settings":{"topic_arn":"` + snsTopic + `"}}`)
	if e.Open || e.Verify != hook.Enforce {
		t.Errorf("with a topic: %+v", e)
	}
}
