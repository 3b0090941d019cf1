package payments_test

import (
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/payments"
)

// TestTwoBodiesOfOneEventCountOnce has an event that arrived with two bodies. What only the second one reports counts,
// and a capture or refund without an id is the same one in both.
func TestTwoBodiesOfOneEventCountOnce(t *testing.T) {
	at := func(minute int64) hook.Time { return hook.Millis(minute * 60_000) }
	paid := hook.Evidence{Event: "e1", Kind: hook.Captured, At: at(1), Amount: 4900, Currency: "EUR"}
	back := hook.Evidence{Event: "e2", Kind: hook.Refund, At: at(2), Amount: 900, Currency: "EUR"}
	failed := hook.Evidence{Event: "e2", Kind: hook.RefundFailed, At: at(2), Amount: 900, Currency: "EUR"}
	variant := func(e hook.Evidence) hook.Evidence {
		e.Variant = "0102030405060708"
		return e
	}
	for name, c := range map[string]struct {
		a, b     hook.Evidence
		refunded int64
	}{
		"the same report":    {back, variant(back), 900},
		"another outcome":    {back, variant(failed), 0},
		"in the other order": {failed, variant(back), 0},
		"with another amount later": {back, variant(hook.Evidence{
			Event: "e2", Kind: hook.Refund, At: at(3), Amount: 1900,
			Currency: "EUR"}), 1900},
	} {
		for _, set := range [][]hook.Evidence{{paid, c.a, c.b}, {c.b, paid, c.a}, {c.a, c.b, c.a, paid, c.b}} {
			if s := payments.Payment(set); s.Captured != 4900 || s.Refunded != c.refunded {
				t.Errorf("%s: captured %d, refunded %d, want %d", name, s.Captured, s.Refunded, c.refunded)
			}
		}
	}
}
