package payments

import (
	"slices"

	"hookbeam/server/hook"
)

// whole is an order or reference while it is combined from its own evidence and its members. Both levels are computed
// alike: an order from its payments, a reference from its orders and the payments without one.
type whole struct {
	*own
	all     []*hook.Member
	s       hook.Summary   // the result, which the set methods fill in
	closed  *hook.Evidence // the provider closed the reference unpaid; nil: it did not
	net     int64          // captured less refunded, in currency
	extra   int64          // of captured, what payers gave on top of the price
	noSum   bool           // money was taken without a sum
	withNet int            // members that kept money
	taken   bool           // money was taken, be it returned since or not
	shared  bool           // orders declare money that payments without an order may have brought; see shareMoney
	covered bool           // those payments brought all of it

	someBack bool // something was returned of a sum that nobody said
}

// combine derives the state from an order's own evidence and its members. With one member and no facts of its own, the
// whole reads as that member.
//
// Each step uses the results of those before it. The result does not depend on the order of arrival: sums and maxima
// commute, and of two members with the same time their currency, their state or their place in the list, which is
// sorted by name, decides.
func combine(o *own, all []*hook.Member) hook.Summary {
	if len(all) == 1 && !o.moved {
		s := all[0].Summary
		s.Payments = max(1, s.Payments)
		if all[0].Level == hook.LevelOrder {
			s.Payments = all[0].Payments
		}
		return s
	}
	w := &whole{own: o, all: all, closed: o.newest[hook.Closed]}
	if w.closed != nil && (w.closed.State == hook.StatePaid) {
		w.closed = nil
	}
	w.currency = w.chooseCurrency()
	w.sum()
	w.setDue()
	w.setState()
	w.setAmount()
	w.setWords()
	w.setReview()
	return w.s
}

// earlier returns the earlier of two times, each of which may be missing.
func earlier(a, b hook.Time) hook.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a.Time) {
		return b
	}
	return a
}

// later returns the later of two times; a if they are equal.
func later(a, b hook.Time) hook.Time {
	if b.After(a.Time) {
		return b
	}
	return a
}

// hasMoney reports whether a member took money, be it returned since or not.
func hasMoney(m *hook.Member) bool { return m.Captured > 0 || takenWithoutSum(m) }

// takenWithoutSum reports whether a member took money and nobody said how much: BTCPay never does. States do not depend
// on amounts being known.
func takenWithoutSum(m *hook.Member) bool {
	switch m.State {
	case hook.StatePaid, hook.StatePartiallyPaid, hook.StatePartiallyRefunded, hook.StateRefunded:
		return m.Captured == 0 && m.NothingDue == ""
	default:
		return false
	}
}

// chooseCurrency returns the currency in which the state is derived: the stated one if it has money, else the newest
// that has, else that of what is held or asked for. Amounts of different currencies are never added or compared; those
// in others are left out, and the summary is marked for review.
func (w *whole) chooseCurrency() string {
	stated := ""
	if w.due != nil {
		stated = w.due.Currency
	} else if w.declared > 0 {
		stated = w.own.currency
	}
	var money, held, other *hook.Member
	newest := func(was, m *hook.Member) *hook.Member {
		if was == nil || m.At.After(was.At.Time) || m.At.Equal(was.At.Time) && m.Currency > was.Currency {
			return m
		}
		return was
	}
	statedHasMoney := w.declared > 0 && stated != ""
	for _, m := range w.all {
		switch {
		case m.Currency == "":
		case m.Captured > 0:
			money = newest(money, m)
			statedHasMoney = statedHasMoney || m.Currency == stated
		case m.Held > 0:
			held = newest(held, m)
		default:
			other = newest(other, m)
		}
	}
	switch {
	case statedHasMoney || stated != "" && money == nil:
		return stated
	case money != nil:
		return money.Currency
	case held != nil:
		return held.Currency
	case other != nil:
		return other.Currency
	default:
		return w.own.currency
	}
}

// sum adds up the members' money in the chosen currency, and takes over their times, disputes and methods. Captured and
// refunded are at least what the order's own events declare: a shop may know of payments that no event was received of.
//
// When a provider closes an order unpaid (Adyen), it returns its payments without reporting each refund. Payments with
// no fact after the closing therefore count as returned.
func (w *whole) sum() {
	s := &w.s
	s.Currency = w.currency
	if w.last != nil {
		s.Newest, s.Began = w.last.At, w.first.At
	}
	s.Fulfilment = w.fulfilment
	for _, m := range w.all {
		s.Began = earlier(s.Began, m.Began)
		s.Newest = later(s.Newest, m.Newest)
		s.Late = s.Late || m.Late
		s.Payments += payments(m)
		w.dispute(m)
		if m.Method != "" && (s.Method == "" || !m.Newest.Before(s.Newest.Time)) {
			s.Method = m.Method
		}
		w.noSum = w.noSum || takenWithoutSum(m)
		if m.Currency != w.currency && m.Currency != "" {
			continue
		}
		refunded := m.Refunded
		if w.closed != nil && !m.Newest.After(w.closed.At.Time) {
			refunded = m.Captured // the provider returns what was paid
		}
		s.Captured, s.Held, s.Refunded = s.Captured+m.Captured, s.Held+m.Held, s.Refunded+refunded
		s.Waived += m.Waived
		w.extra += m.Extra
		if m.Captured > refunded {
			w.withNet++
		}
	}
	if w.declared > s.Captured && (w.own.currency == "" || w.own.currency == w.currency) {
		s.Uncarried = w.declared - s.Captured
	}
	w.shareMoney()
	if w.own.method != "" && s.Method == "" {
		s.Method = w.own.method
	}
	if w.own.currency == "" || w.own.currency == w.currency {
		s.Captured, s.Refunded = max(s.Captured, w.declared), max(s.Refunded, w.returned)
	}
	s.Captured = max(s.Captured, s.Refunded) // what was returned had been taken
	w.net = s.Captured - s.Refunded
	if w.net == 0 && s.Refunded > 0 && w.unknownSum() { // the refund proves a part of what was taken, and not all
		w.someBack = true
		s.Captured, s.Refunded = 0, 0
	}
	w.noSum = w.noSum || w.own.withoutSum()
	w.taken = s.Captured > 0 || w.noSum
}

// unknownSum reports whether a shop says that money was taken, not how much, and not that all of it was returned.
func (w *whole) unknownSum() bool {
	return len(w.all) == 0 && w.own.withoutSum() && w.own.money != nil && w.own.money.State != hook.StateRefunded
}

// shareMoney counts money once that a reference lists twice: as declared by an order that does not say which payment
// brought it, and as brought by a payment that does not say which order it pays. Examples are the event of a paid link
// of Mollie's and the event of the payment that paid it. The smaller sum is taken for a part of the larger one.
//
// So a payment beside such an order reads as "paid twice" only if the payments alone are more than what is due. If the
// order was in fact paid by a further payment that nobody reported, that one is missed.
func (w *whole) shareMoney() {
	var uncarried, uncarriedBack, loose, looseBack int64
	for _, m := range w.all {
		switch {
		case m.Currency != w.currency:
		case m.Level == hook.LevelPayment:
			loose, looseBack = loose+m.Captured, looseBack+m.Refunded
		case m.Uncarried > 0:
			uncarried, uncarriedBack = uncarried+m.Uncarried, uncarriedBack+min(m.Refunded, m.Uncarried)
		}
	}
	w.shared = uncarried > 0 && loose > 0
	w.covered = w.shared && uncarried <= loose
	w.s.Captured -= min(uncarried, loose)
	w.s.Refunded -= min(uncarriedBack, looseBack)
}

// payments returns how many payments a member stands for: an order in a reference stands for all of its own.
func payments(m *hook.Member) int {
	if m.Level == hook.LevelOrder {
		return m.Payments
	}
	return 1
}

// dispute takes over a member's dispute; the gravest counts.
func (w *whole) dispute(m *hook.Member) {
	grave := []hook.Dispute{"", hook.DisputeIsWon, hook.DisputeIsLost, hook.DisputeIsOpen}
	if slices.Index(grave, m.Dispute) > slices.Index(grave, w.s.Dispute) {
		w.s.Dispute = m.Dispute
	}
}

// setDue sets what is to be paid: what the order states, less what its payments will not capture any more; else what
// follows from its members.
//
// Without a stated price, the distinct amounts of the members that have money, a hold or a processing attempt are added
// up: different amounts are taken for parts of one price, equal ones for a double charge. Attempts that brought nothing
// do not count, but the price is at least the largest amount that an open attempt asks for, so that 0.50 captured
// beside an open attempt of 4,900.00 is not "paid". DueKnown says which of the two it was. Prices of orders whose money
// was shared with payments (see shareMoney) are the prices of these payments, and not added to them.
//
// What payers gave on top of the price, such as a tip, is added: it is not too much. A stated price is raised no
// further than to what was captured, since some senders count tips in it already.
func (w *whole) setDue() {
	if w.due != nil && (w.due.Currency == w.currency || w.due.Currency == "") {
		w.s.Due, w.s.DueKnown = max(0, w.due.Due-w.s.Waived), true
		w.s.Due += min(w.extra, max(0, w.s.Captured-w.s.Due))
		return
	}
	var orders, others sumOfDistinct
	var open int64
	for _, m := range w.all {
		if m.Currency != w.currency {
			continue
		}
		switch {
		case m.Captured > 0 || m.OnHold || m.State == hook.StateProcessing:
			price := &others
			if w.shared && m.Uncarried > 0 {
				price = &orders
			}
			price.add(m.Due - m.Extra)
			price.sum += m.Extra
		case m.State == hook.StatePending || m.State == hook.StateActionRequired:
			open = max(open, m.Due)
		}
	}
	w.s.Due = max(orders.sum, others.sum, open)
}

// sumOfDistinct adds up amounts, equal ones once.
type sumOfDistinct struct {
	seen []int64
	sum  int64
}

func (d *sumOfDistinct) add(n int64) {
	if n > 0 && !slices.Contains(d.seen, n) {
		d.seen = append(d.seen, n)
		d.sum += n
	}
}
