package status

import (
	"fmt"

	"hookbeam/server/hook"
)

// paypal is one of PayPal's events about a resource, which the text describes.
func paypal(minutes int, typ, resource string) told {
	return told{headers: map[string]string{"Paypal-Cert-Url": "https://api.paypal.com/v1/notifications/certs/CERT-1"},
		body: fmt.Sprintf(`{"id":"WH-%s-%d","create_time":%q,"event_type":%q,"resource":{%s}}`, typ, minutes, iso(minutes), typ, resource)}
}

func money(member, value string) string {
	return fmt.Sprintf(`%q:{"currency_code":"EUR","value":%q}`, member, value)
}

func link(rel, to string) string {
	return fmt.Sprintf(`"links":[{"href":"https://api.paypal.com/v2/x","rel":"other"},{"href":"https://api.paypal.com/v2/%s","rel":%q,"method":"GET"}]`, to, rel)
}

var (
	ppUnit    = `"purchase_units":[{"custom_id":"10-4471",` + money("amount", "49.00") + `}]`
	ppOrder   = `"id":"O1","intent":"CAPTURE","payer":{"email_address":"ada@example.com"},` + ppUnit
	ppCapture = `"id":"C1",` + money("amount", "49.00") + `,"supplementary_data":{"related_ids":{"order_id":"O1"}},` + link("up", "checkout/orders/O1")
	ppAuth    = `"id":"A1",` + money("amount", "49.00") + `,"supplementary_data":{"related_ids":{"order_id":"O1"}},` + link("up", "checkout/orders/O1")
	ppDispute = `"dispute_id":"PP-D-1","disputed_transactions":[{"seller_transaction_id":"C1"}]`

	ppCreated  = paypal(0, "CHECKOUT.ORDER.CREATED", ppOrder)
	ppApproved = paypal(1, "CHECKOUT.ORDER.APPROVED", ppOrder)
	ppPaid     = paypal(5, "PAYMENT.CAPTURE.COMPLETED", ppCapture)
)

// ppDone is an order's completion with what was made of it.
func ppDone(minutes int, intent, payments string) told {
	return paypal(minutes, "CHECKOUT.ORDER.COMPLETED", `"id":"O1","intent":"`+intent+`","purchase_units":[{"custom_id":"10-4471",`+
		money("amount", "49.00")+`,"payments":{`+payments+`}}]`)
}

func ppRefund(minutes int, typ, id, amount, total string) told {
	return paypal(minutes, typ, `"id":"`+id+`",`+money("amount", amount)+`,"seller_payable_breakdown":{`+money("total_refunded_amount", total)+`},`+
		link("up", "payments/captures/C1"))
}

var paypalPlays = []play{
	{sender: "paypal", name: "approved and captured", state: hook.StatePaid, events: []told{ppCreated, ppApproved, ppPaid,
		ppDone(5, "CAPTURE", `"captures":[{"id":"C1","status":"COMPLETED",`+money("amount", "49.00")+`}]`)}},
	{sender: "paypal", name: "bank debit", state: hook.StatePaid, events: []told{ppApproved, paypal(2, "PAYMENT.CAPTURE.PENDING", ppCapture),
		ppDone(2, "CAPTURE", `"captures":[{"id":"C1","status":"PENDING",`+money("amount", "49.00")+`}]`), paypal(2880, "PAYMENT.CAPTURE.COMPLETED", ppCapture)}},
	{sender: "paypal", name: "second card", state: hook.StatePaid, events: []told{ppApproved,
		paypal(2, "PAYMENT.CAPTURE.DENIED", `"id":"C0",`+money("amount", "49.00")+`,"supplementary_data":{"related_ids":{"order_id":"O1"}}`), ppPaid}},
	{sender: "paypal", name: "denied", state: hook.StateFailed, events: []told{ppApproved,
		ppDone(2, "CAPTURE", `"captures":[{"id":"C1","status":"DECLINED",`+money("amount", "49.00")+`}]`), paypal(2, "PAYMENT.CAPTURE.DENIED", ppCapture)}},
	{sender: "paypal", name: "authorised, captured a day later", state: hook.StatePaid, events: []told{ppApproved,
		ppDone(2, "AUTHORIZE", `"authorizations":[{"id":"A1","status":"CREATED"}]`), paypal(2, "PAYMENT.AUTHORIZATION.CREATED", ppAuth),
		paypal(1440, "PAYMENT.CAPTURE.COMPLETED", `"id":"C1",`+money("amount", "49.00")+`,`+link("up", "payments/authorizations/A1"))}},
	{sender: "paypal", name: "authorised", state: hook.StateAuthorized, events: []told{ppApproved, ppDone(2, "AUTHORIZE", `"authorizations":[{"id":"A1"}]`)}},
	{sender: "paypal", name: "void", state: hook.StateCanceled, events: []told{ppApproved, paypal(2, "PAYMENT.AUTHORIZATION.CREATED", ppAuth),
		paypal(60, "PAYMENT.AUTHORIZATION.VOIDED", ppAuth)}},
	{sender: "paypal", name: "approval taken back", state: hook.StateCanceled, events: []told{ppApproved,
		paypal(180, "CHECKOUT.PAYMENT-APPROVAL.REVERSED", `"order_id":"O1",`+ppUnit)}},
	{sender: "paypal", name: "paid after a void", state: hook.StatePaid, late: true, events: []told{ppCreated,
		paypal(3, "CHECKOUT.ORDER.VOIDED", ppOrder), ppPaid}},
	{sender: "paypal", name: "cancel race", state: hook.StatePaid, events: []told{ppApproved, ppPaid,
		paypal(5, "CHECKOUT.PAYMENT-APPROVAL.REVERSED", `"order_id":"O1",`+ppUnit)}},
	{sender: "paypal", name: "partial refund", state: hook.StatePartiallyRefunded, refunded: 900, events: []told{ppPaid,
		ppRefund(90, "PAYMENT.CAPTURE.REFUNDED", "R1", "9.00", "9.00"), ppRefund(90, "PAYMENT.REFUND.COMPLETED", "R1", "9.00", "9.00")}},
	{sender: "paypal", name: "full refund in two parts", state: hook.StateRefunded, refunded: 4900, events: []told{ppPaid,
		ppRefund(90, "PAYMENT.CAPTURE.REFUNDED", "R1", "9.00", "9.00"), ppRefund(95, "PAYMENT.CAPTURE.REFUNDED", "R2", "40.00", "49.00")}},
	{sender: "paypal", name: "refund fails later", state: hook.StatePaid, events: []told{ppPaid,
		ppRefund(90, "PAYMENT.CAPTURE.REFUNDED", "R1", "9.00", "9.00"), ppRefund(900, "PAYMENT.REFUND.FAILED", "R1", "9.00", "0.00")}},
	{sender: "paypal", name: "reversed", state: hook.StateRefunded, events: []told{ppPaid, paypal(900, "PAYMENT.CAPTURE.REVERSED",
		`"id":"R9",`+money("amount", "49.00")+`,`+link("up", "payments/captures/C1"))}},
	{sender: "paypal", name: "dispute lost", state: hook.StatePaid, dispute: hook.DisputeIsLost, events: []told{ppPaid,
		paypal(900, "CUSTOMER.DISPUTE.CREATED", ppDispute), paypal(901, "CUSTOMER.DISPUTE.UPDATED", ppDispute),
		paypal(9000, "CUSTOMER.DISPUTE.RESOLVED", ppDispute+`,"dispute_outcome":{"outcome_code":"RESOLVED_BUYER_FAVOUR"}`)}},
	{sender: "paypal", name: "dispute won", state: hook.StatePaid, dispute: hook.DisputeIsWon, events: []told{ppPaid,
		paypal(900, "CUSTOMER.DISPUTE.CREATED", ppDispute),
		paypal(9000, "CUSTOMER.DISPUTE.RESOLVED", ppDispute+`,"dispute_outcome":{"outcome_code":"RESOLVED_SELLER_FAVOUR"}`)}},
	{sender: "paypal", name: "sale in the first version of the API, refunded", state: hook.StatePartiallyRefunded, refunded: 900, events: []told{
		paypal(5, "PAYMENT.SALE.COMPLETED", `"id":"S1","parent_payment":"PAY-1","amount":{"total":"49.00","currency":"EUR"},"custom":"shared"`),
		paypal(90, "PAYMENT.SALE.REFUNDED", `"id":"R1","sale_id":"S1","amount":{"total":"-9.00","currency":"EUR"}`)}},
}
