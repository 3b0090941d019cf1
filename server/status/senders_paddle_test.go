package status

import (
	"fmt"

	"hookbeam/server/hook"
)

// paddle is one of Paddle's events about what the text describes.
func paddle(minutes int, typ, object string) told {
	return told{body: fmt.Sprintf(`{"event_id":"evt_%s_%d","event_type":%q,"occurred_at":%q,"data":{%s}}`, typ, minutes, typ, iso(minutes), object)}
}

// paddleTransaction is one that a buyer opened.
func paddleTransaction(minutes int, typ, status string) told {
	return paddle(minutes, typ, paddleSale("txn_1", "web", status))
}

func paddleSale(id, origin, status string) string {
	return fmt.Sprintf(`"id":%q,"origin":%q,"status":%q,"customer_id":"ctm_1","subscription_id":"sub_1","currency_code":"EUR",`+
		`"custom_data":{"order_id":"10-4471"},"details":{"totals":{"total":"4900","grand_total":"4900","currency_code":"EUR"}}`, id, origin, status)
}

func paddleAdjusted(minutes int, typ, id, action, status string, sum int) told {
	return paddle(minutes, typ, fmt.Sprintf(`"id":%q,"action":%q,"status":%q,"transaction_id":"txn_1","currency_code":"EUR","totals":{"total":"%d","currency_code":"EUR"}`,
		id, action, status, sum))
}

var (
	pdCreated = paddleTransaction(0, "transaction.created", "draft")
	pdReady   = paddleTransaction(1, "transaction.ready", "ready")
	pdFailed  = paddleTransaction(2, "transaction.payment_failed", "ready")
	pdPaid    = paddleTransaction(5, "transaction.paid", "paid")
	pdDone    = paddleTransaction(5, "transaction.completed", "completed")
)

var paddlePlays = []play{
	{sender: "paddle", name: "paid", state: hook.StatePaid, events: []told{pdCreated, pdReady, pdPaid, paddleTransaction(5, "transaction.updated", "paid"), pdDone}},
	{sender: "paddle", name: "second card", state: hook.StatePaid, events: []told{pdCreated, pdFailed, pdPaid, pdDone}},
	{sender: "paddle", name: "failed, and still open", state: hook.StateFailed, events: []told{pdCreated, pdFailed, paddleTransaction(3, "transaction.updated", "ready")}},
	{sender: "paddle", name: "an update alone", state: hook.StatePaid, events: []told{paddleTransaction(5, "transaction.updated", "completed")}},
	{sender: "paddle", name: "bill, paid by bank", state: hook.StatePaid, events: []told{paddleTransaction(0, "transaction.billed", "billed"),
		paddleTransaction(9000, "transaction.paid", "paid"), paddleTransaction(9001, "transaction.completed", "completed")}},
	{sender: "paddle", name: "bill, past due", state: hook.StateFailed, events: []told{paddleTransaction(0, "transaction.billed", "billed"),
		paddleTransaction(9000, "transaction.past_due", "past_due")}},
	{sender: "paddle", name: "void", state: hook.StateCanceled, events: []told{paddleTransaction(0, "transaction.billed", "billed"),
		paddleTransaction(60, "transaction.canceled", "canceled")}},
	{sender: "paddle", name: "paid after it was canceled", state: hook.StatePaid, late: true, events: []told{pdCreated,
		paddleTransaction(4, "transaction.canceled", "canceled"), pdPaid}},
	{sender: "paddle", name: "cancel race", state: hook.StatePaid, events: []told{pdReady, pdPaid, paddleTransaction(5, "transaction.canceled", "canceled")}},
	{sender: "paddle", name: "partial refund", state: hook.StatePartiallyRefunded, refunded: 900, events: []told{pdDone,
		paddleAdjusted(90, "adjustment.created", "adj_1", "refund", "pending_approval", 900), paddleAdjusted(95, "adjustment.updated", "adj_1", "refund", "approved", 900)}},
	{sender: "paddle", name: "full refund in two parts", state: hook.StateRefunded, refunded: 4900, events: []told{pdDone,
		paddleAdjusted(90, "adjustment.created", "adj_1", "refund", "approved", 900), paddleAdjusted(95, "adjustment.updated", "adj_2", "refund", "approved", 4000)}},
	{sender: "paddle", name: "refund not granted", state: hook.StatePaid, events: []told{pdDone,
		paddleAdjusted(90, "adjustment.created", "adj_1", "refund", "pending_approval", 900), paddleAdjusted(95, "adjustment.updated", "adj_1", "refund", "rejected", 900)}},
	{sender: "paddle", name: "refund fails later", state: hook.StatePaid, events: []told{pdDone,
		paddleAdjusted(90, "adjustment.updated", "adj_1", "refund", "approved", 900), paddleAdjusted(900, "adjustment.updated", "adj_1", "refund", "reversed", 900)}},
	{sender: "paddle", name: "dispute lost", state: hook.StatePaid, dispute: hook.DisputeIsLost, events: []told{pdDone,
		paddleAdjusted(900, "adjustment.created", "adj_1", "chargeback_warning", "approved", 4900), paddleAdjusted(9000, "adjustment.created", "adj_2", "chargeback", "approved", 4900)}},
	{sender: "paddle", name: "dispute won", state: hook.StatePaid, dispute: hook.DisputeIsWon, events: []told{pdDone,
		paddleAdjusted(900, "adjustment.created", "adj_1", "chargeback", "approved", 4900), paddleAdjusted(9000, "adjustment.created", "adj_2", "chargeback_reverse", "approved", 4900),
		paddleAdjusted(9000, "adjustment.updated", "adj_1", "chargeback", "reversed", 4900)}},
}
