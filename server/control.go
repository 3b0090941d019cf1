package server

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/api"
	"hookbeam/server/client"
	"hookbeam/server/datafile"
	"hookbeam/server/hook"
	"hookbeam/server/sqlite"
	"hookbeam/server/wire"
)

// Limits of the control channel. Only a few commands use it, each with one request at a time.
const (
	controlConns      = 32
	controlHeaderTime = 5 * time.Second
	controlReadTime   = 15 * time.Second
	controlWriteTime  = 75 * time.Second // a long poll may wait for half a minute
	controlIdleTime   = 30 * time.Second
	controlMaxHeaders = 16 << 10
	controlMaxBody    = 1 << 20
)

// Codes of control connections that are closed without an answer, for logs and counters.
const (
	controlPeerRefused = "control_stranger"
	controlFull        = "control_connections"
)

// control is the control channel of the data folder: an HTTP server for the commands of the folder's owner, on a socket
// or a local port that package datafile opens. It offers the calls of the API, which it authenticates as access.Local,
// and a few calls of its own. It refuses requests that browsers and proxies send, and logs one line for each request.
// package client is its counterpart.
type control struct {
	listener *datafile.ControlListener
	http     *http.Server
	open     atomic.Int64 // connections
	log      *slog.Logger
	version  string
	hosts    []string // that a request's Host header may name
	handler  http.Handler
	refusals *access.Refusals
}

// controlCalls are the parts of the server that the calls of the control channel use.
type controlCalls struct {
	API       http.Handler // the calls below /api/v1/
	Site      access.Site
	Logins    loginMaker
	Endpoints endpointLister
	Summary   func() summary // for GET /control/v1/debug
	Backups   *backups
	Seal      sqlite.Sealer // opens secrets, for GET /control/v1/check
	About     func() client.About
	Proofs    *api.Proofs
}

// loginMaker creates one-time logins. *access.Logins implements it.
type loginMaker interface {
	New(ctx context.Context) (string, error)
}

// endpointLister lists the endpoints that are not deleted. *intake.Endpoints implements it.
type endpointLister interface {
	List() []hook.Endpoint
}

// newControl returns the control channel on a listener. Run serves it.
func newControl(
	l *datafile.ControlListener, version string, calls controlCalls, refusals *access.Refusals, log *slog.Logger,
) *control {
	c := &control{
		listener: l,
		log:      log,
		version:  version,
		refusals: refusals,
		handler:  calls.routes(),
		hosts:    []string{client.ControlHost, "localhost"},
	}
	if tcp, ok := l.Addr().(*net.TCPAddr); ok {
		c.hosts = []string{tcp.String(), net.JoinHostPort("localhost", strconv.Itoa(tcp.Port))}
	}
	c.http = &http.Server{
		Handler:           c,
		ReadHeaderTimeout: controlHeaderTime,
		ReadTimeout:       controlReadTime,
		WriteTimeout:      controlWriteTime,
		IdleTimeout:       controlIdleTime,
		MaxHeaderBytes:    controlMaxHeaders,
		ConnState:         c.note,
		ConnContext:       withPeer,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	return c
}

// peerKey is the context key of the datafile.Peer of a request's connection.
type peerKey struct{}

// withPeer adds the process at the other end of a control connection to the context of its requests.
func withPeer(ctx context.Context, conn net.Conn) context.Context {
	if control, ok := conn.(*datafile.ControlConn); ok {
		ctx = context.WithValue(ctx, peerKey{}, control.Peer)
	}
	return ctx
}

// note counts open connections, and closes one that exceeds the limit. net/http calls it for each change of state.
func (c *control) note(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		if c.open.Add(1) > controlConns {
			c.refusals.Count(controlFull, "control connection refused: the connection limit is reached")
			_ = conn.Close() // net/http then reports StateClosed
		}
	case http.StateClosed, http.StateHijacked:
		c.open.Add(-1)
	}
}

// Run serves until ctx ends. It then waits a few seconds for requests that are being processed.
func (c *control) Run(ctx context.Context) error {
	served := make(chan error, 1)
	go func() { served <- c.http.Serve(c.listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), controlHeaderTime)
	defer cancel()
	if err := c.http.Shutdown(stopCtx); err != nil && !errors.Is(err, net.ErrClosed) {
		_ = c.http.Close() // aborts requests that did not end in time
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// logRefusedPeer logs a control connection of another user, which was closed before anything was read from it.
func (s *server) logRefusedPeer(err error) {
	s.deps.Log.Warn("control connection refused", "code", controlPeerRefused, "error", err)
}

// watchChannel restores the channel's socket or port file if it is removed or replaced, until ctx ends. Without the
// file commands cannot find the server.
func watchChannel(ctx context.Context, l *datafile.ControlListener, folder *os.File, log *slog.Logger) error {
	tick := time.NewTicker(lockEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		switch restored, err := l.Restore(folder); {
		case err != nil:
			log.Error("could not restore the control channel; commands cannot reach this server", "error", err)
			return nil
		case restored:
			log.Warn("control channel was removed or replaced; restored it", "channel", l.Addr().String())
		}
	}
}

// ServeHTTP refuses or serves one request, and logs it in either case.
func (c *control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	a := &auditWriter{ResponseWriter: w, route: "…"}
	h := w.Header()
	h.Set(client.ProtocolHeader, strconv.Itoa(client.Protocol))
	h.Set(client.VersionHeader, c.version)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	defer func() { c.audit(r, a, time.Since(began)) }()
	if why := c.refuse(r); why != nil {
		writeControlProblem(a, http.StatusForbidden, why)
		return
	}
	if theirs := r.Header.Get(client.ProtocolHeader); theirs != "" && theirs != strconv.Itoa(client.Protocol) {
		writeControlProblem(a, http.StatusConflict, protocolMismatch)
		return
	}
	r = r.WithContext(access.AsLocal(r.Context()))
	// The API expects an address, and a socket has none.
	r.RemoteAddr = "127.0.0.1:0"
	r.Body = http.MaxBytesReader(w, r.Body, controlMaxBody)
	c.handler.ServeHTTP(a, r)
}

// audit logs one request with the process that sent it. It logs the route instead of the path, as all log lines do,
// because a path can contain data of users.
func (c *control) audit(r *http.Request, a *auditWriter, took time.Duration) {
	peer, _ := r.Context().Value(peerKey{}).(datafile.Peer)
	attrs := []any{
		"actor", access.Local, "method", r.Method, "route", a.route, "status", a.status,
		"duration", took.Round(time.Microsecond),
	}
	if peer.Known {
		attrs = append(attrs, "uid", peer.UID, "pid", peer.PID)
	}
	c.log.Info("control request", attrs...)
}

// The problems that the control channel answers with itself.
var (
	fromBrowser = &hook.Problem{Code: "control_browser",
		Detail: "The control channel is for commands. It refuses requests of browsers and proxies."}
	foreignHost = &hook.Problem{Code: "control_host",
		Detail: "The control channel accepts only the hosts localhost and " + client.ControlHost + "."}
	tokenUnknown = &hook.Problem{Code: "control_token",
		Detail: "Send the token of the file " + datafile.PortName + " in the data folder as: Authorization: Bearer …"}
	protocolMismatch = &hook.Problem{Code: "control_protocol",
		Detail: "The server uses another version of the control protocol. " +
			"Run the command from the server's own release."}
	noControlCall = &hook.Problem{Code: "not_found", Detail: "The control channel has no such route."}
)

// refuse returns why a request is refused, or nil if it is not. Only a connection to a port needs the token: on a
// socket the system has told who the peer is.
func (c *control) refuse(r *http.Request) *hook.Problem {
	for name := range r.Header {
		if browserHeader(name) {
			return fromBrowser
		}
	}
	if !slices.Contains(c.hosts, strings.ToLower(r.Host)) || r.URL.Host != "" {
		return foreignHost
	}
	if token := c.listener.Token(); token != "" {
		sent := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		if subtle.ConstantTimeCompare([]byte(sent), []byte(token)) != 1 {
			return tokenUnknown
		}
	}
	return nil
}

// browserHeader reports whether browsers or proxies send the header with this canonical name, and commands do not.
func browserHeader(name string) bool {
	switch name {
	case "Origin", "Referer", "Cookie", "Upgrade-Insecure-Requests", "Forwarded", "Via", "X-Real-Ip":
		return true
	}
	for _, prefix := range []string{"Sec-Fetch-", "Sec-Ch-", "Access-Control-", "X-Forwarded-"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// auditWriter is an http.ResponseWriter that records status and route of a response for the log.
type auditWriter struct {
	http.ResponseWriter
	route  string
	status int
}

// NoteRoute records the route of a request, from a pattern such as "GET /api/v1/session". Package api calls it as well.
func (a *auditWriter) NoteRoute(pattern string) {
	if _, path, found := strings.Cut(pattern, " "); found {
		pattern = path
	}
	a.route = pattern
}

// WriteHeader records the status.
func (a *auditWriter) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *auditWriter) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(b)
}

// Unwrap returns the underlying writer to http.ResponseController, for deadlines and upgrades.
func (a *auditWriter) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// writeControlProblem responds with a problem in the same form as the API.
func writeControlProblem(w http.ResponseWriter, status int, p *hook.Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(wire.Problem{ // an error means that the client has left
		Status: status, Title: http.StatusText(status), Code: p.Code, Detail: p.Detail})
}
