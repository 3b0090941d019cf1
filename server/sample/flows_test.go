package sample

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

// eachFlow calls do for each flow of each provider.
func eachFlow(t *testing.T, do func(t *testing.T, p *provider.Provider, f Flow)) {
	for _, p := range provider.All() {
		for _, f := range Flows(&p) {
			t.Run(p.ID+"/"+f.Name, func(t *testing.T) { do(t, &p, f) })
		}
	}
}

// newPlay returns a play of a payment with random ids.
func newPlay(t *testing.T, p *provider.Provider, flow string, terms Terms) *Play {
	t.Helper()
	play, err := NewPlay(p, flow, "", terms)
	if err != nil {
		t.Fatal(err)
	}
	return play
}

// played returns a step as intake would have kept it.
func played(t *testing.T, play *Play, step int) *hook.Record {
	t.Helper()
	r, err := play.Step(step, noon)
	if err != nil {
		t.Fatal(err)
	}
	f := play.provider.Verify(&hook.Endpoint{Verify: hook.Off}, r, signature.ReceiveContext{At: noon})
	r.ID, r.Seq, r.ReceivedAt = "dlv_1", hook.Seq(step+1), hook.Millis(noon.Add(time.Hour).UnixMilli())
	r.Event, r.Type, r.OccurredAt, r.Mode, r.Account = f.Event, f.Type, f.OccurredAt, f.Mode, f.Account
	return r
}

// subject returns the alias that a link of a play names.
func subject(t *testing.T, play *Play) string {
	t.Helper()
	alias, err := play.Subject()
	if err != nil || alias == "" {
		t.Fatalf("no subject: %v", err)
	}
	return alias
}

func TestEveryStepOfAFlowIsASampleLaterThanTheOneBefore(t *testing.T) {
	eachFlow(t, func(t *testing.T, p *provider.Provider, f Flow) {
		play := newPlay(t, p, f.Name, Terms{})
		var before *hook.Record
		for step, name := range f.Steps {
			if !slices.Contains(Types(p), name) {
				t.Fatalf("there is no sample %s", name)
			}
			r := played(t, play, step)
			if before != nil && !r.OccurredAt.IsZero() && // not every event says when it happened
				(!r.OccurredAt.After(before.OccurredAt.Time) || r.Event == before.Event) {
				t.Errorf("%s, %s at %s, is not after %s, %s at %s", name, r.Event, r.OccurredAt, before.Type,
					before.Event, before.OccurredAt)
			}
			if r.OccurredAt.After(noon) || r.Header(hook.SampleHeader) == "" || r.Mode == hook.ModeLive {
				t.Errorf("%s at %s, mode %q, is in the future or not a test", name, r.OccurredAt, r.Mode)
			}
			before = r
		}
	})
}

func TestTheSameRunIsTheSamePayment(t *testing.T) {
	p, _ := provider.For("stripe")
	make := func(run string) []byte {
		play, err := NewPlay(p, flowPaid, run, Terms{})
		if err != nil {
			t.Fatal(err)
		}
		return played(t, play, 2).Body
	}
	if one, again := make("run-1"), make("run-1"); !bytes.Equal(one, again) {
		t.Errorf("%s\n%s", one, again)
	}
	if bytes.Equal(make("run-1"), make("run-2")) || bytes.Equal(make(""), make("")) {
		t.Error("two runs are one payment")
	}
}

func TestAFlowThatCannotBePlayedIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		id, flow, run string
		terms         Terms
		code, want    string
	}{
		"an unknown flow": {id: "stripe", flow: "won", code: "unknown_flow", want: "paid, refunded, declined"},
		"no flows":        {id: "github", flow: flowPaid, code: "unknown_flow", want: "report no payments"},
		"a long run": {id: "stripe", flow: flowPaid, run: strings.Repeat("a", 65), code: "wrong_run",
			want: "64 bytes"},
		"a reference with a quote": {id: "stripe", flow: flowPaid, terms: Terms{Reference: `1","a":"`},
			code: "wrong_reference", want: "64 letters"},
		"no amount to halve": {id: "stripe", flow: flowPaid, terms: Terms{Amount: 1}, code: "wrong_amount",
			want: "minor units"},
		"an amount below zero": {id: "stripe", flow: flowPaid, terms: Terms{Amount: -5}, code: "wrong_amount",
			want: "minor units"},
		"a small currency": {id: "stripe", flow: flowPaid, terms: Terms{Currency: "eur"}, code: "wrong_currency",
			want: "capital letters"},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := provider.For(c.id)
			_, err := NewPlay(p, c.flow, c.run, c.terms)
			var problem *hook.Problem
			if !errors.As(err, &problem) || problem.Code != c.code || !strings.Contains(problem.Detail, c.want) ||
				!errors.Is(err, hook.ErrInvalid) {
				t.Errorf("%v, want %s with %q", err, c.code, c.want)
			}
		})
	}
	p, _ := provider.For("stripe")
	for _, step := range []int{-1, 4} {
		if _, err := newPlay(t, p, flowPaid, Terms{}).Step(step, noon); !errors.Is(err, hook.ErrInvalid) {
			t.Errorf("step %d: %v", step, err)
		}
	}
}

func TestOnlySendersOfPaymentsAndOrdersHaveFlows(t *testing.T) {
	for _, p := range provider.All() {
		pays := p.Category == "payments" || p.Category == "shops"
		if all := Flows(&p); (len(all) > 0) != pays || pays && all[0].Name != flowPaid {
			t.Errorf("%s of category %s has the flows %v", p.ID, p.Category, all)
		}
	}
}

func TestALinkOfAFlowNamesTheReferenceWhereEventsCarryIt(t *testing.T) {
	eachFlow(t, func(t *testing.T, p *provider.Provider, f Flow) {
		alias := subject(t, newPlay(t, p, f.Name, Terms{Reference: "7001"}))
		want := map[string]string{"shopify": "order/#7001", "mollie": "payment-link/pl_"}[p.ID]
		if !strings.HasPrefix(alias, cmp.Or(want, "order/7001")) {
			t.Errorf("names %s, want %s", alias, want)
		}
	})
}
