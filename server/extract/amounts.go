package extract

import (
	"strconv"
	"strings"

	"hookbeam/server/hook"
)

// money reads how much an event is about. Without a currency an amount says nothing; nor does that of a
// dispute, or of what moves nothing: it could be taken for the payment's own.
func (x *extraction) money(e *hook.Evidence, rule *Rule) {
	switch e.Kind {
	case hook.Info, hook.DisputeOpen, hook.DisputeWon, hook.DisputeLost, hook.DisputeClosed:
		return
	}
	amounts := rule.Amounts
	if amounts == nil {
		amounts = rule.Subject.Amounts
	}
	for _, a := range amounts {
		text := x.TextOrID(a.at)
		if text == "" {
			continue
		}
		currency := strings.ToUpper(x.TextOrID(a.currency))
		if a.currency.IsZero() {
			currency = strings.ToUpper(x.first(rule.Subject.Currency, len("EUR")))
		}
		n, ok := minorUnits(text, currency, rule.Subject)
		if !ok {
			continue
		}
		e.Amount, e.Currency, e.Total = n, currency, a.total
		return
	}
}

// minorUnits reads an amount into the minor units that ISO 4217 gives its currency. Some senders write
// what leaves the shop below zero; which way money goes is said by the kind.
func minorUnits(text, currency string, spec *SubjectSpec) (int64, bool) {
	if !isCurrency(currency) {
		return 0, false
	}
	digits := hook.MinorDigits(currency)
	if spec.Decimal {
		return parseDecimal(text, digits)
	}
	written, odd := spec.Digits[currency]
	if !odd || written == digits {
		return parseDecimal(text, 0)
	}
	n, ok := parseDecimal(text, 0)
	for ; ok && written < digits; written++ {
		n *= 10
	}
	for ; ok && written > digits; written-- {
		n /= 10
	}
	return n, ok
}

// maxDigits bounds how large an amount may be.
const maxDigits = 15

// parseDecimal reads a decimal number as so many of its last place; a part of the last place is none.
func parseDecimal(text string, digits int) (int64, bool) {
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if len(fraction) > digits {
		if strings.Trim(fraction[digits:], "0") != "" {
			return 0, false
		}
		fraction = fraction[:digits]
	}
	if len(whole) == 0 || len(whole)+digits > maxDigits {
		return 0, false
	}
	n, err := strconv.ParseUint(whole, 10, 63)
	if err != nil {
		return 0, false
	}
	for i := range digits {
		n *= 10
		if i < len(fraction) {
			if fraction[i] < '0' || fraction[i] > '9' {
				return 0, false
			}
			n += uint64(fraction[i] - '0')
		}
	}
	return int64(n), true
}

// isCurrency reports whether a text looks like a code of ISO 4217.
func isCurrency(code string) bool {
	if len(code) != 3 {
		return false
	}
	for _, c := range []byte(code) {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}
