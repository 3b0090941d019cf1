package web

import (
	"net/http"
	"slices"
	"strings"
	"unicode"

	"hookbeam/server/hook"
)

// The texts of status pages in each language: the sentences that messageOf chooses, and everything else that a page
// says. To add a language, copy english into a file of its own, translate it, and add it to languages; the tests demand
// that it is complete, and that no text is still English. status_money.go decides how amounts look.

// translation has all texts of status pages in one language. A name in braces is a placeholder: for those of phrases
// see there, for the others fill.
type translation struct {
	phrases map[phrase]string

	// steps name the states of payments and orders in the row of steps: one or two words. The page's script gets them.
	steps map[hook.State]string

	// part is the amount of a payment that was paid in part: {amount} came, {due} is to be paid in total. paid,
	// refunded and remaining label the sums below it. What remains may be due, reserved or on its way.
	part, paid, refunded, remaining string

	order string // the reference of a payment: {n} is the number of the order
	back  string // the link to the shop: {name} is the shop's name
	home  string // the same for a shop without a name
	test  string // the note on a test payment

	// refreshes and refresh are shown without JavaScript: that the page reloads itself, and a link to do so now.
	refreshes, refresh string

	// usually says how long it takes: half of all payments within {half}, nine in ten within {most}. slow replaces it
	// once this payment has taken longer than {most}.
	usually, slow string

	// seconds, minutes, hours and days are durations of {n} units. n is never 1.
	seconds, minutes, hours, days string

	// live, polling and offline say how the page gets updates: at once, every few seconds, or not at the moment.
	live, polling, offline string

	// goneTitle and goneText are the page of an invalid link.
	goneTitle, goneText string
}

// languages has the translations by their code (ISO 639-1).
var languages = map[string]translation{"en": english, "de": german, "fr": french, "es": spanish, "hi": hindi}

// defaultLanguage is used for readers who prefer none of languages.
const defaultLanguage = "en"

// language returns the code of the language for a request: the one in the query parameter lang, or else the first in
// Accept-Language that exists.
func language(r *http.Request) string {
	return preferred(r.URL.Query().Get("lang") + "," + r.Header.Get("Accept-Language"))
}

// preferred returns the first language of a list that exists. The list has the form of Accept-Language. Its weights
// (RFC 9110 §12.5.4) are not compared, because browsers list languages in the order of preference. Regions are ignored:
// de-AT is de.
func preferred(list string) string {
	for wanted := range strings.SplitSeq(list, ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(wanted), ";")
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if languages[primary].phrases != nil {
			return primary
		}
	}
	return defaultLanguage
}

// stateName returns the text for a state that has no translation, made of its name: "in_transit" is "In transit".
func stateName(s hook.State) string {
	name := []rune(strings.ReplaceAll(string(s), "_", " "))
	if len(name) > 0 {
		name[0] = unicode.ToUpper(name[0])
	}
	return string(name)
}

// fill replaces placeholders in a text. pairs are a name and its value, alternately: fill("Order {n}", "n", "7").
func fill(form string, pairs ...string) string {
	for pair := range slices.Chunk(pairs, 2) {
		form = strings.ReplaceAll(form, "{"+pair[0]+"}", pair[1])
	}
	return form
}

// english is the source of the other translations. It addresses the payer as "you", and the others use the polite form.
var english = translation{
	steps: map[hook.State]string{
		hook.StateWaiting:            "Waiting",
		hook.StatePending:            "Started",
		hook.StateActionRequired:     "Your turn",
		hook.StateProcessing:         "Processing",
		hook.StateAuthorized:         "Reserved",
		hook.StatePaid:               "Paid",
		hook.StatePartiallyPaid:      "Partly paid",
		hook.StatePartiallyRefunded:  "Partly refunded",
		hook.StateRefunded:           "Refunded",
		hook.StateFailed:             "Failed",
		hook.StateCanceled:           "Cancelled",
		hook.StateExpired:            "Expired",
		hook.StateUnfulfilled:        "Not sent",
		hook.StatePartiallyFulfilled: "Partly sent",
		hook.StateFulfilled:          "Sent",
		hook.StateReturned:           "Returned",
		hook.StateAmbiguous:          "Unclear",
	},

	phrases: map[phrase]string{
		titleWaiting:        "Waiting for your payment",
		titleDetails:        "Waiting for details of the payment",
		titleAmbiguous:      "We cannot tell which payment is yours",
		titleStarted:        "Payment started",
		titleApproved:       "You approved the payment",
		titleConfirm:        "Please confirm the payment",
		titleVoucher:        "Waiting for your voucher payment",
		titleCoins:          "Waiting for your crypto payment",
		titleProcessing:     "Your payment is being processed",
		titleBank:           "We are waiting for your bank",
		titleCoinsSeen:      "Your crypto payment is on its way",
		titleArrived:        "Your crypto payment has arrived",
		titleReserved:       "The amount is reserved",
		titlePaid:           "Payment received",
		titleNothingDue:     "Nothing to pay",
		titlePartlyPaid:     "Part of your order is paid",
		titlePartCollected:  "Part of the amount was collected",
		titlePartlyRefunded: "Part of your payment was refunded",
		titleRefunded:       "Your payment was refunded",
		titleReturned:       "Your payment was returned",
		titleDeclined:       "Your bank declined the payment",
		titleFailed:         "The payment failed",
		titleReleased:       "The reservation was released",
		titleReservationEnd: "The reservation has expired",
		titleCanceled:       "The payment was cancelled",
		titleOrderCanceled:  "Your order was cancelled",
		titleWrittenOff:     "The invoice was closed",
		titleExpired:        "The payment has expired",
		titleVoucherExpired: "The voucher has expired",
		titleUnfulfilled:    "Your order has not been sent yet",
		titlePartFulfilled:  "Part of your order was sent",
		titleFulfilled:      "Your order was sent",
		titleGoodsReturned:  "Your order was returned",

		saysDenied:        "You have not been charged.",
		saysShownHere:     "This page shows it as soon as we hear of it.",
		saysDetails:       "The payment provider has reported a payment, but no details yet.",
		saysAmbiguous:     "There is more than one payment under this number. Please ask the shop.",
		saysLeaveOpen:     "You can leave this page open.",
		saysMayClose:      "You can close this page.",
		saysThanks:        "Thank you. You can close this page.",
		saysNotCollected:  "The shop has not collected it yet.",
		saysBankConfirms:  "Your bank wants you to confirm it, in its app or on its page.",
		saysBankTransfer:  "Confirm it with your bank, or send the transfer that you were asked for.",
		saysOneMoreStep:   "One more step is needed. Follow the instructions of your payment service.",
		saysPayVoucher:    "Pay in a shop with the voucher that you received.",
		saysSendCoins:     "Send the amount to the address that you were given.",
		saysConfirmations: "The payment counts once the network has confirmed it.",
		saysUnconfirmed:   "The shop has not confirmed the payment yet.",
		saysTooLittle:     "Less arrived than was due. Please ask the shop.",
		saysCollected:     "It is collected when the shop completes your order.",

		saysTrial: "Your trial has started.",
		saysFree:  "The total is zero.",
		saysSetup: "Your payment method was saved.",

		saysReceived:     "{paid} was received for this order.",
		saysReceivedMore: "More was received than was due.",
		saysDifference:   "Please ask the shop about the difference.",
		saysStillDue:     "{rest} is still due.",
		saysMoreDue:      "More is due.",
		saysPayRest:      "You can pay the rest at the shop.",
		saysPartEnded:    "It can no longer be paid here. Please ask the shop.",
		saysPartHeld:     "{paid} was collected, and {held} is still reserved.",
		saysRestHeld:     "The rest is still reserved.",
		saysAlsoHeld:     "Another {held} is reserved. Please ask the shop.",
		saysAnotherComes: "Another payment is on its way.",

		saysRefunded:     "{refunded} was refunded.",
		saysRefundedPart: "{refunded} of {paid} was refunded.",
		saysRefundIssued: "A refund was issued.",
		saysRefundTime:   "It can take a few days until you see it in your account.",
		saysNoRefund:     "No refund has been reported yet. Please ask the shop.",
		saysAskRest:      "Please ask the shop about the rest.",
		saysYouPaid:      "You paid {paid}.",
		saysWasPaid:      "It had been paid.",
		saysMoneyCame:    "Money was received for it.",
		saysIsPaid:       "It is paid.",

		saysTryOther:    "Try another way to pay, or ask your bank why.",
		saysTryAgain:    "Try again, or choose another way to pay.",
		saysNotInTime:   "It was not completed in time.",
		saysNotPaid:     "It was not paid in time.",
		saysNoLonger:    "The shop no longer expects a payment.",
		saysBankMayShow: "Your bank may show the reserved amount for a few more days.",
		saysStillHeld:   "The amount is still reserved.",
		saysStillComing: "Money may still be on its way. Please wait before you pay again.",
		saysUnclear:     "We cannot confirm whether money was taken. Please ask the shop before you pay again.",

		saysDisputeOpen:  "A dispute about it is open.",
		saysDisputeWon:   "The dispute was decided in favour of the shop.",
		saysDisputeLost:  "The dispute was decided in your favour.",
		saysPartSent:     "Part of your order was sent.",
		saysSent:         "Your order was sent.",
		saysGoodsAreBack: "Your order was returned.",
	},

	part:      "{amount} of {due}",
	paid:      "Paid",
	refunded:  "Refunded",
	remaining: "Remaining",

	order: "Order {n}",
	back:  "Back to {name}",
	home:  "Back to the shop",
	test:  "Test payment: no money moves",

	refreshes: "This page refreshes itself.",
	refresh:   "Refresh now",

	usually: "Usually confirmed within {half}; 9 in 10 within {most}.",
	slow: "This takes longer than usual. You may close this page: " +
		"it shows the result whenever you come back.",

	seconds: "{n} seconds",
	minutes: "{n} minutes",
	hours:   "{n} hours",
	days:    "{n} days",

	live:    "Live",
	polling: "Checking every few seconds",
	offline: "No connection: trying again",

	goneTitle: "This link is not valid",
	goneText: "It may have expired, or a part of it is missing. " +
		"Ask the shop that gave it to you for a new one.",
}
