package live

import (
	"context"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"

	"hookbeam/server/hook"
)

const (
	blockSize  = 256 // seqs in a block
	keptBlocks = 64
	reading    = 2 // readings of the log at once, so that catching up leaves receiving its share
)

// blocks are stretches of the log behind the ring, encoded once for all readers that come by.
type blocks struct {
	log      Log
	statuses Statuses
	kept     *lru.Cache[hook.Seq, []entry]
	gate     chan struct{}
	mu       sync.Mutex
	busy     map[hook.Seq]chan struct{} // blocks being read; closed when they are
}

func newBlocks(log Log, statuses Statuses) *blocks {
	kept, err := lru.New[hook.Seq, []entry](keptBlocks)
	if err != nil {
		panic(err) // only a size below 1 is refused
	}
	return &blocks{log: log, statuses: statuses, kept: kept, gate: make(chan struct{}, reading), busy: map[hook.Seq]chan struct{}{}}
}

// after returns the encoded deliveries behind from in from's block, and the seq up to which they are complete.
func (b *blocks) after(ctx context.Context, from, head hook.Seq) ([]entry, hook.Seq, error) {
	start := from / blockSize * blockSize
	end := min(start+blockSize, head)
	entries, err := b.block(ctx, start, end)
	if err != nil {
		return nil, from, err
	}
	for i, e := range entries {
		if e.seq > from {
			return entries[i:], end, nil
		}
	}
	return nil, end, nil
}

// block reads (start, end], once for all that want it at the same time. Only whole blocks are kept.
func (b *blocks) block(ctx context.Context, start, end hook.Seq) ([]entry, error) {
	for {
		if entries, ok := b.kept.Get(start); ok {
			return entries, nil
		}
		b.mu.Lock()
		other, taken := b.busy[start]
		if !taken {
			b.busy[start] = make(chan struct{})
		}
		b.mu.Unlock()
		if !taken {
			return b.read(ctx, start, end)
		}
		select {
		case <-other:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (b *blocks) read(ctx context.Context, start, end hook.Seq) (entries []entry, err error) {
	defer func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		close(b.busy[start])
		delete(b.busy, start)
	}()
	select {
	case b.gate <- struct{}{}:
		defer func() { <-b.gate }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for from := start; from < end; {
		page, upTo, err := b.log.After(ctx, from, int(end-from))
		if err != nil {
			return nil, err
		}
		for len(page) > 0 && page[len(page)-1].Seq > end {
			page = page[:len(page)-1]
		}
		upTo = min(upTo, end)
		some, err := b.encode(ctx, page, from, upTo)
		if err != nil {
			return nil, err
		}
		entries = append(entries, some...)
		if upTo == from {
			break
		}
		from = upTo
	}
	if end == start+blockSize {
		b.kept.Add(start, entries)
	}
	return entries, nil
}
