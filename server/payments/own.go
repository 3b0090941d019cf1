package payments

import (
	"slices"

	"hookbeam/server/hook"
)

// own is what an order's or reference's own evidence says.
type own struct {
	newest   map[hook.Kind]*hook.Evidence
	due      *hook.Evidence
	declared int64
	returned int64
	noAmount bool // money was declared, and nobody said how much
	currency string
	first    *hook.Evidence
	last     *hook.Evidence
	moved    bool // it says more than that it exists
	review   []hook.Review
	method   hook.Method
	snapshot *hook.Evidence
	// fulfilment is what the newest event that reports it says.
	fulfilment hook.State
	paidAt     *hook.Evidence // the oldest that declares money
	backAt     *hook.Evidence
}

func readOwn(set []hook.Evidence) *own {
	o := &own{newest: make(map[hook.Kind]*hook.Evidence, 4)}
	all := InOrder(set)
	for i := range all {
		o.note(&all[i])
	}
	return o
}

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
	case hook.Captured: // of a payment whose id nobody tells
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
	if e.Kind == hook.Stands {
		o.snapshot = e
	}
	if e.Fulfilment != "" {
		o.fulfilment = e.Fulfilment
	}
}
