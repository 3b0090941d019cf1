package provider

import (
	"slices"

	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// paystack is Paystack.
//
// Signature: X-Paystack-Signature is the hex HMAC-SHA-512 of the body. The key is the secret key of the account (sk_…),
// the same one that calls the API, so it changes together with it.
//
// Event: there is no event id. The event's name, the object's id and its status make one; a refund has two references
// instead of an id. Otherwise the hash of the body identifies the event.
//
// Payments: the reference of a charge is the id of a payment, and a payment request is an order. A debit may take less
// than requested_amount; then more is to come. Refunds come one by one, some of them without a reference.
//
// Traps: a refund's events have no time, so the time of receipt counts. Amounts are in the subunit of the currency,
// with two digits for the West African franc (XOF) too. data.domain tells test from live.
var paystack = Provider{
	ID: "paystack", Name: "Paystack",
	Grade: GradeB, Source: "https://paystack.com/docs/payments/webhooks/",
	Steps: []string{
		"In Paystack's dashboard open Settings, API Keys & Webhooks, and enter this address.",
		"Paystack signs with your secret key (sk_…): add it here.",
	},
	Secret: SecretWords{Name: "Secret key", Hint: "begins with sk_live_ or sk_test_", Begins: "sk_",
		Not: []Lookalike{{"pk_", "a public key"}}},
	Ranges: []Range{
		{Name: "Paystack", Source: "https://paystack.com/docs/payments/webhooks",
			CIDRs: []string{"52.31.139.75/32", "52.49.173.169/32", "52.214.14.220/32"}},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Paystack-Signature"), Hash: "sha512",
			Message: signature.Message("{body}")}},
	},
	Identity: Identity{
		Events: joins("body:event+body:data.id+body:data.status",
			"body:event+body:data.transaction_reference+body:data.refund_reference+body:data.status", "sha256"),
		Types: payload.SelectAll("body:event"),
		Times: payload.SelectAll("body:data.paid_at", "body:data.updatedAt", "body:data.created_at"),
		Mode:  liveIf("body:data.domain"),
	},
	Rules: paystackRules(),
}

// paystackCharge is a payment, identified by the reference that the merchant chose or Paystack generated. Only the
// first charge of a subscription has the merchant's metadata.
var paystackCharge = extract.SubjectSpec{
	Aliases:     []extract.AliasSpec{extract.Alias("payment", "body:data.reference")},
	Orders:      []extract.AliasSpec{extract.Alias("payment-request", "body:data.request_code")},
	References:  slices.Concat(orderNumbers("body:data.metadata"), payload.SelectAll("body:data.reference")),
	CustomerIDs: payload.SelectAll("body:data.customer.customer_code"),
	Customer:    payload.SelectAll("body:data.customer.email"),
	Phones:      payload.SelectAll("body:data.customer.phone"),
	Amounts:     []extract.AmountSpec{extract.Amount("body:data.amount")},
	Currency:    payload.SelectAll("body:data.currency"), Digits: map[string]int{"XOF": 2},
}

// paystackRequest is a payment request. Its offline_reference is what a payer gives at a terminal; it is the id of the
// payment then. A request that is paid elsewhere has no payment by that name, and Paystack names none.
var paystackRequest = func() extract.SubjectSpec {
	t := paystackCharge
	t.Aliases = []extract.AliasSpec{extract.Alias("payment", "body:data.offline_reference")}
	t.References = orderNumbers("body:data.metadata")
	return t
}()

// paystackByReference returns the payment of an object that belongs to a charge and names it by its reference.
func paystackByReference(reference string) extract.SubjectSpec {
	t := paystackCharge
	t.Aliases, t.Orders, t.References = []extract.AliasSpec{extract.Alias("payment", reference)}, nil, nil
	return t
}

var (
	// paystackRefund and paystackInvoice name the charge at different paths.
	paystackRefund  = paystackByReference("body:data.transaction_reference")
	paystackInvoice = paystackByReference("body:data.transaction.reference")

	// paystackDispute is the charge of a dispute.
	paystackDispute = func() extract.SubjectSpec {
		t := paystackInvoice
		t.Times = payload.SelectAll("body:data.resolvedAt") // the event's time is when the dispute was opened
		return t
	}()
)

var (
	// paystackCharged is what was charged for a month of a subscription.
	paystackCharged = []extract.AmountSpec{
		extract.Amount("body:data.transaction.amount").In("body:data.transaction.currency"),
	}

	// paystackID selects the id of the only capture of a charge.
	paystackID = payload.SelectAll("body:data.reference")

	// paystackRefundID selects the id of a refund. Without one, each event is a refund of its own.
	paystackRefundID = payload.SelectAll("body:data.refund_reference")
)

// paystackMethods: https://paystack.com/docs/payments/payment-channels/
var paystackMethods = methodsBy("body:data.channel", map[hook.Method][]string{
	hook.MethodCard:   {"card", "pos"},
	hook.MethodBank:   {"bank", "bank_transfer", "dedicated_nuban", "ussd", "eft", "direct_debit"},
	hook.MethodWallet: {"mobile_money", "apple_pay"},
})

// paystackRules: https://paystack.com/docs/payments/webhooks/#supported-events
func paystackRules() extract.Rules {
	return withMarks(extract.Rules{
		{Types: []string{"charge.success"}, Also: true, Subject: &paystackCharge,
			Match:   extract.IfLess("body:data.amount", "body:data.requested_amount", extract.Outcome{Kind: hook.Info}),
			Amounts: []extract.AmountSpec{extract.Amount("body:data.requested_amount")}},
		{Types: []string{"charge.success"}, Match: extract.Always(hook.Captured), Subject: &paystackCharge,
			Part: paystackID, Marks: []extract.Match{extract.IfLess("body:data.amount", "body:data.requested_amount",
				extract.Outcome{Follows: hook.MoreFollow})}},
		{Types: []string{"preauthorization.capture.success"}, Match: extract.Always(hook.Captured),
			Subject: &paystackCharge, Part: paystackID},
		{Types: []string{"charge.failed", "bank.transfer.rejected", "preauthorization.reserve.failed"},
			Match: extract.Always(hook.Failed), Subject: &paystackCharge},
		{Types: []string{"preauthorization.reserve.success"}, Match: extract.Always(hook.Authorized),
			Subject: &paystackCharge},
		{Types: []string{"preauthorization.capture.failed"}, Match: extract.Always(hook.CaptureFailed),
			Subject: &paystackCharge, Part: paystackID},
		{Types: []string{"preauthorization.release.success"}, Match: extract.Always(hook.Canceled),
			Subject: &paystackCharge},

		{Types: []string{"paymentrequest.pending"}, Match: extract.Always(hook.Created), Subject: &paystackRequest,
			Level: hook.LevelOrder, Due: paystackCharge.Amounts},
		{Types: []string{"paymentrequest.success"}, Match: extract.Always(hook.Captured), Subject: &paystackRequest,
			Level: hook.LevelOrder, Due: paystackCharge.Amounts},

		{Types: []string{"invoice.payment_failed"}, Match: extract.Always(hook.Failed), Subject: &paystackInvoice},
		{Types: []string{"invoice.create", "invoice.update"}, Subject: &paystackInvoice, Also: true,
			Part: payload.SelectAll("body:data.transaction.reference"), Amounts: paystackCharged,
			Match: extract.ByField("body:data.transaction.status", extract.Kinds{"success": hook.Captured}, "")},
		{Types: []string{"invoice.*"}, Match: extract.Always(hook.Info), Subject: &paystackInvoice},

		{Types: []string{"refund.processed"}, Match: extract.Always(hook.Refund), Subject: &paystackRefund,
			Part: paystackRefundID},
		{Types: []string{"refund.failed"}, Match: extract.Always(hook.RefundFailed), Subject: &paystackRefund,
			Part: paystackRefundID},
		{Types: []string{"refund.*"}, Match: extract.Always(hook.RefundPending), Subject: &paystackRefund,
			Part: paystackRefundID},

		{Types: []string{"charge.dispute.create", "charge.dispute.remind"}, Match: extract.Always(hook.DisputeOpen),
			Subject: &paystackDispute},
		{Types: []string{"charge.dispute.resolve"}, Subject: &paystackDispute,
			Amounts: []extract.AmountSpec{extract.Amount("body:data.refund_amount")},
			Match: extract.ByField("body:data.resolution", extract.Kinds{"declined": hook.DisputeWon},
				hook.DisputeLost)},
	}, paystackMethods)
}
