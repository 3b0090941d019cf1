// Package filter is the language in which deliveries are chosen, wherever they are chosen: in the
// filter bar, in `q=`, by forwards, listeners and alerts. `verdict:rejected body.amount:>1000
// -type:ping` is a filter.
//
// It promises: one text means one thing everywhere. Match alone decides whether a delivery is let
// through; a search in SQL may only narrow down what Match is asked. Match depends on nothing but
// the item and the time that it is given, reads a body at most once for values and once for words
// however many terms ask, and takes any body: what is not valid JSON has no values, and never makes
// it fail. Parse bounds what a filter may cost, and says of a wrong text where it is wrong and how
// it should be written.
//
// The rules that decide what a text means:
//
//   - Text is compared without case (Unicode's simple folding), names of headers and of JSON members too.
//   - What a record does not say is not there: neither `reason:x` nor `reason:*` finds a delivery without a reason,
//     and `-reason:x` does.
//   - Where there are several values (headers, arrays, members with equal names, subjects), any of them counts. So two
//     terms may be met by two different ones: `body.items.sku:a body.items.n:2` does not mean the same item.
//   - Numbers are compared exactly as they are written, of any size. A JSON number is equal to a number however both
//     are written; a text is equal as a text alone, but `>`, `<` and ranges take it as the number that it is.
//   - Words are found in the headers, names included, and in the body, as whole tokens of letters and digits. Escapes
//     of JSON and of forms are decoded before.
//   - Values inside the body are JSON if the body is valid JSON, and form fields if its Content-Type says so.
//
// Start reading here, then tree.go (what a filter consists of), keys.go (what can be asked),
// parse.go (text to tree), compile.go (tree to tests) and match.go (tests to an answer).
package filter

import (
	"fmt"
	"time"
	"unicode/utf8"

	"hookbeam/server/hook"
)

// The bounds of a filter. What goes beyond them is a SyntaxError.
const (
	MaxText   = 4 << 10 // bytes of its text, both as written and in canonical form
	MaxTerms  = 64      // terms: what is not AND, OR, NOT or a parenthesis
	MaxValues = 256     // values, keys and flags in all lists together
	MaxDepth  = 16      // parentheses and NOTs inside each other

	// MaxComparisons bounds the work of one Match: values inside a request are compared until so many comparisons
	// were made, and none after that. Strangers write the requests, so a body of millions of values must not
	// hold anybody up. A comparison with a long text counts once for each 64 bytes of it.
	MaxComparisons    = 1 << 20
	bytesOfComparison = 64
)

// Filter is a text that was understood, ready to match. It never changes: many goroutines may use
// one. A nil Filter lets everything through, like the one of an empty text.
type Filter struct {
	root Node // nil: everything matches
	text string
	plan plan
}

// Item is what a filter looks at: a record, and what is known of it elsewhere.
type Item struct {
	Record       *hook.Record // never nil
	EndpointName string       // the name of the record's endpoint; "" where it is not known
	Provider     string       // the provider of that endpoint; "" where it is not known

	// Subjects returns what the record's events are about, as it stands now. It is called at most once for each
	// Match, and only where a term asks for a subject, reference, state, status or amount, or for a provider's
	// id that stands nowhere in the record. nil: they are about nothing.
	Subjects func() []Subject
}

// Subject is one thing that the events of a record are about: a payment, an order, a run. It is
// what a hook.Status says of it, cut down to what can be asked. What is not known is left zero.
type Subject struct {
	Status    hook.StatusID
	Names     []string // "payment/pi_1", "order/10-4471"
	Reference string
	State     hook.State
	Amount    int64 // in minor units; 0: not said
}

// Parse reads a filter. A text without terms is a filter that lets everything through. Every error
// is a *SyntaxError.
func Parse(text string) (*Filter, error) {
	if len(text) > MaxText {
		return nil, &SyntaxError{
			Position: MaxText, End: len(text), Expected: "the end of the filter",
			Message: fmt.Sprintf("The filter has %d bytes, and may have %d.", len(text), MaxText),
			Hint:    "Split it into several filters.",
		}
	}
	if at := invalidByte(text); at >= 0 {
		return nil, &SyntaxError{
			Position: at, End: at + 1, Expected: "UTF-8", Message: "The filter is not valid UTF-8.",
		}
	}
	p := parser{text: text}
	root, err := p.filter()
	if err != nil {
		return nil, err
	}
	f := &Filter{root: root}
	if root == nil {
		return f, nil
	}
	if f.plan, err = compile(root); err != nil {
		return nil, err
	}
	if f.text = root.String(); len(f.text) > MaxText {
		return nil, &SyntaxError{
			Position: 0, End: len(text), Expected: "a shorter filter",
			Message: fmt.Sprintf("In full the filter has %d bytes, and may have %d.", len(f.text), MaxText),
			Hint:    "Split it into several filters.",
		}
	}
	return f, nil
}

// invalidByte returns where text stops being UTF-8, -1 where all of it is.
func invalidByte(text string) int {
	for i, c := range text {
		if c != utf8.RuneError {
			continue
		}
		if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
			return i
		}
	}
	return -1
}

// Root returns the filter's syntax tree, nil where it lets everything through. The caller must not
// change it.
func (f *Filter) Root() Node {
	if f == nil {
		return nil
	}
	return f.root
}

// String returns the filter in canonical form. Parse reads it as an equal tree.
func (f *Filter) String() string {
	if f == nil {
		return ""
	}
	return f.text
}

// Match reports whether the filter lets the item through. Relative times are counted back from now.
func (f *Filter) Match(item Item, now time.Time) bool {
	if f == nil || f.root == nil {
		return true
	}
	m := matching{plan: &f.plan, item: item, now: now}
	return m.holds(&f.plan.root)
}
