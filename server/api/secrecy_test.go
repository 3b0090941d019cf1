package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hookbeam/server/wire"
)

// atEndpoint returns the request for a row, for an endpoint that exists.
func (h *testAPI) atEndpoint(row route, id string) request {
	q := h.at(row)
	q.path = strings.ReplaceAll(q.path, "ep_x", id)
	return q
}

// TestNoRouteReturnsTheValueOfASecret reads every route as administrator, and changes what can be changed: S17.
func TestNoRouteReturnsTheValueOfASecret(t *testing.T) {
	const canary, next = "canary-secret-0123456789", "canary-next-secret-0123456789"
	h := newTestAPI(t, "")
	made := h.stripeEndpoint("live", canary)
	id := string(made.ID)
	h.call("PATCH", "/endpoints/"+id, `{"secrets":[{"label":"live","value":"`+next+`"}]}`, 200, &wire.Endpoint{})
	var key struct{ Key string }
	h.call("POST", "/endpoints/"+id+"/link-keys", `{}`, 201, &key)
	read := 0
	for _, row := range table() {
		q := h.atEndpoint(row, id)
		if q.method != http.MethodGet || strings.Contains(row.pattern, "/live") {
			continue
		}
		q.token = true
		if strings.HasSuffix(q.path, "/updates") {
			q.path += "?after=0&wait=0s"
		}
		a := h.do(q)
		if a.StatusCode == http.StatusOK {
			read++
		}
		for what, secret := range map[string]string{"the secret": canary, "the next one": next, "the key": key.Key,
			"the administrator's token": adminToken} {
			if secret == "" || strings.Contains(a.text, secret) {
				t.Errorf("%s %s returns %s: %s", q.method, q.path, what, a.text)
			}
		}
	}
	if read < 15 {
		t.Errorf("only %d routes were read", read)
	}
	for _, change := range []string{`{"tolerance":"7m"}`, `{"secrets":[{"label":"live"}]}`} {
		a := h.do(request{method: "PATCH", path: "/api/v1/endpoints/" + id, token: true, body: change})
		if a.expect(t, 200, ""); strings.Contains(a.text, "canary") {
			t.Errorf("a change returns the secret: %s", a.text)
		}
	}
}

// TestNoTokenIsTakenFromAQuery sends the administrator's token in a query, where proxies would log it, to every route
// that needs a login: S16.
func TestNoTokenIsTakenFromAQuery(t *testing.T) {
	h := newTestAPI(t, "")
	asked := 0
	for _, row := range table() {
		if row.audience == publicAccess {
			continue
		}
		asked++
		for _, query := range []string{"token=", "access_token=", "key=", "authorization=Bearer%20", "Authorization="} {
			q := h.at(row)
			q.path += "?" + query + url.QueryEscape(adminToken)
			if a := h.do(q); a.StatusCode != http.StatusUnauthorized && a.Header.Get("Location") != "/login" {
				t.Errorf("%s %s: %d", q.method, q.path, a.StatusCode)
			}
		}
	}
	if asked < 20 {
		t.Errorf("only %d routes were asked", asked)
	}
}

// TestForwardedHostsAndSchemesAreIgnored sends what only a proxy should, about everything but the client's address, to
// every route: S13. The host and the scheme are those of the public URL and of the request itself.
func TestForwardedHostsAndSchemesAreIgnored(t *testing.T) {
	h := newTestAPI(t, "")
	forged := http.Header{"X-Forwarded-Host": {"evil.example"}, "X-Forwarded-Proto": {"https"},
		"X-Forwarded-Scheme": {"https"}, "X-Forwarded-Port": {"4433"}, "X-Forwarded-Prefix": {"/evil"},
		"X-Forwarded-Server": {"evil.example"}, "X-Original-Url": {"/evil"}, "X-Rewrite-Url": {"/evil"},
		"Forwarded": {"for=192.0.2.9;host=evil.example;proto=https"}, "Front-End-Https": {"on"}}
	for _, row := range table() {
		for _, token := range []bool{false, true} {
			q := h.at(row)
			q.token = token
			plain := h.do(q)
			q.header = forged
			got := h.do(q)
			all := got.text
			for name, values := range got.Header {
				all += name + ": " + strings.Join(values, ", ") + "\n"
			}
			if got.StatusCode != plain.StatusCode || strings.Contains(all, "evil") || strings.Contains(all, "4433") ||
				got.Header.Get("Strict-Transport-Security") != "" {
				t.Errorf("%s %s: %d, and without them %d: %s", q.method, q.path, got.StatusCode, plain.StatusCode, all)
			}
		}
	}
}
