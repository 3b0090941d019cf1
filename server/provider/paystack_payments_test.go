package provider

import (
	"fmt"

	"hookbeam/server/hook"
)

// paystackEvent is one of Paystack's events; they have no id.
func paystackEvent(typ, object string) paymentEvent {
	return paymentEvent{body: fmt.Sprintf(`{"event":%q,"data":{"domain":"live",%s}}`, typ, object)}
}

// paystackChargeEvent is an event about a charge of 49 euros for the order 10-4471; more is further members.
func paystackChargeEvent(minutes int, typ, reference, status, more string) paymentEvent {
	return paystackEvent(typ, fmt.Sprintf(`"id":%d,"reference":%q,"status":%q,"amount":4900,"currency":"EUR",`+
		`"created_at":%q,"metadata":{"order_id":"10-4471"},"customer":{"email":"ada@example.com"}%s`,
		7000+minutes, reference, status, isoAt(minutes), more))
}

// paystackRefundEvent is an event about a refund of r-1; it has no time, so the time of receipt counts.
func paystackRefundEvent(typ, reference string, sum int) paymentEvent {
	return paystackEvent(typ, fmt.Sprintf(`"status":%q,"transaction_reference":"r-1","refund_reference":%s,`+
		`"amount":"%d","currency":"EUR"`, typ, reference, sum))
}

func paystackDisputeEvent(minutes int, typ, resolution string) paymentEvent {
	return paystackEvent(typ, fmt.Sprintf(`"id":3,"status":%q,"resolution":%s,"transaction":{"reference":"r-1",`+
		`"amount":4900,"currency":"EUR"},"created_at":%q,"resolvedAt":%q`, typ, resolution, isoAt(900), isoAt(minutes)))
}

func paystackRequestEvent(typ, status, paidAt string) paymentEvent {
	return paystackEvent(typ, fmt.Sprintf(`"id":1,"request_code":"PRQ_1","amount":4900,"currency":"EUR","status":%q,`+
		`"metadata":{"order_id":"10-4471"},"offline_reference":"0001","paid_at":%s,"created_at":%q`,
		status, paidAt, isoAt(0)))
}

var (
	psPaid = paystackChargeEvent(
		5,
		"charge.success",
		"r-1",
		"success",
		`,"channel":"card","requested_amount":4900`,
	)
	psReserved = paystackChargeEvent(1, "preauthorization.reserve.success", "r-1", "reserved", "")
)

var paystackPayments = ofProvider("paystack", []paymentCase{
	{name: "paid", events: []paymentEvent{psPaid},
		want: map[string]paymentWant{
			"payment/r-1":   {state: hook.StatePaid, amount: 4900, due: 4900},
			"order/10-4471": {state: hook.StatePaid, amount: 4900},
			"order/r-1":     {state: hook.StatePaid, amount: 4900},
		}},
	{
		name:   "the second card",
		events: []paymentEvent{paystackChargeEvent(1, "charge.failed", "r-0", "failed", ""), psPaid},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900},
			"payment/r-0":   {state: hook.StateFailed, amount: 4900, denied: true},
		},
	},
	{name: "a bank transfer is rejected", events: []paymentEvent{
		paystackChargeEvent(1, "bank.transfer.rejected", "r-0", "failed", "")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateFailed, amount: 4900, denied: true}}},
	{name: "a debit of a part", events: []paymentEvent{
		paystackChargeEvent(1, "charge.success", "r-1", "success", `,"requested_amount":8000`)},
		want: map[string]paymentWant{
			"payment/r-1":   {state: hook.StatePartiallyPaid, amount: 4900, due: 8000},
			"order/10-4471": {state: hook.StatePartiallyPaid, amount: 4900, due: 8000},
		}},
	{name: "paid twice, once by each card", events: []paymentEvent{psPaid,
		paystackChargeEvent(6, "charge.success", "r-2", "success", "")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 9800, due: 4900,
			review: []hook.Review{hook.ReviewPaidTwice}}}},
	{name: "two customers have one reference", events: []paymentEvent{psPaid,
		paystackEvent("charge.success", `"id":1,"reference":"r-9","status":"success","amount":700,"currency":"EUR",`+
			`"metadata":{"order_id":"10-4471"},"customer":{"email":"bob@example.com"}`)},
		want: map[string]paymentWant{
			"order/10-4471": {
				state:    hook.StateAmbiguous,
				currency: "-",
				review:   []hook.Review{hook.ReviewReferenceShared},
			},
			"payment/r-9": {state: hook.StatePaid, amount: 700},
		}},

	{name: "held, captured later", events: []paymentEvent{psReserved,
		paystackChargeEvent(60, "preauthorization.capture.success", "r-1", "captured", "")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900}}},
	{name: "held", events: []paymentEvent{psReserved},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateAuthorized, amount: 4900}}},
	{name: "released", events: []paymentEvent{psReserved,
		paystackChargeEvent(60, "preauthorization.release.success", "r-1", "released", "")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateCanceled, amount: 4900, denied: true}}},
	// nobody said that the hold ended
	{name: "the capture fails", events: []paymentEvent{psReserved,
		paystackChargeEvent(60, "preauthorization.capture.failed", "r-1", "failed", "")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateFailed, amount: 4900}}},

	{
		name:   "a request is open",
		events: []paymentEvent{paystackRequestEvent("paymentrequest.pending", "pending", "null")},
		want:   map[string]paymentWant{"payment-request/PRQ_1": {state: hook.StatePending, amount: 4900, due: 4900}},
	},
	{name: "a request is paid", events: []paymentEvent{
		paystackRequestEvent("paymentrequest.pending", "pending", "null"),
		paystackRequestEvent("paymentrequest.success", "success", `"`+isoAt(5)+`"`)},
		want: map[string]paymentWant{
			"payment-request/PRQ_1": {state: hook.StatePaid, amount: 4900, due: 4900},
			"order/10-4471":         {state: hook.StatePaid, amount: 4900},
		}},
	{name: "a request is paid at a terminal", events: []paymentEvent{
		paystackRequestEvent("paymentrequest.success", "success", `"`+isoAt(5)+`"`),
		paystackChargeEvent(5, "charge.success", "0001", "success", `,"channel":"pos"`)},
		want: map[string]paymentWant{
			"payment-request/PRQ_1": {state: hook.StatePaid, amount: 4900, due: 4900},
			"order/10-4471":         {state: hook.StatePaid, amount: 4900},
			"payment/0001":          {state: hook.StatePaid, amount: 4900},
		}},

	{name: "refunded in part", events: []paymentEvent{psPaid, paystackRefundEvent("refund.pending", "null", 900),
		paystackRefundEvent("refund.processing", "null", 900), paystackRefundEvent("refund.processed", `"R1"`, 900)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{name: "refunded in part, then wholly", events: []paymentEvent{psPaid,
		paystackRefundEvent("refund.processed", `"R1"`, 900), paystackRefundEvent("refund.processed", `"R2"`, 4000)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateRefunded, amount: 4900, refunded: 4900}}},
	{name: "two refunds without a reference", events: []paymentEvent{psPaid,
		paystackRefundEvent("refund.processed", "null", 900), paystackRefundEvent("refund.processed", "null", 1000)},
		want: map[string]paymentWant{
			"payment/r-1": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 1900}}},
	{
		name: "a refund fails later",
		events: []paymentEvent{psPaid, paystackRefundEvent("refund.processed", `"R1"`, 900),
			paystackRefundEvent("refund.failed", `"R1"`, 900)},
		want: map[string]paymentWant{"payment/r-1": {state: hook.StatePaid, amount: 4900}},
	},
	{name: "only a failed refund is known", events: []paymentEvent{paystackRefundEvent("refund.failed", `"R1"`, 900)},
		want: map[string]paymentWant{"payment/r-1": {state: hook.StatePaid, amount: 900}}},
	{name: "a dispute is lost", events: []paymentEvent{psPaid,
		paystackDisputeEvent(
			0,
			"charge.dispute.create",
			"null",
		), paystackDisputeEvent(0, "charge.dispute.remind", "null"),
		paystackDisputeEvent(9000, "charge.dispute.resolve", `"merchant-accepted"`)},
		want: map[string]paymentWant{
			"payment/r-1": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost}}},
	{name: "a dispute is won", events: []paymentEvent{psPaid,
		paystackDisputeEvent(0, "charge.dispute.create", "null"),
		paystackDisputeEvent(9000, "charge.dispute.resolve", `"declined"`)},
		want: map[string]paymentWant{
			"payment/r-1": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsWon}}},

	{name: "a month's charge stays apart", events: []paymentEvent{psPaid,
		paystackEvent("charge.success", `"id":2,"reference":"r-2","status":"success","amount":4900,"currency":"EUR",`+
			`"metadata":null,"customer":{"email":"ada@example.com"},"plan":{"plan_code":"PLN_1"}`),
		paystackEvent(
			"invoice.payment_failed",
			`"invoice_code":"INV_1","transaction":{"reference":"r-3","amount":4900,`+
				`"currency":"EUR"}`,
		)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900},
			"payment/r-2":   {state: hook.StatePaid, amount: 4900},
			"payment/r-3":   {state: hook.StateFailed, currency: "-", denied: true},
		}},
})
