package expr

import (
	"bytes"
	"mime"
	"net/url"
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// The cost of reading a form and headers, in steps.
const (
	pairSteps   = 12 // for each field of a form
	headerSteps = 4  // for each header
)

// variables are the variables that expressions can read. body is parsed JSON or the fields of a form, nil if the
// body is neither. headers and query are objects of texts. text is the body as it was received, at most maxText
// bytes of it. The others are fields of the delivery.
var variables = map[string]evalFunc{
	"body":    func(x *evaluation) any { return x.once(0, &x.body, x.readBody) },
	"headers": func(x *evaluation) any { return x.once(1, &x.headers, x.readHeaders) },
	"query":   func(x *evaluation) any { return x.once(2, &x.query, x.readQuery) },
	"text":    func(x *evaluation) any { return x.once(3, &x.text, x.readText) },
	"type":    func(x *evaluation) any { return x.record.Type },
	"event":   func(x *evaluation) any { return x.record.Event },
	"method":  func(x *evaluation) any { return x.record.Method },
	"path":    func(x *evaluation) any { return x.record.RootedPath() },
}

// once returns a part of the delivery, which it reads when the first expression needs it. which is its index in
// x.read.
func (x *evaluation) once(which int, kept *any, read func() any) any {
	if !x.read[which] {
		*kept, x.read[which] = read(), true
	}
	return *kept
}

// readHeaders returns the headers by their names in lower case. The first header of a name counts.
func (x *evaluation) readHeaders() any {
	r := x.record
	if !x.chargeReading(headerSteps * len(r.Headers)) {
		return nil
	}
	headers := make(map[string]any, len(r.Headers))
	for _, h := range r.Headers {
		name := strings.ToLower(h.Name)
		if _, has := headers[name]; !has {
			headers[name] = h.Value
		}
	}
	return headers
}

// readText returns the beginning of the body. Bytes that are not valid UTF-8 are left out.
func (x *evaluation) readText() any {
	r := x.record
	return strings.ToValidUTF8(string(r.Body[:min(len(r.Body), maxText)]), "")
}

// readQuery returns the parameters of the query string.
func (x *evaluation) readQuery() any { return x.form(x.record.Query) }

// form parses the fields of a form. The first value of a field counts.
func (x *evaluation) form(text string) any {
	if !x.chargeReading(pairSteps*strings.Count(text, "&") + len(text)/4) {
		return nil
	}
	values, _ := url.ParseQuery(text) // what cannot be read was not sent
	fields := make(map[string]any, len(values))
	for name, all := range values {
		fields[name] = all[0]
	}
	return fields
}

// multipart reads the fields of a multipart form, without its files. The first value of a field counts.
func (x *evaluation) multipart() any {
	var q payload.Request
	q.Reset(x.record, nil)
	fields := map[string]any{}
	for name, value := range q.FirstFields() {
		fields[name] = value
	}
	if !x.chargeReading(q.Steps) || q.Cut {
		x.over = true
		return nil
	}
	return fields
}

// readBody parses the body: as a form if the Content-Type says so, and else as JSON, with or without a byte order
// mark. Some senders send JSON with the Content-Type of a form, so a body that begins like an object or a list is first
// tried as JSON. JSON in a field of a form is a text, which fromJSON parses. A body larger than hook.MaxExtracted is
// not read; Statements then returns hook.ErrTooMuch.
func (x *evaluation) readBody() any {
	r := x.record
	if len(r.Body) > hook.MaxExtracted {
		x.over = true
		return nil
	}
	body := bytes.TrimLeft(bytes.TrimPrefix(r.Body, []byte("\xef\xbb\xbf")), " \t\r\n")
	media, _, _ := mime.ParseMediaType(r.ContentType) // "" where it cannot be read
	if media == "multipart/form-data" {
		return x.multipart()
	}
	isForm := media == "application/x-www-form-urlencoded"
	if !isForm || len(body) > 0 && (body[0] == '{' || body[0] == '[') {
		if v, ok := payload.Decode(body, x.chargeReading); ok || !isForm || x.over {
			return v
		}
	}
	return x.form(string(r.Body))
}
