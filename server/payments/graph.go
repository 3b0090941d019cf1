package payments

import (
	"cmp"
	"slices"
	"strings"

	"hookbeam/server/hook"
)

// Rows are the rows of payments, orders and references, with an index from hashed aliases to them. A row that Find
// returns may be changed; Graph.Finish returns those that were.
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

// The bounds of one row.
const (
	maxAliases    = 64
	maxAliasBytes = 4 << 10
	maxReferences = 16
	maxCustomers  = 12
	maxMembers    = 128
	maxPaid       = 64 // more paid members than this are no order
)

// Graph applies statements about money to rows. First all statements of a batch are applied, which changes evidence and
// connections; Finish then derives every row that was touched and passes its summary on to the rows that list it. A
// Graph is used by one goroutine and for one batch.
type Graph struct {
	rows    Rows
	unique  func(hook.EndpointID) bool // whether references identify orders at an endpoint
	touched map[int64]*hook.Subject
}

// NewGraph returns a graph over rows.
func NewGraph(rows Rows, unique func(hook.EndpointID) bool) *Graph {
	return &Graph{rows: rows, unique: unique, touched: map[int64]*hook.Subject{}}
}

// Apply applies a statement of a delivery of an endpoint.
func (g *Graph) Apply(endpoint hook.EndpointID, environment string, s *hook.Statement) error {
	a := applying{Graph: g, endpoint: endpoint, environment: environment, Statement: s}
	return a.apply()
}

// applying is one statement while it is applied.
type applying struct {
	*Graph
	*hook.Statement
	endpoint    hook.EndpointID
	environment string
	payment     *hook.Subject
	order       *hook.Subject
}

// touch notes that the statement changes a row.
func (a *applying) touch(row *hook.Subject) {
	row.Status.Seq = max(row.Status.Seq, a.Seq)
	row.Links.Heard = later(row.Links.Heard, a.ReceivedAt)
	a.Graph.touch(row)
}

func (a *applying) hash(alias string) hook.AliasHash {
	return hook.HashAlias(a.endpoint, a.environment, alias)
}

func (a *applying) apply() (err error) {
	if len(a.Aliases) > 0 {
		if a.payment, err = a.unite(hook.LevelPayment, a.Aliases); err != nil {
			return err
		}
	}
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

// connect notes what belongs together.
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

// mainReferences are the references of the statement, without those that are only other names of the first one.
func (a *applying) mainReferences() []string {
	return slices.DeleteFunc(slices.Clone(a.References), func(name string) bool {
		return !strings.HasPrefix(name, "order/")
	})
}

// applyReferences makes sure that each reference has a row, and applies what the statement reports about it.
func (a *applying) applyReferences() error {
	for _, name := range a.mainReferences() {
		name, account := hook.CutReference(hook.ScopedReference(a.Account, name))
		row, err := a.reference(name, account)
		if err != nil {
			return err
		}
		a.touch(row)
		if a.Level != hook.LevelReference || a.Kind == "" {
			continue
		}
		add(row, &a.Evidence)
		for _, other := range a.References {
			if !strings.HasPrefix(other, "order/") {
				if err := a.name(row, other); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// name gives a reference a further name, unless another one has it.
func (a *applying) name(row *hook.Subject, alias string) error {
	hash := a.hash(alias)
	other, err := a.rows.Find(hash)
	if err != nil || other != nil || !a.fits(row, alias) {
		return err
	}
	row.Status.Aliases = append(row.Status.Aliases, alias)
	a.rows.Point(hash, row)
	return nil
}

// reference returns the row of a reference, which is made if there is none.
func (a *applying) reference(name, account string) (*hook.Subject, error) {
	hash := a.hash(hook.ScopedReference(account, name))
	row, err := a.rows.Find(hash)
	if row != nil || err != nil {
		return row, err
	}
	row = a.begin(hook.LevelReference, hash, name)
	row.Links.Account = account
	if account == "" {
		return row, nil
	}
	bare := BareReference(a.endpoint, a.environment, name)
	for _, bare := range bare[1:] {
		other, err := a.rows.Find(bare)
		if err != nil || other == row {
			return row, err
		}
		if other == nil {
			a.rows.Point(bare, row)
			break
		}
	}
	return row, nil
}

// BareReference returns the aliases under which a reference is found whose account is not named. The first is that of
// the reference without an account, the others are of up to two accounts that have it. If they lead to several rows, it
// is ambiguous.
func BareReference(endpoint hook.EndpointID, environment, name string) [3]hook.AliasHash {
	hash := func(alias string) hook.AliasHash { return hook.HashAlias(endpoint, environment, alias) }
	return [3]hook.AliasHash{hash(name), hash(name + "\x00\x001"), hash(name + "\x00\x002")}
}

// unite returns the row that has the aliases, at one level. Rows that turn out to be the same are merged into the one
// that was reported first, unless they have too many aliases together.
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
			a.merge(into, other)
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

func (a *applying) mark(row *hook.Subject) {
	row.Status.TooMuch = true
	a.touch(row)
}

func bytesOf(names []string) (n int) {
	for _, name := range names {
		n += len(name)
	}
	return n
}

// begin makes a row.
func (a *applying) begin(level hook.Level, hash hook.AliasHash, alias string) *hook.Subject {
	row := &hook.Subject{Environment: a.environment, Links: hook.Links{Level: level}}
	row.Status.ID, row.Status.Endpoint, row.Status.Kind = hash.ID(), a.endpoint, kindOf(level)
	row.Status.Aliases = []string{strings.Clone(alias)}
	a.rows.Add(row)
	a.rows.Point(hash, row)
	return row
}

func kindOf(level hook.Level) hook.SubjectKind {
	if level == hook.LevelPayment {
		return hook.KindPayment
	}
	return hook.KindOrder
}

// merge has a row take all of another one.
func (a *applying) merge(into, other *hook.Subject) {
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
	l.References, l.Customers = union(
		l.References,
		o.References,
	), limited(
		union(l.Customers, o.Customers),
		maxCustomers,
	)
	for i := range o.Members {
		list(l, o.Members[i])
	}
	l.Newest, l.Heard = later(l.Newest, o.Newest), later(l.Heard, o.Heard)
	l.Groups = l.Groups || o.Groups
	if l.Reviewed == nil {
		l.Reviewed = o.Reviewed
	}
	into.Status.Seq = max(into.Status.Seq, other.Status.Seq)
	l.Paid = firstPaid(union(l.Paid, o.Paid))
	delete(a.touched, other.Key)
	a.rows.Drop(other)
	a.touch(into)
}

func (g *Graph) touch(row *hook.Subject) { g.touched[row.Key] = row }
