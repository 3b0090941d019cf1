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
	returned int64          // the largest sum that was declared returned
	noAmount bool           // money was declared, and nobody said how much
	currency string
	first    *hook.Evidence // the oldest
	last     *hook.Evidence // the newest
	moved    bool           // it says more than that it exists
	review   []hook.Review
	method   hook.Method
	snapshot *hook.Evidence // the newest snapshot of a shop's order
	// fulfilment is what the newest event that reports it says.
	fulfilment hook.State
	paidAt     *hook.Evidence // the oldest that declares money
	backAt     *hook.Evidence // the one that declares the largest sum returned
}

// readOwn reads a set of evidence, which need not be in order.
func readOwn(set []hook.Evidence) *own {
	o := &own{newest: make(map[hook.EvidenceKind]*hook.Evidence, 4)}
	all := InOrder(set)
	for i := range all {
		o.note(&all[i])
	}
	return o
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
	declared, returned := e.Declared, e.Returned
	switch e.Kind {
	case hook.Captured: // of a payment whose id the provider does not send
		declared = max(declared, e.Amount, e.Total)
		o.noAmount = o.noAmount || declared == 0
	case hook.Refund:
		returned = max(returned, e.Amount, e.Total)
	}
	if (declared != 0 || e.Kind == hook.Captured) && o.paidAt == nil {
		o.paidAt = e
	}
	if returned > o.returned {
		o.backAt = e
	}
	if e.Currency != "" {
		o.currency = e.Currency
	}
	o.declared, o.returned = max(o.declared, declared), max(o.returned, returned)
	if e.Review != "" && !slices.Contains(o.review, e.Review) {
		o.review = append(o.review, e.Review)
	}
	if e.Method != "" {
		o.method = e.Method
	}
	if e.Kind == hook.StateReported {
		o.snapshot = e
	}
	if e.Fulfilment != "" {
		o.fulfilment = e.Fulfilment
	}
}
