package mapping

import (
	"encoding/json"
	"strconv"
	"strings"
)

// parseJSON reads one JSON value, with every digit of whole numbers; false where it is none. The library says whether
// it is; building the values ourselves, with texts that share the body's memory, takes a third of the time.
// Each part of it costs steps.
func (x *run) parseJSON(text []byte) (any, bool) {
	if !x.spend(len(text)/byteStep) || !json.Valid(text) {
		return nil, false
	}
	d := decoder{text: strings.ToValidUTF8(string(text), "\ufffd"), run: x}
	v := d.value()
	return v, !x.over
}

// What reading JSON and forms costs, in steps.
const (
	byteStep    = 8  // so many bytes for one step
	valueSteps  = 3  // for each value
	escapeSteps = 15 // for a text with escapes
	pairSteps   = 12 // for each field of a form
	headerSteps = 4  // for each header
)

// decoder builds values of JSON that is known to be valid.
type decoder struct {
	text string
	at   int
	run  *run
}

// next goes to the next byte that is no space.
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

func (d *decoder) value() any {
	if !d.run.spend(valueSteps) {
		d.at = len(d.text) // whoever waits for an end has it
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

func (d *decoder) object() any {
	members := map[string]any{}
	for d.at++; !d.run.over && d.next() != '}'; {
		name := d.string()
		members[name] = d.value()
	}
	d.at++
	return members
}

func (d *decoder) list() any {
	items := []any{}
	for d.at++; !d.run.over && d.next() != ']'; {
		items = append(items, d.value())
	}
	d.at++
	return items
}

func (d *decoder) string() string {
	begin, escaped := d.at, false
	for d.at++; d.text[d.at] != '"'; d.at++ {
		if d.text[d.at] == '\\' {
			escaped = true
			d.at++
		}
	}
	d.at++
	if !escaped || !d.run.spend(escapeSteps) {
		return d.text[begin+1 : d.at-1]
	}
	var s string
	_ = json.Unmarshal([]byte(d.text[begin:d.at]), &s) // it is valid
	return s
}

// number reads a number. A whole one that is too large stays as it was written, as text: it is an id.
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
