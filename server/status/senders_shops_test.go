package status

import (
	"fmt"

	"hookbeam/server/hook"
)

// shopify is an order as it is at a moment; its webhook's id is that of what happened.
func shopify(minutes int, topic, paid, sent, canceled string) told {
	return told{headers: map[string]string{"X-Shopify-Topic": topic, "X-Shopify-Webhook-Id": fmt.Sprint(topic, minutes)}, body: fmt.Sprintf(`{"id":450789469,`+
		`"name":"#1001","order_number":1001,"email":"ada@example.com","total_price":"49.00","currency":"EUR","created_at":%q,"updated_at":%q,`+
		`"financial_status":%q,"fulfillment_status":%s,"cancelled_at":%s}`, iso(0), iso(minutes), paid, sent, canceled)}
}

// woo is an order as it is at a moment, in times without a zone.
func woo(minutes int, event, state, refunds string) told {
	at := iso(minutes)
	return told{headers: map[string]string{"X-Wc-Webhook-Topic": "order." + event}, body: fmt.Sprintf(`{"id":727,"number":"10-4471","status":%q,"currency":"EUR",`+
		`"total":"49.00","date_modified_gmt":%q,"billing":{"email":"ada@example.com"},"refunds":[%s]}`, state, at[:len(at)-1], refunds)}
}

var (
	shMade = shopify(0, "orders/create", "pending", "null", "null")
	shPaid = shopify(0, "orders/paid", "paid", "null", "null")
	wcMade = woo(0, "created", "pending", "")
	wcPaid = woo(0, "updated", "processing", "")
	wcBack = `{"id":728,"total":"-9.00"}`
)

var shopCourses = []course{
	{sender: "shopify", name: "paid in the second in which it was made", kind: hook.KindOrder, sum: 4900, state: hook.StatePaid, sent: hook.StateUnfulfilled, events: []told{shMade, shPaid,
		shopify(0, "orders/updated", "authorized", "null", "null")}},
	{sender: "shopify", name: "sent in two parts", kind: hook.KindOrder, sum: 4900, state: hook.StateFulfilled, sent: hook.StateFulfilled, events: []told{shPaid,
		shopify(90, "orders/partially_fulfilled", "paid", `"partial"`, "null"), shopify(90, "orders/fulfilled", "paid", `"fulfilled"`, "null")}},
	{sender: "shopify", name: "sent in part", kind: hook.KindOrder, sum: 4900, state: hook.StatePartiallyFulfilled, sent: hook.StatePartiallyFulfilled, events: []told{shMade, shPaid,
		shopify(90, "orders/updated", "paid", `"partial"`, "null")}},
	{sender: "shopify", name: "paid in part", kind: hook.KindOrder, sum: 4900, state: hook.StatePartiallyPaid, sent: hook.StateUnfulfilled, events: []told{shMade,
		shopify(5, "orders/updated", "partially_paid", "null", "null")}},
	{sender: "shopify", name: "partial refund of what was not sent", kind: hook.KindOrder, sum: 4900, state: hook.StatePartiallyRefunded, sent: hook.StateUnfulfilled, events: []told{shPaid,
		shopify(90, "orders/updated", "partially_refunded", "null", "null")}},
	{sender: "shopify", name: "given back", kind: hook.KindOrder, sum: 4900, state: hook.StateRefunded, sent: hook.StateReturned, events: []told{
		shopify(90, "orders/fulfilled", "paid", `"fulfilled"`, "null"), shopify(900, "orders/updated", "refunded", `"restocked"`, "null")}},
	{sender: "shopify", name: "canceled, and refunded", kind: hook.KindOrder, sum: 4900, state: hook.StateCanceled, sent: hook.StateUnfulfilled, events: []told{shMade, shPaid,
		shopify(90, "orders/cancelled", "refunded", "null", `"`+iso(90)+`"`)}},
	{sender: "shopify", name: "voided", kind: hook.KindOrder, sum: 4900, state: hook.StateCanceled, sent: hook.StateUnfulfilled, events: []told{
		shopify(0, "orders/create", "authorized", "null", "null"), shopify(90, "orders/updated", "voided", "null", "null")}},
	{sender: "shopify", name: "an old one that comes again", kind: hook.KindOrder, sum: 4900, state: hook.StateExpired, sent: hook.StateUnfulfilled, events: []told{
		shopify(900, "orders/updated", "expired", "null", "null"), shMade}},

	{sender: "woocommerce", name: "paid in the second in which it was made", kind: hook.KindOrder, sum: 4900, state: hook.StatePaid, sent: hook.StateUnfulfilled, events: []told{wcMade, wcPaid}},
	{sender: "woocommerce", name: "by bank", kind: hook.KindOrder, sum: 4900, state: hook.StateProcessing, sent: hook.StateUnfulfilled, events: []told{wcMade, woo(0, "updated", "on-hold", "")}},
	{sender: "woocommerce", name: "failed, then paid", kind: hook.KindOrder, sum: 4900, state: hook.StatePaid, sent: hook.StateUnfulfilled, events: []told{wcMade,
		woo(1, "updated", "failed", ""), woo(5, "updated", "processing", "")}},
	{sender: "woocommerce", name: "sent", kind: hook.KindOrder, sum: 4900, state: hook.StateFulfilled, sent: hook.StateFulfilled, events: []told{wcPaid, woo(90, "updated", "completed", "")}},
	{sender: "woocommerce", name: "partial refund", kind: hook.KindOrder, sum: 4900, state: hook.StatePartiallyRefunded, sent: hook.StateUnfulfilled, events: []told{wcPaid,
		woo(90, "updated", "processing", wcBack)}},
	{sender: "woocommerce", name: "refunded", kind: hook.KindOrder, sum: 4900, state: hook.StateRefunded, sent: hook.StateUnfulfilled, events: []told{woo(50, "updated", "completed", ""),
		woo(90, "updated", "refunded", wcBack)}},
	{sender: "woocommerce", name: "canceled", kind: hook.KindOrder, sum: 4900, state: hook.StateCanceled, sent: hook.StateUnfulfilled, events: []told{wcMade, woo(60, "updated", "cancelled", "")}},
	{sender: "woocommerce", name: "thrown away", kind: hook.KindOrder, state: hook.StateCanceled, sent: hook.StateUnfulfilled, events: []told{wcMade, wcPaid,
		{headers: map[string]string{"X-Wc-Webhook-Topic": "order.deleted"}, body: `{"id":727}`}}},
	{sender: "woocommerce", name: "thrown away, and taken back", kind: hook.KindOrder, sum: 4900, state: hook.StatePaid, sent: hook.StateUnfulfilled, events: []told{wcMade,
		woo(60, "updated", "trash", ""), woo(61, "restored", "processing", "")}},
}
