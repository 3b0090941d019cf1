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

// Limits of fetches for each sender and endpoint, so that one sender cannot use up what another needs.
const (
	// addressBurst is how many fetches one address can cause at once; one is added every addressInterval.
	addressBurst    = 3
	addressInterval = time.Minute
	// endpointBurst is the reserve of an endpoint for when the shared budget is used up; one is added every
	// fetchInterval.
	endpointBurst = 2
	// rememberedSenders is the number of addresses and endpoints whose use is tracked.
	rememberedSenders = 4096
	// warnInterval is the least time between two log lines about failed lookups.
	warnInterval = time.Minute
)

// fetchBudget decides whether a delivery may cause a fetch. Anyone can send a delivery that names a URL, so there is a
// limit for each address, and many addresses together can use up only the shared budget. Two kinds of senders do not
// depend on that: those that were verified before have a budget of their own, and each endpoint has a small reserve for
// its first genuine sender. Certificates has one; its methods may be called from several goroutines.
type fetchBudget struct {
	shared          *rate.Limiter                // for all senders that were not verified before
	addresses       *access.Limiter              // for each address, by access.AddressKey
	endpoints       *access.Limiter              // the reserve of each endpoint, by id
	verified        *rate.Limiter                // for all of verifiedSenders together
	verifiedSenders *lru.Cache[string, struct{}] // the addresses of senders that were verified, by access.AddressKey
}

// newFetchBudget returns a full budget.
func newFetchBudget() *fetchBudget {
	verifiedSenders, err := lru.New[string, struct{}](rememberedSenders)
	if err != nil {
		panic(err) // its size is a constant
	}
	return &fetchBudget{verifiedSenders: verifiedSenders,
		shared:    rate.NewLimiter(rate.Every(fetchInterval), fetchBurst),
		verified:  rate.NewLimiter(rate.Every(fetchInterval), fetchBurst),
		addresses: access.NewLimiter(1/addressInterval.Seconds(), addressBurst, rememberedSenders),
		endpoints: access.NewLimiter(1/fetchInterval.Seconds(), endpointBurst, rememberedSenders)}
}

// allows reports whether who may cause a fetch now, and counts it if so. A requester without an address is not limited
// by address.
func (b *fetchBudget) allows(who requester, now time.Time) bool {
	if b.verifiedSenders.Contains(who.address) && b.verified.AllowN(now, 1) {
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

// requester is the sender whose delivery names a certificate, and the endpoint that received it. The zero value is a
// lookup that no delivery caused.
type requester struct {
	address  string // from access.AddressKey, which puts an IPv6 network into one key
	endpoint hook.EndpointID
}

// budgetedCertificates implements signature.Certificates for one delivery, within the budget of its requester.
type budgetedCertificates struct {
	certificates *Certificates
	who          requester
}

// Certificate is Certificates.Certificate within the budget.
func (a budgetedCertificates) Certificate(
	from *signature.Issuer, address string, at time.Time,
) (*x509.Certificate, error) {
	return a.certificates.certificate(from, address, at, a.who)
}

// forSender returns the lookup for a delivery that e received from the address remote.
func (cs *Certificates) forSender(remote string, e *hook.Endpoint) signature.Certificates {
	return budgetedCertificates{cs, requester{access.AddressKey(remote), e.ID}}
}

// markVerified gives the address remote the budget of verified senders, because a delivery from it was verified by a
// certificate.
func (cs *Certificates) markVerified(remote string) {
	cs.budget.verifiedSenders.Add(access.AddressKey(remote), struct{}{})
}

// failureLog logs failed lookups, at most one line each warnInterval, because anyone can cause any number of them.
type failureLog struct {
	mu         sync.Mutex
	count      int // failures since the last line
	lastLogged time.Time
}

// note counts a failure, and logs it with the count unless a line was written within warnInterval.
func (f *failureLog) note(log *slog.Logger, now time.Time, what, address string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	if !f.lastLogged.IsZero() && now.Sub(f.lastLogged) < warnInterval {
		return
	}
	log.Warn("could not download "+what, "host", hostOf(address),
		"error", withoutURL(err), "count", f.count)
	f.count, f.lastLogged = 0, now
}

// hostOf returns the host of a URL for the log. The host was checked; the rest is text that a stranger chose.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "…"
	}
	return u.Hostname()
}

// withoutURL removes the URL that net/http adds to an error, because a stranger chose it.
func withoutURL(err error) error {
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
