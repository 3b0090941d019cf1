package extract

import (
	"cmp"
	"strconv"
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// scope returns the text within which references are names: at the path of the endpoint's settings, or where the
// sender's SubjectSpec has it.
func (x *extraction) scope(spec *SubjectSpec) string {
	path := x.endpoint.Statuses.ReferenceScope
	if path == "" {
		return x.first(spec.Scope, maxName)
	}
	text := x.PathText(payload.ParsePath(path))
	if len(text) > maxName || !payload.Printable(text) {
		return ""
	}
	return text
}

// readMoney reads what a statement about a payment, order or reference has beyond others: which of them it is about,
// how they are connected, and amounts.
func (x *extraction) readMoney(s *hook.Statement, rule *Rule, o Outcome, account string) {
	spec := rule.Subject
	s.Orders = x.aliases(spec.Orders)
	s.Customers = x.customers(spec)
	if !spec.AnyAccount {
		s.Account = cmp.Or(account, x.first(spec.Account, maxName))
		if scope := x.scope(spec); scope != "" {
			s.Account += "|" + scope
		}
	}
	s.Level = rule.Level
	if s.Level == "" {
		s.Level = hook.LevelOrder
		if len(spec.Aliases) > 0 {
			s.Level = hook.LevelPayment
		}
	}
	if len(s.Aliases)+len(s.Orders) == 0 { // a payment without an id is no more than its reference
		s.Level = hook.LevelReference
	}
	e := &s.Evidence
	e.Part = x.first(rule.Part, maxName)
	if of := x.aliases(rule.Of); len(of) > 0 {
		_, e.Of, _ = strings.Cut(of[0], "/")
	}
	x.mark(e, o)
	for i := range rule.Marks {
		x.mark(e, x.outcome(&rule.Marks[i]))
	}
	x.readAmounts(e, rule)
}

// mark adds to evidence what an outcome has beside a kind.
func (x *extraction) mark(e *hook.Evidence, o Outcome) {
	e.Inferred, e.Release, e.Late = e.Inferred || o.Inferred, e.Release || o.Release, e.Late || o.Late
	e.Reserved = e.Reserved || o.Reserved
	e.Paid = e.Paid || o.Paid
	e.Follows, e.Cause = cmp.Or(o.Follows, e.Follows), cmp.Or(o.Cause, e.Cause)
	e.Review, e.Method = cmp.Or(o.Review, e.Review), cmp.Or(o.Method, e.Method)
}

// customers returns hashes of everything that identifies the customer.
func (x *extraction) customers(spec *SubjectSpec) (all []string) {
	add := func(kind, text string) {
		if text == "" {
			return
		}
		if hash := hook.CustomerHash(kind, text); hash != "" {
			all = append(all, hash)
		}
	}
	add("id", x.first(spec.CustomerIDs, maxName))
	add("mail", x.customer(spec))
	add("phone", x.first(spec.Phones, maxName))
	return all
}

// readAmounts sets the amounts of an event. Disputes and events of kind hook.Info have none of the first sort unless
// their rule says so, because it could be mistaken for that of the payment.
func (x *extraction) readAmounts(e *hook.Evidence, rule *Rule) {
	set := func(into *int64, specs []AmountSpec) bool {
		n, currency, a := x.amount(specs, rule.Subject)
		if a == nil || n == 0 {
			return false
		}
		if a.total {
			into = &e.Total
		}
		*into = n
		if e.Currency == "" {
			e.Currency = currency
		}
		return true
	}
	amounts := rule.Amounts
	if amounts == nil && amountIsThePayments(e.Kind) {
		amounts = rule.Subject.Amounts
	}
	set(&e.Amount, amounts)
	set(&e.Total, rule.Sums)
	set(&e.Charged, rule.Charged)
	set(&e.Extra, rule.Extra)
	set(&e.Due, x.positive(rule.Due))
	set(&e.Declared, x.positive(rule.Declared))
	set(&e.Returned, rule.Returned)
}

// positive returns the amounts of a list without those that are negative: a price or a sum paid below zero is none.
func (x *extraction) positive(specs []AmountSpec) []AmountSpec {
	for i := range specs {
		if strings.HasPrefix(x.TextOrID(specs[i].at), "-") {
			return nil
		}
	}
	return specs
}

// amountIsThePayments reports whether the amount of an event of a kind is that of its payment.
func amountIsThePayments(k hook.EvidenceKind) bool {
	switch k {
	case hook.Info, hook.DisputeOpen, hook.DisputeWon, hook.DisputeLost, hook.DisputeClosed, hook.NothingDue:
		return false
	default:
		return true
	}
}

// amount returns the first amount of a list that can be read, with its currency; nil if none can. An amount without a
// valid currency cannot, unless it is one whose event names none.
func (x *extraction) amount(specs []AmountSpec, spec *SubjectSpec) (n int64, currency string, from *AmountSpec) {
	for i := range specs {
		a := &specs[i]
		if !x.holds(a.given) {
			continue
		}
		currency = strings.ToUpper(x.TextOrID(a.currency))
		if a.currency.IsZero() {
			currency = strings.ToUpper(x.first(spec.Currency, len("EUR")))
		}
		var ok bool
		switch {
		case a.bare:
			currency = ""
			n, ok = parseDecimal(x.TextOrID(a.at), bareDigits)
		case a.each != "":
			n, ok = x.sumOf(a, a.each, currency, spec)
		default:
			n, ok = minorUnits(x.TextOrID(a.at), currency, spec)
		}
		if !ok {
			continue
		}
		for _, selector := range a.plus {
			more, _ := minorUnits(x.TextOrID(selector), currency, spec)
			n += more
		}
		for _, selector := range a.minus {
			text := x.TextOrID(selector)
			less, _ := minorUnits(text, currency, spec)
			if strings.HasPrefix(text, "-") {
				less = -less
			}
			n -= less
		}
		if a.plusSum != "" {
			more, _ := x.sumOf(a, a.plusSum, currency, spec)
			n += more
		}
		return max(0, min(n, x.largest(a.most, n, currency, spec))), currency, a
	}
	return 0, "", nil
}

// bareDigits are the digits of an amount whose event names no currency.
const bareDigits = 2

// largest returns the largest of the amounts at some selectors; otherwise if there is none.
func (x *extraction) largest(at []payload.Selector, otherwise int64, currency string, spec *SubjectSpec) int64 {
	var most int64
	for _, selector := range at {
		n, _ := minorUnits(x.TextOrID(selector), currency, spec)
		most = max(most, n)
	}
	return cmp.Or(most, otherwise)
}

// maxSummed is how many elements of each list are added up.
const maxSummed = 64

// sumOf adds up the amounts at a path with "*". ok is false if there is none.
func (x *extraction) sumOf(a *AmountSpec, path, currency string, spec *SubjectSpec) (sum int64, ok bool) {
	before, rest, more := strings.Cut(path, ".*.")
	if !more {
		return minorUnits(x.PathText(payload.ParsePath(path)), currency, spec)
	}
	for i := range maxSummed {
		element := before + "." + strconv.Itoa(i)
		exists, err := payload.ParseSelector("body:" + element)
		if err != nil || !x.Has(exists) {
			break
		}
		if !strings.Contains(rest, ".*.") && !x.isAsAsked(element, a.where) {
			continue
		}
		if n, found := x.sumOf(a, element+"."+rest, currency, spec); found {
			sum, ok = sum+n, true
		}
	}
	return sum, ok
}

// isAsAsked reports whether the members of an element have the texts that AmountSpec.Where names.
func (x *extraction) isAsAsked(element string, where [][2]string) bool {
	for _, w := range where {
		if x.PathText(payload.ParsePath(element+"."+w[0])) != w[1] {
			return false
		}
	}
	return true
}

// isDifferent compares two texts. A missing one does not differ.
func isDifferent(a, b string) bool { return a != "" && b != "" && a != b }

// isLess compares two values as numbers if both are, and else as texts. A missing one is not less.
func isLess(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if errX == nil && errY == nil {
		return x < y
	}
	return a < b
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
