package provider

import (
	"strings"

	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// woocommerce is WooCommerce, a plugin of WordPress that merchants host themselves.
//
// Signature: X-WC-Webhook-Signature is the base64 HMAC-SHA-256 of the body. The key is the secret of this webhook, as
// text.
//
// Event: there is no usable id: X-WC-Webhook-Delivery-ID is made anew for each delivery. The topic, the object's id,
// its date_modified_gmt and the hash of the body make one; a deleted order has only its id.
//
// Traps: when a webhook is saved, WooCommerce sends an unsigned form webhook_id=N and expects exactly 200, or the
// webhook cannot be saved; see wooPing. It never retries, and disables a webhook after more than five failures in a
// row. date_modified_gmt has no zone and a resolution of one second.
//
// Source: https://woocommerce.com/document/webhooks/
var woocommerce = Provider{
	ID: "woocommerce", Name: "WooCommerce",
	Steps: []string{
		"In WordPress open WooCommerce, Settings, Advanced, Webhooks, and add one with this address as its " +
			"delivery URL.",
		"Enter a secret there and add the same one here. The first request, sent on saving, is not " +
			"signed and is not an event.",
	},
	Secret: SecretWords{Name: "Secret", Hint: "the secret of this webhook",
		Not: []Lookalike{{"ck_", "an API consumer key"}, {"cs_", "an API consumer secret"}}},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Wc-Webhook-Signature"), Hash: "sha256",
			Encoding: signature.Base64, Message: signature.Message("{body}")}},
	},
	Identity: Identity{
		Events: joins("header:X-Wc-Webhook-Topic+body:id+body:date_modified_gmt+sha256",
			"header:X-Wc-Webhook-Topic+sha256", "sha256"),
		Types:   payload.SelectAll("header:X-Wc-Webhook-Topic"),
		Times:   payload.SelectAll("body:date_modified_gmt"),
		Account: payload.Select("header:X-Wc-Webhook-Source"),
	},
	Rules:             wooRules,
	UnsignedChallenge: wooPing,
}

// wooOrder is an order. Like Shopify's, every event carries the whole order and the newest one wins.
var wooOrder = extract.SubjectSpec{
	Kind: hook.KindOrder, Aliases: []extract.AliasSpec{extract.Alias("woocommerce-order", "body:id")},
	Times:      payload.SelectAll("body:date_modified_gmt"),
	References: payload.SelectAll("body:number"), Customer: payload.SelectAll("body:billing.email"),
	Amounts: []extract.AmountSpec{extract.Amount("body:total")}, Currency: payload.SelectAll("body:currency"),
	Decimal: true,
	Fulfilment: extract.Field("body:status", extract.Outcomes{
		"completed": {State: hook.StateFulfilled, Rank: 1}}, extract.Outcome{State: hook.StateUnfulfilled}),
}

// wooRules: https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks
var wooRules = extract.Rules{
	{Types: []string{"order.created", "order.updated", "order.restored"}, Match: wooStates(), Subject: &wooOrder},
	{Types: []string{"order.deleted"},
		Match: extract.AlwaysState(extract.Outcome{State: hook.StateCanceled, Rank: 90}), Subject: &wooOrder},
}

// wooStates reports the payment state of an order. An order that is refunded in part keeps its status and only gets a
// list of refunds.
func wooStates() extract.Match {
	return orderStates("body:refunds.0", "body:status", extract.Outcomes{
		"checkout-draft": {State: hook.StatePending},
		"pending":        {State: hook.StatePending},
		"failed":         {State: hook.StateFailed, Rank: 10},
		"on-hold":        {State: hook.StateProcessing, Rank: 20},
		"processing":     {State: hook.StatePaid, Rank: 30},
		"completed":      {State: hook.StatePaid, Rank: 30},
		"refunded":       {State: hook.StateRefunded, Rank: 50},
		"cancelled":      {State: hook.StateCanceled, Rank: 60},
		"trash":          {State: hook.StateCanceled, Rank: 70},
	}, func(o extract.Outcome) extract.Outcome {
		if o.State == hook.StatePaid {
			return extract.Outcome{State: hook.StatePartiallyRefunded, Rank: 40}
		}
		return o
	})
}

// wooPing recognises the unsigned request that WooCommerce sends when a webhook is saved. It reads only the beginning
// of the body, and a request with a signature is never a ping.
func wooPing(q *signature.Request) (signature.Result, bool) {
	id, found := strings.CutPrefix(string(q.Record.Body[:min(len(q.Record.Body), 40)]), "webhook_id=")
	if !found || !digits(id, 20) || q.Record.Method != "POST" || q.Record.Header("X-Wc-Webhook-Signature") != "" {
		return signature.Result{}, false
	}
	return signature.Result{Verdict: hook.Unsigned, Type: "ping", Reply: emptyReply()}, true
}
