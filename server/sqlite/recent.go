package sqlite

import (
	"context"

	"hookbeam/server/hook"
)

var newest = `SELECT ` + recordColumns + ` FROM ` + fromBlocks + `
	WHERE endpoint_id = ? AND block >= ? AND verdict <> 'rejected' AND duplicate_of = 0
	ORDER BY ` + byBlocks + ` LIMIT ?`

// recentBlocks bounds in how many blocks of an endpoint its newest deliveries are looked for: 256,000 places.
const recentBlocks = 2000

// EachRecent calls do for the newest deliveries of an endpoint that count, which are neither rejected nor repeats: at
// most limit of them, each whole, the newest first; damaged ones are left out. What do is given is its own. An error of
// do ends it.
func (s *Log) EachRecent(ctx context.Context, endpoint hook.EndpointID, limit int, do func(*hook.Record) error) error {
	lowest, err := s.lowestBlock(ctx, endpoint, s.Head(), recentBlocks)
	if err == nil {
		err = s.eachSound(ctx, do, newest, string(endpoint), lowest, limit)
	}
	return s.failedEach("read the newest deliveries", err)
}
