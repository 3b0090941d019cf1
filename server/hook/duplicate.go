package hook

import (
	"crypto/sha256"
	"encoding/hex"
)

// EventClaim records, for one event id of one endpoint, which delivery had it first and how often it was delivered. The
// zero EventClaim means that no verified delivery has had the id.
//
// A log stores claims by (endpoint, event id). It only looks them up and writes them: ResolveDuplicate alone decides
// what they mean for a delivery.
type EventClaim struct {
	First      Seq // the event's first verified delivery; 0: there is none
	Deliveries int // how many times the event was delivered, the first one included
}

// BodyMatch is the result of comparing a delivery's body with that of the first delivery of its event.
type BodyMatch int

// The values of BodyMatch.
const (
	BodyUnknown BodyMatch = iota // the first delivery is no longer kept, or there is none
	BodySame
	BodyOther
)

// NamedEvent is an event id in a record, with the number of times that it occurs there.
type NamedEvent struct {
	ID    string
	Times int
}

// DuplicateOutcome is what the duplicate rule decides about one delivery.
type DuplicateOutcome struct {
	DuplicateOf Seq  // the first delivery of the same event; 0: this delivery is not a duplicate
	Occurrence  int  // which delivery of its event this is, from the second on; 0: the first, or a batch
	BodyDiffers bool // it repeats an event, but its body differs from that of the first delivery

	// Claims is the state of each named event after this delivery, in the order of Record.NamedEvents.
	Claims []EventClaim
}

// NamedEvents appends the event ids that a record claims or repeats, each once, in the order of their first occurrence.
// Only verified deliveries have any: an unverified one must not be able to make the genuine one look like a duplicate.
func (r *Record) NamedEvents(into []NamedEvent) []NamedEvent {
	if r.Verdict != Verified {
		return into
	}
	if len(r.Batch) == 0 {
		if r.Event == "" {
			return into
		}
		return append(into, NamedEvent{r.Event, 1})
	}
	at := make(map[string]int, len(r.Batch))
	for _, e := range r.Batch {
		if e.ID == "" {
			continue
		}
		i, seen := at[e.ID]
		if !seen {
			i = len(into)
			at[e.ID] = i
			into = append(into, NamedEvent{ID: e.ID})
		}
		into[i].Times++
	}
	return into
}

// ResolveDuplicate is the duplicate rule. It decides whether the delivery r, whose position in the log is r.Seq,
// repeats events that were delivered before, and which ids it claims:
//
//   - An id that is not claimed is claimed by the first verified delivery that has it. The claim lasts until the log
//     forgets the id.
//   - A delivery of one event is a duplicate if its id is claimed. The outcome also says if its body differs.
//   - A delivery of several events is a duplicate only if each of its events has an id and each id is claimed.
//
// named must be r.NamedEvents, and before the claims of these ids without r. body compares r's body with that of the
// first delivery of its event; it is ignored for a batch. The outcome's claims are written into the slice claims, which
// may be nil.
//
// It is a pure function: every node that applies the same records in the same order gets the same outcomes.
func ResolveDuplicate(
	r *Record, named []NamedEvent, before []EventClaim, body BodyMatch, claims []EventClaim,
) DuplicateOutcome {
	out := DuplicateOutcome{Claims: claims[:0]}
	first, repeated, identified := Seq(0), 0, 0
	for i, event := range named {
		identified += event.Times
		claim := before[i]
		if claim.First == 0 {
			out.Claims = append(out.Claims, EventClaim{First: r.Seq, Deliveries: 1})
			continue
		}
		if first == 0 {
			first = claim.First
		}
		repeated += event.Times
		claim.Deliveries += event.Times
		out.Claims = append(out.Claims, claim)
	}
	switch {
	case repeated == 0 || repeated < identified || identified < len(r.Batch):
		return out
	case len(r.Batch) > 0:
		out.DuplicateOf = first
	default:
		out.DuplicateOf, out.Occurrence, out.BodyDiffers = first, out.Claims[0].Deliveries, body == BodyOther
	}
	return out
}

// IsRepeated reports whether the delivery only repeats an earlier one of the same event, so that it reports nothing
// new. A delivery with the same event id and another body does not: some senders give two events one id.
func (d *Delivery) IsRepeated() bool { return d.DuplicateOf != 0 && d.Reason != ReasonBodyDiffers }

// Variant returns a hash of the body of a delivery whose event was delivered before with another body, and "" for any
// other delivery. Deliveries with the same body have the same one.
func (r *Record) Variant() string {
	if r.DuplicateOf == 0 || r.IsRepeated() {
		return ""
	}
	sum := sha256.Sum256(r.Body)
	return hex.EncodeToString(sum[:8])
}

// SetOutcome writes the outcome of the duplicate rule into r. It does not replace a reason that r already has.
func (r *Record) SetOutcome(out DuplicateOutcome) {
	r.DuplicateOf, r.Occurrence = out.DuplicateOf, out.Occurrence
	if out.BodyDiffers && r.Reason == "" {
		r.Reason = ReasonBodyDiffers
	}
}
