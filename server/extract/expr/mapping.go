// Package expr reads statuses out of deliveries of which nothing is known, by expressions that somebody wrote. The
// language is expr-lang's, less what gives something else each time or may cost more than can be said beforehand; the
// same delivery always tells the same, within a bounded number of steps.
package expr

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"hookbeam/server/hook"
)

// Mapping is one that can be used, by several at once.
type Mapping struct {
	kind   hook.SubjectKind
	states map[string]hook.MappedState
	vars   int

	subject, state, reference, amount, currency, occurredAt *expression // nil: there is none
}

// The bounds of what a delivery tells.
const (
	maxName   = 200 // bytes of a name with its prefix
	maxState  = 60
	maxStates = 100
)

// Compile makes a mapping ready. Its error is a *hook.Problem that names the field and says what is wrong with it.
func Compile(m hook.Mapping) (*Mapping, error) {
	if m.Kind != hook.KindOwn && m.Kind != hook.KindPayment {
		return nil, invalid("kind", `it must be "own" or "payment".`)
	}
	c := &Mapping{kind: m.Kind, states: make(map[string]hook.MappedState, len(m.States))}
	for _, field := range []struct {
		name, source string
		into         **expression
	}{{"subject", m.Subject, &c.subject}, {"state", m.State, &c.state}, {"reference", m.Reference, &c.reference},
		{"amount", m.Amount, &c.amount}, {"currency", m.Currency, &c.currency}, {"occurred_at", m.OccurredAt, &c.occurredAt}} {
		if strings.TrimSpace(field.source) == "" {
			continue
		}
		e, failed := parse(field.source)
		if failed != nil {
			return nil, invalid(field.name, failed.in(field.source))
		}
		e.name = field.name
		*field.into, c.vars = &e, max(c.vars, e.vars)
	}
	if c.subject == nil {
		return nil, invalid("subject", "say where a delivery names what it is about, such as body.order.id.")
	}
	if c.state == nil {
		return nil, invalid("state", "say where a delivery tells how it stands, such as body.status.")
	}
	if err := c.mean(m.States); err != nil {
		return nil, err
	}
	return c, nil
}

// in writes a failure with its place.
func (f *failure) in(source string) string {
	return fmt.Sprintf("%s, at %s.", f.text, placeIn(source, f.at))
}

func invalid(field, why string) *hook.Problem {
	return &hook.Problem{
		Kind:   hook.ErrInvalid,
		Code:   "mapping_invalid",
		Detail: "In the mapping, " + field + " is wrong: " + why,
	}
}

// mean takes in what the values of the state mean.
func (m *Mapping) mean(states []hook.MappedState) error {
	if len(states) > maxStates {
		return invalid("states", fmt.Sprintf("there are more than %d.", maxStates))
	}
	for i, s := range states {
		field := fmt.Sprintf("states[%d]", i)
		s.Value = strings.TrimSpace(s.Value)
		_, known := payments[s.State]
		switch {
		case s.Value == "":
			return invalid(field+".value", "write the value as deliveries have it.")
		case m.states[s.Value].Value != "":
			return invalid(field+".value", fmt.Sprintf("%q is there twice.", s.Value))
		case m.kind == hook.KindPayment && !known:
			return invalid(
				field+".state",
				fmt.Sprintf("%q is no state of a payment; those are %s.", s.State, paymentStates),
			)
		case m.kind == hook.KindOwn && !isWord(string(s.State)):
			return invalid(field+".state", `write it as one word in lower case, such as "in_transit".`)
		case !isTone(s.Tone):
			return invalid(field+".tone", "it must be pending, active, success, warning, failure or neutral.")
		}
		if s.Tone == "" {
			s.Tone = hook.ToneNeutral
		}
		m.states[s.Value] = s
	}
	return nil
}

func isWord(s string) bool {
	return s != "" && len(s) <= maxState && s == asWord(s) && utf8.ValidString(s)
}

// asWord makes a state's name of a value.
func asWord(value string) string { return strings.ReplaceAll(strings.ToLower(value), " ", "_") }

func isTone(t hook.Tone) bool {
	switch t {
	case "", hook.TonePending, hook.ToneActive, hook.ToneSuccess, hook.ToneWarning, hook.ToneFailure, hook.ToneNeutral:
		return true
	}
	return false
}

// Statements returns what a delivery tells of its subject: one statement, or none where it names no subject or no
// state.
// It is a pure function of the two; whom to believe is for the caller to decide. Its error wraps hook.ErrTooMuch where
// reading the delivery, or working the expressions out, costs more than one delivery may: then none of them counts.
func (m *Mapping) Statements(_ *hook.Endpoint, r *hook.Record) ([]hook.Statement, error) {
	t, err := m.read(r)
	if err != nil || len(t.Names) == 0 {
		return nil, err
	}
	return []hook.Statement{t.Statement}, nil
}

// told is what a delivery tells.
type told struct {
	hook.Statement        // without names: of nothing
	value          string // of the state, as the expression gave it
	short          error  // what of it had to be left out; nil: nothing
}

func (m *Mapping) read(r *hook.Record) (t told, err error) {
	x := &run{record: r, left: maxSteps, vars: make([]any, m.vars)}
	t, err = m.tell(x)
	switch {
	case x.over && err != nil:
		return told{value: t.value}, fmt.Errorf("%w: %w", err, hook.ErrTooMuch)
	case x.over:
		return told{value: t.value}, hook.ErrTooMuch
	}
	return t, err
}

func (m *Mapping) tell(x *run) (t told, err error) {
	r := x.record
	subject, err := x.word(m.subject)
	if err != nil || subject == "" {
		return t, err
	}
	t.value, err = x.word(m.state)
	if err != nil || t.value == "" {
		return t, err
	}
	t.Evidence = hook.Evidence{Event: r.Event, Seq: r.Seq, Delivery: r.ID, Type: r.Type, ReceivedAt: r.ReceivedAt}
	if t.Event == "" {
		t.Event = string(r.ID)
	}
	t.Reference, t.short = x.word(m.reference)
	if err := x.time(m.occurredAt, &t.Evidence); err != nil {
		t.short = err
	}
	if err := x.money(m, &t.Evidence); err != nil {
		t.short = err
	}
	if m.kind == hook.KindPayment {
		err = m.payment(&t)
	} else {
		err = m.own(&t)
	}
	if err != nil {
		return told{value: t.value}, err
	}
	t.Subject = m.kind
	t.Names = []string{string(m.kind) + "/" + subject}
	if t.Reference != "" {
		t.Names = append(t.Names, "order/"+t.Reference)
	}
	return t, nil
}

// word works out an expression that names something; "" where it gives nothing.
func (x *run) word(e *expression) (string, error) {
	v, err := x.value(e)
	if v == nil || err != nil {
		return "", err
	}
	s, ok := written(v)
	s = strings.Clone(strings.TrimSpace(s)) // lets go of the body
	switch {
	case !ok:
		return "", fmt.Errorf("%s must be text or a number, and is %s", e.name, kind(v))
	case len(s) > maxName-len("payment/"):
		return "", fmt.Errorf("%s is longer than %d characters", e.name, maxName-len("payment/"))
	case strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsPrint(c) }):
		return "", fmt.Errorf("%s holds characters that cannot be shown", e.name)
	}
	return s, nil
}

// value works out an expression; nil where there is none. What went wrong in one is nothing to the next.
func (x *run) value(e *expression) (any, error) {
	if e == nil {
		return nil, nil
	}
	v, failed := e.code(x), x.failed
	if failed != nil {
		x.failed = nil
		return nil, fmt.Errorf("%s: %s", e.name, strings.TrimSuffix(failed.in(e.source), "."))
	}
	return v, nil
}
