package challenge

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Form is the alphabet of a token.
type Form int

// The forms of tokens. Only Name, Word, Hex and Digits may be signed with the key of the endpoint.
const (
	// Plain is the set of token68 in RFC 9110 §11.2 with ":" and "|": letters, digits and punctuation of ids and URLs.
	// Markup is excluded.
	Plain Form = iota
	// Name is Plain without ":" and "|": no JSON object, and nothing with a time before a colon.
	Name
	// Word is letters, digits, "-" and "_".
	Word
	// Hex is digits and the small letters a to f.
	Hex
	// Digits are decimal digits.
	Digits
	// Printable is any text in UTF-8 without control characters. It is only for senders whose tokens have spaces.
	Printable
)

// MaxEcho is the most bytes of a token, if its data says nothing else.
const MaxEcho = 512

// maxText is MaxEcho for Printable.
const maxText = 2048

// Signable reports whether a token of this form may be signed with the key that signs events.
func (f Form) Signable() bool { return f == Name || f == Word || f == Hex || f == Digits }

// holds reports whether a text is not empty and consists only of the form's characters.
func (f Form) holds(text string) bool {
	if f == Printable {
		return text != "" && utf8.ValidString(text) && !strings.ContainsFunc(text, hidden)
	}
	for i := range len(text) {
		if !f.has(text[i]) {
			return false
		}
	}
	return text != ""
}

// hidden reports whether a character is one of control, or changes the direction of text.
func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}

// has reports whether a byte is one of the form's characters.
func (f Form) has(c byte) bool {
	digit, letter := c >= '0' && c <= '9', c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
	switch f {
	case Digits:
		return digit
	case Hex:
		return digit || c >= 'a' && c <= 'f'
	case Word:
		return digit || letter || c == '-' || c == '_'
	case Name:
		return digit || letter || strings.IndexByte("-._~+/=", c) >= 0
	default:
		return digit || letter || strings.IndexByte("-._~+/=:|", c) >= 0
	}
}

// most returns the largest length of the token in bytes.
func (t *Token) most() int {
	switch {
	case t.Most > 0:
		return t.Most
	case t.Form == Printable:
		return maxText
	default:
		return MaxEcho
	}
}

// fits reports whether a text has the length and the form of the token.
func (t *Token) fits(text string) bool {
	return len(text) >= t.Least && len(text) <= t.most() && t.Form.holds(text)
}
