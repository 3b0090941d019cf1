package access

import "time"

// Bucket is a token bucket for one thing, without a lock: a value of some words where a Limiter would be a table.
type Bucket struct {
	perSecond float64
	burst     float64
	tokens    float64
	at        time.Time
}

// NewBucket returns a full bucket of burst tokens that gets perSecond new ones a second.
func NewBucket(perSecond, burst float64, now time.Time) Bucket {
	return Bucket{perSecond: perSecond, burst: burst, tokens: burst, at: now}
}

// Take takes n tokens, or none and returns false where there are fewer.
func (b *Bucket) Take(n int, now time.Time) bool {
	if passed := now.Sub(b.at); passed > 0 {
		b.tokens = min(b.burst, b.tokens+passed.Seconds()*b.perSecond)
		b.at = now
	}
	if b.tokens < float64(n) {
		return false
	}
	b.tokens -= float64(n)
	return true
}
