package provider

import (
	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// shopify is Shopify: how it signs, and what its deliveries say. Shopify signs the body with
// HMAC-SHA-256 in base64, under header names that are being changed:
// https://shopify.dev/docs/apps/build/webhooks/subscribe/https
var shopify = Provider{
	ID: "shopify", Name: "Shopify",
	Steps: []string{
		"In Shopify's admin open Settings, Notifications, Webhooks, and make one with this address and the " +
			"format JSON.",
		"Add the secret shown below the list of webhooks here. For an app's webhooks it is the app's client secret.",
	},
	Secret: SecretWords{Name: "Webhook secret", Hint: "below the list of webhooks; for an app its client secret",
		Not: []Lookalike{{"shpat_", "an access token"}, {"shpca_", "an access token"}, {"shppa_", "an access token"}}},
	Settings: []Setting{
		{Name: "shops", Label: "Shops",
			Hint: "several, where an app's webhooks come from more than one: then no order is known by its " +
				"number alone"},
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

// shopifyOrder is a whole order: the newest event counts. Within its second that is the one which has
// come further.
var shopifyOrder = extract.SubjectSpec{
	Kind: hook.KindOrder, Aliases: []extract.AliasSpec{extract.Alias("shopify-order", "body:id")},
	Times:      payload.SelectAll("body:updated_at"),
	References: payload.SelectAll("body:name", "body:order_number"),
	// each counts its orders from 1001
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

// shopifyStates: an order that was canceled is, whatever became of its money.
func shopifyStates() extract.Match {
	canceled, w := extract.Outcome{State: hook.StateCanceled, Rank: 70}, extract.Outcomes{}
	for status, of := range (extract.Outcomes{
		"":                   {State: hook.StatePending},
		"pending":            {State: hook.StatePending},
		"authorized":         {State: hook.StateAuthorized, Rank: 10},
		"partially_paid":     {State: hook.StatePartiallyPaid, Rank: 20},
		"paid":               {State: hook.StatePaid, Rank: 30},
		"partially_refunded": {State: hook.StatePartiallyRefunded, Rank: 40},
		"refunded":           {State: hook.StateRefunded, Rank: 50},
		"expired":            {State: hook.StateExpired, Rank: 60},
		"voided":             canceled,
	}) {
		w["/"+status], w["yes/"+status] = of, canceled
	}
	return extract.StateFrom("?body:cancelled_at+body:financial_status", w)
}
