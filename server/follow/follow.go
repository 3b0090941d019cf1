// Package follow runs followers of the log. A follower is a consumer with a stored position, such as the projector of
// statuses: it processes deliveries in the log's order, at its own pace.
//
// The package promises that a follower sees each delivery that the log still keeps, in order and without gaps. A page
// that fails is retried from the follower's position, with exponential backoff. A slow or failing follower delays
// neither the log nor any other follower.
//
// Start reading with Run. View, in behind.go, makes one follower stay behind others. Projection and Rebuilder, in
// projection.go, are for followers whose state can be built again from the log.
package follow

import (
	"context"
	"log/slog"
	"time"

	"hookbeam/server/hook"
)

// Log is the part of a log that Run reads. A View is one, too.
type Log interface {
	// After returns at most limit deliveries after from, oldest first. The page is complete up to upTo: a seq in
	// (from, upTo] that is not in it is no longer kept.
	After(ctx context.Context, from hook.Seq, limit int) (page []hook.Delivery, upTo hook.Seq, err error)
	// Changed returns a channel that is closed when the log grows after this call.
	Changed() <-chan struct{}
}

// Follower processes deliveries after they were committed. Run is the only caller of Apply, from one goroutine.
type Follower interface {
	// Name identifies the follower in log lines.
	Name() string
	// Position is the seq up to which everything has been applied.
	Position() hook.Seq
	// Apply processes the deliveries in (Position, upTo]. When it returns nil, Position is upTo. After an error the
	// same deliveries are passed again, so it must store its effect and its position together.
	Apply(ctx context.Context, page []hook.Delivery, upTo hook.Seq) error
}

const (
	pageSize = 512 // deliveries that are passed to one Apply at most

	// After a failure Run waits minBackoff, and twice as long after each further one, up to maxBackoff.
	minBackoff = 100 * time.Millisecond
	maxBackoff = 10 * time.Second
)

// Run applies the log's deliveries to f until ctx ends. It logs errors and retries; it always returns nil.
func Run(ctx context.Context, l Log, f Follower, logger *slog.Logger) error {
	backoff := minBackoff
	for ctx.Err() == nil {
		// The channel is taken before reading: a commit between the two closes it.
		changed := l.Changed()
		moved, err := step(ctx, l, f)
		switch {
		case err != nil && ctx.Err() == nil:
			logger.Error("follower stumbled", "follower", f.Name(), "position", f.Position(),
				"again_in", backoff, "error", err)
			wait(ctx, backoff)
			backoff = min(2*backoff, maxBackoff)
		case moved:
			backoff = minBackoff
		default:
			select {
			case <-changed:
			case <-ctx.Done():
			}
		}
	}
	return nil
}

// step applies one page. moved is false if there is nothing after f's position, and if reading failed.
func step(ctx context.Context, l Log, f Follower) (moved bool, err error) {
	from := f.Position()
	page, upTo, err := l.After(ctx, from, pageSize)
	if err != nil || upTo == from {
		return false, err
	}
	return true, f.Apply(ctx, page, upTo)
}

// wait returns after d, or when ctx ends.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
