package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"hookbeam/server/hook"
)

const (
	// rememberFor is for how long event ids should be remembered. If --keep-events requires that one is forgotten
	// earlier, a warning is logged.
	rememberFor = 90 * 24 * time.Hour
	// eventsPerQuery is how many event ids one query reads, so that no query lasts long.
	eventsPerQuery = 50_000
	// forgetBytes is the length of the event ids that one transaction deletes, as stepRows is their number.
	forgetBytes = 1 << 20
	// maxBuckets is the largest number of buckets in the histogram of events.
	maxBuckets = 8192
)

// eventSweeper deletes the oldest event ids when they exceed --keep-events. An id is only deleted if its first delivery
// was removed, so a delivery that is kept always has its claim.
//
// The table events has no index by seq, because each append would have to update it. So a pass reads the whole table,
// once to learn from which parts of the log the ids are (eventHistogram), and once more to delete those up to a seq.
// Since that is expensive, a pass deletes many at once, or is put off (retryAt).
//
// Its fields belong to the goroutine that holds mu.
type eventSweeper struct {
	mu        sync.Mutex      // held during a pass
	wake      chan struct{}   // has one slot; the writer sends when the limit is exceeded
	histogram *eventHistogram // nil: not measured yet, or no longer valid
	retryAt   atomic.Int64    // how many bytes there must be until it is worth trying; 0: the bound
	opened    hook.Seq        // the log's head at the start
	atOpen    rowAmount       // the ledger's amount of events at the start
}

// due returns how many bytes events may take before the next pass; 0: any number.
func (w *eventSweeper) due(keep int64) int64 {
	if keep == 0 {
		return 0
	}
	return max(keep, w.retryAt.Load())
}

// sweepEvents deletes event ids if they exceed their limit, the oldest first, down to nine tenths of the limit. It
// deletes nothing if less than a twentieth could be freed, and then waits until there are a twentieth more.
func (s *Log) sweepEvents(ctx context.Context) error {
	w, keep := &s.sweeper.events, s.options.KeepEvents
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := s.countEvents(ctx); err != nil {
		return err
	}
	used := s.ledger.committedTotal(kindEvents).bytes
	if keep == 0 || used <= keep {
		w.retryAt.Store(0)
		return nil
	}
	removedUpTo := s.removedUpTo()
	if removedUpTo > 0 && (w.histogram == nil || removedUpTo > w.histogram.upTo) {
		var err error
		if w.histogram, err = s.measureEvents(ctx, s.Head()); err != nil {
			return err
		}
	}
	need := used - keep/10*9
	upTo, found := w.histogram.splitFor(removedUpTo, need)
	if found < min(need, used/20) || found == 0 {
		w.retryAt.Store(used + used/20) // nearly all belong to deliveries that are kept
		return nil
	}
	w.retryAt.Store(0)
	if err := s.forgetUpTo(ctx, upTo); err != nil {
		w.histogram = nil
		return err
	}
	w.histogram.forget(upTo)
	return nil
}

// countEvents corrects the ledger's amount of events if it is not exact. That is so for a database of a release without
// a ledger, and after a crash if the deliveries since the ledger was written include batches, whose ids are not in
// columns. It counts the events up to the head at the start, of which none is deleted meanwhile, and posts the
// difference to what the ledger had then.
func (s *Log) countEvents(ctx context.Context) error {
	if s.ledger.committedFlags().exact {
		return nil
	}
	w := &s.sweeper.events
	h, err := s.measureEvents(ctx, w.opened)
	if err != nil {
		return err
	}
	w.histogram = h
	return s.do(ctx, func(c *writerConn) error {
		s.ledger.post(s.ledger.events, h.all.number-w.atOpen.number, h.all.bytes-w.atOpen.bytes)
		s.ledger.flags.exact = true
		return s.save(c)
	})
}

// eventKey is the primary key of the table events.
type eventKey struct{ endpoint, event string }

// lastEvents is greater than any endpoint's id.
const lastEvents = "\xff"

// eachEventRange calls do for consecutive ranges (from, to] of keys that together cover the table events. Each has at
// most eventsPerQuery rows.
func (s *Log) eachEventRange(ctx context.Context, do func(from, to eventKey) error) error {
	for from := (eventKey{}); from.endpoint != lastEvents; {
		to := eventKey{endpoint: lastEvents}
		err := s.read.QueryRowContext(ctx, `SELECT endpoint, event FROM events WHERE (endpoint, event) > (?, ?)
			ORDER BY endpoint, event LIMIT 1 OFFSET ?`, from.endpoint, from.event, eventsPerQuery-1).
			Scan(&to.endpoint, &to.event)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return s.failed("read events", err)
		}
		if err := do(from, to); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// measureEvents returns the histogram of the events that deliveries up to a seq have claimed.
func (s *Log) measureEvents(ctx context.Context, upTo hook.Seq) (*eventHistogram, error) {
	h := &eventHistogram{upTo: upTo, buckets: map[int64]int64{}}
	err := s.eachEventRange(ctx, func(from, to eventKey) error {
		rows, err := s.read.QueryContext(ctx, `SELECT seq >> ? AS bucket, count(*), sum(`+eventCostSQL+`) FROM events
			WHERE (endpoint, event) > (?, ?) AND (endpoint, event) <= (?, ?) AND seq <= ? GROUP BY bucket`,
			h.shift, from.endpoint, from.event, to.endpoint, to.event, int64(upTo))
		if err != nil {
			return s.failed("measure events", err)
		}
		defer rows.Close()
		shift := h.shift
		for rows.Next() {
			var bucket int64
			var n rowAmount
			if err := rows.Scan(&bucket, &n.number, &n.bytes); err != nil {
				return s.failed("measure events", err)
			}
			h.add(bucket<<shift, n)
		}
		return rows.Err()
	})
	return h, err
}

// forgetUpTo deletes the events that deliveries up to a seq have claimed, all of which were removed. It logs a warning
// if any was younger than rememberFor.
func (s *Log) forgetUpTo(ctx context.Context, upTo hook.Seq) error {
	var early int64
	if err := s.eachEventRange(ctx, func(from, to eventKey) error {
		for {
			found, more, err := s.eventsUpTo(ctx, from, to, upTo)
			if err != nil || len(found) == 0 {
				return err
			}
			var young int64
			if err := s.do(ctx, func(c *writerConn) error { return s.forget(c, found, &young) }); err != nil {
				return err
			}
			if early += young; !more {
				return nil
			}
			from = found[len(found)-1].eventKey
		}
	}); err != nil {
		return err
	}
	if early > 0 {
		s.warn("events", "event ids younger than 90 days were removed to stay within --keep-events. Redeliveries of "+
			"these events are no longer detected. Raise --keep-events",
			"events", early, "keep_events", s.options.KeepEvents)
	}
	return nil
}

// rememberedEvent is a row of the table events.
type rememberedEvent struct {
	eventKey
	seq int64 // the first delivery
}

// eventsUpTo returns events of a range of keys that were claimed by deliveries up to a seq: as many as one transaction
// deletes, by stepRows and forgetBytes. more reports whether there may be others.
func (s *Log) eventsUpTo(ctx context.Context, from, to eventKey, upTo hook.Seq) (
	found []rememberedEvent, more bool, err error,
) {
	rows, err := s.read.QueryContext(ctx, `SELECT endpoint, event, seq FROM events WHERE (endpoint, event) > (?, ?)
		AND (endpoint, event) <= (?, ?) AND seq <= ? ORDER BY endpoint, event`,
		from.endpoint, from.event, to.endpoint, to.event, int64(upTo))
	if err != nil {
		return nil, false, s.failed("find old events", err)
	}
	defer rows.Close()
	for bytes := 0; rows.Next(); {
		var e rememberedEvent
		if err := rows.Scan(&e.endpoint, &e.event, &e.seq); err != nil {
			return nil, false, s.failed("find old events", err)
		}
		found = append(found, e)
		if bytes += len(e.event); len(found) == stepRows || bytes > forgetBytes {
			return found, true, nil
		}
	}
	return found, false, rows.Err()
}

// forget deletes events and sets young to the number of those that were claimed within rememberFor. It is a change for
// do. An event that was claimed again since it was read has another seq and stays.
func (s *Log) forget(c *writerConn, events []rememberedEvent, young *int64) error {
	*young = 0
	old, err := s.oldHead(c)
	if err != nil {
		return err
	}
	l := s.ledger
	forgotten, early := l.account("", kindForgotten), l.account("", kindEarly)
	for _, e := range events {
		n, err := c.changed(
			`DELETE FROM events WHERE endpoint = ? AND event = ? AND seq = ?`,
			e.endpoint,
			e.event,
			e.seq,
		)
		if err != nil {
			return fmt.Errorf("forget an event: %w", err)
		}
		cost := n * eventCost(hook.EndpointID(e.endpoint), e.event)
		l.post(l.events, -n, -cost)
		l.post(forgotten, n, cost)
		if e.seq > old {
			l.post(early, n, cost)
			*young += n
		}
	}
	return nil
}

// daysAgo returns the day of a time in milliseconds, minus ago, as the number of days since 1970.
func daysAgo(millis int64, ago time.Duration) int64 {
	return time.UnixMilli(millis).Add(-ago).Unix() / (24 * 60 * 60)
}

// saveHead records in the table heads that head was the newest delivery on the day of millis, unless the day has a row.
// It deletes the rows that are no longer needed, except the newest one that is older than rememberFor. With this table,
// oldHead finds the age of a seq without reading deliveries, which may have been removed.
func (s *Log) saveHead(head hook.Seq, millis int64) error {
	fresh, err := s.write.changed(`INSERT INTO heads (day, seq) VALUES (?, ?) ON CONFLICT DO NOTHING`,
		daysAgo(millis, 0), int64(head))
	if err != nil || fresh == 0 {
		return err
	}
	return s.write.exec(`DELETE FROM heads WHERE day < (SELECT max(day) FROM heads WHERE day <= ?)`,
		daysAgo(millis, rememberFor))
}

// oldHead returns the newest seq that is known to be older than rememberFor; 0 if none is.
func (s *Log) oldHead(c *writerConn) (int64, error) {
	seen, _ := s.clock.saved()
	seq, err := c.value(`SELECT coalesce(max(seq), 0) FROM heads WHERE day <= ?`, daysAgo(seen, rememberFor))
	if err != nil {
		return 0, fmt.Errorf("find how old events are: %w", err)
	}
	return seq.(int64), nil
}

// eventHistogram holds how many bytes of event ids each range of seqs has claimed. A bucket covers 1<<shift seqs. If
// there are too many buckets, shift grows and neighbours are merged.
type eventHistogram struct {
	upTo    hook.Seq // events of later deliveries are not counted
	shift   int
	buckets map[int64]int64 // bytes, by seq >> shift
	all     rowAmount       // of all buckets
}

// add counts n rows whose first delivery is in the bucket of seq.
func (h *eventHistogram) add(seq int64, n rowAmount) {
	h.buckets[seq>>h.shift] += n.bytes
	h.all.number += n.number
	h.all.bytes += n.bytes
	for len(h.buckets) > maxBuckets {
		wider := make(map[int64]int64, maxBuckets)
		for bucket, bytes := range h.buckets {
			wider[bucket>>1] += bytes
		}
		h.buckets, h.shift = wider, h.shift+1
	}
}

// end returns the last seq of a bucket.
func (h *eventHistogram) end(bucket int64) hook.Seq { return hook.Seq((bucket+1)<<h.shift - 1) }

// splitFor returns up to which seq events must be deleted to free need bytes, and how many bytes that frees. upTo is at
// most limit, so found may be less than need.
func (h *eventHistogram) splitFor(limit hook.Seq, need int64) (upTo hook.Seq, found int64) {
	if h == nil {
		return 0, 0
	}
	for _, bucket := range slices.Sorted(maps.Keys(h.buckets)) {
		if found >= need || h.end(bucket) > limit {
			break
		}
		upTo, found = h.end(bucket), found+h.buckets[bucket]
	}
	return upTo, found
}

// forget removes the buckets of events that were deleted.
func (h *eventHistogram) forget(upTo hook.Seq) {
	maps.DeleteFunc(h.buckets, func(bucket, _ int64) bool { return h.end(bucket) <= upTo })
}
