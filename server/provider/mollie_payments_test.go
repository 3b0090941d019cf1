package provider

import (
	"fmt"
	"slices"
	"testing"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
)

// mollieEvent is one of Mollie's events about an entity, which the text describes.
func mollieEvent(minutes int, typ, entity string) paymentEvent {
	return paymentEvent{body: fmt.Sprintf(`{"resource":"event","id":"event_%s_%d","type":%q,"createdAt":%q,`+
		`"_embedded":{"entity":{%s}}}`, typ, minutes, typ, isoAt(minutes), entity)}
}

func mollieSum(member, value string) string {
	return fmt.Sprintf(`%q:{"value":%q,"currency":"EUR"}`, member, value)
}

// molliePaymentEvent is an event about a payment of 49 euros for the order 10-4471; more is further members.
func molliePaymentEvent(minutes int, id, state, more string) paymentEvent {
	return mollieEvent(minutes, "payment."+state, fmt.Sprintf(
		`"id":%q,"status":%q,"profileId":"pfl_1",%s,"metadata":{"order_id":"10-4471"}%s`,
		id, state, mollieSum("amount", "49.00"), more))
}

func mollieRefundEvent(minutes int, state, id, value string) paymentEvent {
	return mollieEvent(minutes, "refund."+state, fmt.Sprintf(`"id":%q,"status":%q,"paymentId":"tr_1",%s`,
		id, state, mollieSum("amount", value)))
}

// mollieDisputeEvent is an event about a chargeback or a dispute of tr_1.
func mollieDisputeEvent(minutes int, typ, more string) paymentEvent {
	return mollieEvent(minutes, typ, `"id":"dp_1","paymentId":"tr_1"`+more)
}

func mollieInvoiceEvent(minutes int, what string) paymentEvent {
	return mollieEvent(minutes, "sales-invoice."+what, `"id":"invoice_1",`+mollieSum("totalAmount", "49.00"))
}

var (
	moPaid     = molliePaymentEvent(5, "tr_1", "paid", "")
	moDisputed = mollieDisputeEvent(900, "dispute.created", `,"status":"open"`)

	// moClassic is what came of a payment before there were events: its id.
	moClassic = paymentEvent{
		headers: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, body: "id=tr_1",
	}
)

var mollieCommon = ofProvider("mollie", []paymentCase{
	{name: "paid", events: []paymentEvent{molliePaymentEvent(1, "tr_1", "pending", ""), moPaid, moClassic},
		want: map[string]paymentWant{
			"payment/tr_1":  {state: hook.StatePaid, amount: 4900, due: 4900},
			"order/10-4471": {state: hook.StatePaid, amount: 4900},
		}},
	{name: "an id alone", events: []paymentEvent{moClassic},
		want: map[string]paymentWant{"payment/tr_1": {currency: "-"}}},
	{name: "the second card", events: []paymentEvent{molliePaymentEvent(1, "tr_0", "failed", ""), moPaid},
		want: map[string]paymentWant{
			"payment/tr_0":  {state: hook.StateFailed, amount: 4900, denied: true},
			"order/10-4471": {state: hook.StatePaid, amount: 4900},
		}},
	{name: "a debit that is paid days later", events: []paymentEvent{
		molliePaymentEvent(1, "tr_1", "pending", `,"method":"directdebit"`),
		molliePaymentEvent(4000, "tr_1", "paid", `,"method":"directdebit"`)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900}}},
	{name: "a bank transfer that never comes", events: []paymentEvent{
		molliePaymentEvent(1, "tr_1", "pending", `,"method":"banktransfer"`),
		molliePaymentEvent(20000, "tr_1", "expired", `,"method":"banktransfer"`)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateExpired, amount: 4900, denied: true}}},
	{name: "a bank transfer on its way while another attempt is canceled", events: []paymentEvent{
		molliePaymentEvent(
			1,
			"tr_1",
			"pending",
			`,"method":"banktransfer"`,
		), molliePaymentEvent(9, "tr_2", "canceled", "")},
		want: map[string]paymentWant{
			"payment/tr_2":  {state: hook.StateCanceled, amount: 4900, denied: true},
			"order/10-4471": {state: hook.StateProcessing, amount: 4900},
		}},
	{name: "captured a day later", events: []paymentEvent{
		molliePaymentEvent(1, "tr_1", "authorized", ""), molliePaymentEvent(1440, "tr_1", "paid", "")},
		want: map[string]paymentWant{"payment/tr_1": {state: hook.StatePaid, amount: 4900}}},
	{name: "captured in part", events: []paymentEvent{molliePaymentEvent(1, "tr_1", "authorized", ""),
		molliePaymentEvent(1440, "tr_1", "paid", ","+mollieSum("amountCaptured", "20.00"))},
		want: map[string]paymentWant{"payment/tr_1": {state: hook.StatePaid, amount: 2000, due: 2000}}},
	{name: "voided", events: []paymentEvent{
		molliePaymentEvent(1, "tr_1", "authorized", ""), molliePaymentEvent(60, "tr_1", "canceled", "")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateCanceled, amount: 4900, denied: true}}},
	{name: "paid after its own expiry", events: []paymentEvent{molliePaymentEvent(3, "tr_1", "expired", ""), moPaid},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900, late: true}}},
	{
		name:   "another attempt expires first",
		events: []paymentEvent{molliePaymentEvent(3, "tr_0", "expired", ""), moPaid},
		want:   map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900}},
	},
	{name: "another attempt is canceled as it is paid", events: []paymentEvent{
		moPaid, molliePaymentEvent(5, "tr_0", "canceled", "")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900}}},
	{name: "paid twice", events: []paymentEvent{moPaid, molliePaymentEvent(7, "tr_2", "paid", "")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 9800, due: 4900,
			review: []hook.Review{hook.ReviewPaidTwice}}}},

	{name: "refunded in part", events: []paymentEvent{moPaid, mollieRefundEvent(90, "pending", "re_1", "9.00"),
		mollieRefundEvent(95, "refunded", "re_1", "9.00")},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{name: "refunded in part, then wholly", events: []paymentEvent{moPaid,
		mollieRefundEvent(90, "refunded", "re_1", "9.00"), mollieRefundEvent(95, "refunded", "re_2", "40.00")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateRefunded, amount: 4900, refunded: 4900}}},
	{name: "a refund and the sum of refunds", events: []paymentEvent{moPaid,
		mollieRefundEvent(90, "refunded", "re_1", "9.00"),
		mollieEvent(91, "payment.changed", `"id":"tr_1","status":"paid",`+mollieSum("amount", "49.00")+","+
			mollieSum("amountRefunded", "9.00"))},
		want: map[string]paymentWant{
			"payment/tr_1": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{name: "a sum of refunds of nothing", events: []paymentEvent{
		molliePaymentEvent(5, "tr_1", "paid", ","+mollieSum("amountRefunded", "0.00"))},
		want: map[string]paymentWant{"payment/tr_1": {state: hook.StatePaid, amount: 4900}}},
	{
		name: "a refund fails days later",
		events: []paymentEvent{moPaid, mollieRefundEvent(90, "refunded", "re_1", "9.00"),
			mollieRefundEvent(900, "failed", "re_1", "9.00")},
		want: map[string]paymentWant{"payment/tr_1": {state: hook.StatePaid, amount: 4900}},
	},
	{name: "a refund is withdrawn", events: []paymentEvent{moPaid, mollieRefundEvent(90, "queued", "re_1", "9.00"),
		mollieRefundEvent(91, "canceled", "re_1", "9.00")},
		want: map[string]paymentWant{"payment/tr_1": {state: hook.StatePaid, amount: 4900}}},
	{name: "only a refund is known", events: []paymentEvent{mollieRefundEvent(90, "refunded", "re_1", "9.00")},
		want: map[string]paymentWant{"payment/tr_1": {state: hook.StateRefunded, amount: 900, refunded: 900}}},

	{name: "a dispute is won", events: []paymentEvent{moPaid, moDisputed,
		mollieDisputeEvent(9000, "dispute.resolved", `,"status":"closed","outcome":"won"`)},
		want: map[string]paymentWant{
			"payment/tr_1": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsWon}}},
	{name: "a dispute is lost", events: []paymentEvent{moPaid, moDisputed,
		mollieDisputeEvent(9000, "dispute.resolved", `,"status":"lost"`)},
		want: map[string]paymentWant{
			"payment/tr_1": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost}}},
	{name: "a dispute ends somehow", events: []paymentEvent{moPaid, moDisputed,
		mollieDisputeEvent(9000, "dispute.resolved", "")},
		want: map[string]paymentWant{
			"payment/tr_1": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsOpen}}},
	{name: "charged back", events: []paymentEvent{moPaid, moDisputed,
		mollieDisputeEvent(9000, "chargeback.received", ","+mollieSum("amount", "49.00"))},
		want: map[string]paymentWant{
			"payment/tr_1": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost}}},
	{name: "charged back, as the payment says", events: []paymentEvent{moPaid,
		molliePaymentEvent(9000, "tr_1", "paid", ","+mollieSum("amountChargedBack", "49.00"))},
		want: map[string]paymentWant{
			"payment/tr_1": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost}}},
	{name: "a chargeback is reversed", events: []paymentEvent{moPaid,
		mollieDisputeEvent(900, "chargeback.received", `,"reversedAt":null`),
		mollieDisputeEvent(9000, "chargeback.reversed", `,"reversedAt":"2026-03-12"`)},
		want: map[string]paymentWant{
			"payment/tr_1": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsWon}}},

	{name: "a link is paid", events: []paymentEvent{
		mollieEvent(5, "payment-link.paid", `"id":"pl_1",`+mollieSum("amount", "49.00"))},
		want: map[string]paymentWant{"payment-link/pl_1": {state: hook.StatePaid, amount: 4900, due: 4900}}},
	{name: "an invoice is issued", events: []paymentEvent{mollieInvoiceEvent(0, "issued")},
		want: map[string]paymentWant{"invoice/invoice_1": {state: hook.StatePending, amount: 4900, due: 4900}}},
	{
		name:   "an invoice is paid",
		events: []paymentEvent{mollieInvoiceEvent(0, "issued"), mollieInvoiceEvent(5, "paid")},
		want:   map[string]paymentWant{"invoice/invoice_1": {state: hook.StatePaid, amount: 4900, due: 4900}},
	},
	{name: "an invoice is canceled", events: []paymentEvent{
		mollieInvoiceEvent(0, "created"), mollieInvoiceEvent(5, "canceled")},
		want: map[string]paymentWant{"invoice/invoice_1": {state: hook.StateCanceled, amount: 4900, denied: true}}},
	{name: "two payments of an order of Mollie's", events: []paymentEvent{
		mollieEvent(
			1,
			"payment.paid",
			`"id":"tr_1","orderId":"ord_1","method":"giftcard",`+mollieSum("amount", "20.00"),
		),
		mollieEvent(
			2,
			"payment.paid",
			`"id":"tr_2","orderId":"ord_1","method":"ideal",`+mollieSum("amount", "29.00"),
		)},
		want: map[string]paymentWant{"mollie-order/ord_1": {state: hook.StatePaid, amount: 4900, due: 4900}}},

	{name: "the payments of a subscription stay apart", events: []paymentEvent{moPaid,
		molliePaymentEvent(9000, "tr_2", "failed", `,"subscriptionId":"sub_1"`)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900},
			"payment/tr_2":  {state: hook.StateFailed, amount: 4900, denied: true},
		}},
	{name: "the first payment of a subscription stores a card", events: []paymentEvent{
		mollieEvent(1, "payment.paid", `"id":"tr_1","status":"paid",`+mollieSum("amount", "0.00"))},
		want: map[string]paymentWant{
			"payment/tr_1": {state: hook.StatePaid, currency: "-", nothingDue: hook.CauseSetup}}},
	{name: "two customers have one reference", events: []paymentEvent{
		molliePaymentEvent(1, "tr_1", "paid", `,"customerId":"cst_1"`),
		molliePaymentEvent(2, "tr_2", "failed", `,"customerId":"cst_2"`)},
		want: map[string]paymentWant{
			"order/10-4471": {
				state:    hook.StateAmbiguous,
				currency: "-",
				review:   []hook.Review{hook.ReviewReferenceShared},
			},
			"payment/tr_2": {state: hook.StateFailed, amount: 4900, denied: true},
		}},
})

var mollieReported = []reportedCase{
	{folder: "mollie-first-attempt-expires", provider: "mollie", want: map[string]paymentWant{
		"order/M1":     {state: hook.StateAuthorized, amount: 4900},
		"payment/tr_A": {state: hook.StateExpired, amount: 4900, denied: true},
	}},
}

// TestAnAccountIsReadOfOlderDeliveriesToo has a delivery that an earlier release stored without its account: references
// of one order would otherwise be names within two accounts.
func TestAnAccountIsReadOfOlderDeliveriesToo(t *testing.T) {
	r := extracttest.Record("POST", nil, moPaid.body)
	r.Event, r.Type = "event_1", "payment.paid"
	all := mollie.mustExtract(t, &hook.Endpoint{}, r)
	if len(all) != 1 || all[0].Account != "pfl_1" || all[0].Event != "event_1" {
		t.Errorf("%+v", all)
	}
}

// molliePayments are all cases.
var molliePayments = slices.Concat(mollieCommon, mollieLinks, mollieKinds)
