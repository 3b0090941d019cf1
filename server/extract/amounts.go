package extract

import (
	"strconv"
	"strings"

	"hookbeam/server/hook"
)

// readAmount sets the amount of an event from the first AmountSpec that can be read. An amount without a valid currency
// is ignored. Disputes and events of kind hook.Info get no amount, because it could be mistaken for that of the
// payment.
func (x *extraction) readAmount(e *hook.Evidence, rule *Rule) {
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
		e.Currency = currency
		if a.total {
			e.Total = n
		} else {
			e.Amount = n
		}
		return
	}
}

// minorUnits converts the text of an amount into minor units of ISO 4217. ok is false for a currency that is not three
// upper-case letters, and for a text that is not a number or has digits below the minor unit. A minus sign is dropped:
// some senders write refunds as negative amounts, and the kind of evidence already gives the direction.
func minorUnits(text, currency string, spec *SubjectSpec) (int64, bool) {
	if !isCurrency(currency) {
		return 0, false
	}
	digits := hook.MinorDigits(currency)
	if spec.Decimal {
		return parseDecimal(text, digits)
	}
	written, deviates := spec.Digits[currency]
	if !deviates || written == digits {
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

// maxDigits bounds the size of an amount, in digits of its minor unit, so that it fits into an int64 and into a number
// of JavaScript.
const maxDigits = 15

// parseDecimal returns a decimal number times ten to the power of digits: "49.5" with 2 digits is 4950. ok is false if
// the result is not an integer. Trailing zeros are allowed, so "4900.00" is a valid amount of yen.
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

// isCurrency reports whether a text has the form of an ISO 4217 code: three upper-case letters.
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
