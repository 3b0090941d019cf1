package sqlite

import (
	"context"
	"fmt"

	"hookbeam/server/hook"
)

// maxRedeliveries is how many deliveries of one event are listed.
const maxRedeliveries = 100

// Redeliveries returns the deliveries of the same event as d, oldest first, at most 100 of them. If d has no event, or
// no other delivery of it is kept, the result is d alone.
func (s *Log) Redeliveries(ctx context.Context, d hook.Delivery) ([]hook.Redelivery, error) {
	first := d.Seq
	if d.DuplicateOf != 0 {
		first = d.DuplicateOf
	}
	rows, err := s.read.QueryContext(ctx, `SELECT `+recordColumns+`,
		body = coalesce((SELECT body FROM deliveries WHERE seq = ?1), body) FROM deliveries
		WHERE seq = ?1 OR (duplicate_of > 0 AND duplicate_of = ?1) ORDER BY seq LIMIT ?2`,
		int64(first), maxRedeliveries)
	if err != nil {
		return nil, s.failed("list redeliveries", err)
	}
	defer rows.Close()
	all := []hook.Redelivery{}
	for rows.Next() {
		var r hook.Record
		var same bool
		if err := s.scanRecord(rows, &r, &same); err != nil {
			return nil, s.failed("list redeliveries", err)
		}
		t := hook.Redelivery{Delivery: r.Delivery, Headers: r.Headers, SameBody: same, Integrity: r.Integrity}
		if t.Integrity == hook.IntegrityDamaged {
			t.Headers, t.SameBody = nil, false
		}
		all = append(all, t)
	}
	if err := rows.Err(); err != nil {
		return nil, s.failed("list redeliveries", err)
	}
	return all, nil
}

// notReleased is the condition of a rejected delivery that was not released.
const notReleased = `NOT EXISTS (SELECT 1 FROM deliveries AS later
	WHERE later.release_of > 0 AND later.release_of = deliveries.seq)`

// NewestRejected returns at most limit rejected deliveries of an endpoint that were not released and are older than
// before, newest first. A page ends early at pageBytes; it is empty only if there is none.
func (s *Log) NewestRejected(
	ctx context.Context, endpoint hook.EndpointID, before hook.Seq, limit int,
) ([]hook.Delivery, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+listColumns+` FROM deliveries INDEXED BY deliveries_rejected
		WHERE endpoint = ? AND verdict = 'rejected' AND seq < ? AND `+notReleased+` ORDER BY seq DESC LIMIT ?`,
		string(endpoint), int64(before), limit)
	if err != nil {
		return nil, s.failed("list rejected deliveries", err)
	}
	page, _, err := s.scanAll(rows)
	if err != nil {
		return nil, s.failed("list rejected deliveries", err)
	}
	return page, nil
}

// EachRejected calls do for each rejected delivery of an endpoint that was not released, oldest first, with the full
// record, which do may change. Damaged records are skipped. It returns the first error of do.
func (s *Log) EachRejected(ctx context.Context, endpoint hook.EndpointID, do func(*hook.Record) error) error {
	for after := hook.Seq(0); ; {
		var r *hook.Record // one query each, so that no read transaction is open while do appends
		err := s.eachRow(ctx, func(next *hook.Record) error { r = next; return nil },
			`SELECT `+recordColumns+` FROM deliveries INDEXED BY deliveries_rejected
			WHERE endpoint = ? AND verdict = 'rejected' AND seq > ? AND `+notReleased+` ORDER BY seq LIMIT 1`,
			string(endpoint), int64(after))
		if err != nil {
			return s.failed("read rejected deliveries", err)
		}
		if r == nil {
			return nil
		}
		after = r.Seq
		if r.Integrity == hook.IntegrityDamaged {
			continue
		}
		if err := do(r); err != nil {
			return fmt.Errorf("delivery %d: %w", after, err)
		}
	}
}
