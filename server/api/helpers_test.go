package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/follow"
	"hookbeam/server/hook"
	"hookbeam/server/intake"
	"hookbeam/server/live"
	"hookbeam/server/sqlite"
	"hookbeam/server/status"
	"hookbeam/server/wire"
)

const adminToken = "an administrator's token"

// testAPI is a server with the whole API on a real log. Tests send it requests over the network.
type testAPI struct {
	*httptest.Server
	t        testing.TB
	api      *API
	statuses *status.Projector
	store    *sqlite.Log
	registry *sqlite.Registry
	stop     func() // ends the writer and the followers: nothing can be stored any more
	log      *lines
	endpoint hook.Endpoint
	count    atomic.Int64 // of next
	ahead    atomic.Int64 // how far the API's clock is ahead, in nanoseconds
}

func (h *testAPI) now() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) }

// lines collects the log.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// plainPages renders pages as plain text. Package web tests how the real pages look.
type plainPages struct{}

func (plainPages) Shell(w http.ResponseWriter, _ *http.Request, nonce string) {
	_, _ = io.WriteString(w, "shell nonce="+nonce)
}

func (plainPages) Login(w http.ResponseWriter, _ *http.Request, nonce string, status int, p *hook.Problem) {
	plainPages{}.Problem(w, nil, nonce, status, p)
}

func (plainPages) Problem(w http.ResponseWriter, _ *http.Request, nonce string, status int, p *hook.Problem) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	if p != nil {
		_, _ = io.WriteString(w, p.Code)
	}
}

func (plainPages) ServeFile(w http.ResponseWriter, _ *http.Request, path string) bool {
	if path == "assets/main.js" || path == "web/pages.css" || path == "embed/hookbeam.js" {
		if strings.HasSuffix(path, ".js") {
			w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		}
		_, _ = io.WriteString(w, path)
		return true
	}
	return false
}

func (plainPages) Status(w http.ResponseWriter, _ *http.Request, page hook.StatusPage) {
	w.Header().Set("Content-Type", "text/html")
	_, _ = fmt.Fprintf(w, "status nonce=%s %s reload=%d seen=%s %+v", page.Nonce, page.Token, page.Reload, page.Seen,
		page.Public)
}

func (plainPages) StatusGone(w http.ResponseWriter, _ *http.Request, nonce string) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusNotFound)
	_, _ = io.WriteString(w, "gone nonce="+nonce)
}

func (plainPages) Describe(languages string, p *hook.Public) {
	p.Title, p.PollAfter = "described in "+languages, 3
}

func (plainPages) Embedded(name string) ([]byte, bool) {
	return []byte("script " + name), name == "hookbeam.js" || name == "page.js"
}

func newTestAPI(t testing.TB, publicURL string) *testAPI {
	t.Helper()
	h := &testAPI{t: t, log: &lines{}, Server: httptest.NewUnstartedServer(nil)}
	if publicURL == "" {
		publicURL = "http://" + h.Listener.Addr().String()
	}
	site, err := access.ParseSite(publicURL)
	check(t, err)
	token, err := access.NewToken(adminToken)
	check(t, err)
	addresses, err := access.NewAddresses(nil)
	check(t, err)
	logger := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	dir := t.TempDir()
	db, err := sqlite.Open(t.Context(), dir, sqlite.Options{Now: time.Now, Random: rand.Reader, Log: logger})
	check(t, err)
	h.store, h.registry = db.Log(), db.Registry()
	store := h.store
	endpoints, err := intake.LoadEndpoints(t.Context(), h.registry, time.Now, rand.Reader)
	check(t, err)
	projector, err := status.Open(t.Context(), status.Options{Log: store, Records: store, Retention: store, Dir: dir,
		Databases: status.DatabasesOf(sqlite.NewStatusDatabases(t.Context(), dir, logger, sqlite.Checked{}, false)),
		Endpoints: endpoints.Known, Now: time.Now, Logger: logger})
	check(t, err)
	h.statuses = projector
	endpoints.Subscribe(projector.Change)
	applied, statuses := follow.Behind(store, projector), projector.View()
	hub := live.New(applied,
		live.Options{Now: time.Now, Newest: store.Head, Statuses: statuses, Encode: EncodeText, Ping: Ping})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = db.Run(ctx) })
	running.Go(func() { _ = follow.Run(ctx, store, projector, logger) })
	running.Go(func() { _ = projector.Run(ctx, func() {}) })
	running.Go(func() { _ = follow.Run(ctx, applied, hub, logger) })
	running.Go(func() { _ = hub.Run(ctx) })
	h.stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	h.endpoint, err = endpoints.Create(t.Context(), hook.Endpoint{Name: "first"})
	check(t, err)
	endpoints.Subscribe(func(e hook.Endpoint) {
		view := View(site, e)
		_ = hub.Notice(wire.Update{Kind: wire.UpdateEndpoint, Endpoint: &view}) // fails only for another kind
	})
	in := intake.New(endpoints, store, time.Now, publicAddress, nil)
	tokens, err := access.LoadTokens(t.Context(), h.registry, h.now, rand.Reader, logger)
	check(t, err)
	gate := &access.Gate{Token: token, Tokens: tokens, Sessions: access.NewSessions(h.registry.Sessions(), site)}
	refusals := access.NewRefusals(logger, h.now)
	refused, err := access.NewRefusalList(h.now, rand.Reader)
	check(t, err)
	away := access.NewTurnedAway(h.now)
	refusals.SumUpIn(away)
	refused.SumUpIn(away)
	h.api = New(Describe("test"), Options{
		Site: site, Now: h.now, Log: logger, Addresses: addresses, Deliveries: store, Events: store, LogEnd: store,
		Probe: db.Probe, Usage: store.Usage, Endpoints: endpoints,
		Intake: in, Statuses: statuses, PublicStatuses: statuses, Effects: statuses,
		Reviews: projector, Rebuilds: projector,
		Pages: plainPages{}, Status: plainPages{},
		Gate:   gate,
		Logins: &access.Logins{Store: h.registry, Random: rand.Reader, Now: time.Now},
		Receive: NewReceive(ReceiveOptions{Endpoints: endpoints, Intake: in, Addresses: addresses, Refusals: refusals,
			RefusalList: refused, Now: time.Now, Log: logger}),
		Live: NewLive(LiveOptions{Hub: hub, Addresses: addresses, Gate: gate, Refusals: refusals,
			Now: h.now, Log: logger}),
		Updates: NewUpdates(UpdatesOptions{Hub: hub, Addresses: addresses, Refusals: refusals, Now: h.now,
			Log: logger}),
		Refusals: refusals, RefusalList: refused, TurnedAway: away,
	})
	h.Config.Handler = h.api
	h.Start()
	t.Cleanup(func() {
		h.api.Stop()
		h.Close()
		h.api.Watched()
		h.stop()
		h.api.Live.(*Live).Wait()
		check(t, projector.Close())
		check(t, db.Close())
	})
	return h
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// request is a request to the test's server.
type request struct {
	method, path string
	body         string
	header       http.Header
	cookie       *http.Cookie
	token        bool
	host         string
}

// answer is a response with its body.
type answer struct {
	*http.Response
	text string
}

// do sends q. It does not follow redirects.
func (h *testAPI) do(q request) answer {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), q.method, h.URL+q.path, strings.NewReader(q.body))
	check(h.t, err)
	for name, values := range q.header {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	if q.body != "" && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if q.token {
		r.Header.Set("Authorization", "Bearer "+adminToken)
	}
	if q.cookie != nil {
		r.AddCookie(q.cookie)
	}
	if q.host != "" {
		r.Host = q.host
	}
	client := &http.Client{Transport: h.Client().Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	check(h.t, err)
	defer func() { check(h.t, res.Body.Close()) }()
	text, err := io.ReadAll(res.Body)
	check(h.t, err)
	return answer{res, string(text)}
}

// get sends a GET request with the administrator's token, and decodes the response into to.
func (h *testAPI) get(path string, to any) {
	h.t.Helper()
	a := h.do(request{method: "GET", path: path, token: true})
	if a.StatusCode != http.StatusOK {
		h.t.Fatalf("GET %s: %d %s", path, a.StatusCode, a.text)
	}
	check(h.t, json.Unmarshal([]byte(a.text), to))
}

// expect checks the status and, unless code is empty, that the response is a problem with that code.
func (a answer) expect(t testing.TB, status int, code string) {
	t.Helper()
	if a.StatusCode != status {
		t.Errorf("%s %s: %d %s, want %d", a.Request.Method, a.Request.URL.Path, a.StatusCode, a.text, status)
		return
	}
	if code == "" {
		return
	}
	var p Problem
	if err := json.Unmarshal([]byte(a.text), &p); err != nil {
		t.Errorf("%s %s: not problem details: %s", a.Request.Method, a.Request.URL.Path, a.text)
		return
	}
	if a.Header.Get("Content-Type") != "application/problem+json" || p.Status != status || p.Code != code ||
		p.Title != http.StatusText(status) ||
		p.Detail == "" {
		t.Errorf("%s %s: %s %s, want code %s", a.Request.Method, a.Request.URL.Path, a.Header.Get("Content-Type"),
			a.text, code)
	}
}

// login begins a session with a one-time code, and returns its cookie.
func (h *testAPI) login() *http.Cookie {
	h.t.Helper()
	code, err := h.api.Logins.New(h.t.Context())
	check(h.t, err)
	a := h.do(request{method: "GET", path: strings.TrimSuffix(h.api.Site.Base(), "/") + "/login/" + code})
	if a.StatusCode != http.StatusSeeOther || len(a.Cookies()) != 1 {
		h.t.Fatalf("login: %d %s", a.StatusCode, a.text)
	}
	return a.Cookies()[0]
}
