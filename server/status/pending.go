package status

import (
	"maps"
	"slices"

	"hookbeam/server/hook"
)

// The bounds of what may wait to be stored.
const (
	mostPending      = 8192
	mostPendingNames = 131_072
)

// pending is what is drawn and not yet stored. The events of one payment come close together: stored some moments
// later, they are one row. What is lost with the process, the log draws again.
type pending struct {
	subjects map[int64]*hook.Subject
	names    map[hook.AliasHash]int64
	gone     map[int64]struct{}
	weight   int // of all subjects
}

func newPending() pending {
	return pending{subjects: map[int64]*hook.Subject{}, names: map[hook.AliasHash]int64{}, gone: map[int64]struct{}{}}
}

// clear empties it, and keeps the room: under load it is filled again within a second.
func (p *pending) clear() {
	clear(p.subjects)
	clear(p.names)
	clear(p.gone)
	p.weight = 0
}

func (p *pending) full() bool {
	return len(p.subjects) >= mostPending || len(p.names) >= mostPendingNames || p.weight >= pendingBytes
}

func (p *pending) empty() bool { return len(p.subjects) == 0 && len(p.gone) == 0 }

func (p *pending) put(s *hook.Subject) {
	p.drop(s.Key)
	p.subjects[s.Key] = s
	p.weight += weightOf(s)
}

func (p *pending) drop(key int64) {
	if s := p.subjects[key]; s != nil {
		p.weight -= weightOf(s)
		delete(p.subjects, key)
	}
}

// drawn is all of it, for a board that has come up to a place in the log.
func (p *pending) drawn(upTo hook.Seq) hook.SubjectChanges {
	d := hook.SubjectChanges{Aliases: p.names, UpTo: upTo}
	for _, key := range slices.Sorted(maps.Keys(p.subjects)) { // neighbours stand on one page
		d.Put = append(d.Put, p.subjects[key])
	}
	for key := range p.gone {
		d.Gone = append(d.Gone, key)
	}
	return d
}

// Flush stores all that is drawn.
func (b *Board) Flush() error {
	b.applying.Lock()
	defer b.applying.Unlock()
	return b.flush()
}

// flush is Flush for who holds applying.
func (b *Board) flush() error {
	if b.pending.empty() && b.position < b.store.Position()+storeEvery {
		return nil
	}
	if err := b.store.Store(b.pending.drawn(b.position)); err != nil {
		return err
	}
	for _, s := range b.pending.subjects { // whoever asks meanwhile finds them where they wait
		b.subjects.add(s)
	}
	for name, key := range b.pending.names {
		b.names.Add(name, key)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pending.clear()
	return nil
}
