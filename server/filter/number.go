package filter

import (
	"cmp"
	"strconv"
	"strings"
)

// number is an exact decimal number: 0.digits × 10^point. It needs no more memory than its text, whatever
// the exponent: 1e999999999 has one digit. Equal values have the same form, so comparing is simple: first
// the signs, then the points, then the digits as text.
//
//	1200, 1.2e3   digits "12", point 4
//	0.05          digits "5", point -1
//	-0, 0e9       digits "", point 0
type number struct {
	negative bool
	digits   string // without zeros at either end; "" is zero
	point    int64
}

// exponentDigits limits exponents, so that adding one to the length of a text cannot overflow.
const exponentDigits = 17

// parseNumber parses a number in JSON's syntax, with leading zeros allowed. It returns false for any other
// text, and for an exponent of more than 17 digits.
func parseNumber(text string) (number, bool) {
	rest, negative := strings.CutPrefix(text, "-")
	whole, rest := leadingDigits(rest)
	if whole == "" {
		return number{}, false
	}
	fraction := ""
	if after, found := strings.CutPrefix(rest, "."); found {
		if fraction, rest = leadingDigits(after); fraction == "" {
			return number{}, false
		}
	}
	exponent, small := int64(0), true
	if rest != "" {
		var ok bool
		if exponent, small, ok = parseExponent(rest); !ok {
			return number{}, false
		}
	}
	whole = strings.TrimLeft(whole, "0")
	point := int64(len(whole))
	if whole == "" {
		significant := strings.TrimLeft(fraction, "0")
		point = -int64(len(fraction) - len(significant))
		fraction = significant
	}
	digits := strings.TrimRight(whole+fraction, "0")
	if digits == "" {
		return number{}, true // 0, -0 and 0e9 are the same
	}
	return number{negative, digits, point + exponent}, small
}

// parseExponent parses "e9", "E+9" or "e-9"; small is false if it has too many digits.
func parseExponent(text string) (exponent int64, small, ok bool) {
	if text[0] != 'e' && text[0] != 'E' {
		return 0, false, false
	}
	text = text[1:]
	negative := strings.HasPrefix(text, "-")
	if negative || strings.HasPrefix(text, "+") {
		text = text[1:]
	}
	digits, rest := leadingDigits(text)
	if digits == "" || rest != "" {
		return 0, false, false
	}
	if digits = strings.TrimLeft(digits, "0"); len(digits) > exponentDigits {
		return 0, false, true
	}
	for _, c := range []byte(digits) {
		exponent = exponent*10 + int64(c-'0')
	}
	if negative {
		exponent = -exponent
	}
	return exponent, true, true
}

// leadingDigits splits a text after the ASCII digits at its beginning.
func leadingDigits(text string) (digits, rest string) {
	rest = strings.TrimLeft(text, "0123456789")
	return text[:len(text)-len(rest)], rest
}

// integer converts an integer to a number.
func integer(n int64) number {
	parsed, _ := parseNumber(strconv.FormatInt(n, 10))
	return parsed
}

// compare returns -1, 0 or 1 if n is less than, equal to or greater than m.
func (n number) compare(m number) int {
	if n.sign() != m.sign() {
		return cmp.Compare(n.sign(), m.sign())
	}
	order := cmp.Compare(n.point, m.point)
	if order == 0 {
		order = strings.Compare(n.digits, m.digits)
	}
	return order * n.sign()
}

// sign returns -1, 0 or 1 for a number below, equal to or above zero.
func (n number) sign() int {
	switch {
	case n.digits == "":
		return 0
	case n.negative:
		return -1
	default:
		return 1
	}
}

// interval is an interval of numbers. A nil end is unbounded: `>5` has the excluded low end 5 and no high
// end; `5` has the same number at both ends.
type interval struct {
	low, high           *number
	aboveLow, belowHigh bool // the end itself is excluded
}

// contains reports whether n is in the interval.
func (i interval) contains(n number) bool {
	if i.low != nil {
		if c := n.compare(*i.low); c < 0 || c == 0 && i.aboveLow {
			return false
		}
	}
	if i.high != nil {
		if c := n.compare(*i.high); c > 0 || c == 0 && i.belowHigh {
			return false
		}
	}
	return true
}

// intervalFor returns the interval of the numbers x for which x op n is true.
func intervalFor(op Op, n number) interval {
	switch op {
	case Greater, GreaterOrEqual:
		return interval{low: &n, aboveLow: op == Greater}
	case Less, LessOrEqual:
		return interval{high: &n, belowHigh: op == Less}
	}
	return interval{low: &n, high: &n}
}
