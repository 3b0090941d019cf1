package hook

import (
	"encoding/json"
	"testing"
	"time"
)

func TestTimeAlwaysHasThreeFractionDigits(t *testing.T) {
	for ms, want := range map[int64]string{
		1700000000120: `"2023-11-14T22:13:20.120Z"`,
		1700000000000: `"2023-11-14T22:13:20.000Z"`,
	} {
		got, err := json.Marshal(Millis(ms))
		if err != nil || string(got) != want {
			t.Errorf("Marshal(%d) = %s, %v; want %s", ms, got, err, want)
		}
		var back Time
		if err := json.Unmarshal(got, &back); err != nil || !back.Equal(Millis(ms).Time) {
			t.Errorf("Unmarshal(%s) = %v, %v", got, back, err)
		}
	}
}

func TestInvalidTimesAreRejected(t *testing.T) {
	for _, s := range []string{`12`, `"yesterday"`, `""`, `{}`} {
		var back Time
		if err := json.Unmarshal([]byte(s), &back); err == nil {
			t.Errorf("Unmarshal(%s) = %v, want an error", s, back)
		}
	}
}

// FuzzTimeAppend compares the text form with that of package time.
func FuzzTimeAppend(f *testing.F) {
	for _, s := range []int64{0, 1, 1772632800, -1, -62135596800, 253402300799, 253402300800, -99999999999999} {
		f.Add(s, int64(0))
		f.Add(s, int64(999_999_999))
		f.Add(s, int64(12_345_678))
	}
	f.Fuzz(func(t *testing.T, seconds, nanos int64) {
		at := time.Unix(seconds, nanos).In(time.FixedZone("", 3600))
		if got, want := string(Time{at}.Append([]byte("x"))), "x"+at.UTC().Format(timeForm); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}
