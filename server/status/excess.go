package status

import (
	"sync/atomic"
	"time"

	"hookbeam/server/hook"
)

// excess counts the deliveries of which reading what they tell cost more than one delivery may.
type excess struct {
	count  atomic.Int64
	told   int64 // of them in the log; only who draws uses it
	toldAt time.Time
}

// excessEvery is how often the log says so: whoever sends such deliveries must not be able to fill it.
const excessEvery = time.Minute

// TooMuch is of how many deliveries since the start nothing counted, for to read what they tell would have cost more
// than one delivery may.
func (b *Board) TooMuch() int64 { return b.excess.count.Load() }

// note counts a delivery. The caller holds applying, or is alone.
func (x *excess) note(b *Board, d *hook.Delivery) {
	n, now := x.count.Add(1), b.Now()
	if !x.toldAt.IsZero() && now.Sub(x.toldAt) < excessEvery {
		return
	}
	b.Logger.Warn(
		"a delivery costs too much to read: nothing that it tells counts",
		"delivery",
		d.ID,
		"endpoint",
		d.Endpoint,
		"size",
		d.Size,
		"deliveries",
		n-x.told,
	)
	x.told, x.toldAt = n, now
}
