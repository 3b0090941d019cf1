package live

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hookbeam/server/hook"
)

// blockedConn is a Conn whose socket is full: Send writes nothing, and Finish blocks until the test opens the gate.
type blockedConn struct {
	mu       sync.Mutex
	sent     int // calls of Send
	finished int // calls of Finish
	gate     chan struct{}
	open     sync.Once
}

func newBlockedConn() *blockedConn { return &blockedConn{gate: make(chan struct{})} }

func (f *blockedConn) Send(message []byte) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent++
	return message, nil
}

func (f *blockedConn) Finish([]byte) error {
	f.mu.Lock()
	f.finished++
	f.mu.Unlock()
	<-f.gate
	return errors.New("given up")
}

func (f *blockedConn) Close(bool) { f.open.Do(func() { close(f.gate) }) }

func (f *blockedConn) counts() (sent, finished int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sent, f.finished
}

// TestAPassGoesOnWhileReadersAreStuck drives one shard by hand. Each pass ends while Finish of every stuck reader is
// waiting, and it has not slept: the clock of synctest, which moves only when all goroutines wait, has not moved. All
// other readers get each delivery in the next pass. To a stuck reader nothing more is sent, and no second helper waits
// for it.
func TestAPassGoesOnWhileReadersAreStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, s, blocked, readers := newMixedHub(t, 5, 3)
		pass := func() {
			began := time.Now()
			s.pass(t.Context(), false)
			if waited := time.Since(began); waited != 0 {
				t.Fatalf("the pass waited for %v", waited)
			}
		}
		pass()
		synctest.Wait() // until all helpers wait in Finish
		const updates = 200
		for n := range updates {
			time.Sleep(time.Second) // so that no reader comes under load
			seq := hook.Seq(n + 1)
			if err := h.Apply(t.Context(), []hook.Delivery{{Seq: seq, Endpoint: "ep_a"}}, seq); err != nil {
				t.Fatal(err)
			}
			pass()
			for i, w := range readers {
				if got := len(w.frames()); got != n+2 { // the first frame, and one for each update
					t.Fatalf("after update %d reader %d has %d frames", n+1, i, got)
				}
			}
		}
		for i, f := range blocked {
			if sent, finished := f.counts(); sent != 1 || finished != 1 {
				t.Errorf("stuck reader %d: sent to %d times, waited for %d times; want once each", i, sent, finished)
			}
			f.Close(false)
		}
		s.helpers.Wait()
		for _, w := range readers {
			var all []receivedFrame
			for _, payload := range w.frames() {
				all = append(all, parse(t, payload))
			}
			check(t, all, seqs(1, updates))
		}
	})
}

// newMixedHub returns a hub with one shard, whose readers are stuck and healthy in turn.
func newMixedHub(t *testing.T, healthy, stuck int) (h *Hub, s *shard, blocked []*blockedConn, readers []*fakeConn) {
	t.Helper()
	h = New(newMemoryLog(), Options{Now: time.Now, Encode: bytes.Clone})
	s = newShard(h)
	h.shards = []*shard{s}
	join := func(conn Conn) {
		p, err := h.PositionAfter("", "")
		if err != nil {
			t.Fatal(err)
		}
		h.Join(conn, p)
	}
	for i := range max(healthy, stuck) {
		if i < stuck {
			blocked = append(blocked, newBlockedConn())
			join(blocked[i])
		}
		if i < healthy {
			readers = append(readers, newFakeConn())
			join(readers[i])
		}
	}
	return h, s, blocked, readers
}
