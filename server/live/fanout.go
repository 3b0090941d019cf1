package live

import (
	"context"
	"sync"
	"time"
)

const (
	// fanOutShards is the number of goroutines that send to sockets. Two keep two cores busy, and leave the others of a
	// larger machine to receiving.
	fanOutShards = 2
	// maxPause is the longest time that updates wait to be sent together: under load, and after a long pass.
	maxPause = 50 * time.Millisecond
	// maxImmediateFrames is how many frames a reader is sent in one second without delay. A reader with more is under
	// load: it gets one frame each maxPause.
	maxImmediateFrames = 250
	// lowLoadUpdates ends the load: a frame that gathered so few updates in maxPause could have been sent as single
	// frames without exceeding maxImmediateFrames.
	lowLoadUpdates = maxImmediateFrames * int(maxPause) / int(time.Second)
	// heartbeat is how often a reader gets a frame and a ping although nothing has happened.
	heartbeat = 20 * time.Second
	// idleTimeout is how long a client may send nothing before its connection is closed.
	idleTimeout = 65 * time.Second
)

// Run sends to all sockets until ctx ends. Then it closes them and asks their clients to reconnect, answers waiting
// polls at once, and returns nil when its goroutines have ended.
func (h *Hub) Run(ctx context.Context) error {
	defer close(h.stopped)
	var all sync.WaitGroup
	for _, s := range h.shards {
		all.Go(func() { s.run(ctx) })
	}
	all.Wait()
	return nil
}

// shard is one goroutine and the readers that it sends to. It never blocks on a reader: when a socket is full, or a
// reader is behind the ring, a helper goroutine takes over the reader until that is done. So there is one goroutine for
// each slow reader, and none for the others. The hub makes its shards; Hub.Join adds readers.
type shard struct {
	hub     *Hub
	awake   chan struct{}            // has an element when another pass is due
	readers []*Reader                // used only by the shard's goroutine
	shared  map[Position]sharedFrame // the frames of the current pass
	sent    sent                     // in this pass
	waiting bool                     // the last pass left out a reader under load that has updates
	helpers sync.WaitGroup

	mu      sync.Mutex
	joining []*Reader // added to readers by the next pass
	ended   bool      // the shard has stopped: a reader that joins is closed at once
}

// sharedFrame is a frame with the message that is sent to all readers at the same position.
type sharedFrame struct {
	wire []byte
	frame
}

// newShard returns a shard without readers.
func newShard(h *Hub) *shard {
	return &shard{hub: h, awake: make(chan struct{}, 1), shared: map[Position]sharedFrame{}}
}

// wake starts another pass. It never blocks.
func (s *shard) wake() {
	select {
	case s.awake <- struct{}{}:
	default:
	}
}

// run makes a pass over the readers whenever there are updates, until ctx ends. What arrives during a pass is sent by
// the next one. A pass is followed by a pause of the same length, up to maxPause, so that sending takes at most about
// half of the time of a core. While readers under load wait, a pass for them runs each maxPause.
func (s *shard) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	beat := time.NewTicker(time.Second)
	defer beat.Stop()
	pause, gather := time.NewTimer(0), time.NewTimer(maxPause)
	defer pause.Stop()
	defer gather.Stop()
	for gathered := false; ctx.Err() == nil; {
		began, waited := time.Now(), s.waiting && !gathered // waited: the gather timer is already running
		for s.pass(ctx, gathered) && ctx.Err() == nil {
		}
		gathered = false
		if s.waiting && !waited {
			gather.Reset(maxPause)
		}
		pause.Reset(min(time.Since(began), maxPause))
		select {
		case <-pause.C:
		case <-ctx.Done():
		}
		select {
		case <-s.awake:
		case <-gather.C:
			gathered = true
		case <-beat.C:
			s.sendHeartbeats()
		case <-ctx.Done():
		}
	}
	cancel()
	s.closeAll()
}

// pass sends one frame to every reader that lacks updates; to readers under load only if gathered. more means that a
// frame was cut at frameBytes, so another pass is due at once.
func (s *shard) pass(ctx context.Context, gathered bool) (more bool) {
	s.mu.Lock()
	s.readers, s.joining = append(s.readers, s.joining...), nil
	s.mu.Unlock()
	clear(s.shared)
	s.waiting = false
	s.hub.mu.RLock()
	next := s.hub.ring.next
	s.hub.mu.RUnlock()
	second := s.hub.options.Now().Unix()
	kept := s.readers[:0] // those that have not left
	for _, r := range s.readers {
		if r.gone.Load() {
			continue
		}
		kept = append(kept, r)
		switch {
		case r.busy.Load() || (r.position.onRing && r.position.index == next && !r.position.fresh):
		case r.gathering && !gathered:
			s.waiting = true
		case s.sendNext(ctx, r, second):
			more = true
		}
	}
	clear(s.readers[len(kept):])
	s.readers = kept
	s.hub.sent.add(&s.sent)
	return more
}

// sendNext sends one reader its next frame from the ring. If the ring no longer has it, a helper catches the reader up
// from the log. more is that of the frame.
func (s *shard) sendNext(ctx context.Context, r *Reader, second int64) (more bool) {
	p := r.position
	f, ok := s.shared[p]
	if !ok && p.onRing {
		if f.frame, ok = s.hub.ringFrame(p); ok {
			f.wire = s.hub.options.Encode(f.payload)
			s.shared[p] = f
		}
	}
	if !ok {
		r.position.onRing = false
		s.runHelper(r, func() error { return s.catchUp(ctx, r) })
		return false
	}
	if f.updates == 0 && !p.fresh {
		f.to.sentUpTo = p.sentUpTo // nothing passes the filter: the next frame or heartbeat moves the client's cursor
		r.position = f.to
		return f.more
	}
	s.send(r, f.wire)
	r.position = f.to
	r.count(second, f.updates)
	return f.more
}

// send writes a message to a reader. A helper writes what the socket does not accept at once.
func (s *shard) send(r *Reader, wire []byte) {
	s.sent.frames++
	s.sent.bytes += uint64(len(wire))
	rest, err := r.conn.Send(wire)
	if err != nil {
		r.Leave()
		return
	}
	if len(rest) > 0 {
		s.runHelper(r, func() error { return r.conn.Finish(rest) })
	}
}

// runHelper runs do in a goroutine, during which the shard skips the reader. An error of do ends the reader.
func (s *shard) runHelper(r *Reader, do func() error) {
	r.busy.Store(true)
	s.helpers.Go(func() {
		if do() != nil {
			r.Leave()
		}
		r.busy.Store(false)
		s.wake()
	})
}

// catchUp sends frames from the log to a reader until the ring has everything that the reader lacks. It runs in a
// helper and blocks while the socket is full. Errors are those of the log and of the connection.
func (s *shard) catchUp(ctx context.Context, r *Reader) error {
	for !r.position.onRing && !r.gone.Load() {
		was := r.position
		f, err := s.hub.logFrame(ctx, was)
		if err != nil {
			return err
		}
		if f.updates > 0 || was.fresh {
			wire := s.hub.options.Encode(f.payload)
			s.hub.sent.add(&sent{frames: 1, bytes: uint64(len(wire))})
			rest, err := r.conn.Send(wire)
			if err == nil && len(rest) > 0 {
				err = r.conn.Finish(rest)
			}
			if err != nil {
				return err
			}
		} else {
			f.to.sentUpTo = was.sentUpTo
		}
		r.position = f.to
	}
	return nil
}

// sendHeartbeats sends a frame, which may be empty, and a ping to each reader that had none for the time of heartbeat.
// It needs both: scripts in a browser do not see pings, and the browser answers only pings. It closes readers whose
// client sent nothing for idleTimeout. Busy readers are left to their helpers, whose writes time out.
func (s *shard) sendHeartbeats() {
	now := s.hub.options.Now().Unix()
	for _, r := range s.readers {
		if r.busy.Load() || r.gone.Load() || !r.position.onRing {
			continue
		}
		if now-r.lastSeen.Load() > int64(idleTimeout.Seconds()) {
			r.Leave()
			continue
		}
		if now-r.pinged < int64(heartbeat.Seconds()) {
			continue
		}
		if f, ok := s.hub.ringFrame(r.position); ok {
			r.pinged = now
			s.send(r, append(s.hub.options.Encode(f.payload), s.hub.options.Ping...))
			r.position = f.to
		}
	}
}

// closeAll closes every reader and asks its client to reconnect, because the server stops. It returns when all helpers
// have ended.
func (s *shard) closeAll() {
	s.mu.Lock()
	s.readers, s.joining = append(s.readers, s.joining...), nil
	s.ended = true
	s.mu.Unlock()
	for _, r := range s.readers {
		if !r.gone.Swap(true) {
			r.conn.Close(true)
		}
	}
	s.helpers.Wait()
}
