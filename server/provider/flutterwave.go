package provider

import (
	"slices"

	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// flutterwave is Flutterwave, versions 3 and 4 of its API.
//
// Signature: version 3 sends the secret hash itself in the header verif-hash, which proves who sent the request but not
// what is in it. Version 4 sends the base64 HMAC-SHA-256 of the body in flutterwave-signature. The same header may
// carry the secret hash itself instead, which is the third scheme.
//
// Event: version 4 has an id. For version 3 the event's name, the object's id and its status make one.
//
// Traps: because a token protects no content, Flutterwave advises to query the transaction before goods are delivered.
// charge.completed means that the attempt ended; data.status says whether it succeeded.
//
// Source: https://developer.flutterwave.com/docs/webhooks
var flutterwave = Provider{
	ID: "flutterwave", Name: "Flutterwave",
	Steps: []string{
		"In Flutterwave's dashboard open Settings, Webhooks, and enter this address.",
		"Choose a secret hash there and add the same one here. It proves who sent a request, " +
			"but not its content: look the payment up at Flutterwave before you deliver.",
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

// flutterwaveCharge is a payment, identified by Flutterwave's id. The merchant's reference is tx_ref in version 3 and
// reference in version 4.
var flutterwaveCharge = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{extract.Alias("payment", "body:data.id"),
		extract.Alias("flw", "body:data.flw_ref")},
	References: slices.Concat(orderNumbers("body:data.meta"),
		payload.SelectAll("body:data.tx_ref", "body:data.reference")),
	Customer: payload.SelectAll("body:data.customer.email"),
	Amounts:  []extract.AmountSpec{extract.Amount("body:data.amount")},
	Currency: payload.SelectAll("body:data.currency"), Decimal: true,
}

// flutterwaveRefund is the charge of a refund: tx_id in version 3, charge_id in version 4.
var flutterwaveRefund = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{extract.Alias("payment", "body:data.tx_id"),
		extract.Alias("payment", "body:data.charge_id"),
		extract.Alias("flw", "body:data.flw_ref")},
	Amounts:  []extract.AmountSpec{extract.Amount("body:data.amount_refunded"), extract.Amount("body:data.amount")},
	Currency: payload.SelectAll("body:data.currency"), Decimal: true,
}

// flutterwaveRules: https://developer.flutterwave.com/docs/integration-guides/webhooks/
var flutterwaveRules = extract.Rules{
	{Types: []string{"charge.completed"}, Subject: &flutterwaveCharge,
		Match: extract.ByField("body:data.status", extract.Kinds{"successful": hook.Captured,
			"succeeded": hook.Captured, "failed": hook.Failed, "pending": hook.Processing, "cancelled": hook.Canceled,
			"voided": hook.Canceled}, hook.Info)},
	{Types: []string{"charge.failed"}, Match: extract.Always(hook.Failed), Subject: &flutterwaveCharge},
	{Types: []string{"charge.*"}, Match: extract.Always(hook.Info), Subject: &flutterwaveCharge},
	{Types: []string{"refund.completed"}, Subject: &flutterwaveRefund, Part: payload.SelectAll("body:data.id"),
		Match: extract.ByField("body:data.status", extract.Kinds{"failed": hook.RefundFailed}, hook.Refund)},
}
