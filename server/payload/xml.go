package payload

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// The bounds of an XML document, beyond which there is too much to read. A sender's are of some
// kilobytes, 6 deep.
const (
	maxXML      = 256 << 10 // bytes
	maxTokens   = 20_000
	maxDepth    = 32
	xmlByte     = 8  // steps for each byte of XML: it is read slower than JSON
	elementStep = 16 // steps for an element that is looked at
)

// xmlElement is an element of an XML document. The elements of a document are in the order in which they begin.
type xmlElement struct {
	name string // "" where it belongs to a namespace of its own
	text string // "" where it holds other elements
	end  int    // those that stand inside it are the ones up to here

	attributes []xml.Attr // without those that declare namespaces; only for xmlToJSON
}

// element returns the text of an element of the XML that a form field contains in base64. path consists of names
// with "/" between them; each name finds the first such element inside the one before it. The document is parsed
// once.
func (q *Request) element(field, path string) string {
	if q.xmlOf != field {
		q.xmlOf, q.xml = field, q.parseXML(q.unpackField(field), false)
	}
	from, to, found := 0, len(q.xml), -1
	for name := range strings.SplitSeq(path, "/") {
		if found = q.find(name, from, to); found < 0 {
			return ""
		}
		from, to = found+1, q.xml[found].end
	}
	return q.xml[found].text
}

// find returns the index of the first element with a name in [from, to); -1 if there is none.
func (q *Request) find(name string, from, to int) int {
	if name == "" || !q.Charge((to-from)*elementStep) {
		return -1
	}
	for i := from; i < to; i++ {
		if q.xml[i].name == name {
			return i
		}
	}
	return -1
}

// unpackField returns the decoded base64 of a form field; "" if it is none.
func (q *Request) unpackField(field string) string {
	packed := q.fields().Get(field)
	if !q.Charge(2 * len(packed)) {
		return ""
	}
	plain, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(packed, "\n", ""))
	if err != nil {
		return ""
	}
	return string(plain)
}

// openElement is an element whose end tag was not read yet.
type openElement struct {
	name  xml.Name
	index int
	text  []byte
	outer bool // other elements stand inside it
}

// parseXML parses a document. whole says that the elements keep their attributes, and their names their prefixes. It
// returns no elements if the document is not well formed, has a DTD, is not UTF-8,
// or exceeds a limit. Only the entities of XML itself are known, and nothing is ever fetched, so no external entity
// can be read.
func (q *Request) parseXML(text string, whole bool) []xmlElement {
	if len(text) > maxXML || !q.Charge(xmlByte*len(text)) {
		q.Cut = true
		return nil
	}
	var all []xmlElement
	var stack []openElement
	d := xml.NewDecoder(strings.NewReader(text))
	for n := 0; ; n++ {
		token, err := d.RawToken()
		switch {
		case errors.Is(err, io.EOF) && len(stack) == 0:
			return all
		case err != nil:
			return nil
		case n == maxTokens || len(stack) > maxDepth:
			q.Cut = true
			return nil
		}
		switch t := token.(type) {
		case xml.StartElement:
			if len(stack) > 0 {
				stack[len(stack)-1].outer = true
			}
			stack = append(stack, openElement{name: t.Name, index: len(all)})
			if !whole {
				all = append(all, xmlElement{name: plainName(t.Name)})
			} else {
				all = append(all, xmlElement{name: prefixed(t.Name), attributes: withoutNamespaces(t.Attr)})
			}
		case xml.EndElement:
			last := len(stack) - 1
			if last < 0 || stack[last].name != t.Name {
				return nil
			}
			e := &all[stack[last].index]
			if e.end = len(all); !stack[last].outer {
				e.text = string(stack[last].text)
			}
			stack = stack[:last]
		case xml.CharData:
			if last := len(stack) - 1; last >= 0 && !stack[last].outer {
				stack[last].text = append(stack[last].text, t...)
			}
		case xml.Directive:
			return nil
		}
	}
}

// plainName returns the name of an element without a namespace prefix; "" if it has one.
func plainName(n xml.Name) string {
	if n.Space != "" {
		return ""
	}
	return n.Local
}
