package sqlite

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"hookbeam/server/hook"
)

// jumps are what a wall clock does between two deliveries.
var jumps = [...]time.Duration{
	0,
	-time.Hour,
	2 * time.Hour,
	-time.Hour,
	time.Hour,
	-2 * time.Hour,
	time.Second,
	49 * time.Hour,
	-49 * time.Hour,
}

// TestOrderAndDuplicatesDoNotDependOnTheClock lets the clock jump before each delivery, and over a restart. Seqs rise
// by one, both ends of the log tell the deliveries by them, and each event has one first delivery and its repeats in
// order.
func TestOrderAndDuplicatesDoNotDependOnTheClock(t *testing.T) {
	dir, clock := t.TempDir(), &clock{at: noon}
	s, stop := running(t, dir, Options{Now: clock.now})
	const events = 3
	firsts := map[string]hook.Seq{}
	tries := map[string]int{}
	total := hook.Seq(0)
	for round := range 3 {
		for i, jump := range jumps {
			clock.move(jump)
			event := fmt.Sprint("evt_", i%events)
			r := verified(event)
			r.ReceivedAt, r.OccurredAt = hook.Time{Time: clock.now()}, hook.Time{Time: clock.now().Add(jump)}
			appended(t, s, r)
			total++
			tries[event]++
			if firsts[event] == 0 {
				firsts[event] = r.Seq
			}
			wantTry, wantFirst := tries[event], firsts[event]
			if wantTry == 1 {
				wantTry, wantFirst = 0, 0
			}
			if r.Seq != total || r.DuplicateOf != wantFirst || r.Occurrence != wantTry {
				t.Errorf(
					"round %d, jump %v: seq %d, try %d of %d; want %d, try %d of %d",
					round,
					jump,
					r.Seq,
					r.Occurrence,
					r.DuplicateOf,
					total,
					wantTry,
					wantFirst,
				)
			}
		}
		checkOrder(t, s, total)
		stop()
		clock.move(-time.Hour)
		s, stop = running(t, dir, Options{Now: clock.now})
		checkOrder(t, s, total) // from the disk
	}
}

// checkOrder reads the log from both ends.
func checkOrder(t *testing.T, s *testStore, total hook.Seq) {
	t.Helper()
	if head := s.Head(); head != total {
		t.Errorf("the head is %d, not %d", head, total)
	}
	forwards, _, err := s.After(t.Context(), 0, 1000)
	must(t, err)
	backwards, _, err := s.Deliveries(t.Context(), hook.Filter{}, 0, 1000)
	must(t, err)
	slices.Reverse(backwards)
	for _, page := range [][]hook.Delivery{forwards, backwards} {
		if len(page) != int(total) {
			t.Fatalf("%d deliveries of %d are told", len(page), total)
		}
		for i, d := range page {
			if d.Seq != hook.Seq(i+1) {
				t.Fatalf("place %d holds seq %d", i+1, d.Seq)
			}
		}
	}
}
