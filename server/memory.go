package server

import (
	"context"
	"runtime/debug"
	"time"
)

// ballast is memory that is reserved and never touched, so it is never resident. It makes the collector wait for about
// 100 MiB of garbage instead of 4: with a heap as small as a quiet server's it would otherwise run many times a second
// under load. Where GOMEMLIMIT sets a limit, which counts it, it is a small part of that.
func ballast() []byte { return make([]byte, min(48<<20, debug.SetMemoryLimit(-1)/16)) }

const (
	waveSize = 500             // sockets that come or go together
	calmTime = 2 * time.Second // without any coming or going, the wave is over
)

// wave notices when many sockets have come or gone and it is calm again.
type wave struct {
	settled int // how many were open when it was last calm
	last    int
}

func (w *wave) over(open int) bool {
	calm := open == w.last
	w.last = open
	if !calm || max(open-w.settled, w.settled-open) < waveSize {
		return false
	}
	w.settled = open
	return true
}

// tidy gives memory back to the system after each wave of sockets until ctx ends. Upgrading a connection leaves several
// times the garbage that the socket then keeps, and a server on which nothing happens has no reason to collect it.
func tidy(ctx context.Context, open func() int) error {
	tick := time.NewTicker(calmTime)
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
