package provider

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// paypal is PayPal.
//
// Signature: Paypal-Transmission-Sig is an RSA signature (PKCS #1 v1.5, SHA-256) of "id|time|webhook id|CRC-32". The id
// and the time are headers, the webhook id is a setting of the endpoint, and the CRC-32 of the body is written in
// decimal. The key is the certificate at the address in Paypal-Cert-Url. Issuer accepts the
// hosts of PayPal's API only, and the certificate must have a name that ends in .paypal.com and chain to a trusted
// root.
//
// Event: the member id (WH-…). A retry keeps it, while the transmission id changes with each attempt.
//
// Payments: a payment is an authorization with all its captures, or a capture or sale without one. Captures name
// their authorization in supplementary_data.related_ids or in their links; final_capture says whether more of them
// follow. A refund counts towards the capture that it returns, and total_refunded_amount is the sum for this one
// capture. An order is a checkout order (v2) or a PAY-… (v1). What is due is the sum of its purchase units. A
// reauthorization has an id of its own, and no event says that it replaces the first one; both are payments of the
// order.
//
// Traps: the signature covers a CRC-32 of the body, which is no cryptographic hash: a person who has seen a genuine
// request can make another body with the same CRC-32. A certificate expires, so a later check of a stored delivery
// uses the time of receipt. Resources of the v1 API and of the v2 API have different members for the same fact, and
// v1 writes refunds as negative amounts. An authorization that expired is reported as VOIDED. Which merchant a payment
// is for is named by some events only: a reference is a name within it where it is.
var paypal = Provider{
	ID: "paypal", Name: "PayPal",
	Aliases: []string{"Venmo"},
	Grade:   GradeA, Source: "https://developer.paypal.com/api/rest/webhooks/rest/",
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
		Secrets: signature.SecretRule{
			Shape:  "a certificate in PEM, together with the setting webhook_id",
			Pinned: true,
		},
		Certificate: payload.Select("header:Paypal-Cert-Url"),
		Algorithm:   payload.Select("header:Paypal-Auth-Algo"),
		Issuer: &signature.Issuer{Name: "PayPal",
			Hosts: regexp.MustCompile(`^api(-m)?(\.sandbox)?\.paypal\.com$`),
			Path:  regexp.MustCompile(`^/v1/notifications/certs/`),
			Owner: regexp.MustCompile(`\.paypal\.com$`)},
	},
	Identity: Identity{
		Events: joins("body:id"),
		Types:  payload.SelectAll("body:event_type"),
		Times:  payload.SelectAll("body:create_time"),
		Mode:   liveIf("host:Paypal-Cert-Url"),
	},
	Rules: paypalRules(),
}

// paypalPaymentLinks are ids of the payment and paypalOrderLinks are ids of its order, taken from the ids and URLs of
// related objects. The v2 API writes the plural in its paths (/captures/), the v1 API the singular
// (/payments/capture/).
var (
	paypalPaymentLinks = []extract.AliasSpec{
		extract.Alias("payment", "body:resource.links.#rel=up.href").After("/captures/"),
		extract.Alias("payment", "body:resource.links.#rel=capture.href").After("/captures/"),
		extract.Alias("payment", "body:resource.links.#rel=capture.href").After("/payments/capture/"),
		extract.Alias("payment", "body:resource.links.#rel=sale.href").After("/payments/sale/"),
		extract.Alias("authorization", "body:resource.supplementary_data.related_ids.authorization_id"),
		extract.Alias("authorization", "body:resource.links.#rel=up.href").After("/authorizations/"),
		extract.Alias("authorization", "body:resource.links.#rel=authorization.href").
			After("/payments/authorization/"),
	}
	paypalOrderLinks = []extract.AliasSpec{
		extract.Alias("paypal-order", "body:resource.supplementary_data.related_ids.order_id"),
		extract.Alias("paypal-order", "body:resource.links.#rel=up.href").After("/orders/"),
		extract.Alias("paypal-payment", "body:resource.parent_payment"),
	}

	// paypalRefunded are the places where a refund or reversal names its capture or sale. The resource is the refund
	// itself, or the capture or sale that was refunded, whose link "self" leads to it.
	paypalRefunded = []extract.AliasSpec{
		extract.Alias("payment", "body:resource.supplementary_data.related_ids.capture_id"),
		extract.Alias("payment", "body:resource.capture_id"),
		extract.Alias("payment", "body:resource.sale_id"),
		extract.Alias("payment", "body:resource.links.#rel=self.href").After("/captures/"),
		extract.Alias("payment", "body:resource.links.#rel=self.href").After("/payments/sale/"),
		extract.Alias("payment", "body:resource.links.#rel=self.href").After("/payments/capture/"),
		extract.Alias("payment", "body:resource.links.#rel=up.href").After("/captures/"),
		extract.Alias("payment", "body:resource.links.#rel=capture.href").After("/captures/"),
		extract.Alias("payment", "body:resource.links.#rel=capture.href").After("/payments/capture/"),
		extract.Alias("payment", "body:resource.links.#rel=sale.href").After("/payments/sale/"),
	}
)

// paypalMerchant is whom a payment is for. In a refund it is the payer.
var paypalMerchant = payload.SelectAll("body:resource.payee.merchant_id", "body:resource.payer.merchant_id")

// paypalObject returns the subject of an event whose resource has these ids. Merchants add references as invoice_id
// and custom_id. A subscription gives the same custom_id, and in the v1 API the same custom, to all its payments, so
// those of its payments are no references.
func paypalObject(own ...extract.AliasSpec) extract.SubjectSpec {
	return extract.SubjectSpec{
		Aliases: slices.Concat(own, paypalPaymentLinks),
		Orders:  paypalOrderLinks,
		References: payload.SelectAll("body:resource.invoice_id", "body:resource.custom_id",
			"body:resource.invoice_number"),
		CopiedReferences: extract.ByField("?body:resource.billing_agreement_id",
			extract.Kinds{"yes": hook.Info}, ""),
		Account: paypalMerchant,
		Amounts: []extract.AmountSpec{
			extract.Amount("body:resource.amount.value").In("body:resource.amount.currency_code"),
			extract.Amount("body:resource.amount.total").In("body:resource.amount.currency"),
		},
		Decimal: true,
	}
}

var (
	// paypalCapture is the payment of a capture or of a sale (v1): money that was taken.
	paypalCapture       = paypalObject(extract.Alias("payment", "body:resource.id"))
	paypalAuthorization = paypalObject(extract.Alias("authorization", "body:resource.id"))

	// paypalRefund is the payment of a refund or a reversal.
	paypalRefund = func() extract.SubjectSpec {
		t := paypalObject(paypalRefunded...)
		t.References = payload.SelectAll("body:resource.custom_id") // a refund may have an invoice number of its own
		return t
	}()

	// paypalOrder is a checkout order. References are read from its first purchase unit; the others are those of the
	// payments that paypalUnitRules finds.
	paypalOrder = extract.SubjectSpec{
		Orders: []extract.AliasSpec{extract.Alias("paypal-order", "body:resource.id")},
		References: payload.SelectAll("body:resource.purchase_units.0.invoice_id",
			"body:resource.purchase_units.0.custom_id"),
		Account: payload.SelectAll("body:resource.purchase_units.0.payee.merchant_id"),
		Customer: payload.SelectAll("body:resource.payer.email_address",
			"body:resource.payment_source.paypal.email_address"),
		CustomerIDs: payload.SelectAll("body:resource.payer.payer_id",
			"body:resource.payment_source.paypal.account_id"),
		Amounts: paypalDue,
		Decimal: true,
	}

	// paypalApproval is the order of an approval that was reversed. The resource names the order as order_id.
	paypalApproval = func() extract.SubjectSpec {
		t := paypalOrder
		t.Orders = []extract.AliasSpec{extract.Alias("paypal-order", "body:resource.order_id"),
			extract.Alias("paypal-order", "body:resource.id").Fallback()}
		return t
	}()

	// paypalVoided is the order of an authorization that was voided.
	paypalVoided = extract.SubjectSpec{Orders: paypalOrderLinks, Account: paypalMerchant}

	// paypalDispute is the payment of the first disputed transaction.
	paypalDispute = extract.SubjectSpec{
		Aliases: []extract.AliasSpec{extract.Alias("payment",
			"body:resource.disputed_transactions.0.seller_transaction_id")},
		References: payload.SelectAll("body:resource.disputed_transactions.0.invoice_number"),
		Account:    payload.SelectAll("body:resource.disputed_transactions.0.seller.merchant_id"),
		Decimal:    true,
	}
)

var (
	// paypalDue is what an order asks for in total.
	paypalDue = []extract.AmountSpec{extract.SumOf("resource.purchase_units.*.amount.value").
			In("body:resource.purchase_units.0.amount.currency_code")}

	// paypalDisputeSum is what a dispute is about, which may be a part of the payment: in the end what was returned.
	paypalDisputeSum = []extract.AmountSpec{
		extract.Amount("body:resource.dispute_outcome.amount_refunded.value").
			In("body:resource.dispute_outcome.amount_refunded.currency_code"),
		extract.Amount("body:resource.dispute_amount.value").In("body:resource.dispute_amount.currency_code"),
	}

	// paypalReturned is the sum of all refunds of one capture.
	paypalReturned = []extract.AmountSpec{
		extract.Amount("body:resource.seller_payable_breakdown.total_refunded_amount.value").
			In("body:resource.seller_payable_breakdown.total_refunded_amount.currency_code"),
		extract.Amount("body:resource.total_refunded_amount.value").
			In("body:resource.total_refunded_amount.currency"),
	}

	paypalPart = payload.SelectAll("body:resource.id")
)

// paypalStatus returns a match by the status of a v2 resource, which is also the state of a v1 resource in lower case.
func paypalStatus(kinds extract.Kinds, other hook.EvidenceKind) extract.Match {
	all := make(extract.Kinds, 2*len(kinds))
	for status, kind := range kinds {
		all[status+"/"], all["/"+strings.ToLower(status)] = kind, kind
	}
	return extract.ByField("body:resource.status+body:resource.state", all, other)
}

// paypalRefundStates are the states of a refund as a resource. The other states are those of a capture or sale, which
// is the resource of some events of the v1 API.
var paypalRefundStates = extract.Kinds{"PENDING": hook.RefundPending, "FAILED": hook.RefundFailed,
	"CANCELLED": hook.RefundFailed, "REFUNDED": "", "PARTIALLY_REFUNDED": ""}

// paypalRules: https://developer.paypal.com/api/rest/webhooks/event-names/
func paypalRules() extract.Rules {
	return slices.Concat(paypalOrderRules(), paypalPaymentRules(), paypalRefundRules(), extract.Rules{
		{Types: []string{"CUSTOMER.DISPUTE.CREATED"}, Match: extract.Always(hook.DisputeOpen), Subject: &paypalDispute},
		{Types: []string{"CUSTOMER.DISPUTE.RESOLVED"}, Subject: &paypalDispute, Amounts: paypalDisputeSum,
			Match: extract.ByField("body:resource.dispute_outcome.outcome_code",
				extract.Kinds{"RESOLVED_SELLER_FAVOUR": hook.DisputeWon, "CANCELED_BY_BUYER": hook.DisputeWon,
					"RESOLVED_WITH_PAYOUT": hook.DisputeWon, "DENIED": hook.DisputeWon, "NONE": hook.Info},
				hook.DisputeLost)},
		{Types: []string{"CUSTOMER.DISPUTE.UPDATED"}, Match: extract.Always(hook.Info), Subject: &paypalDispute},
	})
}

// paypalOrderRules are those of checkout orders. An approved order moves no money until the shop captures it. A
// completed order has payments, which may be pending, declined or authorizations only: paypalUnitRules reads them. Only
// if it lists none, the order itself counts as paid or authorized.
func paypalOrderRules() extract.Rules {
	return slices.Concat(extract.Rules{
		{Types: []string{"CHECKOUT.ORDER.CREATED", "CHECKOUT.ORDER.SAVED"}, Match: extract.Always(hook.Created),
			Subject: &paypalOrder, Due: paypalDue, Marks: paypalMethods},
		{Types: []string{"CHECKOUT.ORDER.APPROVED"}, Match: extract.Always(hook.Created), Subject: &paypalOrder,
			Due: paypalDue,
			Marks: slices.Concat(
				paypalMethods,
				[]extract.Match{extract.Mark(extract.Outcome{Cause: hook.CauseApproved})},
			)},
	}, paypalUnitRules(), extract.Rules{
		{Types: []string{"CHECKOUT.ORDER.COMPLETED"}, Subject: &paypalOrder, Due: paypalDue,
			Marks: paypalMethods,
			Match: extract.ByField("?body:resource.purchase_units.0.payments.captures+"+
				"?body:resource.purchase_units.0.payments.authorizations+body:resource.intent",
				extract.Kinds{"//AUTHORIZE": hook.Authorized, "//CAPTURE": hook.Captured}, hook.Info)},
		{Types: []string{"CHECKOUT.ORDER.DECLINED"}, Match: extract.Always(hook.Failed), Subject: &paypalOrder,
			Due: paypalDue, Marks: paypalMethods},
		{Types: []string{"CHECKOUT.ORDER.VOIDED"}, Match: extract.Always(hook.Canceled), Subject: &paypalOrder,
			Due: paypalDue},
		{Types: []string{"CHECKOUT.PAYMENT-APPROVAL.REVERSED"}, Match: extract.Always(hook.Canceled),
			Subject: &paypalApproval, Due: paypalDue},
	})
}

// The payments of a completed order that are read.
const (
	paypalUnits    = 10 // how many purchase units an order may have
	paypalCaptures = 4  // of the first unit; the others have one each
)

// paypalUnitRules returns the rules that read the payment of each purchase unit of a completed order: its captures or
// its authorization.
func paypalUnitRules() (all extract.Rules) {
	for i := range paypalUnits {
		unit := fmt.Sprintf("body:resource.purchase_units.%d", i)
		add := func(prefix, at string, match extract.Match) {
			spec := paypalOrder
			spec.Aliases = []extract.AliasSpec{extract.Alias(prefix, at+".id")}
			spec.References = payload.SelectAll(unit+".invoice_id", unit+".custom_id")
			spec.Account = payload.SelectAll(unit + ".payee.merchant_id")
			spec.Amounts = []extract.AmountSpec{
				extract.Amount(at + ".amount.value").In(at + ".amount.currency_code"),
				extract.Amount(unit + ".amount.value").In(unit + ".amount.currency_code"),
			}
			rule := extract.Rule{
				Types:   []string{"CHECKOUT.ORDER.COMPLETED"},
				Also:    true,
				Subject: &spec,
				Match:   match,
				Marks:   paypalMethods,
			}
			if prefix == "payment" {
				rule.Part = payload.SelectAll(at + ".id")
			}
			all = append(all, rule)
		}
		captures := 1
		if i == 0 {
			captures = paypalCaptures
		}
		for j := range captures {
			capture := fmt.Sprintf("%s.payments.captures.%d", unit, j)
			add("payment", capture, extract.ByField("?"+capture+".id+"+capture+".status",
				extract.Kinds{"yes/COMPLETED": hook.Captured, "yes/PENDING": hook.CapturePending,
					"yes/DECLINED": hook.CaptureFailed, "yes/FAILED": hook.CaptureFailed,
					"yes/PARTIALLY_REFUNDED": hook.Captured, "yes/REFUNDED": hook.Captured}, ""))
		}
		authorization := unit + ".payments.authorizations.0"
		add("authorization", authorization, extract.ByField("?"+authorization+".id+"+authorization+".status",
			extract.Kinds{"yes/": hook.Authorized, "yes/CREATED": hook.Authorized, "yes/PENDING": hook.Processing,
				"yes/PARTIALLY_CAPTURED": hook.Authorized, "yes/DENIED": hook.Failed, "yes/VOIDED": hook.Canceled}, ""))
	}
	return all
}

// paypalPaymentRules are those of authorizations, captures and sales. That an authorization was voided is also the end
// of its order, unless another payment of the order is alive.
func paypalPaymentRules() extract.Rules {
	return extract.Rules{
		{Types: []string{"PAYMENT.AUTHORIZATION.CREATED"}, Subject: &paypalAuthorization, Marks: paypalMethods,
			Match: paypalStatus(extract.Kinds{"PENDING": hook.Processing, "DENIED": hook.Failed}, hook.Authorized)},
		{Types: []string{"PAYMENT.AUTHORIZATION.VOIDED"}, Subject: &paypalAuthorization, Also: true,
			Match: paypalStatus(extract.Kinds{"EXPIRED": hook.Expired}, hook.Canceled)},
		{Types: []string{"PAYMENT.AUTHORIZATION.VOIDED"}, Subject: &paypalVoided,
			Match: paypalStatus(extract.Kinds{"EXPIRED": hook.Expired}, hook.Canceled)},

		{Types: []string{"PAYMENT.CAPTURE.PENDING", "PAYMENT.SALE.PENDING"}, Match: extract.Always(hook.CapturePending),
			Subject: &paypalCapture, Part: paypalPart, Marks: paypalMethods},
		{Types: []string{"PAYMENT.CAPTURE.COMPLETED", "PAYMENT.SALE.COMPLETED"}, Match: extract.Always(hook.Captured),
			Subject: &paypalCapture, Part: paypalPart, Marks: slices.Concat(paypalMethods, paypalMore)},
		{Types: []string{"PAYMENT.CAPTURE.DENIED", "PAYMENT.CAPTURE.DECLINED", "PAYMENT.SALE.DENIED"},
			Match: extract.Always(hook.CaptureFailed), Subject: &paypalCapture, Part: paypalPart,
			Marks: slices.Concat(paypalMethods, paypalReserved)},
	}
}

// paypalRefundRules are those of refunds and reversals. The resource is nearly always the refund itself. Where it is
// the capture or sale, its state says whether all of it was returned; of a part nothing is known but that it was
// captured.
func paypalRefundRules() extract.Rules {
	return extract.Rules{
		{Types: []string{"PAYMENT.CAPTURE.REFUNDED", "PAYMENT.SALE.REFUNDED"}, Subject: &paypalRefund, Also: true,
			Part: paypalPart, Of: paypalRefunded, Sums: paypalReturned,
			Match: paypalStatus(paypalRefundStates, hook.Refund)},
		{Types: []string{"PAYMENT.CAPTURE.REFUNDED", "PAYMENT.SALE.REFUNDED"}, Subject: &paypalRefund, Also: true,
			Of: paypalRefunded, Amounts: []extract.AmountSpec{}, Sums: paypalRefund.Amounts,
			Match: paypalStatus(extract.Kinds{"REFUNDED": hook.Refund}, "")},
		{Types: []string{"PAYMENT.CAPTURE.REFUNDED", "PAYMENT.SALE.REFUNDED"}, Subject: &paypalCapture,
			Part:  paypalPart,
			Match: paypalStatus(extract.Kinds{"PARTIALLY_REFUNDED": hook.Captured}, "")},
		{Types: []string{"PAYMENT.CAPTURE.REVERSED", "PAYMENT.SALE.REVERSED"}, Match: extract.Always(hook.Reversed),
			Subject: &paypalRefund, Part: paypalPart, Of: paypalRefunded, Sums: paypalReturned},
		{Types: []string{"PAYMENT.REFUND.COMPLETED"}, Match: extract.Always(hook.Refund), Subject: &paypalRefund,
			Part: paypalPart, Of: paypalRefunded, Sums: paypalReturned},
		{Types: []string{"PAYMENT.REFUND.PENDING"}, Match: extract.Always(hook.RefundPending), Subject: &paypalRefund,
			Part: paypalPart, Of: paypalRefunded},
		{Types: []string{"PAYMENT.REFUND.FAILED"}, Match: extract.Always(hook.RefundFailed), Subject: &paypalRefund,
			Part: paypalPart, Of: paypalRefunded},
		{Types: []string{"PAYMENT.REFUND.*"}, Match: extract.Always(hook.Info), Subject: &paypalRefund},
	}
}
