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

// requestMeta is what the guard knows about a request. The guard stores it in the request's context, and handlers read
// it with requestMetaOf.
type requestMeta struct {
	w     http.ResponseWriter // for huma's handlers, which are not given them
	r     *http.Request
	who   access.Who // zero on routes for anyone
	nonce string     // on pages
	page  bool       // a problem is told as a page
}

type requestMetaKey struct{}

func requestMetaOf(r *http.Request) requestMeta {
	v, _ := r.Context().Value(requestMetaKey{}).(requestMeta)
	return v
}

// who is the person or program that ctx, a request's, belongs to.
func who(ctx context.Context) access.Who {
	v, _ := ctx.Value(requestMetaKey{}).(requestMeta)
	return v.who
}

// guard calls next if the request meets the conditions of its route: authentication, host, origin and size. It also
// sets the security headers, and ends long-lived requests when the server stops or the session ends.
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
			defer context.AfterFunc(a.life, func() { cancel(nil) })()
			if !row.socket && row.audience != publicAccess { // a socket outlives its request, and looks after itself
				defer a.Gate.Sessions.OnEnd(r, func() { cancel(sessionEnded) })()
			}
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

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
			Detail: "A WebSocket that uses the dashboard's session must be opened by the dashboard. Programs must send a token."}
	}
	if row.longLived && a.life.Err() != nil {
		return w, serverStopping
	}
	return w, nil
}

// sessionEnded is why a request that lasts has ended before its time, and what it is answered.
var sessionEnded = &hook.Problem{Kind: hook.ErrUnauthenticated, Code: "unauthenticated",
	Detail: "The session ended while this request was waiting. Log in again with a one-time code from: hookbeam login"}

var serverStopping = &hook.Problem{Kind: hook.ErrUnavailable, Code: "stopping", RetryAfter: 2 * time.Second,
	Detail: "The server is stopping. Try again in a moment."}

// refuse responds to a request that is not allowed: pages redirect to the login, everything else gets a problem.
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

// fail answers with err: as a page where people look at it, as problem details everywhere else.
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

// redirect answers 303 to path, which is relative to the base.
func (a *API) redirect(w http.ResponseWriter, r *http.Request, path string) {
	http.Redirect(w, r, a.Site.Base()+path, http.StatusSeeOther)
}

// unknown answers for every address that is none, and for the wrong method at one that is.
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
