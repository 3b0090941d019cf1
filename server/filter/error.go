package filter

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// SyntaxError says where and why a text is not a filter, for the person who typed it. Parse returns it;
// the filter bar marks the position and shows message and hint below it. For `a verdikt:rejected` the
// position is 2 to 9, which is the key; expected is "a key", the message is `There is no key "verdikt".`,
// and the hint begins with `Did you mean "verdict"?`.
type SyntaxError struct {
	Position int    // offset in bytes of the wrong part of the text
	End      int    // offset after it; equal to Position if something is missing
	Expected string // what would be valid there: "a value", "a closing quote"
	Message  string // what is wrong, as one sentence
	Hint     string // what to do instead, as one or two sentences; "" if the message says it
}

// Error returns the message, its position counted from 1, and the hint.
func (e *SyntaxError) Error() string {
	text := fmt.Sprintf("invalid filter at position %d: %s", e.Position+1, e.Message)
	if e.Hint != "" {
		text += " " + e.Hint
	}
	return text
}

// Nearest returns the word with the smallest edit distance to a misspelt one; false if none is near. A
// word is near if its distance is at most a third of the length plus one: "type" is near "tpye", and no
// key is near "foo". Package provider uses it for the names of settings.
func Nearest(misspelt string, words []string) (string, bool) {
	misspelt = strings.ToLower(misspelt)
	length := utf8.RuneCountInString(misspelt)
	if length > maxTypoLength {
		return "", false
	}
	best, fewest := "", length/3+2
	for _, word := range words {
		if n := editDistance(misspelt, word); n < fewest && n < length {
			best, fewest = word, n
		}
	}
	return best, best != ""
}

// maxTypoLength is the longest text, in letters, for which Nearest looks for a word. The work of
// editDistance grows with the product of the lengths.
const maxTypoLength = 40

// editDistance counts the letters that have to be added, removed, replaced or swapped with their
// neighbour to turn a into b (the optimal string alignment distance).
func editDistance(a, b string) int {
	from, to := []rune(a), []rune(b)
	before, last, row := make([]int, len(to)+1), make([]int, len(to)+1), make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(from); i++ {
		before, last, row = last, row, before
		row[0] = i
		for j := 1; j <= len(to); j++ {
			replaced := last[j-1]
			if from[i-1] != to[j-1] {
				replaced++
			}
			row[j] = min(replaced, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && from[i-1] == to[j-2] && from[i-2] == to[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(to)]
}

// didYouMean returns a hint with the nearest word, or with all words if none is near.
func didYouMean(misspelt string, words []string) string {
	if word, ok := Nearest(misspelt, words); ok {
		return fmt.Sprintf("Did you mean %q?", word)
	}
	return "Use one of " + strings.Join(words, ", ") + "."
}
