package trust_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/gorilla/websocket"
)

// TestAStuckReaderDelaysNobodyAndCostsBoundedMemory checks R6: 100 WebSockets connect and never read, next to one that
// does, while 6,000 large updates are sent. The healthy reader must receive all of them. The server may grow by a
// sixteenth of what the stuck readers lack at most. In the end one of them reads again and must get everything, on the
// same connection or on a new one.
func TestAStuckReaderDelaysNobodyAndCostsBoundedMemory(t *testing.T) {
	t.Parallel()
	const stuck, posts, senders = 100, 6000, 16
	s := serveMeasured(t)
	e := s.first()
	client := newClient(t, senders)
	// The kernel buffers some megabytes per connection, so the updates are made large with a long path.
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
	// The first flood has filled all buffers and caches, so what grows from now on is for readers.
	before := s.resident()

	late := &view{server: s}
	conns := make([]*websocket.Conn, stuck)
	// A small receive buffer, so that a reader that does not read fills up soon.
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

	// An update with this path takes about 3,300 bytes.
	growth, owed := s.resident()-before, stuck*posts*3300
	t.Logf("the server grew by %d MiB; the stuck readers were owed %d MiB", growth>>20, owed>>20)
	if growth > owed/16 {
		t.Errorf("the server grew by %d MiB for readers that do not read", growth>>20)
	}
	// A stuck reader that reads again continues from its cursor, on a new connection if the server closed the old one.
	within(t, "a stuck reader that wakes", func(ctx context.Context) error {
		err := late.listen(ctx, conns[0], late.until(2*posts))
		var hungUp *websocket.CloseError
		// If the server gave up on it, the close frame may be lost behind what was not read: then it is a reset.
		if !errors.As(err, &hungUp) && !errors.Is(err, syscall.ECONNRESET) {
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
	// Each may also have received deliveries from just before it connected, so only the last are compared.
	if got, want := late.last(posts), healthy.last(posts); len(got) != posts || !slices.Equal(got, want) {
		t.Errorf("of %d deliveries the late reader saw %d and the healthy one %d, or others", posts, len(got),
			len(want))
	}
}
