package signature

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"hookbeam/server/hook"
)

// timestamp parses the signed timestamp. text is what the sender signed, and reason says why it could not be
// parsed, "" if it could. A scheme without a timestamp returns zero values.
func (sc *Scheme) timestamp(q *Request) (text string, at time.Time, reason hook.Reason) {
	if !sc.dated() {
		return "", at, ""
	}
	if text = sc.TimestampText(q); text == "" {
		return "", at, hook.ReasonTimestampMissing
	}
	ok := false
	switch {
	case sc.Unit != ByDigits && sc.Unit != 0:
		at, ok = inUnit(text, sc.Unit)
	case sc.Unit == 0 || text[0] < '0' || text[0] > '9' || strings.Contains(text, "-"):
		at, ok = writtenDate(text)
	default:
		at, ok = byDigits(text)
	}
	if !ok {
		return "", time.Time{}, hook.ReasonTimestampMalformed
	}
	return text, at, ""
}

// inUnit reads a timestamp in seconds or milliseconds.
func inUnit(text string, unit time.Duration) (at time.Time, ok bool) {
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil || n > 1e14 {
		return at, false
	}
	if unit == time.Millisecond {
		return time.UnixMilli(int64(n)), true
	}
	return time.Unix(int64(n), 0), true
}

// byDigits reads a timestamp whose number of digits says whether it is in seconds, milli-, micro- or nanoseconds.
// Behind a decimal point there may be at most nine digits, which count for nothing.
func byDigits(text string) (at time.Time, ok bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	n, err := strconv.ParseUint(whole, 10, 63)
	if err != nil || len(fraction) > 9 || strings.Trim(fraction, "0123456789") != "" {
		return at, false
	}
	switch {
	case n < 1e11:
		return time.Unix(int64(n), 0), true
	case n < 1e14:
		return time.UnixMilli(int64(n)), true
	case n < 1e17:
		return time.UnixMicro(int64(n)), true
	default:
		return time.Unix(0, int64(n)), true
	}
}

// writtenDate reads a date in RFC 3339, which allows small letters and a blank instead of T, and whose zone some
// senders write without a colon; or in the format of the header Date (RFC 9110 §5.6.7).
func writtenDate(text string) (at time.Time, ok bool) {
	at, err := time.Parse(time.RFC3339, text)
	for _, layout := range [...]string{"2006-01-02T15:04:05Z0700", "2006-01-02t15:04:05z",
		"2006-01-02 15:04:05Z07:00", http.TimeFormat} {
		if err == nil {
			break
		}
		at, err = time.Parse(layout, text)
	}
	return at, err == nil
}
