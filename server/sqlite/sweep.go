package sqlite

import (
	"context"
	"fmt"
	"time"
)

// sweepStep is how many deliveries one step removes: few enough that nobody who waits for the writer notices.
const sweepStep = 200

// sweepEvery is how often the sweeper looks whether there is anything to remove.
const sweepEvery = 10 * time.Second

// Sweep keeps the log under its age and size until ctx ends, oldest deliveries first, in small steps between which
// appends go on.
func (s *Store) Sweep(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if _, err := s.SweepOnce(ctx); err != nil && ctx.Err() == nil {
			s.options.Log.Error("could not remove old deliveries", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// SweepOnce removes everything that is past its time now and returns how many deliveries that were.
func (s *Store) SweepOnce(ctx context.Context) (removed int64, err error) {
	for {
		var n int64
		err := s.do(ctx, func(c *writerConn) (err error) {
			n, err = s.sweepStep(c)
			return err
		})
		removed += n
		if err != nil || n == 0 {
			return removed, err
		}
	}
}

func (s *Store) sweepStep(c *writerConn) (int64, error) {
	cutoff, err := s.cutoff(c)
	if err != nil || cutoff == nil {
		return 0, err
	}
	// What goes is always the log's oldest end: up to, not including, the first delivery that stays. The newest one
	// always stays, for the log's next seq is counted from it.
	last, err := c.value(`SELECT coalesce(min(seq) FILTER (WHERE received_at >= ?1) - 1, max(seq)) FROM
		(SELECT seq, received_at FROM deliveries WHERE seq < ?2 ORDER BY seq LIMIT ?3)`, *cutoff, int64(s.Head()), int64(sweepStep))
	if err != nil || last == nil {
		return 0, err
	}
	n, err := c.changed(`DELETE FROM deliveries WHERE seq <= ?`, last)
	if err != nil || n == 0 {
		return 0, err
	}
	if err := c.exec(`UPDATE log SET swept = ?`, last); err != nil {
		return 0, fmt.Errorf("move the log's end: %w", err)
	}
	clear(s.rejected)
	s.swept.Store(last.(int64))
	return n, nil
}

// cutoff is the moment before which deliveries go now, in milliseconds; nil: none go.
func (s *Store) cutoff(c *writerConn) (*int64, error) {
	if s.options.KeepBytes > 0 {
		used, err := c.value(`SELECT (SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count)`)
		if err != nil {
			return nil, fmt.Errorf("measure the database: %w", err)
		}
		if used.(int64)*pageSize > s.options.KeepBytes {
			all := int64(1<<63 - 1)
			return &all, nil
		}
	}
	if s.options.KeepFor > 0 {
		at := s.options.Now().Add(-s.options.KeepFor).UnixMilli()
		return &at, nil
	}
	return nil, nil
}
