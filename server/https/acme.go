package https

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/caddyserver/certmagic"
	"github.com/mholt/acmez/v3"
	"github.com/mholt/acmez/v3/acme"
)

// LetsEncrypt is the directory of the authority that is used if no other is named.
const LetsEncrypt = certmagic.LetsEncryptProductionCA

// ACMEProtocol is the TLS protocol by which an authority checks a name (RFC 8737). The server must offer it.
const ACMEProtocol = acmez.ACMETLS1Protocol

// renewEvery is the interval at which certificates are checked for renewal. A check reads only memory.
const renewEvery = time.Minute

// ACMEOptions configure an ACME. Fields are required unless their comment says otherwise.
type ACMEOptions struct {
	Folder  string   // for certificates, keys and the account
	Domains []string // as Domains returns them
	Email   string   // for the authority's messages; may be empty
	CA      string   // URL of the authority's directory; "": LetsEncrypt
	Client  *http.Client
	ByHTTP  bool // names can be proved on the plain HTTP port
	ByTLS   bool // names can be proved on the TLS port
	Log     *slog.Logger
	Now     func() time.Time
	// After returns a channel as time.After does. nil: time.After.
	After func(time.Duration) <-chan time.Time
	// RenewEvery is the interval of checks for renewal. 0: a minute.
	RenewEvery time.Duration
}

// ACME obtains a certificate for each domain from a certificate authority, stores it and renews it. NewACME makes it,
// and loads what is stored; Run does the work, and Close must be called in any case.
type ACME struct {
	ACMEOptions
	log        *slog.Logger
	issuer     *issuer
	storage    *storage
	cache      *certmagic.Cache
	config     *certmagic.Config
	challenges *challenges
	close      func()

	mu       sync.Mutex
	failures map[string]failure // by domain
}

// failure is the last attempt for a domain, which failed.
type failure struct {
	why     string
	times   int       // in a row
	nextTry time.Time // not before
}

// NewACME opens the storage and loads the certificates in it. It connects to nobody.
func NewACME(o ACMEOptions) (*ACME, error) {
	if o.CA == "" {
		o.CA = LetsEncrypt
	}
	if o.After == nil {
		o.After = time.After
	}
	if o.RenewEvery == 0 {
		o.RenewEvery = renewEvery
	}
	stored, err := openStorage(o.Folder)
	if err != nil {
		return nil, fmt.Errorf("open the folder of certificates: %w", err)
	}
	a := &ACME{
		ACMEOptions: o,
		log:         o.Log,
		storage:     stored,
		challenges:  newChallenges(),
		failures:    map[string]failure{},
	}
	a.issuer = &issuer{directory: o.CA, key: authorityKey(o.CA), email: o.Email, client: o.Client, storage: stored,
		solvers: map[string]acmez.Solver{}, log: slog.New(quieter{o.Log.Handler()})}
	if o.ByHTTP {
		a.issuer.solvers[acme.ChallengeTypeHTTP01] = httpSolver{a.challenges}
	}
	if o.ByTLS {
		a.issuer.solvers[acme.ChallengeTypeTLSALPN01] = tlsSolver{a.challenges}
	}
	logger := zapLogger(o.Log)
	var config atomic.Pointer[certmagic.Config] // the cache's goroutine reads it
	a.cache = certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert:   func(certmagic.Certificate) (*certmagic.Config, error) { return config.Load(), nil },
		RenewCheckInterval: o.RenewEvery,
		OCSPCheckInterval:  100 * 365 * 24 * time.Hour, // never: see OCSP below
		Logger:             logger,
	})
	a.config = certmagic.New(a.cache, certmagic.Config{
		Issuers: []certmagic.Issuer{a.issuer},
		Storage: stored,
		OCSP:    certmagic.OCSPConfig{DisableStapling: true},
		OnEvent: a.note,
		Logger:  logger,
	})
	config.Store(a.config)
	a.close = sync.OnceFunc(func() {
		a.cache.Stop()
		stored.held.Wait() // a renewal under way ends soon: its context has ended
	})
	for _, name := range o.Domains {
		if err := a.load(context.Background(), name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			a.log.Warn("a stored certificate cannot be used; another one is obtained", "name", name, "error", err)
		}
	}
	return a, nil
}

// authorityKey returns a file name for an authority.
func authorityKey(directory string) string {
	u, err := url.Parse(directory)
	if err != nil {
		return certmagic.StorageKeys.Safe(directory)
	}
	return certmagic.StorageKeys.Safe(u.Host + "-" + strings.ReplaceAll(strings.Trim(u.Path, "/"), "/", "-"))
}

// Close ends the background work and waits for it. It may be called more than once.
func (a *ACME) Close() { a.close() }

// load brings a stored certificate into use. It returns fs.ErrNotExist if there is none.
func (a *ACME) load(ctx context.Context, name string) error {
	_, err := a.config.CacheManagedCertificate(ctx, name)
	return err
}

// current returns the certificate of a domain that expires last, or nil.
func (a *ACME) current(name string) *tls.Certificate {
	var best *tls.Certificate
	for _, c := range a.cache.AllMatchingCertificates(name) {
		if best == nil || c.Leaf.NotAfter.After(best.Leaf.NotAfter) {
			best = &c.Certificate
		}
	}
	return best
}

// GetCertificate chooses the certificate of a handshake, for tls.Config. A client that names no domain of this server
// gets the alert unrecognized_name, which crypto/tls sends where there is neither a certificate nor an error.
func (a *ACME) GetCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := serverName(hello.ServerName)
	if !slices.Contains(a.Domains, name) {
		return nil, nil
	}
	if slices.Equal(hello.SupportedProtos, []string{ACMEProtocol}) {
		if proof := a.challenges.certificate(name); proof != nil {
			a.log.Debug("the certificate authority checked a name by TLS", "name", name)
			return proof, nil
		}
		return nil, errors.New("no certificate is being obtained for this name")
	}
	if c := a.current(name); c != nil {
		return c, nil
	}
	return nil, errors.New("the certificate for this name is still being obtained")
}

// List describes the certificate of each domain.
func (a *ACME) List() []Certificate {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := make([]Certificate, 0, len(a.Domains))
	for _, name := range a.Domains {
		c := Certificate{Name: name, Failure: a.failures[name].why, NextTry: a.failures[name].nextTry}
		if held := a.current(name); held != nil {
			c.NotAfter = held.Leaf.NotAfter
		}
		list = append(list, c)
	}
	return list
}

// Run obtains the certificates that are missing, and renews all of them, until ctx ends.
func (a *ACME) Run(ctx context.Context) error {
	defer a.Close()
	var obtaining sync.WaitGroup
	for _, name := range a.Domains {
		if c := a.current(name); c != nil {
			a.log.Info("using the stored certificate", "name", name, "not_after", c.Leaf.NotAfter)
			continue
		}
		obtaining.Go(func() { a.obtain(ctx, name) })
	}
	if err := a.cache.RenewManagedCertificates(ctx); err != nil { // at once, and then at every interval
		a.log.Error("cannot renew certificates", "error", err)
	}
	<-ctx.Done()
	obtaining.Wait()
	return nil
}

// obtain tries to obtain a certificate until it succeeds or ctx ends.
func (a *ACME) obtain(ctx context.Context, name string) {
	for {
		a.log.Info("certificate is being obtained; until it is there, HTTPS does not answer for this name",
			"name", name, "authority", a.CA)
		err := a.obtainOnce(ctx, name)
		if err == nil {
			a.log.Info("certificate obtained", "name", name, "not_after", a.current(name).Leaf.NotAfter)
			return
		}
		if ctx.Err() != nil {
			return
		}
		pause := a.fail(name, err)
		a.log.Error("certificate could not be obtained: "+advice(name, err), "name", name, "authority", a.CA,
			"error", explain(err), "next_try_in", pause)
		select {
		case <-a.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

// obtainOnce tries once. What is stored and cannot be used is removed first: certmagic would keep it.
func (a *ACME) obtainOnce(ctx context.Context, name string) error {
	if err := a.load(ctx, name); err == nil {
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		folder := certmagic.StorageKeys.CertsSitePrefix(a.issuer.key, name)
		if err := a.storage.Delete(ctx, folder); err != nil {
			return fmt.Errorf("remove a certificate that cannot be used: %w", err)
		}
	}
	if err := a.config.ObtainCertSync(ctx, name); err != nil {
		return err
	}
	return a.load(ctx, name)
}

// errTooEarly keeps certmagic from asking an authority again that has just refused.
var errTooEarly = errors.New("the authority is asked again later")

// note is certmagic's callback. It reports the renewals, which certmagic does by itself. certmagic would try a failed
// one more often than public authorities allow, so an attempt that comes too early is refused by an error.
func (a *ACME) note(_ context.Context, event string, data map[string]any) error {
	name, _ := data["identifier"].(string)
	renewal, _ := data["renewal"].(bool)
	switch event {
	case "cert_obtaining":
		a.mu.Lock()
		defer a.mu.Unlock()
		if renewal && a.Now().Before(a.failures[name].nextTry) {
			return errTooEarly
		}
	case "cert_obtained":
		a.succeed(name)
		if renewal {
			a.log.Info("certificate renewed", "name", name)
		}
	case "cert_failed":
		err, _ := data["error"].(error)
		if !renewal || err == nil || errors.Is(err, context.Canceled) {
			break
		}
		pause := a.fail(name, err)
		left, _ := data["remaining"].(time.Duration)
		a.log.Error("certificate could not be renewed; the old one stays in use: "+advice(name, err), "name", name,
			"authority", a.CA, "error", explain(err), "expires_in", left.Round(time.Minute), "next_try_in",
			pause)
	}
	return nil
}

// fail records the failure of a domain, and returns how long to wait before the next attempt.
func (a *ACME) fail(name string, err error) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	times := a.failures[name].times
	pause := retryAfter(times, err)
	a.failures[name] = failure{why: explain(err), times: times + 1, nextTry: a.Now().Add(pause)}
	return pause
}

// succeed forgets the failures of a domain.
func (a *ACME) succeed(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.failures, name)
}
