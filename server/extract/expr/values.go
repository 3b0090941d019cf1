package expr

import (
	"bytes"
	"mime"
	"net/url"
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// What reading a form and headers costs, in steps.
const (
	pairSteps   = 12 // for each field of a form
	headerSteps = 4  // for each header
)

// known is what expressions see of a delivery.
var known = map[string]code{
	"body":    func(x *run) any { return x.once(0, &x.body, x.readBody) },
	"headers": func(x *run) any { return x.once(1, &x.headers, x.readHeaders) },
	"query":   func(x *run) any { return x.once(2, &x.query, x.readQuery) },
	"text":    func(x *run) any { return x.once(3, &x.text, x.readText) },
	"type":    func(x *run) any { return x.record.Type },
	"event":   func(x *run) any { return x.record.Event },
	"method":  func(x *run) any { return x.record.Method },
	"path":    func(x *run) any { return x.record.Path },
}

// once reads a part of the delivery when it is first asked for.
func (x *run) once(which int, kept *any, read func() any) any {
	if !x.read[which] {
		*kept, x.read[which] = read(), true
	}
	return *kept
}

func (x *run) readHeaders() any {
	r := x.record
	if !x.spend(headerSteps * len(r.Headers)) {
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

func (x *run) readText() any {
	r := x.record
	return strings.ToValidUTF8(string(r.Body[:min(len(r.Body), maxText)]), "")
}

func (x *run) readQuery() any { return x.form(x.record.Query) }

// form reads a form's fields, of each its first value.
func (x *run) form(text string) any {
	if !x.spend(pairSteps*strings.Count(text, "&") + len(text)/4) {
		return nil
	}
	values, _ := url.ParseQuery(text) // what cannot be read was not sent
	fields := make(map[string]any, len(values))
	for name, all := range values {
		fields[name] = all[0]
	}
	return fields
}

// readBody reads JSON, or the fields of a form. Some senders call JSON a form.
func (x *run) readBody() any {
	r := x.record
	if len(r.Body) > hook.MaxTold {
		x.over = true
		return nil
	}
	body := bytes.TrimLeft(r.Body, " \t\r\n")
	media, _, _ := mime.ParseMediaType(r.ContentType) // "" where it cannot be read
	isForm := media == "application/x-www-form-urlencoded"
	if !isForm || len(body) > 0 && (body[0] == '{' || body[0] == '[') {
		if v, ok := payload.Decode(body, x.spend); ok || !isForm || x.over {
			return v
		}
	}
	return x.form(string(r.Body))
}
