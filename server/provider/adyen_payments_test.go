package provider

import (
	"fmt"
	"testing"

	"hookbeam/server/hook"
)

// adyenNotice is one item of a notification. The payment of 49.00 is for the order 10-4471.
func adyenNotice(minutes int, code, success, psp, more string) string {
	return adyenNoticeOf(minutes, code, success, psp, "10-4471", 4900, more)
}

func adyenNoticeOf(minutes int, code, success, psp, reference string, sum int, more string) string {
	return fmt.Sprintf(`{"NotificationRequestItem":{"amount":{"currency":"EUR","value":%d},"eventCode":%q,`+
		`"eventDate":%q,"merchantAccountCode":"Shop","merchantReference":%q,"pspReference":%q,"success":%q%s}}`,
		sum, code, isoAt(minutes), reference, psp, success, more)
}

// adyenSent is a notification of some items.
func adyenSent(items string) paymentEvent {
	return paymentEvent{body: `{"live":"true","notificationItems":[` + items + `]}`}
}

// adyenAbout is about the payment of 49.00 with this pspReference.
func adyenAbout(minutes int, code, success, psp, more string) paymentEvent {
	return adyenSent(adyenNotice(minutes, code, success, psp, more))
}

// adyenOn is about a modification of the payment P1, to which the shop gave a reference of its own.
func adyenOn(minutes int, code, success, psp string, sum int, more string) paymentEvent {
	return adyenSent(adyenNoticeOf(minutes, code, success, psp, "change-7", sum, `,"originalReference":"P1"`+more))
}

// adyenBy is an authorization that was paid with a method.
func adyenBy(minutes int, psp, method string, sum int) paymentEvent {
	return adyenSent(adyenNoticeOf(minutes, "AUTHORISATION", "true", psp, "10-4471", sum,
		`,"paymentMethod":"`+method+`"`))
}

// adyenBoth are the links to P1 and its reference if both show the same.
func adyenBoth(want paymentWant) map[string]paymentWant {
	return map[string]paymentWant{"payment/P1": want, "order/10-4471": want}
}

var (
	adyenAutomatically = map[string]string{"capture": "automatic"}

	adyenRefused    = adyenAbout(1, "AUTHORISATION", "false", "P0", `,"paymentMethod":"visa"`)
	adyenAuthorised = adyenAbout(5, "AUTHORISATION", "true", "P1", "")
	adyenTaken      = adyenOn(60, "CAPTURE", "true", "C1", 4900, "")

	adyenIsPaid    = paymentWant{state: hook.StatePaid, amount: 4900, due: 4900}
	adyenIsHeld    = paymentWant{state: hook.StateAuthorized, amount: 4900, due: 4900}
	adyenIsRefused = paymentWant{state: hook.StateFailed, amount: 4900, due: 4900, denied: true}
	adyenIsVoid    = paymentWant{state: hook.StateCanceled, amount: 4900, due: 4900, denied: true}
	adyenIsExpired = paymentWant{state: hook.StateExpired, amount: 4900, due: 4900, denied: true}
)

// adyenPayments are cases of authorizations, captures and cancellations.
var adyenPayments = []paymentCase{
	{provider: "adyen", name: "captured at once", settings: adyenAutomatically,
		events: []paymentEvent{adyenAuthorised}, want: adyenBoth(adyenIsPaid)},
	{provider: "adyen", name: "second card, captured at once", settings: adyenAutomatically,
		events: []paymentEvent{adyenRefused, adyenAuthorised},
		want: map[string]paymentWant{"payment/P0": adyenIsRefused, "payment/P1": adyenIsPaid,
			"order/10-4471": adyenIsPaid}},
	{provider: "adyen", name: "captured at once, and the capture is reported as well", settings: adyenAutomatically,
		events: []paymentEvent{adyenAuthorised, adyenTaken}, want: adyenBoth(adyenIsPaid)},
	{provider: "adyen", name: "captured an hour later",
		events: []paymentEvent{adyenRefused, adyenAuthorised, adyenTaken},
		want:   map[string]paymentWant{"payment/P1": adyenIsPaid, "order/10-4471": adyenIsPaid}},
	{provider: "adyen", name: "bank debit", settings: adyenAutomatically,
		events: []paymentEvent{adyenAbout(0, "PENDING", "true", "P1", ""),
			adyenAbout(2880, "AUTHORISATION", "true", "P1", "")}, want: adyenBoth(adyenIsPaid)},
	{provider: "adyen", name: "a debit is on its way", events: []paymentEvent{
		adyenAbout(0, "PENDING", "true", "P1", "")},
		want: adyenBoth(paymentWant{state: hook.StateProcessing, amount: 4900})},
	{provider: "adyen", name: "authorised", events: []paymentEvent{adyenAuthorised}, want: adyenBoth(adyenIsHeld)},
	{
		provider: "adyen",
		name:     "authorised where the setting is misspelt",
		settings: map[string]string{"capture": "later"},
		events:   []paymentEvent{adyenAuthorised},
		want:     adyenBoth(adyenIsHeld),
	},
	{provider: "adyen", name: "a bank transfer is captured at once, whatever the setting",
		settings: map[string]string{"capture": "manual"}, events: []paymentEvent{adyenBy(5, "P1", "ideal", 4900)},
		want: adyenBoth(adyenIsPaid)},
	{provider: "adyen", name: "a payment method is stored", settings: adyenAutomatically,
		events: []paymentEvent{adyenBy(5, "P1", "visa", 0)},
		want:   adyenBoth(paymentWant{state: hook.StatePaid, nothingDue: hook.CauseSetup, currency: "-"})},
	{provider: "adyen", name: "refused", events: []paymentEvent{adyenRefused},
		want: map[string]paymentWant{"payment/P0": adyenIsRefused, "order/10-4471": adyenIsRefused}},
	{provider: "adyen", name: "a second attempt is refused after the first was authorised", events: []paymentEvent{
		adyenAuthorised, adyenAbout(9, "AUTHORISATION", "false", "P2", "")},
		want: map[string]paymentWant{"payment/P2": adyenIsRefused, "order/10-4471": adyenIsHeld}},
	{provider: "adyen", name: "authorised for more later", events: []paymentEvent{adyenAuthorised,
		adyenOn(60, "AUTHORISATION_ADJUSTMENT", "true", "J1", 6500, ""),
		adyenOn(90, "AUTHORISATION_ADJUSTMENT", "false", "J2", 9900, "")},
		want: adyenBoth(paymentWant{state: hook.StateAuthorized, amount: 6500, due: 6500})},
	{provider: "adyen", name: "two captures", events: []paymentEvent{adyenAuthorised,
		adyenOn(60, "CAPTURE", "true", "C1", 3000, ""), adyenOn(90, "CAPTURE", "true", "C2", 1900, "")},
		want: adyenBoth(adyenIsPaid)},
	{provider: "adyen", name: "a capture of a part", events: []paymentEvent{adyenAuthorised,
		adyenOn(60, "CAPTURE", "true", "C1", 3000, "")},
		want: adyenBoth(paymentWant{state: hook.StatePaid, amount: 3000, due: 3000})},
	{provider: "adyen", name: "one of two captures fails later", events: []paymentEvent{adyenAuthorised,
		adyenOn(60, "CAPTURE", "true", "C1", 3000, ""), adyenOn(90, "CAPTURE", "true", "C2", 1900, ""),
		adyenOn(900, "CAPTURE_FAILED", "true", "C1", 3000, "")},
		want: adyenBoth(paymentWant{state: hook.StatePaid, amount: 1900,
			review: []hook.Review{hook.ReviewCaptureFailed}})},
	// Nobody says whether the bank still reserves the amount, so nobody may say that nothing was charged.
	{provider: "adyen", name: "capture fails after success", events: []paymentEvent{adyenAuthorised, adyenTaken,
		adyenOn(900, "CAPTURE_FAILED", "true", "C1", 4900, "")},
		want: adyenBoth(paymentWant{state: hook.StateFailed, amount: 4900})},
	{provider: "adyen", name: "an automatic capture fails", settings: adyenAutomatically,
		events: []paymentEvent{adyenAuthorised, adyenOn(900, "CAPTURE_FAILED", "true", "C1", 4900, "")},
		want:   adyenBoth(paymentWant{state: hook.StateFailed})},
	{provider: "adyen", name: "capture fails, the next one does not", events: []paymentEvent{adyenAuthorised,
		adyenOn(50, "CAPTURE", "false", "C0", 4900, ""), adyenTaken}, want: adyenBoth(adyenIsPaid)},
	{provider: "adyen", name: "voided", events: []paymentEvent{adyenAuthorised,
		adyenOn(60, "CANCELLATION", "true", "V1", 4900, "")}, want: adyenBoth(adyenIsVoid)},
	{provider: "adyen", name: "voided by Adyen", events: []paymentEvent{adyenAuthorised,
		adyenOn(60, "TECHNICAL_CANCEL", "true", "V1", 4900, "")}, want: adyenBoth(adyenIsVoid)},
	{provider: "adyen", name: "voided before the automatic capture", settings: adyenAutomatically,
		events: []paymentEvent{adyenAuthorised, adyenOn(60, "CANCELLATION", "true", "V1", 0, "")},
		want:   adyenBoth(adyenIsVoid)},
	{provider: "adyen", name: "a void is refused", events: []paymentEvent{adyenAuthorised,
		adyenOn(60, "CANCELLATION", "false", "V1", 4900, "")}, want: adyenBoth(adyenIsHeld)},
	{provider: "adyen", name: "cancel race", events: []paymentEvent{adyenAuthorised, adyenTaken,
		adyenOn(60, "CANCELLATION", "true", "V1", 4900, "")},
		want: map[string]paymentWant{"payment/P1": adyenIsPaid}},
	{provider: "adyen", name: "expiry", events: []paymentEvent{adyenAuthorised,
		adyenAbout(40000, "EXPIRE", "true", "P1", "")}, want: adyenBoth(adyenIsExpired)},
	{provider: "adyen", name: "left at the bank's page", events: []paymentEvent{
		adyenAbout(0, "PENDING", "true", "P1", ""), adyenAbout(60, "OFFER_CLOSED", "true", "P1", "")},
		want: adyenBoth(adyenIsExpired)},
	{provider: "adyen", name: "another attempt is authorised, then the first offer closes", events: []paymentEvent{
		adyenAuthorised, adyenAbout(60, "OFFER_CLOSED", "true", "P0", "")},
		want: map[string]paymentWant{"payment/P0": adyenIsExpired, "order/10-4471": adyenIsHeld}},
	{provider: "adyen", name: "paid after expiry", settings: adyenAutomatically, events: []paymentEvent{
		adyenAbout(60, "OFFER_CLOSED", "true", "P1", ""), adyenAbout(70, "AUTHORISATION", "true", "P1", "")},
		want: adyenBoth(paymentWant{state: hook.StatePaid, amount: 4900, late: true})},
	{provider: "adyen", name: "two notifications in one request", events: []paymentEvent{
		adyenSent(adyenNotice(5, "AUTHORISATION", "true", "P1", "") + "," + adyenNoticeOf(5, "CAPTURE", "true", "C1",
			"change-7", 4900, `,"originalReference":"P1"`))}, want: adyenBoth(adyenIsPaid)},
	{provider: "adyen", name: "payments of one shopper stay apart", settings: adyenAutomatically,
		events: []paymentEvent{
			adyenAbout(0, "AUTHORISATION", "true", "P1", `,"additionalData":{"recurring.shopperReference":"ada"}`),
			adyenSent(adyenNoticeOf(1, "AUTHORISATION", "true", "P2", "10-4472", 1900,
				`,"additionalData":{"recurring.shopperReference":"ada"}`))},
		want: map[string]paymentWant{"order/10-4471": adyenIsPaid,
			"order/10-4472": {state: hook.StatePaid, amount: 1900}}},
	{provider: "adyen", name: "two shoppers use one number", events: []paymentEvent{
		adyenAbout(0, "AUTHORISATION", "true", "P1", `,"additionalData":{"recurring.shopperReference":"ada"}`),
		adyenAbout(1, "AUTHORISATION", "true", "P2", `,"additionalData":{"shopperReference":"bob"}`)},
		want: map[string]paymentWant{"payment/P1": adyenIsHeld, "order/10-4471": {state: hook.StateAmbiguous,
			currency: "-", review: []hook.Review{hook.ReviewReferenceShared}}}},
}

// adyenReturns are cases of refunds and disputes.
var adyenReturns = []paymentCase{
	{provider: "adyen", name: "partial refund", events: []paymentEvent{adyenAuthorised, adyenTaken,
		adyenOn(90, "REFUND", "true", "R1", 900, "")},
		want: adyenBoth(paymentWant{state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900})},
	{provider: "adyen", name: "full refund in two parts", events: []paymentEvent{adyenAuthorised, adyenTaken,
		adyenOn(90, "REFUND", "true", "R1", 900, ""), adyenOn(90, "REFUND", "true", "R2", 4000, "")},
		want: adyenBoth(paymentWant{state: hook.StateRefunded, amount: 4900, refunded: 4900})},
	{provider: "adyen", name: "refund fails after days", events: []paymentEvent{adyenAuthorised, adyenTaken,
		adyenOn(90, "REFUND", "true", "R1", 900, ""), adyenOn(9000, "REFUND_FAILED", "true", "R1", 900, "")},
		want: adyenBoth(adyenIsPaid)},
	{provider: "adyen", name: "refund comes back", events: []paymentEvent{adyenAuthorised, adyenTaken,
		adyenOn(90, "REFUND", "true", "R1", 900, ""), adyenOn(9000, "REFUNDED_REVERSED", "true", "R1", 900, "")},
		want: adyenBoth(adyenIsPaid)},
	{provider: "adyen", name: "refund refused", events: []paymentEvent{adyenAuthorised, adyenTaken,
		adyenOn(90, "REFUND", "false", "R1", 900, "")}, want: adyenBoth(adyenIsPaid)},
	{provider: "adyen", name: "refund refused because nothing was captured", events: []paymentEvent{adyenAuthorised,
		adyenOn(90, "REFUND", "false", "R1", 4900, `,"reason":"Transaction hasn't been captured"`)},
		want: adyenBoth(adyenIsHeld)},
	{provider: "adyen", name: "only a failed refund is known", events: []paymentEvent{
		adyenOn(90, "REFUND_FAILED", "true", "R1", 900, "")},
		want: map[string]paymentWant{"payment/P1": {state: hook.StatePaid, amount: 900}}},
	{provider: "adyen", name: "cancel or refund, as a cancellation", events: []paymentEvent{adyenAuthorised,
		adyenOn(60, "CANCEL_OR_REFUND", "true", "V1", 4900, `,"additionalData":{"modification.action":"cancel"}`)},
		want: adyenBoth(adyenIsVoid)},
	{provider: "adyen", name: "cancel or refund, as a refund", events: []paymentEvent{adyenAuthorised, adyenTaken,
		adyenOn(90, "CANCEL_OR_REFUND", "true", "V1", 4900, `,"additionalData":{"modification.action":"refund"}`)},
		want: adyenBoth(paymentWant{state: hook.StateRefunded, amount: 4900, refunded: 4900})},
	{provider: "adyen", name: "cancel or refund of a captured payment, and nobody says which",
		events: []paymentEvent{adyenAuthorised, adyenTaken, adyenOn(90, "CANCEL_OR_REFUND", "true", "V1", 4900, "")},
		want:   adyenBoth(paymentWant{state: hook.StateRefunded, amount: 4900, refunded: 4900})},
	// That the authorization was released is no more than likely.
	{provider: "adyen", name: "cancel or refund of an authorised payment, and nobody says which",
		events: []paymentEvent{adyenAuthorised, adyenOn(90, "CANCEL_OR_REFUND", "true", "V1", 4900, "")},
		want:   adyenBoth(paymentWant{state: hook.StateCanceled, amount: 4900})},
	{provider: "adyen", name: "cancel or refund is refused", events: []paymentEvent{adyenAuthorised, adyenTaken,
		adyenOn(90, "CANCEL_OR_REFUND", "false", "V1", 4900, `,"additionalData":{"modification.action":"refund"}`)},
		want: adyenBoth(adyenIsPaid)},
	{provider: "adyen", name: "dispute lost", events: []paymentEvent{adyenTaken,
		adyenOn(900, "REQUEST_FOR_INFORMATION", "true", "D1", 4900, ""),
		adyenOn(901, "NOTIFICATION_OF_CHARGEBACK", "true", "D1", 4900, ""),
		adyenOn(9000, "CHARGEBACK", "true", "D1", 4900, "")},
		want: map[string]paymentWant{
			"payment/P1": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost}}},
	{provider: "adyen", name: "chargeback reversed", events: []paymentEvent{adyenAuthorised, adyenTaken,
		adyenOn(
			900,
			"CHARGEBACK",
			"true",
			"D1",
			4900,
			"",
		), adyenOn(9000, "CHARGEBACK_REVERSED", "true", "D1", 4900, "")},
		want: map[string]paymentWant{
			"payment/P1": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsWon}}},
	{provider: "adyen", name: "second chargeback", events: []paymentEvent{adyenAuthorised, adyenTaken,
		adyenOn(
			900,
			"CHARGEBACK",
			"true",
			"D1",
			4900,
			"",
		), adyenOn(9000, "CHARGEBACK_REVERSED", "true", "D1", 4900, ""),
		adyenOn(20000, "SECOND_CHARGEBACK", "true", "D2", 4900, "")},
		want: map[string]paymentWant{
			"payment/P1": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost}}},
}

var (
	adyenOpened   = adyenAbout(0, "ORDER_OPENED", "true", "O1", "")
	adyenGiftCard = adyenBy(2, "G1", "givex", 2000)
	adyenUnpaid   = adyenAbout(90, "ORDER_CLOSED", "false", "O1", "")
)

// adyenOrderIs is what the links to the order show: by its reference, and by Adyen's own id.
func adyenOrderIs(want paymentWant) map[string]paymentWant {
	return map[string]paymentWant{"order/10-4471": want, "adyen-order/O1": want}
}

// adyenOrders are cases of orders that several payments pay.
var adyenOrders = []paymentCase{
	{provider: "adyen", name: "gift card and card", settings: adyenAutomatically, events: []paymentEvent{adyenOpened,
		adyenGiftCard, adyenBy(5, "P1", "visa", 2900), adyenAbout(6, "ORDER_CLOSED", "true", "O1", "")},
		want: map[string]paymentWant{
			"order/10-4471": adyenIsPaid,
			"payment/G1":    {state: hook.StatePaid, amount: 2000},
		}},
	{provider: "adyen", name: "gift card, and the card is only authorised", events: []paymentEvent{adyenOpened,
		adyenGiftCard, adyenSent(adyenNoticeOf(3, "CAPTURE", "true", "C0", "x", 2000, `,"originalReference":"G1"`)),
		adyenBy(5, "P1", "visa", 2900)},
		want: adyenOrderIs(paymentWant{state: hook.StatePartiallyPaid, amount: 2000, due: 4900})},
	{provider: "adyen", name: "the card is refused", settings: adyenAutomatically, events: []paymentEvent{adyenOpened,
		adyenGiftCard, adyenSent(adyenNoticeOf(5, "AUTHORISATION", "false", "P1", "10-4471", 2900, ""))},
		want: adyenOrderIs(paymentWant{state: hook.StatePartiallyPaid, amount: 2000, due: 4900})},
	{provider: "adyen", name: "the order closes unpaid", settings: adyenAutomatically,
		events: []paymentEvent{adyenOpened, adyenGiftCard, adyenUnpaid},
		want:   adyenOrderIs(paymentWant{state: hook.StateCanceled, amount: 2000, due: 4900, refunded: 2000})},
	{provider: "adyen", name: "the order closes unpaid, and the gift card's payment is cancelled",
		settings: adyenAutomatically, events: []paymentEvent{adyenOpened, adyenGiftCard, adyenUnpaid,
			adyenSent(adyenNoticeOf(91, "CANCELLATION", "true", "V1", "x", 2000, `,"originalReference":"G1"`))},
		want: map[string]paymentWant{"order/10-4471": adyenIsVoid}},
	{provider: "adyen", name: "a second order after the first closed", settings: adyenAutomatically,
		events: []paymentEvent{
			adyenOpened,
			adyenGiftCard,
			adyenUnpaid,
			adyenAbout(100, "ORDER_OPENED", "true", "O2", ""),
			adyenBy(110, "P1", "visa", 4900),
		},
		want: map[string]paymentWant{"payment/P1": adyenIsPaid,
			"order/10-4471": {state: hook.StatePaid, amount: 6900, due: 4900, refunded: 2000}}},
	{provider: "adyen", name: "an order is not opened", events: []paymentEvent{
		adyenAbout(0, "ORDER_OPENED", "false", "O1", ""), adyenAuthorised}, want: adyenOrderIs(adyenIsHeld)},
}

// adyenReported are reported cases.
var adyenReported = []reportedCase{
	{
		folder:   "adyen-order-closed-unpaid",
		provider: "adyen",
		settings: adyenAutomatically,
		want: map[string]paymentWant{
			"order/A6": {state: hook.StateCanceled, amount: 2000, due: 5000, refunded: 2000}},
	},
	{folder: "adyen-recaptured-same-reference", provider: "adyen", want: map[string]paymentWant{
		"order/A8": {
			state:  hook.StatePaid,
			amount: 5000,
			due:    5000,
		}, "payment/P": {state: hook.StatePaid, amount: 5000}}},
}

func TestAdyensRepeatedCaptureIsAnotherEvent(t *testing.T) {
	again := adyenOn(180, "CAPTURE", "true", "C1", 4900, "")
	c := paymentCase{provider: "adyen", events: []paymentEvent{adyenTaken,
		adyenOn(90, "CAPTURE_FAILED", "true", "C1", 4900, ""), again, again}}
	all := c.statements(t)
	event := func(i int) string { return all[i][0].Event }
	if event(0) == event(1) || event(0) == event(2) || event(1) == event(2) {
		t.Errorf("a capture, its failure and its repeat share an id: %v", all)
	}
	if event(2) != event(3) {
		t.Errorf("a redelivery is %q and then %q", event(2), event(3))
	}
}

func TestAdyensOrderIsFoundByItsOwnID(t *testing.T) {
	c := paymentCase{provider: "adyen", events: []paymentEvent{adyenOpened}}
	s := c.statements(t)[0][0]
	if s.Level != hook.LevelReference || len(s.References) != 2 || s.References[1] != "adyen-order/O1" ||
		s.Due != 4900 || s.Account != "Shop" {
		t.Errorf("%+v", s)
	}
}

func TestAdyenSaysHowAPaymentIsPaid(t *testing.T) {
	for method, want := range map[string]hook.Method{
		"visa": hook.MethodCard, "ideal": hook.MethodBank, "sepadirectdebit": hook.MethodBank,
		"boletobancario": hook.MethodVoucher, "paypal": hook.MethodWallet, "givex": "", "": "",
	} {
		c := paymentCase{provider: "adyen", settings: adyenAutomatically,
			events: []paymentEvent{adyenBy(0, "P1", method, 4900)}}
		if s := c.statements(t)[0][0]; s.Method != want || !s.Inferred {
			t.Errorf("%s: %+v", method, s.Evidence)
		}
	}
}
