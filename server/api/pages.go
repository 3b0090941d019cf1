package api

import (
	"errors"
	"net/http"
	"strings"

	"hookbeam/server/access"
	"hookbeam/server/hook"
)

// dashboard is every address that the dashboard shows something at.
var dashboard = [...]string{"GET /{$}", "GET /deliveries", "GET /deliveries/{id}", "GET /endpoints",
	"GET /endpoints/{id}",
	"GET /statuses", "GET /statuses/{id}", "GET /settings"}

func (a *API) mountPages() {
	for _, pattern := range dashboard {
		a.routes.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			a.Pages.Shell(w, r,
				requestMetaOf(r).nonce)
		})
	}
	a.routes.HandleFunc("GET /login", a.showLogin)
	a.routes.HandleFunc("GET /login/{code}", a.followLogin)
	a.routes.HandleFunc("POST /login", a.submitLogin)
	a.routes.HandleFunc("GET /web/{file}", a.serveFile)
	a.routes.HandleFunc("GET /assets/{file}", a.serveFile)
}

func (a *API) serveFile(w http.ResponseWriter, r *http.Request) {
	if !a.Pages.ServeFile(w, r, strings.TrimPrefix(r.URL.Path, "/")) {
		w.Header()["Cache-Control"] = noStore
		a.fail(w, r, &hook.Problem{Kind: hook.ErrNotFound, Code: "not_found",
			Detail: "This file does not exist. If Hookbeam was just updated, reload the page."})
	}
}

func (a *API) showLogin(w http.ResponseWriter, r *http.Request) {
	if _, err := a.Gate.Who(r); err == nil {
		a.redirect(w, r, "")
		return
	}
	a.Pages.Login(w, r, requestMetaOf(r).nonce, http.StatusOK, nil)
}

// followLogin is the link that is printed at the start. Only a browser that really goes there uses it up: a preview
// asks with HEAD.
func (a *API) followLogin(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead {
		a.Pages.Login(w, r, requestMetaOf(r).nonce, http.StatusOK, nil)
		return
	}
	a.login(w, r, r.PathValue("code"))
}

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
	if _, tail, isLink := strings.Cut(code, "/login/"); isLink { // the whole link was pasted
		code = tail
	}
	a.login(w, r, code)
}

// login takes a one-time code and begins a session. The code comes first: who is right is let in, whatever was guessed
// before from the same address, for behind a proxy that is not known everybody has the same one. Only wrong codes are
// counted, and they cost no more than reading one row. A code has 128 random bits, so that no number of guesses helps.
func (a *API) login(w http.ResponseWriter, r *http.Request, code string) {
	if err := a.Logins.Take(r.Context(), code); err != nil {
		if errors.Is(err, hook.ErrUnauthenticated) {
			err = a.countGuess(r, err)
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

// countGuess counts a wrong code. It returns err, or where there were too many from its address, a problem that says
// so.
func (a *API) countGuess(r *http.Request, err error) error {
	wait, ok := a.guesses.Allow(access.AddressKey(a.Addresses.Of(r)), a.Now())
	if ok {
		return err
	}
	return &hook.Problem{Kind: hook.ErrTooMany, Code: "too_many_requests", RetryAfter: wait,
		Detail: "Too many wrong login codes came from your IP address. Create a new code on the server with: hookbeam login"}
}

// refuseLogin shows the form again, with the reason.
func (a *API) refuseLogin(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	logFault(w, a.Log, p, err)
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	a.Pages.Login(w, r, requestMetaOf(r).nonce, p.Status, &hook.Problem{Code: p.Code, Detail: p.Detail})
}
