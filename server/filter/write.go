package filter

import (
	"strings"
	"unicode"
)

// The String methods of all nodes return the canonical form: one blank between terms, no AND, a minus
// sign for NOT, and only the parentheses and quotes that are needed.
func (n And) String() string     { return canonical(n) }
func (n Or) String() string      { return canonical(n) }
func (n Not) String() string     { return canonical(n) }
func (n Compare) String() string { return canonical(n) }
func (n Has) String() string     { return canonical(n) }
func (n Is) String() string      { return canonical(n) }
func (n Word) String() string    { return canonical(n) }
func (n Phrase) String() string  { return canonical(n) }
func (n ID) String() string      { return canonical(n) }

// canonical returns the text that a node writes.
func canonical(n Node) string {
	var b strings.Builder
	n.write(&b)
	return b.String()
}

// write puts parentheses around an Or, because AND binds tighter.
func (n And) write(b *strings.Builder) {
	writeList(b, n.Nodes, " ", func(part Node, b *strings.Builder) {
		_, or := part.(Or)
		writeGrouped(b, part, or)
	})
}

// write needs no parentheses: AND and NOT bind tighter than OR.
func (n Or) write(b *strings.Builder) { writeList(b, n.Nodes, " OR ", Node.write) }

// write puts parentheses around an And or an Or, because a minus sign binds tighter.
func (n Not) write(b *strings.Builder) {
	b.WriteByte('-')
	_, and := n.Node.(And)
	_, or := n.Node.(Or)
	writeGrouped(b, n.Node, and || or)
}

// writeList writes each item with write, and the separator between two of them.
func writeList[T any](b *strings.Builder, items []T, separator string, write func(T, *strings.Builder)) {
	for i, item := range items {
		if i > 0 {
			b.WriteString(separator)
		}
		write(item, b)
	}
}

// writeGrouped writes a node, in parentheses if parentheses is true.
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
	writeList(b, n.Values, ",", Value.write)
}

func (n Has) write(b *strings.Builder) {
	b.WriteString("has:")
	writeList(b, n.Keys, ",", Key.write)
}

func (n Is) write(b *strings.Builder) {
	b.WriteString("is:")
	writeList(b, n.Flags, ",", func(flag Flag, b *strings.Builder) { b.WriteString(string(flag)) })
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

// write puts quotes around the names that need them.
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

// write puts quotes around each piece of a quoted value, and its stars outside: inside quotes they would
// be text.
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

// writeStar writes the star of a glob or a prefix if star is true.
func writeStar(b *strings.Builder, star bool) {
	if star {
		b.WriteByte('*')
	}
}

// writeQuoted writes a text in quotes, with the escapes that parser.quoted reads.
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

// isBareName reports whether a name of a path needs no quotes. The exclamation mark needs them, so that
// `body.a!=1` is an error with a hint, not a comparison of a member named "a!".
func isBareName(name string) bool {
	for _, c := range name {
		if strings.ContainsRune(`."*:<>=!,()`, c) || unicode.IsSpace(c) {
			return false
		}
	}
	return name != ""
}
