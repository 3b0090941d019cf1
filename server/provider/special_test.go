package provider

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"hookbeam/server/challenge"
	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

func examine(id string, e hook.Endpoint, r *hook.Record) signature.Result {
	p, _ := For(id)
	e.Provider = id
	if e.Verify == "" {
		e.Verify = hook.Enforce
	}
	return p.Verify(&e, r, signature.ReceiveContext{At: noon, URL: address})
}

func secret(value string) []hook.Secret { return []hook.Secret{{Label: "live", Value: value}} }

func TestEachItemOfAnAdyenBatchMustBeGenuine(t *testing.T) {
	sum := func(reference string) string {
		return hmac64(sha256.New, plain, reference+"::Shop:order-1:1000:EUR:AUTHORISATION:true")
	}
	e := hook.Endpoint{Secrets: secret(hex.EncodeToString([]byte(plain)))}
	good, other, bad := adyenItem("1", sum("1")), adyenItem("2", sum("2")), adyenItem("3", sum("1"))
	for name, c := range map[string]struct {
		items []string
		want  signature.Result
	}{
		"none": {nil, signature.Result{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMissing}},
		"both": {
			[]string{good, other},
			signature.Result{Verdict: hook.Verified, Secret: "live", Type: "AUTHORISATION"},
		},
		"last bad": {
			[]string{good, bad},
			signature.Result{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMismatch, Type: "AUTHORISATION"},
		},
		"first bad": {
			[]string{bad, good},
			signature.Result{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMismatch, Type: "AUTHORISATION"},
		},
		"unsigned": {
			[]string{good, adyenItem("2", "")},
			signature.Result{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMissing, Type: "AUTHORISATION"},
		},
		"other type": {
			[]string{good, strings.Replace(other, "AUTHORISATION", "REFUND", 1)},
			signature.Result{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMismatch},
		},
		"too many": {
			append(make([]string, 0), strings.Split(strings.Repeat(good+"\n", payload.MaxItems)+good, "\n")...),
			signature.Result{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMalformed, Type: "AUTHORISATION"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := examine("adyen", e,
				extracttest.Record("POST", nil, `{"notificationItems":[`+strings.Join(c.items, ",")+`]}`))
			f = signature.Result{Verdict: f.Verdict, Reason: f.Reason, Secret: f.Secret, Type: f.Type}
			if !reflect.DeepEqual(f, c.want) {
				t.Errorf("%+v, want %+v", f, c.want)
			}
		})
	}
}

func TestABatchNeverTakesTheNameOfOneOfItsEvents(t *testing.T) {
	for name, c := range map[string]struct{ id, body, typ string }{
		"sendgrid, one type": {
			"sendgrid",
			`[{"event":"open","sg_event_id":"1"},{"event":"open","sg_event_id":"2"}]`,
			"open",
		},
		"sendgrid, two types": {
			"sendgrid",
			`[{"event":"open","sg_event_id":"1"},{"event":"click","sg_event_id":"2"}]`,
			"",
		},
		"hubspot": {
			"hubspot",
			`[{"subscriptionType":"a","eventId":1,"subscriptionId":1,"occurredAt":1},{"subscriptionType":"a"}]`,
			"a",
		},
		"cloudevents": {"cloudevents", `[{"type":"a","source":"s","id":"1"},{"type":"b","source":"s","id":"2"}]`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := examine(c.id, hook.Endpoint{}, extracttest.Record("POST", nil, c.body))
			if f.Event != "" || f.Type != c.typ {
				t.Errorf("%+v, want type %q", f, c.typ)
			}
		})
	}
}

func TestTheTypeOfAnySendersEventIsReadFromTheBody(t *testing.T) {
	for body, want := range map[string]string{
		`{"type":"a","event":"b"}`:             "a",
		` {"event":"b"}`:                       "b",
		`{"event":{"type":"c"}}`:               "",
		`{"data":{"type":"c"}}`:                "",
		`{"type":7}`:                           "",
		`["type"]`:                             "",
		`type=a`:                               "",
		``:                                     "",
		"{\"type\":\"a\\u0000b\"}":             "",
		`{"type":"` + strings.Repeat("x", 201): "",
		`{"x":"` + strings.Repeat("x", 1e4) + `","type":"a"}`:                 "",
		`{"x":"` + strings.Repeat("x", 8<<10-18) + `","type":"abcdefghijkl"}`: "",
	} {
		f := examine("generic", hook.Endpoint{Verify: hook.Off}, extracttest.Record("POST", nil, body))
		if f.Type != want || f.Verdict != hook.Unsigned {
			t.Errorf("%.40s gave %+v, want %q", body, f, want)
		}
	}
}

func TestWeakSignaturesCountOnlyWhereTheyAreAccepted(t *testing.T) {
	sum := sha256.Sum256([]byte(plain + "[]"))
	r := extracttest.Record("POST", headers("X-HubSpot-Signature", hex.EncodeToString(sum[:])), "[]")
	if f := examine("hubspot", hook.Endpoint{Secrets: secret(plain)}, r); f.Verdict != hook.Rejected ||
		f.Reason != hook.ReasonSignatureMissing {
		t.Errorf("by default: %+v", f)
	}
	e := hook.Endpoint{Secrets: secret(plain), Settings: map[string]string{"legacy": "accept"}}
	if f := examine("hubspot", e, r); f.Verdict != hook.Verified {
		t.Errorf("accepted: %+v", f)
	}
}

func TestTwilioBindsAJSONBodyByItsHash(t *testing.T) {
	const body = `{"a":1}`
	sum := sha256.Sum256([]byte(body))
	query := "bodySHA256=" + hex.EncodeToString(sum[:])
	for name, c := range map[string]struct {
		query, body string
		want        hook.Verdict
	}{
		"right":        {query, body, hook.Verified},
		"another body": {query, `{"a":2}`, hook.Rejected},
		"no hash":      {"", body, hook.Rejected},
	} {
		signedURL := address
		if c.query != "" {
			signedURL += "?" + c.query
		}
		r := extracttest.Record("POST", headers("X-Twilio-Signature", hmac64(sha1.New, plain, signedURL)), c.body)
		r.Query = c.query
		if f := examine("twilio", hook.Endpoint{Secrets: secret(plain)}, r); f.Verdict != c.want {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestBraintreesChallengeIsNoWayToSign(t *testing.T) {
	const challenge = "0123456789abcdef01234567"
	e := hook.Endpoint{Secrets: secret(plain), Settings: map[string]string{"public_key": "public"}}
	ask := extracttest.Record("GET", nil, "")
	ask.Query = "bt_challenge=" + challenge
	f := examine("braintree", e, ask)
	key := sha1.Sum([]byte(plain))
	if want := "public|" + hmacHex(sha1.New, string(key[:]), challenge); f.Verdict != hook.Unsigned || f.Reply == nil ||
		f.Reply.Body != want {
		t.Fatalf("%+v", f)
	}
	form := url.Values{"bt_signature": {f.Reply.Body}, "bt_payload": {challenge}}
	if f := examine("braintree", e, extracttest.Record("POST", nil, form.Encode())); f.Verdict != hook.Rejected {
		t.Errorf("what was answered verifies: %+v", f)
	}
	turned := extracttest.Record(
		"POST",
		nil,
		strings.Replace(braintreeForm("<kind>check</kind>"), "bt_payload=P", "bt_payload=Q", 1),
	)
	if f := examine("braintree", e, turned); f.Reason != hook.ReasonSignatureMismatch {
		t.Errorf("a turned payload: %+v", f)
	}
}

func TestACertificateThatIsMissingOrOldIsNamed(t *testing.T) {
	k := newKeys(t)
	r := extracttest.Record("POST", k.paypal(noon, "{}"), "{}")
	settings := map[string]string{"webhook_id": "WH-1"}
	p, _ := For("paypal")
	for name, c := range map[string]struct {
		e    hook.Endpoint
		want hook.Reason
	}{
		"no webhook id":  {hook.Endpoint{Secrets: secret(k.pem)}, hook.ReasonKeyMissing},
		"no certificate": {hook.Endpoint{Secrets: secret(plain), Settings: settings}, hook.ReasonSecretMissing},
		"another id": {
			hook.Endpoint{Secrets: secret(k.pem), Settings: map[string]string{"webhook_id": "WH-2"}},
			hook.ReasonSignatureMismatch,
		},
		"in settings": {hook.Endpoint{Settings: map[string]string{"webhook_id": "WH-1", "certificate": k.pem}}, ""},
	} {
		if f := examine("paypal", c.e, r); f.Reason != c.want {
			t.Errorf("%s: %+v", name, f)
		}
	}
	late := &hook.Endpoint{Verify: hook.Enforce, Secrets: secret(k.pem), Settings: settings}
	if f := p.Verify(late, r, signature.ReceiveContext{
		At: noon.AddDate(1, 0, 0), URL: address,
	}); f.Reason != hook.ReasonKeyMissing {
		t.Errorf("an expired certificate: %+v", f)
	}
}

func TestWhatNoSecretMayBe(t *testing.T) {
	zeros := strings.Repeat("\x00", 32)
	for name, c := range map[string]struct{ id, value, want string }{
		"empty":           {"github", "", "is blank"},
		"blanks":          {"github", " \t ", "is blank"},
		"quotes":          {"woocommerce", `""`, "is blank"},
		"a bare prefix":   {"svix", "v1,whsec_", "is blank"},
		"zeros":           {"svix", "whsec_" + encode([]byte(zeros)), "of zeros"},
		"zeros in quotes": {"standard-webhooks", `"whsec_` + encode([]byte(zeros)) + `"`, "of zeros"},
		"no hex":          {"adyen", plain, "in hex"},
		"no public key":   {"discord", plain, "64 hex digits"},
		"no certificate":  {"paypal", plain, "PEM"},
		"broken PEM":      {"paypal", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "PEM"},
		"no spki":         {"sendgrid", plain, "verification key"},
		"an API key":      {"sendgrid", "SG." + plain, "looks like an API key (SG.…)"},
		"no password":     {"basic", "somebody-with-a-long-name:", "user:password"},
		"no login":        {"basic", "somebody-with-a-long-name", "user:password"},
		"unknown sender":  {"nobody", plain, "does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			got := CheckSecret(&hook.Endpoint{Provider: c.id}, c.value)
			if !strings.Contains(got.Refusal, c.want) || len(got.Doubts) > 0 || got.Weak ||
				c.value != "" && strings.Contains(got.Refusal, c.value) {
				t.Errorf("%+v, want %q in it", got, c.want)
			}
		})
	}
}

func TestHandshakes(t *testing.T) {
	hub := hook.Endpoint{
		Secrets:  secret(plain),
		Settings: map[string]string{"topic": "https://a/feed", "verify_token": "token-1"},
	}
	const asked = "hub.mode=subscribe&hub.topic=https://a/feed&hub.verify_token=token-1&hub.challenge="
	origin := func(pairs ...string) http.Header { return headers(append(pairs, "WebHook-Request-Rate", "120")...) }
	for name, c := range map[string]handshake{
		"websub": {id: "websub", method: "GET", query: asked + "abc-1", e: hub, reply: "abc-1",
			status: 200},
		"websub, other topic": {id: "websub", method: "GET",
			query: strings.Replace(asked, "feed", "food", 1) + "a", e: hub, reason: hook.ReasonHandshakeRefused},
		"websub, other token": {id: "websub", method: "GET",
			query: strings.Replace(asked, "token-1", "token-2", 1) + "a", e: hub,
			reason: hook.ReasonHandshakeRefused},
		"websub, nothing set": {id: "websub", method: "GET", query: asked + "a",
			reason: hook.ReasonHandshakeRefused},
		"websub, markup": {id: "websub", method: "GET", query: asked + "%3Cb%3E", e: hub,
			reason: hook.ReasonHandshakeRefused},
		"websub, long": {id: "websub", method: "GET", query: asked + strings.Repeat("a", challenge.MaxEcho+1),
			e: hub, reason: hook.ReasonHandshakeRefused},
		"cloudevents": {id: "cloudevents", method: "OPTIONS",
			header: origin("WebHook-Request-Origin", "a.example"), status: 200},
		"cloudevents, injected": {id: "cloudevents", method: "OPTIONS",
			header: origin("WebHook-Request-Origin", "a b"), reason: hook.ReasonHandshakeRefused},
		"cloudevents, not it": {id: "cloudevents", method: "OPTIONS",
			header: origin("WebHook-Request-Origin", "a"),
			e:      hook.Endpoint{Settings: map[string]string{"origin": "b"}}, reason: hook.ReasonHandshakeRefused},
		"slack": {id: "slack", method: "POST",
			body: `{"type":"url_verification","challenge":"c-1"}`, reply: "c-1", status: 200},
		"slack, rejected": {id: "slack", method: "POST",
			body: `{"type":"url_verification","challenge":"c-1"}`,
			e:    hook.Endpoint{Verify: hook.Observe, Secrets: secret(plain)}, reason: hook.ReasonSignatureMissing},
		"slack, markup": {id: "slack", method: "POST",
			body: `{"type":"url_verification","challenge":"<b>"}`, status: 200},
		"discord event ping": {id: "discord", method: "POST", body: `{"type":0}`, status: 204},
		"discord ping":       {id: "discord", method: "POST", body: `{"type":1}`, reply: `{"type":1}`, status: 200},
		"woocommerce ping": {id: "woocommerce", method: "POST", body: "webhook_id=12",
			e: hook.Endpoint{Secrets: secret(plain)}, status: 200},
		"woocommerce, not it": {id: "woocommerce", method: "POST", body: "webhook_id=12&id=1",
			e: hook.Endpoint{Secrets: secret(plain)}, reason: hook.ReasonSignatureMissing},
		"braintree, no key": {id: "braintree", method: "GET", query: "bt_challenge=0123456789abcdef0123",
			e: hook.Endpoint{Secrets: secret(plain)}, reason: hook.ReasonHandshakeRefused},
		"twilio's acknowledging": {id: "twilio", method: "POST", reply: "<Response/>", status: 200},
		"adyen's acknowledging":  {id: "adyen", method: "POST", reply: "[accepted]", status: 200},
	} {
		t.Run(name, c.check)
	}
}

func TestWhatIsSignedWithNothingDoesNotMatchAnEmptySecret(t *testing.T) {
	empty := sha1.Sum(nil)
	form := url.Values{
		"bt_signature": {"public|" + hmacHex(sha1.New, string(empty[:]), "PGtpbmQ+")},
		"bt_payload":   {"PGtpbmQ+"},
	}.Encode()
	for id, r := range map[string]*hook.Record{
		"github": extracttest.Record("POST",
			headers("X-Hub-Signature-256", "sha256="+hmacHex(sha256.New, "", "{}")), "{}"),
		"standard-webhooks": extracttest.Record("POST",
			headers("Webhook-Id", "1", "Webhook-Timestamp", seconds(noon), "Webhook-Signature",
				"v1,"+hmac64(sha256.New, "", "1."+seconds(noon)+".{}")),
			"{}"),
		"braintree": extracttest.Record("POST", nil, form),
		"basic":     extracttest.Record("POST", headers("Authorization", "Basic "+encode([]byte(":"))), "{}"),
	} {
		for _, value := range []string{"", ":", "whsec_"} {
			if value != "" && (id == "github" || id == "braintree") { // there it is a secret like any other
				continue
			}
			if f := examine(id, hook.Endpoint{Secrets: secret(value)}, r); f.Verdict != hook.Rejected {
				t.Errorf("%s with %q: %+v", id, value, f)
			}
		}
	}
}

func TestASignatureHasOneWayToBeWritten(t *testing.T) {
	sum := []byte(b64256("{}")) // 32 bytes end in two bits that say nothing
	sum[len(sum)-2]++
	r := extracttest.Record("POST", headers("X-Shopify-Hmac-Sha256", string(sum)), "{}")
	if f := examine("shopify", hook.Endpoint{Secrets: secret(plain)}, r); f.Reason != hook.ReasonSignatureMalformed {
		t.Errorf("%s gave %+v", sum, f)
	}
}

// TestAWeakerSignatureDoesNotDecideBesideAStrongerOne has requests of GitHub, which sends both.
func TestAWeakerSignatureDoesNotDecideBesideAStrongerOne(t *testing.T) {
	good, weak := "sha256="+hex256("{}"), "sha1="+hmacHex(sha1.New, plain, "{}")
	for name, c := range map[string]struct {
		sent []string
		want hook.Reason
	}{
		"both":            {[]string{"X-Hub-Signature-256", good, "X-Hub-Signature", weak}, ""},
		"the older alone": {[]string{"X-Hub-Signature", weak}, ""},
		"the newer wrong": {[]string{"X-Hub-Signature-256", "sha256=" + hex256("{ }"), "X-Hub-Signature", weak},
			hook.ReasonSignatureMismatch},
		"the newer malformed": {[]string{"X-Hub-Signature-256", "x", "X-Hub-Signature", weak},
			hook.ReasonSignatureMalformed},
	} {
		r := extracttest.Record("POST", headers(c.sent...), "{}")
		f := examine("github", hook.Endpoint{Secrets: secret(plain)}, r)
		if f.Reason != c.want || (f.Verdict == hook.Verified) != (c.want == "") {
			t.Errorf("%s: %+v", name, f)
		}
	}
}
