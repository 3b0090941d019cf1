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
// Several refunds of a payment may happen in one second, so the id of a refund comes before that of its payment.
//
// Payments: a payment pays a Razorpay order; each attempt is a payment of its own. A payment link and an invoice have
// an order each, and their events name both, so they are one order here. Order and link state what is due and what
// was paid so far. A refund is told by its own status. Razorpay returns a payment that was authorized and never
// captured as a refund: the payer's account had been debited. A subscription has many payments and orders and names
// none.
//
// Traps: Razorpay disables a webhook whose receiver gave no 2xx for 24 hours. The samples of dispute events show the
// payment as authorized although it was captured, so the event's name decides and not the status in the body. The
// created_at of a link's event is when the link was made. Events do not say whether they are a test. A
// customer who gave no address has void@razorpay.com, which says nothing about who it is.
var razorpay = Provider{
	ID: "razorpay", Name: "Razorpay",
	Aliases: []string{"UPI"},
	Grade:   GradeA, Source: "https://razorpay.com/docs/webhooks/validate-test/",
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
			"body:account_id+body:event+body:payload.refund.entity.id+body:created_at",
			"body:account_id+body:event+body:payload.payment.entity.id+body:created_at",
			"body:account_id+body:event+body:payload.order.entity.id+body:created_at", "sha256"),
		Types:   payload.SelectAll("body:event"),
		Times:   payload.SelectAll("body:created_at"),
		Account: payload.Select("body:account_id"),
	},
	Rules: razorpayRules(),
}

// razorpayPayment is a payment, with the order, link or invoice that it pays and the numbers that they carry.
var razorpayPayment = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{
		extract.Alias("payment", "body:payload.payment.entity.id"),
		extract.Alias("payment", "body:payload.refund.entity.payment_id"),
		extract.Alias("payment", "body:payload.dispute.entity.payment_id"),
	},
	Orders: []extract.AliasSpec{
		extract.Alias("razorpay-order", "body:payload.payment.entity.order_id"),
		extract.Alias("razorpay-order", "body:payload.payment_link.entity.order_id"),
		extract.Alias("razorpay-order", "body:payload.invoice.entity.order_id"),
		extract.Alias("razorpay-order", "body:payload.order.entity.id"),
		extract.Alias("payment-link", "body:payload.payment_link.entity.id"),
		extract.Alias("invoice", "body:payload.invoice.entity.id"),
		extract.Alias("invoice", "body:payload.payment.entity.invoice_id"),
	},
	References: slices.Concat(
		razorpayNotes("body:payload.payment.entity.notes"),
		razorpayNotes("body:payload.order.entity.notes"),
		razorpayNotes(
			"body:payload.payment_link.entity.notes",
		),
		payload.SelectAll("body:payload.order.entity.receipt",
			"body:payload.payment_link.entity.reference_id", "body:payload.invoice.entity.receipt"),
	),
	Customer: payload.SelectAll(
		"body:payload.payment.entity.email",
		"body:payload.payment_link.entity.customer.email",
		"body:payload.invoice.entity.customer_details.email",
	),
	NoCustomer: []string{"void@razorpay.com"},
	CustomerIDs: payload.SelectAll("body:payload.payment.entity.customer_id",
		"body:payload.invoice.entity.customer_id", "body:payload.order.entity.customer_id"),
	Phones: payload.SelectAll("body:payload.payment.entity.contact",
		"body:payload.payment_link.entity.customer.contact", "body:payload.invoice.entity.customer_details.contact"),
	Amounts: []extract.AmountSpec{extract.Amount("body:payload.payment.entity.amount")},
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

var (
	razorpayDue = []extract.AmountSpec{extract.Amount("body:payload.payment_link.entity.amount"),
		extract.Amount("body:payload.invoice.entity.amount"), extract.Amount("body:payload.order.entity.amount")}
	razorpayDeclared = []extract.AmountSpec{extract.Amount("body:payload.payment_link.entity.amount_paid"),
		extract.Amount("body:payload.invoice.entity.amount_paid"),
		extract.Amount("body:payload.order.entity.amount_paid")}

	razorpayOfNothing = extract.Is("body:payload.payment.entity.amount", "0")

	razorpaySettled  = []extract.AmountSpec{extract.Amount("body:payload.order.entity.amount_paid")}
	razorpayLessPaid = extract.Less("body:payload.order.entity.amount_paid", "body:payload.order.entity.amount").
				If(extract.Is("body:payload.order.entity.status", "paid"))

	razorpayPart       = payload.SelectAll("body:payload.payment.entity.id")
	razorpayRefundPart = payload.SelectAll("body:payload.refund.entity.id")
)

// razorpayMethods say how a payment is paid. UPI moves money between bank accounts.
var razorpayMethods = []extract.Match{extract.Field("body:payload.payment.entity.method", extract.Outcomes{
	"card": {Method: hook.MethodCard}, "emi": {Method: hook.MethodCard}, "netbanking": {Method: hook.MethodBank},
	"upi": {Method: hook.MethodBank}, "bank_transfer": {Method: hook.MethodBank},
	"emandate": {Method: hook.MethodBank}, "nach": {Method: hook.MethodBank}, "wallet": {Method: hook.MethodWallet},
}, extract.Outcome{})}

// razorpayRules: https://razorpay.com/docs/webhooks/payloads/
func razorpayRules() extract.Rules {
	return slices.Concat(
		extract.Rules{
			// A payment of nothing registers a mandate for later payments.
			{Types: []string{"payment.authorized", "payment.captured", "order.paid"}, Subject: &razorpayPayment,
				Also: true,
				Match: extract.Mark(extract.Outcome{Kind: hook.NothingDue,
					Cause: hook.CauseSetup}).If(razorpayOfNothing)},
			{Types: []string{"payment.authorized"}, Subject: &razorpayPayment, Part: razorpayPart,
				Marks: razorpayMethods,
				Match: extract.ByField("body:payload.payment.entity.captured",
					extract.Kinds{"true": hook.Captured, "1": hook.Captured},
					hook.Authorized).Unless(razorpayOfNothing)},
			{Types: []string{"payment.captured", "subscription.charged"}, Subject: &razorpayPayment, Part: razorpayPart,
				Match: extract.Always(hook.Captured).Unless(razorpayOfNothing), Marks: razorpayMethods},
			// to be paid on delivery
			{Types: []string{"payment.pending"}, Match: extract.Always(hook.Created), Subject: &razorpayPayment},
			{Types: []string{"payment.failed"}, Match: extract.Always(hook.Failed), Subject: &razorpayPayment,
				Marks: razorpayMethods},

			razorpayRefund("refund.created", hook.RefundPending), razorpayRefund("refund.processed", hook.Refund),
			razorpayRefund("refund.failed", hook.RefundFailed), razorpayRefund("refund.*", hook.Info),

			razorpayDispute(hook.DisputeOpen, "payment.dispute.created", "payment.dispute.under_review",
				"payment.dispute.action_required"),
			razorpayDispute(hook.DisputeWon, "payment.dispute.won"),
			razorpayDispute(hook.DisputeLost, "payment.dispute.lost"),
			razorpayDispute(hook.DisputeClosed, "payment.dispute.closed"),

			// Money that came to a virtual account or by a QR code. Both have many payments, so they are no order.
			{Types: []string{"virtual_account.credited", "qr_code.credited"}, Subject: &razorpayPayment,
				Part: razorpayPart, Marks: razorpayMethods,
				Match: extract.ByField("body:payload.payment.entity.status",
					extract.Kinds{"captured": hook.Captured}, "")},

			{Types: []string{"order.notification.*"}, Match: extract.Always(hook.Info), Subject: &razorpayPayment,
				Level: hook.LevelOrder},
		},
		razorpayPaid([]string{"order.paid", "invoice.paid", "invoice.partially_paid"}),
		razorpayPaid([]string{"payment_link.paid", "payment_link.partially_paid"},
			"body:payload.payment_link.entity.updated_at"),
		extract.Rules{
			razorpayOrder(hook.Expired, []string{"payment_link.expired"}, "body:payload.payment_link.entity.expired_at",
				"body:payload.payment_link.entity.updated_at"),
			razorpayOrder(hook.Canceled, []string{"payment_link.cancelled"},
				"body:payload.payment_link.entity.cancelled_at", "body:payload.payment_link.entity.updated_at"),
			razorpayOrder(hook.Expired, []string{"invoice.expired"}, "body:payload.invoice.entity.expired_at"),
		},
	)
}

// razorpayOrder returns the rule for events about an order, a payment link or an invoice: what is due, and what was
// paid so far. If the object states the time of such an event, times are the places.
func razorpayOrder(kind hook.EvidenceKind, types []string, times ...string) extract.Rule {
	spec := razorpayPayment
	spec.Amounts, spec.Times = razorpayDue, payload.SelectAll(times...)
	return extract.Rule{Types: types, Match: extract.Always(kind), Subject: &spec, Level: hook.LevelOrder,
		Due: razorpayDue, Declared: razorpayDeclared}
}

// razorpayPaid returns the rules for events which report that an order was paid, wholly or in part. They name the
// payment that did it. Of an order that Razorpay calls paid although less was paid than it asks for, an offer did for
// the rest, so what was paid was due.
func razorpayPaid(types []string, times ...string) extract.Rules {
	order := razorpayOrder(hook.Info, types, times...)
	order.Also = true
	order.Match = order.Match.Unless(razorpayLessPaid)
	settled := order
	settled.Match = extract.Always(hook.Info).If(razorpayLessPaid)
	settled.Due = razorpaySettled
	spec := razorpayPayment
	spec.Times = order.Subject.Times
	return extract.Rules{order, settled, {Types: types, Subject: &spec, Part: razorpayPart, Marks: razorpayMethods,
		Match: extract.ByField("?body:payload.payment.entity.id", extract.Kinds{"yes": hook.Captured}, "").
			Unless(razorpayOfNothing)}}
}

// razorpayDispute returns the rule for events about a dispute, which may be about a part of the payment.
func razorpayDispute(kind hook.EvidenceKind, types ...string) extract.Rule {
	return extract.Rule{Types: types, Match: extract.Always(kind), Subject: &razorpayPayment,
		Amounts: []extract.AmountSpec{extract.Amount("body:payload.dispute.entity.amount").
			In("body:payload.dispute.entity.currency")}}
}

// razorpayRefund returns the rule for events of a type about a refund. The refund's status says how it is; without one
// the type does.
func razorpayRefund(typ string, without hook.EvidenceKind) extract.Rule {
	return extract.Rule{Types: []string{typ}, Subject: &razorpayPayment, Part: razorpayRefundPart,
		Match: extract.ByField("body:payload.refund.entity.status", extract.Kinds{"pending": hook.RefundPending,
			"processed": hook.Refund, "failed": hook.RefundFailed}, without),
		Amounts: []extract.AmountSpec{extract.Amount("body:payload.refund.entity.amount")},
		Sums:    []extract.AmountSpec{extract.Amount("body:payload.payment.entity.amount_refunded")},
		Charged: []extract.AmountSpec{extract.Amount("body:payload.payment.entity.amount")}}
}
