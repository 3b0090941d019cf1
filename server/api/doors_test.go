package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"hookbeam/server/hook"
)

func TestALinkLogsInOnce(t *testing.T) {
	h := newHouse(t, "")
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
	if again := h.do(link); again.StatusCode != http.StatusUnauthorized || again.text != "login_unknown" || len(again.Cookies()) != 0 {
		t.Errorf("the second time: %d %s %v", again.StatusCode, again.text, again.Cookies())
	}
	if shell := h.do(request{method: "GET", path: "/deliveries/dlv_x", cookie: first.Cookies()[0]}); shell.StatusCode != 200 {
		t.Errorf("the dashboard: %d", shell.StatusCode)
	}
	if login := h.do(request{method: "GET", path: "/login", cookie: first.Cookies()[0]}); login.StatusCode != http.StatusSeeOther {
		t.Errorf("the login, once logged in: %d", login.StatusCode)
	}
}

// form is a form that a page of ours sends.
func form(h *house, code string) request {
	return request{method: "POST", path: "/login", body: url.Values{"code": {code}}.Encode(),
		header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Origin": {h.URL}, "Sec-Fetch-Site": {"same-origin"}}}
}

func TestTheFormLogsInAndLogsOut(t *testing.T) {
	h := newHouse(t, "")
	code, err := h.api.Logins.New(t.Context())
	check(t, err)
	if a := h.do(form(h, "wrong")); a.StatusCode != 401 || a.text != "login_unknown" {
		t.Errorf("a wrong code: %d %s", a.StatusCode, a.text)
	}
	if a := h.do(form(h, strings.Repeat("x", 5000))); a.StatusCode != 413 {
		t.Errorf("a code without end: %d %s", a.StatusCode, a.text)
	}
	a := h.do(form(h, " "+h.URL+"/login/"+code+"\n")) // as people paste it
	if a.StatusCode != http.StatusSeeOther || len(a.Cookies()) != 1 {
		t.Fatalf("%d %s", a.StatusCode, a.text)
	}
	session := a.Cookies()[0]
	out := h.do(request{method: "DELETE", path: "/api/v1/session", cookie: session, header: http.Header{"Origin": {h.URL}}})
	if out.StatusCode != http.StatusNoContent || len(out.Cookies()) != 1 || out.Cookies()[0].MaxAge >= 0 {
		t.Errorf("logging out: %d %v", out.StatusCode, out.Cookies())
	}
	h.do(request{method: "GET", path: "/api/v1/session", cookie: session}).is(t, 401, "unauthenticated")
}

func TestGuessingCodesIsSlowedDown(t *testing.T) {
	h := newHouse(t, "")
	for range guessesAtOnce {
		if a := h.do(form(h, "guess")); a.StatusCode != 401 {
			t.Fatalf("%d %s", a.StatusCode, a.text)
		}
	}
	a := h.do(form(h, "guess"))
	if a.StatusCode != 429 || a.text != "too_many_requests" || a.Header.Get("Retry-After") == "" {
		t.Errorf("%d %s, Retry-After %q", a.StatusCode, a.text, a.Header.Get("Retry-After"))
	}
}

func TestLoggingInOftenIsNotGuessing(t *testing.T) {
	h := newHouse(t, "")
	for range 3 * guessesAtOnce {
		h.login()
	}
}

// TestOtherSitesCannotMakeABrowserAct is S11 of what is promised: forms, fetch, and browsers without fetch metadata.
func TestOtherSitesCannotMakeABrowserAct(t *testing.T) {
	h := newHouse(t, "https://hooks.example.com/")
	cookie := h.login()
	for _, c := range []struct {
		name   string
		header http.Header
		ok     bool
	}{
		{"a program", http.Header{}, true},
		{"our page", http.Header{"Sec-Fetch-Site": {"same-origin"}, "Origin": {"https://hooks.example.com"}}, true},
		{"our page, in a browser without fetch metadata", http.Header{"Origin": {"https://hooks.example.com"}}, true},
		{"another site's form", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}}, false},
		{"another site's form, in a browser without fetch metadata", http.Header{"Origin": {"https://evil.example"}}, false},
		{"a sibling's form", http.Header{"Sec-Fetch-Site": {"same-site"}, "Origin": {"https://shop.example.com"}}, false},
		{"a sandboxed frame", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"null"}}, false},
		{"a host that begins as ours", http.Header{"Origin": {"https://hooks.example.com.evil.example"}}, false},
		{"by plain HTTP", http.Header{"Origin": {"http://hooks.example.com"}}, false},
		{"by plain HTTP, as the browser says", http.Header{"Sec-Fetch-Site": {"same-origin"}, "Origin": {"http://hooks.example.com"}}, false},
		{"another port", http.Header{"Origin": {"https://hooks.example.com:8443"}}, false},
		{"no origin that is one", http.Header{"Origin": {"null"}}, false},
		{"no origin that is one, as the browser says", http.Header{"Sec-Fetch-Site": {"same-origin"}, "Origin": {"null"}}, false},
		{"two origins", http.Header{"Origin": {"https://hooks.example.com", "https://evil.example"}}, false},
		{"the host that was asked", http.Header{"Origin": {h.URL}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, q := range []request{
				{method: "POST", path: "/api/v1/endpoints/ep_x/restore"},
				{method: "DELETE", path: "/api/v1/endpoints/ep_x"},
				{method: "PATCH", path: "/api/v1/endpoints/ep_x", body: `{}`},
			} {
				q.cookie, q.header = cookie, c.header.Clone()
				if c.ok {
					h.do(q).is(t, 404, "endpoint_not_found")
				} else {
					h.do(q).is(t, 403, "forbidden_origin")
				}
			}
			// Receiving is for strangers: nothing there looks at where a request comes from.
			a := h.do(request{method: "POST", path: "/in/" + h.endpoint.Slug, header: c.header.Clone(), cookie: cookie, body: "{}"})
			if a.StatusCode != 200 || len(a.Cookies()) != 0 || a.Header.Get("Vary") != "" {
				t.Errorf("receiving: %d %s", a.StatusCode, a.text)
			}
		})
	}
}

// TestSocketsOpenForOurOwnPagesAndForTokens is S1 of what is promised, over real sockets.
func TestSocketsOpenForOurOwnPagesAndForTokens(t *testing.T) {
	h := newHouse(t, "")
	session := h.login()
	for _, c := range []struct {
		name, origin  string
		cookie, token bool
		status        int
	}{
		{"our page with its session", h.URL, true, false, 101},
		{"another site's page with our session", "https://evil.example", true, false, 403},
		{"a sandboxed page with our session", "null", true, false, 403},
		{"a session without an origin", "", true, false, 403},
		{"a program with a token", "", false, true, 101},
		{"a page elsewhere with a token", "https://elsewhere.example", false, true, 101},
		{"our page without a session", h.URL, false, false, 401},
		{"nobody", "", false, false, 401},
	} {
		t.Run(c.name, func(t *testing.T) {
			header := http.Header{}
			if c.origin != "" {
				header.Set("Origin", c.origin)
			}
			if c.cookie {
				header.Set("Cookie", session.Name+"="+session.Value)
			}
			if c.token {
				header.Set("Authorization", "Bearer "+adminToken)
			}
			ws, res, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(h.URL, "http")+"/api/v1/live", header)
			if res == nil || res.StatusCode != c.status {
				t.Fatalf("%v %v, want %d", res, err, c.status)
			}
			if err != nil {
				return
			}
			var frame Frame
			if err := ws.ReadJSON(&frame); err != nil || frame.From != frame.To || frame.From == "" {
				t.Errorf("the first frame: %+v %v", frame, err)
			}
			check(t, ws.Close())
		})
	}
}

// TestLoggingOutEndsWhatIsOpen is the end of S12: a session's sockets and polls do not outlive it.
func TestLoggingOutEndsWhatIsOpen(t *testing.T) {
	h := newHouse(t, "")
	session, other := h.login(), h.login()
	open := func(cookie *http.Cookie) *websocket.Conn {
		header := http.Header{"Origin": {h.URL}, "Cookie": {cookie.Name + "=" + cookie.Value}}
		ws, res, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(h.URL, "http")+"/api/v1/live", header)
		if err != nil {
			t.Fatal(res, err)
		}
		if _, _, err := ws.ReadMessage(); err != nil { // the first frame
			t.Fatal(err)
		}
		return ws
	}
	mine, theirs := open(session), open(other)
	defer mine.Close()
	defer theirs.Close()
	h.do(request{method: "DELETE", path: "/api/v1/session", cookie: session}).is(t, 204, "")
	if _, _, err := mine.ReadMessage(); err == nil {
		t.Error("the socket is told more after the session's end")
	}
	h.send("x")
	if _, _, err := theirs.ReadMessage(); err != nil {
		t.Errorf("another session's socket: %v", err)
	}
}

func TestEverythingWorksUnderABasePath(t *testing.T) {
	h := newHouse(t, "http://proxy.example/hooks/")
	for _, base := range []string{"", "/hooks"} { // a proxy that cuts the path off, and one that passes it on
		if a := h.do(request{method: "GET", path: base + "/"}); a.Header.Get("Location") != "/hooks/login" {
			t.Errorf("%q: to %q", base, a.Header.Get("Location"))
		}
		cookie := h.login()
		if cookie.Path != "/hooks/" {
			t.Errorf("the cookie's path is %q", cookie.Path)
		}
		if a := h.do(request{method: "GET", path: base + "/endpoints", cookie: cookie}); a.StatusCode != 200 {
			t.Errorf("%q: %d %s", base, a.StatusCode, a.text)
		}
		h.do(request{method: "GET", path: base + "/api/v1/session", cookie: cookie}).is(t, 200, "")
		a := h.do(request{method: "POST", path: base + "/in/" + h.endpoint.Slug + "//a%2Fb?c=d", body: "x"})
		a.is(t, 200, "")
		var stored struct{ ID hook.DeliveryID }
		check(t, json.Unmarshal([]byte(a.text), &stored))
		var d WholeDelivery
		h.get("/api/v1/deliveries/"+string(stored.ID), &d)
		if d.Path != "//a%2Fb" || d.Query != "c=d" {
			t.Errorf("%q: kept as %q %q", base, d.Path, d.Query)
		}
	}
	var list struct{ Endpoints []Endpoint }
	h.get("/api/v1/endpoints", &list)
	if want := "http://proxy.example/hooks/in/" + h.endpoint.Slug; list.Endpoints[0].URL != want {
		t.Errorf("url is %s, want %s", list.Endpoints[0].URL, want)
	}
}

// TestHealthTellsTheTruth is R17 of what is promised.
func TestHealthTellsTheTruth(t *testing.T) {
	h := newHouse(t, "")
	h.do(request{method: "GET", path: "/readyz"}).is(t, 200, "")
	h.stop() // the writer is gone
	h.do(request{method: "GET", path: "/readyz"}).is(t, 503, "cannot_store")
	h.do(request{method: "GET", path: "/healthz"}).is(t, 200, "")
	a := h.do(request{method: "POST", path: "/in/" + h.endpoint.Slug, body: "{}"})
	if a.StatusCode != 503 || a.Header.Get("Retry-After") == "" {
		t.Errorf("receiving: %d %s", a.StatusCode, a.text)
	}
}

func TestAStoppingServerAnswersAndAsksToBeLeft(t *testing.T) {
	h := newHouse(t, "")
	h.api.Stop()
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 503, "/in/" + h.endpoint.Slug: 200, "/api/v1/updates": 503,
		"/api/v1/live": 503, "/api/v1/deliveries": 200} {
		a := h.do(request{method: "GET", path: path, token: true})
		if a.StatusCode != want || !a.Close {
			t.Errorf("%s: %d, Connection: close %v; want %d and close", path, a.StatusCode, a.Close, want)
		}
	}
}

func TestAWaitingPollerIsAnsweredWhenTheServerStops(t *testing.T) {
	h := newHouse(t, "")
	var page struct{ Cursor string }
	h.get("/api/v1/deliveries", &page)
	started := make(chan struct{})
	next := h.api.Updates
	h.api.Updates = nil
	guarded := h.api.guard(h.api.routes.rows["GET /api/v1/updates"], http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(started)
		next.ServeHTTP(w, r)
	}))
	r := httptest.NewRequest("GET", "/api/v1/updates?wait=50s&after="+page.Cursor, nil)
	r.Header.Set("Authorization", "Bearer "+adminToken)
	w := httptest.NewRecorder()
	go func() { <-started; h.api.Stop() }()
	guarded.ServeHTTP(w, r) // would not return before its 50 seconds
	if w.Code != 200 || !strings.Contains(w.Body.String(), `"updates":[]`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAPanicIsAnAnswerAndOneLine(t *testing.T) {
	h := newHouse(t, "")
	h.api.Receive = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("the sky is falling") })
	a := h.do(request{method: "POST", path: "/in/x", body: "{}"})
	a.is(t, 500, "internal")
	if strings.Contains(a.text, "sky") {
		t.Errorf("strangers are told of it: %s", a.text)
	}
	id := a.Header.Get("X-Request-Id")
	if log := h.log.String(); strings.Count(log, "the sky is falling") != 1 || !strings.Contains(log, id) {
		t.Errorf("the log says: %s", log)
	}
}

// TestNoSecretReachesTheLog is S16 of what is promised: at level debug, after everything has been used.
func TestNoSecretReachesTheLog(t *testing.T) {
	h := newHouse(t, "http://localhost/hooks/")
	code, err := h.api.Logins.New(t.Context())
	check(t, err)
	const canary = "canary-0123456789abcdef"
	login := h.do(request{method: "GET", path: "/hooks/login/" + code})
	secrets := []string{code, login.Cookies()[0].Value, adminToken, canary, h.endpoint.Slug}
	q := request{method: "POST", path: "/hooks/in/" + h.endpoint.Slug + "?token=" + canary, body: canary,
		header: http.Header{"X-Webhook-Secret": {canary}, "Cookie": {"a=" + canary}}}
	h.do(q).is(t, 200, "")
	h.do(request{method: "GET", path: "/login/" + canary})
	h.do(request{method: "GET", path: "//login/" + canary})
	h.do(request{method: "PATCH", path: "/api/v1/endpoints/" + string(h.endpoint.ID), token: true,
		body: `{"secrets":[{"label":"live","value":"` + canary + `"}]}`}).is(t, 200, "")
	h.stop()
	h.do(q)
	h.do(request{method: "GET", path: "/api/v1/session", header: http.Header{"Authorization": {"Bearer " + canary}}}).is(t, 401, "unauthenticated")
	log := h.log.String()
	if strings.Count(log, "msg=request") < 6 {
		t.Fatalf("nothing is logged: %s", log)
	}
	for _, s := range secrets {
		if strings.Contains(log, s) {
			t.Errorf("the log has %q: %s", s, log)
		}
	}
}

func TestAClientThatLeavesIsNoFault(t *testing.T) {
	h := newHouse(t, "")
	h.api.Receive = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(io.ErrClosedPipe) })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	defer func() {
		if err, ok := recover().(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("recovered %v, want the connection aborted", err)
		}
		if strings.Contains(h.log.String(), "panic") {
			t.Error("it was logged as ours")
		}
	}()
	h.api.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "POST", "/in/x", nil))
}
