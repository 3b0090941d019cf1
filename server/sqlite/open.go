// Package sqlite keeps Hookbeam's data in SQLite. It is one engine in three subjects:
//
//   - Log: every delivery as it was received, the claims of event ids, and what retention removes. What Append has
//     answered without an error is synced to disk.
//   - Registry: what people configure, and what must survive a restart beside the log: endpoints, logins, sessions,
//     certificates.
//   - Statuses: a projection. It is drawn from the log, has a file of its own and can be thrown away.
//
// Log and Registry are two views of one database file and share its one writer. Readers never wait for the writer.
// No other package uses SQL, and no package above takes these types: each declares the few methods that it needs.
//
// Start reading in open.go, then writer.go (how a commit is shared), deliveries.go and columns.go (how a delivery is
// stored) and tail.go (how followers read).
package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"hookbeam/server/datafile"
)

// FileName is the database's name in the data folder; SQLite keeps its -wal and -shm beside it.
const FileName = "hookbeam.db"

const (
	durable         = "_journal_mode=WAL&_synchronous=FULL"
	readOnly        = "mode=rw&_query_only=1" // rw: a file that is gone is not made anew, as an empty one
	pageSize        = 16 << 10
	checkpointPages = (4 << 20) / pageSize // little and often: a long checkpoint is a long wait for somebody
	writerCache     = 8 << 10              // KiB of pages that stay with the writer: those in which events are claimed
	readers         = 4
	checkAtOnce     = 64 << 20 // see Options.CheckAtOnce

	// walLimit is the size in bytes to which the log's WAL is cut when it begins anew, and boardWALLimit that of the
	// statuses'. Both are well above what they are otherwise, 4 and 16 MiB: a WAL that is written over syncs faster
	// than one that grows.
	walLimit      = 16 << 20
	boardWALLimit = 48 << 20
)

// Options are the limits and the outside world of a database. Now, Random and Log must be set.
type Options struct {
	KeepFor      time.Duration // age at which deliveries are removed; 0 keeps them for ever
	KeepBytes    int64         // what deliveries may take in the file; 0: no bound
	KeepEvents   int64         // what remembered event ids may take in the file; 0: no bound
	KeepRejected int64         // rejected deliveries kept for each endpoint; 0 means 1,000
	KeepVerified int64         // newest verified deliveries that stay whatever they take; 0 means 1,000
	CheckAtOnce  int64         // a database up to this size is checked before it serves; 0 means 64 MiB
	Checked      Checked       // what is known of the folder already
	Now          func() time.Time
	Running      func() time.Duration // time that has passed, which nobody can set; nil: as Now says
	Random       io.Reader
	Log          *slog.Logger
}

// DB is the open database: its file, its writer and its health. What is in it is reached by Log and Registry.
// The server opens one, runs Run, Check and Watch beside each other, and closes it when they have ended.
type DB struct{ *database }

// Log returns the log that is in the database.
func (s *DB) Log() *Log { return s.log }

// Registry returns the registry that is in the database.
func (s *DB) Registry() *Registry { return &Registry{s.database} }

// database is what the log and the registry share: the connections, the writer's queue and what is known of the file.
// Its fields belong to the writer's goroutine where they are neither fixed, atomic nor guarded by a lock.
type database struct {
	options    Options
	path       string
	write      *writerConn
	read       *sql.DB
	files      fileSet // where its files stand
	index      *walIndex
	checkLater bool // it is too large to be checked before it serves
	log        *Log

	queue    chan *writeRequest
	stopped  chan struct{} // closed when the writer has ended
	failures failures      // the writer's
	rescued  bool          // what is in the WAL was written into a database that is gone; the writer's

	damaged atomic.Pointer[error]
	gone    atomic.Pointer[error]
	outcome outcome
	probing probing
}

// Open makes or opens the database in dir, brings its schema up to date and checks it.
// A damaged database is an error that says how to go on.
func Open(ctx context.Context, dir string, o Options) (*DB, error) {
	if err := datafile.Folder(dir); err != nil {
		return nil, err
	}
	if err := makeFiles(dir, FileName); err != nil {
		return nil, err
	}
	s := newDatabase(dir, o)
	return s.opened(s.open(ctx))
}

// OpenBeside opens the database in dir without changing its schema: a server may be running on it, and only who holds
// the folder changes that. A database of another release is refused with what to do.
func OpenBeside(ctx context.Context, dir string, o Options) (*DB, error) {
	s := newDatabase(dir, o)
	return s.opened(s.openBeside(ctx))
}

// opened returns the database that open has opened, or closes it and says what the operator can do.
func (s *database) opened(err error) (*DB, error) {
	if err != nil {
		_ = s.closeConns()
		return nil, s.explain(err)
	}
	return &DB{s}, nil
}

func newDatabase(dir string, o Options) *database {
	if o.Running == nil {
		began := o.Now()
		o.Running = func() time.Duration { return o.Now().Sub(began) }
	}
	o.KeepRejected = cmp.Or(o.KeepRejected, 1000)
	o.KeepVerified = cmp.Or(o.KeepVerified, 1000)
	o.CheckAtOnce = cmp.Or(o.CheckAtOnce, checkAtOnce)
	s := &database{options: o, path: filepath.Join(dir, FileName), queue: make(chan *writeRequest, maxBatch),
		stopped: make(chan struct{})}
	s.log = newLog(s)
	return s
}

// Files are the names of the files that make up the database with this name: SQLite makes the others beside it.
func Files(name string) []string {
	return []string{name, name + "-wal", name + "-shm", name + "-journal"}
}

// makeFiles makes the file of a database, so that it and what SQLite makes beside it, with the same mode, are its
// owner's alone.
func makeFiles(dir, name string) error {
	if err := datafile.Mend(dir, Files(name)...); err != nil {
		return err
	}
	return datafile.Create(filepath.Join(dir, name))
}

// tuning says how the connections of one of the two databases are set up.
type tuning struct {
	mode        string // journal and synchronous, as the driver names them
	synchronous int64  // what PRAGMA synchronous must then say: 2 is FULL, 1 NORMAL
	checkpoint  int    // pages in the WAL at which it is written into the database
	cache       int    // KiB of pages that stay with the writer
	walLimit    int    // bytes to which the WAL is cut when it begins anew
}

var logTuning = tuning{
	mode:        durable,
	synchronous: 2,
	checkpoint:  checkpointPages,
	cache:       writerCache,
	walLimit:    walLimit,
}

// connect opens the writer and the readers of the database at path, which must be there. What it has opened when it
// fails is returned with the error.
func connect(path string, t tuning) (*writerConn, *sql.DB, error) {
	write, err := openWriter(dsn(path, fmt.Sprintf(
		"%s&_pragma=wal_autocheckpoint(%d)&_pragma=cache_size(%d)&_pragma=journal_size_limit(%d)",
		t.mode, t.checkpoint, -t.cache, t.walLimit)), t.synchronous)
	if err != nil {
		return nil, nil, err
	}
	read, err := sql.Open("sqlite", dsn(path, readOnly))
	if err != nil {
		return write, nil, err
	}
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	return write, read, nil
}

// closeConns closes what connect opened.
func closeConns(write *writerConn, read *sql.DB) error {
	var errs []error
	if read != nil {
		errs = append(errs, read.Close())
	}
	if write != nil {
		errs = append(errs, write.close())
	}
	return errors.Join(errs...)
}

// dsn names a file for the driver, which applies _pragma before the other keys: the page size counts only before
// anything is written.
func dsn(path, keys string) string {
	return fmt.Sprintf("file:%s?_busy_timeout=5000&_pragma=page_size(%d)&%s",
		(&url.URL{Path: path}).EscapedPath(), pageSize, keys)
}

func sizeOf(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// open opens the database of this process, which holds the folder.
func (s *database) open(ctx context.Context) error {
	size, err := sizeOf(s.path)
	if err != nil {
		return err
	}
	found, err := s.options.Checked.state(ctx, logSchema, s.path)
	if err != nil {
		return err
	}
	s.checkLater = size > s.options.CheckAtOnce
	if s.write, s.read, err = connect(s.path, logTuning); err != nil {
		return err
	}
	if size > 0 && !s.checkLater {
		if err := quickCheck(ctx, s.read); err != nil {
			return err
		}
	}
	if err := logSchema.update(ctx, s.write, dsn(s.path, durable), found); err != nil {
		return err
	}
	if err := s.log.name(); err != nil {
		return err
	}
	if err := s.log.load(ctx); err != nil {
		return err
	}
	if s.files, err = standAt(s.path); err != nil {
		return err
	}
	s.index, err = openWALIndex(s.path)
	return err
}

// openBeside opens the database of another process, and changes nothing about it.
func (s *database) openBeside(ctx context.Context) error {
	found, err := logSchema.check(ctx, s.path)
	if err != nil {
		return err
	}
	if found != current {
		return errors.New(
			"this database was written by an older Hookbeam. Start hookbeam serve of this release once, " +
				"which brings it up to date, or run this command with the release that serves it",
		)
	}
	if s.write, s.read, err = connect(s.path, logTuning); err != nil {
		return err
	}
	return s.log.load(ctx)
}

// Close frees the database. Run must have ended.
func (s *DB) Close() error { return s.closeConns() }

func (s *database) closeConns() error {
	err := closeConns(s.write, s.read)
	return errors.Join(err, s.index.close()) // the last: see walIndex
}
