package access

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
)

// FuzzForwardedFor: whatever strangers write, the address is the peer's or one that was forwarded, and can be
// counted.
func FuzzForwardedFor(f *testing.F) {
	for _, s := range []string{
		"203.0.113.9", "1.2.3.4, 10.0.0.1", "[2001:db8::1]:80", "::ffff:1.2.3.4", "fe80::1%eth0",
		",,", "unknown", "\"x\"", "0.0.0.1%0",
	} {
		f.Add(s)
	}
	addresses, err := NewAddresses([]string{"10.0.0.0/8", "fd00::/8"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, forwarded string) {
		r := httptest.NewRequest("POST", "/in/a", nil)
		r.RemoteAddr = "10.0.0.1:80"
		r.Header["X-Forwarded-For"] = []string{forwarded}
		got := addresses.Of(r)
		if _, err := netip.ParseAddr(got); err != nil {
			t.Errorf("Of = %q: %v", got, err)
		}
		if AddressKey(got) == "" {
			t.Errorf("%q is counted under nothing", got)
		}
		r.RemoteAddr = "203.0.113.9:80"
		if got := addresses.Of(r); got != "203.0.113.9" {
			t.Errorf("a stranger made itself %q", got)
		}
	})
}

// FuzzStrip: with or without the base, a path leads to the same place, and stays a path.
func FuzzStrip(f *testing.F) {
	for _, s := range []string{
		"/in/a", "/hooks/in/a", "/in//a%2Fb", "/", "", "/hooks", "/hooksmith", "/%2e%2e/x", "/in/a?b=c",
	} {
		f.Add(s)
	}
	at, err := ParseSite("https://example.com/hooks/")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path string) {
		u, err := url.ParseRequestURI("/hooks" + path)
		if err != nil || !strings.HasPrefix(path, "/") {
			return
		}
		escaped := u.EscapedPath()
		got := at.Strip(&http.Request{URL: u}).URL
		if !strings.HasPrefix(got.Path, "/") {
			t.Errorf("%q became %q", path, got.Path)
		}
		if back := "/hooks" + got.EscapedPath(); back != escaped {
			t.Errorf("%q came back as %q", escaped, back)
		}
	})
}

// FuzzOrigin: nothing but our own two origins opens a socket.
func FuzzOrigin(f *testing.F) {
	for _, s := range []string{
		"https://example.com", "http://127.0.0.1:8080", "null",
		"https://example.com.evil", "https://example.com@evil", "//example.com",
	} {
		f.Add(s)
	}
	at, err := ParseSite("https://example.com/")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, origin string) {
		r := &http.Request{Host: "127.0.0.1:8080", Header: http.Header{"Origin": {origin}}}
		if !at.OwnOrigin(r) {
			return
		}
		u, err := url.Parse(origin)
		if err != nil || !strings.EqualFold(u.Hostname(), "example.com") && u.Hostname() != "127.0.0.1" {
			t.Errorf("%q passed", origin)
		}
	})
}

// FuzzReadLink: whatever is written, only what the endpoint's own key signed is read, and only in time.
func FuzzReadLink(f *testing.F) {
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	key := hook.LinkKey{ID: "lk_a", Value: LinkKeyPrefix + strings.Repeat("k", 43)}
	token, err := SignLink(key, Link{Endpoint: "ep_a", Subject: "order/1", Expires: now.Add(time.Hour)})
	if err != nil {
		f.Fatal(err)
	}
	head, rest, _ := strings.Cut(token, ".")
	for _, s := range []string{
		token, "", "..", "a.b.c", head + "." + rest + "=", "." + rest, head + ".e30." + rest,
		strings.Repeat(".", 5000), " " + token, token + ".",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		asked := 0
		l, err := ReadLink(text, now, func(id hook.EndpointID) []hook.LinkKey {
			asked++
			if id != "ep_a" {
				return nil
			}
			return []hook.LinkKey{key}
		})
		if asked > 1 || err != nil && l != (Link{}) {
			t.Errorf("asked %d times, %+v with %v", asked, l, err)
		}
		if err == nil && (text != token || l.Endpoint != "ep_a") {
			t.Errorf("%q is read as %+v", text, l)
		}
	})
}
