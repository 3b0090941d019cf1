package payload

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// unquoted returns the text of a JSON string. gjson reads every escape of half a surrogate pair as U+FFFD, so that two
// ids that differ would be one. Here each half keeps its value: it is written as UTF-8 would, if it were a character.
// The text is then not valid UTF-8, and so not Printable.
func unquoted(r gjson.Result) string {
	if !strings.Contains(r.Str, "\ufffd") || !strings.Contains(r.Raw, `\u`) {
		return r.Str
	}
	b := make([]byte, 0, len(r.Raw))
	for rest := strings.TrimSuffix(strings.TrimPrefix(r.Raw, `"`), `"`); rest != ""; {
		unit, isUnit := escapedUnit(rest)
		switch {
		case !isUnit && rest[0] == '\\' && len(rest) > 1:
			b, rest = append(b, plainEscape(rest[1])), rest[2:]
		case !isUnit:
			b, rest = append(b, rest[0]), rest[1:]
		default:
			rest = rest[len(`\u0000`):]
			if low, more := escapedUnit(rest); more && utf16.IsSurrogate(unit) {
				if whole := utf16.DecodeRune(unit, low); whole != utf8.RuneError {
					unit, rest = whole, rest[len(`\u0000`):]
				}
			}
			b = appendUnit(b, unit)
		}
	}
	return string(b)
}

// escapedUnit returns the UTF-16 code unit that a text begins with as an escape, such as \u00e9.
func escapedUnit(text string) (rune, bool) {
	if len(text) < len(`\u0000`) || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(text[2:6], 16, 16)
	return rune(n), err == nil
}

// plainEscape returns the character that an escape such as \n stands for.
func plainEscape(c byte) byte {
	if at := strings.IndexByte("bfnrt", c); at >= 0 {
		return "\b\f\n\r\t"[at]
	}
	return c
}

// appendUnit appends a character in UTF-8, or half a surrogate pair in the same way, in three bytes.
func appendUnit(b []byte, r rune) []byte {
	if utf16.IsSurrogate(r) {
		return append(b, 0xe0|byte(r>>12), 0x80|byte(r>>6)&0x3f, 0x80|byte(r)&0x3f)
	}
	return utf8.AppendRune(b, r)
}
