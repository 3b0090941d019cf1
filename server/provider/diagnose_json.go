package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"hookbeam/server/hook"
)

// jsonStyle is how a library writes JSON.
type jsonStyle struct {
	comma, colon string
	indent       string
	ascii        bool // \u00e9 for é
	slash        bool // \/ for /
	html         bool // \u003c for <
}

// jsonVariants writes the body anew as the usual libraries do, with its members in their order and sorted.
func jsonVariants(r *hook.Record) iter.Seq[variant] {
	return func(yield func(variant) bool) {
		if first := firstByte(r.Body); first != '{' && first != '[' || !json.Valid(r.Body) {
			return
		}
		sources := [][]byte{r.Body, sortedJSON(r.Body)}
		for i, source := range sources {
			parsed := gjson.ParseBytes(source)
			for _, layout := range []jsonStyle{{comma: ",", colon: ":"}, {comma: ", ", colon: ": "},
				{comma: ",", colon: ": ", indent: "  "}, {comma: ",", colon: ": ", indent: "    "}, {comma: ",", colon: ": ", indent: "\t"}} {
				for letters := range 8 {
					style := layout
					style.ascii, style.slash, style.html = letters&1 != 0, letters&2 != 0, letters&4 != 0
					how := "were the JSON as it was written first, in other spaces or escapes"
					if i == 1 {
						how = "were the JSON with its members sorted"
					}
					if !yield(variant{"json_rewritten", how, style.write(nil, parsed, "\n", 0)}) {
						return
					}
				}
			}
		}
	}
}

// sortedJSON is the same value with every object's members sorted by name.
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

// deepest bounds how deep a stranger's JSON is followed.
const deepest = 200

func (st jsonStyle) write(b []byte, v gjson.Result, line string, depth int) []byte {
	switch {
	case depth > deepest:
		return append(b, v.Raw...)
	case v.IsObject():
		return st.list(b, v, '{', '}', line, depth)
	case v.IsArray():
		return st.list(b, v, '[', ']', line, depth)
	case v.Type == gjson.String:
		return st.text(b, v.Str)
	default:
		return append(b, v.Raw...)
	}
}

func (st jsonStyle) list(b []byte, v gjson.Result, from, to byte, line string, depth int) []byte {
	b = append(b, from)
	inner, first := line+st.indent, true
	v.ForEach(func(name, value gjson.Result) bool {
		if !first {
			b = append(b, st.comma...)
		}
		if first = false; st.indent != "" {
			b = append(b, inner...)
		}
		if from == '{' {
			b = append(st.text(b, name.Str), st.colon...)
		}
		b = st.write(b, value, inner, depth+1)
		return true
	})
	if !first && st.indent != "" {
		b = append(b, line...)
	}
	return append(b, to)
}

func (st jsonStyle) text(b []byte, s string) []byte {
	b = append(b, '"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', byte(c))
		case c == '/' && st.slash:
			b = append(b, '\\', '/')
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\r':
			b = append(b, '\\', 'r')
		case c == '\t':
			b = append(b, '\\', 't')
		case c == '\b':
			b = append(b, '\\', 'b')
		case c == '\f':
			b = append(b, '\\', 'f')
		case c < ' ' || st.html && (c == '<' || c == '>' || c == '&'):
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
