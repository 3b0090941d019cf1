package provider

import (
	"slices"

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
var coinbaseCommerce = Provider{
	ID: "coinbase-commerce", Name: "Coinbase Commerce",
	Aliases: []string{"crypto"},
	Grade:   GradeA, Source: "https://docs.cdp.coinbase.com/commerce/docs/webhooks",
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
	Rules: coinbaseRules(),
}

// coinbaseCharge is a charge: one payment, identified by the code in its hosted page's URL. The oldest events have no
// other id.
var coinbaseCharge = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{extract.Alias("payment", "body:event.data.code"),
		extract.Alias("charge", "body:event.data.id")},
	References: orderNumbers(
		"body:event.data.metadata",
	), Customer: payload.SelectAll("body:event.data.metadata.email"),
	CustomerIDs: payload.SelectAll("body:event.data.metadata.customer_id"),
	Amounts:     []extract.AmountSpec{extract.Amount("body:event.data.pricing.local.amount")},
	Currency:    payload.SelectAll("body:event.data.pricing.local.currency"), Decimal: true,
	URLs: payload.SelectAll("body:event.data.hosted_url"),
}

// What the timeline of a charge says beside the type of the event, and the id of the one capture that a charge has.
var (
	coinbaseSeen       = extract.Is("?body:event.data.timeline.#status=PENDING", "yes")
	coinbaseUnresolved = extract.Is("?body:event.data.timeline.#status=UNRESOLVED", "yes")
	coinbaseContext    = append(slices.Clip(inCoins),
		extract.Choose("body:event.data.timeline.#status=UNRESOLVED.context", extract.Outcomes{
			"UNDERPAID": {Review: hook.ReviewUnderpaid}, "OVERPAID": {Review: hook.ReviewOverpaid},
		}, extract.Outcome{}))
	coinbaseSettled = append(slices.Clip(coinbaseContext),
		extract.Choose("body:event.data.timeline.#status=UNRESOLVED.context",
			extract.Outcomes{"DELAYED": {Late: true}}, extract.Outcome{}))
	coinbaseCapture = payload.SelectAll("const:charge")

	// coinbaseReceived is what came, at the rate of the time. It is read only if a person accepted coins that were too
	// few or too many, since the price says nothing about them then. The sum of an exact payment may differ from the
	// price by a rounding error.
	coinbaseReceived = []extract.AmountSpec{
		extract.SumOf("event.data.payments.*.value.local.amount").Where("status", "CONFIRMED").
			If(extract.Is("body:event.data.timeline.#status=UNRESOLVED.context", "UNDERPAID", "OVERPAID", "MULTIPLE")),
		extract.Amount("body:event.data.pricing.local.amount"),
	}
)

// coinbaseRules: https://docs.cdp.coinbase.com/commerce/docs/webhooks. charge:failed also stands for charges that
// expired or were canceled, and for coins that were too few, too many or too late: the timeline says which. Such coins
// came, and a person decides what becomes of them.
func coinbaseRules() extract.Rules {
	return extract.Rules{
		{
			Types:   []string{"charge:created"},
			Match:   extract.Always(hook.Created),
			Subject: &coinbaseCharge,
			Marks:   inCoins,
		},
		{
			Types:   []string{"charge:pending"},
			Match:   extract.Always(hook.CoinsSeen),
			Subject: &coinbaseCharge,
			Marks:   inCoins,
		},
		{Types: []string{"charge:delayed"}, Match: extract.Always(hook.CoinsUnsettled), Subject: &coinbaseCharge,
			Marks: coinbaseContext},
		{Types: []string{"charge:confirmed", "charge:resolved"}, Match: extract.Always(hook.Captured),
			Subject: &coinbaseCharge, Part: coinbaseCapture, Amounts: coinbaseReceived, Marks: coinbaseSettled},
		{Types: []string{"charge:failed"}, Match: extract.Always(hook.CoinsUnsettled).If(coinbaseUnresolved),
			Subject: &coinbaseCharge, Also: true, Marks: coinbaseContext},
		{
			Types:   []string{"charge:failed"},
			Match:   extract.Always(hook.CoinsSeen).If(coinbaseSeen).Unless(coinbaseUnresolved),
			Subject: &coinbaseCharge,
			Also:    true,
			Marks:   inCoins,
		},
		{Types: []string{"charge:failed"}, Subject: &coinbaseCharge, Marks: inCoins,
			Match: extract.ByField("?body:event.data.timeline.#status=EXPIRED+"+
				"?body:event.data.timeline.#status=CANCELED",
				extract.Kinds{"yes/": hook.Expired, "/yes": hook.Canceled, "yes/yes": hook.Canceled}, hook.Failed).
				Unless(coinbaseUnresolved)},
	}
}
