package web

import (
	"cmp"
	"strconv"
	"strings"

	"hookbeam/server/hook"
)

// symbols of currencies as people of most languages read them, and what those of one write instead (CLDR). Any other
// currency is written by its code.
var (
	symbols = map[string]string{"EUR": "€", "GBP": "£", "INR": "₹", "JPY": "¥", "KRW": "₩", "USD": "$"}
	abroad  = map[string]map[string]string{
		"fr": {"GBP": "£GB", "JPY": "JPY", "USD": "$US"},
		"es": {"GBP": "GBP", "INR": "INR", "JPY": "JPY", "KRW": "KRW", "USD": "US$"},
		"hi": {"JPY": "JP¥"},
	}
)

// money writes an amount in minor units as people of a language do: €1,234.50, 1.234,50 €, ₹1,00,000.00.
func money(minor int64, currency, lang string) string {
	group, point, behind := ",", ".", false
	switch lang {
	case "de", "es":
		group, point, behind = ".", ",", true
	case "fr":
		group, point, behind = "\u202f", ",", true
	}
	digits := hook.MinorDigits(currency)
	text := strconv.FormatInt(max(minor, -minor), 10)
	for len(text) <= digits {
		text = "0" + text
	}
	whole, fraction := text[:len(text)-digits], text[len(text)-digits:]
	number := whole
	if lang != "es" || len(whole) > 4 { // 1234,50 €, but 12.345,00 €
		number = grouped(whole, group, lang == "hi" || lang == "en" && currency == "INR")
	}
	if digits > 0 {
		number += point + fraction
	}
	if minor < 0 {
		number = "-" + number
	}
	symbol := cmp.Or(abroad[lang][currency], symbols[currency])
	switch {
	case behind:
		return number + "\u00a0" + cmp.Or(symbol, currency)
	case symbol != "":
		return symbol + number
	default:
		return currency + "\u00a0" + number
	}
}

// grouped puts a separator before every three digits; in India before three, and then before every two.
func grouped(whole, separator string, indian bool) string {
	var groups []string
	for size := 3; len(whole) > size; {
		groups = append([]string{whole[len(whole)-size:]}, groups...)
		whole = whole[:len(whole)-size]
		if indian {
			size = 2
		}
	}
	return strings.Join(append([]string{whole}, groups...), separator)
}
