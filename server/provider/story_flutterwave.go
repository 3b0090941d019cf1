package provider

import (
	"slices"

	"hookbeam/server/hook"
)

// flutterwaveCharge is known by Flutterwave's number; the shop's own reference has another name in each version.
var flutterwaveCharge = thing{
	names:      []naming{{prefix: "payment", at: "body:data.id"}, {prefix: "flw", at: "body:data.flw_ref"}},
	references: slices.Concat(ordered("body:data.meta"), []string{"body:data.tx_ref", "body:data.reference"}),
	customer:   []string{"body:data.customer.email"},
	amounts:    []amount{{at: "body:data.amount"}}, currency: []string{"body:data.currency"}, decimal: true,
}

// flutterwaveRefund is about a charge: by its number in version 3, by its id in version 4.
var flutterwaveRefund = thing{
	names: []naming{{prefix: "payment", at: "body:data.tx_id"}, {prefix: "payment", at: "body:data.charge_id"},
		{prefix: "flw", at: "body:data.flw_ref"}},
	amounts:  []amount{{at: "body:data.amount_refunded"}, {at: "body:data.amount"}},
	currency: []string{"body:data.currency"}, decimal: true,
}

// flutterwaveTells: https://developer.flutterwave.com/docs/integration-guides/webhooks/. A charge that is completed may
// have failed: completed is the attempt.
var flutterwaveTells = []tell{
	{types: []string{"charge.completed"}, of: &flutterwaveCharge, says: by("body:data.status", kinds{"successful": hook.Captured,
		"succeeded": hook.Captured, "failed": hook.Failed, "pending": hook.Processing, "cancelled": hook.Canceled, "voided": hook.Canceled}, hook.Info)},
	{types: []string{"charge.failed"}, says: is(hook.Failed), of: &flutterwaveCharge},
	{types: []string{"charge.*"}, says: is(hook.Info), of: &flutterwaveCharge},
	{types: []string{"refund.completed"}, of: &flutterwaveRefund, refund: []string{"body:data.id"},
		says: by("body:data.status", kinds{"failed": hook.RefundFailed}, hook.Refund)},
}
