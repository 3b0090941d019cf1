package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// public lists every route without a login. It repeats the table on purpose: to open a route, change both.
var public = []string{
	"GET /api/v1/live/check", "/in/", "GET /healthz", "GET /readyz", "GET /login", "POST /login", "GET " +
		"/login/{code}", "GET /web/{file}",
	"GET /status/{token}", "GET /api/v1/status/{token}", "OPTIONS /api/v1/status/{token}",
	"GET /api/v1/status/{token}/live", "GET /embed/{file}",
}

// shared lists the routes that pages of other sites may read: the public status, and the script that embeds it.
var shared = []string{"GET /api/v1/status/{token}", "OPTIONS /api/v1/status/{token}", "GET /embed/{file}"}

// at returns a request for a row of the table.
func (h *testAPI) at(row route) request {
	method, path, found := strings.Cut(row.pattern, " ")
	if !found {
		method, path = "GET", row.pattern
	}
	path = strings.NewReplacer(
		"{id}", "ep_x", "{code}", "nonsense", "{token}", "nonsense", "{key}", "lk_x", "{$}", "",
		"web/{file}", "web/pages.css", "assets/{file}", "assets/main.js", "embed/{file}", "embed/hookbeam.js",
	).Replace(path)
	if row.pattern == receivePath {
		method, path = "POST", "/in/"+h.endpoint.Slug
	}
	if row.pattern == "/" || row.pattern == "/api/" {
		path += "unknown"
	}
	return request{method: method, path: path}
}

// TestEveryProtectedRouteRejectsUnauthenticatedRequests requests every route of the table without a login:
// promise S22.
func TestEveryProtectedRouteRejectsUnauthenticatedRequests(t *testing.T) {
	h := newTestAPI(t, "")
	for _, row := range table() {
		a := h.do(h.at(row))
		switch {
		case slices.Contains(public, row.pattern):
			if row.audience != publicAccess {
				t.Errorf("%s: not public in the table", row.pattern)
			}
			if a.StatusCode == http.StatusSeeOther || strings.Contains(a.text, `"unauthenticated"`) {
				t.Errorf("%s: %d %s", row.pattern, a.StatusCode, a.text)
			}
		case row.audience == pageUser:
			if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/login" {
				t.Errorf("%s: %d to %q, want 303 to /login", row.pattern, a.StatusCode, a.Header.Get("Location"))
			}
		default:
			a.expect(t, http.StatusUnauthorized, "unauthenticated")
			if a.Header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s: no WWW-Authenticate", row.pattern)
			}
		}
	}
}

func TestEveryRouteIsOpenToTheAdministrator(t *testing.T) {
	h := newTestAPI(t, "")
	for _, row := range table() {
		q := h.at(row)
		q.token = true
		a := h.do(q)
		wrongCode := row.pattern == "GET /login/{code}" || row.pattern == "POST /login"
		if a.StatusCode == http.StatusUnauthorized && !wrongCode ||
			a.StatusCode == http.StatusSeeOther && row.pattern != "GET /login" || a.StatusCode >= 500 {
			t.Errorf("%s: %d %s", row.pattern, a.StatusCode, a.text)
		}
	}
}

// TestEveryResponseHasSecurityHeaders requests every route with and without a login: promise S4.
func TestEveryResponseHasSecurityHeaders(t *testing.T) {
	h := newTestAPI(t, "")
	more := []route{
		{pattern: "GET //"}, {pattern: "GET /a/../b"}, {pattern: "PUT /login"}, {pattern: "OPTIONS /api/v1/endpoints"},
		{pattern: "GET /api"}, {pattern: "GET /assets"}, {pattern: "CONNECT /x"},
	}
	for _, row := range append(table(), more...) {
		for _, token := range []bool{false, true} {
			q := h.at(row)
			q.token = token
			a := h.do(q)
			if row.pattern == receivePath {
				continue // see TestStandardResponseHasFewHeadersAndOtherReceiveResponsesAreProtected
			}
			for name, want := range map[string]string{
				"X-Content-Type-Options":       "nosniff",
				"Referrer-Policy":              "no-referrer",
				"Cross-Origin-Opener-Policy":   "same-origin",
				"Cross-Origin-Resource-Policy": "same-origin",
				"Permissions-Policy":           "camera=()",
				"Content-Security-Policy":      "default-src 'none'",
				"X-Request-Id":                 "-",
			} {
				if slices.Contains(shared, row.pattern) && name == "Cross-Origin-Resource-Policy" {
					want = "cross-origin"
				}
				if got := a.Header.Get(name); !strings.Contains(got, want) {
					t.Errorf("%s %s: %s is %q, want %q in it", q.method, q.path, name, got, want)
				}
			}
			csp := a.Header.Get("Content-Security-Policy")
			unframed := strings.Contains(csp, "frame-ancestors 'none'") || strings.HasPrefix(csp, "sandbox")
			if strings.Contains(csp, "unsafe") || !unframed {
				t.Errorf("%s %s: policy %q", q.method, q.path, csp)
			}
			if cache := a.Header.Get("Cache-Control"); cache != "no-store" &&
				(row.cache == cacheNever || cache != row.cache) {
				t.Errorf("%s %s: Cache-Control %q", q.method, q.path, cache)
			}
			got, want := a.Header.Get("Access-Control-Allow-Origin") == "*", slices.Contains(shared, row.pattern)
			if got != want {
				t.Errorf("%s %s: readable by other sites: %v", q.method, q.path, got)
			}
		}
	}
}

// TestStandardResponseHasFewHeadersAndOtherReceiveResponsesAreProtected is the exception to the test above.
func TestStandardResponseHasFewHeadersAndOtherReceiveResponsesAreProtected(t *testing.T) {
	h := newTestAPI(t, "")
	at := "/in/" + h.endpoint.Slug
	own := h.createEndpoint(`{"name":"own","verify":"off",
		"response":{"status":200,"content_type":"text/html","body":"<p>thanks"}}`)
	replied := h.createEndpoint(`{"name":"replied","provider":"adyen"}`)
	closed := h.createEndpoint(`{"name":"closed","provider":"stripe",
		"secrets":[{"label":"live","value":"whsec_0123456789abcdef0123456789abcdef"}]}`)
	for _, c := range []struct {
		name   string
		ask    request
		status int
		kind   string
	}{
		{"standard", request{method: "POST", path: at, body: "{}"}, 200, "application/json"},
		{"standard, to a GET that a cache could store", request{method: "GET", path: at + "/logo.png"}, 200,
			"application/json"},
		{"standard, to a HEAD", request{method: "HEAD", path: at}, 200, "application/json"},
		{"custom", request{method: "POST", path: strings.TrimPrefix(own.URL, h.URL), body: "{}"},
			200, "text/html"},
		{"required by the provider", request{method: "POST", path: strings.TrimPrefix(replied.URL, h.URL),
			body: `{"notificationItems":[]}`}, 200, "text/plain"},
		{"rejected", request{method: "POST", path: strings.TrimPrefix(closed.URL, h.URL), body: "{}"},
			401, "application/problem+json"},
		{"unknown slug", request{method: "POST", path: "/in/nobody", body: "{}"}, 404, "application/problem+json"},
		{"too large", request{method: "POST", path: at, body: strings.Repeat("x", 3<<20)},
			413, "application/problem+json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := h.do(c.ask)
			if kind := a.Header.Get("Content-Type"); a.StatusCode != c.status || !strings.HasPrefix(kind, c.kind) {
				t.Fatalf("%d %s: %s", a.StatusCode, kind, a.text)
			}
			if a.Header.Get("X-Request-Id") == "" || a.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("headers: %v", a.Header)
			}
			if cache := a.Header.Get("Cache-Control"); (cache == "no-store") != (c.name != "standard") {
				t.Errorf("Cache-Control %q", cache)
			}
			if strings.HasPrefix(c.name, "standard") {
				few := []string{"Content-Type", "X-Content-Type-Options", "X-Request-Id", "Cache-Control",
					"Content-Length", "Date"}
				for name := range a.Header {
					if !slices.Contains(few, name) {
						t.Errorf("the standard response has the header %s", name)
					}
				}
				return
			}
			for name, want := range map[string]string{
				"Referrer-Policy":              "no-referrer",
				"Cross-Origin-Opener-Policy":   "same-origin",
				"Cross-Origin-Resource-Policy": "same-origin",
				"Content-Security-Policy":      "sandbox; default-src 'none'",
			} {
				if got := a.Header.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestDashboardHasAStrictPolicyWithAFreshNonce(t *testing.T) {
	h := newTestAPI(t, "")
	cookie := h.login()
	first := h.do(request{method: "GET", path: "/", cookie: cookie})
	nonce := strings.TrimPrefix(first.text, "shell nonce=")
	want := "default-src 'none'; script-src 'self' 'nonce-" + nonce + "'; style-src 'self' 'nonce-" + nonce + "'; " +
		"img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; " +
		"form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'"
	if got := first.Header.Get("Content-Security-Policy"); got != want || len(nonce) < 22 {
		t.Errorf("policy %q, nonce %q", got, nonce)
	}
	if second := h.do(request{method: "GET", path: "/", cookie: cookie}); second.text == first.text {
		t.Error("a nonce was used twice")
	}
}

func TestMountedRoutesMustMatchTheTable(t *testing.T) {
	for name, mount := range map[string]func(*routes){
		"an unknown route": func(rs *routes) { rs.HandleFunc("GET /api/v1/forgotten", nil) },
		"a route twice": func(rs *routes) {
			rs.HandleFunc("GET /healthz", http.NotFound)
			rs.HandleFunc("GET /healthz", http.NotFound)
		},
		"a row without a handler": func(rs *routes) { rs.complete() },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			mount(newRoutes(&API{}))
		}()
	}
}

func TestUnknownPathsAndMethodsGetProblems(t *testing.T) {
	h := newTestAPI(t, "")
	html := http.Header{"Accept": {"text/html"}}
	h.do(request{method: "GET", path: "/api/v1/nothing", token: true}).expect(t, 404, "not_found")
	h.do(request{method: "GET", path: "/nothing", token: true}).expect(t, 404, "not_found")
	h.do(request{method: "GET", path: "//login", token: true}).expect(t, 404, "not_found")
	h.do(request{method: "GET", path: "/api/v1/../v1/session", token: true}).expect(t, 404, "not_found")
	h.do(request{method: "GET", path: "/assets/nothing.js", token: true}).expect(t, 404, "not_found")
	a := h.do(request{method: "PUT", path: "/api/v1/endpoints", token: true})
	a.expect(t, 405, "method_not_allowed")
	if a.Header.Get("Allow") != "GET, POST" {
		t.Errorf("Allow is %q", a.Header.Get("Allow"))
	}
	h.do(request{method: "POST", path: "/deliveries", token: true}).expect(t, 405, "method_not_allowed")
	h.do(request{method: "PUT", path: "/nothing"}).expect(t, 401, "unauthenticated")
	page := h.do(request{method: "GET", path: "/nothing", token: true, header: html})
	if page.StatusCode != 404 || page.Header.Get("Content-Type") != "text/html" || page.text != "not_found" {
		t.Errorf("for a browser: %d %s %s", page.StatusCode, page.Header.Get("Content-Type"), page.text)
	}
}

// TestAWebhookURLWithASlashTooManyIsUnknown: a sender must not take the question for a login for the endpoint's answer.
func TestAWebhookURLWithASlashTooManyIsUnknown(t *testing.T) {
	h := newTestAPI(t, "http://proxy.example/hooks/")
	for _, path := range []string{"//in/", "///in/", "/hooks//in/", "//hooks/in/", "//hooks//in/"} {
		for _, method := range []string{"POST", "GET"} {
			a := h.do(request{method: method, path: path + h.endpoint.Slug})
			a.expect(t, 404, "not_found")
			if a.Header.Get("Www-Authenticate") != "" || a.Header.Get("Location") != "" ||
				a.Header.Get("Content-Security-Policy") == "" {
				t.Errorf("%s: %v", path, a.Header)
			}
		}
	}
	for _, path := range []string{"//inn/x", "//in", "//api/v1/in/x"} {
		h.do(request{method: "POST", path: path}).expect(t, 401, "unauthenticated")
	}
	if stored := h.store.Head(); stored != 0 {
		t.Errorf("%d deliveries were stored", stored)
	}
}

func TestRedirectsStayUnderTheBasePath(t *testing.T) {
	h := newTestAPI(t, "http://proxy.example/hooks/")
	for _, path := range []string{"", "/", "/api", "/api/", "/api/v1", "/assets", "/assets/", "/web", "/login/",
		"//", "/a/./b", "/in"} {
		for _, base := range []string{"/hooks", ""} {
			a := h.do(request{method: "GET", path: base + path})
			if to := a.Header.Get("Location"); to != "" && to != "/hooks/login" {
				t.Errorf("%s redirects to %s", base+path, to)
			}
		}
	}
}
