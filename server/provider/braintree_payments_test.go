package provider

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"

	"hookbeam/server/hook"
)

// braintreeEvent is one of Braintree's notifications about what the XML describes; it has no id.
func braintreeEvent(minutes int, kind, subject string) paymentEvent {
	xml := fmt.Sprintf(`<notification><timestamp type="datetime">%s</timestamp><kind>%s</kind>`+
		`<subject>%s</subject></notification>`, isoAt(minutes), kind, subject)
	form := url.Values{
		"bt_signature": {"k|s"}, "bt_payload": {base64.StdEncoding.EncodeToString([]byte(xml))},
	}
	return paymentEvent{body: form.Encode()}
}

func braintreeTransaction(id, typ, sum, more string) string {
	return fmt.Sprintf(`<transaction><id>%s</id><type>%s</type><currency-iso-code>EUR</currency-iso-code>`+
		`<amount>%s</amount><merchant-account-id>shop</merchant-account-id>%s</transaction>`, id, typ, sum, more)
}

// braintreeSold is a notification about a sale of 49 euros of the order 10-4471; more is further elements.
func braintreeSold(minutes int, kind, id, more string) paymentEvent {
	return braintreeEvent(minutes, kind, braintreeTransaction(id, "sale", "49.00",
		`<order-id>10-4471</order-id><refunded-transaction-id nil="true"/>`+more))
}

// braintreeCredited is a notification about a refund of t1.
func braintreeCredited(minutes int, kind, id, sum string) paymentEvent {
	return braintreeEvent(minutes, kind, braintreeTransaction(id, "credit", sum,
		`<order-id nil="true"/><refunded-transaction-id>t1</refunded-transaction-id>`))
}

func braintreeDisputed(minutes int, kind string) paymentEvent {
	return braintreeEvent(minutes, kind, `<dispute><id>d1</id><amount>49.00</amount><kind>chargeback</kind>`+
		`<merchant-account-id>shop</merchant-account-id><transaction><id>t1</id><amount>49.00</amount>`+
		`<order-id>10-4471</order-id></transaction></dispute>`)
}

func braintreeLocalEvent(minutes int, kind, transaction string) paymentEvent {
	return braintreeEvent(
		minutes,
		kind,
		`<local-payment><payment-id>PAY-1</payment-id>`+transaction+`</local-payment>`,
	)
}

// braintreeCharged is a notification about a subscription; t0 is its transaction of the month before.
func braintreeCharged(minutes int, kind, id string) paymentEvent {
	return braintreeEvent(minutes, kind, `<subscription><id>sub1</id><transactions type="array">`+
		braintreeTransaction(id, "sale", "49.00", "<order-id>10-4471</order-id>")+
		braintreeTransaction("t0", "sale", "49.00", "")+`</transactions></subscription>`)
}

var (
	btSettled = braintreeSold(5, "transaction_settled", "t1", "")
	btLocal   = braintreeTransaction("t1", "sale", "49.00", "<order-id>10-4471</order-id>")
)

var braintreeCommon = ofProvider("braintree", []paymentCase{
	{
		name:   "settled and paid out",
		events: []paymentEvent{btSettled, braintreeSold(900, "transaction_disbursed", "t1", "")},
		want: map[string]paymentWant{
			"payment/t1":    {state: hook.StatePaid, amount: 4900, due: 4900},
			"order/10-4471": {state: hook.StatePaid, amount: 4900},
		},
	},
	{name: "paid out, which is all that is known", events: []paymentEvent{
		braintreeSold(900, "transaction_disbursed", "t1", "")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900}}},
	{
		name:   "a bank debit is declined",
		events: []paymentEvent{braintreeSold(5, "transaction_settlement_declined", "t1", "")},
		want:   map[string]paymentWant{"order/10-4471": {state: hook.StateFailed, denied: true}},
	},
	{name: "declined, then another account", events: []paymentEvent{
		braintreeSold(1, "transaction_settlement_declined", "t0", ""), btSettled},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900},
			"payment/t0":    {state: hook.StateFailed, denied: true},
		}},
	{name: "settled, then declined", events: []paymentEvent{btSettled,
		braintreeSold(9000, "transaction_settlement_declined", "t1", "")},
		want: map[string]paymentWant{"payment/t1": {state: hook.StateFailed, denied: true}}},
	{name: "settled, declined and settled again", events: []paymentEvent{btSettled,
		braintreeSold(
			900,
			"transaction_settlement_declined",
			"t1",
			"",
		), braintreeSold(9000, "transaction_settled", "t1", "")},
		want: map[string]paymentWant{"payment/t1": {state: hook.StatePaid, amount: 4900}}},
	{name: "two transactions of one order", events: []paymentEvent{btSettled,
		braintreeEvent(
			9,
			"transaction_settled",
			braintreeTransaction("t2", "sale", "20.00", "<order-id>10-4471</order-id>"),
		)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 6900, due: 6900},
			"payment/t2":    {state: hook.StatePaid, amount: 2000},
		}},

	{
		name: "a month's charge",
		events: []paymentEvent{braintreeCharged(1, "subscription_charged_unsuccessfully", "t1"),
			braintreeCharged(5, "subscription_charged_successfully", "t1"), btSettled},
		want: map[string]paymentWant{"payment/t1": {state: hook.StatePaid, amount: 4900}},
	},
	{name: "a month's charge is taken, then declined", events: []paymentEvent{
		braintreeCharged(5, "subscription_charged_successfully", "t1"),
		braintreeSold(900, "transaction_settlement_declined", "t1", "<subscription-id>sub1</subscription-id>")},
		want: map[string]paymentWant{"payment/t1": {state: hook.StateFailed, denied: true}}},
	{name: "the months of a subscription stay apart", events: []paymentEvent{btSettled,
		braintreeCharged(9000, "subscription_charged_unsuccessfully", "t2"),
		braintreeSold(9001, "transaction_settlement_declined", "t2", "<subscription-id>sub1</subscription-id>")},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900},
			"payment/t2":    {state: hook.StateFailed, amount: 4900, denied: true},
		}},

	{
		name: "refunded in part",
		events: []paymentEvent{btSettled, braintreeCredited(90, "transaction_settled", "c1", "9.00"),
			braintreeCredited(99, "transaction_disbursed", "c1", "9.00")},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}},
	},
	{name: "refunded in part, then wholly", events: []paymentEvent{btSettled,
		braintreeCredited(90, "transaction_settled", "c1", "9.00"),
		braintreeCredited(95, "transaction_settled", "c2", "40.00")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateRefunded, amount: 4900, refunded: 4900}}},
	{name: "a refund fails days later", events: []paymentEvent{btSettled,
		braintreeCredited(
			90,
			"transaction_settled",
			"c1",
			"9.00",
		), braintreeCredited(900, "refund_failed", "c1", "9.00")},
		want: map[string]paymentWant{"payment/t1": {state: hook.StatePaid, amount: 4900}}},
	{name: "a refund is declined", events: []paymentEvent{btSettled,
		braintreeCredited(90, "transaction_settled", "c1", "9.00"),
		braintreeCredited(900, "transaction_settlement_declined", "c1", "9.00")},
		want: map[string]paymentWant{"payment/t1": {state: hook.StatePaid, amount: 4900}}},
	{name: "a dispute is lost", events: []paymentEvent{btSettled, braintreeDisputed(900, "dispute_opened"),
		braintreeDisputed(901, "dispute_disputed"), braintreeDisputed(9000, "dispute_lost")},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost}}},
	{name: "a dispute is won", events: []paymentEvent{btSettled, braintreeDisputed(900, "dispute_opened"),
		braintreeDisputed(9000, "dispute_won")},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsWon}}},

	{name: "paid at a bank", events: []paymentEvent{braintreeLocalEvent(1, "local_payment_completed", btLocal),
		braintreeLocalEvent(5, "local_payment_funded", btLocal), btSettled},
		want: map[string]paymentWant{
			"local-payment/PAY-1": {state: hook.StatePaid, amount: 4900},
			"order/10-4471":       {state: hook.StatePaid, amount: 4900},
		}},
	{name: "the bank's money is on its way", events: []paymentEvent{
		braintreeLocalEvent(1, "local_payment_completed", btLocal)},
		want: map[string]paymentWant{"local-payment/PAY-1": {state: hook.StateProcessing, amount: 4900}}},
	{name: "never paid at the bank", events: []paymentEvent{braintreeLocalEvent(3, "local_payment_expired", "")},
		want: map[string]paymentWant{"local-payment/PAY-1": {state: hook.StateExpired, currency: "-", denied: true}}},
	{name: "paid at a bank after expiry", events: []paymentEvent{braintreeLocalEvent(3, "local_payment_expired", ""),
		braintreeLocalEvent(5, "local_payment_funded", btLocal)},
		want: map[string]paymentWant{"local-payment/PAY-1": {state: hook.StatePaid, amount: 4900, late: true}}},
	{name: "the bank takes it back", events: []paymentEvent{braintreeLocalEvent(5, "local_payment_funded", btLocal),
		braintreeLocalEvent(900, "local_payment_reversed", "")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateRefunded, amount: 4900, refunded: 4900}}},
})

// braintreePayments are all cases.
var braintreePayments = slices.Concat(braintreeCommon, braintreeKinds)
