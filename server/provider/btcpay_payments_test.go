package provider

import (
	"fmt"
	"slices"
	"strings"

	"hookbeam/server/hook"
)

// btcpayAt is an event about an invoice; it tells no sums. more are further members of the event.
func btcpayAt(minutes int, typ, invoice string, more ...string) paymentEvent {
	return paymentEvent{body: fmt.Sprintf(
		`{"deliveryId":"d","originalDeliveryId":"%s-%s-%d","type":%q,"timestamp":%d,"storeId":"s","invoiceId":%q,`+
			`"metadata":{"orderId":"10-4471","buyerEmail":"ada@example.com"}%s}`,
		typ, invoice, minutes, typ, unixAt(minutes), invoice, strings.Join(append([]string{""}, more...), ","),
	)}
}

// btcpayFor is an event about an invoice that pays the payment request r1.
func btcpayFor(minutes int, typ, invoice string) paymentEvent {
	return paymentEvent{body: fmt.Sprintf(
		`{"originalDeliveryId":"%s-%s","type":%q,"timestamp":%d,"storeId":"s","invoiceId":%q,`+
			`"metadata":{"paymentRequestId":"r1"}}`, typ, invoice, typ, unixAt(minutes), invoice,
	)}
}

// btcpayRequestAt is an event about the payment request r1.
func btcpayRequestAt(minutes int, typ, status string) paymentEvent {
	return paymentEvent{body: fmt.Sprintf(
		`{"deliveryId":"%s-%d","type":%q,"timestamp":%d,"storeId":"s","paymentRequestId":"r1","status":%q}`,
		typ, minutes, typ, unixAt(minutes), status,
	)}
}

var (
	btcpayMade     = btcpayAt(0, "InvoiceCreated", "i1")
	btcpaySeen     = btcpayAt(3, "InvoiceReceivedPayment", "i1", `"payment":{"status":"Processing"}`)
	btcpaySettled  = btcpayAt(9, "InvoiceSettled", "i1", `"overPaid":false`)
	btcpayRanOut   = btcpayAt(15, "InvoiceExpired", "i1", `"partiallyPaid":false`)
	btcpayTurnedIn = btcpayAt(15, "InvoiceExpired", "i1", `"partiallyPaid":true`)
)

// btcpayIs is a result without a sum.
func btcpayIs(state hook.State) paymentWant { return paymentWant{state: state, currency: "-"} }

func btcpayCase(name string, want paymentWant, links string, events ...paymentEvent) paymentCase {
	c := paymentCase{provider: "btcpay", name: name, events: events, want: map[string]paymentWant{}}
	for link := range strings.FieldsSeq(links) {
		c.want[link] = want
	}
	return c
}

var btcpayCommon = []paymentCase{
	btcpayCase("paid", btcpayIs(hook.StatePaid), "invoice/i1 order/10-4471", btcpayMade, btcpaySeen,
		btcpayAt(3, "InvoiceProcessing", "i1"), btcpayAt(9, "InvoicePaymentSettled", "i1"), btcpaySettled),
	btcpayCase("all in one second", btcpayIs(hook.StatePaid), "invoice/i1", btcpayAt(0, "InvoiceCreated", "i1"),
		btcpayAt(0, "InvoiceReceivedPayment", "i1"), btcpayAt(0, "InvoiceProcessing", "i1"),
		btcpayAt(0, "InvoiceSettled", "i1")),
	btcpayCase("only the end is known", btcpayIs(hook.StatePaid), "invoice/i1 order/10-4471", btcpaySettled),
	btcpayCase(
		"waits for the chain",
		btcpayIs(hook.StateProcessing),
		"invoice/i1 order/10-4471",
		btcpayMade,
		btcpaySeen,
	),
	btcpayCase("one of its payments settled", btcpayIs(hook.StateProcessing), "invoice/i1", btcpayMade, btcpaySeen,
		btcpayAt(5, "InvoicePaymentSettled", "i1")),
	btcpayCase("settled by Lightning at once", btcpayIs(hook.StateProcessing), "invoice/i1", btcpayMade,
		btcpayAt(3, "InvoiceReceivedPayment", "i1", `"payment":{"status":"Settled"}`)),
	btcpayCase("expiry", paymentWant{state: hook.StateExpired, currency: "-", denied: true},
		"invoice/i1 order/10-4471", btcpayMade, btcpayRanOut),
	btcpayCase("expiry after a part", btcpayReviewed(hook.StateExpired, hook.ReviewPaidInPart),
		"invoice/i1 order/10-4471", btcpayMade, btcpaySeen, btcpayTurnedIn,
		btcpayAt(15, "InvoiceExpiredPaidPartial", "i1")),
	btcpayCase("nothing but the expiry after a part", btcpayReviewed(hook.StateExpired, hook.ReviewPaidInPart),
		"invoice/i1", btcpayTurnedIn),
	btcpayCase(
		"coins come after the expiry and are too few",
		btcpayIs(hook.StateProcessing),
		"invoice/i1",
		btcpayMade,
		btcpayRanOut,
		btcpayAt(20, "InvoiceReceivedPayment", "i1", `"afterExpiration":true`),
	),
	btcpayCase("never confirmed", btcpayIs(hook.StateFailed), "invoice/i1 order/10-4471", btcpayMade, btcpaySeen,
		btcpayAt(90, "InvoiceInvalid", "i1", `"manuallyMarked":false`)),
	btcpayCase(
		"never confirmed, and the coins were not reported",
		btcpayIs(hook.StateFailed),
		"invoice/i1",
		btcpayMade,
		btcpayAt(90, "InvoiceInvalid", "i1", `"manuallyMarked":false`),
	),
	btcpayCase("marked as invalid", paymentWant{state: hook.StateFailed, currency: "-", denied: true}, "invoice/i1",
		btcpayMade, btcpayAt(90, "InvoiceInvalid", "i1", `"manuallyMarked":true`)),
	btcpayCase("paid after expiry", paymentWant{state: hook.StatePaid, currency: "-", late: true},
		"invoice/i1 order/10-4471", btcpayMade, btcpayRanOut, btcpayAt(20, "InvoiceReceivedPayment", "i1"),
		btcpayAt(20, "InvoicePaidAfterExpiration", "i1"), btcpayAt(30, "InvoiceSettled", "i1")),
	btcpayCase("only that it was paid after expiry", paymentWant{state: hook.StatePaid, currency: "-", late: true},
		"invoice/i1", btcpayAt(20, "InvoicePaidAfterExpiration", "i1")),
	btcpayCase("overpaid", btcpayReviewed(hook.StatePaid, hook.ReviewOverpaid), "invoice/i1", btcpayMade, btcpaySeen,
		btcpayAt(9, "InvoiceSettled", "i1", `"overPaid":true`)),
	btcpayCase("a refund was offered", btcpayIs(hook.StatePaid), "invoice/i1", btcpayMade, btcpaySettled,
		btcpayAt(99, "InvoiceRefund", "i1")),
	btcpayCase("second invoice of the order", btcpayIs(hook.StatePaid), "invoice/i1 order/10-4471",
		btcpayAt(0, "InvoiceCreated", "i0"), btcpayAt(2, "InvoiceExpired", "i0"), btcpaySeen, btcpaySettled).
		andLink("invoice/i0", paymentWant{state: hook.StateExpired, currency: "-", denied: true}),
	btcpayCase("request paid", btcpayIs(hook.StatePaid), "payment-request/r1",
		btcpayRequestAt(0, "PaymentRequestCreated", "Pending"),
		btcpayRequestAt(5, "PaymentRequestStatusChanged", "Completed"),
		btcpayRequestAt(5, "PaymentRequestCompleted", "Completed")),
	btcpayCase("request paid by its second invoice", btcpayIs(hook.StatePaid), "payment-request/r1 invoice/i2",
		btcpayRequestAt(0, "PaymentRequestCreated", "Pending"), btcpayFor(1, "InvoiceCreated", "i1"),
		btcpayFor(20, "InvoiceExpired", "i1"), btcpayFor(30, "InvoiceCreated", "i2"),
		btcpayFor(40, "InvoiceSettled", "i2"), btcpayRequestAt(40, "PaymentRequestStatusChanged", "Completed")).
		andLink("invoice/i1", paymentWant{state: hook.StateExpired, currency: "-", denied: true}),
	btcpayCase("request expires", paymentWant{state: hook.StateExpired, currency: "-", denied: true},
		"payment-request/r1", btcpayRequestAt(0, "PaymentRequestCreated", "Pending"),
		btcpayRequestAt(90, "PaymentRequestStatusChanged", "Expired")),
}

func btcpayReviewed(state hook.State, why hook.Review) paymentWant {
	return paymentWant{state: state, currency: "-", review: []hook.Review{why}}
}

// btcpayPayments are all cases.
var btcpayPayments = slices.Concat(btcpayCommon, btcpayKinds)
