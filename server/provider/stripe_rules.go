package provider

import (
	"slices"

	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// Conditions of the rules below.
var (
	// stripeVoidsAreRefunds holds for events in the form of the API before 2025-03-31. It alone calls the release of an
	// authorization a refund.
	stripeVoidsAreRefunds = extract.Less("body:api_version", "const:2025-03-31")

	stripeNotCaptured  = extract.Is("body:data.object.captured", "false")
	stripeCapturable   = extract.Is("?body:data.object.amount_capturable", "yes")
	stripeReceived     = extract.Is("?body:data.object.amount_received", "yes")
	stripeNamesPayment = extract.Is("?body:data.object.payment_intent", "yes")

	stripeRefundDone     = extract.Is("body:data.object.status", "succeeded")
	stripeRefundReleases = extract.Is("body:data.object.reason", "expired_uncaptured_charge")

	stripeSessionPaid   = extract.Is("body:data.object.payment_status", "paid")
	stripeSessionZero   = extract.Is("body:data.object.payment_status+body:data.object.amount_total", "paid/0")
	stripeSessionUnpaid = extract.Is("body:data.object.payment_status", "unpaid")
	stripeSessionAsks   = extract.Is( // its only method is one that the payer uses after the checkout
		"body:data.object.payment_method_types.0+body:data.object.payment_method_types.1",
		"boleto/", "customer_balance/", "konbini/", "multibanco/", "oxxo/",
	)
	stripeSessionFree = extract.Is(
		"body:data.object.mode+body:data.object.payment_status",
		"payment/no_payment_required",
		"subscription/no_payment_required",
		"setup/no_payment_required",
		"setup/unpaid",
		"setup/",
		"/no_payment_required",
	) // without a mode: before there were modes

	stripeInvoiceFree        = extract.Is("body:data.object.amount_due+?body:data.object.amount_paid", "0/")
	stripeInvoiceSettledFree = extract.Is("body:data.object.amount_paid", "0")
	stripeInvoiceSettled     = extract.Is("body:data.object.status", "paid")
	stripeInvoiceOutside     = extract.Is("body:data.object.paid_out_of_band", "true")
)

// Outcomes that have a cause.
var (
	stripeTrial   = extract.Outcome{Kind: hook.NothingDue, Cause: hook.CauseTrial}
	stripeFree    = extract.Outcome{Kind: hook.NothingDue, Cause: hook.CauseFree}
	stripeSetup   = extract.Outcome{Kind: hook.NothingDue, Cause: hook.CauseSetup}
	stripeExpired = extract.Outcome{Kind: hook.Expired}
	stripeFailed  = extract.Outcome{Kind: hook.Failed}
)

// Amounts that replace those of a subject.
var (
	stripeNoAmount = []extract.AmountSpec{}
	stripeReceipts = []extract.AmountSpec{extract.Amount("body:data.object.amount_received").Total()}
	stripeHold     = []extract.AmountSpec{
		extract.Amount("body:data.object.amount_capturable").Plus("body:data.object.amount_received"),
	}
	stripeCaptures = []extract.AmountSpec{
		extract.Amount("body:data.object.amount_captured").Total(),
		extract.Amount("body:data.object.amount").Minus("body:data.object.amount_refunded").Total(), // before 2020
	}
	stripeCharged = []extract.AmountSpec{
		extract.Amount("body:data.object.amount_captured"), extract.Amount("body:data.object.amount"),
	}
	stripeRefunded = []extract.AmountSpec{extract.Amount("body:data.object.amount_refunded").Total()}

	// stripeRefundedOnly leaves out what was released: what of the amount was not captured.
	stripeRefundedOnly = []extract.AmountSpec{
		extract.Amount("body:data.object.amount_captured").Plus("body:data.object.amount_refunded").
			Minus("body:data.object.amount").Total(),
		extract.Amount("body:data.object.amount_refunded").Total(),
	}
	stripeTotal = []extract.AmountSpec{extract.Amount("body:data.object.amount_total")}
	stripeDue   = []extract.AmountSpec{extract.Amount("body:data.object.amount_due")}
	stripePaid  = []extract.AmountSpec{extract.Amount("body:data.object.amount_paid")}
)

// stripeRules: https://docs.stripe.com/api/events/types. Several events report the same payment
// (payment_intent.succeeded, charge.succeeded, invoice_payment.paid); their aliases make them one subject.
func stripeRules() extract.Rules {
	return slices.Concat(stripeIntentRules(), stripeRefundRules(), stripeChargeRules(), stripeSessionRules(),
		stripeInvoiceRules(), stripeThinRules())
}

// stripeIntentRules are about PaymentIntents. An authorization is all that was authorized, captured or not.
func stripeIntentRules() extract.Rules {
	return extract.Rules{
		{Types: []string{"payment_intent.created"}, Match: extract.Always(hook.Created), Subject: &stripeIntent,
			Marks: stripeIntentMethods},
		{Types: []string{"payment_intent.requires_action"}, Match: extract.Always(hook.Action), Subject: &stripeIntent,
			Marks: slices.Concat(stripeIntentMethods, stripeActionMethods)},
		// A bank transfer of less than what is due: Stripe has the money already, and nothing is captured.
		{Types: []string{"payment_intent.partially_funded"}, Match: extract.Always(hook.CoinsReceived),
			Subject: &stripeIntent, Also: true,
			Marks: []extract.Match{extract.Mark(extract.Outcome{Method: hook.MethodBank})}},
		{Types: []string{"payment_intent.processing", "payment_intent.partially_funded"},
			Match: extract.Always(hook.Processing), Subject: &stripeIntent, Marks: stripeIntentMethods},

		{
			Types:   []string{"payment_intent.amount_capturable_updated"},
			Match:   extract.Always(hook.Authorized).If(stripeCapturable),
			Subject: &stripeIntent,
			Also:    true,
			Amounts: stripeHold,
			Marks:   stripeIntentMethods,
		},
		{
			Types:   []string{"payment_intent.amount_capturable_updated"},
			Match:   extract.Always(hook.Captured).If(stripeReceived),
			Subject: &stripeIntent,
			Also:    true,
			Amounts: stripeReceipts,
			Marks:   stripeFollows,
		},
		{Types: []string{"payment_intent.amount_capturable_updated"}, Subject: &stripeIntent, Also: true,
			Match: extract.Always(hook.Info).Unless(stripeCapturable).Unless(stripeReceived)},
		{Types: []string{"payment_intent.succeeded"}, Match: extract.Always(hook.Captured), Subject: &stripeIntent,
			Also: true, Amounts: stripeReceipts, Marks: slices.Concat(stripeLast, stripeIntentMethods)},
		// What was asked for tells that a capture of less waives the rest.
		{Types: []string{"payment_intent.succeeded", "payment_intent.amount_capturable_updated"},
			Subject: &stripeIntent,
			Match: extract.IfLess("body:data.object.amount_received", "body:data.object.amount",
				extract.Outcome{Kind: hook.Info}).If(stripeReceived),
			Amounts: []extract.AmountSpec{extract.Amount("body:data.object.amount")}},

		{Types: []string{"payment_intent.payment_failed"}, Subject: &stripeIntent, Marks: stripeIntentMethods,
			Match: extract.Choose("body:data.object.last_payment_error.code", extract.Outcomes{
				"payment_intent_payment_attempt_expired": stripeExpired, // a voucher that nobody paid
			}, stripeFailed)},
		{Types: []string{"payment_intent.canceled"}, Subject: &stripeIntent, Marks: stripeIntentMethods,
			Match: extract.ByField("body:data.object.cancellation_reason",
				extract.Kinds{"expired": hook.Expired, "automatic": hook.Expired}, hook.Canceled)},
		{Types: []string{"payment_intent.*"}, Match: extract.Always(hook.Info), Subject: &stripeIntent},
	}
}

var (
	// stripeFollows are marks of one of several captures: more follows while something is capturable.
	stripeFollows = []extract.Match{extract.Choose("?body:data.object.amount_capturable",
		extract.Outcomes{"yes": {Follows: hook.MoreFollow}}, extract.Outcome{Follows: hook.LastOne})}
	// stripeLast are marks of the capture after which an intent has succeeded.
	stripeLast = []extract.Match{extract.Mark(extract.Outcome{Follows: hook.LastOne})}
)

// stripeRefundRules are about refunds, each with its own id, and about disputes. A refund that failed proves that its
// money had been taken; no release fails.
func stripeRefundRules() extract.Rules {
	return extract.Rules{
		{
			Types:   []string{"charge.refund.updated", "refund.*"},
			Match:   extract.Always(hook.Released).If(stripeRefundReleases),
			Subject: &stripeByCharge,
			Also:    true,
			Amounts: stripeNoAmount,
		},
		{Types: []string{"refund.failed"}, Match: extract.Always(hook.RefundFailed).Unless(stripeRefundReleases),
			Subject: &stripeByCharge, Part: payload.SelectAll("body:data.object.id")},
		{Types: []string{"charge.refund.updated", "refund.*"}, Subject: &stripeByCharge,
			Part: payload.SelectAll("body:data.object.id"),
			Match: extract.ByField("body:data.object.status", extract.Kinds{
				"succeeded": hook.Refund, "pending": hook.RefundPending, "requires_action": hook.RefundPending,
				"failed": hook.RefundFailed, "canceled": hook.RefundFailed,
			}, hook.Info).Unless(stripeRefundReleases),
			Marks: []extract.Match{
				extract.Mark(extract.Outcome{Release: true}).If(stripeVoidsAreRefunds).If(stripeRefundDone),
			}},
		stripeDispute("charge.dispute.created", hook.DisputeOpen),
		stripeDispute("charge.dispute.closed", hook.DisputeLost),
		stripeDispute("charge.dispute.*", hook.Info),
	}
}

// stripeDispute returns the rule for events of a type about a dispute. Its status says how it ended, in whichever event
// that comes: a returned bank debit is lost when it begins. without is the kind for any other status. A dispute may be
// of a part of the charge.
func stripeDispute(typ string, without hook.EvidenceKind) extract.Rule {
	return extract.Rule{Types: []string{typ}, Subject: &stripeByCharge, Amounts: stripeByCharge.Amounts,
		Match: extract.ByField("body:data.object.status", extract.Kinds{"won": hook.DisputeWon,
			"warning_closed": hook.DisputeWon, "lost": hook.DisputeLost}, without)}
}

// stripeChargeRules are about charges. A charge counts its captures and refunds itself.
func stripeChargeRules() extract.Rules {
	return extract.Rules{
		// The charge of a voucher is pending from the moment when the voucher is issued.
		{Types: []string{"charge.pending"}, Subject: &stripeCharge, Marks: stripeChargeMethods,
			Match: extract.ByField("body:data.object.payment_method_details.type", extract.Kinds{"boleto": hook.Action,
				"konbini": hook.Action, "multibanco": hook.Action, "oxxo": hook.Action}, hook.Processing)},
		{Types: []string{"charge.succeeded"}, Subject: &stripeCharge, Also: true, Marks: stripeChargeMethods,
			Match: extract.ByField("body:data.object.captured", extract.Kinds{"true": ""}, hook.Authorized)},
		{Types: []string{"charge.succeeded"}, Subject: &stripeCharge, Amounts: stripeCaptures,
			Marks: stripeChargeMethods,
			Match: extract.ByField("body:data.object.captured", extract.Kinds{"true": hook.Captured}, "")},
		{Types: []string{"charge.captured"}, Match: extract.Always(hook.Captured), Subject: &stripeCharge, Also: true,
			Amounts: stripeCaptures, Marks: stripeChargeMethods},
		{Types: []string{"charge.captured"}, Subject: &stripeCharge,
			Match: extract.IfLess("body:data.object.amount_captured", "body:data.object.amount",
				extract.Outcome{Kind: hook.Info}),
			Amounts: []extract.AmountSpec{extract.Amount("body:data.object.amount")}},
		{Types: []string{"charge.failed"}, Subject: &stripeCharge, Marks: stripeChargeMethods,
			Match: extract.Choose("body:data.object.failure_code", extract.Outcomes{
				"payment_intent_payment_attempt_expired": stripeExpired,
			}, stripeFailed)},
		{Types: []string{"charge.expired"}, Match: extract.Always(hook.Expired), Subject: &stripeCharge},

		// Since 2025-03-31 no such event is sent for a release, so one about a charge that was not captured has the
		// older form, whether or not it names its version. Any other one without a version counts as a refund of all
		// that it states: a release would have to be told from it by the version alone.
		{Types: []string{"charge.refunded"}, Subject: &stripeCharge, Also: true,
			Match: extract.Always(hook.Released).If(stripeNotCaptured)},
		{Types: []string{"charge.refunded"}, Subject: &stripeCharge, Also: true,
			Match:   extract.Always(hook.Refund).If(stripeVoidsAreRefunds).Unless(stripeNotCaptured),
			Amounts: stripeRefundedOnly, Charged: stripeCharged, Needs: true},
		{Types: []string{"charge.refunded"}, Subject: &stripeCharge, Amounts: stripeRefunded, Charged: stripeCharged,
			Match: extract.Always(hook.Refund).Unless(stripeVoidsAreRefunds).Unless(stripeNotCaptured)},
		// One of several captures of a charge sends no other event about the charge.
		{Types: []string{"charge.updated"}, Subject: &stripeCharge, Amounts: stripeCaptures,
			Match: extract.ByField("body:data.object.status+body:data.object.captured",
				extract.Kinds{"succeeded/true": hook.Captured}, hook.Info)},
	}
}

// stripeSessionRules are about Checkout sessions. What a session says of money is true of its payment as well, if it
// names one. That it expired is not: no session ends a payment that is under way, such as a bank debit, and Stripe
// reports the end of a PaymentIntent that it cancels together with its session in an event of its own.
func stripeSessionRules() extract.Rules {
	return extract.Rules{
		{Types: []string{"checkout.session.completed", "checkout.session.async_payment_succeeded"},
			Match: extract.Always(hook.Info).If(stripeSessionPaid), Level: hook.LevelOrder, Subject: &stripeSession,
			Also: true, Due: stripeTotal, Declared: stripeTotal},
		{Types: []string{"checkout.session.completed", "checkout.session.async_payment_succeeded"},
			Match: extract.Always(hook.Captured).If(stripeSessionPaid).If(stripeNamesPayment), Subject: &stripeSession,
			Also: true, Amounts: []extract.AmountSpec{extract.Amount("body:data.object.amount_total").Total()},
			Marks: stripeIntentMethods},
		{Types: []string{"checkout.session.completed"}, Match: stripeWaits(hook.Processing).Unless(stripeSessionAsks),
			Level: hook.LevelOrder, Subject: &stripeSession, Also: true, Due: stripeTotal, Marks: stripeIntentMethods},
		{Types: []string{"checkout.session.completed"}, Match: stripeWaits(hook.Action).If(stripeSessionAsks),
			Level: hook.LevelOrder, Subject: &stripeSession, Also: true, Due: stripeTotal, Marks: stripeIntentMethods},
		{Types: []string{"checkout.session.completed"}, Subject: &stripeSession, Also: true, Marks: stripeIntentMethods,
			Match: stripeWaits(hook.Processing).If(stripeNamesPayment).Unless(stripeSessionAsks)},
		{Types: []string{"checkout.session.completed"}, Subject: &stripeSession, Also: true, Marks: stripeIntentMethods,
			Match: stripeWaits(hook.Action).If(stripeNamesPayment).If(stripeSessionAsks)},
		// A subscription that costs something later begins with a trial; without a price at all a coupon pays for it.
		{Types: []string{"checkout.session.completed"}, Level: hook.LevelOrder, Subject: &stripeSession, Also: true,
			Match: extract.Choose("body:data.object.mode+?body:data.object.amount_subtotal", extract.Outcomes{
				"setup/": stripeSetup, "setup/yes": stripeSetup, "subscription/": stripeTrial,
			}, stripeFree).If(stripeSessionFree)},
		{Types: []string{"checkout.session.completed"}, Level: hook.LevelOrder, Subject: &stripeSession, Also: true,
			Match: extract.Mark(stripeFree).If(stripeSessionZero)},
		{Types: []string{"checkout.session.completed"}, Match: extract.Always(hook.Info).Unless(stripeSessionPaid).
			Unless(stripeSessionUnpaid).Unless(stripeSessionFree), Level: hook.LevelOrder, Subject: &stripeSession},

		{Types: []string{"checkout.session.async_payment_failed"}, Match: extract.Always(hook.Failed),
			Level: hook.LevelOrder, Subject: &stripeSession, Also: true, Due: stripeTotal, Marks: stripeIntentMethods},
		{
			Types:   []string{"checkout.session.async_payment_failed"},
			Match:   extract.Always(hook.Failed).If(stripeNamesPayment),
			Subject: &stripeSession,
			Marks:   stripeIntentMethods,
		},
		{Types: []string{"checkout.session.expired"}, Match: extract.Always(hook.Expired), Level: hook.LevelOrder,
			Subject: &stripeSession, Due: stripeTotal},
	}
}

// stripeWaits returns a match for a session that was completed and not paid yet.
func stripeWaits(kind hook.EvidenceKind) extract.Match {
	return extract.Always(kind).If(stripeSessionUnpaid).Unless(stripeSessionFree)
}

// stripeInvoiceRules are about invoices. What is due does not shrink with what was paid. Of a paid invoice it is what
// was paid, for credit notes do for the rest; it is nothing in a trial, and where credit or a coupon pays for
// everything. An invoice that was given up or voided says nothing about its payments: one that was given up can still
// be paid, and a PaymentIntent that is canceled with its invoice (cancellation_reason void_invoice) is reported itself.
//
// Of an invoice that was marked as paid outside of Stripe, all that is due was paid, although amount_paid may be zero.
func stripeInvoiceRules() extract.Rules {
	return extract.Rules{
		{Types: []string{"invoice.finalized"}, Match: stripeNothingDue.If(stripeInvoiceFree), Level: hook.LevelOrder,
			Subject: &stripeInvoice, Also: true},
		{Types: []string{"invoice.paid", "invoice.payment_succeeded"}, Level: hook.LevelOrder, Subject: &stripeInvoice,
			Match: stripeNothingDue.If(stripeInvoiceSettledFree).Unless(stripeInvoiceOutside), Also: true},
		{Types: []string{"invoice.paid", "invoice.payment_succeeded", "invoice.updated"}, Level: hook.LevelOrder,
			Subject: &stripeInvoice, Also: true, Due: stripeDue, Declared: stripeDue,
			Match: extract.Always(hook.Info).If(stripeInvoiceOutside).If(stripeInvoiceSettledFree)},
		{Types: []string{"invoice.paid"}, Match: extract.Always(hook.Info).Unless(stripeInvoiceSettledFree),
			Level: hook.LevelOrder, Subject: &stripeInvoice, Also: true, Due: stripePaid, Declared: stripePaid},
		{Types: []string{"invoice.payment_succeeded", "invoice.created", "invoice.updated", "invoice.sent",
			"invoice.overdue", "invoice.overpaid"}, Match: extract.Always(hook.Info).If(stripeInvoiceSettled).
			Unless(stripeInvoiceSettledFree),
			Level: hook.LevelOrder, Subject: &stripeInvoice, Also: true, Due: stripePaid, Declared: stripePaid},
		{Types: []string{"invoice.payment_succeeded"}, Match: extract.Always(hook.Info).Unless(stripeInvoiceSettled),
			Level: hook.LevelOrder, Subject: &stripeInvoice, Also: true, Due: stripeDue, Declared: stripePaid},
		{Types: []string{"invoice.paid", "invoice.payment_succeeded"}, Subject: &stripeInvoice,
			Match:   extract.Always(hook.Captured).If(stripeNamesPayment).Unless(stripeInvoiceOutside),
			Amounts: []extract.AmountSpec{extract.Amount("body:data.object.amount_paid").Total()}, Needs: true},

		{Types: []string{"invoice.finalized"}, Match: extract.Always(hook.Created).Unless(stripeInvoiceFree),
			Level: hook.LevelOrder, Subject: &stripeInvoice, Also: true, Due: stripeDue},
		{Types: []string{"invoice.finalized"}, Match: extract.Always(hook.Created).If(stripeNamesPayment),
			Subject: &stripeInvoice},
		{Types: []string{"invoice.payment_action_required"}, Match: extract.Always(hook.Action), Level: hook.LevelOrder,
			Subject: &stripeInvoice, Also: true, Due: stripeDue, Declared: stripePaid},
		{Types: []string{"invoice.payment_action_required"}, Match: extract.Always(hook.Action).If(stripeNamesPayment),
			Subject: &stripeInvoice},
		{Types: []string{"invoice.payment_failed"}, Match: extract.Always(hook.Failed), Level: hook.LevelOrder,
			Subject: &stripeInvoice, Also: true, Due: stripeDue, Declared: stripePaid},
		{Types: []string{"invoice.payment_failed"}, Match: extract.Always(hook.Failed).If(stripeNamesPayment),
			Subject: &stripeInvoice},
		{Types: []string{"invoice.marked_uncollectible"}, Match: extract.Always(hook.Canceled), Level: hook.LevelOrder,
			Subject: &stripeInvoice, Due: stripeDue, Declared: stripePaid,
			Marks: []extract.Match{extract.Mark(extract.Outcome{Cause: hook.CauseWrittenOff})}},
		{Types: []string{"invoice.voided"}, Match: extract.Always(hook.Canceled), Level: hook.LevelOrder,
			Subject: &stripeInvoice, Due: stripeDue, Declared: stripePaid},
		{Types: []string{"invoice.created", "invoice.updated", "invoice.sent", "invoice.overdue", "invoice.overpaid"},
			Match: extract.Always(hook.Info).
				Unless(stripeInvoiceSettled),
			Level: hook.LevelOrder, Subject: &stripeInvoice, Due: stripeDue,
			Declared: stripePaid},

		{Types: []string{"invoice_payment.paid"}, Match: extract.Always(hook.Captured), Subject: &stripeInvoicePayment,
			Amounts: []extract.AmountSpec{extract.Amount("body:data.object.amount_paid").Total()}},
	}
}

// stripeNothingDue says why nothing is due of an invoice: the first one of a trial has no items that cost anything.
var stripeNothingDue = extract.Choose("?body:data.object.subtotal+body:data.object.billing_reason", extract.Outcomes{
	"/subscription_create": stripeTrial, "/subscription_update": stripeTrial, "/subscription": stripeTrial,
}, stripeFree)

// stripeThinRules returns the rules of events that name an object and say nothing about it.
func stripeThinRules() (rules extract.Rules) {
	for _, typ := range []string{"payment_intent", "charge", "checkout.session", "invoice"} {
		related := stripeRelated[typ]
		rules = append(rules, extract.Rule{
			Types: []string{"v1.*", "v2.*"}, Also: true, Subject: &related,
			Match: extract.Choose("body:related_object.type", extract.Outcomes{
				typ: {Kind: hook.Info, Cause: hook.CauseNoDetails},
			}, extract.Outcome{}),
		})
	}
	return rules
}
