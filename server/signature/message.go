package signature

import (
	"hash/crc32"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"hookbeam/server/payload"
)

// write writes the message that is signed. It returns false if a part of it does not exist, such as the form of a
// body that is none.
func (q *Request) write(w io.Writer, text *signedText, secret []byte) bool {
	sc := text.of
	if sc.Sorted {
		q.writeSorted(w, sc, secret)
		return true
	}
	for i := range sc.Message {
		piece := &sc.Message[i]
		if !piece.If.IsZero() && q.Text(piece.If) == "" {
			continue
		}
		q.writeText(w, piece.Text)
		if piece.Variable == "" {
			q.writePiece(w, piece)
			continue
		}
		if !q.writeVariable(w, piece.Variable, text, secret) {
			return false
		}
	}
	if text.other && sc.Newline {
		q.writeText(w, "\n")
	}
	return true
}

// writePiece writes the text at the selector of a piece, if it has one.
func (q *Request) writePiece(w io.Writer, piece *payload.Piece) {
	if piece.Selector.IsZero() {
		return
	}
	text := q.Text(piece.Selector)
	if piece.Lower {
		text = strings.ToLower(text)
	}
	q.writeText(w, text)
}

// writeVariable writes the value of one variable of a message; false if there is none.
func (q *Request) writeVariable(w io.Writer, name string, text *signedText, secret []byte) bool {
	switch name {
	case "body":
		q.Hashed += len(q.Record.Body)
		if text.other && text.of.EscapedBody {
			return q.writeEscaped(w)
		}
		_, _ = w.Write(q.Record.Body)
	case "time":
		q.writeText(w, text.timestamp)
	case "url":
		q.writeText(w, text.address)
	case "path":
		q.writeText(w, pathOf(text.address))
	case "secret":
		q.Hashed += len(secret)
		_, _ = w.Write(secret)
	case "method":
		q.writeText(w, q.Record.Method)
	case "crc32":
		q.writeText(w, strconv.FormatUint(uint64(crc32.ChecksumIEEE(q.Record.Body)), 10))
	case "fields":
		return q.writeFields(w, text.of.Fields)
	case "headers":
		return q.writeHeaders(w, text.of)
	case "field":
		field, only := q.OnlyField()
		if !only {
			return false
		}
		q.writeText(w, field)
	case "form":
		form, isForm := q.SortedForm()
		if !isForm {
			return false
		}
		q.Hashed += len(form)
		_, _ = w.Write(form)
	}
	return true
}

// writeFields writes the fields of the body that are signed. It returns false if the delivery has no such message.
func (q *Request) writeFields(w io.Writer, fields *Fields) bool {
	if fields == nil || !q.IsSound() {
		return false
	}
	list := fields.Lists[q.Text(fields.By)]
	for _, at := range list {
		switch q.Count(at) {
		case 0:
			continue
		case 1:
		default:
			return false
		}
		_, name, _ := strings.Cut(at.String(), ":")
		for _, text := range [...]string{name, "\n", q.Text(at), "\n"} {
			q.writeText(w, text)
		}
	}
	return len(list) > 0
}

// writeSorted writes the parts of the message in the order of their bytes, without empty ones and without the text
// between them.
func (q *Request) writeSorted(w io.Writer, sc *Scheme, secret []byte) {
	parts := make([]string, 0, len(sc.Message))
	for i := range sc.Message {
		part := string(secret)
		if sc.Message[i].Variable == "" {
			part = strings.Clone(q.Text(sc.Message[i].Selector))
		}
		parts = append(parts, part)
	}
	slices.Sort(parts)
	for _, part := range parts {
		q.writeText(w, part)
	}
}

// maxSignedHeaders is how many headers a delivery can name as signed.
const maxSignedHeaders = 32

// writeHeaders writes the headers that the delivery names as signed: "name:value" of each, sorted by name, with ";"
// between them. It returns false if the list is empty, too long, or names a header twice or one that is not there. A
// header with the signed time must be in it: anybody could change the time otherwise.
func (q *Request) writeHeaders(w io.Writer, sc *Scheme) bool {
	list := q.Text(sc.SignedHeaders)
	if list == "" || strings.Count(list, ",") >= maxSignedHeaders {
		return false
	}
	names := strings.Split(list, ",")
	slices.Sort(names)
	time, inHeader := sc.Time.Header()
	dated := !inHeader || sc.Message.Uses("time")
	for i, name := range names {
		value := q.Header(http.CanonicalHeaderKey(name))
		isSame := func(other string) bool { return strings.EqualFold(name, other) }
		if value == "" || slices.ContainsFunc(names[:i], isSame) {
			return false
		}
		dated = dated || strings.EqualFold(name, time)
		if i > 0 {
			q.writeText(w, ";")
		}
		q.writeText(w, name)
		q.writeText(w, ":")
		q.writeText(w, strings.TrimSpace(value))
	}
	return dated
}

// headersToSign returns the list of headers with which a sample is signed.
func (sc *Scheme) headersToSign() string {
	list, _ := sc.SignedHeaders.Header()
	names := []string{strings.ToLower(list)}
	if time, inHeader := sc.Time.Header(); inHeader {
		names = append(names, strings.ToLower(time))
	}
	slices.Sort(names)
	return strings.Join(names, ",")
}

// isSoundText reports whether the body is JSON without a mistake, in UTF-8.
func (q *Request) isSoundText() bool {
	if !q.soundAsked { // once, however many secrets are tried
		q.soundAsked, q.sound = true, utf8.Valid(q.Record.Body) && q.IsSound()
	}
	return q.sound
}

// writeEscaped writes the body as programs write it in a text of JSON: letters beyond ASCII and control characters are
// \u and four hex digits, or \n, \r and \t, and a backslash is doubled unless "/" follows. Different bodies give
// different texts. It returns false unless the body is JSON without a mistake, in UTF-8: the text of one body may be
// another body that the sender signed, and the two have the same members only if both are JSON.
func (q *Request) writeEscaped(w io.Writer) bool {
	body := q.Record.Body
	if !q.isSoundText() {
		return false
	}
	const digits = "0123456789abcdef"
	unit := func(b []byte, u rune) []byte {
		return append(b, '\\', 'u', digits[u>>12&15], digits[u>>8&15], digits[u>>4&15], digits[u&15])
	}
	b := q.buffer[:0]
	for len(body) > 0 {
		if len(b) > bufferSize {
			_, _ = w.Write(b)
			b = b[:0]
		}
		r, size := utf8.DecodeRune(body)
		switch {
		case r == '\\' && (len(body) < 2 || body[1] != '/'):
			b = append(b, '\\', '\\')
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\r':
			b = append(b, '\\', 'r')
		case r == '\t':
			b = append(b, '\\', 't')
		case r >= ' ' && r <= '~':
			b = append(b, byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			b = unit(unit(b, high), low)
		default:
			b = unit(b, r)
		}
		body = body[size:]
	}
	_, _ = w.Write(b)
	q.buffer = b
	return true
}
