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
	// trimmedAtOnce is how many rejected deliveries one append removes at most.
	trimmedAtOnce = 64
	// scannedAtOnce is how many places in the log are searched for unsigned deliveries at a time.
	scannedAtOnce = 50_000
)

// keptRow is what must be known of a delivery to remove it.
type keptRow struct {
	seq      int64
	account  *account
	bytes    int64
	received int64 // milliseconds since 1970
}

var keptColumns = `seq, endpoint, verdict, ` + textColumns + `, received_at`

func (s *Log) keptRow(row []driver.Value) keptRow {
	return keptRow{row[0].(int64), s.ledger.account(hook.EndpointID(row[1].(string)), row[2].(string)),
		deliveryCost(row[3].(int64)), row[4].(int64)}
}

// remove removes one delivery.
func (s *Log) remove(r keptRow) error {
	n, err := s.write.changed(`DELETE FROM deliveries WHERE seq = ?`, r.seq)
	if err != nil {
		return fmt.Errorf("remove delivery: %w", err)
	}
	s.ledger.post(r.account, -n, -n*r.bytes)
	return nil
}

// trimRejected removes an endpoint's oldest rejected deliveries while it has more than each may have, and the oldest of
// whichever has most while all together have more than they may; at most so many. Without an endpoint it looks at all.
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
			s.options.Log.Error("rejected deliveries were counted that are not there", "endpoint", a.key.endpoint,
				"counted", a.number)
			s.ledger.post(a, -a.number, -a.bytes) // receiving goes on
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

// overfullRejected is the account from which the next rejected delivery must go; nil: none must.
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

// sweepRejected brings rejected deliveries within their bounds where appends did not, as after a change of the bounds.
func (s *Log) sweepRejected(ctx context.Context) (removed int64, err error) {
	err = s.do(ctx, func(*writerConn) (err error) {
		removed, err = s.trimRejected("", stepRows)
		return err
	})
	return removed, err
}

// sweepUnverified removes unsigned deliveries that are beyond their bound, and unsigned and rejected ones where all
// together are, the oldest first. What goes from the middle of the log is missed by no cursor.
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
	swept := int64(0)
	err = s.do(ctx, func(c *writerConn) error {
		slack = s.bounds().slack()
		for bytes := int64(0); len(seqs) > 0 && bytes < stepBytes && over() != excessNone; seqs = seqs[1:] {
			row, err := c.row(`SELECT `+keptColumns+` FROM deliveries WHERE seq = ?`, seqs[0])
			if err != nil {
				return fmt.Errorf("read a delivery: %w", err)
			}
			if row == nil {
				continue // a rejected one that an append has removed meanwhile
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
		swept, err = s.moveEnd(c)
		return err
	})
	if err != nil {
		return 0, err
	}
	s.swept.Store(max(s.swept.Load(), swept))
	return removed, nil
}

// moveEnd notes where the log begins now, where its oldest end has gone, and returns the seq before that.
func (s *Log) moveEnd(c *writerConn) (swept int64, err error) {
	oldest, err := c.value(`SELECT min(seq) FROM deliveries`)
	if err != nil || oldest == nil {
		return 0, err
	}
	if swept = oldest.(int64) - 1; swept <= s.swept.Load() {
		return 0, nil
	}
	return swept, s.setSwept(c, swept)
}

// setSwept notes up to which seq the log's oldest end has gone.
func (s *Log) setSwept(c *writerConn, swept int64) error {
	if err := c.exec(`UPDATE log SET swept = ?`, swept); err != nil {
		return fmt.Errorf("move the log's end: %w", err)
	}
	return s.trimBlocks(c, swept)
}

// oldestUnverified returns the places of the oldest unsigned deliveries, and of rejected ones where they are to go too,
// as many as one step removes. The newest delivery of the log always stays.
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

// oldestUnsigned searches the log from where no unsigned delivery is left. No index knows them: each append would pay
// for it.
func (s *Log) oldestUnsigned(ctx context.Context) (seqs []int64, err error) {
	if s.ledger.committedTotal(kindUnsigned).number == 0 {
		return nil, nil
	}
	w := &s.sweeper
	w.unsigned = max(w.unsigned, s.ledger.committedFlags().thinned, s.sweptTo())
	for last := s.Head() - 1; w.unsigned < last && len(seqs) == 0; {
		upTo := min(w.unsigned+scannedAtOnce, last)
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

// sweepOldest removes the oldest end of the log: what was received before a time, in milliseconds, and verified
// deliveries that are beyond their bound, with all that is older than they.
func (s *Log) sweepOldest(ctx context.Context, before int64) (removed int64, err error) {
	if before == 0 && !s.verifiedOver(s.ledger.committedTotal(kindVerified)) {
		return 0, nil
	}
	var rows []keptRow
	err = s.do(ctx, func(c *writerConn) error {
		// The newest delivery of the log always stays.
		if err := c.each(`SELECT `+keptColumns+` FROM deliveries WHERE seq < ? ORDER BY seq LIMIT ?`,
			func(row []driver.Value) { rows = append(rows, s.keptRow(row)) }, int64(s.Head()), int64(stepRows)); err != nil {
			return fmt.Errorf("read the oldest deliveries: %w", err)
		}
		if rows = s.beyond(rows, before); len(rows) == 0 {
			return nil
		}
		return s.removeUpTo(c, rows)
	})
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	s.swept.Store(rows[len(rows)-1].seq)
	return int64(len(rows)), nil
}

// beyond cuts rows, the oldest of the log, behind the last one that must go.
func (s *Log) beyond(rows []keptRow, before int64) []keptRow {
	verified, limit := *s.ledger.verified, s.bounds().verified()
	large := s.verifiedOver(verified)
	gone, bytes := 0, int64(0)
	for i, r := range rows {
		isVerified := r.account.key.kind == kindVerified
		if r.received >= before {
			// A pass goes on below the limit, so that not every append needs one, but only with what fits into the
			// slack.
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

// removeUpTo removes rows, which are all that there are up to the last of them.
func (s *Log) removeUpTo(c *writerConn, rows []keptRow) error {
	last := rows[len(rows)-1].seq
	n, err := c.changed(`DELETE FROM deliveries WHERE seq <= ?`, last)
	if err != nil {
		return fmt.Errorf("remove the oldest deliveries: %w", err)
	}
	if n != int64(len(rows)) {
		return errors.New("remove the oldest deliveries: there are others than were read")
	}
	for _, r := range rows {
		s.ledger.post(r.account, -1, -r.bytes)
	}
	return s.setSwept(c, last)
}
