package provider

import "hookbeam/server/hook"

// mollieEntity is what an event shows of its subject. What the shop wrote to a subscription, Mollie copies to each of its
// payments.
var mollieEntity = thing{
	names:      []naming{{prefix: "payment", at: "body:_embedded.entity.id"}, {prefix: "payment", at: "body:entityId"}},
	references: ordered("body:_embedded.entity.metadata"),
	lent:       by("?body:_embedded.entity.subscriptionId", kinds{"yes": hook.Info}, ""),
	customer:   []string{"body:_embedded.entity.billingEmail", "body:_embedded.entity.billingAddress.email"},
	amounts:    []amount{{at: "body:_embedded.entity.amount.value", currency: "body:_embedded.entity.amount.currency"}}, decimal: true,
}

// mollieNamed is an entity of another sort.
func mollieNamed(prefix string, names ...naming) thing {
	t := mollieEntity
	t.names = append(names, naming{prefix: prefix, at: "body:_embedded.entity.id"}, naming{prefix: prefix, at: "body:entityId"})
	return t
}

var (
	mollieLink = mollieNamed("payment-link")

	mollieInvoice = func() thing {
		t := mollieNamed("invoice")
		t.customer = []string{"body:_embedded.entity.recipient.email"}
		t.amounts = []amount{{at: "body:_embedded.entity.totalAmount.value", currency: "body:_embedded.entity.totalAmount.currency"}}
		return t
	}()

	// mollieBack is money that went back, or may.
	mollieBack = func() thing {
		t := mollieEntity
		t.names, t.references = []naming{{prefix: "payment", at: "body:_embedded.entity.paymentId"}}, nil
		return t
	}()

	// mollieClassic is what there is without an entity: an id to ask Mollie about.
	mollieClassic = thing{names: []naming{{prefix: "payment", at: "form:id"}}}
)

// mollieTells: https://docs.mollie.com/reference/webhooks-new
var mollieTells = []tell{
	{types: []string{"payment.pending"}, says: is(hook.Processing), of: &mollieEntity},
	{types: []string{"payment.authorized"}, says: is(hook.Authorized), of: &mollieEntity},
	{types: []string{"payment.paid"}, says: is(hook.Captured), of: &mollieEntity},
	{types: []string{"payment.failed"}, says: is(hook.Failed), of: &mollieEntity},
	{types: []string{"payment.canceled"}, says: is(hook.Canceled), of: &mollieEntity},
	{types: []string{"payment.expired"}, says: is(hook.Expired), of: &mollieEntity},
	{types: []string{"payment.*"}, of: &mollieEntity,
		says: by("body:_embedded.entity.status", kinds{"open": hook.Created, "pending": hook.Processing, "authorized": hook.Authorized,
			"paid": hook.Captured, "failed": hook.Failed, "canceled": hook.Canceled, "expired": hook.Expired}, hook.Info)},
	{types: []string{"refund.refunded"}, says: is(hook.Refund), of: &mollieBack, refund: []string{"body:_embedded.entity.id"}},
	{types: []string{"refund.failed", "refund.canceled"}, says: is(hook.RefundFailed), of: &mollieBack, refund: []string{"body:_embedded.entity.id"}},
	{types: []string{"refund.*"}, says: is(hook.Info), of: &mollieBack},
	{types: []string{"payment-link.paid"}, says: is(hook.Captured), of: &mollieLink},
	{types: []string{"sales-invoice.created", "sales-invoice.issued"}, says: is(hook.Created), of: &mollieInvoice},
	{types: []string{"sales-invoice.paid"}, says: is(hook.Captured), of: &mollieInvoice},
	{types: []string{"sales-invoice.canceled"}, says: is(hook.Canceled), of: &mollieInvoice},
	{types: []string{"chargeback.*"}, says: by("?body:_embedded.entity.reversedAt", kinds{"yes": hook.DisputeWon}, hook.DisputeLost), of: &mollieBack},
	{types: []string{"dispute.created"}, says: is(hook.DisputeOpen), of: &mollieBack},
	// How one ended stands in its outcome, or in its status; what neither says is for a person to look up.
	{types: []string{"dispute.resolved"}, of: &mollieBack, also: true,
		says: by("body:_embedded.entity.outcome", kinds{"won": hook.DisputeWon, "lost": hook.DisputeLost}, "")},
	{types: []string{"dispute.resolved"}, of: &mollieBack,
		says: by("body:_embedded.entity.status", kinds{"won": hook.DisputeWon, "lost": hook.DisputeLost}, hook.Info)},
	{types: []string{""}, says: is(hook.Info), of: &mollieClassic},
}
