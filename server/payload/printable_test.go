package payload

import (
	"testing"
	"unicode"
	"unicode/utf8"
)

// TestPrintableIsWhatUnicodeSays compares it with the definition for all short texts of interesting bytes.
func TestPrintableIsWhatUnicodeSays(t *testing.T) {
	pieces := []string{"", "a", " ", "~", "\x7f", "\n", "\x00", "é", "\u00a0", "\u200b", "\ufffd", "\xff", "\xc3", "界"}
	for _, a := range pieces {
		for _, b := range pieces {
			for _, c := range pieces {
				text := a + b + c
				want := utf8.ValidString(text)
				for _, r := range text {
					want = want && unicode.IsPrint(r)
				}
				if got := Printable(text); got != want {
					t.Errorf("%q: %v", text, got)
				}
			}
		}
	}
}
