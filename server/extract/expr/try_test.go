package expr

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
)

// each gives bodies as deliveries, with seqs counted down from 9.
func each(bodies ...string) func(func(*hook.Record) error) error {
	return func(do func(*hook.Record) error) error {
		for i, body := range bodies {
			r := recordOf(body)
			r.Seq = hook.Seq(9 - i)
			r.ID = hook.DeliveryID(fmt.Sprint("dlv_", r.Seq))
			if err := do(r); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestATrialTellsWhatWouldHaveBecomeOfDeliveries(t *testing.T) {
	got, err := compiled(t, invoice).Try(t.Context(), each(
		`{"id":"I3","status":"HALF"}`,
		`{"id":"I2","status":"DONE","amount":4200,"currency":"EUR"}`,
		`{"hello":1}`,
		`{"id":"I1","status":"DONE","amount":1.5}`,
	))
	want := Trial{Looked: 4, Matched: 2, Failed: 1,
		States: []StateCount{{"DONE", hook.StatePaid, 2}, {"HALF", "", 1}},
		Examples: []Example{
			{Delivery: "dlv_8", Seq: 8, Subject: "payment/I2", State: hook.StatePaid, Amount: 4200, Currency: "EUR"},
			{Delivery: "dlv_6", Seq: 6, Subject: "payment/I1", State: hook.StatePaid},
		},
		Problems: []MappingError{{"dlv_9", 9, `state is "HALF", but states does not map this value to a payment state`},
			{"dlv_6", 6, "currency is not a code of three letters, such as EUR, so the amount is ignored"}}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestATrialIsBounded(t *testing.T) {
	var bodies []string
	for i := range 200 {
		bodies = append(bodies, fmt.Sprintf(`{"id":"P","status":"S%d"}`, i), `{"id":[]}`)
	}
	got, err := compiled(t, parcel).Try(t.Context(), each(bodies...))
	if err != nil || got.Looked != 400 || got.Matched != 200 || got.Failed != 200 || len(got.States) != maxFound ||
		len(got.Examples) != maxShown ||
		len(got.Problems) != maxShown {
		t.Errorf("%v: %+v", err, got)
	}
}

func TestATrialOfNothingHasEmptyLists(t *testing.T) {
	got, err := compiled(t, parcel).Try(t.Context(), each())
	if err != nil || got.Looked != 0 || got.States == nil || got.Examples == nil || got.Problems == nil {
		t.Errorf("%v: %+v", err, got)
	}
}

func TestATrialEndsWithItsTime(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	n := 0
	got, err := compiled(t, parcel).Try(ctx, func(do func(*hook.Record) error) error {
		for {
			if n++; n == 3 {
				end()
			}
			if err := do(recordOf(`{"id":"P","status":"S"}`)); err != nil {
				return fmt.Errorf("read deliveries: %w", err)
			}
		}
	})
	if err != nil || got.Looked != 2 || n != 3 {
		t.Errorf("%v: %+v after %d", err, got, n)
	}
	broken := errors.New("broken")
	_, err = compiled(t, parcel).Try(t.Context(), func(func(*hook.Record) error) error { return broken })
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// guesses are deliveries and the mappings that are suggested for them.
var guesses = map[string]struct {
	body string
	want hook.Mapping
}{
	"wrapped twice": {
		`{"id":"evt_1","type":"t","data":{"object":{"id":"pay_1","status":"succeeded",` +
			`"amount":4200,"currency":"eur","created":1770091506,"order_id":7}}}`,
		hook.Mapping{
			Kind:       hook.KindPayment,
			Subject:    "body.data.object.id",
			State:      "body.data.object.status",
			Reference:  "body.data.object.order_id",
			Amount:     "body.data.object.amount",
			Currency:   "body.data.object.currency",
			OccurredAt: "body.data.object.created",
			States:     []hook.MappedState{{Value: "succeeded", State: hook.StatePaid}},
		},
	},
	"flat": {
		`{"id":1001,"state":"In transit"}`,
		hook.Mapping{Kind: hook.KindOwn, Subject: "body.id", State: "body.state"},
	},
	"with the state outside": {
		`{"status":"paid","data":{"id":1}}`,
		hook.Mapping{Kind: hook.KindOwn, Subject: "body.data.id", State: "body.status"},
	},
	"an event, and no state": {
		`{"event":"shipped","order":{"id":1}}`,
		hook.Mapping{Kind: hook.KindOwn, Subject: "body.order.id", State: "body.event"},
	},
	"an amount with a point": {
		`{"id":1,"status":"paid","total":42.5,"currency":"EUR"}`,
		hook.Mapping{
			Kind:     hook.KindPayment,
			Subject:  "body.id",
			State:    "body.status",
			Amount:   "round(body.total * 100)",
			Currency: "body.currency",
		},
	},
	"an amount of a currency without decimals": {
		`{"id":1,"status":"paid","total":4900.0,"currency":"jpy"}`,
		hook.Mapping{
			Kind:     hook.KindPayment,
			Subject:  "body.id",
			State:    "body.status",
			Amount:   "round(body.total * 1)",
			Currency: "body.currency",
		},
	},
	"an order and no payment, and no currency": {
		`{"status":"paid","amount":4900,"order_id":"10-4471"}`,
		hook.Mapping{
			Kind:      hook.KindPayment,
			Subject:   "body.order_id",
			State:     "body.status",
			Reference: "body.order_id",
			Amount:    "body.amount",
			Currency:  `""`,
		},
	},
	"a state in upper case, and a customer": {
		`{"id":1,"status":"PAID","amount":4900,"order_id":7,"email":"ann@example.com"}`,
		hook.Mapping{
			Kind:      hook.KindPayment,
			Subject:   "body.id",
			State:     "body.status",
			Reference: "body.order_id",
			Amount:    "body.amount",
			Currency:  `""`,
			Customer:  "body.email",
		},
	},
	"an amount of no payment": {
		`{"id":1,"status":"weighed","amount":4900}`,
		hook.Mapping{Kind: hook.KindOwn, Subject: "body.id", State: "body.status"},
	},
	"nothing to be seen but type": {`[]`, hook.Mapping{Kind: hook.KindOwn, State: "type"}},
}

func TestAGuessFitsTheDeliveryThatItWasMadeOf(t *testing.T) {
	for name, c := range guesses {
		t.Run(name, func(t *testing.T) {
			r := recordOf(c.body)
			got := Guess(r)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Fatal(diff)
			}
			if got.Subject == "" {
				return
			}
			if told, err := compiled(t, got).Statements(nil, r); err != nil || len(told) != 1 {
				t.Errorf("it tells %+v, %v", told, err)
			}
		})
	}
}
