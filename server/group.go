package server

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// part is one piece of the server that lives until the server is told to stop. A list of them says the order: each is
// started after the one before, and stopped before it.
type part struct {
	name string
	// run runs the part until its context ends; nil if it is only a step of stopping. An error stops the server.
	run func(context.Context) error
	// stop is called before the context ends, and brings the part to its end without haste; nil if there is nothing
	// to do.
	stop func()
}

// group runs the parts of a server. When one of them fails, all are to stop. The one goroutine that starts parts is the
// one that stops them.
type group struct {
	outer   context.Context // ends when the server is told to stop
	failed  chan struct{}   // closed when a part has failed
	running []runningPart   // in the order in which they were started

	mu   sync.Mutex
	errs []error
}

// runningPart is a part that was started and is not yet stopped.
type runningPart struct {
	part
	cancel context.CancelFunc
	done   chan struct{}
}

func newGroup(ctx context.Context) *group { return &group{outer: ctx, failed: make(chan struct{})} }

// start runs parts, in this order. Their contexts do not end with the server's, but when they are stopped.
func (g *group) start(parts ...part) {
	for _, p := range parts {
		ctx, cancel := context.WithCancel(context.WithoutCancel(g.outer))
		started := runningPart{part: p, cancel: cancel, done: make(chan struct{})}
		g.running = append(g.running, started)
		if p.run == nil {
			close(started.done)
			continue
		}
		go func() {
			defer close(started.done)
			defer cancel()
			if err := p.run(ctx); err != nil && !errors.Is(err, context.Canceled) {
				g.fail(fmt.Errorf("%s: %w", p.name, err))
			}
		}()
	}
}

func (g *group) fail(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.errs) == 0 {
		close(g.failed)
	}
	g.errs = append(g.errs, err)
}

// wait returns when the server is to stop: when it is told to, or when a part has failed.
func (g *group) wait() {
	select {
	case <-g.outer.Done():
	case <-g.failed:
	}
}

// stop stops all parts, the one that was started last first. Each has ended before the next is stopped.
func (g *group) stop() {
	for i := len(g.running) - 1; i >= 0; i-- {
		p := g.running[i]
		if p.stop != nil {
			p.stop()
		}
		p.cancel()
		<-p.done
	}
	g.running = nil
}

// failure is why parts failed, nil if none did.
func (g *group) failure() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return errors.Join(g.errs...)
}
