package filter

import (
	"bytes"
	"encoding/json"
	"strings"
)

// pathNode is a node of the tree that all body paths of a filter form, so that one walk through a body
// answers every term. For `body.data.id:1 has:body.data.refund` the root (the whole body) has the child
// data, and data has two children: id with a test for 1, and refund with a test for presence.
type pathNode struct {
	name     string
	children []*pathNode
	tests    []test // of the values at this path
}

// add adds a test for the values at a path below n, and the missing nodes on the way.
func (n *pathNode) add(path []string, t test) {
	if len(path) == 0 {
		n.tests = append(n.tests, t)
		return
	}
	next := n.child(path[0])
	if next == nil {
		next = &pathNode{name: path[0]}
		n.children = append(n.children, next)
	}
	next.add(path[1:], t)
}

// child returns the node of a member, nil if no test asks for it or for a value below it. Names are
// compared without case, like all text, so at most one node matches.
func (n *pathNode) child(name string) *pathNode {
	for _, child := range n.children {
		if strings.EqualFold(child.name, name) {
			return child
		}
	}
	return nil
}

// jsonBody returns the body without a byte order mark, which some senders write before JSON.
func (m *matching) jsonBody() []byte {
	return bytes.TrimPrefix(m.item.Record.Body, []byte("\xef\xbb\xbf"))
}

// isJSON reports whether the body is valid JSON. encoding/json limits its depth to 10,000.
func (m *matching) isJSON() bool {
	if !m.jsonChecked {
		m.json, m.jsonChecked = json.Valid(m.jsonBody()), true
	}
	return m.json
}

// readBody evaluates the tests of all body terms. The Content-Type is ignored: a body has values
// exactly if it is valid JSON.
func (m *matching) readBody() {
	if m.once(fromBody) && m.isJSON() {
		w := walker{matching: m, text: m.jsonBody()}
		w.value(m.plan.body)
	}
}

// walker goes through valid JSON once and evaluates tests on the way. It builds no tree: whatever the
// size of the body, it holds one name or one value at a time, and only at paths with tests. Because the
// text is valid, commas and colons carry no information and are skipped like white space.
type walker struct {
	*matching
	text []byte
	at   int
}

// next skips to the beginning of the next value or name, or to the end of the object or array, and
// returns the byte there. Callers call it only where valid JSON has such a byte.
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

// value reads the next value, whose path is that of n. n is nil if no test asks for the value.
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

// container records that there is an object or an array at the path of n.
func (w *walker) container(n *pathNode) {
	for i := range n.tests {
		if n.tests[i].present {
			w.hits |= n.tests[i].bit
		}
	}
}

// scalar evaluates the tests of n on a string, a number, true, false or null. It decodes the value only
// if a test is still open: most bodies are decided after a few values.
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
	v := foundValue{isNumber: first == '-' || '0' <= first && first <= '9'}
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

// string reads a string and decodes its escapes.
func (w *walker) string() string {
	begin := w.at
	escaped := w.skipString()
	if !escaped {
		return string(w.text[begin+1 : w.at-1])
	}
	var text string
	if err := json.Unmarshal(w.text[begin:w.at], &text); err != nil {
		return "" // does not occur in valid JSON
	}
	return text
}

// skipString skips a string, and reports whether it has escapes.
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

// skip skips a value of any type. It counts the depth instead of recursing, so that deep values that no
// test asks for use no stack.
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

// skipLiteral skips a number, true, false or null.
func (w *walker) skipLiteral() {
	for w.at < len(w.text) && !strings.ContainsRune(" \t\r\n,:]}", rune(w.text[w.at])) {
		w.at++
	}
}
