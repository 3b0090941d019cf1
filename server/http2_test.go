package server

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/api"
	"hookbeam/server/https"
	"hookbeam/server/https/httpstest"
)

// fixed are certificates that never change. There is nothing to serve with.
type fixed []https.Certificate

func (f fixed) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, nil }
func (f fixed) List() []https.Certificate                                     { return f }
func (f fixed) Run(context.Context) error                                     { return nil }
func (f fixed) Close()                                                        {}

// secureServer is a server on l that speaks TLS and runs h, with a limit of descriptors, and the roots of its clients.
func secureServer(t *testing.T, l net.Listener, h http.Handler, descriptors uint64) (*server, *x509.CertPool) {
	t.Helper()
	dir, log := t.TempDir(), slog.New(slog.DiscardHandler)
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	roots := x509.NewCertPool()
	roots.AddCert(
		httpstest.WritePair(t, &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"here.test"},
			NotAfter: time.Now().Add(10 * 365 * 24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
			KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}, cert, key),
	)
	site, err := access.ParseSite("https://here.test")
	if err != nil {
		t.Fatal(err)
	}
	addresses, err := access.NewAddresses(nil)
	if err != nil {
		t.Fatal(err)
	}
	refusals := access.NewRefusals(log, time.Now)
	list, err := access.NewRefusalList(time.Now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := &server{site: site, listener: l, deps: Deps{Log: log}, conns: newConnections(refusals), refusals: refusals}
	s.config.TLSCert, s.config.TLSKey = cert, key
	if err := s.openPair(); err != nil {
		t.Fatal(err)
	}
	s.gate = newGate(l, addresses, refusals, list, descriptors)
	s.api = api.New(api.Describe("test"), api.Options{Site: site, Now: time.Now, Log: log, Gate: &access.Gate{},
		Live: http.NotFoundHandler(), Updates: http.NotFoundHandler(), Receive: h, Refusals: refusals,
		RefusalList: list,
		Addresses:   addresses})
	s.http = newHTTP(s.api, s.conns, log)
	s.secure(addresses)
	return s, roots
}

// TestManyStreamsAreNoMoreThanManyConnections opens more requests over HTTP/2 than one address may have connections.
func TestManyStreamsAreNoMoreThanManyConnections(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	release, begun := make(chan struct{}), make(chan int, 1000)
	var inside atomic.Int64
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inside.Add(1)
		begun <- r.ProtoMajor
		<-release
		_, _ = io.WriteString(w, "done")
	})
	// Of 400 descriptors 320 may be connections, and 160 those of one address.
	s, roots := secureServer(t, l, handler, 400)
	served := make(chan struct{})
	go func() { defer close(served); _ = s.listen() }()
	defer func() { _ = s.http.Close(); <-served }()

	transport := &http.Transport{ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "here.test"}}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	res, err := client.Get("https://" + l.Addr().String() + "/healthz") // opens the connection
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	var refused, answered atomic.Int64
	var asking sync.WaitGroup
	post := func() {
		res, err := client.Post("https://"+l.Addr().String()+"/in/a", "", strings.NewReader("x"))
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = res.Body.Close() }()
		text, err := io.ReadAll(res.Body)
		switch {
		case err == nil && res.StatusCode == 200 && string(text) == "done" && res.ProtoMajor == 2:
			answered.Add(1)
		case err == nil && res.StatusCode == 429 && res.Header.Get("Retry-After") != "" &&
			strings.Contains(string(text), "too_many_requests_in_progress"):
			refused.Add(1)
		default:
			t.Errorf("answered %s %q, %v", res.Proto, text, err)
		}
	}
	// One connection carries as many requests as it may. The client has room for no more on it.
	for range streamsOfConnection {
		asking.Go(post)
	}
	for range streamsOfConnection {
		if major := <-begun; major != 2 {
			t.Fatalf("the request came by HTTP/%d", major)
		}
	}
	if held := s.gate.quota.Held(); held != 1 {
		t.Errorf("the client has %d connections", held)
	}
	// Further ones fill the address's share, and the rest is refused.
	for range 80 {
		asking.Go(post)
	}
	for range 60 {
		<-begun
	}
	if held := s.gate.quota.Held(); held < 2 {
		t.Error("the client needs no other connection")
	}
	for limit := time.Now().Add(time.Minute); refused.Load() < 20 && time.Now().Before(limit); {
		<-time.After(time.Millisecond)
	}
	if inside.Load() != 160 || refused.Load() != 20 {
		t.Errorf("%d requests are in progress, %d were refused", inside.Load(), refused.Load())
	}
	close(release)
	asking.Wait()
	if answered.Load()+refused.Load() != 180 || s.refusals.Counts()[streamsByAddress] != refused.Load() {
		t.Errorf("%d answered, %d refused, counted %v", answered.Load(), refused.Load(), s.refusals.Counts())
	}
}

// TestHandshakesHaveATimeLimit opens connections that say nothing, half a greeting, or half a request.
func TestHandshakesHaveATimeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		s, roots := secureServer(t, listener, http.NotFoundHandler(), 0)
		served := make(chan struct{})
		go func() { defer close(served); _ = s.listen() }()

		silent, half, slow := listener.dial(), listener.dial(), listener.dial()
		if _, err := half.Write([]byte{22, 3, 1, 2, 0, 1}); err != nil { // a record of 512 bytes, that begins
			t.Fatal(err)
		}
		conn := tls.Client(
			slow.Conn,
			&tls.Config{RootCAs: roots, ServerName: "here.test", NextProtos: []string{"http/1.1"}},
		)
		if err := conn.HandshakeContext(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, "POST /in"); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for name, c := range map[string]net.Conn{"silent": silent, "half": half, "slow": conn} {
			_, err := io.Copy(io.Discard, c)
			if waited := time.Since(began); waited > 2*headerTime || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: cut off after %v (%v)", name, waited, err)
			}
		}
		_ = listener.Close()
		_ = s.http.Close()
		<-served
	})
}

// TestPlainHTTPOnTheTLSPortIsToldSo sends a request without TLS.
func TestPlainHTTPOnTheTLSPortIsToldSo(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, _ := secureServer(t, l, http.NotFoundHandler(), 0)
	served := make(chan struct{})
	go func() { defer close(served); _ = s.listen() }()
	defer func() { _ = s.http.Close(); <-served }()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: here.test\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || res.StatusCode != http.StatusBadRequest {
		t.Errorf("answered %v, %v", res, err)
	}
}
