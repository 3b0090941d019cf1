package provider

import (
	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// paypal is PayPal.
//
// Signature: Paypal-Transmission-Sig is an RSA signature (PKCS #1 v1.5, SHA-256) of "id|time|webhook id|CRC-32". The id
// and the time are headers, the webhook id is a setting of the endpoint, and the CRC-32 of the body is written in
// decimal. The key is the certificate at the address in Paypal-Cert-Url. signature.CheckCertificateURL accepts the
// hosts of PayPal's API only, and the certificate must have a name that ends in .paypal.com and chain to a trusted
// root.
//
// Event: the member id (WH-…). A retry keeps it, while the transmission id changes with each attempt.
//
// Traps: the signature covers a CRC-32 of the body, which is no cryptographic hash: a person who has seen a genuine
// request can make another body with the same CRC-32. A certificate expires, so a later check of a stored delivery uses
// the time of receipt. Resources of the v1 API and of the v2 API have different members for the same fact.
//
// Source: https://developer.paypal.com/api/rest/webhooks/rest/
var paypal = Provider{
	ID: "paypal", Name: "PayPal",
	Steps: []string{
		"In PayPal's developer dashboard open your app and add this address under Webhooks.",
		"Copy the webhook's id from there to the setting webhook_id.",
		"This server fetches PayPal's certificate when it first needs it. If it cannot reach PayPal, add the " +
			"certificate here in PEM. The header Paypal-Cert-Url contains its URL.",
	},
	Secret: SecretWords{Name: "Certificate", Hint: "PEM; only if this server cannot fetch it from PayPal"},
	Settings: []Setting{
		{Name: "webhook_id", Label: "Webhook id",
			Hint: "from PayPal's developer dashboard; part of the signature", Required: true},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{Kind: signature.RSACertificate,
			At: payload.Select("header:Paypal-Transmission-Sig"), Hash: "sha256", Encoding: signature.Base64,
			Key:     signature.FromPEM,
			Message: signature.Message("{header:Paypal-Transmission-Id}|{time}|{setting:webhook_id}|{crc32}"),
			Time:    payload.Select("header:Paypal-Transmission-Time")}},
		Secrets: signature.SecretRule{Forms: []signature.KeyForm{signature.FromPEM},
			Shape: "a certificate in PEM, together with the setting webhook_id", Pinned: true},
		Certificate: payload.Select("header:Paypal-Cert-Url"),
		Algorithm:   payload.Select("header:Paypal-Auth-Algo"),
	},
	Identity: Identity{
		Events: joins("body:id"),
		Types:  payload.SelectAll("body:event_type"),
		Times:  payload.SelectAll("body:create_time"),
		Mode:   liveIf("host:Paypal-Cert-Url"),
	},
	Rules: paypalRules,
}

// paypalLinks are aliases of related objects, taken from the URLs in resource.links. The v2 API writes the plural in
// its paths (/captures/), the v1 API the singular (/payments/capture/).
var paypalLinks = []extract.AliasSpec{
	extract.Alias("payment", "body:resource.links.#rel=up.href").After("/captures/"),
	extract.Alias("payment", "body:resource.links.#rel=capture.href").After("/captures/"),
	extract.Alias("payment", "body:resource.links.#rel=capture.href").After("/payments/capture/"),
	extract.Alias("payment", "body:resource.links.#rel=sale.href").After("/payments/sale/"),
	extract.Alias("authorization", "body:resource.supplementary_data.related_ids.authorization_id"),
	extract.Alias("authorization", "body:resource.links.#rel=up.href").After("/authorizations/"),
	extract.Alias("authorization", "body:resource.links.#rel=authorization.href").After("/payments/authorization/"),
	extract.Alias("paypal-order", "body:resource.supplementary_data.related_ids.order_id"),
	extract.Alias("paypal-order", "body:resource.links.#rel=up.href").After("/orders/"),
	extract.Alias("paypal-payment", "body:resource.parent_payment"),
}

// paypalObject returns the subject of an event whose resource has these aliases. Merchants add references as invoice_id
// and custom_id. The member custom of the v1 API is not used: a subscription gives the same value to all its payments.
func paypalObject(own ...extract.AliasSpec) extract.SubjectSpec {
	return extract.SubjectSpec{
		Aliases: append(own, paypalLinks...),
		References: payload.SelectAll("body:resource.invoice_id", "body:resource.custom_id",
			"body:resource.invoice_number"),
		Amounts: []extract.AmountSpec{
			extract.Amount("body:resource.amount.value").In("body:resource.amount.currency_code"),
			extract.Amount("body:resource.amount.total").In("body:resource.amount.currency"),
		},
		Decimal: true,
	}
}

var (
	// paypalCapture is a capture (v2) or a sale (v1): money that was taken.
	paypalCapture       = paypalObject(extract.Alias("payment", "body:resource.id"))
	paypalAuthorization = paypalObject(extract.Alias("authorization", "body:resource.id"))

	// paypalRefund is the payment of a refund or a reversal. The resource is the refund itself, or the capture or sale
	// that was refunded; its links lead to the payment in both cases.
	paypalRefund = func() extract.SubjectSpec {
		t := paypalObject(extract.Alias("payment", "body:resource.supplementary_data.related_ids.capture_id"),
			extract.Alias("payment", "body:resource.capture_id"), extract.Alias("payment", "body:resource.sale_id"),
			extract.Alias("payment", "body:resource.links.#rel=self.href").After("/captures/"),
			extract.Alias("payment", "body:resource.links.#rel=self.href").After("/payments/sale/"),
			extract.Alias("payment", "body:resource.links.#rel=self.href").After("/payments/capture/"))
		t.References = payload.SelectAll("body:resource.custom_id") // a refund may have an invoice number of its own
		return t
	}()

	// paypalOrder is a checkout order. Only its first purchase unit is read.
	paypalOrder = extract.SubjectSpec{
		Aliases: []extract.AliasSpec{
			extract.Alias("paypal-order", "body:resource.id"),
			extract.Alias("payment", "body:resource.purchase_units.0.payments.captures.0.id"),
			extract.Alias("authorization", "body:resource.purchase_units.0.payments.authorizations.0.id"),
		},
		References: payload.SelectAll("body:resource.purchase_units.0.invoice_id",
			"body:resource.purchase_units.0.custom_id"),
		Customer: payload.SelectAll("body:resource.payer.email_address",
			"body:resource.payment_source.paypal.email_address"),
		Amounts: []extract.AmountSpec{
			extract.Amount("body:resource.purchase_units.0.payments.captures.0.amount.value").
				In("body:resource.purchase_units.0.payments.captures.0.amount.currency_code"),
			extract.Amount("body:resource.purchase_units.0.amount.value").
				In("body:resource.purchase_units.0.amount.currency_code"),
		},
		Decimal: true,
	}

	// paypalApproval is the order of an approval that was reversed. The resource names the order as order_id.
	paypalApproval = func() extract.SubjectSpec {
		t := paypalOrder
		t.Aliases = []extract.AliasSpec{extract.Alias("paypal-order", "body:resource.order_id"),
			extract.Alias("paypal-order", "body:resource.id")}
		return t
	}()

	// paypalDispute is the payment of the first disputed transaction.
	paypalDispute = extract.SubjectSpec{
		Aliases: []extract.AliasSpec{extract.Alias("payment",
			"body:resource.disputed_transactions.0.seller_transaction_id")},
		References: payload.SelectAll("body:resource.disputed_transactions.0.invoice_number"),
	}
)

// paypalRules: https://developer.paypal.com/api/rest/webhooks/event-names/
var paypalRules = extract.Rules{
	{Types: []string{"CHECKOUT.ORDER.CREATED", "CHECKOUT.ORDER.SAVED"}, Match: extract.Always(hook.Created),
		Subject: &paypalOrder},
	{Types: []string{"CHECKOUT.ORDER.APPROVED"}, Match: extract.Always(hook.Processing), Subject: &paypalOrder},
	// A completed order has a payment, which may still be pending, be declined or be an authorization only. So the
	// first rule reads the state of the capture, and the second one applies if there is no capture.
	{Types: []string{"CHECKOUT.ORDER.COMPLETED"}, Subject: &paypalOrder, Also: true,
		Match: extract.ByField("body:resource.purchase_units.0.payments.captures.0.status",
			extract.Kinds{"COMPLETED": hook.Captured, "PENDING": hook.Processing,
				"DECLINED": hook.Failed, "FAILED": hook.Failed, "PARTIALLY_REFUNDED": hook.Captured,
				"REFUNDED": hook.Captured}, "")},
	{Types: []string{"CHECKOUT.ORDER.COMPLETED"}, Subject: &paypalOrder,
		Match: extract.ByField("?body:resource.purchase_units.0.payments.captures+body:resource.intent",
			extract.Kinds{"yes/CAPTURE": "", "yes/AUTHORIZE": "",
				"yes/": "", "/AUTHORIZE": hook.Authorized, "/CAPTURE": hook.Captured}, hook.Info)},
	{Types: []string{"CHECKOUT.ORDER.DECLINED"}, Match: extract.Always(hook.Failed), Subject: &paypalOrder},
	{Types: []string{"CHECKOUT.ORDER.VOIDED"}, Match: extract.Always(hook.Canceled), Subject: &paypalOrder},
	{Types: []string{"CHECKOUT.PAYMENT-APPROVAL.REVERSED"}, Match: extract.Always(hook.Canceled),
		Subject: &paypalApproval},

	{Types: []string{"PAYMENT.AUTHORIZATION.CREATED"}, Match: extract.Always(hook.Authorized),
		Subject: &paypalAuthorization},
	{Types: []string{"PAYMENT.AUTHORIZATION.VOIDED"}, Match: extract.Always(hook.Canceled),
		Subject: &paypalAuthorization},

	{Types: []string{"PAYMENT.CAPTURE.PENDING", "PAYMENT.SALE.PENDING"}, Match: extract.Always(hook.Processing),
		Subject: &paypalCapture},
	{Types: []string{"PAYMENT.CAPTURE.COMPLETED", "PAYMENT.SALE.COMPLETED"}, Match: extract.Always(hook.Captured),
		Subject: &paypalCapture},
	{Types: []string{"PAYMENT.CAPTURE.DENIED", "PAYMENT.CAPTURE.DECLINED", "PAYMENT.SALE.DENIED"},
		Match: extract.Always(hook.Failed), Subject: &paypalCapture},
	{Types: []string{"PAYMENT.CAPTURE.REFUNDED", "PAYMENT.SALE.REFUNDED"}, Subject: &paypalRefund,
		Part: payload.SelectAll("body:resource.id"),
		Match: extract.ByField("body:resource.status",
			extract.Kinds{"FAILED": hook.RefundFailed, "CANCELLED": hook.RefundFailed}, hook.Refund),
		Amounts: []extract.AmountSpec{
			extract.Amount("body:resource.seller_payable_breakdown.total_refunded_amount.value").
				In("body:resource.seller_payable_breakdown.total_refunded_amount.currency_code").Total(),
			extract.Amount("body:resource.total_refunded_amount.value").
				In("body:resource.total_refunded_amount.currency").Total(),
			extract.Amount("body:resource.amount.value").In("body:resource.amount.currency_code"),
			extract.Amount("body:resource.amount.total").In("body:resource.amount.currency"),
		}},
	{Types: []string{"PAYMENT.CAPTURE.REVERSED", "PAYMENT.SALE.REVERSED"}, Match: extract.Always(hook.Reversed),
		Subject: &paypalRefund},
	{Types: []string{"PAYMENT.REFUND.FAILED"}, Match: extract.Always(hook.RefundFailed), Subject: &paypalRefund,
		Part: payload.SelectAll("body:resource.id")},
	{Types: []string{"PAYMENT.REFUND.*"}, Match: extract.Always(hook.Info), Subject: &paypalRefund},

	{Types: []string{"CUSTOMER.DISPUTE.CREATED"}, Match: extract.Always(hook.DisputeOpen), Subject: &paypalDispute},
	{Types: []string{"CUSTOMER.DISPUTE.RESOLVED"}, Subject: &paypalDispute,
		Match: extract.ByField("body:resource.dispute_outcome.outcome_code",
			extract.Kinds{"RESOLVED_SELLER_FAVOUR": hook.DisputeWon, "CANCELED_BY_BUYER": hook.DisputeWon,
				"RESOLVED_WITH_PAYOUT": hook.DisputeWon, "DENIED": hook.DisputeWon, "NONE": hook.Info},
			hook.DisputeLost)},
	{Types: []string{"CUSTOMER.DISPUTE.UPDATED"}, Match: extract.Always(hook.Info), Subject: &paypalDispute},
}
