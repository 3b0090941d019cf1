// Package live sends updates to readers, over sockets and by polling, each from its own cursor.
//
// The newest updates are kept encoded in one ring that all readers share. A reader that is behind the ring
// reads from the log until it reaches the ring. No reader has a queue of its own, so a slow reader costs
// nothing and delays nobody. The package promises that a frame covers everything in its range, and that a
// cursor never passes a gap.
//
// Start reading at Hub.Apply, which fills the ring, and at shard.run, which sends from it.
package live

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// Log is what a hub needs of the log: readers that are behind the ring catch up from it.
type Log interface {
	After(ctx context.Context, from hook.Seq, limit int) (page []hook.Delivery, upTo hook.Seq, err error)
	Epoch() string
	Head() hook.Seq
	FirstKept() hook.Seq
}

// Statuses is what a hub needs of the status projection: the statuses that deliveries changed.
type Statuses interface {
	// Changed returns the statuses whose last delivery is in (from, until], in the log's order. until is upTo,
	// or less (at least from+1) if they are too many for one page.
	Changed(ctx context.Context, from, upTo hook.Seq) (changes []hook.StatusChange, until hook.Seq, err error)
	// Position is the seq up to which deliveries have been applied.
	Position() hook.Seq
}

// Options are what a hub needs besides the log.
type Options struct {
	Now      func() time.Time
	Newest   func() hook.Seq             // the newest seq that a cursor may name, where the log's view lags; nil: its head
	Statuses Statuses                    // nil: there are none
	Encode   func(payload []byte) []byte // wraps a frame for the sockets' wire
	Ping     []byte                      // asks a socket's far end for a sign of life, on the same wire
}

// Hub holds the ring and sends from it to the readers. It is the follower that announces deliveries. The server
// has one; the API joins sockets (Join) and answers polls (Poll) through it.
type Hub struct {
	log     Log
	options Options
	shards  []*shard
	count   atomic.Uint64 // of readers that ever joined
	joined  atomic.Int64  // readers that have not left
	asked   atomic.Int64  // when somebody last asked where to begin, in Unix seconds
	blocks  *blocks
	stopped chan struct{} // closed when Run has ended

	mu      sync.RWMutex
	ring    ring
	head    hook.Seq      // everything up to here has been announced
	changed chan struct{} // closed and replaced when the ring grows
}

// New returns a hub that announces what the log gets from now on.
func New(log Log, o Options) *Hub {
	head := log.Head()
	if o.Statuses != nil {
		head = min(head, o.Statuses.Position())
	}
	h := &Hub{log: log, options: o, head: head, changed: make(chan struct{}), blocks: newBlocks(log, o.Statuses),
		stopped: make(chan struct{})}
	h.ring.floor = head
	for range fanOutShards {
		h.shards = append(h.shards, newShard(h))
	}
	return h
}

// Name is what the hub is called among the followers of the log.
func (h *Hub) Name() string { return "announcer" }

// Position is the newest seq that has been announced.
func (h *Hub) Position() hook.Seq {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.head
}

// Apply announces deliveries, and the statuses that they changed. Each is encoded once, for all readers. While nobody
// watches, nothing is encoded: a reader that comes later reads from the log.
func (h *Hub) Apply(ctx context.Context, page []hook.Delivery, upTo hook.Seq) error {
	if h.skip(upTo) {
		return nil
	}
	for {
		entries, until, err := h.blocks.encode(ctx, page, h.Position(), upTo)
		if err != nil {
			return err
		}
		h.grow(entries, until)
		if until >= upTo {
			return nil
		}
		for len(page) > 0 && page[0].Seq <= until {
			page = page[1:]
		}
	}
}

// askedWithin is how many seconds a poller counts as present after its last request.
const askedWithin = 60

// skip moves the ring's floor up to a seq if nobody watches, and reports whether it did.
func (h *Hub) skip(upTo hook.Seq) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.joined.Load() > 0 || h.options.Now().Unix()-h.asked.Load() <= askedWithin {
		return false
	}
	h.head = max(h.head, upTo)
	h.ring.clear(h.head)
	close(h.changed)
	h.changed = make(chan struct{})
	return true
}

// Notice sends every reader an update that has no position in the log. Readers that are away miss it, and fetch
// what it is about when they come back. The error is that of wire.Notice.
func (h *Hub) Notice(u wire.Update) error {
	text, err := wire.Notice(u)
	if err != nil {
		return err
	}
	h.grow([]entry{{notice: true, text: text}}, 0)
	return nil
}

// grow adds entries to the ring, wakes pollers and shards, and moves the head up.
func (h *Hub) grow(entries []entry, upTo hook.Seq) {
	h.mu.Lock()
	h.head = max(h.head, upTo)
	for _, e := range entries {
		if e.notice {
			e.seq = h.head
		}
		h.ring.add(e)
	}
	close(h.changed)
	h.changed = make(chan struct{})
	h.mu.Unlock()
	for _, s := range h.shards {
		s.wake()
	}
}

// Position is the position of a reader and its filter. It is comparable: readers at equal places get the same frame.
type Position struct {
	sentUpTo hook.Seq        // the cursor that it was last sent
	scanned  hook.Seq        // everything up to here was looked at for it
	index    uint64          // the next entry of the ring, where onRing
	onRing   bool            // false: it must catch up from the log
	reset    bool            // its cursor was worth nothing: it must load its first page again
	fresh    bool            // it has not had its first frame
	Endpoint hook.EndpointID // its filter; "" lets everything through
}

// PositionAfter finds where a reader with this cursor begins: "" is the head, "0" the oldest delivery that is kept.
// What is no cursor at all is a problem of kind hook.ErrInvalid.
func (h *Hub) PositionAfter(after string, endpoint hook.EndpointID) (Position, error) {
	h.asked.Store(h.options.Now().Unix())
	p := Position{Endpoint: endpoint, fresh: true}
	switch after {
	case "":
		p.sentUpTo = h.Position()
	case "0":
		p.sentUpTo = h.log.FirstKept() - 1
	default:
		c, err := hook.ParseCursor(after)
		if err != nil {
			return p, err
		}
		p.sentUpTo = c.Seq
		if c.Epoch != h.log.Epoch() || c.Seq < h.log.FirstKept()-1 || c.Seq > h.newest() {
			p.reset, p.sentUpTo = true, h.Position()
		}
	}
	p.scanned = p.sentUpTo
	h.mu.RLock()
	defer h.mu.RUnlock()
	h.toRing(&p)
	return p, nil
}

// newest is the newest seq that a cursor may name. A cursor that came with a page of deliveries may be ahead of what
// has
// been announced.
func (h *Hub) newest() hook.Seq {
	if h.options.Newest != nil {
		return h.options.Newest()
	}
	return h.log.Head()
}

// toRing puts a reader onto the ring if the ring reaches back to it. The caller holds the lock.
func (h *Hub) toRing(p *Position) {
	p.index, p.onRing = h.ring.after(p.scanned)
}
