package payments

import (
	"slices"
	"strings"

	"hookbeam/server/hook"
)

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
// Events of one payment may differ in whether they name the account, which makes two references of one number. The one
// that lists all payments and orders of the others is meant, and if none does, they are ambiguous. They are as well if
// something was reported about several of them; else the one about which something was reported is meant.
func Named(found []*hook.Subject) (row *hook.Subject, shared bool) {
	units, most, reported := map[int64]bool{}, 0, false
	for _, one := range found {
		listed := 1
		if one.Links.Level != hook.LevelReference {
			units[one.Key] = true
		} else {
			members := Units(one.Links.Level, one.Links.Members)
			listed = len(members)
			for _, m := range members {
				units[m.Row] = true
			}
		}
		switch {
		case one.Links.Level == hook.LevelReference && len(one.Evidence) > 0:
			shared = shared || reported
			row, most, reported = one, listed, true
		case !reported && (row == nil || listed >= most):
			row, most = one, listed
		}
	}
	return row, len(found) > 1 && (shared || len(units) > most)
}
