// Package status derives the current states of the subjects that the log's deliveries are about, and stores them:
// payments and orders, whose rules are in package payments, runs and deployments, and whatever an endpoint's own
// mapping defines. A status is a function of the set of statements that deliveries report: the order of arrival,
// repeats and rebuilds change nothing. What is stored here is derived from the log, except for impressions, reviews,
// and what retention removed.
//
// A delivery takes this way: Apply selects the relevant deliveries of a page, readers extract their statements, a
// changeset applies these to copies of the rows that they name, publish makes the rows visible, and Flush stores them
// up to a second later. Verified, test and unverified deliveries have separate environments, which share no rows.
//
// Start with Projector, the follower that applies deliveries (apply.go), and with View, which reads (query.go and
// public.go). rebuild.go derives everything again from the log, sweep.go bounds it, and legacy.go reads rows of earlier releases.
// store.go has the interfaces of what a projector needs.
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
	"hookbeam/server/meter"
)

const (
	cachedSubjects = 2048 // cached subjects
	cachedAliases  = 8192 // cached aliases, and cached impressions
	// storeEvery is how many deliveries may be read before the position is stored though nothing changed. After a crash
	// they are read again, which changes nothing and costs little.
	storeEvery = 1000
)

// Options are a projector's dependencies and its bounds. All but LogGone and the bounds must be set.
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
	KeepFor   time.Duration   // how long a subject stays after its newest delivery was received; 0: for ever
	KeepBytes int64           // size of the statuses' database at which the oldest go; 0: none
	Meter     *meter.Registry // nil: nothing is counted
	Release   string          // of this program: statuses that another one derived are rebuilt
}

// Projector is the follower that derives and stores the statuses of subjects. Followers that announce deliveries stay
// behind it (follow.Behind), so that one frame holds deliveries and the statuses that they changed.
//
// follow.Run calls Apply, Run does rebuilds, and RunMaintenance stores and sweeps; these may run beside each other and beside any
// number of readers. Three locks are taken in the order applying, using, mu. Subjects in pending and in the cache are
// never changed: a changeset copies a row, and publish replaces it.
type Projector struct {
	Options
	readers     readers
	watches     watches
	latencies   latencies
	derived     *meter.Counter
	subjects    *subjectCache // as they were last stored, as are the aliases; never changed
	aliases     *lru.Cache[hook.AliasHash, int64]
	impressions *lru.Cache[impressionKey, struct{}]
	rebuilder   *follow.Rebuilder // nil: this one is a rebuild
	applying    sync.Mutex        // held while facts are applied, and while pending rows are stored

	read         seqSet   // of a rebuild: the deliveries that it has read
	importedUpTo hook.Seq // of a rebuild: up to which it took over what is gone from the log

	excess         excess
	keepUnverified int // how many subjects may stay that only unverified deliveries reported

	using sync.RWMutex // held for reading while readers use the store, and for writing while it is replaced
	store *Tables

	mu       sync.RWMutex
	position hook.Seq
	pending  pending // to change it, applying must be held, too
	recent   recent
	tallies  map[hook.SubjectCount]int // the key's own Count is always 0
	moved    chan struct{}             // closed and replaced when the position moves
}

// Open makes or opens the projector of a log. Tables that a rebuild left behind when the process ended are removed.
func Open(ctx context.Context, o Options) (*Projector, error) {
	p, err := open(ctx, o, o.Databases.Open)
	if err != nil {
		return nil, err
	}
	for t := range p.tallies {
		p.readers.of(t.Endpoint) // cached as it is now, so that Change can compare
	}
	p.rebuilder = p.newRebuilder()
	if err := o.Databases.RemoveNew(); err != nil { // of a rebuild that did not end
		o.Logger.Warn("could not remove the tables of an unfinished rebuild", "error", err)
	}
	return p, nil
}

// opening opens the tables of a projector: Databases.Open or, for a rebuild, Databases.OpenNew.
type opening func(context.Context, hook.ProjectionOrigin) (*Tables, error)

// open makes a projector over the tables that an opening returns. Open and newReplacement call it.
func open(ctx context.Context, o Options, tables opening) (*Projector, error) {
	p := &Projector{Options: o, moved: make(chan struct{}), keepUnverified: keptUnverified}
	p.subjects, p.aliases = newSubjectCache(), newCache[hook.AliasHash, int64](cachedAliases)
	p.impressions = newCache[impressionKey, struct{}](cachedAliases)
	p.readers.endpoints = o.Endpoints
	p.derived = o.Meter.Counter("hookbeam_statuses_derived_total",
		"Statuses that were computed because a delivery reported something, or by a rebuild.")
	store, err := tables(ctx, p.origin())
	if err != nil {
		return nil, err
	}
	err = p.use(ctx, store)
	return p, err
}

// origin identifies the log and the release that tables are derived from. Tables of another origin are emptied or
// stale.
func (p *Projector) origin() hook.ProjectionOrigin {
	return hook.ProjectionOrigin{Epoch: p.Log.Epoch(), Head: p.Log.Head(), Release: p.Release}
}

// newCache returns a cache of a constant size.
func newCache[K comparable, V any](size int) *lru.Cache[K, V] {
	c, err := lru.New[K, V](size)
	if err != nil {
		panic(err) // only a size below 1 is refused
	}
	return c
}

// use begins to work with a store, and closes it if that fails. What is in memory of another store is dropped. The
// caller holds all locks, or is the only user.
func (p *Projector) use(ctx context.Context, store *Tables) error {
	tallies, err := store.Tallies(ctx)
	if err != nil {
		return errors.Join(err, store.Close())
	}
	p.store, p.position, p.tallies = store, store.Position(), make(map[hook.SubjectCount]int, len(tallies))
	for _, t := range tallies {
		n := t.Count
		t.Count = 0
		p.tallies[t] = n
	}
	p.recent, p.pending = recent{floor: p.position}, newPending()
	p.subjects.purge()
	p.aliases.Purge()
	p.impressions.Purge()
	return nil
}

// Close stores what is pending with its position, and closes the database. Nothing may use the projector or its View any more.
func (p *Projector) Close() error {
	p.applying.Lock()
	defer p.applying.Unlock()
	if p.store.Position() < p.position {
		if err := p.store.Store(p.changes()); err != nil {
			p.Logger.Error(
				"could not store the newest statuses; they are derived again at the next start",
				"error",
				err,
			)
		}
	}
	return p.store.Close()
}

// Name is the projector's name among the followers of the log.
func (p *Projector) Name() string { return "statuses" }

// Position is the newest seq that has been applied. It may be ahead of the stored position.
func (p *Projector) Position() hook.Seq {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.position
}

// Stored is the seq up to which nothing would be lost if the process died now and deliveries were removed from the log:
// what those up to it have changed is in the tables.
func (p *Projector) Stored() hook.Seq {
	p.using.RLock()
	defer p.using.RUnlock()
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.pending.empty() {
		return p.position
	}
	return p.store.Position()
}

// Moved returns a channel that is closed when the position moves after this call.
func (p *Projector) Moved() <-chan struct{} {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.moved
}

// Apply applies the deliveries in (Position, upTo]. If it fails, follow.Run calls it again with the same page; the part
// that was applied already changes nothing then.
func (p *Projector) Apply(ctx context.Context, page []hook.Delivery, upTo hook.Seq) error {
	if err := p.apply(ctx, page, upTo); err != nil {
		return err
	}
	if n := len(page); n >= underLoad && n < fullPage {
		waitForMore(ctx)
	}
	return nil
}

// apply is Apply without waiting, for rebuilds.
func (p *Projector) apply(ctx context.Context, page []hook.Delivery, upTo hook.Seq) error {
	p.applying.Lock()
	defer p.applying.Unlock()
	return p.extract(ctx, p.relevant(page), upTo)
}

// Under load the projector waits shortly after a page, so that the next one is larger: the events of one payment come close
// together, and their rows are then derived once. After a full page it does not wait, since then it is behind.
const (
	underLoad  = 32  // deliveries in a page
	fullPage   = 512 // deliveries in a page
	batchDelay = 50 * time.Millisecond
)

// waitForMore waits for batchDelay, or until ctx ends.
func waitForMore(ctx context.Context) {
	timer := time.NewTimer(batchDelay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// relevant returns the deliveries of a page that may report something. A redelivery reports nothing new, and a rejected
// delivery may be forged. Only the bodies of these deliveries are fetched.
func (p *Projector) relevant(page []hook.Delivery) []hook.Delivery {
	reports := func(d *hook.Delivery) bool {
		return !d.IsRepeated() && d.Verdict != hook.Rejected && p.readers.reads(d.Endpoint) && !p.tooLarge(d)
	}
	n := 0
	for n < len(page) && reports(&page[n]) {
		n++
	}
	relevant := page[:n:n] // often the whole page, which is then not copied
	for i := n + 1; i < len(page); i++ {
		if reports(&page[i]) {
			relevant = append(relevant, page[i])
		}
	}
	return relevant
}

// tooLarge reports whether a delivery reports nothing because of its size, so that its body need not be fetched. It
// counts those that would have reported something otherwise. A mapping has limits of its own.
func (p *Projector) tooLarge(d *hook.Delivery) bool {
	from := p.readers.of(d.Endpoint)
	if d.Size <= hook.MaxExtracted || from == nil || from.mapping != nil {
		return false
	}
	if from.provider.MayReport(d.Type) {
		p.excess.note(p, d)
	}
	return true
}

// publish makes a changeset visible, and moves the position, under one lock: a reader that sees a position also sees
// all changes up to it. Watches are woken after that, so that they read the new state.
func (p *Projector) publish(c *changeset, changed []*hook.Subject, upTo hook.Seq) {
	p.mu.Lock()
	for gone := range c.gone {
		p.count(c.before[gone], -1)
		p.subjects.remove(gone)
		p.pending.drop(gone)
		p.pending.gone[gone] = struct{}{}
	}
	maps.Copy(p.pending.aliases, c.fresh)
	for _, row := range changed {
		p.count(c.before[row.Key], -1)
		p.count(row, 1)
		p.pending.put(row)
		was := c.before[row.Key]
		if row.Status.State != "" && (!row.Status.IsAlias() || was != nil && !was.Status.IsAlias()) {
			p.recent.add(&row.Status)
		}
	}
	p.position = upTo
	close(p.moved)
	p.moved = make(chan struct{})
	p.mu.Unlock()
	p.derived.Add(uint64(len(changed)))
	for _, row := range changed {
		p.watches.notify(row)
	}
}

// count adds n to the number of subjects with the environment, kind, state and reasons for review of s. A subject
// without a state of its own, or one that another status stands for, is counted without a state. The caller holds mu.
func (p *Projector) count(s *hook.Subject, n int) {
	if s == nil {
		return
	}
	state := s.Status.State
	if s.Status.IsAlias() {
		state = ""
	}
	t := hook.SubjectCount{
		Endpoint: s.Status.Endpoint, Environment: s.Environment, Kind: s.Status.Kind, State: state,
		Inside: s.Status.Parent != "", Review: s.Status.OpenReviews(),
	}
	if p.tallies[t] += n; p.tallies[t] == 0 {
		delete(p.tallies, t)
	}
	p.pending.tallies[t] = struct{}{}
}
