package follow

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// Projection is a follower whose state is derived from the log alone, so that it can be deleted and built again. Its
// state is in a database of its own: a rebuild fills a second one beside it, which replaces the first when it has
// caught up, so that readers see the old state or the new one and nothing between.
type Projection interface {
	Follower
	// Rebuild builds the state again from the log and replaces the one in use. Where it fails, that one stays in use.
	Rebuild(ctx context.Context) error
}

// Store is the database that a Projection has in use.
type Store interface {
	// Stale reports whether the state is to be rebuilt: another release built it, or SetStale was called.
	Stale() bool
	// SetStale records durably that the state is to be rebuilt. A rebuild that the end of the process interrupts is
	// then done at the next start.
	SetStale() error
	// Gone reports whether the database's files were removed or replaced while they are open. What they hold can still
	// be read, but is lost when they are closed.
	Gone() bool
}

// RequestPoll is how often a request file and missing files are looked for.
const RequestPoll = time.Second

// Rebuilder rebuilds one projection whenever that is necessary: Request was called, somebody created the request file,
// or the projection's database is gone. Requests that come while one waits are one request; a request that comes
// during a rebuild causes another one. All methods may be called from many goroutines.
type Rebuilder struct {
	projection Projection
	store      Store
	options    RebuildOptions
	requests   chan struct{} // holds at most one request
}

// RebuildOptions are what a Rebuilder works with. Now and Log must be set.
type RebuildOptions struct {
	// RequestFile is the path of a file that requests a rebuild by being there. Who may create files in the data folder
	// needs no other permission. It must be a regular file, and is removed when the request is noted. "": none.
	RequestFile string
	// LogGone reports whether the log's own files are gone, from which nothing can be rebuilt. Nil: they never are.
	LogGone func() bool
	Now     func() time.Time
	Log     *slog.Logger
}

// NewRebuilder returns the Rebuilder of a projection. Run does the work. A store that is stale counts as a request.
func NewRebuilder(p Projection, s Store, o RebuildOptions) *Rebuilder {
	r := &Rebuilder{projection: p, store: s, options: o, requests: make(chan struct{}, 1)}
	if s.Stale() {
		r.enqueue()
	}
	return r
}

// Request has Run rebuild the projection soon. The error says that the request could not be stored: it is done by this
// process, but not by the next one.
func (r *Rebuilder) Request() error {
	r.enqueue()
	if err := r.store.SetStale(); err != nil {
		return fmt.Errorf("note that %s is to be rebuilt: %w", r.projection.Name(), err)
	}
	return nil
}

func (r *Rebuilder) enqueue() {
	select {
	case r.requests <- struct{}{}:
	default: // one waits already
	}
}

// Waiting reports whether a rebuild was requested that has not begun. A rebuild that ends while another one waits must
// leave its new store stale.
func (r *Rebuilder) Waiting() bool { return len(r.requests) > 0 }

// Begin is what Rebuild of a projection calls first: this rebuild also answers a request that waits.
func (r *Rebuilder) Begin() {
	select {
	case <-r.requests:
	default:
	}
}

// Run does the rebuilds until ctx ends, one at a time. It calls rebuilt after each that succeeded.
func (r *Rebuilder) Run(ctx context.Context, rebuilt func()) error {
	poll := time.NewTicker(RequestPoll)
	defer poll.Stop()
	for {
		select {
		case <-r.requests:
			r.rebuild(ctx, rebuilt)
		case <-poll.C:
			r.pollRequestFile()
			r.pollStore()
		case <-ctx.Done():
			return nil
		}
	}
}

func (r *Rebuilder) rebuild(ctx context.Context, rebuilt func()) {
	log, began := r.options.Log.With("follower", r.projection.Name()), r.options.Now()
	if err := r.projection.Rebuild(ctx); err != nil {
		if ctx.Err() == nil {
			log.Error("rebuild failed; the previous state stays in use", "error", err)
		}
		return
	}
	log.Info("rebuild finished", "position", r.projection.Position(),
		"duration", r.options.Now().Sub(began).Round(time.Millisecond))
	rebuilt()
}

// pollRequestFile turns the request file into a request.
func (r *Rebuilder) pollRequestFile() {
	file := r.options.RequestFile
	if file == "" {
		return
	}
	if info, err := os.Lstat(file); err != nil || !info.Mode().IsRegular() {
		return
	}
	if err := errors.Join(r.Request(), os.Remove(file)); err != nil {
		r.options.Log.Error("rebuild request not stored", "follower", r.projection.Name(), "error", err)
	}
}

// pollStore requests a rebuild where the database in use is gone and the log is not.
func (r *Rebuilder) pollStore() {
	if r.Waiting() || !r.store.Gone() || r.options.LogGone != nil && r.options.LogGone() {
		return
	}
	log := r.options.Log.With("follower", r.projection.Name())
	log.Error("database was removed or replaced; rebuilding it from the log",
		"folder", filepath.Dir(r.options.RequestFile))
	if err := r.Request(); err != nil {
		log.Error("rebuild request not stored", "error", err)
	}
}
