package trust_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
)

// clientFrom returns an HTTP client whose connections come from the loopback address ip. On Linux all of 127.0.0.0/8
// can be used, so a test can play several client addresses.
func clientFrom(t *testing.T, ip string) *http.Client {
	t.Helper()
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(ip)}}
	transport := &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: 1}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: waitTimeout}
}

// rawConn is a TCP connection on which a test writes HTTP by hand: to keep it open, to send half a request, or to
// announce a body that never comes.
type rawConn struct {
	net.Conn
	reader *bufio.Reader
}

// connect opens a TCP connection from the address ip, or fails the test.
func (s *server) connect(ip string) *rawConn {
	s.t.Helper()
	l, err := s.dial(ip)
	if err != nil {
		s.t.Fatal(err)
	}
	return l
}

// dial is connect for connections that the server may refuse. The connection is closed with the test.
func (s *server) dial(ip string) (*rawConn, error) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(ip)}, Timeout: waitTimeout}
	conn, err := dialer.DialContext(s.t.Context(), "tcp", s.addr)
	if err != nil {
		return nil, err
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	return &rawConn{conn, bufio.NewReader(conn)}, nil
}

// openKeptAlive opens a connection from the address ip, sends one request on it and leaves it open. It returns nil if
// the server refuses the connection, which shows either when connecting or at the first request.
func (s *server) openKeptAlive(ip string) *rawConn {
	l, err := s.dial(ip)
	if err == nil {
		_, _, err = l.roundTrip("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
	}
	if err != nil {
		return nil
	}
	return l
}

// roundTrip writes a raw request and returns the status and the body of the response. The connection stays open. A "100
// Continue" counts as the response.
func (l *rawConn) roundTrip(text string) (status int, body string, err error) {
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

// announce sends the headers of a request with a body of size bytes and "Expect: 100-continue", and returns the status:
// 100 if the server is ready to receive the body, otherwise the refusal.
func (l *rawConn) announce(t *testing.T, e endpoint, size int) int {
	t.Helper()
	status, _, err := l.roundTrip(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"+
		"Content-Length: %d\r\n\r\n", path(e), size))
	if err != nil {
		t.Fatal(err)
	}
	return status
}
