package hook

// EventClaim is what the log knows of one event id of one endpoint: which delivery named it first, and how often it has
// been delivered. The zero EventClaim is that of an id that no verified delivery has named.
//
// A log engine keeps claims by (endpoint, event id). It looks them up and stores them; what they mean for a delivery is
// decided by ResolveDuplicate alone.
type EventClaim struct {
	First      Seq // the event's first verified delivery; 0: there is none
	Deliveries int // how many times the event was delivered, the first one included
}

// BodyMatch says how the body of a delivery compares with that of the first delivery of its event.
type BodyMatch int

// The answers. BodyUnknown stands for a first delivery that is not kept any more.
const (
	BodyUnknown BodyMatch = iota
	BodySame
	BodyOther
)

// NamedEvent is an event id in a record, with the number of times that the record names it.
type NamedEvent struct {
	ID    string
	Times int
}

// DuplicateOutcome is what the duplicate rule decides about one delivery.
type DuplicateOutcome struct {
	DuplicateOf Seq  // the first delivery of the same event; 0: this delivery says something new
	Occurrence  int  // which delivery of its event this is, from the second on; 0: the first, or a batch
	BodyDiffers bool // it repeats an event with another body

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

// ResolveDuplicate is the duplicate rule. It says whether the delivery r, whose place in the log is r.Seq, repeats
// events that were delivered before, and which ids it claims:
//
//   - An id that nobody has claimed belongs to the first verified delivery that names it, for as long as it is kept.
//   - A delivery of one event is a duplicate if its id was claimed before. It says so if its body is another one.
//   - A delivery of several events is a duplicate only if each of its events has an id and each was claimed before.
//
// before holds the claims of named, which is r.NamedEvents, as they are without r. body compares r's body with that of
// the delivery that has claimed its event; it only counts where r is one event. The outcome's claims are written into
// the given slice, which may be nil.
//
// It is a pure function: every node that applies the same records in the same order comes to the same outcomes.
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

// SetOutcome writes what the duplicate rule decided into r. A reason that was noted before stays.
func (r *Record) SetOutcome(out DuplicateOutcome) {
	r.DuplicateOf, r.Occurrence = out.DuplicateOf, out.Occurrence
	if out.BodyDiffers && r.Reason == "" {
		r.Reason = ReasonBodyDiffers
	}
}
