package trust_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/websocket"
)

// TestAStuckReaderDelaysNobodyAndCostsBoundedMemory is promise R6: a hundred sockets that are never read, beside one
// that is. What they would have to be sent is many times what the server may grow by.
func TestAStuckReaderDelaysNobodyAndCostsBoundedMemory(t *testing.T) {
	t.Parallel()
	const stuck, posts, senders = 100, 6000, 16
	s := serveMeasured(t)
	e := s.first()
	client := newClient(t, senders)
	// the kernel takes some megabytes for each socket: frames must be more
	path := "/" + strings.Repeat("long-path/", 300)
	flood := func() {
		var all sync.WaitGroup
		for w := range senders {
			all.Go(func() {
				for i := w; i < posts; i += senders {
					if _, err := deliver(t.Context(), client, e.in(s)+path, "x"); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
	}
	flood()
	before := s.resident()

	late := &view{server: s}
	conns := make([]*websocket.Conn, stuck)
	dialer := websocket.Dialer{NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		if err == nil {
			err = conn.(*net.TCPConn).SetReadBuffer(64 << 10)
		}
		return conn, err
	}}
	for i := range conns {
		conn, _, err := dialer.DialContext(t.Context(), late.address("ws", "/api/v1/live"), bearer)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conns[i] = conn
	}
	healthy := &view{server: s}
	conn, err := healthy.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var reading sync.WaitGroup
	reading.Go(func() {
		within(t, "the healthy reader", func(ctx context.Context) error {
			return healthy.listen(ctx, conn, healthy.until(2*posts))
		})
	})
	flood()
	reading.Wait()

	growth, owed := s.resident()-before, stuck*posts*3300
	t.Logf("the server grew by %d MiB; the stuck readers were owed %d MiB", growth>>20, owed>>20)
	if growth > owed/16 {
		t.Errorf("the server grew by %d MiB for readers that do not read", growth>>20)
	}
	// Whoever wakes goes on from its cursor, on the same socket or, where the server gave up on it, on a new one.
	within(t, "a stuck reader that wakes", func(ctx context.Context) error {
		err := late.listen(ctx, conns[0], late.until(2*posts))
		var hungUp *websocket.CloseError
		if !errors.As(err, &hungUp) {
			return err
		}
		again, err := late.open(ctx)
		if err != nil {
			return err
		}
		return late.listen(ctx, again, late.until(2*posts))
	})
	if t.Failed() {
		return
	}
	// Each may also have been told what was answered just before it came.
	if got, want := late.last(posts), healthy.last(posts); len(got) != posts || !slices.Equal(got, want) {
		t.Errorf("of %d deliveries the late reader saw %d and the healthy one %d, or others", posts, len(got),
			len(want))
	}
}
