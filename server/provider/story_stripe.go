package provider

import (
	"slices"

	"hookbeam/server/hook"
)

// ordered are the ways in which shops write their order's number among the facts that they may add to a payment.
func ordered(within string) []string {
	return []string{within + ".order_id", within + ".orderId", within + ".order_number", within + ".orderNumber"}
}

// stripeDigits are the currencies whose smallest unit is another to Stripe than to ISO 4217:
// https://docs.stripe.com/currencies#special-cases
var stripeDigits = map[string]int{"ISK": 2, "UGX": 2, "MGA": 0}

// stripeObject is what an event's object is, by its id, with what all of them share. Customers and subscriptions name
// nothing: they have many payments.
func stripeObject(names []naming, sum string, customer, own []string) thing {
	return thing{
		names: names, references: slices.Concat(own, ordered("body:data.object.metadata")), customer: customer,
		amounts: []amount{{at: sum}}, currency: []string{"body:data.object.currency"}, digits: stripeDigits,
	}
}

var (
	stripeIntent = stripeObject([]naming{
		{prefix: "payment", at: "body:data.object.id"},
		{prefix: "charge", at: "body:data.object.latest_charge"},
		{prefix: "charge", at: "body:data.object.charges.data.0.id"}, // before the API of November 2022
		{prefix: "invoice", at: "body:data.object.invoice"},          // before that of March 2025
	}, "body:data.object.amount", []string{"body:data.object.receipt_email"}, []string{"body:data.object.payment_details.order_reference"})

	stripeCharge = stripeObject([]naming{
		{prefix: "payment", at: "body:data.object.payment_intent"},
		{prefix: "charge", at: "body:data.object.id"},
		{prefix: "invoice", at: "body:data.object.invoice"},
	}, "body:data.object.amount", []string{"body:data.object.billing_details.email", "body:data.object.receipt_email"}, nil)

	// stripeAbout is what is about a charge: a refund, a dispute.
	stripeAbout = stripeObject([]naming{
		{prefix: "payment", at: "body:data.object.payment_intent"},
		{prefix: "charge", at: "body:data.object.charge"},
	}, "body:data.object.amount", nil, nil)

	stripeSession = stripeObject([]naming{
		{prefix: "payment", at: "body:data.object.payment_intent"},
		{prefix: "checkout", at: "body:data.object.id"},
		{prefix: "invoice", at: "body:data.object.invoice"},
	}, "body:data.object.amount_total", []string{"body:data.object.customer_details.email", "body:data.object.customer_email"},
		[]string{"body:data.object.client_reference_id"})

	stripeInvoice = stripeObject([]naming{
		{prefix: "payment", at: "body:data.object.payment_intent"},
		{prefix: "payment", at: "body:data.object.payments.data.0.payment.payment_intent"},
		{prefix: "charge", at: "body:data.object.charge"},
		{prefix: "invoice", at: "body:data.object.id"},
	}, "body:data.object.amount_due", []string{"body:data.object.customer_email"}, nil)

	// stripePart is a payment of an invoice: in the API of March 2025 the only word of which payment is whose.
	stripePart = stripeObject([]naming{
		{prefix: "payment", at: "body:data.object.payment.payment_intent"},
		{prefix: "charge", at: "body:data.object.payment.charge"},
		{prefix: "invoice", at: "body:data.object.invoice"},
	}, "body:data.object.amount_paid", nil, nil)
)

// stripeTells: https://docs.stripe.com/api/events/types
var stripeTells = []tell{
	{types: []string{"payment_intent.created"}, says: is(hook.Created), of: &stripeIntent},
	{types: []string{"payment_intent.requires_action"}, says: is(hook.Action), of: &stripeIntent},
	{types: []string{"payment_intent.processing", "payment_intent.partially_funded"}, says: is(hook.Processing), of: &stripeIntent},
	{types: []string{"payment_intent.amount_capturable_updated"}, of: &stripeIntent,
		says: by("?body:data.object.amount_capturable", kinds{"yes": hook.Authorized}, hook.Info)},
	{types: []string{"payment_intent.succeeded"}, says: is(hook.Captured), of: &stripeIntent,
		amount: []amount{{at: "body:data.object.amount_received"}, {at: "body:data.object.amount"}}},
	{types: []string{"payment_intent.payment_failed"}, says: is(hook.Failed), of: &stripeIntent},
	{types: []string{"payment_intent.canceled"}, of: &stripeIntent,
		says: by("body:data.object.cancellation_reason", kinds{"expired": hook.Expired}, hook.Canceled)},
	{types: []string{"payment_intent.*"}, says: is(hook.Info), of: &stripeIntent},

	{types: []string{"charge.refund.updated", "refund.created", "refund.updated"}, of: &stripeAbout, refund: []string{"body:data.object.id"},
		says: by("body:data.object.status", kinds{"succeeded": hook.Refund, "failed": hook.RefundFailed, "canceled": hook.RefundFailed}, hook.Info)},
	{types: []string{"refund.failed"}, says: is(hook.RefundFailed), of: &stripeAbout, refund: []string{"body:data.object.id"}},
	{types: []string{"charge.dispute.created"}, says: is(hook.DisputeOpen), of: &stripeAbout},
	{types: []string{"charge.dispute.closed"}, of: &stripeAbout,
		says: by("body:data.object.status", kinds{"won": hook.DisputeWon, "warning_closed": hook.DisputeWon}, hook.DisputeLost)},
	{types: []string{"charge.dispute.*"}, says: is(hook.Info), of: &stripeAbout},

	{types: []string{"charge.pending"}, says: is(hook.Processing), of: &stripeCharge},
	{types: []string{"charge.succeeded"}, of: &stripeCharge,
		says: by("body:data.object.captured", kinds{"true": hook.Captured}, hook.Authorized)},
	{types: []string{"charge.captured"}, says: is(hook.Captured), of: &stripeCharge,
		amount: []amount{{at: "body:data.object.amount_captured"}, {at: "body:data.object.amount"}}},
	{types: []string{"charge.failed"}, says: is(hook.Failed), of: &stripeCharge},
	{types: []string{"charge.expired"}, says: is(hook.Expired), of: &stripeCharge},
	{types: []string{"charge.refunded"}, says: is(hook.Refund), of: &stripeCharge,
		amount: []amount{{at: "body:data.object.amount_refunded", total: true}}},
	{types: []string{"charge.updated"}, says: is(hook.Info), of: &stripeCharge},

	{types: []string{"checkout.session.completed"}, of: &stripeSession,
		says: by("body:data.object.mode+body:data.object.payment_status", kinds{
			"payment/paid": hook.Captured, "payment/no_payment_required": hook.Captured, "payment/unpaid": hook.Processing,
			"subscription/paid": hook.Captured, "subscription/no_payment_required": hook.Captured, "subscription/unpaid": hook.Processing,
			"/paid": hook.Captured, "/no_payment_required": hook.Captured, "/unpaid": hook.Processing, // before there were modes
		}, hook.Info)},
	{types: []string{"checkout.session.async_payment_succeeded"}, says: is(hook.Captured), of: &stripeSession},
	{types: []string{"checkout.session.async_payment_failed"}, says: is(hook.Failed), of: &stripeSession},
	{types: []string{"checkout.session.expired"}, says: is(hook.Expired), of: &stripeSession},

	{types: []string{"invoice.paid", "invoice.payment_succeeded"}, says: is(hook.Captured), of: &stripeInvoice,
		amount: []amount{{at: "body:data.object.amount_paid"}}},
	{types: []string{"invoice.finalized"}, says: is(hook.Created), of: &stripeInvoice},
	{types: []string{"invoice.payment_action_required"}, says: is(hook.Action), of: &stripeInvoice},
	{types: []string{"invoice.payment_failed", "invoice.marked_uncollectible"}, says: is(hook.Failed), of: &stripeInvoice},
	{types: []string{"invoice.voided"}, says: is(hook.Canceled), of: &stripeInvoice},
	{types: []string{"invoice.created", "invoice.updated", "invoice.sent", "invoice.overdue"}, says: is(hook.Info), of: &stripeInvoice},
	{types: []string{"invoice_payment.paid"}, says: is(hook.Captured), of: &stripePart},
}
