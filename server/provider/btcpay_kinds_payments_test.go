package provider

import (
	"strings"

	"hookbeam/server/hook"
)

// btcpayWith is an event in whose body texts were replaced.
func btcpayWith(e paymentEvent, texts ...string) paymentEvent {
	e.body = strings.NewReplacer(texts...).Replace(e.body)
	return e
}

var btcpayKinds = []paymentCase{
	btcpayCase("a part of a request is paid", btcpayIs(hook.StatePartiallyPaid), "payment-request/r1",
		btcpayRequestAt(0, "PaymentRequestCreated", "Pending"), btcpayFor(1, "InvoiceCreated", "i1"),
		btcpayFor(9, "InvoiceSettled", "i1")).andLink("invoice/i1", btcpayIs(hook.StatePaid)),
	btcpayCase("a request is paid in two parts", btcpayIs(hook.StatePaid), "payment-request/r1",
		btcpayRequestAt(0, "PaymentRequestCreated", "Pending"), btcpayFor(9, "InvoiceSettled", "i1"),
		btcpayFor(20, "InvoiceSettled", "i2"), btcpayRequestAt(20, "PaymentRequestStatusChanged", "Completed")),
	btcpayCase("a request runs out after a part", btcpayIs(hook.StatePartiallyPaid), "payment-request/r1",
		btcpayRequestAt(0, "PaymentRequestCreated", "Pending"), btcpayFor(9, "InvoiceSettled", "i1"),
		btcpayRequestAt(90, "PaymentRequestStatusChanged", "Expired")),
	btcpayCase("an invoice of a request of which nothing else is known", btcpayIs(hook.StatePaid),
		"payment-request/r1", btcpayFor(1, "InvoiceCreated", "i1"), btcpayFor(9, "InvoiceSettled", "i1")),
	btcpayCase("a transaction is replaced and never comes", btcpayIs(hook.StateExpired), "invoice/i1 order/10-4471",
		btcpayMade, btcpaySeen, btcpayRanOut),
	btcpayCase("marked as invalid after coins settled", btcpayIs(hook.StateFailed), "invoice/i1", btcpayMade,
		btcpayAt(3, "InvoicePaymentSettled", "i1"), btcpayAt(90, "InvoiceInvalid", "i1", `"manuallyMarked":true`)),
	btcpayCase("marked as invalid while coins are unconfirmed", btcpayIs(hook.StateFailed), "invoice/i1", btcpayMade,
		btcpaySeen, btcpayAt(90, "InvoiceInvalid", "i1", `"manuallyMarked":true`)),
	btcpayCase("settled, then marked as invalid", btcpayIs(hook.StatePaid), "invoice/i1", btcpaySettled,
		btcpayAt(90, "InvoiceInvalid", "i1", `"manuallyMarked":true`)),
	btcpayCase("marked as settled by hand", btcpayIs(hook.StatePaid), "invoice/i1 order/10-4471", btcpayMade,
		btcpayAt(9, "InvoiceSettled", "i1", `"manuallyMarked":true`)),
	btcpayCase("a part came and ran out, another invoice is paid",
		btcpayReviewed(hook.StatePaid, hook.ReviewPaidInPart), "order/10-4471",
		btcpayAt(1, "InvoiceExpired", "i0", `"partiallyPaid":true`), btcpaySettled),
	btcpayCase("the expiry arrives after the settlement", btcpayIs(hook.StatePaid), "invoice/i1 order/10-4471",
		btcpaySettled, btcpayRanOut),
	btcpayCase("one number in two stores", paymentWant{state: hook.StateAmbiguous, currency: "-",
		review: []hook.Review{hook.ReviewReferenceShared}}, "order/10-4471", btcpaySettled,
		btcpayWith(btcpayAt(9, "InvoiceCreated", "i2"), `"storeId":"s"`, `"storeId":"t"`)),
	btcpayCase("two customers have one number", paymentWant{state: hook.StateAmbiguous, currency: "-",
		review: []hook.Review{hook.ReviewReferenceShared}}, "order/10-4471", btcpaySettled,
		btcpayWith(btcpayAt(9, "InvoiceCreated", "i2"), "ada@", "bob@")),
	btcpayCase("a number that is a number", btcpayIs(hook.StatePaid), "order/104471",
		btcpayWith(btcpaySettled, `"10-4471"`, `104471`)),
	btcpayCase("an event of a kind that is not known", btcpayIs(hook.StatePaid), "invoice/i1", btcpaySettled,
		btcpayAt(90, "InvoicePondered", "i1"), btcpayAt(91, "PayoutApproved", "i1")),
}
