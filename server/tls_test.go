package server

import (
	"crypto/x509"
	"errors"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hookbeam/server/client"
	"hookbeam/server/https/httpstest"
)

// secured returns a configuration with flags set by change.
func secured(change func(*Config)) Config {
	c := Config{Location: client.Location{TLSDomain: []string{"hooks.example.com"}}}
	change(&c)
	return c
}

// TestSenselessFlagsOfHTTPSAreUsageErrors also looks at the defaults of those that make sense.
func TestSenselessFlagsOfHTTPSAreUsageErrors(t *testing.T) {
	bare := func(c *Config) { c.TLSDomain = nil }
	for name, c := range map[string]struct {
		change func(*Config)
		want   string // the beginning of the error
	}{
		"both sources":     {func(c *Config) { c.TLSCert, c.TLSKey = "a", "b" }, "--tls-domain: "},
		"no key":           {func(c *Config) { bare(c); c.TLSCert = "a" }, "--tls-cert: "},
		"no certificate":   {func(c *Config) { bare(c); c.TLSKey = "a" }, "--tls-key: "},
		"e-mail alone":     {func(c *Config) { bare(c); c.TLSEmail = "a@example.com" }, "--tls-email: "},
		"no e-mail":        {func(c *Config) { c.TLSEmail = "ops" }, "--tls-email: "},
		"authority alone":  {func(c *Config) { bare(c); c.TLSCA = "https://ca.internal/dir" }, "--tls-ca: "},
		"root alone":       {func(c *Config) { bare(c); c.TLSCARoot = "a" }, "--tls-ca-root: "},
		"root of no other": {func(c *Config) { c.TLSCARoot = "a" }, "--tls-ca-root: "},
		"plain authority":  {func(c *Config) { c.TLSCA = "http://ca.internal/dir" }, "--tls-ca: "},
		"no authority":     {func(c *Config) { c.TLSCA = "ca.internal" }, "--tls-ca: "},
		"plain port alone": {func(c *Config) { bare(c); c.ListenHTTP = ":80" }, "--listen-http: "},
		"one port twice":   {func(c *Config) { c.Listen, c.ListenHTTP = ":8443", ":8443" }, "--listen-http: "},
		"insecure":         {func(c *Config) { c.InsecureHTTP = true }, "--insecure-http: "},
		"a plain URL":      {func(c *Config) { c.PublicURL = "http://hooks.example.com" }, "--public-url: "},
		"another host":     {func(c *Config) { c.PublicURL = "https://other.example.com" }, "--public-url: "},
		"no name":          {func(c *Config) { c.TLSDomain = []string{"https://a.example.com"} }, "--tls-domain: "},
		"a private name":   {func(c *Config) { c.TLSDomain = []string{"localhost"} }, "--tls-domain: "},
	} {
		config := secured(c.change)
		err := config.checkTLS()
		if mistake := (*client.UsageError)(nil); !errors.As(err, &mistake) ||
			!strings.HasPrefix(err.Error(), c.want) ||
			strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range map[string]struct {
		change                func(*Config)
		listen, plain, public string
	}{
		"a domain": {func(*Config) {}, ":443", ":80", "https://hooks.example.com/"},
		"addresses": {func(c *Config) { c.Listen, c.ListenHTTP = ":8443", ":8080" }, ":8443", ":8080",
			"https://hooks.example.com/"},
		"no port 80": {func(c *Config) { c.ListenHTTP = "off" }, ":443", "", "https://hooks.example.com/"},
		"a path": {func(c *Config) { c.PublicURL = "https://Hooks.Example.com/a/" }, ":443", ":80",
			"https://Hooks.Example.com/a/"},
		"two names": {func(c *Config) { c.TLSDomain = []string{"B.example.com.", "a.example.com", ""} }, ":443", ":80",
			"https://b.example.com/"},
		"an authority within": {func(c *Config) { c.TLSDomain, c.TLSCA = []string{"localhost"}, "https://10.0.0.1/d" },
			":443", ":80", "https://localhost/"},
		"files": {func(c *Config) { bare(c); c.TLSCert, c.TLSKey = "a", "b" }, "127.0.0.1:8080", "", ""},
		"files and a redirect": {func(c *Config) { bare(c); c.TLSCert, c.TLSKey, c.ListenHTTP = "a", "b", ":80" },
			"127.0.0.1:8080", ":80", ""},
		"a proxy in front": {func(c *Config) { c.TrustedProxy = []string{"10.0.0.1"} }, ":443", ":80",
			"https://hooks.example.com/"},
		"nothing":           {bare, "127.0.0.1:8080", "", ""},
		"an empty variable": {func(c *Config) { c.TLSDomain = []string{""} }, "127.0.0.1:8080", "", ""},
	} {
		config := secured(c.change)
		if err := config.checkTLS(); err != nil || config.Listen != c.listen || config.ListenHTTP != c.plain ||
			config.URL() != c.public {
			t.Errorf("%s: listens on %q and %q as %q: %v", name, config.Listen, config.ListenHTTP, config.URL(), err)
		}
	}
}

// TestAServerWithTLSMayListenAnywhere is the rest of the matrix of starts.
func TestAServerWithTLSMayListenAnywhere(t *testing.T) {
	for _, ip := range []string{"", "0.0.0.0", "203.0.113.1", "127.0.0.1"} {
		for _, c := range []Config{secured(func(*Config) {}), {HTTPS: HTTPS{TLSCert: "a", TLSKey: "b"}}} {
			if err := c.checkExposure(&net.TCPAddr{IP: net.ParseIP(ip), Port: 443}); err != nil {
				t.Errorf("%q: %v", ip, err)
			}
		}
	}
}

// TestThePublicURLFollowsFromTheCertificate opens pairs of files.
func TestThePublicURLFollowsFromTheCertificate(t *testing.T) {
	dir := t.TempDir()
	at := &net.TCPAddr{IP: net.IPv4zero, Port: 8443}
	for want, names := range map[string][]string{
		"https://hooks.example.com:8443": {"*.example.com", "hooks.example.com", "b.example.com"},
		"https://localhost:8443":         {"*.example.com"},
	} {
		cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
		httpstest.WritePair(t, &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: names,
			NotAfter: time.Now().Add(90 * 24 * time.Hour)}, cert, key)
		s := &server{
			config: Config{HTTPS: HTTPS{TLSCert: cert, TLSKey: key}},
			deps:   Deps{Log: slog.New(slog.DiscardHandler)},
		}
		if err := s.openPair(); err != nil {
			t.Fatal(err)
		}
		if site, err := s.secureSite(at); err != nil || site.Origin() != want {
			t.Errorf("%q: %s, %v", names, site.Origin(), err)
		}
	}
	s := &server{config: Config{HTTPS: HTTPS{TLSCert: filepath.Join(dir, "none"), TLSKey: "none"}}}
	if err := s.openPair(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without a file: %v", err)
	}
}

// TestTheStateOfCertificatesIsReported is what GET /server and /readyz?verbose say.
func TestTheStateOfCertificatesIsReported(t *testing.T) {
	now := time.Now()
	s := &server{certificates: fixed{
		{Name: "a"}, {Name: "b", Failure: "x"}, {Name: "c", NotAfter: now.Add(-time.Hour)},
		{Name: "d", NotAfter: now.Add(50 * time.Hour), Failure: "x"}, {Name: "e", NotAfter: now.Add(time.Hour)},
	}}
	var got []string
	for _, n := range s.certificateNotices() {
		got = append(got, n.Code)
	}
	want := []string{"certificate_pending", "certificate_missing", "certificate_expired", "certificate_not_renewed"}
	if !slices.Equal(got, want) || !strings.Contains(s.certificateNotices()[3].Detail, "valid for 2 more days") {
		t.Errorf("notices: %q", s.certificateNotices())
	}
	if (&server{}).certificateNotices() != nil {
		t.Error("a server without TLS has notices")
	}
}

// TestTheExaminationChecksTheFlagsOfHTTPS is what hookbeam doctor says of a configuration before it is served.
func TestTheExaminationChecksTheFlagsOfHTTPS(t *testing.T) {
	for name, c := range map[string]struct {
		config Config
		want   string // part of the error; "" if there is none
	}{
		"the defaults":    {Config{}, ""},
		"a domain":        {secured(func(*Config) {}), ""},
		"a contradiction": {secured(func(c *Config) { c.InsecureHTTP = true }), "--insecure-http: "},
		"no such file":    {Config{HTTPS: HTTPS{TLSCert: "none", TLSKey: "none"}}, "no such file"},
	} {
		err := c.config.check()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
