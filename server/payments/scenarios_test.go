package payments_test

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
	"hookbeam/server/payments/paymentstest"
)

// scenario is one course of events in normalised facts, with the right answer for each link. The files have the same
// form as the shared ones, whose README describes it.
type scenario struct {
	Name, Provider, Why string
	Unique              bool // the shop says that references are unique
	Facts               []fact
	Expected            map[string]answer
}

// fact is what one event says.
type fact struct {
	Level                                hook.Level
	Payment, Order, Ref, Alias           []string
	Account, Mode, Kind, Event, Currency string
	Part, State, Of, Customer, Reason    string
	Review                               hook.Review
	At, Version, Amount                  int64
	Gross, Due, Declared, Returned       int64
	Total                                any
	Inferred, Release, Late, Voucher     bool
	Paid                                 bool
	More                                 *bool
}

// answer is what a link shows. A key that is missing is not known.
type answer struct {
	State    hook.State
	Currency string
	Amount   int64
	Due      int64
	Captured int64
	Held     int64
	Refunded int64
	Flags    []string
	Dispute  hook.Dispute
	Words    struct {
		Taken, Held, Returned bool
		OnItsWay              bool `json:"on_its_way"`
	}
	MayDeny bool `json:"may_deny"`
}

// readScenarios returns the scenarios of this package and, where they are given, the shared ones.
func readScenarios(t testing.TB) (all []scenario) {
	t.Helper()
	files := []string{"testdata/scenarios.json"}
	if shared := os.Getenv("HOOKBEAM_SHARED"); shared != "" {
		files = append(files, filepath.Join(shared, "cases/payments/scenarios.json"))
	} else {
		t.Log("HOOKBEAM_SHARED is not set: the shared scenarios are left out")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var some []scenario
		if err := json.Unmarshal(text, &some); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all = append(all, some...)
	}
	return all
}

var start = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// names puts a prefix before the texts that have none.
func names(prefix string, texts []string) []string {
	all := make([]string, len(texts))
	for i, text := range texts {
		if !strings.Contains(text, "/") {
			text = prefix + "/" + text
		}
		all[i] = text
	}
	return all
}

func (f *fact) environment() string {
	if f.Mode == "test" {
		return hook.EnvironmentTest
	}
	return hook.EnvironmentLive
}

// statement returns the fact as it is extracted from a delivery.
func (f *fact) statement(t testing.TB) hook.Statement {
	t.Helper()
	s := hook.Statement{
		Subject: hook.KindPayment, Level: f.Level,
		Aliases: names("payment", f.Payment), Orders: names("own-order", f.Order),
		References: append(names("order", f.Ref), f.Alias...), Account: f.Account,
		Evidence: hook.Evidence{
			Event: f.Event, At: hook.Time{Time: start.Add(time.Duration(f.At) * time.Second)}, Version: f.Version,
			Amount: f.Amount, Currency: f.Currency, Part: f.Part, Of: f.Of, Charged: f.Gross, Release: f.Release,
			Inferred: f.Inferred, Due: f.Due, Declared: f.Declared, Returned: f.Returned, Paid: f.Paid,
			Review: f.Review, Late: f.Late,
			Cause: hook.Cause(f.Reason),
		},
	}
	if f.Customer != "" {
		s.Customers = []string{hook.CustomerHash("id", f.Customer)}
	}
	if f.Voucher {
		s.Method = hook.MethodVoucher
	}
	switch total := f.Total.(type) {
	case bool:
		if total {
			s.Amount, s.Total = 0, f.Amount
		}
	case float64:
		s.Total = int64(total)
	}
	if f.More != nil {
		s.Follows = map[bool]hook.More{true: hook.MoreFollow, false: hook.LastOne}[*f.More]
	}
	s.Kind = f.kind(t)
	if f.Kind == "snapshot" || f.Kind == "closed" {
		s.State = hook.State(f.State)
	}
	return s
}

var factKinds = map[string]hook.EvidenceKind{
	"created": hook.Created, "action": hook.Action, "processing": hook.Processing, "failed": hook.Failed,
	"released": hook.Released, "expired": hook.Expired, "canceled": hook.Canceled, "seen": hook.Info,
	"free": hook.NothingDue, "closed": hook.Closed, "hold": hook.Authorized, "snapshot": hook.StateReported,
	"capture": hook.Captured, "capture done": hook.Captured, "capture pending": hook.CapturePending,
	"capture failed": hook.CaptureFailed, "refund": hook.Refund, "refund done": hook.Refund,
	"refund pending": hook.RefundPending, "refund failed": hook.RefundFailed, "received seen": hook.CoinsSeen,
	"received settled": hook.CoinsReceived, "received unresolved": hook.CoinsUnsettled,
	"dispute open": hook.DisputeOpen, "dispute won": hook.DisputeWon, "dispute lost": hook.DisputeLost,
	"dispute closed": hook.DisputeClosed,
}

func (f *fact) kind(t testing.TB) hook.EvidenceKind {
	t.Helper()
	key := f.Kind
	if f.State != "" && f.Kind != "snapshot" && f.Kind != "closed" {
		key += " " + f.State
	}
	kind, known := factKinds[key]
	if !known {
		t.Fatalf("no kind of evidence for %q", key)
	}
	return kind
}

// applyFacts applies facts in an order, some of them at once.
func applyFacts(t testing.TB, r *paymentstest.Rows, s *scenario, order []int, random *rand.Rand) {
	t.Helper()
	r.Unique = s.Unique
	batch := map[string][]hook.Statement{}
	flush := func() {
		for environment, statements := range batch {
			r.ApplyIn(t, environment, statements...)
		}
		clear(batch)
	}
	for _, i := range order {
		f := &s.Facts[i]
		batch[f.environment()] = append(batch[f.environment()], f.statement(t))
		if random.IntN(2) == 0 {
			flush()
		}
	}
	flush()
}

// look returns what a link shows.
func look(r *paymentstest.Rows, link string) hook.Summary {
	kind, name, _ := strings.Cut(link, "/")
	switch kind {
	case "payment":
		return r.Alias(names("payment", []string{name})[0])
	case "order":
		return r.Alias(names("own-order", []string{name})[0])
	}
	if account, reference, named := strings.Cut(name, "/"); named {
		return r.AliasOf(account, "order/"+reference)
	}
	return r.Alias("order/" + name)
}

// shown returns a summary in the form of the scenarios.
func shown(s hook.Summary) (a answer) {
	if s.State == hook.StateAmbiguous {
		return answer{State: s.State, Flags: flags(s)}
	}
	a = answer{
		State: s.State, Currency: s.Currency, Amount: s.Amount, Due: s.Due, Captured: s.Captured, Held: s.Held,
		Refunded: s.Refunded, Dispute: s.Dispute, MayDeny: s.Denied, Flags: flags(s),
	}
	a.Words.Taken, a.Words.Held, a.Words.OnItsWay, a.Words.Returned = s.Taken, s.OnHold, s.OnItsWay, s.Back
	return a
}

func flags(s hook.Summary) []string {
	all := []string{}
	for _, r := range s.Review {
		all = append(all, string(r))
	}
	if s.Late {
		all = append(all, "late")
	}
	if s.NothingDue != "" {
		all = append(all, "nothing_due")
	}
	return all
}

// TestEveryScenarioHasItsAnswersInEveryOrder sends the facts of each scenario in every order, or in 200 random ones if
// there are more than six, with repeats.
func TestEveryScenarioHasItsAnswersInEveryOrder(t *testing.T) {
	for _, s := range readScenarios(t) {
		t.Run(s.Name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed(s.Name), 1))
			for order := range orders(len(s.Facts), random) {
				repeated := slices.Clone(order)
				for range random.IntN(3) {
					repeated = slices.Insert(repeated, random.IntN(len(repeated)+1), order[random.IntN(len(order))])
				}
				r := paymentstest.New()
				applyFacts(t, r, &s, repeated, random)
				got := map[string]answer{}
				for link, want := range s.Expected {
					if want.Flags == nil {
						want.Flags = []string{}
						s.Expected[link] = want
					}
					got[link] = shown(look(r, link))
				}
				if diff := cmp.Diff(s.Expected, got); diff != "" {
					t.Fatalf("in the order %v (-want +got):\n%s", repeated, diff)
				}
			}
		})
	}
}

func seed(text string) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, text)
	return h.Sum64()
}

// orders yields every order of n things, or 200 random ones of more than six.
func orders(n int, random *rand.Rand) func(yield func([]int) bool) {
	return func(yield func([]int) bool) {
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		if n > 6 {
			for range 200 {
				random.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
				if !yield(order) {
					return
				}
			}
			return
		}
		permute(order, 0, yield)
	}
}

func permute(order []int, from int, yield func([]int) bool) bool {
	if from == len(order) {
		return yield(order)
	}
	for i := from; i < len(order); i++ {
		order[from], order[i] = order[i], order[from]
		if !permute(order, from+1, yield) {
			return false
		}
		order[from], order[i] = order[i], order[from]
	}
	return true
}
