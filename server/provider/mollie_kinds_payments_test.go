package provider

import (
	"fmt"
	"strings"

	"hookbeam/server/hook"
)

// mollieLinked is an event about the payment link pl_1 of 49 euros. A link has no metadata, so the endpoint names its
// description as a reference.
func mollieLinked(minutes int, description string) paymentEvent {
	return mollieEvent(minutes, "payment-link.paid", fmt.Sprintf(`"id":"pl_1","profileId":"pfl_1","description":%q,`+
		`"paidAt":%q,%s`, description, isoAt(minutes), mollieSum("amount", "49.00")))
}

// mollieOf is an event about a payment of a sum, of the order with this number as JSON.
func mollieOf(minutes int, id, state, value, currency, number string) paymentEvent {
	return mollieEvent(minutes, "payment."+state, fmt.Sprintf(
		`"id":%q,"status":%q,"profileId":"pfl_1","amount":{"value":%q,"currency":%q},"metadata":{"order_id":%s}`,
		id, state, value, currency, number))
}

// mollieManyDeclines are twelve payments that fail, one after the other.
func mollieManyDeclines() (all []paymentEvent) {
	for i := range 12 {
		all = append(all, molliePaymentEvent(i, fmt.Sprint("tr_0", i), "failed", `,"method":"creditcard"`))
	}
	return all
}

// mollieLinks are links and invoices, and the payments that paid them, under one reference.
var mollieLinks = ofProvider("mollie", []paymentCase{
	{name: "a link and its payment have one reference", references: []string{"_embedded.entity.description"},
		events: []paymentEvent{molliePaymentEvent(5, "tr_1", "paid", ""), mollieLinked(5, "10-4471")},
		want: map[string]paymentWant{
			"order/10-4471":     {state: hook.StatePaid, amount: 4900, due: 4900},
			"payment-link/pl_1": {state: hook.StatePaid, amount: 4900, due: 4900},
			"payment/tr_1":      {state: hook.StatePaid, amount: 4900},
		}},
	{name: "the payment of a link is refunded in part", references: []string{"_embedded.entity.description"},
		events: []paymentEvent{moPaid, mollieLinked(5, "10-4471"), mollieRefundEvent(90, "refunded", "re_1", "9.00")},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, due: 4900, refunded: 900}}},
	{name: "the payment of a link is refunded", references: []string{"_embedded.entity.description"},
		events: []paymentEvent{
			moPaid,
			mollieLinked(5, "10-4471"),
			mollieRefundEvent(90, "refunded", "re_1", "49.00"),
		},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StateRefunded, amount: 4900, due: 4900, refunded: 4900}}},
	{name: "a link is paid, and a second payment beside it", references: []string{"_embedded.entity.description"},
		events: []paymentEvent{moPaid, mollieLinked(5, "10-4471"), molliePaymentEvent(9, "tr_2", "paid", "")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 9800, due: 4900,
			review: []hook.Review{hook.ReviewPaidTwice}}}},
	{name: "the first payment of a link failed", references: []string{"_embedded.entity.description"},
		events: []paymentEvent{molliePaymentEvent(2, "tr_0", "failed", ""), moPaid, mollieLinked(5, "10-4471")},
		want:   map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900, due: 4900}}},
	{name: "a link is paid, and its payment is charged back", references: []string{"_embedded.entity.description"},
		events: []paymentEvent{
			moPaid,
			mollieLinked(5, "10-4471"),
			mollieDisputeEvent(9000, "chargeback.received", ""),
		},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900, due: 4900, dispute: hook.DisputeIsLost}}},
	{name: "a link whose simple event has no amount", references: []string{"_embedded.entity.description"},
		events: []paymentEvent{{body: fmt.Sprintf(`{"resource":"event","id":"event_1","type":"payment-link.paid",`+
			`"entityId":"pl_1","createdAt":%q}`, isoAt(5))}},
		want: map[string]paymentWant{"payment-link/pl_1": {state: hook.StatePaid, currency: "-"}}},
	{name: "an invoice and the two payments of it", events: []paymentEvent{
		mollieEvent(0, "sales-invoice.issued", `"id":"invoice_1","profileId":"pfl_1",`+
			mollieSum("totalAmount", "49.00")+`,"metadata":{"order_id":"10-4471"}`),
		mollieEvent(9, "sales-invoice.paid", `"id":"invoice_1","profileId":"pfl_1",`+
			mollieSum("totalAmount", "49.00")+`,"metadata":{"order_id":"10-4471"}`),
		mollieOf(5, "tr_1", "paid", "20.00", "EUR", `"10-4471"`),
		mollieOf(9, "tr_2", "paid", "29.00", "EUR", `"10-4471"`)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900, due: 4900}}},
})

var mollieKinds = ofProvider("mollie", []paymentCase{
	{name: "captured in two parts", events: []paymentEvent{
		molliePaymentEvent(1, "tr_1", "authorized", ","+mollieSum("amountCaptured", "0.00")),
		molliePaymentEvent(60, "tr_1", "authorized", ","+mollieSum("amountCaptured", "20.00")),
		molliePaymentEvent(1440, "tr_1", "paid", ","+mollieSum("amountCaptured", "49.00"))},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900, due: 4900}}},
	{name: "captured in one part, and the rest stands", events: []paymentEvent{
		molliePaymentEvent(1, "tr_1", "authorized", ""),
		molliePaymentEvent(60, "tr_1", "authorized", ","+mollieSum("amountCaptured", "20.00"))},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePartiallyPaid, amount: 2000, due: 4900}}},
	{name: "a part is captured, and the rest is given up", events: []paymentEvent{
		molliePaymentEvent(60, "tr_1", "authorized", ","+mollieSum("amountCaptured", "20.00")),
		molliePaymentEvent(90, "tr_1", "paid", ","+mollieSum("amountCaptured", "20.00"))},
		want: map[string]paymentWant{"payment/tr_1": {state: hook.StatePaid, amount: 2000, due: 2000}}},
	{name: "an authorization runs out", events: []paymentEvent{molliePaymentEvent(1, "tr_1", "authorized", ""),
		molliePaymentEvent(40000, "tr_1", "expired", "")},
		want: map[string]paymentWant{"payment/tr_1": {state: hook.StateExpired, amount: 4900, denied: true}}},
	{name: "an authorization stands beside a canceled attempt", events: []paymentEvent{
		molliePaymentEvent(1, "tr_1", "authorized", ""), molliePaymentEvent(9, "tr_2", "canceled", ""),
		molliePaymentEvent(9, "tr_3", "expired", "")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateAuthorized, amount: 4900}}},
	{
		name:   "a failure that is told late",
		events: []paymentEvent{moPaid, molliePaymentEvent(90, "tr_1", "failed", "")},
		want:   map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900}},
	},
	{
		name:   "many declines, then paid",
		events: append(mollieManyDeclines(), molliePaymentEvent(20, "tr_1", "paid", "")),
		want:   map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900, due: 4900}},
	},
	{name: "nothing but declines", events: mollieManyDeclines(),
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateFailed, amount: 4900, denied: true}}},
	{name: "paid twice, and one is returned", events: []paymentEvent{moPaid,
		molliePaymentEvent(7, "tr_2", "paid", ""), mollieRefundEvent(90, "refunded", "re_1", "49.00")},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 9800, due: 4900, refunded: 4900}}},
	{name: "paid twice, and both are returned", events: []paymentEvent{moPaid,
		molliePaymentEvent(7, "tr_2", "paid", ","+mollieSum("amountRefunded", "49.00")),
		mollieRefundEvent(90, "refunded", "re_1", "49.00")},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StateRefunded, amount: 9800, due: 4900, refunded: 9800}}},
	{name: "sums of refunds that rise and fall within one second", events: []paymentEvent{moPaid,
		molliePaymentEvent(90, "tr_1", "paid", ","+mollieSum("amountRefunded", "19.00")),
		mollieEvent(90, "payment.changed", `"id":"tr_1","status":"paid",`+mollieSum("amount", "49.00")+","+
			mollieSum("amountRefunded", "9.00"))},
		want: map[string]paymentWant{
			"payment/tr_1": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 1900}}},
	{name: "a sum of refunds that falls", events: []paymentEvent{moPaid,
		molliePaymentEvent(90, "tr_1", "paid", ","+mollieSum("amountRefunded", "19.00")),
		molliePaymentEvent(95, "tr_1", "paid", ","+mollieSum("amountRefunded", "9.00"))},
		want: map[string]paymentWant{
			"payment/tr_1": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{name: "a refund before its payment is known, by time too", events: []paymentEvent{
		mollieRefundEvent(3, "refunded", "re_1", "9.00"), moPaid},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{name: "a debit is returned days after it was paid", events: []paymentEvent{
		molliePaymentEvent(1, "tr_1", "pending", `,"method":"directdebit"`),
		molliePaymentEvent(5, "tr_1", "paid", `,"method":"directdebit"`),
		mollieDisputeEvent(9000, "chargeback.received", ","+mollieSum("amount", "49.00")),
		molliePaymentEvent(9000, "tr_1", "paid", `,"method":"directdebit",`+mollieSum("amountChargedBack", "49.00"))},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost}}},
	{name: "a part is charged back", events: []paymentEvent{moPaid,
		mollieDisputeEvent(9000, "chargeback.received", ","+mollieSum("amount", "20.00"))},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost, kept: true}}},
	{name: "a part is charged back, as the payment says", events: []paymentEvent{moPaid,
		molliePaymentEvent(9000, "tr_1", "paid", ","+mollieSum("amountChargedBack", "20.00"))},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost, kept: true}}},
	{name: "a voucher is issued", events: []paymentEvent{
		molliePaymentEvent(1, "tr_1", "pending", `,"method":"multibanco"`)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateProcessing, amount: 4900}}},
	{name: "a currency without decimals", events: []paymentEvent{
		mollieOf(5, "tr_1", "paid", "4900", "JPY", `"10-4471"`)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900, currency: "JPY"}}},
	{name: "a currency of three decimals", events: []paymentEvent{
		mollieOf(5, "tr_1", "paid", "4.905", "KWD", `"10-4471"`)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4905, currency: "KWD"}}},
	{name: "declined in one currency, paid in another", events: []paymentEvent{
		mollieOf(1, "tr_0", "failed", "49.00", "EUR", `"10-4471"`),
		mollieOf(5, "tr_1", "paid", "53.00", "USD", `"10-4471"`)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 5300, currency: "USD"}}},
	{name: "paid in two currencies", events: []paymentEvent{
		mollieOf(1, "tr_0", "paid", "49.00", "EUR", `"10-4471"`),
		mollieOf(5, "tr_1", "paid", "53.00", "USD", `"10-4471"`)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 5300, currency: "USD",
			review: []hook.Review{hook.ReviewCurrenciesDiffer}}}},
	{name: "a number with blanks, a slash and an umlaut", events: []paymentEvent{
		mollieOf(1, "tr_1", "paid", "49.00", "EUR", `"  10 / Größe#4471?x=1 "`)},
		want: map[string]paymentWant{"order/10 / Größe#4471?x=1": {state: hook.StatePaid, amount: 4900}}},
	{name: "a number that is a number", events: []paymentEvent{
		mollieOf(1, "tr_0", "failed", "49.00", "EUR", `9007199254740993`),
		mollieOf(2, "tr_1", "paid", "49.00", "EUR", `"9007199254740993"`)},
		want: map[string]paymentWant{"order/9007199254740993": {state: hook.StatePaid, amount: 4900}}},
	{name: "a number that is too long names nothing", events: []paymentEvent{
		mollieOf(1, "tr_1", "paid", "49.00", "EUR", `"`+strings.Repeat("x", 300)+`"`)},
		want: map[string]paymentWant{"payment/tr_1": {state: hook.StatePaid, amount: 4900}}},
	{name: "one number in two profiles", events: []paymentEvent{moPaid,
		{body: strings.ReplaceAll(molliePaymentEvent(9, "tr_2", "failed", "").body, "pfl_1", "pfl_2")}},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StateAmbiguous, currency: "-",
				review: []hook.Review{hook.ReviewReferenceShared}},
			"payment/tr_2": {state: hook.StateFailed, amount: 4900, denied: true},
		}},
	{name: "an event of a kind that is not known", events: []paymentEvent{
		mollieEvent(1, "payment.rescheduled", `"id":"tr_1","status":"pending","profileId":"pfl_1",`+
			mollieSum("amount", "49.00")), mollieEvent(2, "terminal.paired", `"id":"term_1","status":"paid"`)},
		want: map[string]paymentWant{"payment/tr_1": {state: hook.StateProcessing, amount: 4900}}},
	{name: "a state that is not known", events: []paymentEvent{moPaid,
		mollieEvent(9, "payment.changed", `"id":"tr_1","status":"resting","profileId":"pfl_1",`+
			mollieSum("amount", "49.00"))},
		want: map[string]paymentWant{"payment/tr_1": {state: hook.StatePaid, amount: 4900}}},
	{name: "a simple event has no amount", events: []paymentEvent{{body: fmt.Sprintf(
		`{"resource":"event","id":"event_1","type":"payment.paid","entityId":"tr_1","createdAt":%q}`, isoAt(5))}},
		want: map[string]paymentWant{"payment/tr_1": {state: hook.StatePaid, currency: "-"}}},
	{name: "a renewal is paid under the number of the first payment", events: []paymentEvent{moPaid,
		molliePaymentEvent(9000, "tr_2", "paid", `,"subscriptionId":"sub_1","sequenceType":"recurring"`)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900, due: 4900},
			"payment/tr_2":  {state: hook.StatePaid, amount: 4900},
		}},
})
