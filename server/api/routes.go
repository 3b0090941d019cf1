package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// route is one row of the table: who may use the route, what its response may do in a browser, and how long it may be
// cached. The guard enforces it.
type route struct {
	pattern   string // as net/http's ServeMux takes it
	audience  audience
	policy    policy
	cache     string // Cache-Control
	body      int64  // bytes of a request's body that are read; 0: none, the route sets its own limit or wants none
	socket    bool   // an upgrade: with a cookie it must come from our own pages
	longLived bool   // it may last until something happens, so it is not begun while stopping
}

// audience is who may use a route. The guard checks it before the handler runs.
type audience int

const (
	pageUser      audience = iota // a page for people with a session; others are redirected to the login
	authenticated                 // a session or the administrator's token
	publicAccess                  // no authentication; the handler checks a token if it needs one
)

// What caches may do.
const (
	never     = "no-store"
	immutable = "private, max-age=31536000, immutable" // its name changes with its content
	briefly   = "public, max-age=300"                  // its name stays, for it stands in other sites' pages
)

// maxCallBody limits the request body of an API call, in bytes. The largest one is an endpoint with all its secrets.
const maxCallBody = 256 << 10

// receiving is where deliveries come in. It is matched before, and apart from, all the others: ServeMux would redirect
// a path such as /in/a//b, which a sender must find as it is.
const receiving = "/in/"

// table is every route there is. What is not in here cannot be reached: mounting it ends the program at its start.
func table() []route {
	return []route{
		{pattern: receiving, audience: publicAccess, policy: sandboxed, cache: never},

		{pattern: "GET /healthz", audience: publicAccess, policy: inert, cache: never},
		{pattern: "GET /readyz", audience: publicAccess, policy: inert, cache: never},

		{pattern: "GET /login", audience: publicAccess, policy: document, cache: never},
		{pattern: "POST /login", audience: publicAccess, policy: document, cache: never, body: 4 << 10},
		{pattern: "GET /login/{code}", audience: publicAccess, policy: document, cache: never},
		{pattern: "GET /web/{file}", audience: publicAccess, policy: inert, cache: immutable},

		{pattern: "GET /{$}", audience: pageUser, policy: application, cache: never},
		{pattern: "GET /deliveries", audience: pageUser, policy: application, cache: never},
		{pattern: "GET /deliveries/{id}", audience: pageUser, policy: application, cache: never},
		{pattern: "GET /endpoints", audience: pageUser, policy: application, cache: never},
		{pattern: "GET /endpoints/{id}", audience: pageUser, policy: application, cache: never},
		{pattern: "GET /statuses", audience: pageUser, policy: application, cache: never},
		{pattern: "GET /statuses/{id}", audience: pageUser, policy: application, cache: never},
		{pattern: "GET /settings", audience: pageUser, policy: application, cache: never},
		{pattern: "GET /assets/{file}", audience: authenticated, policy: inert, cache: immutable},

		{pattern: "GET /status/{token}", audience: publicAccess, policy: watching, cache: never},
		{pattern: "GET /api/v1/status/{token}", audience: publicAccess, policy: inert, cache: never, longLived: true},
		{pattern: "OPTIONS /api/v1/status/{token}", audience: publicAccess, policy: inert, cache: never},
		{pattern: "GET /api/v1/status/{token}/live", audience: publicAccess, policy: inert, cache: never,
			longLived: true},
		{pattern: "GET /embed/{file}", audience: publicAccess, policy: inert, cache: briefly},

		apiRoute("GET /api/v1/openapi.json"),
		apiRoute("GET /api/v1/session"),
		apiRoute("GET /api/v1/server"),
		apiRoute("DELETE /api/v1/session"),
		apiRoute("GET /api/v1/providers"),
		apiBodyRoute("POST /api/v1/providers/{id}/check-secret"),
		apiRoute("GET /api/v1/endpoints"),
		apiBodyRoute("POST /api/v1/endpoints"),
		apiRoute("GET /api/v1/endpoints/{id}"),
		apiBodyRoute("PATCH /api/v1/endpoints/{id}"),
		apiRoute("DELETE /api/v1/endpoints/{id}"),
		apiRoute("POST /api/v1/endpoints/{id}/restore"),
		apiRoute("POST /api/v1/endpoints/{id}/confirm"),
		apiBodyRoute("POST /api/v1/endpoints/{id}/sample"),
		apiBodyRoute("POST /api/v1/endpoints/{id}/reverify"),
		apiBodyRoute("POST /api/v1/endpoints/{id}/verify-again"),
		apiBodyRoute("POST /api/v1/endpoints/{id}/mapping/test"),
		apiBodyRoute("POST /api/v1/endpoints/{id}/mapping/try"),
		apiRoute("GET /api/v1/deliveries"),
		apiRoute("GET /api/v1/deliveries/{id}"),
		{pattern: "GET /api/v1/deliveries/{id}/body", audience: authenticated, policy: sandboxed, cache: never},
		apiRoute("POST /api/v1/deliveries/{id}/diagnose"),
		apiRoute("GET /api/v1/deliveries/{id}/redeliveries"),
		apiRoute("GET /api/v1/deliveries/{id}/tries"),
		apiRoute("GET /api/v1/statuses"),
		apiRoute("GET /api/v1/statuses/counts"),
		apiRoute("POST /api/v1/statuses/rebuild"),
		apiRoute("GET /api/v1/statuses/{id}"),
		apiBodyRoute("POST /api/v1/status-links"),
		apiRoute("GET /api/v1/endpoints/{id}/link-keys"),
		apiBodyRoute("POST /api/v1/endpoints/{id}/link-keys"),
		apiRoute("DELETE /api/v1/endpoints/{id}/link-keys/{key}"),
		{pattern: "GET /api/v1/live", audience: authenticated, policy: inert, cache: never, socket: true,
			longLived: true},
		{pattern: "GET /api/v1/updates", audience: authenticated, policy: inert, cache: never, longLived: true},

		{pattern: "/api", audience: authenticated, policy: inert, cache: never},
		// or ServeMux would redirect it, past the base path
		{pattern: "/api/", audience: authenticated, policy: inert, cache: never},
		{pattern: "/", audience: pageUser, policy: document, cache: never},
	}
}

// apiRoute is a row for a call of the REST API that has no request body. It needs a session or the administrator's
// token, its response may do nothing in a browser, and nothing caches it.
func apiRoute(pattern string) route {
	return route{pattern: pattern, audience: authenticated, policy: inert, cache: never}
}

// apiBodyRoute is apiRoute for a call with a request body, which is limited to maxCallBody bytes.
func apiBodyRoute(pattern string) route {
	row := apiRoute(pattern)
	row.body = maxCallBody
	return row
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
