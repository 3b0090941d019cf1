package sample

// The names of flows. Every provider that reports payments has the flow paid; the others it has if its events tell such
// a course.
const (
	flowPaid     = "paid"
	flowRefunded = "refunded"   // paid, and all of it returned
	flowDeclined = "declined"   // the bank refuses; the payer is not charged
	flow3DS      = "3ds"        // the payer confirms with the bank, then it is paid
	flowBank     = "bank-debit" // the bank takes its time, then it is paid
	flowPartial  = "partial"    // paid, and half of it returned
	flowDispute  = "dispute"    // paid, and the payer asks the bank for the money back
	flowExpired  = "expired"    // never paid, and too late now
)

// flows returns the flows of the provider with an id. The steps are those that a real payment causes, without the ones
// that a shop does not usually subscribe to.
func flows(id string) []Flow {
	switch id {
	case "stripe":
		return stripeFlows()
	case "paypal":
		return paypalFlows()
	case "razorpay":
		return razorpayFlows()
	case "adyen":
		return adyenFlows()
	}
	return otherFlows(id)
}

// after returns a flow that goes on after the steps of another one.
func after(name string, steps []string, more ...string) Flow {
	return Flow{name, append(append([]string{}, steps...), more...)}
}

// stripeFlows are payments by Stripe Checkout: the session and the payment intent both report.
func stripeFlows() []Flow {
	paid := []string{
		"payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed",
	}
	return []Flow{
		{flowPaid, paid},
		after(flowRefunded, paid, "refund.created", "charge.refunded"),
		{flowDeclined, []string{"payment_intent.created", "charge.failed", "payment_intent.payment_failed"}},
		{flow3DS, []string{
			"payment_intent.created", "payment_intent.requires_action", "charge.succeeded", "payment_intent.succeeded",
			"checkout.session.completed",
		}},
		{flowBank, []string{
			"payment_intent.created", "payment_intent.processing", "charge.pending",
			"checkout.session.completed.unpaid", "charge.succeeded.sepa", "payment_intent.succeeded.sepa",
			"checkout.session.async_payment_succeeded",
		}},
		after(flowPartial, paid, "refund.created.partial", "charge.refunded.partial"),
		after(flowDispute, paid, "charge.dispute.created"),
	}
}

// paypalFlows are checkouts whose order is captured at once. PayPal sends no event while the payer confirms with the
// bank: the flow 3ds is there because the order that waits for the payer looks different.
func paypalFlows() []Flow {
	paid := []string{"CHECKOUT.ORDER.APPROVED", "PAYMENT.CAPTURE.COMPLETED", "CHECKOUT.ORDER.COMPLETED"}
	return []Flow{
		{flowPaid, paid},
		after(flowRefunded, paid, "PAYMENT.CAPTURE.REFUNDED"),
		{flowDeclined, []string{"CHECKOUT.ORDER.APPROVED", "PAYMENT.CAPTURE.DENIED"}},
		after(flow3DS, []string{"CHECKOUT.ORDER.CREATED"}, paid...),
		{flowBank, []string{
			"CHECKOUT.ORDER.APPROVED", "PAYMENT.CAPTURE.PENDING.echeck", "PAYMENT.CAPTURE.COMPLETED",
			"CHECKOUT.ORDER.COMPLETED",
		}},
		after(flowPartial, paid, "PAYMENT.CAPTURE.REFUNDED.partial"),
		after(flowDispute, paid, "CUSTOMER.DISPUTE.CREATED"),
	}
}

// razorpayFlows are payments of an order. Razorpay sends no event before the bank has authorized a payment, so the
// flows 3ds and bank-debit differ from paid in the method only.
func razorpayFlows() []Flow {
	paid := []string{"payment.authorized", "payment.captured", "order.paid"}
	return []Flow{
		{flowPaid, paid},
		after(flowRefunded, paid, "refund.created", "refund.processed"),
		{flowDeclined, []string{"payment.failed"}},
		{flow3DS, []string{"payment.authorized.card", "payment.captured.card", "order.paid.card"}},
		{flowBank, []string{"payment.authorized.emandate", "payment.captured.emandate", "order.paid.emandate"}},
		after(flowPartial, paid, "refund.processed.partial"),
		after(flowDispute, paid, "payment.dispute.created"),
	}
}

// adyenFlows are payments that the shop captures. Adyen sends no webhook while the payer confirms with the bank: the
// authorisation of the flow 3ds says that this happened.
func adyenFlows() []Flow {
	paid := []string{"AUTHORISATION", "CAPTURE"}
	return []Flow{
		{flowPaid, paid},
		after(flowRefunded, paid, "REFUND"),
		{flowDeclined, []string{"AUTHORISATION.refused"}},
		{flow3DS, []string{"AUTHORISATION.3ds", "CAPTURE"}},
		{flowBank, []string{"PENDING", "AUTHORISATION.sepa", "CAPTURE.sepa"}},
		after(flowPartial, paid, "REFUND.partial"),
		after(flowDispute, paid, "REQUEST_FOR_INFORMATION", "NOTIFICATION_OF_CHARGEBACK"),
	}
}

// otherFlows are those of the other payment providers and of shops, of the samples that they have.
func otherFlows(id string) []Flow {
	return map[string][]Flow{
		"mollie": {{flowPaid, []string{"payment-link.paid"}}},
		"paddle": {
			{flowPaid, []string{"transaction.created", "transaction.paid", "transaction.completed"}},
			{flowRefunded, []string{
				"transaction.created", "transaction.paid", "transaction.completed", "adjustment.created",
			}},
			{flowDeclined, []string{"transaction.created", "transaction.payment_failed"}},
		},
		"square": {
			{flowPaid, []string{"payment.created", "payment.updated"}},
			{flowRefunded, []string{"payment.created", "payment.updated", "refund.updated"}},
			{flowDeclined, []string{"payment.updated.failed"}},
			{flowDispute, []string{"payment.created", "payment.updated", "dispute.created"}},
		},
		"braintree": {
			{flowPaid, []string{"transaction_settled"}},
			{flowDeclined, []string{"transaction_settlement_declined"}},
			{flowDispute, []string{"transaction_settled", "dispute_opened"}},
		},
		"coinbase-commerce": {
			{flowPaid, []string{"charge:created", "charge:pending", "charge:confirmed"}},
			{flowExpired, []string{"charge:created", "charge:failed"}},
		},
		"btcpay": {
			{flowPaid, []string{"InvoiceCreated", "InvoiceReceivedPayment", "InvoiceProcessing", "InvoiceSettled"}},
			{flowExpired, []string{"InvoiceCreated", "InvoiceExpired"}},
		},
		"paystack": {
			{flowPaid, []string{"charge.success"}},
			{flowRefunded, []string{"charge.success", "refund.processed"}},
			{flowDispute, []string{"charge.success", "charge.dispute.create"}},
		},
		"flutterwave": {
			{flowPaid, []string{"charge.completed"}},
			{flowRefunded, []string{"charge.completed", "refund.completed"}},
			{flowDeclined, []string{"charge.completed.failed"}},
			{flowBank, []string{"charge.completed.pending", "charge.completed"}},
		},
		"lemonsqueezy": {
			{flowPaid, []string{"order_created"}},
			{flowRefunded, []string{"order_created", "order_refunded"}},
		},
		"shopify": {
			{flowPaid, []string{"orders/create", "orders/paid"}},
			{flowRefunded, []string{"orders/create", "orders/paid", "refunds/create", "orders/updated"}},
			{flowPartial, []string{"orders/create", "orders/paid", "refunds/create.partial", "orders/updated.partial"}},
		},
		"woocommerce": {
			{flowPaid, []string{"order.created", "order.updated"}},
			{flowRefunded, []string{"order.created", "order.updated", "order.updated.refunded"}},
			{flowDeclined, []string{"order.created", "order.updated.failed"}},
		},
	}[id]
}
