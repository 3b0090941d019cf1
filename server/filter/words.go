package filter

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// phrase is a row of tokens to search for. A single word is a row of one.
type phrase struct {
	bit    uint64
	tokens []string // folded
	prefix bool     // the last token only has to begin so

	// back[n] is how many tokens are still found in a row when the token after the first n is another one
	// (Knuth, Morris and Pratt), so that no token of a body is looked at twice.
	back []int
}

// newPhrase prepares a row of at least one token. A prefix is compared like a whole token here: how
// far the row is found is only asked before its last token.
func newPhrase(row []string, prefix bool, bit uint64) phrase {
	p := phrase{bit: bit, tokens: row, prefix: prefix, back: make([]int, len(row))}
	for n, found := 1, 0; n+1 < len(row); n++ {
		for found > 0 && row[n] != row[found] {
			found = p.back[found]
		}
		if row[n] == row[found] {
			found++
		}
		p.back[n+1] = found
	}
	return p
}

// after returns how many tokens are found in a row after another token, where there were found
// before it.
func (p *phrase) after(found int, token []byte) int {
	for ; ; found = p.back[found] {
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

// searcher looks for all phrases of a filter in one text after the other. For each phrase it knows
// how many of its tokens it has just seen in a row; the token that ends next either goes on with
// the row or sets it back.
type searcher struct {
	*matching
	found []int  // for each phrase
	token []byte // the token that is being read, folded
}

// readWords looks for the filter's words in every header and in the body. A header's name and value
// are one text, so that `"content type"` and `"user agent curl"` are found; two headers, and
// headers and body, are separate ones.
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

// searchForm reads the tokens of name=value&name=value.
func (s *searcher) searchForm(text string) {
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		searchText(s, unescape(name), utf8.DecodeRuneInString)
		s.endToken()
		searchText(s, unescape(value), utf8.DecodeRuneInString)
		s.endToken()
	}
}

// searchText reads the tokens of a text.
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

// endToken looks whether the token that was read goes on with a phrase. It is called wherever a
// token may end, and does nothing where none began.
func (s *searcher) endToken() {
	if len(s.token) == 0 {
		return
	}
	for i := range s.plan.phrases {
		p := &s.plan.phrases[i]
		if s.hits&p.bit != 0 {
			continue
		}
		if s.found[i] = p.after(s.found[i], s.token); s.found[i] == len(p.tokens) {
			s.hits |= p.bit
		}
	}
	s.token = s.token[:0]
}

// endText makes sure that no phrase begins in one text and ends in another.
func (s *searcher) endText() {
	s.endToken()
	clear(s.found)
}

// decodeJSON reads one letter of valid JSON as it is meant: \u00e9 is é, and \n stands between two
// words. Without it the line that begins behind a \n would begin with an n. Letters beyond U+FFFF
// are written as two halves (RFC 8259 §7).
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

// decodeUnit reads \uXXXX; 0 where there is none.
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
