package sqlite

import (
	"context"
	"sync"
	"time"

	"hookbeam/server/hook"
)

const (
	// sweepEvery is the interval of the sweeper's passes. Exceeded limits wake it in between.
	sweepEvery = 10 * time.Second
	// stepRows and stepBytes are how much one transaction removes at most. It must be short, since appends wait for it.
	stepRows  = 1000
	stepBytes = 64 << 20
	// saveAfter is how often the time is stored at which the log was in use, for clockWatch, if nothing else is.
	saveAfter = time.Hour
	// warnAgainAfter is the interval at which the same warning is logged again.
	warnAgainAfter = time.Hour
)

// sweeper is the state of retention. Retention removes, in this order:
//
//   - deliveries beyond the limits that their endpoint has of its own: see sweepEndpoints;
//   - rejected deliveries beyond the limits of their endpoint or of all rejected ones. An append does this itself (see
//     trimRejected); a pass only after the limits were changed;
//   - unsigned and rejected deliveries beyond their shares of --keep-bytes, from the middle of the log, too;
//   - the oldest deliveries of any kind: those that are too old, and verified ones beyond their share;
//   - event ids beyond --keep-events, in a goroutine of their own (eventSweeper).
//
// So unverified deliveries never displace verified ones; see bounds.
type sweeper struct {
	mu       sync.Mutex    // held during a pass over deliveries; guards unsigned, scanned and saved
	wake     chan struct{} // has one slot; the writer sends when a limit is exceeded
	unsigned hook.Seq      // no unsigned delivery up to this seq is kept
	scanned  scannedTo     // what sweepEndpoints need not look at again
	saved    time.Duration // when the ledger was last written, on the monotonic clock
	events   eventSweeper

	warning sync.Mutex // guards warned
	warned  map[string]time.Duration
}

// Sweep keeps the log within its limits until ctx ends, in short transactions between which appends go on. It makes a
// pass every few seconds, and at once when the writer finds that a limit is exceeded. Events have a goroutine of their
// own, because a pass over them reads the whole table.
func (s *Log) Sweep(ctx context.Context) error {
	var events sync.WaitGroup
	defer events.Wait()
	events.Go(func() { s.sweepLoop(ctx, s.sweeper.events.wake, s.sweepEvents) })
	s.sweepLoop(ctx, s.sweeper.wake, func(ctx context.Context) error {
		_, err := s.sweepDeliveries(ctx)
		return err
	})
	return nil
}

// sweepLoop calls sweep at each tick and each wake until ctx ends.
func (s *Log) sweepLoop(ctx context.Context, wake <-chan struct{}, sweep func(context.Context) error) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		awake := wake
		if err := sweep(ctx); err != nil && ctx.Err() == nil {
			s.options.Log.Error("could not remove what exceeds the limits of the log", "error", err)
			awake = nil // after an error it waits for the next tick: every commit would wake it again
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-awake:
		}
	}
}

// SweepOnce makes one pass over deliveries and events, and returns the number of removed deliveries.
func (s *Log) SweepOnce(ctx context.Context) (removed int64, err error) {
	if removed, err = s.sweepDeliveries(ctx); err != nil {
		return removed, err
	}
	return removed, s.sweepEvents(ctx)
}

// sweepDeliveries makes one pass over deliveries. It repeats each step until that removes nothing more.
func (s *Log) sweepDeliveries(ctx context.Context) (removed int64, err error) {
	s.sweeper.mu.Lock()
	defer s.sweeper.mu.Unlock()
	before := s.ageCutoff()
	if removed, err = s.sweepEndpoints(ctx); err != nil {
		return removed, err
	}
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
	if err := s.saveIfChanged(ctx); err != nil {
		return removed, err
	}
	return removed, s.returnSpace(ctx)
}

// ageCutoff returns the time before which deliveries are too old, in milliseconds since 1970. It returns 0 if there is
// no limit, or if the clock is not trusted.
func (s *Log) ageCutoff() int64 {
	believed := s.ClockBelieved()
	if s.options.KeepFor <= 0 || !believed {
		return 0
	}
	return s.options.Now().Add(-s.options.KeepFor).UnixMilli()
}

// ClockBelieved checks the system clock, and reports whether it can be trusted to say that something is old. It cannot
// for a day of running time after it jumped ahead by more than a day. See clockWatch.
func (s *Log) ClockBelieved() bool {
	now := s.options.Now()
	paused, leap := s.clock.check(now, s.options.Running())
	if leap > 0 {
		s.measures.clockJumps.Inc()
		s.warn("clock", "the clock is further ahead than expected. In case it is wrong, nothing is removed by age for "+
			"a day. If it is wrong, correct it within that day; otherwise do nothing",
			"clock", now.UTC(), "ahead", leap.Round(time.Second), "paused", paused)
	}
	return paused == 0
}

// saveIfChanged writes the ledger if it has changed, and otherwise once per saveAfter, for the time that is stored with
// it.
func (s *Log) saveIfChanged(ctx context.Context) error {
	running := s.options.Running()
	recent := s.sweeper.saved != 0 && running-s.sweeper.saved < saveAfter
	unsaved := false
	err := s.do(ctx, func(c *writerConn) error {
		if unsaved = s.ledger.unsaved || s.ledger.staleOnDisk || !recent; !unsaved {
			return nil
		}
		return s.save(c)
	})
	if err == nil && unsaved {
		s.sweeper.saved = running
	}
	return err
}

// warn logs a warning. what identifies it: the same one is logged at most once per warnAgainAfter.
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
