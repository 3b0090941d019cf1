package provider

import (
	"fmt"
	"slices"
	"strings"

	"hookbeam/server/hook"
)

// wooEvent is an order as WooCommerce sends it, in times without a zone. fields stand before those of
// every order and replace them.
func wooEvent(minutes int, event, status string, fields ...string) paymentEvent {
	all := fmt.Sprintf(`"id":727,"number":"10-4471","status":%q,"currency":"EUR","total":"49.00","customer_id":0,`+
		`"date_modified_gmt":%q,"billing":{"email":"ada@example.com"}`, status, strings.TrimSuffix(isoAt(minutes), "Z"))
	body := "{" + strings.Join(append(fields, all), ",") + "}"
	return paymentEvent{body: body, headers: map[string]string{"X-Wc-Webhook-Topic": "order." + event}}
}

// wooDate is the time of the payment.
const wooDate = `"date_paid_gmt":"2026-03-04T12:00:00"`

// wooRefunds is a list of refunds. WooCommerce writes their amounts as negative numbers.
func wooRefunds(amounts ...string) string {
	var all []string
	for i, amount := range amounts {
		all = append(all, fmt.Sprintf(`{"id":%d,"total":"-%s"}`, 728+i, amount))
	}
	return `"refunds":[` + strings.Join(all, ",") + `]`
}

// wooCase is a case whose order and reference show the same.
func wooCase(name string, want paymentWant, events ...paymentEvent) paymentCase {
	return paymentCase{provider: "woocommerce", name: name, events: events,
		want: map[string]paymentWant{"woocommerce-order/727": want, "order/10-4471": want}}
}

func woocommercePayments() []paymentCase {
	made := wooEvent(0, "created", "pending", `"date_paid_gmt":null,"refunds":[]`)
	paid := wooEvent(1, "updated", "processing", wooDate, `"refunds":[]`)
	return slices.Concat(wooPaidCases(made, paid), wooEndedCases(made, paid), woocommerceKinds())
}

func wooPaidCases(made, paid paymentEvent) []paymentCase {
	is := func(state hook.State) paymentWant { return paymentWant{state: state, amount: 4900, due: 4900} }
	return []paymentCase{
		wooCase("waits", is(hook.StatePending), made),
		wooCase("paid in the second in which it was made", is(hook.StatePaid), made,
			wooEvent(0, "updated", "processing", wooDate)),
		wooCase("paid by bank", is(hook.StateProcessing), made, wooEvent(0, "updated", "on-hold")),
		wooCase("paid by bank, and arrived", is(hook.StatePaid), made, wooEvent(0, "updated", "on-hold"),
			wooEvent(5, "updated", "processing", wooDate)),
		wooCase("failed, then paid", is(hook.StatePaid), made, wooEvent(1, "updated", "failed"),
			wooEvent(5, "updated", "processing")),
		wooCase("completed", is(hook.StatePaid), paid, wooEvent(90, "updated", "completed", wooDate)),
		wooCase("cash on delivery, on its way", is(hook.StatePending), made,
			wooEvent(5, "updated", "processing", `"payment_method":"cod","date_paid_gmt":null`)),
		wooCase("cash on delivery, paid", is(hook.StatePaid), made,
			wooEvent(5, "updated", "processing", `"payment_method":"cod","date_paid_gmt":null`),
			wooEvent(90, "updated", "completed", `"payment_method":"cod"`, wooDate)),
		wooCase("on hold again after it was paid", is(hook.StatePaid),
			wooEvent(9, "updated", "on-hold", wooDate)),
		wooCase("nothing is due", paymentWant{state: hook.StatePaid, currency: "-", nothingDue: hook.CauseFree},
			wooEvent(1, "updated", "processing", `"total":"0.00"`, wooDate)),
		wooCase("refunded in part",
			paymentWant{state: hook.StatePartiallyRefunded, amount: 4900, due: 4900, refunded: 1300}, paid,
			wooEvent(80, "updated", "processing", wooDate, wooRefunds("9.00")),
			wooEvent(90, "updated", "completed", wooDate, wooRefunds("9.00", "4.00"))),
	}
}

func wooEndedCases(made, paid paymentEvent) []paymentCase {
	refunded := paymentWant{state: hook.StateRefunded, amount: 4900, due: 4900, refunded: 4900}
	ended := func(state hook.State, denied bool) paymentWant {
		return paymentWant{state: state, amount: 4900, due: 4900, denied: denied}
	}
	deleted := paymentEvent{body: `{"id":727}`, headers: map[string]string{"X-Wc-Webhook-Topic": "order.deleted"}}
	return []paymentCase{
		wooCase("refunded", refunded, wooEvent(50, "updated", "completed", wooDate),
			wooEvent(90, "updated", "refunded", wooDate, wooRefunds("49.00"))),
		wooCase("refunded, nothing else known", refunded, wooEvent(90, "updated", "refunded", `"refunds":[]`)),
		wooCase("failed", ended(hook.StateFailed, true), made, wooEvent(5, "updated", "failed")),
		wooCase("canceled", ended(hook.StateCanceled, true), made, wooEvent(60, "updated", "cancelled")),
		wooCase("canceled after it was paid", ended(hook.StateCanceled, false), made, paid,
			wooEvent(60, "updated", "cancelled", wooDate)),
		wooCase("canceled after it was paid, nothing else known", ended(hook.StateCanceled, false),
			wooEvent(60, "updated", "cancelled", wooDate)),
		wooCase("canceled and refunded in part",
			paymentWant{state: hook.StatePartiallyRefunded, amount: 4900, due: 4900, refunded: 900}, paid,
			wooEvent(60, "updated", "cancelled", wooDate, wooRefunds("9.00"))),
		wooCase("in the trash", ended(hook.StateCanceled, true), made, wooEvent(60, "updated", "trash")),
		wooCase("in the trash and restored", ended(hook.StatePaid, false), made, wooEvent(60, "updated", "trash"),
			wooEvent(61, "restored", "processing")),
		wooCase("paid, then deleted", ended(hook.StateCanceled, false), made, paid, deleted),
		{provider: "woocommerce", name: "deleted, nothing else known", events: []paymentEvent{deleted},
			want: map[string]paymentWant{"woocommerce-order/727": {state: hook.StateCanceled, currency: "-"}}},
	}
}
