package access

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Unnamed returns s for a server without a public URL. Browsers reach such a server over plain HTTP at any of its
// addresses: by IP address, as localhost, or by the host name in listen, which is HOST:PORT of --listen. OwnOrigin and
// OwnHost accept exactly these.
func (s Site) Unnamed(listen string) Site {
	s.listen = hostName(listen)
	if s.listen == "" {
		s.listen = "localhost"
	}
	return s
}

// OwnOrigin reports whether r has exactly one Origin header and that is this server's own origin: scheme, host and port
// of the public URL, or, without a public URL, http and the Host of the request. Package api requires it of sockets
// that a session cookie authenticates, and of changes that have an Origin header, so that pages of other sites cannot
// use the session.
//
// A page loaded over plain HTTP does not have the origin of an https:// site, even on the same host: an attacker on the
// network may have written it. Without an Origin header the result is false: browsers send one with every socket, and
// other programs authenticate with a token.
func (s Site) OwnOrigin(r *http.Request) bool {
	if len(r.Header["Origin"]) != 1 {
		return false
	}
	sent := r.Header["Origin"][0]
	origin, err := url.Parse(sent)
	if err != nil || origin.Host == "" || origin.Scheme != "http" && origin.Scheme != "https" ||
		!strings.EqualFold(sent, origin.Scheme+"://"+origin.Host) {
		return false // "null", a browser extension, or more than scheme, host and port
	}
	host := canonicalHost(origin.Scheme, origin.Host)
	if s.listen == "" {
		return origin.Scheme == s.scheme && host == s.host
	}
	return origin.Scheme == "http" && host == canonicalHost("http", r.Host) && s.OwnHost(r)
}

// OwnHost reports whether the Host of r names this server. It prevents DNS rebinding: an attacker can point a domain of
// theirs to this server's address, and a page on that domain could then call this server as its own.
//
// IP addresses are accepted, because no domain can be registered under one. With a public URL, so are names without a
// dot, such as the name of a container, which a proxy sends if it does not pass the original Host on.
func (s Site) OwnHost(r *http.Request) bool {
	name := hostName(r.Host)
	if _, err := netip.ParseAddr(name); err == nil || name == "localhost" {
		return true
	}
	if s.listen != "" {
		return name == s.listen
	}
	return name == hostName(s.host) || name != "" && !strings.Contains(name, ".")
}

// hostName returns a host without its port and a trailing dot, in lower case, and an IPv6 address without brackets.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}
