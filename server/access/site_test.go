package access

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func site(t *testing.T, url string) Site {
	t.Helper()
	s, err := ParseSite(url)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSiteKnowsItsParts(t *testing.T) {
	type parts struct {
		origin, base, url, port string
		secure                  bool
	}
	for raw, want := range map[string]parts{
		"http://127.0.0.1:8080": {
			origin: "http://127.0.0.1:8080", base: "/", url: "http://127.0.0.1:8080/in/a", port: "8080",
		},
		"https://Hooks.Example.com/": {
			origin: "https://hooks.example.com", base: "/", url: "https://hooks.example.com/in/a", port: "443",
			secure: true,
		},
		"https://example.com:443/hooks": {
			origin: "https://example.com", base: "/hooks/", url: "https://example.com/hooks/in/a", port: "443",
			secure: true,
		},
		"http://[::1]:9000/a/b.c/": {
			origin: "http://[::1]:9000", base: "/a/b.c/", url: "http://[::1]:9000/a/b.c/in/a", port: "9000",
		},
		"http://example.com:80/inbox": {
			origin: "http://example.com", base: "/inbox/", url: "http://example.com/inbox/in/a", port: "80",
		},
		"https://hooks.example.com:8443/x/y": {
			origin: "https://hooks.example.com:8443", base: "/x/y/", port: "8443", secure: true,
			url: "https://hooks.example.com:8443/x/y/in/a",
		},
	} {
		s := site(t, raw)
		if s.Origin() != want.origin || s.Base() != want.base || s.URL("in/a") != want.url || s.port() != want.port ||
			s.Secure() != want.secure {
			t.Errorf("%s: %s %s %s %s %v", raw, s.Origin(), s.Base(), s.URL("in/a"), s.port(), s.Secure())
		}
	}
}

func TestSiteRefusesWhatIsNoPublicURL(t *testing.T) {
	for _, raw := range []string{
		"", "hooks.example.com", "ftp://example.com", "https://", "https://a:b@example.com", "https://example.com/?x=1",
		"https://example.com/#x", "https://example.com/in/", "https://example.com/api", "https://example.com/login/x",
		"https://example.com/a//b", "https://example.com/../x", "https://example.com/a%20b", "://x",
		"https://example.com/\"x",
	} {
		if s, err := ParseSite(raw); err == nil {
			t.Errorf("ParseSite(%q) = %+v, want an error", raw, s)
		}
	}
}

func TestSiteStripsItsBaseWhereItIsThere(t *testing.T) {
	s := site(t, "https://example.com/hooks/")
	for target, want := range map[string][2]string{
		"/hooks/in/a/b":        {"/in/a/b", ""},
		"/hooks":               {"/", ""},
		"/hooks/":              {"/", ""},
		"/in/a":                {"/in/a", ""},
		"/hooksmith/in/a":      {"/hooksmith/in/a", ""},
		"/hooks/in/a//b%2Fc":   {"/in/a//b/c", "/in/a//b%2Fc"},
		"/hooks/in/hooks/x":    {"/in/hooks/x", ""},
		"/%68ooks/in/a%2Fb":    {"/hooks/in/a/b", "/%68ooks/in/a%2Fb"},
		"/hooks/hooks/in/a":    {"/hooks/in/a", ""},
		"/hooks/in/a?b=/hooks": {"/in/a", ""},
	} {
		r := httptest.NewRequest("POST", target, nil)
		before := r.URL.Path
		got := s.Strip(r)
		if got.URL.Path != want[0] || got.URL.RawPath != want[1] {
			t.Errorf("Strip(%s): path %q raw %q, want %q %q", target, got.URL.Path, got.URL.RawPath, want[0], want[1])
		}
		if whole := got.URL.Path; got.URL.RawPath == "" && !strings.Contains(target, "?") && target != "/hooks" &&
			got.RequestURI != whole {
			t.Errorf("Strip(%s): request target %q, want %q", target, got.RequestURI, whole)
		}
		if r.URL.Path != before || r.RequestURI != target {
			t.Errorf("Strip(%s) changed the request that it was given", target)
		}
	}
}

func TestOriginFormIsPathAndQueryAsSent(t *testing.T) {
	for target, want := range map[string]string{
		"/in/a?b=/x":                      "/in/a?b=/x",
		"http://a.example/in/{a}?b":       "/in/{a}?b",
		"https://a.example:8443//in/a":    "//in/a",
		"http://a.example?b=http://c/d":   "?b=http://c/d",
		"http://a.example":                "",
		"*":                               "*",
		"":                                "",
		"a.example:443":                   "a.example:443",
		"/hooks/in/a?b=http://c.example/": "/hooks/in/a?b=http://c.example/",
	} {
		if got := OriginForm(target); got != want {
			t.Errorf("%s gave %q, want %q", target, got, want)
		}
	}
}

// TestOnlyOurOwnPagesOpenSocketsWithACookie is the table of origins: S1 of what is promised.
func TestOnlyOurOwnPagesOpenSocketsWithACookie(t *testing.T) {
	const https = "https://hooks.example.com/" // with a public URL
	for _, c := range []struct {
		name, public, host, origin string
		own                        bool
	}{
		{"the public URL's", https, "hooks.example.com", "https://hooks.example.com", true},
		{
			"the public URL's, with its port spelled out",
			https, "hooks.example.com", "https://hooks.example.com:443", true,
		},
		{
			"the public URL's, behind a proxy that renames the host",
			https, "127.0.0.1:8080", "https://hooks.example.com", true,
		},
		{
			"the public URL's, by a host of plain HTTP",
			"http://hooks.example.com:8080/", "hooks.example.com:8080", "http://hooks.example.com:8080", true,
		},
		{"the public URL's host by plain HTTP", https, "hooks.example.com", "http://hooks.example.com", false},
		{
			"the public URL's host by TLS, where it is plain HTTP",
			"http://hooks.example.com/", "hooks.example.com", "https://hooks.example.com", false,
		},
		{
			"the public URL's host, its port as of plain HTTP",
			https, "hooks.example.com", "http://hooks.example.com:443", false,
		},
		{"the public URL's host at another port", https, "hooks.example.com", "https://hooks.example.com:8443", false},
		{"the host that was asked, where another is public", https, "localhost:8080", "http://localhost:8080", false},
		{"a name made to point here, where another is public", https, "evil.example", "http://evil.example", false},
		{"that by TLS", https, "evil.example", "https://evil.example", false},
		{"with a path behind it", https, "hooks.example.com", "https://hooks.example.com/", false},
		{"the host that was asked", "", "127.0.0.1:8080", "http://127.0.0.1:8080", true},
		{"the host that was asked, by name", "", "localhost:8080", "http://localhost:8080", true},
		{"the host that was asked, by IPv6", "", "[::1]:8080", "http://[::1]:8080", true},
		{"the host that was asked, in the network", "", "192.168.1.2:8080", "http://192.168.1.2:8080", true},
		{"the host that was told to listen on", "", "hooks.lan:8080", "http://hooks.lan:8080", true},
		{"the host that was asked, by TLS", "", "127.0.0.1:8080", "https://127.0.0.1:8080", false},
		{"another name of this machine", "", "localhost:8080", "http://127.0.0.1:8080", false},
		{"a name made to point here", "", "evil.example:8080", "http://evil.example:8080", false},
		{"a name that begins as localhost", "", "localhost.evil.example", "http://localhost.evil.example", false},
		{"no host at all", "", "", "http://", false},
		{"in other letters", https, "HOOKS.example.com", "https://Hooks.Example.com", true},
		{"none", https, "hooks.example.com", "", false},
		{"null, as of a sandboxed frame", https, "hooks.example.com", "null", false},
		{"another site", https, "hooks.example.com", "https://evil.example", false},
		{"another port", "http://localhost:8080/", "localhost:8080", "http://localhost:8081", false},
		{"a host that begins as ours", https, "hooks.example.com", "https://hooks.example.com.evil.example", false},
		{"a host that ends as ours", https, "hooks.example.com", "https://evilhooks.example.com", false},
		{"ours as a user name", https, "hooks.example.com", "https://hooks.example.com@evil.example", false},
		{"an extension", https, "hooks.example.com", "chrome-extension://hooks.example.com", false},
		{"a file", https, "hooks.example.com", "file://", false},
		{"nonsense", https, "hooks.example.com", "https://%zz", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/api/v1/live", nil)
			r.Host = c.host
			if c.origin != "" {
				r.Header.Set("Origin", c.origin)
			}
			ours := site(t, "http://127.0.0.1:8080").Unnamed("hooks.lan:8080")
			if c.public != "" {
				ours = site(t, c.public)
			}
			if got := ours.OwnOrigin(r); got != c.own {
				t.Errorf("OwnOrigin = %v, want %v", got, c.own)
			}
		})
	}
}

func TestTwoOriginsAreNone(t *testing.T) {
	r := httptest.NewRequest("GET", "/api/v1/live", nil)
	r.Host = "localhost"
	r.Header = http.Header{"Origin": {"http://localhost", "https://evil.example"}}
	if site(t, "http://localhost/").OwnOrigin(r) {
		t.Error("a request with two origins passed")
	}
}

// TestOnlyOurOwnHostsAreAskedWithACookie is the table of hosts: a name that others can register may point here.
func TestOnlyOurOwnHostsAreAskedWithACookie(t *testing.T) {
	for host, want := range map[string]struct{ named, unnamed bool }{
		"hooks.example.com":              {true, false},
		"HOOKS.example.com.:443":         {true, false},
		"hooks.example.com:9":            {true, false},
		"127.0.0.1":                      {true, true},
		"127.0.0.1:8080":                 {true, true},
		"[::1]:80":                       {true, true},
		"192.168.1.2":                    {true, true},
		"localhost:1":                    {true, true},
		"hooks.lan:8080":                 {false, true},
		"hookbeam:8080":                  {true, false},
		"evil.example":                   {},
		"hooks.example.com.evil.example": {},
		"127.0.0.1.evil.example":         {},
		"":                               {},
		":80":                            {},
		"a.localhost":                    {},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = host
		if got := site(t, "https://hooks.example.com/hooks/").OwnHost(r); got != want.named {
			t.Errorf("%q, with a public URL: %v", host, got)
		}
		if got := site(t, "http://127.0.0.1:8080/").Unnamed("hooks.lan:8080").OwnHost(r); got != want.unnamed {
			t.Errorf("%q, without: %v", host, got)
		}
	}
}

func TestBrowsersAreNotToldToUseOnlyHTTPSForLocalhost(t *testing.T) {
	for url, want := range map[string]bool{
		"https://hooks.example.com": true, "https://hooks.example.com:8443/a/": true,
		"https://localhost.example.com": true, "https://[2001:db8::1]:8443": true,
		"http://hooks.example.com": false, "https://localhost:8443": false, "https://LOCALHOST": false,
		"https://hooks.localhost:8443": false,
	} {
		s, err := ParseSite(url)
		if err != nil || s.OnlyHTTPS() != want {
			t.Errorf("%s: %v (%v)", url, s.OnlyHTTPS(), err)
		}
	}
}
