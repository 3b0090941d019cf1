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

// writerConn is the connection that writes, at the level of the driver: database/sql would cost a tenth of the CPU.
// It is used by one goroutine only.
type writerConn struct {
	conn       driver.Conn
	statements map[string]driver.Stmt
	args       []driver.NamedValue
}

// openWriter opens a connection that writes, and makes sure that it syncs as it should: 2 is FULL, 1 NORMAL.
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

// bind fills the reused argument list. Whoever has passed it on clears it: a body must not stay for the next statement.
func (c *writerConn) bind(values []any) []driver.NamedValue {
	c.args = c.args[:0]
	for i, v := range values {
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return c.args
}

// exec runs one statement; values are int64, string or []byte.
func (c *writerConn) exec(query string, values ...any) error {
	_, err := c.changed(query, values...)
	return err
}

// changed is exec that returns how many rows changed.
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

// script runs statements that are not needed again.
func (c *writerConn) script(statements string) error {
	_, err := c.conn.(driver.ExecerContext).ExecContext(context.Background(), statements, nil)
	return err
}

// value returns the first column of the first row, or nil where there is none.
func (c *writerConn) value(query string, values ...any) (any, error) {
	row, err := c.row(query, values...)
	if err != nil || row == nil {
		return nil, err
	}
	return row[0], nil
}

// row returns the first row, or nil where there is none.
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

// each calls do for every row. What a row holds is do's own until it returns.
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

func (c *writerConn) begin() error  { return c.exec("BEGIN IMMEDIATE") }
func (c *writerConn) commit() error { return c.exec("COMMIT") }

// rollback ends a failed transaction. SQLite may have done so itself, which is as good.
func (c *writerConn) rollback() error {
	if err := c.exec("ROLLBACK"); err != nil && primary(err) != codes.SQLITE_ERROR {
		return err
	}
	return nil
}

// guarded runs change so that its failure undoes nothing else. The second error is one of the transaction itself.
func (c *writerConn) guarded(change func(*writerConn) error) (failed, broken error) {
	if err := c.exec("SAVEPOINT change"); err != nil {
		return nil, err
	}
	if failed = change(c); failed != nil {
		if err := c.exec("ROLLBACK TO change"); err != nil {
			return failed, err
		}
	}
	return failed, c.exec("RELEASE change")
}

func (c *writerConn) close() error {
	var errs []error
	for _, st := range c.statements {
		errs = append(errs, st.Close())
	}
	return errors.Join(append(errs, c.conn.Close())...)
}
