package status

import (
	"context"
	"sync"
	"time"

	"hookbeam/server/hook"
)

// usuals remember how long the payments of endpoints usually take.
type usuals struct {
	mu  sync.Mutex
	all map[hook.EndpointID]usual
}

type usual struct {
	of    *hook.Latency
	until time.Time
}

// How many payments say what is usual, and for how long what they say is believed.
const (
	fewPayments   = 20
	manyPayments  = 500
	usualLastsFor = time.Minute
)

// usually says how long the payments of an endpoint usually take; nil where too few are known.
func (b *Board) usually(ctx context.Context, endpoint hook.EndpointID) (*hook.Latency, error) {
	b.usuals.mu.Lock()
	defer b.usuals.mu.Unlock()
	if u, ok := b.usuals.all[endpoint]; ok && b.Now().Before(u.until) {
		return u.of, nil
	}
	_ = b.Flush() // as above
	b.using.RLock()
	took, err := b.store.Took(ctx, endpoint, manyPayments)
	b.using.RUnlock()
	if err != nil {
		return nil, err
	}
	u := usual{until: b.Now().Add(usualLastsFor)}
	if n := len(took); n >= fewPayments {
		u.of = &hook.Latency{P50: took[(n-1)/2].Seconds(), P90: took[(n*9-1)/10].Seconds(), Samples: n}
	}
	if b.usuals.all == nil {
		b.usuals.all = map[hook.EndpointID]usual{}
	}
	b.usuals.all[endpoint] = u
	return u.of, nil
}
