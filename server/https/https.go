// Package https holds the certificates with which a server speaks TLS itself. There are two sources: an ACME obtains
// and renews certificates from a certificate authority, and a Pair reads a certificate and its key from two files.
// Front is the handler of the plain HTTP port beside them: it answers the authority's challenges and redirects
// everybody else.
//
// It promises:
//
//   - A handshake waits for nothing: certificates are obtained and read in the background. There is no on-demand TLS
//     and no OCSP stapling.
//   - An ACME gives a certificate only for the names that the operator listed. It refuses every other server name.
//   - What worked stays in use: a pair of files that cannot be used, or a renewal that fails, does not replace the
//     certificate that is being served. Each failure is logged with what to do.
//   - Private keys are stored in files with mode 0600 in folders with mode 0700.
//   - Every connection to an authority passes the guard of outgoing connections: it is made with the HTTP client of
//     ACMEOptions only.
//
// Start reading at ACME.Run and Pair.Run. Package server chooses the source, and serves with its GetCertificate.
package https

import (
	"crypto/tls"
	"time"
)

// Certificate describes a certificate of a running server, for the log, the metrics and the diagnosis.
type Certificate struct {
	Name     string    `json:"name"`               // the host name that it is for; of a Pair, the first one
	NotAfter time.Time `json:"not_after,omitzero"` // zero: there is none yet
	Failure  string    `json:"failure,omitempty"`  // why the last attempt to obtain, renew or reload it failed
	NextTry  time.Time `json:"next_try,omitzero"`  // when the next attempt begins; zero: it is not known
}

// Left returns how long the certificate is still valid. It is negative for an expired one, and 0 if there is none.
func (c Certificate) Left(now time.Time) time.Duration {
	if c.NotAfter.IsZero() {
		return 0
	}
	return c.NotAfter.Sub(now)
}

// Config returns the configuration of a TLS server whose certificates come from get. protocols are offered in addition
// to those of HTTP. The rest are Go's defaults.
func Config(get func(*tls.ClientHelloInfo) (*tls.Certificate, error), protocols ...string) *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: get,
		NextProtos:     append([]string{"h2", "http/1.1"}, protocols...),
	}
}
