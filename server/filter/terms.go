package filter

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// term parses one term, which is one of:
//
//	key:value  key:value,value  key:>value  key:from..to    (also key>value and key=value)
//	has:key,key  is:flag,flag
//	"a phrase"  "a phrase"*  word  word*  id
func (p *parser) term() (Node, error) {
	start := p.at
	if p.terms++; p.terms > MaxTerms {
		return nil, p.wrong(start, len(p.text), "the end of the filter",
			fmt.Sprintf("The filter has more than %d terms.", MaxTerms),
			"Write several values of one key as one term, type:a,b,c, or split the filter into several filters.")
	}
	if p.peekWord("AND") || p.peekWord("OR") || p.text[p.at] == ')' {
		if p.text[p.at] == ')' {
			return nil, p.wrong(start, start+1, "a term", "A term is missing before this closing parenthesis.", "")
		}
		return nil, p.missingTerm()
	}
	if p.text[start] == '"' {
		return p.phrase()
	}
	head, err := p.head()
	if err != nil {
		return nil, err
	}
	if p.ended() || !strings.ContainsRune(":<>=", rune(p.text[p.at])) {
		return p.word(start, head)
	}
	if head == "" {
		return nil, p.wrong(start, start+1, "a key",
			fmt.Sprintf("A key is missing before %q.", p.text[start:start+1]),
			"Write comparisons without spaces: size:>1000. To search for the text itself, put it in quotes.")
	}
	switch strings.ToLower(head) {
	case "has":
		return p.has(start)
	case "is":
		return p.is(start)
	}
	return p.compare(start, head)
}

// head reads up to the end of a key or a word, including quoted names after a dot. The next character
// decides which of both it is: a colon or a comparison follows a key.
func (p *parser) head() (string, error) {
	start := p.at
	for i, c := range p.text[start:] {
		at := start + i
		if at < p.at { // inside quotes that were read
			continue
		}
		if c == '"' && at > start && p.text[at-1] == '.' {
			if _, err := p.quoted(); err != nil {
				return "", err
			}
			continue
		}
		if strings.ContainsRune(`:<>=()"`, c) || unicode.IsSpace(c) {
			break
		}
		p.at = at + len(string(c))
	}
	return p.text[start:p.at], nil
}

// phrase parses a quoted phrase, with an optional star after it.
func (p *parser) phrase() (Node, error) {
	start := p.at
	text, err := p.quoted()
	if err != nil {
		return nil, err
	}
	n := Phrase{Text: text}
	if !p.ended() && p.text[p.at] == '*' {
		n.Prefix = true
		p.at++
	}
	n.Span = Span{start, p.at}
	if len(tokens(text)) == 0 {
		return nil, p.wrong(start, p.at, "a word", "There is no letter or digit in these quotes.",
			"Only letters and digits can be searched for.")
	}
	return n, p.endTerm()
}

// word makes a node of the free word or id that head has read. The text begins at start.
func (p *parser) word(start int, head string) (Node, error) {
	if err := p.endTerm(); err != nil {
		return nil, err
	}
	span := Span{start, p.at}
	text, prefix := strings.CutSuffix(head, "*")
	switch {
	case strings.Contains(head, `"`):
		return nil, p.wrong(p.at, p.at, `":" or a comparison`, "This path has no value to compare with.",
			fmt.Sprintf("Write %s:value, or has:%s.", head, head))
	case isID(head):
		return ID{head, span}, nil
	case strings.Contains(text, "*"):
		return nil, p.wrong(start+strings.Index(text, "*"), start+strings.Index(text, "*")+1, "the end of the word",
			"A * in a word is allowed only at its end.", "The value of a key can have a * anywhere: type:*.paid.")
	case len(tokens(text)) == 0:
		return nil, p.wrong(start, p.at, "a term", fmt.Sprintf("There is no letter or digit in %s.", quote(head)),
			"Only letters and digits can be searched for.")
	}
	return Word{text, prefix, span}, nil
}

// idPrefixes returns the prefixes of ids that may be written without a key.
func idPrefixes() []string { return []string{"dlv_", "ep_", "sub_", "evt_", "pi_"} }

// isID reports whether a word is an id: # and digits, or a known prefix followed by letters, digits,
// hyphens and underscores. Other words with an underscore, such as payment_intent, are words.
func isID(word string) bool {
	if digits, found := strings.CutPrefix(word, "#"); found {
		return digits != "" && strings.Trim(digits, "0123456789") == ""
	}
	for _, prefix := range idPrefixes() {
		if tail, found := strings.CutPrefix(word, prefix); found && tail != "" {
			return strings.IndexFunc(tail, func(c rune) bool {
				return c != '_' && c != '-' && !isTokenLetter(c)
			}) < 0
		}
	}
	return false
}

// endTerm returns an error unless white space, a closing parenthesis or the end follows.
func (p *parser) endTerm() error {
	if p.ended() || p.blank() || p.text[p.at] == ')' {
		return nil
	}
	c, size := utf8.DecodeRuneInString(p.text[p.at:])
	return p.wrong(p.at, p.at+size, "a space", fmt.Sprintf("A space is missing before %q.", string(c)),
		"Put a space between two terms, or put quotes around the whole text.")
}

// has reads the keys after "has", from the colon on.
func (p *parser) has(start int) (Node, error) {
	var keys []Key
	err := p.list("has", func(from int, text string) error {
		if text == "" {
			return p.wrong(from, from, "a key", "has: needs a key after it.", "Write has:event, or has:body.refund.")
		}
		key, doc, err := p.key(from, text)
		if err != nil {
			return err
		}
		if doc.kind == ofTime {
			return p.wrong(from, p.at, "another key", fmt.Sprintf("has: cannot be used with %s.", key.Name),
				"Every delivery has a receipt time. To filter by time, write after:1h.")
		}
		keys = append(keys, key)
		return nil
	})
	return Has{keys, Span{start, p.at}}, err
}

// is reads the flags after "is", from the colon on.
func (p *parser) is(start int) (Node, error) {
	var flags []Flag
	err := p.list("is", func(from int, text string) error {
		name := strings.ToLower(text)
		if !slices.Contains(flagNames(), name) {
			return p.wrong(from, p.at, "a flag", fmt.Sprintf("There is no flag %s.", quote(text)),
				didYouMean(name, flagNames()))
		}
		flags = append(flags, Flag(name))
		return nil
	})
	return Is{flags, Span{start, p.at}}, err
}

// list reads the colon and the comma-separated names of a has or is term, and passes each name and its
// position to add. add is called with p behind the name, and with "" where a name is missing.
func (p *parser) list(term string, add func(from int, name string) error) error {
	if p.text[p.at] != ':' {
		return p.wrong(p.at, p.at+1, `":"`, fmt.Sprintf("%s takes names, not a comparison.", term),
			fmt.Sprintf("Write %s:%s.", term, map[string]string{"has": "event", "is": "duplicate"}[term]))
	}
	p.at++
	for {
		if err := p.countValue(); err != nil {
			return err
		}
		from := p.at
		name, err := p.listItem()
		if err != nil {
			return err
		}
		if err := add(from, name); err != nil {
			return err
		}
		if !p.takeComma() {
			return p.endTerm()
		}
	}
}

// listItem reads up to the end of a key or a flag in a list; quotes may contain any sign.
func (p *parser) listItem() (string, error) {
	start := p.at
	for !p.ended() && !p.blank() && !strings.ContainsRune(`,:<>=()`, rune(p.text[p.at])) {
		if p.text[p.at] != '"' {
			p.at++
			continue
		}
		if _, err := p.quoted(); err != nil {
			return "", err
		}
	}
	return p.text[start:p.at], nil
}

// countValue counts a value, key or flag, and returns an error above MaxValues: each one adds a comparison
// for every value in a body.
func (p *parser) countValue() error {
	if p.values++; p.values <= MaxValues {
		return nil
	}
	return p.wrong(p.at, len(p.text), "the end of the filter",
		fmt.Sprintf("The filter has more than %d values.", MaxValues),
		"Use a glob to match many values: type:invoice.*.")
}

// takeComma skips a comma and returns true if it comes next.
func (p *parser) takeComma() bool {
	if p.ended() || p.text[p.at] != ',' {
		return false
	}
	p.at++
	return true
}
