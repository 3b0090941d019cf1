package status

import (
	"context"
	"slices"

	"hookbeam/server/hook"
	"hookbeam/server/payments"
)

// accountsOf returns the accounts at the provider that have the reference of s, if several have it for different
// payments: a link by the reference alone then shows nobody's payment. Otherwise it returns nil. The accounts of s itself
// come first, then those of the others that payments.BareReference remembers. An account carries the text of
// SubjectSpec.Scope too, as it does in links.
func (v View) accountsOf(ctx context.Context, s *hook.Subject) (all []string, err error) {
	if s.Links.Level == "" || s.Status.Reference == "" {
		return nil, nil
	}
	name := "order/" + s.Status.Reference
	rows, err := v.rowsOfReference(ctx, s.Status.Endpoint, s.Environment, name)
	if err != nil {
		return nil, err
	}
	if _, shared := payments.Named(rows); !shared {
		return nil, nil
	}
	for _, row := range append([]*hook.Subject{s}, rows...) {
		accounts := []string{row.Links.Account}
		for _, scoped := range row.Links.References {
			if reference, account := hook.CutReference(scoped); reference == name {
				accounts = append(accounts, account)
			}
		}
		for _, account := range accounts {
			if account != "" && !slices.Contains(all, account) {
				all = append(all, account)
			}
		}
	}
	return all, nil
}

// rowsOfReference returns the rows of a reference whose account is not named: the one without an account, and those of
// up to two accounts that have it.
func (v View) rowsOfReference(
	ctx context.Context, endpoint hook.EndpointID, environment, name string,
) (all []*hook.Subject, err error) {
	for _, alias := range payments.BareReference(endpoint, environment, name) {
		one, err := v.p.find(ctx, alias)
		if err != nil {
			return nil, err
		}
		known := func(other *hook.Subject) bool { return other.Key == one.Key }
		if one != nil && !slices.ContainsFunc(all, known) {
			all = append(all, one)
		}
	}
	return all, nil
}
