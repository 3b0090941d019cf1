package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// errNewer says that a release after this one wrote a database.
var errNewer = errors.New("this database was written by a newer Hookbeam; nothing was changed")

// errForeign says that a file is a database, but of something else.
var errForeign = errors.New("this database is not Hookbeam's; nothing was changed")

// Checked is what CheckRelease has seen in a folder: who opens the databases there need not look again, over a
// connection of its own for each. It holds for as long as the folder belongs to this process. The zero Checked has seen
// nothing.
type Checked struct{ states map[string]schemaState }

// CheckRelease returns an error where a database in dir was written by a newer release. It changes nothing.
func CheckRelease(ctx context.Context, dir string) (Checked, error) {
	seen := Checked{states: map[string]schemaState{}}
	databases := map[string]schema{FileName: logSchema}
	for _, kind := range projectionKinds() {
		databases[kind.file] = kind.schema
	}
	for name, of := range databases {
		found, err := of.check(ctx, filepath.Join(dir, name))
		if err == nil {
			seen.states[name] = found
		} else if !damage(err) { // who opens it says more of damage
			return Checked{}, err
		}
	}
	return seen, nil
}

// state is check, unless that was done already.
func (seen Checked) state(ctx context.Context, of schema, path string) (schemaState, error) {
	if found, done := seen.states[filepath.Base(path)]; done {
		return found, nil
	}
	return of.check(ctx, path)
}

// check returns the state of the schema of the database at path, or an error where it has had a migration that is not
// known here, or
// has tables and has had none. It changes nothing.
func (of schema) check(ctx context.Context, path string) (schemaState, error) {
	done, err := applied(ctx, path)
	if err != nil {
		return blank, err
	}
	known, err := of.versions()
	if err != nil {
		return blank, err
	}
	for _, version := range done {
		if !slices.Contains(known, version) {
			return blank, fmt.Errorf(
				"%w: %s (its migration %d is not known here). Start that release again, or choose another "+
					"folder with --data",
				errNewer,
				path,
				version,
			)
		}
	}
	switch len(done) {
	case 0:
		return blank, nil
	case len(known):
		return current, nil
	}
	return older, nil
}

// versions are those of all migrations, in order; the first is 0, which stands for none.
func (of schema) versions() ([]int64, error) {
	names, err := fs.Glob(migrations, of.migrations+"/*.sql")
	if err != nil {
		return nil, err
	}
	versions := []int64{0}
	for _, name := range names {
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

// applied returns the migrations that the database at path has had, none where it is empty or not there. The file is
// opened so that nothing can be written, not even beside it, unless a WAL is there that has to be read.
func applied(ctx context.Context, path string) ([]int64, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil, nil
	}
	mode := "mode=ro"
	if _, err := os.Stat(path + "-wal"); errors.Is(err, fs.ErrNotExist) {
		mode += "&immutable=1"
	}
	db, err := sql.Open(
		"sqlite",
		fmt.Sprintf("file:%s?_busy_timeout=5000&%s", (&url.URL{Path: path}).EscapedPath(), mode),
	)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }() // nothing was written
	db.SetMaxOpenConns(1)
	return appliedIn(ctx, db, path)
}

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
