package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"hookbeam/server/hook"
)

// The names of the statuses' databases in the data folder.
const (
	StatusesFile = "statuses.db"     // the one that is shown
	newStatuses  = "statuses.new.db" // the one that a rebuild draws beside it

	// DamagedEnding follows the name of a database that was put aside.
	DamagedEnding = ".damaged"
)

// StatusesFiles are the names of all files that the statuses may have in the data folder.
func StatusesFiles() (names []string) {
	for _, database := range []string{StatusesFile, StatusesFile + DamagedEnding, newStatuses} {
		names = append(names, Files(database)...)
	}
	return names
}

// StatusDatabases opens the statuses of one data folder: those that are shown, and the ones that a rebuild draws beside
// them. One goroutine uses it.
type StatusDatabases struct {
	dir     string
	log     *slog.Logger
	begun   *beginning // of those that are shown; nil: not yet
	rebuilt *Statuses  // the new ones, while they are open
	closed  bool
}

// NewStatusDatabases returns the statuses' databases in dir. With begin, opening the one that is shown begins at once,
// beside opening the log, up to where the log must be known. seen is what is known of the folder already.
func NewStatusDatabases(
	ctx context.Context,
	dir string,
	logger *slog.Logger,
	seen Checked,
	begin bool,
) *StatusDatabases {
	d := &StatusDatabases{dir: dir, log: logger}
	if begin {
		d.begun = d.begin(ctx, StatusesFile, seen)
	}
	return d
}

// Open makes or opens the database that is shown. What was drawn of another log, or of more of it than there is, is
// worth nothing and begun anew; a damaged file is put aside, for the log can draw it again.
func (d *StatusDatabases) Open(ctx context.Context, of hook.ProjectionOrigin) (*Statuses, error) {
	if d.closed {
		return nil, errors.New("the statuses' databases were closed")
	}
	begun := d.begun
	if d.begun = nil; begun == nil {
		begun = d.begin(ctx, StatusesFile, Checked{})
	}
	return begun.open(ctx, of)
}

// OpenNew makes an empty database beside the one that is shown. One that is there is removed.
func (d *StatusDatabases) OpenNew(ctx context.Context, of hook.ProjectionOrigin) (*Statuses, error) {
	if err := d.RemoveNew(); err != nil {
		return nil, err
	}
	var err error
	d.rebuilt, err = d.begin(ctx, newStatuses, Checked{}).open(ctx, of)
	return d.rebuilt, err
}

// ReplaceWithNew puts the new database into the place of the one that is shown, and opens it there. Both must not be
// used while it happens, and the one that is shown must be closed. Where it fails, that one still stands there.
func (d *StatusDatabases) ReplaceWithNew(ctx context.Context, of hook.ProjectionOrigin) (*Statuses, error) {
	rebuilt := d.rebuilt
	if d.rebuilt = nil; rebuilt == nil {
		return nil, errors.New("there are no new statuses")
	}
	if err := rebuilt.write.exec(`PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		return nil, err
	}
	if err := rebuilt.Close(); err != nil {
		return nil, err
	}
	if err := move(rebuilt.path, filepath.Join(d.dir, StatusesFile)); err != nil {
		return nil, err
	}
	return d.Open(ctx, of)
}

// RemoveNew removes the new database, which nobody may use.
func (d *StatusDatabases) RemoveNew() error {
	return remove(filepath.Join(d.dir, newStatuses), "-wal", "-shm", "")
}

// Close frees what was begun to be opened and not opened to its end. Nothing can be opened any more.
func (d *StatusDatabases) Close() error {
	begun := d.begun
	d.begun, d.closed = nil, true
	if begun == nil {
		return nil
	}
	<-begun.done
	return begun.statuses.Close()
}

// beginning is a database that is being opened.
type beginning struct {
	done     chan struct{} // closed when statuses and err are set
	statuses *Statuses
	err      error
}

// begin begins to open a database, up to where the log must be known: both can be opened at once.
func (d *StatusDatabases) begin(ctx context.Context, name string, seen Checked) *beginning {
	b := &beginning{done: make(chan struct{}), statuses: &Statuses{path: filepath.Join(d.dir, name), log: d.log}}
	go func() { // ends when the file is open; whoever began waits for it
		defer close(b.done)
		b.err = b.statuses.prepare(ctx, seen)
	}()
	return b
}

// open is the rest.
func (b *beginning) open(ctx context.Context, of hook.ProjectionOrigin) (*Statuses, error) {
	<-b.done
	s, err := b.statuses, b.err
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
