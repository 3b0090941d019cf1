package provider

import (
	"fmt"

	"hookbeam/server/hook"
)

// squareEvent is one of Square's events about one object.
func squareEvent(minutes int, typ, kind, object string) paymentEvent {
	return paymentEvent{body: fmt.Sprintf(`{"merchant_id":"M1","type":%q,"event_id":"%s-%d-%x","created_at":%q,`+
		`"data":{"type":%q,"object":{%q:{%s}}}}`, typ, typ, minutes, len(object), isoAt(minutes), kind, kind, object)}
}

func squareSum(member string, sum int) string {
	return fmt.Sprintf(`%q:{"amount":%d,"currency":"EUR"}`, member, sum)
}

// squarePart is an event about a payment of the order O1 with a total and a version; more is further members.
func squarePart(minutes int, id, status string, total, version int, more string) paymentEvent {
	return squareEvent(minutes, "payment.updated", "payment", fmt.Sprintf(`"id":%q,"status":%q,"order_id":"O1",`+
		`"reference_id":"10-4471","version":%d,%s%s`, id, status, version, squareSum("total_money", total), more))
}

// squareWhole is an event about a payment of 49 euros, 4 of which are a tip.
func squareWhole(minutes int, id, status string) paymentEvent {
	return squarePart(minutes, id, status, 4900, minutes,
		","+squareSum("amount_money", 4500)+","+squareSum("tip_money", 400))
}

// squareReturned is the payment P1 after refunds.
func squareReturned(minutes, sum int) paymentEvent {
	return squarePart(minutes, "P1", "COMPLETED", 4900, minutes, ","+squareSum("refunded_money", sum))
}

func squareRefundEvent(minutes int, what, id, status string, sum int) paymentEvent {
	return squareEvent(minutes, "refund."+what, "refund", fmt.Sprintf(
		`"id":%q,"status":%q,"payment_id":"P1","order_id":"O9",%s`, id, status, squareSum("amount_money", sum)))
}

func squareDisputeEvent(minutes int, typ, state string) paymentEvent {
	return squareEvent(minutes, typ, "dispute", fmt.Sprintf(
		`"id":"D1","state":%q,"disputed_payment":{"payment_id":"P1"},%s`, state, squareSum("amount_money", 4900)))
}

// squareInvoiceEvent is an event about an invoice that is to be paid in two parts, 20 and 29 euros.
func squareInvoiceEvent(minutes int, what, status string, paid1, paid2 int) paymentEvent {
	return squareEvent(minutes, "invoice."+what, "invoice", fmt.Sprintf(`"id":"inv:1","order_id":"O1","status":%q,`+
		`"version":%d,"payment_requests":[{%s,%s},{%s,%s}]`, status, minutes,
		squareSum("computed_amount_money", 2000), squareSum("total_completed_amount_money", paid1),
		squareSum("computed_amount_money", 2900), squareSum("total_completed_amount_money", paid2)))
}

var (
	sqApproved = squareWhole(1, "P1", "APPROVED")
	sqPaid     = squareWhole(5, "P1", "COMPLETED")
)

var squarePayments = ofProvider("square", []paymentCase{
	{name: "authorized and captured", events: []paymentEvent{sqApproved, sqPaid},
		want: map[string]paymentWant{
			"payment/P1":      {state: hook.StatePaid, amount: 4900, due: 4900},
			"square-order/O1": {state: hook.StatePaid, amount: 4900},
			"order/10-4471":   {state: hook.StatePaid, amount: 4900},
		}},
	{name: "authorized", events: []paymentEvent{sqApproved},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateAuthorized, amount: 4900}}},
	{
		name:   "a bank debit",
		events: []paymentEvent{squareWhole(1, "P1", "PENDING"), squareWhole(4000, "P1", "COMPLETED")},
		want:   map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900}},
	},
	{
		name:   "a bank debit fails",
		events: []paymentEvent{squareWhole(1, "P1", "PENDING"), squareWhole(4000, "P1", "FAILED")},
		want:   map[string]paymentWant{"order/10-4471": {state: hook.StateFailed, amount: 4900, denied: true}},
	},
	{name: "the second card", events: []paymentEvent{squareWhole(1, "P0", "FAILED"), sqApproved, sqPaid},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900},
			"payment/P0":    {state: hook.StateFailed, amount: 4900, denied: true},
		}},
	{name: "voided", events: []paymentEvent{sqApproved, squareWhole(60, "P1", "CANCELED")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateCanceled, amount: 4900, denied: true}}},
	{name: "one of two approvals is voided", events: []paymentEvent{sqApproved, squareWhole(2, "P2", "APPROVED"),
		squareWhole(60, "P2", "CANCELED")},
		want: map[string]paymentWant{
			"square-order/O1": {state: hook.StateAuthorized, amount: 4900},
			"payment/P2":      {state: hook.StateCanceled, amount: 4900, denied: true},
		}},
	{name: "another attempt is canceled as it is paid", events: []paymentEvent{
		sqApproved, squareWhole(5, "P0", "CANCELED"), sqPaid},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900}}},
	{name: "two versions in one second", events: []paymentEvent{squarePart(60, "P1", "CANCELED", 4900, 3, ""),
		squarePart(60, "P1", "APPROVED", 4900, 2, "")},
		want: map[string]paymentWant{"payment/P1": {state: hook.StateCanceled, amount: 4900, denied: true}}},
	{name: "a bill split between two people", events: []paymentEvent{
		squarePart(1, "P1", "COMPLETED", 6500, 1, `,"buyer_email_address":"ann@example.com"`),
		squarePart(2, "P2", "COMPLETED", 2500, 1, `,"buyer_email_address":"bob@example.com"`)},
		want: map[string]paymentWant{
			"order/10-4471":   {state: hook.StatePaid, amount: 9000, due: 9000},
			"square-order/O1": {state: hook.StatePaid, amount: 9000},
			"payment/P2":      {state: hook.StatePaid, amount: 2500},
		}},
	{
		name: "one part of a split bill is returned",
		events: []paymentEvent{squarePart(1, "P1", "COMPLETED", 3000, 1, ""),
			squarePart(
				2,
				"P2",
				"COMPLETED",
				5000,
				1,
				"",
			), squareRefundEvent(90, "updated", "P1_R1", "COMPLETED", 3000),
			squarePart(90, "P1", "COMPLETED", 3000, 2, ","+squareSum("refunded_money", 3000))},
		want: map[string]paymentWant{
			"square-order/O1": {state: hook.StatePartiallyRefunded, amount: 8000, refunded: 3000},
			"payment/P1":      {state: hook.StateRefunded, amount: 3000, refunded: 3000},
		},
	},
	{name: "two customers' orders have one reference", events: []paymentEvent{
		squarePart(1, "P1", "COMPLETED", 4900, 1, `,"customer_id":"C1"`),
		squareEvent(
			2,
			"payment.updated",
			"payment",
			`"id":"P2","status":"FAILED","order_id":"O2","customer_id":"C2",`+
				`"reference_id":"10-4471",`+squareSum("total_money", 700),
		)},
		want: map[string]paymentWant{
			"order/10-4471": {
				state:    hook.StateAmbiguous,
				currency: "-",
				review:   []hook.Review{hook.ReviewReferenceShared},
			},
			"square-order/O2": {state: hook.StateFailed, amount: 700, denied: true},
		}},
	{name: "nothing to pay", events: []paymentEvent{squarePart(1, "P1", "COMPLETED", 0, 1, "")},
		want: map[string]paymentWant{
			"payment/P1": {state: hook.StatePaid, currency: "-", nothingDue: hook.CauseFree}}},

	{name: "refunded in part", events: []paymentEvent{sqPaid,
		squareRefundEvent(90, "created", "P1_R1", "PENDING", 900),
		squareRefundEvent(91, "updated", "P1_R1", "COMPLETED", 900), squareReturned(91, 900)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{name: "refunded in part, then wholly, as the payment says", events: []paymentEvent{sqPaid,
		squareReturned(91, 900), squareReturned(95, 4900)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateRefunded, amount: 4900, refunded: 4900}}},
	{name: "refunded in part, then wholly, as the refunds say", events: []paymentEvent{sqPaid,
		squareRefundEvent(91, "updated", "P1_R1", "COMPLETED", 900),
		squareRefundEvent(95, "created", "P1_R2", "COMPLETED", 4000)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateRefunded, amount: 4900, refunded: 4900}}},
	{name: "a refund fails days later", events: []paymentEvent{sqPaid, squareReturned(91, 900),
		squareRefundEvent(91, "updated", "P1_R1", "COMPLETED", 900),
		squareRefundEvent(900, "updated", "P1_R1", "FAILED", 900)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900}}},
	{name: "a refund is rejected", events: []paymentEvent{sqPaid,
		squareRefundEvent(90, "created", "P1_R1", "PENDING", 900),
		squareRefundEvent(91, "updated", "P1_R1", "REJECTED", 900)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900}}},
	{name: "a dispute is lost", events: []paymentEvent{sqPaid,
		squareDisputeEvent(900, "dispute.created", "EVIDENCE_REQUIRED"),
		squareDisputeEvent(901, "dispute.state.updated", "PROCESSING"),
		squareDisputeEvent(9000, "dispute.state.updated", "LOST")},
		want: map[string]paymentWant{
			"payment/P1": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost}}},
	{name: "a dispute is won", events: []paymentEvent{sqPaid,
		squareDisputeEvent(900, "dispute.created", "INQUIRY_EVIDENCE_REQUIRED"),
		squareDisputeEvent(9000, "dispute.state.changed", "WON")},
		want: map[string]paymentWant{
			"payment/P1": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsWon}}},

	{name: "an invoice is published", events: []paymentEvent{squareInvoiceEvent(0, "published", "UNPAID", 0, 0)},
		want: map[string]paymentWant{"invoice/inv:1": {state: hook.StatePending, amount: 4900, due: 4900}}},
	{name: "an invoice at its second try", events: []paymentEvent{squareInvoiceEvent(0, "published", "UNPAID", 0, 0),
		squareInvoiceEvent(1, "scheduled_charge_failed", "UNPAID", 0, 0), sqPaid,
		squareInvoiceEvent(5, "payment_made", "PAID", 2000, 2900)},
		want: map[string]paymentWant{
			"invoice/inv:1": {state: hook.StatePaid, amount: 4900, due: 4900},
			"order/10-4471": {state: hook.StatePaid, amount: 4900},
		}},
	{name: "a deposit is paid", events: []paymentEvent{squareInvoiceEvent(0, "published", "UNPAID", 0, 0),
		squarePart(
			5,
			"P1",
			"COMPLETED",
			2000,
			1,
			"",
		), squareInvoiceEvent(5, "payment_made", "PARTIALLY_PAID", 2000, 0)},
		want: map[string]paymentWant{
			"invoice/inv:1":   {state: hook.StatePartiallyPaid, amount: 2000, due: 4900},
			"square-order/O1": {state: hook.StatePartiallyPaid, amount: 2000, due: 4900},
		}},
	{name: "a deposit, as the invoice alone says", events: []paymentEvent{
		squareInvoiceEvent(5, "payment_made", "PARTIALLY_PAID", 2000, 0)},
		want: map[string]paymentWant{"invoice/inv:1": {state: hook.StatePartiallyPaid, amount: 2000, due: 4900}}},
	{name: "an invoice's bank debit is on its way", events: []paymentEvent{
		squareInvoiceEvent(0, "published", "UNPAID", 0, 0),
		squareInvoiceEvent(5, "payment_made", "PAYMENT_PENDING", 0, 0)},
		want: map[string]paymentWant{"invoice/inv:1": {state: hook.StateProcessing, amount: 4900}}},
	{name: "an invoice is canceled", events: []paymentEvent{squareInvoiceEvent(0, "published", "UNPAID", 0, 0),
		squareInvoiceEvent(3, "canceled", "CANCELED", 0, 0)},
		want: map[string]paymentWant{"invoice/inv:1": {state: hook.StateCanceled, amount: 4900, denied: true}}},
	// the payment itself did not come late: it is the invoice that ended before
	{name: "an invoice is canceled, and paid", events: []paymentEvent{
		squareInvoiceEvent(
			0,
			"published",
			"UNPAID",
			0,
			0,
		), squareInvoiceEvent(3, "canceled", "CANCELED", 0, 0), sqPaid},
		want: map[string]paymentWant{"invoice/inv:1": {state: hook.StatePaid, amount: 4900}}},
})
