package provider

import (
	"fmt"
	"slices"
	"testing"

	"hookbeam/server/hook"
)

// lemonEvent is one of Lemon Squeezy's events about an object with these attributes.
func lemonEvent(minutes int, name, id, attributes string) paymentEvent {
	return paymentEvent{headers: map[string]string{"X-Event-Name": name}, body: fmt.Sprintf(
		`{"meta":{"event_name":%q,"webhook_id":"w-1","test_mode":false,"custom_data":{"order_id":"10-4471"}},`+
			`"data":{"id":%q,"attributes":{"store_id":1,"currency":"EUR","updated_at":%q,%s}}}`,
		name, id, isoAt(minutes), attributes)}
}

// lemonOrderEvent is an event about the order 1.
func lemonOrderEvent(minutes int, name, status string, total, refunded int) paymentEvent {
	return lemonEvent(minutes, name, "1", fmt.Sprintf(`"identifier":"i-1","order_number":7,"status":%q,"total":%d,`+
		`"refunded_amount":%d,"user_email":"ada@example.com"`, status, total, refunded))
}

// lemonInvoiceEvent is an event about a payment of a subscription.
func lemonInvoiceEvent(minutes int, what, id, reason string, refunded int) paymentEvent {
	return lemonEvent(minutes, "subscription_payment_"+what, id, fmt.Sprintf(
		`"billing_reason":%q,"total":4900,"refunded_amount":%d`, reason, refunded))
}

var lsPaid = lemonOrderEvent(5, "order_created", "paid", 4900, 0)

var lemonCommon = ofProvider("lemonsqueezy", []paymentCase{
	{name: "paid", events: []paymentEvent{lemonOrderEvent(1, "order_created", "pending", 4900, 0), lsPaid},
		want: map[string]paymentWant{
			"payment/i-1":          {state: hook.StatePaid, amount: 4900, due: 4900},
			"order/7":              {state: hook.StatePaid, amount: 4900},
			"lemonsqueezy-order/1": {state: hook.StatePaid, amount: 4900},
			"order/10-4471":        {state: hook.StatePaid, amount: 4900},
		}},
	{name: "on its way", events: []paymentEvent{lemonOrderEvent(1, "order_created", "pending", 4900, 0)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateProcessing, amount: 4900}}},
	{name: "declined", events: []paymentEvent{lemonOrderEvent(1, "order_created", "failed", 4900, 0)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateFailed, amount: 4900, denied: true}}},
	// nobody said that the money was not reserved
	{
		name:   "stopped as fraudulent",
		events: []paymentEvent{lemonOrderEvent(1, "order_created", "fraudulent", 4900, 0)},
		want:   map[string]paymentWant{"order/10-4471": {state: hook.StateFailed, amount: 4900}},
	},
	{name: "nothing to pay", events: []paymentEvent{lemonOrderEvent(1, "order_created", "paid", 0, 0)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, currency: "-", nothingDue: hook.CauseFree}}},
	{name: "refunded in part", events: []paymentEvent{lsPaid,
		lemonOrderEvent(60, "order_refunded", "partial_refund", 4900, 900)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{name: "refunded in part, then wholly", events: []paymentEvent{lsPaid,
		lemonOrderEvent(60, "order_refunded", "partial_refund", 4900, 900),
		lemonOrderEvent(90, "order_refunded", "refunded", 4900, 4900)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateRefunded, amount: 4900, refunded: 4900}}},
	{name: "two refunds in one second", events: []paymentEvent{lsPaid,
		lemonOrderEvent(60, "order_refunded", "partial_refund", 4900, 900),
		lemonOrderEvent(60, "order_refunded", "partial_refund", 4900, 1900)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 1900}}},
	{name: "a refund without a sum is of everything", events: []paymentEvent{lsPaid,
		lemonEvent(60, "order_refunded", "1", `"identifier":"i-1","status":"refunded","total":4900`)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateRefunded, amount: 4900, refunded: 4900}}},
	{name: "only the refund is known", events: []paymentEvent{
		lemonOrderEvent(60, "order_refunded", "partial_refund", 4900, 900)},
		want: map[string]paymentWant{
			"payment/i-1": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},

	{name: "a renewal stays apart", events: []paymentEvent{lsPaid,
		lemonInvoiceEvent(9000, "failed", "i9", "renewal", 0)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900},
			"invoice/i9":    {state: hook.StateFailed, amount: 4900, denied: true},
		}},
	{name: "a renewal is paid at the second try", events: []paymentEvent{
		lemonInvoiceEvent(1, "failed", "i9", "renewal", 0), lemonInvoiceEvent(9, "success", "i9", "renewal", 0),
		lemonInvoiceEvent(9, "recovered", "i9", "renewal", 0)},
		want: map[string]paymentWant{"invoice/i9": {state: hook.StatePaid, amount: 4900}}},
	{name: "a renewal is refunded", events: []paymentEvent{lemonInvoiceEvent(9, "success", "i9", "renewal", 0),
		lemonInvoiceEvent(
			90,
			"refunded",
			"i9",
			"renewal",
			900,
		), lemonInvoiceEvent(99, "refunded", "i9", "renewal", 4900)},
		want: map[string]paymentWant{"invoice/i9": {state: hook.StateRefunded, amount: 4900, refunded: 4900}}},
	{name: "the first payment of a subscription is that of its order", events: []paymentEvent{lsPaid,
		lemonInvoiceEvent(5, "success", "i1", "initial", 0)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900},
			"invoice/i1":    {currency: "-"},
		}},
	{name: "the orders of two customers have one reference", events: []paymentEvent{lsPaid,
		lemonEvent(9, "order_created", "2", `"identifier":"i-2","order_number":8,"status":"failed","total":700,`+
			`"user_email":"bob@example.com"`)},
		want: map[string]paymentWant{
			"order/10-4471": {
				state:    hook.StateAmbiguous,
				currency: "-",
				review:   []hook.Review{hook.ReviewReferenceShared},
			},
			"payment/i-2": {state: hook.StateFailed, amount: 700, denied: true},
		}},
})

var lemonReported = []reportedCase{
	{folder: "lemonsqueezy-one-webhook-id", provider: "lemonsqueezy", want: map[string]paymentWant{
		"order/LS1": {state: hook.StateRefunded, amount: 2000, refunded: 2000, currency: "USD"},
	}},
}

// TestEventsOfOneLemonSqueezyWebhookHaveIdsOfTheirOwn has two facts about one order come with the same webhook_id, and
// one of them again: the door takes only the last for a redelivery.
func TestEventsOfOneLemonSqueezyWebhookHaveIdsOfTheirOwn(t *testing.T) {
	refunded := lemonOrderEvent(5, "order_refunded", "refunded", 4900, 4900)
	c := paymentCase{provider: "lemonsqueezy", events: []paymentEvent{lsPaid, refunded, refunded}}
	all := c.statements(t)
	if paid, back, again := all[0][0].Event, all[1][0].Event, all[2][0].Event; paid == back || back != again {
		t.Errorf("ids of a payment, its refund and the refund again: %q, %q, %q", paid, back, again)
	}
}

// lemonPayments are all cases.
var lemonPayments = slices.Concat(lemonCommon, lemonKinds)
