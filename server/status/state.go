package status

import (
	"cmp"
	"slices"

	"hookbeam/server/hook"
	"hookbeam/server/payments"
)

// derivedState is the state of a subject that is not paid: a run, a deployment, or what an endpoint's own mapping defines.
// Such evidence reports states, rather than movements of money from which a state follows, so the derivation is a
// selection.
type derivedState struct {
	state    hook.State
	tone     hook.Tone
	final    bool
	at       hook.Time // when it came to this state
	amount   int64
	currency string
	steps    []hook.Step
}

// deriveState derives the state of a subject from evidence in the order of payments.Compare. The piece that counts is the
// maximum by better, which does not depend on the order of arrival. The steps are the states of the maxima on the way
// there.
func deriveState(kind hook.SubjectKind, all []hook.Evidence) (p derivedState) {
	var by hook.Evidence // the piece that counts, of those so far
	for _, e := range all {
		if e.Kind != hook.StateReported || p.state != "" && better(kind, &by, &e) > 0 {
			continue
		}
		by = e
		if e.State != p.state {
			p.state, p.at = e.State, e.At
			p.steps = append(p.steps, hook.Step{State: e.State, At: e.At, Seq: e.Seq, Delivery: e.Delivery})
		}
	}
	p.amount, p.currency = by.Amount, by.Currency
	p.tone, p.final = tones[p.state], by.Final || slices.Contains(finals, p.state) && kind != hook.KindOwn
	if by.Tone != "" {
		p.tone = by.Tone
	}
	return p
}

// finals are the states of runs and deployments that nothing is expected to follow.
var finals = []hook.State{
	hook.StateSuccess, hook.StateFailure, hook.StateCancelled, hook.StateSkipped, hook.StateSuperseded,
}

// better compares which of two reports counts; it is positive if a does. Of a run's attempts the latest counts, and of
// one attempt its end, since a "running" with a later time is a sender's delay. Of anything else what happened last
// counts. Rank and the event's id break ties, so that the order is total.
func better(kind hook.SubjectKind, a, b *hook.Evidence) int {
	last := cmp.Or(a.At.Compare(b.At.Time), cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Event, b.Event))
	if kind != hook.KindRun && kind != hook.KindDeployment {
		return last
	}
	return cmp.Or(cmp.Compare(a.Version, b.Version), compareBool(finished(a), finished(b)), last)
}

// finished reports whether evidence reports the end of a run or deployment.
func finished(e *hook.Evidence) bool { return e.Final || slices.Contains(finals, e.State) }

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

// trim keeps maxEvidence pieces of a subject that is not paid, if there are more than most. Callers that add evidence
// one by one pass a larger bound, so that not each addition sorts.
func trim(s *hook.Subject, most int) {
	if len(s.Evidence) > most {
		s.Evidence = newestEvidence(s.Evidence, maxEvidence)
	}
}

// newestEvidence returns the n newest pieces of evidence, and those that move nothing only if there is room. Which they are
// does not depend on the order in which they came.
func newestEvidence(set []hook.Evidence, n int) []hook.Evidence {
	// The sort is stable, so each of the two groups stays in the order of Compare, the newest last.
	all := slices.Clone(payments.InOrder(set))
	slices.SortStableFunc(all, func(a, b hook.Evidence) int {
		return compareBool(a.Kind != hook.Info, b.Kind != hook.Info)
	})
	return all[max(0, len(all)-n):]
}

// dropRepeatedTexts removes texts for people from evidence that takes too many bytes, if a newer piece has another one: it is
// shown instead, and is kept at least as long. So the status still depends on no order.
func dropRepeatedTexts(set []hook.Evidence) []hook.Evidence {
	weight := 0
	for i := range set {
		weight += weightOfEvidence(&set[i])
	}
	if weight <= maxEvidenceBytes {
		return set
	}
	all := slices.Clone(payments.InOrder(set))
	var newest, newestInfo [4]bool // whether a newer piece has the text: one that moves something, one that does not
	for i := len(all) - 1; i >= 0; i-- {
		e := &all[i]
		for k, text := range [...]*string{&e.Reference, &e.Customer, &e.Title, &e.URL} {
			switch {
			case *text == "":
			case newest[k] || e.Kind == hook.Info && newestInfo[k]:
				*text = ""
			case e.Kind == hook.Info:
				newestInfo[k] = true
			default:
				newest[k] = true
			}
		}
	}
	return all
}
