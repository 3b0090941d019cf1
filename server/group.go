package server

import (
	"context"
	"errors"
	"sync"
)

// group is the parts that live as long as the server. Each is stopped by itself, because their order matters; when one
// fails by itself, all of them are to stop.
type group struct {
	outer  context.Context // ends when the server is told to stop
	failed chan struct{}   // closed when a part has failed

	mu   sync.Mutex
	errs []error
}

// part is one of them.
type part struct {
	cancel context.CancelFunc
	done   chan struct{}
}

func newGroup(ctx context.Context) *group { return &group{outer: ctx, failed: make(chan struct{})} }

// start runs a part. Its context does not end with the server's, but when the part is stopped.
func (g *group) start(run func(context.Context) error) *part {
	ctx, cancel := context.WithCancel(context.WithoutCancel(g.outer))
	p := &part{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		defer cancel()
		if err := run(ctx); err != nil && !errors.Is(err, context.Canceled) {
			g.fail(err)
		}
	}()
	return p
}

func (g *group) fail(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.errs) == 0 {
		close(g.failed)
	}
	g.errs = append(g.errs, err)
}

// ended returns a channel that is closed when the server is to stop.
func (g *group) ended() <-chan struct{} {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-g.outer.Done():
		case <-g.failed:
		}
	}()
	return ended
}

// stop ends a part and waits for it.
func (g *group) stop(p *part) {
	p.cancel()
	<-p.done
}

// failure is why parts failed, nil if none did.
func (g *group) failure() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return errors.Join(g.errs...)
}
