package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// newToken creates a token from JSON.
func (h *testAPI) newToken(body string) (created wire.Token) {
	h.t.Helper()
	h.call("POST", "/tokens", body, 201, &created)
	return created
}

// as returns q with an API token.
func (q request) as(token string) request {
	q.header = http.Header{"Authorization": {"Bearer " + token}}
	return q
}

// scopesOf says what a token needs for each route. It repeats the table on purpose: to change what a scope allows,
// change both. "a|b" is either of two, "a+b" both; "*" any token; "-" none; "!" that it must not be limited.
var scopesOf = map[string]string{
	"GET /{$}": "*", "GET /deliveries": "*", "GET /deliveries/{id}": "*", "GET /endpoints": "*",
	"GET /endpoints/{id}": "*", "GET /statuses": "*", "GET /statuses/{id}": "*", "GET /settings": "*",
	"GET /operations":    "*",
	"GET /assets/{file}": "*", "/api": "*", "/api/": "*", "/": "*",

	"GET /api/v1/openapi.json": "*", "GET /api/v1/session": "*", "DELETE /api/v1/session": "*",
	"GET /api/v1/providers": "*", "POST /api/v1/providers/{id}/check-secret": "*",
	"POST /api/v1/providers/identify": "*",
	"GET /api/v1/tokens":              "-", "POST /api/v1/tokens": "-", "DELETE /api/v1/tokens/{id}": "-",

	"GET /api/v1/server": "read!", "GET /api/v1/operations": "read!", "GET /metrics": "read!",
	"GET /api/v1/endpoints": "read|listen", "POST /api/v1/endpoints": "write!",
	"POST /api/v1/apply":         "write+read!",
	"GET /api/v1/endpoints/{id}": "read|listen", "PATCH /api/v1/endpoints/{id}": "write",
	"DELETE /api/v1/endpoints/{id}": "write", "POST /api/v1/endpoints/{id}/restore": "write",
	"POST /api/v1/endpoints/{id}/confirm": "write", "POST /api/v1/endpoints/{id}/await-secret": "write",
	"POST /api/v1/endpoints/{id}/sample": "sign", "POST /api/v1/endpoints/{id}/reverify": "write",
	"POST /api/v1/endpoints/{id}/verify-again": "write", "POST /api/v1/endpoints/{id}/mapping/test": "read",
	"POST /api/v1/endpoints/{id}/mapping/try": "read",

	"GET /api/v1/deliveries": "read", "GET /api/v1/deliveries/{id}": "read|listen",
	"GET /api/v1/deliveries/{id}/body": "read|listen", "POST /api/v1/deliveries/{id}/diagnose": "read",
	"POST /api/v1/deliveries/{id}/visit": "write", "GET /api/v1/deliveries/{id}/redeliveries": "read",
	"GET /api/v1/deliveries/{id}/tries": "read", "GET /api/v1/refusals": "read",
	"GET /api/v1/live": "read|listen", "GET /api/v1/updates": "read|listen",

	"GET /api/v1/statuses": "read", "GET /api/v1/statuses/counts": "read", "POST /api/v1/statuses/rebuild": "write!",
	"GET /api/v1/statuses/{id}": "read", "POST /api/v1/statuses/{id}/review": "write",
	"POST /api/v1/status-links": "status:mint", "GET /api/v1/endpoints/{id}/link-keys": "read",
	"POST /api/v1/endpoints/{id}/link-keys":         "write+status:mint",
	"DELETE /api/v1/endpoints/{id}/link-keys/{key}": "write",
}

// allows reports whether a token with one scope may use a route, by an entry of scopesOf.
func allows(entry string, s hook.Scope) bool {
	entry = strings.TrimSuffix(entry, "!")
	return entry == "*" || slices.Contains(strings.Split(entry, "|"), string(s))
}

// TestEveryRouteNeedsTheScopeThatItDeclares walks the table with a token of each scope, and with one of all scopes.
func TestEveryRouteNeedsTheScopeThatItDeclares(t *testing.T) {
	h := newTestAPI(t, "")
	tokens := map[hook.Scope]string{}
	for _, s := range hook.Scopes() {
		tokens[s] = h.newToken(`{"name":"one","scopes":["` + string(s) + `"]}`).Token
	}
	every := h.newToken(`{"name":"every","scopes":["status:mint","sign","listen","write","read"]}`)
	if len(every.Scopes) != len(hook.Scopes()) {
		t.Fatalf("%+v", every)
	}
	seen := map[string]bool{}
	for _, row := range table() {
		if row.audience == publicAccess {
			continue
		}
		seen[row.pattern] = true
		entry, known := scopesOf[row.pattern]
		if !known || !row.scope.declared {
			t.Errorf("%s declares no scope, or scopesOf lacks it", row.pattern)
		}
		for s, token := range tokens {
			a := h.do(h.at(row).as(token))
			lacks := strings.Contains(a.text, `"scope_missing"`)
			refused := lacks || strings.Contains(a.text, `"administrator_required"`)
			if refused == allows(entry, s) || refused != (a.StatusCode == http.StatusForbidden) {
				t.Errorf("%s with %s: %d %s", row.pattern, s, a.StatusCode, a.text)
			}
			challenge := a.Header.Get("WWW-Authenticate")
			named := strings.Contains(a.text, "lacks the scope ")
			if lacks && (!named || !strings.Contains(challenge, `error="insufficient_scope"`)) {
				t.Errorf("%s with %s does not name the scope: %s %s", row.pattern, s, challenge, a.text)
			}
		}
		if a := h.do(h.at(row).as(every.Token)); (entry == "-") != (a.StatusCode == http.StatusForbidden) {
			t.Errorf("%s with every scope: %d %s", row.pattern, a.StatusCode, a.text)
		}
	}
	for pattern := range scopesOf {
		if !seen[pattern] {
			t.Errorf("scopesOf has %s, which the table lacks", pattern)
		}
	}
}

// TestARouteWithoutADeclaredScopeIsForAdministrators is what a forgotten scope means.
func TestARouteWithoutADeclaredScopeIsForAdministrators(t *testing.T) {
	h := newTestAPI(t, "")
	token := h.newToken(`{"name":"every","scopes":["status:mint","sign","listen","write","read"]}`)
	h.api.routes.rows["GET /api/v1/providers"].scope = scope{}
	h.do(request{method: "GET", path: "/api/v1/providers"}.as(token.Token)).expect(t, 403, "administrator_required")
	h.do(request{method: "GET", path: "/api/v1/providers", token: true}).expect(t, 200, "")
}

// tenant is an endpoint with a delivery, a status and a link key, and a token with every scope for it alone.
type tenant struct {
	shop
	delivery hook.DeliveryID
	status   hook.StatusID
	token    string
}

func (h *testAPI) tenant(name string) tenant {
	h.t.Helper()
	x := tenant{shop: h.shop(name)}
	x.sendPayment("succeeded", "pi_"+name, name+"-order", 4200)
	x.delivery = h.newest(x.Endpoint).ID
	h.stripe(x.Endpoint, "whsec_another-secret-entirely", `{"id":"evt_x"}`, 0).expect(h.t, 401, "")
	h.do(request{method: "POST", path: strings.TrimPrefix(x.URL, h.URL), body: strings.Repeat("x", 2<<20)}).
		expect(h.t, 413, "")
	var page wire.StatusList
	h.get("/api/v1/statuses?endpoint="+string(x.ID), &page)
	if len(page.Statuses) == 0 {
		h.t.Fatal("no status")
	}
	x.status = page.Statuses[0].ID
	x.token = h.newToken(`{"name":"` + name + `","endpoints":["` + string(x.ID) + `"],
		"scopes":["read","write","listen","sign","status:mint"]}`).Token
	return x
}

// call returns the request of a row about a tenant, with a body that its handler accepts.
func (x *tenant) call(h *testAPI, row route) request {
	q := h.at(row)
	of := "ep_x"
	switch {
	case strings.Contains(row.pattern, "/deliveries/{id}"):
		of = string(x.delivery)
	case strings.Contains(row.pattern, "/statuses/{id}"):
		of = string(x.status)
	case strings.Contains(row.pattern, "/endpoints/{id}"):
		of = string(x.ID)
	}
	q.path = strings.NewReplacer("ep_x", of, "lk_x", x.key.ID).Replace(q.path)
	switch {
	case strings.HasSuffix(row.pattern, "/status-links"):
		q.body = `{"endpoint":"` + string(x.ID) + `","subject":"payment/pi_1"}`
	case strings.HasSuffix(row.pattern, "/review"):
		q.body = `{"cleared":true}`
	case row.body > 0:
		q.body = `{}`
	}
	return q
}

// names are the texts by which something of a tenant would be recognized.
func (x *tenant) names() []string {
	return []string{string(x.ID), string(x.delivery), string(x.status), "pi_" + x.Name, x.Name + "-order", x.key.ID}
}

// TestTwoTokensCrossedOnEveryRoute walks the table with a token that is limited to another endpoint: promise S15. What
// belongs to somebody else answers as what does not exist, and is in no list.
func TestTwoTokensCrossedOnEveryRoute(t *testing.T) {
	h := newTestAPI(t, "")
	ours, theirs := h.tenant("ours"), h.tenant("theirs")
	nobody := theirs
	nobody.ID, nobody.delivery, nobody.status, nobody.key.ID = "ep_nobody", "dlv_nobody", "sub_nobody", "lk_nobody"
	found := 0
	for _, row := range table() {
		if row.audience == publicAccess || row.socket || !strings.Contains(row.pattern, "/api/v1/") {
			continue
		}
		q, unknown := theirs.call(h, row), nobody.call(h, row)
		crossed, missing := h.do(q.as(ours.token)), h.do(unknown.as(ours.token))
		if q.path != unknown.path || q.body != unknown.body { // it names something of theirs
			found++
			if crossed.StatusCode != http.StatusNotFound || missing.StatusCode != http.StatusNotFound ||
				crossed.text != missing.text {
				t.Errorf("%s: %d %s, and for what does not exist: %d %s", row.pattern,
					crossed.StatusCode, crossed.text, missing.StatusCode, missing.text)
			}
		}
		for _, name := range theirs.names() {
			if strings.Contains(crossed.text, name) {
				t.Errorf("%s tells %s: %s", row.pattern, name, crossed.text)
			}
		}
		limited := strings.Contains(crossed.text, `"token_limited"`)
		if limited != strings.HasSuffix(scopesOf[row.pattern], "!") {
			t.Errorf("%s: %d %s", row.pattern, crossed.StatusCode, crossed.text)
		}
	}
	if found < 20 {
		t.Errorf("only %d routes name something of a tenant", found)
	}
	for _, x := range []*tenant{&ours, &theirs} { // nothing was changed, and each may do it on its own
		for _, row := range table() {
			if row.audience == publicAccess || row.socket || strings.HasPrefix(row.pattern, "DELETE") ||
				strings.HasSuffix(scopesOf[row.pattern], "!") || scopesOf[row.pattern] == "-" {
				continue
			}
			a := h.do(x.call(h, row).as(x.token))
			if strings.Contains(row.pattern, "{id}") && !strings.Contains(row.pattern, "providers") &&
				(a.StatusCode == http.StatusForbidden || a.StatusCode == http.StatusNotFound) {
				t.Errorf("%s with its own token: %d %s", row.pattern, a.StatusCode, a.text)
			}
		}
	}
}

// TestListsHoldOnlyWhatATokenIsLimitedTo has tokens for one endpoint, for two, and for one that was named with the
// parameter endpoint.
func TestListsHoldOnlyWhatATokenIsLimitedTo(t *testing.T) {
	h := newTestAPI(t, "")
	a, b, c := h.tenant("aa"), h.tenant("bb"), h.tenant("cc")
	both := h.newToken(`{"name":"both","scopes":["read"],
		"endpoints":["` + string(a.ID) + `","` + string(b.ID) + `"]}`)
	for _, path := range []string{"/endpoints", "/deliveries", "/deliveries?verdict=verified",
		"/deliveries?method=POST", "/statuses", "/refusals", "/updates?after=0"} {
		wanted := map[string][]tenant{a.token: {a}, both.Token: {a, b}, c.token: {c}}
		for token, want := range wanted {
			got := h.do(request{method: "GET", path: "/api/v1" + path}.as(token))
			for _, x := range []tenant{a, b, c} {
				mine := slices.ContainsFunc(want, func(y tenant) bool { return x.ID == y.ID })
				if strings.Contains(got.text, string(x.ID)) != mine {
					t.Errorf("%s has %s: %v, want %v\n%s", path, x.Name, !mine, mine, got.text)
				}
			}
		}
	}
	for _, path := range []string{"/deliveries?endpoint=", "/deliveries?verdict=rejected&endpoint=",
		"/statuses?endpoint=", "/updates?after=0&endpoint="} {
		got := h.do(request{method: "GET", path: "/api/v1" + path + string(c.ID)}.as(both.Token))
		if got.StatusCode != 200 || strings.Contains(got.text, string(c.ID)) {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.text)
		}
	}
	var counts, all wire.StatusCounts
	check(t, json.Unmarshal([]byte(h.do(request{method: "GET", path: "/api/v1/statuses/counts"}.as(a.token)).text),
		&counts))
	h.get("/api/v1/statuses/counts", &all)
	if counts.Counts["paid"] == 0 || counts.Counts["paid"]*3 != all.Counts["paid"] {
		t.Errorf("counts %v of %v", counts.Counts, all.Counts)
	}
}

func TestTokensAreListedWithoutTheirText(t *testing.T) {
	h := newTestAPI(t, "")
	one := h.newToken(`{"name":" deploy ","scopes":["write","read","read"],"expires_in":"90d",
		"endpoints":["` + string(h.endpoint.ID) + `"]}`)
	var session wire.Session
	check(t, json.Unmarshal([]byte(h.do(request{method: "GET", path: "/api/v1/session"}.as(one.Token)).text), &session))
	if session.Login != "token deploy" || session.Token == nil || session.Token.ID != one.ID ||
		session.ExpiresAt == nil || len(session.Token.Endpoints) != 1 {
		t.Errorf("%+v", session)
	}
	a := h.do(request{method: "GET", path: "/api/v1/tokens", token: true})
	var list wire.TokenList
	check(t, json.Unmarshal([]byte(a.text), &list))
	if len(list.Tokens) != 1 || list.Tokens[0].Name != "deploy" || len(list.Tokens[0].Scopes) != 2 ||
		list.Tokens[0].LastUsedAt == nil || strings.Contains(a.text, one.Token) ||
		!strings.HasPrefix(one.Token, "hbt_") {
		t.Errorf("%s", a.text)
	}
	if left := list.Tokens[0].ExpiresAt.Sub(h.now()); left < 89*24*time.Hour || left > 90*24*time.Hour {
		t.Errorf("it works for %v", left)
	}
	h.ahead.Store(int64(91 * 24 * time.Hour))
	h.do(request{method: "GET", path: "/api/v1/session"}.as(one.Token)).expect(t, 401, "unauthenticated")
	for body, code := range map[string]string{
		`{"name":"x"}`:                                        "invalid_request",
		`{"name":"x","scopes":[]}`:                            "invalid_request",
		`{"name":"x","scopes":["all"]}`:                       "invalid_request",
		`{"name":"  ","scopes":["read"]}`:                     "invalid_request",
		`{"name":"x","scopes":["read"],"endpoints":[]}`:       "invalid_request",
		`{"name":"x","scopes":["read"],"expires_in":"soon"}`:  "invalid_request",
		`{"name":"x","scopes":["read"],"expires_in":"0s"}`:    "invalid_request",
		`{"name":"x","scopes":["read"],"endpoints":["ep_x"]}`: "endpoint_not_found",
	} {
		a := h.do(request{method: "POST", path: "/api/v1/tokens", body: body, token: true})
		if !strings.Contains(a.text, code) {
			t.Errorf("%s: %d %s", body, a.StatusCode, a.text)
		}
	}
}
