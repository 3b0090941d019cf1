package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

// TestPlainHTTPOriginOfTheSameHostIsRejected is about an attacker in the network, who can answer a plain HTTP
// request of a browser with a page of his own.
func TestPlainHTTPOriginOfTheSameHostIsRejected(t *testing.T) {
	h := newTestAPI(t, "https://hooks.example.com/")
	session := h.login()
	for origin, status := range map[string]int{"https://hooks.example.com": 101, "http://hooks.example.com": 403,
		"https://hooks.example.com:8443": 403, h.URL: 403, "null": 403} {
		header := http.Header{"Origin": {origin}, "Cookie": {session.Name + "=" + session.Value},
			"Host": {"hooks.example.com"}}
		ws, res, err := websocket.DefaultDialer.DialContext(t.Context(),
			"ws"+strings.TrimPrefix(h.URL, "http")+"/api/v1/live", header)
		if res == nil || res.StatusCode != status {
			t.Errorf("%s: %v %v, want %d", origin, res, err, status)
		}
		if err == nil {
			check(t, ws.Close())
		}
	}
}

func TestNullOriginIsAcceptedOnlyFromTheOwnLoginForm(t *testing.T) {
	h := newTestAPI(t, "https://hooks.example.com/")
	code, err := h.api.Logins.New(t.Context())
	check(t, err)
	q := form(h, code)
	for header, status := range map[string]int{"cross-site": 403, "same-site": 403, "none": 403, "": 403} {
		q.header.Set("Origin", "null")
		if q.header.Set("Sec-Fetch-Site", header); header == "" {
			q.header.Del("Sec-Fetch-Site")
		}
		h.do(q).expect(t, status, "forbidden_origin")
	}
	q.header.Set("Sec-Fetch-Site", "same-origin")
	h.do(q).expect(t, 303, "")
}

func TestDNSRebindingIsRejectedWithASession(t *testing.T) {
	h := newTestAPI(t, "https://hooks.example.com/")
	session := h.login()
	for _, path := range []string{"/", "/api/v1/session", "/api/v1/endpoints", "/api/v1/updates", "/api/v1/live",
		"/assets/main.js"} {
		h.do(request{method: "GET", path: path, cookie: session, host: "evil.example"}).expect(t, 403, "forbidden_host")
		prefixed := "hooks.example.com.evil.example:80"
		h.do(request{method: "GET", path: path, cookie: session, host: prefixed}).expect(t, 403, "forbidden_host")
	}
	for _, host := range []string{"hooks.example.com", "127.0.0.1:8080", "localhost", "hookbeam:8080"} {
		h.do(request{method: "GET", path: "/api/v1/session", cookie: session, host: host}).expect(t, 200, "")
	}
	h.do(request{method: "GET", path: "/api/v1/session", token: true, host: "anything.example"}).expect(t, 200, "")
	h.do(request{method: "POST", path: "/in/" + h.endpoint.Slug, host: "anything.example", cookie: session}).expect(t,
		200, "")
}

// TestSecureSiteSendsHSTS checks pages, calls and errors, and that a site without TLS does not send the header.
func TestSecureSiteSendsHSTS(t *testing.T) {
	h, bare := newTestAPI(t, "https://hooks.example.com/hooks/"), newTestAPI(t, "")
	local := newTestAPI(t, "https://localhost:8443")
	for _, path := range []string{"/", "/login", "/api/v1/session", "/api/v1/none", "/none", "//", "/healthz",
		"/status/x", "/api/v1/status/x", "/embed/hookbeam.js"} {
		got := h.do(request{method: "GET", path: path}).Header["Strict-Transport-Security"]
		if len(got) != 1 || got[0] != "max-age=31536000" {
			t.Errorf("%s: %q", path, got)
		}
		if got := bare.do(request{method: "GET", path: path}).Header["Strict-Transport-Security"]; got != nil {
			t.Errorf("%s by plain HTTP: %q", path, got)
		}
		if got := local.do(request{method: "GET", path: path}).Header["Strict-Transport-Security"]; got != nil {
			t.Errorf("%s at localhost: %q", path, got)
		}
	}
	refused := h.do(request{method: "POST", path: "/api/v1/endpoints",
		header: http.Header{"Origin": {"https://evil.example"}}})
	if refused.Header.Get("Strict-Transport-Security") == "" || refused.StatusCode != 403 {
		t.Errorf("a refusal: %d %v", refused.StatusCode, refused.Header)
	}
}
