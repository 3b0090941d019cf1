package follow

import (
	"context"

	"hookbeam/server/hook"
)

// Source is the log that a View reads from.
type Source interface {
	// Epoch identifies the log.
	Epoch() string
	// Head is the newest committed seq.
	Head() hook.Seq
	// FirstKept is the seq from which on retention has removed no verified delivery.
	FirstKept() hook.Seq
	// After returns deliveries after from, oldest first, and up to which seq they are complete.
	After(ctx context.Context, from hook.Seq, limit int) (page []hook.Delivery, upTo hook.Seq, err error)
}

// Leader is a follower that a View stays behind.
type Leader interface {
	// Name identifies the leader to operators, see View.Waiting.
	Name() string
	// Position is the seq up to which everything has been applied. It never goes back while it is watched.
	Position() hook.Seq
	// Moved returns a channel that is closed when the position moves after this call.
	Moved() <-chan struct{}
}

// View is a log that ends where the slowest of its leaders is: its head is the smallest of their positions. A follower
// of a view finds that each leader has already applied every delivery that it gets. For example, the live hub follows
// behind the status projection, so that one frame holds a delivery and the statuses that it changed.
//
// A view has no state of its own, so it may be used from many goroutines. It passes the tests of package logtest, like
// any other log. Package server makes one when it wires the followers.
type View struct {
	source  Source
	leaders []Leader
}

// Behind returns a view of the log that stays behind the first leader and all others.
func Behind(log Source, first Leader, others ...Leader) *View {
	return &View{source: log, leaders: append([]Leader{first}, others...)}
}

// slowest returns the leader with the smallest position, and that position.
func (v *View) slowest() (Leader, hook.Seq) {
	slowest, position := v.leaders[0], v.leaders[0].Position()
	for _, leader := range v.leaders[1:] {
		if p := leader.Position(); p < position {
			slowest, position = leader, p
		}
	}
	return slowest, position
}

// Waiting returns the name of the leader that the view waits for: the one with the smallest position.
func (v *View) Waiting() string {
	slowest, _ := v.slowest()
	return slowest.Name()
}

// Head is the smallest position of the leaders.
func (v *View) Head() hook.Seq {
	_, position := v.slowest()
	return position
}

// Epoch is the epoch of the source.
func (v *View) Epoch() string { return v.source.Epoch() }

// FirstKept is the first kept seq of the source. It can be beyond Head.
func (v *View) FirstKept() hook.Seq { return v.source.FirstKept() }

// After returns the deliveries after from that all leaders have applied, oldest first, at most limit of them, and up to
// which seq they are complete.
func (v *View) After(ctx context.Context, from hook.Seq, limit int) (page []hook.Delivery, upTo hook.Seq, err error) {
	head := v.Head()
	if from >= head {
		return nil, from, nil
	}
	page, upTo, err = v.source.After(ctx, from, limit) // the source may be ahead of the leaders
	for len(page) > 0 && page[len(page)-1].Seq > head {
		page = page[:len(page)-1]
	}
	return page, min(upTo, head), err
}

// Changed returns a channel that is closed when the head moves after this call. It may also be closed when the head has
// not moved yet, so the caller reads again and, if there is nothing, waits again.
//
// It is the channel of the slowest leader: the head cannot move before that one does. Each channel is taken before its
// leader's position is read, so a move between the two closes the channel.
func (v *View) Changed() <-chan struct{} {
	moved := v.leaders[0].Moved()
	position := v.leaders[0].Position()
	for _, leader := range v.leaders[1:] {
		m := leader.Moved()
		if p := leader.Position(); p < position {
			moved, position = m, p
		}
	}
	return moved
}
