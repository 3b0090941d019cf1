package extract

import (
	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// Rule says what some types of a sender's events report about a subject. Everything in it is data,
// written beside the sender in server/provider; Source.Statements reads it. A sender of payments that
// is known by its id alone:
//
//	var coffee = extract.SubjectSpec{
//		Aliases:    []extract.AliasSpec{extract.Alias("payment", "body:payment.id")},
//		References: payload.SelectAll("body:payment.basket"),
//		Amounts:    []extract.AmountSpec{extract.Amount("body:payment.sum")},
//		Currency:   payload.SelectAll("body:payment.currency"), Decimal: true,
//	}
//
//	Rules: extract.Rules{
//		{Types: []string{"payment.paid"}, Match: extract.Always(hook.Captured), Subject: &coffee},
//		{Types: []string{"payment.*"}, Subject: &coffee, Match: extract.ByField("body:payment.state",
//			extract.Kinds{"open": hook.Created, "void": hook.Canceled}, hook.Info)},
//	}
//
// Where an id is looked for, an object stands for its member "id" (payload.Request.TextOrID). In a list
// of selectors the first counts where something is.
type Rule struct {
	Types   []string // of the event: exactly, or how it begins where a "*" ends it
	Match   Match
	Subject *SubjectSpec
	Amounts []AmountSpec       // instead of the subject's
	Refund  []payload.Selector // of the refund's id
	Also    bool               // the rules behind this one may report more of the same event
}

// Rules are those of one sender. The first that names an event's type counts, and those behind it only
// where it has Also.
type Rules []Rule

// Match turns the text at a field into an outcome.
type Match struct {
	at    payload.Join // read with "/" between, "" for what is not there; none: every event has the outcome other
	cases map[string]Outcome
	other Outcome // of any other text; nothing is reported of the zero Outcome
}

// Outcome is what an event reports of its subject.
type Outcome struct {
	Kind  hook.Kind
	State hook.State // of hook.Stands, as are those below
	Tone  hook.Tone
	Final bool
	Rank  int // of two events of one moment the higher one counts
}

// SubjectSpec is what a subject is called, and what else its events say of it.
type SubjectSpec struct {
	Kind             hook.SubjectKind   // "" is a payment
	Aliases          []AliasSpec        // every one that is there counts; the subject is shown under the first
	References       []payload.Selector // the shop's own names; each that is there is also an alias behind "order/"
	CopiedReferences Match              // has an outcome where they were copied from another payment, and name nothing
	Customer         []payload.Selector // mail address

	Amounts  []AmountSpec
	Currency []payload.Selector // of amounts that name no other
	Decimal  bool               // amounts are written 49.00, else in minor units
	Digits   map[string]int     // of minor units, in currencies where the sender does not follow ISO 4217

	Times      []payload.Selector // where they are not those of the event
	Version    payload.Selector   // a whole number; the higher one wins
	Fulfilment Match              // of an order: how much of it was sent; its rank is added
	Titles     []payload.Template // all of whose selectors must be there: "{body:name} on {body:branch}"
	URLs       []payload.Selector
}

// AliasSpec is one name of a subject: "payment/pi_1".
type AliasSpec struct {
	prefix   string
	at       payload.Join // all parts must be there
	after    string       // of the last part only what stands behind this, up to the next "/" or "?"
	fallback bool         // counts only where none before it is there
}

// Alias is the name behind a prefix that stands at a selector, or several with "+" between them.
func Alias(prefix, at string) AliasSpec { return AliasSpec{prefix: prefix, at: payload.SelectJoin(at)} }

// After returns a with the part of an address that stands behind a mark: "/captures/".
func (a AliasSpec) After(mark string) AliasSpec {
	a.after = mark
	return a
}

// Fallback returns a as one that counts only where none before it is there.
func (a AliasSpec) Fallback() AliasSpec {
	a.fallback = true
	return a
}

// AmountSpec is where an amount of money stands.
type AmountSpec struct {
	at       payload.Selector
	currency payload.Selector // zero: the subject's
	total    bool             // of a refund: the sum of all that was refunded so far
}

// Amount is the amount at a selector, in the subject's currency.
func Amount(at string) AmountSpec { return AmountSpec{at: payload.Select(at)} }

// In returns a in the currency at a selector.
func (a AmountSpec) In(currency string) AmountSpec {
	a.currency = payload.Select(currency)
	return a
}

// Total returns a as the sum of all that was refunded so far.
func (a AmountSpec) Total() AmountSpec {
	a.total = true
	return a
}

// Kinds say what a text means, for ByField.
type Kinds map[string]hook.Kind

// Outcomes say what a text means, for StateFrom and Field.
type Outcomes map[string]Outcome

// Always reports the same of every event.
func Always(k hook.Kind) Match { return Match{other: Outcome{Kind: k}} }

// AlwaysState reports the same state of every event.
func AlwaysState(o Outcome) Match {
	o.Kind = hook.Stands
	return Match{other: o}
}

// ByField reports what the text at a selector means, or at several with "+" between them; other, which
// may be "", is for any other text.
func ByField(at string, kinds Kinds, other hook.Kind) Match {
	m := Match{at: payload.SelectJoin(at), cases: make(map[string]Outcome, len(kinds)), other: Outcome{Kind: other}}
	for text, kind := range kinds {
		m.cases[text] = Outcome{Kind: kind}
	}
	return m
}

// StateFrom reports the state of what is no payment, by the text at a selector; of any other text
// nothing is reported.
func StateFrom(at string, outcomes Outcomes) Match {
	m := Match{at: payload.SelectJoin(at), cases: make(map[string]Outcome, len(outcomes))}
	for text, o := range outcomes {
		o.Kind = hook.Stands
		m.cases[text] = o
	}
	return m
}

// Field returns the outcome of the text at a selector as it is written, with no kind of its own: for
// SubjectSpec.Fulfilment.
func Field(at string, outcomes Outcomes, other Outcome) Match {
	return Match{at: payload.SelectJoin(at), cases: outcomes, other: other}
}

// Titles reads the templates of titles.
func Titles(texts ...string) []payload.Template {
	all := make([]payload.Template, len(texts))
	for i, text := range texts {
		all[i] = payload.SelectTemplate(text)
	}
	return all
}

// MayTell reports whether events of a type may be about subjects.
func (rules Rules) MayTell(typ string) bool {
	for i := range rules {
		if rules[i].About(typ) {
			return true
		}
	}
	return false
}

// About reports whether a rule is about events of a type.
func (r *Rule) About(typ string) bool {
	for _, pattern := range r.Types {
		if matches(pattern, typ) {
			return true
		}
	}
	return false
}

// Kinds returns every kind of evidence that the rule may report.
func (r *Rule) Kinds() (kinds []hook.Kind) {
	if r.Match.other.Kind != "" {
		kinds = append(kinds, r.Match.other.Kind)
	}
	for _, o := range r.Match.cases {
		if o.Kind != "" {
			kinds = append(kinds, o.Kind)
		}
	}
	return kinds
}
