package web

import (
	"net/http"
	"slices"
	"strings"
	"unicode"

	"hookbeam/server/hook"
)

// The texts of status pages: every state and everything else that a page says, in each language. To add a language,
// copy english into a file of its own, translate it, and add it to languages; the tests demand that it is complete, and
// that no text is still English. status_money.go decides how amounts look.
//
// The dashboard's preview has a copy of the English texts (ui/src/features/statuses/public-words.ts), which a test
// compares with this file.

// stateText is what a page says about one state. The page's script gets it as JSON.
type stateText struct {
	// Sentence is the heading of the page. It also is the title of the browser's tab.
	Sentence string `json:"sentence"`
	// Detail says what happens next or what the payer can do.
	Detail string `json:"detail"`
	// Step names the state in the row of steps: one or two words.
	Step string `json:"step"`
}

// translation has all texts of status pages in one language. A name in braces is a placeholder for fill.
type translation struct {
	states map[hook.State]stateText

	order    string // the reference of a payment: {n} is the number of the order
	back     string // the link to the shop: {name} is the shop's name
	home     string // the same for a shop without a name
	test     string // the note on a test payment
	refunded string // how much was refunded: {amount} is formatted money

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
// Accept-Language that exists. The weights of that header (RFC 9110 §12.5.4) are not compared, because browsers list
// languages in the order of preference. Regions are ignored: de-AT is de.
func language(r *http.Request) string {
	if l := r.URL.Query().Get("lang"); languages[l].states != nil {
		return l
	}
	for wanted := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(wanted), ";")
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if languages[primary].states != nil {
			return primary
		}
	}
	return defaultLanguage
}

// plainStateText makes texts for a state that has no translation, from its name: "in_transit" is "In transit".
func plainStateText(s hook.State) stateText {
	name := []rune(strings.ReplaceAll(string(s), "_", " "))
	if len(name) > 0 {
		name[0] = unicode.ToUpper(name[0])
	}
	return stateText{Sentence: string(name), Step: string(name)}
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
	states: map[hook.State]stateText{
		// No event has arrived for this link.
		hook.StateWaiting: {
			"Waiting for your payment",
			"This page shows it as soon as we hear of it.",
			"Waiting",
		},
		// The sender created the payment, and the payer has not completed it.
		hook.StatePending: {"Payment started", "You can leave this page open.", "Started"},
		// The payer has to act, usually by 3-D Secure.
		hook.StateActionRequired: {
			"Please confirm the payment",
			"Your bank wants you to confirm it, in its app or on its page.",
			"Confirm",
		},
		// The payer has done everything, and the bank has not answered.
		hook.StateProcessing: {
			"We are waiting for your bank",
			"You can leave this page open.",
			"With your bank",
		},
		// The bank holds the amount for the shop, which has not collected it.
		hook.StateAuthorized: {
			"The amount is reserved",
			"It is collected when the shop completes your order.",
			"Reserved",
		},
		// The payment succeeded.
		hook.StatePaid: {"Payment received", "Thank you. You can close this page.", "Paid"},
		// Less than the whole amount was refunded. How much is a separate text.
		hook.StatePartiallyRefunded: {
			"Part of your payment was refunded",
			"It reaches your account within a few days.",
			"Partly refunded",
		},
		// The whole amount was refunded.
		hook.StateRefunded: {
			"Your payment was refunded",
			"It reaches your account within a few days.",
			"Refunded",
		},
		// The last attempt failed. Another one can follow.
		hook.StateFailed: {
			"Your bank declined the payment",
			"You have not been charged. Try another way to pay, or ask your bank why.",
			"Declined",
		},
		// The payer or the shop gave up the payment.
		hook.StateCanceled: {"The payment was cancelled", "You have not been charged.", "Cancelled"},
		// The time to complete the payment is over.
		hook.StateExpired: {
			"The payment has expired",
			"It was not completed in time. You have not been charged.",
			"Expired",
		},
	},

	order:    "Order {n}",
	back:     "Back to {name}",
	home:     "Back to the shop",
	test:     "Test payment: no money moves",
	refunded: "{amount} refunded",

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

	goneTitle: "This link leads nowhere",
	goneText: "It may have expired, or a part of it is missing. " +
		"Ask the shop that gave it to you for a new one.",
}
