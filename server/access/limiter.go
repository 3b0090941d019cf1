package access

import (
	"math"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// Limiter limits the rate of events of each key, such as deliveries of one address, with a token bucket per key. It
// holds the buckets of a bounded number of keys, those used last; a key that was evicted starts with a full bucket. It
// is safe for concurrent use, has no goroutine and needs no closing. A nil Limiter allows everything.
type Limiter struct {
	limit   rate.Limit
	burst   int
	buckets *lru.Cache[string, *rate.Limiter]
}

// NewLimiter returns a Limiter that allows each key perSecond events a second and bursts of burst events, and holds the
// buckets of up to keys keys. If perSecond is 0 it returns nil, which allows everything.
func NewLimiter(perSecond float64, burst, keys int) *Limiter {
	if perSecond <= 0 {
		return nil
	}
	buckets, err := lru.New[string, *rate.Limiter](max(keys, 1))
	if err != nil {
		panic(err) // only for a size below one
	}
	return &Limiter{limit: rate.Limit(perSecond), burst: max(burst, 1), buckets: buckets}
}

// Allow takes one event of key from its bucket. If the bucket is empty, ok is false and retryAfter is the time until
// the next event is allowed. It does not allocate for a key whose bucket it holds.
func (l *Limiter) Allow(key string, now time.Time) (retryAfter time.Duration, ok bool) {
	if l == nil {
		return 0, true
	}
	bucket := l.bucket(key)
	if bucket.AllowN(now, 1) {
		return 0, true
	}
	return l.wait(bucket, now), false
}

// Ready returns what Allow would return, without taking an event from the bucket.
func (l *Limiter) Ready(key string, now time.Time) (retryAfter time.Duration, ok bool) {
	if l == nil {
		return 0, true
	}
	bucket, known := l.buckets.Peek(key)
	if !known || bucket.TokensAt(now) >= 1 {
		return 0, true
	}
	return l.wait(bucket, now), false
}

// bucket returns the bucket of key, and marks it as the one used last. Of two goroutines that add the same key, both
// get the bucket of the first.
func (l *Limiter) bucket(key string) *rate.Limiter {
	if bucket, known := l.buckets.Get(key); known {
		return bucket
	}
	fresh := rate.NewLimiter(l.limit, l.burst)
	if bucket, known, _ := l.buckets.PeekOrAdd(key, fresh); known {
		return bucket
	}
	return fresh
}

// wait returns the time until a bucket holds a whole token again.
func (l *Limiter) wait(bucket *rate.Limiter, now time.Time) time.Duration {
	missing := 1 - bucket.TokensAt(now)
	return time.Duration(math.Ceil(missing / float64(l.limit) * float64(time.Second)))
}
