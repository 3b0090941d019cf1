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

// Limits that protect against slow clients, also those that are slow on purpose.
const (
	headerTime = 10 * time.Second
	readTime   = time.Minute      // headers and body
	writeTime  = 75 * time.Second // longer than a long poll
	idleTime   = 2 * time.Minute
	maxHeaders = 64 << 10 // bytes
	maxConns   = 20_000   // connections that are not sockets; each takes about 10 KiB
)

// Time-outs of the shutdown.
const (
	quietTime    = time.Second      // without a closed connection, after which the remaining ones count as idle
	shutdownTime = 10 * time.Second // for all requests to be answered
)

// newHTTP returns the HTTP server. Its own messages, such as those about malformed requests, are logged at level debug,
// because clients can cause any number of them. Errors of accepting connections are logged by gate.
func newHTTP(h http.Handler, conns *connections, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       readTime,
		WriteTimeout:      writeTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeaders,
		ConnState:         conns.note,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// listen serves requests until the listener or the server is closed.
func (s *server) listen() error {
	serve := s.http.Serve
	if s.certificates != nil {
		serve = func(l net.Listener) error { return s.http.ServeTLS(l, "", "") }
	}
	if err := serve(s.gate); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// leaveService makes the readiness check fail, and returns after --stop-after. Meanwhile the server still accepts
// requests, so that load balancers have time to stop sending them.
func (s *server) leaveService() {
	s.api.Stop()
	s.manager.notify(managerStopping)
	s.deps.Log.Info("stopping") // after the readiness check has changed: tests rely on this order
	pause(time.Duration(s.config.StopAfter))
}

// stopListening closes the listener, so that new connections are refused.
func (s *server) stopListening() {
	if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		s.deps.Log.Warn("could not close the listener", "error", err)
	}
}

// finishRequests waits until every request that has begun, or is on its way, is answered. Each client is asked to close
// its connection with the next answer. An idle connection is not closed at once, because its client may be sending a
// request at that moment, and would not know whether the delivery was stored.
func (s *server) finishRequests() {
	s.api.Watched()
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	s.conns.drained(ctx)
	s.conns.closeSilent()
	if err := s.http.Shutdown(ctx); err != nil {
		s.deps.Log.Warn("aborted requests that did not end before the shutdown time-out", "error", err)
		_ = s.http.Close()
	}
	s.deps.Log.Info("stopped")
}

// pause waits for a duration.
func pause(d time.Duration) {
	if d > 0 {
		<-time.After(d)
	}
}

// connections tracks the open connections of the HTTP server. Upgraded ones, which are sockets, do not count. note is
// its http.Server.ConnState; the shutdown calls drained and closeSilent.
type connections struct {
	open     atomic.Int64
	silent   sync.Map      // net.Conn → nil: connections on which nothing was received yet
	changed  chan struct{} // of capacity 1; signals that a connection was closed
	refusals *access.Refusals
}

// newConnections returns a tracker without connections. refusals counts those over the limit.
func newConnections(refusals *access.Refusals) *connections {
	return &connections{changed: make(chan struct{}, 1), refusals: refusals}
}

// note records a change of a connection's state. It closes a new connection that exceeds maxConns.
func (c *connections) note(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		c.silent.Store(conn, nil)
		if c.open.Add(1) > maxConns {
			c.refusals.Count(connectionsInAll, detailInAll)
			_ = conn.Close() // net/http then reports StateClosed
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

// drained waits until no connection is open, until none was closed for quietTime, or until ctx ends. The time starts
// again with each closed connection, because on a busy machine the last client waits for all others.
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

// closeSilent closes connections on which no request was ever received. Browsers open some in advance, and
// http.Server.Shutdown would wait five seconds for a first request on them.
func (c *connections) closeSilent() {
	c.silent.Range(func(conn, _ any) bool {
		_ = conn.(net.Conn).Close() // no request can be lost
		return true
	})
}
