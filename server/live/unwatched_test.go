package live

import (
	"testing"
	"time"

	"hookbeam/server/hook"
)

// TestWhoComesBackToAHubThatNobodyWatchedMissesNothing has readers that get a position and then do not poll for so long
// that nothing is encoded any more. They must have no gap afterwards, from any position.
func TestWhoComesBackToAHubThatNobodyWatchedMissesNothing(t *testing.T) {
	now := time.Now()
	log := newMemoryLog()
	h := New(log, Options{Now: func() time.Time { return now }, Encode: func(p []byte) []byte { return p }})
	announce := func(n int) {
		for range n {
			log.add("ep_a")
		}
		page, upTo, _ := log.After(t.Context(), h.Position(), n)
		if err := h.Apply(t.Context(), page, upTo); err != nil {
			t.Fatal(err)
		}
	}
	announce(3)
	if n := h.ring.next - h.ring.first; n != 0 || h.Position() != 3 {
		t.Errorf("%d entries that nobody asked for, up to %d", n, h.Position())
	}
	p, err := h.PositionAfter("", "")
	if err != nil {
		t.Fatal(err)
	}
	announce(2)
	if n := h.ring.next - h.ring.first; n != 2 {
		t.Errorf("%d entries for somebody who just asked", n)
	}
	atItsEnd, err := h.PositionAfter("", "")
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(2 * pollerTimeoutSeconds * time.Second)
	announce(2)
	if n := h.ring.next - h.ring.first; n != 0 {
		t.Errorf("%d entries after nobody asked for long", n)
	}
	payload, err := h.Poll(t.Context(), atItsEnd, 0)
	if err != nil {
		t.Fatal(err)
	}
	check(t, []receivedFrame{parse(t, payload)}, seqs(6, 7))
	var got []receivedFrame
	for range 3 {
		payload, err := h.Poll(t.Context(), p, 0)
		if err != nil {
			t.Fatal(err)
		}
		f := parse(t, payload)
		got = append(got, f)
		if p, err = h.PositionAfter(f.To, ""); err != nil {
			t.Fatal(err)
		}
	}
	check(t, got, seqs(4, 7))
	announce(1)
	if payload, err = h.Poll(t.Context(), p, 0); err != nil {
		t.Fatal(err)
	}
	check(t, []receivedFrame{parse(t, payload)}, []hook.Seq{8})
}
