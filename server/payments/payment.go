package payments

import (
	"slices"

	"hookbeam/server/hook"
)

// Payment derives the state of one payment from its evidence. The order of the set and repeats in it change nothing.
// Without evidence that moves it, the state is "".
//
// The steps depend on each other in this order: refunds that may be releases are compared with what was captured, a
// refund may then prove a capture that was not reported, and only then it is known whether the authorization was used
// up.
func Payment(set []hook.Evidence) hook.Summary {
	p := read(InOrder(set))
	p.sumCaptures()
	p.sumRefunds()
	p.proveByRefund()
	p.endHold()
	return p.summary()
}

// part is one capture or refund, in the state that its newest evidence reports: done, pending or failed.
type part struct {
	newest *hook.Evidence
	amount int64  // of the newest evidence that has one; 0: of everything
	extra  int64  // of a capture: what of amount came on top of the price
	of     string // of a refund: the capture that it returns; "" if the provider does not say
}

// done reports whether the money moved.
func (p *part) done() bool {
	switch p.newest.Kind {
	case hook.Captured, hook.Refund, hook.Reversed:
		return true
	default:
		return false
	}
}

// pending reports whether the provider has accepted it and not carried it out yet.
func (p *part) pending() bool {
	return p.newest.Kind == hook.CapturePending || p.newest.Kind == hook.RefundPending
}

// failed reports whether it was refused, or taken back after it was reported as done.
func (p *part) failed() bool {
	return p.newest.Kind == hook.CaptureFailed || p.newest.Kind == hook.RefundFailed
}

// payment is what is read of a payment's evidence (the upper group of fields, which note sets), and then derived from
// it (the lower group). Amounts are in minor units of currency; amounts in other currencies are left out of all of
// them.
type payment struct {
	currency  string
	differ    bool // amounts in other currencies were left out
	tooMany   bool // some parts were left out
	newest    map[hook.EvidenceKind]*hook.Evidence
	last      *hook.Evidence // the newest of all
	began     *hook.Evidence // the oldest that moves the payment
	captures  map[string]*part
	refunds   map[string]*part
	asked     *hook.Evidence            // the newest that states the amount asked for
	total     *hook.Evidence            // the largest sum of captures
	returned  map[string]*hook.Evidence // the newest sum of refunds, by capture
	charged   int64                     // the largest amount that a refund says was captured
	follows   hook.More                 // as the newest capture that says it
	firstPaid *hook.Evidence            // the oldest capture
	firstEnd  *hook.Evidence            // the oldest end
	review    []hook.Review
	late      bool
	reserved  bool // a capture says that its amount was authorized before
	method    hook.Method
	cause     hook.Cause

	hold          int64          // what was authorized; 0: unknown or nothing
	held          *hook.Evidence // the newest authorization
	holdOpen      bool           // the authorization stands
	implied       bool           // only a refund says that the authorization ended
	unproved      bool           // nobody stated the end of an authorization
	more          bool           // more captures follow
	captured      int64
	extra         int64 // of captured, what came on top of the price
	withoutSum    bool  // money was taken, and nobody said how much
	refunded      int64
	refundedAll   bool // a refund without an amount: all of it
	refund        *hook.Evidence
	broken        *hook.Evidence // the newest capture that failed
	takenBy       *hook.Evidence // the newest capture
	refundsMoney  bool           // a refund is known that cannot be a release
	unfinished    bool           // a capture is pending
	partsRefunded int64          // of refunds that may be releases
}

// read reads evidence that is in the order of Compare.
func read(all []hook.Evidence) *payment {
	p := &payment{
		newest:   make(map[hook.EvidenceKind]*hook.Evidence, 8),
		captures: map[string]*part{}, refunds: map[string]*part{}, returned: map[string]*hook.Evidence{},
	}
	p.currency = currencyOf(all)
	for i := range all {
		p.note(p.inCurrency(&all[i]))
	}
	if len(p.captures)+len(p.refunds) > maxParts {
		p.tooMany = true
	}
	return p
}

// inCurrency returns a piece with its amount in minor units of the payment's currency. One that names no currency has
// its amount in hundredths.
func (p *payment) inCurrency(e *hook.Evidence) *hook.Evidence {
	digits := hook.MinorDigits(p.currency)
	if e.Currency != "" || e.Amount == 0 || digits == 2 {
		return e
	}
	scaled := *e
	for ; digits < 2; digits++ {
		scaled.Amount /= 10
	}
	for ; digits > 2; digits-- {
		scaled.Amount *= 10
	}
	return &scaled
}

// isDispute reports whether evidence of a kind is about a dispute. Its amount is what is disputed, which may be in the
// currency of the payer's bank.
func isDispute(k hook.EvidenceKind) bool {
	switch k {
	case hook.DisputeOpen, hook.DisputeWon, hook.DisputeLost, hook.DisputeClosed:
		return true
	default:
		return false
	}
}

// currencyOf returns the currency of a payment: that of its newest capture, else of its authorization, else of what was
// asked for or returned. A payment keeps one currency; it must be known before amounts are read, since those in others
// do not count. Of several candidates of the same weight the newest decides, as the evidence is in order.
func currencyOf(all []hook.Evidence) (currency string) {
	best := 0
	for i := range all {
		e := &all[i]
		if e.Currency == "" || e.Amount+e.Total+e.Charged == 0 || isDispute(e.Kind) {
			continue
		}
		weight := 2
		switch e.Kind {
		case hook.Captured:
			weight = 4
		case hook.Authorized:
			weight = 3
		case hook.Refund, hook.RefundPending, hook.RefundFailed, hook.Reversed:
			weight = 1
		}
		if weight >= best {
			best, currency = weight, e.Currency
		}
	}
	return currency
}

// note reads one piece, which is newer than all before it. A piece in another currency only moves the state, if it
// moves no money; a capture, authorization or refund in another currency counts nowhere and flags that currencies
// differ.
//
// newest holds the kinds that exist once per payment. Captures and refunds are kept by part instead.
func (p *payment) note(e *hook.Evidence) {
	p.last = e
	if e.Kind != hook.Info && p.began == nil {
		p.began = e
	}
	if e.Review != "" && !slices.Contains(p.review, e.Review) {
		p.review = append(p.review, e.Review)
	}
	p.late, p.reserved = p.late || e.Late, p.reserved || e.Reserved
	if e.Method != "" {
		p.method = e.Method
	}
	if e.Cause != "" {
		p.cause = e.Cause
	}
	if e.Currency != "" && e.Currency != p.currency && e.Amount+e.Total != 0 {
		if e.Kind == hook.Captured || e.Kind == hook.Authorized || e.Kind == hook.Refund {
			p.differ = true
			return
		}
		if asks(e.Kind) || isDispute(e.Kind) {
			p.newest[e.Kind] = e
		}
		return
	}
	p.charged = max(p.charged, e.Charged)
	if asks(e.Kind) && e.Amount != 0 {
		p.asked = e
	}
	if key, ok := partOf(e); ok {
		p.notePart(key, e)
	}
	switch e.Kind {
	case hook.Captured:
		p.noteCapture(e)
	case hook.Refund:
		if e.Total != 0 {
			p.noteReturned(e)
		}
	case hook.Canceled, hook.Expired, hook.Released:
		if p.firstEnd == nil {
			p.firstEnd = e
		}
	}
	switch e.Kind {
	case hook.CapturePending, hook.CaptureFailed, hook.RefundPending, hook.RefundFailed, hook.Refund, hook.Reversed,
		hook.Captured:
	default:
		p.newest[e.Kind] = e
	}
}

// notePart updates a capture or refund. Its amount and its capture stay as they were if the newer piece omits them.
func (p *payment) notePart(key partKey, e *hook.Evidence) {
	parts := p.captures
	if key.refund {
		parts = p.refunds
	}
	one := parts[key.id]
	if one == nil {
		one = &part{}
		parts[key.id] = one
	}
	one.newest = e
	if e.Amount != 0 {
		one.amount, one.extra = e.Amount, e.Extra
	}
	if e.Of != "" {
		one.of = e.Of
	}
}

// noteCapture keeps what is about all captures. Of the totals the largest counts, not the newest: a sum of captures
// only grows, and captures that fail are subtracted from it separately.
func (p *payment) noteCapture(e *hook.Evidence) {
	if p.firstPaid == nil {
		p.firstPaid = e
	}
	if e.Follows != "" {
		p.follows = e.Follows
	}
	if e.Total != 0 && (p.total == nil || e.Total >= p.total.Total) {
		if p.total == nil || e.Total > p.total.Total || p.total.Inferred { // a stated sum proves more than a setting
			p.total = e
		}
	}
}

// noteReturned keeps the newest sum of refunds; of two at one time that of the higher version, else the larger. Unlike
// captures, this sum may shrink: the provider takes a failed refund off it.
func (p *payment) noteReturned(e *hook.Evidence) {
	was := p.returned[e.Of]
	if was == nil || e.At.After(was.At.Time) || e.Version > was.Version || e.Total >= was.Total {
		p.returned[e.Of] = e
	}
}
