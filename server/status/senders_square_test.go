package status

import (
	"fmt"

	"hookbeam/server/hook"
)

// square is one of Square's events about one object.
func square(minutes int, typ, kind, object string) told {
	return told{body: fmt.Sprintf(`{"merchant_id":"M1","type":%q,"event_id":"%s-%d","created_at":%q,"data":{"type":%q,"object":{%q:{%s}}}}`,
		typ, typ, minutes, iso(minutes), kind, kind, object)}
}

func squareMoney(member string, sum int) string {
	return fmt.Sprintf(`%q:{"amount":%d,"currency":"EUR"}`, member, sum)
}

func squarePaid(minutes int, id, status, more string) told {
	return square(minutes, "payment.updated", "payment", fmt.Sprintf(`"id":%q,"status":%q,"order_id":"O1","reference_id":"10-4471",`+
		`"buyer_email_address":"ada@example.com",%s,%s%s`, id, status, squareMoney("amount_money", 4500), squareMoney("total_money", 4900), more))
}

func squareRefund(minutes int, typ, id, status string, sum int) told {
	return square(minutes, typ, "refund", fmt.Sprintf(`"id":%q,"status":%q,"payment_id":"P1","order_id":"O9",%s`, id, status, squareMoney("amount_money", sum)))
}

func squareDispute(minutes int, typ, state string) told {
	return square(minutes, typ, "dispute", fmt.Sprintf(`"id":"D1","state":%q,"disputed_payment":{"payment_id":"P1"},%s`, state, squareMoney("amount_money", 4900)))
}

func squareInvoice(minutes int, typ, status string) told {
	return square(minutes, typ, "invoice", fmt.Sprintf(`"id":"inv:1","order_id":"O1","status":%q,"version":1`, status))
}

var (
	sqApproved = squarePaid(1, "P1", "APPROVED", "")
	sqPaid     = squarePaid(5, "P1", "COMPLETED", "")
)

var squarePlays = []play{
	{sender: "square", name: "authorised and captured", state: hook.StatePaid, events: []told{sqApproved, sqPaid}},
	{sender: "square", name: "bank debit", state: hook.StatePaid, events: []told{squarePaid(1, "P1", "PENDING", ""), squarePaid(4000, "P1", "COMPLETED", "")}},
	{sender: "square", name: "second card", state: hook.StatePaid, events: []told{squarePaid(1, "P0", "FAILED", ""), squarePaid(2, "P1", "APPROVED", ""), sqPaid}},
	{sender: "square", name: "authorised", state: hook.StateAuthorized, events: []told{sqApproved}},
	{sender: "square", name: "void", state: hook.StateCanceled, events: []told{sqApproved, squarePaid(60, "P1", "CANCELED", "")}},
	{sender: "square", name: "cancel race", state: hook.StatePaid, events: []told{sqApproved, squarePaid(5, "P0", "CANCELED", ""), sqPaid}},
	{sender: "square", name: "partial refund", state: hook.StatePartiallyRefunded, refunded: 900, events: []told{sqPaid,
		squareRefund(90, "refund.created", "P1_R1", "PENDING", 900), squareRefund(91, "refund.updated", "P1_R1", "COMPLETED", 900),
		squarePaid(91, "P1", "COMPLETED", ","+squareMoney("refunded_money", 900))}},
	{sender: "square", name: "full refund in two parts, of the payment alone", state: hook.StateRefunded, refunded: 4900, events: []told{sqPaid,
		squarePaid(91, "P1", "COMPLETED", ","+squareMoney("refunded_money", 900)), squarePaid(95, "P1", "COMPLETED", ","+squareMoney("refunded_money", 4900))}},
	{sender: "square", name: "full refund in two parts, of the refunds alone", state: hook.StateRefunded, refunded: 4900, events: []told{sqPaid,
		squareRefund(91, "refund.updated", "P1_R1", "COMPLETED", 900), squareRefund(95, "refund.created", "P1_R2", "COMPLETED", 4000)}},
	{sender: "square", name: "refund fails later", state: hook.StatePaid, events: []told{sqPaid,
		squarePaid(91, "P1", "COMPLETED", ","+squareMoney("refunded_money", 900)), squareRefund(91, "refund.updated", "P1_R1", "COMPLETED", 900),
		squareRefund(900, "refund.updated", "P1_R1", "FAILED", 900)}},
	{sender: "square", name: "refund refused", state: hook.StatePaid, events: []told{sqPaid, squareRefund(90, "refund.created", "P1_R1", "PENDING", 900),
		squareRefund(91, "refund.updated", "P1_R1", "REJECTED", 900)}},
	{sender: "square", name: "dispute lost", state: hook.StatePaid, dispute: hook.DisputeIsLost, events: []told{sqPaid,
		squareDispute(900, "dispute.created", "EVIDENCE_REQUIRED"), squareDispute(901, "dispute.state.updated", "PROCESSING"),
		squareDispute(9000, "dispute.state.updated", "LOST")}},
	{sender: "square", name: "dispute won", state: hook.StatePaid, dispute: hook.DisputeIsWon, events: []told{sqPaid,
		squareDispute(900, "dispute.created", "INQUIRY_EVIDENCE_REQUIRED"), squareDispute(9000, "dispute.state.changed", "WON")}},
	{sender: "square", name: "bill at its second try", state: hook.StatePaid, events: []told{squareInvoice(0, "invoice.published", "UNPAID"),
		squareInvoice(1, "invoice.scheduled_charge_failed", "UNPAID"), sqPaid, squareInvoice(5, "invoice.payment_made", "PAID")}},
	{sender: "square", name: "bill that was taken back, and paid", state: hook.StatePaid, late: true, events: []told{
		squareInvoice(0, "invoice.published", "UNPAID"), squareInvoice(3, "invoice.canceled", "CANCELED"), sqPaid}},
}
