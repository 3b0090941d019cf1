package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
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
	"hookbeam/server/signature"
)

// paymentNoon is when the payments of these tests begin.
var paymentNoon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// unixAt is a time some minutes after noon in Unix seconds, and isoAt the same time as text.
func unixAt(minutes int) int64 { return paymentNoon.Add(time.Duration(minutes) * time.Minute).Unix() }

func isoAt(minutes int) string {
	return paymentNoon.Add(time.Duration(minutes) * time.Minute).Format(time.RFC3339)
}

// paymentEvent is one event as a provider sends it.
type paymentEvent struct {
	headers map[string]string
	body    string
}

// paymentCase is a course of events and what links must show in the end, whatever the order and the repeats.
type paymentCase struct {
	provider, name string
	settings       map[string]string
	references     []string // paths that the endpoint names
	unique         bool
	events         []paymentEvent
	want           map[string]paymentWant // by alias: "payment/pi_1", "checkout/cs_1", "order/10-4471"
}

// paymentWant is what a link shows. Amount is what was captured, else held, else due.
type paymentWant struct {
	state                 hook.State
	amount, due, refunded int64  // due 0: not looked at
	currency              string // "" is EUR, "-" none
	dispute               hook.Dispute
	review                []hook.Review
	kept                  bool // a part of the money, although a dispute was lost
	late                  bool
	nothingDue            hook.Cause
	denied                bool // "you have not been charged" may be said
}

// paymentCases are those of all providers; each provider has its own file, and adds its list here.
func paymentCases() []paymentCase {
	return slices.Concat(
		stripePayments, stripeEdges,
		btcpayPayments,
		coinbasePayments,
		paypalPayments, paypalHolds, paypalReturns, paypalEdges,
		razorpayPayments, razorpayReturns, razorpayLinks, razorpayNobody, razorpayEdges,
		adyenPayments, adyenReturns, adyenOrders, adyenEdges,
		molliePayments, paddlePayments, squarePayments, squareEdges,
		braintreePayments,
		paystackPayments, paystackEdges, flutterwavePayments, flutterwaveEdges, lemonPayments,
		shopifyPayments(), woocommercePayments(),
	)
}

// ofProvider sets the provider of cases that do not name one.
func ofProvider(id string, cases []paymentCase) []paymentCase {
	for i := range cases {
		cases[i].provider = id
	}
	return cases
}

// TestEveryProvidersPaymentsEndRightInEveryOrder sends the events of each case in every order, or in 200 random ones if
// there are more than six, with repeats, in one batch and in several.
func TestEveryProvidersPaymentsEndRightInEveryOrder(t *testing.T) {
	for _, c := range paymentCases() {
		t.Run(c.provider+" "+c.name, func(t *testing.T) { c.check(t) })
	}
}

func (c *paymentCase) check(t *testing.T) {
	t.Helper()
	byEvent := c.statements(t)
	random := rand.New(rand.NewPCG(uint64(len(c.name)), 1))
	forOrders(len(byEvent), random, func(order []int) {
		for range random.IntN(3) {
			order = slices.Insert(order, random.IntN(len(order)+1), order[random.IntN(len(order))])
		}
		r := paymentstest.New()
		r.Unique = c.unique
		var batch []hook.Statement
		for _, i := range order {
			if batch = append(batch, byEvent[i]...); random.IntN(2) == 0 {
				r.Apply(t, batch...)
				batch = nil
			}
		}
		r.Apply(t, batch...)
		for alias, want := range c.want {
			got := shownPayment(r.Alias(alias), want)
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(paymentWant{})); diff != "" {
				t.Fatalf("%s in the order %v (-want +got):\n%s\n%+v", alias, order, diff, r.Alias(alias))
			}
		}
	})
}

// shownPayment returns a summary in the form of want.
func shownPayment(s hook.Summary, want paymentWant) paymentWant {
	got := paymentWant{
		state: s.State, amount: s.Amount, due: s.Due, refunded: s.Refunded, currency: s.Currency, dispute: s.Dispute,
		review: s.Review, kept: s.Dispute == hook.DisputeIsLost && s.Taken, late: s.Late,
		nothingDue: s.NothingDue, denied: s.Denied,
	}
	if want.due == 0 {
		got.due = 0
	}
	if len(got.review) == 0 {
		got.review = nil
	}
	switch {
	case s.Currency == "" && want.currency == "-":
		got.currency = "-"
	case s.Currency == "EUR" && want.currency == "":
		got.currency = ""
	}
	return got
}

// statements returns what each event reports.
func (c *paymentCase) statements(t *testing.T) (byEvent [][]hook.Statement) {
	t.Helper()
	p, known := For(c.provider)
	if !known {
		t.Fatalf("no provider %q", c.provider)
	}
	e := &hook.Endpoint{
		Provider: c.provider, Settings: c.settings, Verify: hook.Off,
		Statuses: hook.StatusRules{References: c.references},
	}
	for i, event := range c.events {
		seq := hook.Seq(i + 1)
		r := &hook.Record{
			Delivery: hook.Delivery{
				ID: hook.DeliveryID(fmt.Sprint("dlv_", seq)), Seq: seq, Method: "POST",
				ReceivedAt: hook.Time{Time: paymentNoon.Add(9999*time.Hour + time.Duration(seq)*time.Hour)},
			},
			Request: hook.Request{Body: []byte(event.body)},
		}
		for name, value := range event.headers {
			r.Headers = append(r.Headers, hook.Header{Name: name, Value: value})
		}
		f := p.Verify(e, r, signature.ReceiveContext{At: r.ReceivedAt.Time})
		r.Event, r.Type, r.OccurredAt, r.Account = f.Event, f.Type, f.OccurredAt, f.Account
		all, err := p.Statements(e, r)
		if err != nil {
			t.Fatalf("%v: %s", err, event.body)
		}
		byEvent = append(byEvent, all)
	}
	return byEvent
}

// forOrders calls do with every order of n things, or with 200 random ones of more than six.
func forOrders(n int, random *rand.Rand, do func([]int)) {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	if n > 6 {
		for range 200 {
			random.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
			do(slices.Clone(order))
		}
		return
	}
	var from func(int)
	from = func(i int) {
		if i == n {
			do(slices.Clone(order))
			return
		}
		for j := i; j < n; j++ {
			order[i], order[j] = order[j], order[i]
			from(i + 1)
			order[i], order[j] = order[j], order[i]
		}
	}
	from(0)
}

// reportedCase is a folder of real payloads with the right answer.
type reportedCase struct {
	folder   string
	provider string
	settings map[string]string
	want     map[string]paymentWant

	references []string // paths that the endpoint names
}

// reportedCases are those of all providers; each provider adds its list here.
func reportedCases() []reportedCase {
	return slices.Concat(
		stripeReported,
		paypalReported,
		razorpayReported,
		adyenReported,
		mollieReported,
		flutterwaveReported, lemonReported,
		shopifyReported(),
	)
}

// TestReportedCasesEndRightInEveryOrder replays payloads of reported cases.
func TestReportedCasesEndRightInEveryOrder(t *testing.T) {
	shared := os.Getenv("HOOKBEAM_SHARED")
	if shared == "" {
		t.Skip("HOOKBEAM_SHARED is not set: the payloads of reported cases are not here")
	}
	for _, c := range reportedCases() {
		t.Run(c.folder, func(t *testing.T) {
			all := paymentCase{
				provider: c.provider, name: c.folder, settings: c.settings, references: c.references, want: c.want,
				events: readEvents(t, filepath.Join(shared, "cases/payments", c.folder)),
			}
			all.check(t)
		})
	}
}

// readEvents reads the events of a folder: 01.json with 01.headers.json, or events.jsonl with one event on a line.
func readEvents(t *testing.T, folder string) (all []paymentEvent) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "[0-9]*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".headers.json") {
			continue
		}
		event := paymentEvent{body: string(read(t, file))}
		headers := strings.TrimSuffix(file, ".json") + ".headers.json"
		if _, err := os.Stat(headers); err == nil {
			if err := json.Unmarshal(read(t, headers), &event.headers); err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, event)
	}
	if lines := filepath.Join(folder, "events.jsonl"); len(all) == 0 {
		for line := range bytes.Lines(read(t, lines)) {
			all = append(all, paymentEvent{body: string(line)})
		}
	}
	return all
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
