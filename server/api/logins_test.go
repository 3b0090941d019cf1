package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestLoginLinkWorksOnce(t *testing.T) {
	h := newTestAPI(t, "")
	code, err := h.api.Logins.New(t.Context())
	check(t, err)
	link := request{method: "GET", path: "/login/" + code}
	if a := h.do(request{method: "HEAD", path: link.path}); a.StatusCode != 200 || len(a.Cookies()) != 0 {
		t.Errorf("a preview: %d %v", a.StatusCode, a.Cookies())
	}
	first := h.do(link)
	if first.StatusCode != http.StatusSeeOther || first.Header.Get("Location") != "/" || len(first.Cookies()) != 1 {
		t.Fatalf("%d to %q, %v", first.StatusCode, first.Header.Get("Location"), first.Cookies())
	}
	if again := h.do(link); again.StatusCode != http.StatusUnauthorized || again.text != "login_unknown" ||
		len(again.Cookies()) != 0 {
		t.Errorf("the second time: %d %s %v", again.StatusCode, again.text, again.Cookies())
	}
	session := first.Cookies()[0]
	if shell := h.do(request{method: "GET", path: "/deliveries/dlv_x", cookie: session}); shell.StatusCode != 200 {
		t.Errorf("the dashboard: %d", shell.StatusCode)
	}
	login := h.do(request{method: "GET", path: "/login", cookie: session})
	if login.StatusCode != http.StatusSeeOther {
		t.Errorf("the login page with a session: %d", login.StatusCode)
	}
}

// form returns the request of the login form.
func form(h *testAPI, code string) request {
	return request{method: "POST", path: "/login", body: url.Values{"code": {code}}.Encode(),
		header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Origin": {h.URL},
			"Sec-Fetch-Site": {"same-origin"}}}
}

func TestLoginFormBeginsASessionThatLogoutEnds(t *testing.T) {
	h := newTestAPI(t, "")
	code, err := h.api.Logins.New(t.Context())
	check(t, err)
	if a := h.do(form(h, "wrong")); a.StatusCode != 401 || a.text != "login_unknown" {
		t.Errorf("a wrong code: %d %s", a.StatusCode, a.text)
	}
	if a := h.do(form(h, strings.Repeat("x", 5000))); a.StatusCode != 413 {
		t.Errorf("a form that is too large: %d %s", a.StatusCode, a.text)
	}
	a := h.do(form(h, " "+h.URL+"/login/"+code+"\n")) // a pasted link
	if a.StatusCode != http.StatusSeeOther || len(a.Cookies()) != 1 {
		t.Fatalf("%d %s", a.StatusCode, a.text)
	}
	session := a.Cookies()[0]
	out := h.do(request{method: "DELETE", path: "/api/v1/session", cookie: session,
		header: http.Header{"Origin": {h.URL}}})
	if out.StatusCode != http.StatusNoContent || len(out.Cookies()) != 1 || out.Cookies()[0].MaxAge >= 0 {
		t.Errorf("logging out: %d %v", out.StatusCode, out.Cookies())
	}
	h.do(request{method: "GET", path: "/api/v1/session", cookie: session}).expect(t, 401, "unauthenticated")
}

func TestLoginCodeGuessesAreRateLimited(t *testing.T) {
	h := newTestAPI(t, "")
	for range wrongCodesBurst {
		if a := h.do(form(h, "guess")); a.StatusCode != 401 {
			t.Fatalf("%d %s", a.StatusCode, a.text)
		}
	}
	a := h.do(form(h, "guess"))
	if a.StatusCode != 429 || a.text != "too_many_requests" || a.Header.Get("Retry-After") == "" {
		t.Errorf("%d %s, Retry-After %q", a.StatusCode, a.text, a.Header.Get("Retry-After"))
	}
}

// TestWrongCodesDoNotLockOutAValidLogin matters behind a proxy that is not configured as trusted, where all
// clients have one address.
func TestWrongCodesDoNotLockOutAValidLogin(t *testing.T) {
	h := newTestAPI(t, "")
	for range 3 * wrongCodesBurst {
		h.do(form(h, "guess"))
	}
	for _, ask := range []func(code string) request{
		func(code string) request { return form(h, code) },
		func(code string) request { return request{method: "GET", path: "/login/" + code} },
	} {
		code, err := h.api.Logins.New(t.Context())
		check(t, err)
		if a := h.do(ask(code)); a.StatusCode != http.StatusSeeOther || len(a.Cookies()) != 1 {
			t.Errorf("the right code: %d %s", a.StatusCode, a.text)
		}
		if a := h.do(ask(code)); a.StatusCode != http.StatusTooManyRequests || len(a.Cookies()) != 0 {
			t.Errorf("the same code again: %d %s", a.StatusCode, a.text)
		}
	}
}

// TestWrongCodeCausesNoDatabaseCommit logs in while nothing can be stored. A wrong code is still answered with
// 401; a correct one, which must be marked as used, gets 503.
func TestWrongCodeCausesNoDatabaseCommit(t *testing.T) {
	h := newTestAPI(t, "")
	code, err := h.api.Logins.New(t.Context())
	check(t, err)
	h.stop()
	if a := h.do(form(h, "guess")); a.StatusCode != 401 || a.text != "login_unknown" {
		t.Errorf("a guess: %d %s", a.StatusCode, a.text)
	}
	if a := h.do(form(h, code)); a.StatusCode != 503 {
		t.Errorf("the right code: %d %s", a.StatusCode, a.text)
	}
}

func TestSuccessfulLoginsAreNotRateLimited(t *testing.T) {
	h := newTestAPI(t, "")
	for range 3 * wrongCodesBurst {
		h.login()
	}
}
