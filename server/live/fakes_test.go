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

// memoryLog is a Log in memory, which is fast even with 100,000 deliveries.
type memoryLog struct {
	mu    sync.Mutex
	all   []hook.Delivery
	swept hook.Seq
	grown chan struct{}
}

func newMemoryLog() *memoryLog { return &memoryLog{grown: make(chan struct{})} }

func (m *memoryLog) add(endpoint hook.EndpointID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = append(m.all, hook.Delivery{Seq: hook.Seq(len(m.all) + 1), Endpoint: endpoint, Method: "POST", Path: "/"})
	close(m.grown)
	m.grown = make(chan struct{})
}

func (m *memoryLog) After(_ context.Context, from hook.Seq, limit int) ([]hook.Delivery, hook.Seq, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if int(from) >= len(m.all) {
		return nil, from, nil
	}
	page := m.all[max(from, m.swept):]
	page = append([]hook.Delivery(nil), page[:min(limit, len(page))]...)
	return page, page[len(page)-1].Seq, nil
}

func (m *memoryLog) Changed() <-chan struct{} { m.mu.Lock(); defer m.mu.Unlock(); return m.grown }
func (m *memoryLog) Epoch() string            { return "epochone" }
func (m *memoryLog) Head() hook.Seq           { m.mu.Lock(); defer m.mu.Unlock(); return hook.Seq(len(m.all)) }
func (m *memoryLog) FirstKept() hook.Seq      { m.mu.Lock(); defer m.mu.Unlock(); return m.swept + 1 }

// receivedFrame is a frame as a client reads it.
type receivedFrame struct {
	From, To, Head string
	Reset          bool
	Updates        []struct {
		Kind     string
		Seq      hook.Seq
		Delivery hook.Delivery
		Endpoint *struct{ Name string }
	}
}

func parse(t *testing.T, payload []byte) receivedFrame {
	t.Helper()
	var f receivedFrame
	if err := json.Unmarshal(payload, &f); err != nil {
		t.Fatalf("%v: %s", err, payload)
	}
	return f
}

// unmarshal decodes a frame into a type that a test needs.
func unmarshal(t testing.TB, payload []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(payload, into); err != nil {
		t.Fatalf("%v: %s", err, payload)
	}
}

// fakeConn is a Conn that records messages. It can be made to accept only part of a message (stuck).
type fakeConn struct {
	mu        sync.Mutex
	got       [][]byte
	rest      []byte
	stuck     bool
	closed    bool
	reconnect bool
	news      chan struct{}
	release   chan struct{}
}

func newFakeConn() *fakeConn {
	return &fakeConn{news: make(chan struct{}, 1), release: make(chan struct{})}
}

func (c *fakeConn) Send(message []byte) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, errors.New("closed")
	}
	if c.stuck {
		c.rest = append([]byte(nil), message[:3]...)
		return message[3:], nil
	}
	c.record(message)
	return nil, nil
}

func (c *fakeConn) record(message []byte) {
	c.got = append(c.got, append([]byte(nil), message...))
	select {
	case c.news <- struct{}{}:
	default:
	}
}

func (c *fakeConn) Finish(rest []byte) error {
	<-c.release
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errors.New("closed")
	}
	c.record(append(c.rest, rest...))
	return nil
}

func (c *fakeConn) Close(reconnect bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.closed, c.reconnect = true, reconnect
		if c.stuck {
			close(c.release)
		}
	}
}

func (c *fakeConn) frames() [][]byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([][]byte(nil), c.got...)
}

// running starts a hub that follows log until the test ends.
func running(t *testing.T, log *memoryLog) *Hub {
	t.Helper()
	h := New(log, Options{Now: time.Now, Encode: func(p []byte) []byte { return append([]byte(nil), p...) }, Ping: nil})
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { _ = follow.Run(ctx, log, h, slog.New(slog.DiscardHandler)) })
	all.Go(func() { _ = h.Run(ctx) })
	t.Cleanup(func() { cancel(); all.Wait() })
	return h
}

func join(t *testing.T, h *Hub, w *fakeConn, after string, endpoint hook.EndpointID) *Reader {
	t.Helper()
	p, err := h.PositionAfter(after, endpoint)
	if err != nil {
		t.Fatal(err)
	}
	return h.Join(w, p)
}

// until waits until done reports true for the frames that have arrived.
func (c *fakeConn) until(t *testing.T, done func([]receivedFrame) bool) []receivedFrame {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		var all []receivedFrame
		for _, payload := range c.frames() {
			all = append(all, parse(t, payload))
		}
		if done(all) {
			return all
		}
		select {
		case <-c.news:
		case <-deadline:
			t.Fatalf("still waiting after %d frames", len(all))
		}
	}
}

func caughtUp(head hook.Seq) func([]receivedFrame) bool {
	return func(all []receivedFrame) bool {
		return len(all) > 0 && all[len(all)-1].To == hook.Cursor{Epoch: "epochone", Seq: head}.String()
	}
}

// check fails unless the ranges of the frames have no gap, and their deliveries are exactly want, in order.
func check(t *testing.T, frames []receivedFrame, want []hook.Seq) {
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
		t.Fatalf("got %d deliveries, want %d\n%v\n%v", len(got), len(want), got, want)
	}
}

func seqs(from, to hook.Seq) []hook.Seq {
	var all []hook.Seq
	for s := from; s <= to; s++ {
		all = append(all, s)
	}
	return all
}
