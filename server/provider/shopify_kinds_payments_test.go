package provider

import (
	"fmt"
	"slices"
	"strings"

	"hookbeam/server/hook"
)

// shopifyAbroad are the fields of an order of a shop in euros that is paid in dollars: its price, its current price
// and its refunds, all in dollars.
func shopifyAbroad(total, current string, refunds ...string) string {
	set := func(name, shop, paid string) string {
		return fmt.Sprintf(`%q:{"shop_money":{"amount":%q,"currency_code":"EUR"},`+
			`"presentment_money":{"amount":%q,"currency_code":"USD"}}`, name, shop, paid)
	}
	return strings.Join([]string{`"presentment_currency":"USD"`, set("total_price_set", "49.00", total),
		set("current_total_price_set", "49.00", current),
		strings.ReplaceAll(shopifyRefunds(refunds...), `"amount"`, `"currency":"USD","amount"`)}, ",")
}

// shopifyReturned is the event of one refund.
func shopifyReturned(minutes int, status, amount string) paymentEvent {
	return paymentEvent{headers: map[string]string{"X-Shopify-Topic": "refunds/create",
		"X-Shopify-Webhook-Id": fmt.Sprint("refund", minutes)}, body: fmt.Sprintf(`{"id":%d,"order_id":450789469,`+
		`"created_at":%q,"processed_at":%q,"restock":false,"refund_line_items":[],"transactions":[{"id":1,`+
		`"kind":"refund","status":%q,"amount":%q,"currency":"EUR","order_id":450789469}]}`,
		500+minutes, isoAt(minutes), isoAt(minutes), status, amount)}
}

// shopIs, shopDenied and shopBack are what a payer reads of an order of 49 euros: in a state, in one that says that
// nobody was charged, and with a sum returned.
func shopIs(state hook.State) paymentWant { return paymentWant{state: state, amount: 4900, due: 4900} }

func shopDenied(state hook.State) paymentWant {
	return paymentWant{state: state, amount: 4900, due: 4900, denied: true}
}

func shopBack(state hook.State, refunded int64) paymentWant {
	return paymentWant{state: state, amount: 4900, due: 4900, refunded: refunded}
}

// shopifyDollars is what a payer in dollars reads.
func shopifyDollars(state hook.State, refunded int64) paymentWant {
	return paymentWant{state: state, amount: 5341, due: 5341, refunded: refunded, currency: "USD"}
}

var (
	shopifyNone     = shopifyPrices("49.00", "49.00")
	shopifySettled  = shopifyPrices("49.00", "0.00")
	shopifyMade     = shopifyEvent(0, "orders/create", "pending", shopifyNone)
	shopifyPaidOnce = shopifyEvent(1, "orders/paid", "paid", shopifySettled)
)

func shopifyKinds() []paymentCase {
	return slices.Concat(shopifyPartlyPaid(), shopifyPaidAbroad(), shopifyUnusual())
}

func shopifyPartlyPaid() []paymentCase {
	return []paymentCase{
		shopifyCase("paid in part, and nobody says how much", shopIs(hook.StatePartiallyPaid), shopifyMade,
			shopifyEvent(5, "orders/updated", "partially_paid")),
		shopifyCase("paid in part, and nobody says how much, then wholly", shopIs(hook.StatePaid), shopifyMade,
			shopifyEvent(5, "orders/updated", "partially_paid"), shopifyEvent(9, "orders/paid", "paid")),
		shopifyCase("paid in part, nobody says how much, then canceled", shopIs(hook.StateCanceled), shopifyMade,
			shopifyEvent(5, "orders/updated", "partially_paid"),
			shopifyEvent(9, "orders/cancelled", "partially_paid", shopifyCanceledAt(9))),
		shopifyCase("only that an order paid in part was canceled", shopIs(hook.StateCanceled),
			shopifyEvent(9, "orders/cancelled", "partially_paid", shopifyCanceledAt(9))),
		shopifyCase(
			"paid, made larger, and nobody says what is outstanding",
			paymentWant{state: hook.StatePartiallyPaid, amount: 4900, due: 5900},
			shopifyPaidOnce,
			shopifyEvent(
				9,
				"orders/updated",
				"partially_paid",
				`"current_total_price":"59.00","total_price":"59.00"`,
			),
		),
		shopifyCase("authorized, then paid", shopIs(hook.StatePaid), shopifyMade,
			shopifyEvent(1, "orders/updated", "authorized", shopifyNone),
			shopifyEvent(90, "orders/paid", "paid", shopifySettled)),
		shopifyCase(
			"an authorization runs out",
			shopDenied(hook.StateExpired),
			shopifyEvent(
				1,
				"orders/create",
				"authorized",
				shopifyNone,
			),
			shopifyEvent(9000, "orders/updated", "expired", shopifyNone),
		),
		shopifyCase("canceled, then paid by a transfer", shopIs(hook.StateCanceled), shopifyMade,
			shopifyEvent(60, "orders/cancelled", "pending", shopifyNone, shopifyCanceledAt(60)),
			shopifyEvent(90, "orders/updated", "paid", shopifySettled, shopifyCanceledAt(60))),
		shopifyCase(
			"items come back and nothing is returned",
			shopIs(hook.StatePaid),
			shopifyPaidOnce,
			shopifyEvent(
				90,
				"orders/updated",
				"paid",
				shopifyPrices("40.00", "-9.00"),
				`"refunds":[{"transactions":[]}]`,
			),
		),
		shopifyCase("refunded without a return of items", shopBack(hook.StatePartiallyRefunded, 900), shopifyPaidOnce,
			shopifyEvent(90, "orders/updated", "partially_refunded", shopifyPrices("40.00", "0.00"),
				shopifyRefunds("9.00"))),
		shopifyCase("refunded as a courtesy, and the price stays", shopBack(hook.StatePartiallyRefunded, 900),
			shopifyPaidOnce, shopifyEvent(90, "orders/updated", "partially_refunded", shopifySettled,
				shopifyRefunds("9.00"))),
		shopifyCase("refunded in part, then made larger",
			paymentWant{state: hook.StatePartiallyPaid, amount: 4900, due: 5000, refunded: 900}, shopifyPaidOnce,
			shopifyEvent(90, "orders/updated", "partially_refunded", shopifyPrices("40.00", "0.00"),
				shopifyRefunds("9.00")),
			shopifyEvent(95, "orders/updated", "partially_paid", shopifyPrices("50.00", "10.00"),
				shopifyRefunds("9.00"))),
		shopifyCase("the event of a refund alone", shopBack(hook.StatePartiallyRefunded, 900), shopifyPaidOnce,
			shopifyReturned(90, "success", "9.00")),
		shopifyCase("the events of two refunds", shopBack(hook.StateRefunded, 4900), shopifyPaidOnce,
			shopifyReturned(90, "success", "9.00"), shopifyReturned(95, "success", "40.00")),
		shopifyCase("paid in part, nobody says how much, and some is returned", shopIs(hook.StatePartiallyPaid),
			shopifyEvent(5, "orders/updated", "partially_paid"),
			shopifyEvent(9, "orders/updated", "partially_paid", shopifyRefunds("5.00"))),
		shopifyCase("the event of a refund and the order", shopBack(hook.StatePartiallyRefunded, 1300), shopifyPaidOnce,
			shopifyReturned(90, "success", "9.00"), shopifyReturned(95, "success", "4.00"),
			shopifyEvent(95, "orders/updated", "partially_refunded", shopifyPrices("36.00", "0.00"),
				shopifyRefunds("9.00", "4.00"))),
		shopifyCase("the event of a refund that is pending or failed", shopIs(hook.StatePaid), shopifyPaidOnce,
			shopifyReturned(90, "pending", "9.00"), shopifyReturned(95, "failure", "4.00")),
	}
}

func shopifyPaidAbroad() []paymentCase {
	return []paymentCase{
		shopifyCase("paid in another currency", shopifyDollars(hook.StatePaid, 0),
			shopifyEvent(0, "orders/create", "pending", shopifyNone, shopifyAbroad("53.41", "53.41")),
			shopifyEvent(1, "orders/paid", "paid", shopifySettled, shopifyAbroad("53.41", "53.41"))),
		shopifyCase("paid in another currency, and refunded in part", shopifyDollars(hook.StatePartiallyRefunded, 981),
			shopifyEvent(1, "orders/paid", "paid", shopifySettled, shopifyAbroad("53.41", "53.41")),
			shopifyEvent(90, "orders/updated", "partially_refunded", shopifyPrices("40.00", "0.00"),
				shopifyAbroad("53.41", "43.60", "9.81"))),
		shopifyCase("paid in another currency, and refunded", shopifyDollars(hook.StateRefunded, 5341),
			shopifyEvent(1, "orders/paid", "paid", shopifySettled, shopifyAbroad("53.41", "53.41")),
			shopifyEvent(90, "orders/updated", "refunded", shopifyPrices("0.00", "0.00"),
				shopifyAbroad("53.41", "0.00", "53.41"))),
		shopifyCase("paid in part in another currency", shopifyDollars(hook.StatePartiallyPaid, 0),
			shopifyEvent(1, "orders/updated", "partially_paid", shopifyPrices("49.00", "29.00"),
				shopifyAbroad("53.41", "53.41"))),
	}
}

func shopifyUnusual() []paymentCase {
	return []paymentCase{
		shopifyCase("a currency without decimals",
			paymentWant{state: hook.StatePartiallyPaid, amount: 2000, due: 4900, currency: "JPY"},
			shopifyEvent(1, "orders/updated", "partially_paid", `"currency":"JPY","total_price":"4900"`,
				shopifyPrices("4900", "2900"))),
		shopifyCase("no amount", paymentWant{state: hook.StatePaid, currency: "-"},
			shopifyEvent(1, "orders/paid", "paid", `"total_price":null`)),
		shopifyCase("an amount that cannot be read", paymentWant{state: hook.StateCanceled, currency: "-"},
			shopifyEvent(1, "orders/cancelled", "paid", `"total_price":"49,00"`, shopifyCanceledAt(1))),
		shopifyCase(
			"an amount that is a number",
			shopIs(hook.StatePaid),
			shopifyEvent(
				1,
				"orders/paid",
				"paid",
				`"total_price":49.00,"current_total_price":49,"total_outstanding":0`,
			),
		),
		shopifyCase("a state that is not known", shopIs(hook.StatePaid), shopifyPaidOnce,
			shopifyEvent(90, "orders/updated", "pondered", shopifyNone)),
		shopifyCase("deleted while nobody had paid", shopIs(hook.StateCanceled), shopifyMade, shopifyDeleted),
		shopifyCase("deleted while an authorization stood", shopIs(hook.StateCanceled),
			shopifyEvent(1, "orders/create", "authorized", shopifyNone), shopifyDeleted),
		shopifyCase("voided, then deleted", shopDenied(hook.StateCanceled), shopifyMade,
			shopifyEvent(90, "orders/cancelled", "voided", shopifyNone, shopifyCanceledAt(90)), shopifyDeleted),
		shopifyCase("refunded, then deleted", shopBack(hook.StateRefunded, 4900), shopifyPaidOnce,
			shopifyEvent(90, "orders/updated", "refunded", shopifyPrices("0.00", "0.00"), shopifyRefunds("49.00")),
			shopifyDeleted),
		shopifyCase("canceled, and then deleted, after it was paid", shopIs(hook.StateCanceled), shopifyPaidOnce,
			shopifyEvent(90, "orders/cancelled", "paid", shopifyPrices("0.00", "-49.00"), shopifyCanceledAt(90)),
			shopifyDeleted),
	}
}
