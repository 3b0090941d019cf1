package status

import (
	"slices"
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/payments"
)

// Before there were orders, everything that shared an id or an order number was one subject. Rows of that model are
// read until the rebuild that follows an update has ended, and what retention removed from the log is imported from
// them. Such a row has the kind of a payment or order, and no level. Nothing writes one any more: a row that an event
// changes before the rebuild is stored with a level, and as upgraded.
//
// Evidence from such a row is marked as inherited if its delivery is gone: hook.Evidence.Inherited. A rebuild keeps the
// mark, and derives everything else from the log.

// upgrade makes a row of the earlier model one of this model, if it is one. It is a payment with all aliases of its
// order, or an order of a shop, and so shows what it showed before. It changes row, which must be a copy: readers call
// it for each row that they find, and a changeset for each that it loads.
func (p *Projector) upgrade(row *hook.Subject) {
	if row.Links.Level != "" || row.Status.Kind != hook.KindPayment && row.Status.Kind != hook.KindOrder {
		return
	}
	row.Links.Level, row.Links.Upgraded = hook.LevelPayment, true
	if row.Status.Kind == hook.KindOrder {
		row.Links.Level = hook.LevelOrder
	}
	row.Links.Names = slices.Clone(row.Status.Aliases[:min(1, len(row.Status.Aliases))])
	gone := p.swept()
	if row.Environment == hook.EnvironmentUnsigned {
		gone = max(gone, p.Retention.Thinned())
	}
	row.Evidence = slices.Clone(row.Evidence)
	for i := range row.Evidence {
		e := &row.Evidence[i]
		upgradeEvidence(e)
		e.Inherited = e.Seq <= gone
	}
	row.Summary = payments.Derive(row, false)
	describePaid(row)
}

// upgradeEvidence adapts evidence of the earlier model, which did not distinguish captures, and did not state
// what an order's snapshot means for its money.
func upgradeEvidence(e *hook.Evidence) {
	switch {
	case e.Kind == hook.Captured && e.Part == "" && e.Total == 0:
		e.Total, e.Amount = e.Amount, 0
	case e.Kind == hook.StateReported && e.Due == 0 && e.Declared == 0:
		e.Due = e.Amount
		switch e.State {
		case hook.StatePaid, hook.StatePartiallyRefunded, hook.StateRefunded:
			e.Declared = e.Amount
		}
		if e.State == hook.StateRefunded {
			e.Returned = e.Amount
		}
	}
}

// factsOf returns what is imported from a row: what the wanted deliveries reported. The connecting statement is imported
// too if any of them concerned the row. A rebuild calls it for rows of both models, as it may follow a change of
// an endpoint as well as an update.
func (p *Projector) factsOf(row *hook.Subject, wanted func(hook.Seq) bool) []hook.Statement {
	old := *row
	earlier := row.Links.Level == "" && (row.Status.Kind == hook.KindPayment || row.Status.Kind == hook.KindOrder)
	if earlier || row.Links.Upgraded {
		prefixes := paymentPrefixes
		from := p.readers.of(row.Status.Endpoint)
		if from != nil && slices.Contains([]string{"btcpay", "paddle", "lemonsqueezy"}, from.provider.ID) {
			prefixes = append(slices.Clone(prefixes), "invoice")
		}
		split(&old, prefixes)
	}
	statements := payments.Statements(&old)
	all := statements[:1] // the connections, since no row has which delivery reported them
	for _, s := range statements[1:] {
		if wanted(s.Seq) {
			all = append(all, s)
		}
	}
	switch {
	case len(all) > 1, wanted(row.Status.Seq):
	default:
		return nil
	}
	if old.Links.Level == "" { // other subjects are connected by their aliases alone
		return all[1:]
	}
	return all
}

// split decides what the facts of a row of the earlier model are about, since it does not say which payment reported
// which: of the payment if there was only one, else of the order, else of the reference, so that facts never join two
// payments. Two ids with the same prefix are two payments; a payment and a charge are one.
func split(row *hook.Subject, prefixes []string) {
	var ids, orders, references []string
	several := map[string]int{}
	for _, alias := range row.Status.Aliases {
		prefix, _, _ := strings.Cut(alias, "/")
		switch {
		case row.Status.Kind == hook.KindPayment && slices.Contains(prefixes, prefix):
			ids = append(ids, alias)
			several[prefix]++
		case prefix == "order" || prefix == "adyen-order":
			references = append(references, alias)
		default:
			orders = append(orders, alias)
		}
	}
	row.Evidence = slices.Clone(row.Evidence)
	for i := range row.Evidence {
		if row.Links.Level == "" {
			upgradeEvidence(&row.Evidence[i])
		}
		row.Evidence[i].Inherited = true // only that of deliveries that are gone is imported
	}
	l := &row.Links
	slices.Sort(references)
	slices.Sort(orders)
	l.References, l.Orders = references, orders
	one := len(ids) > 0 && !slices.ContainsFunc(ids, func(id string) bool {
		prefix, _, _ := strings.Cut(id, "/")
		return several[prefix] > 1
	})
	switch {
	case one:
		l.Level, row.Status.Aliases = hook.LevelPayment, ids
	case len(orders) > 0:
		l.Level, row.Status.Aliases = hook.LevelOrder, orders
	case len(references) > 0:
		l.Level, row.Status.Aliases, l.References = hook.LevelReference, references, nil
	default:
		l.Level, row.Status.Aliases = hook.LevelPayment, ids
	}
}

// paymentPrefixes are the prefixes of ids that denote one payment at the providers that use them.
var paymentPrefixes = []string{
	"payment", "charge", "authorization", "flw", "local-payment", "order-number", "lemonsqueezy-order",
}
