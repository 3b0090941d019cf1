package status

import (
	"context"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/payments"
)

const (
	// sweepStep is how many subjects one step removes. Applying deliveries waits for a step.
	sweepStep = 200
	// storeWithin is the longest time that a change is pending.
	storeWithin = time.Second
	// sweepEvery is how often RunMaintenance checks the bounds.
	sweepEvery = time.Minute
	// keptUnverified is how many subjects stay that only unverified deliveries reported: anybody can make as many as
	// they like, and these must push out no others.
	keptUnverified = 10_000
)

// RunMaintenance stores pending rows and keeps the tables within their bounds, until ctx ends. Of subjects beyond the bounds,
// those that were updated least recently go first. Errors are logged, and the next tick tries again.
func (p *Projector) RunMaintenance(ctx context.Context) error {
	store, sweep := time.NewTicker(storeWithin), time.NewTicker(sweepEvery)
	defer store.Stop()
	defer sweep.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-store.C:
			if err := p.Flush(); err != nil {
				p.Logger.Error("could not store the newest statuses; they are shown all the same", "error", err)
			}
		case <-sweep.C:
			if _, err := p.SweepOnce(ctx); err != nil && ctx.Err() == nil {
				p.Logger.Error("could not remove old statuses", "error", err)
			}
		}
	}
}

// SweepOnce removes all that is beyond the bounds now, and returns how many subjects that were.
func (p *Projector) SweepOnce(ctx context.Context) (removed int, err error) {
	for ctx.Err() == nil {
		n, err := p.sweepStep(ctx)
		removed += n
		if err != nil || n == 0 {
			return removed, err
		}
	}
	return removed, ctx.Err()
}

// sweepStep removes at most sweepStep subjects. It holds applying, so that no fact is applied to a row that goes.
func (p *Projector) sweepStep(ctx context.Context) (removed int, err error) {
	p.applying.Lock()
	defer p.applying.Unlock()
	if err := p.flush(); err != nil { // so that no pending row brings a removed one back
		return 0, err
	}
	gone, err := p.overdue(ctx)
	if err != nil || len(gone) == 0 {
		return 0, err
	}
	return len(gone), p.forget(gone)
}

// overdue returns some of the subjects to remove, those first that were updated least recently. Three bounds are
// checked in this order: the number of unverified subjects, the bytes of the database, and the age. Age counts from
// when the newest delivery was received, not from when its event happened: a sender could write any time. It is only
// used while the clock can be trusted.
func (p *Projector) overdue(ctx context.Context) ([]*hook.Subject, error) {
	if over := p.unverified() - p.keepUnverified; over > 0 {
		gone, _, err := p.store.Oldest(ctx, true, min(over, sweepStep))
		return gone, err
	}
	if p.KeepBytes > 0 {
		gone, err := p.beyondBytes(ctx)
		if err != nil || len(gone) > 0 {
			return gone, err
		}
	}
	if p.KeepFor <= 0 || !p.Retention.ClockBelieved() {
		return nil, nil
	}
	oldest, _, err := p.store.Oldest(ctx, false, sweepStep)
	n := 0
	for n < len(oldest) && p.Now().Sub(receivedAt(oldest[n]).Time) > p.KeepFor {
		n++
	}
	return oldest[:n], err
}

// beyondBytes returns some of the subjects that are beyond the projector's bound of bytes, and no more than are. Unverified
// subjects may take at most half of the bound. If the database is full, they go first, down to a sixteenth of the
// bound, which they always keep: otherwise an endpoint without a secret would have no statuses while the
// database is full.
func (p *Projector) beyondBytes(ctx context.Context) ([]*hook.Subject, error) {
	used, err := p.store.Used(ctx)
	if err != nil {
		return nil, err
	}
	unverified, err := p.store.UnverifiedBytes(ctx)
	if err != nil {
		return nil, err
	}
	over := used - p.KeepBytes
	spare := unverified - p.KeepBytes/16
	switch {
	case unverified > p.KeepBytes/2:
		return p.oldest(ctx, true, unverified-p.KeepBytes/2)
	case over > 0 && spare > 0:
		return p.oldest(ctx, true, min(over, spare))
	case over > 0:
		return p.oldest(ctx, false, over)
	}
	return nil, nil
}

// oldest returns the least recently updated subjects that together take about so many bytes, at most sweepStep of them.
func (p *Projector) oldest(ctx context.Context, unverified bool, bytes int64) ([]*hook.Subject, error) {
	all, sizes, err := p.store.Oldest(ctx, unverified, sweepStep)
	if err != nil {
		return nil, err
	}
	n := 0
	for ; n < len(all) && bytes > 0; n++ {
		bytes -= sizes[n]
	}
	return all[:n], nil
}

// unverified returns the number of subjects that only unverified deliveries reported.
func (p *Projector) unverified() (n int) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for t, count := range p.tallies {
		if t.Environment == hook.EnvironmentUnsigned {
			n += count
		}
	}
	return n
}

// receivedAt returns when the newest delivery about a subject was received, or about anything that it lists.
func receivedAt(s *hook.Subject) hook.Time {
	at := s.Links.LastReceived
	for _, e := range s.Evidence {
		if e.ReceivedAt.After(at.Time) {
			at = e.ReceivedAt
		}
	}
	return at
}

// forget removes subjects with their aliases and impressions, from the store, the caches and the tallies. A removed
// payment's summary stays in its order, so the order's state does not change. The caller holds applying.
func (p *Projector) forget(gone []*hook.Subject) error {
	// An alias with key 0 is deleted. The position stays, since pending rows were stored just before.
	out := hook.SubjectChanges{Aliases: map[hook.AliasHash]int64{}, UpTo: p.position}
	for _, s := range gone {
		out.Gone = append(out.Gone, s.Key)
		out.Forgotten = append(append(out.Forgotten, s.Status.ID), s.Status.Merged...)
		for _, alias := range aliasesOf(s) {
			out.Aliases[alias] = 0
		}
		for _, alias := range referencesOf(s) { // if they lead here, and not to what lists it or to another account's
			key, err := p.store.KeyOfAlias(context.Background(), alias)
			if err != nil {
				return err
			}
			if key == s.Key {
				out.Aliases[alias] = 0
			}
		}
	}
	p.countAll(gone, -1)
	out.Tallies = p.changedTallies()
	if err := p.store.Store(out); err != nil {
		p.countAll(gone, 1)
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.pending.tallies)
	for _, s := range gone {
		p.subjects.remove(s.Key)
	}
	for name := range out.Aliases {
		p.aliases.Remove(name)
	}
	return nil
}

// countAll counts each of these subjects n times.
func (p *Projector) countAll(subjects []*hook.Subject, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range subjects {
		p.count(s, n)
	}
}

// referencesOf returns the hashes under which a subject is found as the only one that a reference lists, and those
// under which a reference is found whose account a link does not name.
func referencesOf(s *hook.Subject) (all []hook.AliasHash) {
	scoped := s.Links.References
	if s.Links.Level == hook.LevelReference {
		scoped = []string{hook.ScopedReference(s.Links.Account, s.Status.Aliases[0])}
	}
	for _, name := range scoped {
		all = append(all, hook.HashAlias(s.Status.Endpoint, s.Environment, name))
		if bare, account := hook.CutReference(name); account != "" {
			aliases := payments.BareReference(s.Status.Endpoint, s.Environment, bare)
			all = append(all, aliases[:]...)
		}
	}
	return all
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
