package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// route is one line of the table: what is reached there, by whom, and what the answer may do in a browser.
type route struct {
	pattern  string // as net/http's ServeMux takes it
	audience audience
	policy   policy
	cache    string // Cache-Control
	body     int64  // bytes of a request's body that are read; 0: none, the route sets its own limit or wants none
	socket   bool   // an upgrade: with a cookie it must come from our own pages
	lasting  bool   // it may last until something happens, so it is not begun while stopping
}

// audience is who may use a route.
type audience int

const (
	visitor audience = iota // a page for who has logged in; others are sent to the login
	member                  // a session or the administrator's token
	anyone                  // everybody
)

// What caches may do.
const (
	never     = "no-store"
	immutable = "private, max-age=31536000, immutable" // its name changes with its content
	briefly   = "public, max-age=300"                  // its name stays, for it stands in other sites' pages
)

// bodies of calls are small: an endpoint with all its secrets.
const callBody = 256 << 10

// receiving is where deliveries come in. It is matched before, and apart from, all the others: ServeMux would redirect
// a path such as /in/a//b, which a sender must find as it is.
const receiving = "/in/"

// table is every route there is. What is not in here cannot be reached: mounting it ends the program at its start.
func table() []route {
	return []route{
		{pattern: receiving, audience: anyone, policy: sandboxed, cache: never},

		{pattern: "GET /healthz", audience: anyone, policy: inert, cache: never},
		{pattern: "GET /readyz", audience: anyone, policy: inert, cache: never},

		{pattern: "GET /login", audience: anyone, policy: document, cache: never},
		{pattern: "POST /login", audience: anyone, policy: document, cache: never, body: 4 << 10},
		{pattern: "GET /login/{code}", audience: anyone, policy: document, cache: never},
		{pattern: "GET /web/{file}", audience: anyone, policy: inert, cache: immutable},

		{pattern: "GET /{$}", audience: visitor, policy: application, cache: never},
		{pattern: "GET /deliveries", audience: visitor, policy: application, cache: never},
		{pattern: "GET /deliveries/{id}", audience: visitor, policy: application, cache: never},
		{pattern: "GET /endpoints", audience: visitor, policy: application, cache: never},
		{pattern: "GET /endpoints/{id}", audience: visitor, policy: application, cache: never},
		{pattern: "GET /statuses", audience: visitor, policy: application, cache: never},
		{pattern: "GET /statuses/{id}", audience: visitor, policy: application, cache: never},
		{pattern: "GET /settings", audience: visitor, policy: application, cache: never},
		{pattern: "GET /assets/{file}", audience: member, policy: inert, cache: immutable},

		{pattern: "GET /status/{token}", audience: anyone, policy: watching, cache: never},
		{pattern: "GET /api/v1/status/{token}", audience: anyone, policy: inert, cache: never, lasting: true},
		{pattern: "OPTIONS /api/v1/status/{token}", audience: anyone, policy: inert, cache: never},
		{pattern: "GET /api/v1/status/{token}/live", audience: anyone, policy: inert, cache: never, lasting: true},
		{pattern: "GET /embed/{file}", audience: anyone, policy: inert, cache: briefly},

		{pattern: "GET /api/v1/openapi.json", audience: member, policy: inert, cache: never},
		{pattern: "GET /api/v1/session", audience: member, policy: inert, cache: never},
		{pattern: "GET /api/v1/server", audience: member, policy: inert, cache: never},
		{pattern: "DELETE /api/v1/session", audience: member, policy: inert, cache: never},
		{pattern: "GET /api/v1/providers", audience: member, policy: inert, cache: never},
		{pattern: "POST /api/v1/providers/{id}/check-secret", audience: member, policy: inert, cache: never, body: callBody},
		{pattern: "GET /api/v1/endpoints", audience: member, policy: inert, cache: never},
		{pattern: "POST /api/v1/endpoints", audience: member, policy: inert, cache: never, body: callBody},
		{pattern: "GET /api/v1/endpoints/{id}", audience: member, policy: inert, cache: never},
		{pattern: "PATCH /api/v1/endpoints/{id}", audience: member, policy: inert, cache: never, body: callBody},
		{pattern: "DELETE /api/v1/endpoints/{id}", audience: member, policy: inert, cache: never},
		{pattern: "POST /api/v1/endpoints/{id}/restore", audience: member, policy: inert, cache: never},
		{pattern: "POST /api/v1/endpoints/{id}/confirm", audience: member, policy: inert, cache: never},
		{pattern: "POST /api/v1/endpoints/{id}/sample", audience: member, policy: inert, cache: never, body: callBody},
		{pattern: "POST /api/v1/endpoints/{id}/reverify", audience: member, policy: inert, cache: never, body: callBody},
		{pattern: "POST /api/v1/endpoints/{id}/verify-again", audience: member, policy: inert, cache: never, body: callBody},
		{pattern: "POST /api/v1/endpoints/{id}/mapping/test", audience: member, policy: inert, cache: never, body: callBody},
		{pattern: "POST /api/v1/endpoints/{id}/mapping/try", audience: member, policy: inert, cache: never, body: callBody},
		{pattern: "GET /api/v1/deliveries", audience: member, policy: inert, cache: never},
		{pattern: "GET /api/v1/deliveries/{id}", audience: member, policy: inert, cache: never},
		{pattern: "GET /api/v1/deliveries/{id}/body", audience: member, policy: sandboxed, cache: never},
		{pattern: "POST /api/v1/deliveries/{id}/diagnose", audience: member, policy: inert, cache: never},
		{pattern: "GET /api/v1/deliveries/{id}/redeliveries", audience: member, policy: inert, cache: never},
		{pattern: "GET /api/v1/deliveries/{id}/tries", audience: member, policy: inert, cache: never},
		{pattern: "GET /api/v1/statuses", audience: member, policy: inert, cache: never},
		{pattern: "GET /api/v1/statuses/counts", audience: member, policy: inert, cache: never},
		{pattern: "POST /api/v1/statuses/rebuild", audience: member, policy: inert, cache: never},
		{pattern: "GET /api/v1/statuses/{id}", audience: member, policy: inert, cache: never},
		{pattern: "POST /api/v1/status-links", audience: member, policy: inert, cache: never, body: callBody},
		{pattern: "GET /api/v1/endpoints/{id}/link-keys", audience: member, policy: inert, cache: never},
		{pattern: "POST /api/v1/endpoints/{id}/link-keys", audience: member, policy: inert, cache: never, body: callBody},
		{pattern: "DELETE /api/v1/endpoints/{id}/link-keys/{key}", audience: member, policy: inert, cache: never},
		{pattern: "GET /api/v1/live", audience: member, policy: inert, cache: never, socket: true, lasting: true},
		{pattern: "GET /api/v1/updates", audience: member, policy: inert, cache: never, lasting: true},

		{pattern: "/api", audience: member, policy: inert, cache: never}, // or ServeMux would redirect it, past the base path
		{pattern: "/api/", audience: member, policy: inert, cache: never},
		{pattern: "/", audience: visitor, policy: document, cache: never},
	}
}

// routes mounts handlers on the lines of the table. It is the mux that huma is given, too.
type routes struct {
	api     *API
	mux     *http.ServeMux
	rows    map[string]*route
	mounted map[string]bool
}

func newRoutes(a *API) *routes {
	rs := &routes{api: a, mux: http.NewServeMux(), rows: map[string]*route{}, mounted: map[string]bool{}}
	for _, row := range table() {
		rs.rows[row.pattern] = &row
	}
	return rs
}

// HandleFunc mounts handle. A pattern that the table does not have, or has mounted already, is a broken build.
func (rs *routes) HandleFunc(pattern string, handle func(http.ResponseWriter, *http.Request)) {
	row, known := rs.rows[pattern]
	if !known || rs.mounted[pattern] {
		panic("api: " + pattern + " is not in the table of routes, or is mounted twice")
	}
	rs.mounted[pattern] = true
	rs.mux.Handle(pattern, rs.api.guard(row, http.HandlerFunc(handle)))
}

// ServeHTTP answers from the mounted routes. A path that is not written in its plain form is no address of ours:
// ServeMux would answer with a redirect that knows nothing of the base path.
func (rs *routes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !plain(r.URL.Path) {
		rs.api.guard(rs.rows["/"], http.HandlerFunc(rs.api.unknown)).ServeHTTP(w, r)
		return
	}
	rs.mux.ServeHTTP(w, r)
}

func plain(path string) bool {
	return strings.HasPrefix(path, "/") && !strings.Contains(path, "//") &&
		!slices.ContainsFunc(strings.Split(path, "/"), func(part string) bool { return part == "." || part == ".." })
}

// complete panics where a line of the table has no handler.
func (rs *routes) complete() {
	for pattern := range rs.rows {
		if !rs.mounted[pattern] && pattern != receiving {
			panic("api: nothing is mounted at " + pattern)
		}
	}
}

// methods lists what may be done at path, for who tried something else.
func (rs *routes) methods(path string) []string {
	if !plain(path) {
		return nil
	}
	var found []string
	for _, method := range []string{"GET", "POST", "PATCH", "DELETE"} {
		_, pattern := rs.mux.Handler(&http.Request{Method: method, URL: &url.URL{Path: path}})
		if strings.HasPrefix(pattern, method+" ") {
			found = append(found, method)
		}
	}
	return found
}
