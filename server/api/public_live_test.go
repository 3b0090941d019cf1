package api

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"hookbeam/server/access"
	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

func TestPublicSocketSendsTheStatusAtOnceAndOnEachChange(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	page := h.watch(s.token("order/1", ""))
	if text, p := page.read(); p.Status != hook.StateWaiting || p.Final {
		t.Errorf("at first: %s", text)
	}
	s.sendPayment("created", "pi_1", "1", 4900)
	if text, p := page.read(); p.Status != hook.StatePending || p.Amount != 4900 || p.Reference != "1" {
		t.Errorf("after the first event: %s", text)
	}
	s.sendPayment("succeeded", "pi_2", "2", 100) // another payment
	s.sendPayment("succeeded", "pi_1", "1", 4900)
	if text, p := page.read(); p.Status != hook.StatePaid || !p.Final || len(p.Timeline) != 2 {
		t.Errorf("after the payment: %s", text)
	}
	polled := h.do(request{method: "GET", path: "/api/v1/status/" + s.token("payment/pi_1", "")})
	if !strings.Contains(polled.text, `"paid"`) {
		t.Errorf("polled: %s", polled.text)
	}
}

func TestPublicSocketSendsHeartbeatsAndPings(t *testing.T) {
	h := newTestAPI(t, "")
	h.api.heartbeat = time.Millisecond
	s := h.shop("north")
	page := h.watch(s.token("order/1", ""))
	pings := 0
	page.SetPingHandler(func(string) error { pings++; return nil })
	first, _ := page.read()
	for range 5 {
		if text, _ := page.read(); text != first {
			t.Errorf("a heartbeat is %s, want %s", text, first)
		}
	}
	if pings < 3 {
		t.Errorf("%d pings, want at least 3", pings)
	}
	h.ahead.Store(int64(2 * time.Hour))
	page.expectClose(websocket.ClosePolicyViolation) // each heartbeat checks the token, too
}

// TestPublicSocketNeedsOnlyAToken is the counterpart of promise S1: cookies are ignored, so pages of any origin may
// open the socket.
func TestPublicSocketNeedsOnlyAToken(t *testing.T) {
	h := newTestAPI(t, "")
	s, session := h.shop("north"), h.login()
	for _, origin := range []string{"", "null", "https://shop.example", h.URL} {
		header := http.Header{"Cookie": {session.Name + "=" + session.Value},
			"Authorization": {"Bearer " + adminToken}}
		if origin != "" {
			header.Set("Origin", origin)
		}
		ws, res, err := h.dial(s.token("order/1", ""), header)
		if err != nil {
			t.Fatalf("from %q: %v %v", origin, res, err)
		}
		if res.Header.Get("Set-Cookie") != "" || res.Header.Get("Sec-WebSocket-Extensions") != "" {
			t.Errorf("from %q: %v", origin, res.Header)
		}
		check(t, ws.Close())
		if _, res, err := h.dial("nonsense", header); err == nil || res.StatusCode != 404 {
			t.Errorf("from %q without a token: %v %v", origin, res, err)
		}
	}
}

func TestPublicSocketClosesWhenItsLinkIsRevoked(t *testing.T) {
	for name, end := range map[string]func(h *testAPI, s *shop){
		"the link has expired, and an event arrives": func(h *testAPI, s *shop) {
			h.ahead.Store(int64(2 * time.Hour))
			s.sendPayment("succeeded", "pi_1", "1", 100)
		},
		"its key is replaced": func(_ *testAPI, s *shop) { s.rotate("0s") },
		"its key is deleted": func(h *testAPI, s *shop) {
			h.call("DELETE", "/endpoints/"+string(s.ID)+"/link-keys/"+s.key.ID, "", 204, nil)
		},
		"its endpoint is deleted": func(h *testAPI, s *shop) {
			h.call("DELETE", "/endpoints/"+string(s.ID), "", 204, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newTestAPI(t, "")
			s := h.shop("north")
			page := h.watch(s.token("payment/pi_1", ""))
			page.read()
			end(h, &s)
			_, text, err := page.ReadMessage()
			if !websocket.IsCloseError(err, websocket.ClosePolicyViolation) {
				t.Errorf("the page received %s, %v; want close code 1008", text, err)
			}
		})
	}
}

func TestPublicSocketClosesWhenItsLinkExpires(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	token, err := access.SignLink(s.key,
		access.Link{Endpoint: s.ID, Subject: "order/1", Expires: time.Now().Add(2 * time.Second)})
	check(t, err)
	h.watch(token).expectClose(websocket.ClosePolicyViolation) // before the next heartbeat, which is in 20 seconds
}

func TestOldLinksAreValidUntilTheOverlapEnds(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	old := s.token("payment/pi_1", "")
	page := h.watch(old)
	page.read()
	s.rotate("1h")
	s.sendPayment("succeeded", "pi_1", "1", 100)
	if _, p := page.read(); p.Status != hook.StatePaid {
		t.Errorf("the open socket: %+v", p)
	}
	h.public(old)
	h.ahead.Store(int64(61 * time.Minute))
	h.do(request{method: "GET", path: "/api/v1/status/" + old}).expect(t, 404, "not_found")
}

func TestPublicSocketsCloseWithServiceRestartWhenTheServerStops(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	token := s.token("order/1", "")
	page := h.watch(token)
	page.read()
	h.api.Stop()
	page.expectClose(websocket.CloseServiceRestart)
	if _, res, err := h.dial(token, nil); err == nil || res.StatusCode != 503 {
		t.Errorf("a new one: %v %v", res, err)
	}
	h.api.Watched() // returns only when no page watches
}

// TestConnectionsOfOneLinkAreLimited reaches the limit, and checks that a page that leaves makes room for
// another one.
func TestConnectionsOfOneLinkAreLimited(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	token := s.token("order/1", "")
	var last watcher
	for range connsPerLink {
		last = h.watch(token)
	}
	_, res, err := h.dial(token, nil)
	if err == nil || res.StatusCode != 429 || res.Header.Get("Retry-After") == "" {
		t.Fatalf("one more: %v %v", res, err)
	}
	h.watch(s.token("order/2", "")).read()
	h.public(token) // a poll that does not wait is not limited
	check(t, last.Close())
	for range 1000 {
		ws, _, err := h.dial(token, nil)
		if err == nil {
			check(t, ws.Close())
			return
		}
	}
	t.Error("after a page has left, no other one may connect")
}

func TestMessagesFromAPageAreLimited(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	long := h.watch(s.token("order/1", ""))
	message := []byte(`{"shown":"` + strings.Repeat("x", publicMessageBytes) + `"}`)
	check(t, long.WriteMessage(websocket.TextMessage, message))
	long.expectClose(websocket.CloseMessageTooBig)
	often := h.watch(s.token("order/1", ""))
	for range publicMessages {
		check(t, often.WriteMessage(websocket.TextMessage, []byte("nonsense")))
	}
	for {
		if _, _, err := often.ReadMessage(); err != nil {
			if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
				t.Error("the number of messages is not limited")
			}
			return // it was disconnected
		}
	}
}

// TestOnlyStatesSentToAPageAreRecordedAsShown reports states that the page has and has not received.
func TestOnlyStatesSentToAPageAreRecordedAsShown(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	s.sendPayment("succeeded", "pi_1", "1", 100)
	page := h.watch(s.token("payment/pi_1", ""))
	page.read()
	for _, said := range []string{`{"shown":"refunded"}`, `{"shown":5}`, `[]`, `{"shown":"paid"}`} {
		check(t, page.WriteMessage(websocket.TextMessage, []byte(said)))
	}
	path := "/api/v1/status/" + s.token("payment/pi_1", "")
	h.do(request{method: "GET", path: path + "?shown=canceled"}).expect(t, 200, "")
	var list struct{ Statuses []wire.Status }
	h.get("/api/v1/statuses", &list)
	if len(list.Statuses) != 1 {
		t.Fatalf("%+v", list)
	}
	var d wire.StatusDetail
	for len(d.Shown) == 0 && t.Context().Err() == nil {
		h.get("/api/v1/statuses/"+string(list.Statuses[0].ID), &d)
	}
	if len(d.Shown) != 1 || d.Shown[0].State != hook.StatePaid || d.Shown[0].By != "socket" {
		t.Errorf("recorded: %+v", d.Shown)
	}
}

func TestPublicStatusAllowsAnyOriginWithoutCredentials(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	path := "/api/v1/status/" + s.token("order/1", "")
	header := http.Header{
		"Origin":                         {"https://shop.example"},
		"Sec-Fetch-Site":                 {"cross-site"},
		"Access-Control-Request-Method":  {"GET"},
		"Access-Control-Request-Headers": {"if-none-match"},
	}
	preflight := h.do(request{method: "OPTIONS", path: path, header: header})
	if preflight.StatusCode != 204 || preflight.Header.Get("Access-Control-Allow-Headers") != "If-None-Match" {
		t.Errorf("preflight: %d %v", preflight.StatusCode, preflight.Header)
	}
	other := h.do(request{method: "OPTIONS", path: "/api/v1/endpoints", header: header})
	if other.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("another route: %v", other.Header)
	}
	valid := h.do(request{method: "GET", path: path, header: header})
	invalid := h.do(request{method: "GET", path: "/api/v1/status/x", header: header})
	for _, a := range []answer{preflight, valid, invalid} {
		if a.Header.Get("Access-Control-Allow-Origin") != "*" ||
			a.Header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%d: %v", a.StatusCode, a.Header)
		}
	}
}

// TestStatusPagePolicyFollowsItsEndpointsSettings is promise S4 for status pages.
func TestStatusPagePolicyFollowsItsEndpointsSettings(t *testing.T) {
	h := newTestAPI(t, "https://pay.example/hooks/")
	s := shop{h: h, Endpoint: h.createEndpoint(`{"name":"north"}`)}
	s.rotate("0s")
	policy := func() (csp, nonce string) {
		a := h.do(request{method: "GET", path: "/status/" + s.token("order/1", "")})
		_, after, _ := strings.Cut(a.text, "nonce=")
		nonce, _, _ = strings.Cut(after, " ")
		if a.Header.Get("X-Frame-Options") != "" || len(nonce) < 22 {
			t.Errorf("%q %v", nonce, a.Header)
		}
		return a.Header.Get("Content-Security-Policy"), nonce
	}
	want := "default-src 'none'; script-src 'nonce-%[1]s'; style-src 'nonce-%[1]s'; " +
		"connect-src 'self' wss://pay.example; img-src data:%[2]s; base-uri 'none'; form-action 'none'; " +
		"frame-ancestors %[3]s; require-trusted-types-for 'script'"
	csp, nonce := policy()
	if csp != fmt.Sprintf(want, nonce, "", "'none'") {
		t.Errorf("without settings: %s", csp)
	}
	h.call("PATCH", "/endpoints/"+string(s.ID), `{"statuses":{"page":{"logo":"https://cdn.example/l.png",
		"embed":["https://shop.example","http://localhost:3000"]}}}`, 200, nil)
	csp, again := policy()
	want = fmt.Sprintf(want, again, " https://cdn.example", "https://shop.example http://localhost:3000")
	if csp != want || again == nonce {
		t.Errorf("with a logo and embedding sites: %s", csp)
	}
}

func TestEmbeddedScriptIsCachedBriefly(t *testing.T) {
	h := newTestAPI(t, "")
	a := h.do(request{method: "GET", path: "/embed/hookbeam.js", header: http.Header{"Sec-Fetch-Site": {"cross-site"}}})
	if a.StatusCode != 200 || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/javascript") ||
		a.Header.Get("Cache-Control") != "public, max-age=300" ||
		a.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" ||
		a.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%d %v", a.StatusCode, a.Header)
	}
	if same := h.getKnowing("/embed/hookbeam.js", a.Header.Get("ETag")); same.StatusCode != 304 {
		t.Errorf("unchanged: %d", same.StatusCode)
	}
	none := h.do(request{method: "GET", path: "/embed/other.js"})
	none.expect(t, 404, "not_found")
	if none.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("an unknown script: %v", none.Header)
	}
}
