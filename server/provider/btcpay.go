package provider

import (
	"slices"

	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// btcpay is BTCPay Server, which merchants host themselves.
//
// Signature: BTCPay-Sig is "sha256=" and the hex HMAC-SHA-256 of the body. The key is the webhook's secret, as text.
//
// Event: originalDeliveryId. A redelivery is a new delivery with a deliveryId of its own and a body that is serialised
// again, so neither the deliveryId nor the hash of the body finds repeats.
//
// Traps: any 4xx answer except 408 and 429 ends the retries for good, so events that are rejected because the secret is
// missing or wrong are lost.
var btcpay = Provider{
	ID: "btcpay", Name: "BTCPay Server",
	Aliases: []string{"Bitcoin", "Lightning"},
	Grade:   GradeA, Source: "https://docs.btcpayserver.org/API/Greenfield/v1/#tag/Webhooks",
	Steps: []string{
		"In your store's settings open Webhooks and create one with this address.",
		"Copy its secret and add it here before the first event: BTCPay does not retry a rejected delivery.",
	},
	Secret: SecretWords{Name: "Secret", Hint: "shown with the webhook"},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:Btcpay-Sig"), Format: signature.Prefixed,
			Prefix: "sha256=", Hash: "sha256", Message: signature.Message("{body}")}},
	},
	Identity: Identity{
		Events:  joins("body:originalDeliveryId", "body:deliveryId"),
		Types:   payload.SelectAll("body:type"),
		Times:   payload.SelectAll("body:timestamp"),
		Account: payload.Select("body:storeId"),
	},
	Rules: btcpayRules(),
}

// btcpayInvoice is an invoice: one payment, in coins. Its webhooks carry no amount, so what was paid is known without a
// sum. An invoice that pays a payment request names it in its metadata.
var btcpayInvoice = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{extract.Alias("invoice", "body:invoiceId")},
	Orders: []extract.AliasSpec{
		extract.Alias("payment-request", "body:metadata.paymentRequestId"),
		extract.Alias("payment-request", "body:paymentRequestId"),
	},
	References: orderNumbers("body:metadata"), Customer: payload.SelectAll("body:metadata.buyerEmail"),
	Phones: payload.SelectAll("body:metadata.buyerPhone"),
}

// btcpayRequest is a payment request: an order that one or several invoices pay.
var btcpayRequest = extract.SubjectSpec{
	Orders: []extract.AliasSpec{extract.Alias("payment-request", "body:paymentRequestId")},
}

// Marks, conditions and the id of the one capture that an invoice has.
var (
	inCoins        = []extract.Match{extract.Mark(extract.Outcome{Method: hook.MethodCoins})}
	btcpayOverpaid = append(slices.Clip(inCoins), extract.Choose("body:overPaid",
		extract.Outcomes{"true": {Review: hook.ReviewOverpaid}}, extract.Outcome{}))
	btcpayPart    = append(slices.Clip(inCoins), extract.Mark(extract.Outcome{Review: hook.ReviewPaidInPart}))
	btcpayLate    = append(slices.Clip(inCoins), extract.Mark(extract.Outcome{Late: true}))
	btcpayHasPart = extract.Is("body:type+body:partiallyPaid", "InvoiceExpired/true", "InvoiceExpiredPaidPartial/",
		"InvoiceExpiredPaidPartial/true", "InvoiceExpiredPaidPartial/false")
	btcpayUnconfirmed = extract.Is("body:manuallyMarked", "false")
	btcpayCapture     = payload.SelectAll("const:invoice")
)

// btcpayRules: https://docs.btcpayserver.org/API/Greenfield/v1/#tag/Webhooks. Coins that were seen or settled are no
// payment until the invoice is settled; they only forbid to say that nothing came.
func btcpayRules() extract.Rules {
	return extract.Rules{
		{Types: []string{"InvoiceCreated"}, Match: extract.Always(hook.Created), Subject: &btcpayInvoice,
			Marks: inCoins},
		{Types: []string{"InvoiceReceivedPayment"}, Subject: &btcpayInvoice, Marks: inCoins,
			Match: extract.ByField("body:payment.status", extract.Kinds{"Settled": hook.CoinsReceived},
				hook.CoinsSeen)},
		{Types: []string{"InvoicePaymentSettled"}, Match: extract.Always(hook.CoinsReceived), Subject: &btcpayInvoice,
			Marks: inCoins},
		{Types: []string{"InvoiceProcessing"}, Match: extract.Always(hook.Processing), Subject: &btcpayInvoice,
			Marks: btcpayOverpaid},
		{Types: []string{"InvoiceSettled"}, Match: extract.Always(hook.Captured), Subject: &btcpayInvoice,
			Part: btcpayCapture, Marks: btcpayOverpaid},
		{Types: []string{"InvoicePaidAfterExpiration"}, Match: extract.Always(hook.Captured), Subject: &btcpayInvoice,
			Part: btcpayCapture, Marks: btcpayLate},
		{Types: []string{"InvoiceExpired", "InvoiceExpiredPaidPartial"}, Subject: &btcpayInvoice, Also: true,
			Match: extract.Always(hook.CoinsReceived).If(btcpayHasPart), Marks: btcpayPart},
		{Types: []string{"InvoiceExpired", "InvoiceExpiredPaidPartial"}, Match: extract.Always(hook.Expired),
			Subject: &btcpayInvoice, Marks: inCoins},
		// An invoice that nobody marked is invalid because its coins were not confirmed in time; they may be later.
		{Types: []string{"InvoiceInvalid"}, Match: extract.Always(hook.CoinsSeen).If(btcpayUnconfirmed),
			Subject: &btcpayInvoice, Also: true, Marks: inCoins},
		{Types: []string{"InvoiceInvalid"}, Match: extract.Always(hook.Failed), Subject: &btcpayInvoice,
			Marks: inCoins},
		// such as InvoiceRefund, which offers a refund
		{Types: []string{"Invoice*"}, Match: extract.Always(hook.Info), Subject: &btcpayInvoice},

		{Types: []string{"PaymentRequestCreated"}, Match: extract.Always(hook.Created), Subject: &btcpayRequest},
		{Types: []string{"PaymentRequestCompleted"}, Match: extract.Always(hook.Captured), Subject: &btcpayRequest,
			Marks: inCoins},
		{Types: []string{"PaymentRequestStatusChanged"}, Subject: &btcpayRequest, Marks: inCoins,
			Match: extract.ByField("body:status", extract.Kinds{
				"Completed": hook.Captured, "Processing": hook.Processing, "Expired": hook.Expired,
			}, hook.Info)},
		{Types: []string{"PaymentRequest*"}, Match: extract.Always(hook.Info), Subject: &btcpayRequest},
	}
}
