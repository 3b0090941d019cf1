package provider

import (
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
//
// Source: https://shopify.dev/docs/apps/build/webhooks/subscribe/https
var shopify = Provider{
	ID: "shopify", Name: "Shopify",
	Steps: []string{
		"In Shopify's admin open Settings, Notifications, Webhooks, and create one with this address and the " +
			"format JSON.",
		"Add the secret shown below the list of webhooks here. For an app's webhooks it is the app's client secret.",
	},
	Secret: SecretWords{Name: "Webhook secret", Hint: "below the list of webhooks; for an app its client secret",
		Not: []Lookalike{{"shpat_", "an access token"}, {"shpca_", "an access token"}, {"shppa_", "an access token"}}},
	Settings: []Setting{
		{Name: "shops", Label: "Shops",
			Hint: "several, if an app's webhooks come from more than one shop: an order number alone then does " +
				"not identify an order"},
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
		Events:  joins("header:X-Shopify-Webhook-Id", "header:Shopify-Webhook-Id", "header:Shopify-Event-Id"),
		Types:   payload.SelectAll("header:X-Shopify-Topic", "header:Shopify-Topic"),
		Times:   payload.SelectAll("header:X-Shopify-Triggered-At", "header:Shopify-Triggered-At", "body:updated_at"),
		Account: payload.Select("header:X-Shopify-Shop-Domain"),
		Mode:    testIf("body:test"),
	},
	Rules: shopifyRules,
}

// shopifyOrder is an order. Every event carries the whole order, so the newest one by updated_at wins. Within one
// second the rank decides, and the state that is further along wins.
var shopifyOrder = extract.SubjectSpec{
	Kind: hook.KindOrder, Aliases: []extract.AliasSpec{extract.Alias("shopify-order", "body:id")},
	Times:      payload.SelectAll("body:updated_at"),
	References: payload.SelectAll("body:name", "body:order_number"),
	// every shop counts its orders from 1001, so with several shops a number identifies nothing
	CopiedReferences: extract.ByField("setting:shops", extract.Kinds{"several": hook.Info}, ""),
	Customer:         payload.SelectAll("body:email", "body:contact_email", "body:customer.email"),
	Amounts:          []extract.AmountSpec{extract.Amount("body:total_price")},
	Currency:         payload.SelectAll("body:currency"), Decimal: true,
	Fulfilment: extract.Field("body:fulfillment_status", extract.Outcomes{
		"partial":   {State: hook.StatePartiallyFulfilled, Rank: 1},
		"fulfilled": {State: hook.StateFulfilled, Rank: 2},
		"restocked": {State: hook.StateReturned, Rank: 3}}, extract.Outcome{State: hook.StateUnfulfilled}),
}

// shopifyRules: https://shopify.dev/docs/api/webhooks
var shopifyRules = extract.Rules{
	{Types: []string{"orders/create", "orders/updated", "orders/paid", "orders/partially_fulfilled",
		"orders/fulfilled", "orders/cancelled"},
		Match: shopifyStates(), Subject: &shopifyOrder},
}

// shopifyStates reports the payment state of an order. A canceled order stays canceled, whatever happens to its payment
// afterwards.
func shopifyStates() extract.Match {
	canceled := extract.Outcome{State: hook.StateCanceled, Rank: 70}
	return orderStates("body:cancelled_at", "body:financial_status", extract.Outcomes{
		"":                   {State: hook.StatePending},
		"pending":            {State: hook.StatePending},
		"authorized":         {State: hook.StateAuthorized, Rank: 10},
		"partially_paid":     {State: hook.StatePartiallyPaid, Rank: 20},
		"paid":               {State: hook.StatePaid, Rank: 30},
		"partially_refunded": {State: hook.StatePartiallyRefunded, Rank: 40},
		"refunded":           {State: hook.StateRefunded, Rank: 50},
		"expired":            {State: hook.StateExpired, Rank: 60},
		"voided":             canceled,
	}, func(extract.Outcome) extract.Outcome { return canceled })
}
