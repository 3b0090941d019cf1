package status

import (
	"fmt"

	"hookbeam/server/hook"
)

// mollie is one of Mollie's events about an entity, which the text describes.
func mollie(minutes int, typ, entity string) told {
	return told{body: fmt.Sprintf(`{"resource":"event","id":"event_%s_%d","type":%q,"createdAt":%q,"_embedded":{"entity":{%s}}}`, typ, minutes, typ, iso(minutes), entity)}
}

func molliePayment(minutes int, id, state string) told {
	return mollie(minutes, "payment."+state, `"id":"`+id+`","status":"`+state+`","amount":{"value":"49.00","currency":"EUR"},"metadata":{"order_id":"10-4471"}`)
}

func mollieRefund(minutes int, state, id, value string) told {
	return mollie(minutes, "refund."+state, `"id":"`+id+`","status":"`+state+`","paymentId":"tr_1","amount":{"value":"`+value+`","currency":"EUR"}`)
}

var (
	moPaid = molliePayment(5, "tr_1", "paid")

	// moCalled is what came of a payment before events: its id, to ask for.
	moCalled = told{headers: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, body: "id=tr_1"}
)

func mollieDispute(minutes int, what, more string) told {
	return mollie(minutes, "dispute."+what, `"id":"dp_1","paymentId":"tr_1"`+more)
}

var molliePlays = []play{
	{sender: "mollie", name: "dispute won", state: hook.StatePaid, dispute: hook.DisputeIsWon, events: []told{moPaid,
		mollieDispute(900, "created", `,"status":"open"`), mollieDispute(9000, "resolved", `,"status":"closed","outcome":"won"`)}},
	{sender: "mollie", name: "dispute lost", state: hook.StatePaid, dispute: hook.DisputeIsLost, events: []told{moPaid,
		mollieDispute(900, "created", `,"status":"open"`), mollieDispute(9000, "resolved", `,"status":"lost"`)}},
	{sender: "mollie", name: "dispute that ended somehow", state: hook.StatePaid, dispute: hook.DisputeIsOpen, events: []told{moPaid,
		mollieDispute(900, "created", `,"status":"open"`), mollieDispute(9000, "resolved", "")}},
	{sender: "mollie", name: "paid", state: hook.StatePaid, events: []told{molliePayment(1, "tr_1", "pending"), moPaid, moCalled}},
	{sender: "mollie", name: "second card", state: hook.StatePaid, events: []told{molliePayment(1, "tr_0", "failed"), moPaid}},
	{sender: "mollie", name: "bank debit", state: hook.StatePaid, events: []told{molliePayment(1, "tr_1", "pending"), molliePayment(4000, "tr_1", "paid")}},
	{sender: "mollie", name: "captured a day later", state: hook.StatePaid, events: []told{molliePayment(1, "tr_1", "authorized"), molliePayment(1440, "tr_1", "paid")}},
	{sender: "mollie", name: "void", state: hook.StateCanceled, events: []told{molliePayment(1, "tr_1", "authorized"), molliePayment(60, "tr_1", "canceled")}},
	{sender: "mollie", name: "expiry", state: hook.StateExpired, events: []told{molliePayment(1, "tr_1", "pending"), molliePayment(60, "tr_1", "expired")}},
	{sender: "mollie", name: "paid after expiry", state: hook.StatePaid, late: true, events: []told{molliePayment(3, "tr_0", "expired"), moPaid}},
	{sender: "mollie", name: "cancel race", state: hook.StatePaid, events: []told{moPaid, molliePayment(5, "tr_0", "canceled")}},
	{sender: "mollie", name: "partial refund", state: hook.StatePartiallyRefunded, refunded: 900, events: []told{moPaid,
		mollieRefund(90, "pending", "re_1", "9.00"), mollieRefund(95, "refunded", "re_1", "9.00")}},
	{sender: "mollie", name: "full refund in two parts", state: hook.StateRefunded, refunded: 4900, events: []told{moPaid,
		mollieRefund(90, "refunded", "re_1", "9.00"), mollieRefund(95, "refunded", "re_2", "40.00")}},
	{sender: "mollie", name: "refund fails later", state: hook.StatePaid, events: []told{moPaid, mollieRefund(90, "refunded", "re_1", "9.00"),
		mollieRefund(900, "failed", "re_1", "9.00")}},
	{sender: "mollie", name: "taken back by the bank, and returned", state: hook.StatePaid, dispute: hook.DisputeIsWon, events: []told{moPaid,
		mollie(900, "chargeback.received", `"id":"chb_1","paymentId":"tr_1","amount":{"value":"49.00","currency":"EUR"},"reversedAt":null`),
		mollie(9000, "chargeback.reversed", `"id":"chb_1","paymentId":"tr_1","amount":{"value":"49.00","currency":"EUR"},"reversedAt":"2026-03-12"`)}},
	{sender: "mollie", name: "taken back by the bank", state: hook.StatePaid, dispute: hook.DisputeIsLost, events: []told{moPaid,
		mollie(800, "dispute.created", `"id":"dp_1","paymentId":"tr_1"`),
		mollie(900, "chargeback.received", `"id":"chb_1","paymentId":"tr_1","amount":{"value":"49.00","currency":"EUR"}`)}},
	{sender: "mollie", name: "link paid", state: hook.StatePaid, events: []told{
		mollie(5, "payment-link.paid", `"id":"pl_1","amount":{"value":"49.00","currency":"EUR"}`)}},
	{sender: "mollie", name: "bill paid", state: hook.StatePaid, events: []told{
		mollie(0, "sales-invoice.issued", `"id":"invoice_1","totalAmount":{"value":"49.00","currency":"EUR"}`),
		mollie(5, "sales-invoice.paid", `"id":"invoice_1","totalAmount":{"value":"49.00","currency":"EUR"}`)}},
	{sender: "mollie", name: "bill canceled", state: hook.StateCanceled, events: []told{
		mollie(0, "sales-invoice.created", `"id":"invoice_1","totalAmount":{"value":"49.00","currency":"EUR"}`),
		mollie(5, "sales-invoice.canceled", `"id":"invoice_1","totalAmount":{"value":"49.00","currency":"EUR"}`)}},
}
