package provider

import (
	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// coinbaseCommerce is Coinbase Commerce.
//
// Signature: X-CC-Webhook-Signature is the hex HMAC-SHA-256 of the body. The key is the shared secret of the account,
// as text; there is one for all webhooks.
//
// Event: event.id. The id at the top of the body belongs to the delivery; attempt_number counts the attempts.
//
// Traps: event types contain a colon (charge:confirmed). A payment that arrives too late is charge:delayed until a
// person settles it, which is charge:resolved.
//
// Source: https://docs.cdp.coinbase.com/commerce/docs/webhooks
var coinbaseCommerce = Provider{
	ID: "coinbase-commerce", Name: "Coinbase Commerce",
	Steps: []string{
		"In Coinbase Commerce open Settings, Notifications, and add this address.",
		"Reveal the shared secret there and add it here.",
	},
	Secret: SecretWords{Name: "Shared secret", Hint: "from Settings, Notifications"},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Cc-Webhook-Signature"), Hash: "sha256",
			Message: signature.Message("{body}")}},
	},
	Identity: Identity{
		Events: joins("body:event.id"),
		Types:  payload.SelectAll("body:event.type"),
		Times:  payload.SelectAll("body:event.created_at"),
	},
	Rules: coinbaseRules,
}

// coinbaseCharge is a charge, identified by the code in its hosted page's URL. The oldest events have no other id.
var coinbaseCharge = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{extract.Alias("payment", "body:event.data.code"),
		extract.Alias("charge", "body:event.data.id")},
	References: orderNumbers("body:event.data.metadata"), Customer: payload.SelectAll("body:event.data.metadata.email"),
	Amounts:  []extract.AmountSpec{extract.Amount("body:event.data.pricing.local.amount")},
	Currency: payload.SelectAll("body:event.data.pricing.local.currency"), Decimal: true,
	URLs: payload.SelectAll("body:event.data.hosted_url"),
}

// coinbaseRules: https://docs.cdp.coinbase.com/commerce/docs/webhooks. charge:failed also stands for charges that
// expired or were canceled; the timeline says which.
var coinbaseRules = extract.Rules{
	{Types: []string{"charge:created"}, Match: extract.Always(hook.Created), Subject: &coinbaseCharge},
	{Types: []string{"charge:pending", "charge:delayed"}, Match: extract.Always(hook.Processing),
		Subject: &coinbaseCharge}, // delayed: paid too late; a person must resolve it
	{Types: []string{"charge:confirmed", "charge:resolved"}, Match: extract.Always(hook.Captured),
		Subject: &coinbaseCharge},
	{Types: []string{"charge:failed"}, Subject: &coinbaseCharge,
		Match: extract.ByField("?body:event.data.timeline.#status=EXPIRED+?body:event.data.timeline.#status=CANCELED",
			extract.Kinds{"yes/": hook.Expired, "/yes": hook.Canceled, "yes/yes": hook.Canceled}, hook.Failed)},
}
