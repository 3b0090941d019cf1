package payload

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// source is the part of a request that a selector reads. The set is closed: ParseSelector refuses unknown names.
type source uint8

const (
	nowhere source = iota
	// inHeader is header:X-Name, the first header with this canonical name.
	inHeader
	// inBody is body:path, in the body's JSON, or in what Envelope says in place of it. See Path.
	inBody
	// inItem is item:path, in the JSON of the item that Request.Look selected.
	inItem
	// inOuter is outer:path, in the JSON of the element whose list has that item (Batch.List with "*").
	inOuter
	// inForm is form:name, a field of the body as a form, urlencoded or multipart.
	inForm
	// inQuery is query:name, a parameter of the query.
	inQuery
	// inSetting is setting:name, a setting of the endpoint.
	inSetting
	// inHead is head:name, a text member near the beginning of the body's JSON.
	inHead
	// isBeside is beside:name,name…, the name of the first member with another name than these: of the item that
	// Request.Look selected, or else of the body.
	isBeside
	// inClaim is claim:X-Name/path, in the claims of the JWT in a header, with or without "Bearer" before it. They are
	// read whether the JWT is genuine or not, so only a sender whose scheme verifies it may use them.
	inClaim
	// isHost is host:X-Name, the host of the URL in a header.
	isHost
	// inXML is xml:field/element/…, in the XML that a form field contains in base64.
	inXML
	// isNonce is nonce, that of the HTTP message signature that verified.
	isNonce
	// isConst is const:text, the text itself.
	isConst
	// isSHA256 is sha256, the digest of the body; "" if the body is empty.
	isSHA256
	// isItemSHA256 is item-sha256, the digest of the item that Request.Look selected; "" if there is none.
	isItemSHA256
)

// sources are the names of sources that are followed by a colon and a name.
var sources = map[string]source{"header": inHeader, "body": inBody, "item": inItem, "outer": inOuter, "form": inForm,
	"query": inQuery, "setting": inSetting, "head": inHead, "beside": isBeside, "host": isHost, "xml": inXML,
	"const": isConst, "claim": inClaim}

// bare are the names of sources without a colon and a name.
var bare = map[string]source{"nonce": isNonce, "sha256": isSHA256, "item-sha256": isItemSHA256}

// Selector names one place in a request: "header:X-Signature", "body:data.object.id", "xml:bt_payload/kind". With
// "?" before it, it reads as "yes" if there is a value other than null, false, 0 and empty ones, and else as "".
// The zero Selector reads as "". The profiles and rules of all senders consist of selectors; Request.Text reads
// them.
type Selector struct {
	text   string
	source source
	asks   bool   // "?": whether there is anything
	name   string // what stands behind the colon; of XML the form's field
	path   *Path  // in JSON
	inside string // path of the element in XML
}

// ParseSelector parses a selector. It returns an error for one that can never find anything: with an unknown
// source, an empty name or step, or a header that is not in its canonical form.
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
	case inBody, inItem, inOuter:
		complaint = checkPath(name)
		path := ParsePath(name)
		s.path = &path
	case inClaim:
		var claim string
		s.name, claim, _ = strings.Cut(name, "/")
		if complaint = checkPath(claim); s.name != http.CanonicalHeaderKey(s.name) {
			complaint = "names a header that is not written " + http.CanonicalHeaderKey(s.name)
		}
		path := ParsePath(claim)
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

// Select is ParseSelector for the tables of server/provider. It panics on a mistake in them, which is a broken
// build.
func Select(text string) Selector { return must(ParseSelector(text)) }

// SelectAll is Select for several selectors.
func SelectAll(texts ...string) []Selector {
	all := make([]Selector, len(texts))
	for i, text := range texts {
		all[i] = Select(text)
	}
	return all
}

// HeaderNamed returns the selector of a header whose name comes from an endpoint's settings, in any case.
func HeaderNamed(name string) Selector {
	name = http.CanonicalHeaderKey(name)
	return Selector{text: "header:" + name, source: inHeader, name: name}
}

// String returns the selector's text.
func (s Selector) String() string { return s.text }

// IsZero reports whether s is the zero Selector.
func (s Selector) IsZero() bool { return s.source == nowhere }

// Header returns the name of the header that s reads; is is false if s reads anything else.
func (s Selector) Header() (name string, is bool) { return s.name, s.source == inHeader }

// InQuery reports whether s reads the query.
func (s Selector) InQuery() bool { return s.source == inQuery }

// Setting returns the name of the endpoint's setting that s reads; is is false if s reads anything else.
func (s Selector) Setting() (name string, is bool) { return s.name, s.source == inSetting }

// Place describes for people what s reads.
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

// Join is a list of selectors whose texts form one text: the parts of a composite id (Request.Joined), or of a type
// (Request.Dotted).
type Join []Selector

// ParseJoin parses selectors with "+" between them.
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

// SelectJoin is ParseJoin for the tables of server/provider.
func SelectJoin(text string) Join { return must(ParseJoin(text)) }

// Template is text with selectors and variables in braces: "{time}.{body}", "{body:name} on {body:branch}".
type Template []Piece

// Piece is a plain text and the variable or selector after it. If and Lower are for messages that are signed:
// ParseTemplate does not set them.
type Piece struct {
	Text     string
	Variable string   // "": none
	Selector Selector // where there is no variable; zero behind the last text
	If       Selector // the piece counts only if there is a text here; zero: always
	Lower    bool     // the text at Selector is in lower case
}

// errOpenBrace means that a template ends inside a selector or a variable.
var errOpenBrace = errors.New("has a brace without its counterpart")

// ParseTemplate parses a template. Names in braces that are not in variables must be selectors.
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

// variable returns name if it is one of the variables, and else "".
func variable(name string, variables []string) string {
	for _, v := range variables {
		if v == name {
			return name
		}
	}
	return ""
}

// SelectTemplate is ParseTemplate for the tables of server/provider.
func SelectTemplate(text string, variables ...string) Template {
	return must(ParseTemplate(text, variables...))
}

// Uses reports whether the template contains a variable.
func (t Template) Uses(variable string) bool {
	for i := range t {
		if t[i].Variable == variable {
			return true
		}
	}
	return false
}

// Replace returns the template with a text in place of a variable.
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

// must panics if a table of server/provider has a mistake, which is a broken build.
func must[T any](read T, err error) T {
	if err != nil {
		panic("broken build: " + err.Error())
	}
	return read
}
