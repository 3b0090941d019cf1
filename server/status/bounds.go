package status

import (
	"sync/atomic"

	lru "github.com/hashicorp/golang-lru/v2"

	"hookbeam/server/hook"
)

// The bounds of one subject that is not paid; package payments has those of payments and orders. No real run or
// deployment reaches them. The aliases of one statement always fit: 16 of 200 bytes each.
const (
	maxEvidence      = 256
	maxEvidenceBytes = 128 << 10 // with the texts for people; without most of them it is at most about twice as much
	maxAliases       = 64
	maxAliasBytes    = 4 << 10
)

// The bounds of what a projector holds in memory, in bytes as the weight functions below estimate them.
const (
	cacheBytes     = 16 << 20 // subjects as they were stored
	pendingBytes   = 32 << 20 // subjects that wait to be stored
	recentBytes    = 8 << 20  // the newest changes
	factBytes      = 4 << 20  // statements that are applied at once
	changesetBytes = 16 << 20 // subjects that are changed at once
)

// What a piece of evidence, a status and a name take in memory beside their texts, in bytes.
const (
	evidenceWeight = 400
	statusWeight   = 600
	nameWeight     = 32
)

// weightOfEvidence returns about how many bytes a piece of evidence takes in memory.
func weightOfEvidence(e *hook.Evidence) int {
	return evidenceWeight + len(e.Event) + len(e.Delivery) + len(e.Type) + len(e.Currency) + len(e.Part) + len(e.Of) +
		len(e.State) + len(e.Fulfilment) + len(e.Reference) + len(e.Customer) + len(e.Title) + len(e.URL)
}

// weightOfStatus returns about how many bytes a status takes in memory.
func weightOfStatus(st *hook.Status) int {
	n := statusWeight + len(st.Reference) + len(st.Customer) + len(st.Title) + len(st.URL)
	for _, name := range st.Aliases {
		n += nameWeight + len(name)
	}
	for _, id := range st.Merged {
		n += nameWeight + len(id)
	}
	return n
}

// What a member of an order takes in memory beside its texts, in bytes.
const memberWeight = 500

// weightOf returns about how many bytes a subject takes in memory. Bounds in bytes, rather than in subjects alone, hold
// also if a sender fills each subject with as much as it may.
func weightOf(s *hook.Subject) int {
	n := weightOfStatus(&s.Status)
	for i := range s.Evidence {
		n += weightOfEvidence(&s.Evidence[i])
	}
	l := &s.Links
	for i := range l.Members {
		n += memberWeight + len(l.Members[i].Name)
	}
	for _, names := range [...][]string{l.Names, l.Orders, l.References, l.Customers, l.Paid} {
		for _, name := range names {
			n += nameWeight + len(name)
		}
	}
	return n
}

// subjectCache holds the stored subjects that were used last, bounded in number and in weight. Readers and the
// goroutine that applies facts share it; the subjects in it are never changed. Pending subjects are not in it until
// they are stored.
type subjectCache struct {
	all    *lru.Cache[int64, *hook.Subject]
	weight atomic.Int64
}

func newSubjectCache() *subjectCache {
	c := &subjectCache{}
	all, err := lru.NewWithEvict(cachedSubjects, func(_ int64, s *hook.Subject) { c.weight.Add(-int64(weightOf(s))) })
	if err != nil {
		panic(err) // only a size below 1 is refused
	}
	c.all = all
	return c
}

func (c *subjectCache) get(key int64) (*hook.Subject, bool) { return c.all.Get(key) }

// add adds a subject or replaces it. One goroutine at a time may add.
func (c *subjectCache) add(s *hook.Subject) {
	c.all.Remove(s.Key) // so that its weight is taken off
	c.weight.Add(int64(weightOf(s)))
	c.all.Add(s.Key, s)
	for c.weight.Load() > cacheBytes {
		if _, _, any := c.all.RemoveOldest(); !any {
			return
		}
	}
}

func (c *subjectCache) remove(key int64) { c.all.Remove(key) }

func (c *subjectCache) purge() { c.all.Purge() }

// recent holds the newest changes in the log's order, so that the live hub, which asks for changes after each page,
// reads no disk. It is guarded by Projector.mu. A caller that asks for changes before floor reads them from the store.
type recent struct {
	floor   hook.Seq // every change after this seq is here
	changes []*hook.Status
	weight  int
}

// minRecent is how many changes are kept at least, if they are not too heavy.
const minRecent = 1024

// add adds a change, and forgets half of all when there are too many, so that the cost of moving them is rare.
func (r *recent) add(c *hook.Status) {
	r.changes = append(r.changes, c)
	r.weight += weightOfStatus(c)
	if len(r.changes) > 2*minRecent || r.weight > recentBytes {
		r.forget(len(r.changes) / 2)
	}
}

// forget removes the n oldest changes and raises the floor.
func (r *recent) forget(n int) {
	if n == 0 {
		n = len(r.changes) // one that alone is too heavy
	}
	for _, c := range r.changes[:n] {
		r.floor = max(r.floor, c.Seq)
		r.weight -= weightOfStatus(c)
	}
	clear(r.changes[copy(r.changes, r.changes[n:]):])
	r.changes = r.changes[:len(r.changes)-n]
}
