package payload

import (
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"hookbeam/server/hook"
)

// timeLayouts are the layouts of senders' times that are not numbers. Without a zone they are in UTC.
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04:05 MST",
	"2006-01-02 15:04:05 -0700", "2006-01-02T15:04:05-0700", "2006-01-02 15:04:05Z07:00"}

// ParseTime parses a time as text, or as seconds (below 100 billion), milliseconds (below 100 trillion) or microseconds
// since 1970. It returns false for times before 2000 or after 2100.
func ParseTime(s string) (hook.Time, bool) {
	if s == "" || len(s) > 40 {
		return hook.Time{}, false
	}
	var at time.Time
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		if n < 1e11 {
			n *= 1000
		} else if n >= 1e14 {
			n /= 1000
		}
		if !(n > 0 && n < 1e14) {
			return hook.Time{}, false
		}
		at = time.UnixMilli(int64(n))
	} else {
		for _, layout := range timeLayouts {
			if at, err = time.Parse(layout, s); err == nil {
				break
			}
		}
	}
	if at.Year() < 2000 || at.Year() > 2100 {
		return hook.Time{}, false
	}
	return hook.Millis(at.UnixMilli()), true
}

// Printable reports whether a text is valid UTF-8 and consists of printable characters.
func Printable(s string) bool {
	for i := range len(s) { // nearly all texts are ASCII
		switch c := s[i]; {
		case c >= utf8.RuneSelf:
			return printableRunes(s[i:])
		case c < ' ' || c == 0x7f:
			return false
		}
	}
	return true
}

// printableRunes is Printable for any text.
func printableRunes(s string) bool {
	for _, c := range s {
		if !unicode.IsPrint(c) {
			return false
		}
	}
	return utf8.ValidString(s)
}
