package expr

import (
	"cmp"
	"context"
	"slices"

	"hookbeam/server/hook"
)

// Trial is what a mapping would have read from past deliveries. Try makes it; the API converts it for its clients.
type Trial struct {
	Looked   int            // deliveries that the mapping was tried on
	Matched  int            // deliveries with a subject and a state
	Failed   int            // deliveries for which an expression failed, so that they would be ignored
	States   []StateCount   // the values of state, most frequent first; at most maxFound
	Examples []Example      // deliveries with a subject, newest first; at most maxShown
	Problems []MappingError // deliveries that failed or lacked something, newest first; at most maxShown
}

// StateCount is one value of the state expression and how many deliveries have it.
type StateCount struct {
	Value string     // as the expression returned it
	State hook.State // what it means according to the mapping; "" if the mapping does not say
	Count int
}

// Example is what the mapping read from one delivery.
type Example struct {
	Delivery  hook.DeliveryID
	Seq       hook.Seq
	Subject   string // the subject's first name, such as "own/1001"
	State     hook.State
	Reference string
	Amount    int64 // in minor units of Currency
	Currency  string
}

// MappingError is why the mapping could not read one delivery, or what had to be left out of it.
type MappingError struct {
	Delivery hook.DeliveryID
	Seq      hook.Seq
	Error    string // for the person who writes the mapping
}

// The bounds of a trial.
const (
	maxShown = 5
	maxFound = 50
)

// Untried is a trial on nothing.
func Untried() Trial {
	return Trial{States: []StateCount{}, Examples: []Example{}, Problems: []MappingError{}}
}

// Try tells what the mapping would have made of the deliveries that each gives, one by one. Where ctx ends before they
// do, it is of those looked at until then.
func (m *Mapping) Try(ctx context.Context, each func(do func(*hook.Record) error) error) (Trial, error) {
	t := Untried()
	err := each(func(r *hook.Record) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		t.take(m, r)
		return nil
	})
	if ctx.Err() != nil { // it is what ended it, whatever else is said
		err = nil
	}
	slices.SortStableFunc(t.States, func(a, b StateCount) int { return cmp.Compare(b.Count, a.Count) })
	return t, err
}

func (t *Trial) take(m *Mapping, r *hook.Record) {
	t.Looked++
	told, err := m.read(r)
	state := m.meaning(told.value)
	if told.value != "" {
		t.count(told.value, state)
	}
	if err == nil && len(told.Names) > 0 {
		t.Matched++
		if len(t.Examples) < maxShown {
			t.Examples = append(
				t.Examples,
				Example{r.ID, r.Seq, told.Names[0], state, told.Reference, told.Amount, told.Currency},
			)
		}
	}
	if err != nil {
		t.Failed++
	} else {
		err = told.short
	}
	if err != nil && len(t.Problems) < maxShown {
		t.Problems = append(t.Problems, MappingError{r.ID, r.Seq, err.Error()})
	}
}

func (t *Trial) count(value string, state hook.State) {
	for i := range t.States {
		if t.States[i].Value == value {
			t.States[i].Count++
			return
		}
	}
	if len(t.States) < maxFound {
		t.States = append(t.States, StateCount{value, state, 1})
	}
}
