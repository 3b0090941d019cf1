package status

import (
	"encoding/base64"
	"fmt"
	"net/url"

	"hookbeam/server/hook"
)

// braintree is one of Braintree's notifications about what the XML describes; it has no id.
func braintree(minutes int, kind, subject string) told {
	xml := fmt.Sprintf("<notification><timestamp type=\"datetime\">%s</timestamp><kind>%s</kind><subject>%s</subject></notification>", iso(minutes), kind, subject)
	return told{body: url.Values{"bt_signature": {"k|s"}, "bt_payload": {base64.StdEncoding.EncodeToString([]byte(xml))}}.Encode()}
}

func braintreeTransaction(id, typ, sum, more string) string {
	return fmt.Sprintf(`<transaction><id>%s</id><type>%s</type><currency-iso-code>EUR</currency-iso-code><amount>%s</amount>%s</transaction>`, id, typ, sum, more)
}

func braintreeSold(minutes int, kind, id string) told {
	return braintree(minutes, kind, braintreeTransaction(id, "sale", "49.00", "<order-id>10-4471</order-id><refunded-transaction-id nil=\"true\"/>"))
}

func braintreeCredited(minutes int, kind, id, sum string) told {
	return braintree(minutes, kind, braintreeTransaction(id, "credit", sum, "<order-id nil=\"true\"/><refunded-transaction-id>t1</refunded-transaction-id>"))
}

func braintreeDisputed(minutes int, kind string) told {
	return braintree(minutes, kind, `<dispute><id>d1</id><amount>49.00</amount><kind>chargeback</kind><transaction><id>t1</id><amount>49.00</amount></transaction></dispute>`)
}

func braintreeLocal(minutes int, kind, transaction string) told {
	return braintree(minutes, kind, `<local-payment><payment-id>PAY-1</payment-id>`+transaction+`</local-payment>`)
}

func braintreeCharged(minutes int, kind, id string) told {
	return braintree(minutes, kind, `<subscription><id>sub1</id><transactions type="array">`+
		braintreeTransaction(id, "sale", "49.00", "<order-id>10-4471</order-id>")+braintreeTransaction("t0", "sale", "49.00", "")+`</transactions></subscription>`)
}

var (
	btSettled = braintreeSold(5, "transaction_settled", "t1")
	btLocal   = braintreeTransaction("t1", "sale", "49.00", "<order-id>10-4471</order-id>")
)

var braintreePlays = []play{
	{sender: "braintree", name: "bank debit", state: hook.StatePaid, events: []told{btSettled, braintreeSold(900, "transaction_disbursed", "t1")}},
	{sender: "braintree", name: "a card's money on its way to the shop", state: hook.StatePaid, events: []told{braintreeSold(900, "transaction_disbursed", "t1")}},
	{sender: "braintree", name: "bank debit refused", state: hook.StateFailed, events: []told{braintreeSold(5, "transaction_settlement_declined", "t1")}},
	{sender: "braintree", name: "refused, then another account", state: hook.StatePaid, events: []told{
		braintreeSold(1, "transaction_settlement_declined", "t0"), btSettled}},
	{sender: "braintree", name: "capture fails after success", state: hook.StateFailed, events: []told{braintreeCharged(5, "subscription_charged_successfully", "t1"),
		braintreeSold(900, "transaction_settlement_declined", "t1")}},
	{sender: "braintree", name: "a month's charge refused, then taken", state: hook.StatePaid, events: []told{
		braintreeCharged(1, "subscription_charged_unsuccessfully", "t1"), braintreeCharged(5, "subscription_charged_successfully", "t1")}},
	{sender: "braintree", name: "partial refund", state: hook.StatePartiallyRefunded, refunded: 900, events: []told{btSettled,
		braintreeCredited(90, "transaction_settled", "c1", "9.00"), braintreeCredited(99, "transaction_disbursed", "c1", "9.00")}},
	{sender: "braintree", name: "full refund in two parts", state: hook.StateRefunded, refunded: 4900, events: []told{btSettled,
		braintreeCredited(90, "transaction_settled", "c1", "9.00"), braintreeCredited(95, "transaction_settled", "c2", "40.00")}},
	{sender: "braintree", name: "refund fails later", state: hook.StatePaid, events: []told{btSettled,
		braintreeCredited(90, "transaction_settled", "c1", "9.00"), braintreeCredited(900, "refund_failed", "c1", "9.00")}},
	{sender: "braintree", name: "refund declined", state: hook.StatePaid, events: []told{btSettled,
		braintreeCredited(90, "transaction_settled", "c1", "9.00"), braintreeCredited(900, "transaction_settlement_declined", "c1", "9.00")}},
	{sender: "braintree", name: "dispute lost", state: hook.StatePaid, dispute: hook.DisputeIsLost, events: []told{btSettled,
		braintreeDisputed(900, "dispute_opened"), braintreeDisputed(901, "dispute_disputed"), braintreeDisputed(9000, "dispute_lost")}},
	{sender: "braintree", name: "dispute won", state: hook.StatePaid, dispute: hook.DisputeIsWon, events: []told{btSettled,
		braintreeDisputed(900, "dispute_opened"), braintreeDisputed(9000, "dispute_won")}},
	{sender: "braintree", name: "paid at a bank", state: hook.StatePaid, events: []told{
		braintreeLocal(1, "local_payment_completed", btLocal), braintreeLocal(5, "local_payment_funded", btLocal), btSettled}},
	{sender: "braintree", name: "paid at a bank after expiry", state: hook.StatePaid, late: true, events: []told{
		braintreeLocal(3, "local_payment_expired", ""), braintreeLocal(5, "local_payment_funded", btLocal)}},
	{sender: "braintree", name: "taken back by the bank", state: hook.StateRefunded, events: []told{
		braintreeLocal(5, "local_payment_funded", btLocal), braintreeLocal(900, "local_payment_reversed", "")}},
}
