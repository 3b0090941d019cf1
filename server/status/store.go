package status

import (
	"context"
	"encoding/json"
	"time"

	"hookbeam/server/hook"
)

// Log is the log that statuses are derived from. Package server passes the real one; tests pass one in memory.
type Log interface {
	Epoch() string
	Head() hook.Seq
	// FirstKept is the seq from which on retention has removed nothing that counts.
	FirstKept() hook.Seq
	// After returns deliveries after from, oldest first, and up to which seq they are complete.
	After(ctx context.Context, from hook.Seq, limit int) (page []hook.Delivery, upTo hook.Seq, err error)
}

// Records are the deliveries of the log with their headers and bodies.
type Records interface {
	// EachRecord calls do for the deliveries of a page that After returned, complete and in order. do must not keep the
	// record after it returns. Deliveries that are no longer kept, or are damaged, are left out.
	EachRecord(ctx context.Context, page []hook.Delivery, do func(*hook.Record) error) error
	// Deliveries returns the newest deliveries that match f and are older than before.
	Deliveries(ctx context.Context, f hook.Filter, before hook.Seq, limit int) ([]hook.Delivery, hook.Seq, error)
}

// Retention reports what the log does not keep any more. What is gone from it can only be imported from stored rows.
type Retention interface {
	// Thinned is the seq up to which no unsigned delivery is kept.
	Thinned() hook.Seq
	// ClockBelieved reports whether the clock can be trusted to decide that something is old. It is false after the
	// clock leapt ahead: nothing may then be removed because of its age.
	ClockBelieved() bool
}

// Databases are where the tables of a projector are: the current ones, and the new ones that a rebuild fills beside
// them. One goroutine at a time uses it. See DatabasesOf.
type Databases interface {
	// Open makes or opens the current tables. Tables of another log are emptied.
	Open(ctx context.Context, of hook.ProjectionOrigin) (*Tables, error)
	// OpenNew makes empty tables beside the current ones.
	OpenNew(ctx context.Context, of hook.ProjectionOrigin) (*Tables, error)
	// ReplaceWithNew puts the new tables into the place of the current ones, which must be closed, and opens them
	// there. If it fails, the others are still in their place.
	ReplaceWithNew(ctx context.Context, of hook.ProjectionOrigin) (*Tables, error)
	// RemoveNew removes the new tables, which nobody may use.
	RemoveNew() error
}

// Tables are the tables of a projector, each as the few methods that one part of it needs. A storage engine implements all
// of them with one value. One goroutine at a time may write; any may read.
type Tables struct {
	Progress
	Subjects
	Pages
	Bounds
	Impressions
	File
}

// Progress is how far the tables have followed the log.
type Progress interface {
	// Position is the seq up to which the log has been applied, as it was last stored.
	Position() hook.Seq
	// Store writes changes and the position after them, in one transaction. After a crash the log is therefore read
	// from where the rows are, and no delivery is missed.
	Store(changes hook.SubjectChanges) error
	// Stale reports whether everything should be rebuilt: another release derived it, or SetStale was called.
	Stale() bool
	SetStale() error
}

// Subjects finds subjects by their aliases.
type Subjects interface {
	// Keys sets in keys the keys of the subjects of those aliases that are stored.
	Keys(aliases []hook.AliasHash, keys map[hook.AliasHash]int64) error
	// KeyOfAlias returns the key of the subject that has this alias, 0 if there is none.
	KeyOfAlias(ctx context.Context, alias hook.AliasHash) (key int64, err error)
	// Subject returns the subject with this key, nil if there is none. Its Summary is not set.
	Subject(ctx context.Context, key int64) (*hook.Subject, error)
	// NextKey reserves the key of a new subject.
	NextKey() int64
}

// Pages are lists of statuses.
type Pages interface {
	// List returns statuses as JSON, those after before, newest first, and where the following page begins.
	List(ctx context.Context, f hook.StatusFilter, before hook.StatusPageKey, limit int) (
		page []json.RawMessage, next hook.StatusPageKey, err error)
	// Changed returns the statuses whose last delivery is in (from, until], up to so many bytes.
	Changed(ctx context.Context, from, upTo hook.Seq, bytes int) (all []hook.StatusChange, until hook.Seq, err error)
	// Tallies returns the numbers of all subjects. A start waits for it, so it does not read them.
	Tallies(ctx context.Context) ([]hook.SubjectCount, error)
	// TimesToPaid returns how long the newest payments of an endpoint took until they were paid, shortest first.
	TimesToPaid(ctx context.Context, endpoint hook.EndpointID, limit int) ([]time.Duration, error)
}

// Bounds have what is needed to keep the tables within their bounds, and to import what the log does not keep.
type Bounds interface {
	// Oldest returns the subjects that were updated least recently, with about how many bytes each takes.
	Oldest(ctx context.Context, unverified bool, limit int) (all []*hook.Subject, bytes []int64, err error)
	// UnverifiedBytes is about how many bytes the subjects take that only unverified deliveries reported.
	UnverifiedBytes(ctx context.Context) (bytes int64, err error)
	// Used is how many bytes of the file are in use.
	Used(ctx context.Context) (bytes int64, err error)
	// Each calls do for every subject, or for those that a person reviewed.
	Each(ctx context.Context, reviewed bool, do func(*hook.Subject) error) error
}

// Impressions are the times at which public pages first showed a state of a subject. They cannot be derived from the
// log, so a rebuild copies them.
type Impressions interface {
	// AddImpression notes that a page showed a state of a subject. Only the first time counts.
	AddImpression(status hook.StatusID, shown hook.Impression) error
	// ImpressionsOf returns when pages first showed each state of a subject that has these ids, oldest first.
	ImpressionsOf(ctx context.Context, ids []hook.StatusID) ([]hook.Impression, error)
	// EachImpression calls do for each impression since a time.
	EachImpression(ctx context.Context, since time.Time, do func(hook.StatusID, hook.Impression) error) error
}

// File is the file that has the tables.
type File interface {
	// Gone reports whether it was removed or replaced while it is open.
	Gone() bool
	Close() error
}

// Engine opens the tables of one storage engine; S is its type for them. Its methods are those of Databases. Package
// sqlite implements it.
type Engine[S any] interface {
	Open(ctx context.Context, of hook.ProjectionOrigin) (S, error)
	OpenNew(ctx context.Context, of hook.ProjectionOrigin) (S, error)
	ReplaceWithNew(ctx context.Context, of hook.ProjectionOrigin) (S, error)
	RemoveNew() error
}

// DatabasesOf returns the databases of a storage engine as a projector uses them. It is generic so that an engine need not
// import this package to return Tables.
func DatabasesOf[S interface {
	Progress
	Subjects
	Pages
	Bounds
	Impressions
	File
}](engine Engine[S]) Databases {
	return &databases[S]{engine, func(s S) *Tables { return &Tables{s, s, s, s, s, s} }}
}

// databases adapts an Engine to Databases: it splits each value of S into the parts of Tables.
type databases[S any] struct {
	Engine[S]
	tables func(S) *Tables
}

func (d *databases[S]) Open(ctx context.Context, of hook.ProjectionOrigin) (*Tables, error) {
	return d.opened(d.Engine.Open(ctx, of))
}

func (d *databases[S]) OpenNew(ctx context.Context, of hook.ProjectionOrigin) (*Tables, error) {
	return d.opened(d.Engine.OpenNew(ctx, of))
}

func (d *databases[S]) ReplaceWithNew(ctx context.Context, of hook.ProjectionOrigin) (*Tables, error) {
	return d.opened(d.Engine.ReplaceWithNew(ctx, of))
}

func (d *databases[S]) opened(s S, err error) (*Tables, error) {
	if err != nil {
		return nil, err
	}
	return d.tables(s), nil
}
