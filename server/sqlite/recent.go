package sqlite

import (
	"context"

	"hookbeam/server/hook"
)

const newest = `SELECT ` + wholeColumns + ` FROM deliveries INDEXED BY deliveries_by_endpoint
	WHERE endpoint = ? AND verdict <> 'rejected' AND duplicate_of = 0 ORDER BY seq DESC LIMIT ?`

// EachRecent calls do for the newest deliveries of an endpoint that count, which are neither rejected nor repeats: at most
// limit of them, each whole, the newest first; damaged ones are left out. What do is given is its own. An error of do ends it.
func (s *Store) EachRecent(ctx context.Context, endpoint hook.EndpointID, limit int, do func(*hook.Record) error) error {
	return s.failedEach("read the newest deliveries", s.eachSound(ctx, do, newest, string(endpoint), limit))
}
