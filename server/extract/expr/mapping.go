// Package expr reads statuses from deliveries of senders that Hookbeam does not know, with the expressions of an
// endpoint's mapping (hook.Mapping). The language is a part of expr-lang's.
//
// It promises that a mapping is a pure function of the delivery: the same delivery gives the same statements on
// every machine and in every later version of the log. Evaluating is limited by a number of steps, whatever the
// sender sends and whatever the mapping's author writes. An error in a mapping or in an expression says in words
// for the author what is wrong and where.
//
// Start with Compile and Mapping.Statements here. compile.go has the grammar, evaluate.go the evaluation model and
// its limits, functions.go and loops.go what expressions can call, values.go what they can read of a delivery.
// evidence.go turns the values of expressions into evidence. Try and Guess help the author of a mapping.
package expr

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"hookbeam/server/hook"
)

// Mapping is a compiled hook.Mapping. Compile makes it, for the extraction of statements and for a trial. It is
// immutable, so goroutines may share it.
type Mapping struct {
	kind   hook.SubjectKind
	states map[string]hook.MappedState // by the value of the state expression
	vars   int                         // slots that the largest expression needs for let variables

	subject, state, reference, amount, currency, customer, occurredAt *expression // nil if the field is empty
}

// The limits of a mapping, and of what it reads from a delivery.
const (
	maxName   = 200 // bytes of a subject's name with its prefix, such as "payment/"
	maxState  = 60  // bytes of a state
	maxStates = 100 // entries in states
)

// Compile compiles a mapping. Its error is a *hook.Problem of kind hook.ErrInvalid, which names the field, says
// what is wrong with it, and at which character of an expression.
func Compile(m hook.Mapping) (*Mapping, error) {
	if m.Kind != hook.KindOwn && m.Kind != hook.KindPayment {
		return nil, invalid("kind", `it must be "own" or "payment".`)
	}
	c := &Mapping{kind: m.Kind, states: make(map[string]hook.MappedState, len(m.States))}
	for _, field := range []struct {
		name, source string
		into         **expression
	}{
		{"subject", m.Subject, &c.subject},
		{"state", m.State, &c.state},
		{"reference", m.Reference, &c.reference},
		{"amount", m.Amount, &c.amount},
		{"currency", m.Currency, &c.currency},
		{"customer", m.Customer, &c.customer},
		{"occurred_at", m.OccurredAt, &c.occurredAt},
	} {
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
		return nil, invalid("subject", "it is empty. Enter an expression for the subject's id, such as body.order.id.")
	}
	if c.state == nil {
		return nil, invalid("state", "it is empty. Enter an expression for the subject's state, such as body.status.")
	}
	if err := c.addStates(m.States); err != nil {
		return nil, err
	}
	return c, nil
}

// in returns the message of a failure with its position in the source, as a sentence.
func (f *failure) in(source string) string {
	return fmt.Sprintf("%s, at %s.", f.text, position(source, f.at))
}

// invalid returns the error for a field of a mapping. why is a sentence.
func invalid(field, why string) *hook.Problem {
	return &hook.Problem{
		Kind:   hook.ErrInvalid,
		Code:   "mapping_invalid",
		Detail: "In the mapping, " + field + " is invalid: " + why,
	}
}

// addStates checks the mapping's states and adds them to m.
func (m *Mapping) addStates(states []hook.MappedState) error {
	if len(states) > maxStates {
		return invalid("states", fmt.Sprintf("it has more than %d entries.", maxStates))
	}
	for i, s := range states {
		field := fmt.Sprintf("states[%d]", i)
		s.Value = strings.TrimSpace(s.Value)
		_, known := paymentKinds[s.State]
		switch {
		case s.Value == "":
			return invalid(field+".value", "it is empty. Enter the value exactly as deliveries contain it.")
		case m.states[s.Value].Value != "":
			return invalid(field+".value", fmt.Sprintf("%q is listed twice.", s.Value))
		case m.kind == hook.KindPayment && !known:
			return invalid(
				field+".state",
				fmt.Sprintf("%q is not a payment state. The payment states are %s.", s.State, paymentStates),
			)
		case m.kind == hook.KindOwn && !isWord(string(s.State)):
			return invalid(field+".state", `it must be one word in lower case, such as "in_transit".`)
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

// isWord reports whether a text can be the name of a state: valid UTF-8, lower case, without blanks, of at most
// maxState bytes.
func isWord(s string) bool {
	return s != "" && len(s) <= maxState && s == asWord(s) && utf8.ValidString(s)
}

// asWord makes the name of a state from a value: "In Transit" becomes "in_transit".
func asWord(value string) string { return strings.ReplaceAll(strings.ToLower(value), " ", "_") }

// isTone reports whether a tone is one that the dashboard has, or "" for the default.
func isTone(t hook.Tone) bool {
	switch t {
	case "", hook.TonePending, hook.ToneActive, hook.ToneSuccess, hook.ToneWarning, hook.ToneFailure, hook.ToneNeutral:
		return true
	}
	return false
}

// Statements returns what a delivery says about its subject: one statement, or none if the expression of the
// subject or of the state is empty. The endpoint is not used; the method has the signature of the extraction by
// provider.
//
// An error means that the delivery says nothing, because an expression failed. It wraps hook.ErrTooMuch if reading
// the delivery or evaluating the expressions exceeds the limits. An optional field that fails (reference, amount,
// currency, customer, occurred_at) is left out without an error.
func (m *Mapping) Statements(_ *hook.Endpoint, r *hook.Record) ([]hook.Statement, error) {
	t, err := m.read(r)
	if err != nil || len(t.Aliases) == 0 {
		return nil, err
	}
	return []hook.Statement{t.Statement}, nil
}

// result is what a mapping reads from one delivery.
type result struct {
	hook.Statement        // without names if the delivery says nothing
	value          string // of the state expression
	free           bool   // the amount is zero
	omitted        error  // why an optional field was left out; nil if none was
}

// read evaluates the mapping on a delivery. If an error occurs, the result has only the value of the state, which a
// trial shows.
func (m *Mapping) read(r *hook.Record) (t result, err error) {
	x := &evaluation{record: r, left: maxSteps, vars: make([]any, m.vars)}
	t, err = m.evaluate(x)
	switch {
	case x.over && err != nil:
		return result{value: t.value}, fmt.Errorf("%w: %w", err, hook.ErrTooMuch)
	case x.over:
		return result{value: t.value}, hook.ErrTooMuch
	}
	return t, err
}

// evaluate evaluates the mapping's expressions, and makes a statement from their values.
func (m *Mapping) evaluate(x *evaluation) (t result, err error) {
	r := x.record
	subject, err := x.evalName(m.subject)
	if err != nil || subject == "" {
		return t, err
	}
	t.value, err = x.evalName(m.state)
	if err != nil || t.value == "" {
		return t, err
	}
	t.Evidence = hook.Evidence{
		Event: r.Event, Variant: r.Variant(), Seq: r.Seq, Delivery: r.ID, Type: r.Type, ReceivedAt: r.ReceivedAt,
	}
	if t.Event == "" {
		t.Event = string(r.ID)
	}
	t.Reference, t.omitted = x.evalName(m.reference)
	if err := x.time(m.occurredAt, &t.Evidence); err != nil {
		t.omitted = err
	}
	if t.free, err = x.money(m, &t.Evidence); err != nil {
		t.omitted = err
	}
	if m.kind == hook.KindPayment {
		err = m.payment(&t)
	} else {
		err = m.own(&t)
	}
	if err != nil {
		return result{value: t.value}, err
	}
	t.Subject = m.kind
	t.Aliases = []string{string(m.kind) + "/" + subject}
	switch reference := "order/" + t.Reference; {
	case m.kind == hook.KindPayment:
		t.Level = hook.LevelPayment
		if err := x.payer(m, &t.Statement); err != nil {
			t.omitted = err
		}
		if t.Reference != "" {
			t.References = []string{reference}
		}
	case t.Reference != "":
		t.Aliases = append(t.Aliases, reference)
	}
	return t, nil
}

// payer sets the customer of a payment: an email address, which is also shown to the operator, or an id.
func (x *evaluation) payer(m *Mapping, s *hook.Statement) error {
	customer, err := x.evalName(m.customer)
	if customer == "" || err != nil {
		return err
	}
	kind := "id"
	if strings.Contains(customer, "@") {
		kind, s.Customer = "mail", customer
	}
	s.Customers = []string{hook.CustomerHash(kind, customer)}
	return nil
}

// evalName evaluates an expression whose value is a name: of a subject, a state, a reference or a currency. It
// returns "" if the value is nil or blank, and an error if it is no scalar, too long, or not printable.
func (x *evaluation) evalName(e *expression) (string, error) {
	v, err := x.evalField(e)
	if v == nil || err != nil {
		return "", err
	}
	s, ok := scalarText(v)
	s = strings.Clone(strings.TrimSpace(s)) // a copy, so that the statement does not keep the body in memory
	switch {
	case !ok:
		return "", fmt.Errorf("%s must be text or a number, but is %s", e.name, typeName(v))
	case len(s) > maxName-len("payment/"):
		return "", fmt.Errorf("%s is longer than %d characters", e.name, maxName-len("payment/"))
	case strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsPrint(c) }):
		return "", fmt.Errorf("%s contains characters that cannot be displayed", e.name)
	}
	return s, nil
}

// evalField evaluates the expression of a field; nil if the field has none. It clears the failure, so that the next
// field is evaluated.
func (x *evaluation) evalField(e *expression) (any, error) {
	if e == nil {
		return nil, nil
	}
	v, failed := e.eval(x), x.failed
	if failed != nil {
		x.failed = nil
		return nil, fmt.Errorf("%s: %s", e.name, strings.TrimSuffix(failed.in(e.source), "."))
	}
	return v, nil
}
