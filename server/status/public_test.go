package status

import (
	"testing"
	"time"

	"hookbeam/server/hook"
)

// TestTimeToPaidIsShownWhileAPaymentIsOpen, not of a payment that waits for its payer or for the shop.
func TestTimeToPaidIsShownWhileAPaymentIsOpen(t *testing.T) {
	h := newHarness(t)
	for i := range 20 {
		id := string(rune('a' + i))
		h.receive(event{id: "evt_c" + id, typ: "payment_intent.created", object: `{"id":"pi_` + id + `","object":"payment_intent","status":"requires_payment_method"}`},
			event{id: "evt_s" + id, typ: "payment_intent.succeeded", minute: 1, object: `{"id":"pi_` + id + `","object":"payment_intent","status":"succeeded"}`})
	}
	h.move(-time.Hour + 2*time.Minute)
	for typ, c := range map[string]struct {
		state hook.State
		usual bool
	}{
		"created": {hook.StatePending, true}, "processing": {hook.StateProcessing, true}, "requires_action": {hook.StateActionRequired, true},
		"payment_failed": {hook.StateFailed, false}, "amount_capturable_updated": {hook.StateAuthorized, false}, "succeeded": {hook.StatePaid, false},
	} {
		object := `{"id":"pi_` + typ + `","object":"payment_intent","amount":4900,"currency":"eur"}`
		if typ == "amount_capturable_updated" {
			object = `{"id":"pi_` + typ + `","object":"payment_intent","amount":4900,"amount_capturable":4900,"currency":"eur"}`
		}
		h.receive(event{id: "evt_" + typ, typ: "payment_intent." + typ, minute: 2, object: object})
		if p := h.public("", "payment/pi_"+typ); p.Status != c.state || (p.TimeToPaid != nil) != c.usual {
			t.Errorf("%s: %s, %+v", typ, p.Status, p.TimeToPaid)
		}
	}
}

func TestAnUnknownSubjectIsAPaymentUnlessItsNameSaysElse(t *testing.T) {
	h := newHarness(t)
	for name, kind := range map[string]hook.SubjectKind{
		"payment/pi_1": "", "order/10-4471": "", "run/acme/shop/17": hook.KindRun, "job/3": hook.KindRun, "deployment/9": hook.KindDeployment,
	} {
		if p := h.public("", name); p.Status != hook.StateWaiting || p.Kind != kind {
			t.Errorf("%s: %q of kind %q", name, p.Status, p.Kind)
		}
	}
	for _, kind := range []hook.SubjectKind{hook.KindOwn, hook.KindPayment} {
		h.change(func(e *hook.Endpoint) {
			e.Statuses.Mapping = &hook.Mapping{Kind: kind, Subject: "body.id", State: "body.state"}
		})
		if p := h.public("", "parcel/1"); (p.Kind == hook.KindOwn) != (kind == hook.KindOwn) {
			t.Errorf("mapped as %s: %q", kind, p.Kind)
		}
	}
}
