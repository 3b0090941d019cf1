package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// TestCrossSiteRequestsAreRejected is promise S11: forms, fetch, and browsers without fetch metadata.
func TestCrossSiteRequestsAreRejected(t *testing.T) {
	h := newTestAPI(t, "https://hooks.example.com/")
	cookie := h.login()
	for _, c := range []struct {
		name   string
		header http.Header
		ok     bool
	}{
		{"a program", http.Header{}, true},
		{"our page", http.Header{"Sec-Fetch-Site": {"same-origin"}, "Origin": {"https://hooks.example.com"}}, true},
		{"our page, in a browser without fetch metadata", http.Header{"Origin": {"https://hooks.example.com"}}, true},
		{"another site's form",
			http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}}, false},
		{"another site's form, in a browser without fetch metadata", http.Header{"Origin": {"https://evil.example"}},
			false},
		{"a form of another host of the site",
			http.Header{"Sec-Fetch-Site": {"same-site"}, "Origin": {"https://shop.example.com"}}, false},
		{"a sandboxed frame", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"null"}}, false},
		{"a host that begins like ours", http.Header{"Origin": {"https://hooks.example.com.evil.example"}}, false},
		{"by plain HTTP", http.Header{"Origin": {"http://hooks.example.com"}}, false},
		{"by plain HTTP, called same-origin by the browser", http.Header{"Sec-Fetch-Site": {"same-origin"},
			"Origin": {"http://hooks.example.com"}}, false},
		{"another port", http.Header{"Origin": {"https://hooks.example.com:8443"}}, false},
		{"an opaque origin", http.Header{"Origin": {"null"}}, false},
		{"an opaque origin, called same-origin by the browser", http.Header{"Sec-Fetch-Site": {"same-origin"},
			"Origin": {"null"}}, false},
		{"two origins", http.Header{"Origin": {"https://hooks.example.com", "https://evil.example"}}, false},
		{"the address of the listener", http.Header{"Origin": {h.URL}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, q := range []request{
				{method: "POST", path: "/api/v1/endpoints/ep_x/restore"},
				{method: "DELETE", path: "/api/v1/endpoints/ep_x"},
				{method: "PATCH", path: "/api/v1/endpoints/ep_x", body: `{}`},
			} {
				q.cookie, q.header = cookie, c.header.Clone()
				if c.ok {
					h.do(q).expect(t, 404, "endpoint_not_found")
				} else {
					h.do(q).expect(t, 403, "forbidden_origin")
				}
			}
			// Deliveries are accepted from any origin.
			a := h.do(request{method: "POST", path: "/in/" + h.endpoint.Slug, header: c.header.Clone(),
				cookie: cookie, body: "{}"})
			if a.StatusCode != 200 || len(a.Cookies()) != 0 || a.Header.Get("Vary") != "" {
				t.Errorf("receiving: %d %s", a.StatusCode, a.text)
			}
		})
	}
}

// TestWebSocketsOpenForOwnPagesAndForTokens is promise S1.
func TestWebSocketsOpenForOwnPagesAndForTokens(t *testing.T) {
	h := newTestAPI(t, "")
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
		{"no credentials", "", false, false, 401},
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
			ws, res, err := websocket.DefaultDialer.DialContext(t.Context(),
				"ws"+strings.TrimPrefix(h.URL, "http")+"/api/v1/live", header)
			if res == nil || res.StatusCode != c.status {
				t.Fatalf("%v %v, want %d", res, err, c.status)
			}
			if err != nil {
				return
			}
			var frame wire.Frame
			if err := ws.ReadJSON(&frame); err != nil || frame.From != frame.To || frame.From == "" {
				t.Errorf("the first frame: %+v %v", frame, err)
			}
			check(t, ws.Close())
		})
	}
}

// TestLogoutClosesOnlyTheSessionsWebSockets is the second half of promise S12: the connections of a session end
// with it.
func TestLogoutClosesOnlyTheSessionsWebSockets(t *testing.T) {
	h := newTestAPI(t, "")
	session, other := h.login(), h.login()
	open := func(cookie *http.Cookie) *websocket.Conn {
		header := http.Header{"Origin": {h.URL}, "Cookie": {cookie.Name + "=" + cookie.Value}}
		ws, res, err := websocket.DefaultDialer.DialContext(t.Context(),
			"ws"+strings.TrimPrefix(h.URL, "http")+"/api/v1/live", header)
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
	h.do(request{method: "DELETE", path: "/api/v1/session", cookie: session}).expect(t, 204, "")
	if _, _, err := mine.ReadMessage(); err == nil {
		t.Error("the WebSocket received a message after the logout")
	}
	h.send("x")
	if _, _, err := theirs.ReadMessage(); err != nil {
		t.Errorf("another session's socket: %v", err)
	}
}

// TestLongPollGets401AndNoUpdatesAfterLogout logs out while a poll waits. A delivery then arrives, which the
// response must not contain.
func TestLongPollGets401AndNoUpdatesAfterLogout(t *testing.T) {
	h := newTestAPI(t, "")
	session := h.login()
	var page struct{ Cursor string }
	h.get("/api/v1/deliveries", &page)
	started := make(chan struct{})
	row := h.api.routes.rows["GET /api/v1/updates"]
	guarded := h.api.guard(row, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(started)
		h.api.Updates.ServeHTTP(w, r)
	}))
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/api/v1/updates?wait=50s&after="+page.Cursor, nil)
	r.AddCookie(session)
	r.Host = "127.0.0.1"
	w, answered := httptest.NewRecorder(), make(chan struct{})
	go func() {
		defer close(answered)
		guarded.ServeHTTP(w, r)
	}()
	select {
	case <-started:
	case <-answered:
		t.Fatalf("the poll did not wait: %d %s", w.Code, w.Body)
	}
	h.do(request{method: "DELETE", path: "/api/v1/session", cookie: session}).expect(t, 204, "")
	h.send("x")
	<-answered
	if w.Code != http.StatusUnauthorized || strings.Contains(w.Body.String(), "updates") {
		t.Errorf("the poll was answered %d %s", w.Code, w.Body)
	}
}

func TestServerWorksUnderABasePath(t *testing.T) {
	h := newTestAPI(t, "http://proxy.example/hooks/")
	for _, base := range []string{"", "/hooks"} { // behind a proxy that removes the base path, and one that does not
		if a := h.do(request{method: "GET", path: base + "/"}); a.Header.Get("Location") != "/hooks/login" {
			t.Errorf("%q: redirected to %q", base, a.Header.Get("Location"))
		}
		cookie := h.login()
		if cookie.Path != "/hooks/" {
			t.Errorf("the cookie's path is %q", cookie.Path)
		}
		if a := h.do(request{method: "GET", path: base + "/endpoints", cookie: cookie}); a.StatusCode != 200 {
			t.Errorf("%q: %d %s", base, a.StatusCode, a.text)
		}
		h.do(request{method: "GET", path: base + "/api/v1/session", cookie: cookie}).expect(t, 200, "")
		a := h.do(request{method: "POST", path: base + "/in/" + h.endpoint.Slug + "//a%2Fb?c=d", body: "x"})
		a.expect(t, 200, "")
		var stored struct{ ID hook.DeliveryID }
		check(t, json.Unmarshal([]byte(a.text), &stored))
		var d wire.DeliveryDetail
		h.get("/api/v1/deliveries/"+string(stored.ID), &d)
		if d.Path != "//a%2Fb" || d.Query != "c=d" {
			t.Errorf("%q: stored as %q %q", base, d.Path, d.Query)
		}
	}
	var list struct{ Endpoints []wire.Endpoint }
	h.get("/api/v1/endpoints", &list)
	if want := "http://proxy.example/hooks/in/" + h.endpoint.Slug; list.Endpoints[0].URL != want {
		t.Errorf("url is %s, want %s", list.Endpoints[0].URL, want)
	}
}

// TestServerIsNotReadyWhileDeliveriesCannotBeStored is promise R17.
func TestServerIsNotReadyWhileDeliveriesCannotBeStored(t *testing.T) {
	h := newTestAPI(t, "")
	h.do(request{method: "GET", path: "/readyz"}).expect(t, 200, "")
	h.stop() // ends the writer
	h.do(request{method: "GET", path: "/readyz"}).expect(t, 503, "cannot_store")
	h.do(request{method: "GET", path: "/healthz"}).expect(t, 200, "")
	a := h.do(request{method: "POST", path: "/in/" + h.endpoint.Slug, body: "{}"})
	if a.StatusCode != 503 || a.Header.Get("Retry-After") == "" {
		t.Errorf("receiving: %d %s", a.StatusCode, a.text)
	}
}

func TestStoppingServerAnswersAndClosesConnections(t *testing.T) {
	h := newTestAPI(t, "")
	h.api.Stop()
	for path, want := range map[string]int{
		"/healthz":               200,
		"/readyz":                503,
		"/in/" + h.endpoint.Slug: 200,
		"/api/v1/updates":        503,
		"/api/v1/live":           503,
		"/api/v1/deliveries":     200,
	} {
		a := h.do(request{method: "GET", path: path, token: true})
		if a.StatusCode != want || !a.Close {
			t.Errorf("%s: %d, Connection: close %v; want %d and close", path, a.StatusCode, a.Close, want)
		}
	}
}

func TestLongPollIsAnsweredWhenTheServerStops(t *testing.T) {
	h := newTestAPI(t, "")
	var page struct{ Cursor string }
	h.get("/api/v1/deliveries", &page)
	started := make(chan struct{})
	next := h.api.Updates
	h.api.Updates = nil
	row := h.api.routes.rows["GET /api/v1/updates"]
	guarded := h.api.guard(row, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(started)
		next.ServeHTTP(w, r)
	}))
	r := httptest.NewRequest("GET", "/api/v1/updates?wait=50s&after="+page.Cursor, nil)
	r.Header.Set("Authorization", "Bearer "+adminToken)
	w := httptest.NewRecorder()
	go func() { <-started; h.api.Stop() }()
	guarded.ServeHTTP(w, r) // without Stop it would return after 50 seconds
	if w.Code != 200 || !strings.Contains(w.Body.String(), `"updates":[]`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestPanicGivesAProblemAndOneLogLine(t *testing.T) {
	h := newTestAPI(t, "")
	h.api.Receive = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a broken handler") })
	a := h.do(request{method: "POST", path: "/in/x", body: "{}"})
	a.expect(t, 500, "internal")
	if strings.Contains(a.text, "broken") {
		t.Errorf("the response contains the panic: %s", a.text)
	}
	id := a.Header.Get("X-Request-Id")
	if log := h.log.String(); strings.Count(log, "a broken handler") != 1 || !strings.Contains(log, id) {
		t.Errorf("the log says: %s", log)
	}
}

func TestPanicAfterTheClientHasLeftIsNotLogged(t *testing.T) {
	h := newTestAPI(t, "")
	h.api.Receive = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(io.ErrClosedPipe) })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	defer func() {
		if err, ok := recover().(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("recovered %v, want the connection aborted", err)
		}
		if strings.Contains(h.log.String(), "panic") {
			t.Error("the panic was logged")
		}
	}()
	h.api.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "POST", "/in/x", nil))
}
