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

// The limits of what a trial returns.
const (
	maxShown = 5  // examples, and problems
	maxFound = 50 // different values of the state
)

// Untried returns a trial on no deliveries.
func Untried() Trial {
	return Trial{States: []StateCount{}, Examples: []Example{}, Problems: []MappingError{}}
}

// Try evaluates the mapping on the deliveries that each passes to do, newest first. If ctx ends before they do, the
// result covers the deliveries until then, and there is no error: the API limits the time of a trial. Other errors
// are those of each.
func (m *Mapping) Try(ctx context.Context, each func(do func(*hook.Record) error) error) (Trial, error) {
	t := Untried()
	err := each(func(r *hook.Record) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		t.add(m, r)
		return nil
	})
	if ctx.Err() != nil { // then err only says that each was interrupted
		err = nil
	}
	slices.SortStableFunc(t.States, func(a, b StateCount) int { return cmp.Compare(b.Count, a.Count) })
	return t, err
}

// add evaluates the mapping on one more delivery.
func (t *Trial) add(m *Mapping, r *hook.Record) {
	t.Looked++
	got, err := m.read(r)
	state := m.stateFor(got.value)
	if got.value != "" {
		t.count(got.value, state)
	}
	if err == nil && len(got.Aliases) > 0 {
		t.Matched++
		if len(t.Examples) < maxShown {
			t.Examples = append(
				t.Examples,
				Example{r.ID, r.Seq, got.Aliases[0], state, got.Reference, got.Amount, got.Currency},
			)
		}
	}
	if err != nil {
		t.Failed++
	} else {
		err = got.omitted
	}
	if err != nil && len(t.Problems) < maxShown {
		t.Problems = append(t.Problems, MappingError{r.ID, r.Seq, err.Error()})
	}
}

// count counts a value of the state. Beyond maxFound different values, new ones are not listed.
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
