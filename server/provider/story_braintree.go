package provider

import "hookbeam/server/hook"

// braintreeSale is a transaction, wherever it stands in a notification. Those of a subscription may share what the shop
// wrote.
var braintreeSale = thing{
	names:      []naming{{prefix: "payment", at: "xml:bt_payload/transaction/id"}},
	references: []string{"xml:bt_payload/transaction/order-id"}, lent: by("?xml:bt_payload/transaction/subscription-id", kinds{"yes": hook.Info}, ""),
	customer: []string{"xml:bt_payload/transaction/customer/email"},
	amounts:  []amount{{at: "xml:bt_payload/transaction/amount"}}, currency: []string{"xml:bt_payload/transaction/currency-iso-code"}, decimal: true,
}

// braintreeLike is a transaction of other names, which name no order.
func braintreeLike(names ...naming) thing {
	t := braintreeSale
	t.names, t.references = names, nil
	return t
}

var (
	// braintreeCredit is a transaction that gives back what another one took.
	braintreeCredit = braintreeLike(naming{prefix: "payment", at: "xml:bt_payload/transaction/refunded-transaction-id"})

	// braintreeCharge is the newest transaction of a subscription.
	braintreeCharge = braintreeLike(naming{prefix: "payment", at: "xml:bt_payload/transactions/transaction/id"})

	braintreeReview = braintreeLike(naming{prefix: "payment", at: "xml:bt_payload/transaction-id"})

	braintreeLocal = func() thing {
		t := braintreeSale
		t.names = []naming{{prefix: "payment", at: "xml:bt_payload/transaction/id"}, {prefix: "local-payment", at: "xml:bt_payload/payment-id"}}
		return t
	}()
)

var braintreeRefund = []string{"xml:bt_payload/transaction/id"}

// braintreeTells: https://developer.paypal.com/braintree/docs/reference/general/webhooks/overview
var braintreeTells = []tell{
	{types: []string{"transaction_settled", "transaction_disbursed"}, also: true, of: &braintreeSale,
		says: by("xml:bt_payload/transaction/type", kinds{"credit": ""}, hook.Captured)},
	{types: []string{"transaction_settled", "transaction_disbursed"}, of: &braintreeCredit, refund: braintreeRefund,
		says: by("xml:bt_payload/transaction/type", kinds{"credit": hook.Refund}, "")},
	{types: []string{"transaction_settlement_declined"}, also: true, of: &braintreeSale, // it may have counted as paid before
		says: by("xml:bt_payload/transaction/type", kinds{"credit": ""}, hook.CaptureFailed)},
	{types: []string{"transaction_settlement_declined"}, of: &braintreeCredit, refund: braintreeRefund,
		says: by("xml:bt_payload/transaction/type", kinds{"credit": hook.RefundFailed}, "")},
	{types: []string{"refund_failed"}, says: is(hook.RefundFailed), of: &braintreeCredit, refund: braintreeRefund},
	{types: []string{"transaction_reviewed"}, says: is(hook.Info), of: &braintreeReview},
	{types: []string{"transaction_retried"}, says: is(hook.Info), of: &braintreeSale},

	{types: []string{"subscription_charged_successfully"}, says: is(hook.Captured), of: &braintreeCharge},
	{types: []string{"subscription_charged_unsuccessfully"}, says: is(hook.Failed), of: &braintreeCharge},

	{types: []string{"local_payment_completed"}, says: is(hook.Processing), of: &braintreeLocal},
	{types: []string{"local_payment_funded"}, says: is(hook.Captured), of: &braintreeLocal},
	{types: []string{"local_payment_expired"}, says: is(hook.Expired), of: &braintreeLocal},
	{types: []string{"local_payment_reversed"}, says: is(hook.Reversed), of: &braintreeLocal},

	{types: []string{"dispute_opened", "dispute_under_review", "dispute_disputed"}, says: is(hook.DisputeOpen), of: &braintreeSale},
	{types: []string{"dispute_won"}, says: is(hook.DisputeWon), of: &braintreeSale},
	{types: []string{"dispute_lost", "dispute_accepted", "dispute_auto_accepted", "dispute_expired"}, says: is(hook.DisputeLost), of: &braintreeSale},
}
