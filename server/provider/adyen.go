package provider

import (
	"slices"

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
// Event: pspReference, eventCode, success and eventDate identify an item. Several events of a payment may share one
// pspReference, and a capture that failed may succeed later under the same one; a retry keeps the date. Adyen also
// sends duplicates with another date: they are events of their own here and report on the same capture or refund.
//
// Payments: each attempt is a payment. Modifications such as a capture have a pspReference of their own, which names
// the capture or refund, and name the payment as originalReference. A payment does not name its order, so
// ORDER_OPENED and ORDER_CLOSED are about the merchantReference that its payments share. That Adyen captures a
// payment by itself follows from the setting capture, or from a method that knows no separate capture; a later event
// may prove it wrong. No event says whether more captures follow.
//
// Traps: only the eight fields are protected; reason, paymentMethod and the rest of additionalData are not. The values
// are joined without escaping: a widely copied guide escapes colons and backslashes, which belongs to an older
// interface. Duplicates are normal, and Adyen retries for up to 30 days. The merchantReference of a modification may be
// another one than that of its payment. Adyen used to require the answer [accepted],
// which still works; any 2xx is enough now.
var adyen = Provider{
	ID: "adyen", Name: "Adyen",
	Aliases: []string{"Adyen for Platforms", "Adyen MarketPay"},
	Grade:   GradeA, Source: "https://docs.adyen.com/development-resources/webhooks/verify-hmac-signatures/",
	Steps: []string{
		"In Adyen's Customer Area open Developers, Webhooks, and add a webhook with this address.",
		"Generate an HMAC key under Security and add it here. Several payments in one request are verified one by one.",
	},
	Secret: SecretWords{Name: "HMAC key", Hint: "64 hex digits",
		Not: []Lookalike{{"AQE", "an API key"}}},
	Settings: []Setting{
		{Name: "capture", Label: "Capture", Choices: []string{"automatic", "manual"}, Default: "manual",
			Hint: "automatic, if Adyen captures each payment itself: an authorised payment then counts as paid"},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{
			{At: payload.Select("item:additionalData.hmacSignature"), PerItem: true, Covers: hook.CoversFields,
				Hash: "sha256", Encoding: signature.Base64, Key: signature.FromHex,
				Message: signature.Message(
					"{item:pspReference}:{item:originalReference}:{item:merchantAccountCode}:" +
						"{item:merchantReference}:{item:amount.value}:{item:amount.currency}:{item:eventCode}:{item:success}",
				)},
			{At: payload.Select("header:Hmacsignature"), Hash: "sha256", Encoding: signature.Base64,
				Key: signature.FromHex, Message: signature.Message("{body}")},
		},
		Batch:   &payload.Batch{List: "notificationItems", Inner: "NotificationRequestItem"},
		Secrets: signature.SecretRule{Shape: "an HMAC key in hex"},
	},
	Identity: Identity{
		Events: joins("item:pspReference+item:eventCode+item:success+item:eventDate",
			"item:pspReference+item:eventCode+item:success", "body:data.id+body:type+body:timestamp"),
		Types:   payload.SelectAll("item:eventCode", "body:type"),
		Times:   payload.SelectAll("item:eventDate", "body:timestamp"),
		Account: payload.Select("item:merchantAccountCode"),
		Mode:    liveIf("body:live"),
	},
	Rules: adyenRules(),
	Ack:   &hook.Response{Status: 200, ContentType: "text/plain; charset=utf-8", Body: "[accepted]"},
}

// adyenPayment is the payment of an item. A second attempt to pay the same order is another payment.
var adyenPayment = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{
		extract.Alias("payment", "item:originalReference"),
		extract.Alias("payment", "item:pspReference").Fallback(),
	},
	References: payload.SelectAll("item:merchantReference"),
	Customer:   payload.SelectAll("item:additionalData.shopperEmail"),
	CustomerIDs: payload.SelectAll("item:additionalData.shopperReference",
		`item:additionalData.recurring\.shopperReference`, `item:additionalData.tokenization\.shopperReference`),
	Amounts:  adyenAmount,
	Currency: payload.SelectAll("item:amount.currency"),
	// https://docs.adyen.com/development-resources/currency-codes/
	Digits: map[string]int{"CLP": 2, "CVE": 0, "IDR": 0, "ISK": 2},
}

var (
	adyenAmount = []extract.AmountSpec{extract.Amount("item:amount.value")}
	adyenPart   = payload.SelectAll("item:pspReference")

	// adyenReserved says that there is an authorization wherever something is captured.
	adyenReserved = []extract.Match{extract.Mark(extract.Outcome{Reserved: true})}
)

// adyenChange is the payment of a modification (capture, cancellation, refund). The merchant may give a modification
// its own merchantReference, so it is no reference to the order.
var adyenChange = func() extract.SubjectSpec {
	t := adyenPayment
	t.References = nil
	return t
}()

// adyenOrder is the merchantReference of an Adyen order, which several payments may pay in parts. The order's own id is
// another name of it.
var adyenOrder = func() extract.SubjectSpec {
	t := adyenPayment
	t.Aliases = nil
	t.OtherReferences = []extract.AliasSpec{extract.Alias("adyen-order", "item:pspReference")}
	return t
}()

// These are conditions of an AUTHORISATION. Adyen captures a payment by itself if the endpoint's setting says so, or if
// its method knows no separate capture. An authorization of nothing stores a payment method.
var (
	adyenSucceeds  = extract.Is("item:success", "true")
	adyenAutomatic = extract.Is("setting:capture", "automatic")
	adyenAtOnce    = extract.Is("item:paymentMethod", "ideal", "eps", "giropay", "directEbanking", "blik", "trustly",
		"multibanco", "pix", "alipay", "wechatpayQR", "wechatpaySDK", "wechatpayWeb", "boleto", "boletobancario",
		"boletobancario_santander", "oxxo", "econtext_seven_eleven", "econtext_stores", "econtext_online",
		"econtext_atm", "bankTransfer", "bankTransfer_IBAN", "onlineBanking_PL", "dotpay", "paybybank", "swish",
		"upi_qr", "upi_collect", "upi_intent")
	adyenOfNothing = extract.Less("item:amount.value", "const:1")
)

// adyenMethods say how a payment is paid: https://docs.adyen.com/payment-methods/
var adyenMethods = func() []extract.Match {
	all := extract.Outcomes{}
	for family, methods := range map[hook.Method][]string{
		hook.MethodCard: {"visa", "mc", "amex", "maestro", "bcmc", "cup", "diners", "discover", "jcb", "elo",
			"hipercard",
			"cartebancaire", "dankort", "scheme"},
		hook.MethodBank: {"ideal", "eps", "giropay", "directEbanking", "blik", "trustly", "pix", "sepadirectdebit",
			"ach",
			"directdebit_GB", "bankTransfer_IBAN", "bankTransfer", "onlineBanking_PL", "dotpay", "paybybank", "upi_qr",
			"upi_collect", "upi_intent"},
		hook.MethodVoucher: {"multibanco", "boletobancario", "boletobancario_santander", "boleto", "oxxo",
			"econtext_seven_eleven",
			"econtext_stores", "econtext_online", "econtext_atm"},
		hook.MethodWallet: {"paypal", "applepay", "googlepay", "alipay", "wechatpayQR", "wechatpaySDK", "wechatpayWeb",
			"mbway", "vipps", "mobilepay", "swish"},
	} {
		for _, method := range methods {
			all[method] = extract.Outcome{Method: family}
		}
	}
	return []extract.Match{extract.Field("item:paymentMethod", all, extract.Outcome{})}
}()

// adyenRules: https://docs.adyen.com/development-resources/webhooks/webhook-types/. success says whether the request
// worked: an AUTHORISATION without success is a failed payment, a CAPTURE without success a failed capture.
func adyenRules() extract.Rules {
	return slices.Concat(adyenAuthorisations(), adyenModifications(), extract.Rules{
		{Types: []string{"PENDING"}, Match: extract.Always(hook.Processing), Subject: &adyenPayment,
			Marks: adyenMethods},
		{Types: []string{"OFFER_CLOSED", "EXPIRE"}, Match: extract.Always(hook.Expired), Subject: &adyenPayment,
			Marks: adyenMethods},

		// Adyen returns the payments of an order that was closed without success.
		{Types: []string{"ORDER_OPENED"}, Subject: &adyenOrder, Level: hook.LevelReference, Due: adyenAmount,
			Match: extract.ByField("item:success", extract.Kinds{"false": hook.Info}, hook.Created)},
		{Types: []string{"ORDER_CLOSED"}, Subject: &adyenOrder, Level: hook.LevelReference, Due: adyenAmount,
			Match: extract.ByField("item:success", extract.Kinds{"false": hook.Closed}, hook.Info)},

		// A chargeback may be about a part of the payment.
		{Types: []string{"REQUEST_FOR_INFORMATION", "NOTIFICATION_OF_CHARGEBACK"},
			Match: extract.Always(hook.DisputeOpen), Subject: &adyenPayment},
		{Types: []string{"CHARGEBACK", "SECOND_CHARGEBACK", "PREARBITRATION_LOST"},
			Match: extract.Always(hook.DisputeLost), Subject: &adyenPayment, Amounts: adyenAmount},
		{Types: []string{"CHARGEBACK_REVERSED", "PREARBITRATION_WON"}, Match: extract.Always(hook.DisputeWon),
			Subject: &adyenPayment},
		{Types: []string{"INFORMATION_SUPPLIED", "DISPUTE_DEFENSE_PERIOD_ENDED", "ISSUER_COMMENTS"},
			Match: extract.Always(hook.Info), Subject: &adyenPayment},
	})
}

// adyenAuthorisations are the rules of an AUTHORISATION. At most one of them applies.
func adyenAuthorisations() extract.Rules {
	return extract.Rules{
		{Types: []string{"AUTHORISATION"}, Also: true, Subject: &adyenPayment, Marks: adyenMethods,
			Match: extract.ByField("item:success", extract.Kinds{"false": hook.Failed}, "")},
		{Types: []string{"AUTHORISATION"}, Also: true, Subject: &adyenPayment, Marks: adyenMethods,
			Match: extract.Mark(extract.Outcome{Kind: hook.NothingDue, Cause: hook.CauseSetup}).
				If(adyenSucceeds).If(adyenOfNothing)},
		adyenCaptured(extract.Always(hook.Captured).If(adyenAutomatic)),
		adyenCaptured(extract.Always(hook.Captured).If(adyenAtOnce).Unless(adyenAutomatic)),
		{Types: []string{"AUTHORISATION"}, Subject: &adyenPayment, Marks: adyenMethods,
			Match: extract.Always(hook.Authorized).If(adyenSucceeds).Unless(adyenAutomatic).Unless(adyenAtOnce).
				Unless(adyenOfNothing)},
	}
}

// adyenCaptured returns the rule for an authorization that Adyen captures by itself. Its amount is the sum of all
// captures, so that a CAPTURE of the same payment is not added to it.
func adyenCaptured(match extract.Match) extract.Rule {
	return extract.Rule{Types: []string{"AUTHORISATION"}, Also: true, Subject: &adyenPayment,
		Match:   match.If(adyenSucceeds).Unless(adyenOfNothing),
		Amounts: []extract.AmountSpec{adyenAmount[0].Total()},
		Marks:   append(slices.Clip(adyenMethods), extract.Mark(extract.Outcome{Inferred: true}))}
}

// adyenModifications are the rules of requests to change a payment.
func adyenModifications() extract.Rules {
	return extract.Rules{
		{Types: []string{"AUTHORISATION_ADJUSTMENT"}, Subject: &adyenChange,
			Match: extract.ByField("item:success", extract.Kinds{"true": hook.Authorized}, hook.Info)},
		{Types: []string{"CAPTURE"}, Subject: &adyenChange, Part: adyenPart, Marks: adyenReserved,
			Match: extract.ByField("item:success", extract.Kinds{"true": hook.Captured}, hook.CaptureFailed)},
		{Types: []string{"CAPTURE_FAILED"}, Match: extract.Always(hook.CaptureFailed), Subject: &adyenChange,
			Part: adyenPart, Marks: adyenReserved},
		{Types: []string{"CANCELLATION", "TECHNICAL_CANCEL"}, Subject: &adyenChange,
			Match: extract.ByField("item:success", extract.Kinds{"true": hook.Canceled}, hook.Info)},

		// If Adyen does not say which of both it did, it released what was only authorized, and returned what was
		// captured.
		{Types: []string{"CANCEL_OR_REFUND"}, Subject: &adyenChange, Part: adyenPart,
			Match: extract.Choose(`item:success+item:additionalData.modification\.action`, extract.Outcomes{
				"true/refund": {Kind: hook.Refund}, "true/cancel": {Kind: hook.Canceled},
				"true/": {Kind: hook.Refund, Release: true}}, extract.Outcome{Kind: hook.Info})},
		{Types: []string{"VOID_PENDING_REFUND"}, Match: extract.Always(hook.Info), Subject: &adyenChange},

		// A request for a refund that Adyen refuses does not prove that anything was captured: that may be the reason.
		{Types: []string{"REFUND", "REFUND_WITH_DATA"}, Subject: &adyenChange, Part: adyenPart,
			Match: extract.Choose("item:success", extract.Outcomes{"true": {Kind: hook.Refund}},
				extract.Outcome{Kind: hook.RefundFailed, Release: true})},
		{Types: []string{"REFUND_FAILED", "REFUNDED_REVERSED"}, Match: extract.Always(hook.RefundFailed),
			Subject: &adyenChange, Part: adyenPart},
	}
}
