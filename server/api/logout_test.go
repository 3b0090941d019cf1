package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// begin sends a request with a session to a guarded handler, and returns when the handler runs. work is the
// context of the request; end lets the handler return.
func (h *testAPI) begin(t *testing.T, pattern string, cookie *http.Cookie) (work context.Context, end func()) {
	t.Helper()
	begun, let, done := make(chan context.Context, 1), make(chan struct{}), make(chan struct{})
	guarded := h.api.guard(h.api.routes.rows[pattern], http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		begun <- r.Context()
		<-let
	}))
	r := httptest.NewRequest("GET", "/api/v1/updates?wait=50s", nil)
	r.Host = h.Listener.Addr().String()
	r.AddCookie(cookie)
	w := httptest.NewRecorder()
	go func() { defer close(done); guarded.ServeHTTP(w, r) }()
	select {
	case work = <-begun:
	case <-done:
		close(let)
		t.Fatalf("%s: %d %s", pattern, w.Code, w.Body)
	}
	return work, func() { close(let); <-done }
}

// TestLogoutEndsAllLongLivedRequestsOfTheSession checks every long-lived route of the table. The context of the
// request is canceled at once; a request of another session goes on.
func TestLogoutEndsAllLongLivedRequestsOfTheSession(t *testing.T) {
	h := newTestAPI(t, "")
	tried := 0
	for pattern, row := range h.api.routes.rows {
		if !row.longLived || row.socket || row.audience == publicAccess {
			continue
		}
		tried++
		session, other := h.login(), h.login()
		mine, endMine := h.begin(t, pattern, session)
		theirs, endTheirs := h.begin(t, pattern, other)
		h.do(request{method: "DELETE", path: "/api/v1/session", cookie: session}).expect(t, 204, "")
		select {
		case <-mine.Done():
		case <-time.After(20 * time.Second):
			t.Errorf("%s is not canceled after the logout", pattern)
		}
		if err := theirs.Err(); err != nil {
			t.Errorf("%s of another session was canceled: %v", pattern, err)
		}
		endMine()
		endTheirs()
	}
	if tried == 0 {
		t.Error("the table has no long-lived route")
	}
}
