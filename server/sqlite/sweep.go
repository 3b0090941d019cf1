package sqlite

import (
	"context"
	"sync"
	"time"

	"hookbeam/server/hook"
)

const (
	// sweepEvery is how often the sweeper looks whether there is anything to remove, beside being woken.
	sweepEvery = 10 * time.Second
	// What one step removes at most: little enough that nobody who waits for the writer notices.
	stepRows  = 1000
	stepBytes = 64 << 20
	// saveAfter is how long the time at which the log was last seen may go unwritten where nothing else is written.
	saveAfter = time.Hour
	// warnAgainAfter is how often the same warning is logged.
	warnAgainAfter = time.Hour
)

// sweeper is what Sweep remembers from one pass to the next.
type sweeper struct {
	mu       sync.Mutex    // held during a pass over deliveries
	wake     chan struct{} // one slot: a bound is passed
	unsigned hook.Seq      // no unsigned delivery up to this seq is kept
	saved    time.Duration // when the ledger was last written
	events   eventSweeper

	warning sync.Mutex
	warned  map[string]time.Duration
}

// Sweep keeps the log within its bounds until ctx ends, in small steps between which appends go on. It looks every few
// seconds, and at once when the writer sees that a bound is passed: a sender can write gigabytes within seconds.
// Events are
// forgotten beside that, for all of them must be read.
func (s *Log) Sweep(ctx context.Context) error {
	var events sync.WaitGroup
	defer events.Wait()
	events.Go(func() { s.keepSweeping(ctx, s.sweeper.events.wake, s.sweepEvents) })
	s.keepSweeping(ctx, s.sweeper.wake, func(ctx context.Context) error {
		_, err := s.sweepDeliveries(ctx)
		return err
	})
	return nil
}

func (s *Log) keepSweeping(ctx context.Context, wake <-chan struct{}, sweep func(context.Context) error) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		awake := wake
		if err := sweep(ctx); err != nil && ctx.Err() == nil {
			s.options.Log.Error("could not remove what is beyond the bounds of the log", "error", err)
			awake = nil // it is tried again at the next tick, not at each commit
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-awake:
		}
	}
}

// SweepOnce removes everything that is beyond a bound now, events too, and returns how many deliveries that were.
func (s *Log) SweepOnce(ctx context.Context) (removed int64, err error) {
	if removed, err = s.sweepDeliveries(ctx); err != nil {
		return removed, err
	}
	return removed, s.sweepEvents(ctx)
}

// sweepDeliveries removes rejected deliveries that are beyond their own bounds, then unsigned ones, then the oldest
// of the
// log.
func (s *Log) sweepDeliveries(ctx context.Context) (removed int64, err error) {
	s.sweeper.mu.Lock()
	defer s.sweeper.mu.Unlock()
	before := s.oldAt()
	for _, step := range []func(context.Context) (int64, error){
		s.sweepRejected,
		s.sweepUnverified,
		func(ctx context.Context) (int64, error) { return s.sweepOldest(ctx, before) },
	} {
		for {
			n, err := step(ctx)
			removed += n
			if err != nil {
				return removed, err
			}
			if n == 0 {
				break
			}
		}
	}
	s.warnOfBounds()
	return removed, s.saveNow(ctx)
}

// oldAt is the time before which deliveries are too old, in milliseconds; 0: none are, or the clock is not believed.
func (s *Log) oldAt() int64 {
	believed := s.ClockBelieved()
	if s.options.KeepFor <= 0 || !believed {
		return 0
	}
	return s.options.Now().Add(-s.options.KeepFor).UnixMilli()
}

// ClockBelieved looks at the clock, and reports whether it can be believed where it says that something is old. It
// cannot
// for a day of running time after it leapt ahead.
func (s *Log) ClockBelieved() bool {
	now := s.options.Now()
	paused, leap := s.clock.look(now, s.options.Running())
	if leap > 0 {
		s.warn("clock", "the clock is ahead of what was expected: for a day nothing is removed by age, in case it is "+
			"wrong. If it is right, there is nothing to do; if not, set it within that day",
			"clock", now.UTC(), "ahead", leap.Round(time.Second), "paused", paused)
	}
	return paused == 0
}

// saveNow writes the ledger where it has changed, and sometimes where it has not: for the time at which the log was
// seen.
func (s *Log) saveNow(ctx context.Context) error {
	running := s.options.Running()
	recent := s.sweeper.saved != 0 && running-s.sweeper.saved < saveAfter
	unsaved := false
	err := s.do(ctx, func(c *writerConn) error {
		if unsaved = s.ledger.unsaved || s.ledger.behind || !recent; !unsaved {
			return nil
		}
		return s.save(c)
	})
	if err == nil && unsaved {
		s.sweeper.saved = running
	}
	return err
}

// warn logs a warning, the same one at most once an hour.
func (s *Log) warn(what, text string, args ...any) {
	s.sweeper.warning.Lock()
	defer s.sweeper.warning.Unlock()
	running := s.options.Running()
	if last, ok := s.sweeper.warned[what]; ok && running-last < warnAgainAfter {
		return
	}
	if s.sweeper.warned == nil {
		s.sweeper.warned = map[string]time.Duration{}
	}
	s.sweeper.warned[what] = running
	s.options.Log.Warn(text, args...)
}
