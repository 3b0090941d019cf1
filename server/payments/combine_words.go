package payments

import (
	"slices"

	"hookbeam/server/hook"
)

// setAmount sets the amount to show: captured, else held, else due. If nothing is due, no amount is shown.
func (w *whole) setAmount() {
	s := &w.s
	switch {
	case s.NothingDue != "":
		s.Currency, s.Due, s.DueKnown = "", 0, false
	case s.Captured > 0:
		s.Amount = s.Captured
	case s.Held > 0:
		s.Amount = s.Held
	default:
		s.Amount = s.Due
	}
}

// setWords sets what a page may say about the payer's money. What was taken in another currency counts here: the payer
// must not read "you have not been charged" because a sum was left out.
//
// Denied also requires that every member that ended without money proves so by itself, that no member has another
// currency, and that the end is explained. Every doubt removes the sentence.
func (w *whole) setWords() {
	s := &w.s
	lost := false
	var gone int64 // what disputes took back from members that kept nothing
	// refunds: a member ended, and something, such as a refund on record, forbids to deny that it charged the payer.
	unproved, refunds := false, false
	var names []string // of the members' currencies
	for _, m := range w.all {
		s.OnHold, s.OnItsWay = s.OnHold || m.OnHold, s.OnItsWay || m.OnItsWay
		returned := w.closed != nil && !m.Newest.After(w.closed.At.Time) && m.Captured > 0
		// whether the shop still has money that a payment brought is known of the payment
		brought := w.covered && m.Uncarried > 0 && m.Uncarried == m.Captured
		s.Taken = s.Taken || m.Taken && !returned && !brought
		s.Back = s.Back || m.Back || returned
		if m.Dispute == hook.DisputeIsLost {
			lost = true
			if !m.Taken && m.Currency == w.currency {
				gone += m.Captured - m.Refunded
			}
		}
		unproved = unproved || m.Unproved
		s.WasHeld = s.WasHeld || m.WasHeld
		refunds = refunds || !m.Denied && slices.Contains([]hook.State{
			hook.StateFailed, hook.StateCanceled, hook.StateExpired}, m.State)
		names = append(names, m.Currency)
	}
	if w.snapshot != nil && w.snapshot.State == hook.StateAuthorized && s.State == hook.StateAuthorized {
		s.OnHold, s.Held = true, s.Due
		s.Amount = s.Held
	}
	s.OnItsWay = s.OnItsWay || s.State == hook.StateProcessing
	if (w.declared > 0 && w.net > 0 || w.own.withoutSum() && s.State != hook.StateRefunded) && !lost {
		s.Taken = true
	}
	s.Back = s.Back || w.someBack || s.Refunded > 0 || s.State == hook.StateRefunded ||
		s.State == hook.StatePartiallyRefunded
	if w.taken && w.net <= gone && !w.noSum { // a link may count the money of a payment that it does not name
		s.Taken = false
	}
	s.Unproved, s.WasHeld = unproved, s.WasHeld && !s.OnHold && !w.taken
	names = slices.DeleteFunc(names, func(c string) bool { return c == "" || c == w.currency })
	s.Denied = denies(s) && !refunds && len(names) == 0 && !w.endUnexplained()
}

// endUnexplained reports whether a shop ended an order in a way that does not prove that nobody was charged.
//
// A shop that deletes an order sends its id alone, which says nothing about money. It proves nothing unless the last
// snapshot with a price already said that the order had ended unpaid: a snapshot that says "pending" may be followed by
// a payment whose snapshot was lost, or was never sent because the order was gone.
//
// Money that a shop called on its way, such as a bank transfer or a card that is only authorized, may still arrive or
// be held after the shop cancels the order. Only a snapshot of the money, such as "failed", ends it.
func (w *whole) endUnexplained() bool {
	o := w.own
	if o.snapshot == nil || o.snapshot.State != hook.StateCanceled || len(w.all) > 0 {
		return false
	}
	if o.underway || o.priced == nil {
		return true
	}
	switch o.priced.State {
	case hook.StateCanceled, hook.StateFailed, hook.StateExpired:
		return false
	default:
		return true
	}
}

// setReview sets why a person should look, in alphabetical order. If more than what is due was kept, it was paid twice
// if several members kept money, and overpaid otherwise. Members' own reasons are taken over.
func (w *whole) setReview() {
	s := &w.s
	all := slices.Clone(w.own.review)
	differ := w.due != nil && w.due.Currency != "" && w.due.Currency != w.currency
	for _, m := range w.all {
		all = append(all, m.Review...)
		differ = differ || m.Currency != "" && m.Currency != w.currency && (hasMoney(m) || m.OnHold)
	}
	if differ {
		all = append(all, hook.ReviewCurrenciesDiffer)
	}
	if s.Due > 0 && w.net > s.Due && w.taken {
		if w.withNet > 1 {
			all = append(all, hook.ReviewPaidTwice)
		} else {
			all = append(all, hook.ReviewOverpaid)
		}
	}
	slices.Sort(all)
	s.Review = slices.Compact(all)
	if len(s.Review) == 0 {
		s.Review = nil
	}
}

// setFinal sets whether nothing more is expected. An order that is paid in part is final once the order itself ended:
// then the rest will not come.
func (w *whole) setFinal() {
	s := &w.s
	switch s.State {
	case "":
	case hook.StatePartiallyPaid:
		own := w.ownState().state
		s.Final = own == hook.StateExpired || own == hook.StateCanceled
	default:
		s.Final = !slices.Contains(openStates, s.State)
	}
}
