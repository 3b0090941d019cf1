package signature

import (
	"crypto/hmac"
	"encoding/base64"
	"iter"
	"strings"
)

// messages parses Signature-Input and Signature (RFC 9421 §4), as far as webhooks use them: components without
// parameters, and strings without escapes. It looks at maxSignatures signatures at most. sent reports whether the
// request has one of the headers at all.
func (q *Request) messages() (found []httpMessage, sent bool) {
	looked := 0
	for line := range q.HeaderLines("Signature-Input") {
		sent = true
		for line != "" && looked < maxSignatures {
			looked++
			label, rest, ok := strings.Cut(line, "=")
			if !ok {
				break
			}
			var m httpMessage
			if m, line, ok = parseInput(rest); !ok {
				break
			}
			line = strings.TrimLeft(line, ", \t")
			if m.sum = q.signatureOf(strings.TrimSpace(label)); m.sum != nil {
				found = append(found, m)
			}
		}
	}
	return found, sent || q.Header("Signature") != ""
}

// parseInput parses one value of Signature-Input, ("a" "b");created=1;keyid="x", and returns the rest of the line.
// ok is false if it uses syntax that is not supported, or has a parameter twice.
func parseInput(s string) (m httpMessage, rest string, ok bool) {
	// Eight components and four parameters are enough for most senders, so that nothing grows.
	m.components, m.fields = make([]string, 0, 8), make(map[string]string, 4)
	end := strings.IndexByte(s, ')')
	if !strings.HasPrefix(s, "(") || end < 0 {
		return m, "", false
	}
	for part := range strings.FieldsSeq(s[1:end]) {
		if len(part) < 3 || part[0] != '"' || part[len(part)-1] != '"' ||
			strings.ContainsAny(part[1:len(part)-1], `"\;`) || len(m.components) == maxComponents {
			return m, "", false
		}
		m.components = append(m.components, part[1:len(part)-1])
	}
	at := end + 1
	for at < len(s) && s[at] == ';' {
		name, value, next, ok := parseParameter(s, at+1)
		if _, twice := m.fields[name]; !ok || twice {
			return m, "", false
		}
		m.fields[name], at = value, next
	}
	m.params = s[:at]
	return m, s[at:], at == len(s) || s[at] == ',' || s[at] == ' '
}

// parseParameter parses name=value, which begins at s[at], and returns the position after it. A value is a quoted
// string without escapes, or a bare token.
func parseParameter(s string, at int) (name, value string, next int, ok bool) {
	equals := strings.IndexByte(s[at:], '=')
	if equals < 1 {
		return "", "", 0, false
	}
	name, at = strings.TrimSpace(s[at:at+equals]), at+equals+1
	if at < len(s) && s[at] == '"' {
		end := strings.IndexByte(s[at+1:], '"')
		if end < 0 || strings.Contains(s[at+1:at+1+end], `\`) {
			return "", "", 0, false
		}
		return name, s[at+1 : at+1+end], at + end + 2, true
	}
	end := strings.IndexAny(s[at:], ";, ")
	if end < 0 {
		end = len(s) - at
	}
	return name, s[at : at+end], at + end, end > 0
}

// signatureOf returns the bytes of the signature with a label; nil if there is none or it is not base64.
func (q *Request) signatureOf(label string) []byte {
	if q.sums == nil {
		q.sums = q.readSums()
	}
	value := q.sums[label]
	if value == "" {
		return nil
	}
	sum, err := base64.StdEncoding.Strict().DecodeString(value)
	if err != nil {
		return nil
	}
	return sum
}

// maxMembers9421 limits how many members of one dictionary header are read.
const maxMembers9421 = 64

// readSums returns the signatures, still in base64, by their labels. If a label occurs twice, the first signature
// counts.
func (q *Request) readSums() map[string]string {
	sums := map[string]string{}
	for name, value := range q.dictionary("Signature") {
		if len(value) < 3 || value[0] != ':' || value[len(value)-1] != ':' {
			continue
		}
		if _, twice := sums[name]; !twice {
			sums[name] = value[1 : len(value)-1]
		}
	}
	return sums
}

// dictionary yields the members of a header that is a dictionary (RFC 8941 §3.2), in the order in which they were
// sent, up to maxMembers9421.
func (q *Request) dictionary(header string) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		n := 0
		for line := range q.HeaderLines(header) {
			q.Steps += len(line)
			for member := range strings.SplitSeq(line, ",") {
				name, value, _ := strings.Cut(strings.TrimSpace(member), "=")
				if n++; n > maxMembers9421 || !yield(name, value) {
					return
				}
			}
		}
	}
}

// digestMatches reports whether Content-Digest (RFC 9530) has a right SHA-256 or SHA-512 of the body, and no wrong
// one among the members that are read. Digests with other algorithms are ignored.
func (q *Request) digestMatches() bool {
	right := false
	for name, value := range q.dictionary("Content-Digest") {
		var want []byte
		switch name {
		case "sha-256":
			want = q.BodySHA256()
		case "sha-512":
			want = q.BodySHA512()
		default:
			continue
		}
		sent, err := base64.StdEncoding.DecodeString(strings.Trim(value, ":"))
		if err != nil || !hmac.Equal(want, sent) {
			return false
		}
		right = true
	}
	return right
}
