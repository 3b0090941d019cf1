package web

import (
	"cmp"
	"slices"

	"hookbeam/server/hook"
)

// message is what a page says about a payment or an order, before it is put into a language.
type message struct {
	title phrase
	note  []phrase
}

// facts are what a message is chosen by: what is known of the payer's money, and not the name of the state alone.
// Amounts are 0 if they are unknown or if the endpoint hides them; the booleans of the summary hold either way.
type facts struct {
	*hook.Public
	is                            *hook.Summary
	captured, held, refunded, due int64
}

// factsOf reads the facts of a payment or order. An endpoint that hides amounts leaves the currency empty.
func factsOf(p *hook.Public) facts {
	f := facts{Public: p, is: &p.Summary}
	if p.Currency != "" {
		f.captured, f.held, f.due = f.is.Captured, f.is.Held, f.is.Due
		f.refunded = cmp.Or(f.is.Refunded, p.Refunded)
	}
	return f
}

// mayDeny reports whether the page may say that the payer has not been charged. The summary says whether that is
// proved. The other facts are checked as well, since a wrong denial is the worst that a page can say.
func (f *facts) mayDeny() bool {
	switch f.Status {
	case hook.StateFailed, hook.StateCanceled, hook.StateExpired:
		s := f.is
		return s.Denied && !s.Taken && !s.OnHold && !s.OnItsWay && !s.Back && !s.Unproved &&
			s.Captured == 0 && s.Refunded == 0
	default:
		return false
	}
}

// wasHeld reports whether the amount was reserved before, and is no more.
func (f *facts) wasHeld() bool { return f.is.WasHeld }

// marked reports whether one of these reasons to look at the payment is known.
func (f *facts) marked(reasons ...hook.Review) bool {
	return slices.ContainsFunc(reasons, func(r hook.Review) bool { return slices.Contains(f.is.Review, r) })
}

// byBank reports whether a bank decides about the payment, as for cards, transfers and debits.
func (f *facts) byBank() bool {
	return f.is.Method == hook.MethodCard || f.is.Method == hook.MethodBank
}

// messageOf chooses what is said about a payment or order; ok is false for a state that only an endpoint defines.
func messageOf(p *hook.Public) (m message, ok bool) {
	f := factsOf(p)
	switch p.Status {
	case hook.StateAmbiguous:
		return message{titleAmbiguous, []phrase{saysAmbiguous}}, true
	case hook.StateWaiting, hook.StatePending, hook.StateActionRequired, hook.StateProcessing, hook.StateAuthorized:
		m = openMessage(&f)
	case hook.StatePaid:
		m = paidMessage(&f)
	case hook.StatePartiallyPaid:
		m = partlyPaidMessage(&f)
	case hook.StatePartiallyRefunded, hook.StateRefunded:
		m = refundedMessage(&f)
	case hook.StateFailed, hook.StateCanceled, hook.StateExpired:
		return message{endTitle(&f), endNote(&f)}, true
	default:
		return fulfilmentMessage(&f)
	}
	m.note = append(m.note, besides(&f)...)
	return m, true
}

// besides returns what is said beside the state: a dispute, and how much of an order was sent.
func besides(f *facts) (note []phrase) {
	switch f.is.Dispute {
	case hook.DisputeIsOpen:
		note = append(note, saysDisputeOpen)
	case hook.DisputeIsWon:
		note = append(note, saysDisputeWon)
	case hook.DisputeIsLost:
		note = append(note, saysDisputeLost)
	}
	switch f.Fulfilment {
	case hook.StatePartiallyFulfilled:
		note = append(note, saysPartSent)
	case hook.StateFulfilled:
		note = append(note, saysSent)
	case hook.StateReturned:
		note = append(note, saysGoodsAreBack)
	}
	return note
}

// openMessage is for states in which no money was taken yet.
func openMessage(f *facts) message {
	s := f.is
	early := f.Status == hook.StateWaiting || f.Status == hook.StatePending
	switch {
	case early && s.Cause == hook.CauseNoDetails:
		return message{titleDetails, []phrase{saysDetails}}
	case f.Status == hook.StateProcessing:
		return processingMessage(f)
	case f.Status == hook.StateAuthorized:
		return message{titleReserved, append([]phrase{saysCollected}, otherMoney(f)...)}
	case f.Status == hook.StateActionRequired:
		m := actionMessage(f)
		m.note = append(m.note, otherMoney(f)...)
		return m
	case s.Cause == hook.CauseApproved:
		return message{titleApproved, []phrase{saysNotCollected}}
	case s.Taken || s.OnHold || s.OnItsWay:
		return message{titleStarted, append(otherMoney(f), saysLeaveOpen)}
	case f.Status == hook.StatePending:
		return message{titleStarted, []phrase{saysLeaveOpen}}
	default:
		return message{titleWaiting, []phrase{saysShownHere}}
	}
}

// otherMoney names money that came although the state does not say so, as in another currency.
func otherMoney(f *facts) (note []phrase) {
	if f.is.Taken {
		note = append(note, saysMoneyCame)
	}
	return note
}

// actionMessage says what the payer has to do, as far as the method tells.
func actionMessage(f *facts) message {
	switch f.is.Method {
	case hook.MethodVoucher:
		return message{titleVoucher, []phrase{saysPayVoucher, saysMayClose}}
	case hook.MethodCoins:
		return message{titleCoins, []phrase{saysSendCoins}}
	case hook.MethodCard:
		return message{titleConfirm, []phrase{saysBankConfirms}}
	case hook.MethodBank:
		return message{titleConfirm, []phrase{saysBankTransfer}}
	default:
		return message{titleConfirm, []phrase{saysOneMoreStep}}
	}
}

// processingMessage says for whom the payment waits.
func processingMessage(f *facts) message {
	switch {
	case f.is.Taken && f.marked(hook.ReviewUnderpaid, hook.ReviewPaidInPart):
		return message{titleArrived, []phrase{saysTooLittle}}
	case f.is.Taken && f.is.Method == hook.MethodCoins:
		return message{titleArrived, []phrase{saysUnconfirmed}}
	case f.is.Taken:
		return message{titleProcessing, append(otherMoney(f), saysLeaveOpen)}
	case f.is.Method == hook.MethodCoins:
		return message{titleCoinsSeen, []phrase{saysConfirmations}}
	case f.byBank() && !f.is.OnHold:
		return message{titleBank, []phrase{saysLeaveOpen}}
	default:
		return message{titleProcessing, []phrase{saysLeaveOpen}}
	}
}

// paidMessage also covers orders of which nothing is due, payments that came twice, and those that a dispute returned.
func paidMessage(f *facts) message {
	s := f.is
	switch cmp.Or(f.NothingDue, s.NothingDue) {
	case "":
	case hook.CauseTrial:
		return message{titleNothingDue, []phrase{saysTrial}}
	case hook.CauseSetup:
		return message{titleNothingDue, []phrase{saysSetup}}
	default:
		return message{titleNothingDue, []phrase{saysFree}}
	}
	m := message{title: titlePaid}
	tooMuch := f.marked(hook.ReviewPaidTwice, hook.ReviewOverpaid)
	if s.Dispute == hook.DisputeIsLost && !s.Taken {
		m.title = titleReturned
	} else if tooMuch && f.due > 0 && f.captured > f.due {
		m.note = append(m.note, saysReceived)
	} else if tooMuch {
		m.note = append(m.note, saysReceivedMore)
	}
	if s.Back && m.title == titlePaid { // an order that was paid twice
		m.note = append(m.note, refundOf(f))
	}
	if tooMuch {
		m.note = append(m.note, saysDifference)
	}
	m.note = append(m.note, stillOut(f)...)
	if len(m.note) == 0 && len(besides(f)) == 0 {
		m.note = []phrase{saysThanks}
	}
	return m
}

// refundOf names what was returned.
func refundOf(f *facts) phrase {
	if f.refunded > 0 {
		return saysRefunded
	}
	return saysRefundIssued
}

// stillOut names what is reserved or on its way although the payment is complete without it.
func stillOut(f *facts) (note []phrase) {
	if f.is.OnHold && f.held > 0 {
		note = append(note, saysAlsoHeld)
	}
	if f.is.OnItsWay {
		note = append(note, saysAnotherComes)
	}
	return note
}

// partlyPaidMessage says what was paid, what is due, and who acts next: the shop while the rest is reserved, else the
// payer, nobody once the order has ended.
func partlyPaidMessage(f *facts) message {
	m := message{title: titlePartlyPaid}
	switch {
	case f.is.OnHold && f.captured > 0 && f.held > 0:
		m = message{titlePartCollected, []phrase{saysPartHeld}}
	case f.is.OnHold:
		m = message{titlePartCollected, []phrase{saysRestHeld}}
	}
	rest := f.rest()
	switch {
	case rest > 0:
		m.note = append(m.note, saysStillDue)
	case !f.is.OnHold:
		m.note = append(m.note, saysMoreDue)
	}
	switch {
	case f.is.OnItsWay:
		m.note = append(m.note, saysAnotherComes)
	case f.Final:
		m.note = append(m.note, saysPartEnded)
	case rest > 0 || !f.is.OnHold:
		m.note = append(m.note, saysPayRest)
	}
	if f.is.Back {
		m.note = append(m.note, refundOf(f))
	}
	return m
}

// rest returns what is due and neither captured nor reserved. What was refunded is not due again.
func (f *facts) rest() int64 { return max(0, f.due-f.captured-f.held) }

// refundedMessage names what went back.
func refundedMessage(f *facts) message {
	m := message{title: titleRefunded}
	if f.Status == hook.StatePartiallyRefunded {
		m.title = titlePartlyRefunded
	}
	switch {
	case f.refunded > 0 && f.captured > f.refunded:
		m.note = append(m.note, saysRefundedPart)
	case f.refunded > 0:
		m.note = append(m.note, saysRefunded)
	}
	m.note = append(m.note, saysRefundTime)
	m.note = append(m.note, stillOut(f)...)
	return m
}

// fulfilmentMessage is for orders whose state says how much was sent. The note says what is known of the money.
func fulfilmentMessage(f *facts) (m message, ok bool) {
	titles := map[hook.State]phrase{
		hook.StateUnfulfilled: titleUnfulfilled, hook.StatePartiallyFulfilled: titlePartFulfilled,
		hook.StateFulfilled: titleFulfilled, hook.StateReturned: titleGoodsReturned,
	}
	if m.title, ok = titles[f.Status]; !ok {
		return m, false
	}
	switch {
	case f.is.Back:
		m.note = []phrase{refundOf(f)}
	case f.is.Taken && f.Status == hook.StateReturned:
		m.note = []phrase{saysNoRefund}
	case f.is.State == hook.StatePartiallyPaid && f.captured > 0 && f.rest() > 0:
		m.note = []phrase{saysStillDue}
	case f.is.State == hook.StatePartiallyPaid:
		m.note = []phrase{saysMoreDue}
	case f.is.State == hook.StatePaid && f.is.Taken:
		m.note = []phrase{saysIsPaid}
	}
	return m, true
}
