package https

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Front handles the plain HTTP port beside a TLS server. It answers the challenges of a certificate authority and the
// health checks, and redirects every other request to HTTPS if its host is one of the server's own. It reads no bodies,
// and knows no cookies or tokens.
type Front struct {
	// Challenge answers an authority's request and returns true, or returns false; nil: there is no authority.
	Challenge func(http.ResponseWriter, *http.Request) bool
	Health    http.Handler // for the paths in HealthPaths
	Public    *url.URL     // of the server: its host and port are used for requests to that host
	Domains   []string     // its other hosts, with the same port
}

// healthPaths are the paths of health checks. A load balancer may know no name of the server, and so no certificate.
var healthPaths = [...]string{"/healthz", "/readyz"}

// plainHTTP is the answer for a host that is not the server's. A redirect would make the server point anywhere.
const plainHTTP = "This server does not serve this host. Use the URL that its operator gave you, with https://.\n"

// ServeHTTP implements http.Handler. Each response closes its connection: there is nothing more to ask here.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Connection", "close")
	if f.Challenge != nil && f.Challenge(w, r) {
		return
	}
	if slices.Contains(healthPaths[:], r.URL.Path) && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		f.Health.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	target := f.target(strings.Trim(serverName(hostOnly(r.Host)), "[]"))
	if target == "" {
		w.WriteHeader(http.StatusMisdirectedRequest)
		_, _ = w.Write([]byte(plainHTTP))
		return
	}
	// 308 keeps method and body. The escaped path and the query are the client's own, after our scheme and host.
	w.Header().Set("Location", "https://"+target+pathAndQuery(r.URL))
	w.WriteHeader(http.StatusPermanentRedirect)
}

// target returns host and port of the HTTPS server for a host name, or "" if it is not the server's.
func (f *Front) target(name string) string {
	if name == f.Public.Hostname() {
		return f.Public.Host // an IPv6 address has brackets there
	}
	if !slices.Contains(f.Domains, name) {
		return ""
	}
	if port := f.Public.Port(); port != "" {
		return name + ":" + port
	}
	return name
}

// pathAndQuery returns what comes after the host. A path that does not begin with a slash would become part of it.
func pathAndQuery(u *url.URL) string {
	path := u.EscapedPath()
	if path == "" || path[0] != '/' {
		path = "/" + path
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	return path
}
