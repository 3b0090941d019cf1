package recognize

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"hookbeam/server/hook"
)

// MaxText is the longest text that Parse reads, in bytes, and maxHeaders the most headers.
const (
	MaxText    = 64 << 10
	maxHeaders = 200
)

// Errors of Parse, for people.
var (
	ErrTooLong = fmt.Errorf("the text is longer than %d KiB: use the headers and the beginning of the body only",
		MaxText>>10)
	ErrEmpty = errors.New("the text is empty: give a request, its headers or the name of a header")
)

// Sentence returns an error of Parse as a sentence.
func Sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// Parse reads a request from text that a person pasted. It may be
//
//   - a raw HTTP request,
//   - a curl command, quoted for a POSIX shell,
//   - headers as lines, with an empty line and the body after them or not,
//   - a JSON object with the members "headers" and "body", as serverless platforms log it,
//   - names of headers only, or
//   - a body.
//
// It never refuses a text for its form. Errors are ErrTooLong and ErrEmpty.
func Parse(text []byte) (*hook.Record, error) {
	if len(text) > MaxText {
		return nil, ErrTooLong
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	trimmed := bytes.TrimSpace(text)
	if len(trimmed) == 0 {
		return nil, ErrEmpty
	}
	r := &hook.Record{Delivery: hook.Delivery{Method: http.MethodPost}}
	switch {
	case isCurl(trimmed):
		readCurl(r, string(trimmed))
	case trimmed[0] == '{' && readLogged(r, trimmed):
	case trimmed[0] == '{' || trimmed[0] == '[' || trimmed[0] == '<' && !bytes.HasPrefix(trimmed, []byte("< ")):
		r.Body = text
	default:
		readLines(r, bytes.TrimLeft(text, " \t\r\n"))
	}
	r.Size, r.ContentType = int64(len(r.Body)), r.Header("Content-Type")
	return r, nil
}

// readLines reads a raw request, headers, or names of headers. A text that is none of them is the body.
func readLines(r *hook.Record, text []byte) {
	rest := text
	for first := true; len(rest) > 0; first = false {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		words := strings.TrimSpace(string(line))
		words = strings.TrimPrefix(strings.TrimPrefix(words, "> "), "< ") // curl -v
		switch {
		case words == "": // the end of the headers
			r.Body = after
			return
		case first && readRequestLine(r, words):
		case !readHeader(r, words):
			if first { // no header at all
				r.Body = text
				return
			}
			r.Body = rest // somebody left out the empty line
			return
		}
		rest = after
	}
}

// readRequestLine reads "POST /path?query HTTP/1.1", and HTTP/2 as browsers and proxies write it.
func readRequestLine(r *hook.Record, line string) bool {
	words := strings.Fields(line)
	if len(words) < 2 || len(words) > 3 || len(words) == 3 && !strings.HasPrefix(words[2], "HTTP/") {
		return false
	}
	if words[0] != strings.ToUpper(words[0]) || !isToken(words[0]) || !strings.ContainsAny(words[1], "/") {
		return false
	}
	r.Method = words[0]
	r.Path, r.Query, _ = strings.Cut(words[1], "?")
	return true
}

// readHeader reads "Name: value", "name = value" of a log or just a name. A pseudo-header of HTTP/2 is skipped.
func readHeader(r *hook.Record, line string) bool {
	line = strings.Trim(line, ", \t")
	if strings.HasPrefix(line, ":") {
		return true
	}
	name, value, found := strings.Cut(line, ":")
	if name = strings.Trim(name, `"' `+"\t"); !isToken(name) {
		return false
	}
	if !found && !strings.Contains(name, "-") && !strings.Contains(strings.ToLower(name), "signature") {
		return false // one word is a name only if it looks like one
	}
	addHeader(r, name, strings.Trim(value, `"' `+"\t"))
	return true
}

// readLogged reads {"headers": {"Name": "value"}, "body": …}; a value may be a list. It returns false for any other
// object.
func readLogged(r *hook.Record, text []byte) bool {
	var logged struct {
		Method  string                     `json:"method"`
		Headers map[string]json.RawMessage `json:"headers"`
		Body    json.RawMessage            `json:"body"`
	}
	if json.Unmarshal(text, &logged) != nil || len(logged.Headers) == 0 {
		return false
	}
	names := make([]string, 0, len(logged.Headers))
	for name := range logged.Headers {
		names = append(names, name)
	}
	slices.Sort(names) // so that the same text gives the same reasons
	for _, name := range names {
		var one string
		var several []string
		switch {
		case json.Unmarshal(logged.Headers[name], &one) == nil:
			addHeader(r, name, one)
		case json.Unmarshal(logged.Headers[name], &several) == nil && len(several) > 0:
			addHeader(r, name, several[0])
		}
	}
	var body string
	if r.Body = logged.Body; json.Unmarshal(logged.Body, &body) == nil {
		r.Body = []byte(body)
	}
	return true
}

// addHeader appends a header with its canonical name, unless there are maxHeaders.
func addHeader(r *hook.Record, name, value string) {
	if len(r.Headers) < maxHeaders && isToken(name) {
		r.Headers = append(r.Headers, hook.Header{Name: http.CanonicalHeaderKey(name), Value: value})
	}
}

// isToken reports whether a text can be the name of a header or a method.
func isToken(text string) bool {
	for _, c := range []byte(text) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return text != "" && len(text) <= 200
}

// setURL takes over the path and the query of a URL.
func setURL(r *hook.Record, text string) {
	if u, err := url.Parse(text); err == nil {
		r.Host, r.Path, r.Query = u.Host, u.Path, u.RawQuery
	}
}
