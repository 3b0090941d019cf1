package filter

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// parser reads a text from left to right:
//
//	filter = [ or ]
//	or     = and { "OR" and }
//	and    = not { [ "AND" ] not }
//	not    = { "NOT" | "-" } ( "(" or ")" | term )
//
// The operators are written in capitals; in small letters they are words to search for. See
// terms.go for the terms.
type parser struct {
	text   string
	at     int
	terms  int
	values int
	depth  int
}

// filter reads the whole text; nil where there is no term in it.
func (p *parser) filter() (Node, error) {
	p.skipBlanks()
	if p.ended() {
		return nil, nil
	}
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	if !p.ended() { // only a closing parenthesis stops or
		return nil, p.wrong(p.at, p.at+1, "a term or the end of the filter",
			"This closing parenthesis has no opening one.", `Remove it, or put it in quotes to search for it.`)
	}
	return n, nil
}

// or reads alternatives: what stands between two ORs is an And.
func (p *parser) or() (Node, error) {
	start := p.at
	first, err := p.and()
	if err != nil {
		return nil, err
	}
	nodes := alternatives(nil, first)
	for p.takeWord("OR") {
		next, err := p.and()
		if err != nil {
			return nil, err
		}
		nodes = alternatives(nodes, next)
	}
	if len(nodes) == 1 {
		return nodes[0], nil
	}
	return Or{nodes, Span{start, p.lastEnd()}}, nil
}

// alternatives appends n, and takes an Or apart: `a OR (b OR c)` is one Or of three.
func alternatives(nodes []Node, n Node) []Node {
	if or, ok := n.(Or); ok {
		return append(nodes, or.Nodes...)
	}
	return append(nodes, n)
}

// and reads what must hold together, up to an OR, a closing parenthesis or the end.
func (p *parser) and() (Node, error) {
	start := p.at
	var nodes []Node
	for {
		n, err := p.not()
		if err != nil {
			return nil, err
		}
		if and, ok := n.(And); ok {
			nodes = append(nodes, and.Nodes...)
		} else {
			nodes = append(nodes, n)
		}
		p.skipBlanks()
		if explicit := p.takeWord("AND"); explicit {
			continue
		}
		if p.ended() || p.text[p.at] == ')' || p.peekWord("OR") {
			break
		}
	}
	if len(nodes) == 1 {
		return nodes[0], nil
	}
	return And{nodes, Span{start, p.lastEnd()}}, nil
}

// not reads a term or a group with all NOTs before it. A minus sign belongs to what follows without
// a blank.
func (p *parser) not() (Node, error) {
	p.skipBlanks()
	start := p.at
	switch {
	case p.ended():
		return nil, p.missingTerm()
	case p.text[p.at] == '-':
		p.at++
		if p.ended() || p.blank() {
			return nil, p.wrong(p.at, p.at, "a term", "A minus sign needs a term right behind it.",
				"Write it without a blank: -type:ping.")
		}
	case p.takeWord("NOT"):
	case p.text[p.at] == '(':
		return p.group()
	default:
		return p.term()
	}
	if err := p.enter(start); err != nil {
		return nil, err
	}
	n, err := p.not()
	p.depth--
	if err != nil {
		return nil, err
	}
	return Not{n, Span{start, p.lastEnd()}}, nil
}

// group reads what stands in parentheses. It leaves no node of its own: and and or take up what is
// inside.
func (p *parser) group() (Node, error) {
	start := p.at
	if err := p.enter(start); err != nil {
		return nil, err
	}
	p.at++
	p.skipBlanks()
	if p.ended() {
		return nil, p.unclosed(start)
	}
	if p.text[p.at] == ')' {
		return nil, p.wrong(start, p.at+1, "a term", "There is nothing between these parentheses.",
			"Remove them, or put them in quotes to search for them.")
	}
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.ended() {
		return nil, p.unclosed(start)
	}
	p.at++
	p.depth--
	return n, nil
}

// unclosed is the error for an opening parenthesis without a closing one.
func (p *parser) unclosed(start int) error {
	return p.wrong(start, start+1, "a closing parenthesis", "This parenthesis is never closed.",
		`Add ")" where its part of the filter ends.`)
}

// enter counts a parenthesis or a NOT that another one is nested in. Whoever enters leaves by
// lowering depth.
func (p *parser) enter(start int) error {
	if p.depth++; p.depth <= MaxDepth {
		return nil
	}
	return p.wrong(start, start+1, "a term",
		fmt.Sprintf("Parentheses and NOTs are nested more than %d deep.", MaxDepth),
		"Write it with fewer parentheses.")
}

// missingTerm says of the place before which an operator stands, or of which it is one, that a term
// belongs there.
func (p *parser) missingTerm() error {
	start, end := p.at, p.at
	for _, word := range []string{"AND", "OR"} {
		if p.peekWord(word) {
			end = start + len(word)
		}
	}
	if end > start {
		word := p.text[start:end]
		return p.wrong(start, end, "a term", word+" needs a term before it.",
			fmt.Sprintf("Write %q in quotes to search for the word.", word))
	}
	before := strings.TrimRightFunc(p.text[:p.at], unicode.IsSpace)
	word := before[strings.LastIndexFunc(before, func(c rune) bool { return !unicode.IsUpper(c) })+1:]
	return p.wrong(start, end, "a term", word+" needs a term behind it.",
		fmt.Sprintf("Write %q in quotes to search for the word.", word))
}

// ended reports whether the whole text was read.
func (p *parser) ended() bool { return p.at == len(p.text) }

// blank reports whether a blank stands here.
func (p *parser) blank() bool {
	c, _ := utf8.DecodeRuneInString(p.text[p.at:])
	return unicode.IsSpace(c)
}

// skipBlanks goes to the next sign that is no blank, of Unicode's too: texts are pasted from
// anywhere.
func (p *parser) skipBlanks() {
	p.at = len(p.text) - len(strings.TrimLeftFunc(p.text[p.at:], unicode.IsSpace))
}

// lastEnd returns the end of what was read last, without the blanks behind it.
func (p *parser) lastEnd() int { return len(strings.TrimRightFunc(p.text[:p.at], unicode.IsSpace)) }

// peekWord reports whether this operator stands here, and ends here.
func (p *parser) peekWord(word string) bool {
	rest, found := strings.CutPrefix(p.text[p.at:], word)
	if !found || rest == "" {
		return found
	}
	c, _ := utf8.DecodeRuneInString(rest)
	return unicode.IsSpace(c) || c == '(' || c == ')'
}

// takeWord goes behind this operator if it stands here.
func (p *parser) takeWord(word string) bool {
	if !p.peekWord(word) {
		return false
	}
	p.at += len(word)
	return true
}

// quoted reads a text in quotes, from its opening quote to behind its closing one, in which \" and
// \\ stand for a quote and a backslash.
func (p *parser) quoted() (string, error) {
	start := p.at
	var b strings.Builder
	for p.at++; !p.ended(); p.at++ {
		c := p.text[p.at]
		if c == '"' {
			p.at++
			return b.String(), nil
		}
		if c == '\\' {
			if p.at++; p.ended() {
				break
			}
			if c = p.text[p.at]; c != '"' && c != '\\' {
				return "", p.wrong(p.at-1, p.at, `\" or \\`, `Behind a backslash in quotes only " and \ may stand.`,
					`Write \\ for a backslash.`)
			}
		}
		b.WriteByte(c)
	}
	return "", p.wrong(start, len(p.text), "a closing quote", "This quote is never closed.",
		`Add " at its end, or write \" for a quote inside quotes.`)
}

// wrong is an error at a part of the text.
func (p *parser) wrong(start, end int, expected, message, hint string) error {
	return &SyntaxError{Position: start, End: end, Expected: expected, Message: message, Hint: hint}
}

// quote is what a message shows of the filter's text: a long one is cut. Whoever shows the message
// has the text and the error's position, and needs no more than a reminder.
func quote(text string) string {
	const most = 60
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return strconv.Quote(text)
}
