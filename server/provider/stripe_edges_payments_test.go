package provider

import (
	"strings"

	"hookbeam/server/hook"
)

// stripeEdges are cases of Stripe's payments that are rare: money that comes or goes outside of the usual course.
var stripeEdges = []paymentCase{
	// An invoice that was marked as paid outside has an amount paid of zero, or of all that is due.
	stripeCase("an invoice paid outside, which Stripe counts as nothing", stripePaidInFull, "invoice/in_1",
		stripeAt(0, "invoice.finalized", inOne+withIntent),
		stripeAt(9, "invoice.paid", inOne+withIntent+`,"amount_paid":0,"status":"paid","paid_out_of_band":true`),
		stripeAt(9, "invoice.updated", inOne+withIntent+`,"amount_paid":0,"status":"paid","paid_out_of_band":true`)),
	stripeCase("an invoice whose payments were recorded by hand, twice the same amount",
		paymentWant{state: hook.StatePaid, amount: 9000, due: 9000}, "invoice/in_1",
		stripeBasil(0, "invoice.finalized", `"id":"in_1","amount_due":9000,"amount_paid":0`),
		stripeBasil(5, "invoice_payment.paid", `"id":"inpay_1","invoice":"in_1","amount_paid":4500,`+
			`"payment":{"type":"payment_record","payment_record":"pr_1"}`),
		stripeBasil(6, "invoice_payment.paid", `"id":"inpay_2","invoice":"in_1","amount_paid":4500,`+
			`"payment":{"type":"payment_record","payment_record":"pr_2"}`)),
	stripeCase("a card and cash pay an invoice", paymentWant{state: hook.StatePaid, amount: 9000, due: 9000},
		"invoice/in_1", stripeBasil(0, "invoice.finalized", `"id":"in_1","amount_due":9000,"amount_paid":0`),
		stripeBasil(5, "invoice_payment.paid", `"id":"inpay_1","invoice":"in_1","amount_paid":3000,`+
			`"payment":{"type":"payment_record","payment_record":"pr_1"}`),
		stripeBasil(6, "invoice_payment.paid", `"id":"inpay_2","invoice":"in_1","amount_paid":6000,`+
			`"payment":{"type":"payment_intent","payment_intent":"pi_1"}`),
		stripeBasil(6, "payment_intent.succeeded", `"id":"pi_1","amount":6000,"amount_received":6000`),
		stripeBasil(6, "invoice.paid", `"id":"in_1","amount_due":9000,"amount_paid":9000,"status":"paid"`)),
	stripeCase("an invoice is voided after a part was paid",
		paymentWant{state: hook.StatePartiallyPaid, amount: 3000, due: 9000}, "invoice/in_1",
		stripeBasil(0, "invoice.finalized", `"id":"in_1","amount_due":9000,"amount_paid":0`),
		stripeBasil(5, "invoice_payment.paid", `"id":"inpay_1","invoice":"in_1","amount_paid":3000,`+
			`"payment":{"type":"payment_intent","payment_intent":"pi_1"}`),
		stripeBasil(9, "invoice.voided", `"id":"in_1","amount_due":9000,"amount_paid":3000`)),
	stripeCase("an invoice is written off after a part was paid and given back",
		paymentWant{state: hook.StateRefunded, amount: 3000, due: 9000, refunded: 3000}, "invoice/in_1",
		stripeBasil(0, "invoice.finalized", `"id":"in_1","amount_due":9000,"amount_paid":0`),
		stripeBasil(5, "invoice_payment.paid", `"id":"inpay_1","invoice":"in_1","amount_paid":3000,`+
			`"payment":{"type":"payment_intent","payment_intent":"pi_1"}`),
		stripeBasil(9, "invoice.marked_uncollectible", `"id":"in_1","amount_due":9000,"amount_paid":3000`),
		stripeBasil(20, "refund.created", `"id":"re_1","payment_intent":"pi_1","charge":"ch_1","amount":3000,`+
			`"status":"succeeded"`)),
	stripeCase("an order that a coupon pays wholly, reported as paid",
		paymentWant{state: hook.StatePaid, currency: "-", nothingDue: hook.CauseFree}, "checkout/cs_1 order/10-4471",
		stripeAt(1, "checkout.session.completed", `"id":"cs_1","amount_total":0,"amount_subtotal":4900,`+
			`"mode":"payment","payment_status":"paid","payment_intent":null,"client_reference_id":"10-4471"`)),

	// Only the release of an authorization was ever reported of a charge that was not captured.
	stripeCase("an authorization is released, and the version of the API is not known",
		stripeEnds(hook.StateCanceled), "payment/pi_1", stripeHeld, stripeOf("", 60, "charge.refunded",
			chHeld+`,"amount_refunded":4900,"refunded":true`)),
	stripeCase("a refund, and the version of the API is not known",
		paymentWant{state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}, "payment/pi_1", stripeReceipt,
		stripeOf("", 60, "charge.refunded", chCaptured+`,"amount_refunded":900`)),
	stripeCase("a refund before its charge is known, of an API before March 2025",
		paymentWant{state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}, "payment/pi_1 charge/ch_1",
		stripeAt(90, "charge.refunded", chCaptured+`,"amount_refunded":900`),
		stripeAt(91, "charge.refund.updated", reOne+`,"amount":900,"status":"succeeded"`)),

	stripeCase("a dispute is reported as lost at once, and its end is not",
		paymentWant{state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost}, "payment/pi_1", stripeReceipt,
		stripeAt(900, "charge.dispute.created", dpOne+`,"status":"lost"`)),
	stripeCase("an update alone says that a dispute was won",
		paymentWant{state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsWon}, "payment/pi_1", stripeReceipt,
		stripeAt(900, "charge.dispute.created", dpOne+`,"status":"needs_response"`),
		stripeAt(9000, "charge.dispute.updated", dpOne+`,"status":"won"`)),
	stripeCase(
		"a dispute about a part is lost",
		paymentWant{
			state:   hook.StatePaid,
			amount:  4900,
			dispute: hook.DisputeIsLost,
			kept:    true,
		},
		"payment/pi_1",
		stripeReceipt,
		stripeAt(900, "charge.dispute.created", `"id":"dp_1","amount":900,"charge":"ch_1","payment_intent":"pi_1",`+
			`"status":"needs_response"`),
		stripeAt(9000, "charge.dispute.closed", `"id":"dp_1","amount":900,"charge":"ch_1","payment_intent":"pi_1",`+
			`"status":"lost"`),
	),
	stripeCase("a dispute in the currency of the payer's bank is lost",
		paymentWant{state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost}, "payment/pi_1", stripeReceipt,
		stripeAt(9000, "charge.dispute.closed", `"id":"dp_1","amount":5300,"currency":"usd","charge":"ch_1",`+
			`"payment_intent":"pi_1","status":"lost"`)),

	stripeCase("yen have no smaller unit", paymentWant{state: hook.StatePartiallyRefunded, amount: 4900,
		refunded: 900, currency: "JPY"}, "payment/pi_1",
		stripeAt(5, "payment_intent.succeeded", `"id":"pi_1","amount":4900,"amount_received":4900,"currency":"jpy"`),
		stripeAt(9, "refund.created", reOne+`,"amount":900,"status":"succeeded","currency":"jpy"`)),
	stripeCase(
		"dinars have three digits",
		paymentWant{state: hook.StatePaid, amount: 49500, currency: "KWD"},
		"payment/pi_1",
		stripeAt(
			5,
			"payment_intent.succeeded",
			`"id":"pi_1","amount":49500,"amount_received":49500,"currency":"kwd"`,
		),
	),
	stripeCase(
		"krónur are written with two digits",
		paymentWant{state: hook.StatePaid, amount: 4900, currency: "ISK"},
		"payment/pi_1",
		stripeAt(5, "payment_intent.succeeded",
			`"id":"pi_1","amount":490000,"amount_received":490000,"currency":"isk"`),
	),
	stripeCase(
		"ariary are written without digits",
		paymentWant{state: hook.StatePaid, amount: 490000, currency: "MGA"},
		"payment/pi_1",
		stripeAt(5, "payment_intent.succeeded", `"id":"pi_1","amount":4900,"amount_received":4900,"currency":"mga"`),
	),
	stripeCase("the payer's bank converts", stripePaidInFull, "payment/pi_1 checkout/cs_1",
		stripeAt(5, "checkout.session.completed", csOne+isPaid+withIntent+
			`,"presentment_details":{"presentment_amount":5300,"presentment_currency":"usd"}`),
		stripeAt(5, "payment_intent.succeeded", piReceived+
			`,"presentment_details":{"presentment_amount":5300,"presentment_currency":"usd"}`)),

	stripeCase("a bank transfer of more than is due", stripePaidInFull, "payment/pi_1 order/10-4471",
		stripeCreated, stripeAt(1, "payment_intent.requires_action", piOne+`,"next_action":{"type":`+
			`"display_bank_transfer_instructions"},"payment_method_types":["customer_balance"]`),
		stripeAt(60, "payment_intent.succeeded", piReceived),
		stripeAt(60, "customer_cash_balance_transaction.created",
			`"id":"ccsbtxn_1","net_amount":6000,"type":"funded","customer":"cus_1"`)),
	stripeCase("a bank transfer of a part, and the rest does not come",
		paymentWant{state: hook.StateProcessing, amount: 4900}, "payment/pi_1 order/10-4471", stripeCreated,
		stripeAt(60, "payment_intent.partially_funded", piOne+`,"amount_received":0,"next_action":{"type":`+
			`"display_bank_transfer_instructions"}`)),

	stripeCase("a konbini voucher is paid at the last moment", stripePaidInFull, "payment/pi_1 order/10-4471",
		stripeAt(0, "payment_intent.requires_action", piOne+`,"payment_method_types":["konbini"],`+
			`"next_action":{"type":"konbini_display_details"}`),
		stripeAt(0, "charge.pending", chOne), stripeAt(4319, "charge.succeeded", chCaptured),
		stripeAt(4319, "payment_intent.succeeded", piReceived)),
	stripeCase("a voucher of a session runs out", stripeEnds(hook.StateExpired), "payment/pi_1",
		stripeAt(0, "checkout.session.completed", csOne+isUnpaid+withIntent+`,"payment_method_types":["boleto"]`),
		stripeAt(4320, "payment_intent.payment_failed", piOne+
			`,"last_payment_error":{"code":"payment_intent_payment_attempt_expired"}`),
		stripeAt(4320, "charge.failed", chOne+`,"failure_code":"payment_intent_payment_attempt_expired"`),
		stripeAt(4320, "checkout.session.async_payment_failed", csOne+withIntent)),
	stripeCase("a voucher is issued at the end of a checkout", stripeOpen(hook.StateActionRequired),
		"payment/pi_1 checkout/cs_1 order/10-4471",
		stripeAt(0, "payment_intent.requires_action", piOne+`,"payment_method_types":["oxxo"],`+
			`"next_action":{"type":"oxxo_display_details"}`),
		stripeAt(0, "charge.pending", chOne+`,"payment_method_details":{"type":"oxxo"}`),
		stripeAt(1, "checkout.session.completed", csOne+isUnpaid+withIntent+`,"payment_method_types":["oxxo"]`)),
	stripeCase("a checkout ends with a voucher, and nothing else is known", stripeOpen(hook.StateActionRequired),
		"payment/pi_1 checkout/cs_1 order/10-4471",
		stripeAt(1, "checkout.session.completed", csOne+isUnpaid+withIntent+`,"payment_method_types":["boleto"]`)),
	stripeCase("a voucher of a checkout is paid", stripePaidInFull, "payment/pi_1 checkout/cs_1 order/10-4471",
		stripeAt(1, "checkout.session.completed", csOne+isUnpaid+withIntent+`,"payment_method_types":["konbini"]`),
		stripeAt(900, "payment_intent.processing", piOne+`,"payment_method_types":["konbini"]`),
		stripeAt(1000, "payment_intent.succeeded", piReceived),
		stripeAt(1000, "checkout.session.async_payment_succeeded", csOne+isPaid+withIntent)),
	stripeCase("a bank debit fails, the second one is under way", stripeOpen(hook.StateProcessing),
		"payment/pi_1 order/10-4471", stripeAt(1, "payment_intent.processing", piOne),
		stripeAt(2880, "payment_intent.payment_failed", piOne), stripeAt(2900, "payment_intent.processing", piOne)),

	stripeCase("an intent is raised before it is paid", paymentWant{state: hook.StatePaid, amount: 5900, due: 5900},
		"payment/pi_1", stripeCreated, stripeAt(1, "payment_intent.payment_failed", piOne),
		stripeAt(5, "payment_intent.succeeded", `"id":"pi_1","amount":5900,"amount_received":5900`)),
	stripeCase("more is captured than was held", paymentWant{state: hook.StatePaid, amount: 5500, due: 5500},
		"payment/pi_1", stripeHeld, stripeHolding,
		stripeAt(60, "charge.captured", chOne+`,"captured":true,"amount_captured":5500`),
		stripeAt(60, "payment_intent.succeeded", piOne+`,"amount_received":5500,"amount_capturable":0`)),
	stripeCase("the first of several captures, then the rest is released",
		paymentWant{state: hook.StatePaid, amount: 2000, due: 2000}, "payment/pi_1 order/10-4471", stripeHolding,
		stripeAt(50, "payment_intent.amount_capturable_updated",
			piOne+`,"amount_received":2000,"amount_capturable":2900`),
		stripeAt(90, "payment_intent.canceled", piOne+`,"amount_received":2000,"amount_capturable":0`)),

	stripeCase("a reference with a slash, a blank and letters of other scripts", stripePaidInFull,
		"order/2026/№_4471-Ö", stripeAt(5, "payment_intent.succeeded",
			`"id":"pi_1","amount":4900,"amount_received":4900,"metadata":{"order_id":" 2026/№_4471-Ö  "}`)),
	stripeCase("a reference that is a number", stripePaidInFull, "order/12345678901234567890",
		stripeAt(5, "payment_intent.succeeded",
			`"id":"pi_1","amount":4900,"amount_received":4900,"metadata":{"order_id":12345678901234567890}`)),
	stripeCase("a reference that is too long is none", paymentWant{currency: "-"},
		"order/"+strings.Repeat("9", 250), stripeAt(
			5,
			"payment_intent.succeeded",
			`"id":"pi_1","amount":4900,"amount_received":4900,"metadata":{"order_id":"`+strings.Repeat(
				"9",
				250,
			)+`"}`,
		)).
		andLink("payment/pi_1", stripePaidInFull),
	stripeCase("one customer whose telephone number is written in two ways", stripePaidInFull, "order/10-4471",
		stripeAt(1, "charge.failed", `"id":"ch_0","amount":4900,"payment_intent":"pi_0",`+
			`"billing_details":{"phone":"089 1234567"},"metadata":{"order_id":"10-4471"}`),
		stripeAt(5, "charge.succeeded", chCaptured+`,"billing_details":{"phone":"+49 (89) 123-4567"}`),
		stripeReceipt),
	stripeCase("two customers with telephone numbers of their own", stripeAmbiguous, "order/10-4471",
		stripeAt(1, "charge.failed", `"id":"ch_0","amount":4900,"payment_intent":"pi_0",`+
			`"billing_details":{"phone":"+49 89 1234568"},"metadata":{"order_id":"10-4471"}`),
		stripeAt(5, "charge.succeeded", chCaptured+`,"billing_details":{"phone":"+49 89 1234567"}`),
		stripeReceipt),
	stripeCase("a shop's address is known of the payment alone", stripePaidInFull,
		"order/10-4471 payment/pi_1 checkout/cs_1", stripeOrdered, stripeAt(5, "payment_intent.succeeded",
			`"id":"pi_1","amount":4900,"amount_received":4900,`+
				`"metadata":{"order_id":"10-4471","site_url":"https://one.example"}`)),
	stripeCase("a test and a live payment are apart", stripePaidInFull, "payment/pi_1 order/10-4471", stripeReceipt,
		stripeAt(9, "entirely.unknown", piOne), stripeAt(9, "payment_intent.some_new_event", piOne)),
}
