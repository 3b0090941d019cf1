package access

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Unnamed is s of a server that was given no public URL. It is reached by plain HTTP, at whatever address it
// has: as an IP address, as localhost, or by the name that it was told to listen on, HOST:PORT.
func (s Site) Unnamed(listen string) Site {
	s.listen = hostName(listen)
	if s.listen == "" {
		s.listen = "localhost"
	}
	return s
}

// OwnOrigin reports whether r carries one Origin, and that is ours: scheme, host and port of the public URL,
// or, where none was named, http and the host that was asked. A page that was loaded by plain HTTP is foreign
// to a server that is reached by TLS, for whoever is on the way may have written it. A request without an
// Origin is not ours either: only a program sends that, and a program has a token.
func (s Site) OwnOrigin(r *http.Request) bool {
	if len(r.Header["Origin"]) != 1 {
		return false
	}
	sent := r.Header["Origin"][0]
	origin, err := url.Parse(sent)
	if err != nil || origin.Host == "" || origin.Scheme != "http" && origin.Scheme != "https" ||
		!strings.EqualFold(sent, origin.Scheme+"://"+origin.Host) {
		return false // null, an extension's, or with more to it than an origin has
	}
	host := canonicalHost(origin.Scheme, origin.Host)
	if s.listen == "" {
		return origin.Scheme == s.scheme && host == s.host
	}
	return origin.Scheme == "http" && host == canonicalHost("http", r.Host) && s.OwnHost(r)
}

// OwnHost reports whether the host that r asks is one of ours. A name that somebody else can register may have
// been made to point here, so that a page of theirs could talk to us as its own server (DNS rebinding).
// Addresses cannot be, and names without a dot are nobody's to register: they are what proxies call us who do
// not pass the host on.
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

// hostName is the host without its port, in small letters; of an IPv6 address without brackets.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}
