// Package sqlite stores Hookbeam's data in SQLite. It has three parts:
//
//   - Log: every delivery as it was received, the claims of event ids, and retention. When Append returns without an
//     error, the delivery is synced to disk.
//   - Registry: what people configure, and what must survive a restart beside the log: endpoints, logins, sessions,
//     certificates.
//   - Statuses: a projection. It is computed from the log, has a database file of its own, and can be deleted and
//     rebuilt.
//
// Log and Registry use one database file, in WAL mode, through one writer goroutine (DB.Run) and a pool of read-only
// connections. Readers never wait for the writer, nor the writer for readers. No other package uses SQL, and no package
// above takes these types: each declares the few methods that it needs.
//
// Start reading in open.go (connections and their settings), then writer.go (group commit), deliveries.go and
// columns.go (how a delivery is stored), tail.go (how followers read), and sweep.go (retention).
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
	"strings"
	"sync/atomic"
	"time"

	"hookbeam/server/datafile"
	"hookbeam/server/meter"
)

// FileName is the database's name in the data folder. SQLite keeps its WAL and the WAL's index beside it, with the
// endings -wal and -shm.
const FileName = "hookbeam.db"

const (
	// durable are the settings of the log's writer. With synchronous=FULL, SQLite syncs the WAL at every commit, so a
	// committed delivery survives a power failure.
	durable = "_journal_mode=WAL&_synchronous=FULL"
	// readOnly are the settings of readers. mode=rw fails if the file is missing, where the default would create an
	// empty one.
	readOnly = "mode=rw&_query_only=1"

	pageSize    = 16 << 10
	readers     = 4        // read-only connections
	checkAtOnce = 64 << 20 // see Options.CheckAtOnce

	// checkpointPages is the size of the WAL, in pages, at which a commit copies it into the database. It is small: the
	// commit that runs a checkpoint waits for it, and so does everybody who shares that commit.
	checkpointPages = (4 << 20) / pageSize
	// writerCache is the writer's page cache in KiB. It holds the pages of the events table, which every append reads.
	writerCache = 8 << 10

	// walLimit and statusesWALLimit are the sizes in bytes to which the WAL of the log and of the statuses is truncated
	// after a checkpoint. Both are well above the sizes at which checkpoints run, 4 and 16 MiB, because overwriting an
	// existing WAL syncs faster than extending one.
	walLimit         = 16 << 20
	statusesWALLimit = 48 << 20
)

// Options are the limits of a database, and the clocks, randomness and logger that it uses. Now, Random and Log must be
// set.
type Options struct {
	KeepFor      time.Duration // age at which deliveries are removed; 0: no limit
	KeepBytes    int64         // bytes that deliveries may take in the file; 0: no limit
	KeepEvents   int64         // bytes that remembered event ids may take in the file; 0: no limit
	KeepRejected int64         // rejected deliveries that are kept per endpoint; 0 means 1,000
	KeepVerified int64         // newest verified deliveries that are kept whatever their size; 0 means 1,000
	CheckAtOnce  int64         // a database of up to so many bytes is checked before it serves; 0 means 64 MiB
	Checked      Checked       // the result of CheckRelease, if it was called
	Now          func() time.Time
	Running      func() time.Duration // a monotonic clock; nil: the difference of two Now
	Random       io.Reader
	Log          *slog.Logger
	Meter        *meter.Registry // nil: nothing is counted

	// Seal encrypts the secrets of endpoints. The server always sets it. If it is nil, they are stored as they are, and
	// a database in which they are sealed is not opened, except by OpenBeside.
	Seal Sealer
}

// DB is the open database that contains the log and the registry. The server opens one, runs Run, Check and Watch in
// goroutines of their own, and closes it when they have returned.
type DB struct{ *database }

// Log returns the log that is in the database.
func (s *DB) Log() *Log { return s.log }

// Registry returns the registry that is in the database.
func (s *DB) Registry() *Registry { return &Registry{s.database} }

// database is what DB, Log and Registry share: the connections, the writer's queue and the health of the file.
//
// Fields that are not set once, atomic, or guarded by a lock of their own belong to the writer's goroutine.
type database struct {
	options    Options
	path       string
	write      *writerConn // the only connection that writes
	read       *sql.DB     // a pool of read-only connections
	files      fileSet     // identities of its files; empty for a database of another process
	index      *walIndex   // nil for a database of another process
	checkLater bool        // it is too large to be checked before it serves; see Check
	plain      bool        // its secrets are not sealed, and there is no key to seal them
	log        *Log

	queue    chan *writeRequest
	stopped  chan struct{} // closed when the writer has ended
	failures failures      // the writer's
	measures measures      // the metrics of the writer
	rescued  bool          // the WAL of a missing database was checkpointed, see rescue; the writer's

	damaged atomic.Pointer[error] // the first sign of damage; nil: none. After it, nothing is written
	gone    atomic.Pointer[error] // why a file was found missing; nil: all are there. After it, nothing is written
	outcome outcome
	probing probing
}

// Open creates or opens the database in dir, migrates its schema and checks its structure. The caller must hold the
// folder's lock. The error for a damaged database says how to recover.
func Open(ctx context.Context, dir string, o Options) (*DB, error) {
	if err := datafile.Folder(dir); err != nil {
		return nil, err
	}
	if err := makeFiles(dir, FileName); err != nil {
		return nil, err
	}
	if err := removeUnfinished(filepath.Join(dir, FileName)); err != nil {
		return nil, err
	}
	s := newDatabase(dir, o)
	return s.finishOpening(s.open(ctx))
}

// OpenBeside opens the database in dir for a command, without migrating it: only the process that holds the folder's
// lock may do that, and it may be a running server. A database of another release is refused; the error says what to
// do.
func OpenBeside(ctx context.Context, dir string, o Options) (*DB, error) {
	s := newDatabase(dir, o)
	return s.finishOpening(s.openBeside(ctx))
}

// finishOpening returns the opened database. After an error it closes what was opened and adds to the error what the
// operator can do.
func (s *database) finishOpening(err error) (*DB, error) {
	if err != nil {
		_ = s.closeConns()
		return nil, s.explain(err)
	}
	return &DB{s}, nil
}

// newDatabase returns a database with its defaults, and without connections.
func newDatabase(dir string, o Options) *database {
	if o.Running == nil {
		began := o.Now()
		o.Running = func() time.Duration { return o.Now().Sub(began) }
	}
	o.KeepRejected = cmp.Or(o.KeepRejected, 1000)
	o.KeepVerified = cmp.Or(o.KeepVerified, 1000)
	o.CheckAtOnce = cmp.Or(o.CheckAtOnce, checkAtOnce)
	s := &database{options: o, path: filepath.Join(dir, FileName), queue: make(chan *writeRequest, maxBatch),
		stopped: make(chan struct{}), measures: newMeasures(o.Meter)}
	s.log = newLog(s)
	return s
}

// Files returns the names of all files of the database with this name: the database, and those that SQLite creates
// beside it.
func Files(name string) []string {
	return []string{name, name + "-wal", name + "-shm", name + "-journal"}
}

// makeFiles creates the empty file of a database, and corrects the modes of all its files. SQLite creates the other
// files with the mode of the first one, so all of them can be read by their owner only.
func makeFiles(dir, name string) error {
	if err := datafile.Mend(dir, Files(name)...); err != nil {
		return err
	}
	return datafile.Create(filepath.Join(dir, name))
}

// tuning are the settings of a database's writer connection. The log and the statuses have different ones.
type tuning struct {
	mode        string // journal mode and synchronous, as keys of the driver
	synchronous int64  // the value that PRAGMA synchronous must then return: 2 is FULL, 1 NORMAL
	checkpoint  int    // size of the WAL, in pages, at which it is copied into the database
	cache       int    // page cache in KiB
	walLimit    int    // bytes to which the WAL is truncated after a checkpoint
}

var logTuning = tuning{
	mode:        durable,
	synchronous: 2,
	checkpoint:  checkpointPages,
	cache:       writerCache,
	walLimit:    walLimit,
}

// connect opens the writer and the readers of the database at path, which must exist. After an error it returns what it
// had opened, for the caller to close.
func connect(path string, t tuning) (*writerConn, *sql.DB, error) {
	at := dsn
	if size, err := sizeOf(path); err == nil && size == 0 {
		at = dsnOfNew
	}
	write, err := openWriter(at(path, fmt.Sprintf(
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

// closeConns closes what connect returned; either may be nil.
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

// dsn returns the driver's name for the file at path. The driver applies _pragma before the other keys; page_size must
// come first, since it has no effect once anything was written.
func dsn(path, keys string) string {
	return fmt.Sprintf("file:%s?_busy_timeout=5000&_pragma=page_size(%d)&%s",
		(&url.URL{Path: path}).EscapedPath(), pageSize, keys)
}

// dsnOfNew is dsn for a file that is empty. It makes the database keep track of where its pages are, so that free ones
// can be returned to the file system; see returnSpace. That must be set after the page size, which it fixes, and before
// the first table. The driver sorts the values of _pragma, so both are one value. Set for a database that exists, it
// would write to it.
func dsnOfNew(path, keys string) string {
	size := fmt.Sprintf("page_size(%d)", pageSize)
	return strings.Replace(dsn(path, keys), size, size+url.QueryEscape("; PRAGMA auto_vacuum(2)"), 1)
}

// sizeOf returns the size of a file in bytes.
func sizeOf(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// open opens the database for the process that holds the folder's lock: it checks, migrates and loads. A large database
// is not checked here, but by Check while it serves.
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
	if err := s.sealAtOpen(); err != nil {
		return err
	}
	if err := s.log.createEpoch(); err != nil {
		return err
	}
	if err := s.log.load(ctx); err != nil {
		return err
	}
	if s.files, err = identifyFiles(s.path); err != nil {
		return err
	}
	s.index, err = openWALIndex(s.path)
	return err
}

// openBeside opens the database of another process and changes nothing.
func (s *database) openBeside(ctx context.Context) error {
	found, err := logSchema.check(ctx, s.path)
	if err != nil {
		return err
	}
	if found != current {
		return errors.New(
			"this database was written by an older Hookbeam. Start hookbeam serve of this release once to " +
				"upgrade it, or run this command with the release that the server runs",
		)
	}
	if s.write, s.read, err = connect(s.path, logTuning); err != nil {
		return err
	}
	return s.log.load(ctx)
}

// Close closes the database. Run must have returned.
func (s *DB) Close() error { return s.closeConns() }

// closeConns closes the connections, then the WAL's index: see walIndex for why in this order.
func (s *database) closeConns() error {
	err := closeConns(s.write, s.read)
	return errors.Join(err, s.index.close())
}
