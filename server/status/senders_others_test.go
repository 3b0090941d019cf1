package status

import (
	"fmt"

	"hookbeam/server/hook"
)

func flutterwave(minutes int, typ, object string) told {
	return told{body: fmt.Sprintf(`{"event":%q,"data":{"created_at":%q,"currency":"EUR",%s}}`, typ, iso(minutes), object)}
}

func flutterwaveCharge(minutes int, status string) told {
	return flutterwave(minutes, "charge.completed", fmt.Sprintf(`"id":%d,"tx_ref":"10-4471","amount":49,"status":%q,"customer":{"email":"ada@example.com"}`, 70+minutes, status))
}

func lemon(minutes int, name, id, attributes string) told {
	return told{headers: map[string]string{"X-Event-Name": name}, body: fmt.Sprintf(`{"meta":{"event_name":%q,"webhook_id":"%s-%d","test_mode":false,"custom_data":{"order_id":"10-4471"}},`+
		`"data":{"id":%q,"attributes":{"identifier":"i-1","order_number":7,"currency":"EUR","user_email":"ada@example.com","updated_at":%q,%s}}}`, name, name, minutes, id, iso(minutes), attributes)}
}

var otherPlays = []play{
	{sender: "flutterwave", name: "paid", state: hook.StatePaid, events: []told{flutterwaveCharge(1, "pending"), flutterwaveCharge(5, "successful")}},
	{sender: "flutterwave", name: "second card", state: hook.StatePaid, events: []told{flutterwaveCharge(1, "failed"), flutterwaveCharge(5, "successful")}},
	{sender: "flutterwave", name: "canceled", state: hook.StateCanceled, events: []told{flutterwaveCharge(1, "pending"), flutterwaveCharge(5, "cancelled")}},
	{sender: "flutterwave", name: "refused", state: hook.StateFailed, events: []told{flutterwaveCharge(1, "failed")}},
	{sender: "flutterwave", name: "partial refund", state: hook.StatePartiallyRefunded, refunded: 900, events: []told{flutterwaveCharge(5, "successful"),
		flutterwave(60, "refund.completed", `"id":3,"tx_id":75,"amount_refunded":9,"status":"completed"`)}},
	{sender: "flutterwave", name: "full refund in two parts", state: hook.StateRefunded, refunded: 4900, events: []told{flutterwaveCharge(5, "successful"),
		flutterwave(60, "refund.completed", `"id":3,"tx_id":75,"amount_refunded":9,"status":"completed"`), flutterwave(61, "refund.completed", `"id":4,"tx_id":75,"amount_refunded":40,"status":"completed"`)}},

	{sender: "lemonsqueezy", name: "paid", state: hook.StatePaid, events: []told{lemon(1, "order_created", "1", `"status":"pending","total":4900`), lemon(5, "order_created", "1", `"status":"paid","total":4900`)}},
	{sender: "lemonsqueezy", name: "refused", state: hook.StateFailed, events: []told{lemon(1, "order_created", "1", `"status":"failed","total":4900`)}},
	{sender: "lemonsqueezy", name: "partial refund", state: hook.StatePartiallyRefunded, refunded: 900, events: []told{lemon(5, "order_created", "1", `"status":"paid","total":4900`),
		lemon(60, "order_refunded", "1", `"status":"partial_refund","total":4900,"refunded_amount":900`)}},
	{sender: "lemonsqueezy", name: "full refund", state: hook.StateRefunded, refunded: 4900, events: []told{lemon(5, "order_created", "1", `"status":"paid","total":4900`),
		lemon(60, "order_refunded", "1", `"status":"refunded","total":4900,"refunded_amount":4900`)}},
}
