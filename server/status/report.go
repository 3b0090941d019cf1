package status

import (
	"cmp"
	"slices"
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/payments"
)

// Runs, deployments and subjects of an endpoint's own mapping have no levels and no money. This file applies facts
// about them; package payments applies those about payments and orders to the same changeset.

// report adds a fact to a subject that is not paid, which is made if no alias leads to one. If its aliases lead to
// several subjects, these are merged: a run may be reported under its number first and under its commit later.
func (c *changeset) report(f *fact) error {
	var rows []*hook.Subject
	for i := range f.Aliases {
		row, err := c.Find(f.aliases[i])
		if err != nil {
			return err
		}
		if row != nil && !slices.Contains(rows, row) {
			rows = append(rows, row)
		}
	}
	into := c.unify(rows)
	if into == nil {
		into = &hook.Subject{Environment: f.environment}
		into.Status.ID, into.Status.Endpoint = f.aliases[0].ID(), f.endpoint
		c.Add(into)
	}
	for i, name := range f.Aliases {
		if c.index[f.aliases[i]] == 0 { // those of others stay theirs if there were too many to merge
			c.addAlias(into, name, f.aliases[i])
		}
	}
	if f.tooMuch {
		c.mark(into)
	}
	c.add(into, &f.Statement)
	return nil
}

// addAlias gives a subject an alias that is not in the index yet. A subject that has too many aliases takes no more: it is
// marked, and the alias is left to whatever is reported under it alone.
func (c *changeset) addAlias(into *hook.Subject, name string, hash hook.AliasHash) {
	st := &into.Status
	if len(st.Aliases) == maxAliases || bytesOf(st.Aliases)+len(name) > maxAliasBytes {
		c.mark(into)
		return
	}
	st.Aliases = append(st.Aliases, strings.Clone(name)) // without the text that the statement was cut from
	c.Point(hash, into)
	c.touched[into.Key] = into
}

// bytesOf returns the length of all aliases together.
func bytesOf(names []string) (n int) {
	for _, name := range names {
		n += len(name)
	}
	return n
}

// mark notes that a subject was given more aliases than it may have.
func (c *changeset) mark(s *hook.Subject) {
	if !s.Status.TooMuch {
		s.Status.TooMuch = true
		c.touched[s.Key] = s
	}
}

// unify merges subjects that turned out to be the same into the one that was reported first; nil if there are none. If
// they have too many aliases together, all are marked and stay as they are, and the fact counts for the first of them.
func (c *changeset) unify(rows []*hook.Subject) *hook.Subject {
	if len(rows) == 0 {
		return nil
	}
	names, bytes := 0, 0
	for _, row := range rows {
		names, bytes = names+len(row.Status.Aliases), bytes+bytesOf(row.Status.Aliases)
	}
	if len(rows) > 1 && (names > maxAliases || bytes > maxAliasBytes) {
		for _, row := range rows {
			c.mark(row)
		}
		return rows[0]
	}
	slices.SortFunc(rows, func(a, b *hook.Subject) int { return cmp.Compare(a.Key, b.Key) })
	for _, other := range rows[1:] {
		c.merge(rows[0], other)
	}
	return rows[0]
}

// merge adds everything of one subject to another one, and drops it. The dropped id is kept in Merged, so that links to
// it still resolve. Evidence is united as a set, so which of the two survives does not change the status.
func (c *changeset) merge(into, other *hook.Subject) {
	for _, name := range other.Status.Aliases {
		c.Point(hook.HashAlias(into.Status.Endpoint, into.Environment, name), into)
		if !slices.Contains(into.Status.Aliases, name) {
			into.Status.Aliases = append(into.Status.Aliases, name)
		}
	}
	into.Evidence = append(into.Evidence, other.Evidence...)
	trim(into, 2*maxEvidence)
	into.Status.Merged = append(append(into.Status.Merged, other.Status.ID), other.Status.Merged...)
	into.Status.Kind = primaryKind(into.Status.Kind, other.Status.Kind)
	into.Status.TooMuch = into.Status.TooMuch || other.Status.TooMuch
	c.touched[into.Key] = into
	delete(c.touched, other.Key)
	c.Drop(other)
}

// add adds what one event reports, unless it was reported before. Of repeats the earliest time counts. The list may
// grow to twice its bound before it is trimmed, so that trimming is rare.
func (c *changeset) add(into *hook.Subject, s *hook.Statement) {
	into.Status.Kind = primaryKind(into.Status.Kind, s.Subject)
	for i := range into.Evidence {
		if known := &into.Evidence[i]; payments.Same(known, &s.Evidence) && !known.At.After(s.At.Time) {
			return
		}
	}
	into.Evidence = append(into.Evidence, s.Evidence)
	trim(into, 2*maxEvidence)
	c.touched[into.Key] = into
}

// primaryKind returns the kind of a subject that was reported as two kinds. The choice does not depend on which came
// first.
func primaryKind(a, b hook.SubjectKind) hook.SubjectKind {
	order := []hook.SubjectKind{hook.KindDeployment, hook.KindRun, hook.KindOwn}
	if a == "" || b != "" && slices.Index(order, b) < slices.Index(order, a) {
		return b
	}
	return a
}
