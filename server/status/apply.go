package status

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"hookbeam/server/hook"
	"hookbeam/server/payments"
)

// fact is a statement of a delivery together with where it was reported. extract makes one for each statement of a
// page, and importFrom one for each statement that is imported from a stored row.
type fact struct {
	hook.Statement
	endpoint    hook.EndpointID
	environment string
	aliases     []hook.AliasHash // of everything that it names
	tooMuch     bool             // its subject had more aliases than it may have
}

// newFact hashes all aliases of a statement, so that a whole batch can be looked up with few queries.
func newFact(endpoint hook.EndpointID, environment string, s hook.Statement) fact {
	f := fact{Statement: s, endpoint: endpoint, environment: environment}
	f.aliases = make([]hook.AliasHash, 0, len(s.Aliases)+len(s.Orders)+len(s.References))
	for _, names := range [...][]string{s.Aliases, s.Orders} {
		for _, name := range names {
			f.aliases = append(f.aliases, hook.HashAlias(endpoint, environment, name))
		}
	}
	for _, name := range s.References {
		f.aliases = append(f.aliases, hook.HashAlias(endpoint, environment, hook.ScopedReference(s.Account, name)))
	}
	return f
}

// weight returns about how many bytes a fact takes in memory.
func (f *fact) weight() int {
	n := weightOfEvidence(&f.Evidence)
	for _, names := range [...][]string{f.Aliases, f.Orders, f.References} {
		for _, name := range names {
			n += nameWeight + len(name)
		}
	}
	return n
}

// namesNothing reports whether a statement names no subject, so that no row could keep its evidence.
func namesNothing(s *hook.Statement) bool { return len(s.Aliases)+len(s.Orders)+len(s.References) == 0 }

// extract extracts the statements of deliveries and applies them. A batch can report a thousand facts, so they are
// applied in parts: a part is visible before the rest is read, and at most one part is in memory. A part ends between
// two deliveries, since the position that is published with it means that those up to it are applied completely.
//
// A delivery that exceeds the limit for extraction reports nothing, and is counted.
func (p *Projector) extract(ctx context.Context, relevant []hook.Delivery, upTo hook.Seq) error {
	if len(relevant) == 0 {
		return p.applyFacts(ctx, upTo, nil)
	}
	all, weight := make([]fact, 0, len(relevant)), 0
	err := p.Records.EachRecord(ctx, relevant, func(r *hook.Record) error {
		if weight > factBytes {
			if err := p.applyFacts(ctx, r.Seq-1, all); err != nil {
				return err
			}
			clear(all)
			all, weight = all[:0], 0
		}
		statements, environment, err := p.readers.read(r)
		if errors.Is(err, hook.ErrTooMuch) {
			p.excess.note(p, &r.Delivery)
		}
		for i := range statements {
			if namesNothing(&statements[i]) {
				continue
			}
			all = append(all, newFact(r.Endpoint, environment, statements[i]))
			weight += all[len(all)-1].weight()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.applyFacts(ctx, upTo, all)
}

// applyFacts applies facts and publishes the rows that they changed. If the rows weigh too much together, it does so
// in parts. Until the last part the position stays: if the process ends in between, the facts are applied again, which
// changes nothing. The caller holds applying, or is the only user.
func (p *Projector) applyFacts(ctx context.Context, upTo hook.Seq, all []fact) error {
	for {
		if p.pending.full() {
			if err := p.flush(); err != nil {
				return err
			}
		}
		c, err := newChangeset(ctx, p, all)
		if err != nil {
			return err
		}
		n := 0
		for ; n < len(all) && c.weight < changesetBytes; n++ {
			if err := c.apply(&all[n]); err != nil {
				return err
			}
		}
		changed, err := c.finish()
		if err != nil {
			return err
		}
		if all = all[n:]; len(all) == 0 {
			p.publish(c, changed, upTo)
			return nil
		}
		p.publish(c, changed, p.position)
	}
}

// changeset collects what facts change, as copies that no reader sees until publish. If anything fails before, it is
// dropped, and the projector is as it was. It implements payments.Rows for payments and orders, and applies facts about
// other subjects itself (report.go). Rows come from what is pending, else from the cache, else from the store.
type changeset struct {
	projector *Projector
	ctx       context.Context          // of the page that is applied; a changeset does not outlive it
	rows      map[int64]*hook.Subject  // copies that may be changed
	before    map[int64]*hook.Subject  // as they were; nil for new ones
	index     map[hook.AliasHash]int64 // every alias that was looked up; 0: it leads nowhere
	fresh     map[hook.AliasHash]int64 // what must be stored of index
	gone      map[int64]struct{}       // rows that were merged into others
	touched   map[int64]*hook.Subject  // subjects that are not paid
	graph     *payments.Graph
	weight    int // of the rows, as they were
}

// newChangeset returns a changeset in which the aliases of the facts are looked up already, with few queries.
func newChangeset(ctx context.Context, p *Projector, all []fact) (*changeset, error) {
	names := 0
	for i := range all {
		names += len(all[i].aliases)
	}
	c := &changeset{
		projector: p, ctx: ctx, rows: make(map[int64]*hook.Subject, len(all)),
		before: make(map[int64]*hook.Subject, len(all)), index: make(map[hook.AliasHash]int64, names),
		fresh: map[hook.AliasHash]int64{}, gone: map[int64]struct{}{}, touched: map[int64]*hook.Subject{},
	}
	c.graph = payments.NewGraph(c, p.readers.unique)
	var unknown []hook.AliasHash
	for i := range all {
		for _, alias := range all[i].aliases {
			if _, ok := c.index[alias]; ok {
				continue
			}
			key, ok := p.cachedKey(alias)
			if c.index[alias] = key; !ok {
				unknown = append(unknown, alias)
			}
		}
	}
	if err := c.lookUp(unknown); err != nil {
		return nil, err
	}
	return c, nil
}

// cachedKey returns the key of an alias if it is pending or cached.
func (p *Projector) cachedKey(alias hook.AliasHash) (key int64, ok bool) {
	if key, ok = p.pending.aliases[alias]; !ok {
		key, ok = p.aliases.Get(alias)
	}
	return key, ok
}

// lookUp looks aliases up in the store, and caches those that are found. One that is not stored is not cached: the next
// page may add it.
func (c *changeset) lookUp(unknown []hook.AliasHash) error {
	err := c.projector.store.Keys(unknown, c.index)
	for _, alias := range unknown {
		if key := c.index[alias]; key != 0 {
			c.projector.aliases.Add(alias, key)
		}
	}
	return err
}

// apply applies one fact, by the rules of payments or by those of all other subjects.
func (c *changeset) apply(f *fact) error {
	if f.Subject == hook.KindPayment || f.Subject == hook.KindOrder {
		return c.graph.Apply(f.endpoint, f.environment, &f.Statement)
	}
	return c.report(f)
}

// Find returns the row of an alias, nil if there is none. It implements payments.Rows, like Add, Point and Drop.
func (c *changeset) Find(alias hook.AliasHash) (*hook.Subject, error) {
	key, ok := c.index[alias]
	if !ok {
		if key, ok = c.projector.cachedKey(alias); !ok {
			if err := c.lookUp([]hook.AliasHash{alias}); err != nil {
				return nil, err
			}
			key = c.index[alias]
		}
		c.index[alias] = key
	}
	if _, gone := c.gone[key]; gone || key == 0 {
		return nil, nil
	}
	return c.row(key)
}

// Add gives a new row its key. Keys ascend, so that of two rows to be merged the one that was reported first is known.
func (c *changeset) Add(row *hook.Subject) {
	row.Key = c.projector.store.NextKey()
	c.rows[row.Key], c.before[row.Key] = row, nil
}

// Point makes an alias lead to a row, in this changeset at once and for readers after publish.
func (c *changeset) Point(alias hook.AliasHash, row *hook.Subject) {
	c.index[alias], c.fresh[alias] = row.Key, row.Key
}

// Drop removes a row that was merged into another one.
func (c *changeset) Drop(row *hook.Subject) {
	delete(c.rows, row.Key)
	c.gone[row.Key] = struct{}{}
}

// row returns a copy of a stored row that may be changed; nil if it is gone. Slices that are appended to are clipped,
// and those that are changed in place are cloned, since readers and the cache share the original. A row of the earlier
// model is upgraded in the copy.
func (c *changeset) row(key int64) (*hook.Subject, error) {
	if row := c.rows[key]; row != nil {
		return row, nil
	}
	was, ok := c.projector.pending.subjects[key]
	if !ok {
		was, ok = c.projector.subjects.get(key)
	}
	if !ok {
		var err error
		if was, err = c.projector.store.Subject(c.ctx, key); err != nil || was == nil {
			return nil, err
		}
	}
	row := *was
	row.Evidence, row.Status.Aliases = slices.Clip(row.Evidence), slices.Clip(row.Status.Aliases)
	row.Status.Merged, row.Links.Members = slices.Clip(row.Status.Merged), slices.Clone(row.Links.Members)
	c.projector.upgrade(&row)
	c.rows[key], c.before[key] = &row, was
	c.weight += weightOf(was)
	return &row, nil
}

// finish derives every row that was touched, and returns them in the order of the log. It is called once, after the
// last fact, so that a row is derived once however many facts touched it.
func (c *changeset) finish() ([]*hook.Subject, error) {
	changed, err := c.graph.Finish()
	if err != nil {
		return nil, err
	}
	for _, row := range changed {
		describePaid(row)
	}
	for _, row := range c.touched {
		trim(row, maxEvidence)
		row.Evidence = dropRepeatedTexts(row.Evidence)
		slices.SortFunc(row.Status.Aliases, payments.CompareAliases)
		row.Status.Subject = row.Status.Aliases[0]
		describe(row)
		changed = append(changed, row)
	}
	slices.SortFunc(changed, func(a, b *hook.Subject) int {
		return cmp.Or(cmp.Compare(a.Status.Seq, b.Status.Seq), cmp.Compare(a.Key, b.Key))
	})
	return changed, nil
}
