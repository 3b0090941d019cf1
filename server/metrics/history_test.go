package metrics

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"hookbeam/server/hook"
)

// history returns a history whose clock is that of s, and a function that adds n samples, each after do.
func (s *testServer) history() (h *History, samples func(n int, do func(i int))) {
	s.sources.Commits = s.sources.Counters.Histogram("hookbeam_c_seconds", "Help.", []float64{.001, .002, .01})
	h = NewHistory(s.sources, func() time.Time { return s.now })
	return h, func(n int, do func(i int)) {
		for i := range n {
			do(i)
			s.now = s.now.Add(max(s.step, sampleEvery))
			h.Sample()
		}
	}
}

func sum(list []int64) (all int64) {
	for _, n := range list {
		all += n
	}
	return all
}

func TestTheHistoryCountsWhatHappenedInEachStep(t *testing.T) {
	s := newTestServer("shop", "blog")
	h, samples := s.history()
	samples(60, func(i int) {
		s.receive("shop", hook.Verified, "", 2)
		if i%2 == 0 {
			s.receive("blog", hook.Rejected, hook.ReasonSignatureMismatch, 1)
			s.sources.Traffic.Refused("ep_blog", "body_too_large")
		}
		s.sources.Commits.Observe(.0015)
		s.state = State{Queued: i, Followers: []Follower{{"statuses", int64(i)}}, Readers: []Readers{{"polling", 3}}}
	})
	w := h.Window("1h", "")
	if len(w.Times) != 60 || w.Times[1]-w.Times[0] != 10 || w.Received[0] != 3 || w.Received[1] != 2 ||
		w.Refused[0] != 1 || w.Queue[59] != 59 || w.Readers[0] != 3 || w.Lag[0][59] != 59 {
		t.Errorf("got %+v", w)
	}
	if w.Totals.Received != 150 || w.Totals.Rejected != 30 || w.Totals.Refused != 30 || w.Totals.Seconds != 600 ||
		w.Totals.Bytes != 1500 || math.Abs(w.Totals.CommitP50-.0015) > 1e-9 {
		t.Errorf("got %+v", w.Totals)
	}
	if !slices.Equal(w.Reasons, []ReasonCount{{hook.ReasonSignatureMismatch, 30}}) ||
		!slices.Equal(w.Endpoints, []EndpointCount{
			{Endpoint: "ep_shop", Received: 120}, {Endpoint: "ep_blog", Received: 30, Rejected: 30, Refused: 30}}) {
		t.Errorf("got %v and %v", w.Reasons, w.Endpoints)
	}
	if blog := h.Window("1h", "ep_blog"); blog.Totals.Received != 30 || blog.Received[1] != 0 {
		t.Errorf("got %+v", blog)
	}
	if day := h.Window("24h", ""); len(day.Times) != 3 && len(day.Times) != 2 || sum(day.Received) != 150 ||
		day.Totals.Seconds != 600 {
		t.Errorf("got %+v", day)
	}
	if h.Window("nonsense", "").Span.Name != "1h" {
		t.Error("an unknown span is not the shortest")
	}
}

// TestTheHistoryForgetsAndStaysBounded runs for more than seven days with more endpoints than a step keeps.
func TestTheHistoryForgetsAndStaysBounded(t *testing.T) {
	names := make([]string, endpointsOfStep+10)
	for i := range names {
		names[i] = fmt.Sprint("e", i)
	}
	s := newTestServer(names...)
	h, samples := s.history()
	one := func(i int) { s.receive(names[i%len(names)], hook.Verified, "", 1+i%2) }
	s.step = 5 * time.Minute
	samples(180*12, one)
	s.step = sampleEvery
	samples(400, one)
	for i, span := range Spans {
		w := h.Window(span.Name, "")
		if len(h.rings[i]) != span.Steps || len(w.Times) < span.Steps-1 || !slices.IsSorted(w.Times) {
			t.Errorf("%s: %d steps of %d", span.Name, len(w.Times), len(h.rings[i]))
		}
		most := span.Step.Seconds() * float64(span.Steps)
		if got := w.Totals.Seconds; got > most || got < most*.9 {
			t.Errorf("%s: covers %v of %v seconds", span.Name, got, most)
		}
		if i == 0 && w.Totals.Received != 540 {
			t.Errorf("%d received in the last hour", w.Totals.Received)
		}
		for _, slot := range h.rings[i] {
			if len(slot.endpoints) > endpointsOfStep {
				t.Fatalf("%d endpoints in a step", len(slot.endpoints))
			}
		}
	}
}

func TestAClockThatJumpsBreaksNoHistory(t *testing.T) {
	s := newTestServer("shop")
	h, samples := s.history()
	one := func(int) { s.receive("shop", hook.Verified, "", 1) }
	samples(10, one)
	s.now = s.now.Add(-30 * time.Second)
	samples(10, one)
	s.now = s.now.Add(48 * time.Hour)
	samples(10, one)
	w := h.Window("1h", "")
	if !slices.IsSorted(w.Times) || w.Totals.Received != 10 {
		t.Errorf("%d received: %v", w.Totals.Received, w.Times)
	}
	if got := h.Window("7d", "").Totals.Received; got != 30 {
		t.Errorf("%d received", got)
	}
}

func TestADeletedEndpointLeavesTheTotalsTrue(t *testing.T) {
	s := newTestServer("shop", "blog")
	h, samples := s.history()
	samples(1, func(int) { s.receive("shop", hook.Verified, "", 5); s.receive("blog", hook.Verified, "", 5) })
	all := s.endpoints
	s.endpoints = all[:1]
	samples(1, func(int) { s.receive("shop", hook.Verified, "", 1) })
	s.endpoints = all
	samples(1, func(int) { s.receive("blog", hook.Verified, "", 2) })
	if got := h.Window("1h", "").Received; !slices.Equal(got, []int64{10, 1, 2}) {
		t.Errorf("got %v", got)
	}
}

func TestQuantiles(t *testing.T) {
	bounds := []float64{1, 2, 4}
	for name, c := range map[string]struct {
		buckets []uint64
		share   float64
		want    float64
	}{
		"nothing":               {[]uint64{0, 0, 0, 0}, .5, 0},
		"within a bucket":       {[]uint64{0, 10, 0, 0}, .5, 1.5},
		"in the first":          {[]uint64{4, 0, 0, 0}, .5, .5},
		"after an empty bucket": {[]uint64{5, 0, 5, 0}, .99, 3.96},
		"beyond the last":       {[]uint64{0, 0, 0, 9}, .5, 4},
	} {
		if got := quantile(bounds, c.buckets, c.share); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if quantile(nil, nil, .5) != 0 {
		t.Error("without bounds")
	}
}
