package sqlite

import (
	"sync"
	"time"
)

const (
	// maxClockJump is how far the clock may be ahead of the expected time, at a start or between two checks.
	maxClockJump = 24 * time.Hour
	// clockPause is for how long nothing is removed by age after a greater jump. It counts only time in which the
	// server runs. An operator has that long to correct the clock; then the new time is accepted.
	clockPause = 24 * time.Hour
)

// clockWatch decides whether the system clock can be trusted to say that deliveries are old. Retention by age would
// delete the whole log if the clock were wrong by a month.
//
// While the server runs, it compares the clock with a monotonic clock. At a start it compares it with the time at which
// the log was last known to be in use, from the table retention or the newest delivery. A clock that is behind is not a
// problem, since nothing is then removed too early.
type clockWatch struct {
	mu      sync.Mutex
	seen    time.Time     // the system clock at the last check
	running time.Duration // the monotonic clock at the last check
	paused  time.Duration // remaining time in which nothing is removed by age
}

// load sets the state that a previous process stored, in milliseconds: the time of its last check, and what remained of
// a pause.
func (w *clockWatch) load(seen, paused int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen, w.paused = time.UnixMilli(seen), time.Duration(paused)*time.Millisecond
}

// begin sets the monotonic clock's start. A new log has no earlier time to compare with, so it accepts the clock.
func (w *clockWatch) begin(now time.Time, running time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running = running; w.seen.IsZero() {
		w.seen = wall(now)
	}
}

// check compares the clocks. It returns for how long nothing is removed by age yet, and by how much the clock jumped
// ahead since the last check, 0 if that is within maxClockJump. A further jump does not extend a pause: otherwise a
// computer that is switched off every other day would never remove anything.
func (w *clockWatch) check(now time.Time, running time.Duration) (paused, leap time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	passed := running - w.running
	leap = wall(now).Sub(w.seen.Add(passed))
	w.seen, w.running = wall(now), running
	if w.paused = max(0, w.paused-passed); leap <= maxClockJump {
		return w.paused, 0
	}
	if w.paused == 0 {
		w.paused = clockPause
	}
	return w.paused, leap
}

// wall returns t without its monotonic reading. A difference of two times from time.Now uses the monotonic readings, so
// it would not show that the system clock was set.
func wall(t time.Time) time.Time { return t.Round(0) }

// saved returns what the next start needs, in milliseconds: see load.
func (w *clockWatch) saved() (seen, paused int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen.UnixMilli(), w.paused.Milliseconds()
}

// pausedMillis returns the remaining pause in milliseconds.
func (w *clockWatch) pausedMillis() int64 {
	_, paused := w.saved()
	return paused
}
