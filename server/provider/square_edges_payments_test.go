package provider

import (
	"fmt"
	"strings"

	"hookbeam/server/hook"
)

// squareBilled is an event about an invoice of 45 euros that asks for all at once.
func squareBilled(minutes int, what, status string, paid int) paymentEvent {
	return squareEvent(minutes, "invoice."+what, "invoice", fmt.Sprintf(`"id":"inv:1","order_id":"O1","status":%q,`+
		`"version":%d,"payment_requests":[{"request_type":"BALANCE","tipping_enabled":true,%s,%s}]`, status, minutes,
		squareSum("computed_amount_money", 4500), squareSum("total_completed_amount_money", paid)))
}

// squareIn is an event in another currency.
func squareIn(currency string, e paymentEvent) paymentEvent {
	return paymentEvent{body: strings.ReplaceAll(e.body, `"EUR"`, `"`+currency+`"`)}
}

// squareEdges are cases of tips, of returned debits and of what an invoice alone tells.
var squareEdges = ofProvider("square", []paymentCase{
	{name: "a tip on an invoice is not too much", events: []paymentEvent{
		squareBilled(0, "published", "UNPAID", 0), sqPaid, squareBilled(5, "payment_made", "PAID", 4500)},
		want: map[string]paymentWant{
			"invoice/inv:1": {state: hook.StatePaid, amount: 4900, due: 4900},
			"payment/P1":    {state: hook.StatePaid, amount: 4900, due: 4900},
		}},
	{name: "a tip that the invoice counts as paid", events: []paymentEvent{
		squareBilled(0, "published", "UNPAID", 0), sqPaid, squareBilled(5, "payment_made", "PAID", 4900)},
		want: map[string]paymentWant{"invoice/inv:1": {state: hook.StatePaid, amount: 4900, due: 4900}}},
	{name: "an invoice with a tip is paid twice", events: []paymentEvent{
		squareBilled(0, "published", "UNPAID", 0), sqPaid, squareWhole(6, "P2", "COMPLETED")},
		want: map[string]paymentWant{"invoice/inv:1": {state: hook.StatePaid, amount: 9800, due: 5300,
			review: []hook.Review{hook.ReviewPaidTwice}}}},
	{name: "two tips do not make parts of a double charge", events: []paymentEvent{
		squarePart(1, "P1", "COMPLETED", 4900, 1, ","+squareSum("tip_money", 400)),
		squarePart(2, "P2", "COMPLETED", 4800, 1, ","+squareSum("tip_money", 300))},
		want: map[string]paymentWant{"square-order/O1": {state: hook.StatePaid, amount: 9700, due: 5200,
			review: []hook.Review{hook.ReviewPaidTwice}}}},
	{name: "the tip is returned", events: []paymentEvent{squareBilled(0, "published", "UNPAID", 0), sqPaid,
		squarePart(90, "P1", "COMPLETED", 4900, 90, ","+squareSum("tip_money", 400)+","+
			squareSum("refunded_money", 400))},
		want: map[string]paymentWant{
			"invoice/inv:1": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 400}}},
	{name: "an invoice paid in cash is rounded", events: []paymentEvent{
		squareBilled(0, "published", "UNPAID", 0), squareBilled(5, "payment_made", "PAID", 4498)},
		want: map[string]paymentWant{"invoice/inv:1": {state: hook.StatePaid, amount: 4498, due: 4498}}},
	{name: "an invoice alone says that it was returned", events: []paymentEvent{
		squareBilled(5, "payment_made", "PAID", 4500), squareBilled(90, "refunded", "REFUNDED", 4500)},
		want: map[string]paymentWant{"invoice/inv:1": {state: hook.StateRefunded, amount: 4500, refunded: 4500}}},
	{name: "an invoice that was returned counts nothing as paid", events: []paymentEvent{
		squareBilled(5, "payment_made", "PAID", 4500), squareBilled(90, "refunded", "REFUNDED", 0)},
		want: map[string]paymentWant{"invoice/inv:1": {state: hook.StateRefunded, amount: 4500, refunded: 4500}}},
	{name: "one reference at two merchants", events: []paymentEvent{sqPaid,
		{body: strings.NewReplacer(`"M1"`, `"M2"`, `"P1"`, `"P9"`, `"O1"`, `"O9"`, "payment.updated-", "other-").
			Replace(sqPaid.body)}},
		want: map[string]paymentWant{"payment/P9": {state: hook.StatePaid, amount: 4900},
			"order/10-4471": {state: hook.StateAmbiguous, currency: "-",
				review: []hook.Review{hook.ReviewReferenceShared}}}},
	{name: "an update alone says that an invoice is paid", events: []paymentEvent{
		squareBilled(0, "published", "UNPAID", 0), squareBilled(5, "updated", "PAID", 4500)},
		want: map[string]paymentWant{"invoice/inv:1": {state: hook.StatePaid, amount: 4500, due: 4500}}},

	{name: "an approval fails", events: []paymentEvent{sqApproved, squareWhole(60, "P1", "FAILED")},
		// Nobody says whether the bank still reserves the amount.
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateFailed, amount: 4900}}},
	{name: "a bank debit is returned after it was paid", events: []paymentEvent{
		squareWhole(1, "P1", "PENDING"), squareWhole(4000, "P1", "COMPLETED"), squareWhole(9000, "P1", "FAILED")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateFailed, amount: 4900, denied: true}}},
	{name: "a sum of refunds is lowered", events: []paymentEvent{sqPaid, squareReturned(91, 4900),
		squareReturned(95, 900)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{name: "a sum of refunds is lowered within one second", events: []paymentEvent{sqPaid,
		squarePart(91, "P1", "COMPLETED", 4900, 91, ","+squareSum("refunded_money", 4900)),
		squarePart(91, "P1", "COMPLETED", 4900, 92, ","+squareSum("refunded_money", 900))},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{name: "a refund before its payment is known", events: []paymentEvent{
		squareRefundEvent(91, "updated", "P1_R1", "COMPLETED", 900), sqPaid},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{name: "the approval is lowered before it is captured", events: []paymentEvent{sqApproved,
		squarePart(3, "P1", "APPROVED", 3900, 2, ""), squarePart(5, "P1", "COMPLETED", 3900, 3, "")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 3900, due: 3900}}},
	{name: "yen have no smaller unit", events: []paymentEvent{squareIn("JPY", sqPaid)},
		want: map[string]paymentWant{"payment/P1": {state: hook.StatePaid, amount: 4900, currency: "JPY"}}},
	{name: "a gift card and a card", events: []paymentEvent{squarePart(1, "P1", "APPROVED", 500, 1, ""),
		squarePart(2, "P2", "APPROVED", 2500, 1, ""), squarePart(3, "P1", "COMPLETED", 500, 2, ""),
		squarePart(3, "P2", "COMPLETED", 2500, 2, "")},
		want: map[string]paymentWant{"square-order/O1": {state: hook.StatePaid, amount: 3000, due: 3000}}},
	{name: "a dispute about a part is lost", events: []paymentEvent{sqPaid,
		squareEvent(9000, "dispute.state.updated", "dispute",
			`"id":"D1","state":"LOST","disputed_payment":{"payment_id":"P1"},`+squareSum("amount_money", 900))},
		want: map[string]paymentWant{
			"payment/P1": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost, kept: true}}},
	{name: "a stale approval after the payment", events: []paymentEvent{sqPaid, squareWhole(6, "P1", "APPROVED")},
		want: map[string]paymentWant{"payment/P1": {state: hook.StatePaid, amount: 4900}}},
	{name: "nothing is said of an unknown kind", events: []paymentEvent{sqPaid,
		squareEvent(9, "payment.something", "payment", `"id":"P1","status":"CANCELED"`)},
		want: map[string]paymentWant{"payment/P1": {state: hook.StatePaid, amount: 4900}}},
})
