package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"

	"hookbeam/server/hook"
)

// quick are the settings of the writer of a projection. With synchronous=NORMAL, commits are not synced one by one:
// they survive a crash of the process, and those that a power failure loses are repeated, since the position is lost
// with them.
const quick = "_journal_mode=WAL&_synchronous=NORMAL"

// projectionKind describes the database of one projection. To add a projection, add its kind to projectionKinds.
type projectionKind struct {
	name   string   // for messages, a plural
	file   string   // name of the database in use, in the data folder
	next   string   // name of the database that a rebuild fills beside it
	origin string   // table with one row (only, epoch, position, release), which corresponds to hook.ProjectionOrigin
	tables []string // all other tables
	schema schema
	tuning tuning

	// consistent are queries that count what must not be, each with a sentence that takes the number. See Inspect.
	consistent map[string]string
}

// projectionKinds are the projections that have a database.
func projectionKinds() []*projectionKind { return []*projectionKind{&statusesKind} }

// projection is what the databases of all projections have in common. Each has a file of its own, so that its commits
// never wait for the log's writer, and one row that says from which log it was built, up to which seq, and by which
// release. A type that holds a projection's tables embeds it. One goroutine at a time may write; any may read.
type projection struct {
	kind  *projectionKind
	path  string
	log   *slog.Logger
	files fileSet

	mu       sync.Mutex // held while writing; guards position and stale
	write    *writerConn
	read     *sql.DB
	position hook.Seq
	stale    bool
}

// open creates, migrates and checks the database and opens its connections: everything that does not depend on the log.
// It therefore runs while the log is opened.
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

// attach compares the database with the log from which it should have been built. If it was built from another log, or
// from more deliveries than this log has (it was restored from a backup), its rows are deleted. If another release
// built it, it is stale.
func (p *projection) attach(of hook.ProjectionOrigin) (err error) {
	if p.files, err = identifyFiles(p.path); err != nil {
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

// clear deletes all rows. Each DELETE is a transaction of its own, and the row of the origin goes last: if the process
// is killed in between, the database still says that it was built from another log, and the next start clears the rest.
func (p *projection) clear() error {
	for _, table := range append(slices.Clone(p.kind.tables), p.kind.origin) {
		if err := p.write.exec(`DELETE FROM ` + table); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the database.
func (p *projection) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return closeConns(p.write, p.read)
}

// Gone reports whether the database's files were removed or replaced while they are open. What they contain can be read
// until they are closed, and is lost then; what is stored meanwhile, too.
func (p *projection) Gone() bool { return p.files.missing(allFiles) != nil }

// Position is the seq up to which the log was applied, as of the last commit.
func (p *projection) Position() hook.Seq {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.position
}

// Stale reports whether the database should be rebuilt: another release built it, or SetStale was called.
func (p *projection) Stale() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stale
}

// SetStale records durably that the database should be rebuilt. It stays so until a rebuild replaces the database.
func (p *projection) SetStale() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.write.exec(`UPDATE ` + p.kind.origin + ` SET release = NULL`); err != nil {
		return fmt.Errorf("mark the %s for rebuilding: %w", p.kind.name, err)
	}
	p.stale = true
	return nil
}

// projectionTables is a type that embeds projection and holds the tables of one kind.
type projectionTables interface {
	base() *projection
	// begin reads what the type keeps in memory, once the database is attached to its log.
	begin(ctx context.Context) error
	Close() error
}

// base returns the projection that a type embeds.
func (p *projection) base() *projection { return p }

// Projections opens the databases of one projection in a data folder: the one in use, and the one that a rebuild fills
// beside it. T holds the tables. The package of the projection uses it as its storage engine, from one goroutine.
type Projections[T projectionTables] struct {
	kind    *projectionKind
	dir     string
	log     *slog.Logger
	tables  func() T    // returns tables that are not open yet
	opening *opening[T] // of the database in use, started early; nil: not started, or taken by Open
	next    *T          // the one that a rebuild fills, while it is open
	closed  bool
}

// opening is a database that another goroutine is opening.
type opening[T projectionTables] struct {
	done   chan struct{} // closed when err is set
	tables T
	err    error
}

// start starts a goroutine that opens a database, as far as that is possible before the log is open.
func (d *Projections[T]) start(ctx context.Context, file string, seen Checked) *opening[T] {
	o := &opening[T]{done: make(chan struct{}), tables: d.make(file)}
	go func() { // ends when the file is open; Open and Close wait for it
		defer close(o.done)
		o.err = o.tables.base().open(ctx, seen)
	}()
	return o
}

// make returns the tables of the database with this file name, not opened yet.
func (d *Projections[T]) make(file string) T {
	tables := d.tables()
	p := tables.base()
	p.kind, p.path, p.log = d.kind, filepath.Join(d.dir, file), d.log
	return tables
}

// Open creates or opens the database in use. One that was built from another log, or from more deliveries than this log
// has, is cleared. A damaged one is renamed and replaced by an empty one, since it can be rebuilt from the log.
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

// OpenNew creates an empty database for a rebuild, beside the one in use. It deletes one that an earlier rebuild left.
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

// ReplaceWithNew renames the new database over the one in use and opens it there. The caller must have closed the one
// in use, and must not use the new one meanwhile. If renaming fails, the old one is still there.
func (d *Projections[T]) ReplaceWithNew(ctx context.Context, of hook.ProjectionOrigin) (none T, err error) {
	if d.next == nil {
		return none, fmt.Errorf("there are no new %s", d.kind.name)
	}
	next := *d.next
	d.next = nil
	// Only the database file is renamed, so it must contain what is in the WAL.
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

// RemoveNew deletes the new database, which must not be open.
func (d *Projections[T]) RemoveNew() error {
	return remove(filepath.Join(d.dir, d.kind.next), "-wal", "-shm", "")
}

// Close closes a database whose opening was started, but never finished by Open. Nothing can be opened afterwards.
func (d *Projections[T]) Close() error {
	started := d.opening
	d.opening, d.closed = nil, true
	if started == nil {
		return nil
	}
	<-started.done
	return started.tables.Close()
}

// finish waits until a database is open and attaches it to the log. If it is damaged, finish renames it and creates an
// empty one.
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

// attach attaches opened tables to their log and lets them read what they keep in memory.
func attach[T projectionTables](ctx context.Context, tables T, of hook.ProjectionOrigin) error {
	if err := tables.base().attach(of); err != nil {
		return err
	}
	return tables.begin(ctx)
}
