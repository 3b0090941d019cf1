package follow

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hookbeam/server/hook"
)

// growing is a log that a test lets grow.
type growing struct {
	mu    sync.Mutex
	head  hook.Seq
	grown chan struct{}
	fails int // readings that fail before one succeeds
}

func (g *growing) After(_ context.Context, from hook.Seq, limit int) (page []hook.Delivery, upTo hook.Seq, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.fails > 0 {
		g.fails--
		return nil, from, errors.New("disk")
	}
	for seq := from + 1; seq <= g.head && len(page) < limit; seq++ {
		page, upTo = append(page, hook.Delivery{Seq: seq}), seq
	}
	return page, max(upTo, from), nil
}

func (g *growing) Changed() <-chan struct{} { g.mu.Lock(); defer g.mu.Unlock(); return g.grown }

func (g *growing) grow(n hook.Seq) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.head += n
	close(g.grown)
	g.grown = make(chan struct{})
}

// writing is a follower that notes what it was given.
type writing struct {
	got   []hook.Seq
	at    hook.Seq
	fails int
	tries []time.Time
}

func (w *writing) Name() string       { return "writing" }
func (w *writing) Position() hook.Seq { return w.at }

func (w *writing) Apply(_ context.Context, page []hook.Delivery, upTo hook.Seq) error {
	w.tries = append(w.tries, time.Now())
	if w.fails > 0 {
		w.fails--
		return errors.New("not now")
	}
	for _, d := range page {
		w.got = append(w.got, d.Seq)
	}
	w.at = upTo
	return nil
}

func follow(t *testing.T, g *growing, w *writing, during func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- Run(ctx, g, w, slog.New(slog.DiscardHandler)) }()
	synctest.Wait()
	during()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	var want []hook.Seq
	for seq := hook.Seq(1); seq <= g.head; seq++ {
		want = append(want, seq)
	}
	if !slices.Equal(w.got, want) {
		t.Errorf("got %d deliveries in order %v, want %d", len(w.got), w.got, len(want))
	}
}

func TestAFollowerTakesEverythingInOrderAndWaitsForMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, w := &growing{head: 1500, grown: make(chan struct{})}, &writing{}
		follow(t, g, w, func() {
			for range 3 {
				g.grow(7)
				synctest.Wait()
			}
		})
	})
}

func TestAFollowerThatFailsIsTriedAgainFromWhereItStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, w := &growing{head: 3, grown: make(chan struct{}), fails: 1}, &writing{fails: 3}
		follow(t, g, w, func() { <-time.After(time.Minute) }) // on the test's clock
		if len(w.tries) != 4 {
			t.Fatalf("%d tries, want 4", len(w.tries))
		}
		for i, want := range []time.Duration{200, 400, 800} { // the failed reading took the first pause
			if got := w.tries[i+1].Sub(w.tries[i]); got != want*time.Millisecond {
				t.Errorf("pause %d was %s, want %d ms", i, got, want)
			}
		}
	})
}
