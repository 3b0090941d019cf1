package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"hookbeam/server/datafile"
)

const (
	// compactEnding is appended to the name of a database for its copy, until that takes its place.
	compactEnding = ".compact"
	// compactSpare is how much disk space must be left when a database was copied, in bytes.
	compactSpare = 16 << 20
)

// Compacted is what Compact has done to one database file. Sizes are in bytes.
type Compacted struct {
	File          string // its name in the folder
	Before, After int64
}

// Compact rewrites the databases in dir without their free space, which returns it to the file system. Afterwards they
// return space by themselves; see returnSpace. The caller must hold the folder's lock, and nothing may have them open.
//
// Each database is copied, the copy is checked and synced, and then it is renamed over the original. So whenever the
// process is killed, there is one complete database under the name; a copy that is left over is deleted by the next
// Open or Compact. It fails before anything is written if the disk has no room for the copy.
func Compact(ctx context.Context, dir string) (done []Compacted, err error) {
	names := []string{FileName}
	for _, kind := range projectionKinds() {
		names = append(names, kind.file)
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		before, err := sizeOf(path)
		if errors.Is(err, os.ErrNotExist) || err == nil && before == 0 {
			continue
		}
		if err == nil {
			err = compact(ctx, path)
		}
		if err != nil {
			return done, fmt.Errorf("compact %s: %w", path, err)
		}
		after, err := sizeOf(path)
		if err != nil {
			return done, err
		}
		done = append(done, Compacted{name, before, after})
	}
	return done, nil
}

// compact is Compact for one file.
func compact(ctx context.Context, path string) error {
	if err := prepareCompact(ctx, path); err != nil {
		return errors.Join(err, removeUnfinished(path))
	}
	if err := move(path+compactEnding, path); err != nil {
		return err
	}
	return datafile.SyncFolder(filepath.Dir(path))
}

// prepareCompact makes the complete copy of a database beside it, and empties the database's WAL.
func prepareCompact(ctx context.Context, path string) error {
	if err := removeUnfinished(path); err != nil {
		return err
	}
	used, err := emptyWAL(path)
	if err != nil {
		return err
	}
	// On a system that does not say how much is free, a full disk is noticed while the copy is written.
	if _, free, err := datafile.Space(filepath.Dir(path)); err == nil && free < used+compactSpare {
		return fmt.Errorf("the copy needs %d MiB of free disk space, and there are %d MiB. Nothing was changed",
			(used+compactSpare)>>20+1, free>>20)
	}
	to := path + compactEnding
	if err := copyDatabase(ctx, path, to); err != nil {
		return err
	}
	var c Copied
	c.Schema = map[string]int64{}
	if err := c.finish(ctx, filepath.Dir(to), filepath.Base(to), noResidue(ctx)); err != nil {
		return err
	}
	f, err := os.OpenFile(to, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// emptyWAL copies the WAL of a database into it, and returns how many bytes of the database hold something. It fails if
// another program uses the database.
func emptyWAL(path string) (used int64, err error) {
	c, err := openWriter(dsn(path, durable), 2)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	row, err := c.row(`PRAGMA wal_checkpoint(TRUNCATE)`)
	if err != nil {
		return 0, err
	}
	if row[0] != int64(0) {
		return 0, errors.New("the database is in use by another program. Nothing was changed")
	}
	n, err := c.value(`SELECT page_size * (page_count - freelist_count)
		FROM pragma_page_size, pragma_page_count, pragma_freelist_count`)
	if err != nil {
		return 0, err
	}
	return n.(int64), nil
}

// noResidue returns the change of a copy that notes that it has no free space, in which secrets could be left.
func noResidue(ctx context.Context) func(*sql.DB) error {
	return func(db *sql.DB) error {
		var n int
		err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE name = 'sealing'`).Scan(&n)
		if err != nil || n == 0 {
			return err
		}
		_, err = db.ExecContext(ctx, `UPDATE sealing SET residue = 0`)
		return err
	}
}

// removeUnfinished deletes what an interrupted Compact has left of a database's copy.
func removeUnfinished(path string) error {
	return remove(path+compactEnding, "", "-journal", "-wal", "-shm")
}
