package intake

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hookbeam/server/outbound"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

// authority signs certificates for tests.
type authority struct {
	cert *x509.Certificate
	key  *rsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "A root"},
		NotBefore:             noon.AddDate(-1, 0, 0),
		NotAfter:              noon.AddDate(9, 0, 0),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	cert, err := x509.ParseCertificate(der)
	must(t, err)
	return &authority{cert, key}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// issue returns a certificate followed by its root, in PEM, and its key.
func (a *authority) issue(t *testing.T, name string) ([]byte, *rsa.PrivateKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    noon.AddDate(0, -1, 0),
		NotAfter:     noon.AddDate(0, 1, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	must(t, err)
	return append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})...), key
}

// memoryCertificates keeps certificates in memory.
type memoryCertificates struct {
	mu    sync.Mutex
	texts map[string][]byte
}

func newMemoryCertificates() *memoryCertificates {
	return &memoryCertificates{texts: map[string][]byte{}}
}

func (s *memoryCertificates) Certificate(_ context.Context, url string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, found := s.texts[url]
	return text, found, nil
}

func (s *memoryCertificates) PutCertificate(_ context.Context, url string, text []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts[url] = text
	return nil
}

const genuine = "messageverificationcerts.sandbox.paypal.com"

// issuer is PayPal's.
func issuer() *signature.Issuer {
	paypal, _ := provider.For("paypal")
	return paypal.Signature.Issuer
}

// certServer serves certificates instead of PayPal, and counts requests.
type certServer struct {
	*httptest.Server
	asked atomic.Int64
	serve http.HandlerFunc
}

func newCertServer(t *testing.T, serve http.HandlerFunc) *certServer {
	f := &certServer{serve: serve}
	f.Server = httptest.NewTLSServer(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.asked.Add(1); f.serve(w, r) }),
	)
	t.Cleanup(f.Close)
	return f
}

// newTestCertificates returns lookups that fetch from f instead of PayPal, and trust root.
func newTestCertificates(f *certServer, root *authority, now func() time.Time) *Certificates {
	out := outbound.New(outbound.Options{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	cs := NewCertificates(newMemoryCertificates(), out, slog.New(slog.DiscardHandler), now)
	options := certificateOptions()
	options.TLS = f.Client().Transport.(*http.Transport).TLSClientConfig
	cs.client, cs.roots = out.Client(certificateCaller, options), root.pool()
	cs.check = func(*signature.Issuer, string) error { return nil }
	return cs
}

func TestACertificateIsFetchedOnceAndTrustedByItsChain(t *testing.T) {
	root, other := newAuthority(t), newAuthority(t)
	right, _ := root.issue(t, genuine)
	stranger, _ := other.issue(t, genuine)
	elsewhere, _ := root.issue(t, "www.paypal.com.evil.example")
	text := func(text []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(text) }
	}
	slow := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	redirect := http.RedirectHandler("/other", http.StatusFound).ServeHTTP
	for name, c := range map[string]struct {
		serve     http.HandlerFunc
		at        time.Time
		ok        bool
		untrusted bool
	}{
		"right":           {text(right), noon, true, false},
		"expired":         {text(right), noon.AddDate(0, 2, 0), false, true},
		"another root":    {text(stranger), noon, false, true},
		"another name":    {text(elsewhere), noon, false, true},
		"no certificate":  {text([]byte("hello")), noon, false, true},
		"not there":       {http.NotFound, noon, false, false},
		"huge":            {text(bytes.Repeat(right, 64)), noon, false, false},
		"slow":            {slow, noon, false, false},
		"redirected away": {redirect, noon, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newCertServer(t, c.serve)
			cs := newTestCertificates(f, root, func() time.Time { return noon })
			if name == "slow" {
				cs.client.Timeout = time.Millisecond // the time may be over before the request arrives
			}
			for range 3 {
				leaf, err := cs.Certificate(issuer(), f.URL+"/v1/notifications/certs/CERT-1", c.at)
				if (err == nil) != c.ok || (leaf != nil) != c.ok ||
					errors.Is(err, signature.ErrUntrusted) != c.untrusted {
					t.Fatalf("%v %v", leaf, err)
				}
			}
			if n := f.asked.Load(); n != 1 && name != "slow" || n > 1 {
				t.Errorf("asked %d times", n)
			}
		})
	}
}

func TestAMissIsForgottenAndFetchesAreFew(t *testing.T) {
	root := newAuthority(t)
	right, _ := root.issue(t, genuine)
	f := newCertServer(t, http.NotFound)
	at := noon
	cs := newTestCertificates(f, root, func() time.Time { return at })
	for i := range 3 * fetchBurst {
		if _, err := cs.Certificate(issuer(), fmt.Sprint(f.URL, "/", i), noon); err == nil {
			t.Fatal("found")
		}
	}
	if n := f.asked.Load(); n != fetchBurst {
		t.Errorf("asked %d times, want %d", n, fetchBurst)
	}
	f.serve = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(right) }
	at = at.Add(missLifetime + fetchInterval)
	if _, err := cs.Certificate(issuer(), f.URL+"/0", noon); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

// TestALookupIsWaitedForByThoseAloneWhoNeedIt: while a lookup is running, another one for the same URL waits for it,
// and one for a stored certificate does not.
func TestALookupIsWaitedForByThoseAloneWhoNeedIt(t *testing.T) {
	root := newAuthority(t)
	right, _ := root.issue(t, genuine)
	entered, released := make(chan struct{}, 2), make(chan struct{})
	f := newCertServer(t, func(w http.ResponseWriter, _ *http.Request) {
		entered <- struct{}{}
		<-released
		_, _ = w.Write(right)
	})
	cs := newTestCertificates(f, root, func() time.Time { return noon })
	must(t, cs.store.PutCertificate(t.Context(), f.URL+"/known", right))
	got := make(chan error, 2)
	ask := func() { _, err := cs.Certificate(issuer(), f.URL+"/slow", noon); got <- err }
	go ask()
	<-entered
	go ask()
	if _, err := cs.Certificate(issuer(), f.URL+"/known", noon); err != nil {
		t.Error(err)
	}
	close(released)
	if err := errors.Join(<-got, <-got); err != nil || f.asked.Load() != 1 {
		t.Errorf("asked %d times: %v", f.asked.Load(), err)
	}
}

func TestADiagnosisAsksNobodyForACertificate(t *testing.T) {
	root := newAuthority(t)
	right, _ := root.issue(t, genuine)
	f := newCertServer(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(right) })
	cs := newTestCertificates(f, root, func() time.Time { return noon })
	alone := cachedOnly{cs}
	if _, err := alone.Certificate(issuer(), f.URL, noon); !errors.Is(err, errNotCached) || f.asked.Load() != 0 {
		t.Fatalf("%v, asked %d times", err, f.asked.Load())
	}
	if _, err := cs.Certificate(issuer(), f.URL, noon); err != nil {
		t.Fatal(err)
	}
	if leaf, err := alone.Certificate(issuer(), f.URL, noon); err != nil || leaf.Subject.CommonName != genuine ||
		f.asked.Load() != 1 {
		t.Errorf("%v, asked %d times", err, f.asked.Load())
	}
}

// noNames is a resolver without any host, so that tests send no request to a name server.
type noNames struct{}

func (noNames) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return nil, errors.New("no such host")
}

func TestOnlyPublicAddressesAreDialled(t *testing.T) {
	for address, ok := range map[string]bool{
		"64.4.250.1:443":        true,
		"[2606:50c0::1]:443":    true,
		"127.0.0.1:443":         false,
		"10.0.0.1:443":          false,
		"169.254.169.254:80":    false,
		"100.64.0.1:443":        false,
		"[::1]:443":             false,
		"[fe80::1]:443":         false,
		"[::ffff:10.0.0.1]:443": false,
		"0.0.0.0:443":           false,
		"224.0.0.1:443":         false,
		"name:443":              false,
		":443":                  false,
	} {
		if err := outbound.New(outbound.Options{Resolver: noNames{}}).Check(t.Context(), address); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
	f := newCertServer(t, http.NotFound)
	cs := NewCertificates(
		newMemoryCertificates(),
		outbound.New(outbound.Options{}),
		slog.New(slog.DiscardHandler),
		func() time.Time { return noon },
	)
	cs.check = func(*signature.Issuer, string) error { return nil }
	_, err := cs.Certificate(issuer(), f.URL, noon)
	if err == nil || !strings.Contains(err.Error(), "is not a public address") || f.asked.Load() != 0 {
		t.Errorf("%v, asked %d times", err, f.asked.Load())
	}
}
