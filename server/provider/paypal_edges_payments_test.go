package provider

import (
	"strings"
	"testing"

	"hookbeam/server/hook"
)

// paypalIn is an event in another currency.
func paypalIn(currency string, e paymentEvent) paymentEvent {
	return paymentEvent{headers: e.headers, body: strings.ReplaceAll(e.body, `"EUR"`, `"`+currency+`"`)}
}

// paypalOther is a capture of another order under the same number.
func paypalOther(minutes int, id, order, amount string) paymentEvent {
	return paypalEvent(minutes, "PAYMENT.CAPTURE.COMPLETED", `"id":"`+id+`",`+paypalMoney("amount", amount)+
		`,"final_capture":true,"invoice_id":"10-4471","supplementary_data":{"related_ids":{"order_id":"`+order+`"}}`)
}

// paypalFor is an event that names the merchant.
func paypalFor(merchant string, e paymentEvent) paymentEvent {
	return paymentEvent{headers: e.headers,
		body: strings.Replace(e.body, `"resource":{`, `"resource":{"payee":{"merchant_id":"`+merchant+`"},`, 1)}
}

// paypalEdges are cases of several captures of one order, disputes about a part and subscriptions.
var paypalEdges = ofProvider("paypal", []paymentCase{
	{name: "the order alone lists a declined and a completed capture", events: []paymentEvent{
		paypalDone(5, "CAPTURE", `"captures":[{"id":"C0","status":"DECLINED",`+paypalMoney("amount", "49.00")+`},`+
			`{"id":"C1","status":"COMPLETED",`+paypalMoney("amount", "49.00")+`}]`)},
		want: map[string]paymentWant{"payment/C1": paypalIsPaid, "paypal-order/O1": paypalIsPaid,
			"payment/C0": {state: hook.StateFailed, denied: true}}},
	{name: "the order alone lists two captures", events: []paymentEvent{
		paypalDone(5, "CAPTURE", `"captures":[{"id":"C1","status":"COMPLETED",`+paypalMoney("amount", "30.00")+`},`+
			`{"id":"C2","status":"COMPLETED",`+paypalMoney("amount", "19.00")+`}]`)},
		want: map[string]paymentWant{"paypal-order/O1": paypalIsPaid, "order/10-4471": paypalIsPaid}},
	{name: "two orders of one number are paid, one is returned", events: []paymentEvent{
		paypalPaid, paypalOther(6, "C2", "O2", "49.00"),
		paypalBack(90, "PAYMENT.CAPTURE.REFUNDED", "R1", "C2", "49.00", "49.00")},
		want: map[string]paymentWant{
			"order/10-4471":   {state: hook.StatePaid, amount: 9800, due: 4900, refunded: 4900},
			"paypal-order/O2": {state: hook.StateRefunded, amount: 4900, refunded: 4900},
		}},
	{name: "an order is given up, and a second one is open", events: []paymentEvent{paypalCreated,
		paypalEvent(3, "CHECKOUT.PAYMENT-APPROVAL.REVERSED", `"order_id":"O1",`+paypalUnit),
		paypalEvent(4, "CHECKOUT.ORDER.APPROVED", strings.ReplaceAll(paypalWhat, "O1", "O2"))},
		want: map[string]paymentWant{
			"order/10-4471":   {state: hook.StatePending, amount: 4900},
			"paypal-order/O1": {state: hook.StateCanceled, amount: 4900, denied: true},
		}},
	{name: "a refund before its capture is known", events: []paymentEvent{
		paypalBack(90, "PAYMENT.CAPTURE.REFUNDED", "R1", "C1", "9.00", "9.00"), paypalPaid},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{name: "sums of refunds of one second", events: []paymentEvent{paypalPaid,
		paypalBack(90, "PAYMENT.CAPTURE.REFUNDED", "R1", "C1", "9.00", "9.00"),
		paypalBack(90, "PAYMENT.REFUND.COMPLETED", "R2", "C1", "10.00", "19.00")},
		want: map[string]paymentWant{
			"payment/C1": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 1900}}},
	{name: "a dispute is lost about a part", events: []paymentEvent{paypalPaid,
		paypalEvent(9000, "CUSTOMER.DISPUTE.RESOLVED", paypalDisputed+`,"dispute_outcome":{"outcome_code":`+
			`"RESOLVED_BUYER_FAVOUR",`+paypalMoney("amount_refunded", "9.00")+`},`+
			paypalMoney("dispute_amount", "49.00"))},
		want: map[string]paymentWant{
			"payment/C1": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost, kept: true}}},
	{name: "payments of a subscription with one custom id", events: []paymentEvent{
		paypalEvent(5, "PAYMENT.SALE.COMPLETED", `"id":"S1","state":"completed","billing_agreement_id":"I-1",`+
			`"custom_id":"10-4471","amount":{"total":"49.00","currency":"EUR"}`),
		paypalEvent(44000, "PAYMENT.SALE.DENIED", `"id":"S2","state":"denied","billing_agreement_id":"I-1",`+
			`"custom_id":"10-4471","amount":{"total":"49.00","currency":"EUR"}`)},
		want: map[string]paymentWant{"payment/S1": paypalIsPaid,
			"payment/S2":    {state: hook.StateFailed, denied: true},
			"order/10-4471": {currency: "-"}}},
	{name: "yen have no smaller unit", events: []paymentEvent{
		paypalIn("JPY", paypalEvent(5, "PAYMENT.CAPTURE.COMPLETED", paypalTaken("C1", "4900")))},
		want: map[string]paymentWant{"payment/C1": {state: hook.StatePaid, amount: 4900, currency: "JPY"}}},
	{name: "forints are written without digits", events: []paymentEvent{
		paypalIn("HUF", paypalEvent(5, "PAYMENT.CAPTURE.COMPLETED", paypalTaken("C1", "4900"))),
		paypalIn("HUF", paypalBack(90, "PAYMENT.CAPTURE.REFUNDED", "R1", "C1", "900", "900"))},
		want: map[string]paymentWant{"payment/C1": {state: hook.StatePartiallyRefunded, amount: 490000,
			refunded: 90000, currency: "HUF"}}},
	{name: "the hold of a captured payment runs out", events: []paymentEvent{paypalOnHold,
		paypalEvent(60, "PAYMENT.CAPTURE.COMPLETED", paypalTakenOf("C1", "49.00", "true")),
		paypalEvent(40000, "PAYMENT.AUTHORIZATION.VOIDED", paypalHeld("A1", "49.00", `,"status":"EXPIRED"`))},
		want: map[string]paymentWant{"authorization/A1": paypalIsPaid, "payment/C1": paypalIsPaid}},
	{name: "a captured payment is reversed, then a part of it was refunded before",
		events: []paymentEvent{paypalPaid, paypalBack(90, "PAYMENT.CAPTURE.REFUNDED", "R1", "C1", "9.00", "9.00"),
			paypalEvent(900, "PAYMENT.CAPTURE.REVERSED", `"id":"R9",`+paypalMoney("amount", "40.00")+`,`+
				paypalLink("up", "payments/captures/C1"))},
		want: map[string]paymentWant{"payment/C1": {state: hook.StateRefunded, amount: 4900, refunded: 4900}}},
	{name: "a capture of the first version of the API, its authorization and its refund", events: []paymentEvent{
		paypalEvent(1, "PAYMENT.AUTHORIZATION.CREATED", `"id":"A1","parent_payment":"PAY-1","state":"authorized",`+
			`"amount":{"total":"49.00","currency":"EUR"}`),
		paypalEvent(5, "PAYMENT.CAPTURE.COMPLETED", `"id":"C1","parent_payment":"PAY-1","state":"completed",`+
			`"is_final_capture":true,"amount":{"total":"30.00","currency":"EUR"},"links":[{"rel":"authorization",`+
			`"href":"https://api.paypal.com/v1/payments/authorization/A1"}]`),
		paypalEvent(9, "PAYMENT.CAPTURE.REFUNDED", `"id":"R1","parent_payment":"PAY-1","capture_id":"C1",`+
			`"state":"completed","amount":{"total":"-9.00","currency":"EUR"}`)},
		want: map[string]paymentWant{
			"authorization/A1": {state: hook.StatePartiallyRefunded, amount: 3000, refunded: 900},
			"payment/C1":       {state: hook.StatePartiallyRefunded, amount: 3000, refunded: 900},
		}},
	{name: "a payment is reversed for a dispute that the shop wins", events: []paymentEvent{paypalPaid,
		paypalEvent(900, "CUSTOMER.DISPUTE.CREATED", paypalDisputed),
		paypalBack(901, "PAYMENT.CAPTURE.REVERSED", "R9", "C1", "49.00", "49.00"),
		paypalEvent(9000, "CUSTOMER.DISPUTE.RESOLVED", paypalDisputed+
			`,"dispute_outcome":{"outcome_code":"RESOLVED_SELLER_FAVOUR"}`)},
		want: map[string]paymentWant{
			"payment/C1":    {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsWon},
			"order/10-4471": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsWon}}},
	{name: "only a reversal that was taken back is known", events: []paymentEvent{
		paypalBack(901, "PAYMENT.CAPTURE.REVERSED", "R9", "C1", "49.00", "49.00"),
		paypalEvent(9000, "CUSTOMER.DISPUTE.RESOLVED", paypalDisputed+
			`,"dispute_outcome":{"outcome_code":"RESOLVED_SELLER_FAVOUR"}`)},
		want: map[string]paymentWant{
			"payment/C1": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsWon}}},
	{name: "a payment is reversed after a dispute that the shop won", events: []paymentEvent{paypalPaid,
		paypalEvent(900, "CUSTOMER.DISPUTE.RESOLVED", paypalDisputed+
			`,"dispute_outcome":{"outcome_code":"RESOLVED_SELLER_FAVOUR"}`),
		paypalBack(9000, "PAYMENT.CAPTURE.REVERSED", "R9", "C1", "49.00", "49.00")},
		want: map[string]paymentWant{"payment/C1": {state: hook.StateRefunded, amount: 4900, refunded: 4900,
			dispute: hook.DisputeIsWon}}},
	// The authorization may still stand.
	{name: "a capture is denied, and its authorization was not reported", events: []paymentEvent{
		paypalEvent(60, "PAYMENT.CAPTURE.DENIED", paypalTakenOf("C1", "49.00", "true"))},
		want: map[string]paymentWant{"payment/C1": {state: hook.StateFailed},
			"authorization/A1": {state: hook.StateFailed}}},
	{name: "a capture is denied, and its authorization voided", events: []paymentEvent{
		paypalEvent(60, "PAYMENT.CAPTURE.DENIED", paypalTakenOf("C1", "49.00", "true")),
		paypalEvent(90, "PAYMENT.AUTHORIZATION.VOIDED", paypalHeld("A1", "49.00", ""))},
		want: map[string]paymentWant{"payment/C1": {state: hook.StateCanceled, amount: 4900, denied: true}}},
	{name: "two merchants use one number", events: []paymentEvent{
		paypalFor("M1", paypalPaid), paypalFor("M2", paypalOther(6, "C2", "O2", "8.00"))},
		want: map[string]paymentWant{"payment/C1": paypalIsPaid,
			"order/10-4471": {state: hook.StateAmbiguous, currency: "-",
				review: []hook.Review{hook.ReviewReferenceShared}}}},
	{name: "some events name the merchant, and one of two payments is returned", events: []paymentEvent{
		paypalFor("M1", paypalPaid), paypalFor("M1", paypalOther(6, "C2", "O2", "49.00")),
		paypalEvent(90, "PAYMENT.CAPTURE.REFUNDED", `"id":"R1","custom_id":"10-4471",`+
			paypalMoney("amount", "49.00")+`,`+paypalLink("up", "payments/captures/C2"))},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 9800, due: 4900, refunded: 4900}}},
	{name: "the order names the merchant, and its capture does not", events: []paymentEvent{paypalPaid,
		paypalEvent(1, "CHECKOUT.ORDER.APPROVED", strings.ReplaceAll(paypalWhat, `{"invoice_id"`,
			`{"payee":{"merchant_id":"M1"},"invoice_id"`))},
		want: paypalAll("payment/C1", paypalIsPaid)},
	{name: "two payers use one number", events: []paymentEvent{paypalCreated,
		paypalEvent(
			2,
			"CHECKOUT.ORDER.CREATED",
			`"id":"O2","intent":"CAPTURE","payer":{"payer_id":"BOB"},`+paypalUnit,
		)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StateAmbiguous, currency: "-",
			review: []hook.Review{hook.ReviewReferenceShared}}}},
	{name: "nothing is said of an unknown kind", events: []paymentEvent{paypalPaid,
		paypalEvent(9, "PAYMENT.CAPTURE.SOMETHING", paypalTaken("C1", "49.00")),
		paypalEvent(9, "BILLING.SUBSCRIPTION.PAYMENT.FAILED", `"id":"I-1"`)},
		want: map[string]paymentWant{"payment/C1": paypalIsPaid}},
})

func TestPayPalsReferencesAreNamesOfAMerchant(t *testing.T) {
	c := paymentCase{provider: "paypal", events: []paymentEvent{paypalFor("M1", paypalPaid)}}
	for _, s := range c.statements(t)[0] {
		if s.Account != "M1" {
			t.Errorf("the account of %v is %q", s.References, s.Account)
		}
	}
}
