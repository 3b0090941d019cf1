package status

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hookbeam/server/hook"
	"hookbeam/server/payments"
)

// stateAt is evidence that reports a state, some minutes after noon.
func stateAt(minutes int, state hook.State, more ...func(*hook.Evidence)) hook.Evidence {
	e := hook.Evidence{Event: fmt.Sprint(state, minutes), Kind: hook.StateReported, State: state, At: hook.Time{Time: noon.Add(time.Duration(minutes) * time.Minute)}}
	for _, do := range more {
		do(&e)
	}
	return e
}

func attempt(n int64) func(*hook.Evidence) {
	return func(e *hook.Evidence) { e.Version = n; e.Event += fmt.Sprint("/", n) }
}
func ranked(n int) func(*hook.Evidence)      { return func(e *hook.Evidence) { e.Rank = n } }
func looks(t hook.Tone) func(*hook.Evidence) { return func(e *hook.Evidence) { e.Tone = t } }

func TestRunsEndRightInEveryOrder(t *testing.T) {
	for name, c := range map[string]struct {
		kind  hook.SubjectKind
		set   []hook.Evidence
		state hook.State
		tone  hook.Tone
		final bool
		steps int
	}{
		"a run":                         {hook.KindRun, []hook.Evidence{stateAt(0, hook.StateQueued), stateAt(1, hook.StateRunning, ranked(10)), stateAt(2, hook.StateSuccess, ranked(20))}, hook.StateSuccess, hook.ToneSuccess, true, 3},
		"all in one second":             {hook.KindRun, []hook.Evidence{stateAt(0, hook.StateQueued), stateAt(0, hook.StateRunning, ranked(10)), stateAt(0, hook.StateFailure, ranked(20))}, hook.StateFailure, hook.ToneFailure, true, 3},
		"finished, whatever the clocks": {hook.KindRun, []hook.Evidence{stateAt(5, hook.StateRunning, ranked(10)), stateAt(2, hook.StateSuccess, ranked(20))}, hook.StateSuccess, hook.ToneSuccess, true, 1},
		"run once more":                 {hook.KindRun, []hook.Evidence{stateAt(0, hook.StateFailure, attempt(1)), stateAt(9, hook.StateQueued, attempt(2))}, hook.StateQueued, hook.TonePending, false, 2},
		"a later deployment took over":  {hook.KindDeployment, []hook.Evidence{stateAt(0, hook.StateRunning), stateAt(1, hook.StateSuccess), stateAt(9, hook.StateSuperseded)}, hook.StateSuperseded, hook.ToneNeutral, true, 3},
		"one's own":                     {hook.KindOwn, []hook.Evidence{stateAt(0, "picked"), stateAt(3, "on_the_road", looks(hook.ToneActive))}, "on_the_road", hook.ToneActive, false, 2},
		"nothing that moves it":         {hook.KindRun, []hook.Evidence{at(0, hook.Info, 0)}, "", "", false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			want := deriveState(c.kind, payments.InOrder(c.set))
			if want.state != c.state || want.tone != c.tone || want.final != c.final || len(want.steps) != c.steps {
				t.Fatalf("%+v, want %+v", want, c)
			}
			permute(slices.Clone(c.set), func(order []hook.Evidence) {
				if diff := cmp.Diff(want, deriveState(c.kind, payments.InOrder(append(order, order...))), cmp.AllowUnexported(derivedState{})); diff != "" {
					t.Fatalf("%v: %s", order, diff)
				}
			})
		})
	}
}

func TestNoOrderMakesADifferenceToAnyKind(t *testing.T) {
	one := rapid.Custom(func(t *rapid.T) hook.Evidence {
		return stateAt(rapid.IntRange(0, 2).Draw(t, "minute"), rapid.SampledFrom([]hook.State{hook.StateQueued, hook.StatePaid, hook.StateFailure, hook.StateRefunded}).Draw(t, "state"),
			attempt(rapid.Int64Range(0, 2).Draw(t, "attempt")), ranked(rapid.IntRange(0, 2).Draw(t, "rank")),
			func(e *hook.Evidence) {
				e.Event = fmt.Sprint("evt_", rapid.IntRange(0, 2).Draw(t, "event"))
				e.Amount = rapid.Int64Range(0, 1).Draw(t, "amount")
			})
	})
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]hook.SubjectKind{hook.KindRun, hook.KindDeployment, hook.KindOwn}).Draw(t, "kind")
		soup := rapid.SliceOfN(one, 0, 9).Draw(t, "soup")
		other := rapid.Permutation(append(slices.Clone(soup), soup...)).Draw(t, "order")
		if diff := cmp.Diff(deriveState(kind, payments.InOrder(soup)), deriveState(kind, payments.InOrder(other)), cmp.AllowUnexported(derivedState{})); diff != "" {
			t.Fatal(diff)
		}
	})
}
