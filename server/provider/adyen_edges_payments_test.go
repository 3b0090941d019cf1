package provider

import (
	"strings"

	"hookbeam/server/hook"
)

// adyenIn is an event in another currency.
func adyenIn(currency string, e paymentEvent) paymentEvent {
	return paymentEvent{body: strings.ReplaceAll(e.body, `"EUR"`, `"`+currency+`"`)}
}

// adyenEdges are cases of vouchers, chargebacks of a part and several attempts.
var adyenEdges = ofProvider("adyen", []paymentCase{
	{name: "a voucher is paid, which Adyen never captures separately", events: []paymentEvent{
		adyenAbout(0, "PENDING", "true", "P1", `,"paymentMethod":"boletobancario"`),
		adyenBy(2880, "P1", "boletobancario", 4900)}, want: adyenBoth(adyenIsPaid)},
	{name: "a voucher runs out", events: []paymentEvent{
		adyenAbout(0, "PENDING", "true", "P1", `,"paymentMethod":"oxxo"`),
		adyenAbout(4320, "OFFER_CLOSED", "true", "P1", `,"paymentMethod":"oxxo"`)},
		want: adyenBoth(adyenIsExpired)},
	{name: "a bank transfer comes", settings: map[string]string{"capture": "manual"}, events: []paymentEvent{
		adyenAbout(0, "PENDING", "true", "P1", `,"paymentMethod":"bankTransfer_IBAN"`),
		adyenBy(2880, "P1", "bankTransfer_IBAN", 4900)}, want: adyenBoth(adyenIsPaid)},
	{name: "a bank debit is returned after it was paid", settings: adyenAutomatically, events: []paymentEvent{
		adyenBy(5, "P1", "sepadirectdebit", 4900), adyenOn(9000, "CHARGEBACK", "true", "D1", 4900, "")},
		want: adyenBoth(paymentWant{state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost})},
	{name: "a chargeback of a part", settings: adyenAutomatically, events: []paymentEvent{adyenAuthorised,
		adyenOn(9000, "CHARGEBACK", "true", "D1", 900, "")},
		want: adyenBoth(paymentWant{state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost, kept: true})},
	{name: "refused at first, then authorised under the same number", settings: adyenAutomatically,
		events: []paymentEvent{adyenAbout(1, "AUTHORISATION", "false", "P1", ""), adyenAuthorised},
		want:   adyenBoth(adyenIsPaid)},
	{name: "authorised, then a stale refusal under the same number",
		events: []paymentEvent{adyenAuthorised, adyenAbout(9, "AUTHORISATION", "false", "P1", "")},
		want:   adyenBoth(adyenIsHeld)},
	{name: "paid twice, and one returned", settings: adyenAutomatically, events: []paymentEvent{adyenAuthorised,
		adyenBy(6, "P2", "visa", 4900), adyenOn(90, "REFUND", "true", "R1", 4900, "")},
		want: map[string]paymentWant{"payment/P1": {state: hook.StateRefunded, amount: 4900, refunded: 4900},
			"order/10-4471": {state: hook.StatePaid, amount: 9800, due: 4900, refunded: 4900}}},
	// The authorisation may still stand.
	{name: "a capture fails, and its authorisation was not reported", events: []paymentEvent{adyenTaken,
		adyenOn(900, "CAPTURE_FAILED", "true", "C1", 4900, "")},
		want: map[string]paymentWant{"payment/P1": {state: hook.StateFailed}}},
	{name: "paid twice", settings: adyenAutomatically, events: []paymentEvent{adyenAuthorised,
		adyenBy(6, "P2", "visa", 4900)},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 9800, due: 4900,
			review: []hook.Review{hook.ReviewPaidTwice}}}},
	{name: "a refund before its authorisation is known", settings: adyenAutomatically, events: []paymentEvent{
		adyenOn(90, "REFUND", "true", "R1", 900, ""), adyenAuthorised},
		want: adyenBoth(paymentWant{state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900})},
	{name: "a part is captured, and the rest runs out", events: []paymentEvent{adyenAuthorised,
		adyenOn(60, "CAPTURE", "true", "C1", 3000, ""), adyenAbout(40000, "EXPIRE", "true", "P1", "")},
		want: adyenBoth(paymentWant{state: hook.StatePaid, amount: 3000, due: 3000})},
	{name: "of two refunds one fails", settings: adyenAutomatically, events: []paymentEvent{adyenAuthorised,
		adyenOn(90, "REFUND", "true", "R1", 900, ""), adyenOn(91, "REFUND", "true", "R2", 1000, ""),
		adyenOn(9000, "REFUND_FAILED", "true", "R1", 900, "")},
		want: adyenBoth(paymentWant{state: hook.StatePartiallyRefunded, amount: 4900, refunded: 1000})},
	{name: "yen have no smaller unit", settings: adyenAutomatically, events: []paymentEvent{
		adyenIn("JPY", adyenAuthorised)},
		want: adyenBoth(paymentWant{state: hook.StatePaid, amount: 4900, currency: "JPY"})},
	{name: "dinars have three digits", settings: adyenAutomatically, events: []paymentEvent{
		adyenIn("BHD", adyenAuthorised), adyenIn("BHD", adyenOn(90, "REFUND", "true", "R1", 900, ""))},
		want: adyenBoth(
			paymentWant{state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900, currency: "BHD"},
		)},
	{name: "Chilean pesos are written with two digits", settings: adyenAutomatically, events: []paymentEvent{
		adyenIn("CLP", adyenAuthorised)},
		want: adyenBoth(paymentWant{state: hook.StatePaid, amount: 49, currency: "CLP"})},
	{name: "success is no text", settings: adyenAutomatically, events: []paymentEvent{
		{body: strings.ReplaceAll(adyenAuthorised.body, `"success":"true"`, `"success":true`)}},
		want: adyenBoth(adyenIsPaid)},
	{
		name:     "one number at two merchant accounts",
		settings: adyenAutomatically,
		events: []paymentEvent{adyenAuthorised,
			{body: strings.ReplaceAll(adyenBy(6, "P2", "visa", 800).body, `"Shop"`, `"Other"`)}},
		want: map[string]paymentWant{"payment/P1": adyenIsPaid, "order/10-4471": {state: hook.StateAmbiguous,
			currency: "-", review: []hook.Review{hook.ReviewReferenceShared}}},
	},
	{name: "nothing is said of an unknown kind", settings: adyenAutomatically, events: []paymentEvent{adyenAuthorised,
		adyenOn(
			90,
			"SOMETHING_NEW",
			"true",
			"X1",
			4900,
			"",
		), adyenOn(91, "NOTIFICATION_OF_FRAUD", "true", "X2", 4900, "")},
		want: adyenBoth(adyenIsPaid)},
})
