package filter

import (
	"fmt"
	"strconv"
	"time"
)

// moment is a time of a filter: a fixed one, or one that lies so long before now. A relative one is
// fixed anew for each record that is matched, so that a saved view with `after:1h` goes on meaning
// the last hour.
type moment struct {
	fixed    time.Time
	ago      time.Duration
	relative bool
}

// seenFrom returns the time that is meant now.
func (m moment) seenFrom(now time.Time) time.Time {
	if m.relative {
		return now.Add(-m.ago)
	}
	return m.fixed
}

// parseMoment reads 90s, 30m, 1h, 7d or 2w as so long ago, a date as its first moment in UTC, and
// RFC 3339.
func parseMoment(v Value) (moment, error) {
	text := v.Text()
	if ago, ok := parseAgo(text); ok {
		return moment{ago: ago, relative: true}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if fixed, err := time.Parse(layout, text); err == nil {
			return moment{fixed: fixed.UTC()}, nil
		}
	}
	return moment{}, invalid(v, "a time", fmt.Sprintf("%s is not a time.", quote(text)),
		"Write 30m, 1h, 7d or 2w for so long ago, a date such as 2026-11-01, or a time such as 2026-11-01T10:00:00Z.")
}

// farthest bounds how long ago a relative time may lie; a time.Duration holds three times as much.
const farthest = 100 * 365 * 24 * time.Hour

// parseAgo reads a whole number and one unit: "90m". A day has 24 hours here, a week seven of them.
func parseAgo(text string) (time.Duration, bool) {
	if len(text) < 2 {
		return 0, false
	}
	unit, known := map[byte]time.Duration{
		's': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour,
	}[text[len(text)-1]]
	digits, rest := leadingDigits(text)
	n, err := strconv.ParseInt(digits, 10, 64)
	if !known || len(rest) != 1 || err != nil || n > int64(farthest/unit) {
		return 0, false
	}
	return time.Duration(n) * unit, true
}
