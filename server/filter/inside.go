package filter

import (
	"net/url"
	"slices"
	"strings"
)

// test is the condition of one term on a value inside a request. A value matches if one of patterns,
// numbers and intervals matches: `body.a:x*,5,10..20` has the patterns x* and 5, the number 5, and one
// interval.
type test struct {
	bit       uint64
	present   bool // of a has: term; every value but null matches
	patterns  []pattern
	numbers   []number   // match a JSON number with an equal value
	intervals []interval // match a number, or a text that is a number, inside them
}

// namedTest is a test of the values with one name: of a header, a query parameter or a form field.
type namedTest struct {
	name string
	test
}

// newTest compiles a comparison whose key is a path. A path may lead to text or to a number, so
// `body.a:5` is compiled for both.
func newTest(n Compare, bit uint64) (test, error) {
	t := test{bit: bit}
	for _, v := range n.Values {
		if n.Op != Equal || v.Range {
			i, err := newInterval(n, v)
			if err != nil {
				return t, err
			}
			t.intervals = append(t.intervals, i)
			continue
		}
		t.patterns = append(t.patterns, newPattern(v))
		if one, ok := parseNumber(v.Text()); ok && !v.Quoted {
			t.numbers = append(t.numbers, one)
		}
	}
	return t, nil
}

// foundValue is a value inside a request. All tests of its path share its parsed number.
type foundValue struct {
	text     string
	isNumber bool // a JSON number; other values that look like one are text

	number number // the text as a number, if tried and valid
	tried  bool
	valid  bool
}

// asNumber parses the text as a number, once.
func (f *foundValue) asNumber() (number, bool) {
	if !f.tried {
		f.number, f.valid = parseNumber(f.text)
		f.tried = true
	}
	return f.number, f.valid
}

// holds reports whether a value matches. Text equals only the same text, but intervals compare text that
// is a number by its value: providers write amounts as "12.50".
func (t *test) holds(f *foundValue) bool {
	if t.present || matchesAny(t.patterns, f.text) {
		return true
	}
	if len(t.intervals) == 0 && (len(t.numbers) == 0 || !f.isNumber) {
		return false
	}
	n, ok := f.asNumber()
	if !ok {
		return false
	}
	equal := func(m number) bool { return m.compare(n) == 0 }
	return containedIn(t.intervals, n) || f.isNumber && slices.ContainsFunc(t.numbers, equal)
}

// pathStep returns the step that reports whether a value at a path matches a test. It adds the test to
// the pass over that part of the request, which the first such step starts.
func (c *compiler) pathStep(key Key, t test) step {
	bit := t.bit
	named := namedTest{key.Path[0], t}
	ask := func(read func(*matching)) func(*matching) bool {
		return func(m *matching) bool {
			read(m)
			return m.hits&bit != 0
		}
	}
	switch key.Name {
	case "header":
		c.plan.header = append(c.plan.header, named)
		return step{cost: costRequest, ask: ask((*matching).readHeader)}
	case "query":
		c.plan.query = append(c.plan.query, named)
		return step{cost: costRequest, ask: ask((*matching).readQuery)}
	case "form":
		c.plan.form = append(c.plan.form, named)
		return step{cost: costBody, ask: ask((*matching).readForm)}
	}
	if c.plan.body == nil {
		c.plan.body = &pathNode{}
	}
	c.plan.body.add(key.Path, t)
	return step{cost: costBody, ask: ask((*matching).readBody)}
}

// has compiles a has: term. In fields of the record, an empty text counts as absent, because records
// store absent values so. Inside a request, empty text, empty objects and empty arrays count as present,
// and null as absent.
func (c *compiler) has(n Has, bit uint64) step {
	joined := step{join: anyOf}
	for _, key := range n.Keys {
		doc, _ := keyDoc(key.Name)
		s := step{cost: fieldCost(key.Name), ask: func(m *matching) bool { return m.has(key.Name, doc.kind) }}
		if doc.kind == ofPath {
			s = c.pathStep(key, test{bit: bit, present: true})
		}
		joined.steps = append(joined.steps, s)
		joined.cost = max(joined.cost, s.cost)
	}
	return joined
}

// try evaluates all tests of a name on one value.
func (m *matching) try(tests []namedTest, name, value string) {
	v := foundValue{text: value}
	for i := range tests {
		t := &tests[i]
		if m.hits&t.bit == 0 && strings.EqualFold(t.name, name) && m.mayCompare(&t.test, &v) && t.holds(&v) {
			m.hits |= t.bit
		}
	}
}

// readHeader evaluates the tests of headers. Each line of a repeated header is a value of its own.
func (m *matching) readHeader() {
	if !m.once(fromHeader) {
		return
	}
	for _, h := range m.item.Record.Headers {
		m.try(m.plan.header, h.Name, h.Value)
	}
}

// readQuery evaluates the tests of query parameters.
func (m *matching) readQuery() {
	if m.once(fromQuery) {
		m.readPairs(m.plan.query, m.item.Record.Query)
	}
}

// readForm evaluates the tests of form fields if the Content-Type says that the body is a form. Almost
// any text could be parsed as one.
func (m *matching) readForm() {
	if m.once(fromForm) && m.isForm() {
		m.readPairs(m.plan.form, string(m.item.Record.Body))
	}
}

// isForm reports whether the Content-Type is that of a form.
func (m *matching) isForm() bool {
	mediaType, _, _ := strings.Cut(m.item.Record.ContentType, ";")
	return strings.EqualFold(strings.TrimSpace(mediaType), "application/x-www-form-urlencoded")
}

// readPairs evaluates tests on name=value&name=value, in this order. Each value of a repeated name
// counts. A name without an equals sign has an empty value.
func (m *matching) readPairs(tests []namedTest, text string) {
	for pair := range strings.SplitSeq(text, "&") {
		if pair != "" {
			name, value, _ := strings.Cut(pair, "=")
			m.try(tests, unescape(name), unescape(value))
		}
	}
}

// unescape decodes a part of a query. Text with invalid escapes is returned as it is, because the
// dashboard shows it so to the person who filters for it.
func unescape(text string) string {
	if decoded, err := url.QueryUnescape(text); err == nil {
		return decoded
	}
	return text
}
