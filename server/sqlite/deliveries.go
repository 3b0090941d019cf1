package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"

	"hookbeam/server/hook"
)

// Append writes r at the log's end and returns when it is synced to disk. It fills r's ID, Seq, Random and Integrity
// and,
// where a verified delivery of the same event came before, DuplicateOf and Try. Errors are problems of kind
// hook.ErrUnavailable: nothing was kept.
//
// The random bits are drawn before the record is queued, for they are a part of it: what the writer makes of a record
// is
// a function of its seq, the record and the claims so far.
func (s *Log) Append(r *hook.Record) error {
	if _, err := io.ReadFull(s.options.Random, r.Random[:]); err != nil {
		return s.unavailable(fmt.Errorf("read randomness: %w", err))
	}
	w, again := s.requests.Get().(*writeRequest)
	if !again {
		w = &writeRequest{done: make(chan struct{}, 1)}
	}
	w.record = r
	err := s.wait(w)
	if !errors.Is(err, errStopping) { // else the writer may still have it
		done, flat := w.done, w.flat
		*w = writeRequest{done: done, flat: flat[:0]}
		s.requests.Put(w)
	}
	return err
}

// append writes one record into the open transaction. Which rejected deliveries it displaces is retention, which
// changes
// nothing about the record itself.
func (s *Log) append(w *writeRequest, seq hook.Seq) error {
	r := w.record
	r.Seq, r.ID, r.DuplicateOf, r.Occurrence = seq, hook.NewDeliveryID(seq, r.Random), 0, 0
	if err := s.claimEvents(r); err != nil {
		return fmt.Errorf("claim event: %w", err)
	}
	w.flat = flatHeaders(w.flat[:0], r.Headers)
	row := &s.row
	*row = rowOf(r, w.flat)
	encoded, length, usual := row.encode(s.scratch[:0])
	insert, values := row.insert(s.values[:0], checksum(encoded, r.Body), usual)
	err := s.write.exec(insert, values...)
	clear(values)
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
		_, err = s.trimRejected(r.Endpoint, trimmedAtOnce)
	}
	return err
}

// Deliveries returns at most limit deliveries that f lets through and that are older than before (0: the newest),
// newest first. next is where the following page begins, 0 where nothing older is left. A filter that lets little
// through makes short pages rather than long waits, and so do deliveries whose paths and other texts are long.
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
	page, whole, err := s.scanAll(rows)
	if err != nil {
		return nil, 0, s.failed("list deliveries", err)
	}
	next := q.lowest
	if len(page) == limit || !whole {
		next = page[len(page)-1].Seq
	}
	if next <= s.sweptTo()+1 {
		next = 0
	}
	return page, next, nil
}

// maxScan is how many deliveries one page may look at where no index answers the filter.
const maxScan = 20_000

// deliveryQuery is a filter as SQL.
type deliveryQuery struct {
	from, where, order string
	values             []any
	lowest             hook.Seq // below it nothing is looked at; 0: all is
}

// whereDeliveries turns a filter into SQL.
func (s *Log) whereDeliveries(ctx context.Context, f hook.Filter, before hook.Seq) (deliveryQuery, error) {
	q := deliveryQuery{from: "deliveries", order: "seq DESC", values: []any{int64(before)}}
	terms := []string{"seq < ?"}
	add := func(term string, value any) { terms, q.values = append(terms, term), append(q.values, value) }
	switch f.Verdict {
	case "":
	case hook.Rejected: // spelled out, so that its index can answer
		terms = append(terms, "verdict = 'rejected'")
	default:
		add("verdict = ?", string(f.Verdict))
	}
	if f.Method != "" {
		add("method = ?", f.Method)
	}
	switch {
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

// After returns the deliveries after from, oldest first, at most limit of them, and up to where the log was then read:
// whatever is missing in (from, upTo] is not kept any more. A page ends where its texts weigh more than pageBytes. The
// newest come from memory.
func (s *Log) After(ctx context.Context, from hook.Seq, limit int) (page []hook.Delivery, upTo hook.Seq, err error) {
	head := s.Head()
	if from >= head {
		return nil, from, nil
	}
	if page, ok := s.tail.after(from, limit); ok {
		return page, page[len(page)-1].Seq, nil
	}
	rows, err := s.read.QueryContext(
		ctx,
		`SELECT `+listColumns+` FROM deliveries WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
		int64(from),
		int64(head),
		limit,
	)
	if err != nil {
		return nil, from, s.failed("read the log", err)
	}
	page, whole, err := s.scanAll(rows)
	if err != nil {
		return nil, from, s.failed("read the log", err)
	}
	if len(page) == limit || !whole {
		return page, page[len(page)-1].Seq, nil
	}
	return page, head, nil
}

// Size returns how many bytes the body of a delivery has, without reading it; errors are those of Delivery.
func (s *Log) Size(ctx context.Context, id hook.DeliveryID) (bytes int64, err error) {
	seq, _, err := s.place(ctx, id)
	if err != nil {
		return 0, err
	}
	err = s.read.QueryRowContext(ctx, `SELECT octet_length(body) FROM deliveries WHERE seq = ?`, int64(seq)).
		Scan(&bytes)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, noDelivery
	}
	if err != nil {
		return 0, s.failed("read delivery", err)
	}
	return bytes, nil
}

// flatHeaders appends "Name: value\n" for each; net/http lets no line break into either.
func flatHeaders(b []byte, headers []hook.Header) []byte {
	for _, h := range headers {
		b = append(b, h.Name...)
		b = append(b, ": "...)
		b = append(b, h.Value...)
		b = append(b, '\n')
	}
	return b
}

// readHeaders appends what flatHeaders wrote.
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

// notNil makes nothing an empty blob instead of NULL.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
