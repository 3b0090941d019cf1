package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"

	"hookbeam/server/hook"
)

// quick is for what can be rebuilt from the log: a commit survives the death of the process, and one that is lost with
// the machine's power is made again.
const quick = "_journal_mode=WAL&_synchronous=NORMAL"

// projectionKind describes the database of one projection. To add a projection, add its kind to projectionKinds.
type projectionKind struct {
	name   string   // for messages, a plural
	file   string   // of the database in use, in the data folder
	next   string   // file of the database that a rebuild fills beside it
	origin string   // table with one row (only, epoch, position, release): what the database was built from
	tables []string // all other tables
	schema schema
	tuning tuning
}

// projectionKinds are the projections that have a database.
func projectionKinds() []*projectionKind { return []*projectionKind{&statusesKind} }

// projection is what the databases of all projections have in common: files of their own, so that their commits never
// wait for the log's writer, and one row that says which log they were built from, up to which seq, and by which
// release. A type that holds a projection's tables embeds it. One goroutine at a time may write; any may read.
type projection struct {
	kind  *projectionKind
	path  string
	log   *slog.Logger
	files fileSet

	mu       sync.Mutex // held while writing
	write    *writerConn
	read     *sql.DB
	position hook.Seq
	stale    bool
}

// open makes the database where there is none, brings its schema up to date, checks it and opens its connections. It
// needs nothing of the log.
func (p *projection) open(ctx context.Context, seen Checked) error {
	if err := makeFiles(filepath.Dir(p.path), filepath.Base(p.path)); err != nil {
		return err
	}
	size, err := sizeOf(p.path)
	if err != nil {
		return err
	}
	found, err := seen.state(ctx, p.kind.schema, p.path)
	if err != nil {
		return err
	}
	if p.write, p.read, err = connect(p.path, p.kind.tuning); err != nil {
		return err
	}
	if size > 0 && size <= checkAtOnce {
		if err := quickCheck(ctx, p.read); err != nil {
			return err
		}
	}
	return p.kind.schema.update(ctx, p.write, dsn(p.path, quick), found)
}

// attach compares the database with the log that it is to be a projection of. What was built from another log is
// deleted; what another release built is stale.
func (p *projection) attach(of hook.ProjectionOrigin) (err error) {
	if p.files, err = standAt(p.path); err != nil {
		return err
	}
	row, err := p.write.row(`SELECT epoch, position, release FROM ` + p.kind.origin)
	if err != nil {
		return err
	}
	if len(row) == 3 && (row[0] != of.Epoch || hook.Seq(row[1].(int64)) > of.Head) {
		p.log.Warn(p.kind.name+" were built from another log; rebuilding them", "file", p.path)
		if err := p.clear(); err != nil {
			return err
		}
		row = nil
	}
	if row == nil {
		return p.write.exec(`INSERT INTO `+p.kind.origin+` (only, epoch, position, release) VALUES (1, ?, 0, ?)`,
			of.Epoch, of.Release)
	}
	p.position, p.stale = hook.Seq(row[1].(int64)), row[2] != of.Release
	return nil
}

func (p *projection) clear() error {
	for _, table := range append([]string{p.kind.origin}, p.kind.tables...) {
		if err := p.write.exec(`DELETE FROM ` + table); err != nil {
			return err
		}
	}
	return nil
}

// Close frees the database.
func (p *projection) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return closeConns(p.write, p.read)
}

// Gone reports whether the database was removed or replaced while it is open. What is stored from then on is lost when
// it is closed; what it holds can be read until then.
func (p *projection) Gone() bool { return p.files.gone(allFiles) != nil }

// Position is the seq up to which the log has been applied, as it was last stored.
func (p *projection) Position() hook.Seq {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.position
}

// Stale reports whether the database was built by another release, or SetStale was called: it should be rebuilt.
func (p *projection) Stale() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stale
}

// SetStale notes in the database that it should be rebuilt. Only a rebuild, which makes a new one, ends that.
func (p *projection) SetStale() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.write.exec(`UPDATE ` + p.kind.origin + ` SET release = NULL`); err != nil {
		return fmt.Errorf("note that the %s are to be rebuilt: %w", p.kind.name, err)
	}
	p.stale = true
	return nil
}

// projectionTables is a type that embeds projection.
type projectionTables interface {
	base() *projection
	// begin reads what the type keeps in memory, once the database is attached to its log.
	begin(ctx context.Context) error
	Close() error
}

func (p *projection) base() *projection { return p }

// Projections opens the databases of one projection in a data folder: the one in use, and the one that a rebuild fills
// beside it. T holds the tables. One goroutine uses it.
type Projections[T projectionTables] struct {
	kind    *projectionKind
	dir     string
	log     *slog.Logger
	tables  func() T    // returns tables that are not open yet
	opening *opening[T] // of the database in use, started early; nil: not started, or taken by Open
	next    *T          // the one that a rebuild fills, while it is open
	closed  bool
}

// opening is a database whose opening was started.
type opening[T projectionTables] struct {
	done   chan struct{} // closed when err is set
	tables T
	err    error
}

// start opens a database in a goroutine of its own, as far as that needs nothing of the log: both can be opened at once.
func (d *Projections[T]) start(ctx context.Context, file string, seen Checked) *opening[T] {
	o := &opening[T]{done: make(chan struct{}), tables: d.make(file)}
	go func() { // ends when the file is open; Open and Close wait for it
		defer close(o.done)
		o.err = o.tables.base().open(ctx, seen)
	}()
	return o
}

func (d *Projections[T]) make(file string) T {
	tables := d.tables()
	p := tables.base()
	p.kind, p.path, p.log = d.kind, filepath.Join(d.dir, file), d.log
	return tables
}

// Open makes or opens the database in use. One that was built from another log, or from more of this log than there
// is, is emptied; a damaged file is renamed, and a new one is begun, for everything in it can be built from the log.
func (d *Projections[T]) Open(ctx context.Context, of hook.ProjectionOrigin) (none T, err error) {
	if d.closed {
		return none, fmt.Errorf("the databases of %s were closed", d.kind.name)
	}
	started := d.opening
	if d.opening = nil; started == nil {
		started = d.start(ctx, d.kind.file, Checked{})
	}
	return d.finish(ctx, started, of)
}

// OpenNew makes an empty database beside the one in use. One that is left from before is removed.
func (d *Projections[T]) OpenNew(ctx context.Context, of hook.ProjectionOrigin) (none T, err error) {
	if err := d.RemoveNew(); err != nil {
		return none, err
	}
	next, err := d.finish(ctx, d.start(ctx, d.kind.next, Checked{}), of)
	if err != nil {
		return none, err
	}
	d.next = &next
	return next, nil
}

// ReplaceWithNew renames the new database over the one in use and opens it there. Neither may be used while it runs,
// and the one in use must be closed. Where it fails, that one is still in its place.
func (d *Projections[T]) ReplaceWithNew(ctx context.Context, of hook.ProjectionOrigin) (none T, err error) {
	if d.next == nil {
		return none, fmt.Errorf("there are no new %s", d.kind.name)
	}
	next := *d.next
	d.next = nil
	if err := next.base().write.exec(`PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		return none, err
	}
	if err := next.Close(); err != nil {
		return none, err
	}
	if err := move(next.base().path, filepath.Join(d.dir, d.kind.file)); err != nil {
		return none, err
	}
	return d.Open(ctx, of)
}

// RemoveNew removes the new database, which must not be open.
func (d *Projections[T]) RemoveNew() error {
	return remove(filepath.Join(d.dir, d.kind.next), "-wal", "-shm", "")
}

// Close frees a database whose opening was started and that Open did not take. Nothing can be opened any more.
func (d *Projections[T]) Close() error {
	started := d.opening
	d.opening, d.closed = nil, true
	if started == nil {
		return nil
	}
	<-started.done
	return started.tables.Close()
}

// finish attaches a database whose opening was started to its log. A damaged one is renamed and begun anew.
func (d *Projections[T]) finish(ctx context.Context, o *opening[T], of hook.ProjectionOrigin) (none T, err error) {
	<-o.done
	err = o.err
	if err == nil {
		err = attach(ctx, o.tables, of)
	}
	if err == nil {
		return o.tables, nil
	}
	_ = o.tables.Close()
	path := o.tables.base().path
	aside := path + DamagedEnding
	if !damage(err) {
		return none, fmt.Errorf("open %s: %w", path, err)
	}
	d.log.Error("database of "+d.kind.name+" is damaged; renamed it and rebuilding it from the log",
		"file", path, "renamed_to", aside, "error", err)
	if err := move(path, aside); err != nil {
		return none, fmt.Errorf("rename %s: %w", path, err)
	}
	fresh := d.make(filepath.Base(path))
	if err = fresh.base().open(ctx, Checked{}); err == nil {
		err = attach(ctx, fresh, of)
	}
	if err != nil {
		return none, errors.Join(fmt.Errorf("open %s: %w", path, err), fresh.Close())
	}
	return fresh, nil
}

func attach[T projectionTables](ctx context.Context, tables T, of hook.ProjectionOrigin) error {
	if err := tables.base().attach(of); err != nil {
		return err
	}
	return tables.begin(ctx)
}
