package sqlite

import (
	"context"

	"hookbeam/server/hook"
)

// selectRecent selects the newest deliveries of an endpoint that are neither rejected nor duplicates.
var selectRecent = `SELECT ` + recordColumns + ` FROM ` + fromBlocks + `
	WHERE endpoint_id = ? AND block >= ? AND verdict <> 'rejected' AND duplicate_of = 0
	ORDER BY ` + byBlocks + ` LIMIT ?`

// recentBlocks is how many of an endpoint's blocks EachRecent searches: 256,000 seqs.
const recentBlocks = 2000

// EachRecent calls do for the newest deliveries of an endpoint that are neither rejected nor duplicates, newest first,
// at most limit of them, with the full record. do may keep the record. Damaged records are skipped. EachRecent returns
// the first error of do.
func (s *Log) EachRecent(ctx context.Context, endpoint hook.EndpointID, limit int, do func(*hook.Record) error) error {
	lowest, err := s.lowestBlock(ctx, endpoint, s.Head(), recentBlocks)
	if err == nil {
		err = s.eachIntact(ctx, do, selectRecent, string(endpoint), lowest, limit)
	}
	return s.failedEach("read the newest deliveries", err)
}
