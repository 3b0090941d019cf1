package server

import "time"

// monotonicClock returns a clock that starts at began and advances with the running time of the process. Setting the
// system's clock does not change it.
//
// Time-outs of readers are measured with it. With the system's clock, setting it forward would disconnect every reader
// at once, and setting it back would keep dead readers connected for as long.
func monotonicClock(began time.Time, running func() time.Duration) func() time.Time {
	began = began.Round(0) // drops its own monotonic reading, which running replaces
	return func() time.Time { return began.Add(running()) }
}
