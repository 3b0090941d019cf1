package status

import (
	"testing"

	"hookbeam/server/hook"
)

// oldRow stores a subject of the earlier model, of which the log holds nothing any more.
func (h *harness) oldRow(kind hook.SubjectKind, evidence []hook.Evidence, aliases ...string) {
	h.Helper()
	row := &hook.Subject{Key: h.projector.store.NextKey(), Evidence: evidence}
	row.Status = hook.Status{
		ID: hook.HashAlias(shop, hook.EnvironmentLive, aliases[0]).ID(), Endpoint: shop, Subject: aliases[0], Kind: kind,
		State: hook.StatePaid, Amount: 4900, Currency: "EUR", Aliases: aliases, Seq: 1,
	}
	changes := hook.SubjectChanges{Put: []*hook.Subject{row}, Aliases: map[hook.AliasHash]int64{}, UpTo: h.projector.Position()}
	for _, alias := range aliases {
		changes.Aliases[hook.HashAlias(shop, hook.EnvironmentLive, alias)] = row.Key
	}
	h.projector.countAll(changes.Put, 1)
	changes.Tallies = h.projector.changedTallies()
	if err := h.projector.store.Store(changes); err != nil {
		h.Fatal(err)
	}
}

// sweptEvidence is evidence of a delivery that retention has removed.
func sweptEvidence(minutes int, kind hook.EvidenceKind, amount int64) hook.Evidence {
	e := at(minutes, kind, amount)
	e.Seq = 1
	return e
}

// TestRowsOfTheEarlierModelShowWhatTheyShowedAndAreImported reads rows from before there were orders, applies a new
// event to one, and rebuilds all of them without their deliveries.
func TestRowsOfTheEarlierModelShowWhatTheyShowedAndAreImported(t *testing.T) {
	h := newHarness(t)
	h.oldRow(hook.KindPayment, []hook.Evidence{sweptEvidence(0, hook.Created, 4900), sweptEvidence(1, hook.Captured, 4900)},
		"payment/pi_old", "charge/ch_old", "checkout/cs_old", "order/10-old")
	snapshot := sweptEvidence(0, hook.StateReported, 6600)
	snapshot.State, snapshot.Fulfilment = hook.StatePaid, hook.StateUnfulfilled
	h.oldRow(hook.KindOrder, []hook.Evidence{snapshot}, "shopify-order/72", "order/#1001")
	h.oldRow(hook.KindPayment, []hook.Evidence{sweptEvidence(0, hook.Captured, 4900), sweptEvidence(3, hook.Refund, 4900)},
		"payment/pi_a", "payment/pi_b", "order/10-two")
	look := func(when string, want map[string]hook.State) {
		t.Helper()
		for name, state := range want {
			if p := h.public("", name); p.Status != state {
				t.Errorf("%s, %s is %s, want %s: %+v", when, name, p.Status, state, p.Summary)
			}
		}
	}
	want := map[string]hook.State{
		"payment/pi_old": hook.StatePaid, "checkout/cs_old": hook.StatePaid, "order/10-old": hook.StatePaid,
		"shopify-order/72": hook.StatePaid, "order/#1001": hook.StatePaid, "order/10-two": hook.StateRefunded,
	}
	look("before the rebuild", want)
	h.receive(event{id: "evt_refund", typ: "charge.refunded", minute: 9, object: `{"id":"ch_old","object":"charge",
		"payment_intent":"pi_old","amount":4900,"amount_captured":4900,"amount_refunded":900,"currency":"eur","captured":true}`})
	want["payment/pi_old"], want["order/10-old"] = hook.StatePartiallyRefunded, hook.StatePartiallyRefunded
	delete(want, "checkout/cs_old")
	look("after a new event", want)

	next, err := h.projector.newReplacement(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := h.projector.Flush(); err != nil {
		t.Fatal(err)
	}
	gone := func(seq hook.Seq) bool { return seq == 1 }
	if err := next.importFrom(t.Context(), h.projector.store, 1, gone); err != nil {
		t.Fatal(err)
	}
	if err := h.projector.Close(); err != nil {
		t.Error(err)
	}
	h.projector, h.view = next, next.View()
	want["checkout/cs_old"] = hook.StatePartiallyRefunded // the order that the payment was of
	look("imported", want)
	for _, name := range []string{"payment/pi_a", "payment/pi_b"} {
		if p := h.public("", name); p.Status != hook.StateWaiting {
			t.Errorf("%s was given facts that may be the other one's: %+v", name, p)
		}
	}
}
