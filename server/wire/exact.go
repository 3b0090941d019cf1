package wire

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// JSON has no place for bytes that are not UTF-8: encoding/json writes U+FFFD for each of them, and what was received
// is lost. The functions here write such texts so that the bytes can be told apart, and exactBytes gives them back.

// PlainText returns a text that a sender sent. One that is not valid UTF-8 is read as ISO 8859-1, which gave every byte
// of a header its meaning before UTF-8.
func PlainText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	b := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		b = utf8.AppendRune(b, rune(s[i]))
	}
	return string(b)
}

// addressText returns a raw path or query. A byte that is not part of valid UTF-8 is written as in %E9, which means the
// same.
func addressText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			b.Write([]byte{'%', digits[s[i]>>4], digits[s[i]&15]})
		} else {
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// exactBytes returns the bytes of a text in base64 if it is not valid UTF-8, and else "".
func exactBytes(s string) string {
	if utf8.ValidString(s) {
		return ""
	}
	return base64.StdEncoding.EncodeToString([]byte(s))
}
