package mapping

import (
	"bytes"
	"mime"
	"net/url"
	"strings"

	"hookbeam/server/hook"
)

// known is what expressions see of a delivery.
var known = map[string]code{
	"body":    func(x *run) any { return x.once(0, &x.body, readBody) },
	"headers": func(x *run) any { return x.once(1, &x.headers, readHeaders) },
	"query":   func(x *run) any { return x.once(2, &x.query, readQuery) },
	"text":    func(x *run) any { return x.once(3, &x.text, readText) },
	"type":    func(x *run) any { return x.record.Type },
	"event":   func(x *run) any { return x.record.Event },
	"method":  func(x *run) any { return x.record.Method },
	"path":    func(x *run) any { return x.record.Path },
}

// once reads a part of the delivery when it is first asked for.
func (x *run) once(which int, kept *any, read func(*hook.Record) any) any {
	if !x.read[which] {
		*kept, x.read[which] = read(x.record), true
	}
	return *kept
}

func readHeaders(r *hook.Record) any {
	headers := make(map[string]any, len(r.Headers))
	for _, h := range r.Headers {
		name := strings.ToLower(h.Name)
		if _, has := headers[name]; !has {
			headers[name] = h.Value
		}
	}
	return headers
}

func readText(r *hook.Record) any {
	return strings.ToValidUTF8(string(r.Body[:min(len(r.Body), maxText)]), "")
}

func readQuery(r *hook.Record) any { return form(r.Query) }

// form reads a form's fields, of each its first value.
func form(text string) any {
	values, _ := url.ParseQuery(text) // what cannot be read was not sent
	fields := make(map[string]any, len(values))
	for name, all := range values {
		fields[name] = all[0]
	}
	return fields
}

// readBody reads JSON, or the fields of a form. Some senders call JSON a form.
func readBody(r *hook.Record) any {
	if len(r.Body) > maxBody {
		return nil
	}
	body := bytes.TrimLeft(r.Body, " \t\r\n")
	media, _, _ := mime.ParseMediaType(r.ContentType) // "" where it cannot be read
	isForm := media == "application/x-www-form-urlencoded"
	if !isForm || len(body) > 0 && (body[0] == '{' || body[0] == '[') {
		if v, ok := parseJSON(body); ok || !isForm {
			return v
		}
	}
	return form(string(r.Body))
}
