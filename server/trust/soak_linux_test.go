package trust_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

const (
	soakSecret  = "a-secret-that-nobody-guesses"
	soakSockets = 12
	soakPollers = 6
	soakSenders = 8
	maxBroken   = 3 // of twelve thousand deliveries
)

// TestNothingGrowsWithoutEnd checks R15. Verified, forged, unsigned and repeated deliveries are sent, and readers
// connect and disconnect, until the log is full and its oldest deliveries are removed. Then the same again. When all
// clients have disconnected, the server must have as many descriptors and goroutines as a fresh server, and as much
// memory as before the second half.
func TestNothingGrowsWithoutEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT TESTED with -short: a soak of a minute or two")
	}
	t.Parallel()
	program := ""
	if withRace { // the memory of the race detector itself grows
		program = filepath.Join(t.TempDir(), "hookbeam")
		if err := build(program, false); err != nil {
			t.Fatal(err)
		}
	}
	// A fresh server that has done the same things once, for comparison.
	fresh := newSoak(t, program)
	fresh.work(100)
	idle := fresh.usageWhenIdle()
	freshly, _ := fresh.server.dumpGoroutines()

	s := newSoak(t, program)
	s.work(scaled(6000))
	before := s.usageWhenIdle()
	s.work(scaled(6000))
	after := s.usageWhenIdle()
	goroutines, dump := s.server.dumpGoroutines()
	t.Logf("fresh: %+v, %d goroutines", idle, freshly)
	t.Logf("half:  %+v", before)
	t.Logf("end:   %+v, %d goroutines", after, goroutines)
	t.Logf("answers: %v; readers came %d times and were told %d frames", s.answers(), s.came.Load(), s.frames.Load())
	// The margins allow for what the runtime opens and starts on its own.
	if after.descriptors > idle.descriptors+4 || after.threads > before.threads+8 {
		t.Errorf("descriptors and threads grew: fresh %+v, half %+v, end %+v", idle, before, after)
	}
	if goroutines > freshly+4 {
		t.Errorf("%d goroutines are left when all have gone, %d in a fresh server:\n%s", goroutines, freshly,
			dump[:min(len(dump), 16<<10)])
	}
	if after.resident > before.resident+before.resident/8+12<<20 {
		t.Errorf("memory went from %d to %d MiB", before.resident>>20, after.resident>>20)
	}
}

// soak is a server, its three endpoints, and counters of what its clients did.
type soak struct {
	t                        *testing.T
	server                   *server
	generic, stripe, nobody  endpoint
	sent, came, frames       atomic.Int64
	genuine, forged, unknown atomic.Int64 // responses 200, 401 or 403, and others
	broken                   atomic.Int64 // connections that broke while a delivery was sent, which was sent again
}

// newSoak starts a server with --keep-bytes 16MiB and creates the endpoints. program is the binary; empty: hookbeam.
func newSoak(t *testing.T, program string) *soak {
	t.Helper()
	s := &soak{t: t, server: newServer(t, "--keep-bytes", "16MiB")}
	s.server.program, s.server.env = program, frequentGC()
	s.server.start()
	facts := func(name, provider string) map[string]any {
		return map[string]any{"name": name, "provider": provider, "verify": "enforce",
			"secrets": []any{map[string]any{"label": "live", "value": soakSecret}}}
	}
	s.generic, s.stripe = s.server.make(facts("shop", "generic")), s.server.make(facts("payments", "stripe"))
	s.nobody = s.server.first()
	return s
}

// answers summarizes the responses for the log of the test.
func (s *soak) answers() string {
	return fmt.Sprintf("%d × 200, %d × 401 or 403, %d others, %d connections broke", s.genuine.Load(), s.forged.Load(),
		s.unknown.Load(), s.broken.Load())
}

// work sends n deliveries while readers connect and disconnect. It returns when all clients have disconnected.
func (s *soak) work(n int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), readersTimeout())
	defer cancel()
	done := make(chan struct{})
	var reading, sending sync.WaitGroup
	for i := range soakSockets + soakPollers {
		reading.Go(func() {
			if err := s.read(ctx, i, done); err != nil {
				s.t.Errorf("reader %d: %v", i, err)
			}
		})
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: soakSenders}, Timeout: waitTimeout}
	for range soakSenders {
		sending.Go(func() {
			// All clients take numbers from one counter, so every kind of delivery is sent concurrently.
			for range n / soakSenders {
				if !s.send(ctx, client, s.sent.Add(1)) {
					return
				}
			}
		})
	}
	sending.Wait()
	close(done)
	reading.Wait()
	client.CloseIdleConnections()
}

// send posts the i-th delivery. i determines its kind: verified, repeated, forged, unsigned, or one of the two events
// of a payment. It reports whether the caller should continue.
func (s *soak) send(ctx context.Context, client *http.Client, i int64) bool {
	target, body := s.generic, fmt.Sprintf(`{"number":%d,"filling":%q}`, i, strings.Repeat("x", 5000))
	header := []string{"X-Webhook-Secret", soakSecret, "Webhook-Id", fmt.Sprint("evt_", i)}
	want := http.StatusOK
	switch i % 6 {
	case 1: // repeats an earlier event, whose delivery may have been removed
		header[3] = fmt.Sprint("evt_", i/2/6*6)
	case 2:
		header[1], want = "wrong", http.StatusForbidden
	case 3:
		target, header = s.nobody, nil
	case 4, 5: // the two events of a payment
		target = s.stripe
		kind := [...]string{4: "payment_intent.created", 5: "payment_intent.succeeded"}[i%6]
		body = fmt.Sprintf(`{"id":"evt_%d","type":%q,"created":%d,"livemode":true,"data":{"object":{"id":"pi_%d"`+
			`,"object":"payment_intent","amount":4900,"currency":"eur"}}}`,
			i, kind, time.Now().Unix(), i/6)
		header = []string{"Stripe-Signature", stripeSignature(soakSecret, body)}
	}
	status, _, text, err := send(ctx, client, target.in(s.server), body, header...)
	// A connection that was idle can break as it is used again. Senders send again then; it must stay rare.
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF) {
		s.t.Logf("delivery %d is sent again: %v", i, err)
		if s.broken.Add(1) <= maxBroken {
			status, _, text, err = send(ctx, client, target.in(s.server), body, header...)
		}
	}
	switch {
	case err != nil:
		s.t.Errorf("delivery %d: %v", i, err)
		return false
	case status == http.StatusOK && want == status:
		s.genuine.Add(1)
	case want != http.StatusOK && (status == http.StatusUnauthorized || status == http.StatusForbidden):
		s.forged.Add(1)
	default:
		s.unknown.Add(1)
		s.t.Errorf("delivery %d is answered %d, not %d: %s", i, status, want, text)
	}
	return true
}

// read connects, reads some frames, disconnects, and connects again with its cursor, until done. The first soakPollers
// readers poll, the others use WebSockets.
func (s *soak) read(ctx context.Context, i int, done <-chan struct{}) error {
	random := rand.New(rand.NewPCG(11, uint64(i)))
	client := &http.Client{Transport: &http.Transport{}, Timeout: waitTimeout}
	defer client.CloseIdleConnections()
	v := &view{server: s.server}
	ended := func() bool {
		select {
		case <-done:
			return true
		default:
			return ctx.Err() != nil
		}
	}
	for !ended() {
		s.came.Add(1)
		// Each connection reads up to 40 frames.
		left := 1 + random.IntN(40)
		enough := func() bool {
			v.seen = nil // the frames' ranges are checked; the deliveries would use up memory
			s.frames.Add(1)
			left--
			return left < 0 || ended()
		}
		// A poller needs no connection of its own.
		if i < soakPollers {
			for !enough() {
				if err := v.poll(ctx, client); err != nil {
					return err
				}
			}
			continue
		}
		conn, err := v.open(ctx)
		if err != nil {
			return err
		}
		stop := make(chan struct{})
		go func() { // with no further deliveries, listen would wait for a frame
			select {
			case <-done:
				_ = conn.Close()
			case <-stop:
			}
		}()
		err = v.listen(ctx, conn, enough)
		close(stop)
		if err != nil && !ended() {
			return err
		}
	}
	return nil
}

// processUsage is what a process holds: open descriptors, threads, and resident memory in bytes.
type processUsage struct{ descriptors, threads, resident int }

// listening is the number of listening sockets of a server: its address and the control channel.
const listening = 2

// usageWhenIdle waits until no client is connected and returns the usage of the server.
func (s *soak) usageWhenIdle() (h processUsage) {
	s.t.Helper()
	// Connections close a moment after their clients; idle ones of API calls are closed here.
	eventually(s.t, "nobody is connected", func() bool {
		http.DefaultClient.CloseIdleConnections()
		return len(s.server.proc("fd", "socket:")) == listening
	})
	h.descriptors, h.threads, h.resident = len(s.server.proc("fd", "")), len(s.server.proc("task",
		"")), s.server.resident()
	return h
}

// proc lists a folder of the process in /proc. If prefix is not empty, only links whose target begins with it.
func (s *server) proc(folder, prefix string) (names []string) {
	s.t.Helper()
	folder = fmt.Sprintf("/proc/%d/%s", s.cmd.Process.Pid, folder)
	entries, err := os.ReadDir(folder)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range entries {
		to, _ := os.Readlink(filepath.Join(folder, e.Name())) // a descriptor that was just closed has no target
		if strings.HasPrefix(to, prefix) {
			names = append(names, e.Name())
		}
	}
	return names
}

// dumpGoroutines ends the server with SIGQUIT, which makes the Go runtime print all goroutines, and counts them.
func (s *server) dumpGoroutines() (goroutines int, dump string) {
	s.t.Helper()
	if bad := s.log.crashReport(); bad != "" {
		s.t.Errorf("the server's log has %q", bad)
	}
	before := len(s.log.String())
	if err := s.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		s.t.Fatal(err)
	}
	s.awaitExit()
	dump = s.log.String()[before:]
	s.log = &log{} // the dump is not a crash
	return strings.Count(dump, "\ngoroutine "), dump
}
