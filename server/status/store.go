package status

import (
	"context"
	"encoding/json"
	"time"

	"hookbeam/server/hook"
)

// Log is the log that statuses are drawn from.
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
	// EachRecord calls do for the deliveries of a page that After gave, whole and in order. What do is given is its own
	// only until it returns. Deliveries that are no longer kept, or are damaged, are left out.
	EachRecord(ctx context.Context, page []hook.Delivery, do func(*hook.Record) error) error
	// Deliveries returns the newest deliveries that f lets through and that are older than before.
	Deliveries(ctx context.Context, f hook.Filter, before hook.Seq, limit int) ([]hook.Delivery, hook.Seq, error)
}

// Retention says what the log does not keep any more.
type Retention interface {
	// Thinned is the seq up to which no unsigned delivery is kept.
	Thinned() hook.Seq
	// ClockBelieved reports whether the clock can be believed where it says that something is old.
	ClockBelieved() bool
}

// Databases are where the tables of a board are: those that are shown, and those that a rebuild draws beside them.
// One goroutine at a time uses it. See DatabasesOf.
type Databases interface {
	// Open makes or opens the tables that are shown. What was drawn of another log is begun anew.
	Open(ctx context.Context, of hook.ProjectionOrigin) (*Tables, error)
	// OpenNew makes empty tables beside those that are shown.
	OpenNew(ctx context.Context, of hook.ProjectionOrigin) (*Tables, error)
	// ReplaceWithNew puts the new tables into the place of those that are shown, which must be closed, and opens them
	// there. Where it fails, the others still stand there.
	ReplaceWithNew(ctx context.Context, of hook.ProjectionOrigin) (*Tables, error)
	// RemoveNew removes the new tables, which nobody may use.
	RemoveNew() error
}

// Tables are the tables of a board, each as the few methods that one part of it needs. A storage engine implements all
// of them with one value. One goroutine at a time may write; any may read.
type Tables struct {
	Progress
	Subjects
	Pages
	Bounds
	Impressions
	File
}

// Progress is how far the tables were drawn.
type Progress interface {
	// Position is the seq up to which the log has been drawn, as it was last stored.
	Position() hook.Seq
	// Store keeps changes and the position after them, in one transaction.
	Store(changes hook.SubjectChanges) error
	// Stale reports whether everything should be drawn again: another release drew it, or SetStale was called.
	Stale() bool
	SetStale() error
}

// Subjects finds subjects by their aliases.
type Subjects interface {
	// Keys sets the keys of the subjects of those aliases that are stored.
	Keys(aliases []hook.AliasHash, keys map[hook.AliasHash]int64) error
	// KeyOfAlias returns the key of the subject that has this alias, 0 if there is none.
	KeyOfAlias(ctx context.Context, alias hook.AliasHash) (key int64, err error)
	// Subject returns the subject with this key, nil where there is none.
	Subject(ctx context.Context, key int64) (*hook.Subject, error)
	// NextKey reserves the key of a new subject.
	NextKey() int64
}

// Pages are lists of statuses.
type Pages interface {
	// List returns statuses as JSON, behind before, newest first, and where the following page begins.
	List(ctx context.Context, f hook.StatusFilter, before hook.StatusPageKey, limit int) (
		page []json.RawMessage, next hook.StatusPageKey, err error)
	// Changed returns the statuses whose last delivery is in (from, until], up to so many bytes.
	Changed(ctx context.Context, from, upTo hook.Seq, bytes int) (all []hook.StatusChange, until hook.Seq, err error)
	// Tallies counts all subjects.
	Tallies(ctx context.Context) ([]hook.SubjectCount, error)
	// Took returns how long the newest payments of an endpoint took, shortest first.
	Took(ctx context.Context, endpoint hook.EndpointID, limit int) ([]time.Duration, error)
}

// Bounds are what it takes to keep the tables within their bounds, and to take over what the log does not keep.
type Bounds interface {
	// Oldest returns the subjects that were updated least recently, with about how many bytes each takes.
	Oldest(ctx context.Context, unverified bool, limit int) (all []*hook.Subject, bytes []int64, err error)
	// UnverifiedBytes is about what those subjects take of which nothing verified ever told.
	UnverifiedBytes(ctx context.Context) (bytes int64, err error)
	// Used is how many bytes of the file hold something.
	Used(ctx context.Context) (bytes int64, err error)
	// Each calls do for every subject.
	Each(ctx context.Context, do func(*hook.Subject) error) error
}

// Impressions are when pages first showed a state.
type Impressions interface {
	// Show notes that a page showed a state of a subject. Only the first time counts.
	Show(status hook.StatusID, shown hook.Impression) error
	// ShownOf returns when pages first showed each state of a subject that has these ids, oldest first.
	ShownOf(ctx context.Context, ids []hook.StatusID) ([]hook.Impression, error)
	// EachShown calls do for what pages showed since a moment.
	EachShown(ctx context.Context, since time.Time, do func(hook.StatusID, hook.Impression) error) error
}

// File is what the tables are in.
type File interface {
	// Gone reports whether it was removed or replaced while it is open.
	Gone() bool
	Close() error
}

// Engine opens the tables of one storage engine; S is its type for them.
type Engine[S any] interface {
	Open(ctx context.Context, of hook.ProjectionOrigin) (S, error)
	OpenNew(ctx context.Context, of hook.ProjectionOrigin) (S, error)
	ReplaceWithNew(ctx context.Context, of hook.ProjectionOrigin) (S, error)
	RemoveNew() error
}

// DatabasesOf returns the databases of a storage engine as a board uses them.
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
