package provider

import (
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
// Traps: the signed URL is the one registered at Square, byte for byte. Behind a proxy or with another host name it
// must be set as signed_url. The order is not guaranteed.
//
// Source: https://developer.squareup.com/docs/webhooks/step3validate
var square = Provider{
	ID: "square", Name: "Square",
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
	Rules: squareRules,
}

// squarePayment is one attempt to pay an order. The order is an alias, so several attempts are one subject.
var squarePayment = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{
		extract.Alias("payment", "body:data.object.payment.id"),
		extract.Alias("square-order", "body:data.object.payment.order_id"),
	},
	References: payload.SelectAll("body:data.object.payment.reference_id"),
	Customer:   payload.SelectAll("body:data.object.payment.buyer_email_address"),
	Amounts: []extract.AmountSpec{
		extract.Amount("body:data.object.payment.total_money.amount").
			In("body:data.object.payment.total_money.currency"),
		extract.Amount("body:data.object.payment.amount_money.amount").
			In("body:data.object.payment.amount_money.currency"),
	},
}

// squareRefund is the payment that a refund belongs to. The refund's order_id is no alias: Square may have made that
// order for the return.
var squareRefund = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{extract.Alias("payment", "body:data.object.refund.payment_id")},
	Amounts: []extract.AmountSpec{
		extract.Amount("body:data.object.refund.amount_money.amount").
			In("body:data.object.refund.amount_money.currency"),
	},
}

// squareDispute is the disputed payment. The amount of the dispute is not read: it may differ from the payment's.
var squareDispute = extract.SubjectSpec{Aliases: []extract.AliasSpec{extract.Alias("payment",
	"body:data.object.dispute.disputed_payment.payment_id")}}

// squareInvoice is an invoice. Its order is the alias that it shares with the payments of the invoice.
var squareInvoice = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{
		extract.Alias("invoice", "body:data.object.invoice.id"),
		extract.Alias("square-order", "body:data.object.invoice.order_id"),
	},
	Customer: payload.SelectAll("body:data.object.invoice.primary_recipient.email_address"),
}

// squareRules: https://developer.squareup.com/docs/webhooks/v2-events-tech-ref. A payment keeps the status COMPLETED
// when it is refunded and only refunded_money grows, so an update of a payment may report both.
var squareRules = extract.Rules{
	{Types: []string{"payment.created", "payment.updated"}, Subject: &squarePayment, Also: true,
		Match: extract.ByField("body:data.object.payment.status",
			extract.Kinds{"APPROVED": hook.Authorized, "PENDING": hook.Processing, "COMPLETED": hook.Captured,
				"CANCELED": hook.Canceled, "FAILED": hook.Failed}, "")},
	{Types: []string{"payment.created", "payment.updated"}, Subject: &squarePayment,
		Match: extract.ByField("?body:data.object.payment.refunded_money.amount",
			extract.Kinds{"yes": hook.Refund}, ""),
		Amounts: []extract.AmountSpec{extract.Amount("body:data.object.payment.refunded_money.amount").
			In("body:data.object.payment.refunded_money.currency").Total()}},
	{Types: []string{"refund.created", "refund.updated"}, Subject: &squareRefund,
		Part: payload.SelectAll("body:data.object.refund.id"),
		Match: extract.ByField("body:data.object.refund.status",
			extract.Kinds{"COMPLETED": hook.Refund, "FAILED": hook.RefundFailed, "REJECTED": hook.RefundFailed},
			hook.Info)},
	{Types: []string{"dispute.created", "dispute.state.*"}, Subject: &squareDispute,
		Match: extract.ByField("body:data.object.dispute.state",
			extract.Kinds{"WON": hook.DisputeWon, "INQUIRY_CLOSED": hook.DisputeWon, "LOST": hook.DisputeLost,
				"ACCEPTED": hook.DisputeLost}, hook.DisputeOpen)},
	{Types: []string{"invoice.published"}, Match: extract.Always(hook.Created), Subject: &squareInvoice},
	{Types: []string{"invoice.payment_made"}, Subject: &squareInvoice,
		Match: extract.ByField("body:data.object.invoice.status",
			extract.Kinds{"PARTIALLY_PAID": hook.Processing, "PAYMENT_PENDING": hook.Processing}, hook.Captured)},
	{Types: []string{"invoice.canceled"}, Match: extract.Always(hook.Canceled), Subject: &squareInvoice},
	{Types: []string{"invoice.scheduled_charge_failed"}, Match: extract.Always(hook.Failed), Subject: &squareInvoice},
	{Types: []string{"invoice.created", "invoice.updated", "invoice.refunded"}, Match: extract.Always(hook.Info),
		Subject: &squareInvoice},
}
