package provider

import "hookbeam/server/hook"

var stripeSessionPayments = []paymentCase{
	stripeCase("session paid at once", stripePaidInFull, "payment/pi_1 checkout/cs_1 order/10-4471",
		stripeCreated, stripeReceipt, stripeCharging, stripeAt(5, "checkout.session.completed",
			csOne+isPaid+`,"payment_intent":{"id":"pi_1","object":"payment_intent"}`)),
	stripeCase("a session tells alone", stripePaidInFull, "payment/pi_1 checkout/cs_1 order/10-4471", stripeOrdered),
	stripeCase("bank debit", stripePaidInFull, "payment/pi_1 checkout/cs_1 charge/ch_1 order/10-4471",
		stripeAt(1, "checkout.session.completed", csOne+isUnpaid+withIntent), stripeAt(1, "charge.pending", chOne),
		stripeAt(2880, "charge.succeeded", chCaptured),
		stripeAt(2880, "checkout.session.async_payment_succeeded", csOne+isPaid+withIntent)),
	stripeCase(
		"bank debit under way",
		stripeOpen(hook.StateProcessing),
		"payment/pi_1 checkout/cs_1 order/10-4471",
		stripeAt(
			1,
			"checkout.session.completed",
			csOne+isUnpaid+withIntent,
		),
		stripeAt(0, "payment_intent.created", piOne),
	),
	stripeCase(
		"a SEPA debit fails days later",
		stripeEnds(hook.StateFailed),
		"payment/pi_1 checkout/cs_1 order/10-4471",
		stripeAt(1, "checkout.session.completed", csOne+isUnpaid+withIntent),
		stripeAt(1, "payment_intent.processing", piOne+`,"payment_method_types":["sepa_debit"]`),
		stripeAt(2880, "payment_intent.payment_failed", piOne),
		stripeAt(2880, "charge.failed", chOne+`,"captured":true,"status":"failed"`),
		stripeAt(2880, "checkout.session.async_payment_failed", csOne+withIntent),
	),
	stripeCase("a session whose authorization is voided", stripeEnds(hook.StateCanceled),
		"checkout/cs_1 payment/pi_1 order/10-4471", stripeHolding,
		stripeAt(6, "checkout.session.completed", csOne+isUnpaid+withIntent),
		stripeAt(60, "payment_intent.canceled", piOne+`,"cancellation_reason":"requested_by_customer"`)),
	stripeCase("a session whose authorization stands", stripeHeldInFull,
		"checkout/cs_1 payment/pi_1 order/10-4471", stripeHolding,
		stripeAt(6, "checkout.session.completed", csOne+isUnpaid+withIntent)),
	stripeCase("session expires", stripeEnds(hook.StateExpired), "checkout/cs_1 order/10-4471",
		stripeCreated, stripeAt(60, "checkout.session.expired", csOne+isUnpaid+withIntent)).
		andLink("payment/pi_1", stripeOpen(hook.StatePending)),
	stripeCase("session expires while its bank debit is under way", stripeOpen(hook.StateProcessing),
		"checkout/cs_1 payment/pi_1 order/10-4471", stripeAt(1, "payment_intent.processing", piOne),
		stripeAt(1440, "checkout.session.expired", csOne+isUnpaid+withIntent)),
	stripeCase("a decline, then another card in the same session", stripePaidInFull,
		"checkout/cs_1 payment/pi_1 order/10-4471", stripeCreated,
		stripeAt(1, "payment_intent.payment_failed", piOne), stripeReceipt, stripeOrdered),
	stripeCase("an abandoned session beside a paid one", stripePaidInFull, "order/10-4471 checkout/cs_1",
		stripeAt(1440, "checkout.session.expired", `"id":"cs_0","amount_total":4900,"mode":"payment",`+
			`"payment_status":"unpaid","client_reference_id":"10-4471"`), stripeOrdered).
		andLink("checkout/cs_0", stripeEnds(hook.StateExpired)),
	// The session's end is not the payment's: what is paid after it is not late.
	stripeCase("paid after the session's end", stripePaidInFull, "payment/pi_1 checkout/cs_1 order/10-4471",
		stripeCreated, stripeAt(3, "checkout.session.expired", csOne+withIntent), stripeReceipt, stripeCharging),
	stripeCase("a free order", paymentWant{state: hook.StatePaid, currency: "-", nothingDue: hook.CauseFree},
		"checkout/cs_1 order/10-4471", stripeAt(1, "checkout.session.completed",
			`"id":"cs_1","amount_total":0,"mode":"payment","client_reference_id":"10-4471",`+
				`"payment_status":"no_payment_required"`)),
	stripeCase("a card is stored", paymentWant{state: hook.StatePaid, currency: "-", nothingDue: hook.CauseSetup},
		"checkout/cs_1", stripeAt(1, "checkout.session.completed",
			`"id":"cs_1","amount_total":null,"mode":"setup","payment_status":"no_payment_required"`)),
	stripeCase("a trial", paymentWant{state: hook.StatePaid, currency: "-", nothingDue: hook.CauseTrial},
		"checkout/cs_1 invoice/in_1", stripeAt(1, "checkout.session.completed", `"id":"cs_1","amount_total":0,`+
			`"amount_subtotal":0,"mode":"subscription","payment_status":"no_payment_required","invoice":"in_1"`),
		stripeAt(1, "invoice.finalized",
			`"id":"in_1","amount_due":0,"amount_paid":0,"subtotal":0,"billing_reason":"subscription_create"`),
		stripeAt(1, "invoice.paid",
			`"id":"in_1","amount_due":0,"amount_paid":0,"subtotal":0,"billing_reason":"subscription_create"`)),
	stripeCase("a subscription whose first month a coupon pays",
		paymentWant{state: hook.StatePaid, currency: "-", nothingDue: hook.CauseFree}, "checkout/cs_1 invoice/in_1",
		stripeAt(1, "checkout.session.completed", `"id":"cs_1","amount_total":0,"amount_subtotal":4900,`+
			`"mode":"subscription","payment_status":"no_payment_required","invoice":"in_1"`),
		stripeAt(1, "invoice.paid",
			`"id":"in_1","amount_due":0,"amount_paid":0,"subtotal":4900,"billing_reason":"subscription_create"`)),
	stripeCase(
		"a subscription's first invoice",
		stripePaidInFull,
		"checkout/cs_1 invoice/in_1 order/10-4471",
		stripeAt(5, "checkout.session.completed", `"id":"cs_1","amount_total":4900,"mode":"subscription",`+
			`"payment_status":"paid","payment_intent":null,"invoice":"in_1","client_reference_id":"10-4471"`),
		stripeAt(5, "payment_intent.succeeded", `"id":"pi_1","amount":4900,"amount_received":4900,"invoice":"in_1"`),
		stripeAt(
			5,
			"invoice.paid",
			inOne+withIntent+`,"charge":"ch_1","amount_paid":4900`,
		),
	).andLink("payment/pi_1", stripePaidInFull),
	stripeCase(
		"a subscription's debit under way",
		stripeOpen(hook.StateProcessing),
		"checkout/cs_1 invoice/in_1 order/10-4471",
		stripeAt(5, "checkout.session.completed", `"id":"cs_1","amount_total":4900,"mode":"subscription",`+
			`"payment_status":"unpaid","payment_intent":null,"invoice":"in_1","client_reference_id":"10-4471"`),
	),
	stripeCase(
		"a subscription's debit fails",
		stripeEnds(hook.StateFailed),
		"checkout/cs_1 invoice/in_1 payment/pi_1",
		stripeAt(5, "checkout.session.completed", `"id":"cs_1","amount_total":4900,"mode":"subscription",`+
			`"payment_status":"unpaid","payment_intent":null,"invoice":"in_1"`),
		stripeAt(5000, "payment_intent.payment_failed", `"id":"pi_1","amount":4900,"invoice":"in_1"`),
	),
}

var stripeInvoicePayments = []paymentCase{
	stripeCase(
		"invoice at its second try",
		stripePaidInFull,
		"invoice/in_1 payment/pi_1 charge/ch_0",
		stripeAt(
			0,
			"invoice.finalized",
			inOne,
		),
		stripeAt(1, "invoice.payment_failed", inOne+withIntent+`,"charge":"ch_0"`),
		stripeAt(20, "invoice.paid", inOne+withIntent+`,"charge":"ch_1","amount_paid":4900`),
		stripeAt(20, "charge.succeeded", chCaptured+`,"invoice":"in_1"`),
	),
	stripeCase(
		"invoice that does not know its payment",
		stripePaidInFull,
		"invoice/in_1 payment/pi_1",
		stripeBasil(0, "invoice.finalized", inOne),
		stripeBasil(1, "invoice.payment_action_required", inOne),
		stripeBasil(
			5,
			"payment_intent.succeeded",
			piReceived,
		),
		stripeBasil(5, "invoice.paid", inOne+`,"amount_paid":4900`),
		stripeBasil(5, "invoice_payment.paid", `"id":"inpay_1","invoice":"in_1","amount_paid":4900,`+
			`"payment":{"type":"payment_intent","payment_intent":"pi_1"}`),
	),
	stripeCase("invoice whose payment nobody names", stripePaidInFull, "invoice/in_1 payment/pi_1",
		stripeBasil(5, "payment_intent.succeeded", piReceived),
		stripeBasil(5, "invoice.paid", inOne+`,"amount_paid":4900`)),
	stripeCase("a third of an invoice", paymentWant{state: hook.StatePartiallyPaid, amount: 3000, due: 9000},
		"invoice/in_1", stripeBasil(0, "invoice.finalized", `"id":"in_1","amount_due":9000,"amount_paid":0`),
		stripeBasil(5, "invoice_payment.paid", `"id":"inpay_1","invoice":"in_1","amount_paid":3000,`+
			`"payment":{"type":"payment_intent","payment_intent":"pi_1"}`)).
		andLink("payment/pi_1", paymentWant{state: hook.StatePaid, amount: 3000, due: 3000}),
	stripeCase(
		"all thirds of an invoice",
		paymentWant{state: hook.StatePaid, amount: 9000, due: 9000},
		"invoice/in_1",
		stripeBasil(0, "invoice.finalized", `"id":"in_1","amount_due":9000,"amount_paid":0`),
		stripeBasil(5, "invoice_payment.paid", `"id":"inpay_1","invoice":"in_1","amount_paid":3000,`+
			`"payment":{"type":"payment_intent","payment_intent":"pi_1"}`),
		stripeBasil(6, "invoice_payment.paid", `"id":"inpay_2","invoice":"in_1","amount_paid":6000,`+
			`"payment":{"type":"payment_intent","payment_intent":"pi_2"}`),
		stripeBasil(6, "invoice.paid", `"id":"in_1","amount_due":9000,"amount_paid":9000`),
	),
	stripeCase("an invoice is paid outside", stripePaidInFull, "invoice/in_1",
		stripeAt(0, "invoice.finalized", inOne+withIntent), stripeAt(1, "invoice.payment_failed", inOne+withIntent),
		stripeAt(9, "invoice.paid", inOne+withIntent+`,"amount_paid":4900,"paid_out_of_band":true`)).
		andLink("payment/pi_1", stripeEnds(hook.StateFailed)),
	stripeCase(
		"a credit note does for a part of an invoice",
		stripePaidInFull,
		"invoice/in_1 payment/pi_1",
		stripeAt(0, "invoice.finalized", `"id":"in_1","amount_due":9000,"amount_paid":0`),
		stripeAt(
			9,
			"invoice.paid",
			`"id":"in_1","amount_due":9000,"amount_paid":4900,"status":"paid","charge":"ch_1"`+
				withIntent,
		),
		stripeAt(9, "payment_intent.succeeded", piReceived+`,"invoice":"in_1"`),
		stripeAt(10, "invoice.updated", `"id":"in_1","amount_due":9000,"amount_paid":4900,"status":"paid"`),
	),
	stripeCase("a credit note does for all of an invoice",
		paymentWant{state: hook.StatePaid, currency: "-", nothingDue: hook.CauseFree}, "invoice/in_1",
		stripeAt(0, "invoice.finalized", `"id":"in_1","amount_due":9000,"amount_paid":0`),
		stripeAt(9, "invoice.paid", `"id":"in_1","amount_due":9000,"amount_paid":0,"status":"paid","subtotal":9000`)),
	stripeCase(
		"invoice voided",
		stripeEnds(hook.StateCanceled),
		"invoice/in_1",
		stripeAt(0, "invoice.finalized", inOne),
		stripeAt(9, "invoice.voided", inOne),
	),
	stripeCase(
		"invoice written off",
		stripeEnds(hook.StateCanceled),
		"invoice/in_1",
		stripeAt(0, "invoice.finalized", inOne),
		stripeAt(
			1,
			"invoice.payment_failed",
			inOne+withIntent,
		),
		stripeAt(9, "invoice.marked_uncollectible", inOne+withIntent),
	).
		andLink("payment/pi_1", stripeEnds(hook.StateFailed)),
	stripeCase(
		"written off, and paid after all",
		stripePaidInFull,
		"invoice/in_1",
		stripeAt(0, "invoice.finalized", inOne),
		stripeAt(9, "invoice.marked_uncollectible", inOne),
		stripeAt(20, "invoice.paid", inOne+withIntent+`,"charge":"ch_1","amount_paid":4900`),
	),
	stripeCase(
		"two invoices of one subscription",
		stripePaidInFull,
		"invoice/in_1 payment/pi_1",
		stripeAt(0, "invoice.paid", inOne+withIntent+`,"charge":"ch_1","amount_paid":4900,`+
			`"subscription_details":{"metadata":{"order_id":"10-4471"}}`),
		stripeAt(
			9,
			"invoice.payment_failed",
			`"id":"in_2","amount_due":4900,"subscription":"sub_1","customer":"cus_1",`+
				`"payment_intent":"pi_2","charge":"ch_2","subscription_details":{"metadata":{"order_id":"10-4471"}}`,
		),
	).
		andLink("payment/pi_2", stripeEnds(hook.StateFailed)).andLink("invoice/in_2", stripeEnds(hook.StateFailed)),
}

// stripeOther is an intent of another customer, shop or account under the same number.
func stripeOther(typ, members string, more ...string) paymentEvent {
	return stripeAt(9, typ, `"id":"pi_2","amount":800`+members, more...)
}

var stripeSharedPayments = []paymentCase{
	stripeCase("one number at two connected accounts", stripePaidInFull, "payment/pi_1",
		stripeAt(5, "payment_intent.succeeded", piReceived, `"account":"acct_1"`),
		stripeOther("payment_intent.payment_failed", `,"metadata":{"order_id":"10-4471"}`, `"account":"acct_2"`)).
		andLink("payment/pi_2", paymentWant{state: hook.StateFailed, amount: 800, denied: true}).
		andLink("order/10-4471", stripeAmbiguous),
	stripeCase("one connected account", stripePaidInFull, "payment/pi_1 order/10-4471 checkout/cs_1",
		stripeAt(5, "payment_intent.succeeded", piReceived, `"account":"acct_1"`),
		stripeAt(5, "checkout.session.completed", csOne+isPaid+withIntent, `"account":"acct_1"`)),
	stripeCase("a refund of a shop's payment without metadata", stripeRefundedAll, "payment/pi_1 order/10-4471",
		stripeAt(5, "payment_intent.succeeded", `"id":"pi_1","amount":4900,"amount_received":4900,`+
			`"metadata":{"order_id":"10-4471","site_url":"https://one.example"}`),
		stripeAt(9, "charge.refunded", chCaptured+`,"amount_refunded":4900`)),
	stripeCase("one number of two customers", stripePaidInFull, "payment/pi_1",
		stripeAt(5, "payment_intent.succeeded", piReceived+`,"customer":"cus_1"`),
		stripeOther("payment_intent.payment_failed", `,"customer":"cus_2","metadata":{"order_id":"10-4471"}`)).
		andLink("order/10-4471", stripeAmbiguous),
	stripeCase(
		"two guests with one address",
		stripePaidInFull,
		"order/10-4471",
		stripeAt(1, "charge.failed", `"id":"ch_0","amount":4900,"payment_intent":"pi_0","customer":"cus_0",`+
			`"billing_details":{"email":"Ada@Example.com"},"metadata":{"order_id":"10-4471"}`),
		stripeAt(
			5,
			"charge.succeeded",
			chCaptured+`,"customer":"cus_1","billing_details":{"email":"ada@example.com"}`,
		),
		stripeAt(5, "payment_intent.succeeded", piReceived+`,"customer":"cus_1"`),
	),
}

// stripeAmbiguous is a reference that names the payments of several.
var stripeAmbiguous = paymentWant{
	state: hook.StateAmbiguous, currency: "-", review: []hook.Review{hook.ReviewReferenceShared},
}

var stripeReported = []reportedCase{
	stripeReport("stripe-connect-two-accounts", map[string]paymentWant{
		"payment/pi_k1": {state: hook.StatePaid, amount: 12900},
		"payment/pi_k2": {state: hook.StateFailed, amount: 800, denied: true}, "order/1001": stripeAmbiguous,
	}),
	stripeReport("stripe-two-shops-one-account", map[string]paymentWant{
		"payment/pi_x1": {state: hook.StatePaid, amount: 12900},
		"payment/pi_x2": {state: hook.StateFailed, amount: 800, denied: true}, "order/123": stripeAmbiguous,
	}),
	stripeReport("stripe-intent-lowered", map[string]paymentWant{
		"payment/pi_z": {state: hook.StateAuthorized, amount: 3900, due: 3900},
	}),
	stripeReport("stripe-order-paid-twice-one-refunded", map[string]paymentWant{
		"order/7001":    {state: hook.StatePaid, amount: 9800, due: 4900, refunded: 4900},
		"payment/pi_d1": stripeRefundedAll, "payment/pi_d2": stripePaidInFull,
	}),
	stripeReport("stripe-stale-charge-failed", map[string]paymentWant{
		"order/8901": stripeOpen(hook.StateProcessing), "payment/pi_s1": stripeEnds(hook.StateFailed),
		"payment/pi_s2": stripeOpen(hook.StateProcessing),
	}),
	stripeReport("stripe-stale-intent-canceled", map[string]paymentWant{
		"order/7002": stripeHeldInFull, "payment/pi_e1": stripeEnds(hook.StateCanceled),
		"payment/pi_e2": stripeHeldInFull,
	}),
	stripeReport("stripe-uncollectible", map[string]paymentWant{
		"invoice/in_q": {state: hook.StateCanceled, amount: 10000, currency: "USD", denied: true},
	}),
	stripeReport("stripe-void-told-as-refund", map[string]paymentWant{
		"payment/pi_v": stripeEnds(hook.StateCanceled), "charge/ch_v": stripeEnds(hook.StateCanceled),
	}),
	stripeReport("stripe-voucher", map[string]paymentWant{
		"payment/pi_r": {state: hook.StateExpired, amount: 50000, currency: "MXN", denied: true},
	}),
	stripeReport("32-declines-then-paid-and-refunded", map[string]paymentWant{
		"order/X2": stripeRefundedAll, "payment/pi_ok": stripeRefundedAll,
		"payment/pi_g31": stripeEnds(hook.StateFailed),
	}),
	stripeReport("paid-then-256-declines", map[string]paymentWant{
		"order/X1": stripePaidInFull, "payment/pi_paid": stripePaidInFull,
		"payment/pi_f0": stripeEnds(hook.StateFailed),
	}),
	stripeReport("one-order-two-currencies", map[string]paymentWant{
		"order/8900": {
			state: hook.StatePaid, amount: 4900, due: 4900, review: []hook.Review{hook.ReviewCurrenciesDiffer},
		},
		"payment/pi_q1": {state: hook.StatePaid, amount: 200000, currency: "JPY"},
	}),
	stripeReport("partial-refund-of-an-older-payment", map[string]paymentWant{
		"payment/pi_y": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 1000},
	}),
	stripeReport("refund-totals-of-one-second", map[string]paymentWant{
		"payment/pi_k": {state: hook.StatePartiallyRefunded, amount: 9900, refunded: 3000},
	}),
	stripeReport("magento-reference-with-a-space", map[string]paymentWant{
		"order/000000123": stripePaidInFull, "payment/pi_mg": stripePaidInFull,
	}, "data.object.metadata.Order #"),
}

func stripeReport(folder string, want map[string]paymentWant, references ...string) reportedCase {
	return reportedCase{folder: folder, provider: "stripe", want: want, references: references}
}
