package status

import (
	"maps"
	"slices"

	"hookbeam/server/hook"
)

// The bounds of what may wait to be stored, in rows and aliases; pendingBytes bounds the weight.
const (
	maxPending        = 8192
	maxPendingAliases = 131_072
)

// pending has the rows that were applied and are not stored yet. The events of one payment come close together: stored
// a second later, they are one write. What is lost with the process is derived again from the log, since the stored
// position is behind it. Readers look here before they read the cache and the store. Projector.mu guards it.
type pending struct {
	subjects map[int64]*hook.Subject        // by key
	aliases  map[hook.AliasHash]int64       // new aliases, and those that lead to another row now
	gone     map[int64]struct{}             // rows that were merged into others
	tallies  map[hook.SubjectCount]struct{} // which of Projector.tallies have changed
	weight   int                            // of all subjects
}

// newPending returns an empty pending; its zero value must not be written to.
func newPending() pending {
	return pending{subjects: map[int64]*hook.Subject{}, aliases: map[hook.AliasHash]int64{}, gone: map[int64]struct{}{},
		tallies: map[hook.SubjectCount]struct{}{}}
}

// clear empties it, and keeps the memory of its maps: under load it is filled again within a second.
func (p *pending) clear() {
	clear(p.subjects)
	clear(p.aliases)
	clear(p.gone)
	clear(p.tallies)
	p.weight = 0
}

// full reports whether it must be stored before more is applied.
func (p *pending) full() bool {
	return len(p.subjects) >= maxPending || len(p.aliases) >= maxPendingAliases || p.weight >= pendingBytes
}

// empty reports whether no row waits. Aliases only change together with rows.
func (p *pending) empty() bool { return len(p.subjects) == 0 && len(p.gone) == 0 }

// put adds a row or replaces it.
func (p *pending) put(s *hook.Subject) {
	p.drop(s.Key)
	p.subjects[s.Key] = s
	p.weight += weightOf(s)
}

// drop removes a row, if it waits.
func (p *pending) drop(key int64) {
	if s := p.subjects[key]; s != nil {
		p.weight -= weightOf(s)
		delete(p.subjects, key)
	}
}

// changes returns all that is pending as a changeset for the store. The caller holds applying.
func (p *Projector) changes() hook.SubjectChanges {
	d := hook.SubjectChanges{Aliases: p.pending.aliases, Tallies: p.changedTallies(), UpTo: p.position}
	for _, key := range slices.Sorted(maps.Keys(p.pending.subjects)) { // neighbouring keys share pages of the database
		d.Put = append(d.Put, p.pending.subjects[key])
	}
	for key := range p.pending.gone {
		d.Gone = append(d.Gone, key)
	}
	return d
}

// changedTallies returns the tallies that differ from the stored ones, as they are once all that is pending is stored.
// The caller holds applying.
func (p *Projector) changedTallies() (all []hook.SubjectCount) {
	for t := range p.pending.tallies {
		t.Count = p.tallies[t]
		all = append(all, t)
	}
	return all
}

// Flush stores all pending rows with the position. Readers call it before they list statuses from the store; RunMaintenance calls
// it every second.
func (p *Projector) Flush() error {
	p.applying.Lock()
	defer p.applying.Unlock()
	return p.flush()
}

// flush is Flush for callers that hold applying. The position alone is stored only now and then.
func (p *Projector) flush() error {
	if p.pending.empty() && p.position < p.store.Position()+storeEvery {
		return nil
	}
	changes := p.changes()
	if err := p.store.Store(changes); err != nil {
		return err
	}
	// Both caches are brought up to date before pending is cleared, so that readers never find an old row. More rows than
	// fit would only push each other out: those with the highest keys are the newest.
	cached := max(0, len(changes.Put)-cachedSubjects)
	for _, s := range changes.Put[:cached] {
		p.subjects.remove(s.Key)
	}
	for _, s := range changes.Put[cached:] {
		p.subjects.add(s)
	}
	for name, key := range p.pending.aliases {
		p.aliases.Add(name, key)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pending.clear()
	return nil
}
