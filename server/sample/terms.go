package sample

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
)

// Terms are the amount, the currency and the reference of the payment that samples are about. A field that is not set
// has the default of the provider. The placeholders amount, money, currency and reference stand for them; see
// filler.fill.
type Terms struct {
	Reference string // the shop's own number of the order: letters, digits and . _ # / -
	Amount    int64  // in minor units
	Currency  string // ISO 4217, in upper case
}

// The limits of Terms. A half of the least amount is still an amount.
const (
	minAmount = 2
	maxAmount = 99_999_999_999
)

var (
	// references matches what may be a reference. None of its characters has a meaning in JSON, XML or a form.
	references = regexp.MustCompile(`^[A-Za-z0-9._#/-]{1,64}$`)
	currencies = regexp.MustCompile(`^[A-Z]{3}$`)
)

// check returns a *hook.Problem if a field that is set is out of its limits.
func (t Terms) check() error {
	switch {
	case t.Reference != "" && !references.MatchString(t.Reference):
		return &hook.Problem{Kind: hook.ErrInvalid, Code: "wrong_reference",
			Detail: "A reference must have 1 to 64 letters, digits or characters of ._#/-, such as 10-4471."}
	case t.Amount != 0 && (t.Amount < minAmount || t.Amount > maxAmount):
		return &hook.Problem{Kind: hook.ErrInvalid, Code: "wrong_amount",
			Detail: fmt.Sprintf("An amount must be from %d to %d, in minor units: 4900 is 49.00 EUR.",
				minAmount, maxAmount)}
	case t.Currency != "" && !currencies.MatchString(t.Currency):
		return &hook.Problem{Kind: hook.ErrInvalid, Code: "wrong_currency",
			Detail: "A currency must be a code of three capital letters, such as EUR."}
	}
	return nil
}

// withDefaults returns t with all fields set. A default reference is derived from the seed, so that all samples of a
// Sampler have the same. It is long enough that hundreds of payments at one endpoint do not share one by chance.
func (t Terms) withDefaults(p *provider.Provider, seed [16]byte) Terms {
	usual := Terms{Amount: 4900, Currency: "EUR", Reference: "10-" + id(seed, "number", "digits", 8)}
	switch p.ID {
	case "razorpay":
		usual.Amount, usual.Currency = 490000, "INR"
	case "paystack", "flutterwave":
		usual.Amount, usual.Currency = 490000, "NGN"
	case "shopify", "woocommerce":
		usual.Reference = id(seed, "number", "digits", 8)
	}
	if t.Reference == "" {
		t.Reference = usual.Reference
	}
	if t.Amount == 0 {
		t.Amount = usual.Amount
	}
	if t.Currency == "" {
		t.Currency = usual.Currency
	}
	return t
}

// fill returns the text that a placeholder with a name stands for. It returns false if the name is not one of Terms.
func (t Terms) fill(name, form string) (text string, ok bool) {
	amount := t.Amount
	switch form {
	case "half":
		amount /= 2
	case "rest":
		amount -= amount / 2
	}
	switch name {
	case "amount":
		return strconv.FormatInt(amount, 10), true
	case "money":
		return Decimal(amount, t.Currency), true
	case "currency":
		if form == "lower" {
			return strings.ToLower(t.Currency), true
		}
		return t.Currency, true
	case "reference":
		return t.Reference, true
	}
	return "", false
}

// Decimal writes an amount in minor units with a decimal point, as the currency has it: 4900 EUR is 49.00.
func Decimal(amount int64, currency string) string {
	digits := hook.MinorDigits(currency)
	text := fmt.Sprintf("%0*d", digits+1, amount)
	if digits == 0 {
		return text
	}
	return text[:len(text)-digits] + "." + text[len(text)-digits:]
}
