// Package paymentstest has rows of payments in memory, for tests of what events report and of the rules that derive
// states from it. Start with Rows.
package paymentstest

import (
	"slices"
	"strings"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/payments"
)

// Endpoint is the endpoint of all rows.
const Endpoint = hook.EndpointID("ep_1")

// Rows are rows in memory.
type Rows struct {
	payments.Memory
	Unique bool // the shop says that its references are unique
}

// New returns no rows.
func New() *Rows { return &Rows{Memory: *payments.NewMemory()} }

// Apply applies statements of live events, all at once.
func (r *Rows) Apply(t testing.TB, statements ...hook.Statement) {
	t.Helper()
	r.ApplyIn(t, hook.EnvironmentLive, statements...)
}

// ApplyIn is Apply for an environment.
func (r *Rows) ApplyIn(t testing.TB, environment string, statements ...hook.Statement) {
	t.Helper()
	g := payments.NewGraph(r, func(hook.EndpointID) bool { return r.Unique })
	for i := range statements {
		if err := g.Apply(Endpoint, environment, &statements[i]); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := g.Finish(); err != nil {
		t.Fatal(err)
	}
}

// Alias returns the summary of the live payment, order or reference with an alias: "payment/pi_1", "checkout/cs_1",
// "order/10-4471". For a reference that exists under several accounts it is ambiguous. It is zero if there is none.
func (r *Rows) Alias(alias string) hook.Summary { return r.AliasOf("", alias) }

// AliasOf is Alias for a link that names the account of a reference; "" names none.
func (r *Rows) AliasOf(account, alias string) hook.Summary {
	if account != "" {
		alias = hook.ScopedReference(account, alias)
	}
	row := r.find(hook.HashAlias(Endpoint, hook.EnvironmentLive, alias))
	if account == "" && strings.HasPrefix(alias, "order/") {
		var found []*hook.Subject
		for _, bare := range payments.BareReference(Endpoint, hook.EnvironmentLive, alias) {
			if one := r.find(bare); one != nil && !slices.Contains(found, one) {
				found = append(found, one)
			}
		}
		named, shared := payments.Named(found)
		if row = named; shared {
			return hook.Summary{State: hook.StateAmbiguous, Review: []hook.Review{hook.ReviewReferenceShared}}
		}
	}
	if row == nil {
		return hook.Summary{}
	}
	s := row.Summary
	if strings.HasPrefix(alias, "order/") && row.Links.Level == hook.LevelPayment {
		s.Payments = 1 // as a reference that lists it says
	}
	return s
}

func (r *Rows) find(alias hook.AliasHash) *hook.Subject {
	row, _ := r.Find(alias) // rows in memory are always found
	return row
}
