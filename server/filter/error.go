package filter

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// SyntaxError says where and why a text is not a filter, in words for the person who typed it. `a
// verdikt:rejected` has the error at 2..9, the key; expected is "a key", the message `There is no
// key "verdikt".`, and the hint begins `Did you mean "verdict"?`. The filter bar marks the place
// and shows message and hint below it.
type SyntaxError struct {
	Position int    // byte of the text at which the wrong part begins
	End      int    // byte behind it; equal to Position where something is missing
	Expected string // what would be right there: "a value", "a closing quote"
	Message  string // what is wrong, as one sentence
	Hint     string // what to do instead, as one or two sentences; "" where the message says it already
}

// Error returns the message, its position counted from 1, and the hint.
func (e *SyntaxError) Error() string {
	text := fmt.Sprintf("filter, position %d: %s", e.Position+1, e.Message)
	if e.Hint != "" {
		text += " " + e.Hint
	}
	return text
}

// nearest returns the one of words that takes the fewest changes to become what was written; false
// where none is near. Near is what has at most a third of its letters changed, and one more: "tpye"
// is near to "type", "foo" to nothing.
func nearest(written string, words []string) (string, bool) {
	written = strings.ToLower(written)
	length := utf8.RuneCountInString(written)
	if length > longestTypo {
		return "", false
	}
	best, fewest := "", length/3+2
	for _, word := range words {
		if n := editDistance(written, word); n < fewest && n < length {
			best, fewest = word, n
		}
	}
	return best, best != ""
}

// longestTypo is the longest text, in letters, that a nearest word is looked for.
const longestTypo = 40

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

// didYouMean returns a hint with the nearest of words, or with all of them where none is near.
func didYouMean(written string, words []string) string {
	if word, ok := nearest(written, words); ok {
		return fmt.Sprintf("Did you mean %q?", word)
	}
	return "It is one of " + strings.Join(words, ", ") + "."
}
