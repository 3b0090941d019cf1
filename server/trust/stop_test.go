package trust_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// TestAPoliteStopFailsNoRequest checks R11: the server gets SIGTERM while 32 clients post on kept-alive connections and
// 10 WebSockets read, in several rounds. Every request that was sent must be answered 200, every WebSocket must be
// closed with 1012 (service restart), the exit code must be 0, and no answered delivery may be lost.
func TestAPoliteStopFailsNoRequest(t *testing.T) {
	t.Parallel()
	const senders, sockets = 32, 10
	s := newServer(t)
	answered := map[string]bool{}
	for round := range scaled(4) {
		s.start()
		target := s.first().in(s)
		var reading sync.WaitGroup
		codes := make([]int, sockets)
		for i := range sockets {
			// Readers from the head of the log, until the server closes their connection.
			v := &view{server: s}
			conn, err := v.open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			reading.Go(func() {
				within(t, "a socket's end", func(ctx context.Context) error {
					err := v.listen(ctx, conn, func() bool { return false })
					var closed *websocket.CloseError
					if errors.As(err, &closed) {
						codes[i] = closed.Code
						return nil
					}
					return err
				})
			})
		}
		var mu sync.Mutex
		var count atomic.Int64
		var sending sync.WaitGroup
		for w := range senders {
			sending.Go(func() {
				ids, err := sendUntilAskedToLeave(s.addr, target, func() {
					// SIGTERM arrives in the middle of the load, after 600 responses.
					if count.Add(1) == 600 {
						s.terminate()
					}
				})
				if err != nil {
					t.Errorf("round %d, sender %d: after %d answers: %v", round, w, len(ids), err)
				}
				// A sender returns only after a response that asked it to leave, so these are all its deliveries.
				mu.Lock()
				defer mu.Unlock()
				for _, id := range ids {
					answered[id] = true
				}
			})
		}
		sending.Wait()
		if code := s.awaitExit(); code != 0 {
			t.Errorf("round %d: exit code %d", round, code)
		}
		reading.Wait()
		for i, code := range codes {
			if code != websocket.CloseServiceRestart {
				t.Errorf("round %d: socket %d was closed with %d, not 1012", round, i, code)
			}
		}
	}
	s.start()
	// After the last round: every answered delivery must be in the log.
	for _, d := range s.list() {
		delete(answered, d.ID)
	}
	if len(answered) > 0 {
		t.Errorf("%d answered deliveries are lost", len(answered))
	}
}

// sendUntilAskedToLeave posts on one kept-alive connection until a response has "Connection: close", and returns the
// ids of the stored deliveries. Any other end is an error, because a request then has no response. answered is called
// after each other response.
func sendUntilAskedToLeave(addr, target string, answered func()) (ids []string, err error) {
	u, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	// The next request is written only after the last response, so a request without a response is one that the server
	// lost.
	request := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: 5\r\n\r\nhello", u.Path, addr)
	for reader := bufio.NewReader(conn); ; {
		if _, err := io.WriteString(conn, request); err != nil {
			return ids, err
		}
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			return ids, err
		}
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			return ids, err
		}
		var one stored
		switch answer.StatusCode {
		case http.StatusOK:
			if err := json.Unmarshal(text, &one); err != nil {
				return ids, err
			}
			ids = append(ids, one.ID)
		default:
			return ids, fmt.Errorf("answered %s: %s", answer.Status, text)
		}
		if answer.Close {
			return ids, nil
		}
		answered()
	}
}

// TestABodyUnderWayAtTheStopIsStored checks R11 for a slow sender: the server gets SIGTERM when half of a body has
// arrived. It must close idle connections and refuse new ones. When the second half arrives after that, it must still
// answer 200, and the delivery must be in the log after the restart.
func TestABodyUnderWayAtTheStopIsStored(t *testing.T) {
	t.Parallel()
	s := serve(t)
	const half = "half of a body, "
	dial := func() net.Conn {
		conn, err := net.Dial("tcp", s.addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		_ = conn.SetDeadline(time.Now().Add(waitTimeout))
		return conn
	}
	// One connection says nothing, the other sends half of its body.
	silent, conn := dial(), dial()
	reader := bufio.NewReader(conn)
	request := &http.Request{Method: http.MethodPost}
	// "100 Continue" shows that the handler is reading the body.
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n",
		path(s.first()), s.addr, 2*len(half))
	if answer, err := http.ReadResponse(reader, request); err != nil || answer.StatusCode != http.StatusContinue {
		t.Fatalf("the server does not wait for the body: %v (%v)", answer, err)
	}
	if _, err := io.WriteString(conn, half); err != nil {
		t.Fatal(err)
	}
	s.terminate()
	// When the silent connection is closed, the stop has begun.
	if n, err := silent.Read(make([]byte, 1)); n != 0 || err == nil || os.IsTimeout(err) {
		t.Fatalf("a silent connection is not cut: %d bytes, %v", n, err)
	}
	// The listener is closed, but the body is still awaited.
	if late, err := net.Dial("tcp", s.addr); err == nil {
		late.Close()
		t.Error("one can still connect")
	}
	if _, err := io.WriteString(conn, half); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(reader, request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var one stored
	if err := json.NewDecoder(answer.Body).Decode(&one); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("answered %s (%v)", answer.Status, err)
	}
	if code := s.awaitExit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	s.start()
	if got := s.body(one.ID); got != half+half {
		t.Errorf("kept is %q", got)
	}
}
