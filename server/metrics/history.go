package metrics

import (
	"context"
	"slices"
	"sync"
	"time"

	"hookbeam/server/hook"
)

// Span is a length of time that the history covers, in steps.
type Span struct {
	Name  string // as in the parameter range of the API: "1h"
	Step  time.Duration
	Steps int
}

// Spans are what the history covers, the shortest first. Each sample is added to all of them.
var Spans = [...]Span{
	{"1h", sampleEvery, 360},
	{"24h", 5 * time.Minute, 288},
	{"7d", time.Hour, 168},
}

// Limits of the history. Each of its 816 steps takes about 400 bytes, and 40 for each endpoint that was active in it:
// 2 MB at most.
const (
	sampleEvery     = 10 * time.Second
	sampleIsFresh   = 2 * time.Second // for so long; a window that is read later begins with a sample
	endpointsOfStep = 50              // the most active ones; the others are in the totals only
	maxBounds       = 24              // of the histogram of commits
	maxFollowers    = 8
	maxStepReasons  = 32 // more than there are: see TestEveryReasonHasACounter
)

// History keeps what happened recently, in memory: a restart empties it. Run adds a sample every ten seconds, and the
// API reads windows from it for the page Operations. All methods may be called from several goroutines.
type History struct {
	sources *Sources
	now     func() time.Time
	began   time.Time

	mu     sync.Mutex
	before sample // counters at the last sample
	latest State
	rings  [len(Spans)][]step // each grows to the steps of its span
}

// sample is what all counters held at one moment.
type sample struct {
	at      time.Time
	byID    map[hook.EndpointID]counts
	unnamed counts
	reasons []uint64
	commits []uint64 // by bucket
}

// step is what happened in one step of a span.
type step struct {
	start     int64  // Unix seconds
	millis    uint32 // covered by samples
	total     tally
	bytes     uint64
	reasons   [maxStepReasons]uint32
	commits   [maxBounds + 1]uint32
	queue     uint32 // the most at a sample
	readers   uint32
	lag       [maxFollowers]uint32
	endpoints []endpointStep
}

// tally counts the deliveries and refused requests of a step.
type tally struct{ received, rejected, redelivered, refused uint32 }

// endpointStep is the part of one endpoint in a step.
type endpointStep struct {
	id hook.EndpointID
	tally
}

// NewHistory returns an empty history.
func NewHistory(s Sources, now func() time.Time) *History {
	return &History{sources: &s, now: now, began: now(), before: sample{at: now()}}
}

// Run adds samples until ctx ends.
func (h *History) Run(ctx context.Context) error {
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			h.Sample()
		case <-ctx.Done():
			return nil
		}
	}
}

// Sample adds what happened since the last sample to all spans. Run calls it.
func (h *History) Sample() {
	state := h.sources.State()
	endpoints := h.sources.Endpoints()
	exists := make(map[hook.EndpointID]struct{}, len(endpoints))
	for _, e := range endpoints {
		exists[e.ID] = struct{}{}
	}
	h.sources.Traffic.forget(func(id hook.EndpointID) bool { _, ok := exists[id]; return ok })
	h.mu.Lock()
	defer h.mu.Unlock()
	s := sample{at: h.now(), reasons: h.sources.Traffic.readReasons(),
		commits: h.sources.Commits.Buckets(make([]uint64, maxBounds+1))}
	s.byID, s.unnamed = h.sources.Traffic.read()
	happened := s.since(&h.before)
	happened.note(&state)
	for i := range h.rings {
		h.rings[i] = Spans[i].add(h.rings[i], &happened, s.at)
	}
	h.before, h.latest = s, state
}

// since returns what happened between two samples, as a step without a start.
func (s *sample) since(before *sample) (n step) {
	n.millis = uint32(max(s.at.Sub(before.at).Milliseconds(), 0))
	all := s.unnamed.minus(before.unnamed)
	for id, c := range s.byID {
		was := before.byID[id]
		if c.received() < was.received() || c.turnedAway() < was.turnedAway() {
			was = counts{} // it was deleted and restored
		}
		d := c.minus(was)
		all = all.plus(d)
		if d != (counts{}) {
			n.endpoints = append(n.endpoints, endpointStep{id, d.tally()})
		}
	}
	n.total, n.bytes = all.tally(), all.bytes
	slices.SortFunc(n.endpoints, func(a, b endpointStep) int { return b.activity() - a.activity() })
	n.endpoints = slices.Clone(n.endpoints[:min(len(n.endpoints), endpointsOfStep)])
	for i := range min(len(s.reasons), maxStepReasons) {
		n.reasons[i] = uint32(s.reasons[i] - at(before.reasons, i))
	}
	for i := range min(len(s.commits), len(n.commits)) {
		n.commits[i] = uint32(s.commits[i] - at(before.commits, i))
	}
	return n
}

func at(list []uint64, i int) uint64 {
	if i < len(list) {
		return list[i]
	}
	return 0
}

func (n *counts) tally() tally {
	return tally{uint32(n.received()), uint32(n.rejected), uint32(n.redeliveries), uint32(n.turnedAway())}
}

func (t tally) activity() int { return int(t.received) + int(t.refused) }

// note adds the state at the end of a step.
func (n *step) note(s *State) {
	n.queue = uint32(s.Queued)
	for _, r := range s.Readers {
		n.readers += uint32(r.Open)
	}
	for i, f := range s.Followers {
		if i < maxFollowers {
			n.lag[i] = uint32(min(f.Behind, 1<<31))
		}
	}
}

// add adds what happened to the step of a ring that a time is in, and returns the ring. A ring is ordered by the
// remainder of the step's number, so a clock that was set back overwrites steps and needs no special case.
func (s Span) add(ring []step, happened *step, now time.Time) []step {
	length := int64(s.Step / time.Second)
	// A sample is about the time before it.
	number := (now.Unix() - 1) / length
	place := int(number % int64(s.Steps))
	for len(ring) <= place {
		ring = append(ring, step{})
	}
	if slot := &ring[place]; slot.start != number*length {
		kept := slot.endpoints[:0]
		*slot = step{start: number * length, endpoints: kept}
	}
	ring[place].merge(happened)
	return ring
}

// merge adds a step to n.
func (n *step) merge(o *step) {
	n.millis += o.millis
	n.total.add(o.total)
	n.bytes += o.bytes
	for i := range n.reasons {
		n.reasons[i] += o.reasons[i]
	}
	for i := range n.commits {
		n.commits[i] += o.commits[i]
	}
	n.queue, n.readers = max(n.queue, o.queue), max(n.readers, o.readers)
	for i := range n.lag {
		n.lag[i] = max(n.lag[i], o.lag[i])
	}
	for _, e := range o.endpoints {
		n.mergeEndpoint(e)
	}
}

// mergeEndpoint adds the part of one endpoint. If there is no room, it takes the place of a less active one.
func (n *step) mergeEndpoint(e endpointStep) {
	least := 0
	for i := range n.endpoints {
		if n.endpoints[i].id == e.id {
			n.endpoints[i].add(e.tally)
			return
		}
		if n.endpoints[i].activity() < n.endpoints[least].activity() {
			least = i
		}
	}
	if len(n.endpoints) < endpointsOfStep {
		n.endpoints = append(n.endpoints, e)
	} else if n.endpoints[least].activity() < e.activity() {
		n.endpoints[least] = e
	}
}

func (t *tally) add(o tally) {
	t.received += o.received
	t.rejected += o.rejected
	t.redelivered += o.redelivered
	t.refused += o.refused
}
