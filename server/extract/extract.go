// Package extract reads from a delivery what it reports about payments, orders and runs. The results are statements,
// which server/status merges into a status. The package promises that the same delivery always gives the same
// statements, that extraction costs a bounded number of steps, and that a delivery over this bound gives no statements
// at all, never some of them.
//
// Start with Rule, which maps a sender's events to statements, and Source.Statements, which applies the rules of one
// sender. Each sender's rules are in its file in server/provider; extract/expr evaluates the expressions that users
// write for senders without rules.
package extract

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// The limits of one delivery's statements. A delivery has at most payload.MaxItems events, an event at most one
// statement for each rule, and a statement at most maxAliases aliases. The other limits are in bytes. A value that is
// longer than its limit, or that is not printable, is treated as missing.
const (
	maxAliases = 16
	maxName    = 200 // an alias with its prefix, a reference, a title, the id of a refund
	maxMail    = 254 // RFC 5321 §4.5.3.1.3, without the angle brackets
	maxURL     = 2000

	maxReferences = 8 // paths of hook.StatusRules.References that are read for one statement
)

// Source is what extraction needs from one sender. server/provider makes one for each call; its parts are tables that
// never change, so calls may run at the same time.
type Source struct {
	Rules    Rules
	Batch    *payload.Batch                    // where a body holds several events; nil: a body is one event
	Envelope payload.Envelope                  // what the body may be instead of plain JSON
	Event    func(*payload.Request) hook.Event // reads the id, type and time of the event in the current item
	// Account reads the account of a delivery that an earlier release stored without it. nil: every release stored it.
	Account func(*payload.Request) string
}

// Statements returns what a delivery reports about its subjects, in the order of its events and then of the rules; nil
// if its events are about no subject. It is a pure function of its arguments. It does not look at the verdict: the
// caller decides which deliveries to trust. Its only error is hook.ErrTooMuch: the delivery may report something, but
// its body is longer than hook.MaxExtracted or extraction would cost more than payload.MaxSteps.
func (s Source) Statements(e *hook.Endpoint, r *hook.Record) ([]hook.Statement, error) {
	all, _, err := s.Measured(e, r)
	return all, err
}

// Measured is Statements, and also returns the number of steps that extraction took. Tests and benchmarks use it to
// check the bound.
func (s Source) Measured(e *hook.Endpoint, r *hook.Record) (all []hook.Statement, steps int, err error) {
	if !s.MayReport(r.Type) {
		return nil, 0, nil
	}
	if len(r.Body) > hook.MaxExtracted {
		return nil, 0, hook.ErrTooMuch
	}
	x := extractionPool.Get().(*extraction)
	x.Source, x.endpoint = s, e
	x.Reset(r, e.Settings)
	x.Request.Envelope = s.Envelope
	all = x.statements(x.Items(s.Batch))
	steps = x.Steps
	if x.Cut { // some selectors may have read as missing, so even complete statements may be wrong
		all, err = nil, hook.ErrTooMuch
	}
	for i := range all {
		all[i].Compact() // until here the texts share the body's memory
	}
	x.Source, x.endpoint = Source{}, nil
	x.Release()
	extractionPool.Put(x)
	return all, steps, err
}

// MayReport reports whether a delivery of a type may have statements, without reading its body. The type "" stands for
// an unknown type or a batch with several types, so it may have statements if the sender has rules at all.
func (s Source) MayReport(typ string) bool {
	return len(s.Rules) > 0 && (typ == "" || s.Batch != nil || s.Rules.MayReport(typ))
}

// extraction is the state of one call of Measured: the delivery that is read, and the rules and the endpoint to read
// it with. It is used by one goroutine and then goes back to extractionPool.
type extraction struct {
	payload.Request
	Source
	endpoint *hook.Endpoint
}

// extractionPool reuses extractions, because the buffers of a payload.Request are larger than the statements read
// with it.
var extractionPool = sync.Pool{New: func() any { return new(extraction) }}

// statements returns the statements of all events. items are those of the batch; it is empty if the body is one event.
func (x *extraction) statements(items []string) []hook.Statement {
	var all []hook.Statement
	for i := range items[:min(len(items), payload.MaxItems)] {
		if x.Cut {
			return nil
		}
		x.Look(i)
		if len(items) > 1 {
			one := x.Event(&x.Request)
			if one.ID == "" { // Evidence.Event must never be empty, and must be unique within the batch
				one.ID = string(x.Record.ID) + "/" + strconv.Itoa(i)
			}
			all = x.appendEvent(all, one)
		}
	}
	if len(items) > 1 {
		return all
	}
	return x.appendEvent(nil, x.singleEvent())
}

// singleEvent returns the event of a delivery that is not a batch. It uses what was stored when the delivery was
// received, so that a later change of the sender's selectors does not change the event's id. Without a stored type it
// reads the event from the body again.
func (x *extraction) singleEvent() hook.Event {
	r := x.Record
	one := hook.Event{ID: r.Event, Type: r.Type, OccurredAt: r.OccurredAt, Account: r.Account}
	switch {
	case one.Type == "":
		one = x.Event(&x.Request)
	case one.Account == "" && x.Account != nil: // references are names within it
		one.Account = x.Account(&x.Request)
	}
	if one.ID == "" {
		one.ID = string(r.ID)
	}
	return one
}

// appendEvent appends the statements of one event: those of the first rule for its type, and of the rules after it for
// as long as Rule.Also is set.
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

// matches reports whether an event type matches a pattern of Rule.Types: the whole type, or a prefix followed by "*".
func matches(pattern, typ string) bool {
	last := len(pattern) - 1
	return pattern == typ || last >= 0 && pattern[last] == '*' && strings.HasPrefix(typ, pattern[:last])
}

// statement applies one rule to one event. reported is false if the rule's Match has no outcome for this event, or if
// the event names no subject.
func (x *extraction) statement(rule *Rule, one hook.Event) (s hook.Statement, reported bool) {
	o := x.outcome(&rule.Match)
	if o.Kind == "" {
		return s, false
	}
	spec, r := rule.Subject, x.Record
	s.Subject, s.Aliases = spec.Kind, x.aliases(spec.Aliases)
	if s.Subject == "" {
		s.Subject = hook.KindPayment
	}
	s.Evidence = hook.Evidence{
		Event: one.ID, Variant: r.Variant(), Kind: o.Kind, At: one.OccurredAt, Seq: r.Seq, Delivery: r.ID,
		Type: one.Type, ReceivedAt: r.ReceivedAt, State: o.State, Tone: o.Tone, Final: o.Final,
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
	if s.At.IsZero() { // the sender gives no time
		s.At = r.ReceivedAt
	}
	x.addReferences(&s, spec)
	if isMoney(s.Subject) {
		x.readMoney(&s, rule, o, one.Account)
	}
	if rule.Needs && s.Amount == 0 && s.Total == 0 {
		return s, false
	}
	return s, len(s.Aliases)+len(s.Orders) > 0 || s.Level == hook.LevelReference && len(s.References) > 0
}

// isMoney reports whether a kind of subject is a payment or an order.
func isMoney(k hook.SubjectKind) bool { return k == hook.KindPayment || k == hook.KindOrder }

// outcome evaluates a match for the current event. A match over several selectors looks up their texts joined with
// "/"; an absent field is the empty text.
func (x *extraction) outcome(m *Match) Outcome {
	if !x.holds(m.given) {
		return Outcome{}
	}
	if len(m.less) == 2 {
		compare := isLess
		if m.differ {
			compare = isDifferent
		}
		if !compare(x.TextOrID(m.less[0]), x.TextOrID(m.less[1])) {
			return Outcome{}
		}
		return m.other
	}
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

// holds reports whether all conditions hold.
func (x *extraction) holds(all []condition) bool {
	for i := range all {
		if c := &all[i]; (x.outcome(&c.match) == Outcome{}) != c.not {
			return false
		}
	}
	return true
}

// first returns the text of the first selector that has a printable text of at most so many bytes; "" if none has.
func (x *extraction) first(selectors []payload.Selector, most int) string {
	for _, selector := range selectors {
		if text := x.TextOrID(selector); text != "" && len(text) <= most && payload.Printable(text) {
			return text
		}
	}
	return ""
}

// addAlias appends the alias "prefix/id" unless it is already in the list, the id is empty or not printable, or a limit
// would be exceeded.
func addAlias(aliases []string, prefix, id string) []string {
	if id == "" || len(prefix)+1+len(id) > maxName || len(aliases) == maxAliases || !payload.Printable(id) {
		return aliases
	}
	if name := prefix + "/" + id; !slices.Contains(aliases, name) {
		aliases = append(aliases, name)
	}
	return aliases
}
