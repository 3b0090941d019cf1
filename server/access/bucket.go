package access

import "time"

// Bucket is a token bucket for one thing, such as a connection: a small value without a lock, where a Limiter would
// need a map of buckets. Its owner synchronizes access to it.
type Bucket struct {
	perSecond float64   // tokens that are added each second
	burst     float64   // capacity
	tokens    float64   // at the time at
	at        time.Time // of the last refill
}

// NewBucket returns a full bucket that holds burst tokens and refills at a rate of perSecond.
func NewBucket(perSecond, burst float64, now time.Time) Bucket {
	return Bucket{perSecond: perSecond, burst: burst, tokens: burst, at: now}
}

// Take removes n tokens and returns true. If there are fewer, it removes none and returns false. A clock that goes back
// adds no tokens.
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
