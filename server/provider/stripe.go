package provider

import (
	"slices"
	"time"

	"hookbeam/server/extract"
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
// Traps: the order of arrival is not guaranteed, and Stripe retries for up to three days. Thin events (types v2.*, and
// v1.* where they were asked for) have related_object instead of data.object: they name an object and say nothing else
// about it.
var stripe = Provider{
	ID: "stripe", Name: "Stripe",
	Aliases: []string{"Stripe Connect", "Stripe Checkout"},
	Grade:   GradeA, Source: "https://docs.stripe.com/webhooks#verify-manually",
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
	Rules: stripeRules(),
}

// stripeDigits are the currencies whose minor unit at Stripe differs from ISO 4217:
// https://docs.stripe.com/currencies#special-cases
var stripeDigits = map[string]int{"ISK": 2, "UGX": 2, "MGA": 0}

// stripeObject returns the subject of an event whose data.object is, or belongs to, one payment with these aliases and
// one order with these: amount is the path of the amount. Customers and subscriptions are neither, because they have
// many payments. own are references besides those in metadata; a shop's number is a name only within the shop whose
// address WooCommerce writes into metadata, for several shops may share an account.
func stripeObject(payments, orders []extract.AliasSpec, amount string, own ...string) extract.SubjectSpec {
	return extract.SubjectSpec{
		Aliases: payments, Orders: orders,
		References:  slices.Concat(payload.SelectAll(own...), orderNumbers("body:data.object.metadata")),
		Scope:       payload.SelectAll("body:data.object.metadata.site_url"),
		CustomerIDs: payload.SelectAll("body:data.object.customer"),
		Amounts:     []extract.AmountSpec{extract.Amount(amount)},
		Currency:    payload.SelectAll("body:data.object.currency"), Digits: stripeDigits,
	}
}

// paidBy returns a copy of a subject with the places of the customer's email addresses and telephone numbers.
func paidBy(spec extract.SubjectSpec, mails, phones []payload.Selector) extract.SubjectSpec {
	spec.Customer, spec.Phones = mails, phones
	return spec
}

var (
	// stripeIntent is a PaymentIntent. Its charges are the same payment, so that events about those are merged with it.
	stripeIntent = paidBy(stripeObject([]extract.AliasSpec{
		extract.Alias("payment", "body:data.object.id"),
		extract.Alias("charge", "body:data.object.latest_charge"),
		extract.Alias("charge", "body:data.object.charges.data.0.id"), // before the API of November 2022
	}, []extract.AliasSpec{
		extract.Alias("invoice", "body:data.object.invoice"), // before that of March 2025
	}, "body:data.object.amount", "body:data.object.payment_details.order_reference"),
		payload.SelectAll("body:data.object.receipt_email",
			"body:data.object.charges.data.0.billing_details.email"), nil)

	// stripeCharge is a charge: one attempt to pay a PaymentIntent, or a payment of its own in older integrations. Its
	// id begins with ch_ or py_.
	stripeCharge = paidBy(stripeObject([]extract.AliasSpec{
		extract.Alias("payment", "body:data.object.payment_intent"),
		extract.Alias("charge", "body:data.object.id"),
	}, []extract.AliasSpec{
		extract.Alias("invoice", "body:data.object.invoice"),
	}, "body:data.object.amount"),
		payload.SelectAll("body:data.object.billing_details.email", "body:data.object.receipt_email"),
		payload.SelectAll("body:data.object.billing_details.phone"))

	// stripeByCharge is the payment of an object that belongs to a charge: a refund or a dispute.
	stripeByCharge = stripeObject([]extract.AliasSpec{
		extract.Alias("payment", "body:data.object.payment_intent"),
		extract.Alias("charge", "body:data.object.charge"),
	}, nil, "body:data.object.amount")

	// stripeSession is a Checkout session: an order. It has no PaymentIntent before the customer pays, and never one if
	// it starts a subscription; then its invoice is the same order.
	stripeSession = paidBy(stripeObject([]extract.AliasSpec{
		extract.Alias("payment", "body:data.object.payment_intent"),
	}, []extract.AliasSpec{
		extract.Alias("checkout", "body:data.object.id"),
		extract.Alias("invoice", "body:data.object.invoice"),
	}, "body:data.object.amount_total", "body:data.object.client_reference_id"),
		payload.SelectAll("body:data.object.customer_details.email", "body:data.object.customer_email"),
		payload.SelectAll("body:data.object.customer_details.phone"))

	// stripeInvoice is an invoice: an order. Up to the API of March 2025 it names its PaymentIntent itself, since then
	// in payments, if at all.
	stripeInvoice = paidBy(stripeObject([]extract.AliasSpec{
		extract.Alias("payment", "body:data.object.payment_intent"),
		extract.Alias("payment", "body:data.object.payments.data.0.payment.payment_intent"),
		extract.Alias("charge", "body:data.object.charge"),
	}, []extract.AliasSpec{
		extract.Alias("invoice", "body:data.object.id"),
	}, "body:data.object.amount_due"),
		payload.SelectAll("body:data.object.customer_email"), payload.SelectAll("body:data.object.customer_phone"))

	// stripeInvoicePayment connects a payment with its invoice. Since the API of March 2025 this event alone names
	// both. A payment outside of Stripe that the merchant recorded has no other event.
	stripeInvoicePayment = stripeObject([]extract.AliasSpec{
		extract.Alias("payment", "body:data.object.payment.payment_intent"),
		extract.Alias("charge", "body:data.object.payment.charge"),
		extract.Alias("payment-record", "body:data.object.payment.payment_record").Fallback(),
		extract.Alias("invoice-payment", "body:data.object.id").Fallback(),
	}, []extract.AliasSpec{
		extract.Alias("invoice", "body:data.object.invoice"),
	}, "body:data.object.amount_paid")

	// stripeRelated are the subjects of thin events, by the type of the object that they name.
	stripeRelated = map[string]extract.SubjectSpec{
		"payment_intent":   {Aliases: []extract.AliasSpec{extract.Alias("payment", "body:related_object.id")}},
		"charge":           {Aliases: []extract.AliasSpec{extract.Alias("charge", "body:related_object.id")}},
		"checkout.session": {Orders: []extract.AliasSpec{extract.Alias("checkout", "body:related_object.id")}},
		"invoice":          {Orders: []extract.AliasSpec{extract.Alias("invoice", "body:related_object.id")}},
	}
)
