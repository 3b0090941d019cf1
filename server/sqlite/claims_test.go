package sqlite

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"hookbeam/server/hook"
)

// TestWhoCommitsTogetherClaimsAsAlone has deliveries be committed some by some, and holds what each was taken for
// against what they are one after the other.
func TestWhoCommitsTogetherClaimsAsAlone(t *testing.T) {
	s := resting(t)
	round := 0
	rapid.Check(t, func(t *rapid.T) {
		round++
		event := func() string {
			return fmt.Sprint(
				"evt_",
				round,
				"_",
				rapid.OneOf(rapid.IntRange(0, 3), rapid.IntRange(10, 1_000_000)).Draw(t, "event"),
			)
		}
		firsts, tries := map[string]hook.Seq{}, map[string]int{}
		for range rapid.IntRange(1, 4).Draw(t, "commits") {
			var works []*writeRequest
			batches := rapid.IntRange(0, 3).Draw(t, "batches") == 0
			for range rapid.IntRange(1, 40).Draw(t, "together") {
				r := verified(event())
				switch kind := rapid.IntRange(0, 9).Draw(t, "kind"); {
				case kind == 0:
					r.Verdict = hook.Unsigned
				case kind < 5 && batches:
					r = batch(r.Event, event())
				}
				works = append(works, &writeRequest{record: r, done: make(chan struct{}, 1)})
			}
			s.commit(append([]*writeRequest(nil), works...))
			for _, w := range works {
				if <-w.done; w.err != nil {
					t.Fatal(w.err)
				}
				r := w.record
				if want, try := expected(r, firsts, tries); r.DuplicateOf != want || r.Occurrence != try {
					t.Fatalf(
						"%d, %s: a repeat of %d, try %d; want %d, %d",
						r.Seq,
						r.Event,
						r.DuplicateOf,
						r.Occurrence,
						want,
						try,
					)
				}
			}
		}
	})
}

// expected is of which delivery r is a repeat, and which try, after those before it.
func expected(r *hook.Record, firsts map[string]hook.Seq, tries map[string]int) (of hook.Seq, try int) {
	if r.Verdict != hook.Verified {
		return 0, 0
	}
	claim := func(event string) hook.Seq {
		if firsts[event] == 0 {
			firsts[event] = r.Seq
		}
		if tries[event] == 0 || firsts[event] != r.Seq {
			tries[event]++
		}
		return firsts[event]
	}
	if len(r.Batch) == 0 {
		if of = claim(r.Event); of == r.Seq {
			return 0, 0
		}
		return of, tries[r.Event]
	}
	repeats := 0
	for _, e := range r.Batch {
		if first := claim(e.ID); first != r.Seq {
			if repeats++; repeats == 1 {
				of = first
			}
		}
	}
	if repeats < len(r.Batch) {
		of = 0
	}
	return of, 0
}
