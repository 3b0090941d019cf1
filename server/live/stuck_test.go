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

// full is a socket's far end that does not read: nothing can be sent to it without waiting, and whoever waits does so
// until the test opens the gate.
type full struct {
	mu       sync.Mutex
	sent     int // calls of Send
	finished int // calls of Finish
	gate     chan struct{}
	open     sync.Once
}

func newFull() *full { return &full{gate: make(chan struct{})} }

func (f *full) Send(message []byte) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent++
	return message, nil
}

func (f *full) Finish([]byte) error {
	f.mu.Lock()
	f.finished++
	f.mu.Unlock()
	<-f.gate
	return errors.New("given up")
}

func (f *full) Close(bool) { f.open.Do(func() { close(f.gate) }) }

func (f *full) counts() (sent, finished int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sent, f.finished
}

// TestAPassGoesOnWhileReadersAreStuck drives one shard by hand. Each pass ends while Finish of every stuck reader is
// waiting, and has not slept either: the clock, which moves only when everybody waits, has not moved. All others are
// told
// of each delivery in the pass that follows it. A stuck reader is left alone: nothing more is sent to it, and nobody
// waits for it a second time.
func TestAPassGoesOnWhileReadersAreStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, s, fulls, wells := mixed(t, 5, 3)
		pass := func() {
			began := time.Now()
			s.pass(t.Context(), false)
			if waited := time.Since(began); waited != 0 {
				t.Fatalf("the pass waited for %v", waited)
			}
		}
		pass()
		synctest.Wait() // until all who wait for a stuck reader do so
		const updates = 200
		for n := range updates {
			time.Sleep(time.Second) // so that none comes under load
			seq := hook.Seq(n + 1)
			if err := h.Apply(t.Context(), []hook.Delivery{{Seq: seq, Endpoint: "ep_a"}}, seq); err != nil {
				t.Fatal(err)
			}
			pass()
			for i, w := range wells {
				if got := len(w.frames()); got != n+2 { // the first frame, and one for each update
					t.Fatalf("after update %d reader %d has %d frames", n+1, i, got)
				}
			}
		}
		for i, f := range fulls {
			if sent, finished := f.counts(); sent != 1 || finished != 1 {
				t.Errorf("stuck reader %d: sent to %d times, waited for %d times; want once each", i, sent, finished)
			}
			f.Close(false)
		}
		s.helpers.Wait()
		for _, w := range wells {
			var all []told
			for _, payload := range w.frames() {
				all = append(all, parse(t, payload))
			}
			check(t, all, seqs(1, updates))
		}
	})
}

// mixed is a hub with one shard, whose readers are stuck and well by turns.
func mixed(t *testing.T, healthy, stuck int) (h *Hub, s *shard, fulls []*full, wells []*farEnd) {
	t.Helper()
	h = New(newMemory(), Options{Now: time.Now, Encode: bytes.Clone})
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
			fulls = append(fulls, newFull())
			join(fulls[i])
		}
		if i < healthy {
			wells = append(wells, newFarEnd())
			join(wells[i])
		}
	}
	return h, s, fulls, wells
}
