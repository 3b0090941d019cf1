package hook

import (
	"encoding/json"
	"testing"
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
