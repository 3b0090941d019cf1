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

// TestCrossSiteRequestsAreRejected is S11 of what is promised: forms, fetch, and browsers without fetch metadata.
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
		{"another site's form", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}},
			false},
		{"another site's form, in a browser without fetch metadata", http.Header{"Origin": {"https://evil.example"}},
			false},
		{"a sibling's form", http.Header{"Sec-Fetch-Site": {"same-site"}, "Origin": {"https://shop.example.com"}},
			false},
		{"a sandboxed frame", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"null"}}, false},
		{"a host that begins as ours", http.Header{"Origin": {"https://hooks.example.com.evil.example"}}, false},
		{"by plain HTTP", http.Header{"Origin": {"http://hooks.example.com"}}, false},
		{"by plain HTTP, as the browser says", http.Header{"Sec-Fetch-Site": {"same-origin"},
			"Origin": {"http://hooks.example.com"}}, false},
		{"another port", http.Header{"Origin": {"https://hooks.example.com:8443"}}, false},
		{"no origin that is one", http.Header{"Origin": {"null"}}, false},
		{"no origin that is one, as the browser says", http.Header{"Sec-Fetch-Site": {"same-origin"},
			"Origin": {"null"}}, false},
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
					h.do(q).expect(t, 404, "endpoint_not_found")
				} else {
					h.do(q).expect(t, 403, "forbidden_origin")
				}
			}
			// Receiving is for strangers: nothing there looks at where a request comes from.
			a := h.do(request{method: "POST", path: "/in/" + h.endpoint.Slug, header: c.header.Clone(),
				cookie: cookie, body: "{}"})
			if a.StatusCode != 200 || len(a.Cookies()) != 0 || a.Header.Get("Vary") != "" {
				t.Errorf("receiving: %d %s", a.StatusCode, a.text)
			}
		})
	}
}

// TestWebSocketsOpenForOwnPagesAndForTokens is S1 of what is promised, over real sockets.
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
			ws, res, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(h.URL,
				"http")+"/api/v1/live", header)
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

// TestLogoutClosesOnlyTheSessionsWebSockets is the end of S12: a session's sockets and polls do not outlive it.
func TestLogoutClosesOnlyTheSessionsWebSockets(t *testing.T) {
	h := newTestAPI(t, "")
	session, other := h.login(), h.login()
	open := func(cookie *http.Cookie) *websocket.Conn {
		header := http.Header{"Origin": {h.URL}, "Cookie": {cookie.Name + "=" + cookie.Value}}
		ws, res, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(h.URL,
			"http")+"/api/v1/live", header)
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
		t.Error("the socket is told more after the session's end")
	}
	h.send("x")
	if _, _, err := theirs.ReadMessage(); err != nil {
		t.Errorf("another session's socket: %v", err)
	}
}

// TestLongPollGets401AndNoUpdatesAfterLogout logs out while a poll waits, and then something happens: it is not told.
func TestLongPollGets401AndNoUpdatesAfterLogout(t *testing.T) {
	h := newTestAPI(t, "")
	session := h.login()
	var page struct{ Cursor string }
	h.get("/api/v1/deliveries", &page)
	started := make(chan struct{})
	guarded := h.api.guard(h.api.routes.rows["GET /api/v1/updates"], http.HandlerFunc(func(w http.ResponseWriter,
		r *http.Request) {
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
		t.Fatalf("it did not begin: %d %s", w.Code, w.Body)
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
		h.do(request{method: "GET", path: base + "/api/v1/session", cookie: cookie}).expect(t, 200, "")
		a := h.do(request{method: "POST", path: base + "/in/" + h.endpoint.Slug + "//a%2Fb?c=d", body: "x"})
		a.expect(t, 200, "")
		var stored struct{ ID hook.DeliveryID }
		check(t, json.Unmarshal([]byte(a.text), &stored))
		var d wire.DeliveryDetail
		h.get("/api/v1/deliveries/"+string(stored.ID), &d)
		if d.Path != "//a%2Fb" || d.Query != "c=d" {
			t.Errorf("%q: kept as %q %q", base, d.Path, d.Query)
		}
	}
	var list struct{ Endpoints []wire.Endpoint }
	h.get("/api/v1/endpoints", &list)
	if want := "http://proxy.example/hooks/in/" + h.endpoint.Slug; list.Endpoints[0].URL != want {
		t.Errorf("url is %s, want %s", list.Endpoints[0].URL, want)
	}
}

// TestServerIsNotReadyWhileDeliveriesCannotBeStored is R17 of what is promised.
func TestServerIsNotReadyWhileDeliveriesCannotBeStored(t *testing.T) {
	h := newTestAPI(t, "")
	h.do(request{method: "GET", path: "/readyz"}).expect(t, 200, "")
	h.stop() // the writer is gone
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
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 503, "/in/" + h.endpoint.Slug: 200,
		"/api/v1/updates": 503,
		"/api/v1/live":    503, "/api/v1/deliveries": 200} {
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
	guarded := h.api.guard(h.api.routes.rows["GET /api/v1/updates"], http.HandlerFunc(func(w http.ResponseWriter,
		r *http.Request) {
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

func TestPanicGivesAProblemAndOneLogLine(t *testing.T) {
	h := newTestAPI(t, "")
	h.api.Receive = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("the sky is falling") })
	a := h.do(request{method: "POST", path: "/in/x", body: "{}"})
	a.expect(t, 500, "internal")
	if strings.Contains(a.text, "sky") {
		t.Errorf("strangers are told of it: %s", a.text)
	}
	id := a.Header.Get("X-Request-Id")
	if log := h.log.String(); strings.Count(log, "the sky is falling") != 1 || !strings.Contains(log, id) {
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
			t.Error("it was logged as ours")
		}
	}()
	h.api.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "POST", "/in/x", nil))
}
