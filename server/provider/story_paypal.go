package provider

import "hookbeam/server/hook"

// paypalLinks name what something came of by where PayPal keeps it. The first version of the API writes the singular.
var paypalLinks = []naming{
	{prefix: "payment", at: "body:resource.links.#rel=up.href", behind: "/captures/"},
	{prefix: "payment", at: "body:resource.links.#rel=capture.href", behind: "/captures/"},
	{prefix: "payment", at: "body:resource.links.#rel=capture.href", behind: "/payments/capture/"},
	{prefix: "payment", at: "body:resource.links.#rel=sale.href", behind: "/payments/sale/"},
	{prefix: "authorization", at: "body:resource.supplementary_data.related_ids.authorization_id"},
	{prefix: "authorization", at: "body:resource.links.#rel=up.href", behind: "/authorizations/"},
	{prefix: "authorization", at: "body:resource.links.#rel=authorization.href", behind: "/payments/authorization/"},
	{prefix: "paypal-order", at: "body:resource.supplementary_data.related_ids.order_id"},
	{prefix: "paypal-order", at: "body:resource.links.#rel=up.href", behind: "/orders/"},
	{prefix: "paypal-payment", at: "body:resource.parent_payment"},
}

// paypalObject is what an event's resource is. Of the facts that a shop may add, the one that was called custom in the
// first version names nothing: a subscription gives it to all its payments.
func paypalObject(own ...naming) thing {
	return thing{
		names:      append(own, paypalLinks...),
		references: []string{"body:resource.invoice_id", "body:resource.custom_id", "body:resource.invoice_number"},
		amounts: []amount{
			{at: "body:resource.amount.value", currency: "body:resource.amount.currency_code"},
			{at: "body:resource.amount.total", currency: "body:resource.amount.currency"},
		},
		decimal: true,
	}
}

var (
	paypalCapture       = paypalObject(naming{prefix: "payment", at: "body:resource.id"})
	paypalAuthorization = paypalObject(naming{prefix: "authorization", at: "body:resource.id"})

	// paypalBack is money that went back, with an id of its own or that of what it was.
	paypalBack = func() thing {
		t := paypalObject(naming{prefix: "payment", at: "body:resource.supplementary_data.related_ids.capture_id"},
			naming{prefix: "payment", at: "body:resource.capture_id"}, naming{prefix: "payment", at: "body:resource.sale_id"},
			naming{prefix: "payment", at: "body:resource.links.#rel=self.href", behind: "/captures/"},
			naming{prefix: "payment", at: "body:resource.links.#rel=self.href", behind: "/payments/sale/"},
			naming{prefix: "payment", at: "body:resource.links.#rel=self.href", behind: "/payments/capture/"})
		t.references = []string{"body:resource.custom_id"} // a refund may have an invoice number of its own
		return t
	}()

	paypalOrder = thing{
		names: []naming{
			{prefix: "paypal-order", at: "body:resource.id"},
			{prefix: "payment", at: "body:resource.purchase_units.0.payments.captures.0.id"},
			{prefix: "authorization", at: "body:resource.purchase_units.0.payments.authorizations.0.id"},
		},
		references: []string{"body:resource.purchase_units.0.invoice_id", "body:resource.purchase_units.0.custom_id"},
		customer:   []string{"body:resource.payer.email_address", "body:resource.payment_source.paypal.email_address"},
		amounts: []amount{
			{at: "body:resource.purchase_units.0.payments.captures.0.amount.value", currency: "body:resource.purchase_units.0.payments.captures.0.amount.currency_code"},
			{at: "body:resource.purchase_units.0.amount.value", currency: "body:resource.purchase_units.0.amount.currency_code"},
		},
		decimal: true,
	}

	// paypalApproval is an approval that was taken back: its resource has no id but the order's.
	paypalApproval = func() thing {
		t := paypalOrder
		t.names = []naming{{prefix: "paypal-order", at: "body:resource.order_id"}, {prefix: "paypal-order", at: "body:resource.id"}}
		return t
	}()

	paypalDispute = thing{
		names:      []naming{{prefix: "payment", at: "body:resource.disputed_transactions.0.seller_transaction_id"}},
		references: []string{"body:resource.disputed_transactions.0.invoice_number"},
	}
)

// paypalTells: https://developer.paypal.com/api/rest/webhooks/event-names/
var paypalTells = []tell{
	{types: []string{"CHECKOUT.ORDER.CREATED", "CHECKOUT.ORDER.SAVED"}, says: is(hook.Created), of: &paypalOrder},
	{types: []string{"CHECKOUT.ORDER.APPROVED"}, says: is(hook.Processing), of: &paypalOrder},
	// An order is complete once there is a payment, which may be an authorization, or declined.
	{types: []string{"CHECKOUT.ORDER.COMPLETED"}, of: &paypalOrder, also: true,
		says: by("body:resource.purchase_units.0.payments.captures.0.status", kinds{"COMPLETED": hook.Captured, "PENDING": hook.Processing,
			"DECLINED": hook.Failed, "FAILED": hook.Failed, "PARTIALLY_REFUNDED": hook.Captured, "REFUNDED": hook.Captured}, "")},
	{types: []string{"CHECKOUT.ORDER.COMPLETED"}, of: &paypalOrder,
		says: by("?body:resource.purchase_units.0.payments.captures+body:resource.intent", kinds{"yes/CAPTURE": "", "yes/AUTHORIZE": "",
			"yes/": "", "/AUTHORIZE": hook.Authorized, "/CAPTURE": hook.Captured}, hook.Info)},
	{types: []string{"CHECKOUT.ORDER.DECLINED"}, says: is(hook.Failed), of: &paypalOrder},
	{types: []string{"CHECKOUT.ORDER.VOIDED"}, says: is(hook.Canceled), of: &paypalOrder},
	{types: []string{"CHECKOUT.PAYMENT-APPROVAL.REVERSED"}, says: is(hook.Canceled), of: &paypalApproval},

	{types: []string{"PAYMENT.AUTHORIZATION.CREATED"}, says: is(hook.Authorized), of: &paypalAuthorization},
	{types: []string{"PAYMENT.AUTHORIZATION.VOIDED"}, says: is(hook.Canceled), of: &paypalAuthorization},

	{types: []string{"PAYMENT.CAPTURE.PENDING", "PAYMENT.SALE.PENDING"}, says: is(hook.Processing), of: &paypalCapture},
	{types: []string{"PAYMENT.CAPTURE.COMPLETED", "PAYMENT.SALE.COMPLETED"}, says: is(hook.Captured), of: &paypalCapture},
	{types: []string{"PAYMENT.CAPTURE.DENIED", "PAYMENT.CAPTURE.DECLINED", "PAYMENT.SALE.DENIED"}, says: is(hook.Failed), of: &paypalCapture},
	{types: []string{"PAYMENT.CAPTURE.REFUNDED", "PAYMENT.SALE.REFUNDED"}, of: &paypalBack, refund: []string{"body:resource.id"},
		says: by("body:resource.status", kinds{"FAILED": hook.RefundFailed, "CANCELLED": hook.RefundFailed}, hook.Refund),
		amount: []amount{
			{at: "body:resource.seller_payable_breakdown.total_refunded_amount.value",
				currency: "body:resource.seller_payable_breakdown.total_refunded_amount.currency_code", total: true},
			{at: "body:resource.total_refunded_amount.value", currency: "body:resource.total_refunded_amount.currency", total: true},
			{at: "body:resource.amount.value", currency: "body:resource.amount.currency_code"},
			{at: "body:resource.amount.total", currency: "body:resource.amount.currency"},
		}},
	{types: []string{"PAYMENT.CAPTURE.REVERSED", "PAYMENT.SALE.REVERSED"}, says: is(hook.Reversed), of: &paypalBack},
	{types: []string{"PAYMENT.REFUND.FAILED"}, says: is(hook.RefundFailed), of: &paypalBack, refund: []string{"body:resource.id"}},
	{types: []string{"PAYMENT.REFUND.*"}, says: is(hook.Info), of: &paypalBack},

	{types: []string{"CUSTOMER.DISPUTE.CREATED"}, says: is(hook.DisputeOpen), of: &paypalDispute},
	{types: []string{"CUSTOMER.DISPUTE.RESOLVED"}, of: &paypalDispute,
		says: by("body:resource.dispute_outcome.outcome_code", kinds{"RESOLVED_SELLER_FAVOUR": hook.DisputeWon, "CANCELED_BY_BUYER": hook.DisputeWon,
			"RESOLVED_WITH_PAYOUT": hook.DisputeWon, "DENIED": hook.DisputeWon, "NONE": hook.Info}, hook.DisputeLost)},
	{types: []string{"CUSTOMER.DISPUTE.UPDATED"}, says: is(hook.Info), of: &paypalDispute},
}
