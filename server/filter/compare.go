package filter

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// compare parses a term with a key from its operator on. head is the key's text, which begins at start.
func (p *parser) compare(start int, head string) (Node, error) {
	key, doc, err := p.key(start, head)
	if err != nil {
		return nil, err
	}
	op := p.operator()
	n := Compare{Key: key, Op: op}
	for {
		if err := p.countValue(); err != nil {
			return nil, err
		}
		v, err := p.value(key, doc.kind)
		if err != nil {
			return nil, err
		}
		n.Values = append(n.Values, v)
		if !p.takeComma() {
			break
		}
	}
	n.Span = Span{start, p.at}
	return n, p.endTerm()
}

// operator parses the operator between a key and its first value: ":", ":>", ">", "=" and so on.
func (p *parser) operator() Op {
	if p.text[p.at] == ':' {
		p.at++
	}
	for _, op := range []Op{GreaterOrEqual, LessOrEqual, Greater, Less} {
		if strings.HasPrefix(p.text[p.at:], string(op)) {
			p.at += len(op)
			return op
		}
	}
	if !p.ended() && p.text[p.at] == '=' {
		p.at++
	}
	return Equal
}

// key parses a key, whose text begins at start, and returns its entry in the table of keys.
func (p *parser) key(start int, text string) (Key, KeyDoc, error) {
	name, rest, dotted := strings.Cut(text, ".")
	name = strings.ToLower(name)
	span := Span{start, start + len(text)}
	doc, known := keyDoc(name)
	switch {
	case !known || dotted && doc.kind != ofPath:
		return Key{}, doc, p.unknownKey(span, text)
	case doc.kind == ofPath && rest == "":
		return Key{}, doc, p.wrong(span.End, span.End, "a path", fmt.Sprintf("%s needs a path after it.", name),
			fmt.Sprintf("Write %s.name.", name))
	case !dotted:
		return Key{Name: name, Span: span}, doc, nil
	}
	path, err := p.path(start+len(name)+1, rest)
	if name != "body" && len(path) > 1 { // names of headers and fields are flat: dots are part of them
		path = []string{strings.Join(path, ".")}
	}
	return Key{Name: name, Path: path, Span: span}, doc, err
}

// unknownKey is the error for an unknown key. Its hint suggests what may have been meant: another
// operator, a key with a similar name, or a path in the body without "body.".
func (p *parser) unknownKey(span Span, text string) error {
	if bare, found := strings.CutSuffix(text, "!"); found {
		return p.wrong(span.End-1, span.End, `":"`, "The operator != does not exist.",
			fmt.Sprintf("To exclude a value, put a minus sign before the term: -%s:value.", bare))
	}
	hint := "To search for the text itself, put it in quotes."
	name, path, dotted := strings.Cut(text, ".")
	if dotted {
		name += "."
	}
	if near, ok := Nearest(name, keyNames()); ok && strings.HasSuffix(near, ".") == dotted {
		hint = fmt.Sprintf("Did you mean %q? ", near+path) + hint
	} else if dotted {
		hint = fmt.Sprintf("For a value in a JSON body, write body.%s. ", text) + hint
	}
	return p.wrong(span.Start, span.End, "a key", fmt.Sprintf("There is no key %s.", quote(text)), hint)
}

// path splits a key's path, which begins at start, into names. Names with special characters are quoted.
func (p *parser) path(start int, text string) ([]string, error) {
	inner := parser{text: p.text[:start+len(text)], at: start}
	var names []string
	for {
		from := inner.at
		name := ""
		if !inner.ended() && inner.text[inner.at] == '"' {
			var err error
			if name, err = inner.quoted(); err != nil {
				return nil, err
			}
		} else {
			length := strings.IndexByte(inner.text[from:], '.')
			if length < 0 {
				length = len(inner.text) - from
			}
			name = inner.text[from : from+length]
			inner.at += length
			if err := p.checkName(from, name); err != nil {
				return nil, err
			}
		}
		names = append(names, name)
		if inner.ended() {
			return names, nil
		}
		if inner.text[inner.at] != '.' {
			return nil, p.wrong(inner.at, inner.at+1, "a dot", "A dot is missing after this quoted name.", "")
		}
		inner.at++
	}
}

// checkName returns an error for an unquoted name that is empty or needs quotes.
func (p *parser) checkName(start int, name string) error {
	end := start + len(name)
	switch {
	case name == "":
		return p.wrong(start, end, "a name", "A name is missing in this path.",
			`Put one dot between two names. If a name contains a dot, put the name in quotes: body."a.b".`)
	case strings.HasSuffix(name, "!"):
		return p.wrong(end-1, end, `":"`, "The operator != does not exist.",
			"To exclude a value, put a minus sign before the term: -body.a:1.")
	case !isBareName(name):
		return p.wrong(start, end, "a name", fmt.Sprintf("The name %s needs quotes.", quote(name)),
			`Put names with special characters in quotes: body."a*b".`)
	}
	return nil
}

// value parses one value. Stars outside quotes make it a glob. Quoted and bare parts may follow each
// other, as in a shell: `"a b"*` is what begins with "a b". A bare part ends at a blank, a comma or a
// closing parenthesis.
func (p *parser) value(key Key, of kind) (Value, error) {
	start := p.at
	v := Value{Pieces: []string{""}}
	for !p.ended() && !p.blank() && p.text[p.at] != ',' && p.text[p.at] != ')' {
		last := len(v.Pieces) - 1
		switch p.text[p.at] {
		case '"':
			text, err := p.quoted()
			if err != nil {
				return v, err
			}
			v.Quoted = true
			v.Pieces[last] += text
		case '(':
			return v, p.wrong(p.at, p.at+1, "a value without parentheses",
				"A value with a parenthesis needs quotes.", fmt.Sprintf(`Write %s:"a(b)".`, key))
		case '*':
			if p.at++; last == 0 || v.Pieces[last] != "" { // several stars are one
				v.Pieces = append(v.Pieces, "")
			}
		default:
			_, size := utf8.DecodeRuneInString(p.text[p.at:])
			v.Pieces[last] += p.text[p.at : p.at+size]
			p.at += size
		}
	}
	v.Span = Span{start, p.at}
	if p.at == start {
		return v, p.missingValue(key)
	}
	return v.normal(of), nil
}

// missingValue is the error for an operator or a comma without a value after it.
func (p *parser) missingValue(key Key) error {
	hint := fmt.Sprintf("Write it without a space: %s:value. To match any value, write has:%s.", key, key)
	if p.text[p.at-1] == ',' {
		hint = "Write lists without spaces: a,b."
	}
	return p.wrong(p.at, p.at, "a value", fmt.Sprintf("A value is missing after %q.", p.text[p.at-1:p.at]), hint)
}

// normal returns the normal form of a value, so that values with the same meaning are equal, and
// recognizes ranges. Two dots make a range for keys with numbers, and for paths if there are numbers on
// both sides or on one. For other keys, such as type, `a..b` is text.
func (v Value) normal(of kind) Value {
	text := strings.Join(v.Pieces, "")
	if len(v.Pieces) > 1 && text == "" {
		v.Quoted = false // empty quotes beside a star mean nothing
	}
	if text != "" && strings.ContainsRune("<>=", rune(v.Text()[0])) {
		v.Quoted = true
	}
	if v.Quoted || v.Glob() || of != ofNumber && of != ofPath {
		return v
	}
	from, to, found := strings.Cut(text, "..")
	if !found || of == ofPath && !areEnds(from, to) {
		return v
	}
	return Value{Range: true, From: from, To: to, Span: v.Span}
}

// areEnds reports whether from and to are the ends of a range: two numbers, or one number and "" for an
// open end.
func areEnds(from, to string) bool {
	_, low := parseNumber(from)
	_, high := parseNumber(to)
	return (low || from == "") && (high || to == "") && from+to != ""
}
