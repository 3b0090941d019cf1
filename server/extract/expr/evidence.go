package expr

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"hookbeam/server/hook"
)

// paymentKinds maps each state of a payment to the kind of evidence for it.
var paymentKinds = map[hook.State]hook.EvidenceKind{
	hook.StatePending:           hook.Created,
	hook.StateActionRequired:    hook.Action,
	hook.StateProcessing:        hook.Processing,
	hook.StateAuthorized:        hook.Authorized,
	hook.StatePartiallyPaid:     hook.Captured,
	hook.StatePaid:              hook.Captured,
	hook.StatePartiallyRefunded: hook.Refund,
	hook.StateRefunded:          hook.Refund,
	hook.StateFailed:            hook.Failed,
	hook.StateCanceled:          hook.Canceled,
	hook.StateExpired:           hook.Expired,
}

// paymentStates lists the states of payments for messages, in the order of their meaning.
const paymentStates = "pending, action_required, processing, authorized, partially_paid, paid, partially_refunded, " +
	"refunded, failed, canceled and expired"

// The ids of a payment's capture and of a full refund. A payment has one of each: a sender that repeats itself, or
// sends the payment again because something else about it changed, must not count twice. Most such deliveries have no
// event id by which repeats could be found.
const (
	wholeCapture = "payment"
	wholeRefund  = "whole"
)

// stateFor returns the state that a value of the state expression means, "" if that is unknown. Values without an
// entry in states are allowed: for a payment the names of its states, in upper or lower case, and for other subjects
// any value, which becomes the state's name.
func (m *Mapping) stateFor(value string) hook.State {
	if s, known := m.states[value]; known {
		return s.State
	}
	if len(value) > maxState {
		return ""
	}
	state := hook.State(asWord(value))
	if _, known := paymentKinds[state]; m.kind == hook.KindPayment && !known {
		return ""
	}
	return state
}

// payment completes the evidence of a payment from its state. A partial payment and a partial refund need an amount,
// which is the total paid or refunded so far.
func (m *Mapping) payment(t *result) error {
	state := m.stateFor(t.value)
	t.Kind = paymentKinds[state]
	switch state {
	case "":
		return fmt.Errorf("state is %q, but states does not map this value to a payment state", t.value)
	case hook.StatePaid:
		if t.free {
			t.Kind, t.Cause = hook.NothingDue, hook.CauseFree
			break
		}
		t.Part, t.Follows = wholeCapture, hook.LastOne
	case hook.StatePartiallyPaid:
		if t.Amount == 0 {
			return fmt.Errorf(
				"state is %q, which requires amount and currency to contain the total paid so far",
				t.value,
			)
		}
		t.Amount, t.Total, t.Follows = 0, t.Amount, hook.MoreFollow
	case hook.StateRefunded: // all of it, so the amount does not matter
		t.Amount, t.Currency, t.Part = 0, "", wholeRefund
	case hook.StatePartiallyRefunded:
		if t.Amount == 0 {
			return fmt.Errorf(
				"state is %q, which requires amount and currency to contain the total refunded so far",
				t.value,
			)
		}
		t.Amount, t.Total = 0, t.Amount
	}
	return nil
}

// own completes the evidence of another subject from its state, with the tone, rank and finality that the mapping
// gives it.
func (m *Mapping) own(t *result) error {
	t.Kind, t.State, t.Tone = hook.StateReported, m.stateFor(t.value), hook.ToneNeutral
	if t.State == "" {
		return fmt.Errorf("state is longer than %d characters", maxState)
	}
	if s, known := m.states[t.value]; known {
		t.Tone, t.Final, t.Rank = s.Tone, s.Final, s.Rank
	}
	return nil
}

// time sets the time of the event. Without an expression that is the provider's time of the event if the delivery
// has one. If there is none, or the expression fails, it is the time of receipt.
func (x *evaluation) time(e *expression, into *hook.Evidence) error {
	into.At = x.record.ReceivedAt
	if e == nil && !x.record.OccurredAt.IsZero() {
		into.At = x.record.OccurredAt
	}
	v, err := x.evalField(e)
	if v == nil || err != nil {
		return err
	}
	at, ok := parseTime(v)
	if !ok {
		return fmt.Errorf("occurred_at is not a time, such as 2026-01-31T14:41:10Z or Unix seconds; " +
			"the time of receipt is used instead")
	}
	into.At = at
	return nil
}

// timeLayouts returns the layouts of times that are text. Times without a zone are in UTC.
func timeLayouts() []string {
	return []string{time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05"}
}

// parseTime converts a value to a time between 2000 and 2100. A number is Unix seconds if it is below 100 billion,
// and else milliseconds.
func parseTime(v any) (hook.Time, bool) {
	var at time.Time
	n, isNumber := float(v)
	if s, isText := v.(string); isText && len(s) <= 40 {
		s = strings.TrimSpace(s)
		var err error
		if n, err = strconv.ParseFloat(s, 64); err == nil {
			isNumber = true
		}
		for _, layout := range timeLayouts() {
			if at, err = time.Parse(layout, s); err == nil {
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

// maxAmount is the largest amount that parseAmount accepts, in minor units.
const maxAmount = 1e15

// money sets the amount and its currency, and reports whether the amount is zero. An amount without a currency has no
// meaning and is left out.
func (x *evaluation) money(m *Mapping, into *hook.Evidence) (free bool, err error) {
	v, err := x.evalField(m.amount)
	if v == nil || err != nil {
		return false, err
	}
	currency, err := x.evalName(m.currency)
	currency = strings.ToUpper(currency)
	switch {
	case err != nil:
		return false, err
	case len(currency) != 3 || strings.Trim(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "":
		return false, fmt.Errorf("currency is not a code of three letters, such as EUR, so the amount is ignored")
	}
	amount, err := parseAmount(v, hook.MinorDigits(currency))
	if err == nil && amount != 0 {
		into.Amount, into.Currency = amount, currency
	}
	return err == nil && amount == 0, err
}

// parseAmount converts a value to minor units of a currency with that many decimal digits. An integer is in minor
// units: 4200 is 42 euros. Text with a point is in major units: "42.00" is the same amount. A number with a point
// is refused: a sender that writes 42.5 in major units also writes 42, which would be read as minor units.
func parseAmount(v any, digits int) (int64, error) {
	var n int64
	ok := false
	switch v := v.(type) {
	case int64:
		n, ok = v, true
	case float64:
		return 0, fmt.Errorf("amount is the number %s, which may be in major or minor units: "+
			"write round(… * 100) for major units, or round(…) for minor units", strconv.FormatFloat(v, 'f', -1, 64))
	case string:
		n, ok = parseDecimal(strings.TrimSpace(v), digits)
	}
	if n < 0 { // of a refund: the direction follows from the state, not from the sign
		n = -n
	}
	if !ok || n < 0 || n > maxAmount {
		return 0, fmt.Errorf("amount must be a whole number of minor units, or text such as 42.00")
	}
	return n, nil
}

// parseDecimal converts text to minor units: a decimal with at most that many digits after the point from major
// units, and an integer as it is.
func parseDecimal(s string, digits int) (int64, bool) {
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
