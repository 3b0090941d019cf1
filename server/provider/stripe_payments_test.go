package provider

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"hookbeam/server/hook"
)

// stripeAt is an event about an object, whose members the text has; amounts are in EUR unless the object says
// otherwise. more are further members of the event.
func stripeAt(minutes int, typ, object string, more ...string) paymentEvent {
	return stripeOf("2024-06-20", minutes, typ, object, more...)
}

// stripeBasil is an event in the form of the API of 2025-03-31.
func stripeBasil(minutes int, typ, object string, more ...string) paymentEvent {
	return stripeOf("2025-03-31.basil", minutes, typ, object, more...)
}

func stripeOf(version string, minutes int, typ, object string, more ...string) paymentEvent {
	if !strings.Contains(object, `"currency"`) {
		object += `,"currency":"eur"`
	}
	h := fnv.New32()
	_, _ = h.Write([]byte(object))
	return paymentEvent{body: fmt.Sprintf(
		`{"id":"evt_%s_%d_%x","object":"event","api_version":%q,"created":%d,"livemode":true,"type":%q,`+
			`"data":{"object":{%s,"created":%d}}%s}`,
		typ, minutes, h.Sum32(), version, unixAt(minutes), typ, object, unixAt(-60),
		strings.Join(append([]string{""}, more...), ","),
	)}
}

const (
	piOne      = `"id":"pi_1","amount":4900,"metadata":{"order_id":"10-4471"}`
	piReceived = piOne + `,"amount_received":4900,"amount_capturable":0,"latest_charge":"ch_1"`
	piHolding  = piOne + `,"amount_received":0,"amount_capturable":4900`
	chOne      = `"id":"ch_1","amount":4900,"payment_intent":"pi_1","metadata":{}`
	chCaptured = chOne + `,"captured":true,"amount_captured":4900`
	chHeld     = chOne + `,"captured":false,"amount_captured":0`
	reOne      = `"id":"re_1","charge":"ch_1","payment_intent":"pi_1","metadata":{}`
	csOne      = `"id":"cs_1","amount_total":4900,"mode":"payment","client_reference_id":"10-4471","metadata":{}`
	inOne      = `"id":"in_1","amount_due":4900,"subscription":"sub_1","customer":"cus_1","metadata":{}`
	dpOne      = `"id":"dp_1","amount":4900,"charge":"ch_1","payment_intent":"pi_1"`

	withIntent = `,"payment_intent":"pi_1"`
	isPaid     = `,"payment_status":"paid"`
	isUnpaid   = `,"payment_status":"unpaid"`
)

// The most usual events.
var (
	stripeCreated  = stripeAt(0, "payment_intent.created", piOne)
	stripeReceipt  = stripeAt(5, "payment_intent.succeeded", piReceived)
	stripeCharging = stripeAt(5, "charge.succeeded", chCaptured)
	stripeHeld     = stripeAt(5, "charge.succeeded", chHeld)
	stripeHolding  = stripeAt(5, "payment_intent.amount_capturable_updated", piHolding)
	stripeOrdered  = stripeAt(5, "checkout.session.completed", csOne+isPaid+withIntent)
)

// The most usual results, in EUR.
var (
	stripePaidInFull  = paymentWant{state: hook.StatePaid, amount: 4900, due: 4900}
	stripeHeldInFull  = paymentWant{state: hook.StateAuthorized, amount: 4900}
	stripeRefundedAll = paymentWant{state: hook.StateRefunded, amount: 4900, refunded: 4900}
)

// stripeEnds is a payment that ended and of which the payer is told that nothing was charged.
func stripeEnds(state hook.State) paymentWant {
	return paymentWant{state: state, amount: 4900, denied: true}
}

// stripeOpen is a payment that goes on.
func stripeOpen(state hook.State) paymentWant { return paymentWant{state: state, amount: 4900} }

// stripeCase is a case whose payment, and the links by other names, show one result.
func stripeCase(name string, want paymentWant, links string, events ...paymentEvent) paymentCase {
	c := paymentCase{provider: "stripe", name: name, events: events, want: map[string]paymentWant{}}
	for link := range strings.FieldsSeq(links) {
		c.want[link] = want
	}
	return c
}

// andLink adds what another link of a case shows.
func (c paymentCase) andLink(link string, want paymentWant) paymentCase {
	c.want[link] = want
	return c
}

var stripePayments = slices.Concat(
	stripeCardPayments, stripeHoldPayments, stripeRefundPayments, stripeSessionPayments, stripeInvoicePayments,
	stripeSharedPayments,
)

var stripeCardPayments = []paymentCase{
	stripeCase(
		"3-D Secure",
		stripePaidInFull,
		"payment/pi_1 charge/ch_1 order/10-4471",
		stripeCreated,
		stripeAt(1, "payment_intent.requires_action", piOne+`,"next_action":{"type":"use_stripe_sdk"}`),
		stripeAt(2, "payment_intent.processing", piOne),
		stripeCharging,
		stripeReceipt,
	),
	stripeCase("3-D Secure is given up", stripeEnds(hook.StateCanceled), "payment/pi_1 order/10-4471",
		stripeCreated, stripeAt(1, "payment_intent.requires_action", piOne),
		stripeAt(900, "payment_intent.canceled", piOne+`,"cancellation_reason":"abandoned"`)),
	stripeCase("second card", stripePaidInFull, "payment/pi_1 charge/ch_0 order/10-4471",
		stripeCreated, stripeAt(1, "charge.failed", `"id":"ch_0","amount":4900,"payment_intent":"pi_1"`),
		stripeAt(1, "payment_intent.payment_failed", piOne), stripeCharging, stripeReceipt),
	stripeCase("declined", stripeEnds(hook.StateFailed), "payment/pi_1 order/10-4471",
		stripeCreated, stripeAt(1, "charge.failed", chOne+`,"captured":false,"status":"failed"`),
		stripeAt(1, "payment_intent.payment_failed", piOne+`,"last_payment_error":{"code":"card_declined"}`)),
	stripeCase(
		"a charge without an intent",
		stripePaidInFull,
		"charge/ch_1 order/10-4471",
		stripeAt(
			5,
			"charge.succeeded",
			`"id":"ch_1","amount":4900,"captured":true,"metadata":{"order_id":"10-4471"}`,
		),
	),
	stripeCase("a voucher is issued", paymentWant{state: hook.StateActionRequired, amount: 50000, currency: "MXN"},
		"payment/pi_1", stripeAt(0, "payment_intent.requires_action", `"id":"pi_1","amount":50000,"currency":"mxn",`+
			`"payment_method_types":["oxxo"],"next_action":{"type":"oxxo_display_details"}`)),
	stripeCase("a voucher expires", stripeEnds(hook.StateExpired), "payment/pi_1",
		stripeAt(0, "payment_intent.requires_action", piOne+`,"next_action":{"type":"boleto_display_details"}`),
		stripeAt(4320, "payment_intent.payment_failed",
			piOne+`,"last_payment_error":{"code":"payment_intent_payment_attempt_expired"}`)),
	stripeCase("a bank transfer of a part is returned", paymentWant{state: hook.StateCanceled, amount: 4900},
		"payment/pi_1", stripeCreated, stripeAt(60, "payment_intent.partially_funded", piOne),
		stripeAt(900, "payment_intent.canceled", piOne+`,"cancellation_reason":"requested_by_customer"`)),
	stripeCase("a bank transfer in two parts", stripePaidInFull, "payment/pi_1",
		stripeCreated, stripeAt(2, "payment_intent.partially_funded", piOne), stripeReceipt),
	stripeCase(
		"an event names its intent alone",
		paymentWant{currency: "-"},
		"payment/pi_1",
		paymentEvent{
			body: `{"id":"evt_t","object":"v2.core.event","type":"v1.payment_intent.succeeded","livemode":true,` +
				`"created":"2026-03-04T12:05:00Z","related_object":{"id":"pi_1","type":"payment_intent"}}`,
		},
	),
	stripeCase(
		"an event names its intent alone, another one tells",
		stripePaidInFull,
		"payment/pi_1",
		stripeReceipt,
		paymentEvent{body: `{"id":"evt_t","object":"v2.core.event","type":"v1.payment_intent.succeeded",` +
			`"created":"2026-03-04T12:05:00Z","related_object":{"id":"pi_1","type":"payment_intent"}}`},
	),
}

var stripeHoldPayments = []paymentCase{
	stripeCase(
		"void",
		stripeEnds(hook.StateCanceled),
		"payment/pi_1 order/10-4471",
		stripeCreated,
		stripeHeld,
		stripeHolding,
		stripeAt(60, "payment_intent.canceled", piOne+`,"cancellation_reason":"requested_by_customer"`),
	),
	stripeCase("authorization expires", stripeEnds(hook.StateExpired), "payment/pi_1",
		stripeCreated, stripeHeld, stripeHolding, stripeAt(10080, "charge.expired", chOne)),
	stripeCase("authorization expires, and the intent with it", stripeEnds(hook.StateExpired), "payment/pi_1",
		stripeHolding, stripeAt(10080, "payment_intent.canceled", piOne+`,"cancellation_reason":"automatic"`),
		stripeAt(10080, "refund.created", reOne+`,"amount":4900,"status":"succeeded",`+
			`"reason":"expired_uncaptured_charge"`)),
	stripeCase("a decline comes after the authorization", stripeHeldInFull, "payment/pi_1 order/10-4471",
		stripeCreated, stripeHeld, stripeHolding, stripeAt(6, "payment_intent.payment_failed", piOne)),
	stripeCase("captured in part", paymentWant{state: hook.StatePaid, amount: 3000, due: 3000}, "payment/pi_1",
		stripeHeld, stripeHolding, stripeAt(60, "charge.captured", chOne+`,"captured":true,"amount_captured":3000`),
		stripeAt(60, "payment_intent.succeeded", piOne+`,"amount_received":3000,"amount_capturable":0`)),
	stripeCase(
		"a session of which a part is captured",
		paymentWant{state: hook.StatePaid, amount: 3000, due: 3000},
		"payment/pi_1 checkout/cs_1 order/10-4471",
		stripeAt(5, "checkout.session.completed", csOne+isUnpaid+withIntent),
		stripeAt(60, "payment_intent.succeeded", piOne+`,"amount_received":3000,"amount_capturable":0`),
	),
	stripeCase("two captures, the rest is held",
		paymentWant{state: hook.StatePartiallyPaid, amount: 3000, due: 4900}, "payment/pi_1", stripeHolding,
		stripeAt(50, "payment_intent.amount_capturable_updated",
			piOne+`,"amount_received":2000,"amount_capturable":2900`),
		stripeAt(50, "charge.updated", chOne+`,"captured":true,"status":"succeeded","amount_captured":2000`),
		stripeAt(90, "payment_intent.amount_capturable_updated",
			piOne+`,"amount_received":3000,"amount_capturable":1900`),
		stripeAt(90, "charge.updated", chOne+`,"captured":true,"status":"succeeded","amount_captured":3000`)),
	stripeCase(
		"the last of three captures",
		paymentWant{state: hook.StatePaid, amount: 4000, due: 4000},
		"payment/pi_1",
		stripeHolding,
		stripeAt(50, "payment_intent.amount_capturable_updated",
			piOne+`,"amount_received":2000,"amount_capturable":2900`),
		stripeAt(90, "payment_intent.amount_capturable_updated",
			piOne+`,"amount_received":3000,"amount_capturable":1900`),
		stripeAt(95, "payment_intent.succeeded", piOne+`,"amount_received":4000,"amount_capturable":0`),
	),
	stripeCase("the authorization is raised", paymentWant{state: hook.StateAuthorized, amount: 5900}, "payment/pi_1",
		stripeHolding, stripeAt(50, "payment_intent.amount_capturable_updated",
			`"id":"pi_1","amount":5900,"amount_capturable":5900,"amount_received":0`)),
	stripeCase("Klarna is captured when the parcel leaves", stripePaidInFull, "payment/pi_1 charge/ch_1",
		stripeAt(1, "payment_intent.requires_action", piOne+`,"payment_method_types":["klarna"]`), stripeHolding,
		stripeAt(2880, "charge.captured", chCaptured+`,"payment_method_details":{"type":"klarna"}`),
		stripeAt(2880, "payment_intent.succeeded", piReceived)),
	stripeCase("an intent that succeeded has no more to capture", stripePaidInFull, "payment/pi_1", stripeHolding,
		stripeAt(5, "payment_intent.succeeded", piHolding+`,"status":"succeeded"`)),
	stripeCase("cancel race", stripePaidInFull, "payment/pi_1", stripeCreated, stripeHolding, stripeReceipt,
		stripeAt(5, "payment_intent.canceled", piOne)),
	stripeCase("a void that is told as a refund", stripeEnds(hook.StateCanceled), "payment/pi_1", stripeHeld,
		stripeAt(60, "charge.refunded", chHeld+`,"amount_refunded":4900,"refunded":true`),
		stripeAt(60, "charge.refund.updated", reOne+`,"amount":4900,"status":"succeeded"`),
		stripeAt(60, "payment_intent.canceled", piOne)),
	stripeCase("nothing but the refund of an authorization", paymentWant{state: hook.StateCanceled, amount: 4900},
		"payment/pi_1", stripeHeld, stripeAt(60, "refund.created", reOne+`,"amount":4900,"status":"succeeded"`)),
}

var stripeRefundPayments = []paymentCase{
	stripeCase("partial refund", paymentWant{state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900},
		"payment/pi_1 charge/ch_1 order/10-4471", stripeReceipt, stripeCharging,
		stripeAt(90, "charge.refunded", chCaptured+`,"amount_refunded":900`),
		stripeAt(90, "refund.created", reOne+`,"amount":900,"status":"succeeded"`),
		stripeAt(91, "charge.refund.updated", reOne+`,"amount":900,"status":"succeeded"`)),
	stripeCase(
		"full refund in two parts",
		stripeRefundedAll,
		"payment/pi_1 order/10-4471",
		stripeReceipt,
		stripeCharging,
		stripeAt(90, "charge.refunded", chCaptured+`,"amount_refunded":900`),
		stripeAt(95, "charge.refunded", chCaptured+`,"amount_refunded":4900`),
		stripeAt(95, "refund.created", `"id":"re_2","charge":"ch_1","payment_intent":"pi_1","amount":4000,`+
			`"status":"succeeded"`),
	),
	stripeCase(
		"two refunds, each alone",
		paymentWant{state: hook.StatePartiallyRefunded, amount: 4900, refunded: 1500},
		"payment/pi_1",
		stripeReceipt,
		stripeBasil(90, "refund.created", reOne+`,"amount":900,"status":"succeeded"`),
		stripeBasil(95, "refund.created", `"id":"re_2","charge":"ch_1","payment_intent":"pi_1","amount":600,`+
			`"status":"succeeded"`),
	),
	stripeCase("a refund is pending", stripePaidInFull, "payment/pi_1", stripeReceipt,
		stripeAt(90, "refund.created", reOne+`,"amount":900,"status":"pending"`)),
	stripeCase("a pending refund fails", stripePaidInFull, "payment/pi_1", stripeReceipt,
		stripeAt(90, "refund.created", reOne+`,"amount":900,"status":"pending"`),
		stripeAt(900, "refund.updated", reOne+`,"amount":900,"status":"failed"`),
		stripeAt(900, "refund.failed", reOne+`,"amount":900,"status":"failed"`)),
	stripeCase("a pending refund that its charge counts fails", stripePaidInFull, "payment/pi_1", stripeReceipt,
		stripeBasil(90, "refund.created", reOne+`,"amount":900,"status":"pending"`),
		stripeBasil(90, "charge.refunded", chCaptured+`,"amount_refunded":900`),
		stripeBasil(900, "refund.failed", reOne+`,"amount":900,"status":"failed"`)),
	stripeCase("a pending refund succeeds",
		paymentWant{state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}, "payment/pi_1", stripeReceipt,
		stripeAt(90, "refund.created", reOne+`,"amount":900,"status":"pending"`),
		stripeAt(900, "refund.updated", reOne+`,"amount":900,"status":"succeeded"`)),
	stripeCase("refund fails later", stripePaidInFull, "payment/pi_1", stripeReceipt, stripeCharging,
		stripeAt(90, "charge.refunded", chCaptured+`,"amount_refunded":900`),
		stripeAt(90, "refund.created", reOne+`,"amount":900,"status":"succeeded"`),
		stripeAt(900, "charge.refund.updated", reOne+`,"amount":900,"status":"failed"`),
		stripeAt(900, "refund.failed", reOne+`,"amount":900,"status":"failed"`)),
	stripeCase("a refund of a part that was captured, before March 2025",
		paymentWant{state: hook.StatePartiallyRefunded, amount: 1200, refunded: 200}, "payment/pi_1", stripeHeld,
		stripeAt(60, "charge.captured", chOne+`,"captured":true,"amount_captured":1200,"amount_refunded":3700`),
		stripeAt(60, "charge.refunded", chOne+`,"captured":true,"amount_captured":1200,"amount_refunded":3700`),
		stripeAt(60, "refund.created", reOne+`,"amount":3700,"status":"succeeded"`),
		stripeAt(90, "charge.refunded", chOne+`,"captured":true,"amount_captured":1200,"amount_refunded":3900`),
		stripeAt(90, "refund.created", `"id":"re_2","charge":"ch_1","payment_intent":"pi_1","amount":200,`+
			`"status":"succeeded"`)),
	stripeCase("a refund of a part that was captured, since March 2025",
		paymentWant{state: hook.StatePartiallyRefunded, amount: 1200, refunded: 900}, "payment/pi_1", stripeHeld,
		stripeBasil(60, "charge.captured", chOne+`,"captured":true,"amount_captured":1200,"amount_refunded":0`),
		stripeBasil(90, "charge.refunded", chOne+`,"captured":true,"amount_captured":1200,"amount_refunded":900`),
		stripeBasil(90, "refund.created", reOne+`,"amount":900,"status":"succeeded"`)),
	stripeCase("only a failed refund is known", paymentWant{state: hook.StatePaid, amount: 900}, "payment/pi_1",
		stripeAt(90, "refund.failed", reOne+`,"amount":900,"status":"failed"`)),
	stripeCase("dispute lost", paymentWant{state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost},
		"payment/pi_1 order/10-4471", stripeReceipt,
		stripeAt(900, "charge.dispute.created", dpOne+`,"status":"needs_response"`),
		stripeAt(901, "charge.dispute.funds_withdrawn", dpOne),
		stripeAt(9000, "charge.dispute.closed", dpOne+`,"status":"lost"`)),
	stripeCase("dispute won", paymentWant{state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsWon},
		"payment/pi_1", stripeReceipt, stripeAt(900, "charge.dispute.created", dpOne+`,"status":"needs_response"`),
		stripeAt(8999, "charge.dispute.funds_reinstated", dpOne),
		stripeAt(9000, "charge.dispute.closed", dpOne+`,"status":"won"`)),
	stripeCase("dispute of a charge alone, won",
		paymentWant{state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsWon}, "charge/ch_1",
		stripeAt(5, "charge.succeeded", `"id":"ch_1","amount":4900,"payment_intent":null,"captured":true`),
		stripeAt(900, "charge.dispute.created", `"id":"dp_1","charge":"ch_1","payment_intent":null,"amount":4900`),
		stripeAt(9000, "charge.dispute.closed",
			`"id":"dp_1","charge":"ch_1","payment_intent":null,"amount":4900,"status":"won"`)),
	stripeCase("a SEPA debit is returned weeks later",
		paymentWant{state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost}, "payment/pi_1",
		stripeAt(1, "payment_intent.processing", piOne+`,"payment_method_types":["sepa_debit"]`),
		stripeAt(2880, "payment_intent.succeeded", piReceived),
		stripeAt(40000, "charge.dispute.created", dpOne+`,"status":"lost"`),
		stripeAt(40000, "charge.dispute.closed", dpOne+`,"status":"lost"`)),
}
