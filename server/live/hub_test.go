package live

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAReaderGetsItsFirstFrameAtOnceEvenWhenItIsEmpty(t *testing.T) {
	log := newMemoryLog()
	w := newFakeConn()
	join(t, running(t, log), w, "", "")
	f := w.until(t, func(all []receivedFrame) bool { return len(all) == 1 })[0]
	if f.From != f.To || f.To != f.Head || f.Reset || f.Updates == nil {
		t.Errorf("%+v", f)
	}
}

func TestAReaderFromTheOldestGetsEverythingFromLogAndRing(t *testing.T) {
	log := newMemoryLog()
	for range 1000 {
		log.add("ep_a")
	}
	h := running(t, log)
	w := newFakeConn()
	join(t, h, w, "0", "")
	for range 6000 {
		log.add("ep_a")
	}
	check(t, w.until(t, caughtUp(7000)), seqs(1, 7000))
}

func TestACursorOfAnotherLogIsReset(t *testing.T) {
	log := newMemoryLog()
	for range 10 {
		log.add("ep_a")
	}
	log.swept = 4
	h := running(t, log)
	for name, after := range map[string]string{
		"another epoch": "elsewhere.0.3",
		"swept":         "epochone.0.3",
		"the future":    "epochone.0.11",
	} {
		t.Run(name, func(t *testing.T) {
			w := newFakeConn()
			join(t, h, w, after, "")
			f := w.until(t, func(all []receivedFrame) bool { return len(all) > 0 })[0]
			if !f.Reset || f.To != "epochone.0.10" || f.From != f.To || len(f.Updates) != 0 {
				t.Errorf("%+v", f)
			}
		})
	}
	for _, after := range []string{
		"x",
		"epochone.0.",
		"epochone.0.-1",
		"epochone.0.01",
		"epochone.1.1",
		"EPOCHONE.0.1",
		"epochone.0.99999999999999999999",
	} {
		if _, err := h.PositionAfter(after, ""); !errors.Is(err, hook.ErrInvalid) {
			t.Errorf("%q gave %v", after, err)
		}
	}
}

func TestACursorAheadOfTheAnnouncerIsToldNothingTwice(t *testing.T) {
	log := newMemoryLog()
	h := New(log, Options{Now: time.Now, Encode: func(p []byte) []byte { return p }})
	for range 3 {
		log.add("ep_a")
	}
	p, err := h.PositionAfter("epochone.0.2", "") // read from the log before the announcer came by
	if err != nil || p.reset {
		t.Fatal(p, err)
	}
	page, upTo, _ := log.After(t.Context(), 0, 10)
	if err := h.Apply(t.Context(), page, upTo); err != nil {
		t.Fatal(err)
	}
	payload, err := h.Poll(t.Context(), p, 0)
	if err != nil {
		t.Fatal(err)
	}
	check(t, []receivedFrame{parse(t, payload)}, seqs(3, 3))
}

func TestAFilterLetsOnlyItsEndpointThroughAndMovesTheCursor(t *testing.T) {
	log := newMemoryLog()
	h := running(t, log)
	w := newFakeConn()
	join(t, h, w, "", "ep_b")
	var want []hook.Seq
	for i := range 500 {
		endpoint := hook.EndpointID("ep_a")
		if i%7 == 0 || i == 499 {
			endpoint, want = "ep_b", append(want, hook.Seq(i+1))
		}
		log.add(endpoint)
	}
	check(t, w.until(t, caughtUp(500)), want)
}

func TestANoticeReachesEveryReader(t *testing.T) {
	log := newMemoryLog()
	h := running(t, log)
	w := newFakeConn()
	join(t, h, w, "", "ep_b")
	w.until(t, func(all []receivedFrame) bool { return len(all) == 1 })
	if err := h.Notice(wire.Update{Kind: wire.UpdateEndpoint, Endpoint: &wire.Endpoint{Name: "shop"}}); err != nil {
		t.Fatal(err)
	}
	last := w.until(t, func(all []receivedFrame) bool { return len(all) == 2 })[1]
	if len(last.Updates) != 1 || last.Updates[0].Endpoint == nil || last.Updates[0].Endpoint.Name != "shop" {
		t.Errorf("%+v", last)
	}
}

func TestAStuckReaderDelaysNobodyAndCatchesUp(t *testing.T) {
	log := newMemoryLog()
	h := running(t, log)
	stuck, well := newFakeConn(), newFakeConn()
	stuck.stuck = true
	join(t, h, stuck, "", "")
	join(t, h, well, "", "")
	for range 9000 {
		log.add("ep_a")
	}
	check(t, well.until(t, caughtUp(9000)), seqs(1, 9000))
	if n := len(stuck.frames()); n != 0 {
		t.Fatalf("the stuck one was sent %d frames", n)
	}
	stuck.mu.Lock()
	stuck.stuck = false
	stuck.mu.Unlock()
	close(stuck.release)
	check(t, stuck.until(t, caughtUp(9000)), seqs(1, 9000))
}

func TestReadersAreSentAwayToComeBackWhenTheHubStops(t *testing.T) {
	log := newMemoryLog()
	h := New(log, Options{Now: time.Now, Encode: func(p []byte) []byte { return p }})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { _ = h.Run(ctx); close(ended) }()
	w := newFakeConn()
	join(t, h, w, "", "")
	w.until(t, func(all []receivedFrame) bool { return len(all) == 1 })
	polled := make(chan error)
	go func() {
		_, err := h.Poll(context.Background(), Position{onRing: true}, time.Hour)
		polled <- err
	}()
	cancel()
	<-ended
	if err := <-polled; err != nil {
		t.Errorf("the poller got %v", err)
	}
	if !w.closed || !w.reconnect {
		t.Errorf("closed %v, asked to come back %v", w.closed, w.reconnect)
	}
}

// TestEveryReaderSeesExactlyTheLog has sockets that close at random, and pollers, read while writers append. Each of
// them must get every delivery once, in order.
func TestEveryReaderSeesExactlyTheLog(t *testing.T) {
	const writers, each = 8, 400
	log := newMemoryLog()
	h := running(t, log)
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range each {
				log.add("ep_a")
			}
		})
	}
	for i := range 10 {
		all.Go(func() { readWithDrops(t, h, rand.New(rand.NewPCG(uint64(i), 7)), writers*each) })
		all.Go(func() { readByPolling(t, h, writers*each) })
	}
	all.Wait()
}

// readWithDrops reads everything over sockets, and closes each after some frames.
func readWithDrops(t *testing.T, h *Hub, random *rand.Rand, head hook.Seq) {
	cursor, kept := "0", []receivedFrame(nil)
	for {
		w := newFakeConn()
		r := join(t, h, w, cursor, "")
		some := 1 + random.IntN(5)
		enough := func(all []receivedFrame) bool { return len(all) >= some || caughtUp(head)(all) }
		got := w.until(t, enough)
		r.Leave()
		kept = append(kept, got...)
		cursor = kept[len(kept)-1].To
		if caughtUp(head)(kept) {
			break
		}
	}
	check(t, kept, seqs(1, head))
}

// readByPolling reads everything by polling.
func readByPolling(t *testing.T, h *Hub, head hook.Seq) {
	cursor, kept := "0", []receivedFrame(nil)
	for !caughtUp(head)(kept) {
		p, err := h.PositionAfter(cursor, "")
		if err != nil {
			t.Error(err)
			return
		}
		payload, err := h.Poll(t.Context(), p, 10*time.Second)
		if err != nil {
			t.Error(err)
			return
		}
		kept = append(kept, parse(t, payload))
		cursor = kept[len(kept)-1].To
	}
	check(t, kept, seqs(1, head))
}

func TestALongPollReturnsEmptyWhenNothingComes(t *testing.T) {
	log := newMemoryLog()
	h := running(t, log)
	log.add("ep_a")
	p, err := h.PositionAfter("0", "ep_b")
	if err != nil {
		t.Fatal(err)
	}
	payload, err := h.Poll(t.Context(), p, 50*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if f := parse(t, payload); f.From != "epochone.0.0" || f.To != "epochone.0.1" || len(f.Updates) != 0 {
		t.Errorf("%+v", f)
	}
}

// TestACursorBeforeWhatALimitRemovedIsReset has a limit of one endpoint remove deliveries from the middle of the log:
// only readers that would miss some load their first page again.
func TestACursorBeforeWhatALimitRemovedIsReset(t *testing.T) {
	log := newMemoryLog()
	for range 9 {
		log.add("ep_a")
	}
	h := New(log, Options{Now: time.Now, FirstKeptOf: func(e hook.EndpointID, among *hook.EndpointSet) hook.Seq {
		if e != "ep_b" && among.Has("ep_a") {
			return 6
		}
		return log.FirstKept()
	}})
	for _, c := range []struct {
		after    string
		endpoint hook.EndpointID
		among    *hook.EndpointSet
		reset    bool
	}{
		{"epochone.0.4", "", nil, true},
		{"epochone.0.5", "", nil, false},
		{"epochone.0.4", "ep_a", nil, true},
		{"epochone.0.4", "ep_b", nil, false},
		{"epochone.0.4", "", hook.NewEndpointSet("ep_b"), false},
		{"0", "", nil, false},
	} {
		p, err := h.PositionAmong(c.after, c.endpoint, c.among)
		if err != nil || p.reset != c.reset || p.Among != c.among {
			t.Errorf("%+v: %+v (%v)", c, p, err)
		}
	}
}
