package server

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/client"
	"hookbeam/server/datafile"
	"hookbeam/server/hook"
	"hookbeam/server/sqlite"
)

// text is a log that several goroutines write.
type text struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (t *text) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.Write(b)
}

func (t *text) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}

type oneLogin struct{ err error }

func (l oneLogin) New(context.Context) (string, error) { return "abc", l.err }

type fewEndpoints []hook.Endpoint

func (f fewEndpoints) List() []hook.Endpoint { return f }

// controlled is a data folder that a server holds whose only working part is the control channel. The API behind it
// answers with who asks.
func controlled(t *testing.T, folder string, change func(*controlCalls)) (log *text) {
	t.Helper()
	log = &text{}
	logger := slog.New(slog.NewTextHandler(log, nil))
	who := datafile.RunningServer{URL: "http://here.test", Version: "test", Protocol: client.Protocol}
	lock, err := lockDataFolder(folder, who, logger)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lock.release() })
	site, err := access.ParseSite("http://localhost:1/hooks")
	if err != nil {
		t.Fatal(err)
	}
	calls := controlCalls{Site: site, Logins: oneLogin{}, Endpoints: fewEndpoints{},
		Summary: func() summary { return summary{} },
		API: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			who, err := (&access.Gate{}).Who(r)
			if err != nil {
				t.Error(err)
			}
			_, _ = w.Write([]byte(who.Login))
		})}
	if change != nil {
		change(&calls)
	}
	listener, err := datafile.ListenControl(folder, func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	running := newGroup(t.Context())
	channel := newControl(listener, "test", calls, access.NewRefusals(logger, time.Now), logger)
	running.start(part{name: "control channel", run: channel.Run})
	t.Cleanup(func() {
		running.stop()
		if err := running.failure(); err != nil {
			t.Error(err)
		}
	})
	return log
}

func connected(t *testing.T, folder string) *client.Server {
	t.Helper()
	s, err := client.Local(t.Context(), folder, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestACommandTalksToTheServerThatHoldsTheFolder(t *testing.T) {
	folder := t.TempDir()
	log := controlled(t, folder, func(c *controlCalls) {
		c.Endpoints = fewEndpoints{{ID: "ep_1", Name: "shop", Slug: "shop-1", Provider: "stripe",
			SignedURL: "https://there.test/x", Settings: map[string]string{"a": "b"},
			Secrets: []hook.Secret{{Label: "live", Value: "whsec_1"}}}}
	})
	s := connected(t, folder)
	link, err := s.NewLogin(t.Context())
	if err != nil || link != "http://localhost:1/hooks/login/abc" {
		t.Errorf("the link %q, %v", link, err)
	}
	all, err := s.Endpoints(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("the endpoints %+v, %v", all, err)
	}
	e := all[0]
	if e.URL != "http://localhost:1/hooks/in/shop-1" || e.Provider != "stripe" ||
		e.SignedURL != "https://there.test/x" || e.Settings["a"] != "b" ||
		len(e.Secrets) != 1 || e.Secrets[0] != (client.Secret{Label: "live", Value: "whsec_1"}) {
		t.Errorf("the endpoint is %+v", e)
	}
	if err := s.RebuildStatuses(t.Context()); err != nil {
		t.Error(err)
	}
	for _, want := range []string{`route=/control/v1/logins status=201`, `route=/control/v1/endpoints status=200`} {
		if strings.Count(log.String(), `msg="control request" actor=local method=`) != 3 ||
			!strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q: %s", want, log)
		}
	}
}

// TestWithoutASocketATokenDecides: the path is too long for a socket.
func TestWithoutASocketATokenDecides(t *testing.T) {
	folder := filepath.Join(t.TempDir(), strings.Repeat("long/", 25))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	log := controlled(t, folder, nil)
	s := connected(t, folder)
	if link, err := s.NewLogin(t.Context()); err != nil || link != "http://localhost:1/hooks/login/abc" {
		t.Errorf("the link %q, %v", link, err)
	}
	conn, token, err := datafile.DialControl(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	address := conn.RemoteAddr().String()
	_ = conn.Close()
	for sent, want := range map[string]int{
		"Bearer " + token: 201, token[:63]: 403, "Bearer " + token[:63]: 403, "Bearer ": 403, "": 403,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+client.LoginsPath, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", sent)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("with %q it answered %s", sent, answer.Status)
		}
	}
	if strings.Contains(log.String(), token[:32]) {
		t.Error("the token is in the log")
	}
}

func TestMoreControlConnectionsThanThereMayBeAreClosed(t *testing.T) {
	folder := t.TempDir()
	controlled(t, folder, nil)
	var conns []net.Conn
	for range controlConns {
		conn, _, err := datafile.DialControl(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.Write([]byte("GET /control/v1/debug HTTP/1.1\r\nHost: localhost\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		if answer, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil ||
			answer.StatusCode != http.StatusOK {
			t.Fatalf("an answer: %v, %v", answer, err)
		}
		conns = append(conns, conn)
	}
	extra, _, err := datafile.DialControl(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	defer extra.Close()
	if n, err := extra.Read(make([]byte, 1)); n > 0 || err == nil {
		t.Errorf("one too many read %d bytes, %v", n, err)
	}
	if _, err := conns[0].Write([]byte("GET /control/v1/debug HTTP/1.1\r\nHost: localhost\r\n\r\n")); err != nil {
		t.Errorf("the others: %v", err)
	}
}

func TestACommandOpensTheFolderItselfOnlyWhileNobodyHoldsIt(t *testing.T) {
	folder := t.TempDir()
	if _, err := client.Local(t.Context(), folder, "test"); !errors.Is(err, client.ErrNoLog) {
		t.Errorf("an empty folder gave %v", err)
	}
	if err := os.WriteFile(filepath.Join(folder, sqlite.FileName), []byte("some"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Local(t.Context(), folder, "test"); !errors.Is(err, client.ErrNotRunning) {
		t.Errorf("a folder that nobody holds gave %v", err)
	}
	log := slog.New(slog.DiscardHandler)
	held, err := lockDataFolder(folder, datafile.RunningServer{Version: "test", Command: "login"}, log)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.release() }()
	_, err = client.Local(t.Context(), folder, "test")
	if err == nil || !strings.Contains(err.Error(), "hookbeam login is using") {
		t.Errorf("a folder that a command holds gave %v", err)
	}
	_, err = Offline{Version: "test"}.NewLogin(t.Context(), client.Location{Data: folder, Listen: "localhost:1"}, log)
	if err == nil || !strings.Contains(err.Error(), "in use by hookbeam login") {
		t.Errorf("a second command: %v", err)
	}
}

func TestAServerThatCannotBeTalkedToIsExplained(t *testing.T) {
	for name, c := range map[string]struct {
		who  datafile.RunningServer
		want string
	}{
		"before there were channels": {datafile.RunningServer{URL: "http://a.test"}, "is an older Hookbeam"},
		"another protocol": {datafile.RunningServer{URL: "http://a.test", Version: "v9", Protocol: 99},
			"is a newer Hookbeam (v9; this command is v1)"},
		"not listening yet": {datafile.RunningServer{URL: "http://a.test", Version: "v1", Protocol: client.Protocol},
			"is starting or stopping"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			l, err := lockDataFolder(folder, c.who, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = l.release() }()
			if _, err := client.Local(t.Context(), folder, "v1"); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// controlHandler is the channel's handler on a listener that nobody uses.
func controlHandler(t *testing.T) (*control, *text) {
	t.Helper()
	listener, err := datafile.ListenControl(t.TempDir(), func(error) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	log := &text{}
	logger := slog.New(slog.NewTextHandler(log, nil))
	return newControl(listener, "test", controlCalls{Logins: oneLogin{}, Endpoints: fewEndpoints{},
		API: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			t.Error("it reached the API")
		})}, nil, logger), log
}

func TestTheControlChannelRefusesWhatBrowsersAndProxiesSend(t *testing.T) {
	c, log := controlHandler(t)
	host := c.hosts[0]
	refused := 0
	paths := []string{client.LoginsPath, client.EndpointsPath, "/api/v1/endpoints", "/control/v1/debug", "/"}
	for name, change := range map[string]func(*http.Request){
		"Origin":          func(r *http.Request) { r.Header.Set("Origin", "null") },
		"own Origin":      func(r *http.Request) { r.Header.Set("Origin", "http://"+host) },
		"Referer":         func(r *http.Request) { r.Header.Set("Referer", "http://evil.test/") },
		"Cookie":          func(r *http.Request) { r.Header.Set("Cookie", "a=b") },
		"Sec-Fetch-Site":  func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "none") },
		"Sec-Fetch-Mode":  func(r *http.Request) { r.Header.Set("Sec-Fetch-Mode", "no-cors") },
		"Sec-CH-UA":       func(r *http.Request) { r.Header.Set("Sec-CH-UA", "x") },
		"preflight":       func(r *http.Request) { r.Header.Set("Access-Control-Request-Method", "POST") },
		"proxied":         func(r *http.Request) { r.Header.Set("X-Forwarded-For", "192.0.2.1") },
		"Via":             func(r *http.Request) { r.Header.Set("Via", "1.1 x") },
		"another host":    func(r *http.Request) { r.Host = "evil.test" },
		"another port":    func(r *http.Request) { r.Host = "localhost:1" },
		"no host":         func(r *http.Request) { r.Host = "" },
		"absolute form":   func(r *http.Request) { r.URL.Host = host },
		"a host's suffix": func(r *http.Request) { r.Host = host + ".evil.test" },
	} {
		for _, path := range paths {
			r := httptest.NewRequest(http.MethodPost, path, nil)
			r.Host = host
			change(r)
			w := httptest.NewRecorder()
			c.ServeHTTP(w, r)
			refused++
			if w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "login/") {
				t.Errorf("%s at %s: %d %s", name, path, w.Code, w.Body)
			}
			for header := range w.Header() {
				if strings.HasPrefix(header, "Access-Control-") {
					t.Errorf("%s at %s: the answer has %s", name, path, header)
				}
			}
		}
	}
	line := `msg="control request" actor=local method=POST route=… status=403`
	if n := strings.Count(log.String(), line); n != refused {
		t.Errorf("%d of %d refusals are in the log", n, refused)
	}
}

func TestTheControlChannelComparesProtocols(t *testing.T) {
	c, _ := controlHandler(t)
	for sent, want := range map[string]int{"": 201, "1": 201, "2": http.StatusConflict, "x": http.StatusConflict} {
		r := httptest.NewRequest(http.MethodPost, client.LoginsPath, nil)
		r.Host = c.hosts[0]
		if sent != "" {
			r.Header.Set(client.ProtocolHeader, sent)
		}
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		if w.Code != want || w.Header().Get(client.ProtocolHeader) != "1" ||
			w.Header().Get(client.VersionHeader) != "test" {
			t.Errorf("protocol %q: %d %v", sent, w.Code, w.Header())
		}
	}
}

func TestTheControlChannelHasNoCallsForThePublic(t *testing.T) {
	c, _ := controlHandler(t)
	for _, path := range []string{
		"/", "/in/shop-1", "/login", "/api/v1/status/x", "/status/x", "/control/v1/", "/debug/pprof/",
	} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host = c.hosts[0]
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestTheControlChannelGivesProfiles(t *testing.T) {
	c, _ := controlHandler(t)
	for path, want := range map[string]string{
		"/control/v1/debug/goroutines?debug=2": "goroutine ", "/control/v1/debug/heap?debug=1": "heap profile: ",
		"/control/v1/debug/heap": "\x1f\x8b",
	} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host = c.hosts[0]
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Body.String(), want) {
			t.Errorf("%s: %d %.40q", path, w.Code, w.Body.String())
		}
	}
}
