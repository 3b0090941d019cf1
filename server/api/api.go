// Package api handles all HTTP requests: receiving deliveries, the REST API, live frames over WebSockets and by
// polling, and the URLs of the pages.
//
// It promises that every route is listed in one table, with who may use it and what its response may do in a
// browser; a route outside the table cannot be mounted. Every request passes the guard, except those to /in/,
// which senders make without a session. Errors are problem details with stable codes, and no secret and no part
// of a path is logged.
//
// # Order of the middleware
//
// API.ServeHTTP runs these steps for every request:
//
//  1. It sets X-Request-Id. While the server stops, and after a chunked request body, it sets Connection: close.
//  2. It removes the base path of the public URL, and remembers a proxy that should be configured as trusted.
//  3. At log level debug, it wraps the response writer, and logs one line when the handler returns.
//  4. It recovers from panics: the client gets a problem with status 500, the log the stack.
//  5. Paths below /in/ go to Receive. The steps below do not apply to them.
//  6. It sets the security headers in their strictest form (setSecurityHeaders).
//  7. sameOrigin rejects requests that a page of another site caused.
//  8. routes rejects paths that are not in canonical form, and finds the route.
//  9. guard checks the row of the route in the table, sets its headers, and calls the handler.
//
// # Errors
//
// An error that the client may see is a *hook.Problem. problems.go is the only place that maps it to an HTTP
// status and to a body of type application/problem+json (RFC 9457). Any other error becomes status 500 with the
// code "internal", and only the log says what happened.
//
// # Cursors
//
// A page of a list has an opaque string next, which is the parameter before of the following page. A page of
// deliveries also has cursor, the end of the log when the page was read. A client passes it as after to GET
// /live or GET /updates; the frames that it gets continue the list without a gap and without a repetition. See
// hook.Cursor.
//
// # Long polling
//
// GET /updates, GET /status/{token} and the status page can wait for a change. A request that waits is counted by a
// limiter, so that waiting requests cannot use up the connections, and it ends early when the server stops, when the
// client leaves, and when the session or the link behind it ends. See updates.go and public.go.
//
// Start reading with table in routes.go, then guard in guard.go. Receive (receive.go) handles deliveries; calls.go
// mounts the REST operations, each in the file of its noun: deliveries.go, endpoints.go, statuses.go.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"hookbeam/server/access"
	"hookbeam/server/hook"
	"hookbeam/server/intake"
	"hookbeam/server/wire"
)

// Pages renders the pages for people: the dashboard's shell, the login and errors. Package web implements it. A
// nonce is the one in the response's Content-Security-Policy: inline scripts and styles must carry it. A nil
// problem means that there is nothing to report.
type Pages interface {
	Shell(w http.ResponseWriter, r *http.Request, nonce string)
	Login(w http.ResponseWriter, r *http.Request, nonce string, status int, problem *hook.Problem)
	Problem(w http.ResponseWriter, r *http.Request, nonce string, status int, problem *hook.Problem)
	// ServeFile writes a static file, such as "assets/main.js". If there is none, it writes nothing, and ok is false.
	ServeFile(w http.ResponseWriter, r *http.Request, path string) (ok bool)
}

// StatusPages renders public status pages. Package web implements it.
type StatusPages interface {
	Status(w http.ResponseWriter, r *http.Request, page hook.StatusPage)
	// StatusGone renders the page for an invalid or expired link, with status 404.
	StatusGone(w http.ResponseWriter, r *http.Request, nonce string)
	// Describe completes a public status by what a reader is told: Title, Note, Tone and PollAfter. languages lists
	// the languages that the reader prefers, as in Accept-Language.
	Describe(languages string, p *hook.Public)
	// Embedded returns a script that pages of other sites load, as it is stored, which may be compressed. ok is false
	// for an unknown name, and for every name if the dashboard was not built.
	Embedded(name string) (stored []byte, ok bool)
}

// Options are what the handlers use. All fields are required unless their comment says otherwise.
type Options struct {
	Site access.Site
	Now  func() time.Time
	Log  *slog.Logger

	Gate      *access.Gate
	Logins    *access.Logins
	Addresses *access.Addresses

	Deliveries Deliveries
	Events     Events
	LogEnd     LogEnd
	Probe      func(context.Context) error // nil if a delivery can be stored now, otherwise the reason
	Usage      func() hook.Usage

	Endpoints      *intake.Endpoints
	Intake         *intake.Intake
	Visitor        *intake.Visitor // visits the addresses that senders want to have confirmed
	Statuses       Statuses
	Reviews        Reviews
	Rebuilds       Rebuilds
	PublicStatuses PublicStatuses
	Effects        Effects
	Pages          Pages
	Status         StatusPages

	Receive  http.Handler // everything below /in/: see NewReceive
	InFlight func() int64 // bytes of bodies that are being received; nil: GET /server reports 0
	Live     http.Handler // frames over a WebSocket: see NewLive
	Updates  http.Handler // frames by polling: see NewUpdates

	Metrics http.Handler // GET /metrics; nil: there are none
	History History      // nil: GET /operations shows nothing

	TurnedAway *access.TurnedAway // nil: GET /operations lists no refusals

	Refusals    *access.Refusals      // nil: refused requests are not counted
	RefusalList *access.RefusalList   // nil: GET /refusals lists nothing
	Proofs      *Proofs               // for hookbeam doctor; nil: it cannot check this server's URL
	Checks      []ReadinessCheck      // further checks for /readyz, after the built-in ones
	Notices     func() []wire.Warning // what the operator should fix and does not make the server unready; nil: nothing
}

// API is the server's HTTP handler. Package server creates one with New, and calls Stop before it shuts down. All
// methods may be called concurrently.
type API struct {
	Options
	version   string
	routes    *routes
	routed    http.Handler // all routes except receiving: sameOrigin in front of routes
	receive   http.Handler // receiving: see receiveHandler
	ids       *requestIDs
	work      *memoryBudget // for calls that read stored deliveries
	downloads *memoryBudget // for bodies that are being downloaded

	wrongCodes      *access.Limiter    // wrong one-time codes, per address
	badTokens       *access.Limiter    // invalid status links, per address
	statusSockets   *connLimiter       // open WebSockets of public statuses
	statusPolls     *connLimiter       // waiting long polls of public statuses, JSON and pages
	statusAdmission *admission         // rate of new WebSockets of public statuses
	upgrader        websocket.Upgrader // for WebSockets of public statuses
	heartbeat       time.Duration      // of those WebSockets; tests shorten it

	stopCtx context.Context // done after Stop
	stop    context.CancelFunc
}

// The rate of wrong one-time codes that an address may send: ten at once, then one every six seconds.
const (
	wrongCodesPerSecond = 1.0 / 6
	wrongCodesBurst     = 10
	addressesKept       = 10_000 // addresses whose rate is remembered
)

// New returns the API: the operations that c describes, and every other route of the table. c must not be used for
// another API. New panics if a route is missing in the table or has no handler, because that is a broken build.
func New(c *Calls, o Options) *API {
	a := c.api
	a.Options, a.ids, a.heartbeat = o, newRequestIDs(), publicHeartbeat
	a.wrongCodes = access.NewLimiter(wrongCodesPerSecond, wrongCodesBurst, addressesKept)
	a.statusSockets = newConnLimiter(connsInTotal, connsPerLink, connsPerAddress)
	a.statusPolls = newConnLimiter(connsInTotal, connsPerLink, connsPerAddress)
	a.statusAdmission, a.work, a.downloads = newAdmission(), newMemoryBudget(
		workBytes,
	), newMemoryBudget(
		downloadBytes,
	)
	a.upgrader = newUpgrader(func(w http.ResponseWriter, reason error) {
		writeProblem(w, a.Log, &hook.Problem{Kind: hook.ErrInvalid, Code: "not_a_websocket",
			Detail: "This URL accepts only WebSocket connections. Connect with ws:// or wss://, " +
				"or poll the URL without /live.", Cause: reason})
	})
	a.stopCtx, a.stop = context.WithCancel(context.Background())
	a.mountPages()
	a.mountHealth()
	a.mountMetrics()
	a.mountCheck()
	a.mountPublic()
	a.routes.HandleFunc("GET /api/v1/live", a.Live.ServeHTTP)
	a.routes.HandleFunc("GET /api/v1/updates", a.Updates.ServeHTTP)
	a.routes.HandleFunc("/api", a.unknown)
	a.routes.HandleFunc("/api/", a.unknown)
	a.routes.HandleFunc("/", a.unknown)
	a.routes.complete()
	a.routed = a.sameOrigin(a.routes)
	a.receive = a.receiveHandler(a.routes.rows[receivePath])
	return a
}

// closing makes net/http close a connection after its response: while the server stops, and after a chunked
// body. A request may have both Content-Length and chunks. net/http then reads the chunks and hides the length,
// but a proxy in front may go by the length and mistake the rest of the body for a second request (request
// smuggling, RFC 9112 §6.1). After a closed connection there is no second request.
var closing = []string{"close"}

// Stop prepares the shutdown. From then on /readyz reports that the server is not ready, new live connections
// and polls for updates get the error "stopping", requests that wait are answered at once, and every response
// closes its connection. Other requests, deliveries included, are served as before.
func (a *API) Stop() { a.stop() }

// ServeHTTP runs the middleware (see the package comment for its order) and the route's handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h[requestIDName] = []string{a.ids.next()}
	if a.stopCtx.Err() != nil || len(r.TransferEncoding) > 0 {
		h["Connection"] = closing
	}
	r = a.Site.Strip(r)
	a.noticeProxy(r)
	if a.Log.Enabled(r.Context(), slog.LevelDebug) {
		w = newLoggedWriter(w, r, a.Log, a.Now)
		defer w.(*loggedWriter).done()
	}
	defer a.recover(w, r)
	if strings.HasPrefix(r.URL.Path, receivePath) {
		a.receive.ServeHTTP(w, r)
		return
	}
	setSecurityHeaders(h)
	h["Permissions-Policy"] = noFeatures
	if a.Site.OnlyHTTPS() { // not for /in/: senders are programs, which ignore the header
		h["Strict-Transport-Security"] = onlyTLS
	}
	a.routed.ServeHTTP(w, r)
}

// receiveHandler returns the handler for everything below /in/. It calls Receive without the checks against
// cross-site requests: senders have no session that another site could use.
func (a *API) receiveHandler(row *route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		noteRoute(w, row)
		a.Receive.ServeHTTP(w, r)
	})
}
