package provider

import (
	"fmt"
	"strings"

	"hookbeam/server/hook"
)

// coinbaseResolved is the event of a charge that a person accepted, with what came, in the charge's currency.
func coinbaseResolved(context string, received ...string) paymentEvent {
	e := coinbaseAt(99, "charge:resolved", "AB12", "NEW PENDING UNRESOLVED:"+context+" RESOLVED")
	var all []string
	for _, amount := range received {
		all = append(all, fmt.Sprintf(`{"status":"CONFIRMED","value":{"local":{"amount":%q,"currency":"EUR"},`+
			`"crypto":{"amount":"0.00100","currency":"ETH"}}}`, amount))
	}
	e.body = strings.Replace(e.body, `"metadata"`, `"payments":[`+strings.Join(all, ",")+
		`,{"status":"PENDING","value":{"local":{"amount":"1.00","currency":"EUR"}}}],"metadata"`, 1)
	return e
}

// coinbaseWith is an event in whose body texts were replaced.
func coinbaseWith(e paymentEvent, texts ...string) paymentEvent {
	e.body = strings.NewReplacer(texts...).Replace(e.body)
	return e
}

var coinbaseUnpriced = []string{
	`"pricing":{"local":{"amount":"49.00","currency":"EUR"},"usdc":{"amount":"53.000000","currency":"USDC"}},`,
	`"pricing_type":"no_price",`,
}

var coinbaseKinds = []paymentCase{
	coinbaseCase("too little came in two parts, and was accepted",
		paymentWant{state: hook.StatePaid, amount: 4000, review: []hook.Review{hook.ReviewUnderpaid}}, coinbaseLinks,
		coinbaseMade, coinbaseAt(60, "charge:failed", "AB12", "NEW PENDING UNRESOLVED:UNDERPAID"),
		coinbaseResolved("UNDERPAID", "30.00", "10.00")),
	coinbaseCase("too much came, and was accepted",
		paymentWant{state: hook.StatePaid, amount: 6000, review: []hook.Review{hook.ReviewOverpaid}}, coinbaseLinks,
		coinbaseMade, coinbaseResolved("OVERPAID", "60.00")),
	coinbaseCase("nothing but that coins came too late", coinbaseIs(hook.StateProcessing), coinbaseLinks,
		coinbaseDelayed),
	coinbaseCase("late coins are of the price", paymentWant{state: hook.StatePaid, amount: 4900, late: true},
		coinbaseLinks, coinbaseMade, coinbaseRanOut, coinbaseResolved("DELAYED", "48.97")),
	coinbaseCase("too little came, and another charge was paid",
		paymentWant{state: hook.StatePaid, amount: 4900, due: 4900, review: []hook.Review{hook.ReviewUnderpaid}},
		"order/10-4471", coinbaseAt(1, "charge:failed", "XY89", "NEW PENDING UNRESOLVED:UNDERPAID"), coinbasePaid),
	coinbaseCase("a failure that is told late", coinbaseIs(hook.StatePaid), coinbaseLinks, coinbasePaid,
		coinbaseAt(90, "charge:failed", "AB12", "NEW EXPIRED")),
	coinbaseCase("canceled, and another charge is paid", coinbaseIs(hook.StatePaid), "order/10-4471",
		coinbaseAt(9, "charge:failed", "XY89", "NEW CANCELED"), coinbasePaid).
		andLink("payment/XY89", coinbaseEnds(hook.StateCanceled)),
	coinbaseCase("a charge without a price", paymentWant{state: hook.StatePaid, currency: "-"}, "payment/AB12",
		coinbaseWith(coinbaseMade, coinbaseUnpriced...), coinbaseWith(coinbasePaid, coinbaseUnpriced...)),
	coinbaseCase("a currency without decimals", paymentWant{state: hook.StatePaid, amount: 4900, currency: "JPY"},
		coinbaseLinks, coinbaseWith(coinbasePaid, `"49.00","currency":"EUR"`, `"4900","currency":"JPY"`)),
	coinbaseCase("priced in coins", paymentWant{state: hook.StatePaid, currency: "-"}, coinbaseLinks,
		coinbaseWith(coinbasePaid, `"49.00","currency":"EUR"`, `"0.00123456","currency":"BTC"`)),
	coinbaseCase("an event of a kind that is not known", coinbaseIs(hook.StatePaid), coinbaseLinks, coinbasePaid,
		coinbaseAt(90, "charge:pondered", "AB12", "NEW")),
}
