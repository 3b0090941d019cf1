package server

import (
	"fmt"
	"net"

	"hookbeam/server/access"
)

// prepare checks the configuration, listens, and takes the data folder: all that can be wrong before there is a log.
func (s *server) prepare() (*access.Gate, *access.Addresses, error) {
	token, err := access.NewToken(s.config.AdminToken)
	if err != nil {
		return nil, nil, &UsageError{err}
	}
	addresses, err := access.NewAddresses(s.config.TrustedProxy)
	if err != nil {
		return nil, nil, usage("--trusted-proxy", err)
	}
	if s.config.PublicURL != "" { // before listening: it is the likelier mistake
		if _, err := access.ParseSite(s.config.PublicURL); err != nil {
			return nil, nil, usage("--public-url", err)
		}
	}
	if s.listener, err = net.Listen("tcp", s.config.Listen); err != nil {
		return nil, nil, fmt.Errorf("listen on %s: %w", s.config.Listen, err)
	}
	if s.site, err = s.config.site(s.listener.Addr().String()); err != nil {
		return nil, nil, usage("--listen", err)
	}
	if s.release, err = occupy(s.config.Data, s.site.URL("")); err != nil {
		return nil, nil, err
	}
	s.warn()
	return &access.Gate{Token: token}, addresses, nil
}

// warn says where logins and secrets would be readable on their way.
func (s *server) warn() {
	at, ok := s.listener.Addr().(*net.TCPAddr)
	if ok && !at.IP.IsLoopback() && !s.site.Secure() {
		s.outside.Log.Warn("whoever is on the way can read logins and secrets: put a proxy with TLS in front and name it with --public-url https://…",
			"listen", at.String())
	}
}

// site is the public URL, or where address can be reached from this machine.
func (p Place) site(address string) (access.Site, error) {
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
	return access.ParseSite("http://" + net.JoinHostPort(host, port))
}
