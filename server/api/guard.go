package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/hook"
)

// requestMeta is what the guard has found out about a request. The guard stores it in the request's context, and
// handlers read it with requestMetaOf.
type requestMeta struct {
	w     http.ResponseWriter // w and r are for huma's handlers, which do not get them as arguments
	r     *http.Request
	who   access.Who // the caller; zero on public routes
	nonce string     // of the Content-Security-Policy; only on pages
	page  bool       // errors are rendered as a page, not as problem details
}

type requestMetaKey struct{}

// requestMetaOf returns the requestMeta of r, or zero if r has not passed the guard.
func requestMetaOf(r *http.Request) requestMeta {
	v, _ := r.Context().Value(requestMetaKey{}).(requestMeta)
	return v
}

// caller returns who has sent the request that ctx belongs to.
func caller(ctx context.Context) access.Who {
	v, _ := ctx.Value(requestMetaKey{}).(requestMeta)
	return v.who
}

// guard wraps the handler of a route. It runs these steps:
//
//  1. It notes the route for the log.
//  2. It sets the Content-Security-Policy of the route, with a fresh nonce on pages.
//  3. It admits or refuses the request: see admit and refuse. A refused request does not reach next.
//  4. It sets Cache-Control, so that a refusal is never cached.
//  5. It limits the request body.
//  6. For a long-lived route, it cancels the context when the server stops. If the request was authenticated by a
//     session or an API token, it also cancels it with the cause sessionEnded when that ends.
func (a *API) guard(row *route, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		noteRoute(w, row)
		v := requestMeta{w: w, r: r, page: row.policy.page() && strings.Contains(r.Header.Get("Accept"), "text/html")}
		if row.policy.page() {
			v.nonce = newNonce()
		}
		w.Header().Set("Content-Security-Policy", row.policy.csp(v.nonce))
		r = r.WithContext(context.WithValue(r.Context(), requestMetaKey{}, v))
		var err error
		if v.who, err = a.admit(row, r); err != nil {
			a.refuse(w, r, row, err)
			return
		}
		w.Header().Set("Cache-Control", row.cache)
		if row.body > 0 {
			r.Body = http.MaxBytesReader(w, r.Body, row.body)
		}
		ctx := context.WithValue(r.Context(), requestMetaKey{}, v)
		if row.longLived {
			var cancel context.CancelCauseFunc
			ctx, cancel = context.WithCancelCause(ctx)
			defer cancel(nil)
			defer context.AfterFunc(a.stopCtx, func() { cancel(nil) })()
			if !row.socket && row.audience != publicAccess { // a WebSocket outlives its request: see Live
				defer a.Gate.OnEnd(r, func() { cancel(sessionEnded) })()
			}
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// admit returns the caller, or why the request is refused:
//
//   - "unauthenticated": there is neither a valid session nor a valid token.
//   - "forbidden_host": the request has a session, but its Host is foreign. This prevents DNS rebinding.
//   - "forbidden_origin": a WebSocket with a session was opened by another origin. Browsers do not restrict this
//     themselves.
//   - "stopping": the server stops, and the route is long-lived.
//   - what authorize returns for an API token.
//
// A public route admits everybody.
func (a *API) admit(row *route, r *http.Request) (access.Who, error) {
	if row.audience == publicAccess {
		return access.Who{}, nil
	}
	w, err := a.Gate.Who(r)
	if err != nil {
		return w, err
	}
	if w.Cookie && !a.Site.OwnHost(r) {
		return access.Who{}, &hook.Problem{Kind: hook.ErrForbidden, Code: "forbidden_host",
			Detail: "The request's Host header does not match this server. Open the dashboard at " + a.Site.URL("") +
				", configure the proxy to pass the Host header, or set --public-url."}
	}
	if row.socket && w.Cookie && !a.Site.OwnOrigin(r) {
		return w, &hook.Problem{Kind: hook.ErrForbidden, Code: "forbidden_origin",
			Detail: "A WebSocket that uses the dashboard's session must be opened by the dashboard. " +
				"Programs must send a token."}
	}
	if row.longLived && a.stopCtx.Err() != nil {
		return w, serverStopping
	}
	return w, a.authorize(row, r, w)
}

// sessionEnded is the cancel cause, and the response, of a long-lived request whose session or API token has ended.
var sessionEnded = &hook.Problem{Kind: hook.ErrUnauthenticated, Code: "unauthenticated",
	Detail: "The session or the token ended while this request was waiting. " +
		"Log in again with a one-time code from: hookbeam login, or send a valid token."}

// serverStopping is the response to long-lived requests that arrive while the server stops.
var serverStopping = &hook.Problem{Kind: hook.ErrUnavailable, Code: "stopping", RetryAfter: 2 * time.Second,
	Detail: "The server is stopping. Try again in a moment."}

// refuse responds to a request that was not admitted: a page redirects to the login, everything else gets a problem.
func (a *API) refuse(w http.ResponseWriter, r *http.Request, row *route, err error) {
	if errors.Is(err, hook.ErrUnauthenticated) {
		if row.audience == pageUser && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			a.redirect(w, r, "login")
			return
		}
		w.Header().Set("WWW-Authenticate", `Bearer realm="hookbeam"`)
	}
	a.fail(w, r, err)
}

// fail responds with err: as a page if a browser asks for one, otherwise as problem details.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	v := requestMetaOf(r)
	if !v.page {
		writeProblem(w, a.Log, err)
		return
	}
	p := problemOf(err)
	logFault(w, a.Log, p, err)
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	a.Pages.Problem(w, r, v.nonce, p.Status, &hook.Problem{Code: p.Code, Detail: p.Detail})
}

// redirect responds with 303 to path, which is relative to the base path of the public URL.
func (a *API) redirect(w http.ResponseWriter, r *http.Request, path string) {
	http.Redirect(w, r, a.Site.Base()+path, http.StatusSeeOther)
}

// unknown responds to requests without a route: 405 with Allow if the path has other methods, otherwise 404.
func (a *API) unknown(w http.ResponseWriter, r *http.Request) {
	if allowed := a.routes.methods(r.URL.Path); len(allowed) > 0 {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		a.fail(w, r, &hook.Problem{Kind: errMethod, Code: "method_not_allowed",
			Detail: r.Method + " is not allowed here. Allowed: " + strings.Join(allowed, ", ") + "."})
		return
	}
	a.fail(w, r, &hook.Problem{Kind: hook.ErrNotFound, Code: "not_found",
		Detail: "This URL does not exist. Check the path."})
}
