package api

import (
	"math/rand/v2"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/hook"
)

// How fast sockets are let in. When a network or a proxy cuts thousands of readers at once, all of them come back at
// once; each upgrade costs many times what a delivery does, and receiving must go on meanwhile.
const (
	admittedAtOnce    = 2000
	admittedPerSecond = 1000
	admittedSpread    = 10 * time.Second // over which those who must wait are spread; browsers' own backoff is the like

	// One address may take half, so that opening and closing in a loop does not keep the others out.
	addressAtOnce    = admittedAtOnce / 2
	addressPerSecond = admittedPerSecond / 2
)

// admission lets new sockets in at a bounded pace.
type admission struct {
	all       *access.Limiter // of one key
	byAddress *access.Limiter
	random    func(n int64) int64 // in [0, n)
}

func newAdmission() *admission {
	return &admission{all: access.NewLimiter(admittedPerSecond, admittedAtOnce, 1),
		byAddress: access.NewLimiter(addressPerSecond, addressAtOnce, addressesKept), random: rand.Int64N}
}

// admit counts one more socket. Those for whom it is too early are told to come back at a moment of their own between
// one second from now and admittedSpread: told the same, they would all come together again.
func (a *admission) admit(c access.Client, now time.Time) error {
	ok := true
	if !c.Shared {
		_, ok = a.byAddress.Allow(c.Key, now)
	}
	if ok {
		_, ok = a.all.Allow("", now)
	}
	if ok {
		return nil
	}
	p := &hook.Problem{Kind: hook.ErrUnavailable, Code: "sockets_come_back",
		RetryAfter: time.Second + time.Duration(a.random(int64(admittedSpread-time.Second))),
		Detail:     "Too many live connections are being opened right now. Reconnect after the time in Retry-After."}
	return &refusedError{p, p.Code, c.Address}
}
