package provider

import (
	"fmt"
	"slices"

	"hookbeam/server/hook"
)

// paddleEvent is one of Paddle's events about what the text describes.
func paddleEvent(minutes int, typ, object string) paymentEvent {
	return paymentEvent{body: fmt.Sprintf(`{"event_id":"evt_%s_%d","event_type":%q,"occurred_at":%q,"data":{%s}}`,
		typ, minutes, typ, isoAt(minutes), object)}
}

// paddleSale describes a transaction of the order 10-4471.
func paddleSale(id, origin, status, total string) string {
	return fmt.Sprintf(`"id":%q,"origin":%q,"status":%q,"customer_id":"ctm_1","currency_code":"EUR",`+
		`"custom_data":{"order_id":"10-4471"},"details":{"totals":{"total":%q,"grand_total":%q,`+
		`"currency_code":"EUR"}}`, id, origin, status, total, total)
}

// paddleSaleEvent is an event about the transaction txn_1 of 49 euros.
func paddleSaleEvent(minutes int, what, status string) paymentEvent {
	return paddleEvent(minutes, "transaction."+what, paddleSale("txn_1", "web", status, "4900"))
}

// paddleAdjustedEvent is an event about an adjustment of txn_1.
func paddleAdjustedEvent(minutes int, what, id, action, status string, sum int) paymentEvent {
	return paddleEvent(minutes, "adjustment."+what, fmt.Sprintf(`"id":%q,"action":%q,"status":%q,`+
		`"transaction_id":"txn_1","currency_code":"EUR","totals":{"total":"%d","currency_code":"EUR"}`,
		id, action, status, sum))
}

var (
	pdCreated = paddleSaleEvent(0, "created", "draft")
	pdFailed  = paddleSaleEvent(2, "payment_failed", "ready")
	pdPaid    = paddleSaleEvent(5, "paid", "paid")
	pdDone    = paddleSaleEvent(5, "completed", "completed")
	pdBilled  = paddleSaleEvent(0, "billed", "billed")
)

var paddleCommon = ofProvider("paddle", []paymentCase{
	{name: "paid", events: []paymentEvent{pdCreated, paddleSaleEvent(1, "ready", "ready"), pdPaid,
		paddleSaleEvent(5, "updated", "paid"), pdDone},
		want: map[string]paymentWant{
			"payment/txn_1": {state: hook.StatePaid, amount: 4900, due: 4900},
			"order/10-4471": {state: hook.StatePaid, amount: 4900},
		}},
	{name: "the second card", events: []paymentEvent{pdCreated, pdFailed, pdPaid, pdDone},
		want: map[string]paymentWant{"payment/txn_1": {state: hook.StatePaid, amount: 4900}}},
	{
		name:   "failed, and still open",
		events: []paymentEvent{pdCreated, pdFailed, paddleSaleEvent(3, "updated", "ready")},
		want:   map[string]paymentWant{"payment/txn_1": {state: hook.StateFailed, amount: 4900, denied: true}},
	},
	{name: "an update alone", events: []paymentEvent{paddleSaleEvent(5, "updated", "completed")},
		want: map[string]paymentWant{"payment/txn_1": {state: hook.StatePaid, amount: 4900}}},
	{name: "an invoice, paid by bank", events: []paymentEvent{
		paddleEvent(0, "transaction.billed", paddleSale("txn_1", "api", "billed", "4900")+`,"invoice_id":"inv_1"`),
		paddleSaleEvent(9000, "paid", "paid"), paddleSaleEvent(9001, "completed", "completed")},
		want: map[string]paymentWant{"invoice/inv_1": {state: hook.StatePaid, amount: 4900}}},
	{name: "an invoice, past due", events: []paymentEvent{pdBilled, paddleSaleEvent(9000, "past_due", "past_due")},
		want: map[string]paymentWant{"payment/txn_1": {state: hook.StateFailed, amount: 4900, denied: true}}},
	{name: "an invoice is open", events: []paymentEvent{pdBilled},
		want: map[string]paymentWant{"payment/txn_1": {state: hook.StatePending, amount: 4900}}},
	{name: "canceled", events: []paymentEvent{pdBilled, paddleSaleEvent(60, "canceled", "canceled")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateCanceled, amount: 4900, denied: true}}},
	{name: "paid after it was canceled", events: []paymentEvent{pdCreated,
		paddleSaleEvent(4, "canceled", "canceled"), pdPaid},
		want: map[string]paymentWant{"payment/txn_1": {state: hook.StatePaid, amount: 4900, late: true}}},
	{
		name:   "canceled as it is paid",
		events: []paymentEvent{pdCreated, pdPaid, paddleSaleEvent(5, "canceled", "canceled")},
		want:   map[string]paymentWant{"payment/txn_1": {state: hook.StatePaid, amount: 4900}},
	},

	{name: "refunded in part", events: []paymentEvent{pdDone,
		paddleAdjustedEvent(90, "created", "adj_1", "refund", "pending_approval", 900),
		paddleAdjustedEvent(95, "updated", "adj_1", "refund", "approved", 900)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{name: "refunded in part, then wholly", events: []paymentEvent{pdDone,
		paddleAdjustedEvent(90, "created", "adj_1", "refund", "approved", 900),
		paddleAdjustedEvent(95, "updated", "adj_2", "refund", "approved", 4000)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateRefunded, amount: 4900, refunded: 4900}}},
	{name: "a refund waits for approval", events: []paymentEvent{pdDone,
		paddleAdjustedEvent(90, "created", "adj_1", "refund", "pending_approval", 4900)},
		want: map[string]paymentWant{"payment/txn_1": {state: hook.StatePaid, amount: 4900}}},
	{name: "a refund is rejected, a smaller one is approved", events: []paymentEvent{pdDone,
		paddleAdjustedEvent(90, "created", "adj_1", "refund", "pending_approval", 4900),
		paddleAdjustedEvent(95, "updated", "adj_1", "refund", "rejected", 4900),
		paddleAdjustedEvent(99, "created", "adj_2", "refund", "approved", 900)},
		want: map[string]paymentWant{
			"payment/txn_1": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{name: "a refund is reversed", events: []paymentEvent{pdDone,
		paddleAdjustedEvent(90, "updated", "adj_1", "refund", "approved", 900),
		paddleAdjustedEvent(900, "updated", "adj_1", "refund", "reversed", 900)},
		want: map[string]paymentWant{"payment/txn_1": {state: hook.StatePaid, amount: 4900}}},
	{name: "a credit on the balance returns nothing", events: []paymentEvent{pdDone,
		paddleAdjustedEvent(90, "created", "adj_1", "credit", "approved", 900)},
		want: map[string]paymentWant{"payment/txn_1": {state: hook.StatePaid, amount: 4900}}},
	{name: "a chargeback after a warning", events: []paymentEvent{pdDone,
		paddleAdjustedEvent(900, "created", "adj_1", "chargeback_warning", "approved", 4900),
		paddleAdjustedEvent(9000, "created", "adj_2", "chargeback", "approved", 4900)},
		want: map[string]paymentWant{
			"payment/txn_1": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost}}},
	{name: "a chargeback is reversed", events: []paymentEvent{pdDone,
		paddleAdjustedEvent(900, "created", "adj_1", "chargeback", "approved", 4900),
		paddleAdjustedEvent(9000, "created", "adj_2", "chargeback_reverse", "approved", 4900),
		paddleAdjustedEvent(9000, "updated", "adj_1", "chargeback", "reversed", 4900)},
		want: map[string]paymentWant{
			"payment/txn_1": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsWon}}},

	{name: "a renewal stays apart", events: []paymentEvent{pdDone,
		paddleEvent(
			9000,
			"transaction.payment_failed",
			paddleSale("txn_2", "subscription_recurring", "ready", "4900"),
		)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900},
			"payment/txn_2": {state: hook.StateFailed, amount: 4900, denied: true},
		}},
	{name: "a trial begins", events: []paymentEvent{
		paddleEvent(0, "transaction.created", paddleSale("txn_1", "web", "draft", "0")),
		paddleEvent(5, "transaction.completed", paddleSale("txn_1", "web", "completed", "0")),
		paddleEvent(5, "transaction.updated", paddleSale("txn_1", "web", "completed", "0"))},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, currency: "-", nothingDue: hook.CauseFree}}},
})

// paddlePayments are all cases.
var paddlePayments = slices.Concat(paddleCommon, paddleKinds)
