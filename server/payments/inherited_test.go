package payments_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
	"hookbeam/server/payments"
	"hookbeam/server/payments/paymentstest"
)

// TestAKeptDeliveryOverridesWhatIsInherited has an invoice that the earlier model took for a failed payment, and
// another event that nothing but an inherited piece is left of. Neither the order in which they come nor where the
// set is trimmed makes a difference, also for the rows of a graph.
func TestAKeptDeliveryOverridesWhatIsInherited(t *testing.T) {
	inherited := func(event string, e hook.Evidence) hook.Evidence {
		e.Event, e.Inherited = event, true
		return e
	}
	kept := func(event string, e hook.Evidence) hook.Evidence { e.Event = event; return e }
	variant := kept("e1", at(2, hook.Info, 0))
	variant.Variant = "another body" // is another report
	all := []hook.Evidence{
		inherited("e1", at(1, hook.Created, 4900)), variant,
		inherited("e2", at(2, hook.Failed, 4900)), kept("e2", at(2, hook.Canceled, 4900)),
		inherited("e3", at(0, hook.Processing, 4900)), kept("e3", at(3, hook.Processing, 4900)),
	}
	want := []hook.Evidence{all[0], all[1], all[3], all[5]}
	slices.SortFunc(want, func(a, b hook.Evidence) int { return payments.Compare(&a, &b) })
	eachOrder(all, func(mixed []hook.Evidence) {
		if diff := cmp.Diff(want, payments.Trim(mixed)); diff != "" {
			t.Fatal(diff)
		}
		parts := append(payments.Trim(mixed[:2]), payments.Trim(mixed[2:4])...)
		if diff := cmp.Diff(want, payments.Trim(append(parts, mixed[4:]...))); diff != "" {
			t.Fatalf("trimmed in parts: %s", diff)
		}
		rows := paymentstest.New()
		for i := range mixed {
			graph := payments.NewGraph(rows, nil)
			s := hook.Statement{
				Subject: hook.KindPayment, Level: hook.LevelPayment, Aliases: []string{"payment/p"},
				Orders: []string{"checkout/c"}, Evidence: mixed[i],
			}
			if err := graph.Apply(paymentstest.Endpoint, hook.EnvironmentLive, &s); err != nil {
				t.Fatal(err)
			}
			if _, err := graph.Finish(); err != nil {
				t.Fatal(err)
			}
		}
		for alias, evidence := range map[string][]hook.Evidence{"payment/p": want, "checkout/c": nil} {
			row, err := rows.Find(hook.HashAlias(paymentstest.Endpoint, hook.EnvironmentLive, alias))
			if err != nil || row == nil {
				t.Fatalf("%s: %v", alias, err)
			}
			if diff := cmp.Diff(evidence, row.Evidence); diff != "" || !row.Summary.Inherited {
				t.Fatalf("%s, inherited %v: %s", alias, row.Summary.Inherited, diff)
			}
		}
	})
}
