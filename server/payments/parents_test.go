package payments_test

import (
	"math/rand/v2"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/payments/paymentstest"
)

// TestAReferenceThatSaysMoreThanItsOnlyPaymentListsIt has a gift card pay a part of an order that the provider closes
// unpaid, so the part goes back. Lists must not show the payment beside the order, as if the shop had kept its money.
func TestAReferenceThatSaysMoreThanItsOnlyPaymentListsIt(t *testing.T) {
	s := scenario{Facts: []fact{
		{
			Level: hook.LevelReference, Ref: []string{"A6"}, Kind: "created", Event: "e1", At: 1, Due: 5000,
			Currency: "EUR",
		},
		{
			Level: hook.LevelPayment, Payment: []string{"G1"}, Ref: []string{"A6"}, Kind: "capture", Event: "e2", At: 2,
			Amount: 2000, Currency: "EUR",
		},
		{Level: hook.LevelReference, Ref: []string{"A6"}, Kind: "closed", State: "canceled", Event: "e3", At: 3},
	}}
	random := rand.New(rand.NewPCG(1, 1))
	for order := range orders(len(s.Facts), random) {
		r := paymentstest.New()
		applyFacts(t, r, &s, order, random)
		find := func(alias string) *hook.Subject {
			row, err := r.Find(hook.HashAlias(paymentstest.Endpoint, hook.EnvironmentLive, alias))
			if err != nil || row == nil {
				t.Fatalf("%s: %v", alias, err)
			}
			return row
		}
		reference := find("order/A6")
		if reference.Summary.State != hook.StateCanceled || reference.Summary.Refunded != 2000 {
			t.Fatalf("in the order %v: %+v", order, reference.Summary)
		}
		if parent := find("payment/G1").Status.Parent; parent != reference.Status.ID || reference.Status.Parent != "" {
			t.Errorf("in the order %v the payment is listed in %q, and not in %q", order, parent, reference.Status.ID)
		}
	}
}
