package sample

import (
	"math/rand/v2"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/payments/paymentstest"
	"hookbeam/server/provider"
)

// flowEnd is what the payer's link must show when all steps of a flow have happened.
type flowEnd struct {
	state   hook.State
	dispute hook.Dispute
	denied  bool         // "you have not been charged" may be said
	during  []hook.State // states that it had before, in this order; not all need to be named
}

// flowEnds are the ends of all flows of all providers.
func flowEnds() map[string]map[string]flowEnd {
	paid := flowEnd{state: hook.StatePaid}
	refunded := flowEnd{state: hook.StateRefunded}
	declined := flowEnd{state: hook.StateFailed, denied: true}
	partial := flowEnd{state: hook.StatePartiallyRefunded}
	dispute := flowEnd{state: hook.StatePaid, dispute: hook.DisputeIsOpen}
	then := func(end flowEnd, during ...hook.State) flowEnd { end.during = during; return end }
	return map[string]map[string]flowEnd{
		"stripe": {
			flowPaid:     then(paid, hook.StatePending),
			flowRefunded: then(refunded, hook.StatePaid),
			flowDeclined: declined,
			flow3DS:      then(paid, hook.StatePending, hook.StateActionRequired),
			flowBank:     then(paid, hook.StateProcessing),
			flowPartial:  then(partial, hook.StatePaid),
			flowDispute:  dispute,
		},
		"paypal": {
			flowPaid:     then(paid, hook.StatePending),
			flowRefunded: then(refunded, hook.StatePaid),
			flowDeclined: declined,
			flow3DS:      then(paid, hook.StatePending),
			flowBank:     then(paid, hook.StateProcessing),
			flowPartial:  then(partial, hook.StatePaid),
			flowDispute:  dispute,
		},
		"razorpay": {
			flowPaid:     then(paid, hook.StateAuthorized),
			flowRefunded: then(refunded, hook.StatePaid),
			flowDeclined: declined,
			flow3DS:      then(paid, hook.StateAuthorized),
			flowBank:     then(paid, hook.StateAuthorized),
			flowPartial:  then(partial, hook.StatePaid),
			flowDispute:  dispute,
		},
		"adyen": {
			flowPaid:     then(paid, hook.StateAuthorized),
			flowRefunded: then(refunded, hook.StatePaid),
			flowDeclined: declined,
			flow3DS:      then(paid, hook.StateAuthorized),
			flowBank:     then(paid, hook.StateProcessing),
			flowPartial:  then(partial, hook.StatePaid),
			flowDispute:  dispute,
		},
		"mollie":            {flowPaid: paid},
		"paddle":            {flowPaid: paid, flowRefunded: refunded, flowDeclined: declined},
		"square":            {flowPaid: paid, flowRefunded: refunded, flowDeclined: declined, flowDispute: dispute},
		"braintree":         {flowPaid: paid, flowDeclined: declined, flowDispute: dispute},
		"paystack":          {flowPaid: paid, flowRefunded: refunded, flowDispute: dispute},
		"flutterwave":       {flowPaid: paid, flowRefunded: refunded, flowDeclined: declined, flowBank: paid},
		"lemonsqueezy":      {flowPaid: paid, flowRefunded: refunded},
		"coinbase-commerce": {flowPaid: paid, flowExpired: {state: hook.StateExpired, denied: true}},
		"btcpay":            {flowPaid: paid, flowExpired: {state: hook.StateExpired, denied: true}},
		"shopify":           {flowPaid: paid, flowRefunded: refunded, flowPartial: partial},
		"woocommerce":       {flowPaid: paid, flowRefunded: refunded, flowDeclined: declined},
	}
}

func TestEveryFlowEndsRightInEveryOrder(t *testing.T) {
	eachFlow(t, func(t *testing.T, p *provider.Provider, f Flow) {
		want, known := flowEnds()[p.ID][f.Name]
		if !known {
			t.Fatal("no test says how it ends")
		}
		const amount = 1501 // minor units
		play := newPlay(t, p, f.Name, Terms{Amount: amount})
		alias := subject(t, play)
		captured, refunded := int64(amount), int64(0)
		switch f.Name {
		case flowDeclined, flowExpired:
			captured = 0
		case flowRefunded:
			refunded = amount
		case flowPartial:
			refunded = amount / 2
		}
		if p.ID == "btcpay" {
			captured = 0 // its events carry no amount in the shop's currency
		}
		order, byStep := make([]int, len(f.Steps)), make([][]hook.Statement, len(f.Steps))
		for i := range order {
			order[i], byStep[i] = i, mustTell(t, p, &hook.Endpoint{}, played(t, play, i))
		}
		random := rand.New(rand.NewPCG(uint64(len(p.ID)), uint64(len(f.Name))))
		for range 50 {
			rows := paymentstest.New()
			for _, step := range order {
				rows.Apply(t, byStep[step]...)
			}
			got := rows.Alias(alias)
			if got.State != want.state || got.Dispute != want.dispute || got.Denied != want.denied ||
				got.Captured != captured || got.Refunded != refunded || len(got.Review) > 0 {
				t.Fatalf("%s ends in %+v, want %+v, in the order %v", alias, got, want, order)
			}
			order = order[:len(f.Steps)]
			random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
			for range random.IntN(3) { // a provider sends some events again
				order = append(order, random.IntN(len(f.Steps)))
			}
		}
	})
}

func TestAFlowPassesThroughTheStatesThatAPayerSees(t *testing.T) {
	eachFlow(t, func(t *testing.T, p *provider.Provider, f Flow) {
		play, rows := newPlay(t, p, f.Name, Terms{}), paymentstest.New()
		alias := subject(t, play)
		left := flowEnds()[p.ID][f.Name].during
		var states []hook.State
		for step := range f.Steps {
			rows.Apply(t, mustTell(t, p, &hook.Endpoint{}, played(t, play, step))...)
			states = append(states, rows.Alias(alias).State)
			if len(left) > 0 && left[0] == states[step] {
				left = left[1:]
			}
		}
		if len(left) > 0 {
			t.Errorf("it was never %s: %q", left[0], states)
		}
	})
}

// Two payments of one reference are of one customer: otherwise a status link by the reference would show neither.
func TestTwoPaymentsOfOneReferenceAreOfOneCustomer(t *testing.T) {
	eachFlow(t, func(t *testing.T, p *provider.Provider, f Flow) {
		rows, terms := paymentstest.New(), Terms{Reference: "7001"}
		alias := ""
		for range 2 {
			play := newPlay(t, p, f.Name, terms)
			alias = subject(t, play)
			for step := range f.Steps {
				rows.Apply(t, mustTell(t, p, &hook.Endpoint{}, played(t, play, step))...)
			}
		}
		if got := rows.Alias(alias); got.State == "" || got.State == hook.StateAmbiguous {
			t.Errorf("%s is %q", alias, got.State)
		}
	})
}

func TestAPaymentHasTheTermsThatWereAskedFor(t *testing.T) {
	for _, id := range []string{"stripe", "paypal", "razorpay", "adyen"} {
		p, _ := provider.For(id)
		play, rows := newPlay(t, p, flowPartial, Terms{Reference: "A-7#1", Amount: 1501, Currency: "JPY"}),
			paymentstest.New()
		for step := range play.Flow.Steps {
			rows.Apply(t, mustTell(t, p, &hook.Endpoint{}, played(t, play, step))...)
		}
		if got := rows.Alias("order/A-7#1"); got.Captured != 1501 || got.Refunded != 750 || got.Currency != "JPY" {
			t.Errorf("%s: %+v", id, got)
		}
	}
}
