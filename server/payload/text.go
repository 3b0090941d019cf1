package payload

import (
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"hookbeam/server/hook"
)

// timeLayouts are how senders write times that are no numbers. Without a zone they mean UTC.
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04:05 MST",
	"2006-01-02 15:04:05 -0700", "2006-01-02T15:04:05-0700"}

// ParseTime reads a time as text, or as seconds or milliseconds since 1970; none before 2000 or after
// 2100 is one.
func ParseTime(s string) (hook.Time, bool) {
	if s == "" || len(s) > 40 {
		return hook.Time{}, false
	}
	var at time.Time
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		if n < 1e11 {
			n *= 1000
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

// Printable reports whether a text is valid UTF-8 and made of characters that can be shown.
func Printable(s string) bool {
	for _, c := range s {
		if !unicode.IsPrint(c) {
			return false
		}
	}
	return utf8.ValidString(s)
}
