// Package status projects the log onto the current states of what its deliveries are about: payments and orders, whose
// rules package payments has, runs and deployments, and whatever an endpoint's own mapping defines. A status is a
// function of the set of what verified deliveries report: the order of arrival, repeats and rebuilds change nothing.
//
// Start with Board, the follower that applies deliveries (apply.go), and with query.go and public.go, which read.
// rebuild.go computes everything again from the log, sweep.go bounds it, and legacy.go reads rows of earlier releases.
package status

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"hookbeam/server/follow"
	"hookbeam/server/hook"
)

const (
	keptSubjects = 2048
	keptNames    = 8192
	// storeEvery is how far the log may be read before the position is stored though nothing changed: reading it again
	// changes nothing, and costs little.
	storeEvery = 1000
)

// Options are what a board works with, and its bounds. All but LogGone and the bounds must be set.
type Options struct {
	Log       Log
	Records   Records
	Retention Retention
	LogGone   func() bool // whether the log's own files were removed or replaced; nil: they never are
	Databases Databases
	Dir       string // the data folder
	Endpoints func(hook.EndpointID) (hook.Endpoint, bool)
	Now       func() time.Time
	Logger    *slog.Logger
	KeepFor   time.Duration // how long a subject stays after it was last told of; 0: for ever
	KeepBytes int64         // size of the board's database at which the oldest go; 0: none
	Release   string        // of this program: what another one drew is drawn again
}

// Board is the follower that draws where subjects stand. Who announces follows behind it (follow.Behind): what it has
// not drawn is not told of yet, so that a frame holds the deliveries and the statuses that they caused.
type Board struct {
	Options
	readers   readers
	watches   watches
	usuals    usuals
	subjects  *subjectCache // as they were last stored, as are the names; never changed
	names     *lru.Cache[hook.AliasHash, int64]
	shown     *lru.Cache[shownKey, struct{}]
	rebuilder *follow.Rebuilder // of the board that is shown; nil: this one is a rebuild
	applying  sync.Mutex        // held while drawing, and while storing what is drawn

	read      seqSet   // of a board that is drawn anew: the deliveries that it has read
	inherited hook.Seq // and up to which what is gone was taken over

	excess         excess
	keepUnverified int // subjects of which only unchecked deliveries told

	using sync.RWMutex // held for reading while the store is used
	store *Tables

	mu       sync.RWMutex
	position hook.Seq
	pending  pending // changed only by who holds applying, too
	recent   recent
	tallies  map[hook.SubjectCount]int // the count of a tally stands outside it
	moved    chan struct{}             // closed and replaced when the position moves
}

// Open makes or opens the board of a log.
func Open(ctx context.Context, o Options) (*Board, error) {
	b, err := open(ctx, o, o.Databases.Open)
	if err != nil {
		return nil, err
	}
	for t := range b.tallies {
		b.readers.of(t.Endpoint) // as it is now, to see when it changes
	}
	b.rebuilder = b.newRebuilder()
	if err := o.Databases.RemoveNew(); err != nil { // whoever drew it did not come to the end
		o.Logger.Warn("could not remove statuses that were drawn in part", "error", err)
	}
	return b, nil
}

// opening opens the tables of a board.
type opening func(context.Context, hook.ProjectionOrigin) (*Tables, error)

func open(ctx context.Context, o Options, tables opening) (*Board, error) {
	b := &Board{Options: o, moved: make(chan struct{}), keepUnverified: keptUnverified}
	b.subjects, b.names = newSubjectCache(), newCache[hook.AliasHash, int64](keptNames)
	b.shown = newCache[shownKey, struct{}](keptNames)
	b.readers.endpoints = o.Endpoints
	store, err := tables(ctx, b.origin())
	if err != nil {
		return nil, err
	}
	err = b.use(ctx, store)
	return b, err
}

func (b *Board) origin() hook.ProjectionOrigin {
	return hook.ProjectionOrigin{Epoch: b.Log.Epoch(), Head: b.Log.Head(), Release: b.Release}
}

func newCache[K comparable, V any](size int) *lru.Cache[K, V] {
	c, err := lru.New[K, V](size)
	if err != nil {
		panic(err) // only a size below 1 is refused
	}
	return c
}

// use begins to work with a store, or closes it. The caller holds all locks, or is alone.
func (b *Board) use(ctx context.Context, store *Tables) error {
	tallies, err := store.Tallies(ctx)
	if err != nil {
		return errors.Join(err, store.Close())
	}
	b.store, b.position, b.tallies = store, store.Position(), make(map[hook.SubjectCount]int, len(tallies))
	for _, t := range tallies {
		n := t.Count
		t.Count = 0
		b.tallies[t] = n
	}
	b.recent, b.pending = recent{floor: b.position}, newPending()
	b.subjects.purge()
	b.names.Purge()
	b.shown.Purge()
	return nil
}

// Close stores how far the log was drawn, and frees the database. Nothing may use the board any more.
func (b *Board) Close() error {
	b.applying.Lock()
	defer b.applying.Unlock()
	if b.store.Position() < b.position {
		if err := b.store.Store(b.pending.drawn(b.position)); err != nil {
			b.Logger.Error(
				"could not store the newest statuses; they are drawn again at the next start",
				"error",
				err,
			)
		}
	}
	return b.store.Close()
}

// Name is what the board is called among the followers of the log.
func (b *Board) Name() string { return "statuses" }

// Position is the newest seq that has been drawn.
func (b *Board) Position() hook.Seq {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.position
}

// Moved returns a channel that is closed when the position moves after this call.
func (b *Board) Moved() <-chan struct{} {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.moved
}

// Apply draws what the deliveries in (Position, upTo] say.
func (b *Board) Apply(ctx context.Context, page []hook.Delivery, upTo hook.Seq) error {
	if err := b.apply(ctx, page, upTo); err != nil {
		return err
	}
	if n := len(page); n >= underLoad && n < fullPage {
		gather(ctx)
	}
	return nil
}

func (b *Board) apply(ctx context.Context, page []hook.Delivery, upTo hook.Seq) error {
	b.applying.Lock()
	defer b.applying.Unlock()
	return b.extract(ctx, b.relevant(page), upTo)
}

// Under load the board gathers what comes, as those do who tell of it: the events of one payment come close together,
// and are then drawn at once. Whoever is behind does not wait.
const (
	underLoad = 32
	fullPage  = 512
	gatherFor = 50 * time.Millisecond
)

func gather(ctx context.Context) {
	timer := time.NewTimer(gatherFor)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// relevant returns the deliveries of a page that may report something. A redelivery reports nothing new.
func (b *Board) relevant(page []hook.Delivery) []hook.Delivery {
	says := func(d *hook.Delivery) bool {
		return !d.IsRepeated() && d.Verdict != hook.Rejected && b.readers.tells(d.Endpoint) && !b.tooLarge(d)
	}
	n := 0
	for n < len(page) && says(&page[n]) {
		n++
	}
	relevant := page[:n:n] // often it is all of it
	for i := n + 1; i < len(page); i++ {
		if says(&page[i]) {
			relevant = append(relevant, page[i])
		}
	}
	return relevant
}

// tooLarge reports whether nothing is read of a delivery for its size alone, so that its body need not be fetched.
func (b *Board) tooLarge(d *hook.Delivery) bool {
	from := b.readers.of(d.Endpoint)
	if d.Size <= hook.MaxTold || from == nil || from.mapping != nil {
		return false
	}
	if from.provider.MayTell(d.Type) {
		b.excess.note(b, d)
	}
	return true
}

// publish makes a changeset visible, and moves the position.
func (b *Board) publish(c *changeset, changed []*hook.Subject, upTo hook.Seq) {
	b.mu.Lock()
	for gone := range c.gone {
		b.count(c.before[gone], -1)
		b.subjects.remove(gone)
		b.pending.drop(gone)
		b.pending.gone[gone] = struct{}{}
	}
	maps.Copy(b.pending.names, c.fresh)
	for _, row := range changed {
		b.count(c.before[row.Key], -1)
		b.count(row, 1)
		b.pending.put(row)
		was := c.before[row.Key]
		if row.Status.State != "" && (!row.Status.IsAlias() || was != nil && !was.Status.IsAlias()) {
			b.recent.add(&row.Status)
		}
	}
	b.position = upTo
	close(b.moved)
	b.moved = make(chan struct{})
	b.mu.Unlock()
	for _, row := range changed {
		b.watches.tell(row)
	}
}

// count adds n to how many subjects stand like s. The caller holds the lock.
func (b *Board) count(s *hook.Subject, n int) {
	if s == nil {
		return
	}
	state := s.Status.State
	if s.Status.IsAlias() {
		state = ""
	}
	t := hook.SubjectCount{
		Endpoint: s.Status.Endpoint, Environment: s.Environment, Kind: s.Status.Kind, State: state,
		Inside: s.Status.Parent != "",
	}
	if b.tallies[t] += n; b.tallies[t] == 0 {
		delete(b.tallies, t)
	}
}
