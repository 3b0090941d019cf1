package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	sqlitedriver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// writerConn is a writing connection. It uses the driver directly, because the bookkeeping of database/sql took a tenth
// of the CPU time of an append. Statements are prepared once and kept. It is used by one goroutine at a time.
type writerConn struct {
	conn       driver.Conn
	statements map[string]driver.Stmt // by their SQL
	args       []driver.NamedValue    // reused by bind
}

// openWriter opens a writing connection. It fails if the journal mode is not WAL or synchronous is not as given: 2 is
// FULL, 1 NORMAL. Some file systems do not support WAL, and SQLite then silently uses another mode.
func openWriter(dsn string, synchronous int64) (*writerConn, error) {
	conn, err := (&sqlitedriver.Driver{}).Open(dsn)
	if err != nil {
		return nil, err
	}
	c := &writerConn{conn: conn, statements: map[string]driver.Stmt{}}
	for pragma, want := range map[string]any{"journal_mode": "wal", "synchronous": synchronous} {
		got, err := c.value("PRAGMA " + pragma)
		if err == nil && got != want {
			err = fmt.Errorf("%s is %v, not %v: what is answered would not be safe on this disk", pragma, got, want)
		}
		if err != nil {
			return nil, errors.Join(err, c.close())
		}
	}
	return c, nil
}

// prepare returns the prepared statement for a query, which is a constant in the code: the map does not grow.
func (c *writerConn) prepare(query string) (driver.Stmt, error) {
	if st := c.statements[query]; st != nil {
		return st, nil
	}
	st, err := c.conn.Prepare(query)
	if err != nil {
		return nil, err
	}
	c.statements[query] = st
	return st, nil
}

// bind returns the values as arguments, in a reused slice. The caller clears it after the call, so that it does not
// keep a body in memory until the next statement.
func (c *writerConn) bind(values []any) []driver.NamedValue {
	c.args = c.args[:0]
	for i, v := range values {
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return c.args
}

// exec runs one statement. Values are int64, string, []byte or nil, the types that the driver takes unconverted.
func (c *writerConn) exec(query string, values ...any) error {
	_, err := c.changed(query, values...)
	return err
}

// changed runs one statement and returns how many rows it changed.
func (c *writerConn) changed(query string, values ...any) (int64, error) {
	st, err := c.prepare(query)
	if err != nil {
		return 0, err
	}
	result, err := st.(driver.StmtExecContext).ExecContext(context.Background(), c.bind(values))
	clear(c.args)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// script runs several statements without preparing them, for SQL that runs once.
func (c *writerConn) script(statements string) error {
	_, err := c.conn.(driver.ExecerContext).ExecContext(context.Background(), statements, nil)
	return err
}

// value returns the first column of the first row, or nil if there is no row.
func (c *writerConn) value(query string, values ...any) (any, error) {
	row, err := c.row(query, values...)
	if err != nil || row == nil {
		return nil, err
	}
	return row[0], nil
}

// row returns the first row, or nil if there is none.
func (c *writerConn) row(query string, values ...any) ([]driver.Value, error) {
	st, err := c.prepare(query)
	if err != nil {
		return nil, err
	}
	rows, err := st.(driver.StmtQueryContext).QueryContext(context.Background(), c.bind(values))
	clear(c.args)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	row := make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(row); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return row, nil
}

// each calls do for every row. The values of a row are valid until do returns.
func (c *writerConn) each(query string, do func(row []driver.Value), values ...any) error {
	st, err := c.prepare(query)
	if err != nil {
		return err
	}
	rows, err := st.(driver.StmtQueryContext).QueryContext(context.Background(), c.bind(values))
	clear(c.args)
	if err != nil {
		return err
	}
	defer rows.Close()
	row := make([]driver.Value, len(rows.Columns()))
	for {
		if err := rows.Next(row); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		do(row)
	}
}

// begin starts a transaction that takes the write lock at once. A deferred one would take it at the first write, and
// could then fail because another process had written since its first read.
func (c *writerConn) begin() error { return c.exec("BEGIN IMMEDIATE") }

// commit commits the transaction. With synchronous=FULL it returns after the WAL was synced to disk.
func (c *writerConn) commit() error { return c.exec("COMMIT") }

// rollback ends a failed transaction. After some errors, such as a full disk, SQLite has rolled it back already and
// ROLLBACK fails, which is no error here.
func (c *writerConn) rollback() error {
	if err := c.exec("ROLLBACK"); err != nil && primary(err) != codes.SQLITE_ERROR {
		return err
	}
	return nil
}

// inSavepoint runs change in a savepoint: if it fails, only its own statements are undone. changeErr is the error of
// change. txErr is an error of the savepoint itself, after which the transaction must be rolled back.
func (c *writerConn) inSavepoint(change func(*writerConn) error) (changeErr, txErr error) {
	if err := c.exec("SAVEPOINT change"); err != nil {
		return nil, err
	}
	if changeErr = change(c); changeErr != nil {
		if err := c.exec("ROLLBACK TO change"); err != nil {
			return changeErr, err
		}
	}
	return changeErr, c.exec("RELEASE change")
}

// close closes the prepared statements and the connection.
func (c *writerConn) close() error {
	var errs []error
	for _, st := range c.statements {
		errs = append(errs, st.Close())
	}
	return errors.Join(append(errs, c.conn.Close())...)
}
