package api

import (
	"errors"
	"net/http"
	"strings"

	"hookbeam/server/access"
	"hookbeam/server/hook"
)

// dashboard lists the routes of the dashboard. All of them return the same shell; its router shows the right screen.
var dashboard = [...]string{
	"GET /{$}",
	"GET /deliveries",
	"GET /deliveries/{id}",
	"GET /endpoints",
	"GET /endpoints/{id}",
	"GET /statuses",
	"GET /statuses/{id}",
	"GET /operations",
	"GET /settings",
}

// mountPages mounts the dashboard, which needs a session, and the login, which is public. /assets/ has the
// files of the dashboard and needs a login, too; /web/ has those of the public pages.
func (a *API) mountPages() {
	for _, pattern := range dashboard {
		a.routes.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			a.Pages.Shell(w, r, requestMetaOf(r).nonce)
		})
	}
	a.routes.HandleFunc("GET /login", a.showLogin)
	a.routes.HandleFunc("GET /login/{code}", a.followLogin)
	a.routes.HandleFunc("POST /login", a.submitLogin)
	a.routes.HandleFunc("GET /web/{file}", a.serveFile)
	a.routes.HandleFunc("GET /assets/{file}", a.serveFile)
}

// serveFile responds with a static file, whose name is the path.
func (a *API) serveFile(w http.ResponseWriter, r *http.Request) {
	if !a.Pages.ServeFile(w, r, strings.TrimPrefix(r.URL.Path, "/")) {
		w.Header()["Cache-Control"] = noStore
		a.fail(w, r, &hook.Problem{Kind: hook.ErrNotFound, Code: "not_found",
			Detail: "This file does not exist. If Hookbeam was just updated, reload the page."})
	}
}

// showLogin shows the login form. It redirects a caller who is logged in to the dashboard.
func (a *API) showLogin(w http.ResponseWriter, r *http.Request) {
	if _, err := a.Gate.Who(r); err == nil {
		a.redirect(w, r, "")
		return
	}
	a.Pages.Login(w, r, requestMetaOf(r).nonce, http.StatusOK, nil)
}

// followLogin logs in with the one-time code in the link that the server prints. HEAD does not use the code, because
// programs that preview links send it.
func (a *API) followLogin(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead {
		a.Pages.Login(w, r, requestMetaOf(r).nonce, http.StatusOK, nil)
		return
	}
	a.login(w, r, r.PathValue("code"))
}

// submitLogin logs in with the code in the form. People also paste the whole link.
func (a *API) submitLogin(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		p := &hook.Problem{Kind: hook.ErrInvalid, Code: "invalid_request",
			Detail: "The form could not be read. Send the login code in the field code."}
		if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
			p = &hook.Problem{Kind: hook.ErrTooLarge, Code: "body_too_large",
				Detail: "The form is too large. Send only the login code, which has 26 characters."}
		}
		a.refuseLogin(w, r, p)
		return
	}
	code := r.PostForm.Get("code")
	if _, tail, isLink := strings.Cut(code, "/login/"); isLink {
		code = tail
	}
	a.login(w, r, code)
}

// login uses a one-time code and begins a session. Only wrong codes are rate-limited: a correct code works
// however many wrong ones came from its address before, because behind an untrusted proxy all clients have the
// same address. A wrong code costs the read of one row. A code has 128 random bits, so it cannot be guessed.
//
// Errors: "login_unknown" with status 401, and "too_many_requests" with status 429.
func (a *API) login(w http.ResponseWriter, r *http.Request, code string) {
	if err := a.Logins.Take(r.Context(), code); err != nil {
		if errors.Is(err, hook.ErrUnauthenticated) {
			err = a.countWrongCode(r, err)
		}
		a.refuseLogin(w, r, err)
		return
	}
	if err := a.Gate.Sessions.Begin(w, r); err != nil {
		a.refuseLogin(w, r, err)
		return
	}
	a.redirect(w, r, "")
}

// countWrongCode counts a wrong code of the request's address. It returns err, or the problem
// "too_many_requests" if the rate is exceeded.
func (a *API) countWrongCode(r *http.Request, err error) error {
	wait, ok := a.wrongCodes.Allow(access.AddressKey(a.Addresses.Of(r)), a.Now())
	if ok {
		return err
	}
	return &hook.Problem{Kind: hook.ErrTooMany, Code: "too_many_requests", RetryAfter: wait,
		Detail: "Too many wrong login codes came from your IP address. " +
			"Create a new code on the server with: hookbeam login"}
}

// refuseLogin shows the login form again, with the problem and its status.
func (a *API) refuseLogin(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	logFault(w, a.Log, p, err)
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	a.Pages.Login(w, r, requestMetaOf(r).nonce, p.Status, &hook.Problem{Code: p.Code, Detail: p.Detail})
}
