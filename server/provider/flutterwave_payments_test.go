package provider

import (
	"fmt"

	"hookbeam/server/hook"
)

// flutterwaveEvent is an event of version 3.
func flutterwaveEvent(minutes int, typ, object string) paymentEvent {
	return paymentEvent{body: fmt.Sprintf(`{"event":%q,"data":{"created_at":%q,"currency":"EUR",%s}}`,
		typ, isoAt(minutes), object)}
}

// flutterwaveChargeEvent is an event about a transaction of 49 euros for the order 10-4471.
func flutterwaveChargeEvent(minutes, id int, status string) paymentEvent {
	return flutterwaveEvent(minutes, "charge.completed", fmt.Sprintf(`"id":%d,"tx_ref":"10-4471","flw_ref":"F-%d",`+
		`"amount":49,"status":%q,"payment_type":"card","customer":{"email":"ada@example.com"}`, id, id, status))
}

// flutterwaveRefundEvent is an event about a refund of the transaction 75.
func flutterwaveRefundEvent(minutes, id, sum int, status string) paymentEvent {
	return flutterwaveEvent(
		minutes,
		"refund.completed",
		fmt.Sprintf(`"id":%d,"tx_id":75,"amount_refunded":%d,"status":%q`,
			id, sum, status),
	)
}

// flutterwaveOldEvent is an event of the older form.
func flutterwaveOldEvent(minutes int, status string) paymentEvent {
	return paymentEvent{body: fmt.Sprintf(`{"id":75,"txRef":"10-4471","flwRef":"F-75","createdAt":%q,"amount":49,`+
		`"status":%q,"currency":"EUR","customer":{"email":"ada@example.com"},"event.type":"CARD_TRANSACTION"}`,
		isoAt(minutes), status)}
}

// flutterwave4Event is an event of version 4.
func flutterwave4Event(minutes int, id, typ, object string) paymentEvent {
	return paymentEvent{
		body: fmt.Sprintf(`{"webhook_id":%q,"id":%q,"timestamp":%d,"type":%q,"data":{"currency":"EUR",%s}}`,
			id, id, unixAt(minutes)*1000, typ, object),
	}
}

var fwPaid = flutterwaveChargeEvent(5, 75, "successful")

var flutterwavePayments = ofProvider("flutterwave", []paymentCase{
	{name: "paid", events: []paymentEvent{flutterwaveChargeEvent(1, 75, "pending"), fwPaid},
		want: map[string]paymentWant{
			"payment/75":    {state: hook.StatePaid, amount: 4900, due: 4900},
			"flw/F-75":      {state: hook.StatePaid, amount: 4900},
			"order/10-4471": {state: hook.StatePaid, amount: 4900},
		}},
	{name: "on its way and paid at the time of the transaction", events: []paymentEvent{
		flutterwaveChargeEvent(1, 75, "pending"), flutterwaveChargeEvent(1, 75, "successful")},
		want: map[string]paymentWant{"payment/75": {state: hook.StatePaid, amount: 4900}}},
	{name: "a bank transfer is on its way", events: []paymentEvent{flutterwaveChargeEvent(1, 75, "pending")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateProcessing, amount: 4900}}},
	{name: "the second card", events: []paymentEvent{flutterwaveChargeEvent(1, 74, "failed"), fwPaid},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900},
			"payment/74":    {state: hook.StateFailed, amount: 4900, denied: true},
		}},
	{name: "canceled", events: []paymentEvent{flutterwaveChargeEvent(1, 75, "pending"),
		flutterwaveChargeEvent(5, 75, "cancelled")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateCanceled, amount: 4900, denied: true}}},
	{name: "declined", events: []paymentEvent{flutterwaveChargeEvent(1, 75, "failed")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateFailed, amount: 4900, denied: true}}},
	{name: "one attempt fails while another is on its way", events: []paymentEvent{
		flutterwaveChargeEvent(1, 74, "pending"), flutterwaveChargeEvent(5, 75, "failed")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateProcessing, amount: 4900}}},
	{name: "two customers have one reference", events: []paymentEvent{fwPaid,
		flutterwaveEvent(9, "charge.completed", `"id":80,"tx_ref":"10-4471","amount":7,"status":"successful",`+
			`"customer":{"email":"bob@example.com"}`)},
		want: map[string]paymentWant{
			"order/10-4471": {
				state:    hook.StateAmbiguous,
				currency: "-",
				review:   []hook.Review{hook.ReviewReferenceShared},
			},
			"payment/80": {state: hook.StatePaid, amount: 700},
		}},

	{name: "refunded in part", events: []paymentEvent{fwPaid, flutterwaveRefundEvent(60, 3, 9, "completed")},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{
		name: "refunded in part, then wholly",
		events: []paymentEvent{fwPaid, flutterwaveRefundEvent(60, 3, 9, "completed"),
			flutterwaveRefundEvent(61, 4, 40, "completed-mpgs")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateRefunded, amount: 4900, refunded: 4900}},
	},
	{name: "a refund fails", events: []paymentEvent{fwPaid, flutterwaveRefundEvent(60, 3, 9, "pending"),
		flutterwaveRefundEvent(61, 3, 9, "failed")},
		want: map[string]paymentWant{"payment/75": {state: hook.StatePaid, amount: 4900}}},

	{
		name:   "the older form",
		events: []paymentEvent{flutterwaveOldEvent(1, "pending"), flutterwaveOldEvent(5, "successful")},
		want: map[string]paymentWant{
			"payment/75":    {state: hook.StatePaid, amount: 4900, due: 4900},
			"order/10-4471": {state: hook.StatePaid, amount: 4900},
		},
	},
	{name: "the older form and the newer one tell of one payment", events: []paymentEvent{fwPaid,
		flutterwaveOldEvent(5, "successful"), flutterwaveRefundEvent(60, 3, 49, "completed")},
		want: map[string]paymentWant{
			"flw/F-75":      {state: hook.StateRefunded, amount: 4900, refunded: 4900},
			"order/10-4471": {state: hook.StateRefunded, amount: 4900, refunded: 4900},
		}},
	{name: "the older form, declined", events: []paymentEvent{flutterwaveOldEvent(5, "failed")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateFailed, amount: 4900, denied: true}}},

	{name: "version 4", events: []paymentEvent{
		flutterwave4Event(
			1,
			"wbk_1",
			"charge.completed",
			`"id":"chg_1","amount":49,"status":"pending","reference":"10-4471"`,
		),
		flutterwave4Event(5, "wbk_2", "charge.completed",
			`"id":"chg_1","amount":49,"status":"succeeded","reference":"10-4471"`),
		flutterwave4Event(9, "wbk_3", "refund.completed",
			`"id":"rfd_1","charge_id":"chg_1","amount_refunded":9,"status":"succeeded"`)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
})

var flutterwaveReported = []reportedCase{
	{folder: "flutterwave-without-data", provider: "flutterwave", want: map[string]paymentWant{
		"order/FW1":      {state: hook.StatePaid, amount: 10000, currency: "NGN"},
		"payment/126122": {state: hook.StatePaid, amount: 10000, currency: "NGN"},
	}},
}
