package payload

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// source is where in a request a selector looks. The set is closed: ParseSelector refuses every other word.
type source uint8

const (
	nowhere   source = iota
	inHeader         // header:X-Name, the first of this name; canonical
	inBody           // body:path, in the body's JSON
	inItem           // item:path, in the JSON of the batch's item that is looked at
	inForm           // form:name, a field of the body as a form
	inQuery          // query:name
	inSetting        // setting:name, of the endpoint
	inHead           // head:name, a text member near the beginning of the body's JSON
	isBeside         // beside:name, the name of the body's first member that has another name
	isHost           // host:X-Name, the host of the address that a header holds
	inXML            // xml:field/element/…, in the XML that a form field holds in base64
	isNonce          // nonce, of the message signature that verified
	isConst          // const:text, the text itself
	isSHA256         // sha256, of the body, "" where it is empty
)

// sources are the words before the colon. Those of bare stand alone.
var sources = map[string]source{"header": inHeader, "body": inBody, "item": inItem, "form": inForm, "query": inQuery,
	"setting": inSetting, "head": inHead, "beside": isBeside, "host": isHost, "xml": inXML, "const": isConst}

// bare are the sources that stand alone, without a colon and a name.
var bare = map[string]source{"nonce": isNonce, "sha256": isSHA256}

// Selector names one place in a request: "header:X-Signature", "body:data.object.id",
// "xml:bt_payload/kind". With "?" before it, it reads as "yes" where there is anything but null, false,
// 0 and what is empty, and else as "". The zero Selector reads as "". The catalogue of senders is made
// of selectors; Request.Text reads them.
type Selector struct {
	text   string
	source source
	asks   bool   // "?": whether there is anything
	name   string // what stands behind the colon; of XML the form's field
	path   *Path  // in JSON
	inside string // path of the element in XML
}

// ParseSelector reads a selector. It refuses what could never be found: an unknown source, an empty
// name or step, a header that is not written in its canonical form.
func ParseSelector(text string) (Selector, error) {
	s := Selector{text: text}
	rest, asks := strings.CutPrefix(text, "?")
	s.asks = asks
	word, name, named := strings.Cut(rest, ":")
	if s.name = name; named {
		s.source = sources[word]
	} else {
		s.source = bare[word]
	}
	complaint := ""
	switch s.source {
	case nowhere:
		complaint = "has an unknown source"
	case inHeader, isHost:
		if name != http.CanonicalHeaderKey(name) {
			complaint = "names a header that is not written " + http.CanonicalHeaderKey(name)
		}
	case inBody, inItem:
		complaint = checkPath(name)
		path := ParsePath(name)
		s.path = &path
	case inXML:
		s.name, s.inside, _ = strings.Cut(name, "/")
		if s.inside == "" || strings.Contains("/"+s.inside+"/", "//") {
			complaint = "names no element, or an empty one"
		}
	}
	if complaint == "" && named && s.name == "" {
		complaint = "names nothing"
	}
	if complaint != "" {
		return Selector{}, fmt.Errorf("selector %q %s", text, complaint)
	}
	return s, nil
}

// Select is ParseSelector for the tables of the catalogue: a selector that cannot be read there is a
// broken build.
func Select(text string) Selector { return must(ParseSelector(text)) }

// SelectAll is Select for several.
func SelectAll(texts ...string) []Selector {
	all := make([]Selector, len(texts))
	for i, text := range texts {
		all[i] = Select(text)
	}
	return all
}

// HeaderNamed selects a header that an endpoint's settings name, in whatever case.
func HeaderNamed(name string) Selector {
	name = http.CanonicalHeaderKey(name)
	return Selector{text: "header:" + name, source: inHeader, name: name}
}

// String returns the selector as it is written.
func (s Selector) String() string { return s.text }

// IsZero reports whether it selects nothing at all.
func (s Selector) IsZero() bool { return s.source == nowhere }

// Header returns the name of the header that it selects; false where it selects anything else.
func (s Selector) Header() (name string, is bool) { return s.name, s.source == inHeader }

// InQuery reports whether it selects a part of the query.
func (s Selector) InQuery() bool { return s.source == inQuery }

// Setting returns the name of the endpoint's setting that it selects; false where it selects anything else.
func (s Selector) Setting() (name string, is bool) { return s.name, s.source == inSetting }

// Place names what it selects for people.
func (s Selector) Place() string {
	switch s.source {
	case inHeader:
		return "the header " + s.name
	case inQuery:
		return "the query parameter " + s.name
	case inForm:
		return "the form field " + s.name
	default:
		return "the field " + s.name + " in the body"
	}
}

// Join is several selectors whose texts make one, with "/" between them: the parts of a composite id.
type Join []Selector

// ParseJoin reads selectors with "+" between them.
func ParseJoin(text string) (Join, error) {
	parts := strings.Split(text, "+")
	join := make(Join, len(parts))
	for i, part := range parts {
		var err error
		if join[i], err = ParseSelector(part); err != nil {
			return nil, err
		}
	}
	return join, nil
}

// SelectJoin is ParseJoin for the tables of the catalogue.
func SelectJoin(text string) Join { return must(ParseJoin(text)) }

// Template is text with selectors and variables in braces: "{time}.{body}", "{body:name} on {body:branch}".
type Template []Piece

// Piece is a part of a template: plain text, and what stands behind it.
type Piece struct {
	Text     string
	Variable string   // "": none
	Selector Selector // where there is no variable; zero behind the last text
}

// errOpenBrace says that a template ends within a selector or a variable.
var errOpenBrace = errors.New("has a brace without its counterpart")

// ParseTemplate reads a template, in which the named variables may stand.
func ParseTemplate(text string, variables ...string) (Template, error) {
	all := make(Template, 0, strings.Count(text, "{")+1)
	for rest := text; rest != ""; {
		before, behind, found := strings.Cut(rest, "{")
		piece := Piece{Text: before}
		if rest = ""; found {
			var name string
			if name, rest, found = strings.Cut(behind, "}"); !found {
				return nil, fmt.Errorf("template %q: %w", text, errOpenBrace)
			}
			var err error
			if piece.Variable = variable(name, variables); piece.Variable == "" {
				if piece.Selector, err = ParseSelector(name); err != nil {
					return nil, fmt.Errorf("template %q: %w", text, err)
				}
			}
		}
		all = append(all, piece)
	}
	return all, nil
}

// variable returns name where it is one of the variables.
func variable(name string, variables []string) string {
	for _, v := range variables {
		if v == name {
			return name
		}
	}
	return ""
}

// SelectTemplate is ParseTemplate for the tables of the catalogue.
func SelectTemplate(text string, variables ...string) Template {
	return must(ParseTemplate(text, variables...))
}

// Uses reports whether a variable stands in the template.
func (t Template) Uses(variable string) bool {
	for i := range t {
		if t[i].Variable == variable {
			return true
		}
	}
	return false
}

// Replace returns the template with a text in the place of a variable.
func (t Template) Replace(variable, text string) Template {
	replaced := make(Template, len(t))
	for i, piece := range t {
		if piece.Variable == variable {
			piece.Text, piece.Variable = piece.Text+text, ""
		}
		replaced[i] = piece
	}
	return replaced
}

// must ends the program where a table of the catalogue cannot be read.
func must[T any](read T, err error) T {
	if err != nil {
		panic("broken build: " + err.Error())
	}
	return read
}
