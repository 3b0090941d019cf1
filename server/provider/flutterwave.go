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
// Event: version 4 has an id. For version 3 the event's name, the object's id and its status make one. In an older form
// of version 3 the transaction is the body itself, without event and data; its id and its status make one.
//
// Payments: a transaction is a payment. A refund has an id and names the transaction as TransactionId or tx_id, in
// version 4 as charge_id. Version 3 does not say in which currency it is. Authorizations are not reported.
//
// Traps: because a token protects no content, Flutterwave advises to query the transaction before goods are delivered.
// charge.completed means that the attempt ended; data.status says whether it succeeded.
var flutterwave = Provider{
	ID: "flutterwave", Name: "Flutterwave",
	Aliases: []string{"Rave"},
	Grade:   GradeB, Source: "https://developer.flutterwave.com/docs/webhooks",
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
		Events: joins("body:id+body:txRef+body:status", "body:id", "body:event+body:data.id+body:data.status",
			"body:type+body:data.id+body:data.status"),
		Types: payload.SelectAll("body:event", "body:type", `body:event\.type`),
		Times: payload.SelectAll("body:data.created_at", "body:data.created_datetime", "body:data.createdAt",
			"body:timestamp", "body:createdAt"),
	},
	Rules: flutterwaveRules(),
}

// flutterwaveCharge is a payment, identified by Flutterwave's id. The merchant's reference is tx_ref in version 3 and
// reference in version 4.
var flutterwaveCharge = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{extract.Alias("payment", "body:data.id"),
		extract.Alias("flw", "body:data.flw_ref")},
	References: slices.Concat(orderNumbers("body:data.meta"), orderNumbers("body:meta_data"),
		payload.SelectAll("body:data.tx_ref", "body:data.reference")),
	CustomerIDs: payload.SelectAll("body:data.customer.id"),
	Customer:    payload.SelectAll("body:data.customer.email"),
	Phones:      payload.SelectAll("body:data.customer.phone_number"),
	Amounts:     []extract.AmountSpec{extract.Amount("body:data.amount")},
	Currency:    payload.SelectAll("body:data.currency"), Decimal: true,
}

// flutterwaveOld is a payment in the older form, where the transaction is the body itself.
var flutterwaveOld = extract.SubjectSpec{
	Aliases:     []extract.AliasSpec{extract.Alias("payment", "body:id"), extract.Alias("flw", "body:flwRef")},
	References:  payload.SelectAll("body:txRef"),
	CustomerIDs: payload.SelectAll("body:customer.id"),
	Customer:    payload.SelectAll("body:customer.email"),
	Phones:      payload.SelectAll("body:customer.phone"),
	Amounts:     []extract.AmountSpec{extract.Amount("body:amount")},
	Currency:    payload.SelectAll("body:currency"), Decimal: true,
}

// flutterwaveRefund is the charge of a refund: TransactionId or tx_id in version 3, charge_id in version 4. The refund
// has a reference of its own, which is no name of the charge but does not contradict one.
var flutterwaveRefund = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{extract.Alias("payment", "body:data.tx_id"),
		extract.Alias("payment", "body:data.TransactionId"), extract.Alias("payment", "body:data.charge_id"),
		extract.Alias("flw", "body:data.flw_ref"), extract.Alias("flw", "body:data.FlwRef")},
	Amounts: []extract.AmountSpec{extract.Amount("body:data.amount_refunded"), extract.Amount("body:data.amount"),
		extract.Amount("body:data.AmountRefunded"), extract.Amount("body:data.AmountRefunded").Bare(),
		extract.Amount("body:data.amount_refunded").Bare()},
	Currency: payload.SelectAll("body:data.currency"), Decimal: true,
}

// flutterwaveID selects the id of a transaction, which is captured once, or of a refund.
var flutterwaveID = payload.SelectAll("body:data.id")

// flutterwaveKinds are the statuses of a transaction.
var flutterwaveKinds = extract.Kinds{"successful": hook.Captured, "succeeded": hook.Captured, "failed": hook.Failed,
	"pending": hook.Processing, "cancelled": hook.Canceled, "voided": hook.Canceled}

// flutterwaveMethods returns marks by the method of payment: payment_type in version 3, payment_method.type in version
// 4, and in the older form the type of the event.
func flutterwaveMethods() []extract.Match {
	families := map[hook.Method][]string{
		hook.MethodCard: {"card", "CARD_TRANSACTION"},
		hook.MethodBank: {"account", "bank_transfer", "bank_account", "ussd", "debit_uk_account", "account-ach-uk",
			"BANK_TRANSFER_TRANSACTION", "ACCOUNT_TRANSACTION", "USSD_TRANSACTION"},
		hook.MethodWallet: {"mobile_money", "mobilemoneygh", "mobilemoneyuganda", "mobilemoneyrw", "mobilemoneyzm",
			"mobilemoneyfranco", "mpesa", "apple_pay", "google_pay", "opay"},
	}
	return []extract.Match{
		methodsBy("body:data.payment_type", families), methodsBy("body:data.payment_method.type", families),
		methodsBy(`body:event\.type`, families),
	}
}

// flutterwaveRules: https://developer.flutterwave.com/docs/integration-guides/webhooks/
func flutterwaveRules() extract.Rules {
	return withMarks(extract.Rules{
		{Types: []string{"charge.completed"}, Subject: &flutterwaveCharge, Part: flutterwaveID,
			Match: extract.ByField("body:data.status", flutterwaveKinds, hook.Info)},
		{Types: []string{"charge.failed"}, Match: extract.Always(hook.Failed), Subject: &flutterwaveCharge},
		{Types: []string{"charge.*"}, Match: extract.Always(hook.Info), Subject: &flutterwaveCharge},
		{Types: []string{"refund.completed"}, Subject: &flutterwaveRefund, Part: flutterwaveID,
			Match: extract.ByField("body:data.status", extract.Kinds{"failed": hook.RefundFailed,
				"pending": hook.RefundPending, "new": hook.RefundPending}, hook.Refund)},
		// the types of the older form end in _TRANSACTION; a status beside txRef tells it from everything else
		{Types: []string{"*"}, Subject: &flutterwaveOld, Part: payload.SelectAll("body:id"),
			Match: extract.ByField("?body:txRef+body:status", withPrefix("yes/", flutterwaveKinds), "")},
	}, flutterwaveMethods()...)
}

// withPrefix returns kinds by texts that begin with a prefix.
func withPrefix(prefix string, kinds extract.Kinds) extract.Kinds {
	all := make(extract.Kinds, len(kinds))
	for text, kind := range kinds {
		all[prefix+text] = kind
	}
	return all
}
