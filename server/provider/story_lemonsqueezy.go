package provider

import "hookbeam/server/hook"

// lemonOrder counts by itself: its number is not the shop's own, which stands among what the shop wrote to a checkout.
var lemonOrder = thing{
	names: []naming{
		{prefix: "payment", at: "body:data.attributes.identifier"},
		{prefix: "order-number", at: "body:data.attributes.order_number"},
		{prefix: "lemonsqueezy-order", at: "body:data.id"},
	},
	references: ordered("body:meta.custom_data"), customer: []string{"body:data.attributes.user_email"},
	amounts: []amount{{at: "body:data.attributes.total"}}, currency: []string{"body:data.attributes.currency"},
}

// lemonInvoice is one payment of a subscription. What the shop wrote, all of them have.
var lemonInvoice = func() thing {
	t := lemonOrder
	t.names, t.references = []naming{{prefix: "invoice", at: "body:data.id"}}, nil
	return t
}()

var lemonBack = []amount{{at: "body:data.attributes.refunded_amount", total: true}, {at: "body:data.attributes.total"}}

// lemonRenewal says what is said of all payments of a subscription but the first, which is an order's.
func lemonRenewal(k hook.Kind) saying {
	return by("body:data.attributes.billing_reason", kinds{"initial": ""}, k)
}

// lemonTells: https://docs.lemonsqueezy.com/help/webhooks/event-types
var lemonTells = []tell{
	{types: []string{"order_created"}, of: &lemonOrder,
		says: by("body:data.attributes.status", kinds{"pending": hook.Processing, "paid": hook.Captured, "refunded": hook.Captured,
			"partial_refund": hook.Captured, "failed": hook.Failed, "fraudulent": hook.Failed}, hook.Info)},
	{types: []string{"order_refunded"}, says: is(hook.Refund), of: &lemonOrder, amount: lemonBack},
	{types: []string{"subscription_payment_success", "subscription_payment_recovered"}, says: lemonRenewal(hook.Captured), of: &lemonInvoice},
	{types: []string{"subscription_payment_failed"}, says: lemonRenewal(hook.Failed), of: &lemonInvoice},
	{types: []string{"subscription_payment_refunded"}, says: lemonRenewal(hook.Refund), of: &lemonInvoice, amount: lemonBack},
}
