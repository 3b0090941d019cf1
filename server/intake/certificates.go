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

// Limits of looking up certificates. They are low because anyone can name a URL.
const (
	maxCertificate  = 64 << 10
	fetchTime       = 5 * time.Second
	fetchesInARow   = 10 // of all, then one every fetchEvery; certificates_budget.go says whose
	fetchEvery      = 6 * time.Second
	fetchesAtOnce   = 2
	forgetMiss      = time.Minute
	maxCertificates = 64 // in memory, found or not
)

// Certificates finds the certificates that senders name by a URL: in memory, in the store, or at the sender. It
// is the only part of receiving that makes a request. A certificate that was found stays; a failure is
// forgotten after forgetMiss. Concurrent requests for one URL share a lookup.
type Certificates struct {
	store  CertificateStore
	log    *slog.Logger
	now    func() time.Time
	client *http.Client
	roots  *x509.CertPool // nil: the system's
	check  func(address string) error

	budget  *fetchBudget
	running chan struct{} // holds one for each fetch under way
	failed  failures

	mu    sync.Mutex                  // guards both caches; never held during a lookup
	known *lru.Cache[string, *lookup] // found
	// miss has those that failed or are running. It is apart from known, because strangers can name any number
	// of URLs: these must not push out a certificate that was found.
	miss *lru.Cache[string, *lookup]
}

// lookup is one search for a certificate. leaf, err and until are valid once done is closed.
type lookup struct {
	done  chan struct{}
	leaf  *x509.Certificate
	err   error
	until time.Time // of an error: when it is forgotten
}

// counts reports whether a lookup may be used: it is running, succeeded, or failed not long ago.
func (l *lookup) counts(now time.Time) bool {
	select {
	case <-l.done:
		return l.err == nil || now.Before(l.until)
	default:
		return true
	}
}

// NewCertificates returns a lookup that reaches senders through out.
func NewCertificates(
	store CertificateStore, out *outbound.Guard, log *slog.Logger, now func() time.Time,
) *Certificates {
	known, err := lru.New[string, *lookup](maxCertificates)
	miss, err2 := lru.New[string, *lookup](maxCertificates)
	if err := errors.Join(err, err2); err != nil {
		panic(err) // their sizes are constants
	}
	return &Certificates{store: store, log: log, now: now, check: signature.CheckCertificateURL,
		known: known, miss: miss,
		budget: newFetchBudget(), running: make(chan struct{}, fetchesAtOnce),
		client: out.Client(certificateCaller, certificateOptions())}
}

// certificateCaller is how calls to senders appear in the log and the counters.
const certificateCaller = "certificates"

// certificateOptions bound what a sender can cost. Strangers cause these calls, so each is logged for debugging only;
// failures tells of those that fail.
func certificateOptions() outbound.ClientOptions {
	return outbound.ClientOptions{Level: slog.LevelDebug, Limits: outbound.Limits{Connect: fetchTime, Total: fetchTime,
		ResponseBytes: maxCertificate, HeaderBytes: maxCertificate}}
}

// Certificate returns the certificate at an address, as signature.Certificates says.
func (cs *Certificates) Certificate(address string, at time.Time) (*x509.Certificate, error) {
	return cs.certificate(address, at, asker{})
}

func (cs *Certificates) certificate(address string, at time.Time, who asker) (*x509.Certificate, error) {
	if err := cs.check(address); err != nil {
		return nil, err
	}
	for {
		l, mine := cs.join(address)
		if mine {
			cs.settle(l, address, at, who)
			return l.leaf, l.err
		}
		if <-l.done; !errors.Is(l.err, errTooManyFetches) { // the other's budget is used up, which is not ours
			return l.leaf, l.err
		}
	}
}

// join returns the lookup of an address that was made or is under way, or a new one, which is the caller's to settle.
func (cs *Certificates) join(address string) (l *lookup, mine bool) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	for _, kept := range []*lru.Cache[string, *lookup]{cs.known, cs.miss} {
		if l, found := kept.Get(address); found && l.counts(cs.now()) {
			return l, false
		}
	}
	l = &lookup{done: make(chan struct{}), until: cs.now().Add(forgetMiss)}
	cs.miss.Add(address, l)
	return l, true
}

// settle runs a lookup, closes it, and moves it to the cache where it belongs.
func (cs *Certificates) settle(l *lookup, address string, at time.Time, who asker) {
	l.leaf, l.err = cs.find(address, at, who)
	cs.mu.Lock()
	defer cs.mu.Unlock()
	defer close(l.done)
	switch {
	case l.err == nil:
		cs.miss.Remove(address)
		cs.known.Add(address, l)
	case errors.Is(l.err, errTooManyFetches): // our own limit: neither logged nor remembered
		cs.miss.Remove(address)
	default:
		cs.failed.note(cs.log, cs.now(), address, l.err)
	}
}

// find reads a certificate from the store, or fetches and stores it. It is valid at the given time.
func (cs *Certificates) find(address string, at time.Time, who asker) (*x509.Certificate, error) {
	ctx, cancel := context.WithTimeout(context.Background(), fetchTime)
	defer cancel()
	text, found, err := cs.store.Certificate(ctx, address)
	if err != nil {
		return nil, err
	}
	if found {
		return signature.ReadCertificate(text, cs.roots, at)
	}
	if text, err = cs.fetch(ctx, address, who); err != nil {
		return nil, err
	}
	leaf, err := signature.ReadCertificate(text, cs.roots, at)
	if err != nil {
		return nil, err
	}
	return leaf, cs.store.PutCertificate(ctx, address, text)
}

// cachedOnly finds certificates that are stored and fetches none: a diagnosis makes no request.
type cachedOnly struct{ of *Certificates }

var errNotCached = errors.New("the certificate is not kept here")

// Certificate returns a certificate that is kept, as of a moment.
func (k cachedOnly) Certificate(address string, at time.Time) (*x509.Certificate, error) {
	if err := k.of.check(address); err != nil {
		return nil, err
	}
	text, found, err := k.of.store.Certificate(context.Background(), address)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, errNotCached
	}
	return signature.ReadCertificate(text, k.of.roots, at)
}

var errTooManyFetches = errors.New("too many certificates were asked for in a short time")

// fetch gets a certificate from the sender, if the budget of who allows it.
func (cs *Certificates) fetch(ctx context.Context, address string, who asker) ([]byte, error) {
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
		return nil, fmt.Errorf("fetch certificate: answered %d", res.StatusCode)
	}
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("fetch certificate: %w", err)
	}
	return text, nil
}
