package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"hookbeam/server/access"
	"hookbeam/server/hook"
)

// route is one row of the table: who may use the route, what its response may do in a browser, and how long it may be
// cached. The guard enforces it.
type route struct {
	pattern   string // a pattern of http.ServeMux
	audience  audience
	policy    policy
	cache     string // Cache-Control of a successful response
	body      int64  // maximum bytes of the request body; 0: the guard sets no limit
	socket    bool   // a WebSocket: with a session, the Origin must be the server's own
	longLived bool   // it may wait, so it is refused while the server stops, and ends when the session or token ends
	scope     scope  // what an API token needs for it; of no meaning on public routes
}

// audience is who may use a route. The guard checks it before the handler runs.
type audience int

const (
	pageUser      audience = iota // a page for people with a session; others are redirected to the login
	authenticated                 // a session or a token; of an API token the route's scope decides
	publicAccess                  // no authentication; the handler checks a token if it needs one
)

// Values of Cache-Control.
const (
	cacheNever     = "no-store"
	cacheImmutable = "private, max-age=31536000, immutable" // files whose name changes with their content
	cacheBriefly   = "public, max-age=300"                  // scripts that other sites load, whose name stays the same
)

// maxCallBody limits the request body of an API call, in bytes. The largest one is an endpoint with all its secrets.
const maxCallBody = 256 << 10

// receivePath is the path of webhook URLs. It is matched before all other routes and without ServeMux, which would
// redirect a path such as /in/a//b. Senders do not follow redirects, and the path must be stored as received.
const receivePath = "/in/"

// table returns every route. A route that is missing here cannot be mounted: the program panics when it starts.
func table() []route { return append(pageTable(), apiTable()...) }

// pageTable returns the routes of receiving, of health checks, of pages and of the public.
func pageTable() []route {
	return []route{
		{pattern: receivePath, audience: publicAccess, policy: policySandboxed, cache: cacheNever},

		{pattern: "GET /healthz", audience: publicAccess, policy: policyInert, cache: cacheNever},
		{pattern: "GET /readyz", audience: publicAccess, policy: policyInert, cache: cacheNever},
		{pattern: "GET /api/v1/live/check", audience: publicAccess, policy: policyInert, cache: cacheNever},

		{pattern: "GET /metrics", audience: authenticated, policy: policyInert, cache: cacheNever,
			scope: needs(hook.ScopeRead).ofAllEndpoints()},

		{pattern: "GET /login", audience: publicAccess, policy: policyDocument, cache: cacheNever},
		{pattern: "POST /login", audience: publicAccess, policy: policyDocument, cache: cacheNever, body: 4 << 10},
		{pattern: "GET /login/{code}", audience: publicAccess, policy: policyDocument, cache: cacheNever},
		{pattern: "GET /web/{file}", audience: publicAccess, policy: policyInert, cache: cacheImmutable},

		dashboardPage("GET /{$}"),
		dashboardPage("GET /deliveries"),
		dashboardPage("GET /deliveries/{id}"),
		dashboardPage("GET /endpoints"),
		dashboardPage("GET /endpoints/{id}"),
		dashboardPage("GET /statuses"),
		dashboardPage("GET /statuses/{id}"),
		dashboardPage("GET /operations"),
		dashboardPage("GET /settings"),
		{pattern: "GET /assets/{file}", audience: authenticated, policy: policyInert, cache: cacheImmutable,
			scope: anyToken()},

		{pattern: "GET /status/{token}", audience: publicAccess, policy: policyStatusPage, cache: cacheNever},
		{pattern: "GET /api/v1/status/{token}", audience: publicAccess, policy: policyInert, cache: cacheNever,
			longLived: true},
		{pattern: "OPTIONS /api/v1/status/{token}", audience: publicAccess, policy: policyInert, cache: cacheNever},
		{pattern: "GET /api/v1/status/{token}/live", audience: publicAccess, policy: policyInert, cache: cacheNever,
			longLived: true},
		{pattern: "GET /embed/{file}", audience: publicAccess, policy: policyInert, cache: cacheBriefly},
	}
}

// apiTable returns the routes of the API, and those for what has no route.
func apiTable() []route {
	return []route{
		apiRoute("GET /api/v1/openapi.json", anyToken()),
		apiRoute("GET /api/v1/session", anyToken()),
		apiRoute("GET /api/v1/server", needs(hook.ScopeRead).ofAllEndpoints()),
		apiRoute("DELETE /api/v1/session", anyToken()),
		apiRoute("GET /api/v1/tokens", administratorOnly()),
		apiBodyRoute("POST /api/v1/tokens", administratorOnly()),
		apiRoute("DELETE /api/v1/tokens/{id}", administratorOnly()),
		apiRoute("GET /api/v1/providers", anyToken()),
		apiBodyRoute("POST /api/v1/providers/{id}/check-secret", anyToken()),
		apiBodyRoute("POST /api/v1/providers/identify", anyToken()),
		apiRoute("GET /api/v1/endpoints", needs(hook.ScopeRead, hook.ScopeListen)),
		apiBodyRoute("POST /api/v1/endpoints", needs(hook.ScopeWrite).ofAllEndpoints()),
		{pattern: "POST /api/v1/apply", audience: authenticated, policy: policyInert, cache: cacheNever,
			body: maxApplyBody, scope: needs(hook.ScopeWrite).and(hook.ScopeRead).ofAllEndpoints()},
		apiRoute("GET /api/v1/endpoints/{id}", needs(hook.ScopeRead, hook.ScopeListen)),
		apiBodyRoute("PATCH /api/v1/endpoints/{id}", needs(hook.ScopeWrite)),
		apiRoute("DELETE /api/v1/endpoints/{id}", needs(hook.ScopeWrite)),
		apiRoute("POST /api/v1/endpoints/{id}/restore", needs(hook.ScopeWrite)),
		apiRoute("POST /api/v1/endpoints/{id}/confirm", needs(hook.ScopeWrite)),
		apiRoute("POST /api/v1/endpoints/{id}/await-secret", needs(hook.ScopeWrite)),
		apiBodyRoute("POST /api/v1/endpoints/{id}/sample", needs(hook.ScopeSign)),
		apiBodyRoute("POST /api/v1/endpoints/{id}/reverify", needs(hook.ScopeWrite)),
		apiBodyRoute("POST /api/v1/endpoints/{id}/verify-again", needs(hook.ScopeWrite)),
		apiBodyRoute("POST /api/v1/endpoints/{id}/mapping/test", needs(hook.ScopeRead)),
		apiBodyRoute("POST /api/v1/endpoints/{id}/mapping/try", needs(hook.ScopeRead)),
		apiRoute("GET /api/v1/deliveries", needs(hook.ScopeRead)),
		apiRoute("GET /api/v1/deliveries/{id}", needs(hook.ScopeRead, hook.ScopeListen)),
		{pattern: "GET /api/v1/deliveries/{id}/body", audience: authenticated, policy: policySandboxed,
			cache: cacheNever, scope: needs(hook.ScopeRead, hook.ScopeListen)},
		apiRoute("POST /api/v1/deliveries/{id}/diagnose", needs(hook.ScopeRead)),
		apiRoute("POST /api/v1/deliveries/{id}/visit", needs(hook.ScopeWrite)),
		apiRoute("GET /api/v1/deliveries/{id}/redeliveries", needs(hook.ScopeRead)),
		apiRoute("GET /api/v1/deliveries/{id}/tries", needs(hook.ScopeRead)),
		apiRoute("GET /api/v1/refusals", needs(hook.ScopeRead)),
		apiRoute("GET /api/v1/operations", needs(hook.ScopeRead).ofAllEndpoints()),
		apiRoute("GET /api/v1/statuses", needs(hook.ScopeRead)),
		apiRoute("GET /api/v1/statuses/counts", needs(hook.ScopeRead)),
		apiRoute("POST /api/v1/statuses/rebuild", needs(hook.ScopeWrite).ofAllEndpoints()),
		apiRoute("GET /api/v1/statuses/{id}", needs(hook.ScopeRead)),
		apiBodyRoute("POST /api/v1/statuses/{id}/review", needs(hook.ScopeWrite)),
		apiBodyRoute("POST /api/v1/status-links", needs(hook.ScopeStatusMint)),
		apiRoute("GET /api/v1/endpoints/{id}/link-keys", needs(hook.ScopeRead)),
		apiBodyRoute("POST /api/v1/endpoints/{id}/link-keys", needs(hook.ScopeWrite).and(hook.ScopeStatusMint)),
		apiRoute("DELETE /api/v1/endpoints/{id}/link-keys/{key}", needs(hook.ScopeWrite)),
		{pattern: "GET /api/v1/live", audience: authenticated, policy: policyInert, cache: cacheNever, socket: true,
			longLived: true, scope: needs(hook.ScopeRead, hook.ScopeListen)},
		{pattern: "GET /api/v1/updates", audience: authenticated, policy: policyInert, cache: cacheNever,
			longLived: true, scope: needs(hook.ScopeRead, hook.ScopeListen)},

		// Without the first row, ServeMux would redirect to /api/ without the base path.
		{pattern: "/api", audience: authenticated, policy: policyInert, cache: cacheNever, scope: anyToken()},
		{pattern: "/api/", audience: authenticated, policy: policyInert, cache: cacheNever, scope: anyToken()},
		{pattern: "/", audience: pageUser, policy: policyDocument, cache: cacheNever, scope: anyToken()},
	}
}

// dashboardPage is a row for a page of the dashboard. It is the same for everybody: what it shows it gets by API calls.
func dashboardPage(pattern string) route {
	return route{pattern: pattern, audience: pageUser, policy: policyDashboard, cache: cacheNever, scope: anyToken()}
}

// apiRoute is a row for a call of the REST API that has no request body. It needs a session, the administrator's token
// or an API token with the scope; its response may do nothing in a browser, and nothing caches it.
func apiRoute(pattern string, s scope) route {
	return route{pattern: pattern, audience: authenticated, policy: policyInert, cache: cacheNever, scope: s}
}

// apiBodyRoute is apiRoute for a call with a request body, which is limited to maxCallBody bytes.
func apiBodyRoute(pattern string, s scope) route {
	row := apiRoute(pattern, s)
	row.body = maxCallBody
	return row
}

// routes mounts handlers on the rows of the table, each behind the guard. huma mounts its operations here, too.
// After all are mounted, complete checks that no row was left out.
type routes struct {
	api     *API
	mux     *http.ServeMux
	rows    map[string]*route // by pattern
	mounted map[string]bool   // by pattern
}

func newRoutes(a *API) *routes {
	rs := &routes{api: a, mux: http.NewServeMux(), rows: map[string]*route{}, mounted: map[string]bool{}}
	for _, row := range table() {
		if rs.rows[row.pattern] != nil {
			panic("api: " + row.pattern + " is in the table of routes twice")
		}
		rs.rows[row.pattern] = &row
	}
	return rs
}

// HandleFunc mounts handle. It panics if the pattern is not in the table or was mounted before: that is a
// broken build.
func (rs *routes) HandleFunc(pattern string, handle func(http.ResponseWriter, *http.Request)) {
	row, known := rs.rows[pattern]
	if !known || rs.mounted[pattern] {
		panic("api: " + pattern + " is not in the table of routes, or is mounted twice")
	}
	rs.mounted[pattern] = true
	rs.mux.Handle(pattern, rs.api.guard(row, http.HandlerFunc(handle)))
}

// ServeHTTP calls the handler of the matching route. A path that is not clean gets the response for unknown
// paths, because ServeMux would redirect it without the base path. A webhook URL with a slash too many gets it
// without a login: senders have none, and would take 401 for the endpoint's answer.
func (rs *routes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if rs.api.isReceivePathMistyped(r.URL.Path) {
		noteRoute(w, rs.rows[receivePath])
		rs.api.RefusalList.Note(&access.Refusal{Code: endpointNotFound.Code, Status: statusOf(notWebhookURL),
			Method: r.Method, Tail: r.URL.Path, Size: r.ContentLength, Remote: rs.api.Addresses.Of(r),
			UserAgent: r.UserAgent()})
		writeProblem(w, rs.api.Log, notWebhookURL)
		return
	}
	if !isCleanPath(r.URL.Path) {
		rs.api.guard(rs.rows["/"], http.HandlerFunc(rs.api.unknown)).ServeHTTP(w, r)
		return
	}
	rs.mux.ServeHTTP(w, r)
}

// isReceivePathMistyped reports whether a path would be one of webhook URLs if it had no empty elements: //in/x,
// such as from a public URL with a slash at its end and a path with one at its start.
func (a *API) isReceivePathMistyped(path string) bool {
	if !strings.Contains(path, "//") || len(path) > maxMistyped {
		return false
	}
	var clean strings.Builder
	for part := range strings.SplitSeq(path, "/") {
		if part != "" {
			clean.WriteString("/" + part)
		}
	}
	return strings.HasPrefix(clean.String(), receivePath) ||
		strings.HasPrefix(clean.String(), strings.TrimSuffix(a.Site.Base(), "/")+receivePath)
}

// maxMistyped is the length of the longest path that is checked for a slash too many.
const maxMistyped = 4 << 10

// notWebhookURL is the problem of a path that isReceivePathMistyped reports.
var notWebhookURL = &hook.Problem{Kind: hook.ErrNotFound, Code: "not_found",
	Detail: "This URL does not exist: it has a slash too many. Copy the endpoint's URL from the dashboard."}

// isCleanPath reports whether a path has no empty, "." or ".." elements.
func isCleanPath(path string) bool {
	return strings.HasPrefix(path, "/") && !strings.Contains(path, "//") &&
		!slices.ContainsFunc(strings.Split(path, "/"), func(part string) bool { return part == "." || part == ".." })
}

// complete panics if a row of the table has no handler.
func (rs *routes) complete() {
	for pattern := range rs.rows {
		if !rs.mounted[pattern] && pattern != receivePath {
			panic("api: nothing is mounted at " + pattern)
		}
	}
}

// methods returns the methods that path has routes for, for the header Allow.
func (rs *routes) methods(path string) []string {
	if !isCleanPath(path) {
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
