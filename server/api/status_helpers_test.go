package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"hookbeam/server/access"
	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// shop is an endpoint for Stripe with a link key. Tests send it events about payments, and read their public status.
type shop struct {
	wire.Endpoint
	h   *testAPI
	key hook.LinkKey
}

func (h *testAPI) shop(name string) shop {
	h.t.Helper()
	s := shop{h: h, Endpoint: h.createEndpoint(`{"name":"` + name + `","provider":"stripe",
		"secrets":[{"label":"live","value":"` + stripeSecret + `"}]}`)}
	s.rotate("0s")
	return s
}

// rotate creates a link key.
func (s *shop) rotate(overlap string) wire.LinkKey {
	s.h.t.Helper()
	var k wire.LinkKey
	s.h.call("POST", "/endpoints/"+string(s.ID)+"/link-keys", `{"overlap":"`+overlap+`"}`, 201, &k)
	s.key = hook.LinkKey{ID: k.ID, Value: k.Key}
	return k
}

// sendPayment sends an event about a payment of an order: "created", "processing" or "succeeded".
func (s *shop) sendPayment(kind, payment, order string, amount int) {
	s.h.t.Helper()
	const event = `{"id":"evt_%[1]s_%[2]s","type":"payment_intent.%[1]s","created":%[5]d,"livemode":true,
		"data":{"object":{"id":%[2]q,"amount":%[4]d,"amount_received":%[4]d,"currency":"eur",
		"receipt_email":"payer@%[3]s.example","metadata":{"order_id":%[3]q}}}}`
	s.sendEvent(fmt.Sprintf(event, kind, payment, order, amount, time.Now().Unix()))
}

// sendEvent sends an event, and waits until it was applied to the statuses.
func (s *shop) sendEvent(body string) {
	s.h.t.Helper()
	a := s.h.stripe(s.Endpoint, stripeSecret, body, 0)
	a.expect(s.h.t, 200, "")
	var stored struct{ Seq hook.Seq }
	check(s.h.t, json.Unmarshal([]byte(a.text), &stored))
	s.h.waitApplied(stored.Seq)
}

// token returns a token for a subject, signed as a shop's back end would sign it.
func (s *shop) token(subject, mode string) string {
	s.h.t.Helper()
	token, err := access.SignLink(s.key, access.Link{Endpoint: s.ID, Subject: subject, Mode: mode,
		Expires: time.Now().Add(time.Hour)})
	check(s.h.t, err)
	return token
}

// public returns the public status that a token gives access to.
func (h *testAPI) public(token string) (p wire.PublicStatus) {
	h.t.Helper()
	a := h.do(request{method: "GET", path: "/api/v1/status/" + token})
	a.expect(h.t, 200, "")
	check(h.t, json.Unmarshal([]byte(a.text), &p))
	return p
}

// watcher is the client side of a WebSocket that watches one status.
type watcher struct {
	*websocket.Conn
	t testing.TB
}

func (h *testAPI) watch(token string) watcher {
	h.t.Helper()
	ws, res, err := h.dial(token, nil)
	if err != nil {
		h.t.Fatal(res, err)
	}
	h.t.Cleanup(func() { _ = ws.Close() })
	check(h.t, ws.SetReadDeadline(time.Now().Add(15*time.Second))) // less than the interval of heartbeats
	return watcher{ws, h.t}
}

func (h *testAPI) dial(token string, header http.Header) (*websocket.Conn, *http.Response, error) {
	return websocket.DefaultDialer.DialContext(h.t.Context(),
		"ws"+strings.TrimPrefix(h.URL, "http")+"/api/v1/status/"+token+"/live", header)
}

// read returns the next message, and what it contains.
func (w watcher) read() (text string, p wire.PublicStatus) {
	w.t.Helper()
	_, b, err := w.ReadMessage()
	check(w.t, err)
	check(w.t, json.Unmarshal(b, &p))
	return string(b), p
}

// expectClose reads until the server closes the WebSocket, and checks the close code.
func (w watcher) expectClose(code int) {
	w.t.Helper()
	for {
		if _, _, err := w.ReadMessage(); err != nil {
			if !websocket.IsCloseError(err, code) {
				w.t.Errorf("the WebSocket ended with %v, want close code %d", err, code)
			}
			return
		}
	}
}
