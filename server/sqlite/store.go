// Package sqlite keeps the log, and what else must survive, in one SQLite database.
// What Append has answered without an error is synced to disk; readers never wait for the writer.
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
	"sync"
	"sync/atomic"
	"time"

	"hookbeam/server/datafile"
	"hookbeam/server/hook"
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

// Options are the limits and the outside world of a store. Now, Random and Log must be set.
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

// Store is the open database. All methods may be used from many goroutines at once.
// Those that write wait for Run, the one writer.
type Store struct {
	options    Options
	path       string
	write      *writerConn
	read       *sql.DB
	epoch      string
	files      fileSet // where its files stand
	index      *walIndex
	summedFrom int64 // the seq from which on each record has a checksum
	checkLater bool  // it is too large to be checked before it serves

	queue    chan *work
	stopped  chan struct{} // closed when the writer has ended
	works    sync.Pool     // of *work, for appends
	values   []any         // of the writer's statement, used again
	claims   claimScratch  // the writer's
	ledger   *ledger       // what is kept; the writer's
	blocks   blocks
	clock    clockWatch
	failures failures // the writer's
	sweeper  sweeper

	head    atomic.Int64
	swept   atomic.Int64
	damaged atomic.Pointer[error]
	gone    atomic.Pointer[error]
	rescued bool   // what is in the WAL was written into a database that is gone; of the writer
	scratch []byte // of the writer's checksums
	spoilt  spoilt
	outcome outcome
	probing probing
	tail    tail
	growth  struct {
		sync.Mutex
		grown chan struct{} // closed and replaced at each commit of deliveries
	}
}

// Open makes or opens the database in dir, brings its schema up to date and checks it.
// A damaged database is an error that says how to go on.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	if err := datafile.Folder(dir); err != nil {
		return nil, err
	}
	if err := makeFiles(dir, FileName); err != nil {
		return nil, err
	}
	s := newStore(dir, o)
	if err := s.open(ctx); err != nil {
		_ = s.closeConns()
		return nil, s.explain(err)
	}
	return s, nil
}

func newStore(dir string, o Options) *Store {
	if o.Running == nil {
		began := o.Now()
		o.Running = func() time.Duration { return o.Now().Sub(began) }
	}
	s := &Store{options: o, path: filepath.Join(dir, FileName), queue: make(chan *work, maxBatch),
		stopped: make(chan struct{}), ledger: newLedger()}
	s.options.KeepRejected = cmp.Or(o.KeepRejected, 1000)
	s.options.KeepVerified = cmp.Or(o.KeepVerified, 1000)
	s.options.CheckAtOnce = cmp.Or(o.CheckAtOnce, checkAtOnce)
	s.sweeper.wake, s.sweeper.events.wake = make(chan struct{}, 1), make(chan struct{}, 1)
	s.growth.grown = make(chan struct{})
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

func (s *Store) open(ctx context.Context) error {
	size, err := sizeOf(s.path)
	if err != nil {
		return err
	}
	found, err := s.options.Checked.state(ctx, logSchema, s.path)
	if err != nil {
		return err
	}
	s.checkLater = size > s.options.CheckAtOnce
	if err := s.connect(); err != nil {
		return err
	}
	if size > 0 && !s.checkLater {
		if err := quickCheck(ctx, s.read); err != nil {
			return err
		}
	}
	if err := logSchema.update(ctx, s.write, s.dsn(durable), found); err != nil {
		return err
	}
	if err := s.name(); err != nil {
		return err
	}
	if err := s.load(ctx); err != nil {
		return err
	}
	if s.files, err = standAt(s.path); err != nil {
		return err
	}
	s.index, err = openWALIndex(s.path)
	return err
}

// connect opens the writer and the readers of a database that is there.
func (s *Store) connect() (err error) {
	if s.write, err = openWriter(s.dsn(fmt.Sprintf("%s&_pragma=wal_autocheckpoint(%d)&_pragma=cache_size(%d)&_pragma=journal_size_limit(%d)",
		durable, checkpointPages, -writerCache, walLimit)), 2); err != nil {
		return err
	}
	if s.read, err = sql.Open("sqlite", s.dsn(readOnly)); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers)
	return nil
}

func sizeOf(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// dsn names the file for the driver, which applies _pragma before the other keys: the page size counts only before
// anything is written.
func (s *Store) dsn(keys string) string {
	return fmt.Sprintf("file:%s?_busy_timeout=5000&_pragma=page_size(%d)&%s", (&url.URL{Path: s.path}).EscapedPath(), pageSize, keys)
}

// name makes the log's epoch on the first start.
func (s *Store) name() error {
	tail, err := hook.RandomTail(s.options.Random)
	if err != nil {
		return err
	}
	if err := s.write.exec(`INSERT INTO log (only, epoch, swept) VALUES (1, ?, 0) ON CONFLICT DO NOTHING`,
		tail[:10]); err != nil {
		return fmt.Errorf("name the log: %w", err)
	}
	return nil
}

// load reads where the log stands.
func (s *Store) load(ctx context.Context) error {
	var swept int64
	if err := s.read.QueryRowContext(ctx, `SELECT epoch, swept, summed_from FROM log`).
		Scan(&s.epoch, &swept, &s.summedFrom); err != nil {
		return fmt.Errorf("read the log's end: %w", err)
	}
	head, err := s.loadLedger()
	if err != nil {
		return fmt.Errorf("count what is kept: %w", err)
	}
	s.swept.Store(swept)
	s.head.Store(max(int64(head), swept))
	s.sweeper.events.opened = s.Head()
	s.clock.begin(s.options.Now(), s.options.Running())
	s.tail.from = hook.Seq(s.head.Load())
	return nil
}

// Close frees the database. Run must have ended.
func (s *Store) Close() error { return s.closeConns() }

func (s *Store) closeConns() error {
	var errs []error
	if s.read != nil {
		errs = append(errs, s.read.Close())
	}
	if s.write != nil {
		errs = append(errs, s.write.close())
	}
	return errors.Join(append(errs, s.index.close())...) // the last: see walIndex
}

// Epoch names this log: cursors of another one are worth nothing here.
func (s *Store) Epoch() string { return s.epoch }

// Head is the newest committed seq.
func (s *Store) Head() hook.Seq { return hook.Seq(s.head.Load()) }

// Swept is the seq up to which retention may have removed deliveries.
func (s *Store) Swept() hook.Seq { return hook.Seq(s.swept.Load()) }

// Grown returns a channel that is closed when deliveries are committed after this call.
func (s *Store) Grown() <-chan struct{} {
	s.growth.Lock()
	defer s.growth.Unlock()
	return s.growth.grown
}

func (s *Store) announceGrowth() {
	s.growth.Lock()
	defer s.growth.Unlock()
	close(s.growth.grown)
	s.growth.grown = make(chan struct{})
}
