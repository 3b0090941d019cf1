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
)

// requestIDName is the header that names a request in the answer and in each line of the log. It is kept there for the
// request's whole life, which needs no context of its own.
const requestIDName = "X-Request-Id"

func requestID(w http.ResponseWriter) string {
	if id := w.Header()[requestIDName]; len(id) == 1 {
		return id[0]
	}
	return ""
}

// requestIDs makes ids that are unique across restarts.
type requestIDs struct {
	prefix string
	count  atomic.Uint64
}

func newRequestIDs() *requestIDs { return &requestIDs{prefix: strings.ToLower(rand.Text()[:8]) + "-"} }

func (ids *requestIDs) next() string { return ids.prefix + strconv.FormatUint(ids.count.Add(1), 36) }

// recover turns a panic into an answer, once for the whole server.
func (a *API) recover(w http.ResponseWriter, r *http.Request) {
	reason := recover()
	if reason == nil {
		return
	}
	if err, ok := reason.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(reason)
	}
	if r.Context().Err() != nil { // the client left, and what was writing to it could not
		panic(http.ErrAbortHandler)
	}
	a.Log.Error("panic", "request", requestID(w), "reason", fmt.Sprint(reason), "stack", string(debug.Stack()))
	if h := w.Header(); h["Content-Security-Policy"] == nil { // a panic in receiving, before an answer was chosen
		protect(h)
	}
	problemOf(fmt.Errorf("panic: %v", reason)).write(w)
}

// loggedWriter notes what was answered, for the log. It is used at level debug only.
type loggedWriter struct {
	http.ResponseWriter
	request *http.Request
	route   *route // nil: none was reached
	logger  *slog.Logger
	now     func() time.Time
	began   time.Time
	status  int
	size    int64
}

func logged(w http.ResponseWriter, r *http.Request, logger *slog.Logger, now func() time.Time) http.ResponseWriter {
	return &loggedWriter{ResponseWriter: w, request: r, logger: logger, now: now, began: now(), status: http.StatusOK}
}

// done writes the line. Path, query, headers and body are left out: see loggable.
func (l *loggedWriter) done() {
	l.logger.Debug("request", "request", requestID(l), "method", loggableMethod(l.request.Method), "path",
		l.loggable(),
		"status", l.status, "bytes", l.size, "took", l.now().Sub(l.began))
}

// WriteHeader notes the status.
func (l *loggedWriter) WriteHeader(status int) {
	l.status = status
	l.ResponseWriter.WriteHeader(status)
}

// Write counts.
func (l *loggedWriter) Write(b []byte) (int, error) {
	n, err := l.ResponseWriter.Write(b)
	l.size += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController through.
func (l *loggedWriter) Unwrap() http.ResponseWriter { return l.ResponseWriter }

// Hijack gives the connection away, to a socket.
func (l *loggedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	l.status = http.StatusSwitchingProtocols
	return http.NewResponseController(l.ResponseWriter).Hijack()
}

// RouteNoter is a response writer that wants to know which line of the table a request has come to, for a log of its
// own.
type RouteNoter interface {
	NoteRoute(pattern string)
}

// noteRoute tells the log's line, where one is written, which line of the table a request has come to.
func noteRoute(w http.ResponseWriter, row *route) {
	if l, ok := w.(*loggedWriter); ok {
		l.route = row
		w = l.ResponseWriter
	}
	if n, ok := w.(RouteNoter); ok {
		n.NoteRoute(row.pattern)
	}
}

// loggable is what the log says of a request's path: that of the route it was matched with, with the names of its parts
// in place of what was sent there. One-time codes, the tokens of status links and the tails of addresses stand in
// paths, and a mistyped one may stand anywhere. So nothing of what was sent is written, not even where no route was
// found.
func (l *loggedWriter) loggable() string {
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

// loggableMethod is a request's method, where it is one of the usual: it may be any word that was sent.
func loggableMethod(method string) string {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE":
		return method
	}
	return "…"
}
