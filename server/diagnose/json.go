package diagnose

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// jsonStyle is the style in which a library writes JSON. A proxy or a body parser that parses and writes a body
// changes its style, and so invalidates its signature.
type jsonStyle struct {
	// comma and colon are written between members and after names, with the white space that the library adds.
	comma, colon string
	// indent is written once for each level at the beginning of a line; "" writes one line.
	indent string

	ascii bool // \u00e9 for é
	slash bool // \/ for /
	html  bool // \u003c for <
}

// jsonVariants yields the body in the styles of common libraries, with its members in their order and sorted by
// name.
func jsonVariants(r *hook.Record) iter.Seq[variant] {
	return func(yield func(variant) bool) {
		if first := payload.FirstByte(r.Body); first != '{' && first != '[' || !json.Valid(r.Body) {
			return
		}
		for i, source := range [][]byte{r.Body, sortedJSON(r.Body)} {
			what := []string{"the same JSON with different white space or escapes",
				"the same JSON with its members sorted"}[i]
			for _, layout := range []jsonStyle{{comma: ",", colon: ":"}, {comma: ", ", colon: ": "},
				{comma: ",", colon: ": ", indent: "  "}, {comma: ",", colon: ": ", indent: "    "},
				{comma: ",", colon: ": ", indent: "\t"}} {
				// All combinations of the three ways to escape letters.
				for letters := range 8 {
					style := layout
					style.ascii, style.slash, style.html = letters&1 != 0, letters&2 != 0, letters&4 != 0
					text := style.write(source)
					if len(text) > 2*maxVariant {
						break // other escapes do not make it short enough
					}
					if !yield(variant{"json_rewritten", what, text}) {
						return
					}
				}
			}
		}
	}
}

// sortedJSON returns the same JSON with the members of all objects sorted by name. Numbers keep their digits.
func sortedJSON(body []byte) []byte {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return body
	}
	sorted, err := json.Marshal(value)
	if err != nil {
		return body
	}
	return sorted
}

// write writes valid JSON in the style. It stops when the result is longer than a variant may be, because
// indentation multiplies the size of deep JSON.
func (st jsonStyle) write(src []byte) []byte {
	b := make([]byte, 0, len(src)+len(src)/8)
	depth := 0
	line := func() {
		if st.indent != "" {
			b = append(append(b, '\n'), strings.Repeat(st.indent, depth)...)
		}
	}
	for i := 0; i < len(src) && len(b) <= 2*maxVariant; i++ {
		switch c := src[i]; c {
		case ' ', '\t', '\n', '\r':
		case '"':
			end := i + 1
			for ; src[end] != '"'; end++ {
				if src[end] == '\\' {
					end++
				}
			}
			b = st.text(b, gjson.ParseBytes(src[i:end+1]).Str)
			i = end
		case '{', '[':
			b = append(b, c)
			if end := c + 2; payload.FirstByte(src[i+1:]) == end {
				b, i = append(b, end), i+1+bytes.IndexByte(src[i+1:], end)
				continue
			}
			depth++
			line()
		case '}', ']':
			depth--
			line()
			b = append(b, c)
		case ',':
			b = append(b, st.comma...)
			line()
		case ':':
			b = append(b, st.colon...)
		default:
			b = append(b, c)
		}
	}
	return b
}

// text writes a string with the escapes of the style.
func (st jsonStyle) text(b []byte, s string) []byte {
	b = append(b, '"')
	for _, c := range s {
		short := strings.IndexRune("\"\\\b\f\n\r\t", c)
		switch {
		case short >= 0:
			b = append(b, '\\', `"\bfnrt`[short])
		case c == '/' && st.slash:
			b = append(b, '\\', '/')
		case c < ' ' || st.html && (c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029'):
			b = fmt.Appendf(b, "\\u%04x", c)
		case c > 0xffff && st.ascii:
			high, low := utf16.EncodeRune(c)
			b = fmt.Appendf(b, "\\u%04x\\u%04x", high, low)
		case c > '~' && st.ascii:
			b = fmt.Appendf(b, "\\u%04x", c)
		default:
			b = utf8.AppendRune(b, c)
		}
	}
	return append(b, '"')
}
