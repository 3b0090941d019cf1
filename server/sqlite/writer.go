package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	sqlitedriver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"hookbeam/server/hook"
)

// maxBatch bounds how much one transaction takes; what waits beyond it goes into the next.
const maxBatch = 512

// work is one thing that waits for the writer: a delivery to append, or a change to make.
type work struct {
	record *hook.Record
	flat   []byte // its headers, as they are stored
	change func(*writerConn) error
	rescue *bool // see Store.rescue; set where it is done
	err    error
	done   chan struct{} // one slot; filled when the work is committed or has failed
}

// Run is the one writer: it takes whatever is queued, commits it in one synced transaction, and answers everybody.
// There is no timer: while it commits, the next batch gathers. It returns when ctx has ended and the queue is empty.
func (s *Store) Run(ctx context.Context) error {
	defer close(s.stopped)
	batch := make([]*work, 0, maxBatch)
	for {
		select {
		case w := <-s.queue:
			s.yield()
			batch = s.gather(append(batch[:0], w))
			s.commit(batch)
		case <-ctx.Done():
			for batch = s.gather(batch[:0]); len(batch) > 0; batch = s.gather(batch[:0]) {
				s.commit(batch)
			}
			return s.saveLast()
		}
	}
}

// mostYields bounds how often the others go first.
const mostYields = 8

// yield lets those go first who are about to queue, for as long as that makes the queue longer: they share this commit.
// Where nobody else can run it returns at once.
func (s *Store) yield() {
	for range mostYields {
		waiting := len(s.queue)
		if runtime.Gosched(); len(s.queue) == waiting {
			return
		}
	}
}

func (s *Store) gather(batch []*work) []*work {
	for len(batch) < maxBatch {
		select {
		case w := <-s.queue:
			batch = append(batch, w)
		default:
			return batch
		}
	}
	return batch
}

// commit writes a batch in one transaction, then tells followers, then answers.
func (s *Store) commit(batch []*work) {
	head := s.Head()
	last, err := s.transact(batch, head)
	if err == nil {
		err = s.stillThere(heldFiles) // before anybody is answered: each commit is looked after, not only each second
	}
	if err != nil {
		err = s.unavailable(err)
		s.tellFailure(len(batch), err)
	} else if last > head {
		s.tail.add(batch)
		s.head.Store(int64(last))
		s.announceGrowth()
	}
	s.outcome.set(s.options.Now(), err)
	for i, w := range batch {
		if err != nil {
			w.err = err
		}
		if w.rescue != nil {
			*w.rescue = s.rescue()
		}
		batch[i] = nil
		w.done <- struct{}{}
	}
}

// tellFailureEvery is how often the log says that nothing can be stored. On a full disk thousands of commits a second
// may fail, and the log may be on that disk.
const tellFailureEvery = time.Minute

// tellFailure logs that a commit failed, the first time and then once in tellFailureEvery.
func (s *Store) tellFailure(waiting int, err error) {
	if s.Gone() { // that was said once
		return
	}
	running := s.options.Running()
	s.failures.commits++
	if s.failures.told && running-s.failures.at < tellFailureEvery {
		return
	}
	s.options.Log.Error("could not store", "waiting", waiting, "failed_commits", s.failures.commits, "error", err)
	s.failures = failures{told: true, at: running}
}

// failures are the commits that failed since the log last said so.
type failures struct {
	commits int
	told    bool
	at      time.Duration // when it said so
}

// transact returns the log's head after the batch. An error of a change is the change's own and spares the others;
// an error of an append or of the commit undoes the whole batch.
func (s *Store) transact(batch []*work, head hook.Seq) (hook.Seq, error) {
	if bad := s.damaged.Load(); bad != nil {
		return head, *bad
	}
	if s.Gone() {
		return head, errGone
	}
	if err := s.index.cut(s.path); err != nil { // once it is written behind the hole, that cannot be seen any more
		return head, s.stillThere(heldFiles)
	}
	if err := s.write.begin(); err != nil {
		return head, err
	}
	for _, w := range batch {
		var err error
		if w.change != nil {
			mark := s.ledger.mark()
			if w.err, err = s.write.guarded(w.change); w.err != nil {
				s.ledger.rollbackTo(mark)
			}
		} else {
			head++
			err = s.append(w, head)
		}
		if err != nil {
			return head, s.undo(err)
		}
	}
	saved := s.ledger.removed
	if saved {
		if err := s.saveLedger(head); err != nil {
			return head, s.undo(err)
		}
	}
	if err := s.write.commit(); err != nil {
		return head, s.undo(err)
	}
	s.ledger.commit(saved)
	s.wakeSweeper()
	return head, nil
}

func (s *Store) undo(err error) error {
	s.ledger.rollback()
	s.blocks.listed = nil
	return errors.Join(err, s.write.rollback())
}

// saveLast writes the ledger when the writer ends, so that the next start need not count.
func (s *Store) saveLast() error {
	if !s.ledger.unsaved || s.damaged.Load() != nil {
		return nil
	}
	w := &work{change: s.save, done: make(chan struct{}, 1)}
	s.commit([]*work{w}) // it logs a failure, after which the next start counts
	return nil
}

// save has the open transaction write the ledger.
func (s *Store) save(*writerConn) error {
	s.ledger.removed = true
	return nil
}

// wait queues w and returns when it is committed or has failed. It does not give up when the caller's context ends:
// the writer owns the work until it answers.
func (s *Store) wait(w *work) error {
	select {
	case s.queue <- w:
	case <-s.stopped:
		return errStopping
	}
	select {
	case <-w.done:
		return w.err
	case <-s.stopped:
		select {
		case <-w.done:
			return w.err
		default:
			return errStopping
		}
	}
}

// do runs change in the writer's next transaction.
func (s *Store) do(ctx context.Context, change func(*writerConn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.wait(&work{change: change, done: make(chan struct{}, 1)})
}

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
