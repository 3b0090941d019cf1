//go:build services

package deploytest

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const (
	host       = "hooks.example.com" // in the recipes
	adminToken = "a-token-for-the-recipes"
)

// TestMain lets all proxies be tested at once, on however few processors: their tests mostly wait.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// start starts a program that ends with the test, and returns the process. Its output is shown if the test fails.
func start(t *testing.T, cmd *exec.Cmd) *exec.Cmd {
	t.Helper()
	var output bytes.Buffer
	if cmd.Stdout == nil {
		cmd.Stdout = &output
	}
	cmd.Stderr = &output
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s: %s", cmd.Path, output.String())
		}
	})
	return cmd
}

// program returns the path of hookbeam.
func program(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../bin/hookbeam")
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		t.Skip("there is no bin/hookbeam: run make build")
	}
	return path
}

// hookbeam starts the server behind a proxy at site, and returns the address that it listens on. It takes one delivery
// per address, and then three per hour.
func hookbeam(t *testing.T, site string) (address string) {
	t.Helper()
	return hookbeamWith(t, nil, "--public-url="+site, "--trusted-proxy=127.0.0.1", "--rate-address=3/h")
}

// hookbeamWith starts the server with variables and flags, and returns the address that it listens on.
func hookbeamWith(t *testing.T, env []string, flags ...string) (address string) {
	t.Helper()
	cmd := exec.Command(program(t), append([]string{"serve", "--listen=127.0.0.1:0",
		"--data=" + filepath.Join(t.TempDir(), "data"), "--json"}, flags...)...)
	cmd.Env = append(append(os.Environ(), env...), "HOOKBEAM_ADMIN_TOKEN="+adminToken)
	out, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd.Stdout = pipe
	start(t, cmd)
	pipe.Close()
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(line, err)
	}
	return listening(t, cmd.Process.Pid)
}

// listening returns the address on 127.0.0.1 that a process listens on. The server is told to choose a port, and its
// banner names only the public URL.
func listening(t *testing.T, pid int) string {
	t.Helper()
	own := map[string]bool{}
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if target, err := os.Readlink(file); err == nil {
			own[strings.TrimSuffix(strings.TrimPrefix(target, "socket:["), "]")] = true
		}
	}
	table, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		const state, inode, isListening = 3, 9, "0A"
		f := strings.Fields(line)
		if len(f) > inode && f[state] == isListening && own[f[inode]] {
			_, port, _ := strings.Cut(f[1], ":")
			n, err := strconv.ParseUint(port, 16, 16)
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprintf("127.0.0.1:%d", n)
		}
	}
	t.Fatal("the server does not listen")
	return ""
}

// reserve returns a port of 127.0.0.1 that a program with SO_REUSEPORT can listen on, and nobody else until then: it
// stays bound here, without listening.
func reserve(t *testing.T) int {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1); err != nil {
		t.Fatal(err)
	}
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return name.(*unix.SockaddrInet4).Port
}

// certificate writes a certificate for host and its key to dir, and returns a pool that trusts it.
func certificate(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host},
		DNSNames: []string{host}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, err := x509.CreateCertificate(rand.Reader, made, made, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	secret := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
	for name, text := range map[string][]byte{"crt": public, "key": secret, "pem": append(public, secret...)} {
		if err := os.WriteFile(filepath.Join(dir, host+"."+name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(public)
	return pool
}

// client is somebody who connects to the proxy from an address of their own.
type client struct {
	t    *testing.T
	http http.Client
	dial func() (net.Conn, error) // a TLS connection to the proxy
	site string
}

// newClient returns a client that connects from 127.0.0.N.
func newClient(t *testing.T, site string, port int, trusted *x509.CertPool, n byte) *client {
	from := &net.TCPAddr{IP: net.IPv4(127, 0, 0, n)}
	to := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(port)).String()
	settings := &tls.Config{RootCAs: trusted, ServerName: host}
	dialer := &tls.Dialer{NetDialer: &net.Dialer{LocalAddr: from}, Config: settings.Clone()}
	dial := func() (net.Conn, error) { return dialer.DialContext(t.Context(), "tcp", to) }
	transport := &http.Transport{TLSClientConfig: settings, ForceAttemptHTTP2: true,
		DialContext: (&toProxy{net.Dialer{LocalAddr: from}, to}).dial}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{t: t, http: http.Client{Transport: transport}, dial: dial, site: site}
}

// send sends a request, and returns status and body of the answer.
func (c *client) send(method, url string, body io.Reader, headers ...string) (int, string) {
	c.t.Helper()
	r, err := http.NewRequest(method, url, body)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
	}
	res, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// call calls the API, and decodes the answer into into.
func (c *client) call(method, path, body string, into any) {
	c.t.Helper()
	status, text := c.send(method, c.site+"/api/v1/"+path, strings.NewReader(body),
		"Authorization: Bearer "+adminToken, "Content-Type: application/json")
	if status/100 != 2 {
		c.t.Fatalf("%s %s: %d %s", method, path, status, text)
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		c.t.Fatal(err)
	}
}
