package hook

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

func TestDeliveryIDContainsItsSeq(t *testing.T) {
	random := [16]byte{1, 2, 3, 255}
	for _, seq := range []Seq{1, 31, 32, 1042, 1 << 40, math.MaxInt64 / 16} {
		id := NewDeliveryID(seq, random)
		got, tail, ok := id.Parse()
		if !ok || got != seq || tail != random {
			t.Errorf("%s gave %d %v", id, got, ok)
		}
	}
}

func FuzzParseDeliveryID(f *testing.F) {
	f.Add(string(NewDeliveryID(1042, [16]byte{9})))
	f.Add("dlv_")
	f.Add("dlv_0" + strings.Repeat("a", 26))
	f.Fuzz(func(t *testing.T, s string) {
		seq, random, ok := DeliveryID(s).Parse()
		if !ok {
			return
		}
		again, same, ok := NewDeliveryID(seq, random).Parse()
		if !ok || again != seq || same != random || seq < 1 {
			t.Errorf("%q: %d %v", s, seq, random)
		}
	})
}

func FuzzParseCursor(f *testing.F) {
	for _, s := range []string{"abcdefghij.0.1042", "0", "", "abcd.0.-1", "abcd.0.00", "abcd.1.1",
		"abcd.0.9223372036854775808"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCursor(s)
		if err != nil {
			if !errors.Is(err, ErrInvalid) {
				t.Error(err)
			}
			return
		}
		if c.String() != s {
			t.Errorf("%q became %q", s, c.String())
		}
	})
}

func TestTimeIsWrittenInUTCWithMilliseconds(t *testing.T) {
	at := Time{time.Date(2026, 1, 2, 3, 4, 5, 600_999_000, time.FixedZone("", 3600))}
	b, err := json.Marshal(at)
	if err != nil || string(b) != `"2026-01-02T02:04:05.600Z"` {
		t.Errorf("%s %v", b, err)
	}
}
