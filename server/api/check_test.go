package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"hookbeam/server/wire"
)

// TestOnlyTheAskedServerAnswersACheck requests the check of hookbeam doctor with and without a question of the server.
func TestOnlyTheAskedServerAnswersACheck(t *testing.T) {
	h := newTestAPI(t, "")
	const path = "/api/v1/live/check?ask="
	unknown := func(when, ask string) {
		t.Helper()
		h.do(request{method: "GET", path: path + ask}).expect(t, http.StatusNotFound, "check_unknown")
		ws, res, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+h.URL[4:]+path+ask, nil)
		if err == nil {
			ws.Close()
			t.Errorf("%s: a WebSocket is opened", when)
		} else if res == nil || res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %v", when, err)
		}
	}
	unknown("without proofs", "x")
	proofs := &Proofs{Now: h.now}
	h.api.Proofs = proofs
	unknown("without a question", "")
	unknown("with another question", "x")
	ask, answer := proofs.New()
	if other, another := proofs.New(); other == ask || another == answer || ask == answer {
		t.Error("proofs repeat themselves")
	}
	var got wire.AddressCheck
	for range 2 {
		h.get(path+ask, &got)
		if got.Answer != answer || got.Client != "127.0.0.1" || got.Trusted || got.Forwarded || got.ForwardedFor != "" {
			t.Errorf("got %+v", got)
		}
	}
	ws, _, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+h.URL[4:]+path+ask, nil)
	check(t, err)
	defer ws.Close()
	got = wire.AddressCheck{}
	check(t, ws.ReadJSON(&got))
	if got.Answer != answer || got.Peer != ws.LocalAddr().String() {
		t.Errorf("over a WebSocket: %+v", got)
	}
	if _, _, err := ws.ReadMessage(); err == nil {
		t.Error("the WebSocket stays open")
	}
	for range maxProofs {
		proofs.New()
	}
	unknown("after many others", ask)
	ask, _ = proofs.New()
	h.ahead.Store(int64(proofLife + time.Second))
	unknown("after a minute", ask)
}
