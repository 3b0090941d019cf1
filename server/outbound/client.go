package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
)

// ClientOptions configure an HTTP client of Guard.Client. All fields are optional.
type ClientOptions struct {
	Limits     Limits
	TLS        *tls.Config // nil: verify certificates with the system's roots
	Level      slog.Level  // of each call's log line; debug for calls that senders can cause as often as they like
	KeepAlives bool        // reuse connections; the caller then closes idle ones when it is done
	// Proxy chooses a proxy for a request. nil means no proxy, whatever the environment says. The proxy's own address
	// is checked like that of any target. Because the proxy resolves the target's name itself, a target is refused if
	// any of its addresses is.
	Proxy func(*http.Request) (*url.URL, error)
}

// Client returns an HTTP client whose connections the guard checks. caller names the part of the program that makes the
// calls, for logs and metrics; it is a constant. The client does not follow redirects but returns them as responses. If
// the caller sets another CheckRedirect, each step is checked, limited and logged as a call of its own.
//
// The caller must close the body of each response, which ends the call. A target that is refused gives an error with
// ErrRefused, and reading a body beyond its limit one with ErrTooLarge.
func (g *Guard) Client(caller string, o ClientOptions) *http.Client {
	limits := o.Limits.orDefault()
	base := &http.Transport{
		Proxy: o.Proxy,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return g.connect(ctx, network, address, limits.Connect, true)
		},
		TLSClientConfig:        o.TLS,
		TLSHandshakeTimeout:    limits.Connect,
		MaxResponseHeaderBytes: limits.HeaderBytes,
		DisableKeepAlives:      !o.KeepAlives,
	}
	return &http.Client{
		Transport: &transport{
			guard:   g,
			base:    base,
			calls:   g.newCalls(caller, o.Level),
			maxBody: limits.ResponseBytes,
		},
		Timeout:       limits.Total,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// transport is the http.RoundTripper of a client. It checks, limits, logs and counts each request; the dial function of
// its base checks the addresses of each connection.
type transport struct {
	guard   *Guard
	base    *http.Transport
	calls   *calls
	maxBody int64 // bytes of a response's body
}

// RoundTrip sends one request and returns its response, the body of which fails with ErrTooLarge beyond the limit.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	call := t.calls.begin(r.URL.Hostname())
	if err := t.admit(r); err != nil {
		if r.Body != nil {
			err = errors.Join(err, r.Body.Close())
		}
		call.end(err)
		return nil, err
	}
	ctx := httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{
		GotConn: func(got httptrace.GotConnInfo) { call.reached(got.Conn) }})
	res, err := t.base.RoundTrip(r.WithContext(ctx))
	if err != nil {
		call.end(err)
		return nil, err
	}
	call.status = res.StatusCode
	res.Body = &limitedBody{ReadCloser: res.Body, left: t.maxBody, call: call}
	return res, nil
}

// CloseIdleConnections closes connections that are kept for reuse. http.Client.CloseIdleConnections calls it.
func (t *transport) CloseIdleConnections() { t.base.CloseIdleConnections() }

// admit refuses a URL that is neither http nor https, and a target that may not be dialled and that a proxy would
// connect to. Without a proxy the target is checked when it is dialled.
func (t *transport) admit(r *http.Request) error {
	port := map[string]string{"http": "80", "https": "443"}[r.URL.Scheme]
	if port == "" {
		return fmt.Errorf("%w: the URL does not start with http:// or https://", ErrRefused)
	}
	if t.base.Proxy == nil {
		return nil
	}
	proxy, err := t.base.Proxy(r)
	if err != nil || proxy == nil {
		return err
	}
	if given := r.URL.Port(); given != "" {
		port = given
	}
	_, refused, err := t.guard.resolve(r.Context(), "tcp", net.JoinHostPort(r.URL.Hostname(), port), true)
	return errors.Join(refused, err)
}

// limitedBody is the body of a response. Reading beyond the limit fails with ErrTooLarge. The call ends with the last
// byte, with an error, or when the body is closed.
type limitedBody struct {
	io.ReadCloser
	left int64 // bytes up to the limit; negative after ErrTooLarge
	call *call
}

// Read returns the bytes up to the limit, and ErrTooLarge from then on.
func (b *limitedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrTooLarge
	}
	if int64(len(p)) > b.left+1 { // one byte beyond the limit shows that the body is longer
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if int64(n) > b.left {
		n, err = int(b.left), ErrTooLarge
	}
	b.call.read.Add(int64(n))
	b.left -= int64(n)
	switch {
	case errors.Is(err, ErrTooLarge):
		b.left = -1
		b.call.end(err)
	case errors.Is(err, io.EOF):
		b.call.end(nil)
	case err != nil:
		b.call.end(err)
	}
	return n, err
}

// Close closes the body, and ends the call if the body was not read to its end.
func (b *limitedBody) Close() error {
	err := b.ReadCloser.Close()
	b.call.end(nil)
	return err
}
