package meter

import (
	"math"
	"slices"
	"sync/atomic"
)

// Counter counts events. It only rises. A nil Counter ignores calls.
type Counter struct{ n atomic.Uint64 }

// Inc counts one event.
func (c *Counter) Inc() { c.Add(1) }

// Add counts n events.
func (c *Counter) Add(n uint64) {
	if c != nil {
		c.n.Add(n)
	}
}

// Value returns how many events were counted. That of a nil Counter is 0.
func (c *Counter) Value() uint64 {
	if c == nil {
		return 0
	}
	return c.n.Load()
}

// Gauge is a whole number that rises and falls, such as open connections. A nil Gauge ignores calls.
type Gauge struct{ n atomic.Int64 }

// Set replaces the value.
func (g *Gauge) Set(n int64) {
	if g != nil {
		g.n.Store(n)
	}
}

// Add changes the value by n, which may be negative.
func (g *Gauge) Add(n int64) {
	if g != nil {
		g.n.Add(n)
	}
}

// Histogram counts observed values in buckets, and sums them. Its buckets are fixed when it is registered, so its
// memory is bounded. A nil Histogram ignores calls.
type Histogram struct {
	bounds  []float64
	buckets []atomic.Uint64 // one more than bounds
	sum     atomic.Uint64   // the bits of a float64
}

func newHistogram(bounds []float64) *Histogram {
	return &Histogram{bounds: slices.Clone(bounds), buckets: make([]atomic.Uint64, len(bounds)+1)}
}

// Observe counts one value, in the unit of the metric's name. It ignores NaN and infinities: the sum could never
// recover from one.
func (h *Histogram) Observe(value float64) {
	if h == nil || math.IsNaN(value) || math.IsInf(value, 0) {
		return
	}
	at, _ := slices.BinarySearch(h.bounds, value)
	h.buckets[at].Add(1)
	for { // there is no atomic addition of floats
		before := h.sum.Load()
		if h.sum.CompareAndSwap(before, math.Float64bits(math.Float64frombits(before)+value)) {
			return
		}
	}
}

// Bounds returns the upper bounds of the buckets; nil for a nil Histogram. The caller must not change them.
func (h *Histogram) Bounds() []float64 {
	if h == nil {
		return nil
	}
	return h.bounds
}

// Buckets adds the number of observations in each bucket to into, which is as long as the bounds and one more. It
// returns into. A nil Histogram adds nothing.
func (h *Histogram) Buckets(into []uint64) []uint64 {
	if h != nil {
		for i := range min(len(into), len(h.buckets)) {
			into[i] += h.buckets[i].Load()
		}
	}
	return into
}

// read returns the number of observations in each bucket, in all, and the sum of the observed values.
func (h *Histogram) read() (buckets []uint64, count uint64, sum float64) {
	sum = math.Float64frombits(h.sum.Load())
	buckets = make([]uint64, len(h.buckets))
	for i := range h.buckets {
		buckets[i] = h.buckets[i].Load()
		count += buckets[i]
	}
	return buckets, count, sum
}
