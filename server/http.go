package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"hookbeam/server/access"
)

// Limits against clients that are slow on purpose.
const (
	headerTime = 10 * time.Second
	readTime   = time.Minute // headers and body
	writeTime  = 75 * time.Second
	idleTime   = 2 * time.Minute
	maxHeaders = 64 << 10
	maxConns   = 20_000 // at once, beside the sockets; about 10 KiB each
)

// How the server leaves.
const (
	quietTime    = time.Second      // when no connection has left for so long, those that stay are not in the middle of saying something
	shutdownTime = 10 * time.Second // for the slowest answers
)

// newHTTP returns the server. What it logs itself, of clients that break off or speak no HTTP, is for level debug;
// that a
// connection could not be accepted is told by the gate.
func newHTTP(h http.Handler, conns *connections, log *slog.Logger) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime,
		IdleTimeout: idleTime, MaxHeaderBytes: maxHeaders, ConnState: conns.note,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
}

func (s *server) listen() error {
	if err := s.http.Serve(s.gate); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// leaveReadiness says that the server is not ready any more, and goes on receiving for as long as load balancers need
// to
// notice.
func (s *server) leaveReadiness() {
	s.api.Stop()
	s.deps.Log.Info("stopping") // only now is it no more ready
	pause(time.Duration(s.config.StopAfter))
}

// stopListening lets no new connection in.
func (s *server) stopListening() {
	if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		s.deps.Log.Warn("could not stop listening", "error", err)
	}
}

// finishRequests lets every request that has begun, or is on its way, be answered. Who is connected is asked to leave
// with
// its next answer. Cutting an idle connection at once could hit a client that is just writing to it, and that client
// would
// not know whether its delivery was kept.
func (s *server) finishRequests() {
	s.api.Watched()
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	s.conns.drained(ctx)
	s.conns.closeSilent()
	if err := s.http.Shutdown(ctx); err != nil {
		s.deps.Log.Warn("some requests did not end in time and were cut", "error", err)
		_ = s.http.Close()
	}
	s.deps.Log.Info("stopped")
}

func pause(d time.Duration) {
	if d > 0 {
		<-time.After(d)
	}
}

// connections counts the open ones, and knows those that have not said anything yet.
type connections struct {
	open     atomic.Int64
	silent   sync.Map // of net.Conn
	changed  chan struct{}
	refusals *access.Refusals
}

func newConnections(refusals *access.Refusals) *connections {
	return &connections{changed: make(chan struct{}, 1), refusals: refusals}
}

// note is told by net/http of each connection's state. One too many is closed at once.
func (c *connections) note(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		c.silent.Store(conn, nil)
		if c.open.Add(1) > maxConns {
			c.refusals.Count(connectionsInAll, detailInAll)
			_ = conn.Close() // who opened it sees that; net/http then tells of its end
		}
	case http.StateActive:
		c.silent.Delete(conn)
	case http.StateClosed, http.StateHijacked:
		c.open.Add(-1)
		c.silent.Delete(conn)
		select {
		case c.changed <- struct{}{}:
		default:
		}
	}
}

// drained returns when no connection is open, when none has left for quietTime, or when ctx ends. On a busy machine the
// last sender to come to its turn needs as long as all the others together.
func (c *connections) drained(ctx context.Context) {
	quiet := time.NewTimer(quietTime)
	defer quiet.Stop()
	for c.open.Load() > 0 {
		select {
		case <-c.changed:
			quiet.Reset(quietTime)
		case <-quiet.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// closeSilent closes connections that were opened ahead of need, as browsers do: http.Server would wait for their first
// words for five seconds.
func (c *connections) closeSilent() {
	c.silent.Range(func(conn, _ any) bool {
		_ = conn.(net.Conn).Close() // whoever is at the other end has not asked for anything
		return true
	})
}
