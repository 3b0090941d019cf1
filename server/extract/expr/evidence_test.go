package expr

import (
	"testing"

	"hookbeam/server/hook"
)

func TestAmountsAreReadInMinorUnits(t *testing.T) {
	for _, c := range []struct {
		value    any
		currency string
		want     int64
		ok       bool
	}{
		{int64(4200), "EUR", 4200, true},
		{int64(-4200), "EUR", 4200, true},
		{"4200", "EUR", 4200, true},
		{" 42.00 ", "EUR", 4200, true},

		{"42.5", "EUR", 4250, true},
		{"42.500", "EUR", 4250, true},
		{"42.505", "EUR", 0, false},
		{"42.505", "KWD", 42505, true},

		{"42.", "EUR", 4200, true},
		{".5", "EUR", 0, false},
		{"42.0", "JPY", 42, true},
		{"42.5", "JPY", 0, false},
		{"1.-5", "EUR", 0, false},

		{42.0, "EUR", 0, false},
		{"1e3", "EUR", 0, false},
		{"", "EUR", 0, false},
		{true, "EUR", 0, false},
		{[]any{}, "EUR", 0, false},

		{int64(1 << 62), "EUR", 0, false},
		{"99999999999999999999.00", "EUR", 0, false},
	} {
		got, err := parseAmount(c.value, hook.MinorDigits(c.currency))
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("minor(%#v, %s) = %d, %v; want %d, %t", c.value, c.currency, got, err, c.want, c.ok)
		}
	}
}

func TestTimesAreReadByTheirSize(t *testing.T) {
	at := hook.Millis(1770091506000)
	for value, want := range map[any]hook.Time{

		int64(1770091506):    at,
		int64(1770091506000): at,
		"1770091506":         at,
		1770091506.25:        hook.Millis(1770091506250),

		"2026-02-03T04:05:06Z":      at,
		"2026-02-03T05:05:06+01:00": at,
		"2026-02-03 04:05:06":       at,
		"2026-02-03T04:05:06":       at,

		"2026-02-03T04:05:06.789Z": hook.Millis(1770091506789),

		"":             {},
		"soon":         {},
		int64(0):       {},
		int64(-5):      {},
		int64(5):       {},
		"1e400":        {},
		"NaN":          {},
		true:           {},
		int64(1) << 60: {},
	} {
		if got, ok := parseTime(value); ok == want.IsZero() || !got.Equal(want.Time) {
			t.Errorf("moment(%#v) = %v, %t; want %v", value, got, ok, want)
		}
	}
}
