package configfile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Kind is what a value in a file has to be.
type Kind int

// The kinds of values.
const (
	Text    Kind = iota
	Integer      // a whole number
	Boolean      // true or false
	List         // of values of the schema Items
	Object       // with the keys in Fields
	Map          // with any keys, and values of the schema Items
)

// Schema says what a value has to be.
type Schema struct {
	Kind   Kind
	Fields map[string]*Schema // of an Object
	Items  *Schema            // of a List and a Map
	Null   bool               // it may also be null
}

// Endpoint is an endpoint in a file, as the JSON object that the API takes.
type Endpoint struct {
	Fields map[string]any
	places map[string]Position // by path: "secrets[0].value"
}

// Place returns where a path of the endpoint stands, such as "secrets[0].value", or the nearest part around it.
func (e *Endpoint) Place(path string) Position {
	for {
		if at, found := e.places[path]; found {
			return at
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return e.places[""]
		}
		path = path[:cut]
	}
}

// Endpoints returns the endpoints, with their references resolved.
func (f *File) Endpoints(schema *Schema, from Source) ([]Endpoint, error) {
	if f.endpoints == nil || isNull(f.endpoints) {
		return nil, nil
	}
	if f.endpoints.Kind != yaml.SequenceNode {
		return nil, f.errorAt(f.endpoints, "expected a list of endpoints here, each beginning with \"- name:\"")
	}
	var all []Endpoint
	for _, n := range f.endpoints.Content {
		r := &reader{file: f, from: from, places: map[string]Position{}}
		value := r.read(n, schema, "")
		fields, isObject := value.(map[string]any)
		if isObject {
			if _, named := fields["name"]; !named {
				f.note(f.errorAt(n, "the endpoint has no name"))
			}
		}
		all = append(all, Endpoint{fields, r.places})
	}
	return all, f.failure()
}

// reader converts the nodes of one endpoint to JSON values.
type reader struct {
	file   *File
	from   Source
	places map[string]Position
}

// read returns the value of a node; nil if it is null, or if an error was noted.
func (r *reader) read(n *yaml.Node, s *Schema, path string) any {
	r.places[path] = Position{n.Line, n.Column}
	if n.Anchor != "" || n.Kind == yaml.AliasNode {
		r.file.note(r.file.errorAt(n, "anchors and aliases (& and *) are not supported. Write the value itself"))
		return nil
	}
	if s.Null && isNull(n) {
		return nil
	}
	switch s.Kind {
	case Object, Map:
		return r.readKeys(n, s, path)
	case List:
		if n.Kind != yaml.SequenceNode {
			r.expected(n, "a list")
			return nil
		}
		list := []any{}
		for i, item := range n.Content {
			list = append(list, r.read(item, s.Items, fmt.Sprintf("%s[%d]", path, i)))
		}
		return list
	default:
		return r.readScalar(n, s)
	}
}

// readKeys returns the value of a mapping.
func (r *reader) readKeys(n *yaml.Node, s *Schema, path string) any {
	var known []string
	if s.Kind == Object {
		for name := range s.Fields {
			known = append(known, name)
		}
		slices.Sort(known)
	}
	fields := map[string]any{}
	r.file.eachKey(n, known, func(key, value *yaml.Node) {
		schema := s.Items
		if s.Kind == Object {
			schema = s.Fields[key.Value]
		}
		at := key.Value
		if path != "" {
			at = path + "." + key.Value
		}
		fields[key.Value] = r.read(value, schema, at)
	})
	return fields
}

// readScalar returns the value of a text, a number or a truth value. A number is also a text, as it is written.
func (r *reader) readScalar(n *yaml.Node, s *Schema) any {
	if n.Kind != yaml.ScalarNode || isNull(n) {
		r.expected(n, map[Kind]string{Text: "a text", Integer: "a number", Boolean: "true or false"}[s.Kind])
		return nil
	}
	text, ok := r.file.resolve(n, r.from)
	if !ok {
		return nil
	}
	switch s.Kind {
	case Integer:
		number, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			r.file.note(r.file.errorAt(n, "%q is not a whole number", text))
		}
		return number
	case Boolean:
		if text != "true" && text != "false" {
			r.file.note(r.file.errorAt(n, "%q is neither true nor false", text))
		}
		return text == "true"
	default:
		return text
	}
}

// expected notes that a node is something else.
func (r *reader) expected(n *yaml.Node, what string) {
	r.file.note(r.file.errorAt(n, "expected %s here, found %s", what, kindOf(n)))
}
