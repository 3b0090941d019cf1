package provider

import (
	"slices"

	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// razorpay is Razorpay.
//
// Signature: X-Razorpay-Signature is the hex HMAC-SHA-256 of the body. The key is the secret of this webhook, which the
// user chooses; it is not the API key's secret. After a change the old secret still signs events that happened before
// it.
//
// Event: the header X-Razorpay-Event-Id. Older deliveries lack it; then account, event name, the object's id and
// created_at make an id, and the hash of the body if there is no such object.
//
// Traps: Razorpay disables a webhook whose receiver gave no 2xx for 24 hours. The samples of dispute events show the
// payment as authorized although it was captured, so the event's name decides and not the status in the body.
//
// Source: https://razorpay.com/docs/webhooks/validate-test/
var razorpay = Provider{
	ID: "razorpay", Name: "Razorpay",
	Steps: []string{
		"In Razorpay's dashboard open Account & Settings, Webhooks, and add this address.",
		"Choose a secret there and add the same one here. It is not the API key's secret.",
	},
	Secret: SecretWords{Name: "Webhook secret", Hint: "the one that you chose for this webhook",
		Not: []Lookalike{{"rzp_", "an API key id"}}},
	Ranges: []Range{
		{Name: "Razorpay", Source: "https://razorpay.com/docs/security/whitelists/"},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Razorpay-Signature"), Hash: "sha256",
			Message: signature.Message("{body}")}},
	},
	Identity: Identity{
		Events: joins("header:X-Razorpay-Event-Id",
			"body:account_id+body:event+body:payload.payment.entity.id+body:created_at",
			"body:account_id+body:event+body:payload.refund.entity.id+body:created_at",
			"body:account_id+body:event+body:payload.order.entity.id+body:created_at", "sha256"),
		Types:   payload.SelectAll("body:event"),
		Times:   payload.SelectAll("body:created_at"),
		Account: payload.Select("body:account_id"),
	},
	Rules: razorpayRules,
}

// razorpayPayment is a payment with everything around it. The customer pays a Razorpay order with as many attempts as
// needed, so the order is an alias and all attempts are one subject. Subscriptions are no aliases: they have many
// payments.
var razorpayPayment = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{
		extract.Alias("payment", "body:payload.payment.entity.id"),
		extract.Alias("payment", "body:payload.refund.entity.payment_id"),
		extract.Alias("payment", "body:payload.dispute.entity.payment_id"),
		extract.Alias("razorpay-order", "body:payload.payment.entity.order_id"),
		extract.Alias("razorpay-order", "body:payload.payment_link.entity.order_id"),
		extract.Alias("razorpay-order", "body:payload.invoice.entity.order_id"),
		extract.Alias("razorpay-order", "body:payload.order.entity.id"),
		extract.Alias("payment-link", "body:payload.payment_link.entity.id"),
		extract.Alias("invoice", "body:payload.invoice.entity.id"),
		extract.Alias("invoice", "body:payload.payment.entity.invoice_id"),
	},
	References: slices.Concat(razorpayNotes("body:payload.payment.entity.notes"),
		razorpayNotes("body:payload.order.entity.notes"),
		razorpayNotes("body:payload.payment_link.entity.notes"), payload.SelectAll("body:payload.order.entity.receipt",
			"body:payload.payment_link.entity.reference_id", "body:payload.invoice.entity.receipt")),
	Customer: payload.SelectAll("body:payload.payment.entity.email", "body:payload.payment_link.entity.customer.email",
		"body:payload.invoice.entity.customer_details.email"),
	Amounts: []extract.AmountSpec{extract.Amount("body:payload.payment.entity.amount"),
		extract.Amount("body:payload.payment_link.entity.amount"),
		extract.Amount("body:payload.invoice.entity.amount"), extract.Amount("body:payload.order.entity.amount")},
	Currency: payload.SelectAll("body:payload.payment.entity.currency", "body:payload.payment_link.entity.currency",
		"body:payload.invoice.entity.currency", "body:payload.order.entity.currency",
		"body:payload.refund.entity.currency"),
}

// razorpayNotes selects the order numbers in an object's notes, with those that Razorpay's plugins for shop systems
// write.
func razorpayNotes(within string) []payload.Selector {
	return append(orderNumbers(within), payload.SelectAll(within+".merchant_order_id", within+".woocommerce_order_id",
		within+".woocommerce_order_number")...)
}

// razorpayLink is a payment link. The created_at of its events is the time when the link was made, so the time is read
// from the link itself.
var razorpayLink = func() extract.SubjectSpec {
	t := razorpayPayment
	t.Times = payload.SelectAll("body:payload.payment_link.entity.expired_at",
		"body:payload.payment_link.entity.cancelled_at",
		"body:payload.payment_link.entity.updated_at")
	return t
}()

// razorpayRules: https://razorpay.com/docs/webhooks/payloads/
var razorpayRules = extract.Rules{
	{Types: []string{"payment.authorized"}, Subject: &razorpayPayment,
		Match: extract.ByField("body:payload.payment.entity.captured",
			extract.Kinds{"true": hook.Captured, "1": hook.Captured}, hook.Authorized)},
	{Types: []string{"payment.captured", "subscription.charged"}, Match: extract.Always(hook.Captured),
		Subject: &razorpayPayment},
	{Types: []string{"payment.failed"}, Match: extract.Always(hook.Failed), Subject: &razorpayPayment},
	{Types: []string{"order.paid"}, Match: extract.Always(hook.Captured), Subject: &razorpayPayment,
		Amounts: []extract.AmountSpec{extract.Amount("body:payload.order.entity.amount_paid"),
			extract.Amount("body:payload.payment.entity.amount")}},
	{Types: []string{"order.notification.*"}, Match: extract.Always(hook.Info), Subject: &razorpayPayment},

	{Types: []string{"refund.processed"}, Match: extract.Always(hook.Refund), Subject: &razorpayPayment,
		Part: payload.SelectAll("body:payload.refund.entity.id"),
		Amounts: []extract.AmountSpec{extract.Amount("body:payload.payment.entity.amount_refunded").Total(),
			extract.Amount("body:payload.refund.entity.amount")}},
	{Types: []string{"refund.failed"}, Match: extract.Always(hook.RefundFailed), Subject: &razorpayPayment,
		Part:    payload.SelectAll("body:payload.refund.entity.id"),
		Amounts: []extract.AmountSpec{extract.Amount("body:payload.refund.entity.amount")}},
	{Types: []string{"refund.*"}, Match: extract.Always(hook.Info), Subject: &razorpayPayment},

	{Types: []string{"payment.dispute.created", "payment.dispute.under_review", "payment.dispute.action_required"},
		Match: extract.Always(hook.DisputeOpen), Subject: &razorpayPayment},
	{Types: []string{"payment.dispute.won"}, Match: extract.Always(hook.DisputeWon), Subject: &razorpayPayment},
	{Types: []string{"payment.dispute.lost"}, Match: extract.Always(hook.DisputeLost), Subject: &razorpayPayment},
	{Types: []string{"payment.dispute.closed"}, Match: extract.Always(hook.DisputeClosed), Subject: &razorpayPayment},

	{Types: []string{"payment_link.paid"}, Match: extract.Always(hook.Captured), Subject: &razorpayLink,
		Amounts: []extract.AmountSpec{extract.Amount("body:payload.payment_link.entity.amount_paid"),
			extract.Amount("body:payload.payment.entity.amount")}},
	{Types: []string{"payment_link.partially_paid"}, Match: extract.Always(hook.Processing), Subject: &razorpayLink},
	{Types: []string{"payment_link.expired"}, Match: extract.Always(hook.Expired), Subject: &razorpayLink},
	{Types: []string{"payment_link.cancelled"}, Match: extract.Always(hook.Canceled), Subject: &razorpayLink},

	{Types: []string{"invoice.paid"}, Match: extract.Always(hook.Captured), Subject: &razorpayPayment},
	{Types: []string{"invoice.partially_paid"}, Match: extract.Always(hook.Processing), Subject: &razorpayPayment},
	{Types: []string{"invoice.expired"}, Match: extract.Always(hook.Expired), Subject: &razorpayPayment},
}
