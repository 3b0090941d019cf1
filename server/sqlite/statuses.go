package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"hookbeam/server/hook"
)

// StatusesFile is the name of the statuses' database in the data folder.
const StatusesFile = "statuses.db"

// DamagedEnding follows the name of a statuses' database that was put aside.
const DamagedEnding = ".damaged"

// quick is for what can be drawn again from the log: a commit survives the death of the process, and one that is lost
// with the machine's power is made again.
const quick = "_journal_mode=WAL&_synchronous=NORMAL"

// statusesCache is how many KiB of pages stay with who writes. They are as large as those of the log: all caches of a
// process share one list of pages to use again, and a page of another size is given back to the system instead.
const statusesCache = 16 << 10

// Statuses is where subjects stand, in a database of its own, so that its commits never wait for the log's writer.
// One goroutine at a time may write; any may read.
type Statuses struct {
	path  string
	log   *slog.Logger
	files fileSet

	mu       sync.Mutex // held while writing
	write    *writerConn
	read     *sql.DB
	position hook.Seq
	stale    bool
	next     int64 // key of the next subject

	known  *bloom
	ending context.CancelFunc // ends reading names into it
	loaded chan struct{}      // closed when they are read
}

// Origin is of which log statuses are drawn, and by which release of the program.
type Origin struct {
	Epoch   string
	Head    hook.Seq
	Release string
}

// OpenStatuses makes or opens the database at dir/name. What was drawn of another log, or of more of it than there is,
// is worth nothing and begun anew; a damaged file is put aside, for the log can draw it again.
func OpenStatuses(ctx context.Context, dir, name string, of Origin, logger *slog.Logger) (*Statuses, error) {
	return BeginStatuses(ctx, dir, name, logger, Checked{}).Open(ctx, of)
}

// OpeningStatuses is a database that is being opened. Either of its methods must be called, and may be after the other.
type OpeningStatuses struct {
	done     chan struct{} // closed when statuses and err are set
	statuses *Statuses
	err      error
}

// BeginStatuses begins what OpenStatuses does, up to where the log must be known: both can be opened at once.
func BeginStatuses(ctx context.Context, dir, name string, logger *slog.Logger, seen Checked) *OpeningStatuses {
	o := &OpeningStatuses{done: make(chan struct{}), statuses: &Statuses{path: filepath.Join(dir, name), log: logger}}
	go func() {
		defer close(o.done)
		o.err = o.statuses.prepare(ctx, seen)
	}()
	return o
}

// Open is the rest of OpenStatuses.
func (o *OpeningStatuses) Open(ctx context.Context, of Origin) (*Statuses, error) {
	<-o.done
	s, err := o.statuses, o.err
	if o.statuses = nil; s == nil {
		return nil, errors.New("the statuses' database was opened or closed already")
	}
	if err == nil {
		err = s.use(ctx, of)
	}
	if err == nil {
		return s, nil
	}
	_ = s.Close()
	aside := s.path + DamagedEnding
	if !damage(err) {
		return nil, fmt.Errorf("open %s: %w", s.path, err)
	}
	s.log.Error("the statuses' database is damaged: it is put aside and drawn again from the log",
		"file", s.path, "aside", aside, "error", err)
	if err := move(s.path, aside); err != nil {
		return nil, fmt.Errorf("put %s aside: %w", s.path, err)
	}
	s = &Statuses{path: s.path, log: s.log}
	if err = s.prepare(ctx, Checked{}); err == nil {
		err = s.use(ctx, of)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", s.path, err), s.Close())
	}
	return s, nil
}

// Close frees what was opened, unless Open was called.
func (o *OpeningStatuses) Close() error {
	<-o.done
	s := o.statuses
	if o.statuses = nil; s == nil {
		return nil
	}
	return s.Close()
}

// move renames a closed database over another. What SQLite keeps beside either belongs to it no more. Whenever it is
// interrupted, one of the two stands at to.
func move(from, to string) error {
	for _, path := range []string{from, to} {
		if err := remove(path, "-wal", "-shm"); err != nil {
			return err
		}
	}
	return os.Rename(from, to)
}

func remove(path string, endings ...string) error {
	for _, ending := range endings {
		if err := os.Remove(path + ending); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// prepare makes the database where there is none, brings it up to date, checks it and opens its connections.
func (s *Statuses) prepare(ctx context.Context, seen Checked) error {
	if err := makeFiles(filepath.Dir(s.path), filepath.Base(s.path)); err != nil {
		return err
	}
	size, err := sizeOf(s.path)
	if err != nil {
		return err
	}
	found, err := seen.state(ctx, boardSchema, s.path)
	if err != nil {
		return err
	}
	if s.write, err = openWriter(s.dsn(fmt.Sprintf("%s&_pragma=wal_autocheckpoint(%d)&_pragma=cache_size(%d)&_pragma=journal_size_limit(%d)",
		quick, (16<<20)/pageSize, -statusesCache, boardWALLimit)), 1); err != nil {
		return err
	}
	if s.read, err = sql.Open("sqlite", s.dsn(readOnly)); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers)
	if size > 0 && size <= checkAtOnce {
		if err := quickCheck(ctx, s.read); err != nil {
			return err
		}
	}
	return boardSchema.update(ctx, s.write, s.dsn(quick), found)
}

// use begins to work with a database that is prepared, as one of that log.
func (s *Statuses) use(ctx context.Context, of Origin) (err error) {
	if err := s.load(of); err != nil {
		return err
	}
	if s.files, err = standAt(s.path); err != nil {
		return err
	}
	s.known, s.loaded = newBloom(), make(chan struct{})
	ctx, s.ending = context.WithCancel(context.WithoutCancel(ctx))
	go s.know(ctx)
	return nil
}

// know reads all names, a few at a time, while they are used already. What is stored meanwhile is put in by who stores
// it.
func (s *Statuses) know(ctx context.Context) {
	defer close(s.loaded)
	const atOnce = 10_000
	last, n := hook.NameKey{}, atOnce
	for n == atOnce {
		rows, err := s.read.QueryContext(ctx, `SELECT hash FROM names WHERE hash > ? ORDER BY hash LIMIT ?`, last[:], atOnce)
		if err == nil {
			for n = 0; rows.Next(); n++ {
				var hash sql.RawBytes
				if err = rows.Scan(&hash); err != nil {
					break
				}
				copy(last[:], hash)
				s.known.put(last)
			}
			err = errors.Join(err, rows.Err(), rows.Close())
		}
		if err != nil {
			if ctx.Err() == nil {
				s.log.Error("could not read the names of subjects: each is looked for on the disk", "error", err)
			}
			return
		}
	}
	s.known.whole.Store(true)
}

func (s *Statuses) dsn(keys string) string {
	return fmt.Sprintf("file:%s?_busy_timeout=5000&_pragma=page_size(%d)&%s", (&url.URL{Path: s.path}).EscapedPath(), pageSize, keys)
}

// load reads how far the log has been drawn, and forgets what was drawn of another.
func (s *Statuses) load(of Origin) error {
	row, err := s.write.row(`SELECT epoch, position, release FROM board`)
	if err != nil {
		return err
	}
	if len(row) == 3 && (row[0] != of.Epoch || hook.Seq(row[1].(int64)) > of.Head) {
		s.log.Warn("the statuses were drawn of another log and are drawn again", "file", s.path)
		if err := s.forget(); err != nil {
			return err
		}
		row = nil
	}
	if row == nil {
		err = s.write.exec(`INSERT INTO board (only, epoch, position, release) VALUES (1, ?, 0, ?)`, of.Epoch, of.Release)
	} else {
		s.position, s.stale = hook.Seq(row[1].(int64)), row[2] != of.Release
	}
	if err != nil {
		return err
	}
	last, err := s.write.value(`SELECT coalesce(max(key), 0) FROM subjects`)
	if err != nil {
		return err
	}
	s.next = last.(int64) + 1
	return nil
}

func (s *Statuses) forget() error {
	for _, table := range []string{"board", "subjects", "names", "shown"} {
		if err := s.write.exec(`DELETE FROM ` + table); err != nil {
			return err
		}
	}
	return nil
}

// Close frees the database.
func (s *Statuses) Close() error {
	if s.ending != nil {
		s.ending()
		<-s.loaded
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	if s.read != nil {
		errs = append(errs, s.read.Close())
	}
	if s.write != nil {
		errs = append(errs, s.write.close())
	}
	return errors.Join(errs...)
}

// Gone reports whether the database was removed or replaced while it is open. What is stored from then on is lost when
// it is closed; what it holds can be read until then.
func (s *Statuses) Gone() bool { return s.files.gone(allFiles) != nil }

// Position is the seq up to which the log has been drawn, as it was last stored.
func (s *Statuses) Position() hook.Seq {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.position
}

// Stale reports whether this was drawn by another release, or SetStale was called since: it should be drawn again.
func (s *Statuses) Stale() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stale
}

// SetStale notes for as long as this database is there that it should be drawn again.
func (s *Statuses) SetStale() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.write.exec(`UPDATE board SET release = NULL`); err != nil {
		return fmt.Errorf("note that the statuses are to be drawn again: %w", err)
	}
	s.stale = true
	return nil
}

// Replace takes the place of the database at dir/name, which must be closed. Both must not be used while it happens.
// Where it fails, the other still stands there.
func (s *Statuses) Replace(ctx context.Context, name string, of Origin) (*Statuses, error) {
	if err := s.write.exec(`PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	dir := filepath.Dir(s.path)
	if err := move(s.path, filepath.Join(dir, name)); err != nil {
		return nil, err
	}
	return OpenStatuses(ctx, dir, name, of, s.log)
}

// RemoveStatuses removes a database that nobody uses.
func RemoveStatuses(dir, name string) error {
	return remove(filepath.Join(dir, name), "-wal", "-shm", "")
}
