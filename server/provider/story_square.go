package provider

import "hookbeam/server/hook"

// squarePayment is one try to pay an order; another try of the same order is the same subject.
var squarePayment = thing{
	names: []naming{
		{prefix: "payment", at: "body:data.object.payment.id"},
		{prefix: "square-order", at: "body:data.object.payment.order_id"},
	},
	references: []string{"body:data.object.payment.reference_id"}, customer: []string{"body:data.object.payment.buyer_email_address"},
	amounts: []amount{
		{at: "body:data.object.payment.total_money.amount", currency: "body:data.object.payment.total_money.currency"},
		{at: "body:data.object.payment.amount_money.amount", currency: "body:data.object.payment.amount_money.currency"},
	},
}

// squareRefund names the payment alone: the order in it may be one that was made for the return.
var squareRefund = thing{
	names: []naming{{prefix: "payment", at: "body:data.object.refund.payment_id"}},
	amounts: []amount{
		{at: "body:data.object.refund.amount_money.amount", currency: "body:data.object.refund.amount_money.currency"},
	},
}

var squareDispute = thing{names: []naming{{prefix: "payment", at: "body:data.object.dispute.disputed_payment.payment_id"}}}

var squareInvoice = thing{
	names: []naming{
		{prefix: "invoice", at: "body:data.object.invoice.id"},
		{prefix: "square-order", at: "body:data.object.invoice.order_id"},
	},
	customer: []string{"body:data.object.invoice.primary_recipient.email_address"},
}

// squareTells: https://developer.squareup.com/docs/webhooks/v2-events-tech-ref
var squareTells = []tell{
	{types: []string{"payment.created", "payment.updated"}, of: &squarePayment, also: true,
		says: by("body:data.object.payment.status", kinds{"APPROVED": hook.Authorized, "PENDING": hook.Processing, "COMPLETED": hook.Captured,
			"CANCELED": hook.Canceled, "FAILED": hook.Failed}, "")},
	{types: []string{"payment.created", "payment.updated"}, of: &squarePayment,
		says:   by("?body:data.object.payment.refunded_money.amount", kinds{"yes": hook.Refund}, ""),
		amount: []amount{{at: "body:data.object.payment.refunded_money.amount", currency: "body:data.object.payment.refunded_money.currency", total: true}}},
	{types: []string{"refund.created", "refund.updated"}, of: &squareRefund, refund: []string{"body:data.object.refund.id"},
		says: by("body:data.object.refund.status", kinds{"COMPLETED": hook.Refund, "FAILED": hook.RefundFailed, "REJECTED": hook.RefundFailed}, hook.Info)},
	{types: []string{"dispute.created", "dispute.state.*"}, of: &squareDispute,
		says: by("body:data.object.dispute.state", kinds{"WON": hook.DisputeWon, "INQUIRY_CLOSED": hook.DisputeWon, "LOST": hook.DisputeLost,
			"ACCEPTED": hook.DisputeLost}, hook.DisputeOpen)},
	{types: []string{"invoice.published"}, says: is(hook.Created), of: &squareInvoice},
	{types: []string{"invoice.payment_made"}, of: &squareInvoice,
		says: by("body:data.object.invoice.status", kinds{"PARTIALLY_PAID": hook.Processing, "PAYMENT_PENDING": hook.Processing}, hook.Captured)},
	{types: []string{"invoice.canceled"}, says: is(hook.Canceled), of: &squareInvoice},
	{types: []string{"invoice.scheduled_charge_failed"}, says: is(hook.Failed), of: &squareInvoice},
	{types: []string{"invoice.created", "invoice.updated", "invoice.refunded"}, says: is(hook.Info), of: &squareInvoice},
}
