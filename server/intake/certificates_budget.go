package intake

import (
	"crypto/x509"
	"errors"
	"log/slog"
	"net/url"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"

	"hookbeam/server/access"
	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// Limits of fetches for each sender and endpoint. One address cannot use up the budget of another.
const (
	fetchesByAddress  = 3 // at once, then one every addressEvery
	addressEvery      = time.Minute
	fetchesByEndpoint = 2 // in reserve, where what all share is used up; then one every fetchEvery
	rememberedSenders = 4096
	warnEvery         = time.Minute
)

// fetchBudget decides who may have a certificate fetched. Strangers name the addresses, so each of them has
// little; what all strangers share is used up by many of them. Senders that were verified before do not depend
// on it, and neither does the first genuine sender of an endpoint that nobody attacks.
type fetchBudget struct {
	shared    *rate.Limiter
	addresses *access.Limiter
	endpoints *access.Limiter
	proven    *rate.Limiter                // what senders that were verified before have among them
	known     *lru.Cache[string, struct{}] // those senders, by access.AddressKey
}

// newFetchBudget returns a budget that nothing has been taken from.
func newFetchBudget() *fetchBudget {
	known, err := lru.New[string, struct{}](rememberedSenders)
	if err != nil {
		panic(err) // its size is a constant
	}
	return &fetchBudget{known: known,
		shared:    rate.NewLimiter(rate.Every(fetchEvery), fetchesInARow),
		proven:    rate.NewLimiter(rate.Every(fetchEvery), fetchesInARow),
		addresses: access.NewLimiter(1/addressEvery.Seconds(), fetchesByAddress, rememberedSenders),
		endpoints: access.NewLimiter(1/fetchEvery.Seconds(), fetchesByEndpoint, rememberedSenders)}
}

// allows reports whether a fetch is within the budget, and counts it. Without an address only the other limits apply.
func (b *fetchBudget) allows(who asker, now time.Time) bool {
	if b.known.Contains(who.address) && b.proven.AllowN(now, 1) {
		return true
	}
	if who.address != "" {
		if _, ok := b.addresses.Allow(who.address, now); !ok {
			return false
		}
	}
	if b.shared.AllowN(now, 1) {
		return true
	}
	_, ok := b.endpoints.Allow(string(who.endpoint), now)
	return ok && who.endpoint != ""
}

// asker is the sender whose delivery names a certificate, and the endpoint that received it.
type asker struct {
	address  string // as access.AddressKey counts it
	endpoint hook.EndpointID
}

// askedBy looks certificates up on an asker's budget.
type askedBy struct {
	of  *Certificates
	who asker
}

// Certificate is that of Certificates.
func (a askedBy) Certificate(address string, at time.Time) (*x509.Certificate, error) {
	return a.of.certificate(address, at, a.who)
}

// by returns the lookups of a delivery that came from remote to e.
func (cs *Certificates) by(remote string, e *hook.Endpoint) signature.Certificates {
	return askedBy{cs, asker{access.AddressKey(remote), e.ID}}
}

// prove remembers that a delivery from remote was verified by a certificate.
func (cs *Certificates) prove(remote string) {
	cs.budget.known.Add(access.AddressKey(remote), struct{}{})
}

// failures writes one line a minute, at most, of lookups that failed: strangers can cause as many as they like.
type failures struct {
	mu    sync.Mutex
	count int
	said  time.Time
}

// note counts a failure, and logs it unless a line was written within warnEvery.
func (f *failures) note(log *slog.Logger, now time.Time, address string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	if !f.said.IsZero() && now.Sub(f.said) < warnEvery {
		return
	}
	log.Warn("could not get a certificate that a delivery names", "host", hostOf(address),
		"error", withoutURL(err), "count", f.count)
	f.count, f.said = 0, now
}

// hostOf is the part of an address that was checked; the rest is a stranger's text.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "…"
	}
	return u.Hostname()
}

// withoutURL takes off what net/http puts before an error: the address.
func withoutURL(err error) error {
	if of := (*url.Error)(nil); errors.As(err, &of) {
		return of.Err
	}
	return err
}
