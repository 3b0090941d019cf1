package trust_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sys/unix"
)

// TestReadersThatWereCutAtOnceAreAllBack checks R7: the WebSockets of 3,000 readers from many addresses end at the same
// moment, first because the connections are reset, then because the server is killed. All of them must reconnect and
// continue from their cursors without a gap, and every delivery that is sent meanwhile must be answered 200.
func TestReadersThatWereCutAtOnceAreAllBack(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT TESTED with -short: thousands of readers that come back at once")
	}
	t.Parallel()
	n := scaled(3000)
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil || limit.Cur < uint64(n)+500 {
		t.Skipf("NOT TESTED: %d readers need more open files than %d (%v)", n, limit.Cur, err)
	}
	s := serve(t)
	ctx, cancel := context.WithTimeout(t.Context(), 4*readersTimeout()) // the readers must outlast three waits for them
	defer cancel()
	st := &storm{server: s, address: s.first().in(s), client: newClient(t, 1), arrived: make(chan struct{}, n),
		failed: make(chan error, n)}
	st.stage.Store(1)
	st.begin(ctx, t, n)
	st.awaitReaders(t, "at first")

	began := time.Now()
	st.cutAll()
	st.awaitReaders(t, "after the network failed")
	t.Logf("%d readers were cut, and all back after %v", n, time.Since(began).Round(time.Millisecond))

	began = time.Now()
	st.stage.Add(1)
	s.kill()
	st.client.CloseIdleConnections() // or the next delivery could be written to one that is dead, and is not sent again
	s.start()
	st.awaitReaders(t, "after the server died")
	t.Logf("%d readers lost their server, and were all back after %v", n, time.Since(began).Round(time.Millisecond))

	// Two more deliveries: the first is the last one that all readers must see.
	last := st.post(t)
	st.last.Store(last)
	st.post(t) // one more frame for each reader, so that it checks whether it is finished
	st.reading.Wait()
	for i, r := range st.readers {
		if told := r.cursor - r.first; r.cursor < last || r.deliveries != told {
			t.Errorf("reader %d went from %d to %d of %d, and was told %d deliveries", i, r.first, r.cursor, last,
				r.deliveries)
		}
	}
}

// storm is many readers that reconnect whenever they are disconnected, and one client that posts.
type storm struct {
	server  *server
	address string
	client  *http.Client
	readers []*reconnectingReader
	reading sync.WaitGroup
	stage   atomic.Int64  // number of disconnections so far, plus one
	last    atomic.Int64  // the seq after which a reader stops; 0: none yet
	arrived chan struct{} // one value per reader: its first frame after a disconnection
	failed  chan error    // the error of a reader that gave up
}

// begin starts n readers with their own addresses. They end with the test.
func (st *storm) begin(ctx context.Context, t *testing.T, n int) {
	t.Helper()
	for i := range n {
		r := &reconnectingReader{storm: st, random: rand.New(rand.NewPCG(7, uint64(i))), first: -1,
			local: net.IPv4(127, 1, byte(i/200), byte(1+i%200))}
		st.readers = append(st.readers, r)
		st.reading.Go(func() {
			if err := r.read(ctx); err != nil {
				st.failed <- fmt.Errorf("reader %d at %d: %w", i, r.cursor, err)
			}
		})
	}
	// Readers that are still running end with their connections; errors other than the end of the test count.
	t.Cleanup(func() {
		st.cutAll()
		st.reading.Wait()
		close(st.failed)
		for err := range st.failed {
			if !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
	})
}

// awaitReaders waits until every reader has had its first frame. It posts a delivery each time another thirtieth of
// them has.
func (st *storm) awaitReaders(t *testing.T, when string) {
	t.Helper()
	limit := time.After(readersTimeout())
	for i := range st.readers {
		select {
		case <-st.arrived:
		case err := <-st.failed:
			t.Fatalf("%s: %v", when, err)
		case <-limit:
			t.Fatalf("%s: only %d of %d readers are there", when, i, len(st.readers))
		}
		// Deliveries must be stored while readers reconnect.
		if i%max(1, len(st.readers)/30) == 0 {
			st.post(t)
		}
	}
}

// post sends a delivery, which must be stored, and returns its seq.
func (st *storm) post(t *testing.T) int64 {
	t.Helper()
	one, err := deliver(t.Context(), st.client, st.address, "while readers come back")
	if err != nil {
		t.Fatalf("a delivery while readers come back: %v", err)
	}
	return one.Seq
}

// cutAll resets all connections (TCP RST), without a WebSocket close frame, as a failing network does.
func (st *storm) cutAll() {
	st.stage.Add(1)
	for _, r := range st.readers {
		r.mu.Lock()
		if r.conn != nil {
			// With a linger time of 0, closing sends a reset instead of a FIN.
			_ = r.conn.NetConn().(*net.TCPConn).SetLinger(0)
			_ = r.conn.NetConn().Close()
		}
		r.mu.Unlock()
	}
}

// reconnectingReader is one reader with its cursor. It only counts deliveries: keeping them for thousands of readers
// would take too much memory. Its own goroutine uses all fields, except conn, which mu guards for cutAll.
type reconnectingReader struct {
	storm      *storm
	local      net.IP
	random     *rand.Rand
	at         string // the cursor as the server sent it; empty: none yet
	cursor     int64  // the seq in the cursor
	first      int64  // the seq of its first cursor; -1: none yet
	deliveries int64  // received since first
	stage      int64  // the last stage in which it reconnected

	mu   sync.Mutex
	conn *websocket.Conn
}

// read follows the log until the reader has everything, over as many connections as necessary.
func (r *reconnectingReader) read(ctx context.Context) error {
	for ctx.Err() == nil {
		pause, err := r.follow(ctx)
		if err != nil || r.enough() {
			return err
		}
		// As the dashboard does: a random pause of up to a second, and at least the server's Retry-After.
		pause = max(pause, time.Duration(r.random.Int64N(int64(time.Second))))
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}

// enough reports whether the reader has reached the last seq of the test.
func (r *reconnectingReader) enough() bool {
	last := r.storm.last.Load()
	return last > 0 && r.cursor >= last
}

// follow reads one connection until it ends, and returns how long to wait before the next. The end of a connection is
// not an error. A gap is, and so is a refusal without Retry-After.
func (r *reconnectingReader) follow(ctx context.Context) (pause time.Duration, err error) {
	dialer := websocket.Dialer{NetDialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: r.local}}).DialContext,
		HandshakeTimeout: waitTimeout, ReadBufferSize: 1024, WriteBufferSize: 256}
	address := "ws://" + r.storm.server.addr + "/api/v1/live"
	if r.at != "" {
		address += "?after=" + r.at
	}
	conn, answer, err := dialer.DialContext(ctx, address, bearer)
	if err != nil && answer != nil {
		return refusal(answer)
	}
	if err != nil {
		return 0, nil // the server does not run at the moment
	}
	defer conn.Close()
	r.mu.Lock()
	r.conn = conn
	r.mu.Unlock()
	for first := true; ctx.Err() == nil; first = false {
		_, text, err := conn.ReadMessage()
		if err != nil {
			return 0, nil
		}
		if err := r.apply(text); err != nil {
			return 0, err
		}
		if stage := r.storm.stage.Load(); first && r.stage != stage {
			r.stage = stage
			r.storm.arrived <- struct{}{}
		}
		if r.enough() {
			return 0, nil
		}
	}
	return 0, ctx.Err()
}

// refusal returns the Retry-After of a refused upgrade. A status other than 429 and 503 is an error.
func refusal(answer *http.Response) (time.Duration, error) {
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
	if err != nil || (answer.StatusCode != http.StatusTooManyRequests &&
		answer.StatusCode != http.StatusServiceUnavailable) {
		return 0, fmt.Errorf("a socket is answered %s: %s", answer.Status, text)
	}
	return time.Duration(seconds) * time.Second, nil
}

// apply checks a frame against the reader's cursor. Seqs increase by one, so a frame's range says how many deliveries
// it must contain.
func (r *reconnectingReader) apply(text []byte) error {
	var f struct {
		From, To string
		Reset    bool
	}
	if err := json.Unmarshal(text, &f); err != nil {
		return err
	}
	if f.Reset || (r.at != "" && f.From != r.at) {
		return fmt.Errorf("a gap: the reader is at %q, the frame begins at %q, reset %v", r.at, f.From, f.Reset)
	}
	seq, err := strconv.ParseInt(f.To[strings.LastIndexByte(f.To, '.')+1:], 10, 64)
	if err != nil {
		return err
	}
	if r.first < 0 {
		r.first = seq
	} else {
		r.deliveries += int64(bytes.Count(text, []byte(`"kind":"delivery"`)))
	}
	r.at, r.cursor = f.To, seq
	return nil
}
