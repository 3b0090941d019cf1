package provider

import (
	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// btcpay is BTCPay Server: how it signs, and what its deliveries say. BTCPay Server signs the body with
// HMAC-SHA-256. A redelivery has an id of its own and names the original one:
// https://docs.btcpayserver.org/API/Greenfield/v1/#tag/Webhooks
var btcpay = Provider{
	ID: "btcpay", Name: "BTCPay Server",
	Steps: []string{
		"In your store's settings open Webhooks and make one with this address.",
		"Copy its secret and add it here, before the first event: BTCPay does not try again after a refusal.",
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

// btcpayInvoice is one of which BTCPay never says how much it is about.
var btcpayInvoice = extract.SubjectSpec{
	Aliases:    []extract.AliasSpec{extract.Alias("invoice", "body:invoiceId")},
	References: orderNumbers("body:metadata"), Customer: payload.SelectAll("body:metadata.buyerEmail"),
}

// btcpayRequest may be paid by several invoices, so they are no names of it.
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
	// of one of its payments, or of a refund that was offered
	{Types: []string{"Invoice*"}, Match: extract.Always(hook.Info), Subject: &btcpayInvoice},
	{Types: []string{"PaymentRequestCreated"}, Match: extract.Always(hook.Created), Subject: &btcpayRequest},
	{Types: []string{"PaymentRequestCompleted"}, Match: extract.Always(hook.Captured), Subject: &btcpayRequest},
	{Types: []string{"PaymentRequest*"}, Match: extract.Always(hook.Info), Subject: &btcpayRequest},
}
