package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"

	"hookbeam/server/hook"
)

const (
	// maxTrimmed is how many rejected deliveries one append removes at most.
	maxTrimmed = 64
	// unsignedScan is how many seqs one query searches for unsigned deliveries.
	unsignedScan = 50_000
)

// keptRow is what retention needs to know about a delivery to remove it and to update the ledger.
type keptRow struct {
	seq      int64
	account  *account
	bytes    int64 // see deliveryCost
	received int64 // milliseconds since 1970
}

// keptColumns are the columns of a keptRow.
var keptColumns = `seq, endpoint, verdict, ` + textLengthSQL + `, received_at`

// keptRow converts a row of keptColumns.
func (s *Log) keptRow(row []driver.Value) keptRow {
	return keptRow{row[0].(int64), s.ledger.account(hook.EndpointID(row[1].(string)), row[2].(string)),
		deliveryCost(row[3].(int64)), row[4].(int64)}
}

// remove deletes one delivery in the open transaction and updates the ledger. Its event's claim stays: see forget.go.
func (s *Log) remove(r keptRow) error {
	n, err := s.write.changed(`DELETE FROM deliveries WHERE seq = ?`, r.seq)
	if err != nil {
		return fmt.Errorf("remove delivery: %w", err)
	}
	s.ledger.post(r.account, -n, -n*r.bytes)
	return nil
}

// trimRejected keeps the rejected deliveries of each endpoint in a ring: it removes an endpoint's oldest ones while it
// has more than the limit per endpoint, by number or bytes. If all rejected deliveries together exceed their limit, it
// removes the oldest of the endpoint that has the most bytes. It removes at most most of them, and stops after
// stepBytes. An append calls it for its endpoint, in the same transaction; the sweeper for all endpoints ("").
func (s *Log) trimRejected(endpoint hook.EndpointID, most int64) (removed int64, err error) {
	for bytes := int64(0); removed < most && bytes < stepBytes; removed++ {
		a := s.overfullRejected(endpoint)
		if a == nil {
			return removed, nil
		}
		row, err := s.write.row(`SELECT `+keptColumns+` FROM deliveries INDEXED BY deliveries_rejected
			WHERE endpoint = ? AND verdict = 'rejected' ORDER BY seq LIMIT 1`, string(a.key.endpoint))
		if err != nil {
			return removed, fmt.Errorf("find the oldest rejected delivery: %w", err)
		}
		if row == nil {
			s.options.Log.Error("the log has fewer rejected deliveries than were counted", "endpoint", a.key.endpoint,
				"counted", a.number)
			s.ledger.post(a, -a.number, -a.bytes) // corrects the ledger, so that receiving can go on
			continue
		}
		r := s.keptRow(row)
		if err := s.remove(r); err != nil {
			return removed, err
		}
		bytes += r.bytes
	}
	return removed, nil
}

// overfullRejected returns the account whose oldest rejected delivery must be removed next, nil if none must. The last
// rejected delivery of an endpoint is never removed for its size alone.
func (s *Log) overfullRejected(endpoint hook.EndpointID) *account {
	b := s.bounds()
	overfull := func(a *account) bool {
		return a.number > s.options.KeepRejected || b.keep > 0 && a.bytes > b.rejectedEach() && a.number > 1
	}
	if endpoint != "" {
		if a := s.ledger.account(endpoint, kindRejected); overfull(a) {
			return a
		}
	}
	over := b.keep > 0 && s.ledger.rejected.bytes > b.rejected()
	if endpoint != "" && !over {
		return nil
	}
	var largest *account
	for _, a := range s.ledger.accounts {
		switch {
		case a.key.kind != kindRejected:
		case endpoint == "" && overfull(a):
			return a
		case largest == nil || a.bytes > largest.bytes:
			largest = a
		}
	}
	if !over || largest.number == 0 {
		return nil
	}
	return largest
}

// sweepRejected applies the limits of rejected deliveries to all endpoints. Appends have usually done so already,
// except after a change of the limits.
func (s *Log) sweepRejected(ctx context.Context) (removed int64, err error) {
	err = s.do(ctx, func(*writerConn) (err error) {
		removed, err = s.trimRejected("", stepRows)
		return err
	})
	return removed, err
}

// sweepUnverified removes the oldest unsigned deliveries if these exceed their limit, and the oldest unsigned and
// rejected ones if all deliveries together exceed theirs. The seqs are found by a reader and removed by the writer,
// which checks the limits again for each. Gaps in the middle of the log do not invalidate cursors: a reader's position
// says only that everything up to it was read.
func (s *Log) sweepUnverified(ctx context.Context) (removed int64, err error) {
	l, slack := s.ledger, int64(0)
	over := func() excess {
		return s.bounds().unverified(l.verified.bytes, l.unsigned.bytes, l.rejected.bytes, slack)
	}
	first := s.bounds().unverified(l.committedTotal(kindVerified).bytes, l.committedTotal(kindUnsigned).bytes,
		l.committedTotal(kindRejected).bytes, 0)
	if first == excessNone {
		return 0, nil
	}
	seqs, err := s.oldestUnverified(ctx, first == excessUnverified)
	if err != nil || len(seqs) == 0 {
		return 0, err
	}
	removedUpTo := int64(0)
	err = s.do(ctx, func(c *writerConn) error {
		slack = s.bounds().slack()
		for bytes := int64(0); len(seqs) > 0 && bytes < stepBytes && over() != excessNone; seqs = seqs[1:] {
			row, err := c.row(`SELECT `+keptColumns+` FROM deliveries WHERE seq = ?`, seqs[0])
			if err != nil {
				return fmt.Errorf("read a delivery: %w", err)
			}
			if row == nil {
				continue // an append has removed this rejected one meanwhile
			}
			r := s.keptRow(row)
			if err := s.remove(r); err != nil {
				return err
			}
			if r.account.key.kind == kindUnsigned {
				l.flags.thinned = max(l.flags.thinned, hook.Seq(r.seq))
			}
			removed++
			bytes += r.bytes
		}
		removedUpTo, err = s.advanceRemoved(c)
		return err
	})
	if err != nil {
		return 0, err
	}
	s.lastRemoved.Store(max(s.lastRemoved.Load(), removedUpTo))
	return removed, nil
}

// advanceRemoved records that the oldest deliveries were removed, if the log now begins later than it did, and returns
// the seq before its oldest delivery; 0 if nothing changed.
func (s *Log) advanceRemoved(c *writerConn) (removedUpTo int64, err error) {
	oldest, err := c.value(`SELECT min(seq) FROM deliveries`)
	if err != nil || oldest == nil {
		return 0, err
	}
	if removedUpTo = oldest.(int64) - 1; removedUpTo <= s.lastRemoved.Load() {
		return 0, nil
	}
	return removedUpTo, s.setRemovedUpTo(c, removedUpTo)
}

// setRemovedUpTo writes log.swept, the seq up to which deliveries of any kind may have been removed. The caller stores
// it in lastRemoved after the commit.
func (s *Log) setRemovedUpTo(c *writerConn, removedUpTo int64) error {
	if err := c.exec(`UPDATE log SET swept = ?`, removedUpTo); err != nil {
		return fmt.Errorf("move the log's end: %w", err)
	}
	return s.trimBlocks(c, removedUpTo)
}

// oldestUnverified returns the seqs of the oldest unsigned deliveries and, with rejected, of the oldest rejected ones,
// in ascending order, as many as one transaction removes. The newest delivery of the log is always kept.
func (s *Log) oldestUnverified(ctx context.Context, rejected bool) ([]int64, error) {
	seqs, err := s.oldestUnsigned(ctx)
	if err != nil || !rejected {
		return seqs, err
	}
	more, err := s.seqs(ctx, `SELECT seq FROM deliveries INDEXED BY deliveries_rejected
		WHERE verdict = 'rejected' AND seq < ? ORDER BY seq LIMIT ?`, int64(s.Head()), stepRows)
	if err != nil {
		return nil, err
	}
	seqs = append(seqs, more...)
	slices.Sort(seqs)
	return seqs[:min(len(seqs), stepRows)], nil
}

// oldestUnsigned scans the log for unsigned deliveries, unsignedScan seqs at a time, from where an earlier scan found
// the first one. There is no index of them, because each append would have to update it.
func (s *Log) oldestUnsigned(ctx context.Context) (seqs []int64, err error) {
	if s.ledger.committedTotal(kindUnsigned).number == 0 {
		return nil, nil
	}
	w := &s.sweeper
	w.unsigned = max(w.unsigned, s.ledger.committedFlags().thinned, s.removedUpTo())
	for last := s.Head() - 1; w.unsigned < last && len(seqs) == 0; {
		upTo := min(w.unsigned+unsignedScan, last)
		if seqs, err = s.seqs(ctx, `SELECT seq FROM deliveries WHERE seq > ? AND seq <= ? AND verdict = 'unsigned'
			ORDER BY seq LIMIT ?`, int64(w.unsigned), int64(upTo), stepRows); err != nil {
			return nil, err
		}
		if w.unsigned = upTo; len(seqs) > 0 {
			w.unsigned = hook.Seq(seqs[0]) - 1
		}
	}
	return seqs, nil
}

// seqs returns the seqs that a query selects.
func (s *Log) seqs(ctx context.Context, query string, values ...any) (seqs []int64, err error) {
	rows, err := s.read.QueryContext(ctx, query, values...)
	if err != nil {
		return nil, s.failed("find old deliveries", err)
	}
	defer rows.Close()
	for rows.Next() {
		var seq int64
		if err := rows.Scan(&seq); err != nil {
			return nil, s.failed("find old deliveries", err)
		}
		seqs = append(seqs, seq)
	}
	return seqs, rows.Err()
}

// sweepOldest removes the oldest deliveries of the log: those that were received before a time, in milliseconds since
// 1970, and, if verified deliveries exceed their limit, the oldest verified ones with everything older. One call is one
// transaction; the sweeper calls it until it returns 0.
func (s *Log) sweepOldest(ctx context.Context, before int64) (removed int64, err error) {
	if before == 0 && !s.verifiedOver(s.ledger.committedTotal(kindVerified)) {
		return 0, nil
	}
	var rows []keptRow
	err = s.do(ctx, func(c *writerConn) error {
		// The newest delivery of the log is always kept.
		if err := c.each(`SELECT `+keptColumns+` FROM deliveries WHERE seq < ? ORDER BY seq LIMIT ?`,
			func(row []driver.Value) { rows = append(rows, s.keptRow(row)) },
			int64(s.Head()), int64(stepRows)); err != nil {
			return fmt.Errorf("read the oldest deliveries: %w", err)
		}
		if rows = s.removable(rows, before); len(rows) == 0 {
			return nil
		}
		return s.removeUpTo(c, rows)
	})
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	s.lastRemoved.Store(rows[len(rows)-1].seq)
	return int64(len(rows)), nil
}

// removable returns the first of rows, which are the oldest of the log, up to the last one that must be removed. Some
// before it need not be removed themselves, but go too: the log is shortened at its oldest end only.
func (s *Log) removable(rows []keptRow, before int64) []keptRow {
	verified, limit := *s.ledger.verified, s.bounds().verified()
	large := s.verifiedOver(verified)
	gone, bytes := 0, int64(0)
	for i, r := range rows {
		isVerified := r.account.key.kind == kindVerified
		if r.received >= before {
			// A pass continues below the limit by up to the slack, so that not every append needs a pass. It does
			// not remove a delivery that would take it further below.
			enough := verified.bytes <= limit && verified.bytes-r.bytes < limit-s.bounds().slack()
			if !large || verified.number <= s.options.KeepVerified || isVerified && enough {
				break
			}
		}
		if isVerified {
			verified.number--
			verified.bytes -= r.bytes
		}
		if isVerified || r.received < before {
			gone = i + 1
		}
		if bytes += r.bytes; bytes >= stepBytes {
			break
		}
	}
	return rows[:gone]
}

// removeUpTo deletes all deliveries up to the last of rows, and updates the ledger. rows must be all of them. It fails
// if the table holds others, since the ledger would then be wrong.
func (s *Log) removeUpTo(c *writerConn, rows []keptRow) error {
	last := rows[len(rows)-1].seq
	n, err := c.changed(`DELETE FROM deliveries WHERE seq <= ?`, last)
	if err != nil {
		return fmt.Errorf("remove the oldest deliveries: %w", err)
	}
	if n != int64(len(rows)) {
		return errors.New("remove the oldest deliveries: their number differs from the number read")
	}
	for _, r := range rows {
		s.ledger.post(r.account, -1, -r.bytes)
	}
	return s.setRemovedUpTo(c, last)
}
