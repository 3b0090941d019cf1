package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// errNewer means that a newer release wrote a database.
var errNewer = errors.New("this database was written by a newer Hookbeam; nothing was changed")

// errForeign means that a file is an SQLite database of another program.
var errForeign = errors.New("this is not a Hookbeam database; nothing was changed")

// Checked is the result of CheckRelease: the state of each database's schema. Open uses it instead of checking again,
// which needs a connection for each database. It is valid as long as this process holds the folder's lock. The zero
// Checked contains nothing, and everything is checked.
type Checked struct {
	states map[string]schemaState
	keyID  string // as SealedWith returns it
	sealed error  // of reading keyID
}

// SealedWith is SealedWith for the folder that was checked.
func (seen Checked) SealedWith() (id string, err error) { return seen.keyID, seen.sealed }

// Older reports whether a database was written by an older release, and would be upgraded by opening it.
func (seen Checked) Older() bool {
	for _, state := range seen.states {
		if state == older {
			return true
		}
	}
	return false
}

// CheckRelease returns an error if a newer release wrote a database in dir. It changes nothing, not even the files that
// SQLite creates beside a database. A damaged database is no error here: opening it gives a better one.
func CheckRelease(ctx context.Context, dir string) (Checked, error) {
	seen := Checked{states: map[string]schemaState{}}
	for name, of := range databases() {
		path := filepath.Join(dir, name)
		var more func(*sql.DB)
		if name == FileName {
			more = func(db *sql.DB) { seen.keyID, seen.sealed = sealedWith(ctx, db, path) }
		}
		found, err := of.checkAnd(ctx, path, more)
		if err == nil {
			seen.states[name] = found
		} else if !damage(err) {
			return Checked{}, err
		}
	}
	return seen, nil
}

// New reports whether the folder that was checked has no log yet.
func (seen Checked) New() bool {
	found, known := seen.states[FileName]
	return known && found == blank
}

// state returns the state of the schema at path, from the result of CheckRelease or else from check.
func (seen Checked) state(ctx context.Context, of schema, path string) (schemaState, error) {
	if found, done := seen.states[filepath.Base(path)]; done {
		return found, nil
	}
	return of.check(ctx, path)
}

// check returns the state of the schema of the database at path. It fails if the database has had a migration that this
// release does not contain, or has tables but no migrations. It changes nothing.
func (of schema) check(ctx context.Context, path string) (schemaState, error) {
	return of.checkAnd(ctx, path, nil)
}

// checkAnd is check, and calls more with the open database, if there is one, before it is closed. more may be nil.
func (of schema) checkAnd(ctx context.Context, path string, more func(*sql.DB)) (schemaState, error) {
	done, err := applied(ctx, path, more)
	if err != nil {
		return blank, err
	}
	versions, err := of.versions()
	if err != nil {
		return blank, err
	}
	for _, version := range done {
		if !slices.Contains(versions, version) {
			return blank, fmt.Errorf(
				"%w: %s (this release does not have its migration %d). Start that release again, or choose another "+
					"folder with --data",
				errNewer, path, version,
			)
		}
	}
	switch len(done) {
	case 0:
		return blank, nil
	case len(versions):
		return current, nil
	}
	return older, nil
}

// versions returns the numbers of all migrations in ascending order, from their file names. The first is 0, which goose
// records for a database before the first migration.
func (of schema) versions() ([]int64, error) {
	files, err := fs.Glob(migrations, of.migrations+"/*.sql")
	if err != nil {
		return nil, err
	}
	versions := []int64{0}
	for _, name := range files {
		number, _, _ := strings.Cut(filepath.Base(name), "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("number of migration %s: %w", name, err)
		}
		versions = append(versions, version)
	}
	slices.Sort(versions)
	return versions, nil
}

// applied returns the numbers of the migrations that were applied to the database at path, none if it is empty or does
// not exist. See openUnchanged.
func applied(ctx context.Context, path string, more func(*sql.DB)) ([]int64, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil, nil
	}
	db, err := openUnchanged(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }() // it was only read
	if more != nil {
		more(db)
	}
	return appliedIn(ctx, db, path)
}

// appliedIn reads the migrations from the table in which goose records them.
func appliedIn(ctx context.Context, db *sql.DB, path string) ([]int64, error) {
	var tables, ours int
	if err := db.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(name = 'goose_db_version'), 0) FROM sqlite_schema
		WHERE type = 'table'`).Scan(&tables, &ours); err != nil {
		return nil, fmt.Errorf("read which release wrote %s: %w", path, err)
	}
	if ours == 0 && tables > 0 {
		return nil, fmt.Errorf("%w: %s. Move it away, or choose another folder with --data", errForeign, path)
	}
	if ours == 0 {
		return nil, nil
	}
	rows, err := db.QueryContext(ctx, `SELECT DISTINCT version_id FROM goose_db_version ORDER BY version_id`)
	if err != nil {
		return nil, fmt.Errorf("read which release wrote %s: %w", path, err)
	}
	defer func() { _ = rows.Close() }()
	var versions []int64
	for rows.Next() {
		var version int64
		if err := rows.Scan(&version); err != nil {
			return nil, fmt.Errorf("read which release wrote %s: %w", path, err)
		}
		versions = append(versions, version)
	}
	return versions, rows.Err()
}
