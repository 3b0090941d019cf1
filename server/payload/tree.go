package payload

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// MaxMembers is the number of members of an object, or elements of a list, that are read; further ones are ignored.
const MaxMembers = 1000

// keptFields is the largest number of fields, and of objects and lists, whose memory a released tree keeps.
const keptFields = 256

// Tree is a JSON document whose objects and lists are split when a path first leads into them, each once: the rules
// of one sender read thirty values of one body. It does not check the syntax: what cannot be parsed is absent. If a
// name occurs twice in an object, the first member counts. The zero Tree is an empty document; Reset assigns
// another one. Values share the document's memory.
type Tree struct {
	meter  *Meter // counts the steps of reading; nil: no limit
	root   string
	nodes  []node  // in the order in which they were split
	fields []field // of all nodes
	most   int     // as many fields as any document had since Release
}

// node is an object or a list that was split. Its fields are Tree.fields[from:to].
type node struct {
	path     string
	from, to int
}

// field is a member of an object, or an element of a list with its position as the name. text is a string without
// its quotes and escapes, and any other value as it was written.
type field struct {
	name, text string
	kind       gjson.Type
}

// Reset assigns the document root. m counts the steps of reading it.
func (t *Tree) Reset(root string, m *Meter) {
	t.meter = m
	if t.fields == nil && root != "" {
		t.nodes, t.fields = make([]node, 0, 8), make([]field, 0, 64)
	}
	t.most = max(t.most, len(t.fields))
	t.root, t.nodes, t.fields = root, t.nodes[:0], t.fields[:0]
}

// Release drops the document, but keeps some memory for the next one.
func (t *Tree) Release() {
	if cap(t.fields) > keptFields || cap(t.nodes) > keptFields {
		*t = Tree{}
		return
	}
	clear(t.nodes[:cap(t.nodes)])
	clear(t.fields[:max(t.most, len(t.fields))])
	t.Reset("", nil)
	t.most = 0
}

// Text returns the scalar at a path as it was written, a string without its quotes and escapes; "" for objects, lists
// and null.
func (t *Tree) Text(p *Path) string {
	f, _ := t.get(p)
	if f.kind == gjson.Null || f.kind == gjson.JSON {
		return ""
	}
	return f.text
}

// TextOrID returns the scalar at a path, or the member "id" of the object there.
func (t *Tree) TextOrID(p *Path) string {
	f, _ := t.get(p)
	switch {
	case f.kind == gjson.Null:
		return ""
	case f.kind != gjson.JSON:
		return f.text
	case f.text[0] == '{' && t.meter.Charge(len(f.text)):
		return scalar(gjson.Get(f.text, "id"))
	default:
		return ""
	}
}

// Exists reports whether there is a value at a path, including null.
func (t *Tree) Exists(p *Path) bool {
	_, found := t.get(p)
	return found
}

// count returns how many values there are under the name at a path. One that is null counts only beside another.
func (t *Tree) count(p *Path) (n int) {
	fields, null := t.open(p), 0
	if !t.meter.Charge(len(fields)) {
		return 0
	}
	for i := range fields {
		if fields[i].name != p.name {
			continue
		}
		if n++; fields[i].kind == gjson.Null {
			null++
		}
	}
	if n == null {
		return 0
	}
	return n
}

// isSound reports whether the document is JSON without a mistake.
func (t *Tree) isSound() bool {
	// encoding/json refuses deep nesting, where other parsers would need as much stack as the sender likes.
	return t.root != "" && t.meter.Charge(2*len(t.root)) && json.Valid([]byte(t.root))
}

// NotEmpty reports whether there is a value at a path that is not null, false, 0 or empty.
func (t *Tree) NotEmpty(p *Path) bool {
	f, _ := t.get(p)
	switch f.kind {
	case gjson.JSON:
		return t.meter.Charge(len(f.text)) && strings.Trim(f.text, "{}[] \t\r\n") != ""
	case gjson.String:
		return f.text != ""
	case gjson.Number:
		return strings.Trim(f.text, "0.") != ""
	default:
		return f.kind == gjson.True
	}
}

// raw returns the JSON of the object or list at a path; "" if there is none.
func (t *Tree) raw(p *Path) string {
	if f, _ := t.get(p); f.kind == gjson.JSON {
		return f.text
	}
	return ""
}

// firstBeside returns the name of the document's first member with another name than some, which have commas between
// them. Some senders name their event type only so.
func (t *Tree) firstBeside(names string) string {
	if !strings.HasPrefix(strings.TrimLeft(t.root, " \t\r\n"), "{") {
		return "" // the elements of a list have no names
	}
	for _, f := range t.open(nil) {
		isNamed := false
		for name := range strings.SplitSeq(names, ",") {
			isNamed = isNamed || f.name == name
		}
		if !isNamed {
			return f.name
		}
	}
	return ""
}

// get returns the value at a path.
func (t *Tree) get(p *Path) (field, bool) {
	if p.inside {
		return t.jsonIn(p.up)
	}
	fields := t.open(p)
	if !t.meter.Charge(len(fields)) {
		return field{}, false
	}
	for i := range fields {
		if f := &fields[i]; !p.match && f.name == p.name || p.match && t.matches(f, p) {
			return *f, true
		}
	}
	return field{}, false
}

// jsonIn returns the object or list that the text at a path holds as JSON, or the one that is at the path itself: some
// senders write the same value either way.
func (t *Tree) jsonIn(p *Path) (field, bool) {
	f, _ := t.get(p)
	if f.kind == gjson.JSON {
		return f, true
	}
	text := jsonIn(f.text)
	if f.kind != gjson.String || text == "" || !t.meter.Charge(len(f.text)-len(text)+1) {
		return field{}, false
	}
	return field{f.name, text, gjson.JSON}, true
}

// matches reports whether an element has the member and text that a path demands.
func (t *Tree) matches(f *field, p *Path) bool {
	return f.kind == gjson.JSON && t.meter.Charge(len(f.text)) && gjson.Get(f.text, p.key).Str == p.value
}

// open returns the fields of the object or list that a path leads into, and splits it if it was not split yet; nil
// leads into the document itself. That there is none is kept, too.
func (t *Tree) open(to *Path) []field {
	path, plain := "", false
	if to != nil {
		path, plain = to.parent, to.plain
	}
	for i := range t.nodes {
		if t.nodes[i].path == path {
			return t.fields[t.nodes[i].from:t.nodes[i].to]
		}
	}
	inside := t.root
	switch {
	case path == "":
	case len(t.nodes) == 0 && plain && t.meter.affords(len(t.root)): // one object has most of the values that are read
		t.meter.Charge(len(t.root))
		inside = ""
		if r := gjson.Get(t.root, path); r.Type == gjson.JSON {
			inside = r.Raw
		}
	default:
		if inside = t.raw(to.up); inside == "" {
			t.nodes = append(t.nodes, node{path, 0, 0})
			return nil
		}
	}
	return t.split(path, inside)
}

// split splits an object or a list until its fields cost too many steps.
func (t *Tree) split(path, inside string) []field {
	from, unread, affordable := len(t.fields), len(inside), true
	document := gjson.Parse(inside)
	if !document.IsObject() && !document.IsArray() {
		document = gjson.Result{}
	}
	document.ForEach(func(name, value gjson.Result) bool {
		size := len(name.Raw) + len(value.Raw) + 1
		if affordable = t.meter.Charge(size); !affordable {
			return false
		}
		unread -= size
		f := field{name.Str, value.Raw, value.Type}
		if value.Type == gjson.String {
			f.text = unquoted(value)
		}
		if name.Type == gjson.Number {
			f.name = strconv.Itoa(len(t.fields) - from)
		}
		t.fields = append(t.fields, f)
		return len(t.fields)-from < MaxMembers
	})
	if affordable {
		t.meter.add(max(unread, 0)) // the white space, and what is beyond the bound
	}
	t.nodes = append(t.nodes, node{path, from, len(t.fields)})
	return t.fields[from:]
}

// scalar returns a scalar as it was written; "" for objects, lists and null.
func scalar(r gjson.Result) string {
	switch r.Type {
	case gjson.String:
		return unquoted(r)
	case gjson.Number, gjson.True, gjson.False:
		return r.Raw
	default:
		return ""
	}
}
