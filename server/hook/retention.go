package hook

import "time"

// Retention are an endpoint's own limits on what is kept of its deliveries. 0 in a field means that only the limits of
// the server apply, which apply in any case. A delivery is removed when it exceeds one of the limits, the oldest first.
//
// MaxDeliveries and MaxBytes limit the endpoint's verified deliveries. Unsigned and rejected ones have what these leave
// free, and a sixteenth of the limit more, so that nobody can displace a verified delivery with requests that do not
// verify, and the newest rejected ones can still be inspected.
type Retention struct {
	MaxAge        time.Duration // time since a delivery was received; whole seconds
	MaxDeliveries int64         // number of deliveries
	MaxBytes      int64         // bytes that they take in the database
}

// The smallest and the largest values of a limit that is set.
const (
	MinRetentionAge   = time.Minute
	MaxRetentionAge   = 100 * 365 * 24 * time.Hour
	MinRetentionBytes = 64 << 10
	MaxRetentionCount = 1 << 50
)

// OverVerified reports whether verified deliveries of this number and size exceed a limit. The newest one is never
// removed for its size alone.
func (r Retention) OverVerified(number, bytes int64) bool {
	return r.MaxDeliveries > 0 && number > r.MaxDeliveries || r.MaxBytes > 0 && bytes > r.MaxBytes && number > 1
}

// OverUnverified reports whether unsigned and rejected deliveries of this number and size exceed a limit, beside
// verified ones. The newest one is never removed for its size alone.
func (r Retention) OverUnverified(number, bytes, verified, verifiedBytes int64) bool {
	room := func(limit, taken int64) int64 { return max(limit-taken, (limit+15)/16) }
	return r.MaxDeliveries > 0 && number > room(r.MaxDeliveries, verified) ||
		r.MaxBytes > 0 && bytes > room(r.MaxBytes, verifiedBytes) && number > 1
}
