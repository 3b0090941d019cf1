package status

import (
	"cmp"
	"slices"

	"hookbeam/server/hook"
	"hookbeam/server/payments"
)

// Why an event did not change the state of its subject, as Effect.Rule in the API.
const (
	MoneyOutranks      = "money_outranks"      // money was taken: only refunds and failed captures change it
	AuthorizedOutranks = "authorized_outranks" // an authorization stands: a failed attempt does not end it
	NewerKnown         = "newer_known"         // newer evidence was received before
	SameState          = "same_state"          // it reports the state that the subject was in
)

// moment is what the events received so far gave: the parts of a status of which a change counts as an effect. Moments
// are compared with ==.
type moment struct {
	state    hook.State
	dispute  hook.Dispute
	refunded int64
	captured int64
	review   bool
}

// derive derives a row as if it had only this evidence. Members do not count: the effects on an order's payments are
// those of the payments' rows.
func derive(row *hook.Subject, set []hook.Evidence) moment {
	if row.Links.Level == "" {
		return moment{state: deriveState(row.Status.Kind, payments.InOrder(set)).state}
	}
	one := hook.Subject{Links: hook.Links{Level: row.Links.Level}, Evidence: set}
	s := payments.Derive(&one, false)
	return moment{orderState(&s), s.Dispute, s.Refunded, s.Captured, len(s.Review) > 0}
}

// effectsOf returns what each piece of evidence did to its own subject, in the order in which it was received. Effects
// on an order's payments are those of the payments.
//
// Effects are the only thing here that depends on the order of arrival: they explain to a person what each delivery did
// when it came. They are computed from stored evidence when they are read. The cost is quadratic in the number of
// pieces, which is bounded for each row.
func effectsOf(row *hook.Subject) []hook.Effect {
	received := slices.Clone(row.Evidence)
	slices.SortStableFunc(received, func(a, b hook.Evidence) int { return cmp.Compare(a.Seq, b.Seq) })
	effects := make([]hook.Effect, 0, len(received))
	st := &row.Status
	var was moment
	for i, e := range received {
		now := derive(row, received[:i+1])
		f := hook.Effect{
			From: was.state, To: now.state, Status: st.ID, Subject: st.Subject, Kind: st.Kind,
			Says: e.Kind, Type: e.Type,
			Event: e.Event, Amount: cmp.Or(e.Amount, e.Total), Currency: e.Currency, At: e.At,
			ReceivedAt: e.ReceivedAt, Seq: e.Seq, Delivery: e.Delivery, Inherited: e.Inherited,
		}
		f.Effect, f.Rule = effect(row, received[:i], &e, was, now)
		effects = append(effects, f)
		was = now
	}
	return effects
}

// effect returns what e did to the state that the evidence received before it gave, and by which rule.
func effect(row *hook.Subject, before []hook.Evidence, e *hook.Evidence, was, now moment) (hook.EffectKind, string) {
	switch {
	case payments.Contains(before, e):
		return hook.EffectDuplicate, ""
	case e.Kind == hook.Info:
		return hook.EffectInfo, ""
	case now != was:
		return hook.EffectApplied, ""
	}
	return unchanged(row, before, e, now)
}

// unchanged returns why e changed nothing. Late means that the state is right although e reports another one: something
// outranks it, or is newer.
func unchanged(row *hook.Subject, before []hook.Evidence, e *hook.Evidence, now moment) (hook.EffectKind, string) {
	newest := e.At
	for i := range before {
		if before[i].At.After(newest.Time) {
			newest = before[i].At
		}
	}
	moneyStates := []hook.State{
		hook.StatePaid, hook.StatePartiallyRefunded, hook.StateRefunded, hook.StatePartiallyPaid,
	}
	switch {
	case derive(row, []hook.Evidence{*e}).state == now.state:
		return hook.EffectApplied, SameState
	case row.Links.Level == hook.LevelPayment && slices.Contains(moneyStates, now.state):
		return hook.EffectLate, MoneyOutranks
	case now.state == hook.StateAuthorized && e.Kind == hook.Failed:
		return hook.EffectLate, AuthorizedOutranks
	case newest.After(e.At.Time):
		return hook.EffectLate, NewerKnown
	default:
		return hook.EffectApplied, SameState
	}
}
