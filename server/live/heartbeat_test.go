package live

import (
	"bytes"
	"testing"
	"time"

	"hookbeam/server/hook"
)

// runSeconds drives one reader second by second with a fake clock, and returns the frames that it was sent.
func runSeconds(t *testing.T, seconds int, each func(h *Hub, r *Reader, second int)) (*Reader, [][]byte) {
	t.Helper()
	at := time.Unix(1_000_000, 0)
	log := newMemoryLog()
	h := New(
		log,
		Options{
			Now:    func() time.Time { return at },
			Encode: func(p []byte) []byte { return bytes.Clone(p) },
			Ping:   []byte("PING"),
		},
	)
	w := newFakeConn()
	r := join(t, h, w, "", "")
	for second := range seconds {
		at = at.Add(time.Second)
		each(h, r, second)
		r.shard.pass(t.Context(), false)
		r.shard.sendHeartbeats()
	}
	return r, w.frames()
}

func pings(frames [][]byte) (n int) {
	for _, f := range frames {
		if bytes.HasSuffix(f, []byte("PING")) {
			n++
		}
	}
	return n
}

func TestAReaderIsToldEveryTwentySecondsThatTheLineIsAlive(t *testing.T) {
	r, frames := runSeconds(t, 61, func(_ *Hub, r *Reader, _ int) { r.Seen() })
	if r.gone.Load() || len(frames) != 4 || pings(frames) != 3 {
		t.Errorf("gone %v, %d frames, %d pings: %s", r.gone.Load(), len(frames), pings(frames), frames)
	}
}

func TestAReaderThatIsToldMuchIsAskedForASignOfLifeToo(t *testing.T) {
	r, frames := runSeconds(t, 200, func(h *Hub, r *Reader, second int) {
		_ = h.Apply(t.Context(), []hook.Delivery{{Seq: hook.Seq(second + 1)}}, hook.Seq(second+1))
		if second%20 == 5 { // it answers each ping some seconds later
			r.Seen()
		}
	})
	if r.gone.Load() || pings(frames) < 9 {
		t.Errorf("gone %v, %d pings", r.gone.Load(), pings(frames))
	}
}

func TestAReaderThatGivesNoSignOfLifeIsDropped(t *testing.T) {
	r, _ := runSeconds(t, int(idleTimeout.Seconds())+2, func(*Hub, *Reader, int) {})
	if !r.gone.Load() {
		t.Error("it is still there")
	}
}

func TestTheServerGathersForAReaderUnderLoad(t *testing.T) {
	at := time.Unix(1_000_000, 0)
	log := newMemoryLog()
	h := New(log, Options{Now: func() time.Time { return at }, Encode: func(p []byte) []byte { return bytes.Clone(p) }})
	w := newFakeConn()
	r := join(t, h, w, "", "")
	seq := hook.Seq(0)
	arrive := func(n int) {
		for range n {
			seq++
			_ = h.Apply(t.Context(), []hook.Delivery{{Seq: seq}}, seq)
			r.shard.pass(t.Context(), false)
		}
	}
	arrive(1000)
	if n := len(w.frames()); n > maxImmediateFrames+1 || !r.shard.waiting {
		t.Fatalf("%d frames in one second, waiting %v", n, r.shard.waiting)
	}
	r.shard.pass(t.Context(), true)
	before := len(w.frames())
	at = at.Add(time.Second)
	arrive(lowLoadUpdates)
	r.shard.pass(t.Context(), true) // so little gathered that the load is over
	arrive(3)
	if n := len(w.frames()) - before; n != 4 {
		t.Errorf("%d frames after the load, want 1 gathered and 3 at once", n)
	}
	var all []receivedFrame
	for _, f := range w.frames() {
		all = append(all, parse(t, f))
	}
	check(t, all, seqs(1, seq))
}
