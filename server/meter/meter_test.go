package meter

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestASnapshotHasEveryMetricInOrder(t *testing.T) {
	r := New()
	r.Counter("hookbeam_calls_total", "Calls.", Label{"outcome", "ok"}, Label{"caller", "mail"}).Add(3)
	r.Counter("hookbeam_calls_total", "Calls.", Label{"caller", "chat"}, Label{"outcome", "ok"}).Inc()
	g := r.Gauge("hookbeam_open_connections", "Open connections.")
	g.Set(7)
	g.Add(-9)
	h := r.Histogram("hookbeam_call_duration_seconds", "How long a call takes.", []float64{0.5, 1, 2})
	for _, v := range []float64{-1, 0.5, 0.75, 1, 2.5, math.NaN(), math.Inf(1), math.Inf(-1)} {
		h.Observe(v)
	}
	want := []Family{
		{Name: "hookbeam_call_duration_seconds", Help: "How long a call takes.", Kind: KindHistogram, Series: []Series{
			{Bounds: []float64{0.5, 1, 2}, Buckets: []uint64{2, 2, 0, 1}, Count: 5, Sum: 3.75}}},
		{Name: "hookbeam_calls_total", Help: "Calls.", Kind: KindCounter, Series: []Series{
			{Labels: []Label{{"caller", "chat"}, {"outcome", "ok"}}, Value: 1},
			{Labels: []Label{{"caller", "mail"}, {"outcome", "ok"}}, Value: 3}}},
		{Name: "hookbeam_open_connections", Help: "Open connections.", Kind: KindGauge, Series: []Series{{Value: -2}}},
	}
	if diff := cmp.Diff(want, r.Snapshot()); diff != "" {
		t.Error(diff)
	}
	if err := r.Err(); err != nil {
		t.Error(err)
	}
}

func TestTheSameSeriesIsRegisteredOnce(t *testing.T) {
	r := New()
	a := r.Counter("hookbeam_calls_total", "Calls.", Label{"outcome", "ok"})
	b := r.Counter("hookbeam_calls_total", "Calls.", Label{"outcome", "ok"})
	if a != b || len(r.Snapshot()) != 1 {
		t.Error("there are two")
	}
}

// TestNilMetricsDoNothing calls every method, so that callers need no condition.
func TestNilMetricsDoNothing(t *testing.T) {
	var r *Registry
	r.Counter("x", "").Inc()
	r.Counter("x", "").Add(2)
	r.Gauge("x", "").Set(1)
	r.Gauge("x", "").Add(1)
	r.Histogram("x", "", nil).Observe(1)
	if r.Err() != nil || r.Snapshot() != nil {
		t.Error("nothing was registered")
	}
}

// TestMistakesAreReportedAndHarmless registers each mistake beside a right metric. The caller gets a metric
// that works; the snapshot does not have it.
func TestMistakesAreReportedAndHarmless(t *testing.T) {
	for name, c := range map[string]struct {
		register func(r *Registry) int64 // returns what the metric counted
		want     string
	}{
		"another program's name": {counter("calls_total", "Calls."), "hookbeam_"},
		"camel case":             {counter("hookbeam_myCalls_total", "Calls."), "snake case"},
		"two underscores":        {counter("hookbeam__calls_total", "Calls."), "snake case"},
		"nothing but the prefix": {counter("hookbeam", "Calls."), "snake case"},
		"too long":               {counter("hookbeam_"+strings.Repeat("a", maxName)+"_total", "Calls."), "snake case"},
		"a counter without unit": {counter("hookbeam_calls", "Calls."), "ends in _total"},
		"no help":                {counter("hookbeam_calls_total", " "), "help text"},
		"help of two lines":      {counter("hookbeam_calls_total", "a\nb"), "help text"},
		"another help":           {counter("hookbeam_right_total", "Other."), "registered as a counter"},
		"other labels":           {counter("hookbeam_right_total", "Right.", Label{"a", "b"}), "with the labels"},
		"a key twice":            {labelled(Label{"a", "b"}, Label{"a", "c"}), "twice"},
		"an exporter's key":      {labelled(Label{"le", "b"}), "key of a label"},
		"a key with a capital":   {labelled(Label{"A", "b"}), "key of a label"},
		"a host as a value":      {labelled(Label{"a", "a.example"}), "value of a label"},
		"a comma in a value":     {labelled(Label{"a", "b,c"}), "value of a label"},
		"no value":               {labelled(Label{"a", ""}), "value of a label"},
		"a gauge without unit":   {gauge("hookbeam_things"), "units"},
		"a gauge as a counter":   {gauge("hookbeam_right_total"), "units"},
		"no bounds":              {histogram("hookbeam_x_seconds"), "1 to 30 bounds"},
		"bounds that fall":       {histogram("hookbeam_x_seconds", 1, 1), "ascend"},
		"an infinite bound":      {histogram("hookbeam_x_seconds", 1, math.Inf(1)), "finite"},
		"a bound that is NaN":    {histogram("hookbeam_x_seconds", math.NaN()), "finite"},
		"other bounds":           {histogram("hookbeam_right_seconds", 2), "other bounds"},
	} {
		t.Run(name, func(t *testing.T) {
			r := New()
			r.Counter("hookbeam_right_total", "Right.")
			r.Histogram("hookbeam_right_seconds", "Right.", []float64{1})
			before := r.Snapshot()
			if n := c.register(r); n != 1 {
				t.Errorf("it counted %d", n)
			}
			if err := r.Err(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
			if diff := cmp.Diff(before, r.Snapshot()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func counter(name, help string, labels ...Label) func(*Registry) int64 {
	return func(r *Registry) int64 {
		c := r.Counter(name, help, labels...)
		c.Inc()
		return int64(c.n.Load())
	}
}

func labelled(labels ...Label) func(*Registry) int64 {
	return counter("hookbeam_calls_total", "Calls.", labels...)
}

func gauge(name string) func(*Registry) int64 {
	return func(r *Registry) int64 {
		g := r.Gauge(name, "Help.")
		g.Add(1)
		return g.n.Load()
	}
}

func histogram(name string, bounds ...float64) func(*Registry) int64 {
	return func(r *Registry) int64 {
		h := r.Histogram(name, "Right.", bounds)
		h.Observe(1)
		_, count, _ := h.read()
		return int64(count)
	}
}

func TestTheNumberOfSeriesIsBounded(t *testing.T) {
	r := New()
	for i := range MaxSeries + 5 {
		r.Counter("hookbeam_calls_total", "Calls.", Label{"n", fmt.Sprint(i)}).Inc()
	}
	if err := r.Err(); err == nil || strings.Count(err.Error(), "full") != 5 {
		t.Errorf("got %v", err)
	}
	if n := len(r.Snapshot()[0].Series); n != MaxSeries {
		t.Errorf("%d series", n)
	}
}

// TestNothingIsLostWhenManyCount counts from several goroutines while snapshots are made; -race watches.
func TestNothingIsLostWhenManyCount(t *testing.T) {
	const goroutines, each = 8, 1000
	r := New()
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			c := r.Counter("hookbeam_calls_total", "Calls.")
			g := r.Gauge("hookbeam_open_connections", "Open connections.")
			h := r.Histogram("hookbeam_call_duration_seconds", "Duration.", []float64{1, 2})
			for i := range each {
				c.Inc()
				g.Add(1)
				h.Observe(float64(i % 3))
				if i%100 == 0 {
					r.Snapshot()
				}
			}
		})
	}
	wg.Wait()
	for _, f := range r.Snapshot() {
		s := f.Series[0]
		if got := s.Value + float64(s.Count); got != goroutines*each {
			t.Errorf("%s counted %v", f.Name, got)
		}
		if f.Kind == KindHistogram && s.Sum != goroutines*(each-1) {
			t.Errorf("the sum is %v", s.Sum)
		}
	}
}

func TestASnapshotIsACopy(t *testing.T) {
	r := New()
	r.Histogram("hookbeam_call_duration_seconds", "Duration.", []float64{1}, Label{"a", "b"}).Observe(1)
	first := r.Snapshot()
	want := slices.Clone(first[0].Series[0].Buckets)
	first[0].Series[0].Buckets[0], first[0].Series[0].Bounds[0] = 9, 9
	first[0].Series[0].Labels[0].Value = "c"
	got := r.Snapshot()[0].Series[0]
	if !slices.Equal(got.Buckets, want) || got.Bounds[0] != 1 || got.Labels[0].Value != "b" {
		t.Errorf("got %+v", got)
	}
}

func TestCountingAllocatesNothing(t *testing.T) {
	r := New()
	c := r.Counter("hookbeam_calls_total", "Calls.", Label{"outcome", "ok"})
	g := r.Gauge("hookbeam_open_connections", "Open connections.")
	h := r.Histogram("hookbeam_call_duration_seconds", "Duration.", []float64{0.01, 0.1, 1})
	if n := testing.AllocsPerRun(100, func() { c.Inc(); g.Add(1); h.Observe(0.2) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkCounter(b *testing.B) {
	c := New().Counter("hookbeam_calls_total", "Calls.")
	b.ReportAllocs()
	for b.Loop() {
		c.Inc()
	}
}

func BenchmarkNilCounter(b *testing.B) {
	var c *Counter
	b.ReportAllocs()
	for b.Loop() {
		c.Inc()
	}
}

func BenchmarkHistogram(b *testing.B) {
	h := New().Histogram("hookbeam_call_duration_seconds", "Duration.", []float64{0.001, 0.01, 0.1, 1, 10})
	b.ReportAllocs()
	for b.Loop() {
		h.Observe(0.05)
	}
}
