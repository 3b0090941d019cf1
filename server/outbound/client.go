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

// ClientOptions are how an HTTP client differs from the plain one. All of them may be left out.
type ClientOptions struct {
	Limits     Limits
	TLS        *tls.Config // nil: the system's roots
	Level      slog.Level  // of the log line of each call; strangers must not be able to fill a log that people read
	KeepAlives bool        // keep connections for the next call; the caller then closes idle ones when it ends
	// Proxy chooses a proxy for a request; nil: none, whatever the environment says. The proxy is a target like any
	// other and has to be allowed. It looks names up by itself, so a target is refused if any of its addresses is.
	Proxy func(*http.Request) (*url.URL, error)
}

// Client returns an HTTP client that goes through the guard. caller names the part of the program that asks,
// for the log and the counters: a constant word. The client follows no redirect but returns it as the answer.
// If the caller sets another CheckRedirect, each step is checked, limited and logged like a call of its own.
// The caller closes the body of each answer, which ends the call.
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
		Transport:     &transport{guard: g, base: base, calls: g.newCalls(caller, o.Level), most: limits.ResponseBytes},
		Timeout:       limits.Total,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// transport admits, limits, logs and counts each request of a client. The dialling below it checks the addresses.
type transport struct {
	guard *Guard
	base  *http.Transport
	calls *calls
	most  int64 // bytes of an answer's body
}

// RoundTrip sends one request.
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
	res.Body = &limitedBody{ReadCloser: res.Body, left: t.most, call: call}
	return res, nil
}

// CloseIdleConnections closes connections that are kept for the next call; http.Client calls it.
func (t *transport) CloseIdleConnections() { t.base.CloseIdleConnections() }

// admit refuses what is not plain HTTP, and a target that a proxy would reach for us although we may not.
func (t *transport) admit(r *http.Request) error {
	port := map[string]string{"http": "80", "https": "443"}[r.URL.Scheme]
	if port == "" {
		return fmt.Errorf("%w: the address does not begin with http:// or https://", ErrRefused)
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

// limitedBody ends an answer with ErrTooLarge where it is longer than the limit. Its call ends with it.
type limitedBody struct {
	io.ReadCloser
	left int64 // negative: it was too large
	call *call
}

// Read returns the bytes up to the limit, and ErrTooLarge from then on. The call ends with the first error or with EOF.
func (b *limitedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrTooLarge
	}
	if int64(len(p)) > b.left+1 { // one byte more shows that there is more
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

// Close ends the call if the caller did not read to the end.
func (b *limitedBody) Close() error {
	err := b.ReadCloser.Close()
	b.call.end(nil)
	return err
}
