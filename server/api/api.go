// Package api handles all HTTP requests: receiving deliveries, the REST API, live frames over WebSockets and by
// polling, and the URLs of the pages.
//
// It promises that every route is listed in one table, with who may use it and what its response may do in a browser;
// a route outside the table cannot be mounted. Every request passes the guard, except those to /in/, which senders make
// without a session. Errors are problem details with stable codes, and no secret and no part of a path is logged.
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
)

// Pages renders the pages for people: the dashboard's shell, the login and errors. Package web implements it.
type Pages interface {
	Shell(w http.ResponseWriter, r *http.Request, nonce string)
	Login(w http.ResponseWriter, r *http.Request, nonce string, status int, problem *hook.Problem)
	Problem(w http.ResponseWriter, r *http.Request, nonce string, status int, problem *hook.Problem)
	ServeFile(w http.ResponseWriter, r *http.Request, path string) (ok bool)
}

// StatusPages renders public status pages. Package web implements it.
type StatusPages interface {
	Status(w http.ResponseWriter, r *http.Request, page hook.StatusPage)
	StatusGone(w http.ResponseWriter, r *http.Request, nonce string)
	// Embedded returns a script that other sites' pages load; ok is false where the dashboard was not built.
	Embedded(name string) (script []byte, ok bool)
}

// Options are what the doors lead to. All of them must be set, unless it is said otherwise.
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
	Probe      func(context.Context) error // why nothing can be stored now, or nil
	Usage      func() hook.Usage

	Endpoints      *intake.Endpoints
	Intake         *intake.Intake
	Statuses       Statuses
	PublicStatuses PublicStatuses
	Effects        Effects
	Pages          Pages
	Status         StatusPages

	Receive  http.Handler // everything below /in/
	InFlight func() int64 // bytes of bodies that are being received; nil: not known
	Live     http.Handler // frames by socket
	Updates  http.Handler // frames by polling

	Refusals *access.Refusals // nil: they are not counted
	Checks   []ReadinessCheck // of readiness, beside that deliveries can be stored
}

// API is the server's HTTP handler. Package server creates one with New, and calls Stop before it shuts down. All
// methods may be called concurrently.
type API struct {
	Options
	version   string
	routes    *routes
	others    http.Handler // all but receiving
	receive   http.Handler
	ids       *requestIDs
	guesses   *access.Limiter    // of one-time codes that were not right, by address
	badTokens *access.Limiter    // of status links, by address
	watched   *connLimiter       // who watches public statuses by socket
	waiting   *connLimiter       // who waits for them to change by asking
	watchers  *admission         // of those sockets
	upgrader  websocket.Upgrader // of those
	beat      time.Duration      // how often those hear that the line is alive
	work      *memoryBudget      // for working on stored deliveries
	downloads *memoryBudget      // for bodies on their way out
	life      context.Context    // ends when the server is stopping
	end       context.CancelFunc
}

// Wrong one-time codes that an address may send: ten at once, then one in six seconds.
const (
	guessesPerSecond = 1.0 / 6
	guessesAtOnce    = 10
	addressesKept    = 10_000 // whose rate is remembered
)

// New mounts every other route of the table beside the calls, which become its own. It panics where a route and the
// table do not agree: that is a broken build.
func New(c *Calls, o Options) *API {
	a := c.api
	a.Options, a.ids, a.beat = o, newRequestIDs(), publicHeartbeat
	a.guesses = access.NewLimiter(guessesPerSecond, guessesAtOnce, addressesKept)
	a.watched = newConnLimiter(connsInTotal, connsPerLink, connsPerAddress)
	a.waiting = newConnLimiter(connsInTotal, connsPerLink, connsPerAddress)
	a.watchers, a.work, a.downloads = newAdmission(), newMemoryBudget(workBytes), newMemoryBudget(downloadBytes)
	a.upgrader = newUpgrader(func(w http.ResponseWriter, reason error) {
		writeProblem(w, a.Log, &hook.Problem{Kind: hook.ErrInvalid, Code: "not_a_websocket",
			Detail: "This URL accepts only WebSocket connections. Connect with ws:// or wss://, or poll the URL without /live.", Cause: reason})
	})
	a.life, a.end = context.WithCancel(context.Background())
	a.mountPages()
	a.mountHealth()
	a.mountPublic()
	a.routes.HandleFunc("GET /api/v1/live", a.Live.ServeHTTP)
	a.routes.HandleFunc("GET /api/v1/updates", a.Updates.ServeHTTP)
	a.routes.HandleFunc("/api", a.unknown)
	a.routes.HandleFunc("/api/", a.unknown)
	a.routes.HandleFunc("/", a.unknown)
	a.routes.complete()
	a.others = a.sameOrigin(a.routes)
	a.receive = a.openDoor(a.routes.rows[receiving])
	return a
}

// closing makes net/http close a connection after its response: while stopping, and behind a chunked body. A request
// may have both a
// length and chunks; net/http reads the chunks and hides the length, and a proxy in front that believed the length
// would take what follows for another request (RFC 9112 §6.1). On a connection that ends, nothing follows.
var closing = []string{"close"}

// Stop makes the server be left alone: it says that it is not ready, begins nothing that lasts, and asks for each
// connection to be closed after its answer. What arrives is answered as ever.
func (a *API) Stop() { a.end() }

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h[requestIDName] = []string{a.ids.next()}
	if a.life.Err() != nil || len(r.TransferEncoding) > 0 {
		h["Connection"] = closing
	}
	r = a.Site.Strip(r)
	a.noticeProxy(r)
	if a.Log.Enabled(r.Context(), slog.LevelDebug) {
		w = logged(w, r, a.Log, a.Now)
		defer w.(*loggedWriter).done()
	}
	defer a.recover(w, r)
	if strings.HasPrefix(r.URL.Path, receiving) {
		a.receive.ServeHTTP(w, r)
		return
	}
	protect(h)
	h["Permissions-Policy"] = noFeatures
	if a.Site.Secure() { // senders at the door are programs, which do not heed it
		h["Strict-Transport-Security"] = onlyTLS
	}
	a.others.ServeHTTP(w, r)
}

// openDoor lets everything through to receiving. There are no cookies there, and nobody to protect from a forged
// request: every sender is a stranger.
func (a *API) openDoor(row *route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		noteRoute(w, row)
		a.Receive.ServeHTTP(w, r)
	})
}
