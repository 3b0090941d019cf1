package server

import (
	"testing"
	"time"
)

func TestASteadyClockGoesWithTheProcess(t *testing.T) {
	began, ran := time.Now(), time.Duration(0)
	now := monotonicClock(began, func() time.Duration { return ran })
	for range 3 {
		if got := now(); got != began.Round(0).Add(ran) {
			t.Errorf("after %v it says %v", ran, got)
		}
		ran += time.Hour
	}
}
