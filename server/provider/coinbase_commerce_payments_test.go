package provider

import (
	"fmt"
	"slices"
	"strings"

	"hookbeam/server/hook"
)

// coinbaseAt is an event about a charge, with all that the charge went through: "NEW PENDING UNRESOLVED:UNDERPAID".
func coinbaseAt(minutes int, typ, code, timeline string) paymentEvent {
	var steps []string
	for step := range strings.FieldsSeq(timeline) {
		status, context, _ := strings.Cut(step, ":")
		text := fmt.Sprintf(`{"status":%q,"time":%q`, status, isoAt(minutes))
		if context != "" {
			text += fmt.Sprintf(`,"context":%q`, context)
		}
		steps = append(steps, text+"}")
	}
	return paymentEvent{body: fmt.Sprintf(
		`{"id":"d%d","event":{"id":"%s-%s-%d","type":%q,"created_at":%q,"data":{"id":"c-%s","code":%q,`+
			`"metadata":{"order_id":"10-4471"},"pricing":{"local":{"amount":"49.00","currency":"EUR"},`+
			`"usdc":{"amount":"53.000000","currency":"USDC"}},"timeline":[%s]}}}`,
		minutes, typ, code, minutes, typ, isoAt(minutes), code, code, strings.Join(steps, ","),
	)}
}

var (
	coinbaseMade    = coinbaseAt(0, "charge:created", "AB12", "NEW")
	coinbasePending = coinbaseAt(3, "charge:pending", "AB12", "NEW PENDING")
	coinbasePaid    = coinbaseAt(5, "charge:confirmed", "AB12", "NEW PENDING COMPLETED")
	coinbaseRanOut  = coinbaseAt(60, "charge:failed", "AB12", "NEW EXPIRED")
	coinbaseDelayed = coinbaseAt(70, "charge:delayed", "AB12", "NEW EXPIRED PENDING UNRESOLVED:DELAYED")
)

// coinbaseLinks are the names of the charge AB12.
const coinbaseLinks = "payment/AB12 charge/c-AB12 order/10-4471"

func coinbaseCase(name string, want paymentWant, links string, events ...paymentEvent) paymentCase {
	c := paymentCase{provider: "coinbase-commerce", name: name, events: events, want: map[string]paymentWant{}}
	for link := range strings.FieldsSeq(links) {
		c.want[link] = want
	}
	return c
}

// coinbaseIs is a result in EUR.
func coinbaseIs(state hook.State, review ...hook.Review) paymentWant {
	return paymentWant{state: state, amount: 4900, review: review}
}

// coinbaseEnds is a charge for which nothing came.
func coinbaseEnds(state hook.State) paymentWant {
	return paymentWant{state: state, amount: 4900, denied: true}
}

var coinbaseCommon = []paymentCase{
	coinbaseCase("paid", coinbaseIs(hook.StatePaid), coinbaseLinks, coinbaseMade, coinbasePending, coinbasePaid),
	coinbaseCase("only the end is known", coinbaseIs(hook.StatePaid), coinbaseLinks, coinbasePaid),
	coinbaseCase("waits for a payment", coinbaseIs(hook.StatePending), coinbaseLinks, coinbaseMade),
	coinbaseCase(
		"waits for the chain",
		coinbaseIs(hook.StateProcessing),
		coinbaseLinks,
		coinbaseMade,
		coinbasePending,
	),
	coinbaseCase("expiry", coinbaseEnds(hook.StateExpired), coinbaseLinks, coinbaseMade, coinbaseRanOut),
	coinbaseCase("void", coinbaseEnds(hook.StateCanceled), coinbaseLinks, coinbaseMade,
		coinbaseAt(9, "charge:failed", "AB12", "NEW CANCELED")),
	coinbaseCase("coins were seen, and the charge expired", coinbaseIs(hook.StateExpired), "payment/AB12",
		coinbaseAt(60, "charge:failed", "AB12", "NEW PENDING EXPIRED")),
	coinbaseCase("failed", coinbaseEnds(hook.StateFailed), "payment/AB12", coinbaseMade,
		coinbaseAt(60, "charge:failed", "AB12", "NEW")),
	coinbaseCase("paid too little", coinbaseIs(hook.StateProcessing, hook.ReviewUnderpaid), coinbaseLinks,
		coinbaseMade, coinbasePending,
		coinbaseAt(60, "charge:failed", "AB12", "NEW PENDING UNRESOLVED:UNDERPAID")),
	coinbaseCase("paid too little, and accepted", coinbaseIs(hook.StatePaid, hook.ReviewUnderpaid), coinbaseLinks,
		coinbaseMade, coinbaseAt(60, "charge:failed", "AB12", "NEW PENDING UNRESOLVED:UNDERPAID"),
		coinbaseAt(99, "charge:resolved", "AB12", "NEW PENDING UNRESOLVED:UNDERPAID RESOLVED")),
	coinbaseCase("paid too much", coinbaseIs(hook.StatePaid, hook.ReviewOverpaid), coinbaseLinks, coinbaseMade,
		coinbasePending, coinbaseAt(60, "charge:failed", "AB12", "NEW PENDING UNRESOLVED:OVERPAID"),
		coinbaseAt(99, "charge:resolved", "AB12", "NEW PENDING UNRESOLVED:OVERPAID RESOLVED")),
	coinbaseCase("unresolved, and nobody says why", coinbaseIs(hook.StateProcessing), "payment/AB12", coinbaseMade,
		coinbaseAt(60, "charge:failed", "AB12", "NEW PENDING UNRESOLVED")),
	coinbaseCase("paid after expiry, and not yet settled", coinbaseIs(hook.StateProcessing), coinbaseLinks,
		coinbaseMade, coinbaseRanOut, coinbaseDelayed),
	coinbaseCase("paid after expiry", paymentWant{state: hook.StatePaid, amount: 4900, late: true}, coinbaseLinks,
		coinbaseMade, coinbaseRanOut, coinbaseDelayed,
		coinbaseAt(99, "charge:resolved", "AB12", "NEW EXPIRED PENDING UNRESOLVED:DELAYED RESOLVED")),
	coinbaseCase("only that it was resolved after expiry",
		paymentWant{state: hook.StatePaid, amount: 4900, late: true}, "payment/AB12",
		coinbaseAt(99, "charge:resolved", "AB12", "NEW EXPIRED PENDING UNRESOLVED:DELAYED RESOLVED")),
	coinbaseCase("confirmed and resolved are one capture", coinbaseIs(hook.StatePaid), "payment/AB12", coinbasePaid,
		coinbaseAt(99, "charge:resolved", "AB12", "NEW PENDING COMPLETED RESOLVED")),
	coinbaseCase(
		"second charge of the order",
		coinbaseIs(hook.StatePaid),
		"payment/AB12 order/10-4471",
		coinbaseAt(
			1,
			"charge:created",
			"XY89",
			"NEW",
		),
		coinbaseAt(2, "charge:failed", "XY89", "NEW PENDING UNRESOLVED"),
		coinbasePending,
		coinbasePaid,
	).andLink("payment/XY89", coinbaseIs(hook.StateProcessing)),
	coinbaseCase("both charges of the order are paid",
		paymentWant{state: hook.StatePaid, amount: 9800, due: 4900, review: []hook.Review{hook.ReviewPaidTwice}},
		"order/10-4471", coinbasePaid, coinbaseAt(8, "charge:confirmed", "XY89", "NEW PENDING COMPLETED")),
}

// coinbasePayments are all cases.
var coinbasePayments = slices.Concat(coinbaseCommon, coinbaseKinds)
