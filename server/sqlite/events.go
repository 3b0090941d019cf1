package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"hookbeam/server/hook"
)

// claimEvents makes r the first delivery of its events, or a repeat where a verified one came before. A batch is a
// repeat where each of its events is.
func (s *Store) claimEvents(r *hook.Record) error {
	if r.Verdict != hook.Verified {
		return nil
	}
	if len(r.Batch) > 0 {
		return s.claimBatch(r)
	}
	if r.Event == "" {
		return nil
	}
	first, err := s.claim(r.Endpoint, r.Event, r.Seq)
	if err != nil || first == r.Seq {
		return err
	}
	r.DuplicateOf = first
	tries, err := s.write.value(`SELECT tries FROM events WHERE endpoint = ? AND event = ?`, string(r.Endpoint), r.Event)
	if err != nil {
		return err
	}
	r.Try = int(tries.(int64))
	same, err := s.write.value(`SELECT body = ? FROM deliveries WHERE seq = ?`, notNil(r.Body), int64(first))
	if same == int64(0) && r.Reason == "" {
		r.Reason = hook.ReasonBodyDiffers
	}
	return err
}

func (s *Store) claimBatch(r *hook.Record) error {
	repeats, named := 0, 0
	for _, e := range r.Batch {
		if e.ID == "" {
			continue
		}
		named++
		first, err := s.claim(r.Endpoint, e.ID, r.Seq)
		if err != nil {
			return err
		}
		if first == r.Seq {
			continue
		}
		if repeats++; repeats == 1 {
			r.DuplicateOf = first
		}
	}
	if repeats < named || named < len(r.Batch) {
		r.DuplicateOf = 0
	}
	return nil
}

// claim returns the seq of the event's first delivery, which is seq itself where none came before.
func (s *Store) claim(endpoint hook.EndpointID, event string, seq hook.Seq) (hook.Seq, error) {
	fresh, err := s.write.changed(`INSERT INTO events (endpoint, event, seq, tries) VALUES (?, ?, ?, 1) ON CONFLICT DO NOTHING`,
		string(endpoint), event, int64(seq))
	if fresh == 1 {
		s.ledger.post(s.ledger.events, 1, eventCost(endpoint, event))
	}
	if err != nil || fresh == 1 {
		return seq, err
	}
	first, err := s.write.value(`SELECT seq FROM events WHERE endpoint = ? AND event = ?`, string(endpoint), event)
	if err != nil {
		return 0, err
	}
	if first != int64(seq) { // else the same event twice in one batch
		err = s.write.exec(`UPDATE events SET tries = tries + 1 WHERE endpoint = ? AND event = ?`, string(endpoint), event)
	}
	return hook.Seq(first.(int64)), err
}

// Firsts returns the seq of the first verified delivery of each of some events of an endpoint, 0 where there is none.
func (s *Store) Firsts(ctx context.Context, endpoint hook.EndpointID, events []string) ([]hook.Seq, error) {
	firsts := make([]hook.Seq, len(events))
	for i, event := range events {
		err := s.read.QueryRowContext(ctx, `SELECT seq FROM events WHERE endpoint = ? AND event = ?`, string(endpoint), event).Scan(&firsts[i])
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, s.failed("read events", err)
		}
	}
	return firsts, nil
}
