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
	"hookbeam/server/meter"
	"hookbeam/server/wire"
)

// Log is what a hub needs of the log: readers that are behind the ring catch up from it. In the server it is a view
// that stays behind the status projection, so that statuses are not older than the deliveries that are announced.
type Log interface {
	// After returns deliveries after from in ascending order, at most limit, and the seq up to which they are complete.
	After(ctx context.Context, from hook.Seq, limit int) (page []hook.Delivery, upTo hook.Seq, err error)
	// Epoch identifies the log in cursors.
	Epoch() string
	Head() hook.Seq
	// FirstKept is the smallest seq that has not been removed.
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
	Now func() time.Time
	// Newest returns the newest seq that a client's cursor may name. It may be greater than the head of Log, because
	// pages of deliveries are read from the log itself. nil: the head of Log.
	Newest func() hook.Seq
	// FirstKeptOf is the FirstKept of Log for the deliveries of one endpoint ("": of all) that are in a set.
	// nil: that of Log.
	FirstKeptOf func(endpoint hook.EndpointID, among *hook.EndpointSet) hook.Seq
	// Statuses are announced beside the deliveries; nil: there are none.
	Statuses Statuses
	// Encode wraps a frame's payload as a message of the socket protocol. It returns a new slice.
	Encode func(payload []byte) []byte
	// Ping is a message of the same protocol that the client has to answer.
	Ping []byte
	// Meter counts the frames that are sent; nil: nothing is counted.
	Meter *meter.Registry
}

// Hub holds the ring and sends from it to the readers. The server has one. As a follower of the log (package follow) it
// gets new deliveries through Apply; the API adds sockets with Join and answers polls with Poll. All methods may be
// called from any goroutine, but Apply only by one at a time.
type Hub struct {
	log     Log
	options Options
	shards  []*shard
	count   atomic.Uint64 // readers that ever joined; assigns them to shards in turn
	joined  atomic.Int64  // readers that have not left
	// lastAsked is when PositionAfter was last called, in Unix seconds. Pollers call it for each request.
	lastAsked atomic.Int64
	blocks    *blocks
	sent      *sentCounters // frames over sockets
	polled    *sentCounters // and by polling
	stopped   chan struct{} // closed when Run has ended

	mu      sync.RWMutex
	ring    ring
	head    hook.Seq      // everything up to this seq has been announced
	changed chan struct{} // closed and replaced when the ring grows
}

// New returns a hub that announces what is added to the log from now on. It sends nothing to sockets until Run is
// called.
func New(log Log, o Options) *Hub {
	head := log.Head()
	if o.Statuses != nil {
		head = min(head, o.Statuses.Position())
	}
	h := &Hub{
		log:     log,
		options: o,
		head:    head,
		changed: make(chan struct{}),
		blocks:  newBlocks(log, o.Statuses),
		sent:    newSentCounters(o.Meter, "websocket"),
		polled:  newSentCounters(o.Meter, "polling"),
		stopped: make(chan struct{}),
	}
	h.ring.floor = head
	for range fanOutShards {
		h.shards = append(h.shards, newShard(h))
	}
	return h
}

// Name identifies the hub among the followers of the log.
func (h *Hub) Name() string { return "announcer" }

// Position is the newest seq that has been announced.
func (h *Hub) Position() hook.Seq {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.head
}

// Apply announces deliveries, and the statuses that they changed. page is complete up to upTo. Each update is encoded
// once, for all readers. While there are no readers, nothing is encoded: a reader that comes later reads from the log.
// Errors are those of Statuses; the follower calls Apply again, from Position.
func (h *Hub) Apply(ctx context.Context, page []hook.Delivery, upTo hook.Seq) error {
	if h.skipIfUnwatched(upTo) {
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

// pollerTimeoutSeconds is how long a poller counts as a reader after its last request.
const pollerTimeoutSeconds = 60

// skipIfUnwatched moves the head and the ring's floor to upTo if there are no readers, and reports whether it did.
func (h *Hub) skipIfUnwatched(upTo hook.Seq) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.joined.Load() > 0 || h.options.Now().Unix()-h.lastAsked.Load() <= pollerTimeoutSeconds {
		return false
	}
	h.head = max(h.head, upTo)
	h.ring.clear(h.head)
	close(h.changed)
	h.changed = make(chan struct{})
	return true
}

// Notice sends every reader an update that has no position in the log: no delivery caused it. Readers that are away
// miss it, and fetch what it is about when they come back. Those that come back within noticeOverlap get it all the
// same. The error is that of wire.Notice.
//
// A status that a person changed is such an update. The log has no seq for it: a seq without a delivery would look like
// a delivery that was lost. So it is sent like a changed endpoint, through the ring that all readers share. Only
// readers of its endpoint get it, and what was encoded of its earlier state is encoded again for those that catch up.
func (h *Hub) Notice(u wire.Update) error {
	text, err := wire.Notice(u)
	if err != nil {
		return err
	}
	e := entry{notice: true, text: text}
	if u.Status != nil {
		e.endpoint = u.Status.Endpoint
		h.blocks.forget(u.Status.Seq)
	}
	if u.Endpoint != nil {
		e.about = u.Endpoint.ID
	}
	h.grow([]entry{e}, 0)
	return nil
}

// grow adds entries to the ring, moves the head to upTo if that is newer, and wakes pollers and shards. A notice gets
// the seq of the head, so that the ring stays ordered.
func (h *Hub) grow(entries []entry, upTo hook.Seq) {
	h.mu.Lock()
	h.head = max(h.head, upTo)
	for _, e := range entries {
		if e.notice {
			e.seq = h.head
			h.ring.noteNotice(h.options.Now())
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

// Position is where a reader is, with its filter. It is comparable: readers with equal positions get the same frame, so
// a shard builds it once. PositionAfter makes the first one of a reader, and each frame has the next.
//
// scanned is at least sentUpTo. It is greater if the updates between them do not pass the filter; no frame is sent for
// those, and the next frame's range covers them.
type Position struct {
	sentUpTo hook.Seq        // the cursor that the reader was sent last
	scanned  hook.Seq        // all updates up to this seq were filtered for the reader
	index    uint64          // the number of the next entry in the ring; valid with onRing
	repeats  uint64          // entries before this number were announced before: they may be repeated
	onRing   bool            // false: the reader must catch up from the log
	reset    bool            // the client's cursor was not usable, and the next frame says so
	fresh    bool            // the reader has not had a frame; the first one is sent even if it is empty
	Endpoint hook.EndpointID // the filter: only updates of this endpoint; "" lets everything through

	// Among are the endpoints that the reader may see; nil: all. Unlike the filter it also holds back updates about an
	// endpoint itself. It is compared by its address: readers with the same API token share frames.
	Among *hook.EndpointSet
}

// PositionAfter returns the position of a reader with this cursor. "" is the head, and "0" is before the oldest
// delivery that is kept. With a cursor of another log, of the future, or older than what is kept, the reader begins at
// the head and is told to load its first page again. A text that is not a cursor is a problem of kind hook.ErrInvalid.
func (h *Hub) PositionAfter(after string, endpoint hook.EndpointID) (Position, error) {
	return h.PositionAmong(after, endpoint, nil)
}

// PositionAmong is PositionAfter for a reader that may see only the endpoints of a set; nil: all.
func (h *Hub) PositionAmong(after string, endpoint hook.EndpointID, among *hook.EndpointSet) (Position, error) {
	h.lastAsked.Store(h.options.Now().Unix())
	p := Position{Endpoint: endpoint, Among: among, fresh: true}
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
		if c.Epoch != h.log.Epoch() || c.Seq < h.firstKept(&p)-1 || c.Seq > h.newest() {
			p.reset, p.sentUpTo = true, h.Position()
		}
	}
	p.scanned = p.sentUpTo
	h.mu.RLock()
	defer h.mu.RUnlock()
	h.toRing(&p)
	return p, nil
}

// firstKept is the seq from which on retention has removed no verified delivery that a reader would get.
func (h *Hub) firstKept(p *Position) hook.Seq {
	if h.options.FirstKeptOf != nil {
		return h.options.FirstKeptOf(p.Endpoint, p.Among)
	}
	return h.log.FirstKept()
}

// newest is the newest seq that a client's cursor may name; see Options.Newest.
func (h *Hub) newest() hook.Seq {
	if h.options.Newest != nil {
		return h.options.Newest()
	}
	return h.log.Head()
}

// noticeOverlap is how long a notice is repeated to readers that come to the ring after it was sent. A reader has no
// cursor for notices: one that polls is away between two requests, and one that catches up reads from the log. A reader
// may therefore get a notice twice, which changes nothing.
const noticeOverlap = 5 * time.Second

// toRing sets the reader's place in the ring if the ring has all updates after scanned. It is before the first notice
// of the last noticeOverlap; ringFrame then passes over the deliveries that the reader has. The caller holds the lock.
func (h *Hub) toRing(p *Position) {
	p.index, p.onRing = h.ring.after(p.scanned)
	p.repeats = 0
	if !p.onRing {
		return
	}
	if first := h.ring.firstNotice(h.options.Now().Add(-noticeOverlap)); first < p.index {
		p.index, p.repeats = first, p.index
	}
}
