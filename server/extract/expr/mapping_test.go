package expr

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
)

var received = hook.Millis(1_800_000_000_000)

// recordOf is a delivery of JSON.
func recordOf(body string) *hook.Record {
	return &hook.Record{
		Delivery: hook.Delivery{
			ID:          "dlv_1",
			Seq:         7,
			Method:      "POST",
			Path:        "/",
			Type:        "order.paid",
			ContentType: "application/json",
			ReceivedAt:  received,
		},
		Request: hook.Request{Body: []byte(body)},
	}
}

func compiled(t testing.TB, m hook.Mapping) *Mapping {
	t.Helper()
	c, err := Compile(m)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var parcel = hook.Mapping{
	Kind:       hook.KindOwn,
	Subject:    "body.id",
	State:      "body.status",
	Reference:  "body.order",
	OccurredAt: "body.at",
	States: []hook.MappedState{
		{Value: "DELIVERED", State: "delivered", Tone: hook.ToneSuccess, Final: true, Rank: 3},
		{Value: "LOST", State: "lost"},
	},
}

var invoice = hook.Mapping{
	Kind:     hook.KindPayment,
	Subject:  "body.id",
	State:    "body.status",
	Amount:   "body.amount",
	Currency: "body.currency",
	States: []hook.MappedState{
		{Value: "DONE", State: hook.StatePaid},
		{Value: "BACK", State: hook.StateRefunded},
		{Value: "PART", State: hook.StatePartiallyRefunded},
	},
}

// deliveries are bodies with the statements that mappings read from them.
var deliveries = map[string]struct {
	mapping hook.Mapping
	body    string
	want    hook.Statement // without names: none
}{
	"a state with its meaning": {
		parcel,
		`{"id":"P1","status":"DELIVERED"}`,
		hook.Statement{Aliases: []string{"own/P1"},
			Evidence: hook.Evidence{
				Kind:  hook.StateReported,
				State: "delivered",
				Tone:  hook.ToneSuccess,
				Final: true,
				Rank:  3,
			}},
	},
	"a state without a tone is neutral": {
		parcel,
		`{"id":"P1","status":"LOST"}`,
		hook.Statement{Aliases: []string{"own/P1"},
			Evidence: hook.Evidence{Kind: hook.StateReported, State: "lost", Tone: hook.ToneNeutral}},
	},
	"a state that nobody named stands for itself": {
		parcel,
		`{"id":"P1","status":"In Transit"}`,
		hook.Statement{Aliases: []string{"own/P1"},
			Evidence: hook.Evidence{Kind: hook.StateReported, State: "in_transit", Tone: hook.ToneNeutral}},
	},
	"the shop's number is a name too": {
		parcel,
		`{"id":"P1","status":"LOST","order":4471}`,
		hook.Statement{Aliases: []string{"own/P1", "order/4471"},
			Evidence: hook.Evidence{
				Kind:      hook.StateReported,
				State:     "lost",
				Tone:      hook.ToneNeutral,
				Reference: "4471",
			}},
	},
	"no digit of a large number is lost": {
		parcel,
		`{"id":9007199254740993,"status":"LOST"}`,
		hook.Statement{Aliases: []string{"own/9007199254740993"},
			Evidence: hook.Evidence{Kind: hook.StateReported, State: "lost", Tone: hook.ToneNeutral}},
	},
	"nor of one that no number holds": {
		parcel,
		`{"id":123456789012345678901234567890,"status":"LOST"}`,
		hook.Statement{Aliases: []string{"own/123456789012345678901234567890"},
			Evidence: hook.Evidence{Kind: hook.StateReported, State: "lost", Tone: hook.ToneNeutral}},
	},
	"it happened when it says": {
		parcel,
		`{"id":"P1","status":"LOST","at":"2026-02-03T04:05:06Z"}`,
		hook.Statement{Aliases: []string{"own/P1"},
			Evidence: hook.Evidence{
				Kind:  hook.StateReported,
				State: "lost",
				Tone:  hook.ToneNeutral,
				At:    hook.Millis(1770091506000),
			}},
	},
	"a time that is none": {
		parcel,
		`{"id":"P1","status":"LOST","at":"soon"}`,
		hook.Statement{
			Aliases:  []string{"own/P1"},
			Evidence: hook.Evidence{Kind: hook.StateReported, State: "lost", Tone: hook.ToneNeutral},
		},
	},
	"without a subject it tells of none":   {parcel, `{"status":"LOST"}`, hook.Statement{}},
	"with an empty subject it tells none":  {parcel, `{"id":" ","status":"LOST"}`, hook.Statement{}},
	"without a state it tells of none":     {parcel, `{"id":"P1"}`, hook.Statement{}},
	"what is no JSON tells of none":        {parcel, `id=P1&status=LOST`, hook.Statement{}},
	"what is behind JSON makes it no JSON": {parcel, `{"id":"P1","status":"LOST"} {}`, hook.Statement{}},
	"money that came": {
		invoice,
		`{"id":"I1","status":"DONE","amount":4200,"currency":"eur"}`,
		hook.Statement{Level: hook.LevelPayment, Aliases: []string{"payment/I1"},
			Evidence: hook.Evidence{
				Kind: hook.Captured, Amount: 4200, Currency: "EUR", Part: "payment", Follows: hook.LastOne,
			}},
	},
	"a payment's own word needs no entry": {
		invoice,
		`{"id":"I1","status":"processing"}`,
		hook.Statement{Level: hook.LevelPayment, Aliases: []string{"payment/I1"},
			Evidence: hook.Evidence{Kind: hook.Processing}},
	},
	"an amount without its currency says nothing": {
		invoice,
		`{"id":"I1","status":"DONE","amount":4200}`,
		hook.Statement{Level: hook.LevelPayment, Aliases: []string{"payment/I1"},
			Evidence: hook.Evidence{Kind: hook.Captured, Part: "payment", Follows: hook.LastOne}},
	},
	"an amount with a point says nothing": {
		invoice,
		`{"id":"I1","status":"DONE","amount":42.0,"currency":"EUR"}`,
		hook.Statement{Level: hook.LevelPayment, Aliases: []string{"payment/I1"},
			Evidence: hook.Evidence{Kind: hook.Captured, Part: "payment", Follows: hook.LastOne}},
	},
	"a payment's own word in upper case": {
		invoice,
		`{"id":"I1","status":"FAILED"}`,
		hook.Statement{Level: hook.LevelPayment, Aliases: []string{"payment/I1"},
			Evidence: hook.Evidence{Kind: hook.Failed}},
	},
	"a part of it came, so far": {
		invoice,
		`{"id":"I1","status":"partially_paid","amount":2000,"currency":"EUR"}`,
		hook.Statement{Level: hook.LevelPayment, Aliases: []string{"payment/I1"},
			Evidence: hook.Evidence{Kind: hook.Captured, Total: 2000, Currency: "EUR", Follows: hook.MoreFollow}},
	},
	"all of it went back": {
		invoice,
		`{"id":"I1","status":"BACK","amount":1,"currency":"EUR"}`,
		hook.Statement{Level: hook.LevelPayment, Aliases: []string{"payment/I1"},
			Evidence: hook.Evidence{Kind: hook.Refund, Part: "whole"}},
	},
	"a part of it went back, so far": {
		invoice,
		`{"id":"I1","status":"PART","amount":"-12.50","currency":"EUR"}`,
		hook.Statement{Level: hook.LevelPayment, Aliases: []string{"payment/I1"},
			Evidence: hook.Evidence{Kind: hook.Refund, Total: 1250, Currency: "EUR"}},
	},
}

func TestADeliveryTellsOfItsSubject(t *testing.T) {
	evidence := func(e hook.Evidence) hook.Evidence {
		e.Event, e.Seq, e.Delivery, e.Type, e.ReceivedAt = "dlv_1", 7, "dlv_1", "order.paid", received
		if e.At.IsZero() {
			e.At = received
		}
		return e
	}
	for name, c := range deliveries {
		t.Run(name, func(t *testing.T) {
			got, err := compiled(t, c.mapping).Statements(&hook.Endpoint{}, recordOf(c.body))
			if err != nil {
				t.Fatal(err)
			}
			var want []hook.Statement
			if c.want.Aliases != nil {
				c.want.Subject, c.want.Evidence = c.mapping.Kind, evidence(c.want.Evidence)
				want = []hook.Statement{c.want}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheEventAndItsTimeAreTheDeliverys(t *testing.T) {
	r := recordOf(`{"id":"P1","status":"LOST"}`)
	r.Event, r.OccurredAt = "evt_9", hook.Millis(1_700_000_000_000)
	m := parcel
	m.OccurredAt = ""
	got, err := compiled(t, m).Statements(nil, r)
	if err != nil || len(got) != 1 || got[0].Event != "evt_9" || got[0].At != r.OccurredAt {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestWhatIsLackingCostsNothingElse(t *testing.T) {
	m := invoice
	m.Reference, m.OccurredAt = "lower(body.amount)", "body.at - 1"
	got, err := compiled(
		t,
		m,
	).Statements(nil, recordOf(`{"id":"I1","status":"DONE","amount":4200,"currency":"EUR","at":1770091507}`))
	if err != nil || len(got) != 1 || got[0].Amount != 4200 || got[0].Reference != "" ||
		got[0].At != hook.Millis(1770091506000) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestWhatCannotBeReadIsAnError(t *testing.T) {
	const noTotal = "requires amount and currency to contain the total refunded"
	for body, want := range map[string]string{
		`{"id":{"a":1},"status":"DONE"}`:            "subject must be text or a number, but is an object",
		`{"id":"` + strings.Repeat("x", 300) + `"}`: "subject is longer than",
		`{"id":"a\u0000b","status":"DONE"}`:         "subject contains characters",
		`{"id":"I1","status":["DONE"]}`:             "state must be text or a number, but is a list",
		`{"id":"I1","status":"HALF"}`:               `state is "HALF", but states does not map this value`,

		`{"id":"I1","status":"PART","amount":0}`: noTotal,
		`{"id":"I1","status":"partially_paid"}`: "amount and currency to contain the total paid " +
			"so far",
		`{"id":"I1","status":"PART","amount":1.5,"currency":"EUR"}`: noTotal,
	} {
		got, err := compiled(t, invoice).Statements(nil, recordOf(body))
		if err == nil || !strings.Contains(err.Error(), want) || len(got) > 0 {
			t.Errorf("%s: got %v, %v; want %q", body, got, err, want)
		}
	}
}

// with returns the mapping parcel after a change.
func with(change func(*hook.Mapping)) hook.Mapping {
	m := parcel
	change(&m)
	return m
}

// wrongMappings are mappings with a part of the error that Compile returns for them.
var wrongMappings = map[string]struct {
	mapping hook.Mapping
	want    string
}{
	"no kind":             {hook.Mapping{}, "kind is invalid"},
	"a kind of providers": {hook.Mapping{Kind: hook.KindRun}, "kind is invalid"},
	"no subject":          {hook.Mapping{Kind: hook.KindOwn, State: "type"}, "subject is invalid: it is empty"},
	"no state": {
		hook.Mapping{Kind: hook.KindOwn, Subject: "body.id", State: " "},
		"state is invalid: it is empty",
	},
	"a name nobody knows": {
		with(func(m *hook.Mapping) { m.State = "bdy.status" }),
		`state is invalid: unknown variable "bdy": the variables are body, event, headers, method, path, query, ` +
			"text and type, at character 1.",
	},
	"an expression cut": {
		with(func(m *hook.Mapping) { m.State = "body.status ==" }),
		"state is invalid: the expression ends too early, at character 15.",
	},
	"something out of line": {
		with(func(m *hook.Mapping) { m.Amount = "body.\n  a ) b" }),
		`amount is invalid: unexpected ")", at line 2, character 5.`,
	},
	"text without its end": {with(func(m *hook.Mapping) { m.Currency = `"EUR` }), "currency is invalid: "},
	"no such function": {
		with(func(m *hook.Mapping) { m.Reference = "shout(body.id)" }),
		"reference is invalid: unknown function shout, at character 1.",
	},
	"the clock": {
		with(func(m *hook.Mapping) { m.OccurredAt = "now()" }),
		"occurred_at is invalid: unknown function now",
	},
	"too many arguments": {
		with(func(m *hook.Mapping) { m.Subject = "lower(body.id, 2)" }),
		"lower takes one argument",
	},
	"too few arguments": {
		with(func(m *hook.Mapping) { m.Subject = "trim()" }),
		"trim takes one or two arguments",
	},
	"a function of a value": {
		with(func(m *hook.Mapping) { m.Subject = "body.id.Foo()" }),
		"values have no methods",
	},
	"a broken pattern": {
		with(func(m *hook.Mapping) { m.Subject = `body.id matches "("` }),
		"not a valid regular expression",
	},
	"a pattern of a body": {
		with(func(m *hook.Mapping) { m.Subject = `body.id matches body.re` }),
		"must be a pattern in quotes",
	},
	"# outside a list": {with(func(m *hook.Mapping) { m.Subject = `map(body.a, #acc)` }), "unknown variable #acc"},
	"a value twice": {
		with(func(m *hook.Mapping) { m.States = append(m.States, m.States[0]) }),
		`states[2].value is invalid: "DELIVERED" is listed twice`,
	},
	"an empty value": {
		with(func(m *hook.Mapping) { m.States = []hook.MappedState{{State: "x"}} }),
		"states[0].value",
	},
	"a state of two words": {
		with(func(m *hook.Mapping) { m.States = []hook.MappedState{{Value: "x", State: "In transit"}} }),
		"states[0].state is invalid: it must be one word",
	},
	"no such tone": {
		with(func(m *hook.Mapping) { m.States = []hook.MappedState{{Value: "x", State: "x", Tone: "loud"}} }),
		"states[0].tone",
	},
	"no state of a payment": {
		with(func(m *hook.Mapping) { m.Kind = hook.KindPayment }),
		`states[0].state is invalid: "delivered" is not a payment state`,
	},
	"very many states": {
		with(func(m *hook.Mapping) { m.States = make([]hook.MappedState, 101) }),
		"more than 100",
	},
	"a very long one": {
		with(func(m *hook.Mapping) { m.State = strings.Repeat("a", 3000) }),
		"longer than 2000",
	},
}

func TestAMappingThatIsWrongIsRefusedInWords(t *testing.T) {
	for name, c := range wrongMappings {
		t.Run(name, func(t *testing.T) {
			got, err := Compile(c.mapping)
			var problem *hook.Problem
			if !errors.As(err, &problem) || got != nil {
				t.Fatalf("got %v, %v; want a problem", got, err)
			}
			if !errors.Is(err, hook.ErrInvalid) || problem.Code != "mapping_invalid" ||
				!strings.Contains(problem.Detail, c.want) {
				t.Errorf("got %s, %q; want %q in it", problem.Code, problem.Detail, c.want)
			}
		})
	}
}

func TestTheSameDeliveryAlwaysTellsTheSame(t *testing.T) {
	m := compiled(
		t,
		hook.Mapping{
			Kind:      hook.KindOwn,
			Subject:   `body.id + "/" + len(headers)`,
			State:     `join(map(body.items, .name), " ")`,
			Reference: "query.ref",
		},
	)
	r := recordOf(`{"id":1,"items":[{"name":"b"},{"name":"a"}],"x":{"c":1,"b":2,"a":3}}`)
	r.Query, r.Headers = "ref=1&ref=2", []hook.Header{{Name: "B", Value: "1"}, {Name: "A", Value: "2"}}
	first, err := m.Statements(nil, r)
	if err != nil || len(first) != 1 {
		t.Fatal(first, err)
	}
	for range 100 {
		if again, err := m.Statements(nil, r); err != nil || !reflect.DeepEqual(first, again) {
			t.Fatalf("got %v, %v; first %v", again, err, first)
		}
	}
}
