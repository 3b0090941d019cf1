package provider

import (
	"slices"

	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// shopify is Shopify.
//
// Signature: X-Shopify-Hmac-Sha256 is the base64 HMAC-SHA-256 of the body. Newer deliveries use the same headers
// without "X-", so there are two schemes. The key is the client secret of the app, or, for webhooks made in the shop's
// admin, the secret shown there.
//
// Event: X-Shopify-Webhook-Id, which a retry keeps. The event id is only the last choice: all subscriptions to one
// event share it. The type is the topic, such as orders/create.
//
// Traps: a retry carries the original body, so an old snapshot may arrive after a newer one; updated_at decides.
// Shopify retries 8 times within 4 hours and then deletes a subscription that was made by the API. The order is not
// guaranteed.
var shopify = Provider{
	ID: "shopify", Name: "Shopify",
	Aliases: []string{"Shopify Payments", "Shop Pay"},
	Grade:   GradeA, Source: "https://shopify.dev/docs/apps/build/webhooks/subscribe/https",
	Steps: []string{
		"In Shopify's admin open Settings, Notifications, Webhooks, and create one with this address and the " +
			"format JSON.",
		"Add the secret shown below the list of webhooks here. For an app's webhooks it is the app's client secret.",
	},
	Secret: SecretWords{Name: "Webhook secret", Hint: "below the list of webhooks; for an app its client secret",
		Not: []Lookalike{
			{"shpat_", "an access token"},
			{"shpca_", "an access token"},
			{"shppa_", "an access token"},
		}},
	Settings: []Setting{
		{Name: "shops", Label: "Shops", Choices: []string{"one", "several"}, Default: "one",
			Hint: "several, if webhooks of more than one shop arrive without the header X-Shopify-Shop-Domain: an " +
				"order number alone then does not identify an order"},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{
			{At: payload.Select("header:X-Shopify-Hmac-Sha256"), Hash: "sha256", Encoding: signature.Base64,
				Message: signature.Message("{body}")},
			{At: payload.Select("header:Shopify-Hmac-Sha256"), Hash: "sha256", Encoding: signature.Base64,
				Message: signature.Message("{body}")},
		},
	},
	Identity: Identity{
		Events: joins("header:X-Shopify-Webhook-Id", "header:Shopify-Webhook-Id", "header:Shopify-Event-Id"),
		Types:  payload.SelectAll("header:X-Shopify-Topic", "header:Shopify-Topic"),
		Times: payload.SelectAll(
			"header:X-Shopify-Triggered-At",
			"header:Shopify-Triggered-At",
			"body:updated_at",
		),
		Account:      payload.Select("header:X-Shopify-Shop-Domain"),
		OtherAccount: payload.Select("header:Shopify-Shop-Domain"),
		Mode:         testIf("body:test"),
	},
	Rules: shopifyRules(),
}

// shopifyOrder is an order. Every event is a snapshot of the whole order, so the newest one by updated_at wins. Within
// one second the rank decides, and the state that is further along wins.
var shopifyOrder = extract.SubjectSpec{
	Kind: hook.KindOrder, Orders: []extract.AliasSpec{extract.Alias("shopify-order", "body:id")},
	Times:      payload.SelectAll("body:updated_at"),
	References: payload.SelectAll("body:name", "body:order_number"),
	// Every shop counts its orders from 1001. References are names within a shop, so this setting is needed only for
	// deliveries without the header of the shop.
	CopiedReferences: extract.ByField("setting:shops", extract.Kinds{"several": hook.Info}, ""),
	Customer:         payload.SelectAll("body:email", "body:contact_email", "body:customer.email"),
	CustomerIDs:      payload.SelectAll("body:customer.id"),
	Phones:           payload.SelectAll("body:phone", "body:customer.phone"),
	Amounts:          shopifyTotal,
	Currency:         payload.SelectAll("body:currency"), Decimal: true,
	Fulfilment: extract.Field("body:fulfillment_status", extract.Outcomes{
		"partial":   {State: hook.StatePartiallyFulfilled, Rank: 1},
		"fulfilled": {State: hook.StateFulfilled, Rank: 2},
		"restocked": {State: hook.StateReturned, Rank: 3}}, extract.Outcome{State: hook.StateUnfulfilled}),
}

// The amounts of an order. total_price is the price before returns, and current_total_price the price after edits,
// returns and refunds. total_outstanding is current_total_price less what was received and not refunded; it is negative
// if the shop owes money. Older versions of the API do not send the last two.
//
// An order may be paid in another currency than that of the shop. Then the payer was charged the presentment amounts,
// and transactions of refunds are in that currency, so all amounts are read in it. total_outstanding is in the shop's
// currency only: what was paid of a part of such an order is unknown, and a paid order is taken to have nothing
// outstanding.
//
// A refund of no items may leave the current price as it is. What was received is therefore never more than the larger
// of the two prices.
var (
	shopifyTotal = []extract.AmountSpec{
		shopifyPresented("total_price_set"),
		extract.Amount("body:total_price"),
	}
	shopifyDue = []extract.AmountSpec{
		shopifyPresented("current_total_price_set"),
		shopifyPresented("total_price_set"),
		extract.Amount("body:current_total_price"),
		extract.Amount("body:total_price"),
	}
	shopifyReceived = []extract.AmountSpec{
		shopifyPresented("current_total_price_set").PlusSum(shopifyRefund).
			Where("kind", "refund").Where("status", "success").
			AtMost("body:total_price_set.presentment_money.amount",
				"body:current_total_price_set.presentment_money.amount"),
		shopifyPresented("total_price_set"),
		extract.Amount("body:current_total_price").Minus("body:total_outstanding").PlusSum(shopifyRefund).
			Where("kind", "refund").Where("status", "success").
			AtMost("body:total_price", "body:current_total_price"),
		extract.Amount("body:total_price").Minus("body:total_outstanding"),
	}
	// shopifyPart is what was paid of an order that is partially paid, if it is known.
	shopifyPart = []extract.AmountSpec{
		extract.Amount("body:current_total_price").Minus("body:total_outstanding").PlusSum(shopifyRefund).
			Where("kind", "refund").Where("status", "success").If(shopifyTold),
		extract.Amount("body:total_price").Minus("body:total_outstanding").If(shopifyTold),
	}
	shopifyRefunded = []extract.AmountSpec{
		extract.SumOf(shopifyRefund).Where("kind", "refund").Where("status", "success").
			In(shopifyPaidIn).If(shopifyForeign),
		extract.SumOf(shopifyRefund).Where("kind", "refund").Where("status", "success"),
	}
)

// shopifyPaidIn selects the currency in which the payer is charged.
const shopifyPaidIn = "body:total_price_set.presentment_money.currency_code"

// shopifyForeign holds for an order that is paid in another currency than that of the shop.
var shopifyForeign = extract.Differ("body:currency", shopifyPaidIn)

// shopifyTold holds for an order that says how much is outstanding, in the currency in which it is paid.
var shopifyTold = extract.Mark(extract.Outcome{Kind: hook.Info}).
	If(extract.Is("?body:total_outstanding", "yes")).Unless(shopifyForeign)

// shopifyPresented returns the presentment amount of a set of amounts, for an order in another currency.
func shopifyPresented(set string) extract.AmountSpec {
	return extract.Amount("body:" + set + ".presentment_money.amount").
		In("body:" + set + ".presentment_money.currency_code").If(shopifyForeign)
}

// shopifyRefund is the path of the amounts of refunds. A refund of items without a transaction returns no money.
const shopifyRefund = "refunds.*.transactions.*.amount"

// shopifyStatus selects the status of an order for extract.StateFrom: "/paid", or "yes/paid" once it was canceled.
const shopifyStatus = "?body:cancelled_at+body:financial_status"

// shopifyMarks say that money was taken, also of an order whose amounts cannot be read; not of one that is free.
var shopifyMarks = []extract.Match{extract.Mark(extract.Outcome{Paid: true}).
	Unless(extract.Less("body:total_price", "const:0.0001"))}

// shopifyRules: https://shopify.dev/docs/api/webhooks
//
// No two of the rules for a topic match the same status. They differ in what a status says about money: once an order
// is canceled, its current price is zero, and the amount that was received can be read from its total price only.
//
// The event of a deletion has only the id. It says nothing about money, so it does not prove that nobody was charged:
// that needs an earlier event that says "voided" or "expired", or a cancellation before any payment.
func shopifyRules() extract.Rules {
	return extract.Rules{
		{Types: shopifyTopics, Also: true, Level: hook.LevelOrder, Subject: &shopifyOrder,
			Match: extract.StateFrom(shopifyStatus, extract.Outcomes{
				"/paid":               {State: hook.StatePaid, Rank: 30},
				"/partially_refunded": {State: hook.StatePartiallyRefunded, Rank: 40},
			}),
			Due: shopifyReceived, Declared: shopifyReceived, Returned: shopifyRefunded, Marks: shopifyMarks},
		// Without total_outstanding nobody says how much was paid. The order is partially paid all the same: money
		// came, and "waiting for your payment" would be wrong.
		{Types: shopifyTopics, Also: true, Level: hook.LevelOrder, Subject: &shopifyOrder,
			Match: extract.StateFrom(shopifyStatus, extract.Outcomes{
				"/partially_paid":    {State: hook.StatePartiallyPaid, Rank: 20},
				"yes/partially_paid": shopifyCanceled,
			}),
			Due: shopifyDue, Declared: shopifyPart, Returned: shopifyRefunded, Marks: shopifyMarks},
		{Types: shopifyTopics, Also: true, Level: hook.LevelOrder, Subject: &shopifyOrder,
			Match: extract.StateFrom(shopifyStatus, extract.Outcomes{
				"yes/paid": shopifyCanceled, "yes/partially_refunded": shopifyCanceled,
			}),
			Due: shopifyTotal, Declared: shopifyTotal, Returned: shopifyRefunded, Marks: shopifyMarks},
		{Types: shopifyTopics, Also: true, Level: hook.LevelOrder, Subject: &shopifyOrder,
			Match: extract.StateFrom(shopifyStatus, extract.Outcomes{
				"/refunded": {State: hook.StateRefunded, Rank: 50}, "yes/refunded": shopifyCanceled,
			}),
			Due:      shopifyTotal,
			Declared: slices.Concat(shopifyRefunded, shopifyTotal),
			Returned: slices.Concat(shopifyRefunded, shopifyTotal),
			Marks:    shopifyMarks},
		{Types: shopifyTopics, Level: hook.LevelOrder, Subject: &shopifyOrder,
			Match: extract.StateFrom(shopifyStatus, extract.Outcomes{
				"/":              {State: hook.StatePending},
				"/pending":       {State: hook.StatePending},
				"/authorized":    {State: hook.StateAuthorized, Rank: 10},
				"/expired":       {State: hook.StateExpired, Rank: 60},
				"/voided":        shopifyCanceled,
				"yes/":           shopifyCanceled,
				"yes/pending":    shopifyCanceled,
				"yes/expired":    shopifyCanceled,
				"yes/voided":     shopifyCanceled,
				"yes/authorized": {State: hook.StateAuthorized, Rank: 65},
				// the authorization stands until it is voided
			}),
			Due: shopifyDue},
		// Refunds that are reported alone are at least what was returned. The order's own events list all of them.
		{Types: []string{"refunds/create"}, Level: hook.LevelOrder, Match: extract.Always(hook.Refund), Needs: true,
			Part: payload.SelectAll("body:id"),
			Amounts: []extract.AmountSpec{
				extract.SumOf("transactions.*.amount").Where("kind", "refund").Where("status", "success")},
			Subject: &extract.SubjectSpec{Kind: hook.KindOrder,
				Orders: []extract.AliasSpec{extract.Alias("shopify-order", "body:order_id")}, Decimal: true,
				Times:    payload.SelectAll("body:processed_at", "body:created_at"),
				Currency: payload.SelectAll("body:transactions.0.currency")}},
		{Types: []string{"orders/delete"}, Level: hook.LevelOrder,
			Match:   extract.AlwaysState(extract.Outcome{State: hook.StateCanceled, Rank: 90}),
			Subject: &extract.SubjectSpec{Kind: hook.KindOrder, Orders: shopifyOrder.Orders}},
		// the body has only the id
	}
}

// shopifyTopics are the topics whose body is an order.
var shopifyTopics = []string{"orders/create", "orders/updated", "orders/paid", "orders/partially_fulfilled",
	"orders/fulfilled", "orders/cancelled"}

// shopifyCanceled is the outcome of a canceled order. It stays canceled, but what was paid and refunded counts.
var shopifyCanceled = extract.Outcome{State: hook.StateCanceled, Rank: 70}
