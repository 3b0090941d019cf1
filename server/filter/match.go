package filter

import (
	"strings"
	"time"

	"hookbeam/server/hook"
)

// matching is one call of Match: what was read of the item so far. It lives on the stack of the
// caller, and holds everything that changes, so that a Filter does not.
type matching struct {
	plan *plan
	item Item
	now  time.Time

	hits     uint64 // a bit for each term of which a reading found that it holds
	read     source // what was read already
	compared int    // comparisons made with values inside the request; see MaxComparisons

	about       []Subject
	json        bool // the body is valid JSON
	jsonChecked bool
}

// source is a set of what is read once for all terms.
type source uint

const (
	fromBody source = 1 << iota
	fromForm
	fromQuery
	fromHeader
	fromWords
	fromSubjects
)

// once reports whether a source has yet to be read, and notes that it was. Whoever gets true reads
// it, for all terms.
func (m *matching) once(s source) bool {
	if m.read&s != 0 {
		return false
	}
	m.read |= s
	return true
}

// holds answers a step, and stops at the first answer that decides: false in an And, true in an Or,
// and true in a Not.
func (m *matching) holds(s *step) bool {
	if s.join == question {
		return s.ask(m)
	}
	for i := range s.steps {
		if holds := m.holds(&s.steps[i]); holds != (s.join == allOf) {
			return s.join == anyOf
		}
	}
	return s.join != anyOf
}

// mayCompare reports whether a value may still be compared as a test demands, and counts what that
// costs: the same for the same request and filter, wherever and whenever it is matched.
func (m *matching) mayCompare(t *test, v *found) bool {
	if m.exhausted() {
		return false
	}
	m.compared += (1 + len(t.patterns) + len(t.numbers) + len(t.intervals)) * (1 + len(v.text)/bytesOfComparison)
	return !m.exhausted()
}

func (m *matching) exhausted() bool { return m.compared > MaxComparisons }

// subjects asks the item what the record is about, once.
func (m *matching) subjects() []Subject {
	if m.item.Subjects != nil && m.once(fromSubjects) {
		m.about = m.item.Subjects()
	}
	return m.about
}

// fieldCost says what it costs to read the key of a field: subjects may have to be looked up.
func fieldCost(key string) int {
	switch key {
	case "subject", "reference", "state", "status", "amount":
		return costSubjects
	}
	return costField
}

// anyText reports whether one of the texts under a key holds. What is empty is not there: a record
// says nothing of it. Keys that the record itself does not have are those of its subjects.
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
		return some(r.Path)
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

// subjectTexts returns the texts of one subject under a key. The name payment/pi_1 can be asked for
// without its kind.
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

// anyNumber reports whether one of the numbers under a key holds. An amount of 0 was not said.
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

// has reports whether there is something under a key that no path follows.
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
