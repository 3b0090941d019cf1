package provider

import (
	"slices"

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
// Event: the event's name, the object's id, its updated_at and the hash of the body make an id, so that only an
// identical body counts as a repeat. meta.webhook_id is not used: it is not certain that it tells the events of a
// webhook apart.
//
// Payments: an order is one payment, and so is each invoice of a subscription. refunded_amount is the sum of all
// refunds.
//
// Traps: there is no timestamp in the signature, so an old request that was captured verifies again.
var lemonsqueezy = Provider{
	ID: "lemonsqueezy", Name: "Lemon Squeezy",
	Aliases: []string{"LemonSqueezy"},
	Grade:   GradeA, Source: "https://docs.lemonsqueezy.com/help/webhooks/signing-requests",
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
		Events:  joins("header:X-Event-Name+body:data.id+body:data.attributes.updated_at+sha256", "sha256"),
		Types:   payload.SelectAll("header:X-Event-Name", "body:meta.event_name"),
		Times:   payload.SelectAll("body:data.attributes.updated_at"),
		Account: payload.Select("body:data.attributes.store_id"),
		Mode:    testIf("body:meta.test_mode"),
	},
	Rules: lemonRules(),
}

// lemonOrder is an order, which is one payment. Its order_number is counted by Lemon Squeezy for each store, so it is a
// reference within the store and no id; the merchant's own order number, if any, is in the custom data of the checkout.
var lemonOrder = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{
		extract.Alias("payment", "body:data.attributes.identifier"),
		extract.Alias("lemonsqueezy-order", "body:data.id"),
	},
	References: slices.Concat(
		orderNumbers("body:meta.custom_data"), payload.SelectAll("body:data.attributes.order_number"),
	),
	CustomerIDs: payload.SelectAll("body:data.attributes.customer_id"),
	Customer:    payload.SelectAll("body:data.attributes.user_email"),
	Amounts:     []extract.AmountSpec{extract.Amount("body:data.attributes.total")},
	Currency:    payload.SelectAll("body:data.attributes.currency"),
}

// lemonInvoice is one payment of a subscription. All payments of a subscription share the custom data of its checkout,
// so they are no references.
var lemonInvoice = func() extract.SubjectSpec {
	t := lemonOrder
	t.Aliases, t.References = []extract.AliasSpec{extract.Alias("invoice", "body:data.id")}, nil
	return t
}()

var (
	// lemonID selects the id of an order or invoice, which is captured once.
	lemonID = payload.SelectAll("body:data.id")

	// lemonRefunded is the sum of all refunds so far.
	lemonRefunded = []extract.AmountSpec{extract.Amount("body:data.attributes.refunded_amount").Total()}

	// lemonNothing reports an order of nothing that counts as paid, such as that of a trial.
	lemonNothing = extract.Choose("body:data.attributes.status+body:data.attributes.total", extract.Outcomes{
		"paid/0": {Kind: hook.NothingDue, Cause: hook.CauseFree}}, extract.Outcome{})

	// lemonWholly reports a refund that gives no sum, or a sum of 0: it is of everything, unless the order is refunded
	// in part and nobody says how much.
	lemonWholly = extract.ByField("body:data.attributes.status", extract.Kinds{"partial_refund": ""}, hook.Refund).
			Unless(extract.Less("const:0", "body:data.attributes.refunded_amount"))
)

// lemonRules: https://docs.lemonsqueezy.com/help/webhooks/event-types
func lemonRules() extract.Rules {
	return extract.Rules{
		{Types: []string{"order_created", "order_refunded"}, Also: true, Subject: &lemonOrder,
			Match: more("body:data.attributes.refunded_amount", hook.Refund), Amounts: lemonRefunded,
			Charged: lemonOrder.Amounts},
		{Types: []string{"order_created"}, Also: true, Subject: &lemonOrder, Match: lemonNothing},
		// what became of the authorization of a payment that was stopped as fraudulent is not reported
		{Types: []string{"order_created"}, Also: true, Subject: &lemonOrder,
			Match: extract.ByField("body:data.attributes.status", extract.Kinds{"fraudulent": hook.Authorized}, "")},
		{Types: []string{"order_created"}, Subject: &lemonOrder, Part: lemonID,
			Match: extract.ByField("body:data.attributes.status",
				extract.Kinds{"pending": hook.Processing, "paid": hook.Captured, "refunded": hook.Captured,
					"partial_refund": hook.Captured, "failed": hook.Failed, "fraudulent": hook.CaptureFailed},
				hook.Info)},
		{Types: []string{"order_refunded"}, Match: lemonWholly, Subject: &lemonOrder},

		{Types: []string{"subscription_payment_success", "subscription_payment_recovered"}, Also: true,
			Match: extract.Choose("body:data.attributes.billing_reason+body:data.attributes.total", extract.Outcomes{
				"renewal/0": {Kind: hook.NothingDue, Cause: hook.CauseFree},
				"updated/0": {Kind: hook.NothingDue, Cause: hook.CauseFree}}, extract.Outcome{}),
			Subject: &lemonInvoice},
		{Types: []string{"subscription_payment_success", "subscription_payment_recovered"},
			Match: lemonRenewal(hook.Captured), Subject: &lemonInvoice, Part: lemonID},
		{Types: []string{"subscription_payment_failed"}, Match: lemonRenewal(hook.Failed), Subject: &lemonInvoice},
		{Types: []string{"subscription_payment_refunded"}, Match: lemonRenewal(hook.Refund), Subject: &lemonInvoice,
			Amounts: lemonRefunded, Charged: lemonInvoice.Amounts},
	}
}

// lemonRenewal reports a kind for all payments of a subscription but the first one, which order_created already
// reports.
func lemonRenewal(k hook.EvidenceKind) extract.Match {
	return extract.ByField("body:data.attributes.billing_reason", extract.Kinds{"initial": ""}, k)
}
