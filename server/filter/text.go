package filter

import (
	"strings"
	"unicode"
)

// fold maps the letters that differ only in case to one of them, by Unicode's simple folding: two
// letters are the same to strings.EqualFold where fold makes them equal.
func fold(c rune) rune {
	if c < unicode.MaxASCII {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		return c
	}
	least := c
	for next := unicode.SimpleFold(c); next != c; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	if least < unicode.MaxASCII { // the Kelvin sign is a k
		return fold(least)
	}
	return least
}

// foldText folds every letter of a text. What is no UTF-8 becomes U+FFFD, as it is for
// strings.EqualFold.
func foldText(text string) string { return strings.Map(fold, text) }

// isTokenLetter reports whether tokens may contain c. Everything else stands between tokens,
// underscores and hyphens too: "card_declined" and "card-declined" are the same two tokens.
func isTokenLetter(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }

// tokens returns the folded tokens of a text.
func tokens(text string) []string {
	return strings.FieldsFunc(foldText(text), func(c rune) bool { return !isTokenLetter(c) })
}

// pattern is a text to be equal to, or the pieces around the stars of a glob. It always fits a
// whole text: without stars, `invoice` does not fit "invoice.paid".
type pattern struct {
	text   string   // as written; for a glob unused
	pieces []string // folded; nil: no glob
}

// newPattern prepares a value to be compared as text.
func newPattern(v Value) pattern {
	if !v.Glob() {
		return pattern{text: v.Pieces[0]}
	}
	var p pattern
	for _, piece := range v.Pieces {
		p.pieces = append(p.pieces, foldText(piece))
	}
	return p
}

// matchPieces reports whether a glob fits a folded text. It finds the pieces in text one behind the
// other, the first at its beginning and the last at its end. To take each piece where it first
// occurs is enough: what fits later fits then as well.
func matchPieces(pieces []string, text string) bool {
	first, middle, last := pieces[0], pieces[1:len(pieces)-1], pieces[len(pieces)-1]
	text, found := strings.CutPrefix(text, first)
	if !found {
		return false
	}
	for _, piece := range middle {
		if _, text, found = strings.Cut(text, piece); !found {
			return false
		}
	}
	return strings.HasSuffix(text, last)
}
