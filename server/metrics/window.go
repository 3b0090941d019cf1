package metrics

import (
	"cmp"
	"slices"
	"time"

	"hookbeam/server/hook"
)

// Window is what the history has of one span, oldest first. The slices from Times to Readers have an element for each
// step.
type Window struct {
	Span  Span
	Since time.Time // when counting began
	Now   State     // at the last sample; zero before the first one

	Times                                    []int64 // Unix seconds at which the steps begin
	Received, Rejected, Redelivered, Refused []int64
	Queue, Readers                           []int64   // the most at a sample
	Seconds                                  []float64 // of each step that samples cover
	CommitP50, CommitP99                     []float64 // seconds; 0: there was no commit
	Lag                                      [][]int64 // by follower, in the order of Now.Followers

	Totals    Totals
	Stored    int64           // deliveries of all endpoints
	Reasons   []ReasonCount   // the most frequent first
	Endpoints []EndpointCount // the most active first
}

// Totals are the sums over a window.
type Totals struct {
	Seconds                                         float64
	Received, Rejected, Redelivered, Refused, Bytes int64
	CommitP50, CommitP99                            float64 // seconds; 0: there was no commit
}

// ReasonCount is how many deliveries were rejected for one reason.
type ReasonCount struct {
	Reason hook.Reason
	Count  int64
}

// EndpointCount is what one endpoint received.
type EndpointCount struct {
	Endpoint                                 hook.EndpointID
	Received, Rejected, Redelivered, Refused int64
}

// Window returns the steps of the span with this name; the shortest span if there is none. With an endpoint, the counts
// of deliveries and refused requests are those of that endpoint alone.
func (h *History) Window(name string, endpoint hook.EndpointID) Window {
	i := max(slices.IndexFunc(Spans[:], func(s Span) bool { return s.Name == name }), 0)
	span := Spans[i]
	h.refresh()
	h.mu.Lock()
	defer h.mu.Unlock()
	w := Window{Span: span, Since: h.began, Now: h.latest, Lag: make([][]int64, len(h.latest.Followers))}
	now := h.now()
	oldest, newest := now.Add(-span.Step*time.Duration(span.Steps)).Unix(), now.Unix()
	steps := make([]*step, 0, len(h.rings[i]))
	for k := range h.rings[i] {
		if s := &h.rings[i][k]; s.start >= oldest && s.start <= newest {
			steps = append(steps, s)
		}
	}
	slices.SortFunc(steps, func(a, b *step) int { return cmp.Compare(a.start, b.start) })
	bounds := h.sources.Commits.Bounds()
	var commits [maxBounds + 1]uint64
	var rejected [maxStepReasons]int64
	byID := map[hook.EndpointID]*EndpointCount{}
	for _, s := range steps {
		w.append(s, bounds, endpoint)
		for k, n := range s.commits {
			commits[k] += uint64(n)
		}
		for k, n := range s.reasons {
			rejected[k] += int64(n)
		}
		for _, e := range s.endpoints {
			if byID[e.id] == nil {
				byID[e.id] = &EndpointCount{Endpoint: e.id}
			}
			byID[e.id].add(e.tally)
		}
	}
	w.Totals.CommitP50, w.Totals.CommitP99 = quantile(bounds, commits[:], .5), quantile(bounds, commits[:], .99)
	w.rank(rejected[:], byID)
	return w
}

// refresh adds a sample if there is none or the last one is not fresh, so that a person who opens the page sees what is
// true now.
func (h *History) refresh() {
	h.mu.Lock()
	stale := h.before.byID == nil || h.now().Sub(h.before.at) >= sampleIsFresh
	h.mu.Unlock()
	if stale {
		h.Sample()
	}
}

// append adds a step to the slices and to the totals.
func (w *Window) append(s *step, bounds []float64, endpoint hook.EndpointID) {
	t := s.total
	w.Stored += int64(t.received)
	seconds := float64(s.millis) / 1000
	if endpoint != "" {
		t = tally{}
		for _, e := range s.endpoints {
			if e.id == endpoint {
				t = e.tally
			}
		}
	}
	w.Times, w.Seconds = append(w.Times, s.start), append(w.Seconds, seconds)
	w.Received, w.Rejected = append(w.Received, int64(t.received)), append(w.Rejected, int64(t.rejected))
	w.Redelivered, w.Refused = append(w.Redelivered, int64(t.redelivered)), append(w.Refused, int64(t.refused))
	w.Queue, w.Readers = append(w.Queue, int64(s.queue)), append(w.Readers, int64(s.readers))
	var commits [maxBounds + 1]uint64
	for i, n := range s.commits {
		commits[i] = uint64(n)
	}
	w.CommitP50 = append(w.CommitP50, quantile(bounds, commits[:], .5))
	w.CommitP99 = append(w.CommitP99, quantile(bounds, commits[:], .99))
	for i := range w.Lag {
		if i < maxFollowers {
			w.Lag[i] = append(w.Lag[i], int64(s.lag[i]))
		}
	}
	w.Totals.Seconds += seconds
	w.Totals.Received += int64(t.received)
	w.Totals.Rejected += int64(t.rejected)
	w.Totals.Redelivered += int64(t.redelivered)
	w.Totals.Refused += int64(t.refused)
	w.Totals.Bytes += int64(s.bytes)
}

func (c *EndpointCount) add(t tally) {
	c.Received += int64(t.received)
	c.Rejected += int64(t.rejected)
	c.Redelivered += int64(t.redelivered)
	c.Refused += int64(t.refused)
}

// rank sets Reasons and Endpoints.
func (w *Window) rank(rejected []int64, byID map[hook.EndpointID]*EndpointCount) {
	for i, r := range hook.Reasons() {
		if i < len(rejected) && rejected[i] > 0 {
			w.Reasons = append(w.Reasons, ReasonCount{r, rejected[i]})
		}
	}
	slices.SortStableFunc(w.Reasons, func(a, b ReasonCount) int { return cmp.Compare(b.Count, a.Count) })
	for _, e := range byID {
		w.Endpoints = append(w.Endpoints, *e)
	}
	slices.SortFunc(w.Endpoints, func(a, b EndpointCount) int {
		return cmp.Or(cmp.Compare(b.Received+b.Refused, a.Received+a.Refused), cmp.Compare(a.Endpoint, b.Endpoint))
	})
}

// quantile estimates the value below which a share of the observations is, from the counts of a histogram's buckets. It
// assumes that the observations of a bucket are spread evenly, and returns 0 if there are none.
func quantile(bounds []float64, buckets []uint64, share float64) float64 {
	all := uint64(0)
	for _, n := range buckets {
		all += n
	}
	if all == 0 || len(bounds) == 0 {
		return 0
	}
	rank, before := share*float64(all), 0.0
	for i, bound := range bounds {
		n := float64(buckets[i])
		if before+n >= rank && n > 0 {
			low := 0.0
			if i > 0 {
				low = bounds[i-1]
			}
			return low + (bound-low)*(rank-before)/n
		}
		before += n
	}
	return bounds[len(bounds)-1] // it is beyond the last bound
}
