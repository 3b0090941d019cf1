package intake

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"hookbeam/server/provider"
)

// CertificateStore keeps certificates as they were found.
type CertificateStore interface {
	Certificate(ctx context.Context, url string) (text []byte, found bool, err error)
	PutCertificate(ctx context.Context, url string, text []byte) error
}

// The bounds of looking certificates up: strangers name their addresses.
const (
	maxCertificate  = 64 << 10
	fetchTime       = 5 * time.Second
	fetchesAtOnce   = 10 // then one every fetchEvery
	fetchEvery      = 6 * time.Second
	forgetMiss      = time.Minute
	maxCertificates = 64 // in memory, found or not
)

// Certificates looks up the certificates that senders name: in memory, in the store, and at the sender. It is the one
// thing at the door that asks outside.
type Certificates struct {
	store  CertificateStore
	log    *slog.Logger
	now    func() time.Time
	client *http.Client
	roots  *x509.CertPool // nil: the system's
	check  func(address string) error

	mu     sync.Mutex // held while fetching: one at a time is enough
	known  map[string]lookup
	tokens float64 // fetches that may be made now
	filled time.Time
}

// lookup is what came of one.
type lookup struct {
	leaf  *x509.Certificate
	err   error
	until time.Time // of an error: when it is forgotten
}

// NewCertificates returns a lookup that goes to public addresses only, directly, and follows no redirect.
func NewCertificates(store CertificateStore, log *slog.Logger, now func() time.Time) *Certificates {
	dialer := &net.Dialer{Timeout: fetchTime, Control: func(_, address string, _ syscall.RawConn) error { return publicOnly(address) }}
	return &Certificates{store: store, log: log, now: now, check: provider.CheckCertificateURL, known: map[string]lookup{},
		client: &http.Client{Timeout: fetchTime, Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true,
			TLSHandshakeTimeout: fetchTime, MaxResponseHeaderBytes: maxCertificate},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// publicOnly refuses to dial what is not on the public internet.
func publicOnly(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("dial %s: %w", address, err)
	}
	ip := at.Addr().Unmap()
	shared := netip.MustParsePrefix("100.64.0.0/10")
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || shared.Contains(ip) {
		return fmt.Errorf("%s is no public address", ip)
	}
	return nil
}

// Certificate returns the certificate at an address, as provider.Certificates says.
func (cs *Certificates) Certificate(address string, at time.Time) (*x509.Certificate, error) {
	if err := cs.check(address); err != nil {
		return nil, err
	}
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if l, ok := cs.known[address]; ok && (l.err == nil || cs.now().Before(l.until)) {
		return l.leaf, l.err
	}
	leaf, err := cs.find(address, at)
	if len(cs.known) >= maxCertificates {
		clear(cs.known)
	}
	cs.known[address] = lookup{leaf, err, cs.now().Add(forgetMiss)}
	if err != nil {
		cs.log.Warn("could not get a sender's certificate", "url", address, "error", err)
	}
	return leaf, err
}

func (cs *Certificates) find(address string, at time.Time) (*x509.Certificate, error) {
	ctx, cancel := context.WithTimeout(context.Background(), fetchTime)
	defer cancel()
	text, found, err := cs.store.Certificate(ctx, address)
	if err != nil {
		return nil, err
	}
	if found {
		return provider.ReadCertificate(text, cs.roots, at)
	}
	if text, err = cs.fetch(ctx, address); err != nil {
		return nil, err
	}
	leaf, err := provider.ReadCertificate(text, cs.roots, at)
	if err != nil {
		return nil, err
	}
	return leaf, cs.store.PutCertificate(ctx, address, text)
}

var errTooManyFetches = errors.New("too many certificates were asked for in a short time")

// fetch asks the sender.
func (cs *Certificates) fetch(ctx context.Context, address string) ([]byte, error) {
	now := cs.now()
	if cs.filled.IsZero() {
		cs.tokens, cs.filled = fetchesAtOnce, now
	}
	cs.tokens = min(cs.tokens+now.Sub(cs.filled).Seconds()/fetchEvery.Seconds(), fetchesAtOnce)
	cs.filled = now
	if cs.tokens < 1 {
		return nil, errTooManyFetches
	}
	cs.tokens--
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
	text, err := io.ReadAll(io.LimitReader(res.Body, maxCertificate+1))
	if err != nil {
		return nil, fmt.Errorf("fetch certificate: %w", err)
	}
	if len(text) > maxCertificate {
		return nil, fmt.Errorf("fetch certificate: more than %d bytes", maxCertificate)
	}
	return text, nil
}
