package live

import (
	"cmp"
	"context"
	"time"

	"hookbeam/server/hook"
)

// frameBytes is the size at which a frame ends. The update that crosses it is still included; the rest is in the next
// frame.
const frameBytes = 128 << 10

// frame is the next message for a reader, and the position of the reader after it:
//
//	{"from":"…","to":"…","head":"…","reset":true,"updates":[…]}
//
// from, to and head are cursors, as wire.Frame describes them. The updates are all that the reader's filter lets
// through between from and to. from is always the cursor that the reader was sent last, so a reader can notice a
// missing frame.
type frame struct {
	payload []byte   // one JSON object
	to      Position // where the reader continues
	updates int      // how many updates payload has; 0 means that it only moves the cursor
	repeats int      // how many of them were announced before the reader came; see noticeOverlap
	more    bool     // build the next frame at once: this one was cut at frameBytes, or came from the log
}

// ringFrame builds the next frame of a reader from the ring. ok is false if the ring no longer has all updates after p.
func (h *Hub) ringFrame(p Position) (f frame, ok bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if p.index < h.ring.first {
		return f, false
	}
	b := newBuilder()
	to := p
	for ; to.index < h.ring.next; to.index++ {
		e := h.ring.at(to.index)
		// Updates with the same seq are not separated, because a cursor is a seq.
		if len(b.text) > frameBytes && e.seq > to.scanned {
			f.more = true
			break
		}
		// A client can get a cursor from a page of the log that the hub has not announced yet. It then has the
		// deliveries up to its cursor, but not the statuses that they change.
		if e.notice || e.status || e.seq > p.scanned {
			b.add(e, p)
		}
		if to.index < p.repeats {
			f.repeats = b.updates
		}
		to.scanned = max(to.scanned, e.seq)
	}
	if !f.more {
		to.scanned = max(to.scanned, h.head)
	}
	if to.index >= to.repeats {
		to.repeats = 0 // readers at one place share frames again, wherever they came from
	}
	f.to = to
	h.finish(&f, b, h.head)
	return f, true
}

// logFrame builds the next frame of a reader that is behind the ring, from the log. frame.to is on the ring if the ring
// reaches back to the frame's end. Errors are those of Log and Statuses.
func (h *Hub) logFrame(ctx context.Context, p Position) (frame, error) {
	head := h.Position()
	f := frame{to: p, more: true}
	entries, upTo, err := h.blocks.after(ctx, p.scanned, head)
	if err != nil {
		return f, err
	}
	b := newBuilder()
	f.to.scanned = upTo
	for i := range entries {
		if len(b.text) > frameBytes {
			f.to.scanned = entries[i].seq - 1
			break
		}
		b.add(&entries[i], p)
	}
	h.mu.RLock()
	defer h.mu.RUnlock()
	h.toRing(&f.to)
	h.finish(&f, b, h.head)
	return f, nil
}

// builder collects the updates of a frame. The first keys of a frame are known only at its end, so text begins with
// frameFront unused bytes, into which Hub.finish writes them.
type builder struct {
	text    []byte
	updates int
}

// newBuilder starts a frame.
func newBuilder() builder { return builder{text: make([]byte, frameFront, 1024)} }

// frameFront is the most bytes that the first keys of a frame need: three cursors and some constant text.
const frameFront = 256

// add appends an update if the filter of the reader lets it through, and if the reader may see its endpoint. The filter
// "" lets everything through, and updates that are not of one endpoint's deliveries pass every filter.
func (b *builder) add(e *entry, p Position) {
	if p.Endpoint != "" && e.endpoint != "" && e.endpoint != p.Endpoint {
		return
	}
	if of := cmp.Or(e.endpoint, e.about); of != "" && !p.Among.Has(of) {
		return
	}
	if b.updates > 0 {
		b.text = append(b.text, ',')
	}
	b.text = append(b.text, e.text...)
	b.updates++
}

// finish completes a frame: it writes the keys in front of the updates, and sets the reader's cursor in f.to to the end
// of the frame. head is never below the frame's end, even if the client's cursor is ahead of what was announced.
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

// next builds the next frame of a reader, from the ring if possible, else from the log.
func (h *Hub) next(ctx context.Context, p Position) (frame, error) {
	if p.onRing {
		if f, ok := h.ringFrame(p); ok {
			return f, nil
		}
		p.onRing = false
	}
	return h.logFrame(ctx, p)
}

// Poll returns the payload of the next frame for a reader at p. It waits until the frame has an update, but at most for
// wait, or until ctx or the hub ends; the frame is then empty. A reader whose cursor was reset is answered at once.
// Errors are those of Log and Statuses.
//
// A notice that is repeated ends no wait, since a client that asks again at once would get it again and again. The
// answer that ends the wait has it.
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
		if f.updates > f.repeats || reset || wait <= 0 || f.repeats > 0 && f.more {
			h.polled.add(&sent{frames: 1, bytes: uint64(len(f.payload))})
			return f.payload, nil
		}
		if f.repeats == 0 {
			p, p.sentUpTo = f.to, first // nothing was sent yet, so the range still begins at the reader's cursor
		}
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
