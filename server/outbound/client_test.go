package outbound

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hookbeam/server/meter"
)

// loopback permits the tests' own servers.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func get(t *testing.T, client *http.Client, address string) (status int, text string, err error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	all, err := io.ReadAll(res.Body)
	return res.StatusCode, string(all), err
}

func served(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s
}

func TestARedirectIsAnAnswer(t *testing.T) {
	asked := 0
	s := served(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
	})
	client := New(Options{Allowed: loopback}).Client("test", ClientOptions{})
	if status, _, err := get(t, client, s.URL); status != http.StatusFound || err != nil || asked != 1 {
		t.Errorf("%d after %d requests: %v", status, asked, err)
	}
}

// TestEachStepOfRedirectsIsChecked: a caller that follows redirects gets no further than the guard permits.
func TestEachStepOfRedirectsIsChecked(t *testing.T) {
	for name, target := range map[string]string{
		"metadata": "http://169.254.169.254/latest/", "a private network": "http://10.0.0.1/",
		"SMTP":   "http://64.4.250.1:25/",
		"a file": "file:///etc/passwd", "gopher": "gopher://64.4.250.1/",
	} {
		t.Run(name, func(t *testing.T) {
			s := served(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", target)
				w.WriteHeader(http.StatusTemporaryRedirect)
			})
			client := New(Options{Allowed: loopback}).Client("test", ClientOptions{})
			client.CheckRedirect = nil
			if _, _, err := get(t, client, s.URL); !errors.Is(err, ErrRefused) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestOnlyHTTPIsSent(t *testing.T) {
	client := New(Options{}).Client("test", ClientOptions{})
	for _, address := range []string{
		"ftp://64.4.250.1/", "file:///etc/passwd", "//64.4.250.1/", "http://64.4.250.1:6379/",
		"https://64.4.250.1:22/", "http://[::ffff:7f00:1]/", "http://localhost.:0/", "http://0/",
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader("FLUSHALL"))
		if err != nil {
			t.Fatal(err)
		}
		client.Transport.(*transport).guard.resolver = oneName("0", "0.0.0.0")
		res, err := client.Do(r)
		if err == nil {
			res.Body.Close()
		}
		if !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestAnAnswerIsBounded(t *testing.T) {
	s := served(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/exact":
			fmt.Fprint(w, strings.Repeat("a", 100))
		case "/over":
			fmt.Fprint(w, strings.Repeat("a", 101))
		case "/endless":
			for r.Context().Err() == nil {
				if _, err := fmt.Fprint(w, strings.Repeat("a", 1000)); err != nil {
					return
				}
			}
		case "/headers":
			w.Header().Set("Long", strings.Repeat("a", 20_000))
		}
	})
	limits := Limits{ResponseBytes: 100, HeaderBytes: 1000}
	client := New(Options{Allowed: loopback}).Client("test", ClientOptions{Limits: limits})
	for path, want := range map[string]int{"/exact": 100, "/over": 100, "/endless": 100} {
		_, text, err := get(t, client, s.URL+path)
		if len(text) != want || (path != "/exact") != errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %d bytes, %v", path, len(text), err)
		}
	}
	if _, _, err := get(t, client, s.URL+"/headers"); err == nil {
		t.Error("long headers were accepted")
	}
}

func TestACompressedAnswerIsBoundedAsItExpands(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	s := served(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed.Bytes())
	})
	client := New(Options{Allowed: loopback}).Client("test", ClientOptions{Limits: Limits{ResponseBytes: 5000}})
	if _, text, err := get(t, client, s.URL); len(text) != 5000 || !errors.Is(err, ErrTooLarge) {
		t.Errorf("%d bytes, %v", len(text), err)
	}
}

// TestASlowAnswerEndsAtTheLimit runs in the time of a bubble: the far end sends nothing, or a byte a second for ever.
func TestASlowAnswerEndsAtTheLimit(t *testing.T) {
	for name, far := range map[string]func(ctx context.Context, conn net.Conn){
		"silent":           func(context.Context, net.Conn) {},
		"headers for ever": dripping("HTTP/1.1 200 OK\r\n", "A: b\r\n"),
		"a body for ever":  dripping("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", "a"),
		"early hints":      dripping("", "HTTP/1.1 103 Early Hints\r\n\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out := &network{answer: func(_ string, conn net.Conn) error {
					go func() {
						defer conn.Close()
						if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
							t.Error(err) // an answer before it would be an error of another kind
							return
						}
						far(t.Context(), conn)
						<-t.Context().Done()
					}()
					return nil
				}}
				began := time.Now()
				limits := Limits{Total: 7 * time.Second}
				client := New(Options{Dial: out.dial}).Client("test", ClientOptions{Limits: limits})
				_, _, err := get(t, client, "http://64.4.250.1/")
				if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 7*time.Second {
					t.Errorf("%v after %v", err, time.Since(began))
				}
			})
		})
	}
}

// dripping is a far end that writes head, and then piece each second until the connection is closed or ctx ends.
func dripping(head, piece string) func(ctx context.Context, conn net.Conn) {
	return func(ctx context.Context, conn net.Conn) {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for text := head; ; text = piece {
			if _, err := io.WriteString(conn, text); err != nil {
				return
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	}
}

// TestProxiesOfTheEnvironmentAreIgnored, but for a client that asks for one.
func TestProxiesOfTheEnvironmentAreIgnored(t *testing.T) {
	proxied := 0
	proxy := served(t, func(w http.ResponseWriter, _ *http.Request) { proxied++ })
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("ALL_PROXY", proxy.URL)
	out := &network{}
	_, _, err := get(t, New(Options{Dial: out.dial}).Client("test", ClientOptions{}), "http://64.4.250.1/")
	if err == nil || proxied != 0 || !slices.Equal(out.dialed, []string{"64.4.250.1:80"}) {
		t.Errorf("%v, dialled %q", err, out.dialed)
	}
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	asking := ClientOptions{Proxy: http.ProxyURL(at)}
	allowed := New(Options{Allowed: loopback}).Client("test", asking)
	if _, _, err := get(t, allowed, "http://64.4.250.1/"); err != nil || proxied != 1 {
		t.Errorf("%v, proxied %d", err, proxied)
	}
	if _, _, err := get(t, New(Options{}).Client("test", asking), "http://64.4.250.1/"); !errors.Is(err, ErrRefused) {
		t.Errorf("a proxy that is not allowed: %v", err)
	}
	hosts := oneName("mixed.example", "64.4.250.1", "10.0.0.1")
	for _, target := range []string{"http://10.0.0.1/", "http://169.254.169.254/", "http://mixed.example/",
		"http://64.4.250.1:25/"} {
		client := New(Options{Allowed: loopback, Resolver: hosts}).Client("test", asking)
		if _, _, err := get(t, client, target); !errors.Is(err, ErrRefused) || proxied != 1 {
			t.Errorf("%s through a proxy: %v", target, err)
		}
	}
}

// TestACallIsOneLineAndOneCount holds what is logged of calls, and that it is nothing that can be secret.
func TestACallIsOneLineAndOneCount(t *testing.T) {
	s := served(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/canary-over" {
			fmt.Fprint(w, strings.Repeat("canary", 100))
			return
		}
		w.Header().Set("X-Secret", "canary")
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprint(w, "canary")
	})
	at := strings.TrimPrefix(s.URL, "http://")
	for name, c := range map[string]struct {
		address string
		want    string
		outcome string
	}{
		"answered": {s.URL + "/canary?canary=canary",
			"host=127.0.0.1 address=" + at + " outcome=ok status=418 bytes=6 duration=2s", "ok"},
		"with a password": {"http://canary:canary@" + at + "/",
			"host=127.0.0.1 address=" + at + " outcome=ok status=418 bytes=6 duration=2s", "ok"},
		"too large": {s.URL + "/canary-over",
			"host=127.0.0.1 address=" + at + " outcome=too_large status=200 bytes=50 duration=2s", "too_large"},
		"refused": {"http://10.0.0.1/canary",
			`host=10.0.0.1 address="" outcome=refused status=0 bytes=0 duration=2s`, "refused"},
		"no host": {"http://none.example/canary",
			`host=none.example address="" outcome=name status=0 bytes=0 duration=2s`, "name"},
		"no TLS": {"https://" + at + "/canary",
			`host=127.0.0.1 address="" outcome=tls status=0 bytes=0 duration=2s`, "tls"},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			now := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
			counts := meter.New()
			g := New(Options{Allowed: loopback, Resolver: &names{}, Meter: counts,
				Log: slog.New(slog.NewTextHandler(&log, nil)),
				Now: func() time.Time { now = now.Add(2 * time.Second); return now }})
			_, _, _ = get(t, g.Client("mail", ClientOptions{Limits: Limits{ResponseBytes: 50}}), c.address)
			text := log.String()
			want := `level=INFO msg="outbound call" caller=mail ` + c.want + "\n"
			if strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, want) {
				t.Errorf("got  %s\nwant %s", text, c.want)
			}
			if strings.Contains(text, "canary") {
				t.Error("a secret is in the log")
			}
			if got := counted(counts); got != "hookbeam_outbound_calls_total mail "+c.outcome+" 1" {
				t.Errorf("counted %q", got)
			}
			if err := counts.Err(); err != nil {
				t.Error(err)
			}
		})
	}
}

// counted returns the counters of calls that are not 0.
func counted(counts *meter.Registry) string {
	var all []string
	for _, f := range counts.Snapshot() {
		for _, s := range f.Series {
			if f.Name == "hookbeam_outbound_calls_total" && s.Value > 0 {
				all = append(all, fmt.Sprint(f.Name, " ", s.Labels[0].Value, " ", s.Labels[1].Value, " ", s.Value))
			}
		}
	}
	return strings.Join(all, ", ")
}

func TestAConnectionIsOneLineToo(t *testing.T) {
	var log bytes.Buffer
	out := &network{answer: func(_ string, far net.Conn) error {
		go func() {
			defer far.Close()
			_, _ = io.WriteString(far, "220 ready")
		}()
		return nil
	}}
	now := time.Time{}
	g := New(Options{Dial: out.dial, Log: slog.New(slog.NewTextHandler(&log, nil)),
		Now: func() time.Time { return now }})
	conn, err := g.DialContext("mail", 0)(t.Context(), "tcp", "64.4.250.1:587")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(conn); err != nil || log.Len() > 0 {
		t.Errorf("%v, and before it ends: %s", err, log.String())
	}
	for range 2 {
		conn.Close()
	}
	want := "caller=mail host=64.4.250.1 address=pipe outcome=ok status=0 bytes=9 duration=0s\n"
	if text := log.String(); !strings.HasSuffix(text, want) || strings.Count(text, "\n") != 1 {
		t.Errorf("got %s", text)
	}
}

func TestConnectionsAreKeptOnlyWhereAskedFor(t *testing.T) {
	s := served(t, func(http.ResponseWriter, *http.Request) {})
	for keep, want := range map[bool]int{false: 3, true: 1} {
		dialed := 0
		g := New(Options{Allowed: loopback, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			dialed++
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}})
		client := g.Client("test", ClientOptions{KeepAlives: keep})
		for range 3 {
			if _, _, err := get(t, client, s.URL); err != nil {
				t.Fatal(err)
			}
		}
		client.CloseIdleConnections()
		if dialed != want {
			t.Errorf("keep-alive %t: %d connections", keep, dialed)
		}
	}
}
