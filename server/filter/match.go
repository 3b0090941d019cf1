package filter

import (
	"strings"
	"time"

	"hookbeam/server/hook"
)

// matching is the state of one call of Match: what was read of the item so far. It is on the caller's
// stack and holds everything that changes, so that a Filter is immutable.
type matching struct {
	plan *plan
	item Item
	now  time.Time

	hits     uint64 // the bits of the terms that a pass found to match
	read     source // the parts that were read
	compared int    // comparisons with values inside the request so far; see MaxComparisons

	about       []Subject // what item.Subjects returned
	json        bool      // the body is valid JSON, if jsonChecked
	jsonChecked bool
}

// source is a set of parts of an item, each of which is read once for all terms.
type source uint

const (
	fromBody source = 1 << iota
	fromForm
	fromQuery
	fromHeader
	fromWords
	fromSubjects
)

// once reports whether a source was not read yet, and marks it as read. A caller that gets true reads
// the source for all terms.
func (m *matching) once(s source) bool {
	if m.read&s != 0 {
		return false
	}
	m.read |= s
	return true
}

// holds evaluates a step. It stops at the first result that decides: false in an And, true in an Or or a
// Not.
func (m *matching) holds(s *step) bool {
	if s.join == leaf {
		return s.ask(m)
	}
	for i := range s.steps {
		if holds := m.holds(&s.steps[i]); holds != (s.join == allOf) {
			return s.join == anyOf
		}
	}
	return s.join != anyOf
}

// mayCompare reports whether the limit of comparisons still allows a test of a value, and counts its
// cost. The cost depends only on the request and the filter, so every match of the same two ends alike.
func (m *matching) mayCompare(t *test, v *foundValue) bool {
	if m.exhausted() {
		return false
	}
	m.compared += (1 + len(t.patterns) + len(t.numbers) + len(t.intervals)) * (1 + len(v.text)/comparisonBytes)
	return !m.exhausted()
}

// exhausted reports whether the limit of comparisons is exceeded.
func (m *matching) exhausted() bool { return m.compared > MaxComparisons }

// subjects returns the item's subjects, which it looks up once.
func (m *matching) subjects() []Subject {
	if m.item.Subjects != nil && m.once(fromSubjects) {
		m.about = m.item.Subjects()
	}
	return m.about
}

// fieldCost returns the cost of a term with the key of a field. Subjects need a lookup.
func fieldCost(key string) int {
	switch key {
	case "subject", "reference", "state", "status", "amount":
		return costSubjects
	}
	return costField
}

// anyText reports whether holds returns true for one of a key's texts. Empty texts count as absent. Keys
// that are no fields of the record are fields of its subjects.
func (m *matching) anyText(key string, holds func(string) bool) bool {
	some := func(values ...string) bool {
		for _, v := range values {
			if v != "" && holds(v) {
				return true
			}
		}
		return false
	}
	r := m.item.Record
	switch key {
	case "endpoint":
		return some(m.item.EndpointName, string(r.Endpoint))
	case "provider":
		return some(m.item.Provider)
	case "type":
		return some(r.Type)
	case "event":
		return some(r.Event)
	case "account":
		return some(r.Account)
	case "verdict":
		return some(string(r.Verdict))
	case "reason":
		return some(string(r.Reason))
	case "mode":
		return some(r.Mode)
	case "method":
		return some(r.Method)
	case "path":
		return some(r.RootedPath())
	case "ip":
		return some(r.Remote)
	}
	for _, s := range m.subjects() {
		if some(subjectTexts(s, key)...) {
			return true
		}
	}
	return false
}

// subjectTexts returns a key's texts of one subject. The name payment/pi_1 also matches without its kind,
// as pi_1.
func subjectTexts(s Subject, key string) []string {
	switch key {
	case "subject":
		var names []string
		for _, name := range s.Names {
			_, short, _ := strings.Cut(name, "/")
			names = append(names, name, short)
		}
		return names
	case "reference":
		return []string{s.Reference}
	case "state":
		return []string{string(s.State)}
	case "status":
		return []string{string(s.State), string(s.Status)}
	}
	return nil
}

// anyNumber reports whether holds returns true for one of a key's numbers. An amount of 0 is unknown and
// never matches.
func (m *matching) anyNumber(key string, holds func(int64) bool) bool {
	switch key {
	case "size":
		return holds(m.item.Record.Size)
	case "seq":
		return holds(int64(m.item.Record.Seq))
	}
	for _, s := range m.subjects() {
		if s.Amount != 0 && holds(s.Amount) {
			return true
		}
	}
	return false
}

// has reports whether the record or its subjects have a value for a key without a path.
func (m *matching) has(key string, of kind) bool {
	if of == ofNumber {
		return m.anyNumber(key, func(n int64) bool { return n != 0 })
	}
	return m.anyText(key, func(string) bool { return true })
}

// flagged reports whether a record has a flag.
func (m *matching) flagged(f Flag) bool {
	r := m.item.Record
	switch f {
	case FlagVerified, FlagUnsigned, FlagRejected:
		return string(r.Verdict) == string(f)
	case FlagDuplicate:
		return r.DuplicateOf != 0
	case FlagRetry:
		return r.Occurrence > 1
	case FlagReleased:
		return r.ReleaseOf != 0
	case FlagLive:
		return r.Mode == hook.ModeLive
	case FlagTest:
		return r.Mode == hook.ModeTest
	case FlagSample:
		return r.Header(hook.SampleHeader) != ""
	case FlagBatch:
		return r.Events > 1
	case FlagDamaged:
		return r.Integrity == hook.IntegrityDamaged
	}
	return false
}
