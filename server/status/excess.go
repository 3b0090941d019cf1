package status

import (
	"sync/atomic"
	"time"

	"hookbeam/server/hook"
)

// excess counts the deliveries that exceed the limit for extraction, and logs them at most once in excessEvery. None of
// their statements counts: applying some of them would show a state that the delivery does not report.
type excess struct {
	count    atomic.Int64
	logged   int64 // of them, logged so far; guarded by applying, like loggedAt
	loggedAt time.Time
}

// excessEvery is how often they are logged: a sender of such deliveries must not be able to fill the log.
const excessEvery = time.Minute

// TooMuch returns how many deliveries since the start reported nothing because they exceed the limit for extraction. It
// is a metric.
func (v View) TooMuch() int64 { return v.p.excess.count.Load() }

// note counts a delivery. The caller holds applying, or is the only user.
func (x *excess) note(p *Projector, d *hook.Delivery) {
	n, now := x.count.Add(1), p.Now()
	if !x.loggedAt.IsZero() && now.Sub(x.loggedAt) < excessEvery {
		return
	}
	p.Logger.Warn(
		"a delivery exceeds the limit for extraction; none of its statements counts",
		"delivery",
		d.ID,
		"endpoint",
		d.Endpoint,
		"size",
		d.Size,
		"deliveries",
		n-x.logged,
	)
	x.logged, x.loggedAt = n, now
}
