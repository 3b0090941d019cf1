package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"hookbeam/server/hook"
)

// Delivery returns one delivery, whole. A problem of kind hook.ErrNotFound says that it is not, or no longer, kept;
// one of kind
// hook.ErrDamaged comes with what is left of the record, which is to be shown as damaged only.
func (s *Log) Delivery(ctx context.Context, id hook.DeliveryID) (hook.Record, error) {
	seq, id, err := s.place(ctx, id)
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
	case found && r.Integrity == hook.IntegrityDamaged: // its random bits may be what is damaged
		r.ID, r.Seq = id, seq
		return r, errRecordDamaged
	case !found || r.ID != id:
		return hook.Record{}, noDelivery
	}
	return r, nil
}

// place returns where the delivery with this id stands in the log, and the id that has its seq in it. A delivery that
// was
// answered before it had one is found by its random bits and its node.
func (s *Log) place(ctx context.Context, id hook.DeliveryID) (hook.Seq, hook.DeliveryID, error) {
	if seq, _, ok := id.Parse(); ok {
		return seq, id, nil
	}
	node, random, ok := id.ParseSpooled()
	if !ok {
		return 0, id, noDelivery
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
	return 0, id, noDelivery
}

var noDelivery = &hook.Problem{Kind: hook.ErrNotFound, Code: "not_found",
	Detail: "There is no such delivery: the id is wrong, or it was removed by retention."}

// eachRow calls do for each record of a query of recordColumns, damaged ones too; see hook.Record.Integrity.
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
			return &stopped{err}
		}
	}
	return rows.Err()
}

// eachSound is eachRow without the damaged ones: nothing is done with them but noting that they are.
func (s *Log) eachSound(ctx context.Context, do func(*hook.Record) error, query string, values ...any) error {
	return s.eachRow(ctx, func(r *hook.Record) error {
		if r.Integrity == hook.IntegrityDamaged {
			return nil
		}
		return do(r)
	}, query, values...)
}

// stopped is an error of who was called for each record, apart from those of reading.
type stopped struct{ error }

func (e *stopped) Unwrap() error { return e.error }

// failedEach wraps an error of reading records, and leaves alone one of who was called for them.
func (s *database) failedEach(doing string, err error) error {
	var own *stopped
	if err == nil || errors.As(err, &own) {
		return errors.Unwrap(err)
	}
	return s.failed(doing, err)
}

// scanRecord reads recordColumns, and then more, into r, and verifies it.
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

// unreadable looks into a row that could not be scanned because of failed. Where only a value in it is of another
// kind than
// was written, the record is damaged, and its seq, the first column, is returned.
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

// pageBytes is how much the deliveries of one page weigh at most, but for one that alone weighs more.
const pageBytes = 1 << 20

// weightOf is about how many bytes of memory a delivery takes.
func weightOf(d *hook.Delivery) int { return 400 + textBytes(d) }

// scanAll reads a page of rows of listColumns; whole is false where it ends for its weight. A row that cannot be read
// is left
// out.
func (s *Log) scanAll(rows *sql.Rows) (page []hook.Delivery, whole bool, err error) {
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
