package provider

import (
	"slices"

	"hookbeam/server/hook"
)

// Razorpay's order is what a payer tries to pay, as often as it takes: every try is the same subject. Subscriptions
// name nothing: they have many payments.
var razorpayPayment = thing{
	names: []naming{
		{prefix: "payment", at: "body:payload.payment.entity.id"},
		{prefix: "payment", at: "body:payload.refund.entity.payment_id"},
		{prefix: "payment", at: "body:payload.dispute.entity.payment_id"},
		{prefix: "razorpay-order", at: "body:payload.payment.entity.order_id"},
		{prefix: "razorpay-order", at: "body:payload.payment_link.entity.order_id"},
		{prefix: "razorpay-order", at: "body:payload.invoice.entity.order_id"},
		{prefix: "razorpay-order", at: "body:payload.order.entity.id"},
		{prefix: "payment-link", at: "body:payload.payment_link.entity.id"},
		{prefix: "invoice", at: "body:payload.invoice.entity.id"},
		{prefix: "invoice", at: "body:payload.payment.entity.invoice_id"},
	},
	references: slices.Concat(razorpayNotes("body:payload.payment.entity.notes"), razorpayNotes("body:payload.order.entity.notes"),
		razorpayNotes("body:payload.payment_link.entity.notes"), []string{"body:payload.order.entity.receipt",
			"body:payload.payment_link.entity.reference_id", "body:payload.invoice.entity.receipt"}),
	customer: []string{"body:payload.payment.entity.email", "body:payload.payment_link.entity.customer.email",
		"body:payload.invoice.entity.customer_details.email"},
	amounts: []amount{{at: "body:payload.payment.entity.amount"}, {at: "body:payload.payment_link.entity.amount"},
		{at: "body:payload.invoice.entity.amount"}, {at: "body:payload.order.entity.amount"}},
	currency: []string{"body:payload.payment.entity.currency", "body:payload.payment_link.entity.currency",
		"body:payload.invoice.entity.currency", "body:payload.order.entity.currency", "body:payload.refund.entity.currency"},
}

// razorpayNotes are also those that Razorpay's own plugins for shops write.
func razorpayNotes(within string) []string {
	return append(ordered(within), within+".merchant_order_id", within+".woocommerce_order_id", within+".woocommerce_order_number")
}

// razorpayLink has times of its own: that of its events is when the link was made.
var razorpayLink = func() thing {
	t := razorpayPayment
	t.times = []string{"body:payload.payment_link.entity.expired_at", "body:payload.payment_link.entity.cancelled_at",
		"body:payload.payment_link.entity.updated_at"}
	return t
}()

// razorpayTells: https://razorpay.com/docs/webhooks/payloads/
var razorpayTells = []tell{
	{types: []string{"payment.authorized"}, of: &razorpayPayment,
		says: by("body:payload.payment.entity.captured", kinds{"true": hook.Captured, "1": hook.Captured}, hook.Authorized)},
	{types: []string{"payment.captured", "subscription.charged"}, says: is(hook.Captured), of: &razorpayPayment},
	{types: []string{"payment.failed"}, says: is(hook.Failed), of: &razorpayPayment},
	{types: []string{"order.paid"}, says: is(hook.Captured), of: &razorpayPayment,
		amount: []amount{{at: "body:payload.order.entity.amount_paid"}, {at: "body:payload.payment.entity.amount"}}},
	{types: []string{"order.notification.*"}, says: is(hook.Info), of: &razorpayPayment},

	{types: []string{"refund.processed"}, says: is(hook.Refund), of: &razorpayPayment, refund: []string{"body:payload.refund.entity.id"},
		amount: []amount{{at: "body:payload.payment.entity.amount_refunded", total: true}, {at: "body:payload.refund.entity.amount"}}},
	{types: []string{"refund.failed"}, says: is(hook.RefundFailed), of: &razorpayPayment, refund: []string{"body:payload.refund.entity.id"},
		amount: []amount{{at: "body:payload.refund.entity.amount"}}},
	{types: []string{"refund.*"}, says: is(hook.Info), of: &razorpayPayment},

	{types: []string{"payment.dispute.created", "payment.dispute.under_review", "payment.dispute.action_required"},
		says: is(hook.DisputeOpen), of: &razorpayPayment},
	{types: []string{"payment.dispute.won"}, says: is(hook.DisputeWon), of: &razorpayPayment},
	{types: []string{"payment.dispute.lost"}, says: is(hook.DisputeLost), of: &razorpayPayment},
	{types: []string{"payment.dispute.closed"}, says: is(hook.DisputeClosed), of: &razorpayPayment},

	{types: []string{"payment_link.paid"}, says: is(hook.Captured), of: &razorpayLink,
		amount: []amount{{at: "body:payload.payment_link.entity.amount_paid"}, {at: "body:payload.payment.entity.amount"}}},
	{types: []string{"payment_link.partially_paid"}, says: is(hook.Processing), of: &razorpayLink},
	{types: []string{"payment_link.expired"}, says: is(hook.Expired), of: &razorpayLink},
	{types: []string{"payment_link.cancelled"}, says: is(hook.Canceled), of: &razorpayLink},

	{types: []string{"invoice.paid"}, says: is(hook.Captured), of: &razorpayPayment},
	{types: []string{"invoice.partially_paid"}, says: is(hook.Processing), of: &razorpayPayment},
	{types: []string{"invoice.expired"}, says: is(hook.Expired), of: &razorpayPayment},
}
