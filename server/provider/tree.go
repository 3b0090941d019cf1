package provider

import (
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// tree is JSON of which objects and lists are told apart when they are first looked into, each of them once: a story
// asks for thirty facts of one body.
type tree struct {
	*meter // counts what it takes to look into it; nil: nobody counts
	root   string
	opened []branch
	leaves []leaf
}

// branch is an object or a list that was told apart.
type branch struct {
	path     string
	from, to int
}

// leaf is one member. Its text is that of a string without its quotes, and of everything else as it was written.
type leaf struct {
	name, text string
	kind       gjson.Type
}

// plant begins anew with other JSON.
func (t *tree) plant(root string, m *meter) {
	t.meter = m
	if t.leaves == nil {
		t.opened, t.leaves = make([]branch, 0, 8), make([]leaf, 0, 64)
	}
	t.root, t.opened, t.leaves = root, t.opened[:0], t.leaves[:0]
}

// keptLeaves is for how many members the room is used again.
const keptLeaves = 256

// fell lets go of the JSON.
func (t *tree) fell() {
	if cap(t.leaves) > keptLeaves {
		*t = tree{}
		return
	}
	clear(t.opened[:cap(t.opened)])
	clear(t.leaves[:cap(t.leaves)])
	t.plant("", nil)
}

// get returns what is at a path.
func (t *tree) get(path string) (leaf, bool) {
	parent, name := cutLast(path)
	members := t.open(parent)
	if !t.charge(len(members)) {
		return leaf{}, false
	}
	if key, value, asked := strings.Cut(strings.TrimPrefix(name, "#"), "="); asked && name[0] == '#' {
		for _, l := range members {
			if l.kind == gjson.JSON && t.charge(len(l.text)) && gjson.Get(l.text, key).Str == value {
				return l, true
			}
		}
		return leaf{}, false
	}
	for _, l := range members {
		if l.name == name {
			return l, true
		}
	}
	return leaf{}, false
}

// text returns the scalar at a path, or the id of the object there.
func (t *tree) text(path string) string {
	l, _ := t.get(path)
	switch {
	case l.kind == gjson.Null:
		return ""
	case l.kind != gjson.JSON:
		return l.text
	case l.text[0] == '{' && t.charge(len(l.text)):
		return text(gjson.Get(l.text, "id"))
	default:
		return ""
	}
}

// something reports whether there is anything but null, false, 0 and what is empty.
func (t *tree) something(path string) bool {
	l, _ := t.get(path)
	switch l.kind {
	case gjson.JSON:
		return t.charge(len(l.text)) && strings.Trim(l.text, "{}[] \t\r\n") != ""
	case gjson.String:
		return l.text != ""
	case gjson.Number:
		return strings.Trim(l.text, "0.") != ""
	default:
		return l.kind == gjson.True
	}
}

// open returns the members of the object, or the elements of the list, at a path; "" is the root.
func (t *tree) open(path string) []leaf {
	for _, b := range t.opened {
		if b.path == path {
			return t.leaves[b.from:b.to]
		}
	}
	inside := t.root
	switch {
	case path == "":
	case len(t.opened) == 0 && isPlain(path): // most of what is asked for stands at one place: straight to it
		if !t.charge(len(t.root)) {
			return nil
		}
		inside = ""
		if r := gjson.Get(t.root, path); r.Type == gjson.JSON {
			inside = r.Raw
		}
	default:
		l, _ := t.get(path)
		if l.kind != gjson.JSON {
			return nil
		}
		inside = l.text
	}
	if !t.charge(len(inside)) {
		return nil
	}
	from := len(t.leaves)
	gjson.Parse(inside).ForEach(func(name, value gjson.Result) bool {
		l := leaf{name.Str, value.Raw, value.Type}
		if value.Type == gjson.String {
			l.text = value.Str
		}
		if name.Type == gjson.Number {
			l.name = strconv.Itoa(len(t.leaves) - from)
		}
		t.leaves = append(t.leaves, l)
		return len(t.leaves)-from < maxMembers
	})
	t.opened = append(t.opened, branch{path, from, len(t.leaves)})
	return t.leaves[from:]
}

// isPlain reports whether a path means nothing else to gjson than here.
func isPlain(path string) bool {
	for _, c := range []byte(path) {
		if c != '.' && c != '_' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// cutLast splits a path at its last dot that no backslash stands before.
func cutLast(path string) (parent, name string) {
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
	return parent, name
}
