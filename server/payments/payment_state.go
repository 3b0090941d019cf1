package payments

import (
	"cmp"
	"slices"

	"hookbeam/server/hook"
)

// summary puts together what was derived. Which evidence brought the state decides the time and the reason that are
// shown with it. If nothing is due, no amount and no currency is shown.
func (p *payment) summary() hook.Summary {
	s := hook.Summary{
		Currency: p.currency, Captured: p.captured, Extra: p.extra, Refunded: p.refunded, Method: p.method,
		Unproved: p.unproved,
		Review:   p.reviews(), Dispute: p.dispute(), Late: p.late || p.paidLate(),
	}
	if p.last != nil {
		s.Newest = p.last.At
	}
	if p.began != nil {
		s.Began = p.began.At
	}
	s.WasHeld = p.held != nil && !p.holdOpen && !p.taken()
	if p.holdOpen {
		s.OnHold = true
		s.Held = max(0, amountOr(p.hold, p.want())-p.captured)
	}
	var by *hook.Evidence
	s.State, by = p.state()
	if by != nil {
		s.At = by.At
		if by.Cause != "" {
			s.Cause = by.Cause
		}
		if by.Kind == hook.NothingDue {
			s.NothingDue = cmp.Or(by.Cause, hook.CauseFree)
		}
	} else {
		s.Cause = p.cause // such as that nobody said more than an id
	}
	if s.NothingDue != "" {
		s.Currency = ""
	} else {
		p.amounts(&s)
	}
	p.words(&s)
	s.Final = s.State != "" && !slices.Contains(openStates, s.State)
	return s
}

// openStates are the states after which more is expected by itself, or by the payer.
var openStates = []hook.State{
	hook.StatePending, hook.StateActionRequired, hook.StateProcessing, hook.StateAuthorized, hook.StateFailed,
	hook.StatePartiallyPaid,
}

// amounts sets what is due, and the amount to show. A final capture of less than was asked for waives the rest: what is
// due of the payment is then what was captured, and its order's price is lowered by Waived.
func (p *payment) amounts(s *hook.Summary) {
	switch {
	case p.captured > 0 && !p.more:
		s.Due = p.captured
		s.Waived = max(0, p.want()-p.captured)
	case p.withoutSum:
	default:
		s.Due = p.want()
	}
	switch {
	case s.Captured > 0:
		s.Amount = s.Captured
	case s.Held > 0:
		s.Amount = s.Held
	default:
		s.Amount = s.Due
	}
}

// state returns the state and the evidence that brought it. Money that was taken decides before everything else, then
// an authorization that stands: a failed attempt that is reported later takes neither back. Only without both does the
// newest of the remaining evidence decide.
func (p *payment) state() (hook.State, *hook.Evidence) {
	switch {
	case p.taken() && (p.refunded > 0 && p.refunded >= p.captured || p.refundedAll):
		return hook.StateRefunded, p.refund
	case p.taken() && p.more:
		return hook.StatePartiallyPaid, p.takenBy
	case p.taken() && p.refunded > 0:
		return hook.StatePartiallyRefunded, p.refund
	case p.taken():
		return hook.StatePaid, p.takenBy
	case p.holdOpen:
		return hook.StateAuthorized, p.held
	}
	var by *hook.Evidence
	var state hook.State
	consider := func(e *hook.Evidence, is hook.State) {
		if e != nil && (by == nil || Compare(by, e) < 0) {
			by, state = e, is
		}
	}
	for kind, is := range notTaken {
		consider(p.newest[kind], is)
	}
	for _, one := range p.captures {
		switch {
		case one.pending():
			consider(one.newest, hook.StateProcessing)
		case one.failed():
			consider(one.newest, hook.StateFailed)
		}
	}
	if p.implied {
		for _, one := range p.refunds {
			consider(one.newest, hook.StateCanceled)
		}
	}
	return state, by
}

// notTaken are the states of a payment of which no money was taken, by the newest kind of evidence.
var notTaken = map[hook.EvidenceKind]hook.State{
	hook.Created: hook.StatePending, hook.Action: hook.StateActionRequired, hook.Processing: hook.StateProcessing,
	hook.CoinsSeen: hook.StateProcessing, hook.CoinsReceived: hook.StateProcessing,
	hook.CoinsUnsettled: hook.StateProcessing, hook.Failed: hook.StateFailed, hook.Released: hook.StateCanceled,
	hook.Expired: hook.StateExpired, hook.Canceled: hook.StateCanceled, hook.NothingDue: hook.StatePaid,
}

// words sets what a page may say about the payer's money. Pages are written from these flags and not from the name of
// the state, as one state can mean different things for the payer. Coins that were confirmed count as taken even though
// the shop has not settled them. Money of a lost dispute is back with the payer, though not what it was not about.
//
// A voucher that was issued is on its way: the payer may pay it at any time, outside of the shop.
func (p *payment) words(s *hook.Summary) {
	coins := newer(p.newest[hook.CoinsReceived], p.newest[hook.CoinsUnsettled]) != nil
	s.Taken = s.Captured > s.Refunded || p.withoutSum && s.State != hook.StateRefunded || !p.taken() && coins
	s.Back = s.Refunded > 0 || s.State == hook.StateRefunded
	if s.Dispute == hook.DisputeIsLost {
		s.Taken, s.Back = p.keptInDispute(s), true
	}
	voucher := s.State == hook.StateActionRequired && s.Method == hook.MethodVoucher
	s.OnItsWay = s.State == hook.StateProcessing && !s.Taken || p.unfinished || voucher ||
		!p.taken() && !coins && p.newest[hook.CoinsSeen] != nil
	s.Denied = denies(s) && !p.differ && !p.refundsMoney
}

// keptInDispute reports whether a dispute that was lost leaves a part of the money with the shop. Without an amount, or
// with one in another currency, the dispute was about everything.
func (p *payment) keptInDispute(s *hook.Summary) bool {
	lost := newer(p.newest[hook.DisputeLost], p.newest[hook.DisputeClosed])
	return s.Taken && lost.Amount > 0 && lost.Currency == p.currency && lost.Amount < s.Captured-s.Refunded
}

// denies reports whether nothing in a summary contradicts that the payer was not charged. It is the most dangerous
// sentence of a page, so it requires that the payment ended, that no money is taken, held, on its way or returned, and
// that the end of every authorization was stated.
func denies(s *hook.Summary) bool {
	switch s.State {
	case hook.StateFailed, hook.StateCanceled, hook.StateExpired:
		return !s.Taken && !s.OnHold && !s.OnItsWay && !s.Back && !s.Unproved
	default:
		return false
	}
}

// reviews returns why a person should look, in alphabetical order.
func (p *payment) reviews() []hook.Review {
	all := slices.Clone(p.review)
	if p.differ {
		all = append(all, hook.ReviewCurrenciesDiffer)
	}
	if p.tooMany {
		all = append(all, hook.ReviewTooManyParts)
	}
	if p.broken != nil && p.captured > 0 && p.captured < p.hold && !p.more {
		all = append(all, hook.ReviewCaptureFailed)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// paidLate reports whether the first capture came after an end, such as an expiry: the shop may not hold the goods
// for the payer any more.
func (p *payment) paidLate() bool {
	return p.taken() && p.firstPaid != nil && p.firstEnd != nil && p.firstEnd.At.Before(p.firstPaid.At.Time)
}

// dispute returns how the dispute stands: the newest report counts. A dispute that was closed, and nobody said how, is
// lost.
func (p *payment) dispute() hook.Dispute {
	states := map[hook.EvidenceKind]hook.Dispute{
		hook.DisputeOpen: hook.DisputeIsOpen, hook.DisputeWon: hook.DisputeIsWon, hook.DisputeLost: hook.DisputeIsLost,
	}
	var by *hook.Evidence
	for kind := range states {
		by = newer(by, p.newest[kind])
	}
	closed := p.newest[hook.DisputeClosed]
	switch {
	case by == nil:
		return ""
	case by.Kind == hook.DisputeOpen && closed != nil && Compare(by, closed) < 0:
		return hook.DisputeIsLost
	default:
		return states[by.Kind]
	}
}
