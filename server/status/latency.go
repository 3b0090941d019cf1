package status

import (
	"context"
	"sync"
	"time"

	"hookbeam/server/hook"
)

// latencies cache how long the payments of endpoints usually take. Public pages show it to a payer who waits, so a
// reading for each page view would be too many.
type latencies struct {
	mu  sync.Mutex
	all map[hook.EndpointID]cachedLatency
}

// cachedLatency is the latency of one endpoint; nil if too few payments are known.
type cachedLatency struct {
	latency *hook.Latency
	until   time.Time
}

const (
	minSamples      = 20          // payments, below which percentiles mean little
	maxSamples      = 500         // the newest payments count
	latencyValidFor = time.Minute // for how long a reading is cached
)

// latency returns how long the payments of an endpoint usually take until they are paid, in seconds; nil if too few are
// known. The lock is held while the store is read, so that many waiting pages cause one reading.
func (v View) latency(ctx context.Context, endpoint hook.EndpointID) (*hook.Latency, error) {
	v.p.latencies.mu.Lock()
	defer v.p.latencies.mu.Unlock()
	if u, ok := v.p.latencies.all[endpoint]; ok && v.p.Now().Before(u.until) {
		return u.latency, nil
	}
	_ = v.p.Flush() // if the disk is full, what is stored is read
	v.p.using.RLock()
	took, err := v.p.store.TimesToPaid(ctx, endpoint, maxSamples)
	v.p.using.RUnlock()
	if err != nil {
		return nil, err
	}
	u := cachedLatency{until: v.p.Now().Add(latencyValidFor)}
	if n := len(took); n >= minSamples {
		u.latency = &hook.Latency{P50: took[(n-1)/2].Seconds(), P90: took[(n*9-1)/10].Seconds(), Samples: n}
	}
	if v.p.latencies.all == nil {
		v.p.latencies.all = map[hook.EndpointID]cachedLatency{}
	}
	v.p.latencies.all[endpoint] = u
	return u.latency, nil
}
