package expr

import (
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
	"captured": hook.StatePaid, "settled": hook.StatePaid,
	"declined": hook.StateFailed, "error": hook.StateFailed,
	"cancelled": hook.StateCanceled, "voided": hook.StateCanceled,
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
	if m.Reference, _ = g.find(referenceNames); m.Reference == m.Subject {
		m.Reference = ""
	}
	m.OccurredAt, _ = g.find(timeNames)
	amount, size := g.find(amountNames)
	currency, _ := g.find(currencyNames)
	if amount == "" || currency == "" || m.Subject == "" {
		return m
	}
	m.Kind, m.Amount, m.Currency = hook.KindPayment, amount, currency
	if _, point := size.(float64); point {
		m.Amount = "round(" + amount + " * 100)"
	}
	value, _ := state.(string)
	if _, itself := paymentKinds[hook.State(value)]; !itself && paymentSynonyms[asWord(value)] != "" {
		m.States = []hook.MappedState{{Value: value, State: paymentSynonyms[asWord(value)]}}
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
