package sqlite

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// NextKey returns the key for a new subject. Only the writing goroutine may call it. Keys that are not stored are given
// again after a restart.
func (s *Statuses) NextKey() int64 {
	s.next++
	return s.next - 1
}

// Store writes a changeset and the position after it in one transaction. After an error, nothing of it was stored.
func (s *Statuses) Store(d hook.SubjectChanges) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.write.begin()
	if err == nil {
		if err = s.writeChanges(d); err == nil {
			err = s.write.commit()
		}
		if err != nil {
			err = errors.Join(err, s.write.rollback())
		}
	}
	if err != nil {
		return fmt.Errorf("store statuses: %w", err)
	}
	s.position = d.UpTo
	return nil
}

// aliasesPerStatement is how many aliases one statement writes or looks up. Fewer statements take less time.
const aliasesPerStatement = 16

// The statements for aliases. The table names has a row per alias: its hash and the key of its subject.
var (
	findAliases = `SELECT hash, subject FROM names WHERE hash IN (?` +
		strings.Repeat(`, ?`, aliasesPerStatement-1) + `)`
	putAlias   = `INSERT OR REPLACE INTO names (hash, subject) VALUES (?, ?)`
	putAliases = putAlias + strings.Repeat(`, (?, ?)`, aliasesPerStatement-1)
)

// Keys looks aliases up and sets keys[alias] to the subject's key for each that is stored. It uses the writing
// connection, whose page cache has the pages that the following Store changes.
func (s *Statuses) Keys(aliases []hook.AliasHash, keys map[hook.AliasHash]int64) error {
	var candidates []hook.AliasHash
	for _, alias := range aliases {
		if !s.aliasFilter.definitelyAbsent(alias) {
			candidates = append(candidates, alias)
		}
	}
	if len(candidates) == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	values := make([]any, aliasesPerStatement)
	for some := range slices.Chunk(candidates, aliasesPerStatement) {
		for i := range values { // the last alias fills the remaining placeholders
			values[i] = some[min(i, len(some)-1)][:]
		}
		err := s.write.each(findAliases, func(row []driver.Value) {
			keys[hook.AliasHash(row[0].([]byte))] = row[1].(int64)
		}, values...)
		if err != nil {
			return fmt.Errorf("look up aliases: %w", err)
		}
	}
	return nil
}

// putSubject inserts a subject or updates it. Endpoint and environment never change.
const putSubject = `INSERT INTO subjects
	(key, seq, endpoint, world, kind, state, amount, words, took, status, evidence, links, parent, review)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (key) DO UPDATE SET seq = excluded.seq, kind = excluded.kind, state = excluded.state,
	amount = excluded.amount, words = excluded.words, took = excluded.took, status = excluded.status,
	evidence = excluded.evidence, links = excluded.links, parent = excluded.parent, review = excluded.review`

// writeChanges writes a changeset in the open transaction.
func (s *Statuses) writeChanges(d hook.SubjectChanges) error {
	for _, gone := range d.Gone {
		if err := s.write.exec(`DELETE FROM subjects WHERE key = ?`, gone); err != nil {
			return err
		}
	}
	var text []byte // of the columns status, evidence and links, one after another
	for _, sub := range d.Put {
		st := &sub.Status
		text = wire.AppendStatus(text[:0], st)
		status := len(text)
		for i := range sub.Evidence {
			text = append(appendEvidence(text, &sub.Evidence[i]), '\n')
		}
		evidence := len(text)
		state := st.State
		if st.IsAlias() { // it is in no list, and its changes are not announced
			state = ""
		}
		var err error
		if text, err = appendLinks(text, &sub.Links); err != nil {
			return err
		}
		texts := string(text)
		if err := s.write.exec(putSubject,
			sub.Key, int64(st.Seq), string(st.Endpoint), sub.Environment, string(st.Kind), string(state), st.Amount,
			searchText(sub), sub.TimeToPaid.Milliseconds(), texts[:status], texts[status:evidence], texts[evidence:],
			string(st.Parent), reviewText(st.OpenReviews())); err != nil {
			return err
		}
	}
	if err := s.writeAliases(d.Aliases); err != nil {
		return err
	}
	if err := s.writeTallies(d.Tallies); err != nil {
		return err
	}
	for _, id := range d.Forgotten {
		if err := s.write.exec(`DELETE FROM shown WHERE status = ?`, string(id)); err != nil {
			return err
		}
	}
	return s.write.exec(`UPDATE board SET position = ?`, int64(d.UpTo))
}

// The statements for numbers of subjects. putTally inserts one or replaces it.
const (
	putTally  = `INSERT INTO tallies VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET number = excluded.number`
	dropTally = `DELETE FROM tallies WHERE (endpoint, world, kind, state, inside, review) = (?, ?, ?, ?, ?, ?)`
)

// writeTallies writes numbers of subjects.
func (s *Statuses) writeTallies(all []hook.SubjectCount) error {
	for _, t := range all {
		inside := int64(0)
		if t.Inside {
			inside = 1
		}
		statement, values := dropTally, []any{string(t.Endpoint), t.Environment, string(t.Kind), string(t.State),
			inside, reviewText(t.Review)}
		if t.Count != 0 {
			statement, values = putTally, append(values, int64(t.Count))
		}
		if err := s.write.exec(statement, values...); err != nil {
			return err
		}
	}
	return nil
}

// writeAliases writes aliases with their subjects' keys, and deletes those with key 0. It writes them in the order of
// their hashes, so that those on the same page are written together.
func (s *Statuses) writeAliases(subjects map[hook.AliasHash]int64) error {
	aliases := slices.SortedFunc(maps.Keys(subjects),
		func(a, b hook.AliasHash) int { return bytes.Compare(a[:], b[:]) })
	values := make([]any, 0, 2*aliasesPerStatement)
	for i := range aliases {
		alias, subject := aliases[i][:], subjects[aliases[i]]
		if subject == 0 {
			if err := s.write.exec(`DELETE FROM names WHERE hash = ?`, alias); err != nil {
				return err
			}
			continue
		}
		s.aliasFilter.put(aliases[i])
		if values = append(values, alias, subject); len(values) == cap(values) {
			if err := s.write.exec(putAliases, values...); err != nil {
				return err
			}
			values = values[:0]
		}
	}
	for pair := range slices.Chunk(values, 2) {
		if err := s.write.exec(putAlias, pair...); err != nil {
			return err
		}
	}
	return nil
}

// searchText returns the column words of a subject in lower case: its reference, customer, title and aliases, and all
// its other references. Events of one payment may name several, and a person may search for any of them.
func searchText(sub *hook.Subject) string {
	st := &sub.Status
	words := append([]string{st.Reference, st.Customer, st.Title}, st.Aliases...)
	for _, scoped := range sub.Links.References {
		reference, _ := hook.CutReference(scoped)
		words = append(words, reference)
	}
	return strings.ToLower(strings.Join(words, " "))
}

// AddImpression records that a status page displayed a state of a subject. Only the earliest impression of each state
// is kept.
func (s *Statuses) AddImpression(status hook.StatusID, shown hook.Impression) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.write.exec(`INSERT INTO shown (status, state, at, by) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
		SET at = excluded.at, by = excluded.by WHERE excluded.at < at`,
		string(status), string(shown.State), shown.At.UnixMilli(), shown.By)
	if err != nil {
		return fmt.Errorf("store an impression: %w", err)
	}
	return nil
}

// EachImpression calls do for the impressions since a time, in no particular order, and returns the first error of
// do. A rebuild copies them, because they are not in the log.
func (s *Statuses) EachImpression(
	ctx context.Context, since time.Time, do func(hook.StatusID, hook.Impression) error,
) error {
	rows, err := s.read.QueryContext(ctx, `SELECT status, state, at, by FROM shown WHERE at >= ?`, since.UnixMilli())
	if err != nil {
		return fmt.Errorf("read impressions: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var status hook.StatusID
		var shown hook.Impression
		var at int64
		if err := rows.Scan(&status, &shown.State, &at, &shown.By); err != nil {
			return fmt.Errorf("read impressions: %w", err)
		}
		shown.At = hook.Millis(at)
		if err := do(status, shown); err != nil {
			return err
		}
	}
	return rows.Err()
}

// reviewText returns the column review of a subject that needs review for these reasons.
func reviewText(reviews hook.ReviewSet) string {
	if reviews == 0 {
		return ""
	}
	text := " "
	for _, review := range reviews.Reasons() {
		text += string(review) + " "
	}
	return text
}

// readReviews parses the column review of a subject.
func readReviews(text string) hook.ReviewSet {
	if text == "" {
		return 0
	}
	var reasons []hook.Review
	for reason := range strings.FieldsSeq(text) {
		reasons = append(reasons, hook.Review(reason))
	}
	return hook.NewReviewSet(reasons)
}
