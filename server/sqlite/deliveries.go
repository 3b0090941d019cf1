package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"hookbeam/server/hook"
)

// Append writes r at the end of the log and returns when it is synced to disk. It sets r's ID, Seq, Random and
// Integrity and, if a verified delivery of the same event was received before, DuplicateOf and Occurrence. Errors are
// problems of kind hook.ErrUnavailable: nothing was stored.
//
// The random bits are generated before the record is queued, because they are a part of it: what the writer does with a
// record is a function of its seq, the record and the claims so far.
func (s *Log) Append(r *hook.Record) error {
	if _, err := io.ReadFull(s.options.Random, r.Random[:]); err != nil {
		return s.unavailable(fmt.Errorf("read randomness: %w", err))
	}
	w, again := s.requests.Get().(*writeRequest)
	if !again {
		w = &writeRequest{done: make(chan struct{}, 1)}
	}
	w.record = r
	err := s.submit(w)
	if !errors.Is(err, errStopping) { // otherwise the writer may still use it
		done, flat := w.done, w.flat
		*w = writeRequest{done: done, flat: flat[:0]}
		s.requests.Put(w)
	}
	return err
}

// append writes one record in the open transaction: it claims the record's events, inserts its row, lists its block and
// updates the ledger. A rejected delivery then displaces the oldest rejected ones of its endpoint, if there are too
// many: each endpoint's rejected deliveries form a ring, whose size is bounded by number and bytes (trimRejected).
func (s *Log) append(w *writeRequest, seq hook.Seq) error {
	r := w.record
	r.Seq, r.ID, r.DuplicateOf, r.Occurrence = seq, hook.NewDeliveryID(seq, r.Random), 0, 0
	if err := s.claimEvents(r); err != nil {
		return fmt.Errorf("claim event: %w", err)
	}
	w.flat = flatHeaders(w.flat[:0], r.Headers)
	row := &s.row // a field of the log, so that it is not allocated for each delivery
	*row = rowOf(r, w.flat)
	encoded, length, usual := row.encode(s.scratch[:0])
	insert, values := row.insert(s.values[:0], checksum(encoded, r.Body), usual)
	err := s.write.exec(insert, values...)
	clear(values) // so that they do not keep the body in memory
	s.values, s.scratch, *row = values, encoded, deliveryRow{}
	r.Integrity = hook.IntegrityOK
	if err != nil {
		return fmt.Errorf("append delivery: %w", err)
	}
	if err := s.listBlock(r.Endpoint, seq); err != nil {
		return err
	}
	s.ledger.post(s.ledger.account(r.Endpoint, string(r.Verdict)), 1, deliveryCost(length))
	if r.Verdict == hook.Rejected {
		_, err = s.trimRejected(r.Endpoint, maxTrimmed)
	}
	return err
}

// Deliveries returns at most limit deliveries that f selects and that are older than before (0: the newest), newest
// first. next is the before of the following page, 0 if nothing older is kept. A page may be shorter than limit, or
// empty, although next is not 0: a filter that selects little looks at maxScan seqs only, and a page ends at pageBytes.
func (s *Log) Deliveries(
	ctx context.Context,
	f hook.Filter,
	before hook.Seq,
	limit int,
) ([]hook.Delivery, hook.Seq, error) {
	if before <= 0 || before > s.Head() {
		before = s.Head() + 1
	}
	q, err := s.whereDeliveries(ctx, f, before)
	if err != nil {
		return nil, 0, s.failed("list deliveries", err)
	}
	rows, err := s.read.QueryContext(ctx, `SELECT `+listColumns+` FROM `+q.from+` WHERE `+q.where+`
		ORDER BY `+q.order+` LIMIT ?`, append(q.values, limit)...)
	if err != nil {
		return nil, 0, s.failed("list deliveries", err)
	}
	page, complete, err := s.scanAll(rows)
	if err != nil {
		return nil, 0, s.failed("list deliveries", err)
	}
	next := q.lowest // if everything that the query looks at is in the page
	if len(page) == limit || !complete {
		next = page[len(page)-1].Seq
	}
	if next <= s.removedUpTo()+1 { // retention has removed the rest
		next = 0
	}
	return page, next, nil
}

// maxScan is how many deliveries one page looks at, at most, if no index finds those that the filter selects.
const maxScan = 20_000

// deliveryQuery is a filter as parts of an SQL statement.
type deliveryQuery struct {
	from, where, order string
	values             []any    // of the placeholders in where
	lowest             hook.Seq // the page does not look at deliveries before this one; 0: it looks at all
}

// whereDeliveries returns the query for a page of the deliveries before a seq that f selects. There are four cases: the
// whole log in the order of its primary key; the rejected deliveries of an endpoint, which have an index; other
// deliveries of an endpoint, which are found by endpoint_blocks; and everything else, where a range of maxScan seqs is
// scanned.
func (s *Log) whereDeliveries(ctx context.Context, f hook.Filter, before hook.Seq) (deliveryQuery, error) {
	q := deliveryQuery{from: "deliveries", order: "seq DESC", values: []any{int64(before)}}
	terms := []string{"seq < ?"}
	add := func(term string, value any) { terms, q.values = append(terms, term), append(q.values, value) }
	switch f.Verdict {
	case "":
	case hook.Rejected: // a literal: SQLite uses a partial index only if it sees its condition
		terms = append(terms, "verdict = 'rejected'")
	default:
		add("verdict = ?", string(f.Verdict))
	}
	if f.Method != "" {
		add("method = ?", f.Method)
	}
	if f.Among != nil && f.Endpoint == "" {
		add(amongTerm, amongValue(f.Among))
	}
	switch {
	case f.Endpoint != "" && !f.Among.Has(f.Endpoint):
		terms = append(terms, "false")
	case f.Endpoint == "":
		if len(terms) > 1 {
			q.lowest = max(before-maxScan, 0)
			add("seq >= ?", int64(q.lowest))
		}
	case f.Verdict == hook.Rejected:
		add("endpoint = ?", string(f.Endpoint))
		if f.Method != "" {
			q.lowest = max(before-maxScan, 0)
			add("seq >= ?", int64(q.lowest))
		}
	default:
		block, err := s.lowestBlock(ctx, f.Endpoint, before, maxScan/blockSize)
		if err != nil {
			return q, err
		}
		q.from, q.order, q.lowest = fromBlocks, byBlocks, hook.Seq(block<<blockBits)
		add("endpoint_id = ?", string(f.Endpoint))
		add("block <= ?", blockOf(before))
		add("block >= ?", block)
	}
	q.where = strings.Join(terms, " AND ")
	return q, nil
}

// amongTerm is the SQL term that selects the rows of a set of endpoints, and amongValue the value of its placeholder.
const amongTerm = "endpoint IN (SELECT value FROM json_each(?))"

func amongValue(set *hook.EndpointSet) string {
	list, err := json.Marshal(set.IDs())
	if err != nil || len(set.IDs()) == 0 {
		return "[]"
	}
	return string(list)
}

// After returns at most limit of the deliveries after from, oldest first. The page is complete up to upTo: a seq in
// (from, upTo] that is not in it is no longer kept. A page ends early when its texts take more than pageBytes. The
// newest deliveries come from memory, see tail.
func (s *Log) After(ctx context.Context, from hook.Seq, limit int) (page []hook.Delivery, upTo hook.Seq, err error) {
	head := s.Head()
	if from >= head {
		return nil, from, nil
	}
	if page, ok := s.tail.after(from, limit); ok {
		return page, page[len(page)-1].Seq, nil
	}
	rows, err := s.read.QueryContext(ctx,
		`SELECT `+listColumns+` FROM deliveries WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
		int64(from), int64(head), limit)
	if err != nil {
		return nil, from, s.failed("read the log", err)
	}
	page, complete, err := s.scanAll(rows)
	if err != nil {
		return nil, from, s.failed("read the log", err)
	}
	if len(page) == limit || !complete {
		return page, page[len(page)-1].Seq, nil
	}
	return page, head, nil
}

// Size returns the length of a delivery's body in bytes, without reading it. Errors are those of Delivery.
func (s *Log) Size(ctx context.Context, id hook.DeliveryID) (bytes int64, err error) {
	seq, _, err := s.locate(ctx, id)
	if err != nil {
		return 0, err
	}
	err = s.read.QueryRowContext(ctx, `SELECT octet_length(body) FROM deliveries WHERE seq = ?`, int64(seq)).
		Scan(&bytes)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, errNoDelivery
	}
	if err != nil {
		return 0, s.failed("read delivery", err)
	}
	return bytes, nil
}

// flatHeaders appends "Name: value\n" for each header. net/http rejects requests with a line break in either.
func flatHeaders(b []byte, headers []hook.Header) []byte {
	for _, h := range headers {
		b = append(b, h.Name...)
		b = append(b, ": "...)
		b = append(b, h.Value...)
		b = append(b, '\n')
	}
	return b
}

// readHeaders parses what flatHeaders wrote, and appends it to headers.
func readHeaders(headers []hook.Header, flat []byte) []hook.Header {
	if headers == nil {
		headers = make([]hook.Header, 0, bytes.Count(flat, []byte{'\n'}))
	}
	for line := range strings.Lines(string(flat)) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		headers = append(headers, hook.Header{Name: name, Value: value})
	}
	return headers
}

// notNil returns an empty slice for nil, which would be stored as NULL.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
