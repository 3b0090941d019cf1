package status

import (
	"fmt"

	"hookbeam/server/hook"
)

// razorpay is one of Razorpay's events with what stands in its payload. It has no id; the header names the event.
func razorpay(minutes int, typ, payload string) told {
	return told{headers: map[string]string{"X-Razorpay-Event-Id": fmt.Sprint(typ, minutes)},
		body: fmt.Sprintf(`{"entity":"event","account_id":"acc_1","event":%q,"payload":{%s},"created_at":%d}`, typ, payload, unix(minutes))}
}

// linked is one about a payment link, whose events carry the time when it was made.
func linked(minutes int, typ, link string, more string) told {
	e := razorpay(0, typ, fmt.Sprintf(`"payment_link":{"entity":{"id":"plink_1","amount":4900,"currency":"EUR","reference_id":"10-4471",`+
		`"order_id":"order_1","created_at":%d,"updated_at":%d,%s}}%s`, unix(0), unix(minutes), link, more))
	return e
}

func tried(id, more string) string {
	return `"payment":{"entity":{"id":"` + id + `","amount":4900,"currency":"EUR","order_id":"order_1","notes":[],"created_at":1` + more + `}}`
}

const (
	rpRefund  = `,"refund":{"entity":{"id":"rfnd_1","amount":900,"currency":"EUR","payment_id":"pay_1"}}`
	rpOrder   = `,"order":{"entity":{"id":"order_1","amount":4900,"amount_paid":4900,"currency":"EUR","receipt":"10-4471","notes":{"order_id":"10-4471"}}}`
	rpDispute = `,"dispute":{"entity":{"id":"disp_1","payment_id":"pay_1","amount":4900,"currency":"EUR"}}`
)

var (
	rpFailed     = razorpay(1, "payment.failed", tried("pay_0", ""))
	rpAuthorized = razorpay(5, "payment.authorized", tried("pay_1", `,"captured":false`))
	rpCaptured   = razorpay(5, "payment.captured", tried("pay_1", `,"captured":true`))
	rpPaid       = razorpay(5, "order.paid", tried("pay_1", `,"captured":true`)+rpOrder)
)

var razorpayPlays = []play{
	{sender: "razorpay", name: "all in one second", state: hook.StatePaid, events: []told{rpAuthorized, rpCaptured, rpPaid}},
	{sender: "razorpay", name: "second card", state: hook.StatePaid, events: []told{rpFailed, rpAuthorized, rpCaptured, rpPaid}},
	{sender: "razorpay", name: "late authorisation", state: hook.StateAuthorized, events: []told{
		razorpay(3, "payment.failed", tried("pay_1", "")), razorpay(20, "payment.authorized", tried("pay_1", `,"captured":false`))}},
	{sender: "razorpay", name: "authorised, then told as failed", state: hook.StateAuthorized, events: []told{rpAuthorized,
		razorpay(6, "payment.failed", tried("pay_1", ""))}},
	{sender: "razorpay", name: "partial refund", state: hook.StatePartiallyRefunded, refunded: 900, events: []told{rpCaptured, rpPaid,
		razorpay(90, "refund.created", tried("pay_1", `,"amount_refunded":900`)+rpRefund),
		razorpay(91, "refund.processed", tried("pay_1", `,"amount_refunded":900`)+rpRefund)}},
	{sender: "razorpay", name: "full refund in two parts", state: hook.StateRefunded, refunded: 4900, events: []told{rpCaptured,
		razorpay(91, "refund.processed", tried("pay_1", `,"amount_refunded":900`)+rpRefund),
		razorpay(95, "refund.processed", tried("pay_1", `,"amount_refunded":4900`)+`,"refund":{"entity":{"id":"rfnd_2","amount":4000,"payment_id":"pay_1"}}`)}},
	{sender: "razorpay", name: "refund fails later", state: hook.StatePaid, events: []told{rpCaptured,
		razorpay(91, "refund.processed", tried("pay_1", `,"amount_refunded":900`)+rpRefund),
		razorpay(900, "refund.failed", tried("pay_1", `,"amount_refunded":900`)+rpRefund)}},
	{sender: "razorpay", name: "dispute lost", state: hook.StatePaid, dispute: hook.DisputeIsLost, events: []told{rpCaptured,
		razorpay(900, "payment.dispute.created", tried("pay_1", `,"status":"authorized"`)+rpDispute),
		razorpay(901, "payment.dispute.under_review", tried("pay_1", "")+rpDispute),
		razorpay(9000, "payment.dispute.lost", tried("pay_1", "")+rpDispute), razorpay(9001, "payment.dispute.closed", tried("pay_1", "")+rpDispute)}},
	{sender: "razorpay", name: "dispute won", state: hook.StatePaid, dispute: hook.DisputeIsWon, events: []told{rpCaptured,
		razorpay(900, "payment.dispute.created", tried("pay_1", "")+rpDispute), razorpay(9000, "payment.dispute.won", tried("pay_1", "")+rpDispute),
		razorpay(9001, "payment.dispute.closed", tried("pay_1", "")+rpDispute)}},
	{sender: "razorpay", name: "link paid", state: hook.StatePaid, events: []told{rpFailed, rpCaptured,
		linked(5, "payment_link.paid", `"amount_paid":4900,"expired_at":0,"cancelled_at":0`, ","+tried("pay_1", `,"captured":true`))}},
	{sender: "razorpay", name: "expiry", state: hook.StateExpired, events: []told{rpFailed,
		linked(5, "payment_link.expired", fmt.Sprintf(`"expired_at":%d`, unix(60)), "")}},
	{sender: "razorpay", name: "link canceled", state: hook.StateCanceled, events: []told{rpFailed,
		linked(60, "payment_link.cancelled", fmt.Sprintf(`"expired_at":0,"cancelled_at":%d`, unix(60)), "")}},
	{sender: "razorpay", name: "paid after expiry", state: hook.StatePaid, late: true, events: []told{
		linked(3, "payment_link.expired", fmt.Sprintf(`"expired_at":%d`, unix(3)), ""), rpCaptured, rpPaid}},
	{sender: "razorpay", name: "cancel race", state: hook.StatePaid, events: []told{rpCaptured,
		linked(5, "payment_link.cancelled", fmt.Sprintf(`"expired_at":0,"cancelled_at":%d`, unix(5)), "")}},
}
