package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
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
	line := h.watch(s.token("order/1", ""))
	if text, p := line.read(); p.Status != hook.StateWaiting || p.Final {
		t.Errorf("at first: %s", text)
	}
	s.sendPayment("created", "pi_1", "1", 4900)
	if text, p := line.read(); p.Status != hook.StatePending || p.Amount != 4900 || p.Reference != "1" {
		t.Errorf("once it is known: %s", text)
	}
	s.sendPayment("succeeded", "pi_2", "2", 100) // of another
	s.sendPayment("succeeded", "pi_1", "1", 4900)
	if text, p := line.read(); p.Status != hook.StatePaid || !p.Final || len(p.Timeline) != 2 {
		t.Errorf("once it is paid: %s", text)
	}
	if asked := h.do(request{method: "GET", path: "/api/v1/status/" + s.token("payment/pi_1", "")}); !strings.Contains(asked.text, `"paid"`) {
		t.Errorf("asked: %s", asked.text)
	}
}

func TestPublicSocketSendsHeartbeatsAndPings(t *testing.T) {
	h := newTestAPI(t, "")
	h.api.heartbeat = time.Millisecond
	s := h.shop("north")
	line := h.watch(s.token("order/1", ""))
	asked := 0
	line.SetPingHandler(func(string) error { asked++; return nil })
	first, _ := line.read()
	for range 5 {
		if text, _ := line.read(); text != first {
			t.Errorf("it hears %s after %s", text, first)
		}
	}
	if asked < 3 {
		t.Errorf("it was asked %d times whether it is still there", asked)
	}
	h.ahead.Store(int64(2 * time.Hour))
	line.expectClose(websocket.ClosePolicyViolation) // a sign of life looks at the token, too
}

// TestPublicSocketNeedsOnlyAToken is the other side of S1: no cookie counts, so any page may open it.
func TestPublicSocketNeedsOnlyAToken(t *testing.T) {
	h := newTestAPI(t, "")
	s, session := h.shop("north"), h.login()
	for _, origin := range []string{"", "null", "https://shop.example", h.URL} {
		header := http.Header{"Cookie": {session.Name + "=" + session.Value}, "Authorization": {"Bearer " + adminToken}}
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
		"its time is over, and something is told": func(h *testAPI, s *shop) {
			h.ahead.Store(int64(2 * time.Hour))
			s.sendPayment("succeeded", "pi_1", "1", 100)
		},
		"its key is replaced": func(_ *testAPI, s *shop) { s.rotate("0s") },
		"its key is ended": func(h *testAPI, s *shop) {
			h.call("DELETE", "/endpoints/"+string(s.ID)+"/link-keys/"+s.key.ID, "", 204, nil)
		},
		"its endpoint is deleted": func(h *testAPI, s *shop) { h.call("DELETE", "/endpoints/"+string(s.ID), "", 204, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newTestAPI(t, "")
			s := h.shop("north")
			line := h.watch(s.token("payment/pi_1", ""))
			line.read()
			end(h, &s)
			_, text, err := line.ReadMessage()
			if !websocket.IsCloseError(err, websocket.ClosePolicyViolation) {
				t.Errorf("it hears %s, %v", text, err)
			}
		})
	}
}

func TestPublicSocketClosesWhenItsLinkExpires(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	token, err := access.SignLink(s.key, access.Link{Endpoint: s.ID, Subject: "order/1", Expires: time.Now().Add(2 * time.Second)})
	check(t, err)
	h.watch(token).expectClose(websocket.ClosePolicyViolation) // would hear its next sign of life in 20 seconds
}

func TestOldLinksAreValidUntilTheOverlapEnds(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	old := s.token("payment/pi_1", "")
	line := h.watch(old)
	line.read()
	s.rotate("1h")
	s.sendPayment("succeeded", "pi_1", "1", 100)
	if _, p := line.read(); p.Status != hook.StatePaid {
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
	line := h.watch(token)
	line.read()
	h.api.Stop()
	line.expectClose(websocket.CloseServiceRestart)
	if _, res, err := h.dial(token, nil); err == nil || res.StatusCode != 503 {
		t.Errorf("a new one: %v %v", res, err)
	}
	h.api.Watched() // would not return while somebody watches
}

// TestConnectionsOfOneLinkAreLimited holds the bound, and that who leaves makes room.
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
	h.public(token) // asking is not limited
	check(t, last.Close())
	for range 1000 {
		ws, _, err := h.dial(token, nil)
		if err == nil {
			check(t, ws.Close())
			return
		}
	}
	t.Error("nobody takes the place of who left")
}

func TestMessagesFromAPageAreLimited(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	long := h.watch(s.token("order/1", ""))
	check(t, long.WriteMessage(websocket.TextMessage, []byte(`{"shown":"`+strings.Repeat("x", publicMessageBytes)+`"}`)))
	long.expectClose(websocket.CloseMessageTooBig)
	often := h.watch(s.token("order/1", ""))
	for range publicMessages {
		check(t, often.WriteMessage(websocket.TextMessage, []byte("nonsense")))
	}
	for {
		if _, _, err := often.ReadMessage(); err != nil {
			if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
				t.Error("it may say on and on")
			}
			return // it was sent away
		}
	}
}

// TestOnlyStatesSentToAPageAreRecordedAsShown counts only what the page was told.
func TestOnlyStatesSentToAPageAreRecordedAsShown(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	s.sendPayment("succeeded", "pi_1", "1", 100)
	line := h.watch(s.token("payment/pi_1", ""))
	line.read()
	for _, said := range []string{`{"shown":"refunded"}`, `{"shown":5}`, `[]`, `{"shown":"paid"}`} {
		check(t, line.WriteMessage(websocket.TextMessage, []byte(said)))
	}
	h.do(request{method: "GET", path: "/api/v1/status/" + s.token("payment/pi_1", "") + "?shown=canceled"}).expect(t, 200, "")
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
		t.Errorf("noted: %+v", d.Shown)
	}
}

// count is how many seats are taken.
func (s *connLimiter) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held
}

// TestPublicLongPollWaitsForAChange is the socket's other way: the tag names what is known, and a change is the
// answer.
func TestPublicLongPollWaitsForAChange(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	path := "/api/v1/status/" + s.token("payment/pi_1", "")
	first := h.do(request{method: "GET", path: path + "?wait=50s"}) // knows nothing: is not held
	first.expect(t, 200, "")
	same := h.do(request{method: "GET", path: path, header: http.Header{"If-None-Match": {`W/"x", ` + first.Header.Get("ETag")}}})
	if same.StatusCode != 304 || same.text != "" || same.Header.Get("ETag") != first.Header.Get("ETag") || same.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("unchanged: %d %s %v", same.StatusCode, same.text, same.Header)
	}
	heard := make(chan answer)
	go func() {
		heard <- h.do(request{method: "GET", path: path + "?wait=50s", header: http.Header{"If-None-Match": {first.Header.Get("ETag")}}})
	}()
	s.sendPayment("succeeded", "pi_1", "1", 100)
	second := <-heard
	var p wire.PublicStatus
	check(t, json.Unmarshal([]byte(second.text), &p))
	if p.Status != hook.StatePaid || second.Header.Get("ETag") == first.Header.Get("ETag") {
		t.Errorf("changed: %s", second.text)
	}
	h.do(request{method: "GET", path: path + "?wait=soon"}).expect(t, 400, "invalid_request")
	go func() {
		heard <- h.do(request{method: "GET", path: path + "?wait=50s", header: http.Header{"If-None-Match": {second.Header.Get("ETag")}}})
	}()
	for h.api.statusPolls.count() == 0 && t.Context().Err() == nil {
		runtime.Gosched() // until it waits
	}
	s.rotate("0s")
	(<-heard).expect(t, 404, "not_found")
}

// TestReloadingPageWaitsForAChange is the third way, without script.
func TestReloadingPageWaitsForAChange(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	path := "/status/" + s.token("payment/pi_1", "")
	load := func(seen string) (a answer, next string) {
		a = h.do(request{method: "GET", path: path + "?seen=" + seen})
		a.expect(t, 200, "")
		_, after, _ := strings.Cut(a.text, "seen=")
		next, _, _ = strings.Cut(after, " ")
		return a, next
	}
	held := func(seen string) <-chan answer {
		heard := make(chan answer, 1)
		go func() { heard <- h.do(request{method: "GET", path: path + "?seen=" + seen}) }()
		for h.api.statusPolls.count() == 0 && len(heard) == 0 {
			runtime.Gosched()
		}
		return heard
	}
	first, seen := load("")
	if !strings.Contains(first.text, "reload=1 ") {
		t.Errorf("first: %s", first.text)
	}
	for _, other := range []string{"x", "x.y", seen + "0", "." + seen, strings.Split(seen, ".")[0] + ".1"} { // from long ago, or never sent
		if a, _ := load(other); a.text == "" {
			t.Errorf("%s: nothing", other)
		}
	}
	heard := held(seen)
	h.do(request{method: "HEAD", path: path + "?seen=" + seen}) // does not wait
	s.sendPayment("processing", "pi_1", "1", 100)
	second := <-heard
	if !strings.Contains(second.text, "Status:processing") || !strings.Contains(second.text, "reload=1 ") {
		t.Errorf("changed: %s", second.text)
	}
	_, seen = load("")
	heard = held(seen)
	s.sendPayment("succeeded", "pi_1", "1", 100)
	if last := <-heard; !strings.Contains(last.text, "Status:paid") || !strings.Contains(last.text, "reload=0 ") {
		t.Errorf("final: %s", last.text)
	}
	path = "/status/" + s.token("payment/pi_2", "")
	_, seen = load("")
	var leave []func()
	for range connsPerLink {
		l, err := h.api.readLink(strings.TrimPrefix(path, "/status/"))
		check(t, err)
		free, _ := h.api.statusPolls.acquire(l, access.Client{Key: "elsewhere"})
		leave = append(leave, free)
	}
	if full, _ := load(seen); !strings.Contains(full.text, "reload=3 ") {
		t.Errorf("too many wait: %s", full.text)
	}
	for _, free := range leave {
		free()
	}
	heard = held(seen)
	h.api.Stop()
	if a := <-heard; !strings.Contains(a.text, "reload=3 ") {
		t.Errorf("stopping: %s", a.text)
	}
}

func TestPublicStatusAllowsAnyOriginWithoutCredentials(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	path := "/api/v1/status/" + s.token("order/1", "")
	ask := http.Header{"Origin": {"https://shop.example"}, "Access-Control-Request-Method": {"GET"}, "Access-Control-Request-Headers": {"if-none-match"},
		"Sec-Fetch-Site": {"cross-site"}}
	before := h.do(request{method: "OPTIONS", path: path, header: ask})
	if before.StatusCode != 204 || before.Header.Get("Access-Control-Allow-Headers") != "If-None-Match" {
		t.Errorf("before: %d %v", before.StatusCode, before.Header)
	}
	if other := h.do(request{method: "OPTIONS", path: "/api/v1/endpoints", header: ask}); other.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("elsewhere: %v", other.Header)
	}
	for _, a := range []answer{before, h.do(request{method: "GET", path: path, header: ask}), h.do(request{method: "GET", path: "/api/v1/status/x", header: ask})} {
		if a.Header.Get("Access-Control-Allow-Origin") != "*" || a.Header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%d: %v", a.StatusCode, a.Header)
		}
	}
}

// TestStatusPagePolicyFollowsItsEndpointsSettings is S4 for status pages.
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
	want := "default-src 'none'; script-src 'nonce-%[1]s'; style-src 'nonce-%[1]s'; connect-src 'self' wss://pay.example; img-src data:%[2]s; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors %[3]s; require-trusted-types-for 'script'"
	csp, nonce := policy()
	if csp != fmt.Sprintf(want, nonce, "", "'none'") {
		t.Errorf("plain: %s", csp)
	}
	h.call("PATCH", "/endpoints/"+string(s.ID), `{"statuses":{"page":{"logo":"https://cdn.example/l.png","embed":["https://shop.example","http://localhost:3000"]}}}`, 200, nil)
	csp, again := policy()
	if csp != fmt.Sprintf(want, again, " https://cdn.example", "https://shop.example http://localhost:3000") || again == nonce {
		t.Errorf("branded: %s", csp)
	}
}

func TestEmbeddedScriptIsCachedBriefly(t *testing.T) {
	h := newTestAPI(t, "")
	a := h.do(request{method: "GET", path: "/embed/hookbeam.js", header: http.Header{"Sec-Fetch-Site": {"cross-site"}}})
	if a.StatusCode != 200 || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/javascript") || a.Header.Get("Cache-Control") != "public, max-age=300" ||
		a.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" || a.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%d %v", a.StatusCode, a.Header)
	}
	if same := h.do(request{method: "GET", path: "/embed/hookbeam.js", header: http.Header{"If-None-Match": {a.Header.Get("ETag")}}}); same.StatusCode != 304 {
		t.Errorf("unchanged: %d", same.StatusCode)
	}
	none := h.do(request{method: "GET", path: "/embed/other.js"})
	none.expect(t, 404, "not_found")
	if none.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("none: %v", none.Header)
	}
}
