package expr

import (
	"fmt"
	"slices"
	"strings"

	"hookbeam/server/hook"
)

// The names that senders commonly use for the fields of a mapping, most likely first. A container is an object that
// the others are members of; "" is the body itself.
var (
	containers     = []string{"data.object", "data", "resource", "payload", "object", "payment", "order", ""}
	subjectNames   = []string{"id", "uuid", "payment_id", "order_id", "reference"}
	stateNames     = []string{"status", "state"}
	eventNames     = []string{"type", "event", "event_type", "action"}
	referenceNames = []string{"order_number", "order_id", "merchant_reference", "reference", "external_id", "number"}
	amountNames    = []string{"amount", "amount_total", "total", "total_cents", "amount_cents"}
	currencyNames  = []string{"currency", "currency_code"}
	customerNames  = []string{"customer_email", "buyer_email", "payer_email", "email", "customer_id"}
	timeNames      = []string{"updated_at", "occurred_at", "timestamp", "created_at", "created", "date"}
)

// paymentSynonyms maps the words of some senders to the states of payments. Guess proposes them as entries of
// states.
var paymentSynonyms = map[string]hook.State{
	"new": hook.StatePending, "open": hook.StatePending, "created": hook.StatePending, "unpaid": hook.StatePending,
	"requires_action": hook.StateActionRequired,
	"in_progress":     hook.StateProcessing,
	"authorised":      hook.StateAuthorized,
	"succeeded":       hook.StatePaid, "success": hook.StatePaid, "completed": hook.StatePaid,
	"captured": hook.StatePaid, "settled": hook.StatePaid, "complete": hook.StatePaid, "successful": hook.StatePaid,
	"payment_received": hook.StatePaid,
	"partial":          hook.StatePartiallyPaid, "partial_payment": hook.StatePartiallyPaid,
	"partial_refund": hook.StatePartiallyRefunded, "refund": hook.StateRefunded,
	"declined": hook.StateFailed, "error": hook.StateFailed, "rejected": hook.StateFailed, "denied": hook.StateFailed,
	"cancelled": hook.StateCanceled, "voided": hook.StateCanceled, "timeout": hook.StateExpired,
}

// Guess suggests a mapping for deliveries like this one, for the author of a mapping to begin with. It looks for
// fields with common names. Subject or State is empty if it finds none, so the result may not compile.
func Guess(r *hook.Record) hook.Mapping {
	x := &evaluation{record: r, left: maxSteps}
	g := guess{x, x.readBody(), slices.Clone(containers)}
	m := hook.Mapping{Kind: hook.KindOwn}
	m.Subject, _ = g.find(subjectNames)
	var state any
	if m.State, state = g.find(stateNames); m.State == "" {
		m.State, state = g.find(eventNames)
	}
	if m.State == "" && r.Type != "" {
		m.State = "type"
	}
	m.Reference, _ = g.find(referenceNames)
	m.OccurredAt, _ = g.find(timeNames)
	amount, size := g.find(amountNames)
	currency, code := g.find(currencyNames)
	value, _ := state.(string)
	_, itself := paymentKinds[hook.State(asWord(value))]
	meant := paymentSynonyms[asWord(value)]
	isPayment := currency != "" || itself || meant != ""
	if amount == "" || m.Subject == "" || !isPayment {
		if m.Reference == m.Subject {
			m.Reference = ""
		}
		return m
	}
	// A sender without ids of payments names the order alone. Then the order's number is both the subject and the
	// reference, so that a status link finds the payment by it.
	if m.Reference == m.Subject && !strings.HasSuffix(m.Subject, ".order_id") {
		m.Reference = ""
	}
	m.Kind, m.Amount, m.Currency = hook.KindPayment, amount, currency
	m.Customer, _ = g.find(customerNames)
	if currency == "" { // without one the amount is ignored, and a trial says so
		m.Currency = `""`
	}
	if _, point := size.(float64); point {
		unit, _ := code.(string)
		factor := 1
		for range hook.MinorDigits(strings.ToUpper(unit)) {
			factor *= 10
		}
		m.Amount = fmt.Sprintf("round(%s * %d)", amount, factor)
	}
	if !itself && meant != "" {
		m.States = []hook.MappedState{{Value: value, State: meant}}
	}
	return m
}

// guess is the state of one call of Guess. Its expressions prefer the container in which other fields were found:
// an id beside the status is more likely the subject's than an id elsewhere.
type guess struct {
	*evaluation
	body      any
	wrappings []string // that in which something was found stands first
}

// find looks for the first of some names that has a scalar value. It returns an expression for it, such as
// "body.data.id", and the value; "" and nil if there is none.
func (g *guess) find(names []string) (expression string, value any) {
	for i, wrapping := range g.wrappings {
		of, path := g.body, "body"
		for name := range strings.FieldsFuncSeq(wrapping, func(c rune) bool { return c == '.' }) {
			of, path = g.member(0, of, name), path+"."+name
		}
		for _, name := range names {
			v := g.member(0, of, name)
			if s, scalar := scalarText(v); scalar && s != "" {
				g.wrappings = slices.Insert(slices.Delete(g.wrappings, i, i+1), 0, wrapping)
				return path + "." + name, v
			}
		}
	}
	return "", nil
}
