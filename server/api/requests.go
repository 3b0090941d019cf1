package api

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"hookbeam/server/hook"
)

// requestIDName is the response header with the request's id, which log lines contain as well. The response
// headers are also where the id is stored while the request is served, so that it needs no context value.
const requestIDName = "X-Request-Id"

// requestID returns the id of the request that w responds to.
func requestID(w http.ResponseWriter) string {
	if id := w.Header()[requestIDName]; len(id) == 1 {
		return id[0]
	}
	return ""
}

// requestIDs generates request ids: a random prefix of the process and a number. They are unique across restarts.
type requestIDs struct {
	prefix string
	count  atomic.Uint64
}

func newRequestIDs() *requestIDs { return &requestIDs{prefix: strings.ToLower(rand.Text()[:8]) + "-"} }

func (ids *requestIDs) next() string { return ids.prefix + strconv.FormatUint(ids.count.Add(1), 36) }

// recover turns a panic of a handler into a response with status 500, and logs it with its stack. It must be
// deferred. http.ErrAbortHandler is passed on, because net/http then closes the connection without a response.
// A panic after the client has left, usually a failed write, aborts the same way and is not logged.
func (a *API) recover(w http.ResponseWriter, r *http.Request) {
	reason := recover()
	if reason == nil {
		return
	}
	if err, ok := reason.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(reason)
	}
	if r.Context().Err() != nil {
		panic(http.ErrAbortHandler)
	}
	a.Log.Error("panic", "request", requestID(w), "reason", fmt.Sprint(reason), "stack", string(debug.Stack()))
	if h := w.Header(); h["Content-Security-Policy"] == nil { // a panic in Receive, which sets its headers late
		setSecurityHeaders(h)
	}
	problemOf(fmt.Errorf("panic: %v", reason)).write(w)
}

// loggedWriter records the response for the request log, which is written at level debug only. ServeHTTP
// creates it and calls done.
type loggedWriter struct {
	http.ResponseWriter
	request *http.Request
	route   *route // nil if no route was found
	logger  *slog.Logger
	now     func() time.Time
	began   time.Time
	status  int
	size    int64

	delivery []any // keys and values of the delivery that the request became; nil: of none
}

func newLoggedWriter(
	w http.ResponseWriter, r *http.Request, logger *slog.Logger, now func() time.Time,
) http.ResponseWriter {
	return &loggedWriter{ResponseWriter: w, request: r, logger: logger, now: now, began: now(), status: http.StatusOK}
}

// done logs one line. It contains neither the path nor the query, headers or body: see loggedPath.
func (l *loggedWriter) done() {
	l.logger.Debug("request", append([]any{"request", requestID(l), "method", loggedMethod(l.request.Method),
		"path", l.loggedPath(), "status", l.status, "bytes", l.size, "duration", l.now().Sub(l.began)},
		l.delivery...)...)
}

// WriteHeader records the status.
func (l *loggedWriter) WriteHeader(status int) {
	l.status = status
	l.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes of the body.
func (l *loggedWriter) Write(b []byte) (int, error) {
	n, err := l.ResponseWriter.Write(b)
	l.size += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (l *loggedWriter) Unwrap() http.ResponseWriter { return l.ResponseWriter }

// Hijack hands over the connection for a WebSocket, and records status 101.
func (l *loggedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	l.status = http.StatusSwitchingProtocols
	return http.NewResponseController(l.ResponseWriter).Hijack()
}

// noteDelivery adds the delivery that a request became to its line in the log. The trace of the sender is added too, so
// that the line can be found from there.
func noteDelivery(w http.ResponseWriter, r *http.Request, d *hook.Record) {
	l, ok := w.(*loggedWriter)
	if !ok {
		return
	}
	l.delivery = []any{"delivery", d.ID, "seq", d.Seq, "endpoint", d.Endpoint, "verdict", d.Verdict}
	if d.Reason != "" {
		l.delivery = append(l.delivery, "reason", d.Reason)
	}
	if d.DuplicateOf != 0 {
		l.delivery = append(l.delivery, "duplicate_of", d.DuplicateOf)
	}
	if trace := r.Header.Get("Traceparent"); isTraceParent(trace) {
		l.delivery = append(l.delivery, "traceparent", trace)
	}
}

// isTraceParent reports whether a header is a traceparent of W3C Trace Context, version 00: 00-…-…-01 in lower-case hex
// digits. Anything else could be text that does not belong in a log.
func isTraceParent(s string) bool {
	const form = "00-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-xx"
	if len(s) != len(form) {
		return false
	}
	for i := range len(form) {
		digit := s[i] >= '0' && s[i] <= '9' || s[i] >= 'a' && s[i] <= 'f'
		if form[i] == 'x' && !digit || form[i] != 'x' && s[i] != form[i] {
			return false
		}
	}
	return true
}

// RouteNoter is a response writer that records the route of a request, for a log of its own. The control channel of
// package server has one.
type RouteNoter interface {
	NoteRoute(pattern string)
}

// noteRoute passes the route of a request to the writers that log it.
func noteRoute(w http.ResponseWriter, row *route) {
	if l, ok := w.(*loggedWriter); ok {
		l.route = row
		w = l.ResponseWriter
	}
	if n, ok := w.(RouteNoter); ok {
		n.NoteRoute(row.pattern)
	}
}

// loggedPath returns the path for the log: that of the matching route, with the names of its parameters instead
// of their values, or "…" if there is none. Paths contain one-time codes, tokens of status links and slugs, and
// a misspelt path may contain one of them anywhere. So nothing of the path that was sent is logged.
func (l *loggedWriter) loggedPath() string {
	if l.route == nil {
		return "…"
	}
	pattern := l.route.pattern
	if _, path, ok := strings.Cut(pattern, " "); ok {
		pattern = path
	}
	if pattern = strings.TrimSuffix(pattern, "{$}"); strings.HasSuffix(l.route.pattern, "/") {
		pattern += "…"
	}
	return pattern
}

// loggedMethod returns a standard method as it is, and "…" for any other, which may contain anything.
func loggedMethod(method string) string {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE":
		return method
	}
	return "…"
}
