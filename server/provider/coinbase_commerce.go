package provider

import (
	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// coinbaseCommerce is Coinbase Commerce: how it signs, and what its deliveries say. Coinbase Commerce
// signs the body with HMAC-SHA-256: https://docs.cdp.coinbase.com/commerce/docs/webhooks
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

// coinbaseCharge is known by the code that its payer sees; the oldest events have no other.
var coinbaseCharge = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{extract.Alias("payment", "body:event.data.code"),
		extract.Alias("charge", "body:event.data.id")},
	References: orderNumbers("body:event.data.metadata"), Customer: payload.SelectAll("body:event.data.metadata.email"),
	Amounts:  []extract.AmountSpec{extract.Amount("body:event.data.pricing.local.amount")},
	Currency: payload.SelectAll("body:event.data.pricing.local.currency"), Decimal: true,
	URLs: payload.SelectAll("body:event.data.hosted_url"),
}

// coinbaseRules: https://docs.cdp.coinbase.com/commerce/docs/webhooks
var coinbaseRules = extract.Rules{
	{Types: []string{"charge:created"}, Match: extract.Always(hook.Created), Subject: &coinbaseCharge},
	{Types: []string{"charge:pending", "charge:delayed"}, Match: extract.Always(hook.Processing),
		Subject: &coinbaseCharge}, // delayed: paid too late, for a person to settle
	{Types: []string{"charge:confirmed", "charge:resolved"}, Match: extract.Always(hook.Captured),
		Subject: &coinbaseCharge},
	{Types: []string{"charge:failed"}, Subject: &coinbaseCharge,
		Match: extract.ByField("?body:event.data.timeline.#status=EXPIRED+?body:event.data.timeline.#status=CANCELED",
			extract.Kinds{"yes/": hook.Expired, "/yes": hook.Canceled, "yes/yes": hook.Canceled}, hook.Failed)},
}
