// Package payload reads what a delivery holds: its headers, its query, and its body as JSON, as a form,
// or as XML in a form. Everything is read when it is first asked for, once, and charged to a Meter, so
// that a stranger's body costs a bounded number of steps. What to read is said by a Selector, which is
// parsed once into a closed type: a misspelt one ends the program when its table is built, and never
// reads as empty.
//
// Start with Selector for the language, and Request for what reads it. Tree is the JSON alone.
package payload

import (
	"encoding/hex"
	"iter"
	"net/url"
	"strings"

	"github.com/tidwall/gjson"

	"hookbeam/server/hook"
)

// Request is one delivery, and what has been read of it so far. Reset gives it a delivery and Release
// takes it away; between the two it holds everything that was read, so two readers of one value read it
// once. One goroutine uses it at a time.
type Request struct {
	Meter
	Record   *hook.Record
	Settings map[string]string // of the endpoint
	Nonce    string            // of the message signature that verified

	body, item Tree
	parsed     bool // body has the record's body, where that looks like JSON
	isList     bool // and that is a list

	items   []string // of the batch, once asked for
	batched bool     // they were asked for

	form   url.Values // the body as a form, once asked for
	broken bool       // it is no form
	sorted []byte     // its names and values, sorted, once asked for
	query  url.Values // of the address, once asked for

	xmlOf  string       // the field of the form
	xml    []xmlElement // that holds this, once asked for
	hashes bodyHashes
}

// Reset gives q a delivery.
func (q *Request) Reset(r *hook.Record, settings map[string]string) {
	q.Record, q.Settings = r, settings
}

// Release drops everything that q was about, but keeps some memory for the next delivery. Nobody may
// use what was read of q any more.
func (q *Request) Release() {
	q.body.Release()
	q.item.Release()
	q.Meter, q.Record, q.Settings, q.Nonce, q.query = Meter{}, nil, nil, "", nil
	q.Changed()
}

// Changed says that the body of the record is another one now: nothing that was read of it counts any more.
func (q *Request) Changed() {
	q.parsed, q.items, q.batched, q.form, q.broken, q.sorted = false, nil, false, nil, false, nil
	q.xmlOf, q.xml, q.hashes.has256, q.hashes.has512 = "", nil, false, false
}

// Text returns the text at a selector as it was sent, "" where there is none. Objects and lists of JSON
// have none.
func (q *Request) Text(s Selector) string {
	if s.asks {
		return q.yes(s)
	}
	switch s.source {
	case inBody:
		if body := q.json(); !q.isList { // the events of a list are read as items
			return body.Text(s.path)
		}
		return ""
	case inItem:
		return q.item.Text(s.path)
	default:
		return q.elsewhere(s)
	}
}

// TextOrID is Text, but an object of JSON stands for its member "id": senders show the same thing by
// its id in one event and whole in another.
func (q *Request) TextOrID(s Selector) string {
	switch {
	case s.asks:
		return q.yes(s)
	case s.source == inBody:
		return q.json().TextOrID(s.path)
	case s.source == inItem:
		return q.item.TextOrID(s.path)
	default:
		return q.elsewhere(s)
	}
}

// PathText is TextOrID for a path that an endpoint's settings hold: in the item that is looked at, or
// else in the body.
func (q *Request) PathText(p Path) string {
	if text := q.item.TextOrID(&p); text != "" {
		return text
	}
	return q.json().TextOrID(&p)
}

// Has reports whether there is anything at a path of the body's JSON, if only null.
func (q *Request) Has(s Selector) bool { return s.source == inBody && q.json().Exists(s.path) }

// yes says whether there is anything at a selector.
func (q *Request) yes(s Selector) string {
	found := false
	switch s.source {
	case inBody:
		found = q.json().NotEmpty(s.path)
	case inItem:
		found = q.item.NotEmpty(s.path)
	default:
		found = q.elsewhere(s) != ""
	}
	if !found {
		return ""
	}
	return "yes"
}

// elsewhere returns the text at a selector of anything but a path of JSON.
func (q *Request) elsewhere(s Selector) string {
	switch s.source {
	case inHeader:
		return q.Header(s.name)
	case inForm:
		return q.fields().Get(s.name)
	case inQuery:
		return q.queryValues().Get(s.name)
	case inSetting:
		return q.Settings[s.name]
	case inHead:
		return q.head(s.name)
	case isBeside:
		return q.json().firstBeside(s.name)
	case isHost:
		u, err := url.Parse(q.Header(s.name))
		if err != nil {
			return ""
		}
		return u.Hostname()
	case inXML:
		return q.element(s.name, s.inside)
	case isNonce:
		return q.Nonce
	case isConst:
		return s.name
	case isSHA256:
		if len(q.Record.Body) == 0 {
			return ""
		}
		return "sha256:" + hex.EncodeToString(q.BodySHA256())
	default:
		return ""
	}
}

// First returns the text at the first of some selectors where there is one.
func (q *Request) First(all []Selector) string {
	for _, s := range all {
		if text := q.Text(s); text != "" {
			return text
		}
	}
	return ""
}

// Joined returns the texts of a join as one; false where a part is missing.
func (q *Request) Joined(j Join) (text string, whole bool) {
	if len(j) == 1 {
		text = q.Text(j[0])
		return text, text != ""
	}
	var b strings.Builder
	for i, s := range j {
		part := q.Text(s)
		if part == "" {
			return "", false
		}
		if i > 0 {
			b.WriteByte('/')
		}
		b.WriteString(part)
	}
	return b.String(), true
}

// Lines returns every value at a selector: a header may be sent more than once.
func (q *Request) Lines(s Selector) iter.Seq[string] {
	return func(yield func(string) bool) {
		if name, isHeader := s.Header(); isHeader {
			q.HeaderLines(name)(yield)
		} else if text := q.Text(s); text != "" {
			yield(text)
		}
	}
}

// HeaderLines returns every value of a header.
func (q *Request) HeaderLines(name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		q.Steps += len(q.Record.Headers)
		for _, h := range q.Record.Headers {
			if h.Name == name && h.Value != "" && !yield(h.Value) {
				return
			}
		}
	}
}

// Header returns the first header of a name, "" where there is none. It can be read whatever the body
// cost: what a sender writes into headers is found in any case.
func (q *Request) Header(name string) string {
	q.Steps += len(q.Record.Headers)
	return q.Record.Header(name)
}

// queryValues returns the parameters of the query.
func (q *Request) queryValues() url.Values {
	if q.query == nil && q.Charge(formByte*len(q.Record.Query)) {
		q.query, _ = url.ParseQuery(q.Record.Query) // what cannot be read was not sent
	}
	return q.query
}

// json is the body, where it looks like JSON.
func (q *Request) json() *Tree {
	if !q.parsed {
		root, first := "", FirstByte(q.Record.Body)
		if first == '{' || first == '[' {
			root = string(q.Record.Body)
		}
		q.parsed, q.isList = true, first == '['
		q.body.Reset(root, &q.Meter)
	}
	return &q.body
}

// headSize bounds how far into a stranger's body "head" looks.
const headSize = 8 << 10

// head returns a string member of the body's object where it stands within its first bytes.
func (q *Request) head(name string) string {
	body := q.Record.Body
	if len(body) > headSize {
		body = body[:headSize]
	}
	if FirstByte(body) != '{' || !q.Charge(len(body)) {
		return ""
	}
	r := gjson.GetBytes(body, name)
	if whole := len(r.Raw) > 1 && r.Raw[len(r.Raw)-1] == '"'; r.Type != gjson.String || !whole {
		return ""
	}
	return r.Str
}

// FirstByte returns the first byte of a body that is no white space of JSON; 0 where there is none.
func FirstByte(body []byte) byte {
	for _, c := range body {
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return c
		}
	}
	return 0
}
