// Package status says where a payment stands. A status is a function of the set of what its events say: in which order
// they came, how often, and through which name of the payment changes nothing.
package status

import (
	"cmp"
	"slices"
	"time"

	"hookbeam/server/hook"
)

// Payment is where a payment stands, or anything else: then some of it is never set.
type Payment struct {
	State    hook.State
	Dispute  hook.Dispute
	Late     bool  // paid after it had looked final: expired, canceled, or failed for half an hour
	Review   bool  // it went a way that payments do not go; a person should look
	Amount   int64 // in minor units of Currency; 0: nobody said
	Refunded int64
	Currency string
	Tone     hook.Tone
	Final    bool      // nothing is expected to follow
	At       hook.Time // when it came to stand there
	Steps    []Step    // how it came there, oldest first

	Fulfilment hook.State // of an order: how much of it was sent
}

// Step is one change of state.
type Step struct {
	State hook.State
	At    hook.Time
	Seq   hook.Seq // the delivery that brought what caused it
}

// quiet is how long a failed payment may be tried again before it counts as over.
const quiet = 30 * time.Minute

// kindsByRank are the kinds of evidence in the order in which they count that happened in the same moment; senders write whole
// seconds.
var kindsByRank = [...]hook.Kind{hook.Stands, hook.Info, hook.Created, hook.Action, hook.Processing, hook.Failed, hook.Expired, hook.Canceled,
	hook.Authorized, hook.CaptureFailed, hook.Captured, hook.Refund, hook.RefundFailed, hook.Reversed, hook.DisputeOpen,
	hook.DisputeLost, hook.DisputeWon, hook.DisputeClosed}

func rank(k hook.Kind) int { return slices.Index(kindsByRank[:], k) }

// inOrder returns each piece of evidence once, in the order in which it happened: the set itself where it is so already.
func inOrder(set []hook.Evidence) []hook.Evidence {
	if isInOrder(set) {
		return set
	}
	all := slices.Clone(set)
	slices.SortFunc(all, func(a, b hook.Evidence) int { return before(&a, &b) })
	once := all[:0]
	for i := range all {
		if !said(once, &all[i]) {
			once = append(once, all[i])
		}
	}
	return once
}

// said reports whether a set holds a piece of evidence already.
func said(set []hook.Evidence, e *hook.Evidence) bool {
	for i := range set {
		if sameWord(&set[i], e) {
			return true
		}
	}
	return false
}

func isInOrder(set []hook.Evidence) bool {
	for i := 1; i < len(set); i++ {
		if before(&set[i-1], &set[i]) > 0 || said(set[:i], &set[i]) {
			return false
		}
	}
	return true
}

func before(a, b *hook.Evidence) int {
	if c := cmp.Or(a.At.Compare(b.At.Time), cmp.Compare(rank(a.Kind), rank(b.Kind))); c != 0 { // as nearly always
		return c
	}
	return cmp.Or(cmp.Compare(a.Version, b.Version), cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Event, b.Event),
		cmp.Compare(a.State, b.State), cmp.Compare(a.Fulfilment, b.Fulfilment), cmp.Compare(a.Tone, b.Tone), order(a.Final, b.Final),
		cmp.Compare(a.Part, b.Part), cmp.Compare(a.Amount, b.Amount), cmp.Compare(a.Currency, b.Currency),
		cmp.Compare(a.Total, b.Total), cmp.Compare(a.Seq, b.Seq))
}

// sameWord reports whether two pieces of evidence are one: a sender may say it again, at another time of its own.
func sameWord(a, b *hook.Evidence) bool {
	return a.Event == b.Event && a.Kind == b.Kind && a.Part == b.Part
}

func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

// Of derives where a payment stands from everything that its events say. The order of set does not matter, nor do
// repeats. Without evidence the state is "".
func Of(set []hook.Evidence) Payment { return pay(inOrder(set)) }

// pay is Of for evidence that is in order.
func pay(all []hook.Evidence) Payment {
	var p Payment
	var l latest
	for i := range all {
		was := p.State
		l.note(&all[i])
		p = derive(all[:i+1], &l, p)
		if p.State != was {
			p.step(all[i])
		}
	}
	return p
}

// step notes that the payment moved. Of two moves in one moment that do not go together, only the second is noted.
func (p *Payment) step(e hook.Evidence) {
	p.At = e.At
	if n := len(p.Steps); n > 0 && p.Steps[n-1].At.Equal(e.At.Time) && !slices.Contains(moves[p.Steps[n-1].State], p.State) {
		p.Steps = p.Steps[:n-1]
	}
	if n := len(p.Steps); n > 0 {
		was := p.Steps[n-1].State
		if was == p.State {
			return
		}
		p.Review = p.Review || !slices.Contains(moves[was], p.State)
	}
	p.Steps = append(p.Steps, Step{p.State, e.At, e.Seq})
}

// moves are the ways that payments go. A step may skip what was never told.
var moves = map[hook.State][]hook.State{
	hook.StatePending: {hook.StateActionRequired, hook.StateProcessing, hook.StateAuthorized, hook.StatePaid, hook.StateFailed,
		hook.StateCanceled, hook.StateExpired},
	hook.StateActionRequired: {hook.StateProcessing, hook.StateAuthorized, hook.StatePaid, hook.StateFailed, hook.StateCanceled,
		hook.StateExpired},
	hook.StateProcessing: {hook.StateActionRequired, hook.StateAuthorized, hook.StatePaid, hook.StateFailed, hook.StateCanceled,
		hook.StateExpired},
	hook.StateFailed: {hook.StateActionRequired, hook.StateProcessing, hook.StateAuthorized, hook.StatePaid, hook.StateCanceled,
		hook.StateExpired},
	hook.StateAuthorized:        {hook.StatePaid, hook.StateCanceled, hook.StateExpired, hook.StateFailed},
	hook.StatePaid:              {hook.StatePartiallyRefunded, hook.StateRefunded, hook.StateFailed},
	hook.StatePartiallyRefunded: {hook.StateRefunded, hook.StatePaid},
	hook.StateRefunded:          {hook.StatePartiallyRefunded, hook.StatePaid},
	hook.StateCanceled:          {hook.StatePaid, hook.StateProcessing},
	hook.StateExpired:           {hook.StatePaid, hook.StateProcessing},
}

// derive reads the state off what happened so far; p is how it stood before the last piece of it.
func derive(so []hook.Evidence, l *latest, p Payment) Payment {
	p.Currency, p.Amount, p.Refunded = amounts(so, l)
	p.Dispute = dispute(so)
	_, captured := l.of(hook.Captured)
	_, refunded := l.of(hook.Refund)
	_, reversed := l.of(hook.Reversed)
	brokenAt, broken := l.of(hook.CaptureFailed)
	moneyIn := captured || refunded
	switch {
	case moneyIn && broken && !brokenAt.Before(l.newest(hook.Captured, hook.Refund)):
		p.State = hook.StateFailed
	case reversed:
		p.State = hook.StateRefunded
	case moneyIn:
		p.State = refundState(p, refunded)
	case broken:
		p.State = hook.StateFailed
	default:
		p.State = unpaid(l, p.State)
	}
	if moneyIn && !p.Late {
		p.Late = late(so, l)
	}
	return p
}

func refundState(p Payment, refunded bool) hook.State {
	switch {
	case !refunded || p.Refunded == 0:
		return hook.StatePaid
	case p.Amount > 0 && p.Refunded < p.Amount:
		return hook.StatePartiallyRefunded
	default:
		return hook.StateRefunded
	}
}

// unpaid is the state of a payment of which no money is known; where nothing was said it stays as it was.
func unpaid(l *latest, was hook.State) hook.State {
	if at, ok := l.of(hook.Authorized); ok {
		state, canceled := hook.StateAuthorized, false
		if c, ok := l.of(hook.Canceled); ok && !c.Before(at) {
			state, at, canceled = hook.StateCanceled, c, true
		}
		if e, ok := l.of(hook.Expired); ok && (e.After(at) || !canceled && e.Equal(at)) {
			state = hook.StateExpired
		}
		return state
	}
	var newest time.Time
	for _, s := range []struct {
		kind  hook.Kind
		state hook.State
	}{{hook.Created, hook.StatePending}, {hook.Action, hook.StateActionRequired}, {hook.Processing, hook.StateProcessing},
		{hook.Failed, hook.StateFailed}, {hook.Expired, hook.StateExpired}, {hook.Canceled, hook.StateCanceled}} {
		if at, ok := l.of(s.kind); ok && !at.Before(newest) {
			newest, was = at, s.state
		}
	}
	return was
}

// latest is when each kind was said last, in the order of kindsByRank.
type latest [len(kindsByRank)]struct {
	at   time.Time
	said bool
}

// note takes in what happened next.
func (l *latest) note(e *hook.Evidence) {
	if r := rank(e.Kind); r >= 0 {
		l[r].at, l[r].said = e.At.Time, true
	}
}

func (l *latest) of(k hook.Kind) (at time.Time, said bool) {
	of := &l[rank(k)]
	return of.at, of.said
}

func (l *latest) newest(kinds ...hook.Kind) (at time.Time) {
	for _, k := range kinds {
		if one, _ := l.of(k); one.After(at) {
			at = one
		}
	}
	return at
}

// late reports whether the money came after the payment had looked final.
func late(so []hook.Evidence, l *latest) bool {
	over := l.newest(hook.Canceled, hook.Expired)
	if !over.IsZero() && over.Before(l.newest(hook.Captured, hook.Refund)) {
		return true
	}
	var failed time.Time // until it was tried again
	for _, e := range so {
		switch e.Kind {
		case hook.Failed:
			failed = e.At.Time
		case hook.Created, hook.Action, hook.Processing, hook.Authorized, hook.Captured, hook.Refund:
			if !failed.IsZero() && e.At.Sub(failed) > quiet {
				return true
			}
			failed = time.Time{}
		}
	}
	return false
}

// dispute is how the dispute stands: the newest word counts.
func dispute(so []hook.Evidence) (d hook.Dispute) {
	for _, e := range so {
		switch e.Kind {
		case hook.DisputeOpen:
			d = hook.DisputeIsOpen
		case hook.DisputeWon:
			d = hook.DisputeIsWon
		case hook.DisputeLost:
			d = hook.DisputeIsLost
		case hook.DisputeClosed:
			if d == hook.DisputeIsOpen {
				d = hook.DisputeIsLost
			}
		}
	}
	return d
}
