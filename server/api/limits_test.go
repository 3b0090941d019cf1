package api

import (
	"errors"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"hookbeam/server/access"
	"hookbeam/server/wire"
)

// socketFrom opens a WebSocket from a local address. ws is nil if it is refused.
func (h *testAPI) socketFrom(ip, path string) (*websocket.Conn, *http.Response) {
	h.t.Helper()
	dialer := websocket.Dialer{NetDialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(ip)}}).DialContext}
	ws, res, err := dialer.DialContext(h.t.Context(), "ws"+strings.TrimPrefix(h.URL, "http")+path,
		http.Header{"Authorization": {"Bearer " + adminToken}})
	if res == nil {
		h.t.Fatal(err)
	}
	if ws != nil {
		h.t.Cleanup(func() { _ = ws.Close() })
	}
	return ws, res
}

// TestSocketsAreLimitedPerAddressAndInTotal reaches both limits, for the live connection and for public
// statuses, and checks that refusals are counted.
func TestSocketsAreLimitedPerAddressAndInTotal(t *testing.T) {
	for name, path := range map[string]func(h *testAPI) string{
		"readers": func(h *testAPI) string {
			h.api.Live.(*Live).sockets = access.NewQuota(3, 2)
			return "/api/v1/live"
		},
		"pages": func(h *testAPI) string {
			h.api.statusSockets = newConnLimiter(3, 9, 2)
			s := h.shop("north")
			return "/api/v1/status/" + s.token("order/1", "") + "/live"
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newTestAPI(t, "")
			path := path(h)
			open := func(ip string, want int) *websocket.Conn {
				t.Helper()
				ws, res := h.socketFrom(ip, path)
				if res.StatusCode != want || (want == 429) != (res.Header.Get("Retry-After") != "") {
					t.Errorf("from %s: %d, want %d", ip, res.StatusCode, want)
				}
				return ws
			}
			first := open("127.0.0.2", 101)
			open("127.0.0.2", 101)
			open("127.0.0.2", 429)
			open("127.0.0.3", 101)
			open("127.0.0.4", 429)
			refused := int64(0)
			for code, n := range h.api.Refusals.Counts() {
				if !strings.HasPrefix(code, "too_many_") {
					t.Errorf("%s is counted", code)
				}
				refused += n
			}
			if refused != 2 {
				t.Errorf("%d refusals are counted: %v", refused, h.api.Refusals.Counts())
			}
			check(t, first.Close())
			for range 10_000 {
				if ws, _ := h.socketFrom("127.0.0.4", path); ws != nil {
					return
				}
			}
			t.Error("after a socket was closed, no other one may connect")
		})
	}
}

// TestAllTokensOfALinkShareItsConnectionLimit signs several tokens for one payment, as a shop may.
func TestAllTokensOfALinkShareItsConnectionLimit(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	h.api.statusSockets, h.api.statusPolls = newConnLimiter(100, 2, 100), newConnLimiter(100, 2, 100)
	token := func(expires time.Duration) string {
		text, err := access.SignLink(s.key, access.Link{Endpoint: s.ID, Subject: "order/1",
			Expires: time.Now().Add(expires)})
		check(t, err)
		return text
	}
	for i, want := range []int{101, 101, 429} {
		path := "/api/v1/status/" + token(time.Duration(i+1)*time.Hour) + "/live"
		if _, res := h.socketFrom("127.0.0.2", path); res.StatusCode != want {
			t.Errorf("token %d: %d, want %d", i, res.StatusCode, want)
		}
	}
	for i, want := range []bool{true, true, false} {
		l, err := h.api.readLink(token(time.Duration(i+1) * time.Hour))
		check(t, err)
		if _, ok := h.api.statusPolls.acquire(l, access.Client{Key: "a"}); ok != want {
			t.Errorf("poll with token %d: %v", i, ok)
		}
	}
	for _, spelled := range []string{"%0a", "%0D%0A", "%20", "="} {
		h.do(request{method: "GET", path: "/api/v1/status/" + token(time.Hour) + spelled}).expect(t, 404, "not_found")
	}
}

func TestLongPollsAreLimitedPerAddress(t *testing.T) {
	h := newTestAPI(t, "")
	u := h.api.Updates.(*Updates)
	u.waiting = access.NewQuota(2, 1)
	var page struct{ Cursor string }
	h.get("/api/v1/deliveries", &page)
	ask := request{method: "GET", path: "/api/v1/updates?wait=50s&after=" + page.Cursor, token: true}
	answered := make(chan answer, 1)
	go func() { answered <- h.do(ask) }()
	for u.waiting.Held() == 0 {
		runtime.Gosched() // until it waits
	}
	full := h.do(ask)
	full.expect(t, 429, "too_many_waiting")
	if full.Header.Get("Retry-After") == "" {
		t.Error("Retry-After is missing")
	}
	// A request without wait is not limited.
	h.do(request{method: "GET", path: "/api/v1/updates?after=" + page.Cursor, token: true}).expect(t, 200, "")
	h.send("x")
	if a := <-answered; a.StatusCode != 200 {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
	if n := u.waiting.Held(); n != 0 {
		t.Errorf("%d polls are still counted", n)
	}
}

// TestTenThousandReadersAreAdmittedWithinThirtySeconds simulates a reconnection: all readers come at once, and
// those that are refused come back after Retry-After.
func TestTenThousandReadersAreAdmittedWithinThirtySeconds(t *testing.T) {
	a := newAdmission()
	now := time.Unix(0, 0)
	const readers = 10_000
	due := map[int][]int{0: nil} // the readers that come in each second
	for i := range readers {
		due[0] = append(due[0], i)
	}
	back, busiest := 0, 0
	for second := 0; back < readers; second++ {
		if second > 30 {
			t.Fatalf("%d of %d readers are admitted after 30 s", back, readers)
		}
		in := 0
		for n, i := range due[second] {
			part := time.Duration(n) * time.Second / time.Duration(len(due[second]))
			at := now.Add(time.Duration(second)*time.Second + part)
			err := a.admit(from("address "+string(rune('a'+i%20))), at)
			if err == nil {
				in++
				continue
			}
			p := problemOf(err)
			if p.Status != 503 || p.retryAfter < time.Second || p.retryAfter > admissionSpread {
				t.Fatalf("%+v", p)
			}
			again := second + int((p.retryAfter+time.Second-1)/time.Second)
			due[again] = append(due[again], i)
		}
		back += in
		busiest = max(busiest, in)
		if second == 0 && in < admissionBurst {
			t.Errorf("only %d readers are admitted at once", in)
		}
	}
	if busiest > admissionBurst+admissionPerSecond {
		t.Errorf("%d readers were admitted within one second", busiest)
	}
}

func TestOneAddressCannotUseUpTheAdmissionRate(t *testing.T) {
	a := newAdmission()
	now := time.Unix(0, 0)
	for range 5 * admissionBurst {
		_ = a.admit(from("loop"), now)
	}
	if err := a.admit(from("other"), now); err != nil {
		t.Error(err)
	}
	proxy := from("proxy")
	proxy.Shared = true
	for i := range addressBurst - 1 {
		if err := a.admit(proxy, now); err != nil {
			t.Fatalf("socket %d behind a proxy: %v", i, err)
		}
	}
}

func TestClientFramesAreCountedAcrossReads(t *testing.T) {
	var stream []byte
	frame := func(length int, masked byte, payload int) {
		switch {
		case length < 126:
			stream = append(stream, 0x82, masked|byte(length))
		case length < 1<<16:
			stream = append(stream, 0x82, masked|126, byte(length>>8), byte(length))
		default:
			stream = append(stream, 0x82, masked|127, 0, 0, 0, 0, 0, byte(length>>16), byte(length>>8), byte(length))
		}
		if masked != 0 {
			stream = append(stream, 1, 2, 3, 4)
		}
		stream = append(stream, make([]byte, payload)...)
	}
	lengths := []int{0, 1, 125, 126, 0, 65535, 65536, 0, 0}
	for _, n := range lengths {
		frame(n, 0x80, n)
		frame(n, 0, n)
	}
	for _, piece := range []int{1, 3, 100, len(stream)} {
		m, frames := &frameMeter{}, 0
		for rest := stream; len(rest) > 0; rest = rest[min(piece, len(rest)):] {
			frames += m.count(rest[:min(piece, len(rest))])
		}
		if frames != 2*len(lengths) {
			t.Errorf("in pieces of %d: %d frames, want %d", piece, frames, 2*len(lengths))
		}
	}
}

func TestPageThatSendsTooManyFramesIsDisconnected(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	page := h.watch(s.token("order/1", ""))
	check(t, page.SetReadDeadline(time.Now().Add(time.Minute))) // so that the test fails instead of hanging
	for range 3 * framesAtOnce {                                // it may be disconnected before the last
		if page.WriteControl(websocket.PongMessage, nil, time.Now().Add(time.Minute)) != nil {
			break
		}
	}
	for {
		_, _, err := page.ReadMessage()
		var closed *websocket.CloseError
		if errors.As(err, &closed) && closed.Code == websocket.ClosePolicyViolation {
			return
		}
		if err != nil {
			t.Fatalf("the WebSocket ended with %v, want close code 1008", err)
		}
	}
}

// TestServerReportsRefusalsAndWarnings reads GET /server, as the dashboard does.
func TestServerReportsRefusalsAndWarnings(t *testing.T) {
	h := newTestAPI(t, "")
	var s struct {
		Version  string
		Refused  map[string]int64
		Warnings []wire.Warning
	}
	h.get("/api/v1/server", &s)
	if s.Version != "test" || s.Refused == nil || len(s.Refused) != 0 || s.Warnings == nil || len(s.Warnings) != 0 {
		t.Errorf("at first: %+v", s)
	}
	h.api.Refusals.Count("busy", "no room")
	h.do(request{method: "GET", path: "/healthz", header: http.Header{"X-Forwarded-For": {"192.0.2.1"}}}).expect(t, 200,
		"")
	h.get("/api/v1/server", &s)
	if s.Refused["busy"] != 1 || len(s.Warnings) != 1 || s.Warnings[0].Code != "proxy_not_trusted" {
		t.Errorf("then: %+v", s)
	}
	h.do(request{method: "GET", path: "/api/v1/server"}).expect(t, 401, "unauthenticated")
}

// TestRepeatedStorageFailuresDoNotFloodTheLog sends deliveries that cannot be stored, and readiness probes. All
// refusals are counted, and the log has one line for each code.
func TestRepeatedStorageFailuresDoNotFloodTheLog(t *testing.T) {
	h := newTestAPI(t, "")
	h.stop()
	lines := func() (n int) {
		for line := range strings.Lines(h.log.String()) {
			if !strings.Contains(line, "level=DEBUG") {
				n++
			}
		}
		return n
	}
	before := lines()
	for range 50 {
		h.do(request{method: "POST", path: "/in/" + h.endpoint.Slug, body: "x"}).expect(t, 503, "stopping")
		h.do(request{method: "GET", path: "/readyz"}).expect(t, 503, "cannot_store")
	}
	if written := lines() - before; written > 2 {
		t.Errorf("%d log lines for 100 requests", written)
	}
	if refused := h.api.Refusals.Counts()["stopping"]; refused != 50 {
		t.Errorf("%d refusals are counted", refused)
	}
}
