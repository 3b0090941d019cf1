package payload

import (
	"encoding/json"
	"encoding/xml"
	"strings"
)

// An XML document reads like the JSON document that xmlToJSON makes of it. This
//
//	<note id="7"><to>Ann</to><to>Bob</to><s:from xmlns:s="urn:s">Eve</s:from></note>
//
// reads like
//
//	{"note":{"$id":"7","to":["Ann","Bob"],"s:from":"Eve"}}
//
// An element is a member of the element that it stands in, under its name as it is written, with its prefix. Several
// elements of one name are a list, at the place of the first. An element with neither attributes nor elements is its
// text; with attributes only, its text is the member "$". Attributes have "$" before their names, and those that
// declare namespaces are left out. Text beside elements is left out.

// The steps of converting XML, for each element and attribute, beside those of parsing it.
const memberStep = 32

// xmlToJSON converts a document; "" if it is not well formed, has a DTD, or exceeds a limit of parseXML.
func (q *Request) xmlToJSON(text string) string {
	c := xmlConverter{elements: q.parseXML(strings.TrimPrefix(text, byteOrderMark), true)}
	if len(c.elements) == 0 || c.elements[0].end != len(c.elements) { // not one root
		return ""
	}
	if !q.Charge(memberStep * c.members()) {
		return ""
	}
	c.b = make([]byte, 0, 2*len(text))
	c.b = append(c.b, '{')
	c.name("", c.elements[0].name)
	c.element(0)
	return string(append(c.b, '}'))
}

// xmlConverter writes elements as JSON. Its depth is bounded by maxDepth.
type xmlConverter struct {
	elements []xmlElement
	b        []byte
}

// members counts the elements and attributes.
func (c *xmlConverter) members() int {
	n := len(c.elements)
	for i := range c.elements {
		n += len(c.elements[i].attributes)
	}
	return n
}

// name writes a member's name and a colon.
func (c *xmlConverter) name(prefix, name string) {
	c.text(prefix + name)
	c.b = append(c.b, ':')
}

// text writes a string.
func (c *xmlConverter) text(s string) {
	quoted, err := json.Marshal(s)
	if err != nil {
		quoted = []byte(`""`) // impossible: encoding/json accepts every string
	}
	c.b = append(c.b, quoted...)
}

// element writes element i.
func (c *xmlConverter) element(i int) {
	e := &c.elements[i]
	if len(e.attributes) == 0 && e.end == i+1 {
		c.text(e.text)
		return
	}
	c.b = append(c.b, '{')
	for _, a := range e.attributes {
		c.name("$", prefixed(a.Name))
		c.text(a.Value)
		c.b = append(c.b, ',')
	}
	if e.end == i+1 {
		c.name("$", "")
		c.text(e.text)
	} else {
		c.inside(i)
	}
	c.b = append(c.b, '}')
}

// inside writes the elements inside element i, those of one name as one member.
func (c *xmlConverter) inside(i int) {
	var names []string
	all := map[string][]int{}
	for k := i + 1; k < c.elements[i].end; k = c.elements[k].end {
		name := c.elements[k].name
		if all[name] == nil {
			names = append(names, name)
		}
		all[name] = append(all[name], k)
	}
	for n, name := range names {
		if n > 0 {
			c.b = append(c.b, ',')
		}
		c.name("", name)
		same := all[name]
		if len(same) == 1 {
			c.element(same[0])
			continue
		}
		for k, at := range same {
			c.b = append(c.b, "[,"[min(k, 1)])
			c.element(at)
		}
		c.b = append(c.b, ']')
	}
}

// prefixed returns a name as it is written.
func prefixed(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// withoutNamespaces returns the attributes that declare no namespaces.
func withoutNamespaces(all []xml.Attr) []xml.Attr {
	kept := all[:0]
	for _, a := range all {
		if a.Name.Space != "xmlns" && prefixed(a.Name) != "xmlns" {
			kept = append(kept, a)
		}
	}
	return kept
}
