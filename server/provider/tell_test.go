package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
)

// cafe is a sender that has one of everything that a story may say.
var cafe = Provider{
	ID: "cafe", events: []string{"body:id"}, types: []string{"body:type"}, times: []string{"body:at"},
	tells: []tell{
		{types: []string{"sum.refunded"}, says: is(hook.Refund), of: &cafeSum, refund: []string{"body:refund"}, also: true,
			amount: []amount{{at: "body:back", total: true}}},
		{types: []string{"sum.refunded", "sum.disputed"}, says: is(hook.DisputeOpen), of: &cafeSum},
		{types: []string{"sum.*"}, of: &cafeSum, says: by("body:state+body:how", kinds{"open/": hook.Created, "open/bank": hook.Processing,
			"void/": hook.Canceled}, "")},
		{types: []string{"oven"}, of: &cafeOven, says: stands("body:oven.state", words{"hot": {state: hook.StateRunning, rank: 2},
			"cold": {state: hook.StateSuccess, final: true, rank: 3, tone: hook.ToneNeutral}})},
	},
}

var cafeSum = thing{
	names: []naming{{prefix: "payment", at: "body:sum.id"}, {prefix: "bill", at: "body:links.#rel=bill.to", behind: "/bills/"},
		{prefix: "table", at: "body:room+body:tables.1"}, {prefix: "guest", at: "body:guest"}, {prefix: "odd", at: `body:a\.b`},
		{prefix: "bill", at: "body:lone", spare: true}},
	references: []string{"body:basket", "body:ticket"}, lent: by("body:again", kinds{"true": hook.Info}, ""), customer: []string{"body:guest", "body:guest.mail"},
	amounts: []amount{{at: "body:nothing"}, {at: "body:sum.is", currency: "body:sum.of"}}, currency: []string{"body:currency"}, decimal: true,
}

var cafeOven = thing{kind: hook.KindRun, names: []naming{{prefix: "run", at: "body:oven.id"}}, version: "body:oven.try",
	times: []string{"body:oven.never", "body:oven.at"}, titles: []string{"{body:oven.of} at {body:oven.heat}°", "baking {body:oven.of}"},
	urls: []string{"body:oven.url"}, fulfils: stands("?body:oven.door", words{"yes": {state: hook.StateFulfilled}, "": {state: hook.StateUnfulfilled}})}

func (p *Provider) says(body string, references ...string) []hook.Statement {
	r := recordOf("POST", nil, body)
	r.ID, r.Seq, r.ReceivedAt = "dlv_1", 7, hook.Millis(noon.UnixMilli())
	told, err := p.Statements(&hook.Endpoint{Statuses: hook.StatusRules{References: references}}, r)
	if err != nil {
		panic(err)
	}
	return told
}

// mustTell is what one delivery tells.
func (p *Provider) mustTell(t testing.TB, e *hook.Endpoint, r *hook.Record) []hook.Statement {
	t.Helper()
	told, err := p.Statements(e, r)
	if err != nil {
		t.Fatal(err)
	}
	return told
}

func TestAStorySaysWhatItsEventsMean(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"by the text at a spot":                {`{"type":"sum.new","state":"open","sum":{"id":1}}`, "created: payment/1"},
		"by the texts at several":              {`{"type":"sum.new","state":"open","how":"bank","sum":{"id":1}}`, "processing: payment/1"},
		"nothing by a text that nobody knows":  {`{"type":"sum.new","state":"odd","sum":{"id":1}}`, ""},
		"nothing by a type that nobody knows":  {`{"type":"tip.new","state":"open","sum":{"id":1}}`, ""},
		"nothing without a type":               {`{"state":"open","sum":{"id":1}}`, ""},
		"nothing of nobody":                    {`{"type":"sum.new","state":"open"}`, ""},
		"the first of two, not the wider":      {`{"type":"sum.disputed","state":"open","sum":{"id":1}}`, "dispute_open: payment/1"},
		"two things at once":                   {`{"type":"sum.refunded","sum":{"id":1},"back":"2.5","currency":"eur","refund":"r1"}`, "refund 250 EUR in all r1: payment/1\ndispute_open: payment/1"},
		"an amount in its own currency":        {`{"type":"sum.","state":"open","currency":"usd","sum":{"id":1,"is":"4.90","of":"kwd"}}`, "created 4900 KWD: payment/1"},
		"no amount of a dispute":               {`{"type":"sum.disputed","sum":{"id":1,"is":"4.90","of":"eur"}}`, "dispute_open: payment/1"},
		"no amount without a currency":         {`{"type":"sum.","state":"open","currency":"eur","sum":{"id":1,"is":"4.90"}}`, "created: payment/1"},
		"an object by its id":                  {`{"type":"sum.","state":"open","guest":{"id":"g1","mail":"ada@example.com"}}`, "created: guest/g1"},
		"what stands behind a part of an URL":  {`{"type":"sum.","state":"open","links":[{"rel":"x","to":"/bills/0"},{"rel":"bill","to":"https://x/bills/b1/pay?x"}]}`, "created: bill/b1"},
		"a name of two parts":                  {`{"type":"sum.","state":"open","room":"A","tables":["t0","t1"]}`, "created: table/A/t1"},
		"no name of which a part is missing":   {`{"type":"sum.","state":"open","room":"A","tables":["t0"]}`, ""},
		"a member with a dot in its name":      {`{"type":"sum.","state":"open","a.b":"x"}`, "created: odd/x"},
		"a name for want of another":           {`{"type":"sum.","state":"open","lone":"x"}`, "created: bill/x"},
		"no such name beside another":          {`{"type":"sum.","state":"open","lone":"x","sum":{"id":1}}`, "created: payment/1"},
		"the shop's own names":                 {`{"type":"sum.","state":"open","sum":{"id":1},"basket":" b 1 ","ticket":"t1"}`, "created: payment/1 order/b 1 order/t1"},
		"no name that was copied":              {`{"type":"sum.","state":"open","sum":{"id":1},"basket":"b","again":true}`, "created: payment/1"},
		"the shop's own name once":             {`{"type":"sum.","state":"open","basket":"b","ticket":"b"}`, "created: order/b"},
		"no name that cannot be printed":       {`{"type":"sum.","state":"open","sum":{"id":"a\u0007"},"basket":"b\nc","guest":"\u202e"}`, ""},
		"no name that is too long":             {`{"type":"sum.","state":"open","sum":{"id":"` + strings.Repeat("x", maxName-len("payment/")+1) + `"}}`, ""},
		"the longest name that there may be":   {`{"type":"sum.","state":"open","sum":{"id":"` + strings.Repeat("x", maxName-len("payment/")) + `"}}`, "created: payment/" + strings.Repeat("x", maxName-len("payment/"))},
		"where something stands":               {`{"type":"oven","oven":{"id":"o1","state":"hot","door":0}}`, "stands running unfulfilled: run/o1"},
		"something beside where it stands":     {`{"type":"oven","oven":{"id":"o1","state":"cold","door":{"open":1}}}`, "stands success fulfilled: run/o1"},
		"nothing where nobody knows the state": {`{"type":"oven","oven":{"id":"o1","state":"warm"}}`, ""},
		"nothing by no JSON":                   {`type=oven`, ""},
		"nothing by an empty list":             {`[]`, ""},
		"nothing by half of an object":         {`{"type":"sum.","state":"open","sum":`, ""},
	} {
		if got := inWords(cafe.says(c.body)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestAStatementHasWhatIsKnownOfItsEvent(t *testing.T) {
	got := cafe.says(`{"id":"e1","type":"oven","at":"2026-01-01T00:00:00Z","oven":{"id":"o1","state":"cold","try":"3","at":1767225700,` +
		`"of":"bread","url":"https://oven.example/1","door":[]}}`)
	want := []hook.Statement{{Subject: hook.KindRun, Names: []string{"run/o1"}, Evidence: hook.Evidence{
		Event: "e1", Kind: hook.Stands, At: hook.Millis(1767225700000), Seq: 7, Delivery: "dlv_1", Type: "oven", ReceivedAt: hook.Millis(noon.UnixMilli()),
		State: hook.StateSuccess, Fulfilment: hook.StateUnfulfilled, Tone: hook.ToneNeutral, Final: true, Version: 3, Rank: 3,
		Title: "baking bread", URL: "https://oven.example/1"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = cafe.says(`{"type":"sum.","state":"open","at":1767225600,"basket":"b1","guest":{"mail":"ada@example.com"}}`)
	want = []hook.Statement{{Subject: hook.KindPayment, Names: []string{"order/b1"}, Evidence: hook.Evidence{
		Event: "dlv_1", Kind: hook.Created, At: hook.Millis(1767225600000), Seq: 7, Delivery: "dlv_1", Type: "sum.", ReceivedAt: hook.Millis(noon.UnixMilli()),
		Reference: "b1", Customer: "ada@example.com"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	none := cafe.says(`{"type":"oven","oven":{"id":"o1","state":"hot","url":"javascript://oven.example/%0aalert(1)"}}`)[0]
	if none.URL != "" || none.Title != "" || !none.At.Equal(noon) {
		t.Errorf("%+v", none)
	}
}

func TestAnEndpointsOwnReferencesAreNamesToo(t *testing.T) {
	body := `{"type":"sum.","state":"open","sum":{"id":1},"shop":{"no":["x","10-4471"]}%s}`
	got := cafe.says(fmt.Sprintf(body, ""), "shop.none", "shop.no.1")[0]
	if got.Reference != "10-4471" || !slices.Equal(got.Names, []string{"payment/1", "order/10-4471"}) {
		t.Errorf("%q %q", got.Reference, got.Names)
	}
	got = cafe.says(fmt.Sprintf(body, `,"basket":"b1"`), "shop.no.1")[0]
	if got.Reference != "b1" || !slices.Equal(got.Names, []string{"payment/1", "order/b1", "order/10-4471"}) {
		t.Errorf("%q %q", got.Reference, got.Names)
	}
	many := slices.Repeat([]string{"none"}, maxReferences)
	if got := cafe.says(fmt.Sprintf(body, ""), append(many, "shop.no.1")...)[0]; got.Reference != "" {
		t.Errorf("more than %d were looked for: %q", maxReferences, got.Reference)
	}
}

func TestEachEventOfABatchSpeaksForItself(t *testing.T) {
	p := Provider{batch: &batch{list: "all"}, events: []string{"item:id"}, types: []string{"item:type"}, times: []string{"item:at"},
		tells: []tell{{types: []string{"sum"}, says: is(hook.Captured), of: &thing{names: []naming{{prefix: "payment", at: "item:sum"}},
			references: []string{"item:no"}, amounts: []amount{{at: "item:is"}}, currency: []string{"body:currency"}}}}}
	got := p.says(`{"currency":"jpy","own":"o","all":[{"id":"e1","type":"sum","at":1767225600,"sum":"p1","is":490,"no":"1"},{"type":"other"},`+
		`{"type":"sum","sum":{"id":"p2"}}]}`, "own")
	if want := "captured 490 JPY: payment/p1 order/1 order/o\ncaptured: payment/p2 order/o"; inWords(got) != want {
		t.Fatalf("%s\nwant %s", inWords(got), want)
	}
	if got[0].Event != "e1" || got[1].Event != "dlv_1/2" || got[0].At.Unix() != 1767225600 || !got[1].At.Equal(noon) {
		t.Errorf("%+v", got)
	}
	if got := p.says(`{"all":[{"id":"e1","type":"sum","sum":"p1"},{"id":"e2","type":"sum","sum":"p2"}]}`); len(got) != 2 || got[1].Event != "e2" {
		t.Errorf("two: %+v", got)
	}
	if got := p.says(`{"all":[{"id":"e1","type":"sum","sum":"p1"}]}`); len(got) != 1 || got[0].Event != "e1" {
		t.Errorf("alone: %+v", got)
	}
	if got := p.says(`{"all":[` + strings.Repeat(`{"type":"sum","sum":"p"},`, maxItems+50) + `{}]}`); len(got) != maxItems {
		t.Errorf("%d statements of a very large batch", len(got))
	}
}

func TestNoMoreOfABodyIsToldApartThanItsBound(t *testing.T) {
	body := `{"type":"sum.","state":"open","sum":{"id":1},"shop":[` + strings.Repeat(`"a",`, maxMembers-1) + `"last","behind"]}`
	last, behind := fmt.Sprint("shop.", maxMembers-1), fmt.Sprint("shop.", maxMembers)
	if got := cafe.says(body, behind, last); got[0].Reference != "last" {
		t.Errorf("%q", got[0].Reference)
	}
}

func TestAmountsAreReadIntoMinorUnits(t *testing.T) {
	decimal, whole := &thing{decimal: true}, &thing{digits: stripeDigits}
	for name, c := range map[string]struct {
		text, currency string
		of             *thing
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
		if got, ok := minor(c.text, c.currency, c.of); got != c.want || ok == c.not {
			t.Errorf("%s: %d, %v", name, got, ok)
		}
	}
}

// keptSample is a sample of a sender, as intake would have kept it.
func keptSample(t testing.TB, s *Sampler, id, name string) *hook.Record {
	t.Helper()
	p, _ := For(id)
	r, err := s.Make(p, name, nil, noon)
	if err != nil {
		t.Fatal(err)
	}
	var f Finding
	p.identify(&request{record: r, endpoint: &hook.Endpoint{}}, &f)
	r.ID, r.Seq, r.ReceivedAt = "dlv_1", 7, hook.Millis(noon.Add(time.Hour).UnixMilli())
	r.Event, r.Type, r.OccurredAt, r.Mode = f.Event, f.Type, f.OccurredAt, f.Mode
	return r
}

// payers are the senders whose samples are all about one payment.
var payers = []string{"stripe", "razorpay", "paypal", "adyen", "paddle", "square", "braintree", "coinbase-commerce", "btcpay"}

// asides are samples of what is about no payment.
var asides = []string{"balancePlatform.transfer.created"}

// TestSamplesOfOnePaymentShareItsName makes every sample of a sender about the same objects.
func TestSamplesOfOnePaymentShareItsName(t *testing.T) {
	for _, id := range payers {
		p, _ := For(id)
		s := NewSampler()
		var references, named []string
		for _, name := range p.SampleTypes() {
			r := keptSample(t, s, id, name)
			got := p.mustTell(t, &hook.Endpoint{}, r)
			if slices.Contains(asides, name) {
				if len(got) > 0 {
					t.Errorf("%s of %s: %+v", name, id, got)
				}
				continue
			}
			if len(got) != 1 || got[0].Kind == hook.Info || !got[0].At.Equal(noon) || got[0].Event != r.Event && r.Event != "" || got[0].Type != r.Type {
				t.Fatalf("%s of %s: %+v", name, id, got)
			}
			again := *r
			again.Event, again.Type, again.OccurredAt = "", "", hook.Time{}
			if diff := cmp.Diff(got, p.mustTell(t, &hook.Endpoint{}, &again)); diff != "" {
				t.Errorf("%s of %s, read anew: %s", name, id, diff)
			}
			if named != nil && !slices.ContainsFunc(got[0].Names, func(name string) bool { return slices.Contains(named, name) }) {
				t.Errorf("%s of %s is about %q, none of %q", name, id, got[0].Names, named)
			}
			named = append(named, got[0].Names...)
			if got[0].Reference != "" {
				references = append(references, got[0].Reference)
			}
		}
		if references = slices.Compact(references); len(references) != 1 || !strings.HasPrefix(references[0], "10-") {
			t.Errorf("references of %s: %q", id, references)
		}
	}
}

func BenchmarkStatements(b *testing.B) {
	for _, one := range []struct{ id, event string }{{"stripe", "payment_intent.succeeded"}, {"razorpay", "refund.processed"}, {"paypal", "PAYMENT.CAPTURE.COMPLETED"}} {
		p, _ := For(one.id)
		e, r := &hook.Endpoint{}, keptSample(b, NewSampler(), one.id, one.event)
		var body bytes.Buffer
		if err := json.Compact(&body, r.Body); err != nil {
			b.Fatal(err)
		}
		r.Body = body.Bytes()
		b.Run(one.id, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(r.Body)))
			for b.Loop() {
				p.mustTell(b, e, r)
			}
		})
	}
}
