package intake

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"hash/crc32"
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

	"hookbeam/server/hook"
	"hookbeam/server/outbound"
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
	fail(t, err)
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
	fail(t, err)
	cert, err := x509.ParseCertificate(der)
	fail(t, err)
	return &authority{cert, key}
}

func fail(t *testing.T, err error) {
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

// issue makes a certificate with its root behind it, in PEM, and its key.
func (a *authority) issue(t *testing.T, name string) ([]byte, *rsa.PrivateKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	fail(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    noon.AddDate(0, -1, 0),
		NotAfter:     noon.AddDate(0, 1, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	fail(t, err)
	return append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})...), key
}

// shelf keeps certificates in memory.
type shelf struct {
	mu    sync.Mutex
	texts map[string][]byte
}

func newShelf() *shelf { return &shelf{texts: map[string][]byte{}} }

func (s *shelf) Certificate(_ context.Context, url string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, found := s.texts[url]
	return text, found, nil
}

func (s *shelf) PutCertificate(_ context.Context, url string, text []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts[url] = text
	return nil
}

const genuine = "messageverificationcerts.sandbox.paypal.com"

// far is where certificates are kept: a server of ours in the place of PayPal's.
type far struct {
	*httptest.Server
	asked atomic.Int64
	serve http.HandlerFunc
}

func newFar(t *testing.T, serve http.HandlerFunc) *far {
	f := &far{serve: serve}
	f.Server = httptest.NewTLSServer(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.asked.Add(1); f.serve(w, r) }),
	)
	t.Cleanup(f.Close)
	return f
}

// lookups asks far instead of PayPal, and trusts root.
func lookups(f *far, root *authority, now func() time.Time) *Certificates {
	out := outbound.New(outbound.Options{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	cs := NewCertificates(newShelf(), out, slog.New(slog.DiscardHandler), now)
	options := certificateOptions()
	options.TLS = f.Client().Transport.(*http.Transport).TLSClientConfig
	cs.client, cs.roots = out.Client(certificateCaller, options), root.pool()
	cs.check = func(string) error { return nil }
	return cs
}

func TestACertificateIsFetchedOnceAndTrustedByItsChain(t *testing.T) {
	root, other := newAuthority(t), newAuthority(t)
	right, _ := root.issue(t, genuine)
	stranger, _ := other.issue(t, genuine)
	elsewhere, _ := root.issue(t, "www.paypal.com.evil.example")
	for name, c := range map[string]struct {
		serve     http.HandlerFunc
		at        time.Time
		ok        bool
		untrusted bool
	}{
		"right":           {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(right) }, noon, true, false},
		"expired":         {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(right) }, noon.AddDate(0, 2, 0), false, true},
		"another root":    {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(stranger) }, noon, false, true},
		"another name":    {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(elsewhere) }, noon, false, true},
		"no certificate":  {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }, noon, false, true},
		"not there":       {http.NotFound, noon, false, false},
		"huge":            {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat(right, 64)) }, noon, false, false},
		"slow":            {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, noon, false, false},
		"redirected away": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/other", http.StatusFound) }, noon, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFar(t, c.serve)
			cs := lookups(f, root, func() time.Time { return noon })
			if name == "slow" {
				cs.client.Timeout = time.Millisecond // it may run out before a question is heard
			}
			for range 3 {
				leaf, err := cs.Certificate(f.URL+"/v1/notifications/certs/CERT-1", c.at)
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
	f := newFar(t, http.NotFound)
	at := noon
	cs := lookups(f, root, func() time.Time { return at })
	for i := range 3 * fetchesInARow {
		if _, err := cs.Certificate(fmt.Sprint(f.URL, "/", i), noon); err == nil {
			t.Fatal("found")
		}
	}
	if n := f.asked.Load(); n != fetchesInARow {
		t.Errorf("asked %d times, want %d", n, fetchesInARow)
	}
	f.serve = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(right) }
	at = at.Add(forgetMiss + fetchEvery)
	if _, err := cs.Certificate(f.URL+"/0", noon); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

// TestALookupIsWaitedForByThoseAloneWhoNeedIt: while one is under way, another for the same address joins it, and one
// for an address that is known goes on.
func TestALookupIsWaitedForByThoseAloneWhoNeedIt(t *testing.T) {
	root := newAuthority(t)
	right, _ := root.issue(t, genuine)
	entered, released := make(chan struct{}, 2), make(chan struct{})
	f := newFar(t, func(w http.ResponseWriter, _ *http.Request) {
		entered <- struct{}{}
		<-released
		_, _ = w.Write(right)
	})
	cs := lookups(f, root, func() time.Time { return noon })
	fail(t, cs.store.PutCertificate(t.Context(), f.URL+"/known", right))
	got := make(chan error, 2)
	ask := func() { _, err := cs.Certificate(f.URL+"/slow", noon); got <- err }
	go ask()
	<-entered
	go ask()
	if _, err := cs.Certificate(f.URL+"/known", noon); err != nil {
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
	f := newFar(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(right) })
	cs := lookups(f, root, func() time.Time { return noon })
	alone := cachedOnly{cs}
	if _, err := alone.Certificate(f.URL, noon); !errors.Is(err, errNotCached) || f.asked.Load() != 0 {
		t.Fatalf("%v, asked %d times", err, f.asked.Load())
	}
	if _, err := cs.Certificate(f.URL, noon); err != nil {
		t.Fatal(err)
	}
	if leaf, err := alone.Certificate(f.URL, noon); err != nil || leaf.Subject.CommonName != genuine ||
		f.asked.Load() != 1 {
		t.Errorf("%v, asked %d times", err, f.asked.Load())
	}
}

// noNames is a name server that knows no host, so that a test asks none outside.
type noNames struct{}

func (noNames) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return nil, errors.New("no such host")
}

func TestOnlyPublicAddressesAreDialled(t *testing.T) {
	for address, ok := range map[string]bool{"64.4.250.1:443": true, "[2606:50c0::1]:443": true, "127.0.0.1:443": false, "10.0.0.1:443": false,
		"169.254.169.254:80": false, "100.64.0.1:443": false, "[::1]:443": false, "[fe80::1]:443": false, "[::ffff:10.0.0.1]:443": false,
		"0.0.0.0:443": false, "224.0.0.1:443": false, "name:443": false, ":443": false} {
		if err := outbound.New(outbound.Options{Resolver: noNames{}}).Check(t.Context(), address); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
	f := newFar(t, http.NotFound)
	cs := NewCertificates(
		newShelf(),
		outbound.New(outbound.Options{}),
		slog.New(slog.DiscardHandler),
		func() time.Time { return noon },
	)
	cs.check = func(string) error { return nil }
	if _, err := cs.Certificate(f.URL, noon); err == nil || !strings.Contains(err.Error(), "is not a public address") ||
		f.asked.Load() != 0 {
		t.Errorf("%v, asked %d times", err, f.asked.Load())
	}
}

func TestOnlyPayPalsOwnAddressesHoldItsCertificates(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://api.paypal.com/v1/notifications/certs/CERT-1":            true,
		"https://api-m.sandbox.paypal.com:443/v1/notifications/certs/C-1": true,
		"http://api.paypal.com/v1/notifications/certs/CERT-1":             false,
		"https://api.paypal.com.evil.example/v1/notifications/certs/C":    false,
		"https://evil.example/?api.paypal.com/v1/notifications/certs/C":   false,
		"https://api.paypal.com@evil.example/v1/notifications/certs/C":    false,
		"https://user@api.paypal.com/v1/notifications/certs/C":            false,
		"https://api.paypal.com:8443/v1/notifications/certs/C":            false,
		"https://api.paypal.com/v1/notifications/certs/../../x":           false,
		"https://api.paypal.com/v1/notifications/certs/%2e%2e/x":          false,
		"https://api.paypal.com/v1/notifications/certs/C?to=x":            false,
		"https://api.paypal.com/v2/x":                                     false,
		"file:///etc/passwd":                                              false,
		"":                                                                false,
	} {
		if err := signature.CheckCertificateURL(address); (err == nil) != ok ||
			err != nil && !errors.Is(err, signature.ErrUntrusted) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// paypal is a request signed as PayPal does.
func paypal(t *testing.T, key *rsa.PrivateKey, certificate, body string) *hook.Record {
	t.Helper()
	at := noon.Format(time.RFC3339)
	sum := sha256.Sum256(fmt.Appendf(nil, "tx-1|%s|WH-1|%d", at, crc32.ChecksumIEEE([]byte(body))))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	fail(t, err)
	return &hook.Record{
		Delivery: hook.Delivery{Method: "POST", Path: "/", ReceivedAt: hook.Millis(noon.UnixMilli())},
		Request: hook.Request{Body: []byte(body),
			Headers: []hook.Header{
				{Name: "Paypal-Auth-Algo", Value: "SHA256withRSA"},
				{Name: "Paypal-Cert-Url", Value: certificate},
				{
					Name:  "Paypal-Transmission-Id",
					Value: "tx-1",
				},
				{Name: "Paypal-Transmission-Sig", Value: base64.StdEncoding.EncodeToString(signature)},
				{Name: "Paypal-Transmission-Time", Value: at},
			}},
	}
}

func TestPayPalIsVerifiedByTheCertificateThatItNames(t *testing.T) {
	root := newAuthority(t)
	text, key := root.issue(t, genuine)
	_, another := root.issue(t, genuine)
	const home = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1"
	for name, c := range map[string]struct {
		key      *rsa.PrivateKey
		at       string
		settings map[string]string
		known    bool
		reason   hook.Reason
		verdict  hook.Verdict
		code     error
	}{
		"genuine":         {key, home, map[string]string{"webhook_id": "WH-1"}, true, "", hook.Verified, nil},
		"another key":     {another, home, map[string]string{"webhook_id": "WH-1"}, true, "signature_mismatch", hook.Rejected, hook.ErrUnauthenticated},
		"another webhook": {key, home, map[string]string{"webhook_id": "WH-2"}, true, "signature_mismatch", hook.Rejected, hook.ErrUnauthenticated},
		"no webhook":      {key, home, nil, true, "", hook.Unsigned, nil},
		"far end is away": {key, home, map[string]string{"webhook_id": "WH-1"}, false, "certificate_unavailable", hook.Rejected, hook.ErrUnavailable},
		"an own host":     {key, "https://evil.example/v1/notifications/certs/C", map[string]string{"webhook_id": "WH-1"}, true, "certificate_untrusted", hook.Rejected, hook.ErrUnauthenticated},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			cs := NewCertificates(
				newShelf(),
				outbound.New(outbound.Options{}),
				slog.New(slog.DiscardHandler),
				func() time.Time { return noon },
			)
			cs.roots, cs.client.Transport = root.pool(), nowhere{}
			if c.known {
				fail(t, cs.store.PutCertificate(t.Context(), home, text))
			}
			w.intake = New(w.all, w.kept, func() time.Time { return w.at }, address, cs)
			e := w.create(
				t,
				hook.Endpoint{Name: "paypal", Provider: "paypal", Tolerance: 5 * time.Minute, Settings: c.settings},
			)
			_, refusal, err := w.intake.Accept(&e, paypal(t, c.key, c.at, `{"id":"WH-EVT-1"}`))
			fail(t, err)
			if r := w.records[0]; r.Verdict != c.verdict || r.Reason != c.reason {
				t.Errorf("%s %s", r.Verdict, r.Reason)
			}
			if (refusal != nil) != (c.code != nil) || refusal != nil && !errors.Is(refusal, c.code) {
				t.Errorf("refused with %v", refusal)
			}
		})
	}
}

// nowhere is a network that is down.
type nowhere struct{}

func (nowhere) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("no network")
}
