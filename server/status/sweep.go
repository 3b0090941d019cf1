package status

import (
	"context"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/payments"
)

const (
	// sweepStep is how many subjects one step removes: drawing waits no longer than that takes.
	sweepStep = 200
	// storeWithin is how soon what is drawn is stored.
	storeWithin = time.Second
	// sweepEvery is how often it is looked whether any are to go.
	sweepEvery = time.Minute
	// keptUnverified is how many subjects stay of which only unchecked deliveries told: strangers may make as many as
	// they like, and must push nothing else out.
	keptUnverified = 10_000
)

// Keep stores what is drawn, and keeps it within its bounds, until ctx ends. Of what is too much, that goes first of
// which nothing was told for longest.
func (b *Board) Keep(ctx context.Context) error {
	store, sweep := time.NewTicker(storeWithin), time.NewTicker(sweepEvery)
	defer store.Stop()
	defer sweep.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-store.C:
			if err := b.Flush(); err != nil {
				b.Logger.Error("could not store the newest statuses; they are shown all the same", "error", err)
			}
		case <-sweep.C:
			if _, err := b.SweepOnce(ctx); err != nil && ctx.Err() == nil {
				b.Logger.Error("could not remove old statuses", "error", err)
			}
		}
	}
}

// SweepOnce removes all that is beyond the bounds now, and returns how many subjects that were.
func (b *Board) SweepOnce(ctx context.Context) (removed int, err error) {
	for ctx.Err() == nil {
		n, err := b.sweepStep(ctx)
		removed += n
		if err != nil || n == 0 {
			return removed, err
		}
	}
	return removed, ctx.Err()
}

func (b *Board) sweepStep(ctx context.Context) (removed int, err error) {
	b.applying.Lock()
	defer b.applying.Unlock()
	if err := b.flush(); err != nil { // what is stored is all there is
		return 0, err
	}
	gone, err := b.overdue(ctx)
	if err != nil || len(gone) == 0 {
		return 0, err
	}
	return len(gone), b.forget(gone)
}

// overdue are some of the subjects that are to go, those first of which nothing was told for longest. Where the board
// takes too much, those go first of which only unchecked deliveries told, but for a small share that they always
// have.
func (b *Board) overdue(ctx context.Context) ([]*hook.Subject, error) {
	if over := b.unverified() - b.keepUnverified; over > 0 {
		gone, _, err := b.store.Oldest(ctx, true, min(over, sweepStep))
		return gone, err
	}
	if b.KeepBytes > 0 {
		gone, err := b.beyondBytes(ctx)
		if err != nil || len(gone) > 0 {
			return gone, err
		}
	}
	if b.KeepFor <= 0 || !b.Retention.ClockBelieved() {
		return nil, nil
	}
	oldest, _, err := b.store.Oldest(ctx, false, sweepStep)
	n := 0
	for n < len(oldest) && b.Now().Sub(toldAt(oldest[n]).Time) > b.KeepFor {
		n++
	}
	return oldest[:n], err
}

// beyondBytes are some of the subjects that are beyond the board's bound of bytes, and no more than are.
func (b *Board) beyondBytes(ctx context.Context) ([]*hook.Subject, error) {
	used, err := b.store.Used(ctx)
	if err != nil {
		return nil, err
	}
	unverified, err := b.store.UnverifiedBytes(ctx)
	if err != nil {
		return nil, err
	}
	over := used - b.KeepBytes
	spare := unverified - b.KeepBytes/16
	switch {
	case unverified > b.KeepBytes/2:
		return b.oldest(ctx, true, unverified-b.KeepBytes/2)
	case over > 0 && spare > 0:
		return b.oldest(ctx, true, min(over, spare))
	case over > 0:
		return b.oldest(ctx, false, over)
	}
	return nil, nil
}

// oldest are the oldest subjects that together take about so many bytes, at most as many as one step removes.
func (b *Board) oldest(ctx context.Context, unverified bool, bytes int64) ([]*hook.Subject, error) {
	all, sizes, err := b.store.Oldest(ctx, unverified, sweepStep)
	if err != nil {
		return nil, err
	}
	n := 0
	for ; n < len(all) && bytes > 0; n++ {
		bytes -= sizes[n]
	}
	return all[:n], nil
}

func (b *Board) unverified() (n int) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for t, count := range b.tallies {
		if t.Environment == hook.EnvironmentUnsigned {
			n += count
		}
	}
	return n
}

// toldAt returns when the newest delivery about a subject was received.
func toldAt(s *hook.Subject) hook.Time {
	at := s.Links.Heard
	for _, e := range s.Evidence {
		if e.ReceivedAt.After(at.Time) {
			at = e.ReceivedAt
		}
	}
	return at
}

// forget removes subjects with all their names, and what was shown of them.
func (b *Board) forget(gone []*hook.Subject) error {
	out := hook.SubjectChanges{Aliases: map[hook.AliasHash]int64{}, UpTo: b.position}
	for _, s := range gone {
		out.Gone = append(out.Gone, s.Key)
		out.Forgotten = append(append(out.Forgotten, s.Status.ID), s.Status.Merged...)
		for _, alias := range aliasesOf(s) {
			out.Aliases[alias] = 0
		}
		if s.Links.Account == "" {
			continue
		}
		bare := payments.BareReference(s.Status.Endpoint, s.Environment, s.Status.Aliases[0])
		for _, alias := range bare[1:] { // if they lead here, and not to another account's
			key, err := b.store.KeyOfAlias(context.Background(), alias)
			if err != nil {
				return err
			}
			if key == s.Key {
				out.Aliases[alias] = 0
			}
		}
	}
	if err := b.store.Store(out); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range gone {
		b.count(s, -1)
		b.subjects.remove(s.Key)
	}
	for name := range out.Aliases {
		b.names.Remove(name)
	}
	return nil
}

// aliasesOf returns the hashes under which a subject is found.
func aliasesOf(s *hook.Subject) []hook.AliasHash {
	all := make([]hook.AliasHash, len(s.Status.Aliases))
	for i, name := range s.Status.Aliases {
		if s.Links.Level == hook.LevelReference {
			name = hook.ScopedReference(s.Links.Account, name)
		}
		all[i] = hook.HashAlias(s.Status.Endpoint, s.Environment, name)
	}
	return all
}
