package status

import (
	"cmp"
	"slices"

	"hookbeam/server/hook"
	"hookbeam/server/payments"
)

// standing is where a subject that is not paid stands.
type standing struct {
	state    hook.State
	tone     hook.Tone
	final    bool
	at       hook.Time // when it came to stand there
	amount   int64
	currency string
	steps    []hook.Step
}

// stand derives where a subject stands from evidence in the order of payments.Compare.
func stand(kind hook.SubjectKind, all []hook.Evidence) (p standing) {
	var by hook.Evidence // what counts, of what has happened so far
	for _, e := range all {
		if e.Kind != hook.Stands || p.state != "" && better(kind, &by, &e) > 0 {
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

// better compares which of two reports counts: of the attempts of a run the latest, and of one attempt its end; of
// anything else what happened last.
func better(kind hook.SubjectKind, a, b *hook.Evidence) int {
	last := cmp.Or(a.At.Compare(b.At.Time), cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Event, b.Event))
	if kind != hook.KindRun && kind != hook.KindDeployment {
		return last
	}
	return cmp.Or(cmp.Compare(a.Version, b.Version), compareBool(finished(a), finished(b)), last)
}

func finished(e *hook.Evidence) bool { return e.Final || slices.Contains(finals, e.State) }

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

// trim keeps the weightiest evidence of a subject that is not paid if there are more than so many pieces.
func trim(s *hook.Subject, most int) {
	if len(s.Evidence) > most {
		s.Evidence = weightiest(s.Evidence, maxEvidence)
	}
}

// weightiest returns the n newest pieces of evidence, and those that move nothing only if there is room. Which they are
// does not depend on the order in which they came.
func weightiest(set []hook.Evidence, n int) []hook.Evidence {
	all := slices.Clone(payments.InOrder(set))
	slices.SortStableFunc(all, func(a, b hook.Evidence) int {
		return compareBool(a.Kind != hook.Info, b.Kind != hook.Info)
	})
	return all[max(0, len(all)-n):]
}

// lighten removes texts for people from evidence that takes too many bytes, if a newer piece has another one: it is
// shown instead, and is kept at least as long. So the status still depends on no order.
func lighten(set []hook.Evidence) []hook.Evidence {
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
