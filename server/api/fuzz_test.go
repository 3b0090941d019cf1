package api

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzCalls checks that no request causes an internal error, and that every response has the security headers.
func FuzzCalls(f *testing.F) {
	for _, c := range [][3]string{
		{"POST", "/api/v1/endpoints",
			`{"name":"a","secrets":[{"label":"x","value":"0123456789abcdef"}],"response":null}`},
		{"POST", "/api/v1/endpoints", `{"name":"a","tolerance":"1h","settings":{"a":"b"},"response":{"status":204}}`},
		{"PATCH", "/api/v1/endpoints/ep_x", `{"max_body":1,"verify":"off"}`},
		{"GET", "/api/v1/deliveries?limit=1&before=aaaaaaaaaa.0.1&verdict=rejected", ""},
		{"GET", "/api/v1/deliveries/dlv_1aaaaaaaaaaaaaaaaaaaaaaaaaa/body", ""},
		{"GET", "/api/v1/updates?after=0&wait=0s", ""},
		{"GET", "/api/v1/live?after=x", ""},
		{"POST", "/login", "code=abc"},
		{"GET", "/login/%00", ""},
		{"GET", "/web/../x", ""},
		{"POST", "/in/first-x/y", "{}"},
	} {
		f.Add(c[0], c[1], c[2])
	}
	h := newTestAPI(f, "")
	h.api.Log = slog.New(slog.DiscardHandler)
	f.Fuzz(func(t *testing.T, method, target, body string) {
		u, err := url.ParseRequestURI(target)
		if err != nil || !strings.HasPrefix(target, "/") {
			return
		}
		if q := u.Query(); q.Has("wait") {
			return // a long poll
		}
		r := httptest.NewRequest("GET", "/", strings.NewReader(body))
		r.Method, r.URL, r.RequestURI = method, u, target
		r.Header.Set("Authorization", "Bearer "+adminToken)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.api.ServeHTTP(w, r)
		if w.Code >= http.StatusInternalServerError {
			t.Errorf("%s %q %q: %d %s", method, target, body, w.Code, w.Body)
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Content-Security-Policy") == "" {
			t.Errorf("%s %q has no security headers: %v", method, target, w.Header())
		}
	})
}
