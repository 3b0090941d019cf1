package filter

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// phrase is a sequence of tokens to search for. A single word is a sequence of one.
type phrase struct {
	bit    uint64
	tokens []string // folded
	prefix bool     // the last token is a prefix

	// fallback is the failure function of the algorithm of Knuth, Morris and Pratt: fallback[n] is the number of
	// tokens that still match when n tokens matched and the next one does not. No token of a body is read twice.
	fallback []int
}

// newPhrase prepares the search for a sequence of at least one token. It treats a prefix like a whole
// token: fallback depends only on the tokens before the last.
func newPhrase(row []string, prefix bool, bit uint64) phrase {
	p := phrase{bit: bit, tokens: row, prefix: prefix, fallback: make([]int, len(row))}
	for n, found := 1, 0; n+1 < len(row); n++ {
		for found > 0 && row[n] != row[found] {
			found = p.fallback[found]
		}
		if row[n] == row[found] {
			found++
		}
		p.fallback[n+1] = found
	}
	return p
}

// advance returns the number of tokens that match after one more token, if found tokens matched before
// it.
func (p *phrase) advance(found int, token []byte) int {
	for ; ; found = p.fallback[found] {
		want := p.tokens[found]
		if string(token) == want {
			return found + 1
		}
		if p.prefix && found == len(p.tokens)-1 && strings.HasPrefix(string(token), want) {
			return found + 1
		}
		if found == 0 {
			return 0
		}
	}
}

// searcher searches texts, one after the other, for all phrases of a filter. For each phrase it keeps the
// number of tokens that match at the current position; each token increases the number or resets it.
type searcher struct {
	*matching
	found []int  // for each phrase
	token []byte // the current token as far as it was read, folded
}

// readWords searches every header and the body for the filter's words and phrases. A header's name and
// value form one text, so that `"user agent curl"` matches; different headers, and the body, are separate
// texts.
func (m *matching) readWords() {
	if !m.once(fromWords) {
		return
	}
	s := searcher{matching: m, found: make([]int, len(m.plan.phrases))}
	for _, h := range m.item.Record.Headers {
		searchText(&s, h.Name, utf8.DecodeRuneInString)
		s.endToken()
		searchText(&s, h.Value, utf8.DecodeRuneInString)
		s.endText()
	}
	switch body := m.item.Record.Body; {
	case m.isForm():
		s.searchForm(string(body))
	case m.isJSON():
		searchText(&s, body, decodeJSON)
	default:
		searchText(&s, body, utf8.DecodeRune)
	}
	s.endText()
}

// searchForm searches the decoded names and values of name=value&name=value.
func (s *searcher) searchForm(text string) {
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		searchText(s, unescape(name), utf8.DecodeRuneInString)
		s.endToken()
		searchText(s, unescape(value), utf8.DecodeRuneInString)
		s.endToken()
	}
}

// searchText searches a text, or a part of one. decode returns its first letter and the letter's size in
// bytes. A token may go on in the next part: the caller ends it with endToken or endText.
func searchText[T string | []byte](s *searcher, text T, decode func(T) (rune, int)) {
	for len(text) > 0 {
		c, size := decode(text)
		text = text[size:]
		if !isTokenLetter(c) {
			s.endToken()
			continue
		}
		if len(s.token) <= MaxText { // a longer one is no token of a filter, but may begin with one
			s.token = utf8.AppendRune(s.token, fold(c))
		}
	}
}

// endToken ends the current token and advances all phrases with it. It does nothing if no token began.
func (s *searcher) endToken() {
	if len(s.token) == 0 {
		return
	}
	for i := range s.plan.phrases {
		p := &s.plan.phrases[i]
		if s.hits&p.bit != 0 {
			continue
		}
		if s.found[i] = p.advance(s.found[i], s.token); s.found[i] == len(p.tokens) {
			s.hits |= p.bit
		}
	}
	s.token = s.token[:0]
}

// endText ends the current text, so that no phrase matches across two texts.
func (s *searcher) endText() {
	s.endToken()
	clear(s.found)
}

// decodeJSON decodes one letter of valid JSON: \u00e9 is é, and every other escape, such as \n, separates
// tokens. Letters above U+FFFF are written as a surrogate pair (RFC 8259 §7).
func decodeJSON(text []byte) (rune, int) {
	if text[0] != '\\' || len(text) < 2 {
		return utf8.DecodeRune(text)
	}
	if text[1] != 'u' {
		return ' ', 2
	}
	c := decodeUnit(text)
	if utf16.IsSurrogate(c) {
		if pair := utf16.DecodeRune(c, decodeUnit(text[6:])); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return c, 6
}

// decodeUnit decodes \uXXXX at the beginning of text; 0 if there is none.
func decodeUnit(text []byte) rune {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0
	}
	unit, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	if err != nil {
		return 0
	}
	return rune(unit)
}
