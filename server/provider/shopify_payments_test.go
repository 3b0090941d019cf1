package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/payments/paymentstest"
)

// shopifyEvent is an order as Shopify sends it. fields stand before those of every order and
// replace them, because of two members with one name the first counts.
func shopifyEvent(minutes int, topic, paid string, fields ...string) paymentEvent {
	all := fmt.Sprintf(
		`"id":450789469,"name":"#1001","order_number":1001,"email":"ada@example.com","currency":"EUR",`+
			`"total_price":"49.00","financial_status":%q,"updated_at":%q`,
		paid,
		isoAt(minutes),
	)
	body := "{" + strings.Join(append(fields, all), ",") + "}"
	return paymentEvent{body: body, headers: map[string]string{
		"X-Shopify-Topic": topic, "X-Shopify-Webhook-Id": fmt.Sprint(topic, minutes, paid),
	}}
}

// shopifyPrices are the current price and what is outstanding of it.
func shopifyPrices(current, outstanding string) string {
	return fmt.Sprintf(`"current_total_price":%q,"total_outstanding":%q`, current, outstanding)
}

func shopifyCanceledAt(minutes int) string { return fmt.Sprintf(`"cancelled_at":%q`, isoAt(minutes)) }

// shopifyRefunds is a list of refunds with one transaction each.
func shopifyRefunds(amounts ...string) string {
	var all []string
	for _, amount := range amounts {
		all = append(all, `{"transactions":[{"kind":"refund","status":"success","amount":"`+amount+`"},`+
			`{"kind":"refund","status":"failure","amount":"1.00"},{"kind":"sale","status":"success","amount":"2.00"}]}`)
	}
	return `"refunds":[` + strings.Join(all, ",") + `]`
}

// shopifyCase is a case whose order and both of its references show the same.
func shopifyCase(name string, want paymentWant, events ...paymentEvent) paymentCase {
	return paymentCase{provider: "shopify", name: name, events: events, want: map[string]paymentWant{
		"shopify-order/450789469": want, "order/#1001": want, "order/1001": want,
	}}
}

func shopifyPayments() []paymentCase {
	none := shopifyPrices("49.00", "49.00")
	settled := shopifyPrices("49.00", "0.00")
	made := shopifyEvent(0, "orders/create", "pending", none)
	paid := shopifyEvent(1, "orders/paid", "paid", settled)
	return slices.Concat(shopifyPaid(made, paid, none, settled), shopifyCanceledCases(made, paid, none, settled),
		shopifyKinds())
}

func shopifyPaid(made, paid paymentEvent, none, settled string) []paymentCase {
	return []paymentCase{
		shopifyCase("waits", paymentWant{state: hook.StatePending, amount: 4900, due: 4900}, made),
		shopifyCase(
			"paid in the second in which it was made",
			paymentWant{state: hook.StatePaid, amount: 4900, due: 4900},
			made,
			shopifyEvent(0, "orders/paid", "paid", settled),
			shopifyEvent(0, "orders/updated", "authorized", none),
		),
		shopifyCase("paid, by an old version of the API",
			paymentWant{state: hook.StatePaid, amount: 4900, due: 4900}, shopifyEvent(1, "orders/paid", "paid")),
		shopifyCase("authorized", paymentWant{state: hook.StateAuthorized, amount: 4900, due: 4900},
			shopifyEvent(0, "orders/create", "authorized", none)),
		shopifyCase("paid in part", paymentWant{state: hook.StatePartiallyPaid, amount: 2000, due: 4900},
			made, shopifyEvent(5, "orders/updated", "partially_paid", shopifyPrices("49.00", "29.00"))),
		shopifyCase("made smaller, then paid", paymentWant{state: hook.StatePaid, amount: 3900, due: 3900},
			made, shopifyEvent(5, "orders/updated", "pending", shopifyPrices("39.00", "39.00")),
			shopifyEvent(6, "orders/paid", "paid", shopifyPrices("39.00", "0.00"))),
		shopifyCase(
			"made larger after it was paid",
			paymentWant{state: hook.StatePartiallyPaid, amount: 4900, due: 5900},
			paid,
			shopifyEvent(5, "orders/updated", "partially_paid", shopifyPrices("59.00", "10.00")),
		),
		shopifyCase("made smaller, and nothing returned yet",
			paymentWant{state: hook.StatePaid, amount: 4900, due: 4900},
			shopifyEvent(5, "orders/updated", "paid", shopifyPrices("39.00", "-10.00"))),
		shopifyCase("nothing is due", paymentWant{state: hook.StatePaid, currency: "-", nothingDue: hook.CauseFree},
			shopifyEvent(0, "orders/paid", "paid", `"total_price":"0.00"`, shopifyPrices("0.00", "0.00"))),
		shopifyCase("what was not sent is refunded",
			paymentWant{state: hook.StatePartiallyRefunded, amount: 4900, due: 4900, refunded: 900},
			made, paid, shopifyEvent(90, "orders/updated", "partially_refunded", shopifyPrices("40.00", "0.00"),
				shopifyRefunds("4.00", "5.00"))),
		shopifyCase("a refund alone",
			paymentWant{state: hook.StatePartiallyRefunded, amount: 3900, due: 3900, refunded: 900},
			shopifyEvent(90, "orders/updated", "partially_refunded", shopifyPrices("30.00", "0.00"),
				shopifyRefunds("9.00"))),
		shopifyCase(
			"refunded",
			paymentWant{state: hook.StateRefunded, amount: 4900, due: 4900, refunded: 4900},
			paid,
			shopifyEvent(90, "orders/updated", "refunded", shopifyPrices("0.00", "0.00"), shopifyRefunds("49.00")),
		),
		shopifyCase("sent", paymentWant{state: hook.StatePaid, amount: 4900, due: 4900},
			paid, shopifyEvent(90, "orders/fulfilled", "paid", settled, `"fulfillment_status":"fulfilled"`)),
	}
}

func shopifyCanceledCases(made, paid paymentEvent, none, settled string) []paymentCase {
	return []paymentCase{
		shopifyCase(
			"canceled, never paid",
			paymentWant{state: hook.StateCanceled, amount: 4900, due: 4900, denied: true},
			made,
			shopifyEvent(90, "orders/cancelled", "voided", none, shopifyCanceledAt(90)),
		),
		shopifyCase("voided", paymentWant{state: hook.StateCanceled, amount: 4900, due: 4900, denied: true},
			shopifyEvent(0, "orders/create", "authorized", none), shopifyEvent(90, "orders/updated", "voided", none)),
		shopifyCase("canceled, and the authorization stands",
			paymentWant{state: hook.StateAuthorized, amount: 4900, due: 4900}, made,
			shopifyEvent(90, "orders/cancelled", "authorized", none, shopifyCanceledAt(90))),
		shopifyCase("canceled, and nothing refunded", paymentWant{state: hook.StateCanceled, amount: 4900, due: 4900},
			made, paid, shopifyEvent(90, "orders/cancelled", "paid", shopifyPrices("0.00", "-49.00"),
				shopifyCanceledAt(90))),
		shopifyCase("canceled, nothing refunded, nothing else known",
			paymentWant{state: hook.StateCanceled, amount: 4900, due: 4900},
			shopifyEvent(90, "orders/cancelled", "paid", shopifyPrices("0.00", "0.00"), shopifyCanceledAt(90))),
		shopifyCase("canceled, paid in part", paymentWant{state: hook.StateCanceled, amount: 2000, due: 4900},
			shopifyEvent(5, "orders/updated", "partially_paid", shopifyPrices("49.00", "29.00")),
			shopifyEvent(90, "orders/cancelled", "voided", none, shopifyCanceledAt(90))),
		shopifyCase("canceled, and refunded in part",
			paymentWant{state: hook.StatePartiallyRefunded, amount: 4900, due: 4900, refunded: 2000},
			shopifyEvent(90, "orders/cancelled", "partially_refunded", shopifyPrices("0.00", "-29.00"),
				shopifyRefunds("20.00"), shopifyCanceledAt(90))),
		shopifyCase("an old one that arrives again", paymentWant{state: hook.StateExpired, amount: 4900, due: 4900,
			denied: true}, shopifyEvent(900, "orders/updated", "expired", none), made),
		shopifyCase("a later one is silent about money", paymentWant{state: hook.StatePaid, amount: 4900, due: 4900},
			paid, shopifyEvent(90, "orders/updated", "pending", none)),
		shopifyCase("paid, then deleted", paymentWant{state: hook.StateCanceled, amount: 4900, due: 4900}, paid,
			shopifyDeleted),
		{provider: "shopify", name: "deleted, nothing else known", events: []paymentEvent{shopifyDeleted},
			want: map[string]paymentWant{"shopify-order/450789469": {state: hook.StateCanceled, currency: "-"}}},
	}
}

var shopifyDeleted = paymentEvent{body: `{"id":450789469}`, headers: map[string]string{
	"X-Shopify-Topic": "orders/delete", "X-Shopify-Webhook-Id": "d", "X-Shopify-Triggered-At": isoAt(900),
}}

func shopifyReported() []reportedCase {
	refunded := paymentWant{state: hook.StateRefunded, amount: 5000, due: 5000, refunded: 5000}
	paid := paymentWant{state: hook.StatePaid, amount: 5000, due: 5000}
	return []reportedCase{
		{folder: "shopify-cancelled-after-paid", provider: "shopify",
			want: map[string]paymentWant{"order/1001": refunded, "order/#1001": refunded}},
		{folder: "order-words-not-translated", provider: "shopify",
			want: map[string]paymentWant{"order/1001": paid, "order/#1001": paid}},
	}
}

// TestTwoShopsThatCountAlikeStayApart has two shops of one app, each with an order 1001 of its own customer.
func TestTwoShopsThatCountAlikeStayApart(t *testing.T) {
	north, south := shopifyEvent(0, "orders/paid", "paid"), shopifyEvent(1, "orders/create", "pending")
	south.body = strings.Replace(south.body, "450789469", "7", 1)
	north.headers["X-Shopify-Shop-Domain"] = "north.myshopify.example"
	south.headers["Shopify-Shop-Domain"] = "south.myshopify.example" // as newer deliveries write it
	c := paymentCase{provider: "shopify", events: []paymentEvent{north, south}}
	rows := paymentstest.New()
	for _, statements := range c.statements(t) {
		rows.Apply(t, statements...)
	}
	for account, want := range map[string]hook.State{
		"north.myshopify.example": hook.StatePaid, "south.myshopify.example": hook.StatePending,
		"": hook.StateAmbiguous,
	} {
		for _, alias := range []string{"order/1001", "order/#1001"} {
			if got := rows.AliasOf(account, alias).State; got != want {
				t.Errorf("%s in %q is %q, want %q", alias, account, got, want)
			}
		}
	}
}

// TestAnOrderShowsHowMuchOfItWasSent holds for the order and for the references that list it.
func TestAnOrderShowsHowMuchOfItWasSent(t *testing.T) {
	for status, want := range map[string]hook.State{
		`null`: hook.StateUnfulfilled, `"partial"`: hook.StatePartiallyFulfilled, `"fulfilled"`: hook.StateFulfilled,
		`"restocked"`: hook.StateReturned,
	} {
		c := paymentCase{provider: "shopify", events: []paymentEvent{
			shopifyEvent(0, "orders/paid", "paid"),
			shopifyEvent(90, "orders/updated", "paid", `"fulfillment_status":`+status), shopifyDeleted,
		}}
		rows := paymentstest.New()
		all := c.statements(t)
		for _, i := range []int{2, 1, 0} {
			rows.Apply(t, all[i]...)
		}
		for _, alias := range []string{"shopify-order/450789469", "order/1001"} {
			if got := rows.Alias(alias).Fulfilment; got != want {
				t.Errorf("%s is %q after %s, want %q", alias, got, status, want)
			}
		}
	}
}
