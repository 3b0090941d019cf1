package provider

import (
	"fmt"
	"testing"

	"hookbeam/server/hook"
)

// paypalEvent is one of PayPal's events about a resource, which the text describes.
func paypalEvent(minutes int, typ, resource string) paymentEvent {
	return paymentEvent{
		headers: map[string]string{"Paypal-Cert-Url": "https://api.paypal.com/v1/notifications/certs/CERT-1"},
		body: fmt.Sprintf(`{"id":"WH-%s-%d","create_time":%q,"event_type":%q,"resource":{%s}}`,
			typ, minutes, isoAt(minutes), typ, resource),
	}
}

// paypalMoney is a member with an amount in euros.
func paypalMoney(member, value string) string {
	return fmt.Sprintf(`%q:{"currency_code":"EUR","value":%q}`, member, value)
}

// paypalLink is a list of links, one of which leads to a related object.
func paypalLink(rel, to string) string {
	return fmt.Sprintf(`"links":[{"href":"https://api.paypal.com/v2/x","rel":"other"},`+
		`{"href":"https://api.paypal.com/v2/%s","rel":%q,"method":"GET"}]`, to, rel)
}

// paypalTaken is a capture of the order O1.
func paypalTaken(id, amount string) string {
	return `"id":"` + id + `",` + paypalMoney("amount", amount) + `,"final_capture":true,"invoice_id":"10-4471",` +
		`"supplementary_data":{"related_ids":{"order_id":"O1"}},` + paypalLink("up", "checkout/orders/O1")
}

// paypalHeld is an authorization of the order O1.
func paypalHeld(id, amount, more string) string {
	return `"id":"` + id + `",` + paypalMoney("amount", amount) + `,"invoice_id":"10-4471",` +
		`"supplementary_data":{"related_ids":{"order_id":"O1"}},` + paypalLink("up", "checkout/orders/O1") + more
}

// paypalTakenOf is a capture of the authorization A1.
func paypalTakenOf(id, amount, final string) string {
	return `"id":"` + id + `",` + paypalMoney("amount", amount) + `,"final_capture":` + final + `,` +
		`"supplementary_data":{"related_ids":{"order_id":"O1","authorization_id":"A1"}},` +
		paypalLink("up", "payments/authorizations/A1")
}

// paypalDone is the completion of the order O1 with the payments that it lists.
func paypalDone(minutes int, intent, payments string) paymentEvent {
	return paypalEvent(minutes, "CHECKOUT.ORDER.COMPLETED", `"id":"O1","intent":"`+intent+`",`+
		`"purchase_units":[{"invoice_id":"10-4471",`+paypalMoney("amount", "49.00")+`,"payments":{`+payments+`}}]`)
}

// paypalBack is an event about a refund or reversal of a capture; total is the sum of its refunds.
func paypalBack(minutes int, typ, id, capture, amount, total string) paymentEvent {
	return paypalEvent(minutes, typ, `"id":"`+id+`",`+paypalMoney("amount", amount)+
		`,"seller_payable_breakdown":{`+paypalMoney("total_refunded_amount", total)+`},`+
		paypalLink("up", "payments/captures/"+capture))
}

// paypalRefundIs is a refund in a status, of the capture C1.
func paypalRefundIs(minutes int, typ, status string) paymentEvent {
	return paypalEvent(minutes, typ, `"id":"R1","status":"`+status+`",`+paypalMoney("amount", "49.00")+`,`+
		paypalLink("up", "payments/captures/C1"))
}

const paypalPayer = `"payer":{"email_address":"ada@example.com","payer_id":"ADA"},`

var (
	paypalUnit = `"purchase_units":[{"invoice_id":"10-4471",` + paypalMoney("amount", "49.00") + `}]`
	paypalWhat = `"id":"O1","intent":"CAPTURE",` + paypalPayer + `"payment_source":{"paypal":{"account_id":"ADA"}},` +
		paypalUnit
	paypalDisputed = `"dispute_id":"PP-D-1","disputed_transactions":[{"seller_transaction_id":"C1"}]`

	paypalCreated  = paypalEvent(0, "CHECKOUT.ORDER.CREATED", paypalWhat)
	paypalApproved = paypalEvent(1, "CHECKOUT.ORDER.APPROVED", paypalWhat)
	paypalPaid     = paypalEvent(5, "PAYMENT.CAPTURE.COMPLETED", paypalTaken("C1", "49.00"))
	paypalOnHold   = paypalEvent(2, "PAYMENT.AUTHORIZATION.CREATED", paypalHeld("A1", "49.00", ""))
	paypalReversal = paypalEvent(180, "CHECKOUT.PAYMENT-APPROVAL.REVERSED", `"order_id":"O1",`+paypalUnit)
)

// paypalAll are the links to a payment, its order and its reference if they all show the same.
func paypalAll(payment string, want paymentWant) map[string]paymentWant {
	return map[string]paymentWant{payment: want, "paypal-order/O1": want, "order/10-4471": want}
}

var (
	paypalIsPaid   = paymentWant{state: hook.StatePaid, amount: 4900, due: 4900}
	paypalIsHeld   = paymentWant{state: hook.StateAuthorized, amount: 4900, due: 4900}
	paypalIsVoided = paymentWant{state: hook.StateCanceled, amount: 4900, due: 4900, denied: true}
)

// paypalPayments are cases in which one payment decides.
var paypalPayments = []paymentCase{
	{provider: "paypal", name: "created", events: []paymentEvent{paypalCreated},
		want: map[string]paymentWant{
			"paypal-order/O1": {state: hook.StatePending, amount: 4900, due: 4900},
			"order/10-4471":   {state: hook.StatePending, amount: 4900, due: 4900},
		}},
	{provider: "paypal", name: "approved and not captured", events: []paymentEvent{paypalCreated, paypalApproved},
		want: map[string]paymentWant{"paypal-order/O1": {state: hook.StatePending, amount: 4900, due: 4900}}},
	{
		provider: "paypal",
		name:     "approved and captured",
		events: []paymentEvent{paypalCreated, paypalApproved, paypalPaid,
			paypalDone(
				5,
				"CAPTURE",
				`"captures":[{"id":"C1","status":"COMPLETED",`+paypalMoney("amount", "49.00")+`}]`,
			)},
		want: paypalAll("payment/C1", paypalIsPaid),
	},
	{provider: "paypal", name: "only the order is reported, without its payments",
		events: []paymentEvent{paypalEvent(5, "CHECKOUT.ORDER.COMPLETED", paypalWhat)},
		want:   map[string]paymentWant{"paypal-order/O1": paypalIsPaid, "order/10-4471": paypalIsPaid}},
	{provider: "paypal", name: "a bank debit is pending, then completed", events: []paymentEvent{paypalApproved,
		paypalEvent(2, "PAYMENT.CAPTURE.PENDING", paypalTaken("C1", "49.00")),
		paypalDone(2, "CAPTURE", `"captures":[{"id":"C1","status":"PENDING",`+paypalMoney("amount", "49.00")+`}]`),
		paypalEvent(2880, "PAYMENT.CAPTURE.COMPLETED", paypalTaken("C1", "49.00"))},
		want: paypalAll("payment/C1", paypalIsPaid)},
	{provider: "paypal", name: "a bank debit is pending", events: []paymentEvent{paypalApproved,
		paypalEvent(
			2,
			"PAYMENT.CAPTURE.PENDING",
			paypalTaken("C1", "49.00")+`,"status_details":{"reason":"ECHECK"}`,
		)},
		want: map[string]paymentWant{
			"payment/C1":      {state: hook.StateProcessing},
			"paypal-order/O1": {state: hook.StateProcessing, amount: 4900, due: 4900},
		}},
	{provider: "paypal", name: "a bank debit is pending, then denied", events: []paymentEvent{paypalApproved,
		paypalEvent(2, "PAYMENT.CAPTURE.PENDING", paypalTaken("C1", "49.00")),
		paypalEvent(7000, "PAYMENT.CAPTURE.DENIED", paypalTaken("C1", "49.00"))},
		want: map[string]paymentWant{
			"payment/C1":      {state: hook.StateFailed, denied: true},
			"paypal-order/O1": {state: hook.StateFailed, amount: 4900, due: 4900, denied: true},
		}},
	{provider: "paypal", name: "second card", events: []paymentEvent{paypalApproved,
		paypalEvent(2, "PAYMENT.CAPTURE.DENIED", paypalTaken("C0", "49.00")), paypalPaid},
		want: map[string]paymentWant{"payment/C1": paypalIsPaid, "paypal-order/O1": paypalIsPaid,
			"payment/C0": {state: hook.StateFailed, denied: true}}},
	{
		provider: "paypal",
		name:     "denied at once, and the order is completed later",
		events: []paymentEvent{paypalApproved,
			paypalDone(
				3,
				"CAPTURE",
				`"captures":[{"id":"C1","status":"DECLINED",`+paypalMoney("amount", "49.00")+`}]`,
			),
			paypalEvent(2, "PAYMENT.CAPTURE.DENIED", paypalTaken("C1", "49.00"))},
		want: map[string]paymentWant{
			"paypal-order/O1": {state: hook.StateFailed, amount: 4900, due: 4900, denied: true}},
	},
	{provider: "paypal", name: "approval taken back", events: []paymentEvent{paypalApproved, paypalReversal},
		want: map[string]paymentWant{"paypal-order/O1": paypalIsVoided, "order/10-4471": paypalIsVoided}},
	// The order's end is not an end of its payment, so the payment is not late.
	{provider: "paypal", name: "paid after a void of the order", events: []paymentEvent{paypalCreated,
		paypalEvent(
			3,
			"CHECKOUT.ORDER.VOIDED",
			paypalWhat,
		), paypalPaid}, want: paypalAll("payment/C1", paypalIsPaid)},
	{provider: "paypal", name: "cancel race", events: []paymentEvent{paypalApproved, paypalPaid,
		paypalEvent(5, "CHECKOUT.PAYMENT-APPROVAL.REVERSED", `"order_id":"O1",`+paypalUnit)},
		want: paypalAll("payment/C1", paypalIsPaid)},
	{provider: "paypal", name: "dispute lost", events: []paymentEvent{paypalPaid,
		paypalEvent(900, "CUSTOMER.DISPUTE.CREATED", paypalDisputed),
		paypalEvent(901, "CUSTOMER.DISPUTE.UPDATED", paypalDisputed),
		paypalEvent(9000, "CUSTOMER.DISPUTE.RESOLVED", paypalDisputed+
			`,"dispute_outcome":{"outcome_code":"RESOLVED_BUYER_FAVOUR"}`)},
		want: paypalAll("payment/C1", paymentWant{state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost})},
	{provider: "paypal", name: "dispute won", events: []paymentEvent{paypalPaid,
		paypalEvent(900, "CUSTOMER.DISPUTE.CREATED", paypalDisputed),
		paypalEvent(9000, "CUSTOMER.DISPUTE.RESOLVED", paypalDisputed+
			`,"dispute_outcome":{"outcome_code":"RESOLVED_SELLER_FAVOUR"}`)},
		want: paypalAll("payment/C1", paymentWant{state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsWon})},
	{provider: "paypal", name: "two purchase units are captured one by one", events: []paymentEvent{
		paypalEvent(5, "CHECKOUT.ORDER.COMPLETED", `"id":"O1","intent":"CAPTURE","purchase_units":[`+
			`{`+paypalMoney("amount", "30.00")+`,"payments":{"captures":[{"id":"C1","status":"COMPLETED",`+
			paypalMoney("amount", "30.00")+`}]}},`+
			`{`+paypalMoney("amount", "19.00")+`,"payments":{"captures":[{"id":"C2","status":"PENDING",`+
			paypalMoney("amount", "19.00")+`}]}}]`)},
		want: map[string]paymentWant{
			"payment/C1":      {state: hook.StatePaid, amount: 3000},
			"payment/C2":      {state: hook.StateProcessing},
			"paypal-order/O1": {state: hook.StatePartiallyPaid, amount: 3000, due: 4900},
		}},
}

// paypalHolds are cases of authorizations.
var paypalHolds = []paymentCase{
	{provider: "paypal", name: "authorized", events: []paymentEvent{paypalApproved,
		paypalDone(2, "AUTHORIZE", `"authorizations":[{"id":"A1"}]`)},
		want: paypalAll("authorization/A1", paypalIsHeld)},
	{
		provider: "paypal",
		name:     "authorized, and the review of the order goes on",
		events: []paymentEvent{paypalApproved,
			paypalEvent(2, "PAYMENT.AUTHORIZATION.CREATED", paypalHeld("A1", "49.00", `,"status":"PENDING"`))},
		want: paypalAll("authorization/A1", paymentWant{state: hook.StateProcessing, amount: 4900}),
	},
	{provider: "paypal", name: "authorized, captured a day later", events: []paymentEvent{paypalApproved,
		paypalDone(2, "AUTHORIZE", `"authorizations":[{"id":"A1","status":"CREATED"}]`), paypalOnHold,
		paypalEvent(1440, "PAYMENT.CAPTURE.COMPLETED", `"id":"C1",`+paypalMoney("amount", "49.00")+`,`+
			paypalLink("up", "payments/authorizations/A1"))},
		want: map[string]paymentWant{"authorization/A1": paypalIsPaid, "payment/C1": paypalIsPaid,
			"paypal-order/O1": paypalIsPaid, "order/10-4471": paypalIsPaid}},
	{provider: "paypal", name: "voided", events: []paymentEvent{paypalApproved, paypalOnHold,
		paypalEvent(60, "PAYMENT.AUTHORIZATION.VOIDED", paypalHeld("A1", "49.00", `,"status":"VOIDED"`))},
		want: paypalAll("authorization/A1", paypalIsVoided)},
	{provider: "paypal", name: "expired in the first version of the API", events: []paymentEvent{paypalOnHold,
		paypalEvent(60, "PAYMENT.AUTHORIZATION.VOIDED", paypalHeld("A1", "49.00", `,"state":"expired"`))},
		want: paypalAll("authorization/A1",
			paymentWant{state: hook.StateExpired, amount: 4900, due: 4900, denied: true})},
	{provider: "paypal", name: "all is captured, and the capture says that more follows", events: []paymentEvent{
		paypalOnHold, paypalEvent(60, "PAYMENT.CAPTURE.COMPLETED", paypalTakenOf("C1", "49.00", "false"))},
		want: paypalAll("payment/C1", paypalIsPaid)},
	{provider: "paypal", name: "the first of two captures", events: []paymentEvent{paypalOnHold, paypalApproved,
		paypalEvent(60, "PAYMENT.CAPTURE.COMPLETED", paypalTakenOf("C1", "30.00", "false"))},
		want: map[string]paymentWant{
			"payment/C1":      {state: hook.StatePartiallyPaid, amount: 3000, due: 4900},
			"paypal-order/O1": {state: hook.StatePartiallyPaid, amount: 3000, due: 4900},
		}},
	{provider: "paypal", name: "the last capture is of less than the rest", events: []paymentEvent{paypalOnHold,
		paypalApproved, paypalEvent(60, "PAYMENT.CAPTURE.COMPLETED", paypalTakenOf("C1", "30.00", "false")),
		paypalEvent(90, "PAYMENT.CAPTURE.COMPLETED", paypalTakenOf("C2", "10.00", "true"))},
		want: map[string]paymentWant{
			"authorization/A1": {state: hook.StatePaid, amount: 4000, due: 4000},
			"paypal-order/O1":  {state: hook.StatePaid, amount: 4000, due: 4000},
		}},
	{provider: "paypal", name: "the rest is voided after the first capture", events: []paymentEvent{paypalOnHold,
		paypalApproved, paypalEvent(60, "PAYMENT.CAPTURE.COMPLETED", paypalTakenOf("C1", "30.00", "false")),
		paypalEvent(90, "PAYMENT.AUTHORIZATION.VOIDED", paypalHeld("A1", "49.00", ""))},
		want: map[string]paymentWant{
			"authorization/A1": {state: hook.StatePaid, amount: 3000, due: 3000},
			"paypal-order/O1":  {state: hook.StatePaid, amount: 3000, due: 3000},
		}},
	{provider: "paypal", name: "the second capture is denied", events: []paymentEvent{paypalOnHold,
		paypalEvent(60, "PAYMENT.CAPTURE.COMPLETED", paypalTakenOf("C1", "30.00", "false")),
		paypalEvent(61, "PAYMENT.CAPTURE.PENDING", paypalTakenOf("C2", "19.00", "false")),
		paypalEvent(900, "PAYMENT.CAPTURE.DENIED", paypalTakenOf("C2", "19.00", "false"))},
		want: map[string]paymentWant{
			"payment/C2": {state: hook.StatePartiallyPaid, amount: 3000, due: 4900}}},
	{provider: "paypal", name: "reauthorized, then captured, then the first hold runs out", events: []paymentEvent{
		paypalApproved, paypalOnHold,
		paypalEvent(5000, "PAYMENT.AUTHORIZATION.CREATED", paypalHeld("A2", "49.00", "")),
		paypalEvent(5010, "PAYMENT.CAPTURE.COMPLETED", `"id":"C2",`+paypalMoney("amount", "49.00")+
			`,"final_capture":true,"supplementary_data":{"related_ids":{"authorization_id":"A2"}}`),
		paypalEvent(40000, "PAYMENT.AUTHORIZATION.VOIDED", paypalHeld("A1", "49.00", ""))},
		want: map[string]paymentWant{"payment/C2": paypalIsPaid, "authorization/A1": paypalIsVoided,
			"paypal-order/O1": paypalIsPaid, "order/10-4471": paypalIsPaid}},
	{provider: "paypal", name: "reauthorized, and the first hold runs out", events: []paymentEvent{
		paypalApproved, paypalOnHold,
		paypalEvent(5000, "PAYMENT.AUTHORIZATION.CREATED", paypalHeld("A2", "49.00", "")),
		paypalEvent(5001, "PAYMENT.AUTHORIZATION.VOIDED", paypalHeld("A1", "49.00", ""))},
		want: map[string]paymentWant{"authorization/A1": paypalIsVoided, "paypal-order/O1": paypalIsHeld}},
}

// paypalReturns are cases of refunds and reversals.
var paypalReturns = []paymentCase{
	{provider: "paypal", name: "partial refund", events: []paymentEvent{paypalPaid,
		paypalBack(90, "PAYMENT.CAPTURE.REFUNDED", "R1", "C1", "9.00", "9.00"),
		paypalBack(90, "PAYMENT.REFUND.COMPLETED", "R1", "C1", "9.00", "9.00")},
		want: paypalAll("payment/C1",
			paymentWant{state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900})},
	{provider: "paypal", name: "full refund in two parts", events: []paymentEvent{paypalPaid,
		paypalBack(90, "PAYMENT.CAPTURE.REFUNDED", "R1", "C1", "9.00", "9.00"),
		paypalBack(95, "PAYMENT.CAPTURE.REFUNDED", "R2", "C1", "40.00", "49.00")},
		want: paypalAll("payment/C1", paymentWant{state: hook.StateRefunded, amount: 4900, refunded: 4900})},
	{provider: "paypal", name: "refund fails later", events: []paymentEvent{paypalPaid,
		paypalBack(90, "PAYMENT.CAPTURE.REFUNDED", "R1", "C1", "9.00", "9.00"),
		paypalBack(900, "PAYMENT.REFUND.FAILED", "R1", "C1", "9.00", "0.00")},
		want: paypalAll("payment/C1", paypalIsPaid)},
	{provider: "paypal", name: "refund is pending", events: []paymentEvent{paypalPaid,
		paypalRefundIs(
			90,
			"PAYMENT.CAPTURE.REFUNDED",
			"PENDING",
		), paypalRefundIs(90, "PAYMENT.REFUND.PENDING", "PENDING")},
		want: paypalAll("payment/C1", paypalIsPaid)},
	{provider: "paypal", name: "refund is pending, then completed", events: []paymentEvent{paypalPaid,
		paypalRefundIs(90, "PAYMENT.CAPTURE.REFUNDED", "PENDING"),
		paypalRefundIs(900, "PAYMENT.REFUND.COMPLETED", "COMPLETED")},
		want: paypalAll("payment/C1", paymentWant{state: hook.StateRefunded, amount: 4900, refunded: 4900})},
	{provider: "paypal", name: "ten of either capture are refunded", events: []paymentEvent{paypalOnHold,
		paypalEvent(60, "PAYMENT.CAPTURE.COMPLETED", paypalTakenOf("C1", "30.00", "false")),
		paypalEvent(61, "PAYMENT.CAPTURE.COMPLETED", paypalTakenOf("C2", "19.00", "true")),
		paypalBack(90, "PAYMENT.CAPTURE.REFUNDED", "R1", "C1", "10.00", "10.00"),
		paypalBack(95, "PAYMENT.CAPTURE.REFUNDED", "R2", "C2", "10.00", "10.00")},
		want: map[string]paymentWant{
			"authorization/A1": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 2000},
			"payment/C1":       {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 2000},
		}},
	{provider: "paypal", name: "reversed", events: []paymentEvent{paypalPaid,
		paypalEvent(900, "PAYMENT.CAPTURE.REVERSED", `"id":"R9",`+paypalMoney("amount", "49.00")+`,`+
			paypalLink("up", "payments/captures/C1"))},
		want: paypalAll("payment/C1", paymentWant{state: hook.StateRefunded, amount: 4900, refunded: 4900})},
	{provider: "paypal", name: "a part is refunded, another part reversed", events: []paymentEvent{paypalPaid,
		paypalBack(90, "PAYMENT.CAPTURE.REFUNDED", "R1", "C1", "9.00", "9.00"),
		paypalBack(900, "PAYMENT.CAPTURE.REVERSED", "R9", "C1", "20.00", "29.00")},
		want: paypalAll("payment/C1",
			paymentWant{state: hook.StatePartiallyRefunded, amount: 4900, refunded: 2900})},
	{provider: "paypal", name: "only a refund is known", events: []paymentEvent{
		paypalBack(90, "PAYMENT.CAPTURE.REFUNDED", "R1", "C1", "9.00", "9.00")},
		want: map[string]paymentWant{"payment/C1": {state: hook.StateRefunded, amount: 900, refunded: 900}}},
	{provider: "paypal", name: "sale in the first version of the API, refunded", events: []paymentEvent{
		paypalEvent(5, "PAYMENT.SALE.COMPLETED", `"id":"S1","parent_payment":"PAY-1",`+
			`"amount":{"total":"49.00","currency":"EUR"},"custom":"shared"`),
		paypalEvent(90, "PAYMENT.SALE.REFUNDED", `"id":"R1","sale_id":"S1","state":"completed",`+
			`"amount":{"total":"-9.00","currency":"EUR"},"total_refunded_amount":{"value":"9.00","currency":"EUR"}`)},
		want: map[string]paymentWant{
			"payment/S1":           {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900},
			"paypal-payment/PAY-1": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900},
		}},
	{provider: "paypal", name: "the capture itself is reported as refunded", events: []paymentEvent{paypalPaid,
		paypalEvent(90, "PAYMENT.CAPTURE.REFUNDED", `"id":"C1","state":"refunded",`+
			`"amount":{"total":"49.00","currency":"EUR"},`+paypalLink("self", "payments/captures/C1"))},
		want: paypalAll("payment/C1", paymentWant{state: hook.StateRefunded, amount: 4900, refunded: 4900})},
	{provider: "paypal", name: "the capture itself is reported as partly refunded", events: []paymentEvent{
		paypalEvent(90, "PAYMENT.CAPTURE.REFUNDED", `"id":"C1","state":"partially_refunded",`+
			`"amount":{"total":"49.00","currency":"EUR"},`+paypalLink("self", "payments/captures/C1"))},
		want: map[string]paymentWant{"payment/C1": paypalIsPaid}},
	{provider: "paypal", name: "sales of one subscription are two payments", events: []paymentEvent{
		paypalEvent(0, "PAYMENT.SALE.COMPLETED", `"id":"S1","billing_agreement_id":"I-1","custom":"10-4471",`+
			`"amount":{"total":"49.00","currency":"EUR"}`),
		paypalEvent(1, "PAYMENT.SALE.COMPLETED", `"id":"S2","billing_agreement_id":"I-1","custom":"10-4471",`+
			`"amount":{"total":"19.00","currency":"EUR"}`)},
		want: map[string]paymentWant{"payment/S1": paypalIsPaid, "payment/S2": {state: hook.StatePaid, amount: 1900},
			"order/10-4471": {currency: "-"}}},
}

// paypalReported are reported cases.
var paypalReported = []reportedCase{
	{folder: "paypal-partial-reversal", provider: "paypal", settings: map[string]string{"webhook_id": "WH-TEST-1"},
		want: map[string]paymentWant{
			"order/P1": {state: hook.StatePartiallyRefunded, amount: 10000, refunded: 3000, currency: "USD"}}},
	{folder: "paypal-two-captures", provider: "paypal", settings: map[string]string{"webhook_id": "WH-TEST-1"},
		want: map[string]paymentWant{
			"order/P2": {state: hook.StatePartiallyRefunded, amount: 10000, refunded: 6000, currency: "USD"}}},
}

func TestPayPalSaysHowAPaymentIsPaid(t *testing.T) {
	for text, want := range map[string]hook.Method{
		paypalWhat:                      hook.MethodWallet,
		`"id":"O1","payment_source":{}`: "",
		`"id":"O1","payment_source":{"card":{"brand":"VISA"}}`:    hook.MethodCard,
		`"id":"O1","payment_source":{"ideal":{"bic":"X"}}`:        hook.MethodBank,
		`"id":"O1","payment_source":{"oxxo":{"name":"Ada"}}`:      hook.MethodVoucher,
		`"id":"O1","status_details":{"reason":"ECHECK"}`:          hook.MethodBank,
		`"id":"O1","processor_response":{"response_code":"0000"}`: hook.MethodCard,
		`"id":"O1","payment_mode":"INSTANT_TRANSFER"`:             hook.MethodWallet,
		`"id":"O1","status_details":{"reason":"PENDING_REVIEW"}`:  "",
	} {
		c := paymentCase{provider: "paypal",
			events: []paymentEvent{paypalEvent(0, "CHECKOUT.ORDER.APPROVED", text)}}
		if got := c.statements(t)[0][0].Method; got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
