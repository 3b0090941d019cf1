package follow

import (
	"context"

	"hookbeam/server/hook"
)

// Source is the log that a View is of.
type Source interface {
	Epoch() string
	Head() hook.Seq
	FirstKept() hook.Seq
	// After returns deliveries after from, oldest first, and up to which seq they are complete.
	After(ctx context.Context, from hook.Seq, limit int) (page []hook.Delivery, upTo hook.Seq, err error)
}

// Leader is a follower that a View stays behind.
type Leader interface {
	Name() string
	// Position is the seq up to which everything has been applied. It never goes back while it is watched.
	Position() hook.Seq
	// Moved returns a channel that is closed when the position moves after this call.
	Moved() <-chan struct{}
}

// View is a log as far as all of some followers have come: its head is the smallest of their positions. Who follows a
// view finds the effects of each delivery that it is given. For example, the announcer follows behind the projections,
// so that a frame holds the deliveries and the statuses that they moved.
//
// A view holds no state, so it may be used from many goroutines. It is a log in every other respect; logtest says what
// that means.
type View struct {
	source  Source
	leaders []Leader
}

// Behind returns a view of the log that stays behind the first leader and all others.
func Behind(log Source, first Leader, others ...Leader) *View {
	return &View{source: log, leaders: append([]Leader{first}, others...)}
}

// slowest returns the leader that has come least far, and its position.
func (v *View) slowest() (Leader, hook.Seq) {
	slowest, position := v.leaders[0], v.leaders[0].Position()
	for _, leader := range v.leaders[1:] {
		if p := leader.Position(); p < position {
			slowest, position = leader, p
		}
	}
	return slowest, position
}

// Waiting returns the name of the leader that has come least far: the one that the view waits for.
func (v *View) Waiting() string {
	slowest, _ := v.slowest()
	return slowest.Name()
}

// Head is the smallest position of the leaders.
func (v *View) Head() hook.Seq {
	_, position := v.slowest()
	return position
}

// Epoch names the log.
func (v *View) Epoch() string { return v.source.Epoch() }

// FirstKept is that of the log.
func (v *View) FirstKept() hook.Seq { return v.source.FirstKept() }

// After returns the deliveries after from that all leaders have applied, oldest first, at most limit of them, and up to
// which seq they are complete.
func (v *View) After(ctx context.Context, from hook.Seq, limit int) (page []hook.Delivery, upTo hook.Seq, err error) {
	head := v.Head()
	if from >= head {
		return nil, from, nil
	}
	page, upTo, err = v.source.After(ctx, from, limit)
	for len(page) > 0 && page[len(page)-1].Seq > head {
		page = page[:len(page)-1]
	}
	return page, min(upTo, head), err
}

// Changed returns a channel that is closed when the head moves after this call. It may also be closed when the head has
// not moved yet.
//
// It is the channel of the slowest leader: the head cannot move before that one does. The channels are taken before the
// positions are compared, so that no move falls between the two.
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
