package filter

import (
	"net/url"
	"slices"
	"strings"
)

// test is what one term asks of a value inside a request. One of patterns, numbers and intervals
// has to let the value through: `body.a:x*,5,10..20` has the patterns x* and 5, the number 5, and
// an interval.
type test struct {
	bit       uint64
	present   bool // any value will do
	patterns  []pattern
	numbers   []number   // that a JSON number may be equal to, however it is written
	intervals []interval // that a number, or a text that is one, may lie in
}

// namedTest is a test of the values under one name: of a header, a parameter or a field.
type namedTest struct {
	name string
	test
}

// newTest makes a test of a comparison whose key is a path. Whether the value there will be a text
// or a number is not known before, so that `body.a:5` is prepared for both.
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

// found is a value inside a request. All tests of its place share what was made of it.
type found struct {
	text     string
	isNumber bool // a number in JSON; whatever else looks like one is a text

	number number // what the text is as a number, where tried and numeric
	tried  bool
	valid  bool
}

// asNumber reads the text as a number, once.
func (f *found) asNumber() (number, bool) {
	if !f.tried {
		f.number, f.valid = parseNumber(f.text)
		f.tried = true
	}
	return f.number, f.valid
}

// holds judges a value. Texts are equal as texts alone, but are compared by size as the numbers that
// they are: providers write amounts as "12.50".
func (t *test) holds(f *found) bool {
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

// inside returns the question whether a value under a path passes the test.
func (c *compiler) inside(key Key, t test) step {
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

// has plans the question whether something is there. An empty text of a field is nothing, since
// records keep what is missing so; inside a request an empty text, an empty object and an empty
// array are something, and null is nothing.
func (c *compiler) has(n Has, bit uint64) step {
	joined := step{join: anyOf}
	for _, key := range n.Keys {
		doc, _ := keyDoc(key.Name)
		s := step{cost: fieldCost(key.Name), ask: func(m *matching) bool { return m.has(key.Name, doc.kind) }}
		if doc.kind == ofPath {
			s = c.inside(key, test{bit: bit, present: true})
		}
		joined.steps = append(joined.steps, s)
		joined.cost = max(joined.cost, s.cost)
	}
	return joined
}

// try judges one value under a name with all tests of that name.
func (m *matching) try(tests []namedTest, name, value string) {
	v := found{text: value}
	for i := range tests {
		t := &tests[i]
		if m.hits&t.bit == 0 && strings.EqualFold(t.name, name) && m.mayCompare(&t.test, &v) && t.holds(&v) {
			m.hits |= t.bit
		}
	}
}

// readHeader judges the values of every header that terms ask for, each line by itself.
func (m *matching) readHeader() {
	if !m.once(fromHeader) {
		return
	}
	for _, h := range m.item.Record.Headers {
		m.try(m.plan.header, h.Name, h.Value)
	}
}

// readQuery judges the parameters of the query string.
func (m *matching) readQuery() {
	if m.once(fromQuery) {
		m.readPairs(m.plan.query, m.item.Record.Query)
	}
}

// readForm judges the fields of a body that its sender calls a form. Anything might be read as one
// otherwise.
func (m *matching) readForm() {
	if m.once(fromForm) && m.isForm() {
		m.readPairs(m.plan.form, string(m.item.Record.Body))
	}
}

// isForm reports whether the sender calls the body a form.
func (m *matching) isForm() bool {
	mediaType, _, _ := strings.Cut(m.item.Record.ContentType, ";")
	return strings.EqualFold(strings.TrimSpace(mediaType), "application/x-www-form-urlencoded")
}

// readPairs judges name=value&name=value, in the order in which they stand. Of names that occur
// twice each counts. A name without an equals sign has the empty text as its value.
func (m *matching) readPairs(tests []namedTest, text string) {
	for pair := range strings.SplitSeq(text, "&") {
		if pair != "" {
			name, value, _ := strings.Cut(pair, "=")
			m.try(tests, unescape(name), unescape(value))
		}
	}
}

// unescape decodes a part of a query. What cannot be decoded stays as it is: a stranger wrote it,
// and who looks for it sees it so.
func unescape(text string) string {
	if decoded, err := url.QueryUnescape(text); err == nil {
		return decoded
	}
	return text
}
