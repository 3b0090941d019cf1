package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"hookbeam/server/hook"
)

// Delivery returns one delivery with its headers and body. The error is a problem of kind hook.ErrNotFound if it does
// not exist or was removed. With a problem of kind hook.ErrDamaged comes what is left of the record, which may only be
// shown as damaged.
func (s *Log) Delivery(ctx context.Context, id hook.DeliveryID) (hook.Record, error) {
	seq, id, err := s.locate(ctx, id)
	if err != nil {
		return hook.Record{}, err
	}
	var r hook.Record
	found := false
	err = s.eachRow(ctx, func(each *hook.Record) error { r, found = *each, true; return nil },
		`SELECT `+recordColumns+` FROM deliveries WHERE seq = ?`, int64(seq))
	switch {
	case err != nil:
		return hook.Record{}, s.failed("read delivery", err)
	case found && r.Integrity == hook.IntegrityDamaged: // its id may not match because its random bits are damaged
		r.ID, r.Seq = id, seq
		return r, errRecordDamaged
	case !found || r.ID != id:
		return hook.Record{}, errNoDelivery
	}
	return r, nil
}

// locate returns the seq of the delivery with this id, and its id of the first form, which contains the seq. An id of
// the second form (hook.NewSpooledDeliveryID) is found by its random bits and its node, with an index of the few
// deliveries that have one.
func (s *Log) locate(ctx context.Context, id hook.DeliveryID) (hook.Seq, hook.DeliveryID, error) {
	if seq, _, ok := id.Parse(); ok {
		return seq, id, nil
	}
	node, random, ok := id.ParseSpooled()
	if !ok {
		return 0, id, errNoDelivery
	}
	rows, err := s.read.QueryContext(ctx, `SELECT seq, rest FROM deliveries INDEXED BY deliveries_spooled
		WHERE random = ? AND rest IS NOT NULL`, random[:])
	if err != nil {
		return 0, id, s.failed("find a delivery by its first id", err)
	}
	defer rows.Close()
	for rows.Next() {
		var seq hook.Seq
		var rest []byte
		if err := rows.Scan(&seq, &rest); err != nil {
			return 0, id, s.failed("find a delivery by its first id", err)
		}
		var r hook.Record
		if hook.ParseRest(rest, &r) == nil && r.Node == node {
			return seq, hook.NewDeliveryID(seq, random), nil
		}
	}
	if err := rows.Err(); err != nil {
		return 0, id, s.failed("find a delivery by its first id", err)
	}
	return 0, id, errNoDelivery
}

// errNoDelivery is the problem for an id that finds no delivery.
var errNoDelivery = &hook.Problem{Kind: hook.ErrNotFound, Code: "not_found",
	Detail: "This delivery does not exist, or it was removed by retention. Check the id."}

// eachRow calls do for each record that a query of recordColumns selects, also for damaged ones: do must look at
// hook.Record.Integrity. An error of do ends it and is returned as a callbackError.
func (s *Log) eachRow(ctx context.Context, do func(*hook.Record) error, query string, values ...any) error {
	rows, err := s.read.QueryContext(ctx, query, values...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r hook.Record
		if err := s.scanRecord(rows, &r); err != nil {
			return err
		}
		if err := do(&r); err != nil {
			return &callbackError{err}
		}
	}
	return rows.Err()
}

// eachIntact is eachRow without damaged records, which are only counted and logged.
func (s *Log) eachIntact(ctx context.Context, do func(*hook.Record) error, query string, values ...any) error {
	return s.eachRow(ctx, func(r *hook.Record) error {
		if r.Integrity == hook.IntegrityDamaged {
			return nil
		}
		return do(r)
	}, query, values...)
}

// callbackError is an error of the function that eachRow calls. It keeps such an error apart from one of the database,
// which would be examined for signs of damage.
type callbackError struct{ error }

func (e *callbackError) Unwrap() error { return e.error }

// failedEach wraps an error of the database, like failed, and returns a callbackError as the error that it contains.
func (s *database) failedEach(doing string, err error) error {
	var own *callbackError
	if err == nil || errors.As(err, &own) {
		return errors.Unwrap(err)
	}
	return s.failed(doing, err)
}

// scanRecord scans a row of recordColumns, and further columns into more, into r. It verifies the checksum and sets
// Integrity.
func (s *Log) scanRecord(rows *sql.Rows, r *hook.Record, more ...any) error {
	row := deliveryRow{record: r}
	if err := rows.Scan(append(row.recordTargets(), more...)...); err != nil {
		if r.Seq, err = s.unreadable(rows, err); err == nil {
			r.Integrity = hook.IntegrityDamaged
		}
		return err
	}
	malformed := row.finishRecord()
	if r.Integrity = s.verify(&row); malformed != nil {
		r.Integrity = hook.IntegrityDamaged
	}
	if r.Integrity == hook.IntegrityDamaged {
		s.noteDamage(r.Seq)
	}
	return nil
}

// unreadable examines a row whose scan failed with the given error. If only a value has another type than was written,
// the record is damaged: it notes that and returns the record's seq, which is the first column. Otherwise it returns
// the error of the scan.
func (s *Log) unreadable(rows *sql.Rows, failed error) (hook.Seq, error) {
	names, err := rows.Columns()
	if err != nil || rows.Err() != nil {
		return 0, failed
	}
	values := make([]any, len(names))
	for i := range values {
		values[i] = new(any)
	}
	if err := rows.Scan(values...); err != nil {
		return 0, failed
	}
	seq, ok := (*values[0].(*any)).(int64)
	if !ok {
		return 0, failed
	}
	s.noteDamage(hook.Seq(seq))
	return hook.Seq(seq), nil
}

// pageBytes is how many bytes the deliveries of one page take in memory at most, unless a single one takes more.
const pageBytes = 1 << 20

// weightOf returns about how many bytes of memory a delivery takes.
func weightOf(d *hook.Delivery) int { return 400 + textBytes(d) }

// scanAll reads a page of rows of listColumns. complete is false if it ends early because of pageBytes. A row that
// cannot be read is counted as damaged and left out.
func (s *Log) scanAll(rows *sql.Rows) (page []hook.Delivery, complete bool, err error) {
	defer rows.Close()
	page = []hook.Delivery{}
	bytes := 0
	for rows.Next() {
		var r hook.Record
		row := deliveryRow{record: &r}
		if err := rows.Scan(row.listTargets()...); err != nil {
			if _, err := s.unreadable(rows, err); err != nil {
				return nil, false, fmt.Errorf("scan: %w", err)
			}
			continue
		}
		if bytes += weightOf(&r.Delivery); bytes > pageBytes && len(page) > 0 {
			return page, false, nil
		}
		row.finish()
		page = append(page, r.Delivery)
	}
	return page, true, rows.Err()
}
