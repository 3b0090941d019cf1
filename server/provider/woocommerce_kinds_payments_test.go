package provider

import (
	"fmt"
	"slices"
	"strings"

	"hookbeam/server/hook"
)

// wooGone is the event of an order that was deleted or moved to the trash: its id.
var wooGone = paymentEvent{body: `{"id":727}`, headers: map[string]string{"X-Wc-Webhook-Topic": "order.deleted"}}

// wooAfterTrash is an event after wooGone, which counts from when it is received.
func wooAfterTrash(event, status string, fields ...string) paymentEvent {
	return wooEvent(99999*60, event, status, fields...)
}

var (
	wooMade     = wooEvent(0, "created", "pending", `"date_paid_gmt":null,"refunds":[]`)
	wooPaidOnce = wooEvent(1, "updated", "processing", wooDate, `"refunds":[]`)
	wooHeld     = wooEvent(1, "updated", "on-hold", `"date_paid_gmt":null,"payment_method":"bacs"`)

	// wooFailed is what a payer reads whose bank debit was returned.
	wooFailed = paymentWant{state: hook.StatePaid, amount: 4900, due: 4900,
		review: []hook.Review{hook.ReviewCaptureFailed}}
)

func woocommerceKinds() []paymentCase { return slices.Concat(wooStates(), wooAmounts()) }

func wooStates() []paymentCase {
	return []paymentCase{
		wooCase("deleted while nobody had paid", shopIs(hook.StateCanceled), wooMade, wooGone),
		wooCase("canceled unpaid, then deleted", shopDenied(hook.StateCanceled), wooMade,
			wooEvent(60, "updated", "cancelled"), wooGone),
		wooCase(
			"declined, then deleted",
			shopDenied(hook.StateCanceled),
			wooMade,
			wooEvent(60, "updated", "failed"),
			wooGone,
		),
		wooCase("deleted while a transfer was on its way", shopIs(hook.StateCanceled), wooMade, wooHeld, wooGone),
		wooCase("in the trash, then restored and paid", shopIs(hook.StatePaid), wooMade, wooGone,
			wooAfterTrash("restored", "processing", wooDate)),
		wooCase("in the trash, then restored", shopIs(hook.StatePending), wooMade, wooGone,
			wooAfterTrash("restored", "pending")),
		wooCase("refunded, then deleted", shopBack(hook.StateRefunded, 4900), wooPaidOnce,
			wooEvent(90, "updated", "refunded", wooDate, wooRefunds("49.00")), wooGone),
		wooCase("canceled while a transfer was on its way", shopIs(hook.StateCanceled), wooMade, wooHeld,
			wooEvent(9000, "updated", "cancelled", `"date_paid_gmt":null`)),
		wooCase("a transfer failed", shopDenied(hook.StateFailed), wooMade, wooHeld,
			wooEvent(9000, "updated", "failed")),
		wooCase("canceled, then a late transfer came", shopIs(hook.StatePaid), wooMade, wooHeld,
			wooEvent(9000, "updated", "cancelled"), wooEvent(9900, "updated", "processing", wooDate)),
		wooCase("paid, and the debit was returned", wooFailed, wooPaidOnce,
			wooEvent(9000, "updated", "failed", wooDate)),
		wooCase("a status of a plugin after it was paid", shopIs(hook.StatePaid), wooMade,
			wooEvent(5, "updated", "shipped", wooDate)),
		wooCase("a status of a plugin says nothing", shopIs(hook.StatePending), wooMade,
			wooEvent(5, "updated", "quote-requested", `"date_paid_gmt":null`)),
		wooCase(
			"a deposit is paid",
			shopIs(hook.StatePartiallyPaid),
			wooMade,
			wooEvent(5, "updated", "partially-paid", wooDate),
		),
		wooCase("a deposit is paid, then the rest", shopIs(hook.StatePaid), wooMade,
			wooEvent(5, "updated", "partially-paid", wooDate), wooEvent(900, "updated", "completed", wooDate)),
		wooCase("a deposit is paid, then canceled", shopIs(hook.StateCanceled), wooMade,
			wooEvent(5, "updated", "partial-payment", `"date_paid_gmt":null`),
			wooEvent(900, "updated", "cancelled", `"date_paid_gmt":null`)),
	}
}

func wooAmounts() []paymentCase {
	return []paymentCase{
		wooCase("a refund is deleted", shopIs(hook.StatePaid), wooPaidOnce,
			wooEvent(80, "updated", "processing", wooDate, wooRefunds("9.00")),
			wooEvent(90, "updated", "processing", wooDate, `"refunds":[]`)),
		wooCase("one of two refunds is deleted", shopBack(hook.StatePartiallyRefunded, 400), wooPaidOnce,
			wooEvent(80, "updated", "processing", wooDate, wooRefunds("9.00", "4.00")),
			wooEvent(90, "updated", "completed", wooDate, wooRefunds("4.00"))),
		wooCase("two refunds within one second", shopBack(hook.StatePartiallyRefunded, 1300), wooPaidOnce,
			wooEvent(80, "updated", "processing", wooDate, wooRefunds("9.00")),
			wooEvent(80, "updated", "processing", wooDate, wooRefunds("9.00", "4.00"))),
		wooCase("refunded in part, then wholly", shopBack(hook.StateRefunded, 4900), wooPaidOnce,
			wooEvent(80, "updated", "processing", wooDate, wooRefunds("9.00")),
			wooEvent(90, "updated", "refunded", wooDate, wooRefunds("9.00", "40.00"))),
		wooCase("made larger before it was paid", paymentWant{state: hook.StatePaid, amount: 5900, due: 5900}, wooMade,
			wooEvent(1, "updated", "pending", `"total":"59.00"`),
			wooEvent(5, "updated", "processing", `"total":"59.00"`, wooDate)),
		wooCase("made smaller before it was paid", paymentWant{state: hook.StatePaid, amount: 3900, due: 3900}, wooMade,
			wooEvent(5, "updated", "processing", `"total":"39.00"`, wooDate)),
		wooCase("made smaller after it was paid", paymentWant{state: hook.StatePaid, amount: 4900, due: 3900,
			review: []hook.Review{hook.ReviewOverpaid}}, wooPaidOnce,
			wooEvent(90, "updated", "processing", `"total":"39.00"`, wooDate)),
		wooCase("a currency without decimals", paymentWant{state: hook.StatePaid, amount: 4900, currency: "JPY"},
			wooEvent(5, "updated", "processing", `"total":"4900","currency":"JPY"`, wooDate)),
		wooCase("more decimals than the currency has", shopIs(hook.StatePaid),
			wooEvent(5, "updated", "processing", `"total":"49.000000"`, wooDate)),
		wooCase("an amount that cannot be read", paymentWant{state: hook.StatePaid, currency: "-"},
			wooEvent(5, "updated", "processing", `"total":"49.005"`, wooDate)),
		wooCase("an amount that cannot be read, and canceled", paymentWant{state: hook.StateCanceled, currency: "-"},
			wooEvent(5, "updated", "cancelled", `"total":"49.005"`, wooDate)),
		wooCase("a total below zero", paymentWant{state: hook.StatePaid, currency: "-", nothingDue: hook.CauseFree},
			wooEvent(5, "updated", "processing", `"total":"-5.00"`, wooDate)),
		wooCase("a currency that is none", paymentWant{state: hook.StatePaid, currency: "-"},
			wooEvent(5, "updated", "completed", `"currency":"POINTS"`, wooDate)),
		wooCase("refunded, and no amount can be read", paymentWant{state: hook.StateRefunded, currency: "-"},
			wooEvent(5, "updated", "refunded", `"total":"49.005"`, wooDate)),
		wooCase("a free order is canceled", paymentWant{state: hook.StateCanceled, currency: "-"},
			wooEvent(1, "updated", "processing", `"total":"0.00"`, wooDate),
			wooEvent(5, "updated", "cancelled", `"total":"0.00"`, wooDate)),
		{provider: "woocommerce", name: "a number with a slash, a blank and an umlaut",
			events: []paymentEvent{wooEvent(5, "updated", "processing", `"number":"Größe 2026/17"`, wooDate)},
			want:   map[string]paymentWant{"order/Größe 2026/17": shopIs(hook.StatePaid)}},
		{provider: "woocommerce", name: "one number in two shops", events: wooTwoShops(wooMade, wooPaidOnce),
			want: map[string]paymentWant{"order/10-4471": {state: hook.StateAmbiguous, currency: "-",
				review: []hook.Review{hook.ReviewReferenceShared}}}},
	}
}

// wooTwoShops are events of two shops that count alike.
func wooTwoShops(all ...paymentEvent) []paymentEvent {
	for i := range all {
		all[i].headers = map[string]string{"X-Wc-Webhook-Topic": "order.updated",
			"X-Wc-Webhook-Source": fmt.Sprintf("https://shop%d.example/", i)}
		all[i].body = strings.Replace(all[i].body, "727", fmt.Sprint(727+i), 1)
	}
	return all
}
