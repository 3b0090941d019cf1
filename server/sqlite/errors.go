package sqlite

import (
	"errors"
	"fmt"
	"time"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"hookbeam/server/hook"
)

// errDamaged means that the content of a database file differs from what was written.
var errDamaged = errors.New("the database is damaged")

// primary returns SQLite's primary result code of err, or 0 if err is not from SQLite.
func primary(err error) int {
	var e *driver.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// unavailable returns the problem for a write that failed: nothing was stored, and the sender should retry in 30
// seconds. An error that is such a problem already is returned as it is.
func (s *database) unavailable(err error) error {
	var ready *hook.Problem
	if errors.As(err, &ready) {
		return ready
	}
	detail := "The delivery could not be stored. Try again later."
	switch primary(err) {
	case codes.SQLITE_FULL:
		detail = "The server's disk is full, so nothing was stored. Try again later."
	case codes.SQLITE_CORRUPT, codes.SQLITE_NOTADB:
		s.markDamaged(err)
	}
	return &hook.Problem{Kind: hook.ErrUnavailable, Code: "cannot_store", Detail: detail,
		RetryAfter: 30 * time.Second, Cause: err}
}

// errStopping is the problem for a write that comes when the server is stopping.
var errStopping = &hook.Problem{Kind: hook.ErrUnavailable, Code: "stopping",
	Detail: "The server is stopping, so nothing was stored. Try again in a few seconds.", RetryAfter: 5 * time.Second}

// markDamaged records the first sign of damage and logs it. From then on nothing is written.
func (s *database) markDamaged(err error) {
	if s.damaged.CompareAndSwap(nil, &err) {
		s.options.Log.Error("the database is damaged", "file", s.path, "error", err)
	}
}

// failed wraps the error of a read with what was being done, and calls markDamaged if the error is a sign of damage.
func (s *database) failed(doing string, err error) error {
	if damage(err) {
		s.markDamaged(err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// explain adds to an error of Open what the operator can do.
func (s *database) explain(err error) error {
	if errors.Is(err, errNewer) || errors.Is(err, errForeign) {
		return err
	}
	if damage(err) {
		return fmt.Errorf(
			"%w: %s. Nothing was changed. Restore a backup with hookbeam restore FILE --replace, or move the file "+
				"away to start with an empty log; hookbeam check says more. The sqlite3 command .recover can read the "+
				"undamaged part of the file (%v)",
			errDamaged, s.path, err,
		)
	}
	return fmt.Errorf("open %s: %w", s.path, err)
}

// damage reports whether err means that a database file is damaged, or no database.
func damage(err error) bool {
	code := primary(err)
	return errors.Is(err, errDamaged) || code == codes.SQLITE_CORRUPT || code == codes.SQLITE_NOTADB
}
