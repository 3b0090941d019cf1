package client

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// maxHealthAnswer bounds the response to a health check, in bytes.
const maxHealthAnswer = 64 << 10

// HealthTarget is the server whose health is asked. ListenTarget and URLTarget make it.
type HealthTarget struct {
	scheme     string   // "" if it is not known: HTTP is tried first, then HTTPS
	addresses  []string // HOST:PORT, tried in this order
	host       string   // of the request's Host header, and the name that a certificate must have
	base       string   // path of the public URL; starts and ends with a slash
	ownMachine bool     // a certificate is not verified, because no other machine is asked
}

// Health is the result of a health check, in the form of hookbeam health --json.
type Health struct {
	Status string `json:"status"` // ready, alive, not_ready or unreachable
	URL    string `json:"url"`
	HTTP   int    `json:"http_status,omitempty"`
	Code   string `json:"code,omitempty"`   // of the server's problem
	Detail string `json:"detail,omitempty"` // what is wrong, and what to do
	Took   int64  `json:"ms"`
}

// The values of Health.Status.
const (
	HealthReady       = "ready"
	HealthAlive       = "alive"
	HealthNotReady    = "not_ready"
	HealthUnreachable = "unreachable"
)

// OK reports whether the server is what it was asked for.
func (h Health) OK() bool { return h.Status == HealthReady || h.Status == HealthAlive }

// ListenTarget returns the server that listens on this machine with --listen. An address that means all interfaces is
// asked over loopback. public is the server's public URL, "" if there is none: its path is used, and its host is the
// name by which the server chooses its certificate.
func ListenTarget(listen, public string) (HealthTarget, error) {
	host, port, err := net.SplitHostPort(listen)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil || port == "" || port == "0" {
		return HealthTarget{}, &UsageError{fmt.Errorf(
			"--listen: %q is not an address with a port, such as 127.0.0.1:8080 or :8080", listen)}
	}
	t := HealthTarget{base: "/", ownMachine: true}
	for _, at := range loopbacks(host) {
		t.addresses = append(t.addresses, net.JoinHostPort(at, port))
	}
	t.host = t.addresses[0]
	if public != "" {
		u, err := parseHTTP("--public-url", public)
		if err != nil {
			return HealthTarget{}, err
		}
		t.host, t.base = u.Host, strings.TrimSuffix(u.EscapedPath(), "/")+"/"
	}
	return t, nil
}

// loopbacks returns the hosts at which this machine reaches a listener on host. An IPv6 listener may accept IPv4 as
// well, or there may be no IPv6: then the other one answers.
func loopbacks(host string) []string {
	switch ip := net.ParseIP(host); {
	case host == "" || ip != nil && ip.IsUnspecified() && ip.To4() == nil:
		return []string{"127.0.0.1", "::1"}
	case ip != nil && ip.IsUnspecified():
		return []string{"127.0.0.1"}
	}
	return []string{host}
}

// URLTarget returns the server at a URL, which includes the base path. Its certificate is verified, unless the host is
// this machine.
func URLTarget(address string) (HealthTarget, error) {
	u, err := parseHTTP("--server", address)
	if err != nil {
		return HealthTarget{}, err
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return HealthTarget{
		scheme:     u.Scheme,
		addresses:  []string{net.JoinHostPort(u.Hostname(), port)},
		host:       u.Host,
		base:       strings.TrimSuffix(u.EscapedPath(), "/") + "/",
		ownMachine: isLoopback(u.Hostname()),
	}, nil
}

// parseHTTP parses the URL of a server from a flag.
func parseHTTP(flag, address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil ||
		u.RawQuery != "" || u.Fragment != "" {
		return nil, &UsageError{fmt.Errorf("%s must be the URL of a server, such as https://hooks.example.com", flag)}
	}
	return u, nil
}

// Check asks once whether the server is ready to receive or, if live, whether its process answers. ctx bounds the call.
func (t HealthTarget) Check(ctx context.Context, live bool) Health {
	began := time.Now()
	schemes := []string{t.scheme}
	if t.scheme == "" {
		schemes = []string{"http", "https"}
	}
	var h Health
	for _, scheme := range schemes {
		var wrong bool
		if h, wrong = t.ask(ctx, scheme, live); !wrong {
			break
		}
	}
	h.Took = time.Since(began).Milliseconds()
	return h
}

// ask sends the request with one scheme. wrong reports that the server wants HTTPS instead.
func (t HealthTarget) ask(ctx context.Context, scheme string, live bool) (h Health, wrong bool) {
	path := "readyz"
	if live {
		path = "healthz"
	}
	h = Health{Status: HealthUnreachable, URL: scheme + "://" + t.addresses[0] + t.base + path}
	if t.scheme != "" { // the address that the user gave
		h.URL = scheme + "://" + t.host + t.base + path
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.URL, nil)
	if err != nil {
		h.Detail = err.Error()
		return h, false
	}
	r.Host = t.host
	r.Header.Set("User-Agent", "hookbeam-health")
	transport := t.transport()
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(r) // follows no redirects
	if err != nil {
		h.Detail = t.whyNot(err)
		return h, false
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxHealthAnswer))
	if err != nil {
		h.Detail = t.whyNot(err)
		return h, false
	}
	h.HTTP = response.StatusCode
	h.read(text, live)
	return h, t.scheme == "" && scheme == "http" && wantsTLS(response, text)
}

// wantsTLS reports whether a response to a plain request says that the server speaks HTTPS: net/http answers so on the
// port of HTTPS.
func wantsTLS(response *http.Response, text []byte) bool {
	return response.StatusCode == http.StatusBadRequest && strings.Contains(string(text), "HTTPS server") ||
		strings.HasPrefix(response.Header.Get("Location"), "https://")
}

// read sets the status and what is wrong from the body of a response.
func (h *Health) read(text []byte, live bool) {
	ready, want := HealthReady, "ready"
	if live {
		ready, want = HealthAlive, "ok"
	}
	if h.HTTP == http.StatusOK {
		var answer struct{ Status string }
		if err := json.Unmarshal(text, &answer); err != nil || answer.Status != want {
			h.Detail = "another program answers there, not Hookbeam. Pass the server's address with --listen, or its " +
				"URL with --server"
			return
		}
		h.Status = ready
		return
	}
	var problem struct{ Code, Detail string }
	if err := json.Unmarshal(text, &problem); err == nil && problem.Code != "" {
		h.Status, h.Code, h.Detail = HealthNotReady, problem.Code, problem.Detail
		return
	}
	h.Status = HealthNotReady
	h.Detail = fmt.Sprintf("the answer is %d %s, and not from Hookbeam. Check the address, and the path of "+
		"--public-url or --server", h.HTTP, http.StatusText(h.HTTP))
}

// transport returns a transport that connects to the target, whatever the URL's host is. It ignores the environment's
// proxies.
func (t HealthTarget) transport() *http.Transport {
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		var failed error
		for _, address := range t.addresses {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
			if err == nil {
				return conn, nil
			}
			failed = errors.Join(failed, err)
		}
		return nil, failed
	}
	return &http.Transport{
		DialContext: dial,
		DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			secure := tls.Client(conn, &tls.Config{
				ServerName:         hostname(t.host),
				InsecureSkipVerify: t.ownMachine && sameMachine(conn),
				NextProtos:         []string{"http/1.1"},
			})
			if err := secure.HandshakeContext(ctx); err != nil {
				return nil, errors.Join(err, conn.Close())
			}
			return secure, nil
		},
		MaxResponseHeaderBytes: maxHealthAnswer,
		DisableCompression:     true,
	}
}

// hostname returns the host of HOST or HOST:PORT.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.Trim(host, "[]")
}

// sameMachine reports whether a connection stays on this machine: it is loopback, or both ends have one address.
func sameMachine(conn net.Conn) bool {
	local, ok := conn.LocalAddr().(*net.TCPAddr)
	remote, also := conn.RemoteAddr().(*net.TCPAddr)
	return ok && also && (remote.IP.IsLoopback() || local.IP.Equal(remote.IP))
}

// whyNot explains why there was no response.
func (t HealthTarget) whyNot(err error) string {
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "there was no answer in time. Look at the server's log, or allow more time with --timeout"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there. Start the server with hookbeam serve, or pass its address with --listen or " +
			"its URL with --server"
	case errors.As(err, &untrusted):
		return fmt.Sprintf("its certificate is not valid for this machine: %v. Renew it, or ask the server by the "+
			"name that the certificate has", untrusted.Err)
	}
	return err.Error()
}
