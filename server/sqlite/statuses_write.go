package sqlite

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"hookbeam/server/hook"
)

// Subject is a subject as it is kept.
type Subject struct {
	Key      int64 // its place in the table, in the order in which subjects were first told of
	World    string
	Took     time.Duration // from its first event to being told of as paid; 0: it was not, or was at once
	Status   hook.Status
	Text     []byte // Status as JSON
	Evidence []hook.Evidence
	Lines    []byte // Evidence as JSON, one line for each
}

// Drawn is what a stretch of the log changed.
type Drawn struct {
	Put       []*Subject
	Names     map[hook.NameKey]int64 // names that are new, or belong to another subject now; or to none: 0
	Gone      []int64                // subjects that are no more, or turned out to be another one
	Forgotten []hook.StatusID        // ids of which nobody need know any more what was shown
	UpTo      hook.Seq
}

// NextKey reserves the key of a new subject. It is for the work of Draw.
func (s *Statuses) NextKey() int64 {
	s.next++
	return s.next - 1
}

// Draw has work find out what a stretch of the log changes, and stores it together with how far it went, all in one
// transaction: each asking of named would cost one of its own. Where work gives up to nowhere, nothing is stored.
func (s *Statuses) Draw(work func(named Named) (Drawn, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.write.begin(); err != nil {
		return fmt.Errorf("draw statuses: %w", err)
	}
	d, err := work(s.named)
	switch {
	case err != nil:
	case d.UpTo == 0:
		return s.write.rollback()
	default:
		if err = s.draw(d); err == nil {
			err = s.write.commit()
		}
	}
	if err != nil {
		return errors.Join(fmt.Errorf("draw statuses: %w", err), s.write.rollback())
	}
	s.position = d.UpTo
	return nil
}

// Named returns the key of the subject of a name, 0 where there is none.
type Named func(hook.NameKey) (int64, error)

func (s *Statuses) named(name hook.NameKey) (int64, error) {
	key, err := s.write.value(`SELECT subject FROM names WHERE hash = ?`, name[:])
	if err != nil || key == nil {
		return 0, err
	}
	return key.(int64), nil
}

func (s *Statuses) draw(d Drawn) error {
	for _, gone := range d.Gone {
		if err := s.write.exec(`DELETE FROM subjects WHERE key = ?`, gone); err != nil {
			return err
		}
	}
	for _, sub := range d.Put {
		st := &sub.Status
		if err := s.write.exec(`INSERT INTO subjects (key, seq, endpoint, world, kind, state, amount, words, took, status, evidence)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (key) DO UPDATE SET seq = excluded.seq, kind = excluded.kind, state = excluded.state, amount = excluded.amount,
			words = excluded.words, took = excluded.took, status = excluded.status, evidence = excluded.evidence`,
			sub.Key, int64(st.Seq), string(st.Endpoint), sub.World, string(st.Kind), string(st.State), st.Amount, words(st),
			sub.Took.Milliseconds(), string(sub.Text), string(sub.Lines)); err != nil {
			return err
		}
	}
	for name, subject := range d.Names {
		query, values := `INSERT OR REPLACE INTO names (hash, subject) VALUES (?, ?)`, []any{name[:], subject}
		if subject == 0 {
			query, values = `DELETE FROM names WHERE hash = ?`, values[:1]
		}
		if err := s.write.exec(query, values...); err != nil {
			return err
		}
	}
	for _, id := range d.Forgotten {
		if err := s.write.exec(`DELETE FROM shown WHERE status = ?`, string(id)); err != nil {
			return err
		}
	}
	return s.write.exec(`UPDATE board SET position = ?`, int64(d.UpTo))
}

// words are what people look for a subject by.
func words(st *hook.Status) string {
	return strings.ToLower(strings.Join(append([]string{st.Reference, st.Customer, st.Title}, st.Names...), " "))
}

// Show notes that a page showed a state of a subject. Only the first time counts.
func (s *Statuses) Show(status hook.StatusID, shown hook.Shown) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.write.exec(`INSERT INTO shown (status, state, at, by) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
		SET at = excluded.at, by = excluded.by WHERE excluded.at < at`, string(status), string(shown.State), shown.At.UnixMilli(), shown.By)
	if err != nil {
		return fmt.Errorf("note what was shown: %w", err)
	}
	return nil
}

// CopyShown takes over what pages showed since a moment from what was drawn before.
func (s *Statuses) CopyShown(ctx context.Context, from *Statuses, since time.Time) error {
	rows, err := from.read.QueryContext(ctx, `SELECT status, state, at, by FROM shown WHERE at >= ?`, since.UnixMilli())
	if err != nil {
		return fmt.Errorf("take over what was shown: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var status hook.StatusID
		var shown hook.Shown
		var at int64
		if err := rows.Scan(&status, &shown.State, &at, &shown.By); err != nil {
			return fmt.Errorf("take over what was shown: %w", err)
		}
		shown.At = hook.Millis(at)
		if err := s.Show(status, shown); err != nil {
			return err
		}
	}
	return rows.Err()
}

// AppendEvidence writes one piece of evidence as a line behind lines.
func AppendEvidence(lines []byte, e hook.Evidence) ([]byte, error) {
	b, err := json.Marshal(e)
	if err != nil {
		return lines, fmt.Errorf("write evidence: %w", err)
	}
	return append(append(lines, b...), '\n'), nil
}

func readEvidence(lines []byte) (all []hook.Evidence, err error) {
	for line := range bytes.Lines(lines) {
		var e hook.Evidence
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, fmt.Errorf("read evidence: %w", err)
		}
		all = append(all, e)
	}
	return all, nil
}
