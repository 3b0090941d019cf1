package provider

import (
	"fmt"
	"strings"

	"hookbeam/server/hook"
)

// razorpayOffered is an order of 49.00 of which an offer pays a part.
func razorpayOffered(paid int) string {
	return fmt.Sprintf(`,"order":{"entity":{"id":"order_1","amount":4900,"amount_paid":%d,"amount_due":0,`+
		`"currency":"EUR","receipt":"10-4471","status":"paid","offer_id":"offer_1","notes":[]}}`, paid)
}

// razorpayContact is a payment for an order of the number 7, by a payer with a telephone number.
func razorpayContact(minutes int, typ, id, order, contact string) paymentEvent {
	return razorpayEvent(minutes, typ, fmt.Sprintf(`"payment":{"entity":{"id":%q,"amount":4900,"currency":"EUR",`+
		`"order_id":%q,"notes":{"order_id":"7"},"email":"void@razorpay.com","contact":%q}}`, id, order, contact))
}

// razorpayVirtual is a virtual account.
const razorpayVirtual = `"virtual_account":{"entity":{"id":"va_1"}}`

// razorpayEdges are cases of offers, of money without an order, and of customers' numbers.
var razorpayEdges = ofProvider("razorpay", []paymentCase{
	{name: "an offer pays a part of the order", events: []paymentEvent{
		razorpayEvent(5, "payment.captured", razorpayTriedFor("pay_1", 4400, "")),
		razorpayEvent(5, "order.paid", razorpayTriedFor("pay_1", 4400, "")+razorpayOffered(4400))},
		want: map[string]paymentWant{"payment/pay_1": {state: hook.StatePaid, amount: 4400},
			"order/10-4471": {state: hook.StatePaid, amount: 4400, due: 4400}}},
	{name: "a mandate is registered with a payment of nothing", events: []paymentEvent{
		razorpayEvent(5, "payment.authorized", razorpayTriedFor("pay_1", 0, `,"captured":false`)),
		razorpayEvent(5, "payment.captured", razorpayTriedFor("pay_1", 0, `,"captured":true`)),
		razorpayEvent(5, "order.paid", razorpayTriedFor("pay_1", 0, "")+`,"order":{"entity":{"id":"order_1",`+
			`"amount":0,"amount_paid":0,"currency":"EUR","receipt":"10-4471","status":"paid"}}`)},
		want: map[string]paymentWant{
			"payment/pay_1": {state: hook.StatePaid, currency: "-", nothingDue: hook.CauseSetup},
			"order/10-4471": {state: hook.StatePaid, currency: "-", nothingDue: hook.CauseSetup}}},
	{name: "the payer will pay on delivery", events: []paymentEvent{
		razorpayEvent(5, "payment.pending", razorpayTried("pay_1", `,"method":"cod"`))},
		want: razorpayBoth(paymentWant{state: hook.StatePending, amount: 4900})},
	{name: "money comes by a QR code", events: []paymentEvent{razorpayEvent(5, "qr_code.credited",
		`"payment":{"entity":{"id":"pay_1","amount":4900,"currency":"EUR","status":"captured","method":"upi",`+
			`"notes":{"order_id":"7"}}},"qr_code":{"entity":{"id":"qr_1","payment_amount":4900}}`)},
		want: map[string]paymentWant{"payment/pay_1": razorpayIsPaid, "order/7": razorpayIsPaid}},
	{name: "too little comes to a virtual account, twice", events: []paymentEvent{
		razorpayEvent(5, "virtual_account.credited", `"payment":{"entity":{"id":"pay_1","amount":2000,`+
			`"currency":"EUR","status":"captured","method":"bank_transfer"}},`+razorpayVirtual),
		razorpayEvent(9, "virtual_account.credited", `"payment":{"entity":{"id":"pay_2","amount":900,`+
			`"currency":"EUR","status":"captured","method":"bank_transfer"}},`+razorpayVirtual)},
		want: map[string]paymentWant{"payment/pay_1": {state: hook.StatePaid, amount: 2000},
			"payment/pay_2": {state: hook.StatePaid, amount: 900}}},
	{name: "one customer whose telephone number is written in two ways", events: []paymentEvent{
		razorpayContact(1, "payment.failed", "pay_0", "order_0", "09812345678"),
		razorpayContact(5, "payment.captured", "pay_1", "order_1", "+91 98123 45678")},
		want: map[string]paymentWant{"order/7": razorpayIsPaid}},
	{name: "a dispute about a part is lost", events: []paymentEvent{razorpayCaptured,
		razorpayEvent(9000, "payment.dispute.lost", razorpayTried("pay_1", "")+
			`,"dispute":{"entity":{"id":"disp_1","payment_id":"pay_1","amount":900,"currency":"EUR"}}`),
		razorpayEvent(9001, "payment.dispute.closed", razorpayTried("pay_1", "")+
			`,"dispute":{"entity":{"id":"disp_1","payment_id":"pay_1","amount":900,"currency":"EUR"}}`)},
		want: razorpayBoth(
			paymentWant{state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost, kept: true},
		)},
	{name: "UPI fails at first and works late", events: []paymentEvent{
		razorpayEvent(1, "payment.failed", razorpayTried("pay_1", `,"status":"failed"`)),
		razorpayEvent(30, "payment.authorized", razorpayTried("pay_1", `,"captured":true`)),
		razorpayEvent(30, "payment.captured", razorpayTried("pay_1", `,"captured":true`))},
		want: razorpayBoth(razorpayIsPaid)},
	{name: "a stale decline after the payment", events: []paymentEvent{razorpayOrderPaid,
		razorpayEvent(60, "payment.failed", razorpayTried("pay_2", ""))},
		want: map[string]paymentWant{"order/10-4471": razorpayIsPaid, "payment/pay_2": razorpayIsFailed}},
	{name: "a link expires after it was paid", events: []paymentEvent{
		razorpayLinked(5, "payment_link.paid", 4900, razorpayRunning,
			","+razorpayTried("pay_1", `,"captured":true`)+razorpayOrdered(4900)),
		razorpayLinked(60, "payment_link.expired", 0, fmt.Sprintf(`"expired_at":%d`, unixAt(60)), "")},
		want: map[string]paymentWant{"payment-link/plink_1": razorpayIsPaid, "order/10-4471": razorpayIsPaid}},
	{name: "an invoice is paid in two parts", events: []paymentEvent{
		razorpayEvent(5, "invoice.partially_paid", razorpayTriedFor("pay_1", 2000, `,"invoice_id":"inv_1"`)+
			`,"invoice":{"entity":{"id":"inv_1","receipt":"10-4471","order_id":"order_1","amount":4900,`+
			`"amount_paid":2000,"currency":"EUR"}}`),
		razorpayEvent(9, "invoice.paid", razorpayTriedFor("pay_2", 2900, `,"invoice_id":"inv_1"`)+
			`,"invoice":{"entity":{"id":"inv_1","receipt":"10-4471","order_id":"order_1","amount":4900,`+
			`"amount_paid":4900,"currency":"EUR"}}`)},
		want: map[string]paymentWant{"invoice/inv_1": razorpayIsPaid, "order/10-4471": razorpayIsPaid}},
	{name: "a refund before its payment is known", events: []paymentEvent{
		razorpayBack(90, "refund.processed", "rfnd_1", "processed", 900, 900), razorpayOrderPaid},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{name: "one receipt at two accounts", events: []paymentEvent{razorpayOrderPaid,
		{headers: map[string]string{"X-Razorpay-Event-Id": "other"}, body: strings.NewReplacer("acc_1", "acc_2",
			"pay_1", "pay_9", "order_1", "order_9").Replace(razorpayOrderPaid.body)}},
		want: map[string]paymentWant{"payment/pay_1": razorpayIsPaid, "order/10-4471": {state: hook.StateAmbiguous,
			currency: "-", review: []hook.Review{hook.ReviewReferenceShared}}}},
	{name: "dinars have three digits", events: []paymentEvent{{headers: razorpayCaptured.headers,
		body: strings.ReplaceAll(razorpayCaptured.body, `"EUR"`, `"KWD"`)}},
		want: razorpayBoth(paymentWant{state: hook.StatePaid, amount: 4900, due: 4900, currency: "KWD"})},
	{name: "nothing is said of an unknown kind", events: []paymentEvent{razorpayCaptured,
		razorpayEvent(9, "payment.downtime.started", `"payment.downtime":{"entity":{"id":"down_1"}}`),
		razorpayEvent(9, "payment.something", razorpayTried("pay_1", `,"status":"failed"`))},
		want: razorpayBoth(razorpayIsPaid)},
})
