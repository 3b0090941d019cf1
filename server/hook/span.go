package hook

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// FormatSpan writes a duration as ParseSpan reads it, without units that are zero: 30d, 12h, 1h30m.
func FormatSpan(d time.Duration) string {
	if day := 24 * time.Hour; d > 0 && d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	return FormatDuration(d)
}

// FormatDuration formats a duration without zero units at the end: 5m, not 5m0s. time.ParseDuration reads it.
func FormatDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// ParseSpan parses a duration that people write: 30d, 12h or 1h30m. Unlike time.ParseDuration it accepts days, and no
// negative durations. The error says how to write one.
func ParseSpan(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if err == nil && n >= 0 && n <= 100_000 {
			return time.Duration(n * 24 * float64(time.Hour)), nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return d, nil
	}
	if text == "0" {
		return 0, nil
	}
	return 0, fmt.Errorf("%q is not a duration; write it as 30d, 12h or 90s", text)
}

// byteUnits are the suffixes of numbers of bytes. A suffix comes before those that it ends with.
var byteUnits = [...]struct {
	suffix string
	factor float64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1}, {"", 1},
}

// ParseBytes parses a number of bytes that people write: 1GiB, 500MB, 1.5KiB or 4096. The error says how to write one.
func ParseBytes(text string) (int64, error) {
	for _, u := range byteUnits {
		number, ok := strings.CutSuffix(text, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		// The limit leaves room for sums of two sizes.
		if err != nil || n < 0 || math.IsNaN(n) || n*u.factor > math.MaxInt64/2 {
			break
		}
		return int64(n * u.factor), nil
	}
	return 0, fmt.Errorf("%q is not a size; write it as 1GiB, 500MB or 4096", text)
}
