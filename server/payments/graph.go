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

// mainReferences are the references of the statement, without those that are only other names of the first one, such as
// the provider's id of an Adyen order.
func (a *applying) mainReferences() []string {
	return slices.DeleteFunc(slices.Clone(a.References), func(name string) bool {
		return !strings.HasPrefix(name, "order/")
	})
}

// applyReferences indexes the references of the statement's payment or order, and applies what the statement reports
// about them. An order also takes those that its payments brought.
func (a *applying) applyReferences() error {
	var names []string
	for _, name := range a.mainReferences() {
		names = append(names, hook.ScopedReference(a.Account, name))
	}
	reports := a.Level == hook.LevelReference && a.Kind != ""
	for _, name := range names {
		row, err := a.reference(name, reports)
		if err != nil {
			return err
		}
		if row == nil {
			continue
		}
		a.touch(row)
		if reports {
			if err := a.report(row); err != nil {
				return err
			}
		}
	}
	if a.order == nil {
		return nil
	}
	for _, name := range a.order.Links.References {
		if slices.Contains(names, name) {
			continue
		}
		if _, err := a.reference(name, false); err != nil {
			return err
		}
	}
	return nil
}

// report adds the statement's evidence to the row of a reference, and the reference's other names.
func (a *applying) report(row *hook.Subject) error {
	add(row, &a.Evidence)
	for _, other := range a.References {
		if !strings.HasPrefix(other, "order/") {
			if err := a.name(row, other); err != nil {
				return err
			}
		}
	}
	return nil
}

// name gives a reference a further name, unless another one has it. References are never merged, because a shop may use
// the same number for two orders.
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

// reference indexes a scoped reference, and returns its row, nil if it needs none. Most references name one payment or
// order, and are indexed as an alias of that: a row of their own would only repeat it. A row is made when the reference
// lists a second payment or order, or if something is reported about the reference itself (reports). A payment that
// turns out to have an order leaves its references to the order.
func (a *applying) reference(scoped string, reports bool) (*hook.Subject, error) {
	unit := a.order
	if unit == nil {
		unit = a.payment
	}
	known, err := a.rows.Find(a.hash(scoped))
	switch {
	case err != nil:
		return nil, err
	case known != nil && known.Links.Level == hook.LevelReference:
		return known, nil
	case unit == nil || reports:
		return a.beginReference(scoped, known)
	}
	same, err := a.isPartOf(known, unit)
	switch {
	case err != nil:
		return nil, err
	case same:
		return nil, a.pointReference(scoped, known, unit)
	}
	return a.beginReference(scoped, known)
}

// isPartOf reports whether a row is a unit itself, a payment of it, or missing.
func (a *applying) isPartOf(row, unit *hook.Subject) (bool, error) {
	if row == nil || row == unit || row.Links.Level != hook.LevelPayment || unit.Links.Level != hook.LevelOrder {
		return row == nil || row == unit, nil
	}
	order, err := a.orderOf(row)
	return order == unit, err
}

// beginReference makes the row of a scoped reference. was is the payment or order that the reference led to so far, nil
// if there was none: it is touched with its payments, so that Finish lists them in the new row.
func (a *applying) beginReference(scoped string, was *hook.Subject) (*hook.Subject, error) {
	name, account := hook.CutReference(scoped)
	row := a.begin(hook.LevelReference, a.hash(scoped), name)
	row.Links.Account = account
	if was != nil {
		a.touch(was)
		for i := range was.Links.Members {
			member, err := a.find(was, was.Links.Members[i].Name)
			if err != nil {
				return nil, err
			}
			if member != nil && member.Links.Level == hook.LevelPayment {
				a.touch(member)
			}
		}
	}
	return row, a.pointReference(scoped, was, row)
}

// pointReference makes a scoped reference lead to another row than before; was may be nil. A reference within an
// account is also indexed without the account, for links that do not name it.
func (a *applying) pointReference(scoped string, was, to *hook.Subject) error {
	if was == to {
		return nil
	}
	a.rows.Point(a.hash(scoped), to)
	name, account := hook.CutReference(scoped)
	if account == "" {
		return nil
	}
	bare := BareReference(a.endpoint, a.environment, name)
	// Two accounts are enough to see that the bare reference is ambiguous; a third one finds no free place.
	for _, bare := range bare[1:] {
		other, err := a.rows.Find(bare)
		if err != nil {
			return err
		}
		if other == nil || other == was {
			a.rows.Point(bare, to)
			return nil
		}
	}
	return nil
}

// BareReference returns the aliases under which a reference is found whose account is not named. The first is that of
// the reference without an account, the others are of up to two accounts that have it. Package status looks all three
// up for a link, lets Named choose, and removes them with their row.
func BareReference(endpoint hook.EndpointID, environment, name string) [3]hook.AliasHash {
	hash := func(alias string) hook.AliasHash { return hook.HashAlias(endpoint, environment, alias) }
	return [3]hook.AliasHash{hash(name), hash(name + "\x00\x001"), hash(name + "\x00\x002")}
}

// Named returns which of the rows that were found under a bare reference is meant; nil if there is none. shared reports
// that none may be shown, because they are of different payments or orders.
//
// Events of one payment may differ in whether they name the account, which makes two references of one number. These
// are not ambiguous unless something was reported about both; else the one that has more to say is meant.
func Named(found []*hook.Subject) (row *hook.Subject, shared bool) {
	units, reported := map[int64]bool{}, false
	for _, one := range found {
		if one.Links.Level != hook.LevelReference {
			if units[one.Key] = true; !reported {
				row = one
			}
			continue
		}
		listed := Units(one.Links.Level, one.Links.Members)
		for _, m := range listed {
			units[m.Row] = true
		}
		switch {
		case len(one.Evidence) > 0:
			shared = shared || reported
			row, reported = one, true
		case len(listed) > 0 && !reported, row == nil:
			row = one
		}
	}
	return row, len(found) > 1 && (shared || len(units) > 1)
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
	l.Groups = l.Groups || o.Groups
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
