package status

import (
	"context"
	"fmt"

	"hookbeam/server/hook"
)

// Review notes that a person looked at a payment or order, for the reasons that it has now, and returns its status.
// With cleared false it takes that back. Its errors are noStatus, and those of the store.
func (b *Board) Review(
	ctx context.Context,
	id hook.StatusID,
	cleared bool,
	by, note string,
) (hook.StatusDetail, error) {
	key, ok := id.Key()
	if !ok {
		return hook.StatusDetail{}, noStatus
	}
	b.Await(ctx)
	if err := b.review(ctx, key, cleared, by, note); err != nil {
		return hook.StatusDetail{}, err
	}
	return b.Status(ctx, id)
}

func (b *Board) review(ctx context.Context, key hook.AliasHash, cleared bool, by, note string) error {
	b.applying.Lock()
	defer b.applying.Unlock()
	s, err := b.find(ctx, key)
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
			Review: row.Status.Review, At: hook.Time{Time: b.Now().UTC()}, By: by, Note: note,
		}
	}
	row.Status.NeedsReview = !row.Links.Reviewed.Covers(row.Status.Review)
	b.mu.Lock()
	b.pending.put(&row)
	b.mu.Unlock()
	if err := b.flush(); err != nil {
		return fmt.Errorf("note that a status was reviewed: %w", err)
	}
	b.mu.Lock()
	b.recent.floor = b.position // who is told of changes reads it from the store
	b.mu.Unlock()
	b.watches.tell(&row)
	return nil
}

// copyReviewed has another board take over what people looked at.
func (b *Board) copyReviewed(ctx context.Context, to *Board) error {
	return b.store.Each(ctx, func(s *hook.Subject) error {
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
		to.mu.Lock()
		to.pending.put(&copied)
		to.mu.Unlock()
		return nil
	})
}
