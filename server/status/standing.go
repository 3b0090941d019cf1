package status

import (
	"cmp"
	"slices"

	"hookbeam/server/hook"
)

// Stand derives where a subject of any kind stands from everything that its events say. The order of set does not
// matter, nor do repeats.
func Stand(kind hook.SubjectKind, set []hook.Evidence) Payment { return stand(kind, inOrder(set)) }

// stand is Stand for evidence that is in order.
func stand(kind hook.SubjectKind, all []hook.Evidence) Payment {
	if kind == hook.KindPayment {
		p := pay(all)
		p.Tone, p.Final = tones[p.State], slices.Contains(finals, p.State)
		return p
	}
	var p Payment
	var at hook.Evidence // what counts, of what has happened so far
	for _, e := range all {
		if e.Kind != hook.Stands || p.State != "" && better(kind, at, e) > 0 {
			continue
		}
		at = e
		if state := word(kind, e); state != p.State {
			p.State, p.At = state, e.At
			p.Steps = append(p.Steps, Step{state, e.At, e.Seq})
		}
	}
	p.Fulfilment, p.Amount, p.Currency = at.Fulfilment, at.Amount, at.Currency
	p.Tone, p.Final = tones[p.State], at.Final || slices.Contains(finals, p.State) && kind != hook.KindOwn
	if kind == hook.KindOrder { // paid is not yet sent
		p.Final = at.Final || slices.Contains([]hook.State{hook.StateFulfilled, hook.StateCanceled, hook.StateRefunded, hook.StateExpired}, p.State)
	}
	if at.Tone != "" {
		p.Tone = at.Tone
	}
	return p
}

// better compares what two pieces of evidence are worth: of the attempts of a run the latest counts, and once it has
// finished it has; of anything else what happened last.
func better(kind hook.SubjectKind, a, b hook.Evidence) int {
	last := cmp.Or(a.At.Compare(b.At.Time), cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Event, b.Event))
	if kind != hook.KindRun && kind != hook.KindDeployment {
		return last
	}
	return cmp.Or(cmp.Compare(a.Version, b.Version), order(finished(a), finished(b)), last)
}

func finished(e hook.Evidence) bool { return e.Final || slices.Contains(finals, e.State) }

// word is the one word for where a subject stands. An order stands on two feet; what is over outranks what was sent, and
// that outranks what was paid.
func word(kind hook.SubjectKind, e hook.Evidence) hook.State {
	over := []hook.State{hook.StateCanceled, hook.StateRefunded, hook.StateExpired}
	sent := []hook.State{hook.StateFulfilled, hook.StatePartiallyFulfilled, hook.StateReturned}
	if kind == hook.KindOrder && !slices.Contains(over, e.State) && slices.Contains(sent, e.Fulfilment) {
		return e.Fulfilment
	}
	return e.State
}

// finals are the states that nothing is expected to follow.
var finals = []hook.State{hook.StatePaid, hook.StatePartiallyRefunded, hook.StateRefunded, hook.StateCanceled, hook.StateExpired,
	hook.StateSuccess, hook.StateFailure, hook.StateCancelled, hook.StateSkipped, hook.StateSuperseded}

var tones = map[hook.State]hook.Tone{
	hook.StatePending: hook.TonePending, hook.StateActionRequired: hook.ToneWarning, hook.StateProcessing: hook.ToneActive,
	hook.StateAuthorized: hook.ToneActive, hook.StatePaid: hook.ToneSuccess, hook.StatePartiallyRefunded: hook.ToneSuccess,
	hook.StateRefunded: hook.ToneNeutral, hook.StateFailed: hook.ToneFailure, hook.StateCanceled: hook.ToneNeutral,
	hook.StateExpired: hook.ToneNeutral,

	hook.StateQueued: hook.TonePending, hook.StateWaitsFor: hook.ToneWarning, hook.StateRunning: hook.ToneActive,
	hook.StateSuccess: hook.ToneSuccess, hook.StateFailure: hook.ToneFailure, hook.StateCancelled: hook.ToneNeutral,
	hook.StateSkipped: hook.ToneNeutral, hook.StateSuperseded: hook.ToneNeutral,

	hook.StateUnfulfilled: hook.TonePending, hook.StatePartiallyFulfilled: hook.ToneActive, hook.StateFulfilled: hook.ToneSuccess,
	hook.StateReturned: hook.ToneNeutral, hook.StatePartiallyPaid: hook.ToneActive,
}
