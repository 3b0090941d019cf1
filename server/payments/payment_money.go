package payments

import (
	"hookbeam/server/hook"
)

// sumCaptures computes what was captured, before refunds are read: the sum of the captures that are done, or the
// largest total less the captures that failed at or after it, whichever is more. Both describe the same money, so they
// are not added up, and one of them may be missing an event that the other one has.
//
// Captures are in a map. That its iteration order varies changes nothing: sums commute, and newer is the maximum of a
// total order.
func (p *payment) sumCaptures() {
	p.held = p.newest[hook.Authorized]
	if p.held != nil {
		p.hold = p.held.Amount
	}
	p.dropInferred()
	want := p.hold // a capture without an amount is of all that was authorized, else of all that was asked for
	if want == 0 && p.asked != nil {
		want = p.asked.Amount
	}
	var sum int64
	everything := false
	all := p.failureOfAll()
	for _, one := range p.captures {
		switch {
		case one.done() && all != nil && Compare(one.newest, all) < 0:
		case one.done():
			sum += one.amount
			p.extra += one.extra
			everything = everything || one.amount == 0
			p.takenBy = newer(p.takenBy, one.newest)
		case one.pending():
			p.unfinished = true
		case one.failed():
			p.broken = newer(p.broken, one.newest)
		}
	}
	if everything && p.newest[hook.NothingDue] == nil { // else the capture was of nothing
		sum = max(sum, want)
		p.withoutSum = sum == 0
	}
	if p.total != nil && (all == nil || Compare(p.total, all) > 0) {
		rest := p.total.Total
		for _, one := range p.captures {
			if one.failed() && !one.newest.At.Before(p.total.At.Time) {
				rest -= amountOr(one.amount, rest)
			}
		}
		if rest > 0 {
			p.takenBy = newer(p.takenBy, p.total)
		}
		sum = max(sum, rest)
	}
	p.captured = sum
	if p.captured == 0 && !p.withoutSum {
		p.takenBy = nil
	}
}

// failureOfAll returns the newest failure that names no capture: everything that was captured before it failed.
func (p *payment) failureOfAll() (newest *hook.Evidence) {
	for _, one := range p.captures {
		if one.failed() && one.newest.Part == "" {
			newest = newer(newest, one.newest)
		}
	}
	return newest
}

// dropInferred turns an inferred capture into an authorization if the payment ended at or after it without being
// captured. A capture is inferred if only the account's setting "capture automatically" says that it happened (Adyen).
func (p *payment) dropInferred() {
	if p.total == nil || !p.total.Inferred {
		return
	}
	if end := p.end(); end != nil && !end.At.Before(p.total.At.Time) {
		if p.held == nil {
			p.held, p.hold = p.total, p.total.Total
		}
		p.total, p.firstPaid = nil, nil
	}
}

// end returns the newest evidence that an authorization ended without being captured.
func (p *payment) end() *hook.Evidence {
	return newer(newer(p.newest[hook.Canceled], p.newest[hook.Expired]), p.newest[hook.Released])
}

// sumRefunds computes what was returned. Totals and single refunds describe the same money, so the larger one counts,
// for each capture where the provider states totals by capture (PayPal), and for the payment otherwise.
//
// Events of earlier versions of Stripe's API report the release of an authorization as a refund. Of these, the part
// that was never captured is taken off, and the rest is a refund.
func (p *payment) sumRefunds() {
	var release int64
	byCapture := map[string]int64{}
	for _, one := range p.refunds {
		done := one.done() && !p.undone(one)
		switch {
		case !done:
		case one.newest.Release:
			release += one.amount
			if one.amount == 0 {
				p.refundedAll = true
			}
		default:
			byCapture[one.of] += one.amount
			p.refundedAll = p.refundedAll || one.amount == 0
		}
		if !one.newest.Release {
			p.refundsMoney = true
		}
		if done {
			p.refund = newer(p.refund, one.newest)
		}
	}
	if release > 0 { // what was never captured can only be released
		uncaptured := max(0, p.hold-p.captured)
		p.implied = uncaptured > 0
		release = max(0, release-uncaptured)
		p.refundsMoney = p.refundsMoney || release > 0
	}
	p.partsRefunded = release
	var sum int64
	for of, amount := range byCapture {
		if of != "" {
			sum += max(amount, p.totalReturned(of))
		}
	}
	for of := range p.returned {
		if _, seen := byCapture[of]; !seen && of != "" {
			sum += p.totalReturned(of)
		}
	}
	p.refunded = max(sum+byCapture[""]+release, p.totalReturned(""))
	for _, total := range p.returned {
		p.refundsMoney = true
		p.refund = newer(p.refund, total)
	}
	if p.refunded == 0 && !p.refundedAll {
		p.refund = nil
	}
}

// undone reports whether a reversal was taken back: a dispute that the shop won later returns what was reversed for it.
func (p *payment) undone(one *part) bool {
	won := p.newest[hook.DisputeWon]
	return one.newest.Kind == hook.Reversed && won != nil && p.dispute() == hook.DisputeIsWon &&
		Compare(one.newest, won) < 0
}

// totalReturned returns the newest sum of refunds of a capture, less the refunds that failed since; with "", that of
// the payment. A refund that failed at the same time as the sum was written is taken off too: many senders write whole
// seconds.
func (p *payment) totalReturned(of string) int64 {
	total := p.returned[of]
	if total == nil {
		return 0
	}
	rest := total.Total
	for _, one := range p.refunds {
		if one.failed() && (of == "" || one.of == of) && !one.newest.At.Before(total.At.Time) {
			rest -= amountOr(one.amount, rest)
		}
	}
	return max(0, rest)
}

// proveByRefund uses that money can only be returned, or fail to be, after it was taken. Without a capture on record,
// what was captured is what the refunds state of the charge, else the sum of all refunds, failed ones included. This
// happens if the endpoint does not receive capture events, or did not yet. As far as refunds may be releases, they
// prove nothing.
//
// It also settles refunds without an amount, which are of everything, and limits refunds to what was captured.
func (p *payment) proveByRefund() {
	if p.captured == 0 && !p.withoutSum && p.refundsMoney {
		sum := p.refunded
		for _, one := range p.refunds {
			if (!one.done() || p.undone(one)) && !one.newest.Release {
				sum += one.amount
			}
		}
		p.captured = max(p.charged, sum)
		p.withoutSum = p.captured == 0
		for _, one := range p.refunds {
			p.takenBy = newer(p.takenBy, one.newest)
		}
		for _, total := range p.returned {
			p.takenBy = newer(p.takenBy, total)
		}
		if p.withoutSum {
			p.captured = p.want()
			p.withoutSum = p.captured == 0
		}
	}
	if p.refundedAll {
		p.refunded = p.captured
	}
	if !p.withoutSum {
		p.refunded = min(p.refunded, p.captured)
	}
}

// want returns what the payment asks for: the newest of the amounts asked for and authorized. asks lists the kinds of
// evidence that state it.
func (p *payment) want() int64 {
	if p.asked != nil {
		return p.asked.Amount
	}
	return p.hold
}

// taken reports whether money was taken, be it returned since or not.
func (p *payment) taken() bool { return p.captured > 0 || p.withoutSum }

// endHold decides whether the authorization stands. It ends if it was canceled, expired or released at or after its
// newest evidence, if its only capture failed, if a refund implies its release, and if it was captured, unless the
// provider says that more captures follow. A failure that is reported without a capture ends none: it is of an attempt,
// and not of the authorization.
//
// An end that only follows from a failed capture or a refund is not stated by anybody. Then unproved forbids the page
// to say that the payer was not charged. The authorization itself may not have been reported: a capture may say that
// there was one.
func (p *payment) endHold() {
	end := p.end()
	if p.held == nil {
		all := p.want() > 0 && p.captured >= p.want() // as below
		p.more = p.follows == hook.MoreFollow && p.taken() && !all && (end == nil || end.At.Before(p.takenBy.At.Time))
		p.unproved = p.total != nil && p.total.Inferred && !p.taken() ||
			p.reserved && !p.taken() && (end == nil || p.broken != nil && end.At.Before(p.broken.At.Time))
		return
	}
	ended := end != nil && !end.At.Before(p.held.At.Time)
	all := p.hold > 0 && p.captured >= p.hold // then nothing is left that could follow
	p.more = p.follows == hook.MoreFollow && p.taken() && !ended && !all
	switch {
	case ended:
	case p.taken():
		p.holdOpen = p.more
	case p.broken != nil && !p.unfinished && !p.broken.At.Before(p.held.At.Time), p.implied:
		p.unproved = true
	default:
		p.holdOpen = true
	}
}

// newer returns the newer one of two pieces of evidence, each of which may be missing.
func newer(a, b *hook.Evidence) *hook.Evidence {
	if a == nil || b != nil && Compare(a, b) < 0 {
		return b
	}
	return a
}

// amountOr returns an amount, or all where 0 stands for everything.
func amountOr(amount, all int64) int64 {
	if amount == 0 {
		return all
	}
	return amount
}
