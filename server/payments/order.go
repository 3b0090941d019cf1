package payments

import (
	"slices"
	"strings"

	"hookbeam/server/hook"
)

// StateAmbiguous is the state of a reference that names the payments of several customers, or of so many payments that
// it names no order. Nobody's payment is shown under it.
const StateAmbiguous = hook.StateAmbiguous

// Order derives the state of an order from its own evidence and its payments. Its payments never contradict each other:
// two people may split a bill, so an order is never ambiguous because of customers.
func Order(own []hook.Evidence, members []hook.Member) hook.Summary {
	return combine(readOwn(own), units(members, false))
}

// Reference derives the state of a reference from its own evidence, and from the orders and the payments without an
// order that have it. With unique, the shop says that it never gives a reference twice, so it is never ambiguous for
// the sake of customers.
func Reference(own []hook.Evidence, members []hook.Member, unique bool) hook.Summary {
	all := units(members, true)
	if !unique && severalCustomers(all) {
		return ambiguous(all, hook.ReviewReferenceShared)
	}
	return combine(readOwn(own), all)
}

// TooMany is the state of an order or reference that so many paid payments name that it is none.
func TooMany(newest hook.Time) hook.Summary {
	return hook.Summary{
		State: StateAmbiguous, Began: newest, Newest: newest, At: newest,
		Review: []hook.Review{hook.ReviewTooManyPayments},
	}
}

// ambiguous is the summary of a reference that shows none of its members' states and amounts, and why.
func ambiguous(all []*hook.Member, why hook.Review) hook.Summary {
	s := hook.Summary{State: StateAmbiguous, Review: []hook.Review{why}, Payments: len(all)}
	for _, m := range all {
		s.Newest, s.Began = later(s.Newest, m.Newest), earlier(s.Began, m.Began)
	}
	s.At = s.Newest
	return s
}

// Units returns the members of an order or reference, each once. Of a reference those payments are passed over that
// belong to an order: the order stands for them.
func Units(level hook.Level, members []hook.Member) []*hook.Member {
	return units(members, level == hook.LevelReference)
}

// units removes repeats by the member's row: a member is listed under each of its names.
func units(members []hook.Member, reference bool) []*hook.Member {
	all := make([]*hook.Member, 0, len(members))
	for i := range members {
		m := &members[i]
		seen := func(o *hook.Member) bool { return o.Row == m.Row }
		if (!reference || !m.Ordered) && !slices.ContainsFunc(all, seen) {
			all = append(all, m)
		}
	}
	return all
}

// severalCustomers reports whether two members name different customers. Every pair is compared, since "not different"
// is not transitive: a member without an email address agrees with two members that have different ones.
func severalCustomers(all []*hook.Member) bool {
	for i, a := range all {
		for _, b := range all[i+1:] {
			if differentCustomers(a.Customers, b.Customers) {
				return true
			}
		}
	}
	return false
}

// differentCustomers reports whether two sets of hashes cannot be of one customer: some kind of hash is in both, and no
// hash is. An id and an email address, for example, cannot be compared and contradict nothing. See hook.CustomerHash
// for the form of the hashes.
func differentCustomers(a, b []string) bool {
	comparable := false
	for _, x := range a {
		if slices.Contains(b, x) {
			return false
		}
		kind, _, _ := strings.Cut(x, ":")
		comparable = comparable ||
			slices.ContainsFunc(b, func(y string) bool { return strings.HasPrefix(y, kind+":") })
	}
	return comparable
}
