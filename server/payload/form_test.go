package payload

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// typed is a request with a body of a media type.
func typed(contentType, body string, e Envelope) *Request {
	q := requestOf(body)
	q.Record.ContentType, q.Envelope = contentType, e
	return q
}

// partsOf writes fields as multipart with the boundary B.
func partsOf(fields ...string) string {
	var b strings.Builder
	for i := 0; i < len(fields); i += 2 {
		fmt.Fprintf(&b, "--B\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", fields[i], fields[i+1])
	}
	return b.String() + "--B--\r\n"
}

const multipartB = "multipart/form-data; boundary=B"

func TestJSONIsReadInEveryEnvelope(t *testing.T) {
	const json = `{"id":"é1","data":{"n":2}}`
	claims := "e30." + base64.RawURLEncoding.EncodeToString([]byte(json))
	form := url.Values{"a": {"b"}, "payload": {json}}.Encode()
	inPayload := Envelope{Field: "payload"}
	for name, one := range map[string]struct {
		media, body string
		envelope    Envelope
		want        string
	}{
		"plain":                    {"application/json", json, Envelope{}, "é1"},
		"labelled text":            {"text/plain; charset=UTF-8", json, Envelope{}, "é1"},
		"behind a byte order mark": {"application/json", byteOrderMark + json, Envelope{}, "é1"},
		"behind a mark and spaces": {"", byteOrderMark + " \n" + json, Envelope{}, "é1"},
		"behind two marks":         {"", byteOrderMark + byteOrderMark + json, Envelope{}, ""},
		"in a form":                {urlencoded, form, inPayload, "é1"},
		"in a form with a charset": {"Application/X-WWW-form-urlencoded; charset=utf-8", form, inPayload, "é1"},
		"marked in a form": {urlencoded, "payload=" + url.QueryEscape(byteOrderMark+json), inPayload,
			"é1"},
		"in a form of a sender without":  {urlencoded, form, Envelope{}, ""},
		"in another field":               {urlencoded, form, Envelope{Field: "json"}, ""},
		"in a form that is not declared": {"text/plain", form, inPayload, ""},
		"JSON labelled as a form":        {urlencoded, json, inPayload, "é1"},
		"no JSON in a form":              {urlencoded, "payload=id", inPayload, ""},
		"multipart":                      {multipartB, partsOf("a", "b", "payload", json), inPayload, "é1"},
		"multipart without the field":    {multipartB, partsOf("a", "b"), inPayload, ""},
		"multipart that was cut":         {multipartB, partsOf("payload", json)[:50], inPayload, ""},
		"a JWT": {"text/plain", claims + ".AA", Envelope{JWT: true},
			"é1"},
		"a JWT of a sender without": {"text/plain", claims + ".AA", Envelope{}, ""},
		"a JWT of two parts":        {"text/plain", claims, Envelope{JWT: true}, ""},
		"a JWT with padding":        {"text/plain", "e30.eyJpZCI6MX0=.AA", Envelope{JWT: true}, ""},
		"the second of two":         {urlencoded, "payload=x&" + form, inPayload, ""},
	} {
		q := typed(one.media, one.body, one.envelope)
		if got := q.Text(Select("body:id")); got != one.want || q.Cut {
			t.Errorf("%s: %q, cut %v", name, got, q.Cut)
		}
	}
}

// TestTheHeadIsReadOfEveryForm has bodies of which only the beginning is read.
func TestTheHeadIsReadOfEveryForm(t *testing.T) {
	for body, want := range map[string]string{
		byteOrderMark + ` {"type":"a"}`:                                                          "a",
		"b=1&payload=" + url.QueryEscape(`{"type":"é & a"}`) + "&c=":                             "é & a",
		"payload=%7B%22type%22:%22a%22,%22b%22:%22" + strings.Repeat("%41", headSize):            "a",
		"payload=%7B%22b%22:%22" + strings.Repeat("%41", headSize) + "%22,%22type%22:%22a%22%7D": "",
		"payload=%7B%22type%22:%22a%2":                                                           "",
		"payload=%7B%22type%22:%22a%22%zz":                                                       "",
		"json=%7B%22type%22:%22a%22%7D":                                                          "",
	} {
		q := typed(urlencoded, body, Envelope{Field: "payload"})
		if got := q.Text(Select("head:type")); got != want || q.Steps > headSize+100 {
			t.Errorf("%.50s: %q in %d steps", body, got, q.Steps)
		}
	}
}

func TestAMultipartFormHasFields(t *testing.T) {
	file := "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n" +
		"Content-Type: text/plain\r\n\r\nx\r\n"
	for name, one := range map[string]struct{ media, body, want string }{
		"fields":              {multipartB, partsOf("a", "1", "f", "2"), "2"},
		"the first of a name": {multipartB, partsOf("f", "1", "f", "2"), "1"},
		"a quoted boundary":   {`multipart/form-data; boundary="B"`, partsOf("f", "2"), "2"},
		"a bare boundary":     {"multipart/form-data; Boundary==_B; charset=utf-8", bounded("=_B"), "2"},
		"a blank line":        {multipartB, "\r\n" + partsOf("f", "2"), "2"},
		"lines in a field":    {multipartB, partsOf("f", "1\r\n2\r\n\r\n3"), "1\r\n2\r\n\r\n3"},
		"a file is no field":  {multipartB, file + partsOf("f", "2"), "2"},
		"only a file":         {multipartB, file + "--B--", ""},
		"an empty line first": {multipartB, "\r\n" + partsOf("f", "2"), "2"},
		"blanks at a mark":    {multipartB, strings.Replace(partsOf("f", "2"), "--B\r", "--B \t\r", 1), "2"},
		"header names in small letters": {multipartB, strings.Replace(partsOf("f", "2"), "Content-Disposition",
			"content-disposition", 1), "2"},
		"no boundary":      {"multipart/form-data", partsOf("f", "2"), ""},
		"another boundary": {"multipart/form-data; boundary=C", partsOf("f", "2"), ""},
		"no end":           {multipartB, strings.TrimSuffix(partsOf("f", "2"), "--\r\n"), ""},
		"text before":      {multipartB, "hello\r\n" + partsOf("f", "2"), ""},
		"another kind":     {"multipart/mixed; boundary=B", partsOf("f", "2"), ""},
		"a field too long": {multipartB, partsOf("f", strings.Repeat("x", maxField+1)), ""},
		"a long boundary":  {"multipart/form-data; boundary=" + strings.Repeat("B", 71), "", ""},
		"not form-data":    {multipartB, strings.Replace(partsOf("f", "2"), "form-data", "attachment", 1), ""},
		"a head that is long": {multipartB, strings.Replace(partsOf("f", "2"), "C",
			"X: "+strings.Repeat("x", 5000)+"\r\nC", 1), ""},
	} {
		q := typed(one.media, one.body, Envelope{})
		if got := q.Text(Select("form:f")); got != one.want {
			t.Errorf("%s: %q, want %q", name, got, one.want)
		}
		if _, isForm := q.SortedForm(); strings.HasPrefix(one.media, "multipart/form-data") && isForm {
			t.Errorf("%s: its sorted fields could be signed", name)
		}
	}
	for name, want := range map[string]string{"json": strings.Repeat("x", maxField+1), "f": ""} {
		q := typed(multipartB, partsOf(name, strings.Repeat("x", maxField+1)), Envelope{Field: "json"})
		if q.Text(Select("form:"+name)) != want {
			t.Errorf("%s: it has another text", name)
		}
	}
}

// TestJSONIsNoForm holds that a body in JSON has no fields, which a signature could be in.
func TestJSONIsNoForm(t *testing.T) {
	const body = `{"a":"&f=1&"}`
	for media, want := range map[string]string{"application/json": "", "": "", urlencoded: "1"} {
		q := typed(media, body, Envelope{})
		if got := q.Text(Select("form:f")); got != want {
			t.Errorf("%q: %q", media, got)
		}
		if _, isForm := q.SortedForm(); isForm != (want != "") {
			t.Errorf("%q: a form: %v", media, isForm)
		}
	}
}

// hostileForms are forms of about n bytes that would be slow to read.
var hostileForms = map[string]func(n int) (media, body string){
	"marks only":   func(n int) (string, string) { return multipartB, strings.Repeat("--B\r\n\r\n", n/7) },
	"nearly marks": func(n int) (string, string) { return multipartB, "--B\r\n" + strings.Repeat("\r\n--", n/4) },
	"small parts": func(n int) (string, string) {
		return multipartB, strings.Repeat("--B\r\nContent-Disposition:form-data;name=f\r\n\r\n1\r\n", n/49) + "--B--"
	},
	"no mark":   func(n int) (string, string) { return multipartB, "--B\r\n" + strings.Repeat("x", n) },
	"line ends": func(n int) (string, string) { return multipartB, "--B\r\n" + strings.Repeat("\r\n", n/2) },
	"parameters": func(n int) (string, string) {
		return multipartB, "--B\r\nContent-Disposition: form-data" + strings.Repeat("; a*0=b", n/7) +
			"\r\n\r\n1\r\n--B--"
	},
	"a long boundary": func(n int) (string, string) {
		line := "--" + strings.Repeat("a", 70)
		return "multipart/form-data; boundary=" + line[2:],
			line + "\r\n" + strings.Repeat("\r\n"+line[:60], n/62) + "\r\n" + line + "--"
	},
	"blanks": func(n int) (string, string) { return multipartB, "--B" + strings.Repeat(" ", n) },
	"one field": func(n int) (string, string) {
		return multipartB, partsOf("payload", `{"id":`+strings.Repeat("[", n))
	},
	"lists in a field": func(n int) (string, string) {
		return urlencoded, "payload=" + url.QueryEscape(`{"id":`+strings.Repeat(`{"id":`, n/6))
	},
	"fields": func(n int) (string, string) { return urlencoded, strings.Repeat("a=1&", n/4) },
}

func TestNoFormCostsMoreThanItsLength(t *testing.T) {
	for name, shape := range hostileForms {
		read := func(n int) int {
			media, body := shape(n)
			q := typed(media, body, Envelope{Field: "payload"})
			for _, at := range []string{"body:id", "body:id.id", "form:f", "form:payload", "body:id.@json.id"} {
				q.Text(Select(at))
			}
			return q.Steps
		}
		one, four := read(12<<10), read(48<<10)
		if one > 20*12<<10+50_000 || four > 9*one/2+50_000 || read(2<<20) > MaxSteps {
			t.Errorf("%s: %d steps, and %d for four times as much", name, one, four)
		}
	}
}

// FuzzDocument reads bodies of every kind in every envelope. Nothing may panic or cost more than is allowed, and a
// field that is read stands in the body.
func FuzzDocument(f *testing.F) {
	f.Add("application/json", byteOrderMark+`{"id":"\ud83d"}`, "payload", true)
	f.Add(urlencoded, "payload=%7B%22id%22%3A1%7D", "payload", false)
	f.Add(multipartB, partsOf("payload", `{"id":"{\"id\":7}"}`, "f", "2"), "payload", false)
	f.Add("text/xml", `<?xml version="1.0"?><id a="1"><id>2</id><id/></id>`, "", true)
	f.Add("application/x-ndjson", "{\"id\":1}\n{\"id\":2}", "", false)
	f.Add("application/json", `{"id":[{"id":[{"id":1}]},{"id":[2]}]}`, "", false)
	f.Fuzz(func(t *testing.T, media, body, field string, isXML bool) {
		q := typed(media, body, Envelope{Field: field, XML: isXML, JWT: field == ""})
		for _, b := range []*Batch{{}, {Lines: true}, {List: "id"}, {List: "id.*.id|id.$a"}, {Field: field}} {
			q.Changed()
			items := q.Items(b)
			for i := range items[:min(len(items), 3)] {
				q.Look(i)
				for _, at := range []string{"item:id", "outer:id", "item-sha256", "item:id.@json.id"} {
					q.Text(Select(at))
				}
			}
		}
		for _, at := range []string{"body:id", "?body:id.@json", "body:id.@json.id", "form:f", "head:id", "beside:id",
			"xml:payload/id"} {
			q.TextOrID(Select(at))
		}
		if text := q.Text(Select("form:f")); strings.HasPrefix(media, "multipart") && !strings.Contains(body, text) {
			t.Errorf("%q", text)
		}
		if q.Steps > MaxSteps+1000 {
			t.Errorf("%d steps", q.Steps)
		}
	})
}

// bounded is a form with one field and another boundary than B.
func bounded(boundary string) string {
	return strings.ReplaceAll(partsOf("f", "2"), "--B", "--"+boundary)
}

// TestAFormIsReadAsBrowsersReadIt has forms that net/url refuses, in part.
func TestAFormIsReadAsBrowsersReadIt(t *testing.T) {
	for body, want := range map[string]string{
		"f=a;b&g=1":        "a;b",
		"a;b=1&f=2":        "2",
		"f=100%&g=1":       "100%",
		"f=%zz+%41%4&g=%":  "%zz A%4",
		"&&f=1;&f=2&":      "1;",
		"g=%&%66=x%3B%20y": "x; y",
		"f=%e9%&g":         "\xe9%",
	} {
		q := typed(urlencoded, body, Envelope{})
		if got := q.Text(Select("form:f")); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
		if _, is := q.SortedForm(); is {
			t.Errorf("%s is a form to sign", body)
		}
	}
}
