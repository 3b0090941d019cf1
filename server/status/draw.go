package status

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"hookbeam/server/hook"
)

// draft is a subject while it is drawn.
type draft struct {
	hook.Subject
	touched bool
}

// heard is one statement with whom it is about.
type heard struct {
	hook.Statement
	endpoint hook.EndpointID
	world    string
	keys     []hook.AliasHash // of its names
	tooMuch  bool             // its subject had more names than it may have
}

func newHeard(endpoint hook.EndpointID, world string, s hook.Statement) heard {
	t := heard{s, endpoint, world, make([]hook.AliasHash, len(s.Aliases)), false}
	for i, name := range s.Aliases {
		t.keys[i] = hook.HashAlias(endpoint, world, name)
	}
	return t
}

// hear reads what deliveries say and draws it. A batch tells a thousand things, so it is drawn part by part: what is drawn
// of a page is shown before the rest is read, and one page holds no more than a part in memory.
func (b *Board) hear(ctx context.Context, telling []hook.Delivery, upTo hook.Seq) error {
	if len(telling) == 0 {
		return b.draw(ctx, upTo, nil)
	}
	all, weight := make([]heard, 0, len(telling)), 0
	err := b.Records.EachRecord(ctx, telling, func(r *hook.Record) error {
		if weight > heardBytes {
			if err := b.draw(ctx, r.Seq-1, all); err != nil {
				return err
			}
			clear(all)
			all, weight = all[:0], 0
		}
		statements, world, err := b.readers.read(r)
		if errors.Is(err, hook.ErrTooMuch) {
			b.excess.note(b, &r.Delivery)
		}
		for _, s := range statements {
			if len(s.Aliases) > 0 {
				all = append(all, newHeard(r.Endpoint, world, s))
				weight += weightOfEvidence(&s.Evidence) + len(s.Aliases)*(nameWeight+len(s.Aliases[0]))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return b.draw(ctx, upTo, all)
}

// drawing is what statements do to the board.
type drawing struct {
	board    *Board
	subjects map[int64]*draft
	before   map[int64]*hook.Subject  // as they were; nil: they were not
	names    map[hook.AliasHash]int64 // every name that is spoken of; 0: it is none yet
	fresh    map[hook.AliasHash]int64 // that must be stored
	gone     map[int64]struct{}       // merged into others
	weight   int                      // of the subjects, as they were
}

// newDrawing is a drawing that knows the names that are spoken of.
func newDrawing(b *Board, all []heard) (*drawing, error) {
	d := &drawing{board: b, subjects: map[int64]*draft{}, before: map[int64]*hook.Subject{}, names: map[hook.AliasHash]int64{},
		fresh: map[hook.AliasHash]int64{}, gone: map[int64]struct{}{}}
	var unknown []hook.AliasHash
	for i := range all {
		for _, name := range all[i].keys {
			if _, ok := d.names[name]; ok {
				continue
			}
			key, ok := b.pending.names[name]
			if !ok {
				key, ok = b.names.Get(name)
			}
			if d.names[name] = key; !ok {
				unknown = append(unknown, name)
			}
		}
	}
	err := b.store.Keys(unknown, d.names)
	for _, name := range unknown {
		if key := d.names[name]; key != 0 {
			b.names.Add(name, key)
		}
	}
	return d, err
}

// take adds one statement to the subject that it names, which may turn out to be several.
func (d *drawing) take(ctx context.Context, t *heard) error {
	var known []int64 // in the order of the statement's names
	for _, name := range t.keys {
		if key := d.names[name]; key != 0 && !slices.Contains(known, key) {
			known = append(known, key)
		}
	}
	into, err := d.join(ctx, known)
	if err != nil {
		return err
	}
	if into == nil {
		into = d.begin(t.endpoint, t.world, t.keys[0].ID())
	}
	for i, name := range t.Aliases {
		if d.names[t.keys[i]] == 0 { // those of others stay theirs, where there was too much to join
			d.give(into, name, t.keys[i])
		}
	}
	if t.tooMuch {
		into.mark()
	}
	into.add(t.Statement)
	return nil
}

// give has a subject take a name that nobody has. One that has too many takes no more: it is marked, and the name is
// left to whatever is told of under it alone.
func (d *drawing) give(into *draft, name string, key hook.AliasHash) {
	st := &into.Status
	if len(st.Aliases) == maxNames || bytesOf(st.Aliases)+len(name) > maxNameBytes {
		into.mark()
		return
	}
	st.Aliases = append(st.Aliases, strings.Clone(name)) // lets go of what else the statement said
	d.name(key, into.Key)
	into.touched = true
}

func bytesOf(names []string) (n int) {
	for _, name := range names {
		n += len(name)
	}
	return n
}

// mark notes that a subject was given more names than it may have.
func (s *draft) mark() {
	s.touched = s.touched || !s.Status.TooMuch
	s.Status.TooMuch = true
}

func (d *drawing) begin(endpoint hook.EndpointID, world string, id hook.StatusID) *draft {
	into := &draft{Subject: hook.Subject{Key: d.board.store.NextKey(), Environment: world, Status: hook.Status{ID: id, Endpoint: endpoint}}}
	d.subjects[into.Key], d.before[into.Key] = into, nil
	return into
}

func (d *drawing) name(key hook.AliasHash, subject int64) {
	d.names[key], d.fresh[key] = subject, subject
}

// join makes one subject of those that have turned out to be one: the one that was told of first takes all. Where they
// have more names together than one may have, all stay as they are and are marked, and the statement counts for the one
// that it names first. Which those are then depends on the order in which the log has them, but on nothing else.
func (d *drawing) join(ctx context.Context, keys []int64) (*draft, error) {
	all := make([]*draft, len(keys))
	names, bytes := 0, 0
	for i, key := range keys {
		var err error
		if all[i], err = d.draft(ctx, key); err != nil {
			return nil, err
		}
		names, bytes = names+len(all[i].Status.Aliases), bytes+bytesOf(all[i].Status.Aliases)
	}
	switch {
	case len(all) == 0:
		return nil, nil
	case len(all) > 1 && (names > maxNames || bytes > maxNameBytes):
		for _, s := range all {
			s.mark()
		}
		return all[0], nil
	}
	slices.SortFunc(all, func(a, b *draft) int { return cmp.Compare(a.Key, b.Key) })
	for _, other := range all[1:] {
		d.merge(all[0], other)
	}
	return all[0], nil
}

// merge has one subject take all of another, which is no more.
func (d *drawing) merge(into, other *draft) {
	for _, name := range other.Status.Aliases {
		d.name(hook.HashAlias(into.Status.Endpoint, into.Environment, name), into.Key)
		if !slices.Contains(into.Status.Aliases, name) {
			into.Status.Aliases = append(into.Status.Aliases, name)
		}
	}
	into.Evidence = append(into.Evidence, other.Evidence...)
	into.trim(2 * maxEvidence)
	into.Status.Merged = append(append(into.Status.Merged, other.Status.ID), other.Status.Merged...)
	into.Status.Kind = chief(into.Status.Kind, other.Status.Kind)
	into.Status.TooMuch = into.Status.TooMuch || other.Status.TooMuch
	into.touched = true
	delete(d.subjects, other.Key)
	d.gone[other.Key] = struct{}{}
}

// draft returns a subject to be drawn on. What others hold of it stays as it is.
func (d *drawing) draft(ctx context.Context, key int64) (*draft, error) {
	if s := d.subjects[key]; s != nil {
		return s, nil
	}
	was, ok := d.board.pending.subjects[key]
	if !ok {
		was, ok = d.board.subjects.get(key)
	}
	if !ok {
		var err error
		if was, err = d.board.store.Subject(ctx, key); err != nil {
			return nil, err
		}
	}
	s := &draft{Subject: *was}
	s.Evidence, s.Status.Aliases = slices.Clip(s.Evidence), slices.Clip(s.Status.Aliases)
	s.Status.Merged = slices.Clip(s.Status.Merged)
	d.subjects[key], d.before[key] = s, was
	d.weight += weightOf(was)
	return s, nil
}

// add adds what one event says, unless it was said before.
func (s *draft) add(st hook.Statement) {
	s.Status.Kind = chief(s.Status.Kind, st.Subject)
	e := st.Evidence
	for i := range s.Evidence {
		if known := &s.Evidence[i]; sameWord(known, &e) && !known.At.After(e.At.Time) {
			return
		}
	}
	s.touched = true
	s.Evidence = append(s.Evidence, e)
	s.trim(2 * maxEvidence)
}

// trim keeps the weightiest evidence where there are more than so many pieces.
func (s *draft) trim(most int) {
	if len(s.Evidence) > most {
		s.Evidence = weightiest(s.Evidence, maxEvidence)
	}
}

// chief is what a subject counts as that is told of as two kinds.
func chief(a, b hook.SubjectKind) hook.SubjectKind {
	order := []hook.SubjectKind{hook.KindPayment, hook.KindOrder, hook.KindDeployment, hook.KindRun, hook.KindOwn}
	if a == "" || (b != "" && slices.Index(order, b) < slices.Index(order, a)) {
		return b
	}
	return a
}

// finish works out where every touched subject stands, and returns them in the log's order.
func (d *drawing) finish() []*draft {
	var changed []*draft
	for _, s := range d.subjects {
		if !s.touched {
			continue
		}
		s.finish()
		changed = append(changed, s)
	}
	slices.SortFunc(changed, func(a, b *draft) int {
		return cmp.Or(cmp.Compare(a.Status.Seq, b.Status.Seq), cmp.Compare(a.Key, b.Key))
	})
	return changed
}

func (s *draft) finish() {
	s.trim(maxEvidence)
	s.Evidence = lighten(s.Evidence)
	slices.SortFunc(s.Status.Aliases, byName)
	s.Status.Subject = s.Status.Aliases[0]
	s.TimeToPaid = describe(&s.Status, s.Environment, s.Evidence)
}

// weightiest are the n newest pieces of evidence, those that move nothing only where there is room. Which they are does
// not depend on the order in which they came.
func weightiest(set []hook.Evidence, n int) []hook.Evidence {
	all := byWeight(set)
	return all[max(0, len(all)-n):]
}

// lighten takes those texts for people out of evidence that weighs too much which are not shown, and never will be: a newer
// piece has another one, and stays at least as long. So where the subject stands still depends on no order.
func lighten(set []hook.Evidence) []hook.Evidence {
	weight := 0
	for i := range set {
		weight += weightOfEvidence(&set[i])
	}
	if weight <= maxEvidenceBytes {
		return set
	}
	all := slices.Clone(inOrder(set))
	var newest, newestInfo [4]bool // whether a newer piece has the text: one that moves something, one that does not
	for i := len(all) - 1; i >= 0; i-- {
		e := &all[i]
		for k, text := range [...]*string{&e.Reference, &e.Customer, &e.Title, &e.URL} {
			switch {
			case *text == "":
			case newest[k] || e.Kind == hook.Info && newestInfo[k]:
				*text = ""
			case e.Kind == hook.Info:
				newestInfo[k] = true
			default:
				newest[k] = true
			}
		}
	}
	return all
}

// byWeight returns each piece of evidence once, those first that are the first to go.
func byWeight(set []hook.Evidence) []hook.Evidence {
	all := slices.Clone(inOrder(set))
	slices.SortStableFunc(all, func(a, b hook.Evidence) int { return order(a.Kind != hook.Info, b.Kind != hook.Info) })
	return all
}

// byName puts first what a subject is shown under: what the provider calls a payment rather than a charge of it.
func byName(a, b string) int {
	return cmp.Or(cmp.Compare(nameRank(a), nameRank(b)), cmp.Compare(a, b))
}

func nameRank(name string) int {
	prefix, _, _ := strings.Cut(name, "/")
	order := []string{"payment", "run", "deployment", "own", "checkout", "invoice", "charge"}
	if i := slices.Index(order, prefix); i >= 0 {
		return i
	}
	if prefix == "order" {
		return len(order) + 1
	}
	return len(order)
}

// describe writes into st what the evidence says, and returns how long the payment took until it was told of as paid.
func describe(st *hook.Status, world string, set []hook.Evidence) (took time.Duration) {
	all := inOrder(set)
	p := stand(st.Kind, all)
	st.Tone, st.Final, st.Fulfilment = p.Tone, p.Final, p.Fulfilment
	st.State, st.Dispute, st.Late, st.NeedsReview = p.State, p.Dispute, p.Late, p.Review || st.TooMuch
	st.Amount, st.Refunded, st.Currency, st.UpdatedAt = p.Amount, p.Refunded, p.Currency, p.At
	st.Unverified, st.Mode = world == hook.EnvironmentUnsigned, ""
	if world == hook.EnvironmentTest {
		st.Mode = hook.ModeTest
	}
	st.Seq, st.CreatedAt = 0, hook.Time{}
	var told time.Time // when it was first told of as paid
	for i := range all {
		e := &all[i]
		st.Seq = max(st.Seq, e.Seq)
		if st.CreatedAt.IsZero() {
			st.CreatedAt = e.At
		}
		newer(&st.Reference, e.Reference)
		newer(&st.Customer, e.Customer)
		newer(&st.Title, e.Title)
		newer(&st.URL, e.URL)
		if e.Kind == hook.Captured && (told.IsZero() || e.ReceivedAt.Before(told)) {
			told = e.ReceivedAt.Time
		}
	}
	if told.After(st.CreatedAt.Time) {
		took = told.Sub(st.CreatedAt.Time)
	}
	return took
}

func newer(was *string, now string) {
	if now != "" {
		*was = now
	}
}
