package trust_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"hookbeam/server/https/httpstest"
)

// secureHost is the name of a server that speaks TLS.
const secureHost = "hooks.example.com"

// secureClient returns a client of a server that speaks TLS, wherever its name resolves to. It speaks HTTP/2 if
// asked to.
func secureClient(t *testing.T, s *server, roots *x509.CertPool, http2 bool) *http.Client {
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, s.addr)
		},
		TLSClientConfig:   &tls.Config{RootCAs: roots, ServerName: secureHost},
		ForceAttemptHTTP2: http2, MaxIdleConnsPerHost: 100,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: waitTimeout}
}

// ask sends a request with the administrator's token, and returns the response with its whole body.
func ask(t *testing.T, client *http.Client, url string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+adminToken)
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

// secureFirst confirms the first endpoint, and returns its URL, as a server that speaks TLS gives it.
func secureFirst(t *testing.T, client *http.Client) string {
	t.Helper()
	_, text := ask(t, client, "https://"+secureHost+"/api/v1/endpoints")
	var list struct{ Endpoints []endpoint }
	if err := json.Unmarshal([]byte(text), &list); err != nil || len(list.Endpoints) != 1 {
		t.Fatalf("endpoints: %s (%v)", text, err)
	}
	confirm := "https://" + secureHost + "/api/v1/endpoints/" + list.Endpoints[0].ID + "/confirm"
	status, _, answer, err := send(t.Context(), client, confirm, "", "Authorization", "Bearer "+adminToken)
	if err != nil || status != http.StatusOK {
		t.Fatalf("confirmed: %d %s (%v)", status, answer, err)
	}
	return list.Endpoints[0].URL
}

func port(t *testing.T, address string) int {
	t.Helper()
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestHTTPSByItself starts a server while its certificate authority is down. It must be ready and say what is missing,
// obtain the certificate when the authority is there, serve all its clients with it, and use it again after a restart
// without the authority.
func TestHTTPSByItself(t *testing.T) {
	t.Parallel()
	plain, gate := freeAddress(t), httpstest.NewGate(t)
	s := newServer(t)
	authority := httpstest.Start(t, httpstest.Options{HTTPPort: port(t, plain), TLSPort: port(t, s.addr)})
	s.args = append(s.args, "--tls-domain", secureHost, "--listen-http", plain, "--tls-email", "ops@example.com",
		"--tls-ca", httpstest.Directory(gate.Address), "--tls-ca-root", authority.Root)
	roots := authority.Roots(t)
	insecure := &http.Client{Timeout: waitTimeout, Transport: &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

	s.launch()
	awaitPlain(t, s, insecure, plain, "certificate_missing")
	if _, err := serialNumber(s, roots); err == nil {
		t.Error("there is a certificate before there is an authority")
	}
	gate.Open(authority)
	var first *big.Int
	eventually(t, "the server has a certificate", func() (ok bool) {
		var err error
		first, err = serialNumber(s, roots)
		return err == nil
	})
	http2, http1 := secureClient(t, s, roots, true), secureClient(t, s, roots, false)
	page, _ := ask(t, http2, "https://"+secureHost+"/login")
	if page.ProtoMajor != 2 || page.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("a page: %s, %v", page.Proto, page.Header)
	}
	target := secureFirst(t, http2)
	if !strings.HasPrefix(target, "https://"+secureHost+"/in/") {
		t.Errorf("the endpoint has the URL %s", target)
	}
	socket := secureSocket(t, s, roots)
	for n, client := range []*http.Client{http2, http1, http2} {
		one, err := deliver(t.Context(), client, target, fmt.Sprintf("delivery %d", n))
		if err != nil {
			t.Fatal(err)
		}
		awaitDelivery(t, socket, one.ID)
	}
	redirected(t, insecure, plain, target)

	s.stop()
	if err := socket.Close(); err != nil {
		t.Log(err) // the server has closed it before
	}
	gate.Close()
	s.launch()
	awaitPlain(t, s, insecure, plain, "")
	if again, err := serialNumber(s, roots); err != nil || again.Cmp(first) != 0 {
		t.Errorf("after the restart: %v", err)
	}
	if strings.Contains(s.log.String(), "PRIVATE KEY") {
		t.Error("a key is in the log")
	}
	s.stop()
}

// awaitPlain waits until the health check on the plain port reports that the server is ready, and what is missing.
func awaitPlain(t *testing.T, s *server, client *http.Client, plain, state string) {
	t.Helper()
	eventually(t, "the server is ready and reports "+state, func() bool {
		select {
		case <-s.done:
			t.Fatalf("the server ended: %s", s.log.tail(4<<10))
		default:
		}
		response, err := client.Get("http://" + plain + "/readyz?verbose")
		if err != nil {
			return false
		}
		defer func() { _ = response.Body.Close() }()
		text, err := io.ReadAll(response.Body)
		return err == nil && response.StatusCode == http.StatusOK && strings.Contains(string(text), state)
	})
}

// serialNumber returns that of the certificate that clients get, verified.
func serialNumber(s *server, roots *x509.CertPool) (*big.Int, error) {
	conn, err := tls.Dial("tcp", s.addr, &tls.Config{RootCAs: roots, ServerName: secureHost})
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	return conn.ConnectionState().PeerCertificates[0].SerialNumber, nil
}

// secureSocket opens a WebSocket of live updates over TLS, and reads its first frame.
func secureSocket(t *testing.T, s *server, roots *x509.CertPool) *websocket.Conn {
	t.Helper()
	dialer := websocket.Dialer{
		NetDialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, s.addr)
		},
		TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: secureHost},
	}
	conn, response, err := dialer.DialContext(t.Context(), "wss://"+secureHost+"/api/v1/live",
		http.Header{"Authorization": {"Bearer " + adminToken}})
	if err != nil {
		t.Fatalf("no WebSocket: %v (%v)", err, response)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetReadDeadline(time.Now().Add(waitTimeout))
	if _, _, err := conn.ReadMessage(); err != nil {
		t.Fatal(err)
	}
	return conn
}

// awaitDelivery reads frames until one has the delivery.
func awaitDelivery(t *testing.T, conn *websocket.Conn, id string) {
	t.Helper()
	for {
		_, text, err := conn.ReadMessage()
		if err != nil {
			t.Fatalf("delivery %s is not told: %v", id, err)
		}
		if strings.Contains(string(text), id) {
			return
		}
	}
}

// redirected checks the plain port: requests to the server's name lead to HTTPS, others lead nowhere.
func redirected(t *testing.T, client *http.Client, plain, target string) {
	t.Helper()
	for host, want := range map[string]int{secureHost: http.StatusPermanentRedirect, "evil.example.com": 421} {
		path := strings.TrimPrefix(target, "https://"+secureHost)
		request, err := http.NewRequestWithContext(
			t.Context(),
			http.MethodPost,
			"http://"+plain+path,
			strings.NewReader("x"),
		)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		location := response.Header.Get("Location")
		if response.StatusCode != want || want == http.StatusPermanentRedirect && location != target {
			t.Errorf("%s on the plain port: %s to %q", host, response.Status, location)
		}
	}
}

// TestAPoliteStopFailsNoRequestOverHTTP2 checks R11 where one connection carries many requests: the server gets SIGTERM
// while 32 clients post over 4 connections. Every delivery that it stored must have been answered 200, and every one
// that it answered must be stored: a client whose request fails can know that it was not processed.
func TestAPoliteStopFailsNoRequestOverHTTP2(t *testing.T) {
	t.Parallel()
	const connections, senders = 4, 8
	cert, key := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	roots := x509.NewCertPool()
	roots.AddCert(
		httpstest.WritePair(t, &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{secureHost},
			NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
			KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}, cert, key),
	)
	s := newServer(t)
	plainArgs := s.args
	s.args = append(append([]string{}, s.args...), "--tls-cert", cert, "--tls-key", key,
		"--public-url", "https://"+secureHost)
	s.launch()
	eventually(t, "the server is there", func() bool {
		_, err := serialNumber(s, roots)
		return err == nil
	})
	target := secureFirst(t, secureClient(t, s, roots, true))

	answered := map[string]bool{}
	var mu sync.Mutex
	var sending sync.WaitGroup
	for c := range connections {
		client := secureClient(t, s, roots, true)
		for w := range senders {
			sending.Go(func() {
				for n := 0; ; n++ {
					one, err := deliver(t.Context(), client, target, fmt.Sprintf("%d/%d/%d", c, w, n))
					if err != nil {
						return // the server is gone
					}
					mu.Lock()
					answered[one.ID] = true
					enough := len(answered) == 600
					mu.Unlock()
					if enough {
						s.terminate()
					}
				}
			})
		}
	}
	sending.Wait()
	if code := s.awaitExit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	s.args = plainArgs
	s.start()
	stored := s.list()
	for _, d := range stored {
		if !answered[d.ID] {
			t.Errorf("delivery %s was stored, and its sender was told nothing", d.ID)
		}
		delete(answered, d.ID)
	}
	if len(answered) > 0 || len(stored) < 600 {
		t.Errorf("%d answered deliveries are lost, %d are stored", len(answered), len(stored))
	}
}
