package provider

import (
	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// adyen is Adyen.
//
// Signature: standard webhooks have a list notificationItems, and each item has a signature of its own in
// additionalData.hmacSignature: the base64 HMAC-SHA-256 of eight fields joined with colons. All items must verify.
// Webhooks of Adyen's platforms are a single event with the base64 HMAC-SHA-256 of the body in the header
// HmacSignature. The key is written in hex.
//
// Event: pspReference, eventCode and success identify an item, since several events of a payment may share one
// pspReference.
//
// Traps: only the eight fields are protected; reason, paymentMethod and the rest of additionalData are not. The values
// are joined without escaping: a widely copied guide escapes colons and backslashes, which belongs to an older
// interface. Duplicates are normal, and Adyen retries for up to 30 days. Adyen used to require the answer [accepted],
// which still works; any 2xx is enough now.
//
// Source: https://docs.adyen.com/development-resources/webhooks/verify-hmac-signatures/
var adyen = Provider{
	ID: "adyen", Name: "Adyen",
	Steps: []string{
		"In Adyen's Customer Area open Developers, Webhooks, and add a webhook with this address.",
		"Generate an HMAC key under Security and add it here. Several payments in one request are verified one by one.",
	},
	Secret: SecretWords{Name: "HMAC key", Hint: "64 hex digits",
		Not: []Lookalike{{"AQE", "an API key"}}},
	Settings: []Setting{
		{Name: "capture", Label: "Capture",
			Hint: "automatic, if Adyen captures each payment itself: an authorised payment then counts as paid"},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{
			{At: payload.Select("item:additionalData.hmacSignature"), PerItem: true, Covers: hook.CoversFields,
				Hash: "sha256", Encoding: signature.Base64, Key: signature.FromHex,
				Message: signature.Message("{item:pspReference}:{item:originalReference}:{item:merchantAccountCode}:" +
					"{item:merchantReference}:{item:amount.value}:{item:amount.currency}:{item:eventCode}:{item:success}")},
			{At: payload.Select("header:Hmacsignature"), Hash: "sha256", Encoding: signature.Base64,
				Key: signature.FromHex, Message: signature.Message("{body}")},
		},
		Batch: &payload.Batch{List: "notificationItems", Inner: "NotificationRequestItem"},
		Secrets: signature.SecretRule{Forms: []signature.KeyForm{signature.FromHex},
			Shape: "an HMAC key in hex, of at least 16 bytes"},
	},
	Identity: Identity{
		Events:  joins("item:pspReference+item:eventCode+item:success", "body:data.id+body:type+body:timestamp"),
		Types:   payload.SelectAll("item:eventCode", "body:type"),
		Times:   payload.SelectAll("item:eventDate", "body:timestamp"),
		Account: payload.Select("item:merchantAccountCode"),
		Mode:    liveIf("body:live"),
	},
	Rules: adyenRules,
	Ack:   &hook.Response{Status: 200, ContentType: "text/plain; charset=utf-8", Body: "[accepted]"},
}

// adyenPayment is the payment of an item. Modifications such as a capture have a pspReference of their own and name the
// payment as originalReference. A second attempt to pay the same order is another payment; the merchantReference joins
// them.
var adyenPayment = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{
		extract.Alias("payment", "item:originalReference"),
		extract.Alias("payment", "item:pspReference").Fallback(),
	},
	References: payload.SelectAll("item:merchantReference"),
	Customer:   payload.SelectAll("item:additionalData.shopperEmail"),
	Amounts:    []extract.AmountSpec{extract.Amount("item:amount.value")},
	Currency:   payload.SelectAll("item:amount.currency"),
	// https://docs.adyen.com/development-resources/currency-codes/
	Digits: map[string]int{"CLP": 2, "CVE": 0, "IDR": 0, "ISK": 2},
}

// adyenChange is the payment of a modification (capture, cancellation, refund). The merchant may give a modification
// its own merchantReference, so it is no reference to the order.
var adyenChange = func() extract.SubjectSpec {
	t := adyenPayment
	t.References = nil
	return t
}()

// adyenOrder is an Adyen order, which several payments may pay in parts.
var adyenOrder = func() extract.SubjectSpec {
	t := adyenPayment
	t.Aliases = []extract.AliasSpec{extract.Alias("adyen-order", "item:pspReference")}
	return t
}()

// adyenRules: https://docs.adyen.com/development-resources/webhooks/webhook-types/. success says whether the request
// worked: an AUTHORISATION without success is a failed payment, a REFUND without success a failed refund. With
// automatic capture Adyen captures an authorised payment by itself, so the setting capture makes an AUTHORISATION count
// as paid.
var adyenRules = extract.Rules{
	{Types: []string{"AUTHORISATION"}, Also: true, Subject: &adyenPayment,
		Match: extract.ByField("item:success", extract.Kinds{"false": hook.Failed}, "")},
	{Types: []string{"AUTHORISATION"}, Subject: &adyenPayment,
		Match: extract.ByField("setting:capture+item:success",
			extract.Kinds{"automatic/true": hook.Captured, "manual/true": hook.Authorized,
				"/true": hook.Authorized}, "")},
	{Types: []string{"PENDING"}, Match: extract.Always(hook.Processing), Subject: &adyenPayment},
	{Types: []string{"OFFER_CLOSED", "EXPIRE"}, Match: extract.Always(hook.Expired), Subject: &adyenPayment},
	{Types: []string{"AUTHORISATION_ADJUSTMENT"}, Match: extract.Always(hook.Info), Subject: &adyenChange},
	{Types: []string{"ORDER_OPENED"}, Match: extract.Always(hook.Created), Subject: &adyenOrder},
	{Types: []string{"ORDER_CLOSED"}, Match: extract.Always(hook.Info), Subject: &adyenOrder},

	{Types: []string{"CAPTURE"}, Match: extract.ByField("item:success", extract.Kinds{"true": hook.Captured},
		hook.CaptureFailed), Subject: &adyenChange},
	{Types: []string{"CAPTURE_FAILED"}, Match: extract.Always(hook.CaptureFailed), Subject: &adyenChange},
	{Types: []string{"CANCELLATION", "TECHNICAL_CANCEL"},
		Match: extract.ByField("item:success", extract.Kinds{"true": hook.Canceled}, hook.Info), Subject: &adyenChange},
	{Types: []string{"CANCEL_OR_REFUND", "VOID_PENDING_REFUND"}, Subject: &adyenChange,
		Part: payload.SelectAll("item:pspReference"),
		Match: extract.ByField(`item:success+item:additionalData.modification\.action`,
			extract.Kinds{"true/refund": hook.Refund, "true/cancel": hook.Canceled,
				"true/": hook.Canceled}, hook.Info)},
	{Types: []string{"REFUND", "REFUND_WITH_DATA"}, Subject: &adyenChange,
		Part:  payload.SelectAll("item:pspReference"),
		Match: extract.ByField("item:success", extract.Kinds{"true": hook.Refund}, hook.RefundFailed)},
	{Types: []string{"REFUND_FAILED", "REFUNDED_REVERSED"}, Match: extract.Always(hook.RefundFailed),
		Subject: &adyenChange, Part: payload.SelectAll("item:pspReference")},

	{Types: []string{"REQUEST_FOR_INFORMATION", "NOTIFICATION_OF_CHARGEBACK"},
		Match: extract.Always(hook.DisputeOpen), Subject: &adyenPayment},
	{Types: []string{"CHARGEBACK", "SECOND_CHARGEBACK", "PREARBITRATION_LOST"},
		Match: extract.Always(hook.DisputeLost), Subject: &adyenPayment},
	{Types: []string{"CHARGEBACK_REVERSED", "PREARBITRATION_WON"}, Match: extract.Always(hook.DisputeWon),
		Subject: &adyenPayment},
	{Types: []string{"INFORMATION_SUPPLIED", "DISPUTE_DEFENSE_PERIOD_ENDED", "ISSUER_COMMENTS"},
		Match: extract.Always(hook.Info), Subject: &adyenPayment},
}
