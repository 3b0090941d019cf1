package sqlite

import (
	"context"
	"fmt"

	"hookbeam/server/hook"
)

const (
	// blockBits is the number of bits of a seq that are its offset within a block of 128. Migration 00006 uses it too.
	blockBits = 7
	blockSize = 1 << blockBits

	// fromBlocks joins the blocks that contain deliveries of an endpoint with those deliveries. CROSS JOIN keeps SQLite
	// from reordering it. Conditions on block limit what is read. byBlocks is the order, newest first, in which no
	// sorting is needed.
	fromBlocks = `endpoint_blocks CROSS JOIN deliveries
		ON seq BETWEEN block << 7 AND (block << 7) + 127 AND endpoint = endpoint_id`
	byBlocks = `block DESC, seq DESC`
)

// blockOf returns the number of the block that contains seq.
func blockOf(seq hook.Seq) int64 { return int64(seq) >> blockBits }

// blocks is what the writer remembers of the block range index: endpoint_blocks lists, per endpoint, the blocks of 128
// seqs that contain deliveries of it. To find an endpoint's deliveries, only these blocks are scanned. A row is written
// once per endpoint and block, in the transaction of the block's first delivery, so readers never miss one. Rows whose
// deliveries have all been removed may remain until the log's oldest end has passed them.
type blocks struct {
	newest  int64                        // the block of the newest delivery
	listed  map[hook.EndpointID]struct{} // endpoints that have a row for it
	trimmed int64                        // rows for blocks before this one were deleted
}

// listBlock writes the row for a new delivery's endpoint and block, unless it was written before.
func (s *Log) listBlock(endpoint hook.EndpointID, seq hook.Seq) error {
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

// trimBlocks deletes the rows of blocks whose seqs are all up to removedUpTo, where nothing is kept.
func (s *Log) trimBlocks(c *writerConn, removedUpTo int64) error {
	first := blockOf(hook.Seq(removedUpTo) + 1)
	if first <= s.blocks.trimmed {
		return nil
	}
	// The primary key begins with the endpoint, so a condition on block alone would scan the table. Every endpoint that
	// ever had deliveries is in counts.
	if err := c.exec(`DELETE FROM endpoint_blocks
		WHERE endpoint_id IN (SELECT DISTINCT endpoint FROM counts) AND block < ?`, first); err != nil {
		return fmt.Errorf("trim blocks: %w", err)
	}
	s.blocks.trimmed = first
	return nil
}

// lowestBlock returns the oldest of the newest number blocks that contain deliveries of an endpoint before a seq; 0 if
// there are fewer. It bounds how far back a page of the endpoint looks.
func (s *Log) lowestBlock(ctx context.Context, endpoint hook.EndpointID, before hook.Seq, number int) (int64, error) {
	var block int64
	err := s.read.QueryRowContext(ctx, `SELECT coalesce((SELECT block FROM endpoint_blocks
		WHERE endpoint_id = ? AND block <= ? ORDER BY block DESC LIMIT 1 OFFSET ?), 0)`,
		string(endpoint), blockOf(before), number-1).Scan(&block)
	return block, err
}
