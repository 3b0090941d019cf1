package sqlite

import (
	"context"
	"fmt"

	"hookbeam/server/hook"
)

const (
	// blockBits is how many bits of a seq are the place within its block: 128 places. Migration 00006 has it, too.
	blockBits = 7
	blockSize = 1 << blockBits

	// fromBlocks joins the deliveries with the blocks of one endpoint in which it has some. Conditions on block decide
	// what is read; byBlocks is the order in which that needs no sorting.
	fromBlocks = `endpoint_blocks CROSS JOIN deliveries
		ON seq BETWEEN block << 7 AND (block << 7) + 127 AND endpoint = endpoint_id`
	byBlocks = `block DESC, seq DESC`
)

func blockOf(seq hook.Seq) int64 { return int64(seq) >> blockBits }

// blocks is the writer's view of the block range index.
type blocks struct {
	newest  int64                        // the block that the log's head is in
	listed  map[hook.EndpointID]struct{} // endpoints that are listed with it
	trimmed int64                        // blocks before this one are not listed any more
}

// listBlock lists the block of a new delivery with its endpoint, once for each of both.
func (s *Store) listBlock(endpoint hook.EndpointID, seq hook.Seq) error {
	b := &s.blocks
	if block := blockOf(seq); block != b.newest || b.listed == nil {
		*b = blocks{newest: block, listed: map[hook.EndpointID]struct{}{}, trimmed: b.trimmed}
	}
	if _, there := b.listed[endpoint]; there {
		return nil
	}
	if err := s.write.exec(`INSERT OR IGNORE INTO endpoint_blocks (endpoint_id, block) VALUES (?, ?)`,
		string(endpoint), b.newest); err != nil {
		return fmt.Errorf("list block: %w", err)
	}
	b.listed[endpoint] = struct{}{}
	return nil
}

// trimBlocks lists no block any more of which nothing is after swept.
func (s *Store) trimBlocks(c *writerConn, swept int64) error {
	first := blockOf(hook.Seq(swept) + 1)
	if first <= s.blocks.trimmed {
		return nil
	}
	// Each endpoint that has something old is in counts, so that no other entry is looked at.
	if err := c.exec(`DELETE FROM endpoint_blocks
		WHERE endpoint_id IN (SELECT DISTINCT endpoint FROM counts) AND block < ?`, first); err != nil {
		return fmt.Errorf("trim blocks: %w", err)
	}
	s.blocks.trimmed = first
	return nil
}

// lowestBlock returns the last of the number of blocks that hold deliveries of an endpoint before a seq, the newest
// first; 0 where there are fewer than that.
func (s *Store) lowestBlock(ctx context.Context, endpoint hook.EndpointID, before hook.Seq, number int) (int64, error) {
	var block int64
	err := s.read.QueryRowContext(ctx, `SELECT coalesce((SELECT block FROM endpoint_blocks
		WHERE endpoint_id = ? AND block <= ? ORDER BY block DESC LIMIT 1 OFFSET ?), 0)`,
		string(endpoint), blockOf(before), number-1).Scan(&block)
	return block, err
}
