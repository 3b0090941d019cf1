package provider

import (
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/payments/paymentstest"
)

// TestStripeTellsHowAPaymentIsPaidAndWhyItEnded looks at what pages need beside the state: whom they may name.
func TestStripeTellsHowAPaymentIsPaidAndWhyItEnded(t *testing.T) {
	types := func(names string) string { return `,"payment_method_types":[` + names + `]` }
	by := func(name string) string { return `,"payment_method_details":{"type":"` + name + `"}` }
	next := func(name string) string { return `,"next_action":{"type":"` + name + `"}` }
	thin := paymentEvent{body: `{"id":"evt_t","type":"v2.core.x","created":"2026-03-04T12:05:00Z",` +
		`"related_object":{"id":"pi_1","type":"payment_intent"}}`}
	for name, c := range map[string]struct {
		event  paymentEvent
		link   string
		method hook.Method
		cause  hook.Cause
	}{
		"a card": {
			stripeAt(1, "charge.failed", chOne+by("card")),
			"payment/pi_1", hook.MethodCard, "",
		},
		"a bank": {
			stripeAt(1, "charge.pending", chOne+by("sepa_debit")),
			"payment/pi_1", hook.MethodBank, "",
		},
		"instalments": {
			stripeAt(1, "charge.failed", chOne+by("klarna")),
			"payment/pi_1", "", "",
		},
		"the only one": {
			stripeAt(1, "payment_intent.processing", piOne+types(`"us_bank_account"`)),
			"payment/pi_1", hook.MethodBank, "",
		},
		"one of several": {
			stripeAt(1, "payment_intent.processing", piOne+types(`"card","link"`)),
			"payment/pi_1", "", "",
		},
		"a voucher": {
			stripeAt(1, "payment_intent.requires_action", piOne+types(`"card","oxxo"`)+next("oxxo_display_details")),
			"payment/pi_1", hook.MethodVoucher, "",
		},
		"a voucher in Japan": {
			stripeAt(1, "payment_intent.requires_action", piOne+next("konbini_display_details")),
			"payment/pi_1", hook.MethodVoucher, "",
		},
		"a bank transfer": {
			stripeAt(1, "payment_intent.requires_action", piOne+next("display_bank_transfer_instructions")),
			"payment/pi_1", hook.MethodBank, "",
		},
		"3-D Secure": {
			stripeAt(1, "payment_intent.requires_action", piOne+types(`"card"`)+next("use_stripe_sdk")),
			"payment/pi_1", hook.MethodCard, "",
		},
		"the one that failed": {
			stripeAt(1, "payment_intent.payment_failed", piOne+types(`"card","paypal"`)+
				`,"last_payment_error":{"code":"x","payment_method":{"type":"paypal"}}`),
			"payment/pi_1", hook.MethodWallet, "",
		},
		"a session": {
			stripeAt(1, "checkout.session.completed", csOne+isUnpaid+types(`"boleto"`)),
			"checkout/cs_1", hook.MethodVoucher, "",
		},
		"written off": {
			stripeAt(1, "invoice.marked_uncollectible", inOne),
			"invoice/in_1", "", hook.CauseWrittenOff,
		},
		"an id alone": {
			thin,
			"payment/pi_1", "", hook.CauseNoDetails,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := paymentstest.New()
			told := paymentCase{provider: "stripe", events: []paymentEvent{c.event}}
			for _, said := range told.statements(t) {
				r.Apply(t, said...)
			}
			if got := r.Alias(c.link); got.Method != c.method || got.Cause != c.cause {
				t.Errorf("method %q, cause %q: %+v", got.Method, got.Cause, got)
			}
		})
	}
}
