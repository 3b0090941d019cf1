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
	// rememberFor is for how long event ids are remembered, as far as --keep-events goes; whoever must forget one
	// earlier
	// says so.
	rememberFor = 90 * 24 * time.Hour
	// eventsAtOnce is how many event ids one query reads.
	eventsAtOnce = 50_000
	// forgetBytes is how long the names may be together that one step forgets.
	forgetBytes = 1 << 20
	// mostBuckets bounds the histogram of events.
	mostBuckets = 8192
)

// eventSweeper forgets event ids, the oldest first. No index knows how old they are, for each append would pay for
// it: all
// of them are read to see how many each stretch of the log has claimed, and once more to find those that go. So they go
// many at a time, or not yet.
type eventSweeper struct {
	mu        sync.Mutex      // held during a pass over events
	wake      chan struct{}   // one slot: the bound is passed
	histogram *eventHistogram // nil: none was made yet
	again     atomic.Int64    // how many bytes there must be until it is worth trying; 0: the bound
	opened    hook.Seq        // the log's head at the start
	atOpen    rowAmount       // what the ledger then said
}

// due is how many bytes events may take until the sweeper should look; 0: any number.
func (w *eventSweeper) due(keep int64) int64 {
	if keep == 0 {
		return 0
	}
	return max(keep, w.again.Load())
}

// sweepEvents forgets event ids that are beyond their bound and whose deliveries are gone, the oldest first, down to
// nine
// tenths of the bound.
func (s *Log) sweepEvents(ctx context.Context) error {
	w, keep := &s.sweeper.events, s.options.KeepEvents
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := s.countEvents(ctx); err != nil {
		return err
	}
	used := s.ledger.committedTotal(kindEvents).bytes
	if keep == 0 || used <= keep {
		w.again.Store(0)
		return nil
	}
	swept := s.sweptTo()
	if swept > 0 && (w.histogram == nil || swept > w.histogram.upTo) {
		var err error
		if w.histogram, err = s.measureEvents(ctx, s.Head()); err != nil {
			return err
		}
	}
	need := used - keep/10*9
	upTo, found := w.histogram.cut(swept, need)
	if found < min(need, used/20) || found == 0 {
		w.again.Store(used + used/20) // nearly all are of deliveries that are kept
		return nil
	}
	w.again.Store(0)
	if err := s.forgetUpTo(ctx, upTo); err != nil {
		w.histogram = nil
		return err
	}
	w.histogram.forget(upTo)
	return nil
}

// countEvents counts those events that the ledger could not know of: a database of a release without a ledger, or
// batches
// that were stored shortly before the process died. Of what was there at the start nothing is removed meanwhile.
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

// eventKey is where an event stands in its table.
type eventKey struct{ endpoint, event string }

// lastEvents is an endpoint behind all others.
const lastEvents = "\xff"

// eachEventRange calls do for stretches (from, to] of the table that together are all of it.
func (s *Log) eachEventRange(ctx context.Context, do func(from, to eventKey) error) error {
	for from := (eventKey{}); from.endpoint != lastEvents; {
		to := eventKey{endpoint: lastEvents}
		err := s.read.QueryRowContext(ctx, `SELECT endpoint, event FROM events WHERE (endpoint, event) > (?, ?)
			ORDER BY endpoint, event LIMIT 1 OFFSET ?`, from.endpoint, from.event, eventsAtOnce-1).Scan(&to.endpoint, &to.event)
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

// measureEvents reads all events of deliveries up to a seq.
func (s *Log) measureEvents(ctx context.Context, upTo hook.Seq) (*eventHistogram, error) {
	h := &eventHistogram{upTo: upTo, buckets: map[int64]int64{}}
	err := s.eachEventRange(ctx, func(from, to eventKey) error {
		rows, err := s.read.QueryContext(ctx, `SELECT seq >> ? AS bucket, count(*), sum(`+eventColumns+`) FROM events
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

// forgetUpTo forgets the events of deliveries up to a seq, which are gone.
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
		s.warn(
			"events",
			"event ids younger than 90 days were forgotten to stay within --keep-events: a repeat of one of them "+
				"is no longer noticed. Raise it",
			"events",
			early,
			"keep_events",
			s.options.KeepEvents,
		)
	}
	return nil
}

// rememberedEvent is an event id with the seq of its first delivery.
type rememberedEvent struct {
	eventKey
	seq int64
}

// eventsUpTo returns some of the events of a stretch of the table that were claimed up to a seq: as many as one step
// forgets, and no more than a few of long names. more says whether there may be others.
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

// forget removes events, and counts in young those that were claimed within rememberFor.
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

// daysAgo is the number of a day since 1970, of the clock or so long before.
func daysAgo(millis int64, ago time.Duration) int64 {
	return time.UnixMilli(millis).Add(-ago).Unix() / (24 * 60 * 60)
}

// saveHead notes which delivery is the newest on this day, and drops what is too old to say anything.
func (s *Log) saveHead(head hook.Seq, millis int64) error {
	fresh, err := s.write.changed(`INSERT INTO heads (day, seq) VALUES (?, ?) ON CONFLICT DO NOTHING`,
		daysAgo(millis, 0), int64(head))
	if err != nil || fresh == 0 {
		return err
	}
	return s.write.exec(`DELETE FROM heads WHERE day < (SELECT max(day) FROM heads WHERE day <= ?)`,
		daysAgo(millis, rememberFor))
}

// oldHead is the newest seq whose events have been remembered long enough; 0: that of none is known.
func (s *Log) oldHead(c *writerConn) (int64, error) {
	seen, _ := s.clock.saved()
	seq, err := c.value(`SELECT coalesce(max(seq), 0) FROM heads WHERE day <= ?`, daysAgo(seen, rememberFor))
	if err != nil {
		return 0, fmt.Errorf("find how old events are: %w", err)
	}
	return seq.(int64), nil
}

// eventHistogram says how many bytes of events each stretch of the log has claimed. Stretches grow where there would be
// too many of them.
type eventHistogram struct {
	upTo    hook.Seq // events of later deliveries are not in it
	shift   int
	buckets map[int64]int64 // bytes, by seq >> shift
	all     rowAmount
}

func (h *eventHistogram) add(seq int64, n rowAmount) {
	h.buckets[seq>>h.shift] += n.bytes
	h.all.number += n.number
	h.all.bytes += n.bytes
	for len(h.buckets) > mostBuckets {
		wider := make(map[int64]int64, mostBuckets)
		for bucket, bytes := range h.buckets {
			wider[bucket>>1] += bytes
		}
		h.buckets, h.shift = wider, h.shift+1
	}
}

// end is the last seq of a bucket.
func (h *eventHistogram) end(bucket int64) hook.Seq { return hook.Seq((bucket+1)<<h.shift - 1) }

// cut is up to which seq, at most swept, events must go to free so many bytes, and how many that frees.
func (h *eventHistogram) cut(swept hook.Seq, need int64) (upTo hook.Seq, found int64) {
	if h == nil {
		return 0, 0
	}
	for _, bucket := range slices.Sorted(maps.Keys(h.buckets)) {
		if found >= need || h.end(bucket) > swept {
			break
		}
		upTo, found = h.end(bucket), found+h.buckets[bucket]
	}
	return upTo, found
}

// forget drops what was forgotten.
func (h *eventHistogram) forget(upTo hook.Seq) {
	maps.DeleteFunc(h.buckets, func(bucket, _ int64) bool { return h.end(bucket) <= upTo })
}
