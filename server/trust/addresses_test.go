package trust_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

// serverInfo is the part of GET /api/v1/server that tests need: bytes of bodies in progress, refusals counted by code,
// and warnings for the operator.
type serverInfo struct {
	InFlight int `json:"in_flight"`
	Refused  map[string]int
	Warnings []struct{ Code, Detail string }
}

// info asks the server for its state, as administrator.
func (s *server) info() (a serverInfo) {
	s.t.Helper()
	s.api(http.MethodGet, "/api/v1/server", http.StatusOK, nil, &a)
	return a
}

// TestAnnouncedBodiesOfOneAddressLeaveRoomForOthers checks S24 for bodies. One address opens 414 requests whose
// announced lengths add up to all body memory, and sends one byte of each. Some must be refused, the server
// must not grow by the announced bytes, and another address must still be able to send. The refusals are counted, and
// logged in one line.
func TestAnnouncedBodiesOfOneAddressLeaveRoomForOthers(t *testing.T) {
	t.Parallel()
	s := serveMeasured(t)
	e := s.first()
	before, waiting, refused := s.resident(), 0, 0
	// Large bodies first, then smaller and smaller ones, so that the last bytes of the share are used as well.
	for _, part := range []struct{ lines, size int }{{255, 1 << 20}, {15, 64 << 10}, {16, 4096}, {128, 512}} {
		for range part.lines {
			l := s.connect("127.0.0.2")
			switch status := l.announce(t, e, part.size); status {
			case http.StatusContinue:
				waiting++
				_, _ = io.WriteString(l, "x")
			case http.StatusServiceUnavailable:
				refused++
			default:
				t.Fatalf("announcing %d bytes is answered %d", part.size, status)
			}
		}
	}
	t.Logf("%d bodies are waited for, %d were refused; the server grew by %d KiB", waiting, refused,
		(s.resident()-before)>>10)
	if refused == 0 {
		t.Error("one address may announce everything")
	}
	if growth := s.resident() - before; growth > 64<<20 {
		t.Errorf("bytes that never came took %d MiB", growth>>20)
	}
	// Another address and the health check must still be served.
	for _, body := range []string{"small", strings.Repeat("x", 1<<20)} {
		if _, err := deliver(t.Context(), clientFrom(t, "127.0.0.3"), e.in(s), body); err != nil {
			t.Errorf("another address, %d bytes: %v", len(body), err)
		}
	}
	if status, text, err := s.connect("127.0.0.4").roundTrip("GET /readyz HTTP/1.1\r\nHost: localhost\r\n" +
		"\r\n"); err != nil || status != http.StatusOK {
		t.Errorf("readyz: %d %s %v", status, text, err)
	}
	if n := s.info().Refused["address_busy"]; n != refused {
		t.Errorf("%d refusals are counted, not %d", n, refused)
	}
	if lines := strings.Count(s.log.String(), "code=address_busy"); lines != 1 ||
		strings.Contains(s.log.String(), "level=ERROR") {
		t.Errorf("the log has %d lines of it:\n%s", lines, s.log.tail(4<<10))
	}
}

// TestNotReadyWhileNoBodyFindsRoom checks R17 for body memory. Two addresses send 400 kB each of bodies that they do
// not finish, into a server with 1 MiB for bodies. Larger bodies are then refused and /readyz must say why, while small
// bodies still pass. After the two connections are closed, the server must be ready again.
func TestNotReadyWhileNoBodyFindsRoom(t *testing.T) {
	t.Parallel()
	s := serve(t, "--max-in-flight", "1MiB")
	e := s.first()
	var senders []*rawConn
	for _, ip := range []string{"127.0.0.2", "127.0.0.3"} {
		l := s.connect(ip)
		if status := l.announce(t, e, 500_000); status != http.StatusContinue {
			t.Fatalf("answered %d", status)
		}
		_, _ = io.WriteString(l, strings.Repeat("x", 400_000))
		senders = append(senders, l)
	}
	ready := func(query string) (int, string) {
		status, text, err := s.connect("127.0.0.4").
			roundTrip("GET /readyz" + query + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
		if err != nil {
			t.Fatal(err)
		}
		return status, text
	}
	// Both bodies together leave less than 100 kB: too little for the next one, enough for a small one.
	eventually(t, "what was sent is held", func() bool { return s.info().InFlight > 1_000_000 })
	if status, _, _, err := send(t.Context(), clientFrom(t, "127.0.0.5"), e.in(s),
		strings.Repeat("x", 100_000)); err != nil || status != 503 {
		t.Errorf("a body then: %d %v", status, err)
	}
	eventually(t, "not ready", func() bool {
		status, text := ready("")
		return status == http.StatusServiceUnavailable && strings.Contains(text, `"busy"`)
	})
	// The verbose form lists all checks, whether they pass or not.
	var verbose struct {
		Status string
		Checks []struct {
			Name, Code, Detail string
			OK                 bool
		}
	}
	status, text := ready("?verbose")
	if err := json.Unmarshal([]byte(text), &verbose); err != nil || status != http.StatusServiceUnavailable ||
		verbose.Status != "not_ready" {
		t.Fatalf("verbose: %d %s %v", status, text, err)
	}
	// Only the check of bodies may fail, and a failed check has a code.
	for _, c := range verbose.Checks {
		if c.OK == (c.Name == "bodies") || c.OK == (c.Code != "") {
			t.Errorf("check %+v", c)
		}
	}
	if status, _, _, err := send(t.Context(), clientFrom(t, "127.0.0.5"), e.in(s), "x"); err != nil ||
		status != http.StatusOK {
		t.Errorf("a small body: %d %v", status, err)
	}
	if status, text := ready(""); status != http.StatusOK {
		t.Errorf("small bodies come through: %d %s", status, text)
	}
	for _, l := range senders {
		_ = l.Close()
	}
	eventually(t, "ready again", func() bool { status, _ := ready(""); return status == http.StatusOK })
	if status, text := ready("?verbose"); status != http.StatusOK || !strings.Contains(text, `"status":"ready"`) {
		t.Errorf("verbose: %d %s", status, text)
	}
}

// withDescriptors starts a server that may open n file descriptors (ulimit -n). It may use 80 % of them for
// connections, and one address half of that.
func withDescriptors(t *testing.T, n int, args ...string) *server {
	t.Helper()
	s := newServer(t, args...)
	s.wrap = []string{"sh", "-c", fmt.Sprintf(`ulimit -n %d && exec "$0" "$@"`, n)}
	s.start()
	return s
}

// TestIdleConnectionsOfOneAddressLeaveRoomForOthers checks S24 and S2 for connections. One address opens 300 idle
// connections to a server with 256 descriptors. It must keep exactly its share, and a delivery from another address
// must succeed.
func TestIdleConnectionsOfOneAddressLeaveRoomForOthers(t *testing.T) {
	t.Parallel()
	s := withDescriptors(t, 256)
	e := s.first()
	kept, refused := 0, 0
	for range 300 {
		if s.openKeptAlive("127.0.0.2") == nil {
			refused++
		} else {
			kept++
		}
	}
	// 80 % of the descriptors may be connections, and one address may have half of them.
	if kept != 256*8/10/2 {
		t.Errorf("%d connections of one address are kept with 256 descriptors", kept)
	}
	if _, err := deliver(t.Context(), clientFrom(t, "127.0.0.3"), e.in(s), "from elsewhere"); err != nil {
		t.Error(err)
	}
	if n := s.info().Refused["too_many_connections_of_address"]; n != refused {
		t.Errorf("%d refusals are counted, not %d", n, refused)
	}
	if lines := strings.Count(s.log.String(), "code=too_many_connections_of_address"); lines != 1 {
		t.Errorf("the log has %d lines of it:\n%s", lines, s.log.tail(4<<10))
	}
}

// TestNotReadyWhileNoConnectionIsLetIn checks R17 for connections. 250 addresses together use all connections of a
// server with 256 descriptors, 20 of them with WebSockets. /readyz, asked on a connection opened before, must report
// it. Deliveries on open connections must still be stored, since the databases have their own descriptors. After the
// connections are closed, the server must be ready again.
func TestNotReadyWhileNoConnectionIsLetIn(t *testing.T) {
	t.Parallel()
	s := withDescriptors(t, 256)
	e := s.first()
	probe := s.connect("127.0.0.9")
	const readyz = "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"
	if status, text, err := probe.roundTrip(readyz); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s %v", status, text, err)
	}
	var lines []*rawConn
	// Twenty WebSockets, each from its own address, count as connections too.
	for i := range 20 {
		l := s.connect(fmt.Sprintf("127.0.1.%d", 1+i))
		status, _, err := l.roundTrip("GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
			adminToken + "\r\nConnection: Upgrade\r\n" +
			"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
		if err != nil || status != http.StatusSwitchingProtocols {
			t.Fatalf("%d %v", status, err)
		}
		lines = append(lines, l)
	}
	refused := 0
	// Then idle connections, one per address, until no more are accepted.
	for i := range 230 {
		if l := s.openKeptAlive(fmt.Sprintf("127.0.2.%d", 1+i)); l != nil {
			lines = append(lines, l)
		} else {
			refused++
		}
	}
	if kept := len(lines) + 1; kept < 190 ||
		kept > 256*8/10 { // one connection of an earlier API call may still be open
		t.Errorf("%d connections are kept with 256 descriptors", kept)
	}
	if status, text, err := probe.roundTrip(readyz); err != nil || status != http.StatusServiceUnavailable ||
		!strings.Contains(text, "connections_exhausted") {
		t.Errorf("readyz: %d %s %v", status, text, err)
	}
	// A delivery on a connection that is already open must be stored.
	post := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}", path(e))
	if status, text, err := probe.roundTrip(post); err != nil || status != http.StatusOK {
		t.Errorf("on an open connection: %d %s %v", status, text, err)
	}
	for _, l := range lines {
		_ = l.Close()
	}
	eventually(t, "ready again", func() bool {
		status, _, err := probe.roundTrip(readyz)
		return err == nil && status == http.StatusOK
	})
	if s.info().Refused["too_many_connections"] != refused {
		t.Errorf("counted: %v, not %d", s.info().Refused, refused)
	}
}

// TestTheRateOfOneAddressIsItsOwn checks S14 for addresses: with one request per hour and address, the second request
// of an address gets 429 with Retry-After, while another address still has its own.
func TestTheRateOfOneAddressIsItsOwn(t *testing.T) {
	t.Parallel()
	s := serve(t, "--rate-address", "1/h")
	e := s.first()
	for _, c := range []struct {
		ip   string
		want int
	}{{"127.0.0.2", 200}, {"127.0.0.2", 429}, {"127.0.0.3", 200}, {"127.0.0.3", 429}, {"127.0.0.2", 429}} {
		status, header, text, err := send(t.Context(), clientFrom(t, c.ip), e.in(s), "x")
		if err != nil || status != c.want || (status == 429) != (header.Get("Retry-After") != "") {
			t.Errorf("from %s: %d %s %v, want %d", c.ip, status, text, err, c.want)
		}
	}
}

// TestAProxyThatIsNotTrustedIsToldOf checks S13. Requests with X-Forwarded-For come from one address. If the proxy is
// not trusted, all its clients share that address: it is then not rate-limited, and the log, /readyz?verbose and GET
// /api/v1/server name the flag to set. If it is trusted, each client has its own rate and there is no warning.
func TestAProxyThatIsNotTrustedIsToldOf(t *testing.T) {
	t.Parallel()
	const code = "proxy_not_trusted"
	open := map[string]any{"name": "open", "verify": "off"} // the endpoint "first" refuses requests with proxy headers
	var e endpoint
	post := func(s *server, ip, behind string, want int) {
		t.Helper()
		status, _, text, err := send(t.Context(), clientFrom(t, ip), e.in(s), "x", "X-Forwarded-For", behind)
		if err != nil || status != want {
			t.Errorf("%s by %s: %d %s %v, want %d", behind, ip, status, text, err, want)
		}
	}
	s := serve(t, "--rate-address", "1/h")
	e = s.make(open)
	for range 5 {
		post(s, "127.0.0.2", "192.0.2.1", 200)
	}
	if lines := strings.Count(s.log.String(), "code="+code); lines != 1 {
		t.Errorf("the log has %d lines:\n%s", lines, s.log.tail(4<<10))
	}
	if a := s.info(); len(a.Warnings) != 1 || a.Warnings[0].Code != code ||
		!strings.Contains(a.Warnings[0].Detail, "--trusted-proxy 127.0.0.2") {
		t.Errorf("%+v", a)
	}
	if _, text, err := s.connect("127.0.0.4").roundTrip("GET /readyz?verbose HTTP/1.1\r\nHost: localhost\r\n" +
		"\r\n"); err != nil || !strings.Contains(text, code) {
		t.Errorf("readyz: %s %v", text, err)
	}

	// With the proxy trusted, its clients have separate rates: the second request of a client is refused.
	s = serve(t, "--rate-address", "1/h", "--trusted-proxy", "127.0.0.2")
	e = s.make(open)
	post(s, "127.0.0.2", "192.0.2.1", 200)
	post(s, "127.0.0.2", "192.0.2.1", 429)
	post(s, "127.0.0.2", "192.0.2.2", 200)
	if a := s.info(); len(a.Warnings) != 0 || strings.Contains(s.log.String(), code) {
		t.Errorf("%+v", a)
	}
}

// TestASocketMayNotChatter checks S2 for WebSockets that send: 100,000 small frames of each kind without pause.
// Handling them costs the server more than the client, so it must close the connection with 1008.
func TestASocketMayNotChatter(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for name, frame := range map[string][]byte{
		"empty fragments": clientFrame(0x00, 0, ""),
		"pings":           clientFrame(0x89, 0, ""),
		"pongs":           clientFrame(0x8a, 2, "ab"),
		"empty messages":  clientFrame(0x81, 0, ""),
	} {
		t.Run(name, func(t *testing.T) {
			conn, reader, _ := upgrade(t, s)
			defer conn.Close()
			if name == "empty fragments" {
				_, _ = conn.Write(clientFrame(0x01, 0, ""))
			}
			// The server closes the connection long before all frames are written.
			go func() {
				for range 100_000 {
					if _, err := conn.Write(frame); err != nil {
						return
					}
				}
			}()
			if code, err := closeCode(reader); code != websocket.ClosePolicyViolation {
				t.Errorf("closed with %d (%v)", code, err)
			}
		})
	}
}
