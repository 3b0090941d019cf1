package api

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

func TestBudgetNeverGrantsMoreThanItsTotal(t *testing.T) {
	a := newMemoryBudget(100)
	var used, most atomic.Int64
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			for range 20 {
				n := int64(1 + i%130)
				done, err := a.acquire(t.Context(), n)
				if errors.Is(err, hook.ErrUnavailable) { // the queue was full
					continue
				}
				now := used.Add(min(n, 100))
				for was := most.Load(); now > was && !most.CompareAndSwap(was, now); was = most.Load() {
				}
				used.Add(-min(n, 100))
				done()
				done() // a second call has no effect
			}
		})
	}
	all.Wait()
	if most.Load() > 100 || a.used != 0 || len(a.queue) != 0 {
		t.Errorf("at most %d used; at the end %d used, %d in the queue", most.Load(), a.used, len(a.queue))
	}
}

func TestBudgetQueuesCallsAndRejectsThemWhenTheQueueIsFull(t *testing.T) {
	a := newMemoryBudget(100)
	first, err := a.acquire(t.Context(), 60)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { _, err := a.acquire(ctx, 1000); ended <- err }()
	for queued := 0; queued == 0; { // until the call is in the queue
		a.mu.Lock()
		queued = len(a.queue)
		a.mu.Unlock()
	}
	if _, ok := a.tryAcquire(1); ok {
		t.Error("a call overtook the queue")
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the canceled call returned %v", err)
	}
	if done, ok := a.tryAcquire(40); !ok {
		t.Error("the canceled call is still in the queue")
	} else {
		done()
	}
	for range maxBudgetQueue {
		a.queue = append(a.queue, &budgetWaiter{1, make(chan struct{})})
	}
	if _, err := a.acquire(t.Context(), 1); !errors.Is(err, hook.ErrUnavailable) {
		t.Errorf("with a full queue: %v", err)
	}
	first()
	if a.used != maxBudgetQueue || len(a.queue) != 0 {
		t.Errorf("%d used, %d in the queue", a.used, len(a.queue))
	}
}

// TestCallsAnswer503WhileTheMemoryBudgetIsUsedUp acquires the whole budget, as slow downloads and large
// diagnoses would.
func TestCallsAnswer503WhileTheMemoryBudgetIsUsedUp(t *testing.T) {
	h := newTestAPI(t, "")
	h.do(request{method: "POST", path: "/in/" + h.endpoint.Slug, body: strings.Repeat("x", 1000)}).expect(t, 200, "")
	var page struct{ Deliveries []wire.Delivery }
	h.get("/api/v1/deliveries?limit=1", &page)
	path := "/api/v1/deliveries/" + string(page.Deliveries[0].ID)
	ask := func(method, path string) answer {
		return h.do(request{method: method, path: path, token: true})
	}

	ask("GET", path+"/body").expect(t, 200, "")
	ask("POST", path+"/diagnose").expect(t, 200, "")
	if h.api.work.used != 0 {
		t.Errorf("%d bytes were not released", h.api.work.used)
	}
	done, _ := h.api.downloads.acquire(t.Context(), downloadBytes)
	if a := ask("GET", path+"/body"); a.StatusCode != 503 || a.Header.Get("Retry-After") == "" {
		t.Errorf("with the budget used up: %d, %s", a.StatusCode, a.text)
	}
	done()
	ask("GET", path+"/body").expect(t, 200, "")

	done, _ = h.api.work.acquire(t.Context(), workBytes)
	for range maxBudgetQueue {
		h.api.work.queue = append(h.api.work.queue, &budgetWaiter{workBytes, make(chan struct{})})
	}
	for _, call := range []string{"POST " + path + "/diagnose", "GET " + path + "/tries", "GET " + path} {
		method, path, _ := strings.Cut(call, " ")
		ask(method, path).expect(t, 503, "busy")
	}
	h.api.work.queue = nil
	done()
	ask("GET", path).expect(t, 200, "")
}
