package provider

import (
	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// mollie is Mollie, with both generations of its webhooks.
//
// Signature: next-generation webhooks have X-Mollie-Signature, "sha256=" and the hex HMAC-SHA-256 of the body. For 24
// hours after a secret was rotated there are two such headers. Classic webhooks are never signed.
//
// Event: the member id of the event. A classic webhook has no event id: its body is only id=tr_…, and the receiver is
// expected to fetch the payment with its API key.
//
// Traps: a classic delivery says that a payment changed and not how, so it can only report that something happened. Two
// deliveries with the same body are two changes, not a repeat.
//
// Source: https://docs.mollie.com/reference/webhooks-new
var mollie = Provider{
	ID: "mollie", Name: "Mollie",
	Steps: []string{
		"In Mollie's dashboard open Developers, Webhooks, and add this address.",
		"Copy the signing secret from there and add it here. Classic webhooks contain only an id and are " +
			"never signed: add no secret for them.",
	},
	Secret: SecretWords{Name: "Signing secret", Hint: "shown when the webhook is created",
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

// mollieEntity is the payment that an event carries in _embedded.entity. Mollie copies the metadata of a subscription
// to each of its payments, so it identifies none of them.
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

// mollieWithPrefix returns the subject of an entity that is no payment, with a prefix for its id and further aliases.
func mollieWithPrefix(prefix string, aliases ...extract.AliasSpec) extract.SubjectSpec {
	t := mollieEntity
	t.Aliases = append(aliases,
		extract.Alias(prefix, "body:_embedded.entity.id"), extract.Alias(prefix, "body:entityId"))
	return t
}

var (
	// mollieLink is a payment link, which has its own id and is paid by a payment with another one.
	mollieLink = mollieWithPrefix("payment-link")

	// mollieInvoice is a sales invoice. Its recipient and its total are at other paths than those of a payment.
	mollieInvoice = func() extract.SubjectSpec {
		t := mollieWithPrefix("invoice")
		t.Customer = payload.SelectAll("body:_embedded.entity.recipient.email")
		t.Amounts = []extract.AmountSpec{extract.Amount("body:_embedded.entity.totalAmount.value").
			In("body:_embedded.entity.totalAmount.currency")}
		return t
	}()

	// mollieByPaymentID is the payment of a refund, a chargeback or a dispute, which name it as paymentId.
	mollieByPaymentID = func() extract.SubjectSpec {
		t := mollieEntity
		t.Aliases, t.References = []extract.AliasSpec{extract.Alias("payment", "body:_embedded.entity.paymentId")}, nil
		return t
	}()

	// mollieClassic is the payment of a classic webhook, whose body has only its id.
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
	{Types: []string{"refund.refunded"}, Match: extract.Always(hook.Refund), Subject: &mollieByPaymentID,
		Part: payload.SelectAll("body:_embedded.entity.id")},
	{Types: []string{"refund.failed", "refund.canceled"}, Match: extract.Always(hook.RefundFailed),
		Subject: &mollieByPaymentID, Part: payload.SelectAll("body:_embedded.entity.id")},
	{Types: []string{"refund.*"}, Match: extract.Always(hook.Info), Subject: &mollieByPaymentID},
	{Types: []string{"payment-link.paid"}, Match: extract.Always(hook.Captured), Subject: &mollieLink},
	{Types: []string{"sales-invoice.created", "sales-invoice.issued"}, Match: extract.Always(hook.Created),
		Subject: &mollieInvoice},
	{Types: []string{"sales-invoice.paid"}, Match: extract.Always(hook.Captured), Subject: &mollieInvoice},
	{Types: []string{"sales-invoice.canceled"}, Match: extract.Always(hook.Canceled), Subject: &mollieInvoice},
	{Types: []string{"chargeback.*"}, Match: extract.ByField("?body:_embedded.entity.reversedAt",
		extract.Kinds{"yes": hook.DisputeWon}, hook.DisputeLost), Subject: &mollieByPaymentID},
	{Types: []string{"dispute.created"}, Match: extract.Always(hook.DisputeOpen), Subject: &mollieByPaymentID},
	// The result of a dispute is in its outcome or in its status. If neither has it, the event only reports that the
	// dispute was resolved.
	{Types: []string{"dispute.resolved"}, Subject: &mollieByPaymentID, Also: true,
		Match: extract.ByField("body:_embedded.entity.outcome",
			extract.Kinds{"won": hook.DisputeWon, "lost": hook.DisputeLost}, "")},
	{Types: []string{"dispute.resolved"}, Subject: &mollieByPaymentID,
		Match: extract.ByField("body:_embedded.entity.status",
			extract.Kinds{"won": hook.DisputeWon, "lost": hook.DisputeLost}, hook.Info)},
	{Types: []string{""}, Match: extract.Always(hook.Info), Subject: &mollieClassic},
}
