package status

import (
	"context"
	"fmt"

	"hookbeam/server/hook"
)

// Review notes that a person looked at a payment or order, for the reasons that it has now, and returns its status.
// With cleared false it takes that back. Its errors are noStatus, and those of the store.
//
// Only the reasons of now are covered: another reason that events bring later marks the status for review again. A
// review is not in the log, so a rebuild copies it, and the caller has to announce the status to other readers.
func (p *Projector) Review(
	ctx context.Context,
	id hook.StatusID,
	cleared bool,
	by, note string,
) (hook.StatusDetail, error) {
	key, ok := id.Key()
	if !ok {
		return hook.StatusDetail{}, noStatus
	}
	p.View().Await(ctx)
	if err := p.review(ctx, key, cleared, by, note); err != nil {
		return hook.StatusDetail{}, err
	}
	return p.View().Status(ctx, id)
}

// review stores the review at once, rather than with the next flush: the person was answered that it is kept.
func (p *Projector) review(ctx context.Context, key hook.AliasHash, cleared bool, by, note string) error {
	p.applying.Lock()
	defer p.applying.Unlock()
	s, err := p.findUnit(ctx, key)
	if err != nil {
		return err
	}
	if s == nil || !isPaid(s) {
		return noStatus
	}
	row := *s
	row.Links.Reviewed = nil
	if cleared {
		row.Links.Reviewed = &hook.Reviewed{
			Review: row.Status.Review, At: hook.Time{Time: p.Now().UTC()}, By: by, Note: note,
		}
	}
	row.Status.NeedsReview = !row.Links.Reviewed.Covers(row.Status.Review)
	p.putReviewed(s, &row)
	if err := p.flush(); err != nil {
		return fmt.Errorf("note that a status was reviewed: %w", err)
	}
	p.mu.Lock()
	p.recent.floor = p.position // the change has no new seq, so it is read from the store
	p.mu.Unlock()
	p.watches.notify(&row)
	return nil
}

// copyReviewed copies reviews to another projector, to the rows that have the first alias of the reviewed ones.
func (p *Projector) copyReviewed(ctx context.Context, to *Projector) error {
	return p.store.Each(ctx, true, func(s *hook.Subject) error {
		if s.Links.Reviewed == nil {
			return nil
		}
		row, err := to.find(ctx, aliasesOf(s)[0])
		if err != nil || row == nil {
			return err
		}
		copied := *row
		copied.Links.Reviewed = s.Links.Reviewed
		copied.Status.NeedsReview = !copied.Links.Reviewed.Covers(copied.Status.Review)
		to.putReviewed(row, &copied)
		return nil
	})
}

// putReviewed replaces a row by a copy with another review. The caller holds applying, or is the only user.
func (p *Projector) putReviewed(was, row *hook.Subject) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count(was, -1)
	p.count(row, 1)
	p.pending.put(row)
}
