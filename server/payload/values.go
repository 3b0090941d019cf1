package payload

import (
	"encoding/json"
	"strconv"
	"strings"
)

// What reading a JSON value whole costs, in steps.
const (
	valueBytes  = 8  // so many bytes for one step
	valueSteps  = 3  // for each value
	escapeSteps = 15 // for a text with escapes
)

// Decode parses a complete JSON value; it returns false if text is not valid JSON, or costs too much. Values are
// nil, bool, int64, float64, string, []any and map[string]any; integers beyond 64 bits are strings. encoding/json
// checks the syntax. Building the values here, with strings that share memory, takes a third of its time. spend
// counts steps, and returns false when there are none left.
func Decode(text []byte, spend func(steps int) bool) (any, bool) {
	if !spend(len(text)/valueBytes) || !json.Valid(text) {
		return nil, false
	}
	d := decoder{text: strings.ToValidUTF8(string(text), "\ufffd"), spend: spend}
	v := d.value()
	return v, !d.over
}

// decoder builds the values of valid JSON.
type decoder struct {
	text  string
	at    int
	spend func(steps int) bool
	over  bool // it cost too much
}

// pay spends steps; it returns false if there are not enough.
func (d *decoder) pay(steps int) bool {
	d.over = d.over || !d.spend(steps)
	return !d.over
}

// next skips to the next byte that is not white space, a comma or a colon, and returns it.
func (d *decoder) next() byte {
	for {
		switch c := d.text[d.at]; c {
		case ' ', '\t', '\n', '\r', ',', ':':
			d.at++
		default:
			return c
		}
	}
}

// value builds the next value.
func (d *decoder) value() any {
	if !d.pay(valueSteps) {
		d.at = len(d.text) // ends all loops
		return nil
	}
	switch d.next() {
	case '{':
		return d.object()
	case '[':
		return d.list()
	case '"':
		return d.string()
	case 't':
		d.at += len("true")
		return true
	case 'f':
		d.at += len("false")
		return false
	case 'n':
		d.at += len("null")
		return nil
	}
	return d.number()
}

// object builds an object. If a name occurs twice, the last member counts, as in encoding/json.
func (d *decoder) object() any {
	members := map[string]any{}
	for d.at++; !d.over && d.next() != '}'; {
		name := d.string()
		members[name] = d.value()
	}
	d.at++
	return members
}

// list builds a list.
func (d *decoder) list() any {
	items := []any{}
	for d.at++; !d.over && d.next() != ']'; {
		items = append(items, d.value())
	}
	d.at++
	return items
}

// string builds a string. One without escapes shares the document's memory.
func (d *decoder) string() string {
	begin, escaped := d.at, false
	for d.at++; d.text[d.at] != '"'; d.at++ {
		if d.text[d.at] == '\\' {
			escaped = true
			d.at++
		}
	}
	d.at++
	if !escaped || !d.pay(escapeSteps) {
		return d.text[begin+1 : d.at-1]
	}
	var s string
	_ = json.Unmarshal([]byte(d.text[begin:d.at]), &s) // it is valid
	return s
}

// number builds a number. An integer that is too large stays text, because it is most likely an id.
func (d *decoder) number() any {
	begin, whole := d.at, true
loop:
	for ; d.at < len(d.text); d.at++ {
		switch c := d.text[d.at]; {
		case c == '.', c == 'e', c == 'E':
			whole = false
		case (c < '0' || c > '9') && c != '-' && c != '+':
			break loop
		}
	}
	written := d.text[begin:d.at]
	if whole {
		if i, err := strconv.ParseInt(written, 10, 64); err == nil {
			return i
		}
		return written
	}
	if f, err := strconv.ParseFloat(written, 64); err == nil {
		return f
	}
	return written
}
