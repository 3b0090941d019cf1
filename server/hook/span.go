package hook

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

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
