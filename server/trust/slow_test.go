package trust_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// TestSocketsTakeNoCompressedAndNoLargeFrames checks S2 for WebSocket messages. A client offers compression, which the
// server must not accept, and sends frames that are compressed, too large, or invalid. Each must close the connection
// with the matching code, and the server must go on.
func TestSocketsTakeNoCompressedAndNoLargeFrames(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for name, c := range map[string]struct {
		frame []byte
		code  int
	}{
		// The first byte has FIN, the reserved bits and the opcode: 0xc1 is a compressed text message.
		"a deflated frame": {clientFrame(0xc1, 5, "\x2a\x49\x2d\x2e\x01"), websocket.CloseProtocolError},
		"a frame of 64 KiB": {clientFrame(0x81, 64<<10, strings.Repeat("x", 64<<10)),
			websocket.CloseMessageTooBig},
		"a frame that claims 4 EiB":       {clientFrame(0x82, 1<<62, "x"), websocket.CloseMessageTooBig},
		"fragments that add up to 64 KiB": {fragments(64), websocket.CloseMessageTooBig},
		"a ping with 126 bytes": {clientFrame(0x89, 126, strings.Repeat("x", 126)),
			websocket.CloseProtocolError},
		"a frame without a mask": {[]byte{0x81, 1, 'x'}, websocket.CloseProtocolError},
	} {
		t.Run(name, func(t *testing.T) {
			conn, reader, answer := upgrade(t, s)
			defer conn.Close()
			if got := answer.Header.Get("Sec-WebSocket-Extensions"); got != "" {
				t.Errorf("the server agreed to %q", got)
			}
			_, _ = conn.Write(c.frame) // the server may hang up before it has all
			code, err := closeCode(reader)
			if code != c.code {
				t.Errorf("closed with %d (%v), not %d", code, err, c.code)
			}
		})
	}
	if _, err := deliver(t.Context(), newClient(t, 1), s.first().in(s), "all is well"); err != nil {
		t.Error(err)
	}
}

// TestSlowSendersAreCutOff checks S2 for slow clients: four connections send headers or a body at one byte per second,
// without end. The server must close each of them when its time limit is reached, and serve others meanwhile.
func TestSlowSendersAreCutOff(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT TESTED with -short: slow senders, because the test waits for the server's time limits")
	}
	t.Parallel()
	s := serve(t)
	e := s.first()
	var dribbling sync.WaitGroup
	// Each connection stops in another part of a request, which have time limits of their own.
	for name, begin := range map[string]string{
		"headers": "POST " + path(e) + " HTTP/1.1\r\nHost: localhost\r\nX-Long: ",
		"a body":  "POST " + path(e) + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n",
		"a chunk": "POST " + path(e) + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n",
		"REST body": "POST /api/v1/endpoints HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + adminToken +
			"\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n",
	} {
		dribbling.Go(func() {
			began := time.Now()
			if err := dribble(s.addr, begin, 3*waitTimeout); err != nil {
				t.Errorf("%s without end: %v", name, err)
			}
			t.Logf("%s without end: cut off after %s", name, time.Since(began).Round(time.Second))
		})
	}
	if _, err := deliver(t.Context(), newClient(t, 1), e.in(s), "all is well"); err != nil {
		t.Error(err)
	}
	dribbling.Wait()
	if _, err := deliver(t.Context(), newClient(t, 1), e.in(s), "all is well"); err != nil {
		t.Error(err)
	}
}

// TestHalfOpenConnectionsLeaveRoomForOthers checks S2 for connections without a complete request: 1,500 clients from
// 200 addresses send half a request line and stay connected. A delivery must still be stored, and each connection may
// cost at most 128 KiB.
func TestHalfOpenConnectionsLeaveRoomForOthers(t *testing.T) {
	t.Parallel()
	s := serveMeasured(t)
	e := s.first()
	before := s.resident()
	count := scaled(1500)
	for i := range count {
		dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 2, byte(1+i%200))}}
		conn, err := dialer.DialContext(t.Context(), "tcp", s.addr)
		// This machine may lack loopback addresses or descriptors: the test's own, or the server's, which then refuses
		// connections and says so. Any other error is a failure.
		if errors.Is(err, syscall.ECONNRESET) {
			eventually(t, "the server logs that it has no descriptors left", func() bool {
				return strings.Contains(s.log.String(), "code=too_many_connections ")
			})
		}
		if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EMFILE) ||
			errors.Is(err, syscall.EADDRNOTAVAIL) {
			t.Skipf("NOT TESTED: only %d of %d half-open connections are possible here: %v", i, count, err)
		}
		if err != nil {
			t.Fatalf("connection %d of %d: %v", i, count, err)
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "POST /in")
	}
	if _, err := deliver(t.Context(), newClient(t, 1), e.in(s), "all is well"); err != nil {
		t.Error(err)
	}
	growth := s.resident() - before
	t.Logf("%d half-open connections: %d KiB each", count, growth>>10/count)
	if growth > count*(128<<10) {
		t.Errorf("the server grew by %d MiB", growth>>20)
	}
}

// dribble writes begin and then one byte per second until the server closes the connection. It is an error if the
// connection is still open after limit.
func dribble(addr, begin string, limit time.Duration) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, begin); err != nil {
		return err
	}
	// The end of the connection shows on the reading side.
	gone := make(chan error, 1)
	go func() {
		_ = conn.SetReadDeadline(time.Now().Add(limit))
		_, err := io.Copy(io.Discard, conn)
		gone <- err
	}()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case err := <-gone:
			if errors.Is(err, os.ErrDeadlineExceeded) {
				return fmt.Errorf("still connected after %s", limit)
			}
			return nil
		case <-tick.C:
			_, _ = io.WriteString(conn, "a") // an error shows on the reading side too
		}
	}
}

// upgrade opens a WebSocket by hand, offering compression, so that a test can write invalid frames on it.
func upgrade(t *testing.T, s *server) (net.Conn, *bufio.Reader, *http.Response) {
	t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.SetDeadline(time.Now().Add(waitTimeout))
	fmt.Fprintf(conn, "GET /api/v1/live HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"+
		"Connection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"+
		"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n", s.addr, adminToken)
	reader := bufio.NewReader(conn)
	answer, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("no upgrade: %s", answer.Status)
	}
	return conn, reader, answer
}

// clientFrame encodes a frame whose header claims length bytes, with first as its first byte and a mask of zeros, so
// that the payload is sent as it is (RFC 6455 §5.2). The payload may be shorter than claimed.
func clientFrame(first byte, length uint64, payload string) []byte {
	b := []byte{first}
	switch {
	case length < 126:
		b = append(b, 0x80|byte(length))
	case length <= 0xffff:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(length))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), length)
	}
	return append(append(b, 0, 0, 0, 0), payload...)
}

// fragments encodes a message in n fragments of 1 KiB, without a final fragment.
func fragments(n int) []byte {
	all := clientFrame(0x01, 1024, strings.Repeat("x", 1024))
	for range n - 1 {
		all = append(all, clientFrame(0x00, 1024, strings.Repeat("x", 1024))...)
	}
	return all
}

// closeCode reads frames until a close frame and returns its code. It returns an error if the connection ends without
// one.
func closeCode(reader *bufio.Reader) (int, error) {
	for {
		var head [2]byte
		if _, err := io.ReadFull(reader, head[:]); err != nil {
			return 0, err
		}
		length := int(head[1])
		switch length {
		case 126:
			var more [2]byte
			if _, err := io.ReadFull(reader, more[:]); err != nil {
				return 0, err
			}
			length = int(binary.BigEndian.Uint16(more[:]))
		case 127:
			return 0, errors.New("a large frame")
		}
		payload := make([]byte, length)
		if _, err := io.ReadFull(reader, payload); err != nil {
			return 0, err
		}
		if head[0]&0x0f == 8 && length >= 2 {
			return int(binary.BigEndian.Uint16(payload)), nil
		}
	}
}
