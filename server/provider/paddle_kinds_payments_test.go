package provider

import (
	"fmt"
	"strings"

	"hookbeam/server/hook"
)

// paddleOther is an event with another transaction's id than txn_1.
func paddleOther(e paymentEvent, id string) paymentEvent {
	e.body = strings.ReplaceAll(strings.ReplaceAll(e.body, "txn_1", id), `"evt_`, `"evt_`+id)
	return e
}

// paddleIn is an event about a transaction with this sum in a currency.
func paddleIn(minutes int, what, status, total, currency string) paymentEvent {
	return paddleEvent(minutes, "transaction."+what,
		strings.ReplaceAll(paddleSale("txn_1", "web", status, total), `"EUR"`, fmt.Sprintf("%q", currency)))
}

// paddleCredited is a transaction of 49 euros, of which 10 are paid by a credit.
var paddleCredited = paddleEvent(5, "transaction.completed", strings.Replace(
	paddleSale(
		"txn_1",
		"web",
		"completed",
		"4900",
	),
	`"grand_total":"4900"`,
	`"credit":"1000","grand_total":"3900"`,
	1,
))

var paddleKinds = ofProvider("paddle", []paymentCase{
	{name: "a discount makes an open transaction smaller", events: []paymentEvent{pdCreated,
		paddleIn(2, "updated", "ready", "3900", "EUR")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePending, amount: 3900, due: 3900}}},
	{name: "only an update of an open transaction", events: []paymentEvent{paddleEvent(2, "transaction.updated",
		`"created_at":"`+isoAt(0)+`",`+paddleSale("txn_1", "web", "ready", "4900"))},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePending, amount: 4900, due: 4900}}},
	{name: "declined, and ready again", events: []paymentEvent{pdFailed, paddleEvent(3, "transaction.updated",
		`"created_at":"`+isoAt(0)+`",`+paddleSale("txn_1", "web", "ready", "4900"))},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateFailed, amount: 4900, denied: true}}},
	{name: "made smaller, then paid", events: []paymentEvent{pdCreated,
		paddleIn(2, "updated", "ready", "3900", "EUR"), paddleIn(5, "completed", "completed", "3900", "EUR")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 3900, due: 3900}}},
	{
		name:   "a decline that is told late",
		events: []paymentEvent{pdPaid, paddleSaleEvent(90, "payment_failed", "ready")},
		want:   map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900}},
	},
	{name: "many declines, then paid", events: []paymentEvent{pdCreated, pdFailed,
		paddleSaleEvent(3, "payment_failed", "ready"), paddleSaleEvent(3, "updated", "ready"),
		paddleSaleEvent(4, "payment_failed", "ready"), pdPaid, pdDone},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900, due: 4900}}},
	{name: "a credit pays a part", events: []paymentEvent{paddleCredited},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 3900, due: 3900}}},
	{name: "a credit paid a part, and all is refunded", events: []paymentEvent{paddleCredited,
		paddleAdjustedEvent(90, "updated", "adj_1", "refund", "approved", 4900)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateRefunded, amount: 3900, refunded: 3900}}},
	{
		name:   "a currency without decimals",
		events: []paymentEvent{paddleIn(5, "completed", "completed", "4900", "JPY")},
		want:   map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900, currency: "JPY"}},
	},
	{name: "a refund before its transaction", events: []paymentEvent{
		paddleAdjustedEvent(3, "updated", "adj_1", "refund", "approved", 900), pdDone},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{name: "two refunds in one second", events: []paymentEvent{pdDone,
		paddleAdjustedEvent(90, "created", "adj_1", "refund", "approved", 900),
		paddleAdjustedEvent(90, "updated", "adj_2", "refund", "approved", 1000)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 1900}}},
	{name: "a refund and its reversal in one second", events: []paymentEvent{pdDone,
		paddleAdjustedEvent(90, "created", "adj_1", "refund", "approved", 900),
		paddleAdjustedEvent(90, "updated", "adj_1", "refund", "reversed", 900)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900}}},
	{name: "a warning is taken back", events: []paymentEvent{pdDone,
		paddleAdjustedEvent(900, "created", "adj_1", "chargeback_warning", "approved", 4900),
		paddleAdjustedEvent(9000, "created", "adj_2", "chargeback_warning_reverse", "approved", 4900)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsWon}}},
	{name: "a part is charged back", events: []paymentEvent{pdDone,
		paddleAdjustedEvent(9000, "created", "adj_1", "chargeback", "approved", 2000)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost, kept: true}}},
	{name: "paid twice, and one is returned", events: []paymentEvent{pdDone, paddleOther(pdDone, "txn_2"),
		paddleOther(paddleAdjustedEvent(90, "updated", "adj_1", "refund", "approved", 4900), "txn_2")},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 9800, due: 4900, refunded: 4900},
			"payment/txn_2": {state: hook.StateRefunded, amount: 4900, refunded: 4900}}},
	{name: "two customers have one reference", events: []paymentEvent{pdDone,
		{body: strings.Replace(paddleOther(pdFailed, "txn_2").body, "ctm_1", "ctm_2", 1)}},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StateAmbiguous, currency: "-",
				review: []hook.Review{hook.ReviewReferenceShared}},
			"payment/txn_2": {state: hook.StateFailed, amount: 4900, denied: true}}},
	{name: "a renewal is past due, then paid", events: []paymentEvent{pdDone,
		paddleEvent(8000, "transaction.past_due", paddleSale("txn_2", "subscription_recurring", "past_due", "4900")),
		paddleEvent(
			9000,
			"transaction.completed",
			paddleSale("txn_2", "subscription_recurring", "completed", "4900"),
		)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900, due: 4900},
			"payment/txn_2": {state: hook.StatePaid, amount: 4900}}},
	{name: "a tax number lowers the price after it was paid", events: []paymentEvent{pdDone,
		paddleEvent(900, "transaction.revised", paddleSale("txn_1", "web", "completed", "4118")),
		paddleAdjustedEvent(900, "created", "adj_1", "refund", "approved", 782)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 782}}},
	{
		name:   "an amount that cannot be read",
		events: []paymentEvent{paddleIn(5, "completed", "completed", "49.005", "EUR")},
		want:   map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, currency: "-"}},
	},
	{name: "an event of a kind that is not known", events: []paymentEvent{pdDone,
		paddleSaleEvent(90, "archived", "archived"),
		paddleAdjustedEvent(95, "updated", "adj_1", "goodwill", "approved", 900)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900}}},
	{name: "a number that is a number", events: []paymentEvent{
		{body: strings.Replace(pdDone.body, `"10-4471"`, `104471`, 1)}},
		want: map[string]paymentWant{"order/104471": {state: hook.StatePaid, amount: 4900}}},
})
