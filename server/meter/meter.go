// Package meter counts what the program does: counters, gauges and histograms that an exporter can read.
//
// A part of the program takes a *Registry as a parameter, registers its metrics once when it is built, and keeps the
// pointers that it got. There is no global registry. Three promises follow:
//
//   - Counting is cheap: an atomic addition that allocates nothing. Labels are resolved when a metric is registered.
//   - Counting needs no nil check: every method of a nil *Registry, *Counter, *Gauge or *Histogram does nothing.
//   - Memory is bounded: a registry holds at most MaxSeries series. Label values are constants of the program; text
//     from a request cannot become one, because no series is looked up by a value after registration.
//
// An invalid name, or one series too many, does not stop the program: the caller gets a metric that is not exported,
// and Registry.Err returns the mistake, so that a test can check it. Start reading at Registry.
package meter

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// MaxSeries is how many series a registry holds. A series is one metric with one set of label values.
const MaxSeries = 2000

// Label is one dimension of a metric, with the value that one series of it has: {"outcome", "timeout"}.
type Label struct{ Key, Value string }

// Kind says how the values of a metric behave. Its values are the type names of the Prometheus exposition format.
type Kind string

// The kinds of metrics.
const (
	KindCounter   Kind = "counter"   // only rises
	KindGauge     Kind = "gauge"     // rises and falls
	KindHistogram Kind = "histogram" // counts observations by size
)

// Registry holds the metrics of one process, or of one test. Its methods may be called from several goroutines. A nil
// Registry is valid and returns nil metrics.
type Registry struct {
	mu       sync.Mutex
	families map[string]*family
	series   int
	mistakes []error
}

// family is all series of one name. They share kind, help text and label keys.
type family struct {
	kind   Kind
	help   string
	keys   string
	series map[string]*series // by the text of the label values
}

// series is one registered metric with one set of label values. Exactly one of the three pointers is set.
type series struct {
	labels    []Label
	counter   *Counter
	gauge     *Gauge
	histogram *Histogram
}

// New returns an empty registry.
func New() *Registry { return &Registry{families: map[string]*family{}} }

// Counter registers a counter, and returns the existing one if name and labels were registered before. name is
// "hookbeam_", what is counted, and "_total": hookbeam_outbound_calls_total.
func (r *Registry) Counter(name, help string, labels ...Label) *Counter {
	if r == nil {
		return nil
	}
	return r.register(KindCounter, name, help, labels, &series{counter: new(Counter)}).counter
}

// Gauge registers a gauge as Counter does. Its name ends in a unit of units.
func (r *Registry) Gauge(name, help string, labels ...Label) *Gauge {
	if r == nil {
		return nil
	}
	return r.register(KindGauge, name, help, labels, &series{gauge: new(Gauge)}).gauge
}

// Histogram registers a histogram as Counter does. Its name ends in a unit of units. bounds are the upper
// bounds of its buckets in that unit, ascending and inclusive; the last bucket, which has no bound, is added.
func (r *Registry) Histogram(name, help string, bounds []float64, labels ...Label) *Histogram {
	if r == nil {
		return nil
	}
	h := newHistogram(bounds)
	if err := checkBounds(bounds); err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.mistakes = append(r.mistakes, fmt.Errorf("register %s: %w", name, err))
		return h
	}
	return r.register(KindHistogram, name, help, labels, &series{histogram: h}).histogram
}

// Err returns the mistakes of all registrations so far, or nil.
func (r *Registry) Err() error {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return errors.Join(r.mistakes...)
}

// register adds made to the family of its name, and returns it. If an equal series was registered before, it returns
// that one. After a mistake it records the mistake and returns made, which the registry does not hold.
func (r *Registry) register(kind Kind, name, help string, labels []Label, made *series) *series {
	r.mu.Lock()
	defer r.mu.Unlock()
	byKey := func(a, b Label) int { return strings.Compare(a.Key, b.Key) }
	made.labels = slices.SortedFunc(slices.Values(labels), byKey)
	kept, err := r.add(kind, name, help, made)
	if err != nil {
		r.mistakes = append(r.mistakes, fmt.Errorf("register %s: %w", name, err))
		return made
	}
	return kept
}

// add validates made and stores it, unless an equal series exists, which it then returns. The caller holds mu.
func (r *Registry) add(kind Kind, name, help string, made *series) (*series, error) {
	if err := checkMetric(kind, name, help, made.labels); err != nil {
		return nil, err
	}
	keys, values := joinLabels(made.labels)
	f := r.families[name]
	if f == nil {
		f = &family{kind: kind, help: help, keys: keys, series: map[string]*series{}}
	}
	if f.kind != kind || f.help != help || f.keys != keys {
		return nil, fmt.Errorf("it is already registered as a %s of %q with the labels %q", f.kind, f.help, f.keys)
	}
	if existing := f.series[values]; existing != nil {
		if made.histogram != nil && !slices.Equal(made.histogram.bounds, existing.histogram.bounds) {
			return nil, errors.New("it is already registered with other bounds")
		}
		return existing, nil
	}
	if r.series == MaxSeries {
		return nil, fmt.Errorf("the registry is full: it holds %d series", MaxSeries)
	}
	r.series++
	f.series[values], r.families[name] = made, f
	return made, nil
}

// joinLabels returns the keys and the values of sorted labels, each joined by commas. No key or value contains one.
func joinLabels(labels []Label) (keys, values string) {
	var k, v []string
	for _, l := range labels {
		k, v = append(k, l.Key), append(v, l.Value)
	}
	return strings.Join(k, ","), strings.Join(v, ",")
}

// Family is the state of all series of one name, as Snapshot returns it to an exporter.
type Family struct {
	Name, Help string
	Kind       Kind
	Series     []Series // ordered by label values
}

// Series is the state of one series at the time of a snapshot.
type Series struct {
	Labels  []Label // ordered by key
	Value   float64 // of a counter or a gauge
	Bounds  []float64
	Buckets []uint64 // observations in each bucket alone, one more than Bounds
	Count   uint64   // of a histogram: the sum of Buckets
	Sum     float64  // of a histogram: all observed values together
}

// Snapshot returns the state of all metrics, ordered by name. Counting continues while it runs, so two series need not
// describe the same instant; the count of a histogram always equals the sum of its buckets.
func (r *Registry) Snapshot() []Family {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]Family, 0, len(r.families))
	for _, name := range slices.Sorted(maps.Keys(r.families)) {
		f := r.families[name]
		one := Family{Name: name, Help: f.help, Kind: f.kind, Series: make([]Series, 0, len(f.series))}
		for _, values := range slices.Sorted(maps.Keys(f.series)) {
			one.Series = append(one.Series, f.series[values].snapshot())
		}
		all = append(all, one)
	}
	return all
}

func (s *series) snapshot() Series {
	labels := slices.Clone(s.labels)
	switch {
	case s.counter != nil:
		return Series{Labels: labels, Value: float64(s.counter.n.Load())}
	case s.gauge != nil:
		return Series{Labels: labels, Value: float64(s.gauge.n.Load())}
	}
	buckets, count, sum := s.histogram.read()
	return Series{Labels: labels, Bounds: slices.Clone(s.histogram.bounds), Buckets: buckets, Count: count, Sum: sum}
}
