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

// rebuildPage is how many deliveries, or facts taken over, a rebuild applies at a time.
const rebuildPage = fullPage

// RequestRebuild makes Run derive everything again from the log. A request during a rebuild causes another one. The
// request is stored, so it survives a restart.
func (b *Board) RequestRebuild(context.Context) error { return b.rebuilder.Request() }

// inUse is the store of a board as its rebuilder sees it: the one in use at each call, since a rebuild replaces it.
type inUse struct{ board *Board }

func (s inUse) Stale() bool {
	s.board.using.RLock()
	defer s.board.using.RUnlock()
	return s.board.store.Stale()
}

func (s inUse) SetStale() error {
	s.board.using.RLock()
	defer s.board.using.RUnlock()
	return s.board.store.SetStale()
}

func (s inUse) Gone() bool {
	s.board.using.RLock()
	defer s.board.using.RUnlock()
	return s.board.store.Gone()
}

// Change makes an endpoint's new settings count, for its earlier deliveries too: it requests a rebuild if these may
// give other statements now and there are any. Package server calls it after an endpoint was saved.
func (b *Board) Change(e hook.Endpoint) {
	defer b.watches.notifyAll() // what the public may see may have changed
	if !b.readers.change(&e) || !e.DeletedAt.IsZero() {
		return
	}
	ctx := context.Background()
	past, next, err := b.Records.Deliveries(ctx, hook.Filter{Endpoint: e.ID}, 0, 1)
	if err == nil && len(past) == 0 && next == 0 {
		return
	}
	if err := b.RequestRebuild(ctx); err != nil {
		b.Logger.Error("the statuses are drawn again, but would not be after a restart", "error", err)
	}
}

// RebuildRequestFile is the name of a file in the data folder that requests a rebuild of a running server. It needs no
// login: an operator who can create files there controls the data anyway.
const RebuildRequestFile = "statuses.rebuild"

// newRebuilder returns the rebuilder of the board that is shown.
func (b *Board) newRebuilder() *follow.Rebuilder {
	return follow.NewRebuilder(b, inUse{b}, follow.RebuildOptions{
		RequestFile: filepath.Join(b.Dir, RebuildRequestFile), LogGone: b.LogGone, Now: b.Now, Log: b.Logger})
}

// Run does the rebuilds that are requested, until ctx ends. It calls rebuilt after each. All watches are woken, since
// every status may be another one then.
func (b *Board) Run(ctx context.Context, rebuilt func()) error {
	return b.rebuilder.Run(ctx, func() {
		b.watches.notifyAll()
		rebuilt()
	})
}

// Rebuild follows the log with a second board until that has caught up, and puts its tables in the place of this one's.
// Meanwhile this board goes on and is shown. The rebuilder calls it.
//
// The second board catches up twice: first beside this one, which takes long, then with applying held, so that this
// board does not move on. What people and pages added meanwhile, and the log does not have, is copied: impressions and
// reviews. If a step fails, the new tables are removed and this board stays in use.
func (b *Board) Rebuild(ctx context.Context) error {
	b.rebuilder.Begin()
	shadow, err := b.shadow(ctx)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			_ = shadow.Close()
			if err := b.Databases.RemoveNew(); err != nil {
				b.Logger.Error("could not remove the statuses that were drawn in part", "error", err)
			}
		}
	}()
	began := b.Now() // impressions from now on are copied at the end, the earlier ones before the long catch-up
	if err := b.copyShown(ctx, shadow, time.Time{}); err != nil {
		return err
	}
	if err := shadow.catchUp(ctx, b, b.Flush); err != nil {
		return err
	}
	// From here on this board stands still. Readers still see it; deliveries wait in the log until it is replaced.
	b.applying.Lock()
	defer b.applying.Unlock()
	if err := shadow.catchUp(ctx, b, b.flush); err != nil {
		return err
	}
	if err := errors.Join(b.flush(), shadow.flush()); err != nil {
		return err
	}
	if err := b.copyShown(ctx, shadow, began); err != nil {
		return err
	}
	if err := b.copyReviewed(ctx, shadow); err != nil {
		return err
	}
	if err := shadow.flush(); err != nil {
		return err
	}
	err = b.take(ctx, shadow)
	done = err == nil
	return err
}

// copyShown copies the impressions since a time to another board. Copying one twice changes nothing.
func (b *Board) copyShown(ctx context.Context, to *Board, since time.Time) error {
	err := b.store.EachShown(ctx, since, to.store.Show)
	if err != nil {
		return fmt.Errorf("take over what was shown: %w", err)
	}
	return nil
}

// swept returns the seq up to which retention may have removed deliveries. Up to it, a rebuild cannot rely on the log
// and takes the evidence from stored rows.
func (b *Board) swept() hook.Seq { return b.Log.FirstKept() - 1 }

// shadow returns a board with the options of b and empty tables. It has no rebuilder.
func (b *Board) shadow(ctx context.Context) (*Board, error) {
	shadow, err := open(ctx, b.Options, b.Databases.OpenNew)
	if err != nil {
		return nil, fmt.Errorf("begin to draw the statuses again: %w", err)
	}
	return shadow, nil
}

// catchUp applies all that another board has applied, be it still in the log or not. store makes the other one store
// what is pending, since what is taken over is read from its tables.
func (b *Board) catchUp(ctx context.Context, other *Board, store func() error) error {
	if err := b.followBoard(ctx, other, store); err != nil {
		return err
	}
	return b.inheritThinned(ctx, other, store)
}

// followBoard applies deliveries until it has come as far as another board. What retention removed from the log, before
// or meanwhile, is inherited from the rows that the other has stored; store makes it store all.
func (b *Board) followBoard(ctx context.Context, other *Board, store func() error) error {
	for {
		from, until := b.Position(), other.Position()
		if from >= until {
			return nil
		}
		page, upTo, err := b.Log.After(ctx, from, min(rebuildPage, int(until-from)))
		if swept := min(b.swept(), until); err == nil && from < swept {
			if err = store(); err == nil {
				err = b.inherit(
					ctx,
					other.store,
					swept,
					func(seq hook.Seq) bool { return seq > from && seq <= swept },
				)
			}
			if b.inherited == from {
				b.inherited = swept
			}
		} else if err == nil {
			for len(page) > 0 && page[len(page)-1].Seq > until { // if some before are gone, the page reaches beyond
				page = page[:len(page)-1]
			}
			for i := range page {
				b.read.add(page[i].Seq)
			}
			err = b.apply(ctx, page, min(upTo, until))
		}
		if err != nil {
			return err
		}
	}
}

// inheritThinned takes over what those unsigned deliveries reported that are gone from the middle of the log, and were
// gone before this board read them. Retention removes unsigned deliveries earlier than others, which leaves such holes.
// What this board has read itself is not taken over: the settings may have changed, so that it reports something else
// now.
func (b *Board) inheritThinned(ctx context.Context, other *Board, store func() error) error {
	after, upTo := b.inherited, min(b.Retention.Thinned(), b.Position())
	if upTo <= after {
		return nil
	}
	if err := store(); err != nil {
		return err
	}
	b.inherited = upTo
	return b.inherit(ctx, other.store, b.Position(), func(seq hook.Seq) bool {
		return seq > after && seq <= upTo && !b.read.has(seq)
	})
}

// inherit takes over from stored rows what the wanted deliveries reported, in batches; the position is upTo afterwards.
// Rows have the evidence of those deliveries, but no more than a row keeps.
func (b *Board) inherit(
	ctx context.Context, from *Tables, upTo hook.Seq, wanted func(hook.Seq) bool,
) error {
	var all []fact
	apply := func() error {
		err := b.applyFacts(ctx, upTo, all)
		all = nil
		return err
	}
	err := from.Each(ctx, func(s *hook.Subject) error {
		for _, statement := range b.factsOf(s, wanted) {
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
func (b *Board) follow(ctx context.Context, until func() hook.Seq) error {
	for from := b.Position(); from < until(); from = b.Position() {
		page, upTo, err := b.Log.After(ctx, from, min(rebuildPage, int(until()-from)))
		if err == nil {
			err = b.apply(ctx, page, min(upTo, until()))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// CatchUp applies what is already in the log, for at most patience. Package server calls it at the start, before it
// accepts requests: a payer who reloads a page then should not read "waiting" for a payment that was shown before. That
// it did not come to the end in time is no error.
func (b *Board) CatchUp(ctx context.Context, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := b.follow(ctx, b.Log.Head)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		b.Logger.Info("the statuses are still being drawn", "position", b.Position(), "head", b.Log.Head())
		return nil
	}
	return err
}

// take replaces the tables that b shows with those of shadow. The caller holds applying. Once begun it is not
// interrupted by the end of ctx: between closing the old tables and opening the new ones there is no board. If the new
// ones cannot be put in place, the old ones are opened again.
func (b *Board) take(ctx context.Context, shadow *Board) error {
	ctx = context.WithoutCancel(ctx)
	b.using.Lock()
	defer b.using.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.store.Close(); err != nil {
		b.Logger.Error("could not close the statuses that were drawn before", "error", err)
	}
	position := shadow.Position()
	store, err := b.Databases.ReplaceWithNew(ctx, b.origin())
	if err != nil {
		err = fmt.Errorf("show the statuses that were drawn again: %w", err)
		before, lost := b.Databases.Open(ctx, b.origin())
		if lost != nil {
			return errors.Join(err, lost)
		}
		return errors.Join(err, b.use(ctx, before))
	}
	if err := b.use(ctx, store); err != nil {
		return err
	}
	b.position = position
	b.recent.floor = position // changes before it were derived by the old board and are read from the store
	if b.rebuilder.Waiting() {
		return store.SetStale()
	}
	return nil
}
