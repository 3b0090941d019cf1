package filter

import (
	"fmt"
	"strconv"
	"time"
)

// moment is the value of after: or before:, a fixed time or one relative to now. Each Match computes a
// relative one from its own now, so that a saved view with `after:1h` always shows the last hour.
type moment struct {
	fixed    time.Time
	ago      time.Duration
	relative bool
}

// at returns the time that m means for a given now.
func (m moment) at(now time.Time) time.Time {
	if m.relative {
		return now.Add(-m.ago)
	}
	return m.fixed
}

// parseMoment parses 90s, 30m, 1h, 7d or 2w as that long before now, a date as its midnight in UTC, and a
// time in RFC 3339.
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
		"Write how long ago (30m, 1h, 7d or 2w), a date such as 2026-11-01, or a time such as 2026-11-01T10:00:00Z.")
}

// maxAgo is the longest relative time; a time.Duration can hold about three times as much.
const maxAgo = 100 * 365 * 24 * time.Hour

// parseAgo parses a whole number and a unit: "90m". A day is 24 hours, a week 7 days.
func parseAgo(text string) (time.Duration, bool) {
	if len(text) < 2 {
		return 0, false
	}
	unit, known := map[byte]time.Duration{
		's': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour,
	}[text[len(text)-1]]
	digits, rest := leadingDigits(text)
	n, err := strconv.ParseInt(digits, 10, 64)
	if !known || len(rest) != 1 || err != nil || n > int64(maxAgo/unit) {
		return 0, false
	}
	return time.Duration(n) * unit, true
}
