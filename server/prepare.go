package server

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/client"
	"hookbeam/server/datafile"
)

// prepare validates the configuration, listens on --listen, locks the data folder and opens the control channel: all
// that can fail before the log is opened. It sets the fields of s for these, which close frees. It validates flags
// first, so that a mistake leaves no traces on disk.
func (s *server) prepare(ctx context.Context) (access.Token, *access.Addresses, error) {
	token, err := s.config.adminToken()
	if err != nil {
		return token, nil, err
	}
	addresses, err := access.NewAddresses(s.config.TrustedProxy)
	if err != nil {
		return token, nil, usage("--trusted-proxy", err)
	}
	if s.key, err = givenKey(s.config.SealKey); err != nil {
		return token, nil, err
	}
	if err := s.config.checkTLS(); err != nil {
		return token, nil, err
	}
	if s.config.PublicURL != "" { // before listening, because a wrong URL is the more likely mistake
		if _, err := access.ParseSite(s.config.PublicURL); err != nil {
			return token, nil, usage("--public-url", err)
		}
	}
	if err := s.inherit(); err != nil {
		return token, nil, err
	}
	if err := s.openPair(); err != nil {
		return token, nil, err
	}
	// Before listening, so that the port is never open to others. net.Listen reports an address that cannot be
	// resolved. A socket of the service manager is open already.
	if at, err := net.ResolveTCPAddr("tcp", s.config.Listen); err == nil && !s.activated {
		if err := s.config.checkExposure(at); err != nil {
			return token, nil, err
		}
	}
	if s.config.MetricsListen != "" {
		if _, err := metricsAddress(s.config.MetricsListen); err != nil {
			return token, nil, err
		}
	}
	if s.listener, err = s.listenMain(ctx); err != nil {
		return token, nil, fmt.Errorf("listen on %s: %w", s.config.Listen, err)
	}
	// Again, because a host name may have been resolved to another address this time.
	if err := s.config.checkExposure(s.listener.Addr()); err != nil {
		return token, nil, err
	}
	if err := s.listenForMetrics(ctx); err != nil {
		return token, nil, err
	}
	if err := s.listenPlain(ctx); err != nil {
		return token, nil, err
	}
	if s.site, err = s.publicSite(); err != nil {
		return token, nil, usage("--listen", err)
	}
	who := datafile.RunningServer{URL: s.site.URL(""), Listen: s.listener.Addr().String(), Version: s.config.Version,
		Protocol: client.Protocol, NetworkFS: s.config.AllowNetworkFS}
	wait := s.waitFor(ctx, "waiting for the data folder")
	if s.folder, err = lockDataFolderWithin(wait, s.config.Data, who, s.deps.Log); err != nil {
		return token, nil, err
	}
	if err := refuseHalfRestored(s.config.Data); err != nil {
		return token, nil, err
	}
	if err := os.RemoveAll(filepath.Join(s.config.Data, copiesFolder)); err != nil { // of an interrupted backup
		return token, nil, err
	}
	if s.channel, err = datafile.ListenControl(s.config.Data, s.logRefusedPeer); err != nil {
		return token, nil, err
	}
	s.warnPlainHTTP()
	return token, addresses, nil
}

// lockWaitActivated is for how long a server that the service manager started waits for the folder's lock, if nothing
// else is set. The server before it may still answer its last requests, and clients wait in the socket meanwhile.
const lockWaitActivated = 30 * time.Second

// waitForLock returns for how long the server waits for another one to leave the data folder and the address.
func (c *Config) waitForLock(activated bool) time.Duration {
	switch {
	case c.WaitForLock != nil:
		return time.Duration(*c.WaitForLock)
	case activated:
		return lockWaitActivated
	}
	return 0
}

// adminToken returns the administrator's token, from its variable or its file.
func (c *Config) adminToken() (access.Token, error) {
	const variable = "HOOKBEAM_ADMIN_TOKEN"
	text, err := client.ReadSecret(variable, c.AdminToken, variable+"_FILE", c.AdminTokenFile)
	if err != nil {
		return access.Token{}, err
	}
	token, err := access.NewToken(text)
	if err != nil {
		return token, &client.UsageError{Err: err}
	}
	return token, nil
}

// checkExposure returns a *client.UsageError if other machines could reach the server over plain HTTP, unless the
// operator allows it with --insecure-http: anyone on the network path could read logins and secrets, and change
// deliveries. A server with TLS of its own may listen anywhere. at is the address that the server listens on.
func (c *Config) checkExposure(at net.Addr) error {
	if c.InsecureHTTP || c.ownTLS() || isLoopback(at) {
		return nil
	}
	const remedies = "or let Hookbeam speak HTTPS itself: --tls-domain hooks.example.com; " +
		"or listen on this machine only: --listen 127.0.0.1:8080; " +
		"or allow plain HTTP: --insecure-http (HOOKBEAM_INSECURE_HTTP=true)"
	if c.PublicURL == "" {
		return usage("--listen", fmt.Errorf("%s can be reached from other machines over plain HTTP. "+
			"Put a proxy with TLS in front and set its URL: --public-url https://hooks.example.com; %s",
			c.Listen, remedies))
	}
	if site, err := access.ParseSite(c.PublicURL); err != nil || site.Secure() {
		return err
	}
	return usage("--public-url", fmt.Errorf("%s is plain HTTP, and %s can be reached from other machines. "+
		"Put a proxy with TLS in front and set its https:// URL; %s", c.PublicURL, c.Listen, remedies))
}

// isLoopback reports whether only this machine can connect to an address.
func isLoopback(at net.Addr) bool {
	tcp, ok := at.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback() // an empty IP means all addresses, and is not loopback
}

// warnPlainHTTP logs a warning if the operator has allowed plain HTTP for other machines.
func (s *server) warnPlainHTTP() {
	if !s.config.ownTLS() && !isLoopback(s.listener.Addr()) && !s.site.Secure() {
		s.deps.Log.Warn("serving plain HTTP to other machines: "+
			"anyone on the network path can read logins and secrets, and change deliveries",
			"listen", s.listener.Addr().String())
	}
}

// publicSite returns the site of this server, which listens.
func (s *server) publicSite() (access.Site, error) {
	if s.config.URL() == "" && s.config.ownTLS() {
		return s.secureSite(s.listener.Addr())
	}
	return siteOf(s.config.Location, s.listener.Addr().String())
}

// siteOf returns the site of a server: its public URL, or else the URL of address as this machine can reach it. An
// address that means all interfaces, such as 0.0.0.0, becomes localhost.
func siteOf(p client.Location, address string) (access.Site, error) {
	if public := p.URL(); public != "" {
		return access.ParseSite(public)
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return access.Site{}, err
	}
	if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		host = "localhost"
	}
	site, err := access.ParseSite("http://" + net.JoinHostPort(host, port))
	return site.Unnamed(p.Address()), err
}
