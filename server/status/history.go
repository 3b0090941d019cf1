package status

import (
	"context"
	"slices"

	"hookbeam/server/hook"
	"hookbeam/server/payments"
)

// maxReplayed is how many statements replay applies at most: the newest ones. Each is followed by a derivation, so a
// history of an order with thousands of attempts begins in the middle rather than costing seconds.
const maxReplayed = 200

// stepsOf returns the changes of a subject's state, oldest first. Those of an order are across all of its payments.
// Steps are not stored: they are derived from evidence in the order in which it happened, so a late event appears where
// it belongs. Public pages and the API's status show them.
func (v View) stepsOf(ctx context.Context, row *hook.Subject) ([]hook.Step, error) {
	switch row.Links.Level {
	case "":
		return append([]hook.Step{}, deriveState(row.Status.Kind, payments.InOrder(row.Evidence)).steps...), nil
	case hook.LevelPayment:
		return paymentSteps(row), nil
	}
	below, err := v.rowsBelow(ctx, row)
	if err != nil {
		return nil, err
	}
	return replay(row, below, v.p.readers.unique(row.Status.Endpoint))
}

// rowsBelow returns the rows that an order or reference lists, and those that these list, each once.
func (v View) rowsBelow(ctx context.Context, row *hook.Subject) (all []*hook.Subject, err error) {
	for _, m := range payments.Units(row.Links.Level, row.Links.Members) {
		one, err := v.p.find(ctx, hook.HashAlias(row.Status.Endpoint, row.Environment, m.Name))
		if err != nil {
			return nil, err
		}
		if one == nil || one.Links.Level != m.Level { // its row was removed; its summary in the list still counts
			continue
		}
		all = append(all, one)
		if m.Level == hook.LevelOrder {
			more, err := v.rowsBelow(ctx, one)
			if err != nil {
				return nil, err
			}
			all = append(all, more...)
		}
	}
	return all, nil
}

// paymentSteps returns the changes of a payment's state, by deriving it after each piece of its evidence.
func paymentSteps(row *hook.Subject) []hook.Step {
	steps := []hook.Step{}
	all := payments.InOrder(row.Evidence)
	for i := range all {
		s := payments.Payment(all[:i+1])
		steps = addStep(steps, s.State, &all[i])
	}
	return steps
}

// addStep adds a step if the state is another one than before.
func addStep(steps []hook.Step, state hook.State, by *hook.Evidence) []hook.Step {
	if n := len(steps); state == "" || n > 0 && steps[n-1].State == state {
		return steps
	}
	return append(steps, hook.Step{
		State: state, At: by.At, Seq: by.Seq, Delivery: by.Delivery, Inherited: by.Inherited,
	})
}

// replay applies what is kept of an order or reference and of what it lists in the order in which it happened, and
// returns the changes of its state. The state after each statement depends on several rows, so all are made again in
// memory. Statements that only connect have no time and sort first, so they are applied before the evidence.
func replay(row *hook.Subject, below []*hook.Subject, unique bool) ([]hook.Step, error) {
	var all []hook.Statement
	for _, one := range append([]*hook.Subject{row}, below...) {
		all = append(all, payments.Statements(one)...)
	}
	slices.SortFunc(all, func(a, b hook.Statement) int { return payments.Compare(&a.Evidence, &b.Evidence) })
	all = all[max(0, len(all)-maxReplayed):]
	rows := payments.NewMemory()
	alias := row.Status.Aliases[0]
	if row.Links.Level == hook.LevelReference {
		alias = hook.ScopedReference(row.Links.Account, alias)
	}
	// The row gets a new key in memory, and possibly another first alias at first. Its stored alias finds it in any
	// case.
	target := hook.HashAlias(row.Status.Endpoint, row.Environment, alias)
	steps := []hook.Step{}
	for i := range all {
		g := payments.NewGraph(rows, func(hook.EndpointID) bool { return unique })
		if err := g.Apply(row.Status.Endpoint, row.Environment, &all[i]); err != nil {
			return nil, err
		}
		if _, err := g.Finish(); err != nil {
			return nil, err
		}
		if now, _ := rows.Find(target); now != nil {
			if all[i].Kind != "" {
				steps = addStep(steps, orderState(&now.Summary), &all[i].Evidence)
			}
		}
	}
	return steps, nil
}
