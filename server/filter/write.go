package filter

import (
	"strings"
	"unicode"
)

// The String methods of all nodes return the canonical form.
func (n And) String() string     { return written(n) }
func (n Or) String() string      { return written(n) }
func (n Not) String() string     { return written(n) }
func (n Compare) String() string { return written(n) }
func (n Has) String() string     { return written(n) }
func (n Is) String() string      { return written(n) }
func (n Word) String() string    { return written(n) }
func (n Phrase) String() string  { return written(n) }
func (n ID) String() string      { return written(n) }

// written returns what a node writes.
func written(n Node) string {
	var b strings.Builder
	n.write(&b)
	return b.String()
}

// write puts parentheses around an Or, which would take in its neighbours otherwise.
func (n And) write(b *strings.Builder) {
	for i, part := range n.Nodes {
		if i > 0 {
			b.WriteByte(' ')
		}
		_, or := part.(Or)
		writeGrouped(b, part, or)
	}
}

// write needs no parentheses: AND and NOT bind tighter than OR.
func (n Or) write(b *strings.Builder) {
	for i, part := range n.Nodes {
		if i > 0 {
			b.WriteString(" OR ")
		}
		part.write(b)
	}
}

// write puts a minus sign before a term, and parentheses around what consists of several.
func (n Not) write(b *strings.Builder) {
	b.WriteByte('-')
	_, and := n.Node.(And)
	_, or := n.Node.(Or)
	writeGrouped(b, n.Node, and || or)
}

// writeGrouped writes a node, in parentheses where it needs them.
func writeGrouped(b *strings.Builder, n Node, parentheses bool) {
	if !parentheses {
		n.write(b)
		return
	}
	b.WriteByte('(')
	n.write(b)
	b.WriteByte(')')
}

// write always puts a colon behind the key: `size:>1000`.
func (n Compare) write(b *strings.Builder) {
	n.Key.write(b)
	b.WriteByte(':')
	b.WriteString(string(n.Op))
	for i, v := range n.Values {
		if i > 0 {
			b.WriteByte(',')
		}
		v.write(b)
	}
}

func (n Has) write(b *strings.Builder) {
	b.WriteString("has:")
	for i, key := range n.Keys {
		if i > 0 {
			b.WriteByte(',')
		}
		key.write(b)
	}
}

func (n Is) write(b *strings.Builder) {
	b.WriteString("is:")
	for i, flag := range n.Flags {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(string(flag))
	}
}

func (n Word) write(b *strings.Builder) {
	b.WriteString(n.Text)
	writeStar(b, n.Prefix)
}

func (n Phrase) write(b *strings.Builder) {
	writeQuoted(b, n.Text)
	writeStar(b, n.Prefix)
}

func (n ID) write(b *strings.Builder) { b.WriteString(n.Text) }

// String returns the key as it is written in a filter: `verdict`, `body.data."a.b"`.
func (k Key) String() string {
	var b strings.Builder
	k.write(&b)
	return b.String()
}

// write puts quotes around those names of a path that need them.
func (k Key) write(b *strings.Builder) {
	b.WriteString(k.Name)
	for _, name := range k.Path {
		b.WriteByte('.')
		if isBareName(name) {
			b.WriteString(name)
			continue
		}
		writeQuoted(b, name)
	}
}

// write puts quotes around each piece of a quoted value, and leaves its stars outside: in quotes
// they would be text.
func (v Value) write(b *strings.Builder) {
	if v.Range || !v.Quoted {
		b.WriteString(v.Text())
		return
	}
	for i, piece := range v.Pieces {
		writeStar(b, i > 0)
		if piece != "" || len(v.Pieces) == 1 {
			writeQuoted(b, piece)
		}
	}
}

// writeStar writes the star of a glob or of a prefix, if there is one.
func writeStar(b *strings.Builder, star bool) {
	if star {
		b.WriteByte('*')
	}
}

// writeQuoted writes a text in quotes, so that parser.quoted reads it back.
func writeQuoted(b *strings.Builder, text string) {
	b.WriteByte('"')
	for i := range len(text) {
		if text[i] == '"' || text[i] == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(text[i])
	}
	b.WriteByte('"')
}

// isBareName reports whether a part of a path may stand without quotes. The exclamation mark is for
// those who write !=, which would otherwise be a comparison of a name that ends with it.
func isBareName(name string) bool {
	for _, c := range name {
		if strings.ContainsRune(`."*:<>=!,()`, c) || unicode.IsSpace(c) {
			return false
		}
	}
	return name != ""
}
