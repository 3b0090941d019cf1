package payments

import (
	"cmp"
	"slices"
	"strings"

	"hookbeam/server/hook"
)

// add adds a piece of evidence to a row, unless the row has it. Of repeats the earliest time counts, so a repeat with
// an earlier time is added, and InOrder removes the other one. What a kept delivery reports is added beside an
// inherited piece of the same event, which InOrder removes as well.
func add(row *hook.Subject, e *hook.Evidence) {
	for i := range row.Evidence {
		known := &row.Evidence[i]
		if Same(known, e) && !known.At.After(e.At.Time) && (e.Inherited || !known.Inherited) {
			return
		}
	}
	// Readers share the old slice, so it is copied. The copy has no spare room, because most rows have few pieces.
	all := make([]hook.Evidence, 0, len(row.Evidence)+1)
	row.Evidence = append(append(all, row.Evidence...), *e)
	trimEarly(row)
}

// trimEarly bounds a row within a batch. Finish trims every row; this one keeps thousands of events of one payment in
// one batch from making the searches in add slow. That trimming twice changes nothing is a property of Trim.
func trimEarly(row *hook.Subject) {
	if len(row.Evidence) > 8*maxHistory {
		row.Evidence = Trim(row.Evidence)
	}
}

// union returns a sorted set with all texts of b, which need not be sorted. It returns a itself if b adds nothing.
func union(a, b []string) []string {
	all := a
	for _, text := range b {
		at, found := slices.BinarySearch(all, text)
		if !found {
			if len(all) == len(a) {
				all = slices.Clone(a)
			}
			all = slices.Insert(all, at, text)
		}
	}
	return all
}

// limited returns the first texts of a sorted set. Those are the same in whatever order the set was filled, and also if
// it was limited in between.
func limited(set []string, most int) []string { return set[:min(len(set), most)] }

// Finish derives every row that was touched, passes summaries on, and returns all rows that have changed, in the order
// of their keys. It is called once, after all statements of the batch. The errors are those of Rows.
//
// Levels are derived from the bottom up, because an order is derived from the summaries of its payments and a reference
// from those of both. Deriving a row touches the rows that list it, which are of a later level.
func (g *Graph) Finish() ([]*hook.Subject, error) {
	for _, level := range []hook.Level{hook.LevelPayment, hook.LevelOrder, hook.LevelReference} {
		for _, row := range g.sorted(level) {
			if err := g.derive(row); err != nil {
				return nil, err
			}
		}
	}
	if err := g.setParents(); err != nil {
		return nil, err
	}
	all := g.sorted("")
	for _, row := range all { // with so many paid members it is no order, and its summaries serve nothing
		if len(row.Links.Paid) > maxPaid {
			row.Links.Members = nil
		}
	}
	return all, nil
}

// sorted returns the rows of a level that were touched, or all of them, in the order in which they were first reported.
func (g *Graph) sorted(level hook.Level) []*hook.Subject {
	rows := make([]*hook.Subject, 0, len(g.touched))
	for _, row := range g.touched {
		if level == "" || row.Links.Level == level {
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b *hook.Subject) int { return cmp.Compare(a.Key, b.Key) })
	return rows
}

// Derive derives the state of a row from what is stored of it. The summary itself is not stored with the row, so
// package status also calls it when a page is read.
func Derive(row *hook.Subject, unique bool) (s hook.Summary) {
	switch l := &row.Links; {
	case l.Level == hook.LevelPayment:
		s = Payment(row.Evidence)
	case len(l.Paid) > maxPaid:
		s = TooMany(l.Newest)
	case l.Level == hook.LevelOrder:
		s = Order(row.Evidence, l.Members)
	default:
		s = Reference(row.Evidence, l.Members, unique)
	}
	s.Inherited = inherits(row)
	if row.Status.TooMuch {
		s.Review = append(slices.Clip(s.Review), hook.ReviewTooManyAliases)
		slices.Sort(s.Review)
	}
	return s
}

// inherits reports whether some of what a row is derived from is inherited: its own evidence, or that of a member.
func inherits(row *hook.Subject) bool {
	for i := range row.Evidence {
		if row.Evidence[i].Inherited {
			return true
		}
	}
	for i := range row.Links.Members {
		if row.Links.Members[i].Inherited {
			return true
		}
	}
	return false
}

// derive derives one row and lists it in the rows that it belongs to. A row that already has its evidence trimmed and
// in order costs no sorting.
func (g *Graph) derive(row *hook.Subject) error {
	row.Evidence = Trim(row.Evidence)
	slices.SortFunc(row.Status.Aliases, CompareAliases)
	row.Summary = Derive(row, g.unique != nil && g.unique(row.Status.Endpoint))
	return g.passOn(row)
}

// find returns the row of an alias at the endpoint and in the environment of another row; nil if there is none.
func (g *Graph) find(beside *hook.Subject, alias string) (*hook.Subject, error) {
	return g.rows.Find(hook.HashAlias(beside.Status.Endpoint, beside.Environment, alias))
}

// orderOf returns the order of a payment, nil if there is none. All its ids lead to one row, unless that had too many
// aliases to be merged; then the first id in alphabetical order decides.
func (g *Graph) orderOf(row *hook.Subject) (*hook.Subject, error) {
	for _, key := range row.Links.Orders {
		order, err := g.find(row, key)
		if err != nil || order != nil && order.Links.Level == hook.LevelOrder {
			return order, err
		}
	}
	return nil, nil
}

// passOn lists a payment in its order and its references, and an order in its references. A payment that has an order
// stays listed in its references, marked as Ordered: membership only grows, and reading passes over it.
func (g *Graph) passOn(row *hook.Subject) error {
	order, err := g.orderOf(row)
	if err != nil {
		return err
	}
	if order != nil {
		g.listIn(order, row, false)
	}
	for _, reference := range row.Links.References {
		to, err := g.find(row, reference)
		if err != nil {
			return err
		}
		if to != nil && to.Links.Level == hook.LevelReference {
			g.listIn(to, row, order != nil)
		}
	}
	return nil
}

// setParents decides under which row each one is shown in lists of statuses. An order shows its payments, and a
// reference what it lists if that is of one customer. A reference with one member and nothing to say is shown as that.
//
// It needs two passes, since a row's parent depends on whether the rows above it group their members.
func (g *Graph) setParents() error {
	for _, level := range []hook.Level{hook.LevelOrder, hook.LevelReference} {
		for _, row := range g.sorted(level) {
			if err := g.group(row); err != nil {
				return err
			}
		}
	}
	for _, row := range g.sorted("") {
		parent, err := g.parentOf(row)
		if err != nil {
			return err
		}
		row.Status.Parent = parent
	}
	return nil
}

// group decides whether a row shows its members inside it. If that changes, it changes the parent of all of them, so
// each is touched. A member that this batch has not derived was read from the store, where it has no summary.
func (g *Graph) group(row *hook.Subject) error {
	l := &row.Links
	listed := Units(l.Level, l.Members)
	groups := row.Summary.State != StateAmbiguous && len(listed) > 0 && !readsAsMember(row, listed)
	if groups == l.Groups {
		return nil
	}
	l.Groups = groups
	for _, m := range listed {
		member, err := g.find(row, m.Name)
		if err != nil {
			return err
		}
		if member != nil && member.Links.Level == m.Level {
			if g.touched[member.Key] == nil {
				member.Summary = Derive(member, g.unique != nil && g.unique(member.Status.Endpoint))
			}
			member.Status.Seq = max(member.Status.Seq, row.Status.Seq)
			g.touch(member)
		}
	}
	return nil
}

// readsAsMember reports whether a row is a reference that has one member and says nothing of its own: lists show the
// member in its place. One that says more, such as that the provider closed it unpaid, is shown itself, with its member
// inside it.
func readsAsMember(row *hook.Subject, listed []*hook.Member) bool {
	return row.Links.Level == hook.LevelReference && len(listed) == 1 && row.Summary.State != StateAmbiguous &&
		!readOwn(row.Evidence).moved
}

// parentOf returns the status under which a row is shown, "" for one of its own.
func (g *Graph) parentOf(row *hook.Subject) (hook.StatusID, error) {
	l := &row.Links
	if l.Level == hook.LevelReference {
		listed := Units(l.Level, l.Members)
		if readsAsMember(row, listed) {
			return listed[0].ID, nil
		}
		return "", nil
	}
	order, err := g.orderOf(row)
	if err != nil {
		return "", err
	}
	if order != nil && order.Links.Groups {
		return order.Status.ID, nil
	}
	for _, reference := range l.References {
		to, err := g.find(row, reference)
		if err != nil {
			return "", err
		}
		if to != nil && to.Links.Level == hook.LevelReference && to.Links.Groups && order == nil {
			return to.Status.ID, nil
		}
	}
	return "", nil
}

// listIn lists a row in another one, under each of its names. Seq and LastReceived are passed on: what changes a member
// changes the row that lists it, in the feed of changes and for retention.
func (g *Graph) listIn(to, row *hook.Subject, ordered bool) {
	m := hook.Member{
		Row: row.Key, ID: row.Status.ID, Level: row.Links.Level, Ordered: ordered, Customers: row.Links.Customers,
		Customer: customerOf(row), Summary: row.Summary,
	}
	to.Status.Seq = max(to.Status.Seq, row.Status.Seq)
	to.Links.LastReceived = later(to.Links.LastReceived, row.Links.LastReceived)
	s := &row.Summary
	m.Money = s.Captured > 0 || s.Taken || s.OnHold || s.OnItsWay || s.Back
	for _, name := range row.Links.Names {
		m.Name = name
		list(&to.Links, m)
	}
	g.touch(to)
}

// customerOf returns the newest email address of a row's customer.
func customerOf(row *hook.Subject) (mail string) {
	for i := range row.Evidence {
		if row.Evidence[i].Customer != "" {
			mail = row.Evidence[i].Customer
		}
	}
	for i := range row.Links.Members {
		if mail == "" {
			mail = row.Links.Members[i].Customer
		}
	}
	return mail
}

// list puts a member in a list, in the place of its earlier summary. A list that is full keeps those that have money,
// then the newest. Since both only ever rise, which members it keeps does not depend on the order in which they came:
// one that was left out comes back whole with its next event, if it then ranks higher.
//
// Names of paid members are counted apart from the list. Above maxPaid nothing is listed any more.
func list(l *hook.Links, m hook.Member) {
	l.Newest = later(l.Newest, m.Newest)
	if m.Captured > 0 || takenWithoutSum(&m) {
		l.Paid = firstPaid(union(l.Paid, []string{m.Name}))
	}
	if len(l.Paid) > maxPaid {
		return
	}
	at, found := slices.BinarySearchFunc(l.Members, m.Name, func(m hook.Member, name string) int {
		return strings.Compare(m.Name, name)
	})
	if !found {
		l.Members = slices.Insert(l.Members, at, m)
	} else {
		m.Money = m.Money || l.Members[at].Money
		l.Members[at] = m
	}
	if len(l.Members) > maxMembers {
		least := 0
		for i := range l.Members {
			if compareMembers(&l.Members[i], &l.Members[least]) < 0 {
				least = i
			}
		}
		l.Members = slices.Delete(l.Members, least, least+1)
	}
}

// firstPaid bounds the names of paid members. One more than maxPaid is kept, to know that there are more.
func firstPaid(names []string) []string { return limited(names, maxPaid+1) }

// compareMembers orders members by how long they stay in a full list; the least goes first. The name makes the order
// total.
func compareMembers(a, b *hook.Member) int {
	return cmp.Or(compareBool(a.Money, b.Money), a.Newest.Compare(b.Newest.Time), strings.Compare(a.Name, b.Name))
}

// CompareAliases puts first the alias that a row is shown under: what the provider calls a payment rather than a charge
// of it.
func CompareAliases(a, b string) int {
	return cmp.Or(cmp.Compare(aliasRank(a), aliasRank(b)), strings.Compare(a, b))
}

// aliasRank returns the rank of an alias by its prefix; lower ones are shown first. The shop's own number comes last,
// since it is no identity.
func aliasRank(alias string) int {
	prefix, _, _ := strings.Cut(alias, "/")
	order := []string{"payment", "run", "deployment", "own", "checkout", "invoice", "charge"}
	if i := slices.Index(order, prefix); i >= 0 {
		return i
	}
	if prefix == "order" {
		return len(order) + 1
	}
	return len(order)
}
