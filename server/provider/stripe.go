package provider

import (
	"slices"
	"time"

	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// stripe is Stripe.
//
// Signature: the header Stripe-Signature is a list "t=1772625600,v1=…,v1=…". Each v1 is the hex HMAC-SHA-256 of the
// time, a dot and the body. While a secret is rolled, which takes up to 24 hours, there is one v1 for each active
// secret; one that matches is enough. The key is the whole secret with its prefix whsec_, as text. Standard Webhooks
// and Svix use the same prefix and decode what follows it from base64.
//
// Event: the member id (evt_…) is unique and a retry keeps it; created is in seconds. account is set on events of
// connected accounts only.
//
// Traps: the order of arrival is not guaranteed, and Stripe retries for up to three days. Events of the v2 API ("thin"
// events, types v2.*) have related_object instead of data.object, so the rules here report nothing for them.
//
// Source: https://docs.stripe.com/webhooks#verify-manually
var stripe = Provider{
	ID: "stripe", Name: "Stripe",
	Steps: []string{
		"In Stripe's dashboard open Developers, Webhooks, and add a destination with this address and the " +
			"events you need.",
		"Reveal the signing secret of that destination and add it here, including whsec_ at its beginning.",
	},
	Secret: SecretWords{Name: "Signing secret", Hint: "begins with whsec_", Begins: "whsec_",
		Not: []Lookalike{{"sk_", "an API secret key"}, {"rk_", "a restricted API key"},
			{"pk_", "a publishable key"}, {"we_", "a webhook's id"}}},
	Ranges: []Range{
		{Name: "Stripe", Source: "https://docs.stripe.com/ips",
			CIDRs: []string{"3.18.12.63/32", "3.130.192.231/32", "13.235.14.237/32", "13.235.122.149/32",
				"18.211.135.69/32", "35.154.171.200/32", "52.15.183.38/32", "54.88.130.119/32", "54.88.130.237/32",
				"54.187.174.169/32", "54.187.205.235/32", "54.187.216.72/32"}},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:Stripe-Signature"), Format: signature.Pairs,
			Separator: ",", Prefix: "v1", Hash: "sha256",
			Message: signature.Message("{time}.{body}"), TimeBeside: "t", Unit: time.Second}},
	},
	Identity: Identity{
		Events:  joins("body:id"),
		Types:   payload.SelectAll("body:type"),
		Times:   payload.SelectAll("body:created"),
		Account: payload.Select("body:account"),
		Mode:    liveIf("body:livemode"),
	},
	Rules: stripeRules,
}

// stripeDigits are the currencies whose minor unit at Stripe differs from ISO 4217:
// https://docs.stripe.com/currencies#special-cases
var stripeDigits = map[string]int{"ISK": 2, "UGX": 2, "MGA": 0}

// stripeObject returns the subject of an event whose data.object has these aliases, with what all such objects share:
// amount is the path of the amount, customer selects the email address, and own are references besides those in
// metadata. Customers and subscriptions are no aliases, because they have many payments.
func stripeObject(aliases []extract.AliasSpec, amount string, customer, own []payload.Selector) extract.SubjectSpec {
	return extract.SubjectSpec{
		Aliases: aliases, References: slices.Concat(own, orderNumbers("body:data.object.metadata")), Customer: customer,
		Amounts:  []extract.AmountSpec{extract.Amount(amount)},
		Currency: payload.SelectAll("body:data.object.currency"), Digits: stripeDigits,
	}
}

var (
	// stripeIntent is a PaymentIntent. Its charge and its invoice are aliases, so that events about those are merged
	// with it.
	stripeIntent = stripeObject([]extract.AliasSpec{
		extract.Alias("payment", "body:data.object.id"),
		extract.Alias("charge", "body:data.object.latest_charge"),
		extract.Alias("charge", "body:data.object.charges.data.0.id"), // before the API of November 2022
		extract.Alias("invoice", "body:data.object.invoice"),          // before that of March 2025
	}, "body:data.object.amount", payload.SelectAll("body:data.object.receipt_email"),
		payload.SelectAll("body:data.object.payment_details.order_reference"))

	// stripeCharge is a charge: one attempt to pay a PaymentIntent, or a payment of its own in older integrations.
	stripeCharge = stripeObject([]extract.AliasSpec{
		extract.Alias("payment", "body:data.object.payment_intent"),
		extract.Alias("charge", "body:data.object.id"),
		extract.Alias("invoice", "body:data.object.invoice"),
	}, "body:data.object.amount", payload.SelectAll("body:data.object.billing_details.email",
		"body:data.object.receipt_email"), nil)

	// stripeByCharge is the payment of an object that belongs to a charge: a refund or a dispute.
	stripeByCharge = stripeObject([]extract.AliasSpec{
		extract.Alias("payment", "body:data.object.payment_intent"),
		extract.Alias("charge", "body:data.object.charge"),
	}, "body:data.object.amount", nil, nil)

	// stripeSession is a Checkout session. It has no PaymentIntent before the customer pays, and never one if it starts
	// a subscription; then the invoice is the alias.
	stripeSession = stripeObject([]extract.AliasSpec{
		extract.Alias("payment", "body:data.object.payment_intent"),
		extract.Alias("checkout", "body:data.object.id"),
		extract.Alias("invoice", "body:data.object.invoice"),
	}, "body:data.object.amount_total", payload.SelectAll("body:data.object.customer_details.email",
		"body:data.object.customer_email"),
		payload.SelectAll("body:data.object.client_reference_id"))

	// stripeInvoice is an invoice. Up to the API of March 2025 it names its PaymentIntent itself, since then in
	// payments.
	stripeInvoice = stripeObject([]extract.AliasSpec{
		extract.Alias("payment", "body:data.object.payment_intent"),
		extract.Alias("payment", "body:data.object.payments.data.0.payment.payment_intent"),
		extract.Alias("charge", "body:data.object.charge"),
		extract.Alias("invoice", "body:data.object.id"),
	}, "body:data.object.amount_due", payload.SelectAll("body:data.object.customer_email"), nil)

	// stripeInvoicePayment connects a payment with its invoice. Since the API of March 2025 this event alone names
	// both.
	stripeInvoicePayment = stripeObject([]extract.AliasSpec{
		extract.Alias("payment", "body:data.object.payment.payment_intent"),
		extract.Alias("charge", "body:data.object.payment.charge"),
		extract.Alias("invoice", "body:data.object.invoice"),
	}, "body:data.object.amount_paid", nil, nil)
)

// stripeRules: https://docs.stripe.com/api/events/types. Several events report the same payment
// (payment_intent.succeeded, charge.succeeded, invoice.paid); their aliases make them one subject.
var stripeRules = extract.Rules{
	{Types: []string{"payment_intent.created"}, Match: extract.Always(hook.Created), Subject: &stripeIntent},
	{Types: []string{"payment_intent.requires_action"}, Match: extract.Always(hook.Action), Subject: &stripeIntent},
	{Types: []string{"payment_intent.processing", "payment_intent.partially_funded"},
		Match: extract.Always(hook.Processing), Subject: &stripeIntent},
	{Types: []string{"payment_intent.amount_capturable_updated"}, Subject: &stripeIntent,
		Match: extract.ByField("?body:data.object.amount_capturable", extract.Kinds{"yes": hook.Authorized},
			hook.Info)},
	{Types: []string{"payment_intent.succeeded"}, Match: extract.Always(hook.Captured), Subject: &stripeIntent,
		Amounts: []extract.AmountSpec{extract.Amount("body:data.object.amount_received"),
			extract.Amount("body:data.object.amount")}},
	{Types: []string{"payment_intent.payment_failed"}, Match: extract.Always(hook.Failed), Subject: &stripeIntent},
	{Types: []string{"payment_intent.canceled"}, Subject: &stripeIntent,
		Match: extract.ByField("body:data.object.cancellation_reason", extract.Kinds{"expired": hook.Expired},
			hook.Canceled)},
	{Types: []string{"payment_intent.*"}, Match: extract.Always(hook.Info), Subject: &stripeIntent},

	{Types: []string{"charge.refund.updated", "refund.created", "refund.updated"}, Subject: &stripeByCharge,
		Part: payload.SelectAll("body:data.object.id"),
		Match: extract.ByField("body:data.object.status",
			extract.Kinds{"succeeded": hook.Refund, "failed": hook.RefundFailed, "canceled": hook.RefundFailed},
			hook.Info)},
	{Types: []string{"refund.failed"}, Match: extract.Always(hook.RefundFailed), Subject: &stripeByCharge,
		Part: payload.SelectAll("body:data.object.id")},
	{Types: []string{"charge.dispute.created"}, Match: extract.Always(hook.DisputeOpen), Subject: &stripeByCharge},
	{Types: []string{"charge.dispute.closed"}, Subject: &stripeByCharge,
		Match: extract.ByField("body:data.object.status",
			extract.Kinds{"won": hook.DisputeWon, "warning_closed": hook.DisputeWon}, hook.DisputeLost)},
	{Types: []string{"charge.dispute.*"}, Match: extract.Always(hook.Info), Subject: &stripeByCharge},

	{Types: []string{"charge.pending"}, Match: extract.Always(hook.Processing), Subject: &stripeCharge},
	{Types: []string{"charge.succeeded"}, Subject: &stripeCharge,
		Match: extract.ByField("body:data.object.captured", extract.Kinds{"true": hook.Captured}, hook.Authorized)},
	{Types: []string{"charge.captured"}, Match: extract.Always(hook.Captured), Subject: &stripeCharge,
		Amounts: []extract.AmountSpec{extract.Amount("body:data.object.amount_captured"),
			extract.Amount("body:data.object.amount")}},
	{Types: []string{"charge.failed"}, Match: extract.Always(hook.Failed), Subject: &stripeCharge},
	{Types: []string{"charge.expired"}, Match: extract.Always(hook.Expired), Subject: &stripeCharge},
	{Types: []string{"charge.refunded"}, Match: extract.Always(hook.Refund), Subject: &stripeCharge,
		Amounts: []extract.AmountSpec{extract.Amount("body:data.object.amount_refunded").Total()}},
	{Types: []string{"charge.updated"}, Match: extract.Always(hook.Info), Subject: &stripeCharge},

	{Types: []string{"checkout.session.completed"}, Subject: &stripeSession,
		Match: extract.ByField("body:data.object.mode+body:data.object.payment_status", extract.Kinds{
			"payment/paid": hook.Captured, "payment/no_payment_required": hook.Captured,
			"payment/unpaid":    hook.Processing,
			"subscription/paid": hook.Captured, "subscription/no_payment_required": hook.Captured,
			"subscription/unpaid": hook.Processing,
			// before there were modes
			"/paid": hook.Captured, "/no_payment_required": hook.Captured, "/unpaid": hook.Processing,
		}, hook.Info)},
	{Types: []string{"checkout.session.async_payment_succeeded"}, Match: extract.Always(hook.Captured),
		Subject: &stripeSession},
	{Types: []string{"checkout.session.async_payment_failed"}, Match: extract.Always(hook.Failed),
		Subject: &stripeSession},
	{Types: []string{"checkout.session.expired"}, Match: extract.Always(hook.Expired), Subject: &stripeSession},

	{Types: []string{"invoice.paid", "invoice.payment_succeeded"}, Match: extract.Always(hook.Captured),
		Subject: &stripeInvoice,
		Amounts: []extract.AmountSpec{extract.Amount("body:data.object.amount_paid")}},
	{Types: []string{"invoice.finalized"}, Match: extract.Always(hook.Created), Subject: &stripeInvoice},
	{Types: []string{"invoice.payment_action_required"}, Match: extract.Always(hook.Action), Subject: &stripeInvoice},
	{Types: []string{"invoice.payment_failed", "invoice.marked_uncollectible"},
		Match: extract.Always(hook.Failed), Subject: &stripeInvoice},
	{Types: []string{"invoice.voided"}, Match: extract.Always(hook.Canceled), Subject: &stripeInvoice},
	{Types: []string{"invoice.created", "invoice.updated", "invoice.sent", "invoice.overdue"},
		Match: extract.Always(hook.Info), Subject: &stripeInvoice},
	{Types: []string{"invoice_payment.paid"}, Match: extract.Always(hook.Captured), Subject: &stripeInvoicePayment},
}
