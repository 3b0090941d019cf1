package provider

import "hookbeam/server/hook"

// adyenPayment is what a notification is about. Another try of the same order is another payment: the shop's reference
// joins them.
var adyenPayment = thing{
	names: []naming{
		{prefix: "payment", at: "item:originalReference"},
		{prefix: "payment", at: "item:pspReference", spare: true},
	},
	references: []string{"item:merchantReference"}, customer: []string{"item:additionalData.shopperEmail"},
	amounts: []amount{{at: "item:amount.value"}}, currency: []string{"item:amount.currency"},
	// https://docs.adyen.com/development-resources/currency-codes/
	digits: map[string]int{"CLP": 2, "CVE": 0, "IDR": 0, "ISK": 2},
}

// adyenChange is what the shop asked for. It may have given that a reference of its own, which names no order.
var adyenChange = func() thing {
	t := adyenPayment
	t.references = nil
	return t
}()

// adyenOrder is one that several payments may pay.
var adyenOrder = func() thing {
	t := adyenPayment
	t.names = []naming{{prefix: "adyen-order", at: "item:pspReference"}}
	return t
}()

// adyenTells: https://docs.adyen.com/development-resources/webhooks/webhook-types/
var adyenTells = []tell{
	{types: []string{"AUTHORISATION"}, also: true, of: &adyenPayment,
		says: by("item:success", kinds{"false": hook.Failed}, "")},
	{types: []string{"AUTHORISATION"}, of: &adyenPayment,
		says: by("setting:capture+item:success", kinds{"automatic/true": hook.Captured, "manual/true": hook.Authorized, "/true": hook.Authorized}, "")},
	{types: []string{"PENDING"}, says: is(hook.Processing), of: &adyenPayment},
	{types: []string{"OFFER_CLOSED", "EXPIRE"}, says: is(hook.Expired), of: &adyenPayment},
	{types: []string{"AUTHORISATION_ADJUSTMENT"}, says: is(hook.Info), of: &adyenChange},
	{types: []string{"ORDER_OPENED"}, says: is(hook.Created), of: &adyenOrder},
	{types: []string{"ORDER_CLOSED"}, says: is(hook.Info), of: &adyenOrder},

	{types: []string{"CAPTURE"}, says: by("item:success", kinds{"true": hook.Captured}, hook.CaptureFailed), of: &adyenChange},
	{types: []string{"CAPTURE_FAILED"}, says: is(hook.CaptureFailed), of: &adyenChange},
	{types: []string{"CANCELLATION", "TECHNICAL_CANCEL"}, says: by("item:success", kinds{"true": hook.Canceled}, hook.Info), of: &adyenChange},
	{types: []string{"CANCEL_OR_REFUND", "VOID_PENDING_REFUND"}, of: &adyenChange, refund: []string{"item:pspReference"},
		says: by(`item:success+item:additionalData.modification\.action`, kinds{"true/refund": hook.Refund, "true/cancel": hook.Canceled,
			"true/": hook.Canceled}, hook.Info)},
	{types: []string{"REFUND", "REFUND_WITH_DATA"}, of: &adyenChange, refund: []string{"item:pspReference"},
		says: by("item:success", kinds{"true": hook.Refund}, hook.RefundFailed)},
	{types: []string{"REFUND_FAILED", "REFUNDED_REVERSED"}, says: is(hook.RefundFailed), of: &adyenChange, refund: []string{"item:pspReference"}},

	{types: []string{"REQUEST_FOR_INFORMATION", "NOTIFICATION_OF_CHARGEBACK"}, says: is(hook.DisputeOpen), of: &adyenPayment},
	{types: []string{"CHARGEBACK", "SECOND_CHARGEBACK", "PREARBITRATION_LOST"}, says: is(hook.DisputeLost), of: &adyenPayment},
	{types: []string{"CHARGEBACK_REVERSED", "PREARBITRATION_WON"}, says: is(hook.DisputeWon), of: &adyenPayment},
	{types: []string{"INFORMATION_SUPPLIED", "DISPUTE_DEFENSE_PERIOD_ENDED", "ISSUER_COMMENTS"}, says: is(hook.Info), of: &adyenPayment},
}
