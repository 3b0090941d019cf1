package extract

import (
	"slices"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// Rule maps some types of a sender's events to a statement about one subject. It is data, written in the sender's file
// in server/provider; Source.Statements interprets it. For example, a sender whose payments are identified by their id
// alone:
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
// Where a rule selects an id and the field holds an object, the object's member "id" is read
// (payload.Request.TextOrID). In a list of selectors the first one that has a text is used.
type Rule struct {
	Types   []string // event types: exact, or a prefix that ends with "*"
	Match   Match
	Subject *SubjectSpec
	Also    bool // the rules after this one are applied to the same event as well

	// Level says which of payment, order and reference the event reports on; "" is the payment if Subject has aliases,
	// else the order. The event connects all three in any case.
	Level hook.Level

	Amounts  []AmountSpec       // replace those of the subject; nil: the subject's are used
	Due      []AmountSpec       // what is to be paid in total
	Declared []AmountSpec       // what was paid so far
	Returned []AmountSpec       // what was returned so far
	Charged  []AmountSpec       // of a refund: what was captured
	Extra    []AmountSpec       // of a capture: what came on top of the price
	Sums     []AmountSpec       // the sum of all captures or refunds so far, beside the amount of this one
	Part     []payload.Selector // id of the capture or refund, so that one is not counted twice
	Of       []AliasSpec        // of a refund: id of the capture that it returns
	Marks    []Match            // add what their outcomes have beside a kind
	Needs    bool               // report nothing if there is no amount, or it is zero
}

// Rules are the rules of one sender, in order. The first rule that names an event's type is applied; the next such
// rule is applied only if the one before it has Also. So a rule for "payment.*" comes after the rules for single types.
type Rules []Rule

// Match turns the text of one or several fields into an Outcome. Always, AlwaysState, ByField, StateFrom and Field make
// one. The zero Match has no outcome.
type Match struct {
	at    payload.Join // texts are joined with "/", "" for an absent field; empty: every event has the outcome other
	cases map[string]Outcome
	other Outcome            // for any other text; with an empty Kind the rule reports nothing
	less  []payload.Selector // the outcome is other if the first value is less than the second
	// with less: the outcome is other if the texts differ
	differ bool
	given  []condition // all must hold, or there is no outcome
}

// condition holds if a match has an outcome; with not set, if it has none.
type condition struct {
	match Match
	not   bool
}

// Outcome is what an event reports about its subject. For a payment only Kind is set, and what a page needs to know
// to say it in the right words; payments derives the state from all evidence. For other subjects Kind is
// hook.StateReported and State is the reported state.
type Outcome struct {
	Kind hook.EvidenceKind

	State hook.State // with hook.StateReported only, like the next three
	Tone  hook.Tone
	Final bool
	Rank  int // of two events with the same time the one with the higher rank wins

	Follows  hook.More // of a capture
	Inferred bool      // of a capture: only a setting of the endpoint says so
	Reserved bool      // of a capture: its amount was authorized before
	Release  bool      // of a refund: it may be the release of an authorization
	Cause    hook.Cause
	Review   hook.Review
	Method   hook.Method
	Late     bool
	Paid     bool // of a snapshot: money was taken, whether its sum can be read or not
}

// SubjectSpec says how the events of a sender identify one kind of subject, and which other facts about it they carry.
// Several rules usually share one.
type SubjectSpec struct {
	Kind             hook.SubjectKind   // "" is a payment
	Aliases          []AliasSpec        // ids of one payment, or of another subject; all that are present are used
	Orders           []AliasSpec        // ids of the order that the payment belongs to
	References       []payload.Selector // the merchant's own references; each becomes "order/…"
	CopiedReferences Match              // has an outcome if References were copied from another payment; ignored then
	OtherReferences  []AliasSpec        // further names of the first reference
	AnyAccount       bool               // references are names everywhere, not only within the event's account
	Account          []payload.Selector // the account, where the sender names it differently in each object
	Scope            []payload.Selector // references are names only within the event's account and this text

	Customer    []payload.Selector // email address; also shown to people
	NoCustomer  []string           // addresses that stand for a customer who gave none
	CustomerIDs []payload.Selector // the provider's ids of the customer
	Phones      []payload.Selector

	Amounts  []AmountSpec
	Currency []payload.Selector // of amounts without a currency of their own
	Decimal  bool               // amounts are decimal, such as 49.00; else they are in minor units
	Digits   map[string]int     // digits of the minor unit by currency, where the sender deviates from ISO 4217

	Times      []payload.Selector // where present, used instead of the event's time
	Version    payload.Selector   // an integer; evidence with a higher version always wins
	Fulfilment Match              // of an order: how much of it was shipped; its rank is added to that of Rule.Match
	Titles     []payload.Template // "{body:name} on {body:branch}"; one with a missing field is skipped
	URLs       []payload.Selector // page of the subject at the sender, for people
}

// AliasSpec says where an event carries one alias of a subject. An alias is a prefix and an id, such as "payment/pi_1".
// Two statements that share an alias are about the same subject, so the prefix keeps the sender's kinds of ids apart.
type AliasSpec struct {
	prefix   string
	at       payload.Join // the parts of a composite id; all must be present
	after    string       // the id is the part of a URL after this text, up to the next "/" or "?"; "": the whole text
	fallback bool         // used only if no alias before it is present
}

// Alias returns the alias with a prefix whose id is at a selector. Several selectors with "+" between them make a
// composite id, whose parts are joined with "/".
func Alias(prefix, at string) AliasSpec { return AliasSpec{prefix: prefix, at: payload.SelectJoin(at)} }

// After returns a copy of a whose id is taken from a URL: the segment after a marker such as "/captures/".
func (a AliasSpec) After(marker string) AliasSpec {
	a.after = marker
	return a
}

// Fallback returns a copy of a that is used only if none of the aliases before it is present.
func (a AliasSpec) Fallback() AliasSpec {
	a.fallback = true
	return a
}

// AmountSpec says where an event carries an amount of money. SubjectSpec.Decimal and Digits say in which unit.
type AmountSpec struct {
	at       payload.Selector
	currency payload.Selector   // zero: SubjectSpec.Currency
	bare     bool               // the event names no currency
	total    bool               // the sum of all captures or refunds so far, not of this one
	plus     []payload.Selector // added to the amount; a missing one is zero
	minus    []payload.Selector // taken off the amount; a negative one is added
	plusSum  string             // path with "*", as in each, of amounts that are added
	each     string             // path with "*" for every element of a list, instead of at
	where    [][2]string        // with each: members of the innermost element and the texts that they must have
	given    []condition        // all must hold, or the amount cannot be read
	most     []payload.Selector // the amount is at most the largest of these
}

// Amount returns the amount at a selector, in the subject's currency.
func Amount(at string) AmountSpec { return AmountSpec{at: payload.Select(at)} }

// In returns a copy of a whose currency is at a selector.
func (a AmountSpec) In(currency string) AmountSpec {
	a.currency = payload.Select(currency)
	return a
}

// Bare returns a copy of a decimal amount whose currency the event does not name. It is that of the payment, which
// another event names. The amount is reported in hundredths; package payments knows how many digits the currency has.
func (a AmountSpec) Bare() AmountSpec {
	a.bare = true
	return a
}

// Plus returns a copy of a to which another amount is added. An amount that is missing is zero.
func (a AmountSpec) Plus(at string) AmountSpec {
	a.plus = append(slices.Clip(a.plus), payload.Select(at))
	return a
}

// Minus returns a copy of a from which another amount is taken off. A missing one is zero, and a negative one is added:
// a shop reports what it owes to its customer as a negative amount outstanding.
func (a AmountSpec) Minus(at string) AmountSpec {
	a.minus = append(slices.Clip(a.minus), payload.Select(at))
	return a
}

// SumOf returns the sum of the amounts at a path of the body with "*" for every element of a list:
// "refunds.*.transactions.*.amount". Of each list the first 64 elements count.
func SumOf(path string) AmountSpec { return AmountSpec{each: path} }

// PlusSum returns a copy of a to which the sum of the amounts at a path with "*" is added, as SumOf reads it. Where
// applies to it. A sum without elements is zero.
func (a AmountSpec) PlusSum(path string) AmountSpec {
	a.plusSum = path
	return a
}

// Where returns a copy of a sum that counts only those elements of the innermost list whose member has a text.
func (a AmountSpec) Where(member, text string) AmountSpec {
	a.where = append(slices.Clip(a.where), [2]string{member, text})
	return a
}

// AtMost returns a copy of a that is at most the largest of the amounts at some selectors, in the same currency.
// Amounts that are missing limit nothing.
func (a AmountSpec) AtMost(at ...string) AmountSpec {
	a.most = payload.SelectAll(at...)
	return a
}

// If returns a copy of a that can be read only if a condition holds. Of a list of amounts the next one is read then.
func (a AmountSpec) If(holds Match) AmountSpec {
	a.given = append(slices.Clip(a.given), condition{match: holds})
	return a
}

// Total returns a copy of a that is the sum of all captures or refunds so far.
func (a AmountSpec) Total() AmountSpec {
	a.total = true
	return a
}

// Kinds maps the text of a field to a kind of evidence, for ByField.
type Kinds map[string]hook.EvidenceKind

// Outcomes maps the text of a field to an outcome, for StateFrom and Field. Its outcomes have no Kind.
type Outcomes map[string]Outcome

// Always returns a match with the same kind of evidence for every event.
func Always(k hook.EvidenceKind) Match { return Match{other: Outcome{Kind: k}} }

// AlwaysState returns a match with the same state for every event, for subjects that are not payments.
func AlwaysState(o Outcome) Match {
	o.Kind = hook.StateReported
	return Match{other: o}
}

// ByField returns a match by the text at a selector, or by the texts at several selectors with "+" between them. For
// any other text it reports other; with other "" it reports nothing.
func ByField(at string, kinds Kinds, other hook.EvidenceKind) Match {
	m := Match{at: payload.SelectJoin(at), cases: make(map[string]Outcome, len(kinds)), other: Outcome{Kind: other}}
	for text, kind := range kinds {
		m.cases[text] = Outcome{Kind: kind}
	}
	return m
}

// StateFrom returns a match by the text at a selector, for subjects that are not payments. For any other text it
// reports nothing.
func StateFrom(at string, outcomes Outcomes) Match {
	m := Match{at: payload.SelectJoin(at), cases: make(map[string]Outcome, len(outcomes))}
	for text, o := range outcomes {
		o.Kind = hook.StateReported
		m.cases[text] = o
	}
	return m
}

// Choose returns a match by the text at a selector, or by the texts at several selectors with "+" between them, whose
// outcomes have kinds of their own. For any other text it reports other.
func Choose(at string, outcomes Outcomes, other Outcome) Match {
	return Match{at: payload.SelectJoin(at), cases: outcomes, other: other}
}

// IfLess returns a match that has an outcome if one value is less than another one, and none if either is missing.
// Numbers are compared as numbers, and other texts, such as dates, as texts. A selector "const:…" is a fixed value.
func IfLess(at, than string, o Outcome) Match {
	return Match{less: payload.SelectAll(at, than), other: o}
}

// Is returns a condition for If and Unless: the text at a selector, or the texts at several selectors with "+" between
// them, is one of some texts.
func Is(at string, texts ...string) Match {
	m := Match{at: payload.SelectJoin(at), cases: make(map[string]Outcome, len(texts))}
	for _, text := range texts {
		m.cases[text] = Outcome{Kind: hook.Info}
	}
	return m
}

// Less returns a condition for If and Unless: one value is less than another one. It does not hold if either is
// missing.
func Less(at, than string) Match { return IfLess(at, than, Outcome{Kind: hook.Info}) }

// Differ returns a condition for If and Unless: the texts at two selectors differ. It does not hold if either is
// missing.
func Differ(at, from string) Match {
	return Match{less: payload.SelectAll(at, from), differ: true, other: Outcome{Kind: hook.Info}}
}

// If returns a copy of m that has an outcome only if a condition holds.
func (m Match) If(holds Match) Match {
	m.given = append(slices.Clip(m.given), condition{match: holds})
	return m
}

// Unless returns a copy of m that has an outcome only if a condition does not hold.
func (m Match) Unless(holds Match) Match {
	m.given = append(slices.Clip(m.given), condition{match: holds, not: true})
	return m
}

// Mark returns a match with the same outcome for every event, for Rule.Marks.
func Mark(o Outcome) Match { return Match{other: o} }

// Field is StateFrom without a kind, for SubjectSpec.Fulfilment: it adds to a statement and never makes one.
func Field(at string, outcomes Outcomes, other Outcome) Match {
	return Match{at: payload.SelectJoin(at), cases: outcomes, other: other}
}

// Titles parses the templates of SubjectSpec.Titles. A template that does not parse is a broken build.
func Titles(texts ...string) []payload.Template {
	all := make([]payload.Template, len(texts))
	for i, text := range texts {
		all[i] = payload.SelectTemplate(text)
	}
	return all
}

// MayReport reports whether a rule names this type of event.
func (rules Rules) MayReport(typ string) bool {
	for i := range rules {
		if rules[i].About(typ) {
			return true
		}
	}
	return false
}

// About reports whether the rule names this type of event.
func (r *Rule) About(typ string) bool {
	for _, pattern := range r.Types {
		if matches(pattern, typ) {
			return true
		}
	}
	return false
}

// Kinds returns every kind of evidence that the rule may report, in no particular order and possibly more than once.
func (r *Rule) Kinds() (kinds []hook.EvidenceKind) {
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
