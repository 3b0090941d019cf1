package server

import (
	"fmt"
	"net"

	"hookbeam/server/access"
	"hookbeam/server/client"
	"hookbeam/server/datafile"
)

// prepare checks the configuration, listens, and takes the data folder: all that can be wrong before there is a log.
func (s *server) prepare() (access.Token, *access.Addresses, error) {
	token, err := access.NewToken(s.config.AdminToken)
	if err != nil {
		return token, nil, &client.UsageError{Err: err}
	}
	addresses, err := access.NewAddresses(s.config.TrustedProxy)
	if err != nil {
		return token, nil, usage("--trusted-proxy", err)
	}
	if s.config.PublicURL != "" { // before listening: it is the likelier mistake
		if _, err := access.ParseSite(s.config.PublicURL); err != nil {
			return token, nil, usage("--public-url", err)
		}
	}
	if at, err := net.ResolveTCPAddr("tcp", s.config.Listen); err == nil { // what cannot be resolved, Listen tells of
		if err := s.config.exposed(at); err != nil {
			return token, nil, err
		}
	}
	if s.listener, err = net.Listen("tcp", s.config.Listen); err != nil {
		return token, nil, fmt.Errorf("listen on %s: %w", s.config.Listen, err)
	}
	if err := s.config.exposed(s.listener.Addr()); err != nil { // a name may have been resolved otherwise
		return token, nil, err
	}
	if s.site, err = siteOf(s.config.Location, s.listener.Addr().String()); err != nil {
		return token, nil, usage("--listen", err)
	}
	who := datafile.RunningServer{URL: s.site.URL(""), Version: s.config.Version, Protocol: client.Protocol}
	if s.folder, err = lockDataFolder(s.config.Data, who, s.deps.Log); err != nil {
		return token, nil, err
	}
	if s.channel, err = datafile.ListenControl(s.config.Data, s.refuseStranger); err != nil {
		return token, nil, err
	}
	s.warn()
	return token, addresses, nil
}

// exposed refuses to serve others than this machine by plain HTTP, unless the operator says so: on the way, anybody
// could
// read logins and secrets, and change what is delivered. It is a *client.UsageError.
func (c *Config) exposed(at net.Addr) error {
	if c.InsecureHTTP || isLoopback(at) {
		return nil
	}
	if c.PublicURL == "" {
		return usage(
			"--listen",
			fmt.Errorf(
				"%s can be reached from other machines, by plain HTTP: put a proxy with TLS in front and name it, "+
					"--public-url https://hooks.example.com; or listen on this machine only, --listen 127.0.0.1:8080; "+
					"or say that plain HTTP is meant, --insecure-http (HOOKBEAM_INSECURE_HTTP=true)",
				c.Listen,
			),
		)
	}
	if site, err := access.ParseSite(c.PublicURL); err != nil || site.Secure() {
		return err
	}
	return usage(
		"--public-url",
		fmt.Errorf("%s is plain HTTP, and %s can be reached from other machines: name the https:// address of a proxy "+
			"with TLS in front; or listen on this machine only, --listen 127.0.0.1:8080; "+
			"or say that plain HTTP is meant, --insecure-http (HOOKBEAM_INSECURE_HTTP=true)", c.PublicURL, c.Listen),
	)
}

func isLoopback(at net.Addr) bool {
	tcp, ok := at.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback() // no address at all is every address
}

// warn says where logins and secrets would be readable on their way.
func (s *server) warn() {
	if !isLoopback(s.listener.Addr()) && !s.site.Secure() {
		s.deps.Log.Warn(
			"plain HTTP, as told: whoever is on the way can read logins and secrets, and change what is delivered",
			"listen",
			s.listener.Addr().String(),
		)
	}
}

// siteOf returns the site of a server: its public URL, or where address can be reached from this machine.
func siteOf(p client.Location, address string) (access.Site, error) {
	if p.PublicURL != "" {
		return access.ParseSite(p.PublicURL)
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return access.Site{}, err
	}
	if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		host = "localhost"
	}
	site, err := access.ParseSite("http://" + net.JoinHostPort(host, port))
	return site.Unnamed(p.Listen), err
}
