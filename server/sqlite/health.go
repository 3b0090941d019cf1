package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"

	"hookbeam/server/hook"
)

// quickCheck reads the whole database and compares its structure.
func quickCheck(ctx context.Context, db *sql.DB) error {
	var said string
	if err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&said); err != nil {
		return err
	}
	if said != "ok" {
		return fmt.Errorf("%w: %s", errDamaged, said)
	}
	return nil
}

// Check reads a database that was too large to be checked before serving, and returns an error if it is damaged.
func (s *DB) Check(ctx context.Context) error {
	if !s.checkLater {
		return nil
	}
	s.options.Log.Info("checking the database while it serves", "file", s.path)
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
	s.options.Log.Info(
		"checked the database: it is sound",
		"file",
		s.path,
		"took",
		s.options.Now().Sub(began).Round(time.Millisecond),
	)
	return nil
}

const (
	// trustWrite is how long it is believed, because of a commit, that more can be stored.
	trustWrite = 10 * time.Second
	// trustFailure is how long it is believed, because of a failure, that nothing can.
	trustFailure = time.Second
)

// outcome is what became of the newest commit.
type outcome struct {
	mu  sync.Mutex
	at  time.Time // zero: there was none
	err error
}

func (o *outcome) set(at time.Time, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.at, o.err = at, err
}

// known returns the outcome where it still says whether more can be stored now.
func (o *outcome) known(now time.Time) (ok bool, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	age, trusted := now.Sub(o.at), trustWrite
	if o.err != nil {
		trusted = trustFailure
	}
	return !o.at.IsZero() && age >= 0 && age < trusted, o.err
}

// probing is the one probe that is under way.
type probing struct {
	mu   sync.Mutex
	done chan struct{} // closed when it has ended; nil: none is under way
	err  error
}

// Probe returns why nothing can be stored now, or nil. It looks where the database is and what became of the newest
// commit; it
// commits something itself only where that says too little, and once for all who ask meanwhile: however often it is
// called, it
// commits at most once in trustFailure.
func (s *DB) Probe(ctx context.Context) error {
	select {
	case <-s.stopped:
		return errStopping
	default:
	}
	if bad := s.damaged.Load(); bad != nil {
		return &hook.Problem{
			Kind:       hook.ErrUnavailable,
			Code:       "database_damaged",
			Cause:      *bad,
			RetryAfter: 30 * time.Second,
			Detail:     "The server's database is damaged: nothing is stored any more. Its log says how to go on.",
		}
	}
	if err := s.stillThere(allFiles); err != nil {
		return err
	}
	if ok, err := s.outcome.known(s.options.Now()); ok {
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
			Detail:     "The server's disk does not come to an end with what is to be stored.",
		}
	}
}

// probe commits something, unless that is under way already, and returns a channel that is closed when it is done.
func (s *database) probe() <-chan struct{} {
	s.probing.mu.Lock()
	defer s.probing.mu.Unlock()
	if s.probing.done != nil {
		return s.probing.done
	}
	done := make(chan struct{})
	s.probing.done = done
	go func() { // ends when the writer has answered, which it does before it stops
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
