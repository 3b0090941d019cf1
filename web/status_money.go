package web

import (
	"cmp"
	"strconv"
	"strings"

	"hookbeam/server/hook"
)

// symbols has the symbols of currencies that are clear in most languages, and localSymbols the exceptions of a
// language, as CLDR lists them. Any other currency is written as its code.
//
// They cover the languages of status pages only. The page's script formats the same amounts with the browser's Intl,
// which has the data of CLDR, so a difference would be visible when the script starts.
var (
	symbols      = map[string]string{"EUR": "€", "GBP": "£", "INR": "₹", "JPY": "¥", "KRW": "₩", "USD": "$"}
	localSymbols = map[string]map[string]string{
		"fr": {"GBP": "£GB", "JPY": "JPY", "USD": "$US"},
		"es": {"GBP": "GBP", "INR": "INR", "JPY": "JPY", "KRW": "KRW", "USD": "US$"},
		"hi": {"JPY": "JP¥"},
	}
)

// money formats an amount in minor units, such as cents, in the way of a language: €1,234.50 in English, 1.234,50 € in
// German, ₹1,00,000.00 in Hindi. The number of decimals is that of the currency (ISO 4217).
func money(minor int64, currency, lang string) string {
	group, point, symbolLast := ",", ".", false
	switch lang {
	case "de", "es":
		group, point, symbolLast = ".", ",", true
	case "fr":
		group, point, symbolLast = "\u202f", ",", true // a narrow no-break space
	}
	digits := hook.MinorDigits(currency)
	text := strconv.FormatInt(max(minor, -minor), 10)
	for len(text) <= digits { // 5 cents are 0.05
		text = "0" + text
	}
	whole, fraction := text[:len(text)-digits], text[len(text)-digits:]
	number := whole
	// Spanish separates numbers of five digits and more: 1234,50 €, but 12.345,00 €.
	if lang != "es" || len(whole) > 4 {
		number = grouped(whole, group, lang == "hi" || lang == "en" && currency == "INR")
	}
	if digits > 0 {
		number += point + fraction
	}
	if minor < 0 {
		number = "-" + number
	}
	symbol := cmp.Or(localSymbols[lang][currency], symbols[currency])
	switch {
	case symbolLast:
		return number + "\u00a0" + cmp.Or(symbol, currency)
	case symbol != "":
		return symbol + number
	default:
		return currency + "\u00a0" + number
	}
}

// grouped separates the digits of a whole number into groups of three. In India only the last group has three digits,
// and the others have two: 1,00,000.
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
