package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"

	"hookbeam/server/hook"
)

// quickCheck reads the whole database and verifies its structure with PRAGMA quick_check. It does not find changed
// values: those are found by the checksums of the records.
func quickCheck(ctx context.Context, db *sql.DB) error {
	var result string
	if err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&result); err != nil {
		return err
	}
	if result != "ok" {
		return fmt.Errorf("%w: %s", errDamaged, result)
	}
	return nil
}

// Check verifies the structure of a database that was too large to be checked by Open. It runs beside everything else
// and returns an error if the database is damaged.
func (s *DB) Check(ctx context.Context) error {
	if !s.checkLater {
		return nil
	}
	s.options.Log.Info("checking the database in the background", "file", s.path)
	began := s.options.Now()
	if err := quickCheck(ctx, s.read); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		if damage(err) {
			s.markDamaged(err)
		}
		return s.explain(err)
	}
	s.options.Log.Info("checked the database: no damage found",
		"file", s.path, "duration", s.options.Now().Sub(began).Round(time.Millisecond))
	return nil
}

const (
	// trustWrite is for how long a successful commit counts as proof that the database can store.
	trustWrite = 10 * time.Second
	// trustFailure is for how long a failed commit counts as proof that it cannot.
	trustFailure = time.Second
)

// outcome is the result of the newest commit. The writer sets it, and Probe reads it.
type outcome struct {
	mu  sync.Mutex
	at  time.Time // zero: there was no commit
	err error
}

// set records the result of a commit.
func (o *outcome) set(at time.Time, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.at, o.err = at, err
}

// fresh returns the result of the newest commit. ok is false if it is too old to say whether a commit would succeed
// now.
func (o *outcome) fresh(now time.Time) (ok bool, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	age, trusted := now.Sub(o.at), trustWrite
	if o.err != nil {
		trusted = trustFailure
	}
	return !o.at.IsZero() && age >= 0 && age < trusted, o.err
}

// Healthy returns nil, or the problem that keeps the database from being used: it is damaged, or its files are gone.
func (s *DB) Healthy() error {
	if bad := s.damaged.Load(); bad != nil {
		return &hook.Problem{
			Kind:       hook.ErrUnavailable,
			Code:       "database_damaged",
			Detail:     "The server's database is damaged, so nothing can be stored. See the server's log.",
			RetryAfter: 30 * time.Second,
			Cause:      *bad,
		}
	}
	return s.checkFiles(allFiles)
}

// probing is the state of probe. All callers of Probe share one probe.
type probing struct {
	mu   sync.Mutex
	done chan struct{} // closed when the running probe has ended; nil: none is running
	err  error         // the result of the last one
}

// Probe returns nil if deliveries can be stored now, and otherwise why not. It is the readiness check of the log.
//
// It checks the files and the result of the newest commit. Only if there was no commit recently, it commits a row
// itself, once for all concurrent callers. So however often it is called, it commits at most once per trustFailure.
func (s *DB) Probe(ctx context.Context) error {
	select {
	case <-s.stopped:
		return errStopping
	default:
	}
	if err := s.Healthy(); err != nil {
		return err
	}
	if ok, err := s.outcome.fresh(s.options.Now()); ok {
		return err
	}
	done := s.probe()
	select {
	case <-done:
		s.probing.mu.Lock()
		defer s.probing.mu.Unlock()
		return s.probing.err
	case <-ctx.Done():
		return &hook.Problem{
			Kind:       hook.ErrUnavailable,
			Code:       "cannot_store",
			Cause:      ctx.Err(),
			RetryAfter: 5 * time.Second,
			Detail:     "The server's disk did not finish a write in time. Check the disk.",
		}
	}
}

// probe writes the row of the table probe, unless another call is doing so, and returns a channel that is closed when
// the write has ended.
func (s *database) probe() <-chan struct{} {
	s.probing.mu.Lock()
	defer s.probing.mu.Unlock()
	if s.probing.done != nil {
		return s.probing.done
	}
	done := make(chan struct{})
	s.probing.done = done
	go func() { // ends when the writer has answered or has stopped
		err := s.do(context.Background(), func(c *writerConn) error {
			return c.exec(
				`INSERT INTO probe (only, at) VALUES (1, ?) ON CONFLICT (only) DO UPDATE SET at = excluded.at`,
				s.options.Now().UnixMilli(),
			)
		})
		s.probing.mu.Lock()
		defer s.probing.mu.Unlock()
		s.probing.err, s.probing.done = err, nil
		close(done)
	}()
	return done
}
