package client

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// answering is a server on loopback that answers every request alike, and notes what it was asked.
type answering struct {
	*httptest.Server
	path, host string
}

func answer(t *testing.T, secure bool, status int, body string) *answering {
	t.Helper()
	a := &answering{}
	a.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.path, a.host = r.URL.Path, r.Host
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	if secure {
		a.StartTLS() // with a certificate that nobody trusts
	} else {
		a.Start()
	}
	t.Cleanup(a.Close)
	return a
}

func (a *answering) address() string { return a.Listener.Addr().String() }

func TestHealthIsWhatTheServerSays(t *testing.T) {
	const problem = `{"status":503,"code":"cannot_store","detail":"Check the free disk space."}`
	for name, c := range map[string]struct {
		secure bool
		live   bool
		status int
		body   string
		want   string
		detail string
	}{
		"ready":                {false, false, 200, `{"status":"ready"}`, HealthReady, ""},
		"ready, over TLS":      {true, false, 200, `{"status":"ready"}`, HealthReady, ""},
		"alive":                {false, true, 200, `{"status":"ok"}`, HealthAlive, ""},
		"not ready":            {false, false, 503, problem, HealthNotReady, "Check the free disk space."},
		"not ready, over TLS":  {true, false, 503, problem, HealthNotReady, "Check the free disk space."},
		"another program":      {false, false, 200, `<h1>It works!</h1>`, HealthUnreachable, "another program"},
		"another path":         {false, false, 404, `404 page not found`, HealthNotReady, "Check the address, and"},
		"a bad gateway":        {false, false, 502, `<h1>Bad Gateway</h1>`, HealthNotReady, "502 Bad Gateway"},
		"alive is not ready":   {false, false, 200, `{"status":"ok"}`, HealthUnreachable, "another program"},
		"an answer that stops": {false, false, 200, strings.Repeat("x", 65<<10), HealthUnreachable, "another"},
	} {
		t.Run(name, func(t *testing.T) {
			a := answer(t, c.secure, c.status, c.body)
			target, err := ListenTarget(a.address(), "")
			if err != nil {
				t.Fatal(err)
			}
			h := target.Check(t.Context(), c.live)
			if h.Status != c.want || !strings.Contains(h.Detail, c.detail) || h.OK() != (c.detail == "") {
				t.Errorf("got %+v", h)
			}
			want := map[bool]string{false: "/readyz", true: "/healthz"}[c.live]
			if a.path != want || !strings.HasSuffix(h.URL, a.address()+want) {
				t.Errorf("it asked for %s and says %s", a.path, h.URL)
			}
			if c.secure != strings.HasPrefix(h.URL, "https://") {
				t.Errorf("it says %s", h.URL)
			}
		})
	}
}

// A listener on all interfaces is asked over loopback, under the path and the name of the public URL.
func TestHealthAsksOverLoopback(t *testing.T) {
	a := answer(t, true, 200, `{"status":"ready"}`)
	_, port, err := net.SplitHostPort(a.address())
	if err != nil {
		t.Fatal(err)
	}
	for _, listen := range []string{":" + port, "0.0.0.0:" + port, "[::]:" + port, "127.0.0.1:" + port} {
		target, err := ListenTarget(listen, "https://hooks.example.com/hooks/")
		if err != nil {
			t.Fatal(err)
		}
		h := target.Check(t.Context(), false)
		if !h.OK() || a.path != "/hooks/readyz" || a.host != "hooks.example.com" {
			t.Errorf("%s: %+v, asked for %s at %s", listen, h, a.path, a.host)
		}
	}
	target, err := URLTarget("https://localhost:" + port + "/hooks")
	if err != nil {
		t.Fatal(err)
	}
	if h := target.Check(t.Context(), false); !h.OK() || a.path != "/hooks/readyz" {
		t.Errorf("localhost: %+v, asked for %s", h, a.path)
	}
}

// A certificate that nobody signed is good enough for this machine, and for no other.
func TestHealthVerifiesCertificatesOfOtherMachines(t *testing.T) {
	a := answer(t, true, 200, `{"status":"ready"}`)
	target, err := URLTarget("https://hooks.example.com")
	if err != nil {
		t.Fatal(err)
	}
	target.addresses = []string{a.address()} // as if the name resolved to it
	if h := target.Check(t.Context(), false); h.OK() || !strings.Contains(h.Detail, "certificate") {
		t.Errorf("got %+v", h)
	}
}

func TestHealthOfNothingSaysWhatToDo(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	target, err := ListenTarget(l.Addr().String(), "")
	if err != nil {
		t.Fatal(err)
	}
	expired, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	if h := target.Check(expired, false); h.OK() || !strings.Contains(h.Detail, "--timeout") { // it never accepts
		t.Errorf("got %+v", h)
	}
	_ = l.Close()
	if h := target.Check(t.Context(), false); h.OK() || !strings.Contains(h.Detail, "nothing listens there") {
		t.Errorf("got %+v", h)
	}
	for _, bad := range []string{"", "8080", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:x", "[::1"} {
		if _, err := ListenTarget(bad, ""); err == nil || !strings.Contains(err.Error(), "--listen") {
			t.Errorf("--listen %q: %v", bad, err)
		}
	}
	for _, bad := range []string{"", "hooks.example.com", "ftp://h", "https://u:p@h", "https://h?x", "https:///x"} {
		if _, err := URLTarget(bad); err == nil || !strings.Contains(err.Error(), "--server") {
			t.Errorf("--server %q: %v", bad, err)
		}
	}
}
