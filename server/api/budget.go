package api

import (
	"context"
	"slices"
	"sync"
	"time"

	"hookbeam/server/hook"
)

// The bounds of what members may have the server hold at once, in bytes. A delivery may have 25 MiB, and what is worked
// out of one takes several times that; a slow download holds its body until it ends.
const (
	workBytes      = 64 << 20
	downloadBytes  = 64 << 20
	maxBudgetQueue = 64
)

// memoryBudget limits the memory that authenticated calls use at once. A call takes the bytes that it will need, waits
// in a queue (first in, first out) while there are too few, and releases them when it is done.
type memoryBudget struct {
	total int64

	mu   sync.Mutex
	used int64
	line []*budgetWaiter
}

// budgetWaiter is a call that waits for its bytes.
type budgetWaiter struct {
	bytes int64
	ready chan struct{} // closed when it has them
}

func newMemoryBudget(total int64) *memoryBudget { return &memoryBudget{total: total} }

// take waits until there are so many bytes, or, where there are fewer in all, until nobody has any. Its error is that
// of
// ctx, or a problem of kind hook.ErrUnavailable where too many wait.
func (a *memoryBudget) take(ctx context.Context, bytes int64) (giveBack func(), err error) {
	bytes = min(bytes, a.total)
	a.mu.Lock()
	if len(a.line) == 0 && a.used+bytes <= a.total {
		a.used += bytes
		a.mu.Unlock()
		return a.returning(bytes), nil
	}
	if len(a.line) == maxBudgetQueue {
		a.mu.Unlock()
		return nil, workBusy
	}
	mine := &budgetWaiter{bytes, make(chan struct{})}
	a.line = append(a.line, mine)
	a.mu.Unlock()
	select {
	case <-mine.ready:
		return a.returning(bytes), nil
	case <-ctx.Done():
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if i := slices.Index(a.line, mine); i >= 0 {
		a.line = slices.Delete(a.line, i, i+1)
	} else { // it got them just now
		a.used -= bytes
	}
	a.serve()
	return nil, ctx.Err()
}

// try is take without waiting.
func (a *memoryBudget) try(bytes int64) (giveBack func(), ok bool) {
	bytes = min(bytes, a.total)
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.line) > 0 || a.used+bytes > a.total {
		return nil, false
	}
	a.used += bytes
	return a.returning(bytes), true
}

// returning gives bytes back, once.
func (a *memoryBudget) returning(bytes int64) func() {
	return sync.OnceFunc(func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.used -= bytes
		a.serve()
	})
}

// serve lets those go on who come next. The caller holds the lock.
func (a *memoryBudget) serve() {
	for len(a.line) > 0 && a.used+a.line[0].bytes <= a.total {
		a.used += a.line[0].bytes
		close(a.line[0].ready)
		a.line = slices.Delete(a.line, 0, 1)
	}
}

var workBusy = &hook.Problem{Kind: hook.ErrUnavailable, Code: "busy", RetryAfter: time.Second,
	Detail: "The server is busy with other large deliveries. Try again in a second."}

var downloadsBusy = &hook.Problem{Kind: hook.ErrUnavailable, Code: "busy", RetryAfter: 5 * time.Second,
	Detail: "The limit of concurrent body downloads is reached. Try again when some of them have finished."}

// What calls take of workBytes: so much for a delivery of a size, at least so much that two of the dearest go on at
// once.
const (
	readCost         = 3        // times its size: the database's copy, ours, and what is read of it
	diagnosisCost    = 32 << 20 // and three times its size
	mappingCost      = 32 << 20 // its deliveries are read one by one
	redeliveriesCost = 8 << 20  // the headers of a hundred, and three times its size
)

// loadDelivery returns a delivery with its body, read once there is room for it. The room is given back when the
// caller is done. Of
// a damaged one it returns what is left, with the error, and no room is held.
func (a *API) loadDelivery(ctx context.Context, id hook.DeliveryID, more int64) (hook.Record, func(), error) {
	size, err := a.Deliveries.Size(ctx, id)
	if err != nil {
		return hook.Record{}, nil, err
	}
	giveBack, err := a.work.take(ctx, more+readCost*size)
	if err != nil {
		return hook.Record{}, nil, err
	}
	r, err := a.Deliveries.Delivery(ctx, id)
	if err != nil {
		giveBack()
		return r, func() {}, err
	}
	return r, giveBack, nil
}
