package access

import (
	"math"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// Limiter allows each key so many events a second. It remembers a bounded number of keys, the latest used: a key that
// was forgotten begins afresh. It has no goroutine and needs no closing. A nil Limiter allows everything.
type Limiter struct {
	limit   rate.Limit
	burst   int
	buckets *lru.Cache[string, *rate.Limiter]
}

// NewLimiter allows perSecond events a second for each key, burst of them at once, and remembers so many keys.
// With perSecond 0 it returns nil, which allows everything.
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

// Allow counts one event of key. Where it is one too many, ok is false and retryAfter says when there is room again.
// It does not allocate for a key that it knows.
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

// Ready is Allow without counting.
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

func (l *Limiter) wait(bucket *rate.Limiter, now time.Time) time.Duration {
	missing := 1 - bucket.TokensAt(now)
	return time.Duration(math.Ceil(missing / float64(l.limit) * float64(time.Second)))
}
