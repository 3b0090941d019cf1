package status

import (
	"fmt"

	"hookbeam/server/hook"
)

// paystack is one of Paystack's events; they have no id.
func paystack(typ, object string) told {
	return told{body: fmt.Sprintf(`{"event":%q,"data":{"domain":"live",%s}}`, typ, object)}
}

func paystackCharge(minutes int, typ, reference, status string) told {
	return paystack(typ, fmt.Sprintf(`"id":%d,"reference":%q,"status":%q,"amount":4900,"currency":"EUR","created_at":%q,"metadata":{"order_id":"10-4471"},`+
		`"customer":{"email":"ada@example.com"}`, 7000+minutes, reference, status, iso(minutes)))
}

// paystackRefund has no time: the one when it came counts.
func paystackRefund(typ, reference string, sum int) told {
	return paystack(typ, fmt.Sprintf(`"status":%q,"transaction_reference":"r-1","refund_reference":%s,"amount":"%d","currency":"EUR"`, typ, reference, sum))
}

func paystackDispute(minutes int, typ, resolution string) told {
	return paystack(typ, fmt.Sprintf(`"id":3,"status":%q,"resolution":%s,"transaction":{"reference":"r-1","amount":4900,"currency":"EUR"},"created_at":%q,"resolvedAt":%q`,
		typ, resolution, iso(900), iso(minutes)))
}

var psPaid = paystackCharge(5, "charge.success", "r-1", "success")

var paystackPlays = []play{
	{sender: "paystack", name: "paid", state: hook.StatePaid, events: []told{psPaid}},
	{sender: "paystack", name: "second card", state: hook.StatePaid, events: []told{paystackCharge(1, "charge.failed", "r-0", "failed"), psPaid}},
	{sender: "paystack", name: "refused", state: hook.StateFailed, events: []told{paystackCharge(1, "bank.transfer.rejected", "r-0", "failed")}},
	{sender: "paystack", name: "held, captured later", state: hook.StatePaid, events: []told{
		paystackCharge(1, "preauthorization.reserve.success", "r-1", "reserved"), paystackCharge(60, "preauthorization.capture.success", "r-1", "captured")}},
	{sender: "paystack", name: "void", state: hook.StateCanceled, events: []told{
		paystackCharge(1, "preauthorization.reserve.success", "r-1", "reserved"), paystackCharge(60, "preauthorization.release.success", "r-1", "released")}},
	{sender: "paystack", name: "capture fails", state: hook.StateFailed, events: []told{
		paystackCharge(1, "preauthorization.reserve.success", "r-1", "reserved"), paystackCharge(60, "preauthorization.capture.failed", "r-1", "failed")}},
	{sender: "paystack", name: "request paid", state: hook.StatePaid, events: []told{
		paystack("paymentrequest.pending", `"id":1,"request_code":"PRQ_1","amount":4900,"currency":"EUR","status":"pending","metadata":{"order_id":"10-4471"},"paid_at":null,"created_at":"`+iso(0)+`"`),
		paystack("paymentrequest.success", `"id":1,"request_code":"PRQ_1","amount":4900,"currency":"EUR","status":"success","metadata":{"order_id":"10-4471"},"paid_at":"`+iso(5)+`","created_at":"`+iso(0)+`"`)}},
	{sender: "paystack", name: "partial refund", state: hook.StatePartiallyRefunded, refunded: 900, events: []told{psPaid,
		paystackRefund("refund.pending", "null", 900), paystackRefund("refund.processing", "null", 900), paystackRefund("refund.processed", `"R1"`, 900)}},
	{sender: "paystack", name: "full refund in two parts", state: hook.StateRefunded, refunded: 4900, events: []told{psPaid,
		paystackRefund("refund.processed", `"R1"`, 900), paystackRefund("refund.processed", `"R2"`, 4000)}},
	{sender: "paystack", name: "refund fails later", state: hook.StatePaid, events: []told{psPaid, paystackRefund("refund.processed", `"R1"`, 900),
		paystackRefund("refund.failed", `"R1"`, 900)}},
	{sender: "paystack", name: "dispute lost", state: hook.StatePaid, dispute: hook.DisputeIsLost, events: []told{psPaid,
		paystackDispute(0, "charge.dispute.create", "null"), paystackDispute(0, "charge.dispute.remind", "null"),
		paystackDispute(9000, "charge.dispute.resolve", `"merchant-accepted"`)}},
	{sender: "paystack", name: "dispute won", state: hook.StatePaid, dispute: hook.DisputeIsWon, events: []told{psPaid,
		paystackDispute(0, "charge.dispute.create", "null"), paystackDispute(9000, "charge.dispute.resolve", `"declined"`)}},
}
