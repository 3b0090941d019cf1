package payload

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// The limits and costs of parsing a form. Each pair takes ten times the memory of its bytes.
const (
	maxPairs = 10_000 // a form with more pairs has no fields
	formByte = 2      // steps for each byte of a form
	formPair = 64     // and for each pair
)

// fields returns the fields of the body as a form: multipart if the Content-Type says so, and else urlencoded. It
// parses the body once; a body that is no form, or has too many fields, has none. A body that begins like JSON is a
// form only if the Content-Type says so.
func (q *Request) fields() url.Values {
	if q.form != nil {
		return q.form
	}
	media, boundary := q.mediaType()
	if media == multipart {
		q.broken = true // no sender signs the sorted fields of a multipart form
		if q.form = q.parts(boundary); q.form == nil {
			q.form = url.Values{}
		}
		return q.form
	}
	if media != urlencoded && beginsLikeJSON(FirstByte(withoutMark(q.Record.Body))) {
		q.broken, q.form = true, url.Values{}
		return q.form
	}
	pairs := bytes.Count(q.Record.Body, []byte("&")) + 1
	if pairs > maxPairs || !q.Charge(formByte*len(q.Record.Body)+formPair*pairs) {
		q.Cut, q.broken, q.form = true, true, url.Values{}
		return q.form
	}
	q.form, q.broken = readForm(string(q.Record.Body))
	return q.form
}

// readForm reads pairs as browsers do: a semicolon is a character of a value, and what is no escape stays as it is.
// broken reports whether there was any of it: others may read such a form in another way, so that its sorted fields
// prove nothing.
func readForm(text string) (fields url.Values, broken bool) {
	fields, err := url.ParseQuery(text)
	if err == nil {
		return fields, false
	}
	fields = url.Values{}
	for pair := range strings.SplitSeq(text, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name = unescaped(name)
		fields[name] = append(fields[name], unescaped(value))
	}
	return fields, true
}

// unescaped decodes a name or a value of a form, with what is no escape as it is.
func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	b := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '+':
			b = append(b, ' ')
		case text[i] == '%' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]):
			one, _ := hex.DecodeString(text[i+1 : i+3])
			b, i = append(b, one...), i+2
		default:
			b = append(b, text[i])
		}
	}
	return string(b)
}

// isHex reports whether a byte is a hex digit.
func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// FirstFields yields the fields of the form, each with its first value, in no particular order.
func (q *Request) FirstFields() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for name, values := range q.fields() {
			if !yield(name, values[0]) {
				return
			}
		}
	}
}

// OnlyField returns the text of the field that has the JSON (Envelope.Field), which some senders sign in place of the
// body. ok is false unless the body is a form with this field alone, once: what is read of it is what was signed then.
func (q *Request) OnlyField() (text string, ok bool) {
	media, _ := q.mediaType()
	if q.Envelope.Field == "" || media != urlencoded {
		return "", false
	}
	fields := q.fields()
	values := fields[q.Envelope.Field]
	if q.broken || len(fields) != 1 || len(values) != 1 || values[0] == "" {
		return "", false
	}
	return values[0], true
}

// SortedForm returns the names and values of the form, concatenated and sorted, each pair once: what some senders
// sign. isForm is false if the body is no urlencoded form, or a too large one. The result is kept, because it is
// needed for each secret and URL; the caller must not change it.
func (q *Request) SortedForm() (text []byte, isForm bool) {
	fields := q.fields()
	if q.broken {
		return nil, false
	}
	if q.sorted == nil {
		q.sorted = make([]byte, 0, len(q.Record.Body))
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			values := fields[name]
			if len(values) > 1 {
				values = slices.Compact(slices.Sorted(slices.Values(values)))
			}
			for _, value := range values {
				if !q.Charge(len(name) + len(value)) { // a long name may have many values
					return nil, false
				}
				q.sorted = append(append(q.sorted, name...), value...)
			}
		}
	}
	return q.sorted, true
}

// bodyHashes are the hashes of the body. They are kept, because a request may name the same digest hundreds of
// times.
type bodyHashes struct {
	sha256 [sha256.Size]byte
	sha512 [sha512.Size]byte
	has256 bool
	has512 bool
}

// BodySHA256 returns the SHA-256 of the body. The caller must not change it.
func (q *Request) BodySHA256() []byte {
	if !q.hashes.has256 {
		q.Hashed += len(q.Record.Body)
		q.hashes.sha256, q.hashes.has256 = sha256.Sum256(q.Record.Body), true
	}
	return q.hashes.sha256[:]
}

// BodySHA512 returns the SHA-512 of the body. The caller must not change it.
func (q *Request) BodySHA512() []byte {
	if !q.hashes.has512 {
		q.Hashed += len(q.Record.Body)
		q.hashes.sha512, q.hashes.has512 = sha512.Sum512(q.Record.Body), true
	}
	return q.hashes.sha512[:]
}
