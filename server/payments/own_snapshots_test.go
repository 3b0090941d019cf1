package payments

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
)

// orderAt is a time some minutes after noon.
func orderAt(minutes int) hook.Time {
	return hook.Time{Time: time.Date(2026, 3, 4, 12, minutes, 0, 0, time.UTC)}
}

// randomSnapshots are snapshots and other evidence of one order, many of the same time.
func randomSnapshots(random *rand.Rand, n int) (all []hook.Evidence) {
	states := []hook.State{hook.StatePending, hook.StateProcessing, hook.StateAuthorized, hook.StatePaid,
		hook.StatePartiallyPaid, hook.StatePartiallyRefunded, hook.StateRefunded, hook.StateFailed, hook.StateCanceled}
	amounts := []int64{0, 0, 900, 1900, 4900}
	amount := func() int64 { return amounts[random.IntN(len(amounts))] }
	for i := range n {
		e := hook.Evidence{
			Event: fmt.Sprint("e", i), Kind: hook.StateReported, At: orderAt(random.IntN(n / 2)),
			State: states[random.IntN(len(states))], Rank: random.IntN(3), Paid: random.IntN(4) == 0,
			Due: amount(), Declared: amount(), Returned: amount(),
		}
		if random.IntN(6) == 0 {
			e.Kind, e.State, e.Paid, e.Declared, e.Amount = hook.Refund, "", false, 0, amount()
			e.Part = []string{"", "f1", "f2", "f3"}[random.IntN(4)]
		}
		if e.Due+e.Declared+e.Returned+e.Amount != 0 {
			e.Currency = []string{"EUR", "EUR", "EUR", "EUR", "USD"}[random.IntN(5)]
		}
		if e.Part != "" && e.Currency != "" { // one refund is in one currency
			e.Currency = "EUR"
		}
		all = append(all, e)
	}
	return all
}

// TestSnapshotsMayBeTrimmedAtAnyTime derives an order from all of its evidence, and from what is kept of it if it is
// stored in between.
func TestSnapshotsMayBeTrimmedAtAnyTime(t *testing.T) {
	for seed := range uint64(2000) {
		random := rand.New(rand.NewPCG(seed, 3))
		all := randomSnapshots(random, 40+random.IntN(60))
		want := Order(all, nil)
		var kept []hook.Evidence
		for rest := all; len(rest) > 0; {
			n := min(len(rest), 1+random.IntN(40))
			kept, rest = Trim(append(slices.Clone(kept), rest[:n]...)), rest[n:]
		}
		if diff := cmp.Diff(want, Order(kept, nil)); diff != "" {
			t.Fatalf("seed %d:\n%s", seed, diff)
		}
	}
}

// TestMoneyThatAnOrderDeclaresIsThatOfThePaymentsBesideIt holds in a reference: a paid link of Mollie's does not say
// which payment paid it.
func TestMoneyThatAnOrderDeclaresIsThatOfThePaymentsBesideIt(t *testing.T) {
	link := func(declared, returned int64) hook.Member {
		s := Order([]hook.Evidence{{Event: "l", Kind: hook.StateReported, State: hook.StatePaid, At: orderAt(5),
			Currency: "EUR", Due: 4900, Declared: declared, Returned: returned}}, nil)
		return hook.Member{Name: "payment-link/pl_1", Row: 1, Level: hook.LevelOrder, Summary: s}
	}
	paid := func(row int64, amount, refunded int64) hook.Member {
		set := []hook.Evidence{
			{Event: "p", Kind: hook.Captured, Part: "p", At: orderAt(5), Currency: "EUR", Amount: amount},
		}
		if refunded > 0 {
			set = append(set, hook.Evidence{Event: "r", Kind: hook.Refund, Part: "r", At: orderAt(9), Currency: "EUR",
				Amount: refunded})
		}
		return hook.Member{
			Name:    fmt.Sprint("payment/", row),
			Row:     row,
			Level:   hook.LevelPayment,
			Summary: Payment(set),
		}
	}
	for name, c := range map[string]struct {
		members                 []hook.Member
		state                   hook.State
		captured, due, refunded int64
		review                  []hook.Review
	}{
		"one payment":       {[]hook.Member{link(4900, 0), paid(2, 4900, 0)}, hook.StatePaid, 4900, 4900, 0, nil},
		"a smaller payment": {[]hook.Member{link(4900, 0), paid(2, 2000, 0)}, hook.StatePaid, 4900, 4900, 0, nil},
		"a larger payment":  {[]hook.Member{link(4900, 0), paid(2, 6000, 0)}, hook.StatePaid, 6000, 6000, 0, nil},
		"a refund": {[]hook.Member{link(4900, 0), paid(2, 4900, 900)}, hook.StatePartiallyRefunded,
			4900, 4900, 900, nil},
		"a refund that both report": {[]hook.Member{link(4900, 900), paid(2, 4900, 900)}, hook.StatePartiallyRefunded,
			4900, 4900, 900, nil},
		"two payments": {[]hook.Member{link(4900, 0), paid(2, 4900, 0), paid(3, 4900, 0)},
			hook.StatePaid, 9800, 4900, 0, []hook.Review{hook.ReviewPaidTwice}},
	} {
		got := Reference(nil, c.members, true)
		if got.State != c.state || got.Captured != c.captured || got.Due != c.due || got.Refunded != c.refunded ||
			!slices.Equal(got.Review, c.review) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestADeletionProvesNothingAboutMoney has a shop delete an order: it sends the id alone.
func TestADeletionProvesNothingAboutMoney(t *testing.T) {
	deleted := hook.Evidence{Event: "d", Kind: hook.StateReported, State: hook.StateCanceled, At: orderAt(50)}
	for state, want := range map[hook.State]bool{
		hook.StatePending: false, hook.StateProcessing: false, hook.StateAuthorized: false, hook.StatePaid: false,
		hook.StatePartiallyPaid: false, hook.StateFailed: true, hook.StateCanceled: true, hook.StateExpired: true,
	} {
		before := hook.Evidence{
			Event:    "b",
			Kind:     hook.StateReported,
			State:    state,
			At:       orderAt(5),
			Currency: "EUR",
			Due:      4900,
			Paid:     state == hook.StatePaid || state == hook.StatePartiallyPaid,
		}
		got := Order([]hook.Evidence{before, deleted}, nil)
		if got.State != hook.StateCanceled || got.Denied != want || got.Taken != before.Paid {
			t.Errorf("deleted after %s: %+v", state, got)
		}
	}
}
