package live

import (
	"context"
	"time"

	"hookbeam/server/hook"
)

// frameBytes is about how large a frame may grow; what is left follows in the next.
const frameBytes = 128 << 10

// frame is what one reader is told next, and where it then stands.
type frame struct {
	payload []byte // one JSON object
	to      Position
	updates int
	more    bool // it was cut at frameBytes: go on at once
}

// ringFrame builds the next frame of a reader on the ring. ok is false where the ring has moved on without it.
func (h *Hub) ringFrame(p Position) (f frame, ok bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if p.index < h.ring.first {
		return f, false
	}
	b := begin()
	to := p
	for ; to.index < h.ring.next; to.index++ {
		e := h.ring.at(to.index)
		if len(b.text) > frameBytes && e.seq > to.scanned {
			f.more = true
			break
		}
		// A cursor taken from the log itself may be ahead of the announcer, but never of what deliveries moved.
		if e.notice || e.status || e.seq > p.scanned {
			b.take(e, p.Endpoint)
		}
		to.scanned = max(to.scanned, e.seq)
	}
	if !f.more {
		to.scanned = max(to.scanned, h.head)
	}
	f.to = to
	h.finish(&f, b, h.head)
	return f, true
}

// logFrame builds the next frame of a reader behind the ring, from the log.
func (h *Hub) logFrame(ctx context.Context, p Position) (frame, error) {
	head := h.Position()
	f := frame{to: p, more: true}
	entries, upTo, err := h.blocks.after(ctx, p.scanned, head)
	if err != nil {
		return f, err
	}
	b := begin()
	f.to.scanned = upTo
	for i := range entries {
		if len(b.text) > frameBytes {
			f.to.scanned = entries[i].seq - 1
			break
		}
		b.take(&entries[i], p.Endpoint)
	}
	h.mu.RLock()
	defer h.mu.RUnlock()
	h.toRing(&f.to)
	h.finish(&f, b, h.head)
	return f, nil
}

// builder writes a frame's updates behind room for what comes before them.
type builder struct {
	text    []byte
	updates int
}

// begin starts a frame. Its first keys are written by finish, when they are known, in front of the updates.
func begin() builder { return builder{text: make([]byte, frameFront, 1024)} }

// frameFront is room for a frame's keys: three cursors and the rest.
const frameFront = 256

func (b *builder) take(e *entry, filter hook.EndpointID) {
	if filter != "" && !e.notice && e.endpoint != filter {
		return
	}
	if b.updates > 0 {
		b.text = append(b.text, ',')
	}
	b.text = append(b.text, e.text...)
	b.updates++
}

// finish writes the keys and moves the reader's cursor to what it has been told.
func (h *Hub) finish(f *frame, b builder, head hook.Seq) {
	f.updates = b.updates
	from := hook.Cursor{Epoch: h.log.Epoch(), Seq: f.to.sentUpTo}
	f.to.sentUpTo = f.to.scanned
	to, top := from, from
	to.Seq, top.Seq = f.to.sentUpTo, max(f.to.sentUpTo, head)
	front := make([]byte, 0, frameFront)
	front = append(front, `{"from":"`...)
	front = append(front, from.String()...)
	front = append(front, `","to":"`...)
	front = append(front, to.String()...)
	front = append(front, `","head":"`...)
	front = append(front, top.String()...)
	front = append(front, '"')
	if f.to.reset {
		front = append(front, `,"reset":true`...)
	}
	front = append(front, `,"updates":[`...)
	f.to.reset, f.to.fresh = false, false
	start := frameFront - len(front)
	copy(b.text[start:], front)
	f.payload = append(b.text[start:], "]}"...)
}

// next builds the next frame of any reader.
func (h *Hub) next(ctx context.Context, p Position) (frame, error) {
	if p.onRing {
		if f, ok := h.ringFrame(p); ok {
			return f, nil
		}
		p.onRing = false
	}
	return h.logFrame(ctx, p)
}

// Poll returns the next frame for a reader at p as soon as it tells something, at the latest after wait; a reader
// that does not know its cursor yet is answered at once.
func (h *Hub) Poll(ctx context.Context, p Position, wait time.Duration) ([]byte, error) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for first := p.sentUpTo; ; {
		h.mu.RLock()
		changed := h.changed
		h.mu.RUnlock()
		reset := p.reset
		f, err := h.next(ctx, p)
		if err != nil {
			return nil, err
		}
		if f.updates > 0 || reset || wait <= 0 {
			return f.payload, nil
		}
		p, p.sentUpTo = f.to, first // nothing told yet: the range still begins where the reader is
		if f.more {
			continue
		}
		select {
		case <-changed:
		case <-timer.C:
			wait = 0
		case <-h.stopped:
			wait = 0
		case <-ctx.Done():
			wait = 0
		}
	}
}
