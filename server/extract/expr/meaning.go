package expr

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"hookbeam/server/hook"
)

// payments says as what evidence a payment's state counts.
var payments = map[hook.State]hook.Kind{
	hook.StatePending:           hook.Created,
	hook.StateActionRequired:    hook.Action,
	hook.StateProcessing:        hook.Processing,
	hook.StateAuthorized:        hook.Authorized,
	hook.StatePaid:              hook.Captured,
	hook.StatePartiallyRefunded: hook.Refund,
	hook.StateRefunded:          hook.Refund,
	hook.StateFailed:            hook.Failed,
	hook.StateCanceled:          hook.Canceled,
	hook.StateExpired:           hook.Expired,
}

const paymentStates = "pending, action_required, processing, authorized, paid, partially_refunded, refunded, failed, canceled and expired"

// wholeRefund is what the refund of everything is called, so that telling of it twice does not make two.
const wholeRefund = "whole"

// meaning is the state that a value stands for; "" where nothing says so. A payment's state needs no entry, nor does
// anything of one's own.
func (m *Mapping) meaning(value string) hook.State {
	if s, known := m.states[value]; known {
		return s.State
	}
	_, known := payments[hook.State(value)]
	if m.kind == hook.KindOwn && len(value) <= maxState {
		return hook.State(asWord(value))
	}
	if m.kind == hook.KindPayment && known {
		return hook.State(value)
	}
	return ""
}

// payment makes the state evidence.
func (m *Mapping) payment(t *told) error {
	state := m.meaning(t.value)
	t.Kind = payments[state]
	switch state {
	case "":
		return fmt.Errorf("state is %q, and states does not say what that means for a payment", t.value)
	case hook.StateRefunded: // all of it, whatever the amount says
		t.Amount, t.Currency, t.Refund = 0, "", wholeRefund
	case hook.StatePartiallyRefunded:
		if t.Amount == 0 {
			return fmt.Errorf(
				"state is %q, for which amount and currency must say how much was refunded so far",
				t.value,
			)
		}
		t.Total = true
	}
	return nil
}

// own makes the state evidence.
func (m *Mapping) own(t *told) error {
	t.Kind, t.State, t.Tone = hook.Stands, m.meaning(t.value), hook.ToneNeutral
	if t.State == "" {
		return fmt.Errorf("state is longer than %d characters", maxState)
	}
	if s, known := m.states[t.value]; known {
		t.Tone, t.Final, t.Rank = s.Tone, s.Final, s.Rank
	}
	return nil
}

// time reads when it happened: where that cannot be read, it happened when it was received.
func (x *run) time(e *expression, into *hook.Evidence) error {
	into.At = x.record.ReceivedAt
	if e == nil && !x.record.OccurredAt.IsZero() {
		into.At = x.record.OccurredAt
	}
	v, err := x.value(e)
	if v == nil || err != nil {
		return err
	}
	at, ok := moment(v)
	if !ok {
		return fmt.Errorf(
			"occurred_at is no time, such as 2026-01-31T14:41:10Z or Unix seconds; the time of receiving counts instead",
		)
	}
	into.At = at
	return nil
}

// moment reads a time: of numbers, what is larger than 100 billion is milliseconds. Without a zone it is UTC.
func moment(v any) (hook.Time, bool) {
	var at time.Time
	n, isNumber := float(v)
	if s, isText := v.(string); isText && len(s) <= 40 {
		s = strings.TrimSpace(s)
		var err error
		if n, err = strconv.ParseFloat(s, 64); err == nil {
			isNumber = true
		}
		for _, form := range []string{time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
			if at, err = time.Parse(form, s); err == nil {
				break
			}
		}
	}
	if isNumber {
		if n < 1e11 {
			n *= 1000
		}
		if !(n > 0 && n < 1e14) {
			return hook.Time{}, false
		}
		at = time.UnixMilli(int64(math.Round(n)))
	}
	if at.Year() < 2000 || at.Year() > 2100 {
		return hook.Time{}, false
	}
	return hook.Millis(at.UnixMilli()), true
}

// maxAmount is the largest amount, in minor units.
const maxAmount = 1e15

// money reads an amount and its currency; without its currency an amount says nothing.
func (x *run) money(m *Mapping, into *hook.Evidence) error {
	v, err := x.value(m.amount)
	if v == nil || err != nil {
		return err
	}
	currency, err := x.word(m.currency)
	currency = strings.ToUpper(currency)
	switch {
	case err != nil:
		return err
	case len(currency) != 3 || strings.Trim(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "":
		return fmt.Errorf("without a currency of three letters, such as EUR, the amount says nothing")
	}
	amount, err := minor(v, hook.MinorDigits(currency))
	if err == nil && amount != 0 {
		into.Amount, into.Currency = amount, currency
	}
	return err
}

// minor reads an amount. Whole numbers are minor units: 4200 is 42 euros. Text with a point is major units: "42.00" is
// as much. A number with a point is neither: who writes 42.5 for major units writes 42 as well, and means as much.
func minor(v any, digits int) (int64, error) {
	var n int64
	ok := false
	switch v := v.(type) {
	case int64:
		n, ok = v, true
	case float64:
		return 0, fmt.Errorf("amount is the number %s, which may be of minor units or major ones: write round(… * 100), or round(…)", strconv.FormatFloat(v, 'f', -1, 64))
	case string:
		n, ok = decimal(strings.TrimSpace(v), digits)
	}
	if n < 0 { // of a refund: which way money goes is said by the state
		n = -n
	}
	if !ok || n < 0 || n > maxAmount {
		return 0, fmt.Errorf("amount must be a whole number of minor units, or text such as 42.00")
	}
	return n, nil
}

// decimal reads text: with a point so many places of major units, without one minor units.
func decimal(s string, digits int) (int64, bool) {
	whole, fraction, major := strings.Cut(s, ".")
	if !major {
		n, err := strconv.ParseInt(s, 10, 64)
		return n, err == nil
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > digits {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", digits-len(fraction)), 10, 64)
	return n, err == nil && whole != "" && !strings.ContainsAny(fraction, "+-")
}
