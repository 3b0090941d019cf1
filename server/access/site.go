package access

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Site is the URL under which people reach this server: scheme, host and base path. It builds public URLs, recognizes
// the server's own origin and hosts, and strips the base path from requests. ParseSite makes it; it never changes.
type Site struct {
	scheme string
	host   string // with the port unless it is the scheme's default
	base   string // starts and ends with a slash
	listen string // without a public URL, the host of --listen; "" with a public URL
}

// reservedPaths are the first segments of the server's own paths. A base path that starts with one would be ambiguous.
var reservedPaths = []string{"in", "api", "login", "assets", "web", "healthz", "readyz", "metrics", "status", "embed"}

// basePath matches base paths that need no escaping.
var basePath = regexp.MustCompile(`^/([A-Za-z0-9_~-][A-Za-z0-9._~-]*/)*$`)

// ParseSite parses a public URL such as https://hooks.example.com or https://example.com/hooks/. An error is worded for
// the operator who set --public-url.
func ParseSite(raw string) (Site, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return Site{}, fmt.Errorf("%q is not a URL: %w", raw, err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return Site{}, fmt.Errorf("%q must look like https://hooks.example.com or https://example.com/hooks/", raw)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return Site{}, fmt.Errorf("%q must consist of a scheme, a host and a path only", raw)
	}
	base := strings.TrimSuffix(u.EscapedPath(), "/") + "/"
	if !basePath.MatchString(base) {
		return Site{}, fmt.Errorf("the path %q may contain only letters, digits and - _ . ~", base)
	}
	if first, _, _ := strings.Cut(base[1:], "/"); slices.Contains(reservedPaths, first) {
		return Site{}, fmt.Errorf("the path %q conflicts with the server's own path /%s; "+
			"choose another, such as /hooks/", base, first)
	}
	return Site{scheme: u.Scheme, host: canonicalHost(u.Scheme, u.Host), base: base}, nil
}

// canonicalHost returns a host as browsers send it: in lower case, without the scheme's default port.
func canonicalHost(scheme, host string) string {
	host = strings.ToLower(host)
	if scheme == "https" {
		return strings.TrimSuffix(host, ":443")
	}
	return strings.TrimSuffix(host, ":80")
}

// Origin returns scheme and host, as a browser sends them in the Origin header.
func (s Site) Origin() string { return s.scheme + "://" + s.host }

// Base returns the path under which all pages and calls are. It starts and ends with a slash.
func (s Site) Base() string { return s.base }

// Secure reports whether browsers reach the server over HTTPS.
func (s Site) Secure() bool { return s.scheme == "https" }

// OnlyHTTPS reports whether browsers may be told to use nothing but HTTPS for the host. It is false for localhost:
// browsers remember that for a host and not for a port, so it would cut them off from the other servers of the same
// machine.
func (s Site) OnlyHTTPS() bool {
	name, _, _ := strings.Cut(s.host, ":")
	return s.Secure() && name != "localhost" && !strings.HasSuffix(name, ".localhost")
}

// URL returns the public URL of a path that is relative to the base: "in/first-…". For "" it is the URL of the site
// without a trailing slash.
func (s Site) URL(path string) string { return strings.TrimSuffix(s.Origin()+s.base+path, "/") }

// port returns the port of the URL, or the scheme's default.
func (s Site) port() string {
	if _, port, ok := strings.Cut(s.host[strings.LastIndexByte(s.host, ']')+1:], ":"); ok {
		return port
	}
	if s.Secure() {
		return "443"
	}
	return "80"
}

// Strip returns r with the base path removed from its URL. A proxy may forward the base path or remove it, so a path
// that does not start with it is returned as it is. r itself is not changed.
func (s Site) Strip(r *http.Request) *http.Request {
	if len(s.base) == 1 {
		return r
	}
	prefix := s.base[:len(s.base)-1]
	path, found := strings.CutPrefix(r.URL.Path, prefix)
	raw, foundRaw := strings.CutPrefix(r.URL.RawPath, prefix)
	if !found || r.URL.RawPath != "" && !foundRaw || path != "" && path[0] != '/' {
		return r
	}
	short := *r
	u := *r.URL
	u.Path, u.RawPath = path, raw
	if path == "" {
		u.Path = "/"
	}
	short.URL, short.RequestURI = &u, strings.TrimPrefix(OriginForm(r.RequestURI), prefix)
	return &short
}

// OriginForm returns path and query of a request target byte for byte. A target normally consists of them alone; in
// absolute form, which clients of a proxy send, scheme and host come first (RFC 9112 §3.2).
func OriginForm(target string) string {
	if target == "" || target[0] == '/' {
		return target
	}
	_, rest, ok := strings.Cut(target, "://")
	if !ok {
		return target
	}
	if end := strings.IndexAny(rest, "/?"); end >= 0 {
		return rest[end:]
	}
	return ""
}
