package sqlite

import (
	"sync"
	"time"
)

const (
	// clockLeap is how far the clock may be ahead of what was expected, at a start or between two looks at it.
	clockLeap = 24 * time.Hour
	// clockPause is for how long of running time nothing is removed by age after a leap. Then the clock is believed.
	clockPause = 24 * time.Hour
)

// clockWatch decides whether the clock can be believed where it says that deliveries are old. A clock that is wrong
// by a
// month would remove a whole log. The clock is held against the time that has passed since it was last looked at;
// over a
// restart, against the time at which the log was last seen. A clock that is behind removes nothing too early.
type clockWatch struct {
	mu      sync.Mutex
	seen    time.Time     // the clock when it was last looked at
	running time.Duration // the time that had passed then
	paused  time.Duration // for how much longer nothing is removed by age
}

// load takes over what was stored: both are milliseconds.
func (w *clockWatch) load(seen, paused int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen, w.paused = time.UnixMilli(seen), time.Duration(paused)*time.Millisecond
}

// begin starts to watch, before the clock is first looked at. A log that was never seen before has nothing to compare.
func (w *clockWatch) begin(now time.Time, running time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running = running; w.seen.IsZero() {
		w.seen = wall(now)
	}
}

// look returns for how long the clock is not believed, and by how much it leapt ahead since the last look. A further
// leap
// does not make the pause longer: a computer that is off every other day would never remove anything.
func (w *clockWatch) look(now time.Time, running time.Duration) (paused, leap time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	passed := running - w.running
	leap = wall(now).Sub(w.seen.Add(passed))
	w.seen, w.running = wall(now), running
	if w.paused = max(0, w.paused-passed); leap <= clockLeap {
		return w.paused, 0
	}
	if w.paused == 0 {
		w.paused = clockPause
	}
	return w.paused, leap
}

// wall is the time that a clock on the wall shows. Times that come from time.Now also carry how long the process has
// been
// running, and the difference of two of those says nothing of the clock.
func wall(t time.Time) time.Time { return t.Round(0) }

// saved is what the next start must know, in milliseconds.
func (w *clockWatch) saved() (seen, paused int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen.UnixMilli(), w.paused.Milliseconds()
}

func (w *clockWatch) pausedMillis() int64 {
	_, paused := w.saved()
	return paused
}
