package live

import (
	"context"
	"sync"
	"time"
)

const (
	// fanOutShards is how many writers share all sockets: one for each of two cores.
	fanOutShards = 2
	// mostPause is how long readers wait at the most while the server gathers under load.
	mostPause = 50 * time.Millisecond
	// atOnce is how many frames in a second a reader gets the moment there is something to tell. One that would get
	// more is under load: for it the server gathers, one frame each mostPause, until little enough comes again.
	atOnce = 250
	// littleEnough is how many updates a gathered frame has when they could have been told at once.
	littleEnough = atOnce * int(mostPause) / int(time.Second)
	// heartbeat is how often a reader is told that the line is alive, and asked whether it is.
	heartbeat = 20 * time.Second
	// idleTimeout is how long a client may send nothing before its connection is closed.
	idleTimeout = 65 * time.Second
)

// Run sends to all sockets until ctx ends. Then it closes them and asks them to reconnect, and answers pollers
// at once.
func (h *Hub) Run(ctx context.Context) error {
	defer close(h.stopped)
	var all sync.WaitGroup
	for _, s := range h.shards {
		all.Go(func() { s.run(ctx) })
	}
	all.Wait()
	return nil
}

// shard is one writer and the readers it walks. Only its goroutine touches readers.
type shard struct {
	hub     *Hub
	awake   chan struct{}
	readers []*Reader
	shared  map[Position]sharedFrame // of the present pass
	waiting bool                     // some reader under load has something to be told
	helpers sync.WaitGroup

	mu      sync.Mutex
	joining []*Reader
	ended   bool // whoever joins now is sent away at once
}

// sharedFrame is a frame on the wire that all readers at the same place are sent.
type sharedFrame struct {
	wire []byte
	frame
}

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

// run walks the readers whenever there is something to tell. A pass gathers what came during the one before; a pass
// that took long is followed by a pause as long, so that telling never takes more than its share from receiving.
func (s *shard) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	beat := time.NewTicker(time.Second)
	defer beat.Stop()
	pause, gather := time.NewTimer(0), time.NewTimer(mostPause)
	defer pause.Stop()
	defer gather.Stop()
	for gathered := false; ctx.Err() == nil; {
		began, waited := time.Now(), s.waiting && !gathered
		for s.pass(ctx, gathered) && ctx.Err() == nil {
		}
		gathered = false
		if s.waiting && !waited {
			gather.Reset(mostPause)
		}
		pause.Reset(min(time.Since(began), mostPause))
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

// pass tells every reader what it has not been told; those under load only when enough has gathered. more says that
// some frame was cut and the next pass has work.
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
	kept := s.readers[:0]
	for _, r := range s.readers {
		if r.gone.Load() {
			continue
		}
		kept = append(kept, r)
		switch {
		case r.busy.Load() || (r.place.onRing && r.place.index == next && !r.place.fresh):
		case r.gathering && !gathered:
			s.waiting = true
		case s.sendNext(ctx, r, second):
			more = true
		}
	}
	clear(s.readers[len(kept):])
	s.readers = kept
	return more
}

// sendNext sends one reader its next frame.
// send writes a frame to a reader. What the socket does not take at once is written by a helper.
func (s *shard) sendNext(ctx context.Context, r *Reader, second int64) (more bool) {
	p := r.place
	f, ok := s.shared[p]
	if !ok && p.onRing {
		if f.frame, ok = s.hub.ringFrame(p); ok {
			f.wire = s.hub.options.Encode(f.payload)
			s.shared[p] = f
		}
	}
	if !ok {
		r.place.onRing = false
		s.help(r, func() error { return s.catchUp(ctx, r) })
		return false
	}
	if f.updates == 0 && !p.fresh {
		f.to.sentUpTo = p.sentUpTo // looked at, nothing to tell: its cursor moves with the next frame or heartbeat
		r.place = f.to
		return f.more
	}
	s.send(r, f.wire)
	r.place = f.to
	r.count(second, f.updates)
	return f.more
}

func (s *shard) send(r *Reader, wire []byte) {
	rest, err := r.conn.Send(wire)
	if err != nil {
		r.Leave()
		return
	}
	if len(rest) > 0 {
		s.help(r, func() error { return r.conn.Finish(rest) })
	}
}

// help takes a reader out of the walk until do has ended.
func (s *shard) help(r *Reader, do func() error) {
	r.busy.Store(true)
	s.helpers.Go(func() {
		if do() != nil {
			r.Leave()
		}
		r.busy.Store(false)
		s.wake()
	})
}

// catchUp sends to a reader from the log until the ring reaches back to it.
func (s *shard) catchUp(ctx context.Context, r *Reader) error {
	for !r.place.onRing && !r.gone.Load() {
		was := r.place
		f, err := s.hub.logFrame(ctx, was)
		if err != nil {
			return err
		}
		if f.updates > 0 || was.fresh {
			rest, err := r.conn.Send(s.hub.options.Encode(f.payload))
			if err == nil && len(rest) > 0 {
				err = r.conn.Finish(rest)
			}
			if err != nil {
				return err
			}
		} else {
			f.to.sentUpTo = was.sentUpTo
		}
		r.place = f.to
	}
	return nil
}

// sendHeartbeats sends every reader a frame, empty where there is nothing to tell, and a ping, so that both
// ends know that the line is alive: a script in a browser sees no pings. Far ends that have not answered for
// long are dropped.
func (s *shard) sendHeartbeats() {
	now := s.hub.options.Now().Unix()
	for _, r := range s.readers {
		if r.busy.Load() || r.gone.Load() || !r.place.onRing {
			continue
		}
		if now-r.lastSeen.Load() > int64(idleTimeout.Seconds()) {
			r.Leave()
			continue
		}
		if now-r.pinged < int64(heartbeat.Seconds()) {
			continue
		}
		if f, ok := s.hub.ringFrame(r.place); ok {
			r.pinged = now
			s.send(r, append(s.hub.options.Encode(f.payload), s.hub.options.Ping...))
			r.place = f.to
		}
	}
}

// closeAll closes every reader and asks it to reconnect, because the server stops.
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
