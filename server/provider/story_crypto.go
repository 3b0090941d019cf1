package provider

import "hookbeam/server/hook"

// coinbaseCharge is known by the code that its payer sees; the oldest events have no other.
var coinbaseCharge = thing{
	names:      []naming{{prefix: "payment", at: "body:event.data.code"}, {prefix: "charge", at: "body:event.data.id"}},
	references: ordered("body:event.data.metadata"), customer: []string{"body:event.data.metadata.email"},
	amounts:  []amount{{at: "body:event.data.pricing.local.amount"}},
	currency: []string{"body:event.data.pricing.local.currency"}, decimal: true,
	urls: []string{"body:event.data.hosted_url"},
}

// coinbaseTells: https://docs.cdp.coinbase.com/commerce/docs/webhooks
var coinbaseTells = []tell{
	{types: []string{"charge:created"}, says: is(hook.Created), of: &coinbaseCharge},
	{types: []string{"charge:pending", "charge:delayed"}, says: is(hook.Processing), of: &coinbaseCharge}, // delayed: paid too late, for a person to settle
	{types: []string{"charge:confirmed", "charge:resolved"}, says: is(hook.Captured), of: &coinbaseCharge},
	{types: []string{"charge:failed"}, of: &coinbaseCharge,
		says: by("?body:event.data.timeline.#status=EXPIRED+?body:event.data.timeline.#status=CANCELED",
			kinds{"yes/": hook.Expired, "/yes": hook.Canceled, "yes/yes": hook.Canceled}, hook.Failed)},
}

// btcpayInvoice is one of which BTCPay never says how much it is about.
var btcpayInvoice = thing{
	names:      []naming{{prefix: "invoice", at: "body:invoiceId"}},
	references: ordered("body:metadata"), customer: []string{"body:metadata.buyerEmail"},
}

// btcpayRequest may be paid by several invoices, so they are no names of it.
var btcpayRequest = thing{names: []naming{{prefix: "payment-request", at: "body:paymentRequestId"}}}

// btcpayTells: https://docs.btcpayserver.org/API/Greenfield/v1/#tag/Webhooks
var btcpayTells = []tell{
	{types: []string{"InvoiceCreated"}, says: is(hook.Created), of: &btcpayInvoice},
	{types: []string{"InvoiceReceivedPayment", "InvoiceProcessing"}, says: is(hook.Processing), of: &btcpayInvoice},
	{types: []string{"InvoiceSettled", "InvoicePaidAfterExpiration"}, says: is(hook.Captured), of: &btcpayInvoice},
	{types: []string{"InvoiceExpired", "InvoiceExpiredPaidPartial"}, says: is(hook.Expired), of: &btcpayInvoice},
	{types: []string{"InvoiceInvalid"}, says: is(hook.Failed), of: &btcpayInvoice},
	{types: []string{"Invoice*"}, says: is(hook.Info), of: &btcpayInvoice}, // of one of its payments, or of a refund that was offered
	{types: []string{"PaymentRequestCreated"}, says: is(hook.Created), of: &btcpayRequest},
	{types: []string{"PaymentRequestCompleted"}, says: is(hook.Captured), of: &btcpayRequest},
	{types: []string{"PaymentRequest*"}, says: is(hook.Info), of: &btcpayRequest},
}
