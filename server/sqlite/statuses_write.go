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

// NextKey reserves the key of a new subject. One goroutine at a time may ask.
func (s *Statuses) NextKey() int64 {
	s.next++
	return s.next - 1
}

// Store keeps what is drawn, and how far, in one transaction.
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

// How many rows one statement takes, or asks for: each statement has its own price.
const namesAtOnce = 16

var (
	findNames = `SELECT hash, subject FROM names WHERE hash IN (?` + strings.Repeat(`, ?`, namesAtOnce-1) + `)`
	putName   = `INSERT OR REPLACE INTO names (hash, subject) VALUES (?, ?)`
	putNames  = putName + strings.Repeat(`, (?, ?)`, namesAtOnce-1)
)

// Keys looks names up, and sets the keys of the subjects of those that there are.
func (s *Statuses) Keys(names []hook.AliasHash, keys map[hook.AliasHash]int64) error {
	var perhaps []hook.AliasHash
	for _, name := range names {
		if !s.aliasFilter.definitelyAbsent(name) {
			perhaps = append(perhaps, name)
		}
	}
	if len(perhaps) == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	values := make([]any, namesAtOnce)
	for some := range slices.Chunk(perhaps, namesAtOnce) {
		for i := range values {
			values[i] = some[min(i, len(some)-1)][:]
		}
		err := s.write.each(findNames, func(row []driver.Value) {
			keys[hook.AliasHash(row[0].([]byte))] = row[1].(int64)
		}, values...)
		if err != nil {
			return fmt.Errorf("look names up: %w", err)
		}
	}
	return nil
}

func (s *Statuses) writeChanges(d hook.SubjectChanges) error {
	for _, gone := range d.Gone {
		if err := s.write.exec(`DELETE FROM subjects WHERE key = ?`, gone); err != nil {
			return err
		}
	}
	var text, lines []byte
	for _, sub := range d.Put {
		st := &sub.Status
		text, lines = wire.AppendStatus(text[:0], st), lines[:0]
		for i := range sub.Evidence {
			lines = append(appendEvidence(lines, &sub.Evidence[i]), '\n')
		}
		if err := s.write.exec(`INSERT INTO subjects (key, seq, endpoint, world, kind, state, amount, words, took, status, evidence)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (key) DO UPDATE SET seq = excluded.seq, kind = excluded.kind, state = excluded.state, amount = excluded.amount,
			words = excluded.words, took = excluded.took, status = excluded.status, evidence = excluded.evidence`,
			sub.Key, int64(st.Seq), string(st.Endpoint), sub.Environment, string(st.Kind), string(st.State), st.Amount, words(st),
			sub.TimeToPaid.Milliseconds(), string(text), string(lines)); err != nil {
			return err
		}
	}
	if err := s.writeNames(d.Aliases); err != nil {
		return err
	}
	for _, id := range d.Forgotten {
		if err := s.write.exec(`DELETE FROM shown WHERE status = ?`, string(id)); err != nil {
			return err
		}
	}
	return s.write.exec(`UPDATE board SET position = ?`, int64(d.UpTo))
}

// writeNames writes names in their order: neighbours stand on one page.
func (s *Statuses) writeNames(subjects map[hook.AliasHash]int64) error {
	names := slices.SortedFunc(maps.Keys(subjects), func(a, b hook.AliasHash) int { return bytes.Compare(a[:], b[:]) })
	values := make([]any, 0, 2*namesAtOnce)
	for i := range names {
		name, subject := names[i][:], subjects[names[i]]
		if subject == 0 {
			if err := s.write.exec(`DELETE FROM names WHERE hash = ?`, name); err != nil {
				return err
			}
			continue
		}
		s.aliasFilter.put(names[i])
		if values = append(values, name, subject); len(values) == cap(values) {
			if err := s.write.exec(putNames, values...); err != nil {
				return err
			}
			values = values[:0]
		}
	}
	for pair := range slices.Chunk(values, 2) {
		if err := s.write.exec(putName, pair...); err != nil {
			return err
		}
	}
	return nil
}

// words are what people look for a subject by.
func words(st *hook.Status) string {
	return strings.ToLower(strings.Join(append([]string{st.Reference, st.Customer, st.Title}, st.Names...), " "))
}

// Show notes that a page showed a state of a subject. Only the first time counts.
func (s *Statuses) Show(status hook.StatusID, shown hook.Impression) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.write.exec(`INSERT INTO shown (status, state, at, by) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
		SET at = excluded.at, by = excluded.by WHERE excluded.at < at`, string(status), string(shown.State), shown.At.UnixMilli(), shown.By)
	if err != nil {
		return fmt.Errorf("note what was shown: %w", err)
	}
	return nil
}

// EachShown calls do for what pages showed since a moment, in no particular order. An error of do ends it.
func (s *Statuses) EachShown(ctx context.Context, since time.Time, do func(hook.StatusID, hook.Impression) error) error {
	rows, err := s.read.QueryContext(ctx, `SELECT status, state, at, by FROM shown WHERE at >= ?`, since.UnixMilli())
	if err != nil {
		return fmt.Errorf("read what was shown: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var status hook.StatusID
		var shown hook.Impression
		var at int64
		if err := rows.Scan(&status, &shown.State, &at, &shown.By); err != nil {
			return fmt.Errorf("read what was shown: %w", err)
		}
		shown.At = hook.Millis(at)
		if err := do(status, shown); err != nil {
			return err
		}
	}
	return rows.Err()
}
