package intake

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"hookbeam/server/outbound"
	"hookbeam/server/signature"
)

// CertificateStore is what Certificates needs of the database: it keeps the text of each certificate by its URL.
type CertificateStore interface {
	Certificate(ctx context.Context, url string) (text []byte, found bool, err error)
	PutCertificate(ctx context.Context, url string, text []byte) error
}

// Limits of looking up certificates. They are low because anyone can send a delivery that names a URL.
const (
	maxCertificateBytes  = 64 << 10
	fetchTimeout         = 5 * time.Second
	maxConcurrentFetches = 2
	// fetchBurst is how many fetches all requesters share; one is added every fetchInterval. fetchBudget divides them.
	fetchBurst    = 10
	fetchInterval = 6 * time.Second
	// missLifetime is how long a failed lookup is remembered, so that the same URL is not fetched again at once.
	missLifetime = time.Minute
	// maxCachedLookups is the size of each of the two caches.
	maxCachedLookups = 64
)

// Certificates looks up the certificates that senders name by a URL, such as PayPal's: in memory, then in the store,
// then at the sender. It is the only part of receiving that makes a request to another machine. The server makes one,
// and Intake uses it; its methods may be called from several goroutines.
//
// A certificate that was found is stored for good. A failure is remembered for missLifetime. Concurrent requests for
// one URL share a lookup.
type Certificates struct {
	store  CertificateStore
	log    *slog.Logger
	now    func() time.Time
	client *http.Client
	roots  *x509.CertPool // nil: the system's
	// check is signature.Issuer.CheckURL; tests replace it.
	check func(from *signature.Issuer, address string) error

	budget  *fetchBudget
	running chan struct{} // holds one element for each fetch that is running
	failed  failureLog

	mu    sync.Mutex                  // guards both caches and keySets; never held during a lookup
	found *lru.Cache[string, *lookup] // lookups that found a certificate, by URL
	// missing has lookups that failed or are running. It is a cache of its own because anyone can name any number of
	// URLs, and these must not evict a certificate that was found.
	missing *lru.Cache[string, *lookup]
	// keySets are those of the senders that publish keys, by address.
	keySets map[string]*keySet
}

// lookup is one search for a certificate. The goroutine that made it runs it; others wait until done is closed, and
// then read leaf and err.
type lookup struct {
	done  chan struct{}
	leaf  *x509.Certificate
	err   error
	until time.Time // when an error expires
}

// usable reports whether the result of a lookup may be used: it is running, it succeeded, or its error has not expired.
func (l *lookup) usable(now time.Time) bool {
	select {
	case <-l.done:
		return l.err == nil || now.Before(l.until)
	default:
		return true
	}
}

// NewCertificates returns a lookup that stores certificates in store and fetches them through out, which refuses
// private networks. now is the clock of the limits and of the caches.
func NewCertificates(
	store CertificateStore, out *outbound.Guard, log *slog.Logger, now func() time.Time,
) *Certificates {
	found, err := lru.New[string, *lookup](maxCachedLookups)
	missing, err2 := lru.New[string, *lookup](maxCachedLookups)
	if err := errors.Join(err, err2); err != nil {
		panic(err) // their sizes are constants
	}
	return &Certificates{store: store, log: log, now: now, check: (*signature.Issuer).CheckURL,
		found: found, missing: missing,
		keySets: map[string]*keySet{},
		budget:  newFetchBudget(), running: make(chan struct{}, maxConcurrentFetches),
		client: out.Client(certificateCaller, certificateOptions())}
}

// certificateCaller is how calls to senders appear in the log and the counters.
const certificateCaller = "certificates"

// certificateOptions limits time and size of a fetch. Anyone can cause these calls, so each is logged at debug level
// only; failureLog logs failures at a bounded rate.
func certificateOptions() outbound.ClientOptions {
	return outbound.ClientOptions{
		Level: slog.LevelDebug,
		Limits: outbound.Limits{
			Connect:       fetchTimeout,
			Total:         fetchTimeout,
			ResponseBytes: maxCertificateBytes,
			HeaderBytes:   maxCertificateBytes,
		},
	}
}

// Certificate returns the certificate at a URL. at is when the delivery was received: a certificate that is not cached
// yet must be valid then. It implements signature.Certificates without the limits of senders and endpoints. An error
// wraps signature.ErrUntrusted if the URL or the certificate is not trusted; any other means that it is unavailable
// now.
func (cs *Certificates) Certificate(from *signature.Issuer, address string, at time.Time) (*x509.Certificate, error) {
	return cs.certificate(from, address, at, requester{})
}

// certificate is Certificate within the budget of who.
func (cs *Certificates) certificate(
	from *signature.Issuer, address string, at time.Time, who requester,
) (*x509.Certificate, error) {
	if err := cs.check(from, address); err != nil {
		return nil, err
	}
	for {
		l, started := cs.startOrJoin(address)
		if started {
			cs.run(l, from, address, at, who)
			return l.leaf, l.err
		}
		// If the budget of the other requester was used up, ours may not be: try again.
		if <-l.done; !errors.Is(l.err, errTooManyFetches) {
			return l.leaf, l.err
		}
	}
}

// startOrJoin returns a finished or running lookup of a URL, or a new one. If started is true, it is new, and the
// caller must call run.
func (cs *Certificates) startOrJoin(address string) (l *lookup, started bool) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	for _, kept := range []*lru.Cache[string, *lookup]{cs.found, cs.missing} {
		if l, found := kept.Get(address); found && l.usable(cs.now()) {
			return l, false
		}
	}
	l = &lookup{done: make(chan struct{}), until: cs.now().Add(missLifetime)}
	cs.missing.Add(address, l)
	return l, true
}

// run performs a lookup, puts it into the right cache, and wakes the goroutines that wait for it.
func (cs *Certificates) run(
	l *lookup, from *signature.Issuer, address string, at time.Time, who requester,
) {
	l.leaf, l.err = cs.find(from, address, at, who)
	cs.mu.Lock()
	defer cs.mu.Unlock()
	defer close(l.done)
	switch {
	case l.err == nil:
		cs.missing.Remove(address)
		cs.found.Add(address, l)
	case errors.Is(l.err, errTooManyFetches): // nothing is known about the URL: neither logged nor remembered
		cs.missing.Remove(address)
	default:
		cs.failed.note(cs.log, cs.now(), "the certificate of a delivery", address, l.err)
	}
}

// find reads a certificate from the store, or fetches and stores it. A fetched certificate is stored only if it is
// trusted and valid at the given time.
func (cs *Certificates) find(
	from *signature.Issuer, address string, at time.Time, who requester,
) (*x509.Certificate, error) {
	ctx, cancel := context.WithTimeout(context.Background(), fetchTimeout)
	defer cancel()
	text, found, err := cs.store.Certificate(ctx, address)
	if err != nil {
		return nil, err
	}
	if found {
		return from.Read(text, cs.roots, at)
	}
	if text, err = cs.fetch(ctx, address, who); err != nil {
		return nil, err
	}
	leaf, err := from.Read(text, cs.roots, at)
	if err != nil {
		return nil, err
	}
	return leaf, cs.store.PutCertificate(ctx, address, text)
}

// cachedOnly implements signature.Certificates from the store alone. Diagnoses use it, because looking at a delivery
// must not cause a request to a URL that a stranger chose.
type cachedOnly struct{ certificates *Certificates }

// errNotCached says that cachedOnly would have to fetch a certificate.
var errNotCached = errors.New("the certificate is not in the cache")

// Certificate returns a stored certificate if it is valid at the given time, or errNotCached.
func (c cachedOnly) Certificate(from *signature.Issuer, address string, at time.Time) (*x509.Certificate, error) {
	if err := c.certificates.check(from, address); err != nil {
		return nil, err
	}
	text, found, err := c.certificates.store.Certificate(context.Background(), address)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, errNotCached
	}
	return from.Read(text, c.certificates.roots, at)
}

// errTooManyFetches says that a fetch would exceed the budget of its requester.
var errTooManyFetches = errors.New("too many certificate downloads in a short time")

// fetch downloads a certificate, if the budget of who allows it. It waits while maxConcurrentFetches are running.
func (cs *Certificates) fetch(ctx context.Context, address string, who requester) ([]byte, error) {
	if !cs.budget.allows(who, cs.now()) {
		return nil, errTooManyFetches
	}
	select {
	case cs.running <- struct{}{}:
		defer func() { <-cs.running }()
	case <-ctx.Done():
		return nil, fmt.Errorf("fetch certificate: %w", ctx.Err())
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("fetch certificate: %w", err)
	}
	res, err := cs.client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("fetch certificate: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch certificate: the server responded with status %d", res.StatusCode)
	}
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("fetch certificate: %w", err)
	}
	return text, nil
}
