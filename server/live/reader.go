package live

import (
	"sync/atomic"
)

// Conn is the far end of a socket, as the api package makes it.
type Conn interface {
	// Send writes as much of message as goes without waiting, and returns what is left.
	Send(message []byte) (rest []byte, err error)
	// Finish writes what Send left, and waits for it, though not for ever.
	Finish(rest []byte) error
	// Close ends the connection; a reader that is asked to come back is sent away politely.
	Close(comeBack bool)
}

// Reader is one socket with its cursor. Its shard sends to it; while it is busy, one goroutine does.
type Reader struct {
	conn  Conn
	shard *shard
	place Position // belongs to the shard, or while busy to the goroutine that busies itself with the reader

	busy     atomic.Bool // a goroutine catches it up, or waits for its full socket
	gone     atomic.Bool
	lastSeen atomic.Int64 // unix seconds
	pinged   int64        // unix seconds

	second    int64 // the unix second in which
	frames    int   // so many frames were sent
	gathering bool  // under load
}

// Heard notes that the client sent something, so its connection is alive.
func (r *Reader) Heard() { r.lastSeen.Store(r.shard.hub.options.Now().Unix()) }

// Leave ends the reader. It may be called more than once, from any goroutine.
func (r *Reader) Leave() {
	if !r.gone.Swap(true) {
		r.conn.Close(false)
		r.shard.hub.joined.Add(-1)
		r.shard.wake()
	}
}

// Join adds a socket that reads from p on. It gets its first frame at once. A hub that has stopped closes it and asks
// it to reconnect.
func (h *Hub) Join(conn Conn, p Position) *Reader {
	s := h.shards[h.count.Add(1)%uint64(len(h.shards))]
	h.joined.Add(1)
	r := &Reader{conn: conn, shard: s, place: p}
	r.Heard()
	r.pinged = r.lastSeen.Load()
	s.mu.Lock()
	ended := s.ended
	if !ended {
		s.joining = append(s.joining, r)
	}
	s.mu.Unlock()
	if ended {
		r.gone.Store(true)
		conn.Close(true)
		return r
	}
	s.wake()
	return r
}

// count counts a frame, and decides whether the reader is under load: it had many frames this second, and those that
// are gathered are still large.
func (r *Reader) count(second int64, updates int) {
	if r.second != second {
		r.second, r.frames = second, 0
	}
	r.frames++
	if r.gathering {
		r.gathering = updates > littleEnough
	} else {
		r.gathering = r.frames > atOnce
	}
}
