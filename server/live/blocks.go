package live

import (
	"context"
	"slices"
	"sync"

	"hookbeam/server/hook"
)

// Limits of the cache for readers that catch up.
const (
	// blockSize is the number of seqs in a block. Blocks begin at multiples of it, so that readers share them.
	blockSize = 256
	// blockBytes ends a block early. Common deliveries do not reach it.
	blockBytes = 512 << 10
	// maxBlocks and maxBytes bound the whole cache.
	maxBlocks = 64
	maxBytes  = 8 << 20
	// maxLogReads is how many reads of the log run at once, so that catching up does not slow down receiving.
	maxLogReads = 2
)

// blocks is a cache of ranges of the log, encoded once for all readers that are behind the ring. When thousands of
// browsers reconnect at once, most of them need the same ranges.
//
// It is bounded in number and in bytes, and evicts the block that was used least recently. Readers that need the same
// block at the same time wait for one read of the log. The hub makes it and calls after, from any goroutine.
type blocks struct {
	log      Log
	statuses Statuses      // nil: deliveries only
	gate     chan struct{} // holds one element for each read of the log that is running

	mu    sync.Mutex
	kept  []block // ordered by use, the most recently used last
	bytes int     // sum of the bytes of kept
	// forgotten counts the calls of forget: a block that was being read meanwhile is not cached.
	forgotten int
	busy      map[hook.Seq]chan struct{} // the starts of blocks that are being read; each is closed when the read ends
}

// block has all updates of the range (start, end]. It is immutable once it is in the cache.
type block struct {
	start, end hook.Seq
	entries    []entry // in the order of their seqs
	bytes      int     // texts, plus entryOverhead for each entry
	// complete means that no later delivery can belong to the block: it has all its seqs, or reached blockBytes.
	// Only a block at the head of the log is not complete.
	complete bool
}

// newBlocks returns an empty cache.
func newBlocks(log Log, statuses Statuses) *blocks {
	return &blocks{
		log:      log,
		statuses: statuses,
		gate:     make(chan struct{}, maxLogReads),
		busy:     map[hook.Seq]chan struct{}{},
	}
}

// after returns the encoded updates after from that are in the same block as from, and the seq up to which they are
// complete. head is the newest seq that may be returned. Without an error the returned seq is greater than from, unless
// the log has nothing between from and head.
func (b *blocks) after(ctx context.Context, from, head hook.Seq) ([]entry, hook.Seq, error) {
	start := from / blockSize * blockSize
	one, err := b.block(ctx, start, from, min(start+blockSize, head))
	if err == nil && one.end <= from && from < head {
		// The block reached blockBytes before from: read another one that begins at from.
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

// block returns a cached block that contains from, or the one that begins at start. If neither is cached, it reads the
// block (start, end]. If another goroutine is reading the block that begins at start, it waits and looks again.
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

// find looks up a block in the cache and marks it as the most recently used. The caller holds the lock.
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

// forget removes the block with a seq from the cache, because a status changed whose last delivery has that seq: the
// block has its earlier state. Readers that need the block read it again.
func (b *blocks) forget(seq hook.Seq) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forgotten++
	b.kept = slices.DeleteFunc(b.kept, func(k block) bool {
		has := k.start < seq && seq <= k.end
		if has {
			b.bytes -= k.bytes
		}
		return has
	})
}

// keep adds a block to the cache, and evicts the least recently used ones until the limits hold. forgotten is what it
// was when the block was read.
func (b *blocks) keep(one block, forgotten int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.forgotten != forgotten {
		return
	}
	b.kept = append(b.kept, one)
	b.bytes += one.bytes
	n := 0 // how many are evicted
	for len(b.kept)-n > maxBlocks || b.bytes > maxBytes {
		b.bytes -= b.kept[n].bytes
		n++
	}
	b.kept = slices.Delete(b.kept, 0, n)
}

// read reads the block (start, end] from the log, and caches it if it is complete. The caller has registered start in
// busy; read removes it and so wakes the goroutines that wait for the block, also after an error.
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
	b.mu.Lock()
	forgotten := b.forgotten
	b.mu.Unlock()
	one = block{start: start, end: start, complete: end == start/blockSize*blockSize+blockSize}
	for one.end < end && one.bytes <= blockBytes {
		page, upTo, err := b.log.After(ctx, one.end, int(end-one.end))
		if err != nil {
			return one, err
		}
		// limit counts deliveries, and seqs can be missing, so a page may reach beyond end.
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
	if one.complete = one.complete || one.end < end; one.complete && one.end > one.start {
		b.keep(one, forgotten)
	}
	return one, nil
}

// add encodes a page of the log, which is complete up to upTo, and appends it to a block until the block reaches
// blockBytes. It moves the block's end.
func (b *blocks) add(ctx context.Context, to *block, page []hook.Delivery, upTo hook.Seq) error {
	some, upTo, err := b.encode(ctx, page, to.end, upTo)
	if err != nil {
		return err
	}
	for i := range some {
		// Updates with the same seq are not separated, because the end of a block is a seq.
		if to.bytes > blockBytes && i > 0 && some[i].seq > some[i-1].seq {
			some, upTo = cloneEntries(some[:i]), some[i].seq-1
			break
		}
		to.bytes += entryOverhead + len(some[i].text)
	}
	to.entries, to.end = append(to.entries, some...), upTo
	return nil
}

// entryOverhead is the size of an entry without its text, in bytes, rounded up.
const entryOverhead = 96

// cloneEntries copies entries with their texts. encodePage puts the texts of a page into one buffer; the copy lets the
// rest of that buffer be freed.
func cloneEntries(entries []entry) []entry {
	for i := range entries {
		entries[i].text = slices.Clone(entries[i].text)
	}
	return slices.Clone(entries)
}
