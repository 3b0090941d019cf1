package status

import (
	"testing"

	"hookbeam/server/hook"
)

// TestAnEventIDThatIsUsedAgainStillReports has a sender that gives a second fact the event id of the first. Repeats of
// either body change nothing.
func TestAnEventIDThatIsUsedAgainStillReports(t *testing.T) {
	h := newHarness(t)
	made := event{id: "evt_1", typ: "payment_intent.created", object: `{"id":"pi_1","amount":4900,"currency":"eur"}`}
	paid := event{id: "evt_1", typ: "payment_intent.succeeded", minute: 1,
		object: `{"id":"pi_1","amount":4900,"amount_received":4900,"currency":"eur"}`}
	h.receive(made, paid, made, paid)
	page, _, err := h.view.Statuses(t.Context(), hook.StatusFilter{}, "", 10)
	if err != nil || len(page) != 1 || page[0].State != hook.StatePaid {
		t.Fatalf("%+v, %v", page, err)
	}
	detail, err := h.view.Status(t.Context(), page[0].ID)
	if err != nil || len(detail.Timeline) != 2 {
		t.Fatalf("%+v, %v", detail.Timeline, err)
	}
}
