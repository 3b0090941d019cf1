package access

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Site is where people reach this server: scheme, host and path of the public URL. Make it with ParseSite.
type Site struct {
	scheme string
	host   string // with the port, where it is not the scheme's own
	base   string // begins and ends with a slash
	listen string // where nobody named a public URL: the host that the server was told to listen on; "": somebody did
}

// taken are the first parts of the server's own paths: a base path that began with one could not be told from them.
var taken = []string{"in", "api", "login", "assets", "web", "healthz", "readyz", "metrics", "status", "embed"}

var basePath = regexp.MustCompile(`^/([A-Za-z0-9_~-][A-Za-z0-9._~-]*/)*$`)

// ParseSite reads a public URL such as https://hooks.example.com or https://example.com/hooks/.
func ParseSite(raw string) (Site, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return Site{}, fmt.Errorf("%q is no URL: %w", raw, err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return Site{}, fmt.Errorf("%q must look like https://hooks.example.com or https://example.com/hooks/", raw)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return Site{}, fmt.Errorf("%q must be scheme, host and path only", raw)
	}
	base := strings.TrimSuffix(u.EscapedPath(), "/") + "/"
	if !basePath.MatchString(base) {
		return Site{}, fmt.Errorf("the path %q may hold letters, digits, and - _ . ~ only", base)
	}
	if first, _, _ := strings.Cut(base[1:], "/"); slices.Contains(taken, first) {
		return Site{}, fmt.Errorf(
			"the path %q cannot be told from the server's own /%s; choose another, such as /hooks/",
			base,
			first,
		)
	}
	return Site{scheme: u.Scheme, host: canonicalHost(u.Scheme, u.Host), base: base}, nil
}

// canonicalHost is the host as browsers send it: lower-case, without the scheme's own port.
func canonicalHost(scheme, host string) string {
	host = strings.ToLower(host)
	if scheme == "https" {
		return strings.TrimSuffix(host, ":443")
	}
	return strings.TrimSuffix(host, ":80")
}

// Origin is scheme and host, as a browser sends it.
func (s Site) Origin() string { return s.scheme + "://" + s.host }

// Base is the path that everything lives under; it begins and ends with a slash.
func (s Site) Base() string { return s.base }

// Secure reports whether browsers reach the server by TLS.
func (s Site) Secure() bool { return s.scheme == "https" }

// URL is the public address of path, which is relative to the base: "in/first-…"; "" gives the address without
// a slash at its end.
func (s Site) URL(path string) string { return strings.TrimSuffix(s.Origin()+s.base+path, "/") }

// port is what the address names, or the scheme's own.
func (s Site) port() string {
	if _, port, ok := strings.Cut(s.host[strings.LastIndexByte(s.host, ']')+1:], ":"); ok {
		return port
	}
	if s.Secure() {
		return "443"
	}
	return "80"
}

// Strip returns r with its path relative to the server: a proxy may pass the base on or cut it off.
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
	short.URL = &u
	return &short
}
