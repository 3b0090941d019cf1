package payments

import (
	"cmp"
	"slices"
	"strings"

	"hookbeam/server/hook"
)

// Rows are the rows of payments, orders and references, with an index from hashed aliases to them. A row that Find
// returns may be changed; Graph.Finish returns those that were. Find returns the same pointer for a row each time
// within a batch, so that all statements change one copy. Package status implements Rows over its store, Memory without
// one.
type Rows interface {
	// Find returns the row that has an alias, nil if there is none.
	Find(alias hook.AliasHash) (*hook.Subject, error)
	// Add gives a new row its key.
	Add(row *hook.Subject)
	// Point makes an alias lead to a row, from now on.
	Point(alias hook.AliasHash, row *hook.Subject)
	// Drop removes a row that was merged into another one.
	Drop(row *hook.Subject)
}

// The bounds of one row. They limit what one event can cause to be read and written, whatever a sender puts into it.
const (
	maxAliases    = 64
	maxAliasBytes = 4 << 10 // of all aliases together
	maxReferences = 16      // of one payment or order; also ids of one payment's order
	maxCustomers  = 12      // hashes, of up to three kinds for each customer
	maxMembers    = 128     // whose summaries an order or reference holds
	// maxPaid is how many paid members an order may have. What has more is no order but a reusable payment link or a
	// constant that a shop sends as its reference.
	maxPaid = 64
)

// Graph applies statements about money to rows. First all statements of a batch are applied, which changes evidence and
// connections; Finish then derives every row that was touched and passes its summary on to the rows that list it. A
// Graph is used by one goroutine and for one batch.
//
// The two phases make the result independent of the order within a batch, and derive a row once however many of the
// batch's statements touch it. Connections only grow: a later event can join two rows, and never parts them.
type Graph struct {
	rows    Rows
	unique  func(hook.EndpointID) bool // whether references identify orders at an endpoint
	touched map[int64]*hook.Subject    // by key: the rows to derive in Finish
}

// NewGraph returns a graph over rows. unique reports for an endpoint whether its shop never gives a reference twice;
// nil means that none promises it.
func NewGraph(rows Rows, unique func(hook.EndpointID) bool) *Graph {
	return &Graph{rows: rows, unique: unique, touched: map[int64]*hook.Subject{}}
}

// Apply applies a statement of a delivery of an endpoint. No alias reaches across endpoints or environments, since both
// are part of its hash: a test event never changes a live payment. The errors are those of Rows.
func (g *Graph) Apply(endpoint hook.EndpointID, environment string, s *hook.Statement) error {
	a := applying{Graph: g, endpoint: endpoint, environment: environment, Statement: s}
	return a.apply()
}

// applying is one statement while it is applied, with the rows that it names.
type applying struct {
	*Graph
	*hook.Statement
	endpoint    hook.EndpointID
	environment string
	payment     *hook.Subject // nil: the statement names no payment
	order       *hook.Subject // nil: neither the statement nor its payment names an order
}

// touch notes that the statement changes a row. Seq makes the row appear among the changes of the log, and
// LastReceived is the age by which retention removes it.
func (a *applying) touch(row *hook.Subject) {
	row.Status.Seq = max(row.Status.Seq, a.Seq)
	row.Links.LastReceived = later(row.Links.LastReceived, a.ReceivedAt)
	a.Graph.touch(row)
}

// hash returns the key of an alias in the index.
func (a *applying) hash(alias string) hook.AliasHash {
	return hook.HashAlias(a.endpoint, a.environment, alias)
}

// apply finds or makes the rows that the statement names, connects them, and adds the evidence to the one that it is
// about.
func (a *applying) apply() (err error) {
	if len(a.Aliases) > 0 {
		if a.payment, err = a.unite(hook.LevelPayment, a.Aliases); err != nil {
			return err
		}
	}
	// A payment has at most one order. All ids that one event or one payment gives for it therefore denote the same
	// order, and unite merges the rows that they had so far.
	orders := slices.Clone(a.Orders)
	if a.payment != nil {
		for _, order := range a.payment.Links.Orders {
			if !slices.Contains(orders, order) {
				orders = append(orders, order)
			}
		}
	}
	if len(orders) > 0 {
		if a.order, err = a.unite(hook.LevelOrder, orders); err != nil {
			return err
		}
	}
	a.connect()
	switch {
	case a.Level == hook.LevelReference, a.Kind == "": // it only connects
	case a.Level == hook.LevelOrder && len(a.Orders) > 0:
		add(a.order, &a.Evidence)
	case a.Level == hook.LevelPayment && a.payment != nil:
		add(a.payment, &a.Evidence)
	}
	return a.applyReferences()
}

// connect records in the rows what belongs together. Only names are recorded, and no keys: rows are merged, names stay.
// The order also takes the references and customers of its payment, since it stands for the payment in a reference.
//
// Full lists keep the first names in alphabetical order, which are the same in whatever order they are added.
func (a *applying) connect() {
	var references []string
	for _, name := range a.mainReferences() {
		references = append(references, hook.ScopedReference(a.Account, name))
	}
	if p := a.payment; p != nil {
		a.touch(p)
		if a.order != nil {
			p.Links.Orders = limited(union(p.Links.Orders, a.Orders), maxReferences)
		}
		p.Links.References = limited(union(p.Links.References, references), maxReferences)
		p.Links.Customers = limited(union(p.Links.Customers, a.Customers), maxCustomers)
		p.Links.Names = union(p.Links.Names, a.Aliases[:1])
	}
	if o := a.order; o != nil {
		a.touch(o)
		customers := a.Customers
		if a.payment != nil {
			references = union(a.payment.Links.References, references)
			customers = union(a.payment.Links.Customers, customers)
		}
		o.Links.References = limited(union(o.Links.References, references), maxReferences)
		o.Links.Customers = limited(union(o.Links.Customers, customers), maxCustomers)
		o.Links.Names = union(o.Links.Names, limited(a.Orders, 1))
	}
}

// unite returns the row that has the aliases, at one level. Rows that turn out to be the same are merged into the one
// that was reported first, unless they have too many aliases together.
//
// Which row survives changes no result: evidence, links and aliases are united as sets. The first one is taken so that
// its status id, which lists and dashboards refer to, stays. Rows of another level are ignored, and so are their
// aliases.
func (a *applying) unite(level hook.Level, aliases []string) (*hook.Subject, error) {
	var rows []*hook.Subject
	names, bytes := 0, 0
	var unknown []string
	for _, alias := range aliases {
		row, err := a.rows.Find(a.hash(alias))
		switch {
		case err != nil:
			return nil, err
		case row == nil:
			unknown = append(unknown, alias)
		case row.Links.Level == level && !slices.Contains(rows, row):
			rows = append(rows, row)
			names, bytes = names+len(row.Status.Aliases), bytes+bytesOf(row.Status.Aliases)
		}
	}
	var into *hook.Subject
	switch {
	case len(rows) == 0:
		into = a.begin(level, a.hash(aliases[0]), aliases[0])
		unknown = unknown[min(1, len(unknown)):]
	case len(rows) > 1 && (names > maxAliases || bytes > maxAliasBytes):
		for _, row := range rows {
			a.mark(row)
		}
		into = rows[0]
	default:
		slices.SortFunc(rows, func(a, b *hook.Subject) int { return cmp.Compare(a.Key, b.Key) })
		into = rows[0]
		for _, other := range rows[1:] {
			if err := a.merge(into, other); err != nil {
				return nil, err
			}
		}
	}
	for _, alias := range unknown {
		if a.fits(into, alias) {
			into.Status.Aliases = append(into.Status.Aliases, strings.Clone(alias))
			a.rows.Point(a.hash(alias), into)
		}
	}
	return into, nil
}

// fits reports whether a row takes one more alias. One that has too many is marked, and the alias is left to whatever
// is reported under it alone.
func (a *applying) fits(row *hook.Subject, alias string) bool {
	if slices.Contains(row.Status.Aliases, alias) {
		return false
	}
	if len(row.Status.Aliases) >= maxAliases || bytesOf(row.Status.Aliases)+len(alias) > maxAliasBytes {
		a.mark(row)
		return false
	}
	return true
}

// mark notes that a row was given more aliases than it may have. Derive turns it into a reason for review.
func (a *applying) mark(row *hook.Subject) {
	row.Status.TooMuch = true
	a.touch(row)
}

// bytesOf returns the length of all names together.
func bytesOf(names []string) (n int) {
	for _, name := range names {
		n += len(name)
	}
	return n
}

// begin makes a row. Its id is the hash of its first alias, so a status has the same id after a rebuild from the log.
// The alias is cloned, since it may be a slice of a whole body.
func (a *applying) begin(level hook.Level, hash hook.AliasHash, alias string) *hook.Subject {
	row := &hook.Subject{Environment: a.environment, Links: hook.Links{Level: level}}
	row.Status.ID, row.Status.Endpoint, row.Status.Kind = hash.ID(), a.endpoint, kindOf(level)
	row.Status.Aliases = []string{strings.Clone(alias)}
	a.rows.Add(row)
	a.rows.Point(hash, row)
	return row
}

// kindOf returns the kind that lists show and filter by. A reference is an order to people.
func kindOf(level hook.Level) hook.SubjectKind {
	if level == hook.LevelPayment {
		return hook.KindPayment
	}
	return hook.KindOrder
}

// merge adds all of another row to a row, and drops the other one. The dropped ids are kept in Merged, so that links to
// them still resolve. Every field is united as a set, or the larger or later value is taken, so the order of merges
// does not matter; only a person's review is that of the older row if both have one.
func (a *applying) merge(into, other *hook.Subject) error {
	for _, name := range other.Links.References {
		known, err := a.rows.Find(a.hash(name))
		if err != nil {
			return err
		}
		if known == other {
			if err := a.pointReference(name, other, into); err != nil {
				return err
			}
		}
	}
	for _, alias := range other.Status.Aliases {
		a.rows.Point(a.hash(alias), into)
		if !slices.Contains(into.Status.Aliases, alias) {
			into.Status.Aliases = append(into.Status.Aliases, alias)
		}
	}
	into.Evidence = append(slices.Clip(into.Evidence), other.Evidence...)
	trimEarly(into)
	into.Status.Merged = append(append(slices.Clip(into.Status.Merged), other.Status.ID), other.Status.Merged...)
	into.Status.TooMuch = into.Status.TooMuch || other.Status.TooMuch
	l, o := &into.Links, &other.Links
	l.Names, l.Orders = union(l.Names, o.Names), union(l.Orders, o.Orders)
	l.References = union(l.References, o.References)
	l.Customers = limited(union(l.Customers, o.Customers), maxCustomers)
	for i := range o.Members {
		list(l, o.Members[i])
	}
	l.Newest, l.LastReceived = later(l.Newest, o.Newest), later(l.LastReceived, o.LastReceived)
	l.Groups, l.Upgraded = l.Groups || o.Groups, l.Upgraded || o.Upgraded
	if l.Reviewed == nil {
		l.Reviewed = o.Reviewed
	}
	into.Status.Seq = max(into.Status.Seq, other.Status.Seq)
	l.Paid = firstPaid(union(l.Paid, o.Paid))
	delete(a.touched, other.Key)
	a.rows.Drop(other)
	a.touch(into)
	return nil
}

// touch notes that a row must be derived in Finish, and stored.
func (g *Graph) touch(row *hook.Subject) { g.touched[row.Key] = row }
