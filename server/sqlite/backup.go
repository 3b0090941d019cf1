package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hookbeam/server/hook"
)

// Copied describes what Copy has copied.
type Copied struct {
	Files  []string         // names of the databases, in the order in which they were copied
	Schema map[string]int64 // the newest migration of each
	Epoch  string           // of the log
	Head   hook.Seq         // of the log: the newest delivery in the copy
	KeyID  string           // of the key that sealed the secrets
}

// errPlain means that a database has secrets in plain text.
var errPlain = errors.New("an older release wrote this database, and its secrets are plain text. " +
	"Start hookbeam serve of this release once, which seals them, and try again")

// Copy writes a consistent copy of the databases in dir into the folder to, while a server may use them. Sessions and
// one-time logins are left out, and each copy is checked. The projections are copied before the log, so that none of
// them is ahead of it; a damaged one is left out, because it can be rebuilt. damaged gets its name and the error.
func Copy(ctx context.Context, dir, to string, damaged func(name string, err error)) (c Copied, err error) {
	c.Schema = map[string]int64{}
	id, err := SealedWith(ctx, dir)
	if err == nil && id == "" {
		err = errPlain
	}
	if err != nil {
		return c, err
	}
	for _, kind := range projectionKinds() {
		if _, err := os.Stat(filepath.Join(dir, kind.file)); err != nil {
			continue // not created yet
		}
		err := copyDatabase(ctx, filepath.Join(dir, kind.file), filepath.Join(to, kind.file))
		if err == nil {
			err = c.finish(ctx, to, kind.file, nil)
		}
		if err != nil {
			if ctx.Err() != nil || !damage(err) {
				return c, err
			}
			damaged(kind.file, err)
			if err := os.Remove(filepath.Join(to, kind.file)); err != nil && !errors.Is(err, os.ErrNotExist) {
				return c, err
			}
		}
	}
	if err := copyDatabase(ctx, filepath.Join(dir, FileName), filepath.Join(to, FileName)); err != nil {
		return c, err
	}
	err = c.finish(ctx, to, FileName, func(db *sql.DB) error {
		if _, err := db.ExecContext(ctx, `PRAGMA secure_delete = ON; DELETE FROM sessions; DELETE FROM logins;
			UPDATE sealing SET residue = 0`); err != nil { // a copy has no free space
			return err
		}
		return db.QueryRowContext(ctx, `SELECT epoch, key_id, max(swept, coalesce((SELECT max(seq) FROM deliveries), 0),
			coalesce((SELECT counted_to FROM retention), 0)) FROM log, sealing`).
			Scan(&c.Epoch, &c.KeyID, &c.Head)
	})
	return c, err
}

// copyDatabase writes a copy of a database to a new file, as one consistent snapshot and without free space. It reads
// beside the writer: commits do not wait for it.
func copyDatabase(ctx context.Context, from, to string) (err error) {
	dsn := url.URL{
		Scheme:   "file",
		Opaque:   (&url.URL{Path: from}).EscapedPath(),
		RawQuery: "mode=ro&_busy_timeout=5000",
	}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return fmt.Errorf("copy %s: %w", from, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	// SQLite would make the file readable for whom the umask lets. It also takes an empty one.
	empty, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		err = empty.Close()
	}
	if err != nil {
		return fmt.Errorf("copy %s: %w", from, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(to))
		}
	}()
	db.SetMaxOpenConns(1)
	var returns int64
	if err := db.QueryRowContext(ctx, `PRAGMA auto_vacuum`).Scan(&returns); err != nil {
		return fmt.Errorf("copy %s: %w", from, err)
	}
	if returns == 0 { // the copy returns free space, also if the database of an older release does not
		if _, err := db.ExecContext(ctx, `PRAGMA auto_vacuum = INCREMENTAL`); err != nil {
			return fmt.Errorf("copy %s: %w", from, err)
		}
	}
	stop := syncOften(to)
	defer stop()
	// VACUUM INTO takes no parameter in this position.
	if _, err := db.ExecContext(ctx, `VACUUM INTO '`+strings.ReplaceAll(to, `'`, `''`)+`'`); err != nil {
		return fmt.Errorf("copy %s: %w", from, err)
	}
	return nil
}

// syncEvery is how often a copy is synced while it is written.
const syncEvery = 50 * time.Millisecond

// syncOften syncs a file that is being written, again and again, until stop is called. Otherwise the system collects
// the writes to a large copy, and a commit of the log, which must wait for its own sync, waits for all of them: at
// 200 deliveries per second and a copy of 740 MB, the slowest hundredth took 350 ms, and takes 60 ms by this. Closing
// the file releases SQLite's locks on it, which does not matter, since nobody else knows the copy.
func syncOften(path string) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() { // ends when stop is called
		defer close(ended)
		tick := time.NewTicker(syncEvery)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			if f, err := os.OpenFile(path, os.O_RDWR, 0); err == nil { // it may not be there yet
				_ = f.Sync() // affects speed only
				_ = f.Close()
			}
		}
	}()
	return func() { close(done); <-ended }
}

// finish changes a copy, checks it, and adds it to c. change may be nil.
func (c *Copied) finish(ctx context.Context, dir, name string, change func(*sql.DB) error) (err error) {
	path := filepath.Join(dir, name)
	// Nobody else uses the file, and if this fails it is deleted: it needs no journal.
	db, err := sql.Open("sqlite", fmt.Sprintf("file:%s?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)",
		(&url.URL{Path: path}).EscapedPath()))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if change != nil {
		if err := change(db); err != nil {
			return fmt.Errorf("copy %s: %w", name, err)
		}
	}
	var newest int64
	if err := db.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version`).Scan(&newest); err != nil {
		return fmt.Errorf("copy %s: %w", name, err)
	}
	if err := quickCheck(ctx, db); err != nil {
		return fmt.Errorf("check the copy of %s: %w", name, err)
	}
	c.Schema[name] = newest
	c.Files = append(c.Files, name)
	return nil
}

// Newest returns the newest migration of each database that this release has, by the database's name.
func Newest() (map[string]int64, error) {
	newest := map[string]int64{}
	for name, of := range databases() {
		versions, err := of.versions()
		if err != nil {
			return nil, err
		}
		newest[name] = versions[len(versions)-1]
	}
	return newest, nil
}

// databases returns the schema of each database, by its name.
func databases() map[string]schema {
	all := map[string]schema{FileName: logSchema}
	for _, kind := range projectionKinds() {
		all[kind.file] = kind.schema
	}
	return all
}

// Renew makes the databases in dir, which were restored from a backup, a new log: it gives them a new epoch, so that
// readers with a cursor of the old one load their first page again, and deletes sessions and one-time logins. The
// databases may be of an older release, and are not migrated. Nothing may have them open. It returns the new epoch.
func Renew(ctx context.Context, dir string, o Options) (epoch string, err error) {
	if _, err := CheckRelease(ctx, dir); err != nil {
		return "", err
	}
	tail, err := hook.RandomTail(o.Random)
	if err != nil {
		return "", err
	}
	epoch = tail[:10]
	var before any
	err = change(dir, FileName, func(c *writerConn) error {
		if before, err = c.value(`SELECT epoch FROM log`); err != nil {
			return err
		}
		if err := c.exec(`UPDATE log SET epoch = ?`, epoch); err != nil {
			return err
		}
		if err := c.exec(`DELETE FROM sessions`); err != nil {
			return err
		}
		return c.exec(`DELETE FROM logins`)
	})
	if err != nil {
		return "", err
	}
	for _, kind := range projectionKinds() {
		if _, err := os.Stat(filepath.Join(dir, kind.file)); err != nil {
			continue
		}
		// A projection of another log keeps its epoch, and is rebuilt when it is opened.
		err := change(dir, kind.file, func(c *writerConn) error {
			return c.exec(`UPDATE `+kind.origin+` SET epoch = ? WHERE epoch = ?`, epoch, before)
		})
		if err != nil && !damage(err) { // a damaged one is replaced when it is opened
			return "", err
		}
	}
	return epoch, nil
}

// change changes a database that nothing else uses, after a check of its structure. When it returns, everything is in
// the file itself and on the disk, and there is no WAL.
func change(dir, name string, do func(*writerConn) error) (err error) {
	path := filepath.Join(dir, name)
	c, read, err := connect(path, logTuning)
	defer func() { err = errors.Join(err, closeConns(c, read)) }()
	if err == nil {
		err = quickCheck(context.Background(), read)
	}
	if err == nil {
		err = read.Close() // a reader would keep the WAL from being emptied
	}
	if err == nil {
		err = c.inTransaction(func() error { return do(c) })
	}
	if err == nil {
		_, err = c.row(`PRAGMA wal_checkpoint(TRUNCATE)`)
	}
	if err != nil {
		return fmt.Errorf("change %s: %w", path, err)
	}
	return nil
}
