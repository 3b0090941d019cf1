package live

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hookbeam/server/hook"
)

// countingLog is a log that counts how often it was read.
type countingLog struct {
	*memoryLog
	readings atomic.Int64
}

func (c *countingLog) After(ctx context.Context, from hook.Seq, limit int) ([]hook.Delivery, hook.Seq, error) {
	c.readings.Add(1)
	page, upTo, err := c.memoryLog.After(ctx, from, limit)
	if n := 20; len(page) > n { // as with large deliveries, pages are short
		page, upTo = page[:n], page[n-1].Seq
	}
	return page, upTo, err
}

// addLong adds deliveries with paths as long as a header may be.
func (m *memoryLog) addLong(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for range n {
		m.all = append(m.all, hook.Delivery{
			Seq:      hook.Seq(len(m.all) + 1),
			Endpoint: "ep_a",
			Method:   "POST",
			Path:     "/" + strings.Repeat("x", 60_000),
		})
	}
}

// pollToEnd polls from a cursor to the end of the log.
func pollToEnd(t *testing.T, h *Hub, cursor string, head hook.Seq) (frames []receivedFrame) {
	t.Helper()
	for len(frames) == 0 || !caughtUp(head)(frames) {
		p, err := h.PositionAfter(cursor, "")
		if err != nil {
			t.Fatal(err)
		}
		payload, err := h.Poll(t.Context(), p, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(payload) > frameBytes+70_000 {
			t.Fatalf("a frame of %d bytes", len(payload))
		}
		frames = append(frames, parse(t, payload))
		cursor = frames[len(frames)-1].To
	}
	return frames
}

// TestBlocksAreBoundedInBytes has readers with different cursors catch up with deliveries that are a hundred times as
// large as common ones.
func TestBlocksAreBoundedInBytes(t *testing.T) {
	log := &countingLog{memoryLog: newMemoryLog()}
	log.addLong(260)
	for range 1000 {
		log.add("ep_a")
	}
	log.addLong(50)
	h := New(log, Options{Now: time.Now, Encode: func(p []byte) []byte { return p }})
	frames := 0
	for _, from := range []hook.Seq{0, 100, 255, 256, 257, 1000, 1300} {
		all := pollToEnd(t, h, hook.Cursor{Epoch: "epochone", Seq: from}.String(), 1310)
		check(t, all, seqs(from+1, 1310))
		frames += len(all)
		total := 0
		for _, b := range h.blocks.kept {
			bytes := 0
			for _, e := range b.entries {
				bytes += entryOverhead + len(e.text)
			}
			if bytes != b.bytes || bytes > blockBytes+70_000 {
				t.Fatalf("a block has %d bytes, and says %d", bytes, b.bytes)
			}
			total += bytes
		}
		if total != h.blocks.bytes || total > maxBytes || len(h.blocks.kept) > maxBlocks {
			t.Fatalf("%d blocks have %d bytes, and say %d", len(h.blocks.kept), total, h.blocks.bytes)
		}
	}
	if n := int(log.readings.Load()); n > 3*frames {
		t.Errorf("%d readings of the log for %d frames", n, frames)
	}
}

// TestReadersShareBlocks has a hundred readers with different cursors catch up with common deliveries.
func TestReadersShareBlocks(t *testing.T) {
	log := &countingLog{memoryLog: newMemoryLog()}
	for range 4 * blockSize {
		log.add("ep_a")
	}
	h := New(log, Options{Now: time.Now, Encode: func(p []byte) []byte { return p }})
	for from := range hook.Seq(30) {
		check(
			t,
			pollToEnd(t, h, hook.Cursor{Epoch: "epochone", Seq: from * 30}.String(), 4*blockSize),
			seqs(from*30+1, 4*blockSize),
		)
	}
	if n, most := int(log.readings.Load()), 4*(blockSize/20+1); n > most {
		t.Errorf("%d readings of the log, want at most %d", n, most)
	}
}
