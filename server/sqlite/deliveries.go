package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"hookbeam/server/hook"
)

// columns are what a hook.Delivery is read from, in the order of scan.
const columns = `seq, random, endpoint, received_at, method, path, query, content_type, size, type, event, verdict,
	reason, secret, duplicate_of, try, release_of, occurred_at, account, mode, events`

// How a delivery is written. Each value has its price, and some are nearly always the same: there they are constants.
const (
	insertDelivery = `INSERT INTO deliveries (version, seq, random, endpoint, received_at, took, path, content_type, size,
	type, event, verdict, secret, occurred_at, mode, scheme, covers, skew, host, remote, headers, body,
	method, proto, query, reason, duplicate_of, try, release_of, account, events)
	VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, `
	insertOften  = insertDelivery + `'POST', 'HTTP/1.1', '', '', 0, 0, 0, '', 0)`
	insertSeldom = insertDelivery + `?, ?, ?, ?, ?, ?, ?, ?, ?)`
)

// Append writes r at the log's end and returns when it is synced to disk. It fills r's ID and Seq and, where a verified
// delivery of the same event came before, DuplicateOf and Try. Errors are problems of kind hook.ErrUnavailable: nothing was kept.
func (s *Store) Append(r *hook.Record) error {
	w, again := s.works.Get().(*work)
	if !again {
		w = &work{done: make(chan struct{}, 1)}
	}
	w.record = r
	err := s.wait(w)
	if !errors.Is(err, errStopping) { // else the writer may still have it
		done, flat := w.done, w.flat
		*w = work{done: done, flat: flat[:0]}
		s.works.Put(w)
	}
	return err
}

// append writes one record into the open transaction.
func (s *Store) append(w *work, seq hook.Seq) error {
	r := w.record
	var random [16]byte
	if _, err := io.ReadFull(s.options.Random, random[:]); err != nil {
		return fmt.Errorf("read randomness: %w", err)
	}
	r.Seq, r.ID, r.DuplicateOf, r.Try = seq, hook.NewDeliveryID(seq, random), 0, 0
	if err := s.claimEvents(r); err != nil {
		return fmt.Errorf("claim event: %w", err)
	}
	occurred, skew := int64(0), any(nil)
	if !r.OccurredAt.IsZero() {
		occurred = r.OccurredAt.UnixMilli()
	}
	if r.Check.Dated {
		skew = r.Check.Skew.Milliseconds()
	}
	w.flat = flatHeaders(w.flat[:0], r.Headers)
	values := append(s.values[:0], int64(seq), random[:], string(r.Endpoint), r.ReceivedAt.UnixMilli(), r.Took.Microseconds(), r.Path,
		r.ContentType, r.Size, r.Type, r.Event, string(r.Verdict), r.Secret, occurred, r.Mode, r.Check.Scheme,
		string(r.Check.Covers), skew, r.Host, r.Remote, notNil(w.flat), notNil(r.Body))
	insert := insertOften
	if r.Method != "POST" || r.Proto != "HTTP/1.1" || r.Query != "" || r.Reason != "" || r.DuplicateOf != 0 ||
		r.ReleaseOf != 0 || r.Account != "" || r.Events != 0 {
		insert = insertSeldom
		values = append(values, r.Method, r.Proto, r.Query, r.Reason, int64(r.DuplicateOf), int64(r.Try), int64(r.ReleaseOf), r.Account, int64(r.Events))
	}
	err := s.write.exec(insert, values...)
	clear(values)
	s.values = values
	if err != nil {
		return fmt.Errorf("append delivery: %w", err)
	}
	s.ledger.post(s.ledger.account(r.Endpoint, string(r.Verdict)), 1, deliveryCost(textLength(r, w.flat)))
	if r.Verdict == hook.Rejected {
		_, err = s.trimRejected(r.Endpoint, trimmedAtOnce)
	}
	return err
}

// Deliveries returns at most limit deliveries that f lets through and that are older than before (0: the newest),
// newest first. next is where the following page begins, 0 where nothing older is left. A filter that lets little
// through makes short pages rather than long waits, and so do deliveries whose paths and other texts are long.
func (s *Store) Deliveries(ctx context.Context, f hook.Filter, before hook.Seq, limit int) ([]hook.Delivery, hook.Seq, error) {
	if before <= 0 || before > s.Head() {
		before = s.Head() + 1
	}
	where, values, lowest := s.narrow(f, before)
	rows, err := s.read.QueryContext(ctx, `SELECT `+columns+` FROM deliveries WHERE `+where+` ORDER BY seq DESC LIMIT ?`,
		append(values, limit)...)
	if err != nil {
		return nil, 0, s.failed("list deliveries", err)
	}
	page, whole, err := scanAll(rows)
	if err != nil {
		return nil, 0, s.failed("list deliveries", err)
	}
	next := lowest
	if len(page) == limit || !whole {
		next = page[len(page)-1].Seq
	}
	if next <= s.Swept()+1 {
		next = 0
	}
	return page, next, nil
}

// examined is how many deliveries one page may look at where no index answers the filter.
const examined = 20_000

// narrow turns a filter into SQL. lowest is the seq below which nothing was looked at; 0: all was.
func (s *Store) narrow(f hook.Filter, before hook.Seq) (where string, values []any, lowest hook.Seq) {
	terms := []string{"seq < ?"}
	values = []any{int64(before)}
	add := func(term string, value any) { terms, values = append(terms, term), append(values, value) }
	indexed := f.Endpoint != "" || f.Verdict == hook.Rejected
	if f.Endpoint != "" {
		add("endpoint = ?", string(f.Endpoint))
	}
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
	selective := f.Method != "" || (f.Verdict != "" && f.Verdict != hook.Rejected)
	if selective || (indexed && f.Endpoint == "") {
		lowest = max(before-examined, 0)
		add("seq >= ?", int64(lowest))
	}
	return strings.Join(terms, " AND "), values, lowest
}

// After returns the deliveries after from, oldest first, at most limit of them, and up to where the log was then read:
// whatever is missing in (from, upTo] is not kept any more. A page ends where its texts weigh more than pageBytes. The
// newest come from memory.
func (s *Store) After(ctx context.Context, from hook.Seq, limit int) (page []hook.Delivery, upTo hook.Seq, err error) {
	head := s.Head()
	if from >= head {
		return nil, from, nil
	}
	if page, ok := s.tail.after(from, limit); ok {
		return page, page[len(page)-1].Seq, nil
	}
	rows, err := s.read.QueryContext(ctx, `SELECT `+columns+` FROM deliveries WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
		int64(from), int64(head), limit)
	if err != nil {
		return nil, from, s.failed("read the log", err)
	}
	page, whole, err := scanAll(rows)
	if err != nil {
		return nil, from, s.failed("read the log", err)
	}
	if len(page) == limit || !whole {
		return page, page[len(page)-1].Seq, nil
	}
	return page, head, nil
}

// Delivery returns one delivery, whole; a problem of kind hook.ErrNotFound where it is not, or no longer, kept.
func (s *Store) Delivery(ctx context.Context, id hook.DeliveryID) (hook.Record, error) {
	seq, _, ok := id.Parse()
	if !ok {
		return hook.Record{}, noDelivery
	}
	var r hook.Record
	err := scanRecord(s.read.QueryRowContext(ctx, `SELECT `+wholeColumns+` FROM deliveries WHERE seq = ?`, int64(seq)), &r)
	if errors.Is(err, sql.ErrNoRows) {
		return hook.Record{}, noDelivery
	}
	if err != nil {
		return hook.Record{}, s.failed("read delivery", err)
	}
	if r.ID != id {
		return hook.Record{}, noDelivery
	}
	return r, nil
}

// Size returns how many bytes the body of a delivery has, without reading it; errors are those of Delivery.
func (s *Store) Size(ctx context.Context, id hook.DeliveryID) (bytes int64, err error) {
	seq, _, ok := id.Parse()
	if !ok {
		return 0, noDelivery
	}
	err = s.read.QueryRowContext(ctx, `SELECT size FROM deliveries WHERE seq = ?`, int64(seq)).Scan(&bytes)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, noDelivery
	}
	if err != nil {
		return 0, s.failed("read delivery", err)
	}
	return bytes, nil
}

// wholeColumns are what a hook.Record is read from, in the order of scanRecord.
const wholeColumns = columns + `, scheme, covers, skew, took, host, proto, remote, headers, body`

func scanRecord(row interface{ Scan(...any) error }, r *hook.Record) error {
	var took int64
	var skew sql.NullInt64
	var headers []byte
	into := newScan(&r.Delivery)
	if err := row.Scan(append(into.targets(), &r.Check.Scheme, &r.Check.Covers, &skew, &took, &r.Host, &r.Proto, &r.Remote,
		&headers, &r.Body)...); err != nil {
		return err
	}
	into.finish()
	r.Check.Dated, r.Check.Skew = skew.Valid, time.Duration(skew.Int64)*time.Millisecond
	r.Took, r.Headers = time.Duration(took)*time.Microsecond, readHeaders(nil, headers)
	return nil
}

var noDelivery = &hook.Problem{Kind: hook.ErrNotFound, Code: "not_found",
	Detail: "There is no such delivery: the id is wrong, or it was removed by retention."}

// scan reads columns into a delivery.
type scan struct {
	into     *hook.Delivery
	random   []byte
	received int64
	occurred int64
}

func newScan(d *hook.Delivery) *scan { return &scan{into: d} }

func (sc *scan) targets() []any {
	d := sc.into
	return []any{&d.Seq, &sc.random, &d.Endpoint, &sc.received, &d.Method, &d.Path, &d.Query, &d.ContentType, &d.Size,
		&d.Type, &d.Event, &d.Verdict, &d.Reason, &d.Secret, &d.DuplicateOf, &d.Try, &d.ReleaseOf,
		&sc.occurred, &d.Account, &d.Mode, &d.Events}
}

func (sc *scan) finish() {
	sc.into.ID = hook.NewDeliveryID(sc.into.Seq, [16]byte(sc.random))
	sc.into.ReceivedAt = hook.Millis(sc.received)
	if sc.occurred != 0 {
		sc.into.OccurredAt = hook.Millis(sc.occurred)
	}
}

// pageBytes is how much the deliveries of one page weigh at most, but for one that alone weighs more.
const pageBytes = 1 << 20

// weightOf is about how many bytes of memory a delivery takes.
func weightOf(d *hook.Delivery) int {
	n := 400
	for _, text := range textsOf(d) {
		n += len(*text)
	}
	return n
}

// scanAll reads a page; whole is false where it ends for its weight.
func scanAll(rows *sql.Rows) (page []hook.Delivery, whole bool, err error) {
	defer rows.Close()
	page = []hook.Delivery{}
	bytes := 0
	for rows.Next() {
		var d hook.Delivery
		sc := newScan(&d)
		if err := rows.Scan(sc.targets()...); err != nil {
			return nil, false, err
		}
		if bytes += weightOf(&d); bytes > pageBytes && len(page) > 0 {
			return page, false, nil
		}
		sc.finish()
		page = append(page, d)
	}
	return page, true, rows.Err()
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
