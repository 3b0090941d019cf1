package provider

import (
	"slices"

	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// flutterwave is Flutterwave: how it signs, and what its deliveries say. Flutterwave sends the secret
// itself; newer versions sign the body with HMAC-SHA-256 in a header that older ones use for the
// secret: https://developer.flutterwave.com/docs/webhooks
var flutterwave = Provider{
	ID: "flutterwave", Name: "Flutterwave",
	Steps: []string{
		"In Flutterwave's dashboard open Settings, Webhooks, and enter this address.",
		"Choose a secret hash there and add the same one here. It proves who sends, not what: ask " +
			"Flutterwave for the payment before you deliver.",
	},
	Secret: SecretWords{Name: "Secret hash", Hint: "the one that you chose under Webhooks",
		Not: []Lookalike{{"FLWSECK", "an API secret key"}, {"FLWPUBK", "a public key"}}},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{
			{At: payload.Select("header:Flutterwave-Signature"), Hash: "sha256", Encoding: signature.Base64,
				Message: signature.Message("{body}")},
			{Kind: signature.Token, At: payload.Select("header:Verif-Hash")},
			{Kind: signature.Token, At: payload.Select("header:Flutterwave-Signature")},
		},
	},
	Identity: Identity{
		Events: joins("body:id", "body:event+body:data.id+body:data.status", "body:type+body:data.id+body:data.status"),
		Types:  payload.SelectAll("body:event", "body:type"),
		Times:  payload.SelectAll("body:data.created_at", "body:data.created_datetime", "body:timestamp"),
	},
	Rules: flutterwaveRules,
}

// flutterwaveCharge is known by Flutterwave's number; the shop's own reference has another name in each
// version.
var flutterwaveCharge = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{extract.Alias("payment", "body:data.id"),
		extract.Alias("flw", "body:data.flw_ref")},
	References: slices.Concat(orderNumbers("body:data.meta"),
		payload.SelectAll("body:data.tx_ref", "body:data.reference")),
	Customer: payload.SelectAll("body:data.customer.email"),
	Amounts:  []extract.AmountSpec{extract.Amount("body:data.amount")},
	Currency: payload.SelectAll("body:data.currency"), Decimal: true,
}

// flutterwaveRefund is about a charge: by its number in version 3, by its id in version 4.
var flutterwaveRefund = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{extract.Alias("payment", "body:data.tx_id"),
		extract.Alias("payment", "body:data.charge_id"),
		extract.Alias("flw", "body:data.flw_ref")},
	Amounts:  []extract.AmountSpec{extract.Amount("body:data.amount_refunded"), extract.Amount("body:data.amount")},
	Currency: payload.SelectAll("body:data.currency"), Decimal: true,
}

// flutterwaveRules: https://developer.flutterwave.com/docs/integration-guides/webhooks/. A charge that
// is completed may have failed: completed is the attempt.
var flutterwaveRules = extract.Rules{
	{Types: []string{"charge.completed"}, Subject: &flutterwaveCharge,
		Match: extract.ByField("body:data.status", extract.Kinds{"successful": hook.Captured,
			"succeeded": hook.Captured, "failed": hook.Failed, "pending": hook.Processing, "cancelled": hook.Canceled,
			"voided": hook.Canceled}, hook.Info)},
	{Types: []string{"charge.failed"}, Match: extract.Always(hook.Failed), Subject: &flutterwaveCharge},
	{Types: []string{"charge.*"}, Match: extract.Always(hook.Info), Subject: &flutterwaveCharge},
	{Types: []string{"refund.completed"}, Subject: &flutterwaveRefund, Refund: payload.SelectAll("body:data.id"),
		Match: extract.ByField("body:data.status", extract.Kinds{"failed": hook.RefundFailed}, hook.Refund)},
}
