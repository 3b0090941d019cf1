package expr

import (
	"cmp"
	"context"
	"slices"

	"hookbeam/server/hook"
)

// Trial is what a mapping would have made of past deliveries.
type Trial struct {
	Looked   int            `json:"looked" doc:"Deliveries that it was tried on: the newest of those that are neither rejected nor repeats, 1,000 at most."`
	Matched  int            `json:"matched" doc:"Those that told of a subject."`
	Failed   int            `json:"failed" doc:"Those that it could not be worked out for; they would tell of nothing."`
	States   []StateCount   `json:"states" nullable:"false" doc:"What the state was, the most frequent first; of very many, some."`
	Examples []Example      `json:"examples" nullable:"false" doc:"A few that told of a subject, the newest first."`
	Problems []MappingError `json:"problems" nullable:"false" doc:"A few that failed, or lacked something, the newest first."`
}

// StateCount is one value of the state.
type StateCount struct {
	Value string     `json:"value" doc:"As deliveries have it."`
	State hook.State `json:"state" doc:"What it means; empty where nothing says what it means."`
	Count int        `json:"count"`
}

// Example is what one delivery would have told.
type Example struct {
	Delivery  hook.DeliveryID `json:"delivery"`
	Seq       hook.Seq        `json:"seq"`
	Subject   string          `json:"subject" example:"own/1001"`
	State     hook.State      `json:"state"`
	Reference string          `json:"reference,omitempty"`
	Amount    int64           `json:"amount,omitempty" doc:"In minor units of currency."`
	Currency  string          `json:"currency,omitempty"`
}

// MappingError is what went wrong with one delivery.
type MappingError struct {
	Delivery hook.DeliveryID `json:"delivery"`
	Seq      hook.Seq        `json:"seq"`
	Error    string          `json:"error"`
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
