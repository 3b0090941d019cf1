package sample

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"hookbeam/server/hook"
)

// draft is a sample whose values can still be changed. Its Content-Type decides what the body is: JSON, a form, or any
// other text, such as XML. A form may carry a text in one of its fields, as Braintree's bt_payload does; then both
// fields and text are set.
type draft struct {
	headers []hook.Header
	json    bool
	fields  []field // of a form, in order; nil: the body is no form
	text    string  // the body; of a form: the text that the field with packedValue carries
}

// field is one field of a form, or one value to set.
type field struct{ name, value string }

// packedValue stands in a sample's file for the value of the field that carries draft.text in base64.
const packedValue = "<packed>"

// newDraft parses a body by its Content-Type. In a form an empty line separates the fields from the text of
// packedValue.
func newDraft(body string, headers []hook.Header) *draft {
	d := &draft{headers: headers, text: body}
	for _, h := range headers {
		if h.Name != "Content-Type" {
			continue
		}
		// SNS sends JSON as text/plain.
		d.json = strings.Contains(h.Value, "json") ||
			strings.HasPrefix(body, "{") && strings.HasPrefix(h.Value, "text/plain")
		if strings.HasPrefix(h.Value, "application/x-www-form-urlencoded") {
			var lines string
			lines, d.text, _ = strings.Cut(body, "\n\n")
			d.fields = fieldLines(lines)
		}
	}
	return d
}

// fieldLines parses lines "name = value". It skips all other lines.
func fieldLines(lines string) (fields []field) {
	for line := range strings.SplitSeq(lines, "\n") {
		if name, value, ok := strings.Cut(line, " = "); ok {
			fields = append(fields, field{name, value})
		}
	}
	return fields
}

// The limits of set. Samples are far below them; they bound what a caller of the API can make the server allocate.
const (
	maxPath  = 200      // bytes of a path or a name
	maxValue = 64 << 10 // bytes of a value
	maxIndex = 100      // an index into a list: sjson would fill the list up to it
)

// set changes one value of the body, or adds it to JSON or to a form. In JSON a value that is valid JSON is set as it
// is, such as 12, true or {"a":1}; any other value is set as a string. Errors are sentences for the caller, which end a
// message that starts with the path.
func (d *draft) set(path, value string) error {
	switch {
	case path == "" || len(path) > maxPath:
		return fmt.Errorf("a path must have 1 to %d characters", maxPath)
	case len(value) > maxValue:
		return fmt.Errorf("a value can have at most %d bytes", maxValue)
	case d.json:
		return d.setJSON(path, value)
	}
	for i := range d.fields {
		if d.fields[i].name == path {
			d.fields[i].value = value
			return nil
		}
	}
	if d.setElement(path, value) {
		return nil
	}
	if d.fields == nil {
		return errors.New("the sample has no such element")
	}
	d.fields = append(d.fields, field{path, value})
	return nil
}

// setJSON changes one value of a JSON body. It refuses a path that would make the body invalid, or that selects several
// values.
func (d *draft) setJSON(path, value string) (err error) {
	for part := range strings.SplitSeq(path, ".") {
		if n, err := strconv.ParseUint(part, 10, 64); (err == nil && n > maxIndex) ||
			errors.Is(err, strconv.ErrRange) {
			return fmt.Errorf("a list in a sample can have at most %d items", maxIndex)
		}
	}
	changed := ""
	if gjson.Valid(value) {
		changed, err = sjson.SetRaw(d.text, path, strings.TrimSpace(value))
	} else {
		changed, err = sjson.Set(d.text, path, value)
	}
	if err != nil || !gjson.Valid(changed) || strings.ContainsAny(path, "#|@*?") { // queries of gjson
		return errors.New("a path must consist of names and numbers separated by dots, such as data.object.amount")
	}
	d.text = changed
	return nil
}

// setElement changes the text of the first XML element with this name. It returns false if there is none.
func (d *draft) setElement(name, value string) bool {
	before, rest, opened := strings.Cut(d.text, "<"+name+">")
	_, after, closed := strings.Cut(rest, "</"+name+">")
	if !opened || !closed {
		return false
	}
	escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(value)
	d.text = before + "<" + name + ">" + escaped + "</" + name + ">" + after
	return true
}

// body returns the bytes of the request's body.
func (d *draft) body() []byte {
	if d.fields == nil {
		return []byte(d.text)
	}
	var b strings.Builder
	for i, f := range d.fields {
		if i > 0 {
			b.WriteByte('&')
		}
		if f.value == packedValue {
			f.value = wrapBase64(base64.StdEncoding.EncodeToString([]byte(d.text)))
		}
		b.WriteString(url.QueryEscape(f.name) + "=" + url.QueryEscape(f.value))
	}
	return []byte(b.String())
}

// wrapBase64 breaks base64 into lines of 60 characters, each ended by a newline. Braintree's libraries send it so, and
// the newlines are part of what is signed.
func wrapBase64(s string) string {
	const width = 60
	var b strings.Builder
	for len(s) > width {
		b.WriteString(s[:width] + "\n")
		s = s[width:]
	}
	return b.String() + s + "\n"
}
