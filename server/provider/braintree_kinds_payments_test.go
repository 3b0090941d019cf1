package provider

import (
	"encoding/base64"
	"net/url"
	"strings"

	"hookbeam/server/hook"
)

// braintreeWith is a notification in whose XML texts were replaced, as strings.NewReplacer takes them.
func braintreeWith(e paymentEvent, texts ...string) paymentEvent {
	form, _ := url.ParseQuery(e.body)
	xml, _ := base64.StdEncoding.DecodeString(form.Get("bt_payload"))
	form.Set(
		"bt_payload",
		base64.StdEncoding.EncodeToString([]byte(strings.NewReplacer(texts...).Replace(string(xml)))),
	)
	e.body = form.Encode()
	return e
}

// braintreeRetrieved is a notification about a retrieval, by which a bank asks for documents.
func braintreeRetrieved(minutes int, kind string) paymentEvent {
	return braintreeWith(braintreeDisputed(minutes, kind), "<kind>chargeback</kind>", "<kind>retrieval</kind>")
}

var braintreeKinds = ofProvider("braintree", []paymentCase{
	{name: "a bank asks for documents, and nobody answers", events: []paymentEvent{btSettled,
		braintreeRetrieved(900, "dispute_opened"), braintreeRetrieved(9000, "dispute_expired")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900}}},
	{name: "a bank asks for documents, then charges back", events: []paymentEvent{btSettled,
		braintreeRetrieved(900, "dispute_opened"), braintreeRetrieved(950, "dispute_accepted"),
		braintreeDisputed(2000, "dispute_opened"), braintreeDisputed(9000, "dispute_lost")},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost}}},
	{name: "a dispute is lost, and its pre-arbitration is won", events: []paymentEvent{btSettled,
		braintreeDisputed(900, "dispute_opened"), braintreeDisputed(9000, "dispute_lost"),
		braintreeWith(braintreeDisputed(9900, "dispute_won"), "chargeback", "pre_arbitration")},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsWon}}},
	{name: "a dispute is accepted", events: []paymentEvent{btSettled, braintreeDisputed(900, "dispute_opened"),
		braintreeDisputed(901, "dispute_auto_accepted")},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost}}},
	{name: "a dispute about a part is lost", events: []paymentEvent{btSettled,
		braintreeWith(braintreeDisputed(9000, "dispute_lost"), "<id>d1</id><amount>49.00</amount>",
			"<id>d1</id><amount>20.00</amount><amount-disputed>20.00</amount-disputed>"+
				"<currency-iso-code>EUR</currency-iso-code>")},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost, kept: true}}},
	{name: "paid twice, and one is returned", events: []paymentEvent{btSettled,
		braintreeSold(7, "transaction_settled", "t2", ""),
		braintreeCredited(90, "transaction_settled", "c1", "49.00")},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 9800, due: 4900, refunded: 4900}}},
	{name: "a refund before its sale", events: []paymentEvent{
		braintreeCredited(3, "transaction_settled", "c1", "9.00"), btSettled},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{name: "of two refunds one fails", events: []paymentEvent{btSettled,
		braintreeCredited(90, "transaction_settled", "c1", "9.00"),
		braintreeCredited(90, "transaction_settled", "c2", "5.00"),
		braintreeCredited(900, "refund_failed", "c2", "5.00")},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{name: "a currency without decimals", events: []paymentEvent{
		braintreeWith(btSettled, "<amount>49.00</amount>", "<amount>4900</amount>", ">EUR<", ">JPY<")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900, currency: "JPY"}}},
	{name: "a number with a slash, a blank and an umlaut", events: []paymentEvent{
		braintreeWith(btSettled, "10-4471", "Aufträge 10/4471 &amp; 2")},
		want: map[string]paymentWant{"order/Aufträge 10/4471 & 2": {state: hook.StatePaid, amount: 4900}}},
	{name: "two customers have one number", events: []paymentEvent{
		braintreeSold(5, "transaction_settled", "t1", "<customer><id>c7</id></customer>"),
		braintreeSold(6, "transaction_settlement_declined", "t2", "<customer><id>c8</id></customer>")},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StateAmbiguous, currency: "-",
				review: []hook.Review{hook.ReviewReferenceShared}},
			"payment/t2": {state: hook.StateFailed, denied: true}}},
	{name: "one number in two merchant accounts", events: []paymentEvent{btSettled,
		braintreeWith(braintreeSold(6, "transaction_settlement_declined", "t2", ""), ">shop<", ">shop_usd<")},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StateAmbiguous, currency: "-",
				review: []hook.Review{hook.ReviewReferenceShared}}}},
	{name: "the bank takes back what nobody reported", events: []paymentEvent{
		braintreeLocalEvent(900, "local_payment_reversed", "")},
		want: map[string]paymentWant{"local-payment/PAY-1": {state: hook.StateRefunded, currency: "-"}}},
	{name: "a notification of a kind that is not known", events: []paymentEvent{btSettled,
		braintreeSold(90, "transaction_pondered", "t1", ""), braintreeDisputed(95, "dispute_pondered")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900}}},
	{name: "no amount", events: []paymentEvent{braintreeWith(btSettled, "<amount>49.00</amount>", "")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, currency: "-"}}},
})
