package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/https"
	"hookbeam/server/outbound"
	"hookbeam/server/wire"
)

// HTTPS is the part of the configuration that says how a server speaks TLS itself. Without any of it, the server speaks
// plain HTTP, and a proxy in front can add TLS.
type HTTPS struct {
	ListenHTTP string `name:"listen-http" help:"Address for plain HTTP beside HTTPS, where names are proved to the certificate authority and everything else is redirected; off = none; default: :80 with --tls-domain." env:"HOOKBEAM_LISTEN_HTTP" placeholder:"HOST:PORT"`
	TLSEmail   string `name:"tls-email" help:"E-mail address at which the certificate authority can reach you." env:"HOOKBEAM_TLS_EMAIL" placeholder:"ADDRESS"`
	TLSCA      string `name:"tls-ca" help:"Directory URL of another certificate authority (ACME); default: Let's Encrypt." env:"HOOKBEAM_TLS_CA" placeholder:"URL"`
	TLSCARoot  string `name:"tls-ca-root" help:"File with the root certificate of that authority (PEM), if this machine does not trust it." env:"HOOKBEAM_TLS_CA_ROOT" placeholder:"FILE"`
	TLSCert    string `name:"tls-cert" help:"Serve HTTPS with the certificate in this file (PEM, with its chain). Changes are taken over without a restart." env:"HOOKBEAM_TLS_CERT" placeholder:"FILE"`
	TLSKey     string `name:"tls-key" help:"File with the key of --tls-cert (PEM)." env:"HOOKBEAM_TLS_KEY" placeholder:"FILE"`
}

// noListener is the value of --listen-http that switches the plain HTTP port off.
const noListener = "off"

// certificates is where the certificates of a server come from. Package https has two implementations.
type certificates interface {
	GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error)
	List() []https.Certificate
	Run(context.Context) error
	Close()
}

// ownTLS reports whether the server speaks TLS itself.
func (c *Config) ownTLS() bool { return len(c.TLSDomain) > 0 || c.TLSCert != "" }

// checkTLS checks the flags of HTTPS, sets defaults that depend on others, and brings the domains into the form of
// certificates. Its errors are *client.UsageErrors.
func (c *Config) checkTLS() (err error) {
	c.TLSDomain = slices.DeleteFunc(c.TLSDomain, func(d string) bool { return d == "" }) // an empty variable
	if err := c.checkTLSFlags(); err != nil {
		return err
	}
	if c.TLSDomain, err = https.Domains(c.TLSDomain, c.TLSCA == ""); err != nil {
		return usage("--tls-domain", err)
	}
	if len(c.TLSDomain) > 0 && c.ListenHTTP == "" {
		c.ListenHTTP = ":80"
	}
	if c.ListenHTTP == noListener {
		c.ListenHTTP = ""
	}
	c.Listen = c.Address()
	if c.ListenHTTP != "" && c.ListenHTTP == c.Listen && !strings.HasSuffix(c.Listen, ":0") {
		return usage(
			"--listen-http",
			fmt.Errorf("%s is the address of --listen, which serves HTTPS; choose another, "+
				"or --listen-http off", c.ListenHTTP),
		)
	}
	if _, err := c.authorityRoots(); err != nil { // read again when they are used
		return err
	}
	return c.checkPublicURL()
}

// checkTLSFlags returns an error for flags that contradict or need each other.
func (c *Config) checkTLSFlags() error {
	acme := len(c.TLSDomain) > 0
	for _, r := range []struct {
		wrong bool
		flag  string
		why   string
	}{
		{acme && c.TLSCert+c.TLSKey != "", "--tls-domain",
			"--tls-cert and --tls-key bring a certificate already; use either these or --tls-domain"},
		{c.TLSCert != "" && c.TLSKey == "", "--tls-cert", "it needs --tls-key, the file with its private key"},
		{c.TLSKey != "" && c.TLSCert == "", "--tls-key", "it needs --tls-cert, the file with its certificate"},
		{!acme && c.TLSEmail != "", "--tls-email", "it is for a certificate authority, and needs --tls-domain"},
		{!acme && c.TLSCA != "", "--tls-ca", "it names a certificate authority, and needs --tls-domain"},
		{!acme && c.TLSCARoot != "", "--tls-ca-root", "it is for a certificate authority, and needs --tls-domain"},
		{c.TLSCARoot != "" && c.TLSCA == "", "--tls-ca-root",
			"it is for another authority than Let's Encrypt: name it with --tls-ca"},
		{!c.ownTLS() && c.ListenHTTP != "", "--listen-http",
			"it redirects to HTTPS, and needs --tls-domain or --tls-cert; plain HTTP alone listens on --listen"},
		{c.ownTLS() && c.InsecureHTTP, "--insecure-http",
			"this server speaks HTTPS (--tls-domain or --tls-cert); remove one of them"},
	} {
		if r.wrong {
			return usage(r.flag, errors.New(r.why))
		}
	}
	if c.TLSCA != "" {
		if u, err := url.Parse(c.TLSCA); err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
			return usage("--tls-ca", fmt.Errorf("%q is not the https:// URL of an ACME directory, such as %s",
				c.TLSCA, https.LetsEncrypt))
		}
	}
	if local, host, ok := strings.Cut(c.TLSEmail, "@"); c.TLSEmail != "" && (!ok || local == "" || host == "" ||
		strings.ContainsAny(c.TLSEmail, " ,<>?")) {
		return usage("--tls-email", fmt.Errorf("%q is not an e-mail address", c.TLSEmail))
	}
	return nil
}

// checkPublicURL checks that the public URL is one that this server can answer.
func (c *Config) checkPublicURL() error {
	if !c.ownTLS() || c.PublicURL == "" {
		return nil
	}
	u, err := url.Parse(c.PublicURL)
	switch {
	case err != nil: // reported by access.ParseSite
		return nil
	case u.Scheme == "http":
		return usage("--public-url", fmt.Errorf("%s is plain HTTP, but this server speaks HTTPS; write https://",
			c.PublicURL))
	case len(c.TLSDomain) > 0 && !slices.Contains(c.TLSDomain, strings.ToLower(u.Hostname())):
		return usage(
			"--public-url",
			fmt.Errorf("its host %s is not among the names of --tls-domain (%s), so it would have "+
				"no certificate; add --tls-domain %[1]s", u.Hostname(), strings.Join(c.TLSDomain, ", ")),
		)
	}
	return nil
}

// openPair reads the files of --tls-cert and --tls-key, if set, and derives the public URL from the certificate if
// there is none: clients accept no other name.
func (s *server) openPair() error {
	if s.config.TLSCert == "" {
		return nil
	}
	pair, err := openPair(s.config, s.deps.Log)
	if err != nil {
		return err
	}
	s.certificates = pair
	if s.config.PublicURL != "" {
		if site, err := url.Parse(s.config.PublicURL); err == nil && pair.Covers(site.Hostname()) != nil {
			s.deps.Log.Warn("the certificate is not valid for the host of --public-url: clients refuse it",
				"host", site.Hostname(), "certificate", strings.Join(pair.Names(), ", "))
		}
		return nil
	}
	for _, name := range pair.Names() {
		if !strings.Contains(name, "*") {
			s.certName = name
			break
		}
	}
	return nil
}

// openPair reads the files of --tls-cert and --tls-key.
func openPair(c Config, log *slog.Logger) (*https.Pair, error) {
	pair, err := https.OpenPair(c.TLSCert, c.TLSKey, log, time.Now)
	if err != nil {
		return nil, fmt.Errorf("--tls-cert and --tls-key: %w. Name a certificate and its key, both in PEM", err)
	}
	return pair, nil
}

// secureSite returns the URL of a server with a certificate of its own and without a public URL.
func (s *server) secureSite(at net.Addr) (access.Site, error) {
	host, port, err := net.SplitHostPort(at.String())
	if err != nil {
		return access.Site{}, err
	}
	if ip, err := netip.ParseAddr(host); err != nil || ip.IsUnspecified() {
		host = "localhost"
	}
	if s.certName != "" {
		host = s.certName
	}
	return access.ParseSite("https://" + net.JoinHostPort(host, port))
}

// logAuthority is the level of the log lines of calls to a certificate authority: one certificate takes a dozen.
const logAuthority = slog.LevelDebug

// openACME opens the certificates of --tls-domain, if set. The data folder must be locked.
func (s *server) openACME() error {
	if len(s.config.TLSDomain) == 0 {
		return nil
	}
	client, err := s.config.authorityClient(outbound.Options{Log: s.deps.Log, Meter: s.counters})
	if err != nil {
		return err
	}
	source, err := https.NewACME(https.ACMEOptions{
		Folder:  filepath.Join(s.config.Data, https.Folder),
		Domains: s.config.TLSDomain,
		Email:   s.config.TLSEmail,
		CA:      s.config.TLSCA,
		Client:  client,
		ByHTTP:  s.plain != nil,
		ByTLS:   true,
		Log:     s.deps.Log,
		Now:     time.Now,
	})
	if err != nil {
		return err
	}
	s.certificates = source
	return nil
}

// certificateNotices returns what is wrong with the certificates, for GET /server and /readyz?verbose. It does not make
// the server unready: a load balancer that therefore sent nothing would keep the authority's challenges away as well.
func (s *server) certificateNotices() []wire.Warning {
	if s.certificates == nil {
		return nil
	}
	var notices []wire.Warning
	for _, c := range s.certificates.List() {
		switch left := c.Left(time.Now()); {
		case c.NotAfter.IsZero() && c.Failure == "":
			notices = append(
				notices,
				wire.Warning{Code: "certificate_pending", Detail: "The certificate for " + c.Name +
					" is being obtained. HTTPS does not answer for this name before it is there."},
			)
		case c.NotAfter.IsZero():
			notices = append(
				notices,
				wire.Warning{Code: "certificate_missing", Detail: "There is no certificate for " +
					c.Name + ", so HTTPS does not answer for this name. The server's log says why, and when it tries " +
					"again."},
			)
		case left <= 0:
			notices = append(
				notices,
				wire.Warning{Code: "certificate_expired", Detail: "The certificate for " + c.Name +
					" has expired, so senders and browsers refuse it. The server's log says why it was not renewed."},
			)
		case c.Failure != "":
			notices = append(
				notices,
				wire.Warning{Code: "certificate_not_renewed", Detail: fmt.Sprintf("The certificate for "+
					"%s could not be renewed or reloaded. It is valid for %d more days. The server's log says why.",
					c.Name,
					int(left.Hours()/24))},
			)
		}
	}
	return notices
}

// authorityClient returns the HTTP client for the certificate authority. Its connections go through the guard. An
// authority that the operator has named may be in a private network; other hosts, which the authority names, may not.
func (c *Config) authorityClient(o outbound.Options) (*http.Client, error) {
	options := outbound.ClientOptions{KeepAlives: true, Level: logAuthority}
	roots, err := c.authorityRoots()
	if err != nil {
		return nil, err
	}
	if roots != nil {
		options.TLS = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	client := outbound.New(o).Client("acme", options)
	if c.TLSCA == "" {
		return client, nil
	}
	named, err := url.Parse(c.TLSCA)
	if err != nil {
		return nil, usage("--tls-ca", err)
	}
	o.Allowed = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
	private := outbound.New(o).Client("acme", options)
	client.Transport = &byHost{host: named.Host, inside: private.Transport, outside: client.Transport}
	return client, nil
}

// authorityRoots returns the certificates of --tls-ca-root, or nil if it is not set.
func (c *Config) authorityRoots() (*x509.CertPool, error) {
	if c.TLSCARoot == "" {
		return nil, nil
	}
	text, err := os.ReadFile(c.TLSCARoot)
	if err != nil {
		return nil, fmt.Errorf("--tls-ca-root: %w. Name the file with the root certificate of the authority", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return nil, usage("--tls-ca-root", fmt.Errorf("%s has no certificate in PEM", c.TLSCARoot))
	}
	return roots, nil
}

// byHost sends the requests to one host, with its port, by another transport than the rest.
type byHost struct {
	host            string
	inside, outside http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (b *byHost) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.EqualFold(r.URL.Host, b.host) {
		return b.inside.RoundTrip(r)
	}
	return b.outside.RoundTrip(r)
}

// CloseIdleConnections is for http.Client.CloseIdleConnections.
func (b *byHost) CloseIdleConnections() {
	for _, t := range []http.RoundTripper{b.inside, b.outside} {
		if closer, ok := t.(interface{ CloseIdleConnections() }); ok {
			closer.CloseIdleConnections()
		}
	}
}
