package status

import (
	"fmt"

	"hookbeam/server/hook"
)

// stripe is one of Stripe's events about an object, which the text describes; whole objects have an amount of 4900 EUR.
func stripe(minutes int, typ, object string) told {
	return told{body: fmt.Sprintf(`{"id":"evt_%s_%d","object":"event","created":%d,"type":%q,"data":{"object":{%s,"currency":"eur","created":%d}}}`,
		typ, minutes, unix(minutes), typ, object, unix(-60))}
}

const (
	intent  = `"id":"pi_1","object":"payment_intent","amount":4900,"amount_received":0,"latest_charge":null,"metadata":{"order_id":"10-4471"}`
	charge  = `"id":"ch_1","object":"charge","amount":4900,"payment_intent":"pi_1","metadata":{}`
	refund1 = `"id":"re_1","object":"refund","charge":"ch_1","payment_intent":"pi_1","metadata":{}`
	session = `"id":"cs_1","object":"checkout.session","amount_total":4900,"mode":"payment","client_reference_id":"10-4471","metadata":{}`
	bill    = `"id":"in_1","object":"invoice","amount_due":4900,"subscription":"sub_1","customer":"cus_1","metadata":{}`
	quarrel = `"id":"dp_1","object":"dispute","amount":4900,"charge":"ch_1","payment_intent":"pi_1"`
)

var (
	created  = stripe(0, "payment_intent.created", intent)
	received = stripe(5, "payment_intent.succeeded", `"id":"pi_1","amount":4900,"amount_received":4900,"latest_charge":"ch_1","metadata":{"order_id":"10-4471"}`)
	charged  = stripe(5, "charge.succeeded", charge+`,"captured":true`)
	held     = stripe(5, "charge.succeeded", charge+`,"captured":false`)
	holding  = stripe(5, "payment_intent.amount_capturable_updated", intent+`,"amount_capturable":4900`)
)

var stripePlays = []play{
	{sender: "stripe", name: "3-D Secure", state: hook.StatePaid, events: []told{created, stripe(1, "payment_intent.requires_action", intent),
		stripe(2, "payment_intent.processing", intent), charged, received}},
	{sender: "stripe", name: "second card", state: hook.StatePaid, events: []told{created, stripe(1, "charge.failed", `"id":"ch_0","amount":4900,"payment_intent":"pi_1"`),
		stripe(1, "payment_intent.payment_failed", intent), charged, received}},
	{sender: "stripe", name: "bank debit", state: hook.StatePaid, events: []told{
		stripe(1, "checkout.session.completed", session+`,"payment_status":"unpaid","payment_intent":"pi_1"`), stripe(1, "charge.pending", charge),
		stripe(2880, "charge.succeeded", charge+`,"captured":true`),
		stripe(2880, "checkout.session.async_payment_succeeded", session+`,"payment_status":"paid","payment_intent":"pi_1"`)}},
	{sender: "stripe", name: "bank debit fails", state: hook.StateFailed, events: []told{
		stripe(1, "checkout.session.completed", session+`,"payment_status":"unpaid","payment_intent":"pi_1"`), stripe(1, "payment_intent.processing", intent),
		stripe(2880, "payment_intent.payment_failed", intent), stripe(2880, "checkout.session.async_payment_failed", session+`,"payment_intent":"pi_1"`)}},
	{sender: "stripe", name: "session paid at once", state: hook.StatePaid, events: []told{created, received, charged,
		stripe(5, "checkout.session.completed", session+`,"payment_status":"paid","payment_intent":{"id":"pi_1","object":"payment_intent"}`)}},
	{sender: "stripe", name: "void", state: hook.StateCanceled, events: []told{created, held, holding,
		stripe(60, "payment_intent.canceled", intent+`,"cancellation_reason":"requested_by_customer"`)}},
	{sender: "stripe", name: "session expires", state: hook.StateExpired, events: []told{created,
		stripe(60, "checkout.session.expired", session+`,"payment_status":"unpaid","payment_intent":"pi_1"`)}},
	{sender: "stripe", name: "authorization expires", state: hook.StateExpired, events: []told{created, held, holding, stripe(10080, "charge.expired", charge)}},
	{sender: "stripe", name: "late authorisation", state: hook.StateAuthorized, events: []told{created, held, holding,
		stripe(6, "payment_intent.payment_failed", intent)}},
	{sender: "stripe", name: "captured in part", state: hook.StatePaid, amount: 3000, events: []told{held, holding,
		stripe(60, "charge.captured", charge+`,"captured":true,"amount_captured":3000`),
		stripe(60, "payment_intent.succeeded", `"id":"pi_1","amount":4900,"amount_received":3000,"latest_charge":"ch_1"`)}},
	{sender: "stripe", name: "partial refund", state: hook.StatePartiallyRefunded, refunded: 900, events: []told{received, charged,
		stripe(90, "charge.refunded", charge+`,"captured":true,"amount_refunded":900`),
		stripe(90, "refund.created", refund1+`,"amount":900,"status":"succeeded"`),
		stripe(91, "charge.refund.updated", refund1+`,"amount":900,"status":"succeeded"`)}},
	{sender: "stripe", name: "full refund in two parts", state: hook.StateRefunded, refunded: 4900, events: []told{received, charged,
		stripe(90, "charge.refunded", charge+`,"captured":true,"amount_refunded":900`),
		stripe(95, "charge.refunded", charge+`,"captured":true,"amount_refunded":4900`),
		stripe(95, "refund.created", `"id":"re_2","charge":"ch_1","payment_intent":"pi_1","amount":4000,"status":"succeeded"`)}},
	{sender: "stripe", name: "refund fails later", state: hook.StatePaid, events: []told{received, charged,
		stripe(90, "charge.refunded", charge+`,"captured":true,"amount_refunded":900`),
		stripe(90, "refund.created", refund1+`,"amount":900,"status":"succeeded"`),
		stripe(900, "charge.refund.updated", refund1+`,"amount":900,"status":"failed"`),
		stripe(900, "refund.failed", refund1+`,"amount":900,"status":"failed"`)}},
	{sender: "stripe", name: "dispute lost", state: hook.StatePaid, dispute: hook.DisputeIsLost, events: []told{received,
		stripe(900, "charge.dispute.created", quarrel+`,"status":"needs_response"`), stripe(901, "charge.dispute.funds_withdrawn", quarrel),
		stripe(9000, "charge.dispute.closed", quarrel+`,"status":"lost"`)}},
	{sender: "stripe", name: "dispute of a charge alone, won", state: hook.StatePaid, dispute: hook.DisputeIsWon, events: []told{
		stripe(5, "charge.succeeded", `"id":"ch_1","amount":4900,"payment_intent":null,"captured":true`),
		stripe(900, "charge.dispute.created", `"id":"dp_1","charge":"ch_1","payment_intent":null,"amount":4900`),
		stripe(9000, "charge.dispute.closed", `"id":"dp_1","charge":"ch_1","payment_intent":null,"amount":4900,"status":"won"`)}},
	{sender: "stripe", name: "paid after expiry", state: hook.StatePaid, late: true, events: []told{created,
		stripe(3, "checkout.session.expired", session+`,"payment_intent":"pi_1"`), received, charged}},
	{sender: "stripe", name: "cancel race", state: hook.StatePaid, events: []told{created, holding, received,
		stripe(5, "payment_intent.canceled", intent)}},
	{sender: "stripe", name: "invoice at its second try", state: hook.StatePaid, events: []told{stripe(0, "invoice.finalized", bill),
		stripe(1, "invoice.payment_failed", bill+`,"payment_intent":"pi_1","charge":"ch_0"`), stripe(20, "invoice.paid", bill+`,"payment_intent":"pi_1","charge":"ch_1","amount_paid":4900`),
		stripe(20, "charge.succeeded", charge+`,"captured":true,"invoice":"in_1"`)}},
	{sender: "stripe", name: "invoice that does not know its payment", state: hook.StatePaid, events: []told{stripe(0, "invoice.finalized", bill),
		stripe(1, "invoice.payment_action_required", bill), received, stripe(5, "invoice.paid", bill+`,"amount_paid":4900`),
		stripe(5, "invoice_payment.paid", `"id":"inpay_1","invoice":"in_1","amount_paid":4900,"payment":{"type":"payment_intent","payment_intent":"pi_1"}`)}},
	{sender: "stripe", name: "invoice voided", state: hook.StateCanceled, events: []told{stripe(0, "invoice.finalized", bill), stripe(9, "invoice.voided", bill)}},
}
