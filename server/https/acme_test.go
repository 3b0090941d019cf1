package https_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hookbeam/server/https"
	"hookbeam/server/https/httpstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const name = "hooks.example.com"

// patience limits how long a test waits for something that happens by itself.
const patience = time.Minute

// site is a server with certificates from an authority, in this process.
type site struct {
	t          *testing.T
	gate       *httpstest.Gate
	tls, plain net.Listener
	folder     string
	authority  *httpstest.Authority
	log        *lines
	after      func(time.Duration) <-chan time.Time
	renewEvery time.Duration
	byHTTP     bool
	byTLS      bool
	current    atomic.Pointer[https.ACME]
}

// newSite opens the listeners. Its authority is down before start starts it.
func newSite(t *testing.T) *site {
	t.Helper()
	if testing.Short() {
		t.Skip("NOT TESTED with -short: certificates of an authority, which is built first")
	}
	s := &site{t: t, gate: httpstest.NewGate(t), folder: filepath.Join(t.TempDir(), https.Folder), log: &lines{},
		byHTTP: true, byTLS: true}
	s.tls, s.plain = listen(t), listen(t)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the server said:\n%s", s.log)
		}
	})
	return s
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// startAuthority starts an authority, and opens the way to it.
func (s *site) startAuthority(validity time.Duration) {
	s.t.Helper()
	s.authority = httpstest.Start(s.t, httpstest.Options{Validity: validity,
		HTTPPort: s.plain.Addr().(*net.TCPAddr).Port, TLSPort: s.tls.Addr().(*net.TCPAddr).Port})
	s.gate.Open(s.authority)
}

// serve serves on both ports, with the certificates of whatever ACME is current.
func (s *site) serve() {
	hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	quiet := slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	get := func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		return s.current.Load().GetCertificate(hello)
	}
	prove := func(w http.ResponseWriter, r *http.Request) bool { return s.current.Load().ServeChallenge(w, r) }
	front := &https.Front{Challenge: prove, Health: hello, Public: &url.URL{Scheme: "https", Host: name}}
	secure := &http.Server{Handler: hello, TLSConfig: https.Config(get, https.ACMEProtocol), ErrorLog: quiet}
	plain := &http.Server{Handler: front, ErrorLog: quiet}
	var running sync.WaitGroup
	running.Go(func() { _ = secure.ServeTLS(s.tls, "", "") })
	running.Go(func() { _ = plain.Serve(s.plain) })
	s.t.Cleanup(func() { _, _ = secure.Close(), plain.Close(); running.Wait() })
}

// start starts an ACME, and returns a function that stops it.
func (s *site) start() (stop func()) {
	s.t.Helper()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.roots()}}}
	acme, err := https.NewACME(https.ACMEOptions{Folder: s.folder, Domains: []string{name, "other.example.com"},
		Email: "ops@example.com", CA: httpstest.Directory(s.gate.Address), Client: client, ByHTTP: s.byHTTP,
		ByTLS: s.byTLS, Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now: time.Now, After: s.after,
		RenewEvery: s.renewEvery})
	if err != nil {
		s.t.Fatal(err)
	}
	first := s.current.Swap(acme) == nil
	if first {
		s.serve()
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = acme.Run(ctx) })
	stop = sync.OnceFunc(func() { cancel(); running.Wait(); client.CloseIdleConnections() })
	s.t.Cleanup(stop)
	return stop
}

// roots are those of the authority's own address, also before it was started.
func (s *site) roots() *x509.CertPool {
	roots := x509.NewCertPool()
	if s.authority != nil {
		text, err := os.ReadFile(s.authority.Root)
		if err != nil {
			s.t.Fatal(err)
		}
		roots.AppendCertsFromPEM(text)
	}
	return roots
}

// leaf returns the certificate that a client gets, verified.
func (s *site) leaf(serverName string) (*x509.Certificate, error) {
	conn, err := tls.Dial("tcp", s.tls.Addr().String(), &tls.Config{ServerName: serverName,
		RootCAs: s.authority.Roots(s.t)})
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	return conn.ConnectionState().PeerCertificates[0], nil
}

// await waits until a client gets a certificate that is not the one with the serial number of before.
func (s *site) await(serverName string, before *x509.Certificate) *x509.Certificate {
	s.t.Helper()
	var last error
	for limit := time.Now().Add(patience); time.Now().Before(limit); <-time.After(20 * time.Millisecond) {
		leaf, err := s.leaf(serverName)
		if err == nil && (before == nil || leaf.SerialNumber.Cmp(before.SerialNumber) != 0) {
			return leaf
		}
		last = err
	}
	s.t.Fatalf("there is no new certificate for %s: %v", serverName, last)
	return nil
}

// lines collects a log.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// TestCertificatesAreObtained proves the names by either challenge alone, and looks at what is stored.
func TestCertificatesAreObtained(t *testing.T) {
	for _, by := range []string{"http-01", "tls-alpn-01"} {
		t.Run(by, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.byHTTP, s.byTLS = by == "http-01", by == "tls-alpn-01"
			s.startAuthority(0)
			stop := s.start()
			first := s.await(name, nil)
			s.await("other.example.com", nil)
			for _, c := range s.current.Load().List() {
				if c.Left(time.Now()) < 89*24*time.Hour || c.Failure != "" {
					t.Errorf("reported: %+v", c)
				}
			}
			if want := map[bool]string{true: "by HTTP", false: "by TLS"}[s.byHTTP]; strings.Count(
				s.log.String(),
				want,
			) < 2 {
				t.Errorf("the authority did not check %s", want)
			}
			s.checkModes()
			stop()
			// What is stored is used again, though the authority is gone.
			s.gate.Close()
			s.start()
			if again := s.await(name, nil); again.SerialNumber.Cmp(first.SerialNumber) != 0 {
				t.Error("after the restart there is another certificate")
			}
			if strings.Contains(s.log.String(), "level=ERROR") {
				t.Error("there was an error")
			}
		})
	}
}

// checkModes fails the test unless only the owner can read what is stored.
func (s *site) checkModes() {
	s.t.Helper()
	files := 0
	err := filepath.WalkDir(s.folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if entry.IsDir() {
			want = 0o700
		} else {
			files++
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != want {
			s.t.Errorf("%s has mode %04o", path, info.Mode().Perm())
		}
		return nil
	})
	if err != nil || files != 7 { // an account, and certificate, key and facts of each name
		s.t.Errorf("%d files, %v", files, err)
	}
}

// TestACertificateIsRenewedBeforeItEnds obtains certificates that are valid for seconds.
func TestACertificateIsRenewedBeforeItEnds(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.renewEvery = 100 * time.Millisecond
	s.startAuthority(8 * time.Second)
	s.start()
	first := s.await(name, nil)
	second := s.await(name, first)
	if !second.NotAfter.After(first.NotAfter) {
		t.Errorf("%v is not after %v", second.NotAfter, first.NotAfter)
	}
	if !strings.Contains(s.log.String(), `msg="certificate renewed" name=`+name) {
		t.Error("the renewal is not logged")
	}
}

// TestAnAuthorityThatIsDownIsAskedAgain starts the server before its authority.
func TestAnAuthorityThatIsDownIsAskedAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	waits, again := make(chan time.Duration, 10), make(chan time.Time)
	s.after = func(d time.Duration) <-chan time.Time { waits <- d; return again }
	s.startAuthority(0)
	s.gate.Close()
	s.start()
	if a, b := <-waits, <-waits; a != 5*time.Second || b != a {
		t.Errorf("it waits %v and %v", a, b)
	}
	again <- time.Time{}
	if next := <-waits; next != 10*time.Second {
		t.Errorf("and then %v", next)
	}
	for _, c := range s.current.Load().List() {
		if c.Failure == "" || c.NextTry.IsZero() || !c.NotAfter.IsZero() {
			t.Errorf("reported: %+v", c)
		}
	}
	if !strings.Contains(s.log.String(), "the authority cannot be reached; check the network and --tls-ca") {
		t.Error("the log does not say what to do")
	}
	if _, err := s.leaf(name); err == nil || !strings.Contains(err.Error(), "internal error") {
		t.Errorf("without a certificate a client reads: %v", err)
	}
	s.gate.Open(s.authority)
	close(again)
	s.await(name, nil)
	s.await("other.example.com", nil)
	for _, c := range s.current.Load().List() {
		if c.Failure != "" {
			t.Errorf("reported after all: %+v", c)
		}
	}
}

// TestOnlyItsOwnNamesAreServed asks for names that nobody listed, for none, and for a proof that nobody waits for.
func TestOnlyItsOwnNamesAreServed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startAuthority(0)
	s.start()
	s.await(name, nil)
	for _, other := range []string{"evil.example.com", "a." + name, "example.com", "127.0.0.1"} {
		if _, err := s.leaf(other); err == nil || !strings.Contains(err.Error(), "unrecognized name") {
			t.Errorf("%s: %v", other, err)
		}
	}
	for _, own := range []string{"HOOKS.example.com", name + "."} {
		conn, err := tls.Dial("tcp", s.tls.Addr().String(), &tls.Config{ServerName: own, InsecureSkipVerify: true})
		if err != nil {
			t.Errorf("%s: %v", own, err)
			continue
		}
		_ = conn.Close()
	}
	_, err := tls.Dial("tcp", s.tls.Addr().String(), &tls.Config{ServerName: name, InsecureSkipVerify: true,
		NextProtos: []string{https.ACMEProtocol}})
	if err == nil {
		t.Error("a proof was given that no authority asked for")
	}
	old := &tls.Config{
		ServerName:         name,
		InsecureSkipVerify: true,
		MinVersion:         tls.VersionTLS10,
		MaxVersion:         tls.VersionTLS11,
	}
	if _, err := tls.Dial("tcp", s.tls.Addr().String(), old); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
}

// TestWhatCannotBeUsedIsReplaced damages what is stored, and replaces the authority by one that knows no account.
func TestWhatCannotBeUsedIsReplaced(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startAuthority(0)
	stop := s.start()
	s.await(name, nil)
	s.await("other.example.com", nil)
	stop()
	err := filepath.WalkDir(s.folder, func(path string, _ fs.DirEntry, err error) error {
		if err == nil && filepath.Base(path) == name+".key" {
			return os.WriteFile(path, []byte("no key"), 0o644)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.startAuthority(0)
	s.start()
	s.await(name, nil)
	s.checkModes()
	if !strings.Contains(s.log.String(), "a stored certificate cannot be used; another one is obtained") {
		t.Error("the log says nothing of it")
	}
}
