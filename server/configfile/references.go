package configfile

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"hookbeam/server/datafile"
)

// Source is where references are resolved: ${NAME} is an environment variable, and ${file:PATH} the content of a file
// as datafile.SecretText has it, where PATH is relative to Folder.
type Source struct {
	Variable func(name string) string // "" if it is not set
	Folder   string
}

// reference is a reference, or "$${", which stands for "${".
var reference = regexp.MustCompile(`\$\$\{|\$\{([^}]*)\}?`)

// variableName is a valid name of an environment variable.
var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// resolve returns the value of a scalar with its references resolved. It notes an error for each that cannot be.
func (f *File) resolve(n *yaml.Node, from Source) (string, bool) {
	ok := true
	text := reference.ReplaceAllStringFunc(n.Value, func(found string) string {
		if found == "$${" {
			return "${"
		}
		value, err := from.value(strings.TrimPrefix(found, "${"))
		if err != nil {
			f.note(f.errorAt(n, "%s: %v", found, err))
			ok = false
		}
		return value
	})
	return text, ok
}

// value returns what a reference stands for. name is the reference without "${", and with "}" if it is complete.
func (s Source) value(name string) (string, error) {
	name, complete := strings.CutSuffix(name, "}")
	if !complete {
		return "", errors.New("the closing } is missing. Write $${ for the characters ${")
	}
	if path, isFile := strings.CutPrefix(name, "file:"); isFile {
		return s.content(path)
	}
	if !variableName.MatchString(name) {
		return "", errors.New("a reference is ${NAME} or ${file:PATH}. Write $${ for the characters ${")
	}
	value := s.Variable(name)
	if value == "" {
		return "", errors.New("the environment variable is not set or empty")
	}
	return value, nil
}

// content returns the content of a file.
func (s Source) content(path string) (string, error) {
	if path == "" {
		return "", errors.New("the path is missing")
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.Folder, path)
	}
	value, err := datafile.ReadSecret(path)
	if failed := (*os.PathError)(nil); errors.As(err, &failed) {
		return "", failed.Err
	}
	switch {
	case err != nil:
		return "", err
	case value == "":
		return "", errors.New("the file is empty")
	case !utf8.ValidString(value):
		return "", errors.New("the file is not UTF-8 text")
	}
	return value, nil
}

// Escape returns a text of which nothing is taken for a reference.
func Escape(text string) string { return strings.ReplaceAll(text, "${", "$${") }
