package provider

import (
	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// lemonsqueezy is Lemon Squeezy.
//
// Signature: X-Signature is the hex HMAC-SHA-256 of the body. The key is the signing secret that the user chooses, as
// text; Lemon Squeezy limits it to 40 characters.
//
// Event: meta.webhook_id. Older webhooks do not send it; then the event's name, the object's id, its updated_at and the
// hash of the body make an id, so that only an identical body counts as a repeat.
//
// Traps: there is no timestamp in the signature, so an old request that was captured verifies again.
//
// Source: https://docs.lemonsqueezy.com/help/webhooks/signing-requests
var lemonsqueezy = Provider{
	ID: "lemonsqueezy", Name: "Lemon Squeezy",
	Steps: []string{
		"In Lemon Squeezy open Settings, Webhooks, and add this address.",
		"Choose a signing secret of 16 to 40 characters and add the same one here.",
	},
	Secret: SecretWords{Name: "Signing secret", Hint: "the one that you chose, of 16 to 40 characters",
		Not: []Lookalike{{"eyJ", "an API key"}}},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Signature"), Hash: "sha256",
			Message: signature.Message("{body}")}},
		Secrets: signature.SecretRule{Most: 40},
	},
	Identity: Identity{
		Events: joins("body:meta.webhook_id",
			"header:X-Event-Name+body:data.id+body:data.attributes.updated_at+sha256", "sha256"),
		Types:   payload.SelectAll("header:X-Event-Name", "body:meta.event_name"),
		Times:   payload.SelectAll("body:data.attributes.updated_at"),
		Account: payload.Select("body:data.attributes.store_id"),
		Mode:    testIf("body:meta.test_mode"),
	},
	Rules: lemonRules,
}

// lemonOrder is an order, which is one payment. Its order_number is counted by Lemon Squeezy for the store; the
// merchant's own order number, if any, is in the custom data of the checkout.
var lemonOrder = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{
		extract.Alias("payment", "body:data.attributes.identifier"),
		extract.Alias("order-number", "body:data.attributes.order_number"),
		extract.Alias("lemonsqueezy-order", "body:data.id"),
	},
	References: orderNumbers("body:meta.custom_data"), Customer: payload.SelectAll("body:data.attributes.user_email"),
	Amounts:  []extract.AmountSpec{extract.Amount("body:data.attributes.total")},
	Currency: payload.SelectAll("body:data.attributes.currency"),
}

// lemonInvoice is one payment of a subscription. All payments of a subscription share the custom data of its checkout,
// so they are no references.
var lemonInvoice = func() extract.SubjectSpec {
	t := lemonOrder
	t.Aliases, t.References = []extract.AliasSpec{extract.Alias("invoice", "body:data.id")}, nil
	return t
}()

// lemonRefundAmounts are the amounts of a refund: the sum refunded so far, or the whole order if there is no such sum.
var lemonRefundAmounts = []extract.AmountSpec{extract.Amount("body:data.attributes.refunded_amount").Total(),
	extract.Amount("body:data.attributes.total")}

// lemonRenewal reports a kind for all payments of a subscription but the first one, which order_created already
// reports.
func lemonRenewal(k hook.Kind) extract.Match {
	return extract.ByField("body:data.attributes.billing_reason", extract.Kinds{"initial": ""}, k)
}

// lemonRules: https://docs.lemonsqueezy.com/help/webhooks/event-types
var lemonRules = extract.Rules{
	{Types: []string{"order_created"}, Subject: &lemonOrder,
		Match: extract.ByField("body:data.attributes.status",
			extract.Kinds{"pending": hook.Processing, "paid": hook.Captured, "refunded": hook.Captured,
				"partial_refund": hook.Captured, "failed": hook.Failed, "fraudulent": hook.Failed}, hook.Info)},
	{Types: []string{"order_refunded"}, Match: extract.Always(hook.Refund), Subject: &lemonOrder,
		Amounts: lemonRefundAmounts},
	{Types: []string{"subscription_payment_success", "subscription_payment_recovered"},
		Match: lemonRenewal(hook.Captured), Subject: &lemonInvoice},
	{Types: []string{"subscription_payment_failed"}, Match: lemonRenewal(hook.Failed), Subject: &lemonInvoice},
	{Types: []string{"subscription_payment_refunded"}, Match: lemonRenewal(hook.Refund), Subject: &lemonInvoice,
		Amounts: lemonRefundAmounts},
}
