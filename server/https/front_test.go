package https

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/mholt/acmez/v3/acme"
)

// TestThePlainPortRedirectsOwnHostsOnly sends requests as senders, browsers, probes and strangers do.
func TestThePlainPortRedirectsOwnHostsOnly(t *testing.T) {
	public, err := url.Parse("https://hooks.example.com:8443")
	if err != nil {
		t.Fatal(err)
	}
	health := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "healthy") })
	f := &Front{Health: health, Public: public, Domains: []string{"hooks.example.com", "b.example.com"},
		Challenge: func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != challengePath+"known" {
				return false
			}
			_, _ = io.WriteString(w, "proof")
			return true
		}}
	for _, c := range []struct {
		method, host, target string
		status               int
		want                 string // the location, or the body
	}{
		{"GET", "hooks.example.com", "/", 308, "https://hooks.example.com:8443/"},
		{"POST", "HOOKS.example.com:80", "/in/a%2Fb/c?x=1&y=%20", 308,
			"https://hooks.example.com:8443/in/a%2Fb/c?x=1&y=%20"},
		{"GET", "b.example.com.", "//evil.example.org/", 308, "https://b.example.com:8443//evil.example.org/"},
		{"GET", "hooks.example.com", "http://hooks.example.com/a", 308, "https://hooks.example.com:8443/a"},
		{"OPTIONS", "hooks.example.com", "*", 308, "https://hooks.example.com:8443/*"},
		{"GET", "evil.example.org", "/", 421, plainHTTP},
		{"GET", "127.0.0.1", "/", 421, plainHTTP},
		{"GET", "127.0.0.1", "/readyz?verbose", 200, "healthy"},
		{"GET", "evil.example.org", "/healthz", 200, "healthy"},
		{"POST", "hooks.example.com", "/healthz", 308, "https://hooks.example.com:8443/healthz"},
		{"GET", "hooks.example.com", challengePath + "known", 200, "proof"},
		{"GET", "hooks.example.com", challengePath + "other", 308,
			"https://hooks.example.com:8443" + challengePath + "other"},
	} {
		r := httptest.NewRequest(c.method, c.target, http.NoBody)
		r.Host = c.host
		w := httptest.NewRecorder()
		f.ServeHTTP(w, r)
		got := w.Header().Get("Location") + w.Body.String()
		if w.Code != c.status || got != c.want || w.Header().Get("Connection") != "close" {
			t.Errorf("%s %s%s: %d %q", c.method, c.host, c.target, w.Code, got)
		}
	}
}

// TestThePlainPortKnowsAnIPv6Address redirects to the brackets that a URL needs, with and without a port.
func TestThePlainPortKnowsAnIPv6Address(t *testing.T) {
	for origin, hosts := range map[string][]string{
		"https://[2001:db8::1]:8443": {"[2001:db8::1]", "[2001:db8::1]:80"},
		"https://[2001:db8::1]":      {"[2001:DB8::1]:8080"},
	} {
		public, err := url.Parse(origin)
		if err != nil {
			t.Fatal(err)
		}
		for _, host := range hosts {
			r := httptest.NewRequest("GET", "/a", http.NoBody)
			r.Host = host
			w := httptest.NewRecorder()
			(&Front{Public: public}).ServeHTTP(w, r)
			if got := w.Header().Get("Location"); w.Code != 308 || got != origin+"/a" {
				t.Errorf("%s at %s: %d %q", origin, host, w.Code, got)
			}
		}
	}
}

// TestAProofIsGivenForItsHostOnly asks for a proof while there is one, and afterwards.
func TestAProofIsGivenForItsHostOnly(t *testing.T) {
	c := newChallenges()
	one := acme.Challenge{Type: acme.ChallengeTypeHTTP01, Token: "tok", KeyAuthorization: "tok.print",
		Identifier: acme.Identifier{Type: "dns", Value: "hooks.example.com"}}
	if err := (httpSolver{c}).Present(context.Background(), one); err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{"hooks.example.com": "tok.print", "Hooks.example.com.:80": "tok.print",
		"b.example.com": "", "": ""} {
		if got, _ := c.answer(host, challengePath+"tok"); got != want {
			t.Errorf("%q is told %q", host, got)
		}
	}
	if got, found := c.answer("hooks.example.com", challengePath+"other"); found {
		t.Errorf("another token is told %q", got)
	}
	if err := (httpSolver{c}).CleanUp(context.Background(), one); err != nil {
		t.Fatal(err)
	}
	if got, found := c.answer("hooks.example.com", challengePath+"tok"); found {
		t.Errorf("afterwards it is told %q", got)
	}
}

func TestDomainsAreHostNames(t *testing.T) {
	for given, want := range map[string]string{
		"hooks.example.com": "hooks.example.com", "HOOKS.Example.COM.": "hooks.example.com",
		" a.example.com ":    "a.example.com",
		"bücher.example.org": "xn--bcher-kva.example.org", "localhost": "localhost", "a-1.internal": "a-1.internal",
	} {
		if got, err := Domains([]string{given, given}, false); err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%q: %q, %v", given, got, err)
		}
	}
	for given, want := range map[string]string{
		"https://hooks.example.com": "host name only", "hooks.example.com:443": "host name only",
		"a.example.com/x": "host name only",
		"*.example.com":   "wildcard", "192.0.2.1": "IP address", "2001:db8::1": "IP address", "[::1]": "IP address",
		"":                "empty",
		"a b.example.com": "not a host name", "a..example.com": "not a host name", "-a.example.com": "not a host name",
		"a_b.example.com": "not a host name", strings.Repeat("a", 64) + ".example.com": "not a host name",
		strings.Repeat("a.", 127) + "com": "not a host name", "a'b.example.com": "not a host name",
	} {
		if got, err := Domains([]string{given}, false); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %q, %v", given, got, err)
		}
	}
	for _, private := range []string{"localhost", "hooks", "a.local", "a.internal", "a.home.arpa"} {
		if _, err := Domains([]string{private}, true); err == nil || !strings.Contains(err.Error(), "--tls-ca") {
			t.Errorf("%s: %v", private, err)
		}
	}
	if _, err := Domains([]string{"hooks.example.com"}, true); err != nil {
		t.Error(err)
	}
}
