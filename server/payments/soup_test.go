package payments_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
	"hookbeam/server/payments/paymentstest"
)

// soup returns facts that no provider would send together, over a few payments, orders and references.
func soup(seed uint64) *scenario {
	random := rand.New(rand.NewPCG(seed, 7))
	pick := func(texts ...string) string { return texts[random.IntN(len(texts))] }
	some := func(of string, most int) (all []string) {
		for range random.IntN(most + 1) {
			if name := of + strconv.Itoa(random.IntN(4)); !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
		return all
	}
	amounts := []int64{0, 100, 2500, 4900, 9000}
	amount := func() int64 { return amounts[random.IntN(len(amounts))] }
	s := &scenario{Name: fmt.Sprint("soup ", seed), Unique: random.IntN(4) == 0}
	n := 3 + random.IntN(10)
	if random.IntN(8) == 0 {
		n = 60 + random.IntN(60)
	}
	for i := range n {
		f := fact{
			Level: hook.LevelPayment, Event: fmt.Sprint("e", i), At: int64(random.IntN(5) * 60),
			Version: int64(random.IntN(2)), Currency: pick("EUR", "EUR", "EUR", "USD"), Amount: amount(),
			Payment: some("p", 2), Order: some("o", 1), Ref: some("r", 1), Account: pick("", "", "a", "b"),
			Customer: pick("", "", "ann", "bob"),
		}
		f.Kind = pick("created", "action", "processing", "failed", "released", "expired", "canceled", "seen", "hold",
			"capture", "capture", "capture", "refund", "refund", "dispute", "received", "free")
		switch f.Kind {
		case "capture":
			f.State = pick("", "", "done", "pending", "failed")
			f.Part = pick("", "c1", "c2")
			if f.State == "" && random.IntN(3) == 0 {
				f.Total, f.Inferred = true, random.IntN(3) == 0
			}
			if more := random.IntN(6) == 0; more || random.IntN(6) == 0 {
				f.More = &more
			}
		case "refund":
			f.State = pick("", "", "done", "pending", "failed")
			f.Part, f.Of, f.Release = pick("", "f1", "f2"), pick("", "", "c1"), random.IntN(4) == 0
			if f.State == "" && random.IntN(3) == 0 {
				f.Total, f.Gross = float64(amount()), amount()
			}
		case "dispute":
			f.State = pick("open", "won", "lost", "closed")
		case "received":
			f.State = pick("seen", "settled", "unresolved")
		}
		switch random.IntN(6) {
		case 0:
			f.Level = hook.LevelOrder
			f.Kind = pick("created", "processing", "failed", "expired", "canceled", "seen", "free", "snapshot")
			f.Due, f.Declared, f.Returned = amount(), amount(), amount()
		case 1:
			f.Level, f.Kind = hook.LevelReference, pick("created", "closed", "seen")
			f.Due = amount()
		}
		if f.Level != hook.LevelPayment {
			f.State, f.Part, f.Of, f.Total, f.More, f.Gross = "", "", "", nil, nil, 0
		}
		if f.Kind == "snapshot" {
			f.State = pick(
				"pending",
				"processing",
				"paid",
				"partially_paid",
				"partially_refunded",
				"failed",
				"canceled",
				"authorized",
				"refunded",
			)
			f.Paid = random.IntN(3) == 0
		}
		s.Facts = append(s.Facts, f)
	}
	return s
}

// links are the links of everything that a soup may name.
func links() (all []string) {
	for i := range 4 {
		all = append(all, fmt.Sprint("payment/p", i), fmt.Sprint("order/o", i), fmt.Sprint("reference//r", i),
			fmt.Sprint("reference/a/r", i), fmt.Sprint("reference/b/r", i))
	}
	return all
}

// soups is how many random sets of facts are tried.
func soups(t testing.TB) uint64 {
	n, err := strconv.ParseUint(os.Getenv("HOOKBEAM_SOUPS"), 10, 64)
	if err != nil {
		return 3000
	}
	t.Logf("HOOKBEAM_SOUPS: %d", n)
	return n
}

// TestNoOrderOfAnyFactsMakesADifference sends random facts in several orders and parts, with repeats. Nothing that a
// link then shows may deny that money was taken if it was.
func TestNoOrderOfAnyFactsMakesADifference(t *testing.T) {
	for seed := range soups(t) {
		s := soup(seed)
		var want map[string]hook.Summary
		for try := range 4 {
			random := rand.New(rand.NewPCG(seed, uint64(try)))
			order := random.Perm(len(s.Facts))
			for range try {
				order = append(order, order[random.IntN(len(order))])
			}
			r := paymentstest.New()
			applyFacts(t, r, s, order, random)
			got := map[string]hook.Summary{}
			for _, link := range links() {
				got[link] = look(r, link)
				checkDenial(t, s, link, got[link])
			}
			if want == nil {
				want = got
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s, in the order %v:\n%s\n%+v", s.Name, order, diff, s.Facts)
			}
		}
	}
}

// checkDenial holds a summary against the one sentence that must never be wrong.
func checkDenial(t *testing.T, s *scenario, link string, got hook.Summary) {
	t.Helper()
	ended := slices.Contains([]hook.State{hook.StateFailed, hook.StateCanceled, hook.StateExpired}, got.State)
	money := got.Captured > 0 || got.Held > 0 || got.Refunded > 0 || got.Taken || got.OnHold || got.OnItsWay ||
		got.Back
	if got.Denied && (money || !ended) {
		t.Fatalf("%s: %s denies that money was taken: %+v\n%+v", s.Name, link, got, s.Facts)
	}
}
