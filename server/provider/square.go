package provider

import (
	"slices"

	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// square is Square.
//
// Signature: X-Square-Hmacsha256-Signature is the base64 HMAC-SHA-256 of the notification URL followed by the body. The
// key is the signature key of the webhook subscription, used as text.
//
// Event: the member event_id; a retry keeps it. created_at is RFC 3339. The header Square-Environment tells sandbox
// from production.
//
// Payments: each payment is one of possibly several of an order, because a bill can be split. An invoice belongs to an
// order as well and says what is due, without tips: those are known from the payments. Refunds come one by one, and as
// the sum in the payment's refunded_money. A payment that failed has no approval left, and none that was completed can
// fail but for being returned.
//
// Traps: the signed URL is the one registered at Square, byte for byte. Behind a proxy or with another host name it
// must be set as signed_url. The order is not guaranteed. Within the
// same time the version of a payment decides. Nothing says what an order without an invoice amounts to.
var square = Provider{
	ID: "square", Name: "Square",
	Aliases: []string{"Block", "Cash App"},
	Grade:   GradeA, Source: "https://developer.squareup.com/docs/webhooks/step3validate",
	Steps: []string{
		"In Square's developer console open your application, Webhooks, and add a subscription with this address.",
		"Copy the subscription's signature key and add it here.",
		"If you registered another address at Square, set signed_url to it: it is part of the signature.",
	},
	Secret: SecretWords{Name: "Signature key", Hint: "of the webhook subscription",
		Not: []Lookalike{{"EAAA", "an access token"}, {"sq0atp-", "an access token"},
			{"sq0csp-", "an application secret"}, {"sq0idp-", "an application id"}}},
	Ranges: []Range{
		{Name: "Square", Source: "https://developer.squareup.com/docs/webhooks/overview"},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Square-Hmacsha256-Signature"), Hash: "sha256",
			Encoding: signature.Base64, Message: signature.Message("{url}{body}")}},
	},
	Identity: Identity{
		Events:  joins("body:event_id"),
		Types:   payload.SelectAll("body:type"),
		Times:   payload.SelectAll("body:created_at"),
		Account: payload.Select("body:merchant_id"),
		Mode:    liveIf("header:Square-Environment"),
	},
	Rules: squareRules(),
}

// squareMoney returns an amount of an object of a type, which an event carries in data.object.
func squareMoney(typ, member string) extract.AmountSpec {
	at := "body:data.object." + typ + "." + member
	return extract.Amount(at + ".amount").In(at + ".currency")
}

// squarePayment is one payment of an order, of which there may be several. Its total includes a tip.
var squarePayment = extract.SubjectSpec{
	Aliases:     []extract.AliasSpec{extract.Alias("payment", "body:data.object.payment.id")},
	Orders:      []extract.AliasSpec{extract.Alias("square-order", "body:data.object.payment.order_id")},
	References:  payload.SelectAll("body:data.object.payment.reference_id"),
	CustomerIDs: payload.SelectAll("body:data.object.payment.customer_id"),
	Customer:    payload.SelectAll("body:data.object.payment.buyer_email_address"),
	Version:     payload.Select("body:data.object.payment.version"),
	Amounts:     []extract.AmountSpec{squareMoney("payment", "total_money"), squareMoney("payment", "amount_money")},
}

// squareRefund is the payment that a refund belongs to. The refund's order_id is not read: Square may have made that
// order for the return.
var squareRefund = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{extract.Alias("payment", "body:data.object.refund.payment_id")},
	Amounts: []extract.AmountSpec{squareMoney("refund", "amount_money")},
}

// squareDispute is the disputed payment. The amount of the dispute may be a part of the payment's.
var squareDispute = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{extract.Alias("payment", "body:data.object.dispute.disputed_payment.payment_id")},
	Version: payload.Select("body:data.object.dispute.version"),
}

// squareInvoice is an invoice. Its payments have the same order.
var squareInvoice = extract.SubjectSpec{
	Orders: []extract.AliasSpec{
		extract.Alias("invoice", "body:data.object.invoice.id"),
		extract.Alias("square-order", "body:data.object.invoice.order_id"),
	},
	CustomerIDs: payload.SelectAll("body:data.object.invoice.primary_recipient.customer_id"),
	Customer:    payload.SelectAll("body:data.object.invoice.primary_recipient.email_address"),
	Version:     payload.Select("body:data.object.invoice.version"),
}

// squareRequested returns the sum of an amount over the payment requests of an invoice.
func squareRequested(member string) extract.AmountSpec {
	requests := "data.object.invoice.payment_requests."
	return extract.SumOf(requests + "*." + member + ".amount").In("body:" + requests + "0." + member + ".currency")
}

var (
	// squareDue is what an invoice asks for, and squarePaid what was paid of it so far.
	squareDue = []extract.AmountSpec{squareRequested("computed_amount_money"),
		squareRequested("fixed_amount_requested_money")}
	squarePaid = []extract.AmountSpec{squareRequested("total_completed_amount_money")}

	// squarePaidAll is what was paid of an invoice that was paid in full, which is then what was due: a sum paid in
	// cash may have been rounded.
	squarePaidAll = slices.Concat(squarePaid, squareDue)

	// squareGivenBack is what was paid of an invoice that was refunded: all that it asks for, if what was paid is no
	// longer counted.
	squareGivenBack = slices.Concat([]extract.AmountSpec{squarePaid[0].If(squareStillCounted)}, squareDue)

	squareTip = []extract.AmountSpec{squareMoney("payment", "tip_money")}

	squareStillCounted = extract.Less("const:0",
		"body:data.object.invoice.payment_requests.0.total_completed_amount_money.amount")

	squareInvoicePaid     = extract.Is("body:data.object.invoice.status", "PAID")
	squareInvoiceReturned = extract.Is("body:data.object.invoice.status", "REFUNDED")
)

// squareMethods: https://developer.squareup.com/reference/square/objects/Payment
var squareMethods = methodsBy("body:data.object.payment.source_type", map[hook.Method][]string{
	hook.MethodCard: {"CARD"}, hook.MethodBank: {"BANK_ACCOUNT"}, hook.MethodWallet: {"WALLET", "SQUARE_ACCOUNT"},
})

// squareRules: https://developer.squareup.com/docs/webhooks/v2-events-tech-ref. A payment keeps the status COMPLETED
// when it is refunded and only refunded_money grows, so an update of a payment may report both.
func squareRules() extract.Rules {
	return withMarks(extract.Rules{
		{Types: []string{"payment.created", "payment.updated"}, Subject: &squarePayment, Also: true,
			Match: extract.Choose("body:data.object.payment.status+body:data.object.payment.total_money.amount",
				extract.Outcomes{"COMPLETED/0": {Kind: hook.NothingDue, Cause: hook.CauseFree}}, extract.Outcome{})},
		{Types: []string{"payment.created", "payment.updated"}, Subject: &squarePayment, Also: true,
			Part: payload.SelectAll("body:data.object.payment.id"), Extra: squareTip,
			Match: extract.ByField("body:data.object.payment.status",
				extract.Kinds{"APPROVED": hook.Authorized, "PENDING": hook.Processing, "COMPLETED": hook.Captured,
					"CANCELED": hook.Canceled, "FAILED": hook.Failed}, "")},
		{Types: []string{"payment.created", "payment.updated"}, Subject: &squarePayment, Also: true,
			Part:  payload.SelectAll("body:data.object.payment.id"),
			Match: extract.ByField("body:data.object.payment.status", extract.Kinds{"FAILED": hook.CaptureFailed}, "")},
		{Types: []string{"payment.created", "payment.updated"}, Subject: &squarePayment,
			Match:   more("body:data.object.payment.refunded_money.amount", hook.Refund),
			Amounts: []extract.AmountSpec{squareMoney("payment", "refunded_money").Total()},
			Charged: squarePayment.Amounts},
		{Types: []string{"refund.created", "refund.updated"}, Subject: &squareRefund,
			Part: payload.SelectAll("body:data.object.refund.id"),
			Match: extract.ByField("body:data.object.refund.status",
				extract.Kinds{"PENDING": hook.RefundPending, "COMPLETED": hook.Refund, "FAILED": hook.RefundFailed,
					"REJECTED": hook.RefundFailed}, hook.Info)},
		{Types: []string{"dispute.created", "dispute.state.*"}, Subject: &squareDispute,
			Amounts: []extract.AmountSpec{squareMoney("dispute", "amount_money")},
			Match: extract.ByField("body:data.object.dispute.state",
				extract.Kinds{"WON": hook.DisputeWon, "INQUIRY_CLOSED": hook.DisputeWon, "LOST": hook.DisputeLost,
					"ACCEPTED": hook.DisputeLost}, hook.DisputeOpen)},

		{Types: []string{"invoice.published"}, Match: extract.Always(hook.Created), Subject: &squareInvoice,
			Due: squareDue, Declared: squarePaid},
		{Types: []string{"invoice.payment_made"}, Subject: &squareInvoice, Also: true, Due: squareDue,
			Declared: squarePaid, Match: extract.ByField("body:data.object.invoice.status",
				extract.Kinds{"PARTIALLY_PAID": hook.Info, "UNPAID": hook.Info,
					"PAYMENT_PENDING": hook.Processing}, "")},
		{Types: []string{"invoice.payment_made"}, Subject: &squareInvoice, Due: squarePaidAll, Declared: squarePaidAll,
			Match: extract.ByField("body:data.object.invoice.status",
				extract.Kinds{"PARTIALLY_PAID": "", "UNPAID": "", "PAYMENT_PENDING": ""}, hook.Captured)},
		{Types: []string{"invoice.canceled"}, Match: extract.Always(hook.Canceled), Subject: &squareInvoice,
			Due: squareDue, Declared: squarePaid},
		{Types: []string{"invoice.scheduled_charge_failed"}, Match: extract.Always(hook.Failed),
			Subject: &squareInvoice,
			Due:     squareDue, Declared: squarePaid},
		{Types: []string{"invoice.created", "invoice.updated", "invoice.refunded"}, Subject: &squareInvoice, Also: true,
			Match: extract.Always(hook.Info).If(squareInvoiceReturned), Due: squareDue, Declared: squareGivenBack,
			Returned: squareGivenBack},
		{Types: []string{"invoice.created", "invoice.updated", "invoice.refunded"}, Subject: &squareInvoice, Also: true,
			Match: extract.Always(hook.Info).If(squareInvoicePaid), Due: squarePaidAll, Declared: squarePaidAll},
		{Types: []string{"invoice.created", "invoice.updated", "invoice.refunded"}, Subject: &squareInvoice,
			Match: extract.Always(hook.Info).Unless(squareInvoicePaid).Unless(squareInvoiceReturned),
			Due:   squareDue, Declared: squarePaid},
	}, squareMethods)
}
