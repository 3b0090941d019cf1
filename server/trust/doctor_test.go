package trust_test

import (
	"crypto/sha256"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// finding is one line of hookbeam doctor --json.
type finding struct{ Check, Status, Detail, Action string }

// examine runs hookbeam doctor on the server's data folder, and returns the findings that are not fine, by check, and
// the exit code. Each of them must say what to do.
func (s *server) examine(env ...string) (wrong map[string]finding, fine []string, code int) {
	s.t.Helper()
	cmd := exec.Command(hookbeam, "doctor", "--json", "--data", s.data, "--timeout", "30s")
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	var all []finding
	if err := json.Unmarshal(out, &all); err != nil {
		s.t.Fatalf("doctor printed %q: %v", out, err)
	}
	wrong = map[string]finding{}
	for _, f := range all {
		if f.Status == "ok" {
			fine = append(fine, f.Check)
			continue
		}
		if f.Action == "" || f.Detail == "" {
			s.t.Errorf("it does not say what to do: %+v", f)
		}
		if had, ok := wrong[f.Check]; !ok || had.Status == "warning" {
			wrong[f.Check] = f
		}
	}
	// What this machine is like is not the server's, and no test's business.
	for _, machine := range []string{"disk", "file system", "open files"} {
		if wrong[machine].Status == "warning" {
			delete(wrong, machine)
		}
	}
	if wrong["public url"].Status == "warning" { // the proxies of the tests are on loopback
		delete(wrong, "public url")
	}
	if wrong["clock"].Status == "warning" {
		delete(wrong, "clock")
	}
	return wrong, fine, cmd.ProcessState.ExitCode()
}

// front is a proxy with TLS whose behaviour a test changes.
type front struct {
	*httptest.Server
	handler atomic.Pointer[http.Handler]
	roots   string // a file with its certificate, for SSL_CERT_FILE
}

func newFront(t *testing.T) *front {
	t.Helper()
	f := &front{roots: filepath.Join(t.TempDir(), "roots.pem")}
	f.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		(*f.handler.Load()).ServeHTTP(w, r)
	}))
	t.Cleanup(f.Close)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: f.Certificate().Raw})
	if err := os.WriteFile(f.roots, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *front) is(h http.Handler) { f.handler.Store(&h) }

// forward returns a proxy to a server that appends the client's address to X-Forwarded-For. change changes the request
// on its way out, after that.
func forward(to string, change func(in, out *http.Request)) http.Handler {
	target := &url.URL{Scheme: "http", Host: to}
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
		r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
		r.SetXForwarded()
		if change != nil {
			change(r.In, r.Out)
		}
	}}
}

// status answers every request with a status and a content type.
func status(code int, contentType string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(code)
	})
}

// TestTheDoctorFindsWhatIsWrongOnTheWay runs the binary behind a proxy with TLS and a base path, breaks the proxy in
// one way after another, and requires that hookbeam doctor names what is broken, and nothing else.
func TestTheDoctorFindsWhatIsWrongOnTheWay(t *testing.T) {
	t.Parallel()
	proxy := newFront(t)
	s := newServer(t, "--public-url", proxy.URL+"/hooks/", "--trusted-proxy", "127.0.0.1")
	s.start()
	other := serve(t)
	for name, c := range map[string]struct {
		proxy http.Handler
		want  string // check that fails; "" if none does
		says  string
		does  string
	}{
		"as it should be": {forward(s.addr, nil), "", "", ""},
		"path removed": {forward(s.addr, func(_, out *http.Request) {
			out.URL.Path = strings.TrimPrefix(out.URL.Path, "/hooks")
		}), "", "", ""},
		"no upgrade": {forward(s.addr, func(_, out *http.Request) {
			out.Header.Del("Upgrade")
			out.Header.Del("Connection")
		}), "websocket", "drops the header Upgrade", "proxy_set_header Upgrade"},
		"no address": {forward(s.addr, func(_, out *http.Request) { out.Header.Del("X-Forwarded-For") }),
			"proxy", "sends no X-Forwarded-For", "proxy_add_x_forwarded_for"},
		"the client's own address": {forward(s.addr, func(in, out *http.Request) {
			if had := in.Header["X-Forwarded-For"]; had != nil {
				out.Header["X-Forwarded-For"] = had
			}
		}), "proxy", "every client can choose its address", "append"},
		"another host": {forward(s.addr, func(_, out *http.Request) { out.Host = "inside.example.com" }),
			"host header", "for the host inside.example.com", "proxy_set_header Host"},
		"the wrong address behind": {status(502, ""), "public url", "cannot reach the server (502)", s.addr},
		"a login in front":         {status(401, ""), "public url", "asks for a login", "/in/"},
		"a redirect": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://www.example.com"+r.URL.RequestURI(), http.StatusMovedPermanently)
		}), "public url", "redirects to https://www.example.com/hooks/", "--public-url https://www.example.com/hooks:"},
		"another server": {forward(other.addr, func(_, out *http.Request) {
			out.URL.Path = strings.TrimPrefix(out.URL.Path, "/hooks")
		}), "public url", "Another Hookbeam answers", s.addr},
		"another program": {status(200, "text/html"), "public url", "Something else answers", s.addr},
		"an unknown path": {status(404, ""), "base path", "does not know the path (404)", "/hooks/"},
		"another path": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/hooks/") {
				http.NotFound(w, r)
				return
			}
			forward(s.addr, nil).ServeHTTP(w, r)
		}), "base path", "The server answers at " + proxy.URL, "--public-url " + proxy.URL},
		"another time": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
			behind := forward(s.addr, nil).(*httputil.ReverseProxy)
			behind.ModifyResponse = func(answer *http.Response) error { answer.Header.Del("Date"); return nil }
			behind.ServeHTTP(w, r)
		}), "clock", "It differs by 1h0m", "Synchronize"},
	} {
		proxy.is(c.proxy)
		wrong, fine, code := s.examine("SSL_CERT_FILE=" + proxy.roots)
		if c.want == "" {
			if len(wrong) > 0 || code != 0 || len(fine) < 10 {
				t.Errorf("%s: %v (exit code %d, %v)", name, wrong, code, fine)
			}
			continue
		}
		found := wrong[c.want]
		if len(wrong) != 1 || code != 1 || found.Status != "problem" || !strings.Contains(found.Detail, c.says) ||
			!strings.Contains(found.Action, c.does) {
			t.Errorf("%s: %v (exit code %d)", name, wrong, code)
		}
	}
	proxy.is(forward(s.addr, nil))
	if wrong, _, code := s.examine(); code != 1 || !strings.Contains(wrong["certificate"].Detail, "does not trust") {
		t.Errorf("a certificate that nobody knows: %v", wrong)
	}
	proxy.Close()
	wrong, _, code := s.examine("SSL_CERT_FILE=" + proxy.roots)
	if code != 1 || !strings.Contains(wrong["public url"].Detail, "nothing listens there") {
		t.Errorf("without a proxy: %v", wrong)
	}
}

// TestTheDoctorNoticesAProxyThatIsNotTrusted starts a server that does not know of its proxy.
func TestTheDoctorNoticesAProxyThatIsNotTrusted(t *testing.T) {
	t.Parallel()
	proxy := newFront(t)
	s := newServer(t, "--public-url", proxy.URL)
	s.start()
	// One that says nothing of itself is only suspected. From the first header on, the server itself warns.
	proxy.is(forward(s.addr, func(_, out *http.Request) {
		for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
			out.Header.Del(name)
		}
	}))
	wrong, _, code := s.examine("SSL_CERT_FILE=" + proxy.roots)
	if code != 0 || !strings.Contains(wrong["proxy"].Detail, "without X-Forwarded-For") || len(wrong) != 1 {
		t.Errorf("a silent proxy: %v (exit code %d)", wrong, code)
	}
	proxy.is(forward(s.addr, nil))
	wrong, _, _ = s.examine("SSL_CERT_FILE=" + proxy.roots)
	if !strings.Contains(wrong["proxy"].Action, "--trusted-proxy 127.0.0.1") {
		t.Errorf("an unknown proxy: %v", wrong)
	}
	wrong, _, _ = s.examine("SSL_CERT_FILE=" + proxy.roots)
	if !strings.Contains(wrong["proxy not trusted"].Detail, "--trusted-proxy 127.0.0.1") || len(wrong) != 1 {
		t.Errorf("a proxy that the server has noticed: %v", wrong)
	}
}

// TestTheDoctorChangesNothing compares the data folder before and after, without a server, after a stop and after a
// crash.
func TestTheDoctorChangesNothing(t *testing.T) {
	t.Parallel()
	s := serve(t)
	if _, err := deliver(t.Context(), newClient(t, 1), s.first().in(s), "kept"); err != nil {
		t.Fatal(err)
	}
	s.make(map[string]any{"name": "open", "provider": "generic", "verify": "off"})
	if wrong, _, _ := s.examine(); !strings.Contains(wrong["endpoints"].Detail, "1 endpoint verifies nothing") {
		t.Errorf("an open endpoint: %v", wrong)
	}
	s.stop()
	without := func(when string) {
		t.Helper()
		before := contents(t, s.data)
		wrong, fine, code := s.examine()
		if code != 0 || wrong["server"].Status != "warning" {
			t.Errorf("%s: %v (exit code %d)", when, wrong, code)
		}
		if !strings.Contains(strings.Join(fine, " "), "database") {
			t.Errorf("%s: the database is not checked: %v", when, fine)
		}
		if after := contents(t, s.data); after != before {
			t.Errorf("%s: the folder was\n%s and is\n%s", when, before, after)
		}
	}
	without("after a stop")
	s.start()
	s.kill()
	without("after a crash")
	if err := os.Chmod(filepath.Join(s.data, "hookbeam.db"), 0o644); err != nil {
		t.Fatal(err)
	}
	if wrong, _, _ := s.examine(); !strings.Contains(wrong["data folder"].Detail, "mode 0644") {
		t.Errorf("a file that others can read: %v", wrong)
	}
	if err := os.RemoveAll(s.data); err != nil {
		t.Fatal(err)
	}
	if wrong, _, code := s.examine(); code != 0 || !strings.Contains(wrong["data folder"].Detail, "does not exist") {
		t.Errorf("no folder: %v (exit code %d)", wrong, code)
	}
	if _, err := os.Stat(s.data); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the doctor has created the folder")
	}
}

// contents returns the names, modes, times and hashes of all files in a folder.
func contents(t *testing.T, dir string) (all string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		text := []byte{}
		if info.Mode().IsRegular() {
			if text, err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
				t.Fatal(err)
			}
		}
		all += fmt.Sprintf("%s %v %v %x\n", e.Name(), info.Mode(), info.ModTime(), sha256.Sum256(text))
	}
	return all
}
