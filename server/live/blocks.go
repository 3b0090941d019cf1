package live

import (
	"context"
	"slices"
	"sync"

	"hookbeam/server/hook"
)

// Limits of the cache for readers that catch up. A block ends after blockSize seqs, or earlier if its texts have
// blockBytes, which common deliveries do not reach.
const (
	blockSize  = 256
	blockBytes = 512 << 10
	keptBlocks = 64
	keptBytes  = 8 << 20
	reading    = 2 // readings of the log at once, so that catching up leaves receiving its share
)

// blocks is a cache of ranges of the log behind the ring, encoded once for all readers that catch up. It is
// bounded in number and in bytes; the block that was used least recently goes first.
type blocks struct {
	log      Log
	statuses Statuses
	gate     chan struct{}

	mu    sync.Mutex
	kept  []block                    // ordered by use, the most recent last
	bytes int                        // of all that are kept
	busy  map[hook.Seq]chan struct{} // where blocks begin that are being read; closed when they are
}

// block has all updates in (start, end].
type block struct {
	start, end hook.Seq
	entries    []entry
	bytes      int
	whole      bool // it does not end at the head of the log
}

func newBlocks(log Log, statuses Statuses) *blocks {
	return &blocks{log: log, statuses: statuses, gate: make(chan struct{}, reading), busy: map[hook.Seq]chan struct{}{}}
}

// after returns the encoded deliveries behind from in from's block, and the seq up to which they are complete.
func (b *blocks) after(ctx context.Context, from, head hook.Seq) ([]entry, hook.Seq, error) {
	start := from / blockSize * blockSize // where the blocks of all readers begin, wherever they stand
	one, err := b.block(ctx, start, from, min(start+blockSize, head))
	if err == nil && one.end <= from && from < head { // those before from weigh too much for one block
		one, err = b.block(ctx, from, from, min(start+blockSize, head))
	}
	if err != nil {
		return nil, from, err
	}
	for i := range one.entries {
		if one.entries[i].seq > from {
			return one.entries[i:], one.end, nil
		}
	}
	return nil, max(one.end, from), nil
}

// block returns the block that begins at start, or another that has what is behind from. It is read once for
// all that want it at the same time; only whole ones are kept.
func (b *blocks) block(ctx context.Context, start, from, end hook.Seq) (block, error) {
	for {
		b.mu.Lock()
		if one, ok := b.find(start, from); ok {
			b.mu.Unlock()
			return one, nil
		}
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
			return block{}, ctx.Err()
		}
	}
}

// find looks for a block among those that are kept. The caller holds the lock.
func (b *blocks) find(start, from hook.Seq) (block, bool) {
	i := slices.IndexFunc(b.kept, func(k block) bool { return k.start <= from && from < k.end })
	if i < 0 {
		i = slices.IndexFunc(b.kept, func(k block) bool { return k.start == start })
	}
	if i < 0 {
		return block{}, false
	}
	one := b.kept[i]
	b.kept = append(slices.Delete(b.kept, i, i+1), one)
	return one, true
}

// keep adds a block, and removes those that were used least recently until the limits hold.
func (b *blocks) keep(one block) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kept = append(b.kept, one)
	b.bytes += one.bytes
	n := 0
	for len(b.kept)-n > keptBlocks || b.bytes > keptBytes {
		b.bytes -= b.kept[n].bytes
		n++
	}
	b.kept = slices.Delete(b.kept, 0, n)
}

// read reads a block from the log and keeps it if it is complete. Those that wait for it go on when it ends.
func (b *blocks) read(ctx context.Context, start, end hook.Seq) (one block, err error) {
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
		return one, ctx.Err()
	}
	one = block{start: start, end: start, whole: end == start/blockSize*blockSize+blockSize}
	for one.end < end && one.bytes <= blockBytes {
		page, upTo, err := b.log.After(ctx, one.end, int(end-one.end))
		if err != nil {
			return one, err
		}
		for len(page) > 0 && page[len(page)-1].Seq > end {
			page = page[:len(page)-1]
		}
		upTo = min(upTo, end)
		if upTo == one.end {
			break
		}
		if err := b.add(ctx, &one, page, upTo); err != nil {
			return one, err
		}
	}
	if one.whole = one.whole || one.end < end; one.whole && one.end > one.start {
		b.keep(one)
	}
	return one, nil
}

// add encodes a page of the log and appends it to a block, up to the limit of bytes.
func (b *blocks) add(ctx context.Context, to *block, page []hook.Delivery, upTo hook.Seq) error {
	some, upTo, err := b.encode(ctx, page, to.end, upTo)
	if err != nil {
		return err
	}
	for i := range some {
		if to.bytes > blockBytes && i > 0 && some[i].seq > some[i-1].seq {
			some, upTo = detached(some[:i]), some[i].seq-1
			break
		}
		to.bytes += entryWeight + len(some[i].text)
	}
	to.entries, to.end = append(to.entries, some...), upTo
	return nil
}

// entryWeight is what an entry weighs beside its text.
const entryWeight = 96

// detached lets entries go of the memory that they share with those behind them.
func detached(entries []entry) []entry {
	for i := range entries {
		entries[i].text = slices.Clone(entries[i].text)
	}
	return slices.Clone(entries)
}
