package sqlite

import (
	"strings"
	"sync"

	"hookbeam/server/hook"
)

// tailSize is how many of the newest deliveries stay in memory, so that a follower that keeps up reads no disk.
const tailSize = 1024

// tail holds the newest deliveries in a ring: the one with seq n in slot n % tailSize.
type tail struct {
	mu   sync.RWMutex
	from hook.Seq // everything in (from, to] is here
	to   hook.Seq
	ring []hook.Delivery
}

// add takes the records of a committed batch, in the log's order.
func (t *tail) add(batch []*work) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ring == nil {
		t.ring, t.to = make([]hook.Delivery, tailSize), t.from
	}
	for _, w := range batch {
		if w.record == nil {
			continue
		}
		d := w.record.Delivery
		d.ContentType = strings.Clone(d.ContentType) // lets go of the request's whole header block
		t.ring[d.Seq%tailSize] = d
		t.to = d.Seq
	}
	t.from = max(t.from, t.to-tailSize)
}

// after returns at most limit deliveries after from; ok is false where some of them are not here.
func (t *tail) after(from hook.Seq, limit int) (page []hook.Delivery, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if from < t.from || from >= t.to {
		return nil, false
	}
	n := min(int(t.to-from), limit)
	page = make([]hook.Delivery, n)
	for i := range page {
		page[i] = t.ring[(int(from)+1+i)%tailSize]
	}
	return page, true
}
