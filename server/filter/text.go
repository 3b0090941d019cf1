package filter

import (
	"strings"
	"unicode"
)

// fold maps all letters that differ only in case to the same letter, by Unicode's simple case folding. Two
// letters have the same fold exactly if strings.EqualFold considers them equal.
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

// foldText folds every letter of a text. Invalid UTF-8 becomes U+FFFD, as in strings.EqualFold.
func foldText(text string) string { return strings.Map(fold, text) }

// isTokenLetter reports whether c can be part of a token. All other characters separate tokens, also
// underscores and hyphens: "card_declined" and "card-declined" are the same two tokens.
func isTokenLetter(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }

// tokens returns the folded tokens of a text.
func tokens(text string) []string {
	return strings.FieldsFunc(foldText(text), func(c rune) bool { return !isTokenLetter(c) })
}

// pattern is a text or a glob. It matches whole texts only: without stars, `invoice` does not match
// "invoice.paid".
type pattern struct {
	text   string   // as written; unused for a glob
	pieces []string // the folded text between the stars of a glob; nil if it is no glob
}

// newPattern returns the pattern of a value.
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

// matchPieces reports whether a glob matches a folded text. It looks for the pieces in their order, the
// first one at the beginning of the text and the last one at the end. Taking the first occurrence of each
// piece is enough, because it leaves the most text for the rest.
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
