// Package payments derives the state of payments, orders and references from what events report about them. Every
// result is a function of the set of evidence: the order of arrival, repeats and the way in which evidence was stored
// in between change nothing.
//
// A payment is one attempt of a payer to move money, an order is what is being paid, and a reference is the shop's own
// number, which is a name and no identity. Payment derives the first from its evidence, Combine the other two from
// their own evidence and the summaries of their members. Graph applies statements to stored rows: it unites what one
// event names together, and passes summaries on.
//
// Start with Payment (payment.go), which lists the steps of the derivation, then combine (combine.go), then Graph
// (graph.go). evidence.go has the order of evidence and what is kept of it. The package does no I/O and reads no clock:
// package status gives it rows, and stores those that Graph.Finish returns. All amounts are in minor units of their
// currency.
package payments

import (
	"cmp"
	"slices"
	"strings"

	"hookbeam/server/hook"
)

// byRank lists the kinds of evidence in the order in which they count if they happened at the same time: many senders
// write whole seconds, so that a payment's creation and its capture often have one time. Later entries win: captures
// follow failures and ends, refunds follow captures, and disputes come last.
var byRank = [...]hook.EvidenceKind{
	hook.StateReported, hook.Info, hook.NothingDue, hook.Created, hook.Action, hook.Processing, hook.CoinsSeen,
	hook.CoinsReceived, hook.CoinsUnsettled, hook.Failed, hook.Authorized, hook.Released, hook.Expired, hook.Canceled,
	hook.Closed, hook.CapturePending, hook.CaptureFailed, hook.Captured, hook.RefundPending, hook.Refund,
	hook.RefundFailed, hook.Reversed, hook.DisputeOpen, hook.DisputeLost, hook.DisputeWon, hook.DisputeClosed,
}

// ranks has each kind's place in byRank, from 1. Unlisted kinds have 0 and lose against all others.
var ranks = func() map[hook.EvidenceKind]int {
	all := make(map[hook.EvidenceKind]int, len(byRank))
	for i, kind := range byRank {
		all[kind] = i + 1
	}
	return all
}()

// Compare orders evidence by when it happened. A provider's version decides within the same time, then the kind. The
// rest makes the order total, so that it depends on nothing but the evidence.
//
// The receiving time is not compared: it differs between repeats of one event. Seq comes last, for repeats of one
// report. It changes no state, and decides only which delivery a timeline links to.
func Compare(a, b *hook.Evidence) int {
	if c := cmp.Or(a.At.Compare(b.At.Time), cmp.Compare(a.Version, b.Version),
		cmp.Compare(ranks[a.Kind], ranks[b.Kind]),
		cmp.Compare(a.Rank, b.Rank)); c != 0 {
		return c
	}
	return cmp.Or(
		cmp.Compare(a.Event, b.Event),
		strings.Compare(a.Part, b.Part),
		strings.Compare(a.Of, b.Of),
		cmp.Compare(a.State, b.State),
		cmp.Compare(a.Fulfilment, b.Fulfilment),
		cmp.Compare(a.Amount, b.Amount),
		strings.Compare(a.Currency, b.Currency),
		cmp.Compare(a.Total, b.Total),
		compareBool(a.Inferred, b.Inferred),
		compareBool(a.Reserved, b.Reserved),
		cmp.Compare(a.Follows, b.Follows),
		cmp.Compare(a.Charged, b.Charged),
		cmp.Compare(a.Extra, b.Extra),
		compareBool(a.Release, b.Release),
		cmp.Compare(a.Due, b.Due),
		cmp.Compare(a.Declared, b.Declared),
		cmp.Compare(a.Returned, b.Returned),
		compareBool(a.Paid, b.Paid),
		cmp.Compare(a.Method, b.Method),
		cmp.Compare(a.Cause, b.Cause),
		cmp.Compare(a.Review, b.Review),
		compareBool(a.Late, b.Late),
		cmp.Compare(a.Tone, b.Tone),
		compareBool(a.Final, b.Final),
		strings.Compare(a.Variant, b.Variant),
		cmp.Compare(a.Seq, b.Seq),
		compareBool(a.Inherited, b.Inherited),
	)
}

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

// Same reports whether two pieces of evidence are the same report: a sender may repeat it, at another time of its own.
// Two bodies of one event are two reports. The event alone does not identify a report, because one event may report
// about several parts, such as two captures.
func Same(a, b *hook.Evidence) bool {
	return a.Event == b.Event && a.Kind == b.Kind && a.Part == b.Part && a.Of == b.Of && a.Variant == b.Variant
}

// overridden reports whether a set has what a kept delivery reports of the event of an inherited piece. The delivery
// counts then, whatever the earlier model made of the event: it may have read another kind or amount from it.
func overridden(set []hook.Evidence, e *hook.Evidence) bool {
	if !e.Inherited {
		return false
	}
	for i := range set {
		if o := &set[i]; !o.Inherited && o.Event == e.Event && o.Variant == e.Variant {
			return true
		}
	}
	return false
}

// InOrder returns each piece of evidence once, in the order of Compare. Of repeats the one that happened first counts.
// Inherited pieces that are overridden are left out.
// It returns the set itself if that is in order already, as stored rows are, so callers must not change the result in
// place. Its cost is quadratic in the size of the set, which Trim bounds.
func InOrder(set []hook.Evidence) []hook.Evidence {
	if isInOrder(set) {
		return set
	}
	all := slices.Clone(set)
	slices.SortFunc(all, func(a, b hook.Evidence) int { return Compare(&a, &b) })
	once := all[:0]
	for i := range all {
		if !Contains(once, &all[i]) && !overridden(set, &all[i]) {
			once = append(once, all[i])
		}
	}
	return once
}

// isInOrder reports whether a set is sorted by Compare, and has no repeats and nothing that is overridden.
func isInOrder(set []hook.Evidence) bool {
	for i := range set {
		if i > 0 && Compare(&set[i-1], &set[i]) > 0 || Contains(set[:i], &set[i]) || overridden(set, &set[i]) {
			return false
		}
	}
	return true
}

// Contains reports whether a set has the same report already.
func Contains(set []hook.Evidence, e *hook.Evidence) bool {
	for i := range set {
		if Same(&set[i], e) {
			return true
		}
	}
	return false
}

// The bounds of what is kept of one row.
const (
	// maxHistory is how many pieces of evidence are kept for the timeline alone: the newest ones.
	maxHistory = 32
	// maxParts is how many captures and refunds count together. A payment with more is marked for review.
	maxParts = 128
)

// Trim returns the evidence that decides the state, and the newest of the rest for the timeline, in the order of
// Compare. Trimming a set in parts and together gives the same: every piece that is kept is the newest, the oldest or
// the largest of its kind, and the extreme of a union is the extreme of the parts' extremes. Therefore a row may be
// trimmed whenever it is stored. A thousand declined attempts push out no capture, since each kind has slots of its
// own.
func Trim(set []hook.Evidence) []hook.Evidence {
	all := InOrder(set)
	if len(all) <= maxHistory {
		return all
	}
	keep := make([]bool, len(all))
	newestParts(all, keep)
	for i := len(all) - maxHistory; i < len(all); i++ {
		keep[i] = true
	}
	seen := map[slot]bool{}
	for i := len(all) - 1; i >= 0; i-- { // the newest of each slot
		for _, s := range newestSlots(&all[i]) {
			if !seen[s] {
				seen[s], keep[i] = true, true
			}
		}
	}
	clear(seen)
	for i := range all { // the oldest
		if s := oldestSlot(&all[i]); s != "" && !seen[slot{kind: s}] {
			seen[slot{kind: s}], keep[i] = true, true
		}
	}
	keepLargest(all, keep)
	kept := make([]hook.Evidence, 0, maxHistory+16)
	for i := range all {
		if keep[i] {
			kept = append(kept, all[i])
		}
	}
	return kept
}

// slot is a question that a single piece of evidence answers, such as the amount asked for. Trim keeps the answering
// piece of each slot. of tells slots of one kind apart: the capture of a refund total, or a currency.
type slot struct{ kind, of string }

// newestSlots returns the slots for which a piece counts if it is their newest. It must have a slot for everything that
// payment.note and own.note take from the newest piece; what is missing here is lost when a row is trimmed.
func newestSlots(e *hook.Evidence) []slot {
	slots := make([]slot, 0, 8)
	add := func(yes bool, kind, of string) {
		if yes {
			slots = append(slots, slot{kind, of})
		}
	}
	switch e.Kind {
	case hook.Captured, hook.CapturePending, hook.CaptureFailed, hook.Refund, hook.RefundPending, hook.RefundFailed,
		hook.Reversed: // by part, see newestParts; these are about all of them
		add(e.Follows != "" && e.Kind == hook.Captured, "follows", "")
		add(e.Total != 0 && e.Kind == hook.Refund, "refund total", e.Of)
		add(e.Currency != "" && e.Amount+e.Total != 0, "currency", string(e.Kind))
		add(e.Inferred, "inferred", "")
	default:
		add(true, string(e.Kind), "")
		add(e.Amount != 0 && asks(e.Kind), "asked", "")
	}
	if e.Kind == hook.StateReported {
		add(e.Due != 0, "priced", "")
		add(e.Paid, "money", "")
		add(e.Declared != 0, "list", e.Currency)
		add(e.State == hook.StateProcessing, "underway", "")
	}
	add(e.Due != 0, "due", "")
	add(e.Declared != 0, "declared", "")
	add(e.Currency != "", "any currency", "")
	add(e.Review != "", "review", string(e.Review))
	add(e.Cause != "", "cause", "")
	add(e.Method != "", "method", "")
	add(e.Late, "late", "")
	add(e.Fulfilment != "", "fulfilment", "")
	add(e.Reference != "", "reference", "")
	add(e.Customer != "", "customer", "")
	add(e.Title != "", "title", "")
	add(e.URL != "", "url", "")
	return slots
}

// oldestSlot returns the slot for which a piece counts if it is its oldest: they decide when the row began, and whether
// it was paid late.
func oldestSlot(e *hook.Evidence) string {
	if e.Declared != 0 || e.Paid {
		return "paid"
	}
	switch e.Kind {
	case hook.Captured:
		return "captured"
	case hook.Canceled, hook.Expired, hook.Released:
		return "ended"
	case hook.Info:
		return "info"
	default:
		return "first"
	}
}

// asks reports whether the amount of a kind of evidence is what the payment asks for.
func asks(k hook.EvidenceKind) bool {
	switch k {
	case hook.Created,
		hook.Action,
		hook.Processing,
		hook.Failed,
		hook.Released,
		hook.Expired,
		hook.Canceled,
		hook.Info,
		hook.Authorized,
		hook.CoinsSeen,
		hook.CoinsReceived,
		hook.CoinsUnsettled:
		return true
	default:
		return false
	}
}

// partKey identifies a capture or refund within a payment. Captures and refunds are kept apart, since their ids may be
// equal.
type partKey struct {
	refund bool
	id     string // "part/" and the provider's id, or "event/" and the id of the event that reported it
}

// partOf returns the capture or refund that a piece is about. ok is false for totals and for everything else. A piece
// without an id of a part is a part of its own, unless it reports a total: totals are not added up.
func partOf(e *hook.Evidence) (key partKey, ok bool) {
	switch e.Kind {
	case hook.Captured, hook.CapturePending, hook.CaptureFailed:
	case hook.Refund, hook.RefundPending, hook.RefundFailed, hook.Reversed:
		key.refund = true
	default:
		return key, false
	}
	if e.Part != "" {
		key.id = "part/" + e.Part
	} else {
		key.id = "event/" + e.Event
	}
	return key, e.Part != "" || e.Total == 0
}

// newestParts marks the newest piece of each capture and refund, and the newest of each that has an amount. Beyond
// maxParts those are left out whose newest piece is the oldest.
//
// A part needs two pieces, because the report of its end, such as a failed refund, need not repeat its amount.
func newestParts(all []hook.Evidence, keep []bool) {
	type seen struct{ amount bool }
	parts := make(map[partKey]*seen)
	for i := len(all) - 1; i >= 0; i-- {
		key, ok := partOf(&all[i])
		if !ok {
			continue
		}
		p := parts[key]
		switch {
		case p == nil && len(parts) > maxParts: // one more than is counted, so that it is known that there were more
			continue
		case p == nil:
			p = &seen{}
			parts[key] = p
			keep[i] = true
		case !p.amount && all[i].Amount != 0:
			keep[i] = true
		}
		p.amount = p.amount || all[i].Amount != 0
	}
}

// keepLargest marks the pieces with the largest amounts of their kind: totals of captures, amounts that were declared
// paid and returned, what a refund says was charged, and of refund totals at the same time the larger.
func keepLargest(all []hook.Evidence, keep []bool) {
	largest := map[slot]int{}
	amount := func(s slot, e *hook.Evidence) int64 {
		switch s.kind {
		case "declared":
			return e.Declared
		case "returned", "list":
			return e.Returned
		case "charged":
			return e.Charged
		default:
			return e.Total
		}
	}
	note := func(i int, s slot) {
		if at, ok := largest[s]; !ok || amount(s, &all[i]) >= amount(s, &all[at]) {
			largest[s] = i
		}
	}
	newest := map[string]hook.Time{} // by capture, of its newest refund total
	lists := map[string]hook.Time{}  // by currency, of the newest snapshot that declares a sum paid
	for i := len(all) - 1; i >= 0; i-- {
		e := &all[i]
		if e.Kind == hook.Captured && e.Total != 0 {
			note(i, slot{"total", e.Currency})
		}
		if e.Kind == hook.Refund && e.Total != 0 {
			if _, ok := newest[e.Of]; !ok {
				newest[e.Of] = e.At
			}
			if e.At.Equal(newest[e.Of].Time) {
				note(i, slot{"refund total", e.Of})
			}
		}
		if isList(e) {
			if _, ok := lists[e.Currency]; !ok {
				lists[e.Currency] = e.At
			}
			if e.At.Equal(lists[e.Currency].Time) {
				note(i, slot{"list", e.Currency})
			}
		} else if e.Returned != 0 {
			note(i, slot{"returned", e.Currency})
		}
		for kind, n := range map[string]int64{"declared": e.Declared, "charged": e.Charged} {
			if n != 0 {
				note(i, slot{kind, e.Currency})
			}
		}
	}
	for _, i := range largest {
		keep[i] = true
	}
}
