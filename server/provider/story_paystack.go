package provider

import (
	"slices"

	"hookbeam/server/hook"
)

// paystackCharge is known by the reference that the shop chose, or had chosen. Of a subscription's charges, only the
// first has what the shop wrote.
var paystackCharge = thing{
	names: []naming{
		{prefix: "payment", at: "body:data.reference"},
		{prefix: "payment-request", at: "body:data.request_code"},
		{prefix: "payment", at: "body:data.offline_reference"},
	},
	references: slices.Concat(ordered("body:data.metadata"), []string{"body:data.reference"}),
	customer:   []string{"body:data.customer.email"},
	amounts:    []amount{{at: "body:data.amount"}}, currency: []string{"body:data.currency"}, digits: map[string]int{"XOF": 2},
}

// paystackLater is what comes of a charge.
func paystackLater(reference string) thing {
	t := paystackCharge
	t.names, t.references = []naming{{prefix: "payment", at: reference}}, nil
	return t
}

var (
	paystackRefund  = paystackLater("body:data.transaction_reference")
	paystackInvoice = paystackLater("body:data.transaction.reference")

	paystackDispute = func() thing {
		t := paystackInvoice
		t.times = []string{"body:data.resolvedAt"} // that of its events is when it was opened
		return t
	}()
)

// paystackTells: https://paystack.com/docs/payments/webhooks/#supported-events
var paystackTells = []tell{
	{types: []string{"charge.success", "paymentrequest.success", "preauthorization.capture.success"}, says: is(hook.Captured), of: &paystackCharge},
	{types: []string{"charge.failed", "bank.transfer.rejected", "preauthorization.reserve.failed"}, says: is(hook.Failed), of: &paystackCharge},
	{types: []string{"paymentrequest.pending"}, says: is(hook.Created), of: &paystackCharge},
	{types: []string{"preauthorization.reserve.success"}, says: is(hook.Authorized), of: &paystackCharge},
	{types: []string{"preauthorization.capture.failed"}, says: is(hook.CaptureFailed), of: &paystackCharge},
	{types: []string{"preauthorization.release.success"}, says: is(hook.Canceled), of: &paystackCharge},
	{types: []string{"invoice.payment_failed"}, says: is(hook.Failed), of: &paystackInvoice},
	{types: []string{"invoice.*"}, says: is(hook.Info), of: &paystackInvoice},

	{types: []string{"refund.processed"}, says: is(hook.Refund), of: &paystackRefund, refund: []string{"body:data.refund_reference"}},
	{types: []string{"refund.failed"}, says: is(hook.RefundFailed), of: &paystackRefund, refund: []string{"body:data.refund_reference"}},
	{types: []string{"refund.*"}, says: is(hook.Info), of: &paystackRefund},

	{types: []string{"charge.dispute.create", "charge.dispute.remind"}, says: is(hook.DisputeOpen), of: &paystackDispute},
	{types: []string{"charge.dispute.resolve"}, of: &paystackDispute,
		says: by("body:data.resolution", kinds{"declined": hook.DisputeWon}, hook.DisputeLost)},
}
