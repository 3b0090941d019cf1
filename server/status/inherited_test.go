package status

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
	"hookbeam/server/sqlite"
)

// afterTheUpdate is a data folder right after the update from the release before there were orders: a payment of which
// the first two deliveries are gone, and a third one that the earlier release took for a refund of everything.
func afterTheUpdate(t *testing.T) *harness {
	h := newHarness(t)
	for _, e := range []event{
		{id: "evt_1", typ: "payment_intent.created", object: `{"id":"pi_old","amount":4900,"currency":"eur"}`},
		{id: "evt_2", typ: "payment_intent.succeeded", minute: 1,
			object: `{"id":"pi_old","amount":4900,"amount_received":4900,"currency":"eur"}`},
		{id: "evt_3", typ: "charge.refunded", minute: 2, object: `{"id":"ch_old","object":"charge",
			"payment_intent":"pi_old","amount":4900,"amount_captured":4900,"amount_refunded":900,"currency":"eur",
			"captured":true}`},
	} {
		h.append(hook.Verified, e)
	}
	h.stop()
	h.move(20 * time.Hour)
	h.open(sqlite.Options{KeepFor: time.Hour})
	if n, err := h.log.SweepOnce(t.Context()); err != nil || n != 2 {
		t.Fatalf("swept %d, %v", n, err)
	}
	old := []hook.Evidence{at(0, hook.Created, 4900), at(1, hook.Captured, 4900), at(2, hook.Refund, 4900)}
	for i, event := range []string{"evt_1", "evt_2", "evt_3"} {
		old[i].Event, old[i].Seq, old[i].Delivery = event, hook.Seq(i+1), hook.DeliveryID("dlv_"+event)
	}
	h.oldRow(hook.KindPayment, old, "payment/pi_old", "charge/ch_old", "order/10-old")
	if err := h.projector.store.Store(hook.SubjectChanges{UpTo: h.log.Head()}); err != nil {
		t.Fatal(err)
	}
	h.stop()
	h.open(sqlite.Options{})
	return h
}

// checkInherited fails unless a payment is in a state, and of its events those are marked that are to be.
func (h *harness) checkInherited(when string, state hook.State, want map[string]bool) {
	h.Helper()
	d := h.one("payment/pi_old")
	got := map[string]bool{}
	for _, effect := range d.Timeline {
		got[effect.Event] = effect.Inherited
		if effect.Effect != hook.EffectApplied {
			h.Errorf("%s, the effect of %s: %+v", when, effect.Event, effect)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || d.State != state || !d.Inherited {
		h.Errorf("%s: %s, inherited %v: %s", when, d.State, d.Inherited, diff)
	}
	for i, step := range d.Steps {
		if step.Inherited != (step.Seq <= 2) {
			h.Errorf("%s, step %d: %+v", when, i, step)
		}
	}
}

// TestWhatIsInheritedIsMarked follows the mark through the view before the rebuild, two rebuilds, a restart and an
// event.
func TestWhatIsInheritedIsMarked(t *testing.T) {
	h := afterTheUpdate(t)
	want := map[string]bool{"evt_1": true, "evt_2": true, "evt_3": false}
	h.checkInherited("before the rebuild", hook.StateRefunded, want)
	for _, when := range []string{"after the rebuild", "after another one"} {
		if err := h.projector.RequestRebuild(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.rebuild()
		h.checkInherited(when, hook.StatePartiallyRefunded, want) // the delivery that is kept says so
	}
	h.stop()
	h.open(sqlite.Options{})
	h.checkInherited("after a restart", hook.StatePartiallyRefunded, want)
	if list := h.list(hook.StatusFilter{}); len(list) != 1 || !list[0].Inherited {
		t.Errorf("listed: %+v", list)
	}

	h.receive(event{id: "evt_new", typ: "payment_intent.succeeded", minute: 5,
		object: `{"id":"pi_new","amount":100,"amount_received":100,"currency":"eur","metadata":{"order_id":"10-old"}}`})
	if d := h.one("payment/pi_new"); d.Inherited || d.Timeline[0].Inherited {
		t.Errorf("a new payment is marked: %+v", d)
	}
	d := h.one("order/10-old")
	if d.Payments != 2 || !d.Inherited {
		t.Errorf("the order number of both: %+v", d)
	}
}

// TestAnEventBeforeTheRebuildKeepsTheMark: the event makes a row of the earlier model one of this one.
func TestAnEventBeforeTheRebuildKeepsTheMark(t *testing.T) {
	h := afterTheUpdate(t)
	h.receive(event{id: "evt_4", typ: "charge.updated", minute: 4, object: `{"id":"ch_old","object":"charge",
		"payment_intent":"pi_old","amount":4900,"amount_captured":4900,"amount_refunded":900,"currency":"eur",
		"captured":true}`})
	if err := h.projector.RequestRebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.rebuild()
	d := h.one("payment/pi_old")
	for _, effect := range d.Timeline {
		if effect.Inherited != (effect.Seq <= 2) {
			t.Errorf("%+v", effect)
		}
	}
	if !d.Inherited || d.State != hook.StatePartiallyRefunded {
		t.Errorf("%s, inherited %v", d.State, d.Inherited)
	}
}

// TestADeliveryThatComesAgainOverridesWhatIsInherited: the sender repeats an event after the door forgot its id.
func TestADeliveryThatComesAgainOverridesWhatIsInherited(t *testing.T) {
	h := afterTheUpdate(t)
	if err := h.projector.RequestRebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.rebuild()
	again := event{id: "evt_2", typ: "payment_intent.succeeded", minute: 1,
		object: `{"id":"pi_old","amount":4900,"amount_received":4500,"currency":"eur"}`}
	r := again.record(hook.Verified)
	r.Seq = 4 // the log would not know it as a redelivery any more
	statements, environment, err := h.projector.readers.read(&r)
	if err != nil {
		t.Fatal(err)
	}
	var facts []fact
	for _, s := range statements {
		s.Seq = r.Seq
		facts = append(facts, newFact(shop, environment, s))
	}
	if err := h.projector.applyFacts(t.Context(), r.Seq, facts); err != nil {
		t.Fatal(err)
	}
	d := h.one("payment/pi_old")
	if d.Captured != 4500 {
		t.Errorf("captured %d", d.Captured)
	}
	for _, effect := range d.Timeline {
		if effect.Inherited != (effect.Event == "evt_1") {
			t.Errorf("%+v", effect)
		}
	}
}

// TestAnEventBeforeTheRebuildJoinsNoPayments has a row of two payments. An event about one of them comes between the
// update and the rebuild, so the row is stored in the form of this model.
func TestAnEventBeforeTheRebuildJoinsNoPayments(t *testing.T) {
	h := afterTheUpdate(t)
	both := []hook.Evidence{sweptEvidence(0, hook.Captured, 4900), sweptEvidence(3, hook.Refund, 4900)}
	h.oldRow(hook.KindPayment, both, "payment/pi_a", "payment/pi_b", "order/10-two")
	h.receive(event{id: "evt_4", typ: "payment_intent.succeeded", minute: 4,
		object: `{"id":"pi_a","amount":700,"amount_received":700,"currency":"eur"}`})
	for range 2 {
		if err := h.projector.RequestRebuild(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.rebuild()
		if p := h.public("", "payment/pi_a"); p.Status != hook.StatePaid || p.Amount != 700 {
			t.Errorf("the one that the event was about: %+v", p)
		}
		if p := h.public("", "payment/pi_b"); p.Status != hook.StateWaiting {
			t.Errorf("the other one: %+v", p)
		}
		if p := h.public("", "order/10-two"); p.Status != hook.StateRefunded || p.Amount != 4900 {
			t.Errorf("their order number: %+v", p)
		}
	}
}
