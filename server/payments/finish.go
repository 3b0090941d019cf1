package payments

import (
	"cmp"
	"slices"
	"strings"

	"hookbeam/server/hook"
)

// add adds a piece of evidence to a row, unless the row has it. Of repeats the earliest time counts.
func add(row *hook.Subject, e *hook.Evidence) {
	for i := range row.Evidence {
		if known := &row.Evidence[i]; Same(known, e) && !known.At.After(e.At.Time) {
			return
		}
	}
	row.Evidence = append(slices.Clip(row.Evidence), *e)
	trimEarly(row)
}

// trimEarly bounds a row within a batch.
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

func limited(set []string, most int) []string { return set[:min(len(set), most)] }

// Finish derives every row that was touched, passes summaries on, and returns all rows that have changed.
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
	for _, row := range all {
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

// Derive derives the state of a row from what is stored of it.
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
	if row.Status.TooMuch {
		s.Review = append(slices.Clip(s.Review), hook.ReviewTooManyAliases)
		slices.Sort(s.Review)
	}
	return s
}

// derive derives one row and lists it in the rows that it belongs to.
func (g *Graph) derive(row *hook.Subject) error {
	row.Evidence = Trim(row.Evidence)
	slices.SortFunc(row.Status.Aliases, CompareAliases)
	row.Summary = Derive(row, g.unique != nil && g.unique(row.Status.Endpoint))
	return g.passOn(row)
}

// find returns the row of an alias beside another row.
func (g *Graph) find(beside *hook.Subject, alias string) (*hook.Subject, error) {
	return g.rows.Find(hook.HashAlias(beside.Status.Endpoint, beside.Environment, alias))
}

// orderOf returns the order of a payment, nil if there is none.
func (g *Graph) orderOf(row *hook.Subject) (*hook.Subject, error) {
	for _, key := range row.Links.Orders {
		order, err := g.find(row, key)
		if err != nil || order != nil && order.Links.Level == hook.LevelOrder {
			return order, err
		}
	}
	return nil, nil
}

// passOn lists a payment in its order and its references, and an order in its references.
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
// reference what it lists if that is more than one and of one customer. A reference with one member is shown as that.
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

// group decides whether a row shows its members inside it. If that changes, it changes all of them.
func (g *Graph) group(row *hook.Subject) error {
	l := &row.Links
	listed := Units(l.Level, l.Members)
	groups := row.Summary.State != StateAmbiguous && len(listed) > 0
	if l.Level == hook.LevelReference {
		groups = groups && len(listed) > 1
	}
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

// parentOf returns the status under which a row is shown, "" for one of its own.
func (g *Graph) parentOf(row *hook.Subject) (hook.StatusID, error) {
	l := &row.Links
	if l.Level == hook.LevelReference {
		listed := Units(l.Level, l.Members)
		if len(listed) == 1 && !readOwn(row.Evidence).moved && row.Summary.State != StateAmbiguous {
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

// listIn lists a row in another one, under each of its names.
func (g *Graph) listIn(to, row *hook.Subject, ordered bool) {
	m := hook.Member{
		Row: row.Key, ID: row.Status.ID, Level: row.Links.Level, Ordered: ordered, Customers: row.Links.Customers,
		Customer: customerOf(row), Summary: row.Summary,
	}
	to.Status.Seq = max(to.Status.Seq, row.Status.Seq)
	to.Links.Heard = later(to.Links.Heard, row.Links.Heard)
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

// list puts a member in a list in the place of what was known of it. A list that is full keeps those that have money,
// then the newest. Since both only ever rise, which members it keeps does not depend on the order in which they came.
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

func firstPaid(names []string) []string { return limited(names, maxPaid+1) }

// compareMembers orders members by how long they stay in a full list.
func compareMembers(a, b *hook.Member) int {
	return cmp.Or(compareBool(a.Money, b.Money), a.Newest.Compare(b.Newest.Time), strings.Compare(a.Name, b.Name))
}

// CompareAliases puts first the alias that a row is shown under: what the provider calls a payment rather than a charge
// of it.
func CompareAliases(a, b string) int {
	return cmp.Or(cmp.Compare(aliasRank(a), aliasRank(b)), strings.Compare(a, b))
}

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
