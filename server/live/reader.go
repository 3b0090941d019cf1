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

// Reader is one socket with its cursor.
type Reader struct {
	conn  Conn
	shard *shard
	place Place // belongs to the shard, or while busy to the goroutine that busies itself with the reader

	busy   atomic.Bool // a goroutine catches it up, or waits for its full socket
	gone   atomic.Bool
	heard  atomic.Int64 // unix seconds
	pinged int64        // unix seconds

	second    int64 // the unix second in which
	frames    int   // so many frames were sent
	gathering bool  // under load
}

// Heard notes a sign of life.
func (r *Reader) Heard() { r.heard.Store(r.shard.hub.options.Now().Unix()) }

// Leave ends the reader. It may be called more than once, by anyone.
func (r *Reader) Leave() {
	if !r.gone.Swap(true) {
		r.conn.Close(false)
		r.shard.hub.joined.Add(-1)
		r.shard.wake()
	}
}

// Join lets a socket follow from p. It gets its first frame at once. A hub that has ended sends it away to come back.
func (h *Hub) Join(conn Conn, p Place) *Reader {
	s := h.shards[h.count.Add(1)%uint64(len(h.shards))]
	h.joined.Add(1)
	r := &Reader{conn: conn, shard: s, place: p}
	r.Heard()
	r.pinged = r.heard.Load()
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

// count notices when a reader comes under load, and when so little gathers that the load is over.
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
