package payments

import (
	"slices"

	"hookbeam/server/hook"
)

// own is what an order's or reference's own evidence reports: about the whole, and not about one of its payments.
// readOwn makes it, and combine puts it together with the members.
type own struct {
	newest   map[hook.EvidenceKind]*hook.Evidence
	due      *hook.Evidence // the newest that states the price
	declared int64          // the largest sum that was declared paid; what a shop declared once stays paid
	returned int64          // what was declared returned; see noteReturned
	noAmount bool           // money was declared without a sum
	currency string
	first    *hook.Evidence // the oldest
	last     *hook.Evidence // the newest
	moved    bool           // it says more than that it exists
	review   []hook.Review
	method   hook.Method
	snapshot *hook.Evidence // the newest snapshot of a shop's order
	priced   *hook.Evidence // the newest snapshot that states the price
	money    *hook.Evidence // the newest snapshot that says that money was taken
	list     *hook.Evidence // the newest snapshot that declares a sum paid: its list of refunds is complete
	underway bool           // a snapshot said that money was on its way
	// fulfilment is what the newest event that reports it says.
	fulfilment hook.State
	paidAt     *hook.Evidence   // the oldest that declares money
	backAt     *hook.Evidence   // the one that declares what was returned
	refunds    map[string]int64 // amounts of single refunds, by their ids
	refundedBy *hook.Evidence   // the newest of them
	outside    int64            // the largest sum returned, as other evidence than lists says
	outsideBy  *hook.Evidence   // that evidence
}

// readOwn reads a set of evidence, which need not be in order.
func readOwn(set []hook.Evidence) *own {
	o := &own{newest: make(map[hook.EvidenceKind]*hook.Evidence, 4), refunds: map[string]int64{}}
	all := InOrder(set)
	o.currency = ownCurrency(all)
	for i := range all {
		o.note(&all[i])
	}
	return o
}

// ownCurrency returns the currency of an order's own amounts: that of the newest piece that states a price or a sum
// paid, else of the newest with an amount. It must be known first, since amounts in others do not count.
func ownCurrency(all []hook.Evidence) (currency string) {
	stated := false
	for i := range all {
		e := &all[i]
		states := e.Due+e.Declared != 0 || e.Kind == hook.Captured && e.Amount+e.Total != 0
		if e.Currency != "" && (states || !stated) {
			currency, stated = e.Currency, stated || states
		}
	}
	return currency
}

// note reads one piece, which is newer than all before it. Whatever it overwrites is therefore the newest of its kind;
// sums are maxima instead, since what was declared paid stays so if a later snapshot is silent about it.
func (o *own) note(e *hook.Evidence) {
	if o.first == nil {
		o.first = e
	}
	o.last = e
	o.newest[e.Kind] = e
	o.moved = o.moved || e.Kind != hook.Info || e.Due+e.Declared+e.Returned != 0
	if e.Due != 0 {
		o.due = e
	}
	declared := e.Declared
	switch {
	case e.Kind == hook.Captured: // of a payment whose id the provider does not send
		declared = max(declared, e.Amount, e.Total)
		o.noAmount = o.noAmount || declared == 0
	case e.Paid:
		o.money = e
		o.noAmount = o.noAmount || declared == 0
	}
	if (declared != 0 || e.Kind == hook.Captured || e.Paid) && o.paidAt == nil {
		o.paidAt = e
	}
	if e.Currency == "" || e.Currency == o.currency {
		o.declared = max(o.declared, declared)
		o.noteReturned(e)
	} else if declared != 0 { // it counts as money, and its sum does not
		o.noAmount = true
	}
	if e.Review != "" && !slices.Contains(o.review, e.Review) {
		o.review = append(o.review, e.Review)
	}
	if e.Method != "" {
		o.method = e.Method
	}
	if e.Kind == hook.StateReported {
		o.snapshot = e
		o.underway = o.underway || e.State == hook.StateProcessing
		if e.Due != 0 {
			o.priced = e
		}
	}
	if e.Fulfilment != "" {
		o.fulfilment = e.Fulfilment
	}
}

// noteReturned reads what a piece says was returned. A snapshot that declares a sum paid lists all refunds of the
// order, so the newest one counts, also where it lists fewer than an older one: a shop may delete a refund. Of two at
// the same time the larger counts. Single refunds that have ids are added up. All three describe the same money, so the
// largest counts.
func (o *own) noteReturned(e *hook.Evidence) {
	returned := e.Returned
	switch {
	case e.Kind != hook.Refund:
	case e.Part != "" && e.Amount != 0:
		o.refunds[e.Part], o.refundedBy = e.Amount, e
	default:
		returned = max(returned, e.Amount, e.Total)
	}
	switch {
	case !isList(e):
		if returned > o.outside {
			o.outside, o.outsideBy = returned, e
		}
	case o.list == nil || e.At.After(o.list.At.Time) || returned >= o.list.Returned:
		o.list = e
	}
	o.returned, o.backAt = o.outside, o.outsideBy
	if sum := sumOf(o.refunds); sum > o.returned {
		o.returned, o.backAt = sum, o.refundedBy
	}
	if o.list != nil && o.list.Returned > o.returned {
		o.returned, o.backAt = o.list.Returned, o.list
	}
}

// sumOf adds up amounts.
func sumOf(amounts map[string]int64) (sum int64) {
	for _, amount := range amounts {
		sum += amount
	}
	return sum
}

// isList reports whether a piece is a snapshot that lists all refunds of a paid order.
func isList(e *hook.Evidence) bool { return e.Kind == hook.StateReported && e.Declared != 0 }

// withoutSum reports whether money was declared, and no evidence says how much.
func (o *own) withoutSum() bool { return o.noAmount && o.declared == 0 }
