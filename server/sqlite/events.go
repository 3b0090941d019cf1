package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"hookbeam/server/hook"
)

// claimEvents applies the duplicate rule (hook.ResolveDuplicate) to r: it looks up the claims of r's event ids, sets
// the outcome in r, and stores the changed claims. r.Seq must be set. It is the only writer of the table events beside
// retention (forget.go).
//
// An id is looked up by trying to insert a claim for r. Nearly every delivery has a new event, and then one statement
// does everything. If the id is claimed already, the insert does nothing and the claim is read. This is correct because
// the rule gives an id that is not claimed to the delivery that has it.
func (s *Log) claimEvents(r *hook.Record) error {
	c := &s.claims
	c.named, c.before = r.NamedEvents(c.named[:0]), c.before[:0]
	if len(c.named) == 0 {
		return nil
	}
	defer clear(c.named) // the ids may be substrings of a body, which they would keep in memory
	for _, event := range c.named {
		claim, err := s.claim(r.Endpoint, event.ID, r.Seq)
		if err != nil {
			return err
		}
		c.before = append(c.before, claim)
	}
	body := hook.BodyUnknown
	if first := c.before[0].First; first != 0 && len(r.Batch) == 0 {
		var err error
		if body, err = s.compareBody(first, r.Body); err != nil {
			return err
		}
	}
	out := hook.ResolveDuplicate(r, c.named, c.before, body, c.after)
	c.after = out.Claims
	r.SetOutcome(out)
	return s.storeClaims(r.Endpoint)
}

// claimScratch holds the slices of claimEvents, which are reused for the next record.
type claimScratch struct {
	named         []hook.NamedEvent
	before, after []hook.EventClaim
}

// claim claims an event id for the delivery seq unless it is claimed already, and returns the claim that was there
// before. The column tries counts the event's deliveries.
func (s *Log) claim(endpoint hook.EndpointID, event string, seq hook.Seq) (before hook.EventClaim, err error) {
	fresh, err := s.write.changed(`INSERT INTO events (endpoint, event, seq, tries) VALUES (?, ?, ?, 1)
		ON CONFLICT DO NOTHING`, string(endpoint), event, int64(seq))
	if fresh == 1 {
		s.ledger.post(s.ledger.events, 1, eventCost(endpoint, event))
	}
	if err != nil || fresh == 1 {
		return hook.EventClaim{}, err
	}
	row, err := s.write.row(`SELECT seq, tries FROM events WHERE endpoint = ? AND event = ?`, string(endpoint), event)
	if err != nil {
		return hook.EventClaim{}, err
	}
	return hook.EventClaim{First: hook.Seq(row[0].(int64)), Deliveries: int(row[1].(int64))}, nil
}

// compareBody compares a body with that of the delivery first. SQLite compares them, so the stored one is not copied.
// The result is BodyUnknown if that delivery was removed.
func (s *Log) compareBody(first hook.Seq, body []byte) (hook.BodyMatch, error) {
	same, err := s.write.value(`SELECT body = ? FROM deliveries WHERE seq = ?`, notNil(body), int64(first))
	switch same {
	case int64(1):
		return hook.BodySame, err
	case int64(0):
		return hook.BodyOther, err
	}
	return hook.BodyUnknown, err
}

// storeClaims writes the claims that the record changed. Those that were new have been inserted by claim.
func (s *Log) storeClaims(endpoint hook.EndpointID) error {
	for i, event := range s.claims.named {
		if s.claims.before[i].First == 0 {
			continue
		}
		if err := s.write.exec(`UPDATE events SET tries = ? WHERE endpoint = ? AND event = ?`,
			int64(s.claims.after[i].Deliveries), string(endpoint), event.ID); err != nil {
			return err
		}
	}
	return nil
}

// Firsts returns, for each of some event ids of an endpoint, the seq of the first verified delivery, 0 if there is
// none.
func (s *Log) Firsts(ctx context.Context, endpoint hook.EndpointID, events []string) ([]hook.Seq, error) {
	firsts := make([]hook.Seq, len(events))
	for i, event := range events {
		err := s.read.QueryRowContext(ctx, `SELECT seq FROM events WHERE endpoint = ? AND event = ?`,
			string(endpoint), event).Scan(&firsts[i])
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, s.failed("read events", err)
		}
	}
	return firsts, nil
}
