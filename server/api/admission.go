package api

import (
	"math/rand/v2"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/hook"
)

// The rate at which new WebSockets are accepted. When a network or a proxy drops thousands of connections, all
// clients reconnect at the same moment. One upgrade costs many times as much as one delivery, and deliveries
// must still be received during the reconnection.
const (
	admissionBurst     = 2000
	admissionPerSecond = 1000
	admissionSpread    = 10 * time.Second // Retry-After is at most this; it is about the backoff that browsers use

	// One address may use half of the rate, so that a client that reconnects in a loop does not lock out the others.
	addressBurst     = admissionBurst / 2
	addressPerSecond = admissionPerSecond / 2
)

// admission limits the rate of new WebSockets, per address and in total. It does not limit how many are open:
// see connLimiter and access.Quota. The live connection and the public status sockets each have an admission of
// their own.
type admission struct {
	all       *access.Limiter     // has a single key, ""
	byAddress *access.Limiter     // by access.Client.Key; not applied to shared clients
	random    func(n int64) int64 // in [0, n)
}

func newAdmission() *admission {
	return &admission{all: access.NewLimiter(admissionPerSecond, admissionBurst, 1),
		byAddress: access.NewLimiter(addressPerSecond, addressBurst, addressesKept), random: rand.Int64N}
}

// admit counts one new WebSocket. If the rate is exceeded, the error is a refusedError of kind
// hook.ErrUnavailable with a random Retry-After between one second and admissionSpread. With the same value for
// everybody, all clients would return together.
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
		RetryAfter: time.Second + time.Duration(a.random(int64(admissionSpread-time.Second))),
		Detail:     "Too many live connections are being opened right now. Reconnect after the time in Retry-After."}
	return &refusedError{p, p.Code, c.Address}
}
