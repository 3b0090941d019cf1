package provider

import (
	"strings"

	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// woocommerce is WooCommerce: how it signs, and what its deliveries say. WooCommerce signs the body
// with HMAC-SHA-256 in base64. Its events have no id, so one is made of the topic, the object, its time
// and the body: https://woocommerce.com/document/webhooks/
var woocommerce = Provider{
	ID: "woocommerce", Name: "WooCommerce",
	Steps: []string{
		"In WordPress open WooCommerce, Settings, Advanced, Webhooks, and add one with this address as its " +
			"delivery URL.",
		"Enter a secret there and add the same one here. The first request when it is saved is unsigned and no event.",
	},
	Secret: SecretWords{Name: "Secret", Hint: "the one of this webhook",
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

// wooOrder is a whole order, as shopifyOrder is.
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

// wooStates: an order keeps its status when a part of its money goes back.
func wooStates() extract.Match {
	part, w := extract.Outcome{State: hook.StatePartiallyRefunded, Rank: 40}, extract.Outcomes{}
	for status, of := range (extract.Outcomes{
		"checkout-draft": {State: hook.StatePending},
		"pending":        {State: hook.StatePending},
		"failed":         {State: hook.StateFailed, Rank: 10},
		"on-hold":        {State: hook.StateProcessing, Rank: 20},
		"processing":     {State: hook.StatePaid, Rank: 30},
		"completed":      {State: hook.StatePaid, Rank: 30},
		"refunded":       {State: hook.StateRefunded, Rank: 50},
		"cancelled":      {State: hook.StateCanceled, Rank: 60},
		"trash":          {State: hook.StateCanceled, Rank: 70},
	}) {
		w[status+"/"], w[status+"/yes"] = of, of
		if of.State == hook.StatePaid {
			w[status+"/yes"] = part
		}
	}
	return extract.StateFrom("body:status+?body:refunds.0", w)
}

// wooPing recognises the unsigned request that WooCommerce sends when a webhook is saved.
func wooPing(q *signature.Request) (signature.Result, bool) {
	id, found := strings.CutPrefix(string(q.Record.Body[:min(len(q.Record.Body), 40)]), "webhook_id=")
	if !found || !digits(id, 20) || q.Record.Method != "POST" || q.Record.Header("X-Wc-Webhook-Signature") != "" {
		return signature.Result{}, false
	}
	return signature.Result{Verdict: hook.Unsigned, Type: "ping", Reply: here()}, true
}
