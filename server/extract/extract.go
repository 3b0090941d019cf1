// Package extract reads from a delivery what it reports about payments, orders and runs: statements,
// which server/status merges into a status. It promises that the same delivery always gives the same
// statements, that reading costs a bounded number of steps, and that a delivery that would cost more
// gives none instead of a part.
//
// Start with Rule, which says what a sender's events mean, and Source.Statements, which applies the
// rules of one sender. The rules themselves stand beside their senders in server/provider; expressions
// that users write are in extract/expr.
package extract

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// What one delivery reports is bounded: payload.MaxItems events, a statement for each rule, of each
// maxAliases aliases. What is longer than its bound, in bytes, or cannot be printed counts as not sent.
const (
	maxAliases = 16
	maxName    = 200
	maxMail    = 254 // RFC 5321 §4.5.3.1.3, less its angle brackets
	maxURL     = 2000

	maxReferences = 8 // of an endpoint's own that are looked for
)

// Source is what extraction knows of one sender.
type Source struct {
	Rules Rules
	Batch *payload.Batch                    // where several events come in one body; nil: nowhere
	Event func(*payload.Request) hook.Event // reads the event that is looked at: its id, type and time
}

// Statements returns what a delivery reports of its subjects; none where its events are about no
// subject. It is a pure function of its arguments, and whom to believe is for the caller to decide: the
// verdict is not looked at. Its error is hook.ErrTooMuch: the delivery may report something, and to
// read it would cost more than payload.MaxSteps.
func (s Source) Statements(e *hook.Endpoint, r *hook.Record) ([]hook.Statement, error) {
	all, _, err := s.Measured(e, r)
	return all, err
}

// Measured is Statements with the steps that it took.
func (s Source) Measured(e *hook.Endpoint, r *hook.Record) (all []hook.Statement, steps int, err error) {
	if !s.MayTell(r.Type) {
		return nil, 0, nil
	}
	if len(r.Body) > hook.MaxTold {
		return nil, 0, hook.ErrTooMuch
	}
	x := extractions.Get().(*extraction)
	x.Source, x.endpoint = s, e
	x.Reset(r, e.Settings)
	all = x.everything(x.Items(s.Batch))
	steps = x.Steps
	if x.Cut {
		all, err = nil, hook.ErrTooMuch
	}
	for i := range all {
		all[i].Compact()
	}
	x.Source, x.endpoint = Source{}, nil
	x.Release()
	extractions.Put(x)
	return all, steps, err
}

// MayTell reports whether events of a type, or of several types (""), may be about subjects.
func (s Source) MayTell(typ string) bool {
	return len(s.Rules) > 0 && (typ == "" || s.Batch != nil || s.Rules.MayTell(typ))
}

// extraction is one delivery while its statements are read.
type extraction struct {
	payload.Request
	Source
	endpoint *hook.Endpoint
}

// extractions are used again and again: what they hold of a body is larger than what it reports.
var extractions = sync.Pool{New: func() any { return new(extraction) }}

// everything returns the statements of all events.
func (x *extraction) everything(items []string) []hook.Statement {
	var all []hook.Statement
	for i, item := range items[:min(len(items), payload.MaxItems)] {
		if x.Cut {
			return nil
		}
		x.Look(item)
		if len(items) > 1 {
			one := x.Event(&x.Request)
			if one.ID == "" {
				one.ID = string(x.Record.ID) + "/" + strconv.Itoa(i)
			}
			all = x.appendEvent(all, one)
		}
	}
	if len(items) > 1 {
		return all
	}
	return x.appendEvent(nil, x.onlyEvent())
}

// onlyEvent is the one event of a delivery: as it was kept, or read anew.
func (x *extraction) onlyEvent() hook.Event {
	r := x.Record
	one := hook.Event{ID: r.Event, Type: r.Type, OccurredAt: r.OccurredAt}
	if one.Type == "" {
		one = x.Event(&x.Request)
	}
	if one.ID == "" {
		one.ID = string(r.ID)
	}
	return one
}

// appendEvent appends what one event reports.
func (x *extraction) appendEvent(all []hook.Statement, one hook.Event) []hook.Statement {
	for i := range x.Rules {
		rule := &x.Rules[i]
		if !rule.About(one.Type) {
			continue
		}
		if s, reported := x.statement(rule, one); reported {
			all = append(all, s)
		}
		if !rule.Also {
			break
		}
	}
	return all
}

// matches reports whether a type of event is the one of a pattern, or begins like it where a "*" ends it.
func matches(pattern, typ string) bool {
	last := len(pattern) - 1
	return pattern == typ || last >= 0 && pattern[last] == '*' && strings.HasPrefix(typ, pattern[:last])
}

// statement reads what a rule reports of its subject; false where it reports nothing, or of nobody.
func (x *extraction) statement(rule *Rule, one hook.Event) (s hook.Statement, reported bool) {
	o := x.outcome(&rule.Match)
	if o.Kind == "" {
		return s, false
	}
	spec, r := rule.Subject, x.Record
	s.Subject, s.Names = spec.Kind, x.aliases(spec)
	if s.Subject == "" {
		s.Subject = hook.KindPayment
	}
	s.Evidence = hook.Evidence{
		Event: one.ID, Kind: o.Kind, At: one.OccurredAt, Seq: r.Seq, Delivery: r.ID, Type: one.Type,
		ReceivedAt: r.ReceivedAt, State: o.State, Tone: o.Tone, Final: o.Final, Refund: x.first(rule.Refund, maxName),
		Customer: x.customer(spec), URL: x.url(spec), Title: x.title(spec),
	}
	fulfilment := x.outcome(&spec.Fulfilment)
	s.Fulfilment, s.Rank = fulfilment.State, o.Rank+fulfilment.Rank
	if !spec.Version.IsZero() {
		s.Version, _ = strconv.ParseInt(x.TextOrID(spec.Version), 10, 64) // 0 where there is none
	}
	for _, selector := range spec.Times {
		if at, ok := payload.ParseTime(x.TextOrID(selector)); ok {
			s.At = at
			break
		}
	}
	if s.At.IsZero() {
		s.At = r.ReceivedAt
	}
	x.money(&s.Evidence, rule)
	x.refer(&s, spec)
	return s, len(s.Names) > 0
}

// outcome reads what a match says of the event.
func (x *extraction) outcome(m *Match) Outcome {
	if len(m.at) == 0 {
		return m.other
	}
	text := x.TextOrID(m.at[0])
	for _, selector := range m.at[1:] {
		text += "/" + x.TextOrID(selector)
	}
	if o, known := m.cases[text]; known {
		return o
	}
	return m.other
}

// first returns the text at the first of some selectors where there is one of a length that can be.
func (x *extraction) first(selectors []payload.Selector, most int) string {
	for _, selector := range selectors {
		if text := x.TextOrID(selector); text != "" && len(text) <= most && payload.Printable(text) {
			return text
		}
	}
	return ""
}

// addAlias adds a name to the others, where it may be one and is not among them.
func addAlias(aliases []string, prefix, id string) []string {
	if id == "" || len(prefix)+1+len(id) > maxName || len(aliases) == maxAliases || !payload.Printable(id) {
		return aliases
	}
	if name := prefix + "/" + id; !slices.Contains(aliases, name) {
		aliases = append(aliases, name)
	}
	return aliases
}
