// Package payload reads values from a delivery: from its headers, its query, and its body as JSON, as a form, as
// either in the other, or as XML.
//
// It promises that each part is parsed once, when it is first needed, and that reading costs a limited number of
// steps (Meter), whatever the sender sends: a value that costs too much is absent, and Meter.Cut is set. What to
// read is given by a Selector, which is parsed once into a closed type. A mistake in a sender's table stops the
// program at its start; it never reads as empty.
//
// Start with Selector for the language, and Request, which reads it. Tree reads a JSON document alone, and Decode
// converts one to Go values.
package payload

import (
	"encoding/hex"
	"iter"
	"net/url"
	"strings"

	"hookbeam/server/hook"
)

// Request is one delivery, and what was read of it so far. Reset assigns a delivery and Release removes it. One
// goroutine uses it at a time. signature.Request embeds it, and the extraction of events and subjects uses it
// directly.
type Request struct {
	Meter
	Record   *hook.Record
	Settings map[string]string // of the endpoint
	Nonce    string            // of the HTTP message signature that verified; "" if there is none
	Envelope Envelope          // what the sender's body is, if not plain JSON; set before the body is read

	body, item, outer Tree
	parsed            bool // body has the document in the record's body
	isList            bool // and that is a list

	items   []string // of the batch, once asked for
	outers  []string // for each item the element that its list is in; nil if there is none
	batched bool     // they were asked for
	looked  string   // the item that Look selected

	form   url.Values // the body as a form, once asked for
	broken bool       // it is no form
	sorted []byte     // its names and values, sorted, once asked for
	query  url.Values // of the address, once asked for

	claims   Tree   // of a JWT
	claimsOf string // the header that has it; "": none was read

	xmlOf  string       // the field of the form
	xml    []xmlElement // that holds this, once asked for
	hashes bodyHashes
}

// Reset assigns a delivery and the settings of its endpoint.
func (q *Request) Reset(r *hook.Record, settings map[string]string) {
	q.Record, q.Settings = r, settings
}

// Release drops everything that belongs to the delivery, but keeps some memory for the next one. Nobody may use
// values that were read after that.
func (q *Request) Release() {
	q.body.Release()
	q.item.Release()
	q.outer.Release()
	q.claims.Release()
	q.claimsOf = ""
	q.Meter, q.Record, q.Settings, q.Nonce, q.query = Meter{}, nil, nil, "", nil
	q.Envelope = Envelope{}
	q.Changed()
}

// Changed must be called after the body of the record was replaced. It drops what was read of the body.
func (q *Request) Changed() {
	q.parsed, q.items, q.outers, q.batched, q.looked = false, nil, nil, false, ""
	q.form, q.broken, q.sorted = nil, false, nil
	q.xmlOf, q.xml, q.hashes.has256, q.hashes.has512 = "", nil, false, false
}

// Text returns the text at a selector as it was sent, "" if there is none. Objects and lists of JSON have no text.
func (q *Request) Text(s Selector) string {
	if s.asks {
		return q.yes(s)
	}
	switch s.source {
	case inBody:
		if body := q.json(); !q.isList { // events in a list are read as items
			return body.Text(s.path)
		}
		return ""
	case inItem:
		return q.item.Text(s.path)
	case inOuter:
		return q.outer.Text(s.path)
	default:
		return q.elsewhere(s)
	}
}

// TextOrID is Text, except that an object of JSON counts as its member "id": some senders send the same thing as an
// id in one event and as an object in another.
func (q *Request) TextOrID(s Selector) string {
	switch {
	case s.asks:
		return q.yes(s)
	case s.source == inBody:
		return q.json().TextOrID(s.path)
	case s.source == inItem:
		return q.item.TextOrID(s.path)
	case s.source == inOuter:
		return q.outer.TextOrID(s.path)
	default:
		return q.elsewhere(s)
	}
}

// PathText is TextOrID for a path in an endpoint's settings: in the item that Look selected, or else in the body.
func (q *Request) PathText(p Path) string {
	if text := q.item.TextOrID(&p); text != "" {
		return text
	}
	return q.json().TextOrID(&p)
}

// Has reports whether the body's JSON has a value at a path, including null.
func (q *Request) Has(s Selector) bool { return s.source == inBody && q.json().Exists(s.path) }

// Count returns how many values other than null the body's JSON has under the name at a path: more than one if a
// member occurs twice, which programs read differently.
func (q *Request) Count(s Selector) int {
	if s.source != inBody {
		return 0
	}
	return q.json().count(s.path)
}

// IsSound reports whether the body's JSON has no mistake. Trees read what they can of one that has, which other
// programs may read differently.
func (q *Request) IsSound() bool { return q.json().isSound() }

// yes returns "yes" if there is a value at a selector that is not null, false, 0 or empty, and else "".
func (q *Request) yes(s Selector) string {
	found := false
	switch s.source {
	case inBody:
		found = q.json().NotEmpty(s.path)
	case inItem:
		found = q.item.NotEmpty(s.path)
	case inOuter:
		found = q.outer.NotEmpty(s.path)
	default:
		found = q.elsewhere(s) != ""
	}
	if !found {
		return ""
	}
	return "yes"
}

// elsewhere returns the text at a selector that does not read JSON at a path.
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
		if q.looked != "" {
			return q.item.firstBeside(s.name)
		}
		return q.json().firstBeside(s.name)
	case inClaim:
		return q.claimsIn(s.name).Text(s.path)
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
	case isItemSHA256:
		return q.itemSHA256()
	default:
		return ""
	}
}

// First returns the first text that is not empty among those at some selectors.
func (q *Request) First(all []Selector) string {
	for _, s := range all {
		if text := q.Text(s); text != "" {
			return text
		}
	}
	return ""
}

// Joined returns the texts of a join as one id: with "/" between them, and with "/" in all but the first written as
// "%2F". So different texts make different ids. whole is false if one is missing.
func (q *Request) Joined(j Join) (text string, whole bool) { return q.join(j, '/') }

// Dotted returns the texts of a join as an event's type: with "." between them. whole is false if one is missing.
func (q *Request) Dotted(j Join) (text string, whole bool) { return q.join(j, '.') }

// join returns the texts of a join with a separator between them.
func (q *Request) join(j Join, separator byte) (text string, whole bool) {
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
			b.WriteByte(separator)
			if separator == '/' {
				part = escapePart(part)
			}
		}
		b.WriteString(part)
	}
	return b.String(), true
}

// maxEscaped is the length of a part, in bytes, beyond which it is not escaped: no id is so long.
const maxEscaped = 1 << 10

// escapePart returns a part of a composite id without "/". It changes only what would be ambiguous, "/" and a "%" that
// would read like an escape, because the ids that earlier releases stored must stay the same: nearly all of them do.
// The first part of an id needs no escapes, because the others begin behind the last "/".
func escapePart(part string) string {
	if len(part) > maxEscaped || !strings.ContainsAny(part, "/%") {
		return part
	}
	return strings.NewReplacer("/", "%2F", "%2F", "%252F", "%25", "%2525").Replace(part)
}

// Lines yields every value at a selector. Only a header can have several.
func (q *Request) Lines(s Selector) iter.Seq[string] {
	return func(yield func(string) bool) {
		if name, isHeader := s.Header(); isHeader {
			q.HeaderLines(name)(yield)
		} else if text := q.Text(s); text != "" {
			yield(text)
		}
	}
}

// HeaderLines yields every value of a header that is not empty. name is canonical.
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

// Header returns the first value of a header, "" if there is none. It is counted but never refused: headers are
// readable whatever the body costs.
func (q *Request) Header(name string) string {
	q.Steps += len(q.Record.Headers)
	if name == "Host" && q.Record.Host != "" { // net/http keeps it apart from the headers
		return q.Record.Host
	}
	return q.Record.Header(name)
}

// queryValues returns the parameters of the query.
func (q *Request) queryValues() url.Values {
	if q.query == nil && q.Charge(formByte*len(q.Record.Query)) {
		q.query, _ = url.ParseQuery(q.Record.Query) // what cannot be read was not sent
	}
	return q.query
}

// json returns the JSON document in the body; an empty tree if there is none.
func (q *Request) json() *Tree {
	if !q.parsed {
		root := q.document()
		q.parsed, q.isList = true, strings.HasPrefix(strings.TrimLeft(root, " \t\r\n"), "[")
		q.body.Reset(root, &q.Meter)
	}
	return &q.body
}

// FirstByte returns the first byte of a body that is not white space of JSON; 0 if there is none.
func FirstByte(body []byte) byte {
	for _, c := range body {
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return c
		}
	}
	return 0
}
