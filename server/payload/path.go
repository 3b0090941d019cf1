package payload

import "strings"

// Path is the path of a value in a JSON document: names with dots between them. A number is a position in a list,
// "#rel=up" is the first element of a list whose member "rel" is the text "up", and "\." is a dot in a name. A name in
// quotes is taken as it is, with all of its dots. "@json" is the object or list that the text before it holds as JSON,
// or the object or list itself. Examples:
//
//	data.object.id
//	links.#rel=self.href
//	items.0.meta.order\.id
//	items.0.meta."order.id"
//	Message.@json.detail.id
//
// A Path is parsed once and used for any number of documents. Every text is a path, because users write paths as
// well; one without a meaning finds nothing. ParseSelector checks the paths of selectors more strictly.
type Path struct {
	parent string // the path without its last step
	up     *Path  // parent, parsed; nil if it is the document itself
	name   string // the last step: a member's name, or a position
	plain  bool   // parent means the same to gjson

	inside bool // the last step is the JSON in the text at parent

	match      bool   // the last step is an element found by one of its members
	key, value string // that member's name and text
}

// inText is the step into the JSON that a text holds.
const inText = "@json"

// ParsePath parses a path.
func ParsePath(text string) Path {
	var p Path
	var quoted bool
	p.parent, p.name, quoted = cutLast(text)
	p.plain = isPlain(p.parent)
	if p.parent != "" {
		up := ParsePath(p.parent)
		p.up = &up
	}
	p.inside = p.name == inText && !quoted && p.up != nil
	if condition, isMatch := strings.CutPrefix(p.name, "#"); isMatch && !quoted {
		p.key, p.value, p.match = strings.Cut(condition, "=")
	}
	return p
}

// isPlain reports whether a path has the same meaning in gjson's syntax.
func isPlain(path string) bool {
	for _, c := range []byte(path) {
		if c != '.' && c != '_' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// cutLast splits a path at its last dot that is neither escaped nor in quotes, and removes the escapes or the quotes
// from name.
func cutLast(path string) (parent, name string, quoted bool) {
	if last := len(path) - 1; last > 0 && path[last] == '"' {
		if first := strings.LastIndexByte(path[:last], '"'); first == 0 || first > 0 && path[first-1] == '.' {
			return path[:max(0, first-1)], path[first+1 : last], true
		}
	}
	name = path
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '.' && (i == 0 || path[i-1] != '\\') {
			parent, name = path[:i], path[i+1:]
			break
		}
	}
	if strings.IndexByte(name, '\\') >= 0 {
		name = strings.ReplaceAll(name, `\.`, ".")
	}
	return parent, name, false
}

// IsReferencePath reports whether a path may stand in an endpoint's settings. Names may have spaces and "#", as in
// data.object.metadata.Order #, but not what other query languages write, which would find nothing here without a
// word; in quotes a name may have everything.
func IsReferencePath(path string) bool {
	if strings.HasPrefix(path, ".") {
		return false
	}
	for rest := path; ; {
		var name string
		var quoted bool
		rest, name, quoted = cutLast(rest)
		switch {
		case name == "" || !Printable(name):
			return false
		case !quoted && (name[0] == '#' || strings.TrimSpace(name) != name || strings.ContainsAny(name, "|*?@{}[]\"")):
			return false
		case rest == "":
			return true
		}
	}
}

// checkPath returns what is wrong with a path of a selector, as the end of a sentence; "" if nothing is. A step
// must not be empty, and one that begins with "#" must be a match of a member.
func checkPath(path string) string {
	if strings.HasPrefix(path, ".") {
		return "has an empty step in its path"
	}
	for rest := path; ; {
		var name string
		rest, name, _ = cutLast(rest)
		condition, isMatch := strings.CutPrefix(name, "#")
		key, _, equals := strings.Cut(condition, "=")
		switch {
		case name == "":
			return "has an empty step in its path"
		case name == inText && rest == "":
			return "has " + inText + " before any text"
		case isMatch && (!equals || key == ""):
			return `has a step behind "#" that is not written #member=text`
		case name != inText && strings.ContainsAny(name, "*?|@{}\"' \t\r\n"):
			return "has a character in its path that means nothing there"
		case rest == "":
			return ""
		}
	}
}
