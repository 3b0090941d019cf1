package status

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/payments"
)

// fact is a statement of a delivery together with where it was reported.
type fact struct {
	hook.Statement
	endpoint    hook.EndpointID
	environment string
	aliases     []hook.AliasHash // of everything that it names
	tooMuch     bool             // its subject had more aliases than it may have
}

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

// weight returns about how many bytes a fact takes.
func (f *fact) weight() int {
	n := weightOfEvidence(&f.Evidence)
	for _, names := range [...][]string{f.Aliases, f.Orders, f.References} {
		for _, name := range names {
			n += nameWeight + len(name)
		}
	}
	return n
}

// namesNothing reports whether a statement is about no subject.
func namesNothing(s *hook.Statement) bool { return len(s.Aliases)+len(s.Orders)+len(s.References) == 0 }

// extract reads what deliveries report and applies it. A batch can report a thousand facts, so they are applied in
// parts: a part is visible before the rest is read, and at most one part is in memory.
func (b *Board) extract(ctx context.Context, relevant []hook.Delivery, upTo hook.Seq) error {
	if len(relevant) == 0 {
		return b.applyFacts(ctx, upTo, nil)
	}
	all, weight := make([]fact, 0, len(relevant)), 0
	err := b.Records.EachRecord(ctx, relevant, func(r *hook.Record) error {
		if weight > heardBytes {
			if err := b.applyFacts(ctx, r.Seq-1, all); err != nil {
				return err
			}
			clear(all)
			all, weight = all[:0], 0
		}
		statements, environment, err := b.readers.read(r)
		if errors.Is(err, hook.ErrTooMuch) {
			b.excess.note(b, &r.Delivery)
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
	return b.applyFacts(ctx, upTo, all)
}

// applyFacts applies facts and publishes the rows that they changed. If the rows weigh too much together, it does so
// in parts. Until the last part the position stays: applying a fact again changes nothing. The caller holds applying,
// or is the only user.
func (b *Board) applyFacts(ctx context.Context, upTo hook.Seq, all []fact) error {
	for {
		if b.pending.full() {
			if err := b.flush(); err != nil {
				return err
			}
		}
		c, err := newChangeset(ctx, b, all)
		if err != nil {
			return err
		}
		n := 0
		for ; n < len(all) && c.weight < drawnBytes; n++ {
			if err := c.apply(&all[n]); err != nil {
				return err
			}
		}
		changed, err := c.finish()
		if err != nil {
			return err
		}
		if all = all[n:]; len(all) == 0 {
			b.publish(c, changed, upTo)
			return nil
		}
		b.publish(c, changed, b.position)
	}
}

// changeset is what facts change. It gives package payments the rows, and keeps other subjects itself.
type changeset struct {
	board   *Board
	ctx     context.Context // of the page that is applied; a changeset does not outlive it
	rows    map[int64]*hook.Subject
	before  map[int64]*hook.Subject  // as they were; nil for new ones
	index   map[hook.AliasHash]int64 // every alias that was looked up; 0: it leads nowhere
	fresh   map[hook.AliasHash]int64 // what must be stored of index
	gone    map[int64]struct{}       // rows that were merged into others
	touched map[int64]*hook.Subject  // subjects that are not paid
	graph   *payments.Graph
	weight  int // of the rows, as they were
}

// newChangeset returns a changeset in which the aliases of the facts are looked up already, with few queries.
func newChangeset(ctx context.Context, b *Board, all []fact) (*changeset, error) {
	c := &changeset{
		board: b, ctx: ctx, rows: map[int64]*hook.Subject{}, before: map[int64]*hook.Subject{},
		index: map[hook.AliasHash]int64{}, fresh: map[hook.AliasHash]int64{}, gone: map[int64]struct{}{},
		touched: map[int64]*hook.Subject{},
	}
	c.graph = payments.NewGraph(c, b.readers.unique)
	var unknown []hook.AliasHash
	for i := range all {
		for _, alias := range all[i].aliases {
			if _, ok := c.index[alias]; ok {
				continue
			}
			key, ok := b.cachedKey(alias)
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
func (b *Board) cachedKey(alias hook.AliasHash) (key int64, ok bool) {
	if key, ok = b.pending.names[alias]; !ok {
		key, ok = b.names.Get(alias)
	}
	return key, ok
}

// lookUp looks aliases up in the store.
func (c *changeset) lookUp(unknown []hook.AliasHash) error {
	err := c.board.store.Keys(unknown, c.index)
	for _, alias := range unknown {
		if key := c.index[alias]; key != 0 {
			c.board.names.Add(alias, key)
		}
	}
	return err
}

// apply applies one fact.
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
		if key, ok = c.board.cachedKey(alias); !ok {
			if err := c.lookUp([]hook.AliasHash{alias}); err != nil {
				return nil, err
			}
			key = c.index[alias]
		}
		c.index[alias] = key
	}
	if key == 0 {
		return nil, nil
	}
	return c.row(key)
}

// Add gives a new row its key.
func (c *changeset) Add(row *hook.Subject) {
	row.Key = c.board.store.NextKey()
	c.rows[row.Key], c.before[row.Key] = row, nil
}

// Point makes an alias lead to a row.
func (c *changeset) Point(alias hook.AliasHash, row *hook.Subject) {
	c.index[alias], c.fresh[alias] = row.Key, row.Key
}

// Drop removes a row that was merged into another one.
func (c *changeset) Drop(row *hook.Subject) {
	delete(c.rows, row.Key)
	c.gone[row.Key] = struct{}{}
}

// row returns a copy of a stored row that may be changed; nil if it is gone.
func (c *changeset) row(key int64) (*hook.Subject, error) {
	if row := c.rows[key]; row != nil {
		return row, nil
	}
	was, ok := c.board.pending.subjects[key]
	if !ok {
		was, ok = c.board.subjects.get(key)
	}
	if !ok {
		var err error
		if was, err = c.board.store.Subject(c.ctx, key); err != nil || was == nil {
			return nil, err
		}
	}
	row := *was
	row.Evidence, row.Status.Aliases = slices.Clip(row.Evidence), slices.Clip(row.Status.Aliases)
	row.Status.Merged, row.Links.Members = slices.Clip(row.Status.Merged), slices.Clone(row.Links.Members)
	upgrade(&row)
	c.rows[key], c.before[key] = &row, was
	c.weight += weightOf(was)
	return &row, nil
}

// report adds a fact to a subject that is not paid. If its aliases lead to several subjects, these are merged.
func (c *changeset) report(f *fact) error {
	var rows []*hook.Subject
	for i := range f.Aliases {
		row, err := c.Find(f.aliases[i])
		if err != nil {
			return err
		}
		if row != nil && !slices.Contains(rows, row) {
			rows = append(rows, row)
		}
	}
	into := c.unite(rows)
	if into == nil {
		into = &hook.Subject{Environment: f.environment}
		into.Status.ID, into.Status.Endpoint = f.aliases[0].ID(), f.endpoint
		c.Add(into)
	}
	for i, name := range f.Aliases {
		if c.index[f.aliases[i]] == 0 { // those of others stay theirs if there were too many to merge
			c.name(into, name, f.aliases[i])
		}
	}
	if f.tooMuch {
		c.mark(into)
	}
	c.add(into, &f.Statement)
	return nil
}

// name gives a subject an alias that leads nowhere. A subject that has too many aliases takes no more: it is marked,
// and the alias is left to whatever is reported under it alone.
func (c *changeset) name(into *hook.Subject, name string, hash hook.AliasHash) {
	st := &into.Status
	if len(st.Aliases) == maxNames || bytesOf(st.Aliases)+len(name) > maxNameBytes {
		c.mark(into)
		return
	}
	st.Aliases = append(st.Aliases, strings.Clone(name)) // without the text that the statement was cut from
	c.Point(hash, into)
	c.touched[into.Key] = into
}

func bytesOf(names []string) (n int) {
	for _, name := range names {
		n += len(name)
	}
	return n
}

// mark notes that a subject was given more aliases than it may have.
func (c *changeset) mark(s *hook.Subject) {
	if !s.Status.TooMuch {
		s.Status.TooMuch = true
		c.touched[s.Key] = s
	}
}

// unite merges subjects that turned out to be the same into the one that was reported first; nil if there are none. If
// they have too many aliases together, all are marked and stay as they are, and the fact counts for the first of them.
func (c *changeset) unite(rows []*hook.Subject) *hook.Subject {
	if len(rows) == 0 {
		return nil
	}
	names, bytes := 0, 0
	for _, row := range rows {
		names, bytes = names+len(row.Status.Aliases), bytes+bytesOf(row.Status.Aliases)
	}
	if len(rows) > 1 && (names > maxNames || bytes > maxNameBytes) {
		for _, row := range rows {
			c.mark(row)
		}
		return rows[0]
	}
	slices.SortFunc(rows, func(a, b *hook.Subject) int { return cmp.Compare(a.Key, b.Key) })
	for _, other := range rows[1:] {
		c.merge(rows[0], other)
	}
	return rows[0]
}

// merge adds everything of one subject to another one, and drops it.
func (c *changeset) merge(into, other *hook.Subject) {
	for _, name := range other.Status.Aliases {
		c.Point(hook.HashAlias(into.Status.Endpoint, into.Environment, name), into)
		if !slices.Contains(into.Status.Aliases, name) {
			into.Status.Aliases = append(into.Status.Aliases, name)
		}
	}
	into.Evidence = append(into.Evidence, other.Evidence...)
	trim(into, 2*maxEvidence)
	into.Status.Merged = append(append(into.Status.Merged, other.Status.ID), other.Status.Merged...)
	into.Status.Kind = primaryKind(into.Status.Kind, other.Status.Kind)
	into.Status.TooMuch = into.Status.TooMuch || other.Status.TooMuch
	c.touched[into.Key] = into
	delete(c.touched, other.Key)
	c.Drop(other)
}

// add adds what one event reports, unless it was reported before.
func (c *changeset) add(into *hook.Subject, s *hook.Statement) {
	into.Status.Kind = primaryKind(into.Status.Kind, s.Subject)
	for i := range into.Evidence {
		if known := &into.Evidence[i]; payments.Same(known, &s.Evidence) && !known.At.After(s.At.Time) {
			return
		}
	}
	into.Evidence = append(into.Evidence, s.Evidence)
	trim(into, 2*maxEvidence)
	c.touched[into.Key] = into
}

// primaryKind returns the kind of a subject that was reported as two kinds.
func primaryKind(a, b hook.SubjectKind) hook.SubjectKind {
	order := []hook.SubjectKind{hook.KindDeployment, hook.KindRun, hook.KindOwn}
	if a == "" || b != "" && slices.Index(order, b) < slices.Index(order, a) {
		return b
	}
	return a
}

// finish derives every row that was touched, and returns them in the order of the log.
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
		row.Evidence = lighten(row.Evidence)
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
