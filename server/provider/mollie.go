package provider

import (
	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// mollie is Mollie: how it signs, and what its deliveries say. Mollie signs the body of its newer
// webhooks with HMAC-SHA-256, with several signatures while a secret is rolled. The classic ones carry
// an id and nothing else: https://docs.mollie.com/reference/webhooks-new
var mollie = Provider{
	ID: "mollie", Name: "Mollie",
	Steps: []string{
		"In Mollie's dashboard open Developers, Webhooks, and add this address.",
		"Copy the signing secret from there and add it here. Classic webhooks, which carry only an id, are " +
			"never signed: leave the secret out for them.",
	},
	Secret: SecretWords{Name: "Signing secret", Hint: "shown when the webhook is made",
		Not: []Lookalike{{"live_", "an API key"}, {"test_", "an API key"}, {"access_", "an access token"}}},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Mollie-Signature"), Format: signature.Prefixed,
			Prefix: "sha256=", Hash: "sha256", Message: signature.Message("{body}")}},
	},
	Identity: Identity{
		Events: joins("body:id"),
		Types:  payload.SelectAll("body:type"),
		Times:  payload.SelectAll("body:createdAt"),
		Mode:   liveIf("body:_embedded.entity.mode"),
	},
	Rules: mollieRules,
}

// mollieEntity is what an event shows of its subject. What the shop wrote to a subscription, Mollie
// copies to each of its payments.
var mollieEntity = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{extract.Alias("payment", "body:_embedded.entity.id"),
		extract.Alias("payment", "body:entityId")},
	References:       orderNumbers("body:_embedded.entity.metadata"),
	CopiedReferences: extract.ByField("?body:_embedded.entity.subscriptionId", extract.Kinds{"yes": hook.Info}, ""),
	Customer: payload.SelectAll("body:_embedded.entity.billingEmail",
		"body:_embedded.entity.billingAddress.email"),
	Amounts: []extract.AmountSpec{extract.Amount("body:_embedded.entity.amount.value").
		In("body:_embedded.entity.amount.currency")}, Decimal: true,
}

// mollieNamed is an entity of another sort.
func mollieNamed(prefix string, names ...extract.AliasSpec) extract.SubjectSpec {
	t := mollieEntity
	t.Aliases = append(names, extract.Alias(prefix, "body:_embedded.entity.id"), extract.Alias(prefix, "body:entityId"))
	return t
}

var (
	mollieLink = mollieNamed("payment-link")

	mollieInvoice = func() extract.SubjectSpec {
		t := mollieNamed("invoice")
		t.Customer = payload.SelectAll("body:_embedded.entity.recipient.email")
		t.Amounts = []extract.AmountSpec{extract.Amount("body:_embedded.entity.totalAmount.value").
			In("body:_embedded.entity.totalAmount.currency")}
		return t
	}()

	// mollieBack is money that went back, or may.
	mollieBack = func() extract.SubjectSpec {
		t := mollieEntity
		t.Aliases, t.References = []extract.AliasSpec{extract.Alias("payment", "body:_embedded.entity.paymentId")}, nil
		return t
	}()

	// mollieClassic is what there is without an entity: an id to ask Mollie about.
	mollieClassic = extract.SubjectSpec{Aliases: []extract.AliasSpec{extract.Alias("payment", "form:id")}}
)

// mollieRules: https://docs.mollie.com/reference/webhooks-new
var mollieRules = extract.Rules{
	{Types: []string{"payment.pending"}, Match: extract.Always(hook.Processing), Subject: &mollieEntity},
	{Types: []string{"payment.authorized"}, Match: extract.Always(hook.Authorized), Subject: &mollieEntity},
	{Types: []string{"payment.paid"}, Match: extract.Always(hook.Captured), Subject: &mollieEntity},
	{Types: []string{"payment.failed"}, Match: extract.Always(hook.Failed), Subject: &mollieEntity},
	{Types: []string{"payment.canceled"}, Match: extract.Always(hook.Canceled), Subject: &mollieEntity},
	{Types: []string{"payment.expired"}, Match: extract.Always(hook.Expired), Subject: &mollieEntity},
	{Types: []string{"payment.*"}, Subject: &mollieEntity,
		Match: extract.ByField("body:_embedded.entity.status",
			extract.Kinds{"open": hook.Created, "pending": hook.Processing, "authorized": hook.Authorized,
				"paid": hook.Captured, "failed": hook.Failed, "canceled": hook.Canceled,
				"expired": hook.Expired}, hook.Info)},
	{Types: []string{"refund.refunded"}, Match: extract.Always(hook.Refund), Subject: &mollieBack,
		Refund: payload.SelectAll("body:_embedded.entity.id")},
	{Types: []string{"refund.failed", "refund.canceled"}, Match: extract.Always(hook.RefundFailed),
		Subject: &mollieBack, Refund: payload.SelectAll("body:_embedded.entity.id")},
	{Types: []string{"refund.*"}, Match: extract.Always(hook.Info), Subject: &mollieBack},
	{Types: []string{"payment-link.paid"}, Match: extract.Always(hook.Captured), Subject: &mollieLink},
	{Types: []string{"sales-invoice.created", "sales-invoice.issued"}, Match: extract.Always(hook.Created),
		Subject: &mollieInvoice},
	{Types: []string{"sales-invoice.paid"}, Match: extract.Always(hook.Captured), Subject: &mollieInvoice},
	{Types: []string{"sales-invoice.canceled"}, Match: extract.Always(hook.Canceled), Subject: &mollieInvoice},
	{Types: []string{"chargeback.*"}, Match: extract.ByField("?body:_embedded.entity.reversedAt",
		extract.Kinds{"yes": hook.DisputeWon}, hook.DisputeLost), Subject: &mollieBack},
	{Types: []string{"dispute.created"}, Match: extract.Always(hook.DisputeOpen), Subject: &mollieBack},
	// How one ended stands in its outcome, or in its status; what neither says is for a person to look up.
	{Types: []string{"dispute.resolved"}, Subject: &mollieBack, Also: true,
		Match: extract.ByField("body:_embedded.entity.outcome",
			extract.Kinds{"won": hook.DisputeWon, "lost": hook.DisputeLost}, "")},
	{Types: []string{"dispute.resolved"}, Subject: &mollieBack,
		Match: extract.ByField("body:_embedded.entity.status",
			extract.Kinds{"won": hook.DisputeWon, "lost": hook.DisputeLost}, hook.Info)},
	{Types: []string{""}, Match: extract.Always(hook.Info), Subject: &mollieClassic},
}
