package provider

import (
	"encoding/base64"
	"html"
	"strings"
)

// element returns the text of an element of the XML that a form field holds in base64. path is made of names with "/"
// between: of each the first that stands inside the one before it.
func (q *request) element(field, path string) string {
	inside := q.unpacked(field)
	for name := range strings.SplitSeq(path, "/") {
		if inside = between(inside, name); inside == "" {
			return ""
		}
	}
	return html.UnescapeString(inside)
}

// unpacked returns what a form field holds in base64.
func (q *request) unpacked(field string) string {
	if q.unpackedOf != field {
		plain, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(q.fields().Get(field), "\n", ""))
		if err != nil {
			plain = nil
		}
		q.unpackedOf, q.plain = field, string(plain)
	}
	return q.plain
}

// between returns what stands between the tags of the first element of a name; "" where there is none.
func between(xml, name string) string {
	for {
		_, behind, found := strings.Cut(xml, "<"+name)
		tag, inside, ends := strings.Cut(behind, ">")
		if !found || !ends {
			return ""
		}
		if tag == "" || strings.ContainsRune(" \t\r\n/", rune(tag[0])) {
			inside, _, ends = strings.Cut(inside, "</"+name+">")
			if !ends || strings.HasSuffix(tag, "/") {
				return ""
			}
			return inside
		}
		xml = behind // a longer name
	}
}
