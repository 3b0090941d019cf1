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

// drawnAtOnce is how many deliveries a board that is drawn anew reads at a time.
const drawnAtOnce = fullPage

// RequestRebuild has Run build everything again from the log. A request during a rebuild causes another one.
func (b *Board) RequestRebuild(context.Context) error { return b.rebuilder.Request() }

// inUse is the store of a board as its rebuilder sees it: whichever is in use.
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

// Change has an endpoint's deliveries read as it says from now on, those of the past too.
func (b *Board) Change(e hook.Endpoint) {
	defer b.watches.everybody() // what the public may see may have changed
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

// RebuildRequestFile is the name of a file in the data folder that requests a rebuild of a running server. Who may
// create files there need not log in.
const RebuildRequestFile = "statuses.rebuild"

func (b *Board) newRebuilder() *follow.Rebuilder {
	return follow.NewRebuilder(b, inUse{b}, follow.RebuildOptions{
		RequestFile: filepath.Join(b.Dir, RebuildRequestFile), LogGone: b.LogGone, Now: b.Now, Log: b.Logger})
}

// Run does the rebuilds that are requested, until ctx ends. It calls rebuilt after each.
func (b *Board) Run(ctx context.Context, rebuilt func()) error {
	return b.rebuilder.Run(ctx, func() {
		b.watches.everybody()
		rebuilt()
	})
}

// Rebuild follows the log with a board of its own until it has caught up, and puts it in this one's place.
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
	began := b.Now()
	if err := b.copyShown(ctx, shadow, time.Time{}); err != nil {
		return err
	}
	if err := shadow.catchUp(ctx, b, b.Flush); err != nil {
		return err
	}
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

// copyShown has another board take over what pages showed since a moment.
func (b *Board) copyShown(ctx context.Context, to *Board, since time.Time) error {
	err := b.store.EachShown(ctx, since, to.store.Show)
	if err != nil {
		return fmt.Errorf("take over what was shown: %w", err)
	}
	return nil
}

// swept is the seq up to which retention may have removed deliveries.
func (b *Board) swept() hook.Seq { return b.Log.FirstKept() - 1 }

// shadow is a board like b of which nothing is drawn.
func (b *Board) shadow(ctx context.Context) (*Board, error) {
	shadow, err := open(ctx, b.Options, b.Databases.OpenNew)
	if err != nil {
		return nil, fmt.Errorf("begin to draw the statuses again: %w", err)
	}
	return shadow, nil
}

// catchUp draws all that another board has drawn, be it in the log or not. store has the other store all.
func (b *Board) catchUp(ctx context.Context, other *Board, store func() error) error {
	if err := b.trail(ctx, other, store); err != nil {
		return err
	}
	return b.inheritThinned(ctx, other, store)
}

// trail draws until it has come as far as another board. What the log keeps no longer, or lets go of meanwhile, is
// inherited from what the other has stored; store has it store all.
func (b *Board) trail(ctx context.Context, other *Board, store func() error) error {
	for {
		from, until := b.Position(), other.Position()
		if from >= until {
			return nil
		}
		page, upTo, err := b.Log.After(ctx, from, min(drawnAtOnce, int(until-from)))
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
			for len(page) > 0 && page[len(page)-1].Seq > until { // where some before are gone, so many are more
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

// inheritThinned takes over what those unsigned deliveries said that are gone from the middle of the log, and were gone
// before this board read them. What it has read is not taken over: it may have read it otherwise.
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

// inherit takes over what the wanted deliveries reported, after which the log is read up to a seq.
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
		if len(all) < drawnAtOnce {
			return nil
		}
		return apply()
	})
	if err != nil {
		return err
	}
	return apply()
}

// follow draws until the position that until gives.
func (b *Board) follow(ctx context.Context, until func() hook.Seq) error {
	for from := b.Position(); from < until(); from = b.Position() {
		page, upTo, err := b.Log.After(ctx, from, min(drawnAtOnce, int(until()-from)))
		if err == nil {
			err = b.apply(ctx, page, min(upTo, until()))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// CatchUp draws what is already in the log, for as long as patience lasts: who comes back to a server that has just
// started should not be told that it does not know yet what it knew before.
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

// take puts what shadow has drawn in the place of what b shows. The caller holds applying. Once begun it comes to its
// end, whatever stops meanwhile: between the two there is no board.
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
	b.recent.floor = position
	if b.rebuilder.Waiting() {
		return store.SetStale()
	}
	return nil
}
