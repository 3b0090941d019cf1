package server

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

// ballast allocates memory that is never written to, so it is never resident. It makes the heap larger, so that the
// garbage collector runs after about 200 MiB of new garbage instead of 4: an idle server has a small heap, and under
// load the collector would run many times a second. That garbage is resident while there is load, so the ballast is
// a small share of the available memory.
func ballast() []byte { return make([]byte, ballastSize(availableMemory(os.DirFS("/")))) }

// ballastSize returns the size of the ballast in bytes: 96 MiB, or a sixteenth of the memory where that is less.
func ballastSize(available int64) int { return int(min(96<<20, available/16)) }

// liveMetric is the name of the heap that the last collection kept, in runtime/metrics.
const liveMetric = "/gc/heap/live:bytes"

// liveBytes returns the bytes that the last garbage collection kept, without the ballast. Other figures of the heap
// also contain the garbage since then, so they go up and down, and a leak does not show in them. The ballast is
// allocated before the first collection, but that need not have happened yet.
func liveBytes() uint64 {
	live := []metrics.Sample{{Name: liveMetric}}
	metrics.Read(live)
	if live[0].Value.Kind() != metrics.KindUint64 {
		return 0 // this release of Go does not have it; a test fails then
	}
	kept, unused := live[0].Value.Uint64(), uint64(ballastSize(availableMemory(os.DirFS("/"))))
	if kept < unused {
		return kept
	}
	return kept - unused
}

// startPercent is GOGC while the server starts: the collector then runs after 16 MiB of garbage instead of 4. A start
// makes less than that, and one collection would take a tenth of its time.
const startPercent = 400

// delayCollections sets startPercent, and returns a function that restores GOGC, which may be called more than once.
// The setting is the process's, so only one server may run in it.
func delayCollections() (end func()) {
	before := debug.SetGCPercent(startPercent)
	return sync.OnceFunc(func() { debug.SetGCPercent(before) })
}

// Parameters of waveDetector.
const (
	lookEvery = 500 * time.Millisecond // interval of samples
	waveSize  = 500                    // a wave is at least so many sockets that were opened or closed
	restLooks = 4                      // samples after a wave that detect none
)

// waveDetector detects that many sockets were opened or closed and that their number is stable again. One goroutine
// samples the number at regular intervals.
type waveDetector struct {
	settled int // open sockets after the last wave
	last    int // open sockets at the last sample
	rest    int // samples left that detect no wave
}

// ended takes a sample of the number of open sockets, and reports whether a wave has ended: the number differs by at
// least waveSize from that after the last wave, and has not changed since the last sample.
func (w *waveDetector) ended(open int) bool {
	calm := open == w.last
	w.last, w.rest = open, max(w.rest-1, 0)
	if !calm || w.rest > 0 || max(open-w.settled, w.settled-open) < waveSize {
		return false
	}
	w.settled, w.rest = open, restLooks
	return true
}

// freeMemoryAfterWaves returns memory to the operating system after each wave of sockets, until ctx ends. Upgrading a
// connection creates several times as much garbage as the socket then needs, and an idle server would not collect it.
// open returns the number of open sockets.
func freeMemoryAfterWaves(ctx context.Context, open func() int) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for w := (waveDetector{}); ; {
		select {
		case <-tick.C:
			if w.ended(open()) {
				debug.FreeOSMemory()
			}
		case <-ctx.Done():
			return nil
		}
	}
}
