package server

import (
	"context"
	"runtime/debug"
	"sync"
	"time"
)

// ballast is memory that is reserved and never touched, so it is never resident. It makes the collector wait for about
// 100 MiB of garbage instead of 4: with a heap as small as a quiet server's it would otherwise run many times a second
// under load. Where GOMEMLIMIT sets a limit, which counts it, it is a small part of that.
func ballast() []byte { return make([]byte, min(48<<20, debug.SetMemoryLimit(-1)/16)) }

// startPercent is the collector's until the server serves: it then waits for 16 MiB of garbage instead of 4. That is
// more than a start makes, of which running the collector once would be a tenth.
const startPercent = 400

// collectLater sets startPercent, and returns what ends it. One server runs in a process.
func collectLater() (end func()) {
	before := debug.SetGCPercent(startPercent)
	return sync.OnceFunc(func() { debug.SetGCPercent(before) })
}

const (
	lookEvery = 500 * time.Millisecond // it is calm if as many sockets are open as at the look before
	waveSize  = 500                    // opened or closed sockets that are worth a collection
	restLooks = 4                      // looks after a collection that start none
)

// wave notices when many sockets have come or gone and it is calm again.
type wave struct {
	settled int // how many were open when memory was last given back
	last    int // how many were open at the last look
	rest    int // looks that start no collection yet
}

// over reports whether a wave is over, given how many sockets are open now.
func (w *wave) over(open int) bool {
	calm := open == w.last
	w.last, w.rest = open, max(w.rest-1, 0)
	if !calm || w.rest > 0 || max(open-w.settled, w.settled-open) < waveSize {
		return false
	}
	w.settled, w.rest = open, restLooks
	return true
}

// tidy gives memory back to the system after each wave of sockets until ctx ends. Upgrading a connection leaves several
// times the garbage that the socket then keeps, and a server on which nothing happens has no reason to collect it.
func tidy(ctx context.Context, open func() int) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for w := (wave{}); ; {
		select {
		case <-tick.C:
			if w.over(open()) {
				debug.FreeOSMemory()
			}
		case <-ctx.Done():
			return nil
		}
	}
}
