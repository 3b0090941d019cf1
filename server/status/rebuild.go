package status

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"hookbeam/server/hook"
)

// drawnAtOnce is how many deliveries a board that is drawn anew reads at a time.
const drawnAtOnce = fullPage

// Rebuild has everything drawn again from the log, beside what is shown; when it is done, it takes its place. Asked for
// while it is being done, it is done once more; where the server stops before, it is done when it starts again.
func (b *Board) Rebuild(context.Context) error {
	select {
	case b.again <- struct{}{}:
	default: // it is waiting to begin
	}
	b.using.RLock() // after asking: who takes the store's place now sees that it is to be done again
	defer b.using.RUnlock()
	return b.store.SetStale()
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
	if err := b.Rebuild(ctx); err != nil {
		b.Logger.Error("the statuses are drawn again, but would not be after a restart", "error", err)
	}
}

// AskFile is the name of a file in the data folder that asks a running server to draw everything again. Whoever may
// write there need not log in.
const AskFile = "statuses.rebuild"

// askedEvery is how often it is looked for.
const askedEvery = time.Second

// Run draws everything again whenever that is asked for, until ctx ends. It calls rebuilt each time when that is done.
func (b *Board) Run(ctx context.Context, rebuilt func()) error {
	look := time.NewTicker(askedEvery)
	defer look.Stop()
	for {
		select {
		case <-b.again:
		case <-look.C:
			b.look(ctx)
			b.lookForStore(ctx)
			continue
		case <-ctx.Done():
			return nil
		}
		began := b.Now()
		if err := b.Redraw(ctx); err != nil {
			if ctx.Err() == nil {
				b.Logger.Error("could not draw the statuses again; what is shown stays as it was", "error", err)
			}
			continue
		}
		b.Logger.Info("drew the statuses again from the log", "deliveries", b.Position()-b.swept(), "took", b.Now().Sub(began).Round(time.Millisecond))
		b.watches.everybody()
		rebuilt()
	}
}

// look sees whether anybody has asked by file.
func (b *Board) look(ctx context.Context) {
	file := filepath.Join(b.Dir, AskFile)
	if info, err := os.Lstat(file); err != nil || !info.Mode().IsRegular() {
		return // nobody has
	}
	if err := errors.Join(b.Rebuild(ctx), os.Remove(file)); err != nil {
		b.Logger.Error("could not take note that the statuses are to be drawn again", "error", err)
	}
}

// lookForStore has everything drawn again where the board's database was removed or replaced: what it holds can still
// be read and is inherited, but would be lost with this process.
func (b *Board) lookForStore(ctx context.Context) {
	b.using.RLock()
	gone := b.store.Gone()
	b.using.RUnlock()
	if !gone || b.logGone() || len(b.again) > 0 {
		return
	}
	b.Logger.Error("the statuses' database was removed or replaced: it is drawn again from the log", "folder", b.Dir)
	if err := b.Rebuild(ctx); err != nil {
		b.Logger.Error("could not take note that the statuses are to be drawn again", "error", err)
	}
}

// Redraw follows the log with a board of its own until it has caught up, and puts it in this one's place.
func (b *Board) Redraw(ctx context.Context) error {
	select {
	case <-b.again: // it is done by this
	default:
	}
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

func (b *Board) logGone() bool { return b.LogGone != nil && b.LogGone() }

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
				err = b.inherit(ctx, other.store, swept, func(seq hook.Seq) bool { return seq > from && seq <= swept })
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

// inherit takes over what those deliveries said that are wanted, after which the log is drawn up to a seq.
func (b *Board) inherit(ctx context.Context, from *Tables, upTo hook.Seq, wanted func(hook.Seq) bool) error {
	var all []heard
	draw := func() error {
		err := b.draw(ctx, upTo, all)
		all = nil
		return err
	}
	err := from.Each(ctx, func(s *hook.Subject) error {
		for _, e := range s.Evidence {
			if wanted(e.Seq) {
				said := hook.Statement{Subject: s.Status.Kind, Names: s.Status.Names, Evidence: e}
				t := newHeard(s.Status.Endpoint, s.Environment, said)
				t.tooMuch = s.Status.TooMuch
				all = append(all, t)
			}
		}
		if len(all) < drawnAtOnce {
			return nil
		}
		return draw()
	})
	if err != nil {
		return err
	}
	return draw()
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
	if len(b.again) > 0 {
		return store.SetStale()
	}
	return nil
}
