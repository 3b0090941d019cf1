// Package httpstest runs a real ACME authority for tests: letsencrypt/pebble, which is built from the versions that
// tools/go.mod pins. Everything of it listens on loopback addresses only. Start reading at Start.
package httpstest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"
)

// readyTime is the longest time that an authority may take to start, on a machine that does much beside.
const readyTime = time.Minute

// Options say how an authority checks and issues.
type Options struct {
	HTTPPort int           // at which it asks for HTTP proofs, instead of 80
	TLSPort  int           // at which it asks for TLS proofs, instead of 443
	Validity time.Duration // of certificates; 0: 90 days
}

// Authority is a running ACME authority. Every name resolves to 127.0.0.1 for it.
type Authority struct {
	Address string // HOST:PORT
	Root    string // file with the certificate that signs its own, PEM

	manage string // HOST:PORT of its management
	client *http.Client
}

// Directory returns the URL of the directory at an address, which is the authority's own or that of a Gate.
func Directory(address string) string { return "https://" + address + "/dir" }

// Start starts an authority, which ends with the test.
func Start(t testing.TB, o Options) *Authority {
	t.Helper()
	program := build(t)
	dir := t.TempDir()
	a := &Authority{Root: filepath.Join(dir, "cert.pem")}
	roots := writeOwnCertificate(t, a.Root, filepath.Join(dir, "key.pem"))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	a.client = &http.Client{Timeout: readyTime, Transport: transport}
	t.Cleanup(transport.CloseIdleConnections)
	names := resolver(t)
	for range 20 { // another program may take a port between its choice and its use
		a.Address, a.manage = freeAddress(t), freeAddress(t)
		if a.run(t, program, dir, names, o) {
			return a
		}
	}
	t.Fatal("the test authority does not start")
	return nil
}

// run starts the process. It returns false if it ended instead of answering.
func (a *Authority) run(t testing.TB, program, dir, names string, o Options) bool {
	t.Helper()
	if o.Validity == 0 {
		o.Validity = 90 * 24 * time.Hour
	}
	config, err := json.Marshal(map[string]any{"pebble": map[string]any{
		"listenAddress": a.Address, "managementListenAddress": a.manage,
		"certificate": a.Root, "privateKey": filepath.Join(dir, "key.pem"),
		"httpPort": o.HTTPPort, "tlsPort": o.TLSPort, "keyAlgorithm": "ecdsa",
		"retryAfter": map[string]int{"authz": 1, "order": 1},
		"profiles":   map[string]any{"default": map[string]any{"validityPeriod": int(o.Validity.Seconds())}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "pebble.json")
	if err := os.WriteFile(path, config, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, "-config", path, "-dnsserver", names)
	cmd.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=0", "PEBBLE_AUTHZREUSE=0")
	output := &log{}
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = cmd.Wait() }()
	t.Cleanup(func() {
		cancel()
		<-ended
		if t.Failed() {
			t.Logf("the authority said:\n%s", output)
		}
	})
	for limit := time.Now().Add(readyTime); time.Now().Before(limit); {
		select {
		case <-ended:
			return false
		case <-time.After(10 * time.Millisecond): // readiness is polled
		}
		if _, err := a.get(t.Context(), Directory(a.Address)); err == nil {
			if _, err := a.get(t.Context(), "https://"+a.manage+"/roots/0"); err == nil {
				return true
			}
		}
	}
	return false
}

// Roots returns the certificates that sign those that it issues.
func (a *Authority) Roots(t testing.TB) *x509.CertPool {
	t.Helper()
	text, err := a.get(t.Context(), "https://"+a.manage+"/roots/0")
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		t.Fatalf("no certificate: %s", text)
	}
	return roots
}

// RootsFile writes the certificates of Roots to a file, as PEM, and returns its path.
func (a *Authority) RootsFile(t testing.TB) string {
	t.Helper()
	text, err := a.get(t.Context(), "https://"+a.manage+"/roots/0")
	path := filepath.Join(t.TempDir(), "roots.pem")
	if err := errors.Join(err, os.WriteFile(path, text, 0o600)); err != nil {
		t.Fatal(err)
	}
	return path
}

func (a *Authority) get(ctx context.Context, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := a.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = errors.New(response.Status)
	}
	return text, err
}

// build returns the path of pebble's binary. Its package is compiled once, and then comes from Go's build cache.
func build(t testing.TB) string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(here), "..", "..", "..")
	program := filepath.Join(t.TempDir(), "pebble")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-modfile=tools/go.mod", "-o", program,
		"github.com/letsencrypt/pebble/v2/cmd/pebble")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build pebble: %v\n%s", err, out)
	}
	return program
}

// freeAddress returns a loopback address below the ports that systems give to outgoing connections.
func freeAddress(t testing.TB) string {
	t.Helper()
	const lowest, ephemeral = 10_240, 32_768
	for range 100 {
		l, err := net.Listen(
			"tcp",
			net.JoinHostPort("127.0.0.1", strconv.Itoa(lowest+mathrand.IntN(ephemeral-lowest))),
		)
		if err == nil {
			_ = l.Close()
			return l.Addr().String()
		}
	}
	t.Fatal("no port is free")
	return ""
}

// writeOwnCertificate writes a certificate for 127.0.0.1 that signs itself, and its key.
func writeOwnCertificate(t testing.TB, certFile, keyFile string) *x509.CertPool {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	roots := x509.NewCertPool()
	roots.AddCert(WritePair(t, template, certFile, keyFile))
	return roots
}

// WritePair writes a certificate that signs itself, and its key, in PEM.
func WritePair(t testing.TB, template *x509.Certificate, certFile, keyFile string) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{
		certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: keyDER},
	} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// WriteCertificate writes a certificate in PEM.
func WriteCertificate(t testing.TB, c *x509.Certificate, file string) {
	t.Helper()
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// log collects the output of a process.
type log struct {
	mu   sync.Mutex
	text []byte
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	return len(p), nil
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}
