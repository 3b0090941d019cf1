// Package filter implements the language that selects deliveries: in the filter bar, in `q=`, for
// forwards, listeners and alerts. `verdict:rejected body.amount:>1000 -type:ping` is a filter.
//
// It promises that a text means the same everywhere. Match alone decides whether a delivery matches;
// an SQL query may only reduce the deliveries that Match is called for. Match depends only on the
// item and the time that it is given. It reads a body at most once for values and once for words,
// whatever the number of terms, and accepts any body: one that is not valid JSON has no values, which
// is not an error. Parse limits what a filter may cost. Its errors say where a text is wrong and how
// to write it.
//
// These rules define what a filter means:
//
//   - Text is compared without case (Unicode's simple folding), names of headers and of JSON members too.
//   - An empty field of a record is absent: neither `reason:x` nor `reason:*` matches a delivery without a reason,
//     and `-reason:x` matches it.
//   - If there are several values (headers, arrays, members with equal names, subjects), one that matches is enough.
//     Two terms may match two different values: `body.items.sku:a body.items.n:2` may match two items.
//   - Numbers are decimal, exact and of any size. A JSON number equals a number of the filter by its value: 1.0 equals
//     1. A JSON string is equal as text only; `>`, `<` and ranges compare it as a number if it is one.
//   - Words match whole tokens (letters and digits) in header names, header values and the body. Escapes of JSON and
//     of forms are decoded first.
//   - Values inside the body are JSON if the body is valid JSON, and form fields if its Content-Type says so.
//
// Start reading here, then tree.go (the syntax tree), keys.go (the keys and flags), parse.go (text to
// tree), compile.go (tree to plan) and match.go (plan and item to an answer).
package filter

import (
	"fmt"
	"time"
	"unicode/utf8"

	"hookbeam/server/hook"
)

// The limits of a filter. Parse returns a SyntaxError for a text that exceeds one.
const (
	MaxText   = 4 << 10 // bytes of its text, both as written and in canonical form
	MaxTerms  = 64      // terms: what is not AND, OR, NOT or a parenthesis
	MaxValues = 256     // values, keys and flags in all lists together
	MaxDepth  = 16      // parentheses and NOTs inside each other

	// MaxComparisons limits the work of one Match. After that many comparisons of values inside the request, the
	// remaining values count as not matching. Senders are not trusted: a body with millions of values must not
	// delay other deliveries. Comparing a long text counts once for each comparisonBytes of it.
	MaxComparisons  = 1 << 20
	comparisonBytes = 64
)

// Filter is a parsed and compiled filter. It is immutable, so goroutines may share one. A nil Filter
// matches everything, like the filter of an empty text.
type Filter struct {
	root Node // nil: everything matches
	text string
	plan plan
}

// Item is what a filter is matched against: a record, and what other parts of the program store about
// it. The caller of Match builds it.
type Item struct {
	Record       *hook.Record // never nil
	EndpointName string       // the name of the record's endpoint; "" if unknown
	Provider     string       // the provider of that endpoint; "" if unknown

	// Subjects returns the current subjects of the record's events. Match calls it at most once, and only if a term
	// asks for a subject, reference, state, status or amount, or for a provider's id that does not occur in the
	// record. nil: there are no subjects.
	Subjects func() []Subject
}

// Subject is one subject of a record's events: a payment, an order, a run. It has those fields of a
// hook.Status that a filter can ask for. A field that is unknown is zero.
type Subject struct {
	Status    hook.StatusID
	Names     []string // "payment/pi_1", "order/10-4471"
	Reference string
	State     hook.State
	Amount    int64 // in minor units; 0: unknown
}

// Parse parses and compiles a filter. A text without terms is a filter that matches everything. Every
// error is a *SyntaxError.
func Parse(text string) (*Filter, error) {
	if len(text) > MaxText {
		return nil, &SyntaxError{
			Position: MaxText, End: len(text), Expected: "the end of the filter",
			Message: fmt.Sprintf("The filter has %d bytes. The maximum is %d.", len(text), MaxText),
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
			Message: fmt.Sprintf("Written in full, the filter has %d bytes. The maximum is %d.", len(f.text), MaxText),
			Hint:    "Split it into several filters.",
		}
	}
	return f, nil
}

// invalidByte returns the position of the first byte that is not valid UTF-8, -1 if there is none.
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

// Root returns the filter's syntax tree, nil for a filter that matches everything. The caller must not
// change it.
func (f *Filter) Root() Node {
	if f == nil {
		return nil
	}
	return f.root
}

// String returns the filter in canonical form. Parsing it gives an equal tree.
func (f *Filter) String() string {
	if f == nil {
		return ""
	}
	return f.text
}

// Match reports whether the item matches the filter. Relative times such as after:1h count back from
// now.
func (f *Filter) Match(item Item, now time.Time) bool {
	if f == nil || f.root == nil {
		return true
	}
	m := matching{plan: &f.plan, item: item, now: now}
	return m.holds(&f.plan.root)
}
