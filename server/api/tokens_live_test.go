package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"hookbeam/server/wire"
)

// liveAs opens the live connection with a token.
func (h *testAPI) liveAs(token, query string) *websocket.Conn {
	h.t.Helper()
	ws, res, err := websocket.DefaultDialer.DialContext(h.t.Context(),
		"ws"+strings.TrimPrefix(h.URL, "http")+"/api/v1/live"+query, http.Header{"Authorization": {"Bearer " + token}})
	if err != nil {
		h.t.Fatal(res, err)
	}
	h.t.Cleanup(func() { _ = ws.Close() })
	check(h.t, ws.SetReadDeadline(time.Now().Add(15*time.Second)))
	return ws
}

// TestEveryFrameIsCheckedAgainstTheToken sends deliveries, statuses and notices of two endpoints while a socket and a
// poll of one are open, and also asks for the other one by name.
func TestEveryFrameIsCheckedAgainstTheToken(t *testing.T) {
	h := newTestAPI(t, "")
	ours, theirs := h.tenant("ours"), h.tenant("theirs")
	sockets := map[string]*websocket.Conn{"from the head": h.liveAs(ours.token, ""),
		"from the beginning": h.liveAs(ours.token, "?after=0")}
	other := h.liveAs(ours.token, "?after=0&endpoint="+string(theirs.ID))
	for range 3 {
		theirs.sendPayment("processing", "pi_theirs2", "theirs-order2", 100)
		h.call("PATCH", "/endpoints/"+string(theirs.ID), `{"tolerance":"7m"}`, 200, nil)
		ours.sendPayment("processing", "pi_ours2", "ours-order2", 100)
		h.call("PATCH", "/endpoints/"+string(ours.ID), `{"tolerance":"7m"}`, 200, nil)
	}
	h.call("PATCH", "/endpoints/"+string(ours.ID), `{"max_body":77}`, 200, nil) // the last update
	for name, ws := range sockets {
		var all strings.Builder
		for !strings.Contains(all.String(), `"max_body":77`) {
			_, b, err := ws.ReadMessage()
			if err != nil {
				t.Fatalf("%s: %v after %s", name, err, all.String())
			}
			all.Write(b)
		}
		if text := all.String(); strings.Contains(text, string(theirs.ID)) || strings.Contains(text, "theirs") ||
			!strings.Contains(text, "pi_ours2") {
			t.Errorf("%s: %s", name, text)
		}
	}
	check(t, other.SetReadDeadline(time.Now().Add(15*time.Second)))
	if _, b, err := other.ReadMessage(); err != nil || strings.Contains(string(b), string(theirs.ID)) {
		t.Errorf("by name: %s %v", b, err)
	}
	for _, query := range []string{"?after=0", "?after=0&endpoint=" + string(theirs.ID)} {
		a := h.do(request{method: "GET", path: "/api/v1/updates" + query}.as(ours.token))
		if a.StatusCode != 200 || strings.Contains(a.text, "theirs") || strings.Contains(a.text, string(theirs.ID)) {
			t.Errorf("%s: %d %s", query, a.StatusCode, a.text)
		}
	}
}

// TestARevokedTokenEndsItsSocketsAndPolls leaves those of another token alone.
func TestARevokedTokenEndsItsSocketsAndPolls(t *testing.T) {
	h := newTestAPI(t, "")
	one, other := h.newToken(`{"name":"one","scopes":["listen"]}`), h.newToken(`{"name":"other","scopes":["read"]}`)
	if one.ExpiresAt != nil || one.Endpoints != nil || one.LastUsedAt != nil || one.CreatedBy != "admin" {
		t.Errorf("%+v", one)
	}
	mine, theirs := h.liveAs(one.Token, ""), h.liveAs(other.Token, "")
	for _, ws := range []*websocket.Conn{mine, theirs} {
		if _, _, err := ws.ReadMessage(); err != nil { // the first frame
			t.Fatal(err)
		}
	}
	var frame wire.Frame
	check(t, json.Unmarshal([]byte(h.do(request{method: "GET", path: "/api/v1/updates"}.as(one.Token)).text), &frame))
	polled := make(chan answer)
	go func() {
		polled <- h.do(request{method: "GET", path: "/api/v1/updates?wait=50s&after=" + frame.To}.as(one.Token))
	}()
	for h.api.Updates.(*Updates).waiting.Held() == 0 {
		select {
		case a := <-polled:
			t.Fatalf("the poll did not wait: %d %s", a.StatusCode, a.text)
		default:
		}
	}
	h.call("DELETE", "/tokens/"+string(one.ID), "", 204, nil)
	(<-polled).expect(t, 401, "unauthenticated")
	if _, _, err := mine.ReadMessage(); err == nil {
		t.Error("the socket received a message after the revocation")
	}
	h.do(request{method: "GET", path: "/api/v1/updates"}.as(one.Token)).expect(t, 401, "unauthenticated")
	h.do(request{method: "POST", path: strings.TrimPrefix(h.api.Site.URL("in/"+h.endpoint.Slug), h.URL), body: "x"}).
		expect(t, 200, "")
	if _, b, err := theirs.ReadMessage(); err != nil || !strings.Contains(string(b), `"delivery"`) {
		t.Errorf("the other token's socket: %s %v", b, err)
	}
	h.do(request{method: "DELETE", path: "/api/v1/tokens/" + string(one.ID), token: true}).
		expect(t, 404, "token_not_found")
	log := h.log.String()
	if !strings.Contains(log, `msg="token created" token=`+string(one.ID)) ||
		!strings.Contains(log, `msg="token revoked" token=`+string(one.ID)) || strings.Contains(log, one.Token) {
		t.Errorf("the log: %s", log)
	}
}
