package web

import (
	"strconv"
	"strings"

	"hookbeam/server/hook"
)

// symbols of currencies that are read without thinking everywhere.
var symbols = map[string]string{"EUR": "€", "GBP": "£", "INR": "₹", "JPY": "¥", "KRW": "₩", "USD": "$"}

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
	number := grouped(whole, group, lang == "hi" || lang == "en" && currency == "INR")
	if digits > 0 {
		number += point + fraction
	}
	if minor < 0 {
		number = "-" + number
	}
	symbol, known := symbols[currency]
	switch {
	case behind && known:
		return number + "\u00a0" + symbol
	case behind:
		return number + "\u00a0" + currency
	case known:
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
