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
// Payments: each tr_ id is a payment of its own, so a payer's second attempt is another payment of the same
// reference. An order of Mollie's (orderId), a payment link and a sales invoice are orders. Refunds come one by one,
// and as the sum in amountRefunded. A refund, chargeback or dispute names its payment as paymentId.
//
// Traps: a classic delivery says that a payment changed and not how, so it can only report that something happened. Two
// deliveries with the same body are two changes, not a repeat. The event of a paid link does not say which payment paid
// it. If both have one reference, the link's money is taken for that of the payments: they are not added up, so a paid
// link beside its payment does not read as paid twice. See Summary.Uncarried in package hook.
var mollie = Provider{
	ID: "mollie", Name: "Mollie",
	Aliases: []string{"iDEAL"},
	Grade:   GradeB, Source: "https://docs.mollie.com/reference/webhooks-new",
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
		Events:       joins("body:id"),
		Types:        payload.SelectAll("body:type"),
		Times:        payload.SelectAll("body:createdAt"),
		Account:      payload.Select("body:_embedded.entity.profileId"),
		AccountIsNew: true,
		Mode:         liveIf("body:_embedded.entity.mode"),
	},
	Rules: mollieRules(),
}

// mollieAmount returns an amount of the entity that an event carries in _embedded.entity.
func mollieAmount(member string) extract.AmountSpec {
	at := "body:_embedded.entity." + member
	return extract.Amount(at + ".value").In(at + ".currency")
}

// mollieEntity is the payment that an event carries in _embedded.entity. Mollie copies the metadata of a subscription
// to each of its payments, so it identifies none of them.
var mollieEntity = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{extract.Alias("payment", "body:_embedded.entity.id"),
		extract.Alias("payment", "body:entityId")},
	Orders:           []extract.AliasSpec{extract.Alias("mollie-order", "body:_embedded.entity.orderId")},
	References:       orderNumbers("body:_embedded.entity.metadata"),
	CopiedReferences: extract.ByField("?body:_embedded.entity.subscriptionId", extract.Kinds{"yes": hook.Info}, ""),
	CustomerIDs:      payload.SelectAll("body:_embedded.entity.customerId"),
	Customer: payload.SelectAll("body:_embedded.entity.billingEmail",
		"body:_embedded.entity.billingAddress.email"),
	Amounts: []extract.AmountSpec{mollieAmount("amount")}, Decimal: true,
}

// mollieOrder returns the subject of an entity that is an order: a payment link or a sales invoice. prefix is that of
// its id.
func mollieOrder(prefix string) extract.SubjectSpec {
	t := mollieEntity
	t.Aliases = nil
	t.Orders = []extract.AliasSpec{extract.Alias(prefix, "body:_embedded.entity.id"),
		extract.Alias(prefix, "body:entityId")}
	return t
}

var (
	// mollieLink is a payment link, which has its own id and is paid by payments with other ids.
	mollieLink = mollieOrder("payment-link")

	// mollieInvoice is a sales invoice. Its recipient and its total are at other paths than those of a payment.
	mollieInvoice = func() extract.SubjectSpec {
		t := mollieOrder("invoice")
		t.Customer = payload.SelectAll("body:_embedded.entity.recipient.email")
		t.Amounts = []extract.AmountSpec{mollieAmount("totalAmount")}
		return t
	}()

	// mollieByPaymentID is the payment of a refund, a chargeback or a dispute, which name it as paymentId.
	mollieByPaymentID = extract.SubjectSpec{
		Aliases: []extract.AliasSpec{extract.Alias("payment", "body:_embedded.entity.paymentId")},
		Amounts: mollieEntity.Amounts, Decimal: true,
	}

	// mollieClassic is the payment of a classic webhook, whose body has only its id.
	mollieClassic = extract.SubjectSpec{Aliases: []extract.AliasSpec{extract.Alias("payment", "form:id")}}
)

// mollieID selects the id of the entity. It is the part of a refund, and of a payment the part of its only capture.
var mollieID = payload.SelectAll("body:_embedded.entity.id", "body:entityId")

// mollieMethods: https://docs.mollie.com/reference/get-payment. Methods that are paid later, gift cards and meal
// vouchers have no family.
var mollieMethods = methodsBy("body:_embedded.entity.method", map[hook.Method][]string{
	hook.MethodCard: {"creditcard", "bancontact", "pointofsale"},
	hook.MethodBank: {
		"banktransfer",
		"directdebit",
		"ideal",
		"eps",
		"giropay",
		"sofort",
		"kbc",
		"belfius",
		"przelewy24",
		"trustly",
		"paybybank",
		"mybank",
		"blik",
	},
	hook.MethodVoucher: {"multibanco"},
	hook.MethodWallet: {"paypal", "applepay", "googlepay", "satispay", "twint", "mbway", "bancomatpay", "swish",
		"vipps", "mobilepay"},
})

// mollieCaptured are the amounts of a paid payment: what was captured where captures are counted, else all of it.
var mollieCaptured = []extract.AmountSpec{mollieAmount("amountCaptured"), mollieAmount("amount")}

// mollieRules: https://docs.mollie.com/reference/webhooks-new
func mollieRules() extract.Rules {
	return withMarks(extract.Rules{
		{Types: []string{"payment.*"}, Also: true, Subject: &mollieEntity,
			Match:   more("body:_embedded.entity.amountRefunded.value", hook.Refund),
			Amounts: []extract.AmountSpec{mollieAmount("amountRefunded").Total()},
			Charged: mollieCaptured},
		{Types: []string{"payment.*"}, Also: true, Subject: &mollieEntity,
			Match:   more("body:_embedded.entity.amountChargedBack.value", hook.DisputeLost),
			Amounts: []extract.AmountSpec{mollieAmount("amountChargedBack")}},
		// while some of an authorization is captured, the rest of it stands
		{Types: []string{"payment.*"}, Also: true, Subject: &mollieEntity,
			Match: extract.Choose("body:_embedded.entity.status", extract.Outcomes{
				"authorized": {Kind: hook.Captured, Follows: hook.MoreFollow}}, extract.Outcome{}).
				If(extract.Less("const:0", "body:_embedded.entity.amountCaptured.value")),
			Amounts: []extract.AmountSpec{mollieAmount("amountCaptured").Total()}},
		// the first payment of a subscription may only store the payer's card or account
		{Types: []string{"payment.*"}, Also: true, Subject: &mollieEntity,
			Match: extract.Choose("body:_embedded.entity.status+body:_embedded.entity.amount.value", extract.Outcomes{
				"paid/0.00": {Kind: hook.NothingDue, Cause: hook.CauseSetup},
				"paid/0":    {Kind: hook.NothingDue, Cause: hook.CauseSetup}}, extract.Outcome{})},
		{Types: []string{"payment.pending"}, Match: extract.Always(hook.Processing), Subject: &mollieEntity},
		{Types: []string{"payment.authorized"}, Match: extract.Always(hook.Authorized), Subject: &mollieEntity},
		{Types: []string{"payment.paid"}, Subject: &mollieEntity, Part: mollieID, Amounts: mollieCaptured,
			Match: extract.Mark(extract.Outcome{Kind: hook.Captured, Follows: hook.LastOne})},
		{Types: []string{"payment.failed"}, Match: extract.Always(hook.Failed), Subject: &mollieEntity},
		{Types: []string{"payment.canceled"}, Match: extract.Always(hook.Canceled), Subject: &mollieEntity},
		{Types: []string{"payment.expired"}, Match: extract.Always(hook.Expired), Subject: &mollieEntity},
		{Types: []string{"payment.*"}, Also: true, Subject: &mollieEntity, Part: mollieID, Amounts: mollieCaptured,
			Match: extract.Choose("body:_embedded.entity.status", extract.Outcomes{
				"paid": {Kind: hook.Captured, Follows: hook.LastOne}}, extract.Outcome{})},
		{Types: []string{"payment.*"}, Subject: &mollieEntity,
			Match: extract.ByField("body:_embedded.entity.status",
				extract.Kinds{"open": hook.Created, "pending": hook.Processing, "authorized": hook.Authorized,
					"paid": "", "failed": hook.Failed, "canceled": hook.Canceled, "expired": hook.Expired}, hook.Info)},

		{
			Types:   []string{"refund.refunded"},
			Match:   extract.Always(hook.Refund),
			Subject: &mollieByPaymentID,
			Part:    mollieID,
		},
		{Types: []string{"refund.failed", "refund.canceled"}, Match: extract.Always(hook.RefundFailed),
			Subject: &mollieByPaymentID, Part: mollieID},
		{Types: []string{"refund.*"}, Subject: &mollieByPaymentID, Part: mollieID,
			Match: extract.ByField(
				"body:_embedded.entity.status",
				extract.Kinds{
					"queued":     hook.RefundPending,
					"pending":    hook.RefundPending,
					"processing": hook.RefundPending,
					"refunded":   hook.Refund,
					"failed":     hook.RefundFailed,
					"canceled":   hook.RefundFailed,
				},
				hook.Info,
			)},

		{Types: []string{"payment-link.paid"}, Match: extract.Always(hook.Captured), Subject: &mollieLink,
			Due: mollieLink.Amounts},
		{Types: []string{"sales-invoice.created", "sales-invoice.issued"}, Match: extract.Always(hook.Created),
			Subject: &mollieInvoice, Due: mollieInvoice.Amounts},
		{Types: []string{"sales-invoice.paid"}, Match: extract.Always(hook.Captured), Subject: &mollieInvoice,
			Due: mollieInvoice.Amounts},
		{Types: []string{"sales-invoice.canceled"}, Match: extract.Always(hook.Canceled), Subject: &mollieInvoice,
			Due: mollieInvoice.Amounts},

		{Types: []string{"chargeback.*"}, Match: extract.ByField("?body:_embedded.entity.reversedAt",
			extract.Kinds{"yes": hook.DisputeWon}, hook.DisputeLost), Subject: &mollieByPaymentID,
			Amounts: mollieByPaymentID.Amounts},
		{Types: []string{"dispute.created"}, Match: extract.Always(hook.DisputeOpen), Subject: &mollieByPaymentID},
		// The result of a dispute is in its outcome or in its status. If neither has it, the event only reports that
		// the dispute was resolved.
		{Types: []string{"dispute.resolved"}, Subject: &mollieByPaymentID, Also: true,
			Amounts: mollieByPaymentID.Amounts,
			Match: extract.ByField("body:_embedded.entity.outcome",
				extract.Kinds{"won": hook.DisputeWon, "lost": hook.DisputeLost}, "")},
		{Types: []string{"dispute.resolved"}, Subject: &mollieByPaymentID, Amounts: mollieByPaymentID.Amounts,
			Match: extract.ByField("body:_embedded.entity.status",
				extract.Kinds{"won": hook.DisputeWon, "lost": hook.DisputeLost}, hook.Info)},
		{Types: []string{""}, Subject: &mollieClassic,
			Match: extract.Mark(extract.Outcome{Kind: hook.Info, Cause: hook.CauseNoDetails})},
	}, mollieMethods)
}
