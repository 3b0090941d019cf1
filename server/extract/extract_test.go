package extract

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// eventOf reads the id, the type and the time of events from the body, or from an item.
func eventOf(where string) func(*payload.Request) hook.Event {
	id, typ, at := payload.Select(where+":id"), payload.Select(where+":type"), payload.Select(where+":at")
	return func(q *payload.Request) hook.Event {
		e := hook.Event{ID: q.Text(id), Type: q.Text(typ)}
		e.OccurredAt, _ = payload.ParseTime(q.Text(at))
		return e
	}
}

// cafe is a made-up sender whose rules use every field of Rule and SubjectSpec once.
var cafe = Source{Event: eventOf("body"), Rules: Rules{
	{
		Types:   []string{"sum.refunded"},
		Match:   Always(hook.Refund),
		Subject: &cafeSum,
		Part:    payload.SelectAll("body:refund"),
		Also:    true,
		Amounts: []AmountSpec{Amount("body:back").Total()},
	},
	{Types: []string{"sum.refunded", "sum.disputed"}, Match: Always(hook.DisputeOpen), Subject: &cafeSum},
	{
		Types:   []string{"sum.*"},
		Subject: &cafeSum,
		Match: ByField("body:state+body:how", Kinds{"open/": hook.Created, "open/bank": hook.Processing,
			"void/": hook.Canceled}, ""),
	},
	{
		Types:   []string{"oven"},
		Subject: &cafeOven,
		Match: StateFrom("body:oven.state", Outcomes{"hot": {State: hook.StateRunning, Rank: 2},
			"cold": {State: hook.StateSuccess, Final: true, Rank: 3, Tone: hook.ToneNeutral}}),
	},
}}

var cafeSum = SubjectSpec{
	Aliases: []AliasSpec{Alias("payment", "body:sum.id"), Alias("bill", "body:links.#rel=bill.to").After("/bills/"),
		Alias("table", "body:room+body:tables.1"), Alias("guest", "body:guest"), Alias("odd", `body:a\.b`),
		Alias("bill", "body:lone").Fallback()},
	References:       payload.SelectAll("body:basket", "body:ticket"),
	CopiedReferences: ByField("body:again", Kinds{"true": hook.Info}, ""),
	Customer:         payload.SelectAll("body:guest", "body:guest.mail"),
	Amounts:          []AmountSpec{Amount("body:nothing"), Amount("body:sum.is").In("body:sum.of")},
	Currency:         payload.SelectAll("body:currency"),
	Decimal:          true,
}

var cafeOven = SubjectSpec{
	Kind:    hook.KindRun,
	Aliases: []AliasSpec{Alias("run", "body:oven.id")},
	Version: payload.Select("body:oven.try"),
	Times:   payload.SelectAll("body:oven.never", "body:oven.at"),
	Titles:  Titles("{body:oven.of} at {body:oven.heat}°", "baking {body:oven.of}"),
	URLs:    payload.SelectAll("body:oven.url"),
	Fulfilment: StateFrom("?body:oven.door",
		Outcomes{"yes": {State: hook.StateFulfilled}, "": {State: hook.StateUnfulfilled}}),
}

// mustExtract returns the statements of a delivery "dlv_1", received at noon, whose endpoint has these references.
func (s Source) mustExtract(body string, references ...string) []hook.Statement {
	r := extracttest.Record("POST", nil, body)
	r.ID, r.Seq, r.ReceivedAt = "dlv_1", 7, hook.Millis(noon.UnixMilli())
	told, err := s.Statements(&hook.Endpoint{Statuses: hook.StatusRules{References: references}}, r)
	if err != nil {
		panic(err)
	}
	return told
}

// ruleCases are events of cafe, and the summary of the statements that each must give.
var ruleCases = map[string]struct{ body, want string }{
	"by the text at a spot": {
		`{"type":"sum.new","state":"open","sum":{"id":1}}`,
		"created: payment/1",
	},
	"by the texts at several": {
		`{"type":"sum.new","state":"open","how":"bank","sum":{"id":1}}`,
		"processing: payment/1",
	},
	"nothing by a text that nobody knows": {`{"type":"sum.new","state":"odd","sum":{"id":1}}`, ""},
	"nothing by a type that nobody knows": {`{"type":"tip.new","state":"open","sum":{"id":1}}`, ""},
	"nothing without a type":              {`{"state":"open","sum":{"id":1}}`, ""},
	"nothing of nobody":                   {`{"type":"sum.new","state":"open"}`, ""},
	"the first of two, not the wider": {
		`{"type":"sum.disputed","state":"open","sum":{"id":1}}`,
		"dispute_open: payment/1",
	},
	"two things at once": {
		`{"type":"sum.refunded","sum":{"id":1},"back":"2.5","currency":"eur","refund":"r1"}`,
		"refund 250 EUR in all r1: payment/1\ndispute_open: payment/1",
	},
	"an amount in its own currency": {
		`{"type":"sum.","state":"open","currency":"usd","sum":{"id":1,"is":"4.90","of":"kwd"}}`,
		"created 4900 KWD: payment/1",
	},
	"no amount of a dispute": {
		`{"type":"sum.disputed","sum":{"id":1,"is":"4.90","of":"eur"}}`,
		"dispute_open: payment/1",
	},
	"no amount without a currency": {
		`{"type":"sum.","state":"open","currency":"eur","sum":{"id":1,"is":"4.90"}}`,
		"created: payment/1",
	},
	"an object by its id": {
		`{"type":"sum.","state":"open","guest":{"id":"g1","mail":"ada@example.com"}}`,
		"created: guest/g1",
	},
	"what stands behind a part of an URL": {
		`{"type":"sum.","state":"open","links":[{"rel":"x","to":"/bills/0"},{"rel":"bill",` +
			`"to":"https://x/bills/b1/pay?x"}]}`,
		"created: bill/b1",
	},
	"a name of two parts": {
		`{"type":"sum.","state":"open","room":"A","tables":["t0","t1"]}`,
		"created: table/A/t1",
	},
	"no name of which a part is missing": {`{"type":"sum.","state":"open","room":"A","tables":["t0"]}`, ""},
	"a member with a dot in its name":    {`{"type":"sum.","state":"open","a.b":"x"}`, "created: odd/x"},
	"a name for want of another":         {`{"type":"sum.","state":"open","lone":"x"}`, "created: bill/x"},
	"no such name beside another": {
		`{"type":"sum.","state":"open","lone":"x","sum":{"id":1}}`,
		"created: payment/1",
	},
	"the shop's own names": {
		`{"type":"sum.","state":"open","sum":{"id":1},"basket":" b 1 ","ticket":"t1"}`,
		"created: payment/1 order/b 1 order/t1",
	},
	"no name that was copied": {
		`{"type":"sum.","state":"open","sum":{"id":1},"basket":"b","again":true}`,
		"created: payment/1",
	},
	"the shop's own name once": {
		`{"type":"sum.","state":"open","basket":"b","ticket":"b"}`,
		"created: order/b",
	},
	"no name that cannot be printed": {
		`{"type":"sum.","state":"open","sum":{"id":"a\u0007"},"basket":"b\nc","guest":"\u202e"}`,
		"",
	},
	"no name that is too long": {
		`{"type":"sum.","state":"open","sum":{"id":"` + strings.Repeat("x", maxName-len("payment/")+1) + `"}}`,
		"",
	},
	"the longest name that there may be": {
		`{"type":"sum.","state":"open","sum":{"id":"` + strings.Repeat("x", maxName-len("payment/")) + `"}}`,
		"created: payment/" + strings.Repeat("x", maxName-len("payment/")),
	},
	"where something stands": {
		`{"type":"oven","oven":{"id":"o1","state":"hot","door":0}}`,
		"stands running unfulfilled: run/o1",
	},
	"something beside where it stands": {
		`{"type":"oven","oven":{"id":"o1","state":"cold","door":{"open":1}}}`,
		"stands success fulfilled: run/o1",
	},
	"nothing where nobody knows the state": {`{"type":"oven","oven":{"id":"o1","state":"warm"}}`, ""},
	"nothing by no JSON":                   {`type=oven`, ""},
	"nothing by an empty list":             {`[]`, ""},
	"nothing by half of an object":         {`{"type":"sum.","state":"open","sum":`, ""},
}

func TestAStorySaysWhatItsEventsMean(t *testing.T) {
	for name, c := range ruleCases {
		if got := extracttest.Summary(cafe.mustExtract(c.body)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestAStatementHasWhatIsKnownOfItsEvent(t *testing.T) {
	got := cafe.mustExtract(
		`{"id":"e1","type":"oven","at":"2026-01-01T00:00:00Z","oven":{"id":"o1","state":"cold","try":"3",` +
			`"at":1767225700,` +
			`"of":"bread","url":"https://oven.example/1","door":[]}}`,
	)
	want := []hook.Statement{{Subject: hook.KindRun, Aliases: []string{"run/o1"}, Evidence: hook.Evidence{
		Event: "e1", Kind: hook.StateReported, At: hook.Millis(1767225700000), Seq: 7, Delivery: "dlv_1", Type: "oven",
		ReceivedAt: hook.Millis(noon.UnixMilli()),
		State:      hook.StateSuccess, Fulfilment: hook.StateUnfulfilled, Tone: hook.ToneNeutral, Final: true,
		Version: 3, Rank: 3,
		Title: "baking bread", URL: "https://oven.example/1"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = cafe.mustExtract(`{"type":"sum.","state":"open","at":1767225600,"basket":"b1",` +
		`"guest":{"mail":"ada@example.com"}}`)
	want = []hook.Statement{{Subject: hook.KindPayment, Level: hook.LevelReference, Aliases: []string{},
		References: []string{"order/b1"}, Customers: got[0].Customers, Evidence: hook.Evidence{
			Event: "dlv_1", Kind: hook.Created, At: hook.Millis(1767225600000), Seq: 7, Delivery: "dlv_1",
			Type: "sum.", ReceivedAt: hook.Millis(noon.UnixMilli()),
			Reference: "b1", Customer: "ada@example.com"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	none := cafe.mustExtract(`{"type":"oven","oven":{"id":"o1","state":"hot",` +
		`"url":"javascript://oven.example/%0aalert(1)"}}`)[0]
	if none.URL != "" || none.Title != "" || !none.At.Equal(noon) {
		t.Errorf("%+v", none)
	}
}

func TestAnEndpointsOwnReferencesAreNamesToo(t *testing.T) {
	body := `{"type":"sum.","state":"open","sum":{"id":1},"shop":{"no":["x","10-4471"]}%s}`
	got := cafe.mustExtract(fmt.Sprintf(body, ""), "shop.none", "shop.no.1")[0]
	if got.Reference != "10-4471" || !slices.Equal(got.References, []string{"order/10-4471"}) {
		t.Errorf("%q %q", got.Reference, got.References)
	}
	got = cafe.mustExtract(fmt.Sprintf(body, `,"basket":"b1"`), "shop.no.1")[0]
	if got.Reference != "b1" || !slices.Equal(got.References, []string{"order/b1", "order/10-4471"}) {
		t.Errorf("%q %q", got.Reference, got.References)
	}
	many := slices.Repeat([]string{"none"}, maxReferences)
	if got := cafe.mustExtract(fmt.Sprintf(body, ""), append(many, "shop.no.1")...)[0]; got.Reference != "" {
		t.Errorf("more than %d were looked for: %q", maxReferences, got.Reference)
	}
}

func TestEachEventOfABatchSpeaksForItself(t *testing.T) {
	p := Source{
		Batch: &payload.Batch{List: "all"},
		Event: eventOf("item"),
		Rules: Rules{
			{
				Types: []string{"sum"},
				Match: Always(hook.Captured),
				Subject: &SubjectSpec{Aliases: []AliasSpec{Alias("payment", "item:sum")},
					References: payload.SelectAll("item:no"),
					Amounts:    []AmountSpec{Amount("item:is")}, Currency: payload.SelectAll("body:currency")},
			},
		},
	}
	got := p.mustExtract(
		`{"currency":"jpy","own":"o","all":[{"id":"e1","type":"sum","at":1767225600,"sum":"p1","is":490,`+
			`"no":"1"},{"type":"other"},`+
			`{"type":"sum","sum":{"id":"p2"}}]}`,
		"own",
	)
	want := "captured 490 JPY: payment/p1 order/1 order/o\ncaptured: payment/p2 order/o"
	if got := extracttest.Summary(got); got != want {
		t.Fatalf("%s\nwant %s", got, want)
	}
	if got[0].Event != "e1" || got[1].Event != "dlv_1/2" || got[0].At.Unix() != 1767225600 || !got[1].At.Equal(noon) {
		t.Errorf("%+v", got)
	}
	got = p.mustExtract(`{"all":[{"id":"e1","type":"sum","sum":"p1"},{"id":"e2","type":"sum","sum":"p2"}]}`)
	if len(got) != 2 || got[1].Event != "e2" {
		t.Errorf("two: %+v", got)
	}
	got = p.mustExtract(`{"all":[{"id":"e1","type":"sum","sum":"p1"}]}`)
	if len(got) != 1 || got[0].Event != "e1" {
		t.Errorf("alone: %+v", got)
	}
	got = p.mustExtract(`{"all":[` + strings.Repeat(`{"type":"sum","sum":"p"},`, payload.MaxItems+50) + `{}]}`)
	if len(got) != payload.MaxItems {
		t.Errorf("%d statements of a very large batch", len(got))
	}
}

func TestNoMoreOfABodyIsToldApartThanItsBound(t *testing.T) {
	body := `{"type":"sum.","state":"open","sum":{"id":1},"shop":[` +
		strings.Repeat(`"a",`, payload.MaxMembers-1) + `"last","behind"]}`
	last, behind := fmt.Sprint("shop.", payload.MaxMembers-1), fmt.Sprint("shop.", payload.MaxMembers)
	if got := cafe.mustExtract(body, behind, last); got[0].Reference != "last" {
		t.Errorf("%q", got[0].Reference)
	}
}

func TestAmountsAreReadIntoMinorUnits(t *testing.T) {
	decimal, whole := &SubjectSpec{Decimal: true}, &SubjectSpec{Digits: map[string]int{"ISK": 2, "UGX": 2, "MGA": 0}}
	for name, c := range map[string]struct {
		text, currency string
		of             *SubjectSpec
		want           int64
		not            bool
	}{
		"two places":                       {"49.00", "EUR", decimal, 4900, false},
		"one place":                        {"49.5", "EUR", decimal, 4950, false},
		"no place":                         {"49", "EUR", decimal, 4900, false},
		"none in the currency":             {"4900", "JPY", decimal, 4900, false},
		"zeros behind a yen":               {"4900.00", "JPY", decimal, 4900, false},
		"three in the currency":            {"4.905", "KWD", decimal, 4905, false},
		"less than there is":               {"4.905", "EUR", decimal, 0, true},
		"money that goes out":              {"-9.00", "EUR", decimal, 900, false},
		"nothing":                          {"0.00", "EUR", decimal, 0, false},
		"minor units":                      {"4900", "EUR", whole, 4900, false},
		"a part of a minor unit":           {"49.5", "EUR", whole, 0, true},
		"krónur, which Stripe splits":      {"500", "ISK", whole, 5, false},
		"ariary, which Stripe does not":    {"5", "MGA", whole, 500, false},
		"a yen":                            {"5", "JPY", whole, 5, false},
		"with a sign before the digits":    {"+49", "EUR", decimal, 0, true},
		"with an exponent":                 {"1e3", "EUR", decimal, 0, true},
		"with a comma":                     {"1,000.00", "EUR", decimal, 0, true},
		"words":                            {"much", "EUR", decimal, 0, true},
		"a dot alone":                      {".", "EUR", decimal, 0, true},
		"letters behind the dot":           {"1.x", "EUR", decimal, 0, true},
		"more than all the money":          {"9999999999999999", "EUR", decimal, 0, true},
		"far more than all the money":      {strings.Repeat("9", 400), "EUR", whole, 0, true},
		"in no currency":                   {"49.00", "", decimal, 0, true},
		"in a currency of another kind":    {"49.00", "USDC", decimal, 0, true},
		"in a currency with small letters": {"49.00", "eur", decimal, 0, true},
	} {
		if got, ok := minorUnits(c.text, c.currency, c.of); got != c.want || ok == c.not {
			t.Errorf("%s: %d, %v", name, got, ok)
		}
	}
}

// TestWhatIsReadInPartTellsNothing has a batch that is short enough to be read, and an endpoint whose paths for
// references search a thousand members again for each event. No statement counts: those of a part of the batch could
// give another result than those of the whole.
func TestWhatIsReadInPartTellsNothing(t *testing.T) {
	p := Source{
		Batch: &payload.Batch{List: "all"},
		Event: eventOf("item"),
		Rules: Rules{{Types: []string{"sum"}, Match: Always(hook.Captured),
			Subject: &SubjectSpec{Aliases: []AliasSpec{Alias("payment", "item:sum")}}}},
	}
	var items []string
	for i := range payload.MaxItems {
		items = append(items, fmt.Sprintf(`{"type":"sum","sum":"p%d"}`, i))
	}
	r := extracttest.Record("POST", nil,
		`{"all":[`+strings.Join(items, ",")+`],"more":[`+strings.Repeat(`{"a":"b"},`, 1000)+`{}]}`)
	if len(r.Body) > hook.MaxExtracted {
		t.Fatalf("%d bytes are too many to be read at all", len(r.Body))
	}
	e := &hook.Endpoint{}
	if told, _, err := p.Measured(e, r); err != nil || len(told) != payload.MaxItems {
		t.Fatalf("without References: %d statements, %v", len(told), err)
	}
	for i := range maxReferences {
		e.Statuses.References = append(e.Statuses.References, fmt.Sprintf("more.#a=%d", i))
	}
	told, steps, err := p.Measured(e, r)
	if len(told) != 0 || !errors.Is(err, hook.ErrTooMuch) {
		t.Errorf("%d statements, %d steps: %v", len(told), steps, err)
	}
}
