package filter

import (
	"encoding/json"
	"strings"
)

// pathNode is a place in JSON that tests ask for, or that lies on the way to one. All paths of a
// filter are one tree, so that one walk through a body answers every term. For `body.data.id:1
// has:body.data.refund` the root, which is the whole body, has one place below it, data, and that
// has two: id with a test for 1, and refund with a test for anything.
type pathNode struct {
	name  string
	below []*pathNode
	tests []test
}

// add puts a test at the end of a path, and makes the places on the way there.
func (n *pathNode) add(path []string, t test) {
	if len(path) == 0 {
		n.tests = append(n.tests, t)
		return
	}
	next := n.child(path[0])
	if next == nil {
		next = &pathNode{name: path[0]}
		n.below = append(n.below, next)
	}
	next.add(path[1:], t)
}

// child returns the place of a member; nil where no test lies there. Names are compared like all
// text, without case, so that at most one place has a name.
func (n *pathNode) child(name string) *pathNode {
	for _, below := range n.below {
		if strings.EqualFold(below.name, name) {
			return below
		}
	}
	return nil
}

// isJSON reports whether the body is valid JSON. The library bounds its depth at 10,000.
func (m *matching) isJSON() bool {
	if !m.jsonChecked {
		m.json, m.jsonChecked = json.Valid(m.item.Record.Body), true
	}
	return m.json
}

// readBody judges all values in the body that terms ask for. A body that is not valid JSON has
// none, whatever its Content-Type says; a body that is valid has them, even where it is called
// something else.
func (m *matching) readBody() {
	if m.once(fromBody) && m.isJSON() {
		w := walker{matching: m, text: m.item.Record.Body}
		w.value(m.plan.body)
	}
}

// walker goes once through JSON that is known to be valid, and judges what tests ask for. It keeps
// nothing of it: a body of any size takes no memory beyond one name or one value at a time, and of
// these only what may be asked for. Since the text is valid, commas and colons say nothing that the
// order of values does not say, and are passed over like blanks.
type walker struct {
	*matching
	text []byte
	at   int
}

// next goes to the next byte that means something: the beginning of a value or of a name, or the
// end of an object or an array. In valid JSON there always is one where it is called.
func (w *walker) next() byte {
	for {
		switch c := w.text[w.at]; c {
		case ' ', '\t', '\n', '\r', ',', ':':
			w.at++
		default:
			return c
		}
	}
}

// value reads a value that stands at the place n, nil where nobody asks for it.
func (w *walker) value(n *pathNode) {
	c := w.next()
	if n == nil {
		w.skip()
		return
	}
	switch c {
	case '{':
		w.container(n)
		for w.at++; w.next() != '}'; {
			name := w.string()
			w.value(n.child(name))
		}
		w.at++
	case '[':
		w.container(n)
		for w.at++; w.next() != ']'; {
			w.value(n) // an array is any of its elements
		}
		w.at++
	default:
		w.scalar(n, c)
	}
}

// container notes that there is an object or an array at the place.
func (w *walker) container(n *pathNode) {
	for i := range n.tests {
		if n.tests[i].present {
			w.hits |= n.tests[i].bit
		}
	}
}

// scalar judges a text, a number, true, false or null. It is decoded only where a test that does
// not hold yet asks for it: most bodies are decided after a few values.
func (w *walker) scalar(n *pathNode, first byte) {
	asked := false
	if w.exhausted() {
		w.skip()
		return
	}
	for i := range n.tests {
		asked = asked || w.hits&n.tests[i].bit == 0
	}
	if !asked {
		w.skip()
		return
	}
	v := found{isNumber: first == '-' || '0' <= first && first <= '9'}
	if first == '"' {
		v.text = w.string()
	} else {
		begin := w.at
		w.skip()
		v.text = string(w.text[begin:w.at])
	}
	for i := range n.tests {
		t := &n.tests[i]
		if w.hits&t.bit != 0 || t.present && first == 'n' { // null is nothing
			continue
		}
		if w.mayCompare(t, &v) && t.holds(&v) {
			w.hits |= t.bit
		}
	}
}

// string reads a text. One that the library cannot decode does not occur in valid JSON.
func (w *walker) string() string {
	begin := w.at
	escaped := w.skipString()
	if !escaped {
		return string(w.text[begin+1 : w.at-1])
	}
	var text string
	if err := json.Unmarshal(w.text[begin:w.at], &text); err != nil {
		return ""
	}
	return text
}

// skipString goes behind a text, and reports whether there are escapes in it.
func (w *walker) skipString() (escaped bool) {
	for w.at++; w.text[w.at] != '"'; w.at++ {
		if w.text[w.at] == '\\' {
			escaped = true
			w.at++
		}
	}
	w.at++
	return escaped
}

// skip goes behind a value, whatever it is. It counts how deep it is instead of calling itself, so
// that what nobody asks for costs no stack.
func (w *walker) skip() {
	for depth := 0; ; {
		switch c := w.next(); c {
		case '{', '[':
			depth++
			w.at++
		case '}', ']':
			depth--
			w.at++
		case '"':
			w.skipString()
		default:
			w.skipLiteral()
		}
		if depth == 0 {
			return
		}
	}
}

// skipLiteral goes behind a number, true, false or null.
func (w *walker) skipLiteral() {
	for w.at < len(w.text) && !strings.ContainsRune(" \t\r\n,:]}", rune(w.text[w.at])) {
		w.at++
	}
}
