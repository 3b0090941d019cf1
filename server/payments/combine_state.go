package payments

import (
	"cmp"
	"slices"

	"hookbeam/server/hook"
)

// setState decides the state. Being closed comes first, since the provider then returns what was paid. A snapshot of a
// shop's order that is canceled comes next: it is canceled although money was taken, unless that was returned.
// Otherwise money decides, and without money the newest open attempt.
func (w *whole) setState() {
	s := &w.s
	switch {
	case w.closed != nil && !w.aliveAfter(w.closed):
		s.State, s.At = hook.StateCanceled, w.closed.At
		if end := w.newestEnd(); end.After(s.At.Time) {
			s.At = end
		}
	case w.snapshot != nil && w.snapshot.State == hook.StateCanceled && s.Refunded == 0:
		s.State, s.At = hook.StateCanceled, w.snapshot.At
	case w.taken:
		w.moneyState()
	default:
		w.openState()
	}
	if s.State == "" && w.last != nil {
		s.Cause = w.last.Cause
	}
	w.setFinal()
}

// moneyState is the state where money was taken, from three sums: what was captured, what of it was kept (net), and
// what is due. Charged twice with one payment returned is paid, because net still covers what is due.
//
// If what is due is unknown, it is 0, which any sum covers; then a refund makes it partially refunded and not paid. The
// state's time is that of the newest member that has money, else of the event that declared it.
func (w *whole) moneyState() {
	s := &w.s
	switch {
	case w.noSum && s.Captured == 0:
		s.State = w.stateWithoutSum()
	case w.net <= 0:
		s.State = hook.StateRefunded
	case w.net >= s.Due && (s.Due > 0 || s.Refunded == 0):
		s.State = hook.StatePaid
	case s.Captured >= s.Due:
		s.State = hook.StatePartiallyRefunded
	default:
		s.State = hook.StatePartiallyPaid
	}
	for _, m := range w.all {
		if hasMoney(m) {
			s.At = later(s.At, m.At)
		}
	}
	if w.paidAt != nil && s.At.IsZero() {
		s.At = w.paidAt.At
	}
	if w.backAt != nil && s.Refunded > 0 {
		s.At = later(s.At, w.backAt.At)
	}
}

// stateWithoutSum is the state where money was taken and no sum is known: what the shop's newest snapshot with money
// says, else whether all of it was returned.
//
// An order that reports itself, such as a payment request of BTCPay, says when it is paid completely. Until it does, a
// payment without a sum may be of a part.
func (w *whole) stateWithoutSum() hook.State {
	if w.own.money != nil {
		switch s := w.own.money.State; s {
		case hook.StatePartiallyPaid, hook.StatePartiallyRefunded, hook.StateRefunded:
			return s
		default:
			return hook.StatePaid
		}
	}
	switch {
	case w.allRefunded():
		return hook.StateRefunded
	case w.own.newest[hook.Created] != nil && !w.own.noAmount:
		return hook.StatePartiallyPaid
	default:
		return hook.StatePaid
	}
}

// allRefunded reports whether every member that took money returned it. It is used if no sum is known.
func (w *whole) allRefunded() bool {
	for _, m := range w.all {
		if hasMoney(m) && m.State != hook.StateRefunded {
			return false
		}
	}
	return !w.own.noAmount
}

// candidate is a state that the whole may be in, reported by one member or by the order's own evidence. A zero
// candidate is none.
type candidate struct {
	state hook.State
	at    hook.Time // since when it is in this state
	cause hook.Cause
	due   int64 // what the member asks for
}

// newerCandidate returns the newer of two; at the same time the one that is further along.
func newerCandidate(a, b candidate) candidate {
	if a.state == "" || b.at.After(a.at.Time) || b.at.Equal(a.at.Time) && along(b.state) > along(a.state) {
		return b
	}
	return a
}

// along is how far along a payment is that was not paid. It only breaks ties between members of the same time, so that
// the result does not depend on their order.
func along(s hook.State) int {
	return slices.Index([]hook.State{
		hook.StatePending, hook.StateActionRequired, hook.StateProcessing, hook.StateFailed, hook.StateExpired,
		hook.StateCanceled,
	}, s)
}

// openState is the state where no money was taken: an authorization, else money on its way, else the order's own end if
// nothing open is newer, else the newest attempt that is open, and only if all have ended the newest end.
//
// The end of one attempt never ends another: a payer whose first card was declined may be paying with a second one. A
// failed attempt counts as open, since providers let the payer try again. The order's own end counts only if no open
// attempt is newer, and its own processing only until a payment's state is newer, as the payment then reports better.
func (w *whole) openState() {
	var held, processing, open, ended, ownEnd candidate
	for _, m := range w.all {
		c := candidate{m.State, m.At, m.Cause, m.Due}
		switch m.State {
		case "":
		case hook.StateAuthorized:
			held = newerCandidate(held, c)
		case hook.StateProcessing:
			processing = newerCandidate(processing, c)
		case hook.StateCanceled, hook.StateExpired:
			ended = newerCandidate(ended, c)
		default:
			open = newerCandidate(open, c)
		}
	}
	own := w.ownState()
	newestOfMembers := later(later(open.at, ended.at), later(held.at, processing.at))
	switch own.state {
	case "":
	case hook.StateAuthorized:
		held = newerCandidate(held, own)
	case hook.StateProcessing:
		if len(w.all) == 0 || own.at.After(newestOfMembers.Time) || newestOfMembers.IsZero() {
			processing = newerCandidate(processing, own)
		}
	case hook.StateCanceled, hook.StateExpired:
		ownEnd = own
	case hook.StatePaid: // nothing is due
		w.s.State, w.s.At = own.state, own.at
		if held.state == "" && processing.state == "" {
			w.s.NothingDue = own.cause
			return
		}
	default:
		open = newerCandidate(open, own)
	}
	var is candidate
	switch {
	case held.state != "":
		is = held
	case processing.state != "":
		is = processing
	case ownEnd.state != "" && !open.at.After(ownEnd.at.Time):
		is = ownEnd
		is.due = cmp.Or(ended.due, open.due)
		if ended.state != "" && ended.at.After(is.at.Time) {
			is.at = ended.at
		}
	case open.state != "":
		is = open
	default:
		is = ended
	}
	w.s.State, w.s.At, w.s.Cause = is.state, is.at, is.cause
	if w.s.Due == 0 && !w.s.DueKnown {
		w.s.Due = is.due
	}
}

// ownStates are the states that an order's own evidence may report.
var ownStates = map[hook.EvidenceKind]hook.State{
	hook.Created: hook.StatePending, hook.Action: hook.StateActionRequired, hook.Processing: hook.StateProcessing,
	hook.Authorized: hook.StateAuthorized, hook.Failed: hook.StateFailed, hook.Expired: hook.StateExpired,
	hook.Canceled: hook.StateCanceled, hook.Released: hook.StateCanceled, hook.NothingDue: hook.StatePaid,
}

// ownState returns the newest state that the order itself was reported in, without money. A snapshot reports its state
// directly. One that says "paid" while no money is on record is an order of nothing, such as one with a total of zero.
func (w *whole) ownState() (c candidate) {
	var by *hook.Evidence
	for kind := range ownStates {
		by = newer(by, w.own.newest[kind])
	}
	if w.snapshot != nil {
		by = newer(by, w.snapshot)
	}
	if by == nil {
		return c
	}
	c = candidate{ownStates[by.Kind], by.At, by.Cause, 0}
	if by.Kind == hook.StateReported {
		c.state = by.State
		if c.state == hook.StatePaid { // of nothing
			c.cause = hook.CauseFree
		}
	}
	if by.Kind == hook.NothingDue && c.cause == "" {
		c.cause = hook.CauseFree
	}
	return c
}

// aliveAfter reports whether anything happened after the order was closed that keeps it open.
func (w *whole) aliveAfter(closed *hook.Evidence) bool {
	for _, m := range w.all {
		if m.Newest.After(closed.At.Time) && m.State != hook.StateCanceled && m.State != hook.StateExpired &&
			m.State != hook.StateFailed && m.State != "" {
			return true
		}
	}
	c := w.ownState()
	return c.state != "" && c.at.After(closed.At.Time)
}

// newestEnd returns the newest time at which a member came to its state.
func (w *whole) newestEnd() (at hook.Time) {
	for _, m := range w.all {
		at = later(at, m.At)
	}
	return at
}
