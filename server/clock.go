package server

import "time"

// steadyClock returns a clock that began at a time and goes on with how long the process has been running. Nobody can
// set
// it. Who measures how long somebody has been silent goes by it: by a clock that is set forward every reader would be
// dropped at once, and by one that is set back none would be for as long.
func steadyClock(began time.Time, running func() time.Duration) func() time.Time {
	began = began.Round(0)
	return func() time.Time { return began.Add(running()) }
}
