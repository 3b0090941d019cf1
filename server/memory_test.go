package server

import "testing"

func TestAWaveIsOverWhenManyHaveComeAndItIsCalm(t *testing.T) {
	var w wave
	for i, step := range []struct {
		open int
		over bool
	}{{0, false}, {10, false}, {10, false}, {600, false}, {900, false}, {900, true}, {900, false}, {950, false}, {950, false},
		{100, false}, {100, true}, {100, false}} {
		if got := w.over(step.open); got != step.over {
			t.Errorf("step %d, %d open: %v", i, step.open, got)
		}
	}
}
