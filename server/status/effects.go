package status

import (
	"cmp"
	"slices"

	"hookbeam/server/hook"
)

// Why an event moved nothing.
const (
	MoneyOutranks      = "money_outranks"      // money came in: only refunds, reversals and failed captures move it
	AuthorizedOutranks = "authorized_outranks" // an authorisation stands: a failed attempt does not undo it
	NewerKnown         = "newer_known"         // something newer was known
	SameState          = "same_state"          // it says what was known
)

// Effects are what each piece of evidence did to a subject, in the order in which it came.
func Effects(st *hook.Status, set []hook.Evidence) []hook.Effect {
	came := slices.Clone(set)
	slices.SortStableFunc(came, func(a, b hook.Evidence) int { return cmp.Compare(a.Seq, b.Seq) })
	effects := make([]hook.Effect, 0, len(came))
	var was Payment
	for i, e := range came {
		now := Stand(st.Kind, came[:i+1])
		f := hook.Effect{From: was.State, To: now.State, Status: st.ID, Subject: st.Subject, Kind: st.Kind, Says: e.Kind, Type: e.Type,
			Event: e.Event, Amount: e.Amount, Currency: e.Currency, At: e.At, ReceivedAt: e.ReceivedAt, Seq: e.Seq, Delivery: e.Delivery}
		f.Effect, f.Rule = effect(st.Kind, came[:i], e, was, now)
		effects = append(effects, f)
		was = now
	}
	return effects
}

// effect says what e did behind what came before it.
func effect(kind hook.SubjectKind, before []hook.Evidence, e hook.Evidence, was, now Payment) (effect hook.EffectKind, rule string) {
	again := slices.ContainsFunc(before, func(o hook.Evidence) bool { return sameWord(&o, &e) })
	switch {
	case again:
		return hook.EffectDuplicate, ""
	case e.Kind == hook.Info:
		return hook.EffectInfo, ""
	case now.Review && !was.Review:
		return hook.EffectImpossible, ""
	case now.State != was.State, now.Dispute != was.Dispute, now.Refunded != was.Refunded:
		return hook.EffectApplied, ""
	}
	return unmoved(kind, before, e, now)
}

// unmoved says why e changed nothing.
func unmoved(kind hook.SubjectKind, before []hook.Evidence, e hook.Evidence, now Payment) (effect hook.EffectKind, rule string) {
	newest := slices.MaxFunc(append(slices.Clone(before), e), func(a, b hook.Evidence) int { return a.At.Compare(b.At.Time) })
	moneyIn := slices.Contains([]hook.State{hook.StatePaid, hook.StatePartiallyRefunded, hook.StateRefunded}, now.State)
	switch {
	case Stand(kind, []hook.Evidence{e}).State == now.State:
		return hook.EffectApplied, SameState
	case moneyIn && kind == hook.KindPayment:
		return hook.EffectLate, MoneyOutranks
	case now.State == hook.StateAuthorized && e.Kind == hook.Failed:
		return hook.EffectLate, AuthorizedOutranks
	case newest.At.After(e.At.Time):
		return hook.EffectLate, NewerKnown
	default:
		return hook.EffectApplied, SameState
	}
}
