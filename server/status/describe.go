package status

import (
	"slices"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/payments"
)

// tones map the states that Hookbeam defines itself to how lists and pages present them. An endpoint's own mapping
// gives its states' tones itself.
var tones = map[hook.State]hook.Tone{
	hook.StatePending: hook.TonePending, hook.StateActionRequired: hook.ToneWarning,
	hook.StateProcessing: hook.ToneActive, hook.StateAuthorized: hook.ToneActive, hook.StatePaid: hook.ToneSuccess,
	hook.StatePartiallyPaid: hook.ToneActive, hook.StatePartiallyRefunded: hook.ToneSuccess,
	hook.StateRefunded: hook.ToneNeutral, hook.StateFailed: hook.ToneFailure, hook.StateCanceled: hook.ToneNeutral,
	hook.StateExpired: hook.ToneNeutral, hook.StateAmbiguous: hook.ToneWarning,

	hook.StateQueued: hook.TonePending, hook.StateWaitsFor: hook.ToneWarning, hook.StateRunning: hook.ToneActive,
	hook.StateSuccess: hook.ToneSuccess, hook.StateFailure: hook.ToneFailure, hook.StateCancelled: hook.ToneNeutral,
	hook.StateSkipped: hook.ToneNeutral, hook.StateSuperseded: hook.ToneNeutral,

	hook.StateUnfulfilled: hook.TonePending, hook.StatePartiallyFulfilled: hook.ToneActive,
	hook.StateFulfilled: hook.ToneSuccess, hook.StateReturned: hook.ToneNeutral,
}

// describePaid copies the summary of a payment, an order or a reference into its status, which lists and the API show.
// It makes no decisions about money; package payments made them. Every field is set anew, since the row may have been
// merged or may have lost its reason for review.
func describePaid(row *hook.Subject) {
	row.Evidence = dropRepeatedTexts(row.Evidence)
	st, s, l := &row.Status, &row.Summary, &row.Links
	describeEnvironment(row)
	st.Subject, st.Level, st.Payments = st.Aliases[0], l.Level, 0
	if l.Level != hook.LevelPayment {
		st.Payments = s.Payments
	}
	st.State, st.Fulfilment, st.Final = orderState(s), s.Fulfilment, isFinal(s)
	st.Tone = tones[st.State]
	st.Dispute, st.Late, st.Review, st.NeedsReview = s.Dispute, s.Late, s.Review, !l.Reviewed.Covers(s.Review)
	st.Amount, st.Due, st.DueKnown, st.Currency = s.Amount, s.Due, s.DueKnown, s.Currency
	st.Captured, st.Held, st.Refunded = s.Captured, s.Held, s.Refunded
	st.NothingDue, st.Cause, st.Method, st.Inherited = s.NothingDue, s.Cause, s.Method, s.Inherited
	st.CreatedAt, st.UpdatedAt = s.Began, s.At
	describePeople(row)
	if st.Customer == "" && st.State != hook.StateAmbiguous {
		for i := range l.Members {
			st.Customer = cmpOr(st.Customer, l.Members[i].Customer)
		}
	}
	if len(l.References) > 0 && st.Reference == "" {
		reference, _ := hook.CutReference(l.References[0])
		st.Reference = withoutPrefix(reference)
	}
	if l.Level == hook.LevelReference {
		st.Reference = withoutPrefix(st.Subject)
	}
	row.TimeToPaid = 0
	if l.Level == hook.LevelPayment {
		row.TimeToPaid = timeToPaid(row.Evidence, st.CreatedAt)
	}
}

// describeEnvironment sets the fields of a status that follow from its environment.
func describeEnvironment(row *hook.Subject) {
	st := &row.Status
	st.Unverified, st.Mode = row.Environment == hook.EnvironmentUnsigned, ""
	if row.Environment == hook.EnvironmentTest {
		st.Mode = hook.ModeTest
	}
}

// describePeople sets the texts for people: of each the newest that is not empty. Evidence is in the order of Compare.
func describePeople(row *hook.Subject) {
	st := &row.Status
	st.Reference, st.Customer, st.Title, st.URL = "", "", "", ""
	for i := range row.Evidence {
		e := &row.Evidence[i]
		st.Reference, st.Customer = cmpOr(e.Reference, st.Reference), cmpOr(e.Customer, st.Customer)
		st.Title, st.URL = cmpOr(e.Title, st.Title), cmpOr(e.URL, st.URL)
	}
}

// cmpOr returns a, or b if a is empty.
func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// withoutPrefix returns the shop's own text of an alias: "10-4471" of "order/10-4471".
func withoutPrefix(alias string) string {
	for i := range len(alias) {
		if alias[i] == '/' {
			return alias[i+1:]
		}
	}
	return alias
}

// shipped are the states of fulfilment that outrank that an order was paid.
var shipped = []hook.State{hook.StateFulfilled, hook.StatePartiallyFulfilled, hook.StateReturned}

// orderState returns the state to show of an order, which has two: an order that ended is shown as ended, one that was
// shipped as shipped, and any other one by its payment.
func orderState(s *hook.Summary) hook.State {
	over := []hook.State{hook.StateCanceled, hook.StateRefunded, hook.StateExpired, hook.StateAmbiguous}
	if !slices.Contains(over, s.State) && slices.Contains(shipped, s.Fulfilment) {
		return s.Fulfilment
	}
	return s.State
}

// isFinal reports whether nothing more is expected. An order that a shop ships is not final when it is paid: its page
// goes on waiting for the shipment.
func isFinal(s *hook.Summary) bool {
	if s.Fulfilment == "" {
		return s.Final
	}
	return slices.Contains([]hook.State{
		hook.StateFulfilled, hook.StateCanceled, hook.StateRefunded, hook.StateExpired,
	}, orderState(s))
}

// timeToPaid returns how long a payment took from its first event until it was reported as paid; 0 if it is not paid or
// was paid at once. The end is when the report was received and not when it happened: a payer who waits on a page sees
// it then.
func timeToPaid(set []hook.Evidence, began hook.Time) time.Duration {
	var paid time.Time
	for i := range set {
		if e := &set[i]; e.Kind == hook.Captured && (paid.IsZero() || e.ReceivedAt.Before(paid)) {
			paid = e.ReceivedAt.Time
		}
	}
	if began.IsZero() || !paid.After(began.Time) {
		return 0
	}
	return paid.Sub(began.Time)
}

// describe derives the status of a subject that is not paid from its evidence. It is to runs and deployments what
// payments.Derive and describePaid are to payments.
func describe(row *hook.Subject) {
	all := payments.InOrder(row.Evidence)
	st := &row.Status
	p := deriveState(st.Kind, all)
	describeEnvironment(row)
	st.State, st.Tone, st.Final, st.UpdatedAt = p.state, p.tone, p.final, p.at
	st.Amount, st.Currency, st.NeedsReview = p.amount, p.currency, st.TooMuch
	st.CreatedAt = hook.Time{}
	if len(all) > 0 {
		st.CreatedAt = all[0].At
	}
	for i := range all {
		st.Seq = max(st.Seq, all[i].Seq)
	}
	row.Evidence = all
	describePeople(row)
}
