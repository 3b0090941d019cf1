package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"hookbeam/server/hook"
	"hookbeam/server/seal"
)

// Sealer encrypts the secrets that are stored in the database. *seal.Key implements it. A value is bound to its place,
// such as "endpoint/ep_x/secret/live", and opens only there.
type Sealer interface {
	ID() string // identifies the key
	Seal(place, plain string) (string, error)
	Open(place, sealed string) (string, error)
}

// ErrOtherKey means that the secrets of a database are sealed with another key than the one that was given, or that
// none was given.
var ErrOtherKey = errors.New("the secrets in this database are sealed with another key")

// errNoKey is the error for reading secrets without a key.
var errNoKey = errors.New("the secrets in this database are sealed, and no key was given")

// SealedWith returns the id of the key with which the secrets of the database in dir are sealed. It is "" if there is
// no database, or if an older release wrote it, which stored secrets as they are. It changes nothing.
func SealedWith(ctx context.Context, dir string) (id string, err error) {
	path := filepath.Join(dir, FileName)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	db, err := openUnchanged(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = db.Close() }() // it was only read
	return sealedWith(ctx, db, path)
}

// sealedWith is SealedWith for an open database. path is for its error.
func sealedWith(ctx context.Context, db *sql.DB, path string) (id string, err error) {
	var tables int
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'sealing'`).
		Scan(&tables)
	if err == nil && tables > 0 {
		err = db.QueryRowContext(ctx, `SELECT key_id FROM sealing`).Scan(&id)
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", (&database{path: path}).explain(fmt.Errorf("read which key it needs: %w", err))
	}
	return id, nil
}

// openUnchanged opens a database so that nothing is written, not even a WAL beside it. If there is a WAL, it must be
// read, which needs its index.
func openUnchanged(path string) (*sql.DB, error) {
	mode := "mode=ro"
	if _, err := os.Stat(path + "-wal"); errors.Is(err, fs.ErrNotExist) {
		mode += "&immutable=1"
	}
	db, err := sql.Open("sqlite",
		fmt.Sprintf("file:%s?_busy_timeout=5000&%s", (&url.URL{Path: path}).EscapedPath(), mode))
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// sealAtOpen brings the secrets into the sealed form if an older release wrote them, and checks that they are sealed
// with the key of Options.Seal. It runs before the writer and before anything reads an endpoint.
func (s *database) sealAtOpen() error {
	key := s.options.Seal
	row, err := s.write.row(`SELECT key_id, residue FROM sealing`)
	if err != nil {
		return err
	}
	switch {
	case key == nil && row == nil:
		s.plain = true
		return nil
	case key == nil:
		return errNoKey
	case row == nil:
		residue, err := s.sealPlain(key)
		if err != nil || !residue {
			return err
		}
	case row[0] != key.ID():
		return fmt.Errorf("%w: key %v, not %s", ErrOtherKey, row[0], key.ID())
	case row[1] == int64(0):
		return nil
	}
	return s.removeResidue()
}

// sealPlain seals the values of all endpoints in one transaction. residue reports whether there were any, so that free
// space may hold plain ones now.
func (s *database) sealPlain(key Sealer) (residue bool, err error) {
	err = s.write.inTransaction(func() error {
		n, err := s.write.resealEndpoints(nil, key)
		residue = n > 0
		if err != nil {
			return err
		}
		if err := s.log.createEpoch(); err != nil { // with a new database: one commit less
			return err
		}
		return s.write.exec(
			`INSERT INTO sealing (only, key_id, residue) VALUES (1, ?, ?)`,
			key.ID(),
			int64(min(n, 1)),
		)
	})
	if err != nil {
		return false, fmt.Errorf("seal the stored secrets: %w", err)
	}
	if residue {
		s.options.Log.Info("sealed the secrets that an older release had stored as plain text", "key_id", key.ID())
	}
	return residue, nil
}

// Rekey seals the secrets with another key, in one transaction. The database must have been opened with the key that
// they are sealed with, and Run must not be running. residue reports whether values that are sealed with the old key
// may be left in the free space of the file; the next start then tries again to remove them.
func (s *DB) Rekey(to Sealer) (residue bool, err error) {
	err = s.write.inTransaction(func() error {
		if _, err := s.write.resealEndpoints(s.options.Seal, to); err != nil {
			return err
		}
		return s.write.exec(`UPDATE sealing SET key_id = ?, residue = 1`, to.ID())
	})
	if err != nil {
		return false, fmt.Errorf("seal the secrets with the new key: %w", err)
	}
	s.options.Seal = to
	if err := s.removeResidue(); err != nil {
		return true, err
	}
	row, err := s.write.row(`SELECT residue FROM sealing`)
	return err != nil || row[0] != int64(0), err
}

// inTransaction runs do in a transaction, which is rolled back if do fails.
func (c *writerConn) inTransaction(do func() error) error {
	if err := c.begin(); err != nil {
		return err
	}
	err := do()
	if err == nil {
		err = c.commit()
	}
	if err != nil {
		return errors.Join(err, c.rollback())
	}
	return nil
}

// sealedColumns are the columns of the table endpoints that hold secrets, in the order of sealedRow. Of the JSON in
// secrets, settings and statuses only the values are sealed, so that names and labels can be read.
const sealedColumns = `secrets, signed_url, settings, statuses, checked_as`

// resealEndpoints opens the values of all endpoints with one key and seals them with another, and returns the number of
// endpoints that have some. A nil key means plain text. The caller has begun a transaction.
func (c *writerConn) resealEndpoints(from, to Sealer) (n int, err error) {
	type stored struct {
		id  string
		row sealedRow
	}
	var all []stored
	err = c.each(`SELECT id, `+sealedColumns+` FROM endpoints`, func(row []driver.Value) {
		one := stored{id: fmt.Sprint(row[0])}
		for i := range one.row {
			one.row[i] = fmt.Sprint(row[i+1])
		}
		all = append(all, one)
	})
	if err != nil {
		return 0, err
	}
	for _, one := range all {
		e, err := one.row.open(hook.EndpointID(one.id), from)
		if err == nil && from == nil {
			err = demandPlain(&e, to)
		}
		if err != nil {
			return 0, err
		}
		if !hasSecrets(&e) {
			continue
		}
		n++
		row, err := sealRow(&e, to)
		if err == nil {
			err = c.exec(`UPDATE endpoints SET (`+sealedColumns+`) = (?, ?, ?, ?, ?) WHERE id = ?`,
				row[0], row[1], row[2], row[3], row[4], one.id)
		}
		if err != nil {
			return 0, err
		}
	}
	return n, nil
}

// errSealedBefore means that somebody removed what a database says about its key. To seal its values again would make
// them useless.
var errSealedBefore = errors.New("a secret in this database is sealed, but the database does not say with which key: " +
	"it was changed. Restore a backup of it")

// demandPlain returns an error if a secret of an endpoint, which should be plain, is sealed.
func demandPlain(e *hook.Endpoint, key Sealer) error {
	_, err := mapSecrets(e, func(place, value string) (string, error) {
		if _, err := key.Open(place, value); !errors.Is(err, seal.ErrNotSealed) {
			return "", fmt.Errorf("%s: %w", place, errSealedBefore)
		}
		return value, nil
	})
	return err
}

// removeResidue rewrites the database file and empties the WAL, so that no free space holds a value that is plain, or
// sealed with a key that is no longer used. If that is not possible, for example because the disk is too full for the
// copy that SQLite makes, it logs a warning, and the next start tries again.
func (s *database) removeResidue() error {
	size, err := sizeOf(s.path)
	if err != nil {
		return err
	}
	if size > checkAtOnce {
		s.options.Log.Info("rewriting the database once, so that no secret is left in its free space", "file", s.path,
			"bytes", size)
	}
	if err := s.write.rewrite(size <= checkAtOnce); err != nil {
		if damage(err) {
			return err
		}
		s.options.Log.Warn(
			"the database could not be rewritten: its free space may hold secrets that were stored before "+
				"they were sealed with the current key. The next start tries again. It needs free disk space of the "+
				"database's size, also in the folder for temporary files",
			"file",
			s.path,
			"error",
			err,
		)
		return nil
	}
	if err := s.write.exec(`UPDATE sealing SET residue = 0`); err != nil {
		return err
	}
	return nil
}

// rewrite copies the database without its free space, and then into the file. inMemory says where the first copy is
// made.
func (c *writerConn) rewrite(inMemory bool) error {
	if inMemory {
		if err := c.script(`PRAGMA temp_store = MEMORY`); err != nil {
			return err
		}
		defer func() { _ = c.script(`PRAGMA temp_store = DEFAULT`) }() // affects speed only
	}
	// A database of an older release returns free space from now on.
	if err := c.script(`PRAGMA auto_vacuum = INCREMENTAL; VACUUM`); err != nil {
		return err
	}
	row, err := c.row(`PRAGMA wal_checkpoint(TRUNCATE)`)
	if err == nil && (len(row) == 0 || row[0] != int64(0)) {
		err = errors.New("the database is in use by another program")
	}
	return err
}
