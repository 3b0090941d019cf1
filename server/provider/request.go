package provider

import (
	"bytes"
	"crypto/hmac"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"io"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/tidwall/gjson"

	"hookbeam/server/hook"
)

// request is what is judged, and what has been read of it so far.
type request struct {
	record   *hook.Record
	endpoint *hook.Endpoint
	Receipt
	meter

	items  []gjson.Result // of a batch, once asked for
	item   object         // the one that is being looked at
	object object         // the body, once asked for
	spare  object         // room for it
	nonce  string         // of the message signature that held

	scratch []byte // of put
	keys    [2]keyedHash
	form    url.Values // the body as a form, once asked for
	broken  bool       // it is no form
	sorted  []byte     // its names and values, sorted, once asked for
	query   url.Values // the address's, once asked for

	xmlOf  string    // the field of the form
	xml    []element // that holds this, once asked for
	hashes bodyHashes
	sums   map[string]string // the signatures of RFC 9421 by their labels, once asked for
}

// keyedHash is an HMAC, and what it was made with.
type keyedHash struct {
	hash.Hash
	name string
	key  []byte
}

// keyed returns an HMAC that nothing was written to. To make one costs as much as to hash a kilobyte, and the next request
// is likely to be checked with the same secret, or the same two.
func (q *request) keyed(name string, key []byte) hash.Hash {
	for i := range q.keys {
		if k := &q.keys[i]; k.Hash != nil && k.name == name && bytes.Equal(k.key, key) {
			k.Reset()
			return k
		}
	}
	q.keys[1] = q.keys[0]
	q.keys[0] = keyedHash{hmac.New(newHash(name), key), name, key}
	return q.keys[0]
}

// requests are used again and again: what is told apart of a body takes room for each of its members.
var requests = sync.Pool{New: func() any { return new(request) }}

func newRequest(e *hook.Endpoint, r *hook.Record, on Receipt) *request {
	q := requests.Get().(*request)
	q.record, q.endpoint, q.Receipt = r, e, on
	return q
}

// release lets go of all that q was about. Nobody may use it any more.
func (q *request) release() {
	room := q.object
	if room == nil {
		room = q.spare
	}
	clear(room[:cap(room)])
	if cap(room) > keptMembers {
		room = nil
	}
	*q = request{spare: room[:0], scratch: q.scratch, keys: q.keys}
	requests.Put(q)
}

// lines returns every value at a spot that may be sent more than once.
func (q *request) lines(spot string) iter.Seq[string] {
	return func(yield func(string) bool) {
		name, isHeader := strings.CutPrefix(spot, "header:")
		if !isHeader {
			if v := q.read(spot); v != "" {
				yield(v)
			}
			return
		}
		q.steps += len(q.record.Headers)
		for _, h := range q.record.Headers {
			if h.Name == name && h.Value != "" && !yield(h.Value) {
				return
			}
		}
	}
}

// read returns the text at a spot, "" where there is none.
func (q *request) read(spot string) string {
	where, name, _ := strings.Cut(spot, ":")
	switch where {
	case "header":
		return q.header(name)
	case "body":
		return text(q.json(name))
	case "item":
		return text(q.item.get(&q.meter, name))
	case "form":
		return q.fields().Get(name)
	case "query":
		return q.queryValues().Get(name)
	case "setting":
		return q.endpoint.Settings[name]
	case "head": // a string member of an object, not far from its beginning
		return q.head(name)
	case "beside": // the one member of the body that is not this one
		return q.beside(name)
	case "host": // the host of an address that a header holds
		u, err := url.Parse(q.header(name))
		if err != nil {
			return ""
		}
		return u.Hostname()
	case "xml": // an element in what a form field holds in base64
		field, element, _ := strings.Cut(name, "/")
		return q.element(field, element)
	case "nonce":
		return q.nonce
	case "const":
		return name
	case "sha256":
		return q.bodyHash()
	}
	return ""
}

// header returns the first header of a name, "" where there is none. It can be read whatever the body cost: what a sender
// writes into headers is found in any case.
func (q *request) header(name string) string {
	q.steps += len(q.record.Headers)
	return q.record.Header(name)
}

func (q *request) queryValues() url.Values {
	if q.query == nil && q.charge(formByte*len(q.record.Query)) {
		q.query, _ = url.ParseQuery(q.record.Query) // what cannot be read was not sent
	}
	return q.query
}

func (q *request) bodyHash() string {
	if len(q.record.Body) == 0 {
		return ""
	}
	return "sha256:" + hex.EncodeToString(q.bodySHA256())
}

// object is the members of a JSON object, told apart once, so that looking for ten facts of which nine are not there
// does not read it ten times.
type object []member

type member struct {
	name  string
	value gjson.Result
}

// maxMembers bounds how many are told apart, keptMembers of how many the room is used again.
const (
	maxMembers  = 1000
	keptMembers = 64
)

// split appends the members of r, as far as they do not cost too much.
func (o object) split(m *meter, r gjson.Result) object {
	if r.IsObject() {
		r.ForEach(func(name, value gjson.Result) bool {
			if !m.charge(len(name.Raw) + len(value.Raw) + 1) {
				return false
			}
			o = append(o, member{name.Str, value})
			return len(o) < maxMembers
		})
	}
	return o
}

// get looks into the object. path is made of names with dots between.
func (o object) get(m *meter, path string) gjson.Result {
	name, rest, deeper := strings.Cut(path, ".")
	if !m.charge(len(o)) {
		return gjson.Result{}
	}
	for i := range o {
		if o[i].name != name {
			continue
		}
		if !deeper {
			return o[i].value
		}
		if !m.charge(len(o[i].value.Raw)) {
			break
		}
		return o[i].value.Get(rest)
	}
	return gjson.Result{}
}

// look turns to an item of a batch.
func (q *request) look(item gjson.Result) { q.item = q.item[:0].split(&q.meter, item) }

// members are the body's own, where it looks like a JSON object.
func (q *request) members() object {
	if q.object == nil {
		if q.object = q.spare; q.object == nil {
			q.object = make(object, 0, 8)
		}
		if firstByte(q.record.Body) == '{' {
			q.object = q.object.split(&q.meter, gjson.ParseBytes(q.record.Body))
		}
	}
	return q.object
}

func (q *request) json(path string) gjson.Result { return q.members().get(&q.meter, path) }

func firstByte(body []byte) byte {
	for _, c := range body {
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return c
		}
	}
	return 0
}

// text returns a scalar as it was written; objects, lists and null have none.
func text(r gjson.Result) string {
	switch r.Type {
	case gjson.String:
		return r.Str
	case gjson.Number, gjson.True, gjson.False:
		return r.Raw
	default:
		return ""
	}
}

// The bounds of a form: each pair takes ten times the memory of its bytes.
const (
	maxPairs = 10_000
	formByte = 2  // steps for each byte of a form
	formPair = 64 // and for each pair
)

func (q *request) fields() url.Values {
	if q.form != nil {
		return q.form
	}
	pairs := bytes.Count(q.record.Body, []byte("&")) + 1
	if pairs > maxPairs || !q.charge(formByte*len(q.record.Body)+formPair*pairs) {
		q.cut, q.broken, q.form = true, true, url.Values{}
		return q.form
	}
	var err error
	q.form, err = url.ParseQuery(string(q.record.Body))
	q.broken = err != nil
	return q.form
}

func (q *request) beside(name string) string {
	for _, m := range q.members() {
		if m.name != name {
			return m.name
		}
	}
	return ""
}

// maxPiece is how much is written at once.
const maxPiece = 1 << 10

// put writes text by way of a scratch: a hash takes bytes only, and a conversion for each piece costs more than hashing it.
func (q *request) put(w io.Writer, text string) {
	q.hashed += len(text)
	for text != "" {
		n := min(len(text), maxPiece)
		q.scratch = append(q.scratch[:0], text[:n]...)
		_, _ = w.Write(q.scratch) // hashes and buffers never fail
		text = text[n:]
	}
}

// write writes a rule's message; false where a part of it cannot be had.
func (q *request) write(w io.Writer, template string, timestamp, address, secret string) bool {
	for template != "" {
		plain, rest, found := strings.Cut(template, "{")
		q.put(w, plain)
		if !found {
			return true
		}
		var name string
		name, template, _ = strings.Cut(rest, "}")
		switch name {
		case "body":
			q.hashed += len(q.record.Body)
			_, _ = w.Write(q.record.Body)
		case "time":
			q.put(w, timestamp)
		case "url":
			q.put(w, address)
		case "secret":
			q.put(w, secret)
		case "method":
			q.put(w, q.record.Method)
		case "crc32":
			q.put(w, strconv.FormatUint(uint64(crc32.ChecksumIEEE(q.record.Body)), 10))
		case "form":
			if !q.writeForm(w) {
				return false
			}
		default:
			q.put(w, q.read(name))
		}
	}
	return true
}

// writeForm writes the form's names and values, sorted, each pair once.
func (q *request) writeForm(w io.Writer) bool {
	fields := q.fields()
	if q.broken {
		return false
	}
	if q.sorted == nil { // it is asked for again with each secret and address
		q.sorted = make([]byte, 0, len(q.record.Body))
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			values := fields[name]
			if len(values) > 1 {
				values = slices.Compact(slices.Sorted(slices.Values(values)))
			}
			for _, value := range values {
				if !q.charge(len(name) + len(value)) { // a long name may have many values
					return false
				}
				q.sorted = append(append(q.sorted, name...), value...)
			}
		}
	}
	q.hashed += len(q.sorted)
	_, _ = w.Write(q.sorted) // hashes and buffers never fail
	return true
}

// headSize bounds how far into a stranger's body is looked.
const headSize = 8 << 10

// head returns a string member of the body's object where it stands within its first bytes.
func (q *request) head(name string) string {
	body := q.record.Body
	if len(body) > headSize {
		body = body[:headSize]
	}
	if firstByte(body) != '{' || !q.charge(len(body)) {
		return ""
	}
	r := gjson.GetBytes(body, name)
	if whole := len(r.Raw) > 1 && r.Raw[len(r.Raw)-1] == '"'; r.Type != gjson.String || !whole {
		return ""
	}
	return r.Str
}
