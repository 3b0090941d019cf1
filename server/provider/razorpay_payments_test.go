package provider

import (
	"fmt"
	"testing"

	"hookbeam/server/hook"
)

// razorpayEvent is one of Razorpay's events with the objects of its payload. It has no id; the header names the event.
func razorpayEvent(minutes int, typ, objects string) paymentEvent {
	return paymentEvent{headers: map[string]string{"X-Razorpay-Event-Id": fmt.Sprint(typ, minutes)},
		body: fmt.Sprintf(`{"entity":"event","account_id":"acc_1","event":%q,"payload":{%s},"created_at":%d}`,
			typ, objects, unixAt(minutes))}
}

// razorpayTried is a payment of 49.00 for the order order_1.
func razorpayTried(id, more string) string { return razorpayTriedFor(id, 4900, more) }

func razorpayTriedFor(id string, amount int, more string) string {
	return fmt.Sprintf(`"payment":{"entity":{"id":%q,"amount":%d,"currency":"EUR","order_id":"order_1","notes":[],`+
		`"email":"ada@example.com","method":"card","created_at":1%s}}`, id, amount, more)
}

// razorpayOrdered is the order order_1 of which so much was paid.
func razorpayOrdered(paid int) string {
	return fmt.Sprintf(`,"order":{"entity":{"id":"order_1","amount":4900,"amount_paid":%d,"currency":"EUR",`+
		`"receipt":"10-4471","notes":{"order_id":"10-4471"}}}`, paid)
}

// razorpayLinked is an event about a payment link for order_1. Its created_at is when the link was made.
func razorpayLinked(minutes int, typ string, paid int, link, more string) paymentEvent {
	e := razorpayEvent(0, typ, fmt.Sprintf(`"payment_link":{"entity":{"id":"plink_1","amount":4900,"amount_paid":%d,`+
		`"currency":"EUR","reference_id":"10-4471","order_id":"order_1","created_at":%d,"updated_at":%d,%s}}%s`,
		paid, unixAt(0), unixAt(minutes), link, more))
	e.headers["X-Razorpay-Event-Id"] = fmt.Sprint(typ, minutes)
	return e
}

// razorpayBack is a refund of the payment pay_1, and the payment with the sum of its refunds.
func razorpayBack(minutes int, typ, id, status string, amount, total int) paymentEvent {
	return razorpayEvent(minutes, typ, razorpayTried("pay_1", fmt.Sprintf(`,"amount_refunded":%d`, total))+
		fmt.Sprintf(`,"refund":{"entity":{"id":%q,"amount":%d,"currency":"EUR","payment_id":"pay_1","status":%q}}`,
			id, amount, status))
}

const (
	razorpayRunning  = `"expired_at":0,"cancelled_at":0`
	razorpayDisputed = `,"dispute":{"entity":{"id":"disp_1","payment_id":"pay_1","amount":4900,"currency":"EUR"}}`
)

var (
	razorpayFailed     = razorpayEvent(1, "payment.failed", razorpayTried("pay_0", ""))
	razorpayAuthorized = razorpayEvent(5, "payment.authorized", razorpayTried("pay_1", `,"captured":false`))
	razorpayCaptured   = razorpayEvent(5, "payment.captured", razorpayTried("pay_1", `,"captured":true`))
	razorpayOrderPaid  = razorpayEvent(
		5,
		"order.paid",
		razorpayTried("pay_1", `,"captured":true`)+razorpayOrdered(4900),
	)

	razorpayIsPaid   = paymentWant{state: hook.StatePaid, amount: 4900, due: 4900}
	razorpayIsFailed = paymentWant{state: hook.StateFailed, amount: 4900, due: 4900, denied: true}
	razorpayIsHeld   = paymentWant{state: hook.StateAuthorized, amount: 4900, due: 4900}
)

// razorpayBoth are the links to pay_1 and its order if both show the same.
func razorpayBoth(want paymentWant) map[string]paymentWant {
	return map[string]paymentWant{"payment/pay_1": want, "razorpay-order/order_1": want}
}

// razorpayPayments are cases of orders.
var razorpayPayments = []paymentCase{
	{provider: "razorpay", name: "all in one second",
		events: []paymentEvent{razorpayAuthorized, razorpayCaptured, razorpayOrderPaid},
		want: map[string]paymentWant{"payment/pay_1": razorpayIsPaid, "razorpay-order/order_1": razorpayIsPaid,
			"order/10-4471": razorpayIsPaid}},
	{provider: "razorpay", name: "only the order is reported as paid", events: []paymentEvent{razorpayOrderPaid},
		want: map[string]paymentWant{"payment/pay_1": razorpayIsPaid, "order/10-4471": razorpayIsPaid}},
	{provider: "razorpay", name: "authorized, with a body that says captured", events: []paymentEvent{
		razorpayEvent(5, "payment.authorized", razorpayTried("pay_1", `,"captured":true`))},
		want: razorpayBoth(razorpayIsPaid)},
	{provider: "razorpay", name: "second card",
		events: []paymentEvent{razorpayFailed, razorpayAuthorized, razorpayCaptured, razorpayOrderPaid},
		want: map[string]paymentWant{"payment/pay_0": razorpayIsFailed, "payment/pay_1": razorpayIsPaid,
			"order/10-4471": razorpayIsPaid}},
	{provider: "razorpay", name: "declined", events: []paymentEvent{razorpayFailed},
		want: map[string]paymentWant{"payment/pay_0": razorpayIsFailed, "razorpay-order/order_1": razorpayIsFailed}},
	{provider: "razorpay", name: "late authorization", events: []paymentEvent{
		razorpayEvent(3, "payment.failed", razorpayTried("pay_1", "")),
		razorpayEvent(20, "payment.authorized", razorpayTried("pay_1", `,"captured":false`))},
		want: razorpayBoth(razorpayIsHeld)},
	{provider: "razorpay", name: "authorized, then reported as failed", events: []paymentEvent{razorpayAuthorized,
		razorpayEvent(6, "payment.failed", razorpayTried("pay_1", ""))}, want: razorpayBoth(razorpayIsHeld)},
	{provider: "razorpay", name: "a second attempt is authorized after the order was paid", events: []paymentEvent{
		razorpayEvent(1, "payment.failed", razorpayTried("pay_0", "")), razorpayCaptured, razorpayOrderPaid,
		razorpayEvent(60, "payment.authorized", razorpayTried("pay_0", `,"captured":false`))},
		want: map[string]paymentWant{"payment/pay_0": razorpayIsHeld, "payment/pay_1": razorpayIsPaid,
			"razorpay-order/order_1": razorpayIsPaid}},
	{
		provider: "razorpay",
		name:     "both attempts are captured",
		events: []paymentEvent{razorpayCaptured, razorpayOrderPaid,
			razorpayEvent(60, "payment.captured", razorpayTried("pay_2", `,"captured":true`))},
		want: map[string]paymentWant{"payment/pay_2": razorpayIsPaid, "order/10-4471": {state: hook.StatePaid,
			amount: 9800, due: 4900, review: []hook.Review{hook.ReviewPaidTwice}}},
	},
	{provider: "razorpay", name: "dispute lost", events: []paymentEvent{razorpayCaptured,
		razorpayEvent(
			900,
			"payment.dispute.created",
			razorpayTried("pay_1", `,"status":"authorized"`)+razorpayDisputed,
		),
		razorpayEvent(901, "payment.dispute.under_review", razorpayTried("pay_1", "")+razorpayDisputed),
		razorpayEvent(9000, "payment.dispute.lost", razorpayTried("pay_1", "")+razorpayDisputed),
		razorpayEvent(9001, "payment.dispute.closed", razorpayTried("pay_1", "")+razorpayDisputed)},
		want: razorpayBoth(paymentWant{state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost})},
	{provider: "razorpay", name: "dispute won", events: []paymentEvent{razorpayCaptured,
		razorpayEvent(900, "payment.dispute.created", razorpayTried("pay_1", "")+razorpayDisputed),
		razorpayEvent(9000, "payment.dispute.won", razorpayTried("pay_1", "")+razorpayDisputed),
		razorpayEvent(9001, "payment.dispute.closed", razorpayTried("pay_1", "")+razorpayDisputed)},
		want: razorpayBoth(paymentWant{state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsWon})},
	{provider: "razorpay", name: "payments of one subscription stay apart", events: []paymentEvent{
		razorpayEvent(
			0,
			"subscription.charged",
			`"subscription":{"entity":{"id":"sub_1","notes":{"order_id":"10-4471"}}},`+
				`"payment":{"entity":{"id":"pay_1","amount":4900,"currency":"EUR","order_id":"order_1",`+
				`"invoice_id":"inv_1","customer_id":"cust_1","email":"ada@example.com"}}`,
		),
		razorpayEvent(
			1,
			"subscription.charged",
			`"subscription":{"entity":{"id":"sub_1","notes":{"order_id":"10-4471"}}},`+
				`"payment":{"entity":{"id":"pay_2","amount":1900,"currency":"EUR","order_id":"order_2",`+
				`"invoice_id":"inv_2","customer_id":"cust_1","email":"ada@example.com"}}`,
		)},
		want: map[string]paymentWant{"invoice/inv_1": razorpayIsPaid,
			"razorpay-order/order_2": {state: hook.StatePaid, amount: 1900}, "order/10-4471": {currency: "-"}}},
	{provider: "razorpay", name: "two customers use one number", events: []paymentEvent{
		razorpayEvent(5, "payment.captured", `"payment":{"entity":{"id":"pay_1","amount":4900,"currency":"EUR",`+
			`"order_id":"order_1","notes":{"order_id":"7"},"contact":"+911"}}`),
		razorpayEvent(6, "payment.captured", `"payment":{"entity":{"id":"pay_2","amount":900,"currency":"EUR",`+
			`"order_id":"order_2","notes":{"order_id":"7"},"contact":"+912"}}`)},
		want: map[string]paymentWant{"payment/pay_1": razorpayIsPaid, "order/7": {state: hook.StateAmbiguous,
			currency: "-", review: []hook.Review{hook.ReviewReferenceShared}}}},
}

// razorpayNobody are cases of customers who gave no address: Razorpay fills in one of its own.
var razorpayNobody = []paymentCase{
	{provider: "razorpay", name: "two customers without an address use one number", events: []paymentEvent{
		razorpayEvent(5, "payment.captured", `"payment":{"entity":{"id":"pay_1","amount":4900,"currency":"EUR",`+
			`"order_id":"order_1","notes":{"order_id":"7"},"email":"void@razorpay.com","contact":"+911"}}`),
		razorpayEvent(6, "payment.captured", `"payment":{"entity":{"id":"pay_2","amount":900,"currency":"EUR",`+
			`"order_id":"order_2","notes":{"order_id":"7"},"email":"void@razorpay.com","contact":"+912"}}`)},
		want: map[string]paymentWant{"payment/pay_1": razorpayIsPaid, "order/7": {state: hook.StateAmbiguous,
			currency: "-", review: []hook.Review{hook.ReviewReferenceShared}}}},
}

// razorpayReturns are cases of refunds.
var razorpayReturns = []paymentCase{
	{provider: "razorpay", name: "partial refund", events: []paymentEvent{razorpayCaptured, razorpayOrderPaid,
		razorpayBack(90, "refund.created", "rfnd_1", "pending", 900, 900),
		razorpayBack(91, "refund.processed", "rfnd_1", "processed", 900, 900)},
		want: razorpayBoth(paymentWant{state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900})},
	{provider: "razorpay", name: "refund is pending", events: []paymentEvent{razorpayCaptured,
		razorpayBack(90, "refund.created", "rfnd_1", "pending", 900, 900)}, want: razorpayBoth(razorpayIsPaid)},
	{provider: "razorpay", name: "full refund in two parts", events: []paymentEvent{razorpayCaptured,
		razorpayBack(91, "refund.processed", "rfnd_1", "processed", 900, 900),
		razorpayBack(95, "refund.processed", "rfnd_2", "processed", 4000, 4900)},
		want: razorpayBoth(paymentWant{state: hook.StateRefunded, amount: 4900, refunded: 4900})},
	{provider: "razorpay", name: "refunds without a status go by the event's type", events: []paymentEvent{
		razorpayCaptured, razorpayBack(90, "refund.created", "rfnd_1", "", 900, 0),
		razorpayBack(91, "refund.processed", "rfnd_1", "", 900, 0),
		razorpayBack(92, "refund.created", "rfnd_2", "", 100, 0)},
		want: razorpayBoth(paymentWant{state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900})},
	{provider: "razorpay", name: "refund fails after days", events: []paymentEvent{razorpayCaptured,
		razorpayBack(91, "refund.processed", "rfnd_1", "processed", 900, 900),
		razorpayBack(9000, "refund.failed", "rfnd_1", "failed", 900, 900)}, want: razorpayBoth(razorpayIsPaid)},
	{provider: "razorpay", name: "the speed of a refund changes", events: []paymentEvent{razorpayCaptured,
		razorpayBack(90, "refund.created", "rfnd_1", "processed", 900, 900),
		razorpayBack(95, "refund.speed_changed", "rfnd_1", "processed", 900, 900)},
		want: razorpayBoth(paymentWant{state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900})},
	{provider: "razorpay", name: "a payment that was never captured is returned", events: []paymentEvent{
		razorpayAuthorized, razorpayBack(7000, "refund.processed", "rfnd_1", "processed", 4900, 4900)},
		want: razorpayBoth(paymentWant{state: hook.StateRefunded, amount: 4900, refunded: 4900})},
	{provider: "razorpay", name: "only a partial refund is known", events: []paymentEvent{
		razorpayBack(90, "refund.processed", "rfnd_1", "processed", 900, 900)},
		want: razorpayBoth(paymentWant{state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900})},
	{provider: "razorpay", name: "paid twice, the second one returned", events: []paymentEvent{razorpayOrderPaid,
		razorpayEvent(60, "payment.captured", razorpayTried("pay_2", "")),
		razorpayBack(90, "refund.processed", "rfnd_1", "processed", 4900, 4900)},
		want: map[string]paymentWant{"payment/pay_2": razorpayIsPaid, "order/10-4471": {state: hook.StatePaid,
			amount: 9800, due: 4900, refunded: 4900}}},
}

// razorpayLinks are cases of payment links and invoices.
var razorpayLinks = []paymentCase{
	{provider: "razorpay", name: "link paid", events: []paymentEvent{razorpayFailed, razorpayCaptured,
		razorpayLinked(5, "payment_link.paid", 4900, razorpayRunning,
			","+razorpayTried("pay_1", `,"captured":true`)+razorpayOrdered(4900))},
		want: map[string]paymentWant{"payment/pay_1": razorpayIsPaid, "payment-link/plink_1": razorpayIsPaid,
			"razorpay-order/order_1": razorpayIsPaid, "order/10-4471": razorpayIsPaid}},
	{provider: "razorpay", name: "link paid in part, without its payment", events: []paymentEvent{
		razorpayLinked(5, "payment_link.partially_paid", 2000, razorpayRunning, "")},
		want: map[string]paymentWant{
			"payment-link/plink_1": {state: hook.StatePartiallyPaid, amount: 2000, due: 4900},
			"order/10-4471":        {state: hook.StatePartiallyPaid, amount: 2000, due: 4900}}},
	{provider: "razorpay", name: "link paid in two parts", events: []paymentEvent{
		razorpayLinked(5, "payment_link.partially_paid", 2000, razorpayRunning,
			","+razorpayTriedFor("pay_1", 2000, "")+razorpayOrdered(2000)),
		razorpayEvent(5, "payment.captured", razorpayTriedFor("pay_1", 2000, "")),
		razorpayEvent(90, "payment.captured", razorpayTriedFor("pay_2", 2900, "")),
		razorpayLinked(90, "payment_link.paid", 4900, razorpayRunning,
			","+razorpayTriedFor("pay_2", 2900, "")+razorpayOrdered(4900))},
		want: map[string]paymentWant{"payment/pay_1": {state: hook.StatePaid, amount: 2000},
			"payment-link/plink_1": razorpayIsPaid, "order/10-4471": razorpayIsPaid}},
	{provider: "razorpay", name: "link paid in part expires", events: []paymentEvent{
		razorpayLinked(5, "payment_link.partially_paid", 2000, razorpayRunning,
			","+razorpayTriedFor("pay_1", 2000, "")+razorpayOrdered(2000)),
		razorpayLinked(5, "payment_link.expired", 2000, fmt.Sprintf(`"expired_at":%d`, unixAt(60)), "")},
		want: map[string]paymentWant{"payment/pay_1": {state: hook.StatePaid, amount: 2000},
			"payment-link/plink_1": {state: hook.StatePartiallyPaid, amount: 2000, due: 4900}}},
	{provider: "razorpay", name: "link expires", events: []paymentEvent{razorpayFailed,
		razorpayLinked(5, "payment_link.expired", 0, fmt.Sprintf(`"expired_at":%d`, unixAt(60)), "")},
		want: map[string]paymentWant{
			"payment/pay_0":        razorpayIsFailed,
			"payment-link/plink_1": {state: hook.StateExpired, amount: 4900, due: 4900, denied: true}}},
	{provider: "razorpay", name: "link is canceled", events: []paymentEvent{razorpayFailed,
		razorpayLinked(
			60,
			"payment_link.cancelled",
			0,
			fmt.Sprintf(`"expired_at":0,"cancelled_at":%d`, unixAt(60)),
			"",
		)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StateCanceled, amount: 4900, due: 4900, denied: true}}},
	// The link's end is not an end of the payment, so the payment is not late.
	{provider: "razorpay", name: "paid after the link's expiry", events: []paymentEvent{
		razorpayLinked(3, "payment_link.expired", 0, fmt.Sprintf(`"expired_at":%d`, unixAt(3)), ""), razorpayCaptured,
		razorpayOrderPaid},
		want: map[string]paymentWant{"payment/pay_1": razorpayIsPaid, "payment-link/plink_1": razorpayIsPaid}},
	{provider: "razorpay", name: "cancel race", events: []paymentEvent{razorpayCaptured,
		razorpayLinked(
			5,
			"payment_link.cancelled",
			0,
			fmt.Sprintf(`"expired_at":0,"cancelled_at":%d`, unixAt(5)),
			"",
		)},
		want: map[string]paymentWant{"payment/pay_1": razorpayIsPaid, "payment-link/plink_1": razorpayIsPaid}},
	{provider: "razorpay", name: "link is authorized when it expires", events: []paymentEvent{razorpayAuthorized,
		razorpayLinked(5, "payment_link.expired", 0, fmt.Sprintf(`"expired_at":%d`, unixAt(60)), "")},
		want: map[string]paymentWant{"payment-link/plink_1": razorpayIsHeld}},
	{provider: "razorpay", name: "invoice paid in part, then in full", events: []paymentEvent{
		razorpayEvent(5, "invoice.partially_paid", razorpayTriedFor("pay_1", 2000, `,"invoice_id":"inv_1"`)+
			`,"invoice":{"entity":{"id":"inv_1","order_id":"order_1","amount":4900,`+
			`"amount_paid":2000,"currency":"EUR"}}`),
		razorpayEvent(60, "invoice.paid", razorpayTriedFor("pay_2", 2900, `,"invoice_id":"inv_1"`)+
			`,"invoice":{"entity":{"id":"inv_1","order_id":"order_1","amount":4900,`+
			`"amount_paid":4900,"currency":"EUR"}}`)},
		want: map[string]paymentWant{"payment/pay_1": {state: hook.StatePaid, amount: 2000},
			"invoice/inv_1": razorpayIsPaid, "razorpay-order/order_1": razorpayIsPaid}},
	{provider: "razorpay", name: "invoice expires", events: []paymentEvent{razorpayEvent(60, "invoice.expired",
		`"invoice":{"entity":{"id":"inv_1","order_id":"order_1","amount":4900,"amount_paid":0,"currency":"EUR"}}`)},
		want: map[string]paymentWant{
			"invoice/inv_1": {state: hook.StateExpired, amount: 4900, due: 4900, denied: true}}},
}

// razorpayReported are reported cases.
var razorpayReported = []reportedCase{
	{folder: "razorpay-only-authorized-and-refund-created", provider: "razorpay", want: map[string]paymentWant{
		"order/W31": {state: hook.StateRefunded, amount: 50000, refunded: 50000, currency: "INR"}}},
	{folder: "razorpay-part-of-a-link", provider: "razorpay", want: map[string]paymentWant{
		"order/R1":             {state: hook.StatePartiallyPaid, amount: 30000, due: 100000, currency: "INR"},
		"payment-link/plink_1": {state: hook.StatePartiallyPaid, amount: 30000, due: 100000, currency: "INR"},
		"payment/pay_1":        {state: hook.StatePaid, amount: 30000, due: 30000, currency: "INR"}}},
}

func TestRazorpaysRefundsOfOneSecondAreTwoEvents(t *testing.T) {
	c := paymentCase{provider: "razorpay", events: []paymentEvent{
		razorpayBack(90, "refund.processed", "rfnd_1", "processed", 900, 900),
		razorpayBack(90, "refund.processed", "rfnd_2", "processed", 900, 1800),
	}}
	for i := range c.events {
		c.events[i].headers = nil // older deliveries name no event
	}
	all := c.statements(t)
	if first, second := all[0][0].Event, all[1][0].Event; first == second {
		t.Errorf("both are %q", first)
	}
}

func TestRazorpaySaysHowAPaymentIsPaid(t *testing.T) {
	for method, want := range map[string]hook.Method{
		"card": hook.MethodCard, "emi": hook.MethodCard, "upi": hook.MethodBank, "netbanking": hook.MethodBank,
		"wallet": hook.MethodWallet, "paylater": "", "": "",
	} {
		c := paymentCase{provider: "razorpay", events: []paymentEvent{razorpayEvent(1, "payment.failed",
			`"payment":{"entity":{"id":"pay_1","method":"`+method+`"}}`)}}
		if got := c.statements(t)[0][0].Method; got != want {
			t.Errorf("%s: %q, want %q", method, got, want)
		}
	}
}
