package provider

import "hookbeam/server/hook"

// paddleTransaction is what a buyer pays. What the shop wrote to the first one of a subscription, Paddle copies to all
// those that follow.
var paddleTransaction = thing{
	names:      []naming{{prefix: "payment", at: "body:data.id"}, {prefix: "invoice", at: "body:data.invoice_id"}},
	references: ordered("body:data.custom_data"),
	lent: by("body:data.origin", kinds{"subscription_recurring": hook.Info, "subscription_charge": hook.Info, "subscription_update": hook.Info,
		"subscription_payment_method_change": hook.Info}, ""),
	amounts:  []amount{{at: "body:data.details.totals.grand_total"}, {at: "body:data.details.totals.total"}},
	currency: []string{"body:data.details.totals.currency_code", "body:data.currency_code"},
}

// paddleAdjustment is what changed of a transaction that was paid.
var paddleAdjustment = thing{
	names:    []naming{{prefix: "payment", at: "body:data.transaction_id"}},
	amounts:  []amount{{at: "body:data.totals.total"}},
	currency: []string{"body:data.totals.currency_code", "body:data.currency_code"},
}

// paddleTells: https://developer.paddle.com/webhooks/overview
var paddleTells = []tell{
	{types: []string{"transaction.created", "transaction.ready", "transaction.billed"}, says: is(hook.Created), of: &paddleTransaction},
	{types: []string{"transaction.paid", "transaction.completed"}, says: is(hook.Captured), of: &paddleTransaction},
	{types: []string{"transaction.payment_failed", "transaction.past_due"}, says: is(hook.Failed), of: &paddleTransaction},
	{types: []string{"transaction.canceled"}, says: is(hook.Canceled), of: &paddleTransaction},
	{types: []string{"transaction.updated"}, of: &paddleTransaction, // ready again says nothing of a payment that failed
		says: by("body:data.status", kinds{"paid": hook.Captured, "completed": hook.Captured, "past_due": hook.Failed, "canceled": hook.Canceled}, hook.Info)},
	{types: []string{"transaction.*"}, says: is(hook.Info), of: &paddleTransaction},

	{types: []string{"adjustment.*"}, of: &paddleAdjustment, refund: []string{"body:data.id"},
		says: by("body:data.action+body:data.status", kinds{"refund/approved": hook.Refund, "refund/rejected": hook.RefundFailed,
			"refund/reversed": hook.RefundFailed, "chargeback_warning/approved": hook.DisputeOpen, "chargeback/approved": hook.DisputeLost,
			"chargeback/reversed": hook.DisputeWon, "chargeback_reverse/approved": hook.DisputeWon,
			"chargeback_warning/reversed": hook.DisputeWon, "chargeback_warning_reverse/approved": hook.DisputeWon}, hook.Info)},
}
