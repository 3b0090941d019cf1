//go:build unix

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
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// TestAnUpgradeRefusesNoRequest checks R11 for upgrades: the test holds the listening socket, as systemd does for a
// socket unit, and replaces the server several times under load. In every second round the new process is started
// before the old one gets SIGTERM, and must wait for the data folder; in the others after it has ended, as by systemctl
// restart. No connection may be refused or reset, each POST must be answered 200, at once or after a 503, and in the
// end each is stored exactly once. Readers are told to reconnect (1012), and must see every delivery exactly once.
func TestAnUpgradeRefusesNoRequest(t *testing.T) {
	t.Parallel()
	const senders, readers, upgrades, between = 16, 3, 4, 300
	running := activate(t)
	hook := running.make(map[string]any{"name": "shop", "provider": "generic", "verify": "enforce",
		"secrets": []any{map[string]any{"label": "a", "value": "secret-of-the-shop"}}})

	ctx, cancel := context.WithTimeout(t.Context(), readersTimeout())
	defer cancel()
	views := make([]*view, readers)
	var reading sync.WaitGroup
	var last atomic.Int64 // seq of the last delivery; 0 while there are more to come
	for i := range views {
		views[i] = &view{server: running, endpoint: hook.ID, cursor: "0"}
		reading.Go(func() {
			if err := views[i].follow(ctx, &last); err != nil {
				t.Errorf("reader %d: %v", i, err)
			}
		})
	}
	load := postUntilDone(t, senders, running.addr, path(hook))
	for round := range upgrades {
		load.more(t, between)
		next := running.successor()
		if round%2 == 0 {
			next.launch()
			eventually(t, "the new server waits", func() bool {
				return strings.Contains(next.log.String(), "waiting for the data folder")
			})
			running.stop()
		} else {
			running.stop()
			next.launch()
		}
		running = next
	}
	load.more(t, between)
	wanted, newest := load.finish()
	last.Store(newest)
	kept := map[string]int{}
	for _, d := range running.list() {
		kept[d.Event]++
	}
	for _, event := range wanted {
		if kept[event] != 1 {
			t.Errorf("%s is stored %d times", event, kept[event])
		}
	}
	if len(kept) != len(wanted) {
		t.Errorf("%d events are stored, and %d were answered", len(kept), len(wanted))
	}
	reading.Wait()
	for i, v := range views {
		if len(v.seen) != len(wanted) {
			t.Errorf("reader %d saw %d of %d deliveries", i, len(v.seen), len(wanted))
		}
	}
	t.Logf("%d upgrades, %d requests, of which %d were answered 503 first", upgrades, len(wanted), load.retried.Load())
}

// load are senders that post events without a pause. Each error of theirs fails the test.
type load struct {
	count, retried atomic.Int64 // events answered 200, and answers 503 before these
	newest         atomic.Int64 // the highest seq that was answered
	done           chan struct{}
	sending        sync.WaitGroup
	sent           [][]string // the events of each sender
}

// postUntilDone starts senders. Every second one has a new connection for each request.
func postUntilDone(t *testing.T, senders int, addr, target string) *load {
	l := &load{done: make(chan struct{}), sent: make([][]string, senders)}
	for w := range senders {
		l.sending.Go(func() {
			p := &poster{addr: addr, target: target, keep: w%2 == 0}
			defer p.close()
			for n := 0; ; n++ {
				select {
				case <-l.done:
					return
				default:
				}
				event := fmt.Sprintf("evt-%d-%d", w, n)
				one, tries, err := p.post(event)
				if err != nil {
					t.Errorf("sender %d, request %d: %v", w, n, err)
					return
				}
				l.sent[w] = append(l.sent[w], event)
				l.count.Add(1)
				l.retried.Add(int64(tries - 1))
				for at := l.newest.Load(); one.Seq > at; at = l.newest.Load() {
					l.newest.CompareAndSwap(at, one.Seq)
				}
			}
		})
	}
	return l
}

// more waits until n more events were answered.
func (l *load) more(t *testing.T, n int64) {
	t.Helper()
	at := l.count.Load()
	eventually(t, "more answers", func() bool { return l.count.Load() >= at+n || t.Failed() })
}

// finish stops the senders, and returns all events that were answered and the highest seq.
func (l *load) finish() (events []string, newest int64) {
	close(l.done)
	l.sending.Wait()
	return slices.Concat(l.sent...), l.newest.Load()
}

// TestAServerWaitsForTheOneBefore checks that a server with --wait-for-lock takes over address and folder from one that
// stops, without a socket that is held for it; that one without it says who has them; and that SIGTERM ends the
// waiting.
func TestAServerWaitsForTheOneBefore(t *testing.T) {
	t.Parallel()
	running := serve(t)
	one, err := deliver(t.Context(), newClient(t, 1), running.first().in(running), "before")
	if err != nil {
		t.Fatal(err)
	}
	beside := func(args ...string) *server {
		next := newServer(t)
		next.addr, next.data, next.args = running.addr, running.data, append(next.args, args...)
		next.launch()
		return next
	}
	if at := beside(); at.awaitExit() != 1 || !strings.Contains(at.log.String(), "listen on") {
		t.Errorf("a second server: %s", at.log)
	}
	waiting := beside("--wait-for-lock=1h")
	eventually(t, "it waits for the address", func() bool {
		return strings.Contains(waiting.log.String(), "waiting for the address")
	})
	waiting.stop()
	next := beside("--wait-for-lock=1h")
	eventually(t, "it waits for the address", func() bool {
		return strings.Contains(next.log.String(), "waiting for the address")
	})
	running.stop()
	next.awaitReady()
	if got := next.body(one.ID); got != "before" {
		t.Errorf("the next server has %q", got)
	}
}

// activate starts a server on a socket that the test opens and holds, as a service manager does, and waits until it is
// ready.
func activate(t *testing.T, args ...string) *server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	socket, err := listener.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	s := newServer(t, args...)
	s.addr = listener.Addr().String()
	s.passSocket(socket)
	s.start()
	return s
}

// passSocket makes the server's process get a listening socket. The shell sets LISTEN_PID, which must be the id of the
// process itself.
func (s *server) passSocket(socket *os.File) {
	s.socket = socket
	s.wrap = []string{"/bin/sh", "-c", `LISTEN_PID=$$ exec "$@"`, "sh"}
	s.env = append(s.env, "LISTEN_FDS=1", "LISTEN_FDNAMES=hookbeam")
}

// successor prepares another process on the same data folder and the same socket.
func (s *server) successor() *server {
	next := newServer(s.t)
	next.addr, next.data, next.args = s.addr, s.data, s.args
	next.passSocket(s.socket)
	return next
}

// follow reads over WebSockets until last is set and seen. After a close frame with 1012 it reconnects, and any other
// end is an error.
func (v *view) follow(ctx context.Context, last *atomic.Int64) error {
	enough := func() bool { end := last.Load(); return end > 0 && v.until(end)() }
	for !enough() {
		conn, err := v.open(ctx)
		if err != nil {
			if ctx.Err() != nil || !strings.Contains(err.Error(), "503") { // it is stopping: come back
				return err
			}
			continue
		}
		// The last frame may come before last is set, so a reader asks again and again.
		reader, stop := context.WithTimeout(ctx, time.Second)
		err = v.listen(reader, conn, enough)
		stop()
		var closed *websocket.CloseError
		restarts := errors.As(err, &closed) && closed.Code == websocket.CloseServiceRestart
		if err != nil && reader.Err() == nil && !restarts {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// poster sends requests one after another, on one connection for as long as the server keeps it if keep, and otherwise
// on a new one each. It does not hide any error of a connection, as net/http's client does.
type poster struct {
	addr, target string
	keep         bool
	conn         net.Conn
	reader       *bufio.Reader
}

func (p *poster) close() {
	if p.conn != nil {
		p.conn.Close()
		p.conn = nil
	}
}

// post sends one event until it is answered 200, and returns the answer and the number of tries. A 503 is tried again,
// and everything else is an error.
func (p *poster) post(event string) (one stored, tries int, err error) {
	for tries = 1; ; tries++ {
		answer, err := p.try(event)
		if err != nil {
			return one, tries, err
		}
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			return one, tries, err
		}
		if !p.keep || answer.Close {
			p.close()
		}
		switch answer.StatusCode {
		case http.StatusOK:
			err := json.Unmarshal(text, &one)
			return one, tries, err
		case http.StatusServiceUnavailable:
		default:
			return one, tries, fmt.Errorf("answered %s: %s", answer.Status, text)
		}
	}
}

// try sends one request and returns its response.
func (p *poster) try(event string) (*http.Response, error) {
	if p.conn == nil {
		conn, err := net.Dial("tcp", p.addr)
		if err != nil {
			return nil, err
		}
		p.conn, p.reader = conn, bufio.NewReader(conn)
	}
	_ = p.conn.SetDeadline(time.Now().Add(waitTimeout))
	if _, err := fmt.Fprintf(p.conn, "POST %s HTTP/1.1\r\nHost: %s\r\nX-Webhook-Secret: secret-of-the-shop\r\n"+
		"Webhook-Id: %s\r\nContent-Length: %d\r\n\r\n%[3]s", p.target, p.addr, event, len(event)); err != nil {
		return nil, err
	}
	return http.ReadResponse(p.reader, nil)
}

// TestAnUpgradeTakesOverTheAddressOfTheMetrics starts the next server while the one before still has the address of
// --metrics-listen, which no socket of the service manager is for.
func TestAnUpgradeTakesOverTheAddressOfTheMetrics(t *testing.T) {
	t.Parallel()
	running := activate(t, "--metrics-listen", freeAddress(t))
	next := running.successor()
	next.launch()
	eventually(t, "the new server waits", func() bool {
		return strings.Contains(next.log.String(), "waiting for the address")
	})
	if !strings.Contains(running.scrape(), "hookbeam_build_info") {
		t.Error("the old server has no metrics while it is there")
	}
	running.stop()
	next.awaitReady()
	if !strings.Contains(next.scrape(), "hookbeam_build_info") {
		t.Error("the new server has no metrics")
	}
}
