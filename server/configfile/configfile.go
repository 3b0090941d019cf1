// Package configfile reads and writes hookbeam.yaml: the settings of hookbeam serve, and the endpoints that hookbeam
// apply makes.
//
// It promises that nothing in a file is passed over: an unknown key, a key that is there twice, and a value of another
// type than expected are errors with line and column, and a misspelt key with the nearest known one. It also resolves
// references such as ${NAME} and ${file:PATH}, on the machine of whoever calls it. It knows neither the flags of serve
// nor the fields of endpoints: callers pass those. Start reading at Parse.
package configfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"hookbeam/server/filter"
)

// Position is a place in a file, counted from 1.
type Position struct{ Line, Column int }

// Error is one mistake in a file.
type Error struct {
	File string
	At   Position
	Text string // what is wrong and what to do
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.At.Line, e.At.Column, e.Text)
}

// maxErrors is how many mistakes are reported at once.
const maxErrors = 20

// File is a parsed file, of which only the first level has been checked. Settings and Endpoints check the rest.
type File struct {
	Name      string
	settings  *yaml.Node // nil: there are none
	endpoints *yaml.Node
	errs      []error
}

// later are keys that a coming release will have.
var later = []string{"forwards", "users"}

// Parse parses the text of a file. name is used in errors only. All errors are of type *Error, joined if there are
// several.
func Parse(name string, text []byte) (*File, error) {
	f := &File{Name: name}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var document, second yaml.Node
	err := decoder.Decode(&document)
	switch {
	case errors.Is(err, io.EOF):
		return f, nil // an empty file
	case err != nil:
		return nil, f.syntax(err)
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		return nil, f.errorAt(&second, "a second document begins here. Put everything into one")
	case !errors.Is(err, io.EOF):
		return nil, f.syntax(err)
	}
	root := document.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return f, nil // only comments
	}
	f.eachKey(root, []string{"settings", "endpoints"}, func(key, value *yaml.Node) {
		switch key.Value {
		case "settings":
			f.settings = value
		case "endpoints":
			f.endpoints = value
		}
	})
	err = f.failure()
	return f, err
}

// HasEndpoints reports whether the file describes endpoints.
func (f *File) HasEndpoints() bool { return f.endpoints != nil && len(f.endpoints.Content) > 0 }

// ListsEndpoints reports whether the file has a list of endpoints, which may be empty.
func (f *File) ListsEndpoints() bool { return f.endpoints != nil && !isNull(f.endpoints) }

// syntax returns the error of text that is no YAML. The library's own errors begin with "yaml: line N: ".
func (f *File) syntax(err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	at := Position{1, 1}
	if n, _ := fmt.Sscanf(text, "line %d:", &at.Line); n == 1 {
		_, text, _ = strings.Cut(text, ": ")
	}
	return &Error{f.Name, at, "this is not valid YAML: " + text}
}

// errorAt returns an error at a node.
func (f *File) errorAt(at *yaml.Node, format string, values ...any) error {
	return &Error{f.Name, Position{max(at.Line, 1), max(at.Column, 1)}, fmt.Sprintf(format, values...)}
}

// note adds an error, unless there are many already.
func (f *File) note(err error) {
	if len(f.errs) < maxErrors {
		f.errs = append(f.errs, err)
	}
}

// failure returns all errors that were noted, and forgets them.
func (f *File) failure() error {
	err := errors.Join(f.errs...)
	f.errs = nil
	return err
}

// eachKey calls do for each key of a mapping that is known, and notes an error for every other one, and for a node that
// is no mapping. With known nil, every key is known.
func (f *File) eachKey(mapping *yaml.Node, known []string, do func(key, value *yaml.Node)) {
	if mapping.Kind != yaml.MappingNode {
		f.note(f.errorAt(mapping, "expected keys with values here, found %s", kindOf(mapping)))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key, value := mapping.Content[i], mapping.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode:
			f.note(f.errorAt(key, "a key must be a word"))
		case seen[key.Value]:
			f.note(f.errorAt(key, "the key %q is here twice", key.Value))
		case known != nil && !slices.Contains(known, key.Value):
			f.note(f.errorAt(key, "%s", unknown(key.Value, known)))
		case value.Kind == yaml.AliasNode || value.Anchor != "":
			f.note(f.errorAt(value, "anchors and aliases (& and *) are not supported. Write the value itself"))
		default:
			do(key, value)
		}
		seen[key.Value] = true
	}
}

// unknown says that a key is not known, and which one may be meant.
func unknown(key string, known []string) string {
	if slices.Contains(later, key) && slices.Contains(known, "endpoints") {
		return fmt.Sprintf("%q is not supported by this release", key)
	}
	if near, found := filter.Nearest(key, known); found {
		return fmt.Sprintf("unknown key %q. Did you mean %q?", key, near)
	}
	return fmt.Sprintf("unknown key %q. Known are %s", key, strings.Join(known, ", "))
}

// kindOf names what a node is.
func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "keys with values"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.AliasNode:
		return "an alias"
	case n.Tag == "!!null":
		return "nothing"
	case n.Tag == "!!int" || n.Tag == "!!float":
		return "a number"
	case n.Tag == "!!bool":
		return n.Value
	}
	return "a text"
}
