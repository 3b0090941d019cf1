package provider

import (
	"time"

	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// paddle is Paddle Billing; Paddle Classic signs differently and is not supported.
//
// Signature: the header Paddle-Signature is "ts=1772625600;h1=…". h1 is the hex HMAC-SHA-256 of the time, a colon and
// the body. While a key is rotated there are several h1. The key is the secret of the notification destination
// (pdl_ntfset_…), as text.
//
// Event: the member event_id (evt_…), which a retry keeps.
//
// Payments: a transaction is a payment, with all its attempts; it has no order of Paddle's. Refunds and chargebacks are
// adjustments, each with an id and a status of its own.
//
// Traps: Paddle's libraries accept a timestamp that is at most 5 seconds old; here the tolerance of the endpoint
// decides. The order is not guaranteed, and Paddle advises to compare occurred_at.
var paddle = Provider{
	ID: "paddle", Name: "Paddle Billing",
	Aliases: []string{"Paddle"},
	Grade:   GradeA, Source: "https://developer.paddle.com/webhooks/signature-verification",
	Steps: []string{
		"In Paddle open Developer tools, Notifications, and create a destination with this address.",
		"Copy that destination's secret key and add it here.",
	},
	Secret: SecretWords{Name: "Secret key", Hint: "of the notification destination; begins with pdl_ntfset_",
		Begins: "pdl_ntfset_",
		Not: []Lookalike{{"pdl_live_apikey", "an API key"}, {"pdl_sdbx_apikey", "an API key"},
			{"ntfset_", "a destination's id"}, {"live_", "a client-side token"}, {"test_", "a client-side token"}}},
	Ranges: []Range{
		{Name: "Paddle, live", Source: "https://developer.paddle.com/webhooks/respond-to-webhooks",
			CIDRs: []string{"34.232.58.13/32", "34.195.105.136/32", "34.237.3.244/32", "35.155.119.135/32",
				"52.11.166.252/32", "34.212.5.7/32"}},
		{Name: "Paddle, sandbox", Source: "https://developer.paddle.com/webhooks/respond-to-webhooks",
			CIDRs: []string{"34.194.127.46/32", "54.234.237.108/32", "3.208.120.145/32", "44.226.236.210/32",
				"44.241.183.62/32", "100.20.172.113/32"}},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:Paddle-Signature"), Format: signature.Pairs,
			Separator: ";", Prefix: "h1", Hash: "sha256",
			Message: signature.Message("{time}:{body}"), TimeBeside: "ts", Unit: time.Second}},
	},
	Identity: Identity{
		Events: joins("body:event_id"),
		Types:  payload.SelectAll("body:event_type"),
		Times:  payload.SelectAll("body:occurred_at"),
	},
	Rules: paddleRules(),
}

// paddleTransaction is a payment. Paddle copies the custom_data of a subscription's first transaction to all later
// ones, so references of a recurring transaction do not identify it.
var paddleTransaction = extract.SubjectSpec{
	Aliases: []extract.AliasSpec{extract.Alias("payment", "body:data.id"),
		extract.Alias("invoice", "body:data.invoice_id")},
	References: orderNumbers("body:data.custom_data"),
	CopiedReferences: extract.ByField("body:data.origin", extract.Kinds{"subscription_recurring": hook.Info,
		"subscription_charge": hook.Info, "subscription_update": hook.Info,
		"subscription_payment_method_change": hook.Info}, ""),
	CustomerIDs: payload.SelectAll("body:data.customer_id"),
	Amounts: []extract.AmountSpec{extract.Amount("body:data.details.totals.grand_total"),
		extract.Amount("body:data.details.totals.total")},
	Currency: payload.SelectAll("body:data.details.totals.currency_code", "body:data.currency_code"),
}

// paddleCreated is a transaction at the time of its creation.
var paddleCreated = func() extract.SubjectSpec {
	t := paddleTransaction
	t.Times = payload.SelectAll("body:data.created_at")
	return t
}()

// paddleAdjustment is the transaction that a refund, a credit or a chargeback belongs to.
var paddleAdjustment = extract.SubjectSpec{
	Aliases:  []extract.AliasSpec{extract.Alias("payment", "body:data.transaction_id")},
	Amounts:  []extract.AmountSpec{extract.Amount("body:data.totals.total")},
	Currency: payload.SelectAll("body:data.totals.currency_code", "body:data.currency_code"),
}

// paddleID selects the id of a transaction, which is captured once, or of an adjustment.
var paddleID = payload.SelectAll("body:data.id")

// paddleMethods: https://developer.paddle.com/api-reference/transactions. The newest attempt is the first in the list.
var paddleMethods = methodsBy("body:data.payments.0.method_details.type", map[hook.Method][]string{
	hook.MethodCard: {"card", "bancontact", "korea_local", "south_korea_local_card"},
	hook.MethodBank: {"wire_transfer", "ideal", "blik", "pix", "upi"},
	hook.MethodWallet: {
		"paypal",
		"apple_pay",
		"google_pay",
		"alipay",
		"wechat_pay",
		"mb_way",
		"kakao_pay",
		"naver_pay",
	},
})

// paddleRules: https://developer.paddle.com/webhooks/overview. Adjustments report refunds and chargebacks by their
// action and status.
func paddleRules() extract.Rules {
	return withMarks(extract.Rules{
		// a trial begins with a transaction of nothing
		{Types: []string{"transaction.*"}, Also: true, Subject: &paddleTransaction,
			Match: extract.Choose("body:data.status+body:data.details.totals.grand_total", extract.Outcomes{
				"paid/0":      {Kind: hook.NothingDue, Cause: hook.CauseFree},
				"completed/0": {Kind: hook.NothingDue, Cause: hook.CauseFree}}, extract.Outcome{})},
		{Types: []string{"transaction.created", "transaction.ready", "transaction.billed"},
			Match: extract.Always(hook.Created), Subject: &paddleTransaction},
		{Types: []string{"transaction.paid", "transaction.completed"}, Match: extract.Always(hook.Captured),
			Subject: &paddleTransaction, Part: paddleID},
		{Types: []string{"transaction.payment_failed", "transaction.past_due"}, Match: extract.Always(hook.Failed),
			Subject: &paddleTransaction},
		{Types: []string{"transaction.canceled"}, Match: extract.Always(hook.Canceled), Subject: &paddleTransaction},
		// The status "ready" is not mapped: a transaction becomes ready again after a failed payment. It only says that
		// the transaction was created before. Its price may have changed, since a discount or a tax number may be added
		// until it is paid.
		{Types: []string{"transaction.updated"}, Also: true, Subject: &paddleCreated,
			Match: extract.ByField("body:data.status", extract.Kinds{
				"draft": hook.Created, "ready": hook.Created, "billed": hook.Created}, "").
				If(extract.Is("?body:data.created_at", "yes"))},
		{Types: []string{"transaction.updated"}, Subject: &paddleTransaction, Part: paddleID,
			Amounts: paddleTransaction.Amounts,
			Match: extract.ByField("body:data.status",
				extract.Kinds{"paid": hook.Captured, "completed": hook.Captured, "past_due": hook.Failed,
					"canceled": hook.Canceled}, hook.Info)},
		{Types: []string{"transaction.*"}, Match: extract.Always(hook.Info), Subject: &paddleTransaction},

		{Types: []string{"adjustment.*"}, Subject: &paddleAdjustment, Part: paddleID, Amounts: paddleAdjustment.Amounts,
			Match: extract.ByField("body:data.action+body:data.status",
				extract.Kinds{"refund/pending_approval": hook.RefundPending, "refund/approved": hook.Refund,
					"refund/rejected": hook.RefundFailed, "refund/reversed": hook.RefundFailed,
					"chargeback_warning/approved": hook.DisputeOpen, "chargeback/approved": hook.DisputeLost,
					"chargeback/reversed": hook.DisputeWon, "chargeback_reverse/approved": hook.DisputeWon,
					"chargeback_warning/reversed":         hook.DisputeWon,
					"chargeback_warning_reverse/approved": hook.DisputeWon}, hook.Info)},
	}, paddleMethods)
}
