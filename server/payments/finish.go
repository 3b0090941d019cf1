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
		var rows []*hook.Subject
		for _, row := range g.touched {
			if row.Links.Level == level {
				rows = append(rows, row)
			}
		}
		slices.SortFunc(rows, func(a, b *hook.Subject) int { return cmp.Compare(a.Key, b.Key) })
		for _, row := range rows {
			if err := g.derive(row); err != nil {
				return nil, err
			}
		}
	}
	all := make([]*hook.Subject, 0, len(g.touched))
	for _, row := range g.touched {
		all = append(all, row)
	}
	slices.SortFunc(all, func(a, b *hook.Subject) int { return cmp.Compare(a.Key, b.Key) })
	return all, nil
}

// derive derives one row and lists it in the rows that it belongs to.
func (g *Graph) derive(row *hook.Subject) error {
	row.Evidence = Trim(row.Evidence)
	slices.SortFunc(row.Status.Aliases, compareAliases)
	switch l := &row.Links; {
	case l.Level == hook.LevelPayment:
		row.Summary = Payment(row.Evidence)
	case len(l.Paid) > maxPaid:
		row.Summary, l.Members = TooMany(l.Newest), nil
	case l.Level == hook.LevelOrder:
		row.Summary = Order(row.Evidence, l.Members)
	default:
		row.Summary = Reference(row.Evidence, l.Members, g.unique != nil && g.unique(row.Status.Endpoint))
	}
	if row.Status.TooMuch && !slices.Contains(row.Summary.Review, hook.ReviewTooManyAliases) {
		row.Summary.Review = append(slices.Clip(row.Summary.Review), hook.ReviewTooManyAliases)
	}
	return g.passOn(row)
}

// passOn lists a payment in its order and its references, and an order in its references.
func (g *Graph) passOn(row *hook.Subject) error {
	l := &row.Links
	find := func(alias string) (*hook.Subject, error) {
		return g.rows.Find(hook.HashAlias(row.Status.Endpoint, row.Environment, alias))
	}
	ordered := false
	for _, key := range l.Orders {
		order, err := find(key)
		if err != nil {
			return err
		}
		if order != nil && order.Links.Level == hook.LevelOrder {
			ordered = true
			g.listIn(order, row, false)
			break
		}
	}
	for _, reference := range l.References {
		to, err := find(reference)
		if err != nil {
			return err
		}
		if to != nil && to.Links.Level == hook.LevelReference {
			g.listIn(to, row, ordered)
		}
	}
	return nil
}

// listIn lists a row in another one, under each of its names.
func (g *Graph) listIn(to, row *hook.Subject, ordered bool) {
	m := hook.Member{
		Row: row.Key, Level: row.Links.Level, Ordered: ordered, Customers: row.Links.Customers, Summary: row.Summary,
	}
	s := &row.Summary
	m.Money = s.Captured > 0 || s.Taken || s.OnHold || s.OnItsWay || s.Back
	for _, name := range row.Links.Names {
		m.Name = name
		list(&to.Links, m)
	}
	g.touch(to)
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
	l.Members = slices.Clone(l.Members)
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

// compareAliases puts first the alias that a row is shown under: what the provider calls a payment rather than a charge
// of it.
func compareAliases(a, b string) int {
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
