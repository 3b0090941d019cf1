package provider

import (
	"fmt"
	"strings"

	"hookbeam/server/hook"
)

// flutterwaveReturned is a refund as version 3 sends it: its members are written in another way than those of a charge,
// and nothing names its currency.
func flutterwaveReturned(minutes, id int, sum, status string) paymentEvent {
	return paymentEvent{body: fmt.Sprintf(`{"event":"refund.completed","event.type":"Refund","data":{"id":%d,`+
		`"AmountRefunded":%s,"status":%q,"FlwRef":"URF_%d","TransactionId":75,"createdAt":%q}}`,
		id, sum, status, id, isoAt(minutes))}
}

func flutterwaveIn(currency string, e paymentEvent) paymentEvent {
	return paymentEvent{body: strings.ReplaceAll(e.body, `"EUR"`, `"`+currency+`"`)}
}

// flutterwaveEdges are cases of refunds as they are really sent, and of currencies.
var flutterwaveEdges = ofProvider("flutterwave", []paymentCase{
	{name: "a part is returned", events: []paymentEvent{fwPaid, flutterwaveReturned(60, 3, "9.5", "completed")},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 950}}},
	{name: "two parts are returned", events: []paymentEvent{fwPaid, flutterwaveReturned(60, 3, "9", "completed"),
		flutterwaveReturned(61, 4, "40", "completed")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateRefunded, amount: 4900, refunded: 4900}}},
	{name: "a part is returned in a currency without a smaller unit", events: []paymentEvent{
		flutterwaveIn("UGX", fwPaid), flutterwaveReturned(60, 3, "9", "completed")},
		want: map[string]paymentWant{
			"payment/75": {state: hook.StatePartiallyRefunded, amount: 49, refunded: 9, currency: "UGX"}}},
	{name: "a part is returned, and nothing else is known", events: []paymentEvent{
		flutterwaveReturned(60, 3, "9", "completed")},
		want: map[string]paymentWant{"payment/75": {state: hook.StateRefunded, amount: 900, refunded: 900,
			currency: "-"}}},
	{name: "a refund fails after all", events: []paymentEvent{fwPaid, flutterwaveReturned(60, 3, "9", "completed"),
		flutterwaveReturned(60, 3, "9", "failed")},
		want: map[string]paymentWant{"payment/75": {state: hook.StatePaid, amount: 4900}}},
	{name: "the number stands beside the transaction", events: []paymentEvent{
		{body: strings.ReplaceAll(fwPaid.body[:len(fwPaid.body)-1], `"10-4471"`, `"t-1"`) +
			`,"meta_data":{"order_id":"10-4471"}}`}},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900},
			"order/t-1": {state: hook.StatePaid, amount: 4900}}},
	{name: "paid twice under one number, and one returned", events: []paymentEvent{fwPaid,
		flutterwaveChargeEvent(6, 76, "successful"), flutterwaveReturned(60, 3, "49", "completed")},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 9800, due: 4900, refunded: 4900}}},
	{name: "a stale decline after the payment", events: []paymentEvent{fwPaid,
		flutterwaveChargeEvent(9, 74, "failed")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900}}},
	{name: "money that goes to the shop's suppliers is no payment", events: []paymentEvent{fwPaid,
		flutterwaveEvent(9, "transfer.completed", `"id":75,"reference":"10-4471","amount":9,"status":"FAILED"`)},
		want: map[string]paymentWant{"payment/75": {state: hook.StatePaid, amount: 4900}}},
})
