package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"hookbeam/server/hook"
)

const (
	// scanBlocks is how many blocks one query searches for deliveries of an endpoint.
	scanBlocks = 400
	// stepBlocks is how many blocks one transaction removes deliveries of an endpoint from at most. For each, it looks
	// whether others are left.
	stepBlocks = 128
)

// scannedTo is the seq up to which no delivery of an account is kept. Deliveries are only added at the log's end, so
// this stays true, and a pass need not search from the beginning again.
type scannedTo map[accountKey]hook.Seq

// endpointLimit is an endpoint with limits of its own, during a pass.
type endpointLimit struct {
	endpoint hook.EndpointID
	hook.Retention
	before int64                        // what was received before is too old, in Unix milliseconds; 0: nothing is
	has    [len(limitedKinds)]rowAmount // what it has, by the index in limitedKinds, as the writer has last said
}

// limitedKinds are the kinds of deliveries in the order in which the limits of an endpoint remove them: rejected and
// unsigned ones by their age together, before any verified one.
var limitedKinds = [...]string{kindRejected, kindUnsigned, kindVerified}

// over reports whether the deliveries of a kind exceed the number or the bytes that the endpoint may have.
func (l *endpointLimit) over(kind string) bool {
	rejected, unsigned, verified := l.has[0], l.has[1], l.has[2]
	if kind == kindVerified {
		return l.OverVerified(verified.number, verified.bytes)
	}
	return l.OverUnverified(rejected.number+unsigned.number, rejected.bytes+unsigned.bytes,
		verified.number, verified.bytes)
}

// exceeds reports whether a delivery has to go, and subtracts it from what the endpoint has if so.
func (l *endpointLimit) exceeds(r *keptRow) bool {
	kind := r.account.key.kind
	if r.received >= l.before && !l.over(kind) {
		return false
	}
	has := &l.has[slices.Index(limitedKinds[:], kind)]
	has.number--
	has.bytes -= r.bytes
	return true
}

// count sets what the endpoint has. The writer calls it.
func (l *endpointLimit) count(of *ledger) {
	for i, kind := range limitedKinds {
		l.has[i] = of.account(l.endpoint, kind).rowAmount
	}
}

// HoldBack keeps sweepEndpoints from removing deliveries after the seq that f returns. The server passes the position
// up to which followers have read and stored them: the limits of an endpoint may be so low that a follower that is
// behind for a moment would not find what it has to read. The other limits do not wait, because they protect the disk.
func (s *Log) HoldBack(f func() hook.Seq) { s.hold.Store(&f) }

// removableUpTo is the newest seq that limits of an endpoint may remove. The newest delivery of the log is always kept.
func (s *Log) removableUpTo() hook.Seq {
	upTo := s.Head() - 1
	if hold := s.hold.Load(); hold != nil {
		upTo = min(upTo, (*hold)())
	}
	return upTo
}

// sweepEndpoints applies the limits that endpoints have of their own: it removes their oldest deliveries, unsigned and
// rejected ones first (see hook.Retention). They may be in the middle of the log, where the deliveries of other
// endpoints are kept. Readers find the seqs of what may have to go, and the writer decides for each.
//
// It is called by the passes only. Until the next one an endpoint may have more than its limit, but never more than the
// limits of the server, which wake the sweeper.
func (s *Log) sweepEndpoints(ctx context.Context) (removed int64, err error) {
	limits, err := s.endpointLimits(ctx)
	if err != nil {
		return 0, err
	}
	scanned := scannedTo{}
	for i := range limits {
		for _, kind := range []string{kindVerified, kindUnsigned} {
			key := accountKey{limits[i].endpoint, kind}
			scanned[key] = s.sweeper.scanned[key]
		}
	}
	s.sweeper.scanned = scanned // without those that no longer have limits
	if len(limits) == 0 {
		return 0, nil
	}
	if err := s.do(ctx, func(*writerConn) error {
		for i := range limits {
			limits[i].count(s.ledger)
		}
		return nil
	}); err != nil {
		return 0, err
	}
	for i := range limits {
		for {
			n, err := s.sweepEndpoint(ctx, &limits[i])
			if removed += n; err != nil {
				return removed, err
			}
			if n == 0 {
				break
			}
		}
	}
	return removed, nil
}

// endpointLimits returns the endpoints that have limits of their own. Age counts only while the clock is trusted.
func (s *Log) endpointLimits(ctx context.Context) (limits []endpointLimit, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, max_age, max_deliveries, max_bytes FROM endpoints
		WHERE max_age > 0 OR max_deliveries > 0 OR max_bytes > 0`)
	if err != nil {
		return nil, s.failed("read the limits of endpoints", err)
	}
	defer rows.Close()
	believed := s.ClockBelieved()
	for rows.Next() {
		var l endpointLimit
		var seconds int64
		if err := rows.Scan(&l.endpoint, &seconds, &l.MaxDeliveries, &l.MaxBytes); err != nil {
			return nil, s.failed("read the limits of endpoints", err)
		}
		if l.MaxAge = time.Duration(seconds) * time.Second; l.MaxAge > 0 && believed {
			l.before = s.options.Now().Add(-l.MaxAge).UnixMilli()
		}
		limits = append(limits, l)
	}
	return limits, rows.Err()
}

// sweepEndpoint removes deliveries of one endpoint in one transaction, and returns how many. It is called until it
// returns 0.
func (s *Log) sweepEndpoint(ctx context.Context, l *endpointLimit) (removed int64, err error) {
	found, err := s.beyondLimit(ctx, l)
	if err != nil || len(found) == 0 {
		return 0, err
	}
	var removedUpTo int64
	if err := s.do(ctx, func(c *writerConn) (err error) {
		l.count(s.ledger)
		if removed, err = s.removeBeyond(c, l, found); err != nil {
			return err
		}
		removedUpTo, err = s.advanceRemoved(c)
		return err
	}); err != nil {
		return 0, err
	}
	s.lastRemoved.Store(max(s.lastRemoved.Load(), removedUpTo))
	return removed, nil
}

// beyondLimit returns the seqs of deliveries that exceed a limit, as far as a reader can say: unverified ones first,
// each part from the oldest on, as many as one transaction removes of each.
func (s *Log) beyondLimit(ctx context.Context, l *endpointLimit) (found []int64, err error) {
	var rows []keptRow
	take := func() {
		slices.SortFunc(rows, func(a, b keptRow) int { return cmp.Compare(a.seq, b.seq) })
		for i := range rows {
			if l.exceeds(&rows[i]) {
				found = append(found, rows[i].seq)
			}
		}
		rows = rows[:0]
	}
	for i, kind := range limitedKinds {
		if l.has[i].number == 0 || l.before == 0 && !l.over(kind) {
			continue
		}
		if kind == kindVerified {
			take()
		}
		oldest, err := s.oldestOf(ctx, l.endpoint, kind, 1)
		if err == nil && len(oldest) > 0 && (l.over(kind) || oldest[0].received < l.before) {
			oldest, err = s.oldestOf(ctx, l.endpoint, kind, stepRows)
			rows = append(rows, oldest...)
		}
		if err != nil {
			return nil, err
		}
	}
	take()
	return found, nil
}

// removeBeyond removes those of some deliveries that exceed a limit now, in the open transaction, until that has done
// enough. An endpoint's rejected deliveries may be gone already: an append removes them, too.
func (s *Log) removeBeyond(c *writerConn, l *endpointLimit, seqs []int64) (removed int64, err error) {
	blocks := map[int64]struct{}{}
	for bytes := int64(0); len(seqs) > 0 && bytes < stepBytes && removed < stepRows && len(blocks) < stepBlocks; {
		row, err := c.row(`SELECT `+keptColumns+` FROM deliveries WHERE seq = ?`, seqs[0])
		if err != nil {
			return removed, fmt.Errorf("read a delivery: %w", err)
		}
		if seqs = seqs[1:]; row == nil {
			continue
		}
		r := s.keptRow(row)
		if !l.exceeds(&r) {
			continue
		}
		if err := s.remove(r); err != nil {
			return removed, err
		}
		s.ledger.mark(r.account, hook.Seq(r.seq))
		blocks[blockOf(hook.Seq(r.seq))] = struct{}{}
		bytes += r.bytes
		removed++
	}
	for block := range blocks {
		if err := s.unlistBlock(c, l.endpoint, block); err != nil {
			return removed, err
		}
	}
	return removed, nil
}

// unlistBlock deletes the row of endpoint_blocks for a block in which no delivery of an endpoint is left. The newest
// block keeps its row, since the writer remembers that it has one.
func (s *Log) unlistBlock(c *writerConn, endpoint hook.EndpointID, block int64) error {
	if block >= s.blocks.newest && s.blocks.listed != nil || block >= blockOf(s.Head()) {
		return nil
	}
	if err := c.exec(`DELETE FROM endpoint_blocks WHERE endpoint_id = ? AND block = ? AND NOT EXISTS (
		SELECT 1 FROM deliveries WHERE seq BETWEEN block << 7 AND (block << 7) + 127 AND endpoint = endpoint_id)`,
		string(endpoint), block); err != nil {
		return fmt.Errorf("trim blocks: %w", err)
	}
	return nil
}

// oldestOf returns the oldest deliveries of an endpoint and kind, at most limit, those up to removableUpTo. Rejected
// ones have an index. Others are searched in the endpoint's blocks, scanBlocks at a time, from where an earlier search
// found the first one.
func (s *Log) oldestOf(ctx context.Context, endpoint hook.EndpointID, kind string, limit int) ([]keptRow, error) {
	last := s.removableUpTo()
	if kind == kindRejected {
		return s.limitedRows(ctx, endpoint, kind, `deliveries INDEXED BY deliveries_rejected
			WHERE endpoint = ? AND verdict = 'rejected' AND seq <= ? ORDER BY seq LIMIT ?`,
			string(endpoint), int64(last), limit)
	}
	scanned, key := s.sweeper.scanned, accountKey{endpoint, kind}
	from := max(scanned[key], s.removedUpTo())
	var rows []keptRow
	for from < last && len(rows) == 0 {
		upTo := last
		var beyond int64
		err := s.read.QueryRowContext(ctx, `SELECT block FROM endpoint_blocks WHERE endpoint_id = ? AND block >= ?
			ORDER BY block LIMIT 1 OFFSET ?`, string(endpoint), blockOf(from+1), scanBlocks).Scan(&beyond)
		if err == nil {
			upTo = min(upTo, hook.Seq(beyond<<blockBits)-1)
		} else if !errors.Is(err, sql.ErrNoRows) {
			return nil, s.failed("find old deliveries", err)
		}
		if rows, err = s.limitedRows(ctx, endpoint, kind, fromBlocks+` WHERE endpoint_id = ? AND block BETWEEN ? AND ?
			AND seq BETWEEN ? AND ? AND verdict = ? ORDER BY block, seq LIMIT ?`, string(endpoint),
			blockOf(from+1), blockOf(upTo), int64(from)+1, int64(upTo), kind, limit); err != nil {
			return nil, err
		}
		if from = upTo; len(rows) > 0 {
			from = hook.Seq(rows[0].seq) - 1
		}
	}
	scanned[key] = from
	return rows, nil
}

// limitedRows returns the deliveries that a query finds, all of one endpoint and kind. The accounts of the result
// belong to no ledger: they only say what kind it is.
func (s *Log) limitedRows(
	ctx context.Context, endpoint hook.EndpointID, kind, from string, values ...any,
) (found []keptRow, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT seq, `+textLengthSQL+`, received_at FROM `+from, values...)
	if err != nil {
		return nil, s.failed("find old deliveries", err)
	}
	defer rows.Close()
	of := &account{key: accountKey{endpoint, kind}}
	for rows.Next() {
		r := keptRow{account: of}
		if err := rows.Scan(&r.seq, &r.bytes, &r.received); err != nil {
			return nil, s.failed("find old deliveries", err)
		}
		r.bytes = deliveryCost(r.bytes)
		found = append(found, r)
	}
	return found, rows.Err()
}
