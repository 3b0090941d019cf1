package server

import (
	"context"
	"sync"

	"hookbeam/server/api"
	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// announcedReviews stores reviews, and sends the status of each to all dashboards. No delivery caused the change, so
// the live hub does not find it by a seq: it is a notice, like a changed endpoint. Package api calls it for each
// review.
//
// Reviews are done one after the other. Otherwise two people who review and undo at the same time could have their
// notices sent in the other order, and dashboards would keep the state that no longer is. Deliveries that change the
// status meanwhile do no harm: their updates have a greater seq, and a dashboard keeps the status with the greatest.
type announcedReviews struct {
	reviews api.Reviews
	notice  func(wire.Update)
	mu      sync.Mutex // held from storing a review until its notice was sent
}

// Review stores a review as api.Reviews describes it, and sends the notice.
func (a *announcedReviews) Review(
	ctx context.Context, id hook.StatusID, cleared bool, by, note string,
) (hook.StatusDetail, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	detail, err := a.reviews.Review(ctx, id, cleared, by, note)
	if err == nil && !detail.IsAlias() {
		status := wire.NewStatus(&detail.Status)
		a.notice(wire.Update{Kind: wire.UpdateStatus, Status: &status})
	}
	return detail, err
}
