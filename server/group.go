package server

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// part is a long-lived part of the server, such as a follower or the HTTP server. Parts are in a list: each is started
// after the one before it, and stopped before that one.
type part struct {
	name string // prefixes its error
	// run runs the part until its context ends; nil if the part is only a step of the shutdown. An error stops the
	// whole server.
	run func(context.Context) error
	// stop is called before the context ends, to finish work that the end of the context would abort; nil if there is
	// none.
	stop func()
}

// group starts parts in order and stops them in reverse. If one fails, wait returns so that the caller stops all.
// start, wait and stop are called by one goroutine.
type group struct {
	outer   context.Context // ends when the server is asked to stop
	failed  chan struct{}   // closed when the first part fails
	running []runningPart   // in the order in which they were started

	mu   sync.Mutex
	errs []error // of parts that failed
}

// runningPart is a part that was started and is not stopped yet.
type runningPart struct {
	part
	cancel context.CancelFunc
	done   chan struct{}
}

// newGroup returns an empty group. ctx ends when the server is asked to stop.
func newGroup(ctx context.Context) *group { return &group{outer: ctx, failed: make(chan struct{})} }

// start starts parts, in this order. The context of a part does not end with the group's, but when the part is stopped.
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

// fail records the error of a part.
func (g *group) fail(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.errs) == 0 {
		close(g.failed)
	}
	g.errs = append(g.errs, err)
}

// wait blocks until the server is asked to stop, or until a part fails.
func (g *group) wait() {
	select {
	case <-g.outer.Done():
	case <-g.failed:
	}
}

// stop stops all parts in reverse order. It waits for each to end before it stops the next. Calling it again does
// nothing.
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

// failure returns the errors of all parts that failed, or nil.
func (g *group) failure() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return errors.Join(g.errs...)
}
