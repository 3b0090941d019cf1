package provider

import (
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
//
// Source: https://docs.btcpayserver.org/API/Greenfield/v1/#tag/Webhooks
var btcpay = Provider{
	ID: "btcpay", Name: "BTCPay Server",
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
	Rules: btcpayRules,
}

// btcpayInvoice is an invoice. Its webhooks carry no amount.
var btcpayInvoice = extract.SubjectSpec{
	Aliases:    []extract.AliasSpec{extract.Alias("invoice", "body:invoiceId")},
	References: orderNumbers("body:metadata"), Customer: payload.SelectAll("body:metadata.buyerEmail"),
}

// btcpayRequest is a payment request. Several invoices may pay it, so they are no aliases of it.
var btcpayRequest = extract.SubjectSpec{Aliases: []extract.AliasSpec{extract.Alias("payment-request",
	"body:paymentRequestId")}}

// btcpayRules: https://docs.btcpayserver.org/API/Greenfield/v1/#tag/Webhooks
var btcpayRules = extract.Rules{
	{Types: []string{"InvoiceCreated"}, Match: extract.Always(hook.Created), Subject: &btcpayInvoice},
	{Types: []string{"InvoiceReceivedPayment", "InvoiceProcessing"}, Match: extract.Always(hook.Processing),
		Subject: &btcpayInvoice},
	{Types: []string{"InvoiceSettled", "InvoicePaidAfterExpiration"}, Match: extract.Always(hook.Captured),
		Subject: &btcpayInvoice},
	{Types: []string{"InvoiceExpired", "InvoiceExpiredPaidPartial"}, Match: extract.Always(hook.Expired),
		Subject: &btcpayInvoice},
	{Types: []string{"InvoiceInvalid"}, Match: extract.Always(hook.Failed), Subject: &btcpayInvoice},
	// such as InvoicePaymentSettled, which is about one of several payments, and InvoiceRefund, which offers a refund
	{Types: []string{"Invoice*"}, Match: extract.Always(hook.Info), Subject: &btcpayInvoice},
	{Types: []string{"PaymentRequestCreated"}, Match: extract.Always(hook.Created), Subject: &btcpayRequest},
	{Types: []string{"PaymentRequestCompleted"}, Match: extract.Always(hook.Captured), Subject: &btcpayRequest},
	{Types: []string{"PaymentRequest*"}, Match: extract.Always(hook.Info), Subject: &btcpayRequest},
}
