// Package follow runs followers of the log: each takes deliveries in order, at its own pace, from its own position.
// A follower that fails is tried again from where it stands; it never skips, and it delays nobody else.
package follow

import (
	"context"
	"log/slog"
	"time"

	"hookbeam/server/hook"
)

// Log is what is followed.
type Log interface {
	// After returns deliveries after from, oldest first, and up to which seq they are complete.
	After(ctx context.Context, from hook.Seq, limit int) (page []hook.Delivery, upTo hook.Seq, err error)
	// Changed returns a channel that is closed when the log grows after this call.
	Changed() <-chan struct{}
}

// Follower is whatever happens after the write.
type Follower interface {
	Name() string
	// Position is the seq up to which everything has been applied.
	Position() hook.Seq
	// Apply takes the deliveries in (Position, upTo]; when it returns nil, Position is upTo.
	Apply(ctx context.Context, page []hook.Delivery, upTo hook.Seq) error
}

const (
	pageSize   = 512
	firstPause = 100 * time.Millisecond
	mostPause  = 10 * time.Second
)

// Run lets f follow the log until ctx ends.
func Run(ctx context.Context, l Log, f Follower, logger *slog.Logger) error {
	pause := firstPause
	for ctx.Err() == nil {
		changed := l.Changed() // asked for before reading, so that nothing falls between
		moved, err := step(ctx, l, f)
		switch {
		case err != nil && ctx.Err() == nil:
			logger.Error(
				"follower stumbled",
				"follower",
				f.Name(),
				"position",
				f.Position(),
				"again_in",
				pause,
				"error",
				err,
			)
			wait(ctx, pause)
			pause = min(2*pause, mostPause)
		case moved:
			pause = firstPause
		default:
			select {
			case <-changed:
			case <-ctx.Done():
			}
		}
	}
	return nil
}

func step(ctx context.Context, l Log, f Follower) (moved bool, err error) {
	from := f.Position()
	page, upTo, err := l.After(ctx, from, pageSize)
	if err != nil || upTo == from {
		return false, err
	}
	return true, f.Apply(ctx, page, upTo)
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
