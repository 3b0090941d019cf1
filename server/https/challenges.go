package https

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/mholt/acmez/v3"
	"github.com/mholt/acmez/v3/acme"
)

// challengePath is the prefix of the paths that an authority requests to see that a name belongs to this server
// (RFC 8555 §8.3).
const challengePath = "/.well-known/acme-challenge/"

// challenges are the proofs that an authority may ask for at this moment. They exist in memory only, while a
// certificate is being obtained. The HTTP proofs are answered on the plain HTTP port, the TLS ones by the TLS server.
type challenges struct {
	mu   sync.RWMutex
	http map[string]string           // by host and path: the response
	tls  map[string]*tls.Certificate // by host
}

func newChallenges() *challenges {
	return &challenges{http: map[string]string{}, tls: map[string]*tls.Certificate{}}
}

// answer returns the response to an authority's request for host and path.
func (c *challenges) answer(host, path string) (text string, found bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	text, found = c.http[serverName(hostOnly(host))+path]
	return text, found
}

// certificate returns the proof that an authority asks for by a TLS handshake, or nil.
func (c *challenges) certificate(host string) *tls.Certificate {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.tls[host]
}

// httpSolver is the acmez.Solver of http-01 challenges.
type httpSolver struct{ *challenges }

// Present makes a proof available.
func (s httpSolver) Present(_ context.Context, c acme.Challenge) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.http[c.Identifier.Value+c.HTTP01ResourcePath()] = c.KeyAuthorization
	return nil
}

// CleanUp removes it.
func (s httpSolver) CleanUp(_ context.Context, c acme.Challenge) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.http, c.Identifier.Value+c.HTTP01ResourcePath())
	return nil
}

// tlsSolver is the acmez.Solver of tls-alpn-01 challenges.
type tlsSolver struct{ *challenges }

// Present makes a proof available.
func (s tlsSolver) Present(_ context.Context, c acme.Challenge) error {
	proof, err := acmez.TLSALPN01ChallengeCert(c)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tls[c.Identifier.Value] = proof
	return nil
}

// CleanUp removes it.
func (s tlsSolver) CleanUp(_ context.Context, c acme.Challenge) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tls, c.Identifier.Value)
	return nil
}

// ServeChallenge answers an authority's request on the plain HTTP port. It returns false, and has written nothing, if r
// is not one that it waits for.
func (a *ACME) ServeChallenge(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodGet || !strings.HasPrefix(r.URL.Path, challengePath) {
		return false
	}
	text, found := a.challenges.answer(r.Host, r.URL.Path)
	if !found {
		return false
	}
	a.log.Debug("the certificate authority checked a name by HTTP", "name", hostOnly(r.Host))
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write([]byte(text)) // an error means that the client has left
	return true
}

// hostOnly returns a Host header without its port.
func hostOnly(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}
