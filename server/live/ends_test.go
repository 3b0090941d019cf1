package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"hookbeam/server/follow"
	"hookbeam/server/hook"
)

// memory is a log in memory: the seam's other side, so that a test can hold 100,000 deliveries in no time.
type memory struct {
	mu    sync.Mutex
	all   []hook.Delivery
	swept hook.Seq
	grown chan struct{}
}

func newMemory() *memory { return &memory{grown: make(chan struct{})} }

func (m *memory) add(endpoint hook.EndpointID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = append(m.all, hook.Delivery{Seq: hook.Seq(len(m.all) + 1), Endpoint: endpoint, Method: "POST", Path: "/"})
	close(m.grown)
	m.grown = make(chan struct{})
}

func (m *memory) After(_ context.Context, from hook.Seq, limit int) ([]hook.Delivery, hook.Seq, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if int(from) >= len(m.all) {
		return nil, from, nil
	}
	page := m.all[max(from, m.swept):]
	page = append([]hook.Delivery(nil), page[:min(limit, len(page))]...)
	return page, page[len(page)-1].Seq, nil
}

func (m *memory) Changed() <-chan struct{} { m.mu.Lock(); defer m.mu.Unlock(); return m.grown }
func (m *memory) Epoch() string            { return "epochone" }
func (m *memory) Head() hook.Seq           { m.mu.Lock(); defer m.mu.Unlock(); return hook.Seq(len(m.all)) }
func (m *memory) FirstKept() hook.Seq      { m.mu.Lock(); defer m.mu.Unlock(); return m.swept + 1 }

// told is a frame as a client reads it.
type told struct {
	From, To, Head string
	Reset          bool
	Updates        []struct {
		Kind     string
		Seq      hook.Seq
		Delivery hook.Delivery
		Endpoint *struct{ Name string }
	}
}

func parse(t *testing.T, payload []byte) told {
	t.Helper()
	var f told
	if err := json.Unmarshal(payload, &f); err != nil {
		t.Fatalf("%v: %s", err, payload)
	}
	return f
}

// farEnd is a socket's far end that a test can stop, break and read.
type farEnd struct {
	mu      sync.Mutex
	got     [][]byte
	rest    []byte
	stuck   bool
	closed  bool
	comeOn  bool
	news    chan struct{}
	release chan struct{}
}

func newFarEnd() *farEnd { return &farEnd{news: make(chan struct{}, 1), release: make(chan struct{})} }

func (w *farEnd) Send(message []byte) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil, errors.New("closed")
	}
	if w.stuck {
		w.rest = append([]byte(nil), message[:3]...)
		return message[3:], nil
	}
	w.take(message)
	return nil, nil
}

func (w *farEnd) take(message []byte) {
	w.got = append(w.got, append([]byte(nil), message...))
	select {
	case w.news <- struct{}{}:
	default:
	}
}

func (w *farEnd) Finish(rest []byte) error {
	<-w.release
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return errors.New("closed")
	}
	w.take(append(w.rest, rest...))
	return nil
}

func (w *farEnd) Close(comeBack bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closed {
		w.closed, w.comeOn = true, comeBack
		if w.stuck {
			close(w.release)
		}
	}
}

func (w *farEnd) frames() [][]byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([][]byte(nil), w.got...)
}

// running starts a hub that follows log until the test ends.
func running(t *testing.T, log *memory) *Hub {
	t.Helper()
	h := New(log, Options{Now: time.Now, Encode: func(p []byte) []byte { return append([]byte(nil), p...) }, Ping: nil})
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { _ = follow.Run(ctx, log, h, slog.New(slog.DiscardHandler)) })
	all.Go(func() { _ = h.Run(ctx) })
	t.Cleanup(func() { cancel(); all.Wait() })
	return h
}

func join(t *testing.T, h *Hub, w *farEnd, after string, endpoint hook.EndpointID) *Reader {
	t.Helper()
	p, err := h.PositionAfter(after, endpoint)
	if err != nil {
		t.Fatal(err)
	}
	return h.Join(w, p)
}

// until reads frames until done says that they are enough.
func (w *farEnd) until(t *testing.T, done func([]told) bool) []told {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		var all []told
		for _, payload := range w.frames() {
			all = append(all, parse(t, payload))
		}
		if done(all) {
			return all
		}
		select {
		case <-w.news:
		case <-deadline:
			t.Fatalf("still waiting after %d frames", len(all))
		}
	}
}

func caughtUp(head hook.Seq) func([]told) bool {
	return func(all []told) bool {
		return len(all) > 0 && all[len(all)-1].To == hook.Cursor{Epoch: "epochone", Seq: head}.String()
	}
}

// check fails unless the frames join without a hole and tell exactly want, in order.
func check(t *testing.T, frames []told, want []hook.Seq) {
	t.Helper()
	var got []hook.Seq
	for i, f := range frames {
		if i > 0 && f.From != frames[i-1].To {
			t.Fatalf("frame %d begins at %s, the one before ended at %s", i, f.From, frames[i-1].To)
		}
		for _, u := range f.Updates {
			if u.Kind == "delivery" {
				got = append(got, u.Seq)
			}
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("told %d deliveries, want %d\n%v\n%v", len(got), len(want), got, want)
	}
}

func seqs(from, to hook.Seq) []hook.Seq {
	var all []hook.Seq
	for s := from; s <= to; s++ {
		all = append(all, s)
	}
	return all
}
