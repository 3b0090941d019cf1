package live

import (
	"sync/atomic"
)

// Conn is the connection of one socket. The api package implements it. Send and Finish are never called at the same
// time; Close may be called at any time, and makes a Finish that is waiting return.
type Conn interface {
	// Send writes as much of message as the connection accepts without blocking, and returns the rest. message may be
	// shared with other readers, so Send does not change it.
	Send(message []byte) (rest []byte, err error)
	// Finish writes what Send returned. It blocks until everything is written or a timeout has passed.
	Finish(rest []byte) error
	// Close ends the connection. With reconnect, it first tells the client to connect again.
	Close(reconnect bool)
}

// Reader is one socket with its position. Hub.Join makes it and assigns it to a shard, whose goroutine sends to it.
// While busy is set, one helper goroutine sends instead, and the shard skips the reader. The owner of the socket calls
// Seen for each message that arrives, and Leave when the socket ends.
type Reader struct {
	conn     Conn
	shard    *shard
	position Position // belongs to the shard, or to the helper while busy is set

	busy     atomic.Bool  // a helper reads from the log for it, or waits until its socket accepts more
	gone     atomic.Bool  // it has left; its shard removes it in the next pass
	lastSeen atomic.Int64 // when the client last sent something, in Unix seconds
	pinged   int64        // when it was last pinged, in Unix seconds

	// The load of the reader, which count maintains.
	second    int64 // the Unix second of frames
	frames    int   // how many frames it was sent in that second
	gathering bool  // it is under load: it gets one frame each maxPause
}

// Seen notes that the client sent something, so its connection is alive.
func (r *Reader) Seen() { r.lastSeen.Store(r.shard.hub.options.Now().Unix()) }

// Leave closes the connection and removes the reader. It may be called more than once, from any goroutine.
func (r *Reader) Leave() {
	if !r.gone.Swap(true) {
		r.conn.Close(false)
		r.shard.hub.joined.Add(-1)
		r.shard.wake()
	}
}

// Join adds a socket that reads from p, which PositionAfter returned. Its first frame is sent at once, even if it has
// no updates. A hub that has stopped closes the socket and asks the client to reconnect.
func (h *Hub) Join(conn Conn, p Position) *Reader {
	s := h.shards[h.count.Add(1)%uint64(len(h.shards))]
	h.joined.Add(1)
	r := &Reader{conn: conn, shard: s, position: p}
	r.Seen()
	r.pinged = r.lastSeen.Load()
	s.mu.Lock()
	ended := s.ended
	if !ended {
		s.joining = append(s.joining, r)
	}
	s.mu.Unlock()
	if ended { // no shard would ever close it
		r.gone.Store(true)
		conn.Close(true)
		return r
	}
	s.wake()
	return r
}

// count counts a frame with so many updates, and decides whether the reader is under load. The load begins with more
// than maxImmediateFrames frames in a second. It ends with a gathered frame of at most lowLoadUpdates.
func (r *Reader) count(second int64, updates int) {
	if r.second != second {
		r.second, r.frames = second, 0
	}
	r.frames++
	if r.gathering {
		r.gathering = updates > lowLoadUpdates
	} else {
		r.gathering = r.frames > maxImmediateFrames
	}
}
