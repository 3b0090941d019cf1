package hook

import (
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// claimLog applies records with nothing but the duplicate rule and a map of claims, as a log engine does.
type claimLog struct {
	seq    Seq
	claims map[string]EventClaim
	bodies map[Seq]string
}

func newClaimLog() *claimLog {
	return &claimLog{claims: map[string]EventClaim{}, bodies: map[Seq]string{}}
}

func (l *claimLog) apply(r *Record) {
	l.seq++
	r.Seq = l.seq
	named := r.NamedEvents(nil)
	before := make([]EventClaim, len(named))
	for i, event := range named {
		before[i] = l.claims[event.ID]
	}
	body := BodyUnknown
	if len(named) == 1 && before[0].First != 0 {
		body = BodyOther
		if l.bodies[before[0].First] == string(r.Body) {
			body = BodySame
		}
	}
	out := ResolveDuplicate(r, named, before, body, nil)
	r.SetOutcome(out)
	for i, event := range named {
		l.claims[event.ID] = out.Claims[i]
	}
	l.bodies[r.Seq] = string(r.Body)
}

func oneEvent(id, body string) *Record {
	return &Record{Delivery: Delivery{Verdict: Verified, Event: id}, Request: Request{Body: []byte(body)}}
}

func eventBatch(ids ...string) *Record {
	r := &Record{Delivery: Delivery{Verdict: Verified}}
	for _, id := range ids {
		r.Batch = append(r.Batch, Event{ID: id})
	}
	return r
}

func TestTheDuplicateRule(t *testing.T) {
	unsigned, rejected, noted := oneEvent("a", "1"), oneEvent("a", "1"), oneEvent("a", "3")
	unsigned.Verdict, rejected.Verdict, noted.Reason = Unsigned, Rejected, "clock_skew"
	log := newClaimLog()
	for i, c := range []struct {
		name   string
		record *Record
		of     Seq
		try    int
		reason Reason
	}{
		{"unsigned claims nothing", unsigned, 0, 0, ""},
		{"rejected claims nothing", rejected, 0, 0, ""},
		{"the first", oneEvent("a", "1"), 0, 0, ""},
		{"the same again", oneEvent("a", "1"), 3, 2, ""},
		{"with another body", oneEvent("a", "2"), 3, 3, ReasonBodyDiffers},
		{"a reason that is there stays", noted, 3, 4, "clock_skew"},
		{"no id", oneEvent("", "1"), 0, 0, ""},
		{"a batch with something new", eventBatch("a", "b", "b"), 0, 0, ""},
		{"a batch that came before", eventBatch("b", "a"), 8, 0, ""},
		{"a batch with an event that has no id", eventBatch("a", ""), 0, 0, ""},
		{"a batch without ids", eventBatch("", ""), 0, 0, ""},
		{"one event of a batch", oneEvent("b", "1"), 8, 3, ReasonBodyDiffers},
		{"a batch that names an event twice counts it twice", eventBatch("b", "b"), 8, 0, ""},
		{"and the next one sees that", oneEvent("b", ""), 8, 6, ""},
	} {
		log.apply(c.record)
		if r := c.record; r.DuplicateOf != c.of || r.Occurrence != c.try || r.Reason != c.reason {
			t.Errorf(
				"%d, %s: duplicate of %d, try %d, %q; want %d, %d, %q",
				i+1,
				c.name,
				r.DuplicateOf,
				r.Occurrence,
				r.Reason,
				c.of,
				c.try,
				c.reason,
			)
		}
	}
}

func TestABodyThatIsNotKeptDoesNotDiffer(t *testing.T) {
	r := oneEvent("a", "2")
	out := ResolveDuplicate(r, r.NamedEvents(nil), []EventClaim{{First: 1, Deliveries: 1}}, BodyUnknown, nil)
	if out.DuplicateOf != 1 || out.BodyDiffers {
		t.Errorf("%+v", out)
	}
}

// TestTheDuplicateRuleIsAFunctionOfItsArguments asks twice, and looks at what must hold of any outcome.
func TestTheDuplicateRuleIsAFunctionOfItsArguments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfN(rapid.SampledFrom([]string{"", "a", "b", "c"}), 1, 5).Draw(t, "ids")
		r := eventBatch(ids...)
		if len(ids) == 1 {
			r = oneEvent(ids[0], "")
		}
		r.Seq = 100
		named := r.NamedEvents(nil)
		before := make([]EventClaim, len(named))
		taken := 0
		for i := range before {
			if rapid.Bool().Draw(t, "taken") {
				before[i] = EventClaim{
					First:      Seq(rapid.IntRange(1, 99).Draw(t, "first")),
					Deliveries: rapid.IntRange(1, 9).Draw(t, "n"),
				}
				taken++
			}
		}
		body := BodyMatch(rapid.IntRange(0, 2).Draw(t, "body"))
		given := fmt.Sprint(before)
		out := ResolveDuplicate(r, named, before, body, make([]EventClaim, 0, 9))
		if again := ResolveDuplicate(r, named, before, body, nil); len(named) > 0 && !reflect.DeepEqual(out, again) {
			t.Fatalf("%+v, then %+v", out, again)
		}
		if fmt.Sprint(before) != given || len(out.Claims) != len(named) {
			t.Fatalf("it changed its arguments, or forgot a claim: %v", out.Claims)
		}
		if out.DuplicateOf != 0 && (taken < len(named) || len(named) == 0) {
			t.Fatalf("a duplicate, though %d of %d events were claimed", taken, len(named))
		}
		for i, claim := range out.Claims {
			if was := before[i]; was.First != 0 && claim.First != was.First || was.First == 0 && claim.First != r.Seq ||
				claim.Deliveries <= was.Deliveries {
				t.Fatalf("claim %d went from %+v to %+v", i, was, claim)
			}
		}
	})
}

// TestABodyThatDiffersIsNoRepeat holds that a delivery with a known event id and another body is another report, the
// same one however often it is delivered.
func TestABodyThatDiffersIsNoRepeat(t *testing.T) {
	log := newClaimLog()
	first, again, other, otherAgain := oneEvent("a", "1"), oneEvent("a", "1"), oneEvent("a", "2"), oneEvent("a", "2")
	for _, r := range []*Record{first, again, other, otherAgain} {
		log.apply(r)
	}
	if first.IsRepeated() || !again.IsRepeated() || other.IsRepeated() || otherAgain.IsRepeated() {
		t.Errorf("repeated: %v, %v, %v, %v", first.IsRepeated(), again.IsRepeated(), other.IsRepeated(),
			otherAgain.IsRepeated())
	}
	if first.Variant() != "" || again.Variant() != "" || other.Variant() == "" ||
		other.Variant() != otherAgain.Variant() {
		t.Errorf("variants: %q, %q, %q, %q", first.Variant(), again.Variant(), other.Variant(), otherAgain.Variant())
	}
}
