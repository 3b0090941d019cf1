package filter

import (
	"strings"
	"testing"
)

func TestNumbersCompareAsWritten(t *testing.T) {
	long := strings.Repeat("9", 10_000)
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"1.0", "1", 0},
		{"1e3", "1000", 0},
		{"1E+3", "1000.000", 0},
		{"10e-1", "1", 0},
		{"0.001", "1e-3", 0},
		{"-0", "0", 0},
		{"0e5", "-0.000", 0},
		{"0e99999999999999999999999", "0", 0},
		{"007", "7", 0},
		{"12345678901234567890", "12345678901234567889", 1},
		{"0.1", "0.10000000000000000001", -1},
		{"9007199254740993", "9007199254740992", 1},
		{"-1", "1", -1},
		{"-1", "0", -1},
		{"0", "0.0001", -1},
		{"-2", "-1", -1},
		{"-1.5", "-1.25", -1},
		{"-10", "-9", -1},
		{"12", "123", -1},
		{"99", "100", -1},
		{"0.9", "1", -1},
		{"0.09", "0.1", -1},
		{"1e999999999", "1e999999998", 1},
		{"1e999999999", long, 1},
		{"-1e999999999", "1e-999999999", -1},
		{"1e-999999999", "0", 1},
		{"10e999999998", "1e999999999", 0},
		{"1e99999999999999999", "9e99999999999999998", 1},
		{long + "8", long + "9", -1},
		{long + "e-10000", "1", -1},
	} {
		a, okA := parseNumber(c.a)
		b, okB := parseNumber(c.b)
		if !okA || !okB {
			t.Fatalf("%.40s and %.40s are numbers: %v, %v", c.a, c.b, okA, okB)
		}
		if got := a.compare(b); got != c.want {
			t.Errorf("%.40s to %.40s is %d, want %d", c.a, c.b, got, c.want)
		}
		if got := b.compare(a); got != -c.want {
			t.Errorf("%.40s to %.40s is %d, want %d", c.b, c.a, got, -c.want)
		}
	}
}

func TestOtherTextsAreNoNumbers(t *testing.T) {
	for _, text := range []string{
		"", "-", "+1", ".5", "1.", "1.e3", "1e", "1e+", "1e1.5", "--1", "0x1", "1_000", "1,000", " 1", "1 ", "Inf",
		"NaN",
		"1e1000000000000000000", "1e-99999999999999999999999999", "١",
	} {
		if n, ok := parseNumber(text); ok {
			t.Errorf("%q is read as %+v", text, n)
		}
	}
}
