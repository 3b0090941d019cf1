// Package paymentstest has rows of payments in memory, for tests of what events report and of the rules that derive
// states from it. Start with Rows.
package paymentstest

import (
	"strings"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/payments"
)

// Endpoint is the endpoint of all rows.
const Endpoint = hook.EndpointID("ep_1")

// Rows are rows in memory. They implement payments.Rows.
type Rows struct {
	Unique bool // the shop says that its references are unique
	all    map[int64]*hook.Subject
	index  map[hook.AliasHash]int64
	last   int64
}

// New returns no rows.
func New() *Rows { return &Rows{all: map[int64]*hook.Subject{}, index: map[hook.AliasHash]int64{}} }

// Find returns the row that has an alias, nil if there is none.
func (r *Rows) Find(alias hook.AliasHash) (*hook.Subject, error) { return r.all[r.index[alias]], nil }

// Add gives a new row its key.
func (r *Rows) Add(row *hook.Subject) {
	r.last++
	row.Key = r.last
	r.all[row.Key] = row
}

// Point makes an alias lead to a row.
func (r *Rows) Point(alias hook.AliasHash, row *hook.Subject) { r.index[alias] = row.Key }

// Drop removes a row that was merged into another one.
func (r *Rows) Drop(row *hook.Subject) { delete(r.all, row.Key) }

// All returns all rows, in no particular order.
func (r *Rows) All() (all []*hook.Subject) {
	for _, row := range r.all {
		all = append(all, row)
	}
	return all
}

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
	row := r.all[r.index[hook.HashAlias(Endpoint, hook.EnvironmentLive, alias)]]
	if account == "" && strings.HasPrefix(alias, "order/") {
		found := map[int64]bool{}
		for _, bare := range payments.BareReference(Endpoint, hook.EnvironmentLive, alias) {
			if one := r.all[r.index[bare]]; one != nil {
				row, found[one.Key] = one, true
			}
		}
		if len(found) > 1 {
			return hook.Summary{State: hook.StateAmbiguous, Review: []hook.Review{hook.ReviewReferenceShared}}
		}
	}
	if row == nil {
		return hook.Summary{}
	}
	return row.Summary
}
