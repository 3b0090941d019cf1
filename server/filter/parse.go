package filter

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// parser is a recursive-descent parser: it reads the text from left to right, by this grammar:
//
//	filter = [ or ]
//	or     = and { "OR" and }
//	and    = not { [ "AND" ] not }
//	not    = { "NOT" | "-" } ( "(" or ")" | term )
//
// Operators are written in capitals; in lower case they are words to search for. See terms.go for the
// terms. Each method parses one part, begins at p.at, and leaves p.at behind what it read. Errors are
// SyntaxErrors with positions in bytes.
type parser struct {
	text   string
	at     int // offset of the next byte to read
	terms  int // so far, at most MaxTerms
	values int // so far, at most MaxValues
	depth  int // of parentheses and NOTs here, at most MaxDepth
}

// filter parses the whole text; the node is nil if there is no term in it.
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

// or parses alternatives. AND and juxtaposition bind tighter than OR, so each alternative is a
// conjunction.
func (p *parser) or() (Node, error) {
	start := p.at
	first, err := p.and()
	if err != nil {
		return nil, err
	}
	nodes := appendAlternatives(nil, first)
	for p.takeWord("OR") {
		next, err := p.and()
		if err != nil {
			return nil, err
		}
		nodes = appendAlternatives(nodes, next)
	}
	if len(nodes) == 1 {
		return nodes[0], nil
	}
	return Or{nodes, Span{start, p.lastEnd()}}, nil
}

// appendAlternatives appends n, or the nodes of n if it is an Or: `a OR (b OR c)` is one Or of three.
func appendAlternatives(nodes []Node, n Node) []Node {
	if or, ok := n.(Or); ok {
		return append(nodes, or.Nodes...)
	}
	return append(nodes, n)
}

// and parses a conjunction, up to an OR, a closing parenthesis or the end.
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

// not parses a term or a group with the NOTs before it. A minus sign must be followed by its operand
// without a blank.
func (p *parser) not() (Node, error) {
	p.skipBlanks()
	start := p.at
	switch {
	case p.ended():
		return nil, p.missingTerm()
	case p.text[p.at] == '-':
		p.at++
		if p.ended() || p.blank() {
			return nil, p.wrong(p.at, p.at, "a term", "A minus sign needs a term right after it.",
				"Write it without a space: -type:ping.")
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

// group parses a filter in parentheses. It has no node type of its own: it returns the node inside, which
// and and or flatten if it is of their kind.
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

// enter increments the depth of nesting, and returns an error above MaxDepth. The caller decrements it
// when the parenthesis or NOT ends.
func (p *parser) enter(start int) error {
	if p.depth++; p.depth <= MaxDepth {
		return nil
	}
	return p.wrong(start, start+1, "a term",
		fmt.Sprintf("Parentheses and NOTs are nested more than %d deep.", MaxDepth),
		"Use fewer of them.")
}

// missingTerm is the error for an operator without a term on one of its sides: before an AND or OR that
// is here, or after the operator before the end of the text.
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
			fmt.Sprintf("To search for the word itself, put it in quotes: %q.", word))
	}
	before := strings.TrimRightFunc(p.text[:p.at], unicode.IsSpace)
	word := before[strings.LastIndexFunc(before, func(c rune) bool { return !unicode.IsUpper(c) })+1:]
	return p.wrong(start, end, "a term", word+" needs a term after it.",
		fmt.Sprintf("To search for the word itself, put it in quotes: %q.", word))
}

// ended reports whether the whole text was read.
func (p *parser) ended() bool { return p.at == len(p.text) }

// blank reports whether the next character is white space.
func (p *parser) blank() bool {
	c, _ := utf8.DecodeRuneInString(p.text[p.at:])
	return unicode.IsSpace(c)
}

// skipBlanks skips white space, including Unicode's: filters are pasted from other programs.
func (p *parser) skipBlanks() {
	p.at = len(p.text) - len(strings.TrimLeftFunc(p.text[p.at:], unicode.IsSpace))
}

// lastEnd returns the offset after the last character that was read and is not white space.
func (p *parser) lastEnd() int { return len(strings.TrimRightFunc(p.text[:p.at], unicode.IsSpace)) }

// peekWord reports whether the operator comes next as a whole word.
func (p *parser) peekWord(word string) bool {
	rest, found := strings.CutPrefix(p.text[p.at:], word)
	if !found || rest == "" {
		return found
	}
	c, _ := utf8.DecodeRuneInString(rest)
	return unicode.IsSpace(c) || c == '(' || c == ')'
}

// takeWord skips the operator and returns true if it comes next.
func (p *parser) takeWord(word string) bool {
	if !p.peekWord(word) {
		return false
	}
	p.at += len(word)
	return true
}

// quoted parses a text in quotes and returns it without them. The escapes \" and \\ stand for a quote and
// a backslash; there are no others.
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
				return "", p.wrong(p.at-1, p.at, `\" or \\`, `After a backslash in quotes, only " or \ is allowed.`,
					`To write a backslash, use \\.`)
			}
		}
		b.WriteByte(c)
	}
	return "", p.wrong(start, len(p.text), "a closing quote", "This quote is never closed.",
		`Add " at the end of the text, or write \" for a quote inside quotes.`)
}

// wrong returns a SyntaxError for the bytes of the text from start up to end.
func (p *parser) wrong(start, end int, expected, message, hint string) error {
	return &SyntaxError{Position: start, End: end, Expected: expected, Message: message, Hint: hint}
}

// quote quotes a part of the filter for a message, and shortens a long one: the error's position marks
// the part in full.
func quote(text string) string {
	const most = 60
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return strconv.Quote(text)
}
