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

// draft is a sample that can still be changed: JSON, a form, or other text, as its Content-Type says.
type draft struct {
	headers []hook.Header
	json    bool
	fields  []field // of a form, in order
	text    string  // the body where it is no form; what a field packs where it is one
}

// field is one of a form, or one value that is set.
type field struct{ name, value string }

// packed is the value of the field that holds a form's text in base64.
const packed = "<packed>"

// newDraft reads a body as its Content-Type says.
func newDraft(body string, headers []hook.Header) *draft {
	d := &draft{headers: headers, text: body}
	for _, h := range headers {
		if h.Name != "Content-Type" {
			continue
		}
		d.json = strings.Contains(h.Value, "json")
		if strings.HasPrefix(h.Value, "application/x-www-form-urlencoded") {
			var lines string
			lines, d.text, _ = strings.Cut(body, "\n\n")
			d.fields = fieldLines(lines)
		}
	}
	return d
}

// fieldLines reads lines of "name = value".
func fieldLines(lines string) (fields []field) {
	for line := range strings.SplitSeq(lines, "\n") {
		if name, value, ok := strings.Cut(line, " = "); ok {
			fields = append(fields, field{name, value})
		}
	}
	return fields
}

// What may be set: far more than a sample has, and far less than would be a burden.
const (
	mostPath  = 200
	mostValue = 64 << 10
	mostIndex = 100
)

// set changes one value. In JSON a value that is JSON itself stays so, and any other is a string.
func (d *draft) set(path, value string) error {
	switch {
	case path == "" || len(path) > mostPath:
		return fmt.Errorf("a name has 1 to %d characters", mostPath)
	case len(value) > mostValue:
		return fmt.Errorf("a value has at most %d bytes", mostValue)
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
		return errors.New("there is no such element in it")
	}
	d.fields = append(d.fields, field{path, value})
	return nil
}

// setJSON changes one value of a JSON body, which stays valid JSON.
func (d *draft) setJSON(path, value string) (err error) {
	for part := range strings.SplitSeq(path, ".") {
		if n, err := strconv.ParseUint(part, 10, 64); (err == nil && n > mostIndex) ||
			errors.Is(err, strconv.ErrRange) {
			return fmt.Errorf("a list in a sample has at most %d items", mostIndex)
		}
	}
	changed := ""
	if gjson.Valid(value) {
		changed, err = sjson.SetRaw(d.text, path, strings.TrimSpace(value))
	} else {
		changed, err = sjson.Set(d.text, path, value)
	}
	if err != nil || !gjson.Valid(changed) || strings.ContainsAny(path, "#|@*?") { // those ask for more than one place
		return errors.New("a path is made of names and numbers with dots between, such as data.object.amount")
	}
	d.text = changed
	return nil
}

// setElement changes the text of the first element of this name, where there is one.
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

// body writes the draft down.
func (d *draft) body() []byte {
	if d.fields == nil {
		return []byte(d.text)
	}
	var b strings.Builder
	for i, f := range d.fields {
		if i > 0 {
			b.WriteByte('&')
		}
		if f.value == packed {
			f.value = inLines(base64.StdEncoding.EncodeToString([]byte(d.text)))
		}
		b.WriteString(url.QueryEscape(f.name) + "=" + url.QueryEscape(f.value))
	}
	return []byte(b.String())
}

// inLines breaks base64 as senders do that write it for mail.
func inLines(s string) string {
	const width = 60
	var b strings.Builder
	for len(s) > width {
		b.WriteString(s[:width] + "\n")
		s = s[width:]
	}
	return b.String() + s + "\n"
}
