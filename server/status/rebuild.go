package status

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"hookbeam/server/follow"
	"hookbeam/server/hook"
)

// rebuildPage is how many deliveries, or imported facts, a rebuild applies at a time.
const rebuildPage = fullPage

// RequestRebuild makes Run derive everything again from the log. A request during a rebuild causes another one. The
// request is stored, so it survives a restart.
func (p *Projector) RequestRebuild(context.Context) error { return p.rebuilder.Request() }

// inUse is the store of a projector as its rebuilder sees it: the one in use at each call, since a rebuild replaces it.
type inUse struct{ projector *Projector }

func (s inUse) Stale() bool {
	s.projector.using.RLock()
	defer s.projector.using.RUnlock()
	return s.projector.store.Stale()
}

func (s inUse) SetStale() error {
	s.projector.using.RLock()
	defer s.projector.using.RUnlock()
	return s.projector.store.SetStale()
}

func (s inUse) Gone() bool {
	s.projector.using.RLock()
	defer s.projector.using.RUnlock()
	return s.projector.store.Gone()
}

// Change makes an endpoint's new settings count, for its earlier deliveries too: it requests a rebuild if these may
// give other statements now and there are any. Package server calls it after an endpoint was saved.
func (p *Projector) Change(e hook.Endpoint) {
	defer p.watches.notifyAll() // what the public may see may have changed
	if !p.readers.change(&e) || !e.DeletedAt.IsZero() {
		return
	}
	ctx := context.Background()
	past, next, err := p.Records.Deliveries(ctx, hook.Filter{Endpoint: e.ID}, 0, 1)
	if err == nil && len(past) == 0 && next == 0 {
		return
	}
	if err := p.RequestRebuild(ctx); err != nil {
		p.Logger.Error("could not store the request to rebuild the statuses; it is lost if the server restarts first", "error", err)
	}
}

// RebuildRequestFile is the name of a file in the data folder that requests a rebuild of a running server. It needs no
// login: an operator who can create files there controls the data anyway.
const RebuildRequestFile = "statuses.rebuild"

// newRebuilder returns the rebuilder of a projector whose tables are in use.
func (p *Projector) newRebuilder() *follow.Rebuilder {
	return follow.NewRebuilder(p, inUse{p}, follow.RebuildOptions{
		RequestFile: filepath.Join(p.Dir, RebuildRequestFile), LogGone: p.LogGone, Now: p.Now, Log: p.Logger})
}

// Run does the rebuilds that are requested, until ctx ends. It calls rebuilt after each. All watches are woken, since
// every status may be another one then.
func (p *Projector) Run(ctx context.Context, rebuilt func()) error {
	return p.rebuilder.Run(ctx, func() {
		p.watches.notifyAll()
		rebuilt()
	})
}

// Rebuild follows the log with a second projector until that has caught up, and puts its tables in the place of this one's.
// Meanwhile this one goes on, and readers use it. The rebuilder calls it.
//
// The second projector catches up twice: first beside this one, which takes long, then with applying held, so that this
// one does not move on. What people and pages added meanwhile, and the log does not have, is copied: impressions and
// reviews. If a step fails, the new tables are removed and the old ones stay in use.
func (p *Projector) Rebuild(ctx context.Context) error {
	p.rebuilder.Begin()
	next, err := p.newReplacement(ctx)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			_ = next.Close()
			if err := p.Databases.RemoveNew(); err != nil {
				p.Logger.Error("could not remove the tables of the failed rebuild", "error", err)
			}
		}
	}()
	began := p.Now() // impressions from now on are copied at the end, the earlier ones before the long catch-up
	if err := p.copyImpressions(ctx, next, time.Time{}); err != nil {
		return err
	}
	if err := next.catchUpTo(ctx, p, p.Flush); err != nil {
		return err
	}
	// From here on this projector does not move. Readers still see it; deliveries wait in the log until it is replaced.
	p.applying.Lock()
	defer p.applying.Unlock()
	if err := next.catchUpTo(ctx, p, p.flush); err != nil {
		return err
	}
	if err := errors.Join(p.flush(), next.flush()); err != nil {
		return err
	}
	if err := p.copyImpressions(ctx, next, began); err != nil {
		return err
	}
	if err := p.copyReviewed(ctx, next); err != nil {
		return err
	}
	if err := next.flush(); err != nil {
		return err
	}
	err = p.replaceTables(ctx, next)
	done = err == nil
	return err
}

// copyImpressions copies the impressions since a time to another projector. Copying one twice changes nothing.
func (p *Projector) copyImpressions(ctx context.Context, to *Projector, since time.Time) error {
	err := p.store.EachImpression(ctx, since, to.store.AddImpression)
	if err != nil {
		return fmt.Errorf("copy impressions: %w", err)
	}
	return nil
}

// swept returns the seq up to which retention may have removed deliveries. Up to it, a rebuild cannot rely on the log
// and takes the evidence from stored rows.
func (p *Projector) swept() hook.Seq { return p.Log.FirstKept() - 1 }

// newReplacement returns a projector with the options of p and empty tables. It has no rebuilder.
func (p *Projector) newReplacement(ctx context.Context) (*Projector, error) {
	next, err := open(ctx, p.Options, p.Databases.OpenNew)
	if err != nil {
		return nil, fmt.Errorf("begin to rebuild the statuses: %w", err)
	}
	return next, nil
}

// catchUpTo applies all that another projector has applied, be it still in the log or not. store makes the other one store
// what is pending, since what is imported is read from its tables.
func (p *Projector) catchUpTo(ctx context.Context, other *Projector, store func() error) error {
	if err := p.applyUpTo(ctx, other, store); err != nil {
		return err
	}
	return p.importThinned(ctx, other, store)
}

// applyUpTo applies deliveries until it has come as far as another projector. What retention removed from the log, before
// or meanwhile, is importedUpTo from the rows that the other has stored; store makes it store all.
func (p *Projector) applyUpTo(ctx context.Context, other *Projector, store func() error) error {
	for {
		from, until := p.Position(), other.Position()
		if from >= until {
			return nil
		}
		page, upTo, err := p.Log.After(ctx, from, min(rebuildPage, int(until-from)))
		if swept := min(p.swept(), until); err == nil && from < swept {
			if err = store(); err == nil {
				err = p.importFrom(
					ctx,
					other.store,
					swept,
					func(seq hook.Seq) bool { return seq > from && seq <= swept },
				)
			}
			if p.importedUpTo == from {
				p.importedUpTo = swept
			}
		} else if err == nil {
			for len(page) > 0 && page[len(page)-1].Seq > until { // if some before are gone, the page reaches beyond
				page = page[:len(page)-1]
			}
			for i := range page {
				p.read.add(page[i].Seq)
			}
			err = p.apply(ctx, page, min(upTo, until))
		}
		if err != nil {
			return err
		}
	}
}

// importThinned imports what those unsigned deliveries reported that are gone from the middle of the log, and were
// gone before this projector read them. Retention removes unsigned deliveries earlier than others, which leaves such holes.
// What this projector has read itself is not imported: the settings may have changed, so that it reports something else
// now.
func (p *Projector) importThinned(ctx context.Context, other *Projector, store func() error) error {
	after, upTo := p.importedUpTo, min(p.Retention.Thinned(), p.Position())
	if upTo <= after {
		return nil
	}
	if err := store(); err != nil {
		return err
	}
	p.importedUpTo = upTo
	return p.importFrom(ctx, other.store, p.Position(), func(seq hook.Seq) bool {
		return seq > after && seq <= upTo && !p.read.has(seq)
	})
}

// importFrom imports from stored rows what the wanted deliveries reported, in batches; the position is upTo afterwards.
// Rows have the evidence of those deliveries, but no more than a row keeps.
func (p *Projector) importFrom(
	ctx context.Context, from *Tables, upTo hook.Seq, wanted func(hook.Seq) bool,
) error {
	var all []fact
	apply := func() error {
		err := p.applyFacts(ctx, upTo, all)
		all = nil
		return err
	}
	err := from.Each(ctx, false, func(s *hook.Subject) error {
		for _, statement := range p.factsOf(s, wanted) {
			f := newFact(s.Status.Endpoint, s.Environment, statement)
			f.tooMuch = s.Status.TooMuch
			all = append(all, f)
		}
		if len(all) < rebuildPage {
			return nil
		}
		return apply()
	})
	if err != nil {
		return err
	}
	return apply()
}

// follow applies deliveries up to the position that until returns, which may move meanwhile.
func (p *Projector) follow(ctx context.Context, until func() hook.Seq) error {
	for from := p.Position(); from < until(); from = p.Position() {
		page, upTo, err := p.Log.After(ctx, from, min(rebuildPage, int(until()-from)))
		if err == nil {
			err = p.apply(ctx, page, min(upTo, until()))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// CatchUp applies what is already in the log, for at most limit. Package server calls it at the start, before it
// accepts requests: a payer who reloads a page then should not read "waiting" for a payment whose state it showed before. That
// it did not come to the end in time is no error.
func (p *Projector) CatchUp(ctx context.Context, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := p.follow(ctx, p.Log.Head)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		p.Logger.Info("the statuses are still catching up with the log", "position", p.Position(), "head", p.Log.Head())
		return nil
	}
	return err
}

// replaceTables replaces the tables in use with those of next. The caller holds applying. Once begun it is not
// interrupted by the end of ctx: between closing the old tables and opening the new ones there are no statuses. If the new
// ones cannot be put in place, the old ones are opened again.
func (p *Projector) replaceTables(ctx context.Context, next *Projector) error {
	ctx = context.WithoutCancel(ctx)
	p.using.Lock()
	defer p.using.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.store.Close(); err != nil {
		p.Logger.Error("could not close the tables from before the rebuild", "error", err)
	}
	position := next.Position()
	store, err := p.Databases.ReplaceWithNew(ctx, p.origin())
	if err != nil {
		err = fmt.Errorf("put the rebuilt statuses in place: %w", err)
		before, lost := p.Databases.Open(ctx, p.origin())
		if lost != nil {
			return errors.Join(err, lost)
		}
		return errors.Join(err, p.use(ctx, before))
	}
	if err := p.use(ctx, store); err != nil {
		return err
	}
	p.position = position
	p.recent.floor = position // changes before it were derived by the other projector and are read from the store
	if p.rebuilder.Waiting() {
		return store.SetStale()
	}
	return nil
}
