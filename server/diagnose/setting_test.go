package diagnose

import (
	"strings"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

// TestATopicOfSomebodyElseAndRawDeliveryAreExplained: their deliveries are genuine or have no signature, so no secret
// explains them.
func TestATopicOfSomebodyElseAndRawDeliveryAreExplained(t *testing.T) {
	p, _ := provider.For("aws-sns")
	key, public, err := p.Signature.NewKey(noon)
	if err != nil {
		t.Fatal(err)
	}
	const mine, other = "arn:aws:sns:eu-central-1:1:orders", "arn:aws:sns:eu-central-1:2:orders"
	of := func(topic string) *hook.Record {
		r := recordOf("POST", nil, `{"Type":"Notification","MessageId":"m","Message":"x","SignatureVersion":"2"}`)
		e := &hook.Endpoint{Settings: map[string]string{"topic_arn": topic}}
		if err := p.Sign(r, signature.Signing{Endpoint: e, At: noon, Key: key}); err != nil {
			t.Fatal(err)
		}
		return r
	}
	raw := recordOf("POST", headers("X-Amz-Sns-Rawdelivery", "true", "X-Amz-Sns-Message-Id", "m"), `{"order":"A-17"}`)
	for name, c := range map[string]struct {
		r           *hook.Record
		cause, says string
	}{
		"another topic":  {of(other), "setting_differs", other + " in the field TopicArn"},
		"a long topic":   {of(strings.Repeat("a", 300)), "setting_differs", "another text in the field TopicArn"},
		"a hidden topic": {of("a\u202eb"), "setting_differs", "another text in the field TopicArn"},
		"raw":            {raw, "raw_delivery", "Raw message delivery is on"},
		"no signature":   {recordOf("POST", nil, "{}"), "signature_missing", "in the field Signature in the body"},
	} {
		e := &hook.Endpoint{ID: "ep_own", Provider: "aws-sns", Verify: hook.Enforce, Secrets: secret(public),
			Settings: map[string]string{"topic_arn": mine}}
		on := signature.ReceiveContext{At: noon}
		f := p.Verify(e, c.r, on)
		c.r.Verdict, c.r.Reason = f.Verdict, f.Reason
		got := Run(p, Case{Record: c.r, Endpoint: e, Context: on})
		if got.Cause != c.cause || !strings.Contains(got.Summary, c.says) || got.Genuine || got.Findings[0].Fix == "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestATokenForAnotherApplicationIsExplained: what its claims are is read whether it is genuine or not.
func TestATokenForAnotherApplicationIsExplained(t *testing.T) {
	p, _ := provider.For("azure-event-grid")
	key, public, err := p.Signature.NewKey(noon)
	if err != nil {
		t.Fatal(err)
	}
	mine := map[string]string{"audience": "app-1", "tenant": "t-1"}
	for name, c := range map[string]struct {
		audience, tenant, cause, says string
	}{
		"another application": {"app-2", "t-1", "setting_differs", "has app-2 in the claim aud of its token"},
		"another tenant":      {"app-1", "t-2", "setting_differs", "has t-2 in the claim tid of its token"},
		"right":               {"app-1", "t-1", "verified", "matches"},
	} {
		r := recordOf("POST", nil, `[{"id":"e","topic":"/t","eventType":"a.b"}]`)
		signs := &hook.Endpoint{Settings: map[string]string{"audience": c.audience, "tenant": c.tenant}}
		if err := p.Sign(r, signature.Signing{Endpoint: signs, At: noon, Key: key}); err != nil {
			t.Fatal(err)
		}
		e := &hook.Endpoint{ID: "ep_own", Provider: p.ID, Verify: hook.Enforce, Secrets: secret(public), Settings: mine}
		on := signature.ReceiveContext{At: noon}
		f := p.Verify(e, r, on)
		r.Verdict, r.Reason = f.Verdict, f.Reason
		got := Run(p, Case{Record: r, Endpoint: e, Context: on})
		if got.Cause != c.cause || !strings.Contains(got.Summary, c.says) || got.Genuine != (c.cause == "verified") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
