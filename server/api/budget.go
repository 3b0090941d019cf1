package api

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"hookbeam/server/hook"
)

// The memory that authenticated calls may use at once, in bytes. A delivery may have 25 MiB, and the results of
// reading one take several times as much. A slow download holds its body until it ends.
const (
	workBytes      = 64 << 20
	downloadBytes  = 64 << 20
	maxBudgetQueue = 64 // calls that may wait for memory
)

// memoryBudget limits the memory that authenticated calls use at once. A call acquires the bytes that it will need,
// waits in a queue (first in, first out) while there are too few, and releases them when it is done. It is a weighted
// semaphore with a bounded queue.
type memoryBudget struct {
	total int64 // bytes

	mu    sync.Mutex
	used  int64
	queue []*budgetWaiter
}

// budgetWaiter is a call in the queue.
type budgetWaiter struct {
	bytes int64
	ready chan struct{} // closed when the bytes were granted
}

func newMemoryBudget(total int64) *memoryBudget { return &memoryBudget{total: total} }

// acquire waits for bytes and returns the function that releases them. A call that needs more than the whole budget
// waits until all of it is free. The error is that of ctx, or workBusy if the queue is full.
func (a *memoryBudget) acquire(ctx context.Context, bytes int64) (release func(), err error) {
	bytes = min(bytes, a.total)
	a.mu.Lock()
	if len(a.queue) == 0 && a.used+bytes <= a.total {
		a.used += bytes
		a.mu.Unlock()
		return a.releaser(bytes), nil
	}
	if len(a.queue) == maxBudgetQueue {
		a.mu.Unlock()
		return nil, workBusy
	}
	mine := &budgetWaiter{bytes, make(chan struct{})}
	a.queue = append(a.queue, mine)
	a.mu.Unlock()
	select {
	case <-mine.ready:
		return a.releaser(bytes), nil
	case <-ctx.Done():
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if i := slices.Index(a.queue, mine); i >= 0 {
		a.queue = slices.Delete(a.queue, i, i+1)
	} else { // they were granted at the same moment
		a.used -= bytes
	}
	a.grant()
	return nil, ctx.Err()
}

// tryAcquire is acquire without waiting: ok is false if the bytes are not free, or if others wait for them.
func (a *memoryBudget) tryAcquire(bytes int64) (release func(), ok bool) {
	bytes = min(bytes, a.total)
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.queue) > 0 || a.used+bytes > a.total {
		return nil, false
	}
	a.used += bytes
	return a.releaser(bytes), true
}

// releaser returns a function that releases bytes. Only its first call has an effect.
func (a *memoryBudget) releaser(bytes int64) func() {
	return sync.OnceFunc(func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.used -= bytes
		a.grant()
	})
}

// grant lets the first calls in the queue go on while there are enough bytes. The caller holds the lock.
func (a *memoryBudget) grant() {
	for len(a.queue) > 0 && a.used+a.queue[0].bytes <= a.total {
		a.used += a.queue[0].bytes
		close(a.queue[0].ready)
		a.queue = slices.Delete(a.queue, 0, 1)
	}
}

// workBusy is the error of a call that finds the queue full.
var workBusy = &hook.Problem{Kind: hook.ErrUnavailable, Code: "busy", RetryAfter: time.Second,
	Detail: "The server is busy with other large deliveries. Try again in a second."}

// downloadsBusy is the error of a download that exceeds the budget. Downloads do not queue, because one that waits
// would wait for slow clients.
var downloadsBusy = &hook.Problem{Kind: hook.ErrUnavailable, Code: "busy", RetryAfter: 5 * time.Second,
	Detail: "The limit of concurrent body downloads is reached. Try again when some of them have finished."}

// What a call acquires of workBytes: readCost times the size of the delivery's body, plus the fixed cost of the
// call in bytes. Two mapping tests run at once; a diagnosis runs only beside cheaper calls.
const (
	readCost         = 3 // the database's copy, the record's, and what is parsed of it
	diagnosisCost    = 32 << 20
	mappingCost      = 32 << 20 // includes the deliveries, which are read one after the other
	redeliveriesCost = 8 << 20  // the headers of a hundred deliveries
)

// unseen returns the error for a delivery to an endpoint that the caller may not see, which is that for a delivery that
// does not exist; nil if the caller may see it. r and err are from Deliveries.Delivery. A damaged record may not say to
// which endpoint it was sent.
func (a *API) unseen(ctx context.Context, r *hook.Record, err error) error {
	if err != nil && !errors.Is(err, hook.ErrDamaged) || visible(ctx).Has(r.Endpoint) {
		return nil
	}
	_, err = a.Deliveries.Size(ctx, "") // no delivery has this id
	return err
}

// loadDelivery returns a delivery with its body. It first acquires the memory for it, and more bytes for the
// caller. The caller calls the returned function when it is done. For a damaged record it returns what can
// still be read together with hook.ErrDamaged, and holds no memory; the returned function may be called
// nevertheless. After an error that occurs earlier, the function is nil.
func (a *API) loadDelivery(ctx context.Context, id hook.DeliveryID, more int64) (hook.Record, func(), error) {
	size, err := a.Deliveries.Size(ctx, id)
	if err != nil {
		return hook.Record{}, nil, err
	}
	release, err := a.work.acquire(ctx, more+readCost*size)
	if err != nil {
		return hook.Record{}, nil, err
	}
	r, err := a.Deliveries.Delivery(ctx, id)
	if unseen := a.unseen(ctx, &r, err); unseen != nil {
		release()
		return hook.Record{}, nil, unseen
	}
	if err != nil {
		release()
		return r, func() {}, err
	}
	return r, release, nil
}
