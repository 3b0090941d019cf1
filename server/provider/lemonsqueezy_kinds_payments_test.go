package provider

import (
	"fmt"
	"strings"

	"hookbeam/server/hook"
)

// lemonOrderOf is an event about an order of the same customer for the same number.
func lemonOrderOf(minutes int, name, id, status string, total, refunded int) paymentEvent {
	return lemonEvent(minutes, name, id, fmt.Sprintf(`"identifier":"i-%s","order_number":7%s,"status":%q,"total":%d,`+
		`"refunded_amount":%d,"user_email":"ada@example.com"`, id, id, status, total, refunded))
}

var lemonKinds = ofProvider("lemonsqueezy", []paymentCase{
	{name: "paid twice, and one is returned", events: []paymentEvent{
		lemonOrderOf(
			5,
			"order_created",
			"1",
			"paid",
			4900,
			0,
		), lemonOrderOf(9, "order_created", "2", "paid", 4900, 0),
		lemonOrderOf(90, "order_refunded", "2", "refunded", 4900, 4900)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 9800, due: 4900, refunded: 4900},
			"order/72":      {state: hook.StateRefunded, amount: 4900, refunded: 4900}}},
	{name: "declined, then another order is paid", events: []paymentEvent{
		lemonOrderOf(5, "order_created", "1", "failed", 4900, 0),
		lemonOrderOf(9, "order_created", "2", "paid", 4900, 0)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900, due: 4900}}},
	{name: "a sum of refunds that falls", events: []paymentEvent{lsPaid,
		lemonOrderEvent(60, "order_refunded", "partial_refund", 4900, 1900),
		lemonOrderEvent(90, "order_refunded", "partial_refund", 4900, 900)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{name: "refunded, and the sum says nothing", events: []paymentEvent{lsPaid,
		lemonOrderEvent(60, "order_refunded", "refunded", 4900, 0)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateRefunded, amount: 4900, refunded: 4900}}},
	{name: "a renewal is refunded in part, less than was said first", events: []paymentEvent{
		lemonInvoiceEvent(9, "success", "i9", "renewal", 0), lemonInvoiceEvent(90, "refunded", "i9", "renewal", 900),
		lemonInvoiceEvent(90, "refunded", "i9", "renewal", 400)},
		want: map[string]paymentWant{
			"invoice/i9": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{name: "a refund of a renewal comes first", events: []paymentEvent{
		lemonInvoiceEvent(90, "refunded", "i9", "renewal", 900)},
		want: map[string]paymentWant{
			"invoice/i9": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{name: "a renewal of nothing", events: []paymentEvent{lemonEvent(9, "subscription_payment_success", "i9",
		`"billing_reason":"renewal","total":0,"refunded_amount":0`)},
		want: map[string]paymentWant{
			"invoice/i9": {state: hook.StatePaid, currency: "-", nothingDue: hook.CauseFree}}},
	{name: "a number that is a number", events: []paymentEvent{{headers: lsPaid.headers,
		body: strings.Replace(lsPaid.body, `"10-4471"`, `104471`, 1)}},
		want: map[string]paymentWant{"order/104471": {state: hook.StatePaid, amount: 4900}}},
	{name: "no total", events: []paymentEvent{{headers: lsPaid.headers,
		body: strings.Replace(lsPaid.body, `"total":4900,`, ``, 1)}},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, currency: "-"}}},
	{name: "one number in two stores", events: []paymentEvent{lsPaid,
		{headers: lsPaid.headers, body: strings.NewReplacer(`"store_id":1`, `"store_id":2`, `"i-1"`, `"i-2"`,
			`"id":"1"`, `"id":"2"`).Replace(lemonOrderEvent(9, "order_created", "failed", 4900, 0).body)}},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StateAmbiguous, currency: "-",
				review: []hook.Review{hook.ReviewReferenceShared}}}},
	{name: "an event of a kind that is not known", events: []paymentEvent{lsPaid,
		lemonOrderEvent(60, "order_pondered", "pondered", 4900, 0)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900}}},
})
