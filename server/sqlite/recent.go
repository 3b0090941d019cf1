package sqlite

import (
	"context"

	"hookbeam/server/hook"
)

const newest = `SELECT ` + wholeColumns + ` FROM deliveries INDEXED BY deliveries_by_endpoint
	WHERE endpoint = ? AND verdict <> 'rejected' AND duplicate_of = 0 ORDER BY seq DESC LIMIT ?`

// EachRecent calls do for the newest deliveries of an endpoint that count, which are neither rejected nor repeats: at most
// limit of them, each whole, the newest first. What do is given is its own. An error of do ends it.
func (s *Store) EachRecent(ctx context.Context, endpoint hook.EndpointID, limit int, do func(*hook.Record) error) error {
	rows, err := s.read.QueryContext(ctx, newest, string(endpoint), limit)
	if err != nil {
		return s.failed("read the newest deliveries", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r hook.Record
		if err := scanRecord(rows, &r); err != nil {
			return s.failed("read the newest deliveries", err)
		}
		if err := do(&r); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return s.failed("read the newest deliveries", err)
	}
	return nil
}
