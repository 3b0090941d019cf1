package payload

import (
	"bytes"
	"mime"
	"net/url"
)

// The limits of a multipart form. A form beyond them has no fields, but a field that is too long is only missing.
const (
	maxParts    = 1000
	maxPartHead = 4 << 10  // bytes of a part's headers
	maxField    = 64 << 10 // bytes of a field; the field with the JSON may be longer
	maxBoundary = 70       // RFC 2046 §5.1.1
	headByte    = 8        // steps for each byte of a part's headers; a part itself costs formPair
	// bytesPerStep is how many bytes of the form are searched for the end of a part in one step: attachments are large.
	bytesPerStep = 2
)

// parts returns the fields of a body in multipart/form-data; nil if the body is none. Files are left out: they are
// attachments. The body is read once, from its beginning to its end, and only the fields are copied.
func (q *Request) parts(boundary string) url.Values {
	body := q.Record.Body
	if boundary == "" || len(boundary) > maxBoundary || !q.Charge(len(body)/bytesPerStep) {
		return nil
	}
	line := []byte("\r\n--" + boundary)
	mark := line[len("\r\n"):]
	rest, found := afterMark(bytes.TrimPrefix(body, []byte("\r\n")), mark)
	fields := url.Values{}
	for n := 0; found; n++ {
		end := bytes.Index(rest, line)
		if end < 0 {
			return nil // the body was cut off
		}
		head, value, _ := bytes.Cut(rest[:end], []byte("\r\n\r\n"))
		if n == maxParts || !q.Charge(formPair+headByte*min(len(head), maxPartHead)) {
			q.Cut = true
			return nil
		}
		if name, isField := fieldName(head); isField && (len(value) <= maxField || name == q.Envelope.Field) {
			fields.Add(name, string(value))
		}
		rest, found = afterMark(rest[end+len("\r\n"):], mark)
	}
	if !bytes.HasPrefix(rest, []byte("--")) {
		return nil
	}
	return fields
}

// afterMark returns what follows the mark between two parts, and its line end. found is false at the end of the form,
// and rest is then what follows the mark.
func afterMark(body, mark []byte) (rest []byte, found bool) {
	rest, found = bytes.CutPrefix(body, mark)
	if !found {
		return nil, false
	}
	after, isPart := bytes.CutPrefix(bytes.TrimLeft(rest, " \t"), []byte("\r\n"))
	if !isPart {
		return rest, false
	}
	return after, true
}

// fieldName returns the name of the field whose part has these headers. isField is false for a file, and for a part
// without a name.
func fieldName(head []byte) (name string, isField bool) {
	if len(head) > maxPartHead {
		return "", false
	}
	for line := range bytes.SplitSeq(head, []byte("\r\n")) {
		key, text, _ := bytes.Cut(line, []byte(":"))
		if !bytes.EqualFold(bytes.TrimSpace(key), []byte("Content-Disposition")) {
			continue
		}
		kind, parameters, err := mime.ParseMediaType(string(bytes.TrimSpace(text)))
		_, isFile := parameters["filename"]
		return parameters["name"], err == nil && kind == "form-data" && !isFile && parameters["name"] != ""
	}
	return "", false
}
