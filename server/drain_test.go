package server

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/api"
)

// pipes is a listener whose connections are in memory, so that a test can wait until all that can happen has happened.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
	port   int // of its address
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: p.port} }

func (p *pipes) dial() *pipeClient {
	near, far := net.Pipe()
	p.conns <- far
	return &pipeClient{near, bufio.NewReader(near)}
}

// pipeClient is one kept-alive connection to the server.
type pipeClient struct {
	net.Conn
	reader *bufio.Reader
}

// begin sends a request without the end of its body.
func (c *pipeClient) begin(t *testing.T, body string, missing int) {
	t.Helper()
	const form = "POST /in/a HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
	if _, err := fmt.Fprintf(c, form, len(body)+missing, body); err != nil {
		t.Errorf("a request cannot be sent: %v", err)
	}
}

// answered reads an answer, which must be 200, and returns what it says and whether the server wants to be left.
func (c *pipeClient) answered(t *testing.T) (text string, leave bool) {
	t.Helper()
	answer, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		t.Errorf("there is no answer: %v", err)
		return "", true
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("answered %s %q (%v)", answer.Status, body, err)
	}
	return string(body), answer.Close
}

// draining is a server that says what it was sent, over connections in memory.
func draining(t *testing.T) (*server, *pipes) {
	t.Helper()
	site, err := access.ParseSite("http://here.test")
	if err != nil {
		t.Fatal(err)
	}
	listener := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	log := slog.New(slog.DiscardHandler)
	addresses, err := access.NewAddresses(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &server{site: site, listener: listener, deps: Deps{Log: log}, conns: newConnections(nil)}
	s.gate = newGate(listener, addresses, nil, nil, 0)
	s.api = api.New(api.Describe("test"), api.Options{Site: site, Now: time.Now, Log: log, Gate: &access.Gate{},
		Live: http.NotFoundHandler(), Updates: http.NotFoundHandler(),
		Receive: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })})
	s.http = newHTTP(s.api, s.conns, log)
	return s, listener
}

// TestAStopWaitsForRequestsUnderWayAndOnTheirWay stops a server with three connections. One is in the middle of a body,
// one is idle and its client is about to write: cutting it would leave that client without an answer. One has never
// said anything, and holds nothing up.
func TestAStopWaitsForRequestsUnderWayAndOnTheirWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, listener := draining(t)
		running := newGroup(t.Context())
		running.start(s.requestParts(part{name: "readers"}, func() {})...)
		underWay, idle, silent := listener.dial(), listener.dial(), listener.dial()
		defer silent.Close()
		idle.begin(t, "first", 0)
		if text, leave := idle.answered(t); text != "first" || leave {
			t.Errorf("before the stop: %q, asked to leave %v", text, leave)
		}
		underWay.begin(t, "half", len(" and half"))
		synctest.Wait()

		stopped, asked := make(chan struct{}), time.Now()
		go func() { defer close(stopped); running.stop() }()
		synctest.Wait()
		time.Sleep(quietTime / 2)
		idle.begin(t, "second", 0)
		if text, leave := idle.answered(t); text != "second" || !leave {
			t.Errorf("while stopping: %q, asked to leave %v", text, leave)
		}
		said, err := silent.reader.ReadByte()
		if waited := time.Since(asked); err == nil || waited > 2*quietTime {
			t.Errorf("the silent one is told %d, %v, and held the stop up for %v", said, err, waited)
		}
		time.Sleep(shutdownTime / 2) // now only the body holds it up
		select {
		case <-stopped:
			t.Error("it did not wait for the body")
		default:
		}
		if _, err := io.Copy(underWay, strings.NewReader(" and half")); err != nil {
			t.Errorf("the rest of the body cannot be sent: %v", err)
		}
		if text, leave := underWay.answered(t); text != "half and half" || !leave {
			t.Errorf("the body under way: %q, asked to leave %v", text, leave)
		}
		<-stopped
		if err := running.failure(); err != nil {
			t.Error(err)
		}
	})
}
