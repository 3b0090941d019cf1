package trust_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

// clientFrom is newClient with an address of its own, out of 127.0.0.0/8.
func clientFrom(t *testing.T, ip string) *http.Client {
	t.Helper()
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(ip)}}
	transport := &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: 1}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: patience}
}

// line is a connection from an address, spoken to by hand.
type line struct {
	net.Conn
	reader *bufio.Reader
}

func (s *server) connect(ip string) *line {
	s.t.Helper()
	l, err := s.dial(ip)
	if err != nil {
		s.t.Fatal(err)
	}
	return l
}

func (s *server) dial(ip string) (*line, error) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(ip)}, Timeout: patience}
	conn, err := dialer.DialContext(s.t.Context(), "tcp", s.addr)
	if err != nil {
		return nil, err
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	return &line{conn, bufio.NewReader(conn)}, nil
}

// stay opens a kept-alive connection; nil where it is refused, which may show at once or when it is used.
func (s *server) stay(ip string) *line {
	l, err := s.dial(ip)
	if err == nil {
		_, _, err = l.ask("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
	}
	if err != nil {
		return nil
	}
	return l
}

// ask sends text and returns the answer, its body read; the connection stays open.
func (l *line) ask(text string) (status int, body string, err error) {
	if _, err := io.WriteString(l, text); err != nil {
		return 0, "", err
	}
	answer, err := http.ReadResponse(l.reader, nil)
	if err != nil {
		return 0, "", err
	}
	if answer.StatusCode == http.StatusContinue {
		return answer.StatusCode, "", nil
	}
	defer answer.Body.Close()
	all, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(all), err
}

// announce begins a body of size bytes and returns what the server says: 100 where it waits for the body.
func (l *line) announce(t *testing.T, e endpoint, size int) int {
	t.Helper()
	status, _, err := l.ask(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"+
		"Content-Length: %d\r\n\r\n", path(e), size))
	if err != nil {
		t.Fatal(err)
	}
	return status
}

// about is what the server says of itself.
type about struct {
	InFlight int `json:"in_flight"`
	Refused  map[string]int
	Warnings []struct{ Code, Detail string }
}

func (s *server) about() (a about) {
	s.t.Helper()
	s.api(http.MethodGet, "/api/v1/server", http.StatusOK, nil, &a)
	return a
}

// TestAnnouncedBodiesOfOneAddressLeaveRoomForOthers is the first half of defence S24: lengths that together are the
// room for all bodies, a byte each, from one address.
func TestAnnouncedBodiesOfOneAddressLeaveRoomForOthers(t *testing.T) {
	t.Parallel()
	s := serveMeasured(t)
	e := s.first()
	before, waiting, refused := s.resident(), 0, 0
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
	for _, body := range []string{"small", strings.Repeat("x", 1<<20)} {
		if _, err := deliver(t.Context(), clientFrom(t, "127.0.0.3"), e.in(s), body); err != nil {
			t.Errorf("another address, %d bytes: %v", len(body), err)
		}
	}
	if status, text, err := s.connect("127.0.0.4").ask("GET /readyz HTTP/1.1\r\nHost: localhost\r\n" +
		"\r\n"); err != nil || status != http.StatusOK {
		t.Errorf("readyz: %d %s %v", status, text, err)
	}
	if n := s.about().Refused["address_busy"]; n != refused {
		t.Errorf("%d refusals are counted, not %d", n, refused)
	}
	if lines := strings.Count(s.log.String(), "code=address_busy"); lines != 1 ||
		strings.Contains(s.log.String(), "level=ERROR") {
		t.Errorf("the log has %d lines of it:\n%s", lines, s.log.tail(4<<10))
	}
}

// TestNotReadyWhileNoBodyFindsRoom is a part of promise R17.
func TestNotReadyWhileNoBodyFindsRoom(t *testing.T) {
	t.Parallel()
	s := serve(t, "--max-in-flight", "1MiB")
	e := s.first()
	var senders []*line
	for _, ip := range []string{"127.0.0.2", "127.0.0.3"} {
		l := s.connect(ip)
		if status := l.announce(t, e, 500_000); status != http.StatusContinue {
			t.Fatalf("answered %d", status)
		}
		_, _ = io.WriteString(l, strings.Repeat("x", 400_000))
		senders = append(senders, l)
	}
	ready := func(query string) (int, string) {
		status, text, err := s.connect("127.0.0.4").ask("GET /readyz" + query + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
		if err != nil {
			t.Fatal(err)
		}
		return status, text
	}
	eventually(t, "what was sent is held", func() bool { return s.about().InFlight > 1_000_000 })
	if status, _, _, err := send(t.Context(), clientFrom(t, "127.0.0.5"), e.in(s),
		strings.Repeat("x", 100_000)); err != nil || status != 503 {
		t.Errorf("a body then: %d %v", status, err)
	}
	eventually(t, "not ready", func() bool {
		status, text := ready("")
		return status == http.StatusServiceUnavailable && strings.Contains(text, `"busy"`)
	})
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

// withDescriptors starts a server that may open n files.
func withDescriptors(t *testing.T, n int, args ...string) *server {
	t.Helper()
	s := newServer(t, args...)
	s.wrap = []string{"sh", "-c", fmt.Sprintf(`ulimit -n %d && exec "$0" "$@"`, n)}
	s.start()
	return s
}

// TestIdleConnectionsOfOneAddressLeaveRoomForOthers is the other half of defence S24.
func TestIdleConnectionsOfOneAddressLeaveRoomForOthers(t *testing.T) {
	t.Parallel()
	s := withDescriptors(t, 256)
	e := s.first()
	kept, refused := 0, 0
	for range 300 {
		if s.stay("127.0.0.2") == nil {
			refused++
		} else {
			kept++
		}
	}
	if kept != 256*8/10/2 {
		t.Errorf("%d connections of one address are kept with 256 descriptors", kept)
	}
	if _, err := deliver(t.Context(), clientFrom(t, "127.0.0.3"), e.in(s), "from elsewhere"); err != nil {
		t.Error(err)
	}
	if n := s.about().Refused["too_many_connections_of_address"]; n != refused {
		t.Errorf("%d refusals are counted, not %d", n, refused)
	}
	if lines := strings.Count(s.log.String(), "code=too_many_connections_of_address"); lines != 1 {
		t.Errorf("the log has %d lines of it:\n%s", lines, s.log.tail(4<<10))
	}
}

// TestNotReadyWhileNoConnectionIsLetIn: many addresses together take all there are, sockets among them. The databases
// still have descriptors then.
func TestNotReadyWhileNoConnectionIsLetIn(t *testing.T) {
	t.Parallel()
	s := withDescriptors(t, 256)
	e := s.first()
	probe := s.connect("127.0.0.9")
	const readyz = "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"
	if status, text, err := probe.ask(readyz); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s %v", status, text, err)
	}
	var lines []*line
	for i := range 20 {
		l := s.connect(fmt.Sprintf("127.0.1.%d", 1+i))
		status, _, err := l.ask("GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
			adminToken + "\r\nConnection: Upgrade\r\n" +
			"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
		if err != nil || status != http.StatusSwitchingProtocols {
			t.Fatalf("%d %v", status, err)
		}
		lines = append(lines, l)
	}
	refused := 0
	for i := range 230 {
		if l := s.stay(fmt.Sprintf("127.0.2.%d", 1+i)); l != nil {
			lines = append(lines, l)
		} else {
			refused++
		}
	}
	if kept := len(lines) + 1; kept < 190 || kept > 256*8/10 { // one of our own calls may still be open
		t.Errorf("%d connections are kept with 256 descriptors", kept)
	}
	if status, text, err := probe.ask(readyz); err != nil || status != http.StatusServiceUnavailable ||
		!strings.Contains(text, "connections_exhausted") {
		t.Errorf("readyz: %d %s %v", status, text, err)
	}
	post := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}", path(e))
	if status, text, err := probe.ask(post); err != nil || status != http.StatusOK {
		t.Errorf("on an open connection: %d %s %v", status, text, err)
	}
	for _, l := range lines {
		_ = l.Close()
	}
	eventually(t, "ready again", func() bool {
		status, _, err := probe.ask(readyz)
		return err == nil && status == http.StatusOK
	})
	if s.about().Refused["too_many_connections"] != refused {
		t.Errorf("counted: %v, not %d", s.about().Refused, refused)
	}
}

// TestTheRateOfOneAddressIsItsOwn is a part of defence S14.
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

// TestAProxyThatIsNotTrustedIsToldOf: everybody behind it has one address, which is not limited then. Named as trusted,
// it is limited by who is behind it.
func TestAProxyThatIsNotTrustedIsToldOf(t *testing.T) {
	t.Parallel()
	const code = "proxy_not_trusted"
	open := map[string]any{"name": "open", "verify": "off"} // the first one takes nothing from behind a proxy
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
	if a := s.about(); len(a.Warnings) != 1 || a.Warnings[0].Code != code ||
		!strings.Contains(a.Warnings[0].Detail, "--trusted-proxy 127.0.0.2") {
		t.Errorf("%+v", a)
	}
	if _, text, err := s.connect("127.0.0.4").ask("GET /readyz?verbose HTTP/1.1\r\nHost: localhost\r\n" +
		"\r\n"); err != nil || !strings.Contains(text, code) {
		t.Errorf("readyz: %s %v", text, err)
	}

	s = serve(t, "--rate-address", "1/h", "--trusted-proxy", "127.0.0.2")
	e = s.make(open)
	post(s, "127.0.0.2", "192.0.2.1", 200)
	post(s, "127.0.0.2", "192.0.2.1", 429)
	post(s, "127.0.0.2", "192.0.2.2", 200)
	if a := s.about(); len(a.Warnings) != 0 || strings.Contains(s.log.String(), code) {
		t.Errorf("%+v", a)
	}
}

// TestASocketMayNotChatter is a part of defence S2: frames without end cost the server more than the sender.
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
