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

// TestReadersThatWereCutAtOnceAreAllBack is promise R7: 3,000 sockets from many addresses end at the same moment,
// first as when a network fails, then because the server dies. Every one comes back as a browser does, goes on from
// its cursor without a hole, and whatever is sent while they do so is answered 200.
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
	ctx, cancel := context.WithTimeout(t.Context(), longest())
	defer cancel()
	st := &storm{server: s, address: s.first().in(s), client: newClient(t, 1), arrived: make(chan struct{}, n),
		failed: make(chan error, n)}
	st.stage.Store(1)
	st.begin(ctx, t, n)
	st.comeBack(t, "at first")

	began := time.Now()
	st.cutAll()
	st.comeBack(t, "after the network failed")
	t.Logf("%d readers were cut, and all back after %v", n, time.Since(began).Round(time.Millisecond))

	began = time.Now()
	st.stage.Add(1)
	s.kill()
	s.start()
	st.comeBack(t, "after the server died")
	t.Logf("%d readers lost their server, and were all back after %v", n, time.Since(began).Round(time.Millisecond))

	last := st.post(t)
	st.last.Store(last)
	st.post(t) // each hears once more, and sees that it has enough
	st.reading.Wait()
	for i, r := range st.readers {
		if told := r.cursor - r.first; r.cursor < last || r.deliveries != told {
			t.Errorf("reader %d went from %d to %d of %d, and was told %d deliveries", i, r.first, r.cursor, last,
				r.deliveries)
		}
	}
}

// storm is many readers that come back whenever they are cut, and one sender.
type storm struct {
	server  *server
	address string
	client  *http.Client
	readers []*comingBack
	reading sync.WaitGroup
	stage   atomic.Int64  // counts the cuts
	last    atomic.Int64  // the seq at which a reader has enough; 0: none
	arrived chan struct{} // one for each reader's first frame after a cut
	failed  chan error    // a reader's that gave up
}

func (st *storm) begin(ctx context.Context, t *testing.T, n int) {
	t.Helper()
	for i := range n {
		r := &comingBack{storm: st, random: rand.New(rand.NewPCG(7, uint64(i))), first: -1,
			local: net.IPv4(127, 1, byte(i/200), byte(1+i%200))}
		st.readers = append(st.readers, r)
		st.reading.Go(func() {
			if err := r.read(ctx); err != nil {
				st.failed <- fmt.Errorf("reader %d at %d: %w", i, r.cursor, err)
			}
		})
	}
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

// comeBack waits until every reader has its first frame, and posts a delivery whenever a thirtieth of them has come.
func (st *storm) comeBack(t *testing.T, when string) {
	t.Helper()
	limit := time.After(longest())
	for i := range st.readers {
		select {
		case <-st.arrived:
		case err := <-st.failed:
			t.Fatalf("%s: %v", when, err)
		case <-limit:
			t.Fatalf("%s: only %d of %d readers are there", when, i, len(st.readers))
		}
		if i%max(1, len(st.readers)/30) == 0 {
			st.post(t)
		}
	}
}

func (st *storm) post(t *testing.T) int64 {
	t.Helper()
	one, err := deliver(t.Context(), st.client, st.address, "while readers come back")
	if err != nil {
		t.Fatalf("a delivery while readers come back: %v", err)
	}
	return one.Seq
}

// cutAll ends every connection without a word, as a network that fails.
func (st *storm) cutAll() {
	st.stage.Add(1)
	for _, r := range st.readers {
		r.mu.Lock()
		if r.conn != nil {
			_ = r.conn.NetConn().(*net.TCPConn).SetLinger(0)
			_ = r.conn.NetConn().Close()
		}
		r.mu.Unlock()
	}
}

// comingBack is one reader with its cursor. It counts what it is told: thousands cannot keep it.
type comingBack struct {
	storm      *storm
	local      net.IP
	random     *rand.Rand
	at         string // its cursor, as it was given
	cursor     int64  // the seq in it
	first      int64  // the seq at which it began
	deliveries int64  // that it was told since
	stage      int64  // the last in which it came back

	mu   sync.Mutex
	conn *websocket.Conn
}

// read follows the log until it has enough, over as many connections as it takes.
func (r *comingBack) read(ctx context.Context) error {
	for ctx.Err() == nil {
		pause, err := r.follow(ctx)
		if err != nil || r.enough() {
			return err
		}
		// As the dashboard does: anything between nothing and a second, and at least what the server asks for.
		pause = max(pause, time.Duration(r.random.Int64N(int64(time.Second))))
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}

func (r *comingBack) enough() bool {
	last := r.storm.last.Load()
	return last > 0 && r.cursor >= last
}

// follow reads one connection to its end. An end is no error, a refusal without Retry-After and a hole are.
func (r *comingBack) follow(ctx context.Context) (pause time.Duration, err error) {
	dialer := websocket.Dialer{NetDialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: r.local}}).DialContext,
		HandshakeTimeout: patience, ReadBufferSize: 1024, WriteBufferSize: 256}
	address := "ws://" + r.storm.server.addr + "/api/v1/live"
	if r.at != "" {
		address += "?after=" + r.at
	}
	conn, answer, err := dialer.DialContext(ctx, address, bearer)
	if err != nil && answer != nil {
		return refusal(answer)
	}
	if err != nil {
		return 0, nil // nobody is there
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
		if err := r.take(text); err != nil {
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

// refusal is how long a server that has no room asks one to wait.
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

// take holds a frame against the reader's cursor. Seqs rise by one, so a range says how many deliveries there must be.
func (r *comingBack) take(text []byte) error {
	var f struct {
		From, To string
		Reset    bool
	}
	if err := json.Unmarshal(text, &f); err != nil {
		return err
	}
	if f.Reset || (r.at != "" && f.From != r.at) {
		return fmt.Errorf("a hole: the reader is at %q, the frame begins at %q, reset %v", r.at, f.From, f.Reset)
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
