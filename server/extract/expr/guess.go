package expr

import (
	"slices"
	"strings"

	"hookbeam/server/hook"
)

// What senders call what a mapping asks for, the likeliest first.
var (
	wrappings  = []string{"data.object", "data", "resource", "payload", "object", "payment", "order", ""}
	subjects   = []string{"id", "uuid", "payment_id", "order_id", "reference"}
	standings  = []string{"status", "state"}
	happenings = []string{"type", "event", "event_type", "action"}
	references = []string{"order_number", "order_id", "merchant_reference", "reference", "external_id", "number"}
	amounts    = []string{"amount", "amount_total", "total", "total_cents", "amount_cents"}
	currencies = []string{"currency", "currency_code"}
	times      = []string{"updated_at", "occurred_at", "timestamp", "created_at", "created", "date"}
)

// meanings says what senders mean who have words of their own for a payment's states.
var meanings = map[string]hook.State{
	"new": hook.StatePending, "open": hook.StatePending, "created": hook.StatePending, "unpaid": hook.StatePending,
	"requires_action": hook.StateActionRequired, "in_progress": hook.StateProcessing, "authorised": hook.StateAuthorized,
	"succeeded": hook.StatePaid, "success": hook.StatePaid, "completed": hook.StatePaid, "captured": hook.StatePaid, "settled": hook.StatePaid,
	"declined": hook.StateFailed, "error": hook.StateFailed, "cancelled": hook.StateCanceled, "voided": hook.StateCanceled,
}

// Guess returns a mapping that may fit deliveries such as this one, as a beginning for whoever writes one. Subject or
// state is empty where nothing looks like it.
func Guess(r *hook.Record) hook.Mapping {
	x := &run{record: r, left: maxSteps}
	g := guess{x, x.readBody(), slices.Clone(wrappings)}
	m := hook.Mapping{Kind: hook.KindOwn}
	m.Subject, _ = g.find(subjects)
	var state any
	if m.State, state = g.find(standings); m.State == "" {
		m.State, state = g.find(happenings)
	}
	if m.State == "" && r.Type != "" {
		m.State = "type"
	}
	if m.Reference, _ = g.find(references); m.Reference == m.Subject {
		m.Reference = ""
	}
	m.OccurredAt, _ = g.find(times)
	amount, size := g.find(amounts)
	currency, _ := g.find(currencies)
	if amount == "" || currency == "" || m.Subject == "" {
		return m
	}
	m.Kind, m.Amount, m.Currency = hook.KindPayment, amount, currency
	if _, point := size.(float64); point {
		m.Amount = "round(" + amount + " * 100)"
	}
	value, _ := state.(string)
	if _, itself := payments[hook.State(value)]; !itself && meanings[asWord(value)] != "" {
		m.States = []hook.MappedState{{Value: value, State: meanings[asWord(value)]}}
	}
	return m
}

type guess struct {
	*run
	body      any
	wrappings []string // that in which something was found stands first
}

// find returns an expression for the first of some names that a scalar stands under, and its value.
func (g *guess) find(names []string) (expression string, value any) {
	for i, wrapping := range g.wrappings {
		of, path := g.body, "body"
		for name := range strings.FieldsFuncSeq(wrapping, func(c rune) bool { return c == '.' }) {
			of, path = g.member(0, of, name), path+"."+name
		}
		for _, name := range names {
			v := g.member(0, of, name)
			if s, scalar := written(v); scalar && s != "" {
				g.wrappings = slices.Insert(slices.Delete(g.wrappings, i, i+1), 0, wrapping)
				return path + "." + name, v
			}
		}
	}
	return "", nil
}
