package command

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"hookbeam/server/datafile"
	"hookbeam/server/diagnose"
	"hookbeam/server/hook"
	"hookbeam/server/recognize"
)

// capture is a request from a file that a person or a tool saved. Such a file rarely has exactly the bytes that were
// sent, and does not say which URL the sender knows, so a capture has all readings of both. Only the command verify
// uses captures: the server verifies the bytes that it received and nothing else.
type capture struct {
	record *hook.Record
	target string // of the request line: a path with its query, or a URL
	scheme string // that the request itself names; "" if none
	curl   bool   // curl -v printed the file, without the body

	bodies     []bodyReading // most likely first, at least one
	incomplete string        // what the file lacks, as a sentence; "" if nothing
	addresses  []string      // URLs that the sender may have signed; at least one, "" if none is known
}

// bodyReading is one way to read the body of a file. note says for people what was done to the file's bytes; "" if
// nothing was.
type bodyReading struct {
	body []byte
	note string
}

// readRequest parses a saved HTTP request into the capture's record, which then has everything after the empty line
// as its body. It reads HTTP/1.1 with CRLF or LF at the end of each line, HTTP/2 with pseudo-headers such as :path, a
// request without its first line, a curl command and the output of curl -v. A byte order mark and empty lines before
// the request line are skipped.
func (c *capture) readRequest(content []byte) error {
	rest := bytes.TrimLeft(bytes.TrimPrefix(datafile.FromUTF16(content), []byte("\ufeff")), "\r\n")
	if recognize.IsCommand(rest) {
		return c.readCommand(rest)
	}
	if plain, ok := fromCurl(rest); ok {
		rest, c.curl = plain, true
	}
	for number, more := 0, true; more; number++ {
		var line []byte
		line, rest, more = bytes.Cut(rest, []byte("\n"))
		text := string(bytes.TrimSuffix(line, []byte("\r")))
		switch {
		case number == 0 && !strings.HasPrefix(text, ":") && !isHeaderLine(text):
			if err := c.requestLine(text); err != nil {
				return err
			}
		case text == "" && more:
			c.record.Host, c.record.Body = hostOf(c), rest
			return nil
		case text == "":
		default:
			if err := c.headerLine(text); err != nil {
				return err
			}
		}
	}
	// Editors remove empty lines at the end of a file, and these methods have no body.
	if slices.Contains([]string{"GET", "HEAD", "DELETE", "OPTIONS"}, c.record.Method) &&
		len(c.record.Headers) > 0 {
		c.record.Host, c.record.Body = hostOf(c), nil
		return nil
	}
	return usageErrorf("the file is not an HTTP request: " +
		"it must have a request line, headers, an empty line and a body")
}

// requestLine parses the first line. The version may be missing, as in some exports.
func (c *capture) requestLine(text string) error {
	words := strings.Fields(text)
	if len(words) < 2 || len(words) > 3 || len(words) == 3 && !strings.HasPrefix(words[2], "HTTP/") ||
		!strings.HasPrefix(words[1], "/") && !strings.Contains(words[1], "://") && words[1] != "*" {
		return usageErrorf("the file is not an HTTP request: its first line is not one such as POST / HTTP/1.1")
	}
	c.record.Method, c.target = words[0], words[1]
	return nil
}

// readCommand reads a curl command that repeats the request, as many tools write it.
func (c *capture) readCommand(text []byte) error {
	sent, err := recognize.Parse(text)
	if err != nil {
		return usageErrorf("%s", recognize.Sentence(err))
	}
	c.record.Method, c.record.Headers, c.record.Body = sent.Method, sent.Headers, sent.Body
	c.record.Host, c.record.Query, c.target = sent.Host, sent.Query, sent.Path
	return nil
}

// isHeaderLine reports whether a line is a header, as the first line of a request that was saved without its request
// line is.
func isHeaderLine(text string) bool {
	name, _, found := strings.Cut(text, ":")
	return found && name != "" && !strings.ContainsAny(name, " \t/\"'{}[]<>=(),;")
}

// headerLine parses a header, a pseudo-header of HTTP/2, or the continuation of the header before it.
func (c *capture) headerLine(text string) error {
	if pseudo, ok := strings.CutPrefix(text, ":"); ok {
		name, value, _ := strings.Cut(pseudo, ":")
		value = strings.TrimSpace(value)
		switch name {
		case "method":
			c.record.Method = value
		case "path":
			c.target = value
		case "scheme":
			c.scheme = value
		case "authority":
			addHeader(c.record, "Host", value)
		}
		return nil
	}
	if n := len(c.record.Headers); n > 0 && strings.TrimLeft(text, " \t") != text {
		c.record.Headers[n-1].Value += " " + strings.TrimSpace(text)
		return nil
	}
	name, value, found := strings.Cut(text, ":")
	if !found || strings.TrimSpace(name) == "" {
		return usageErrorf("%q in the file is not a header", text)
	}
	addHeader(c.record, name, strings.TrimSpace(value))
	return nil
}

// hostOf returns the host that the request was sent to, and keeps the query of its target.
func hostOf(c *capture) string {
	target, query, _ := strings.Cut(c.target, "?")
	c.record.Query, c.target = query, target
	if scheme, rest, absolute := strings.Cut(target, "://"); absolute {
		host, path, _ := strings.Cut(rest, "/")
		c.scheme, c.target = scheme, "/"+path
		return host
	}
	return c.record.Header("Host")
}

// fromCurl returns the request in what curl -v printed, without the marks before its lines. ok is false for any other
// text. curl does not print the body; what follows the request counts as the body as far as it is not curl's.
func fromCurl(content []byte) (request []byte, ok bool) {
	at := bytes.Index(append([]byte("\n"), content...), []byte("\n> ")) // the index in content of the line
	// Only remarks may be before the request.
	if at < 0 || at > 0 && !slices.ContainsFunc([]string{"* ", "  ", "Note"}, func(mark string) bool {
		return bytes.HasPrefix(content, []byte(mark))
	}) {
		return nil, false
	}
	inHead := true
	for line := range bytes.Lines(content[at:]) {
		text, sent := bytes.CutPrefix(line, []byte(">"))
		switch {
		case inHead && sent:
			text = bytes.TrimPrefix(text, []byte(" "))
			inHead = len(bytes.TrimRight(text, "\r\n")) > 0
			request = append(request, text...)
		case bytes.HasPrefix(line, []byte("* ")) && inHead: // a remark between two headers
		case isCurls(line):
			return request, true
		default:
			request = append(request, line...)
		}
	}
	return request, true
}

// isCurls reports whether curl -v printed the line about the transfer or the answer.
func isCurls(line []byte) bool {
	return slices.ContainsFunc([]string{"* ", "< ", "<\r", "<\n", "{ [", "} ["}, func(mark string) bool {
		return bytes.HasPrefix(line, []byte(mark))
	})
}

// readBodies sets the readings of the body, by what the headers say about its length.
func (c *capture) readBodies() {
	body := c.record.Body
	c.bodies = []bodyReading{{body, ""}}
	if strings.Contains(strings.ToLower(c.record.Header("Transfer-Encoding")), "chunked") {
		plain, framed, complete := unchunk(body)
		if !framed {
			return
		}
		c.bodies = []bodyReading{{plain, "The chunks in the file were put together."}, {body, ""}}
		if !complete {
			c.incomplete = "The body in the file ends before its last chunk."
		}
		return
	}
	n, err := strconv.ParseUint(c.record.Header("Content-Length"), 10, 62)
	switch have := uint64(len(body)); {
	case err != nil || n == have:
	case n > have:
		c.incomplete = fmt.Sprintf("The Content-Length is %d, but the body in the file has only %d bytes.", n, have)
	case len(bytes.TrimSpace(body[n:])) == 0:
		c.bodies = []bodyReading{{body[:n], "White space after the end of the body was ignored: " +
			"an editor probably added it."}, {body, ""}}
	default:
		// Either something follows the request, or the line ends of the whole file were changed.
		c.bodies = append(c.bodies, bodyReading{body[:n], "What follows the end of the body was ignored."})
	}
}

// unchunk puts the chunks of a body together (RFC 9112 §7.1). framed is false if the body does not begin with a
// chunk, or if a chunk is not followed by another one: many tools write the body without the chunks' sizes. complete
// is false if the body ends before the last chunk. Lines may end in LF alone, and trailer fields are skipped.
func unchunk(body []byte) (plain []byte, framed, complete bool) {
	for rest := body; ; {
		line, after, found := bytes.Cut(rest, []byte("\n"))
		if !found && len(rest) == 0 {
			return plain, len(plain) > 0, false
		}
		text, _, _ := strings.Cut(strings.TrimSuffix(string(line), "\r"), ";")
		size, err := strconv.ParseUint(strings.TrimSpace(text), 16, 31)
		switch {
		case err != nil:
			return nil, false, false
		case size == 0:
			return plain, true, true
		case !found:
			return plain, len(plain) > 0, false
		case size > uint64(len(after)):
			return append(plain, after...), true, false
		}
		plain, rest = append(plain, after[:size]...), after[size:]
		switch {
		case len(rest) == 0:
			return plain, true, false
		case bytes.HasPrefix(rest, []byte("\r\n")):
			rest = rest[2:]
		case rest[0] == '\n':
			rest = rest[1:]
		default:
			return nil, false, false
		}
	}
}

// readAddresses sets the URLs that the sender may have signed. Without the flag --url they are those that the request
// was sent to, as far as it says so. The query is not part of them: a signature.Request adds that of the record.
func (c *capture) readAddresses(given string) {
	host := c.record.Host
	if given != "" || host == "" || !strings.HasPrefix(c.target, "/") {
		c.addresses = []string{given}
		return
	}
	scheme := c.scheme
	if sent := c.record.Header("X-Forwarded-Proto"); scheme == "" && (sent == "http" || sent == "https") {
		scheme = sent
	}
	for _, s := range []string{scheme, "https", "http"} {
		for _, h := range []string{c.record.Header("X-Forwarded-Host"), host} {
			address := s + "://" + h + c.target
			if _, err := url.Parse(address); s != "" && h != "" && err == nil &&
				!slices.Contains(c.addresses, address) {
				c.addresses = append(c.addresses, address)
			}
		}
	}
	if len(c.addresses) == 0 {
		c.addresses = []string{""}
	}
}

// saved describes the file for a diagnosis.
func (c *verifyCmd) saved(from *capture) *diagnose.Saved {
	s := &diagnose.Saved{
		Incomplete:     from.incomplete,
		AddressGuessed: c.URL == "" && from.addresses[0] != "",
		TimeGuessed:    c.At == "",
	}
	if from.curl && len(from.record.Body) == 0 {
		s.Incomplete = "The file has no body: curl -v does not print it."
	}
	return s
}

// with returns the record with one reading of the body.
func (c *capture) with(body []byte) *hook.Record {
	r := *c.record
	r.Body, r.Size = body, int64(len(body))
	return &r
}
