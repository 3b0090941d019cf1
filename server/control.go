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
	"hookbeam/server/client"
	"hookbeam/server/datafile"
	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// Limits of the control channel: a few commands use it, one request at a time.
const (
	controlConns      = 32
	controlHeaderTime = 5 * time.Second
	controlReadTime   = 15 * time.Second
	controlWriteTime  = 75 * time.Second // a poll may wait for half a minute
	controlIdleTime   = 30 * time.Second
	controlMaxHeaders = 16 << 10
	controlMaxBody    = 1 << 20
)

// What is told of control connections that are closed at once.
const (
	controlStranger = "control_stranger"
	controlFull     = "control_connections"
)

// control is the control channel of the data folder: HTTP for the commands of the folder's owner, over a socket or port
// that package datafile opens. It has the calls of the API, as access.Local, and a few that only the owner of the
// folder
// may have. It refuses whatever a browser or a proxy sends, and writes one line to the log for each request.
type control struct {
	listener *datafile.ControlListener
	http     *http.Server
	open     atomic.Int64 // connections
	log      *slog.Logger
	version  string
	hosts    []string // that requests may be for
	handler  http.Handler
	refusals *access.Refusals
}

// controlCalls is what the control channel is about. server makes it when all parts are there.
type controlCalls struct {
	API       http.Handler // the calls below /api/v1/
	Site      access.Site
	Logins    loginMaker
	Endpoints endpointLister
	Summary   func() summary // for GET /control/v1/debug
}

type loginMaker interface {
	New(ctx context.Context) (string, error)
}

type endpointLister interface {
	List() []hook.Endpoint
}

// newControl returns the control channel on a listener. Run serves it.
func newControl(l *datafile.ControlListener, version string, calls controlCalls, refusals *access.Refusals,
	log *slog.Logger) *control {
	c := &control{listener: l, log: log, version: version, refusals: refusals, handler: calls.routes(),
		hosts: []string{client.ControlHost, "localhost"}}
	if tcp, ok := l.Addr().(*net.TCPAddr); ok {
		c.hosts = []string{tcp.String(), net.JoinHostPort("localhost", strconv.Itoa(tcp.Port))}
	}
	c.http = &http.Server{Handler: c, ReadHeaderTimeout: controlHeaderTime, ReadTimeout: controlReadTime,
		WriteTimeout: controlWriteTime, IdleTimeout: controlIdleTime, MaxHeaderBytes: controlMaxHeaders,
		ConnState: c.note, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			if known, ok := conn.(*datafile.ControlConn); ok {
				ctx = context.WithValue(ctx, peerKey{}, known.Peer)
			}
			return ctx
		}}
	return c
}

// peerKey is where a request's context holds its datafile.Peer.
type peerKey struct{}

// note counts connections. One too many is closed at once.
func (c *control) note(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		if c.open.Add(1) > controlConns {
			c.refusals.Count(controlFull, "a control connection was closed: there are as many as the channel may have")
			_ = conn.Close() // the other end sees that; net/http then tells of its end
		}
	case http.StateClosed, http.StateHijacked:
		c.open.Add(-1)
	}
}

// Run serves until ctx ends, and then lets requests that have begun be answered.
func (c *control) Run(ctx context.Context) error {
	served := make(chan error, 1)
	go func() { served <- c.http.Serve(c.listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), controlHeaderTime)
	defer cancel()
	if err := c.http.Shutdown(patience); err != nil && !errors.Is(err, net.ErrClosed) {
		_ = c.http.Close() // what has not ended in time is cut
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// refuseStranger tells of a connection of another user, which was closed unread.
func (s *server) refuseStranger(err error) {
	s.deps.Log.Warn("a connection to the control channel was refused", "code", controlStranger, "error", err)
}

// keepChannel puts the channel's socket or port file back if it is removed or replaced, until ctx ends: commands find
// the server by it.
func keepChannel(ctx context.Context, l *datafile.ControlListener, folder *os.File, log *slog.Logger) error {
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
			log.Error("could not put the control channel back; commands will not reach this server", "error", err)
			return nil
		case restored:
			log.Warn(
				"the control channel's file was removed or replaced, and was put back",
				"channel",
				l.Addr().String(),
			)
		}
	}
}

// ServeHTTP answers one request, and logs it.
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
	r.RemoteAddr = "127.0.0.1:0" // a socket has no address
	r.Body = http.MaxBytesReader(w, r.Body, controlMaxBody)
	c.handler.ServeHTTP(a, r)
}

// audit writes the line of one request. It holds the route and not the path, as every log line does.
func (c *control) audit(r *http.Request, a *auditWriter, took time.Duration) {
	peer, _ := r.Context().Value(peerKey{}).(datafile.Peer)
	attrs := []any{"who", access.Local, "method", r.Method, "route", a.route, "status", a.status,
		"took", took.Round(time.Microsecond)}
	if peer.Known {
		attrs = append(attrs, "uid", peer.UID, "pid", peer.PID)
	}
	c.log.Info("control request", attrs...)
}

var (
	fromBrowser = &hook.Problem{Code: "control_browser",
		Detail: "The control channel is for commands: it refuses what a browser or a proxy sends."}
	foreignHost = &hook.Problem{Code: "control_host",
		Detail: "The control channel answers requests for the host localhost or " + client.ControlHost + " only."}
	tokenUnknown = &hook.Problem{Code: "control_token",
		Detail: "Send the token of the file " + datafile.PortName + " in the data folder as: Authorization: Bearer …"}
	protocolMismatch = &hook.Problem{Code: "control_protocol",
		Detail: "This server speaks another version of the control protocol. Run the command with the server's own release."}
	noControlCall = &hook.Problem{Code: "not_found", Detail: "The control channel has no such call."}
)

// refuse says why a request is not answered, nil if it is.
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

// browserHeader reports whether a header, in its canonical form, is one that browsers and proxies send and commands do
// not.
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

// auditWriter notes what the audit's line says of an answer.
type auditWriter struct {
	http.ResponseWriter
	route  string
	status int
}

// NoteRoute is told which route a request has come to.
func (a *auditWriter) NoteRoute(pattern string) {
	if _, path, found := strings.Cut(pattern, " "); found {
		pattern = path
	}
	a.route = pattern
}

// WriteHeader notes the status.
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

// Unwrap gives http.ResponseController the writer below, for deadlines and upgrades.
func (a *auditWriter) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// writeControlProblem responds with a problem in the same form as the API.
func writeControlProblem(w http.ResponseWriter, status int, p *hook.Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(wire.Problem{ // an error means that the client has left
		Status: status, Title: http.StatusText(status), Code: p.Code, Detail: p.Detail})
}
