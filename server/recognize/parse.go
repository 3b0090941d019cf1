package recognize

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
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
//   - a JSON object, or one of Python, whose members are headers,
//   - an HTTP archive (HAR), of which the first request counts,
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
	case trimmed[0] == '{' && (readLogged(r, trimmed) || readArchive(r, trimmed) || readNames(r, trimmed)):
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
	if before, behind, isSet := strings.Cut(line, "="); isSet && strings.HasPrefix(line, "HTTP_") {
		name, value, found = before, behind, true
	}
	if name = strings.Trim(name, `"' `+"\t"); !isToken(name) {
		return false
	}
	isName := strings.Contains(name, "-") || strings.HasPrefix(name, "HTTP_") ||
		strings.Contains(strings.ToLower(name), "signature")
	if !found && !isName {
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
	addHeaders(r, logged.Headers)
	var body string
	if r.Body = logged.Body; json.Unmarshal(logged.Body, &body) == nil {
		r.Body = []byte(body)
	}
	return true
}

// addHeaders appends headers whose values are texts, or lists of them.
func addHeaders(r *hook.Record, all map[string]json.RawMessage) {
	for _, name := range slices.Sorted(maps.Keys(all)) { // so that the same text gives the same reasons
		var one string
		var several []string
		switch {
		case json.Unmarshal(all[name], &one) == nil:
			addHeader(r, name, one)
		case json.Unmarshal(all[name], &several) == nil && len(several) > 0:
			addHeader(r, name, several[0])
		}
	}
}

// readNames reads {"X-Name": "value"}, also in the quotes of Python. It returns false for an object of which no member
// is named like a header: that is a body.
func readNames(r *hook.Record, text []byte) bool {
	var all map[string]json.RawMessage
	if json.Unmarshal(text, &all) != nil {
		text = bytes.ReplaceAll(text, []byte("'"), []byte(`"`))
		if json.Unmarshal(text, &all) != nil {
			return false
		}
	}
	named := 0
	for name, value := range all {
		if len(value) == 0 || value[0] != '"' && value[0] != '[' || !isToken(name) {
			return false
		}
		isCanonical := http.CanonicalHeaderKey(name) == name && strings.Contains(name, "-")
		if isCanonical || strings.HasPrefix(strings.ToLower(name), "x-") || strings.HasPrefix(name, "HTTP_") ||
			strings.Contains(name, "-signature") {
			named++
		}
	}
	if named == 0 {
		return false
	}
	addHeaders(r, all)
	return true
}

// readArchive reads the first request of an HTTP archive, as browsers and proxies save them. It returns false for any
// other object.
func readArchive(r *hook.Record, text []byte) bool {
	var archive struct {
		Log struct {
			Entries []struct {
				Request struct {
					Method, URL string
					Headers     []struct{ Name, Value string }
					PostData    struct{ Text string }
				}
			}
		}
	}
	if json.Unmarshal(text, &archive) != nil || len(archive.Log.Entries) == 0 {
		return false
	}
	sent := &archive.Log.Entries[0].Request
	if len(sent.Headers) == 0 {
		return false
	}
	r.Method, r.Body = sent.Method, []byte(sent.PostData.Text)
	setURL(r, sent.URL)
	for _, h := range sent.Headers {
		addHeader(r, h.Name, h.Value)
	}
	return true
}

// addHeader appends a header with its canonical name, unless there are maxHeaders. A name of CGI, such as
// HTTP_X_NAME, is that of the header.
func addHeader(r *hook.Record, name, value string) {
	if cgi, found := strings.CutPrefix(name, "HTTP_"); found {
		name = strings.ReplaceAll(cgi, "_", "-")
	}
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
