package signature

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"hookbeam/server/hook"
)

// ErrUntrusted means that a certificate, or its address, does not belong to the sender. It is final: another
// attempt gives the same result.
var ErrUntrusted = errors.New("not a certificate of the sender")

// paypalHosts returns the only hosts from which PayPal's certificates are fetched. They are those of its APIs.
func paypalHosts() []string {
	return []string{"api.paypal.com", "api-m.paypal.com", "api.sandbox.paypal.com", "api-m.sandbox.paypal.com"}
}

// CheckCertificateURL returns an error that wraps ErrUntrusted unless address is one where PayPal publishes
// certificates. The address comes from the request, so anybody can write it: without this check, a sender could
// make the server fetch any URL, or trust a certificate of its own.
func CheckCertificateURL(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || len(address) > 300:
		return fmt.Errorf("%w: its address cannot be read", ErrUntrusted)
	case u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "":
		return fmt.Errorf("%w: its address is not plain https", ErrUntrusted)
	case u.Port() != "" && u.Port() != "443" || !slices.Contains(paypalHosts(), u.Hostname()):
		return fmt.Errorf("%w: its address is not on one of PayPal's API hosts", ErrUntrusted)
	case !strings.HasPrefix(u.EscapedPath(), "/v1/notifications/certs/") ||
		strings.Contains(u.EscapedPath(), "%") || strings.Contains(u.Path, ".."):
		return fmt.Errorf("%w: its address is not among PayPal's certificates", ErrUntrusted)
	}
	return nil
}

// ReadCertificate parses the certificate that was fetched from such an address, and verifies its chain up to one of
// the roots (nil: the system's) at the given time. text is the leaf followed by intermediates, in PEM. The name of
// the leaf must belong to paypal.com. Errors wrap ErrUntrusted.
func ReadCertificate(text []byte, roots *x509.CertPool, at time.Time) (*x509.Certificate, error) {
	// The first certificate is the sender's own; the others only help to build the chain.
	var leaf *x509.Certificate
	intermediates := x509.NewCertPool()
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil || block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("%w: it cannot be read", ErrUntrusted)
		}
		if leaf == nil {
			leaf = c
		} else {
			intermediates.AddCert(c)
		}
	}
	if leaf == nil {
		return nil, fmt.Errorf("%w: there is none", ErrUntrusted)
	}
	names := append([]string{leaf.Subject.CommonName}, leaf.DNSNames...)
	if !slices.ContainsFunc(names, func(name string) bool { return strings.HasSuffix(name, ".paypal.com") }) {
		return nil, fmt.Errorf("%w: it is not made out to paypal.com", ErrUntrusted)
	}
	_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: intermediates, CurrentTime: at,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	return leaf, nil
}

// NamesCertificate reports whether this sender's deliveries name the certificate that they are signed with.
func (p *Profile) NamesCertificate() bool { return !p.Certificate.IsZero() }

// mayFetch reports whether this sender's certificate may be looked up for a request. It may not if the endpoint
// lacks a setting that is signed, because the signature cannot verify then.
func (p *Profile) mayFetch(q *Request) bool {
	return !p.Certificate.IsZero() && q.Certificates != nil && p.Schemes[0].complete(q.Endpoint.Settings)
}

// verifyByFetched verifies the request with the certificate that it names. f is the result of the endpoint's own
// secrets, which the certificate's result replaces. Nothing is looked up for a request that does not name an
// algorithm and an address of the sender.
func (p *Profile) verifyByFetched(q *Request, f Result) Result {
	address := q.Text(p.Certificate)
	if address == "" || !strings.EqualFold(q.Text(p.Algorithm), "SHA256withRSA") {
		f.Reason = hook.ReasonSignatureMalformed
		return f
	}
	err := CheckCertificateURL(address)
	var c *x509.Certificate
	if err == nil {
		c, err = q.Certificates.Certificate(address, q.At)
	}
	switch {
	case errors.Is(err, ErrUntrusted):
		f.Reason = hook.ReasonCertificateUntrusted
		return f
	case err != nil: // temporary: verifying again later may succeed
		f.Reason = hook.ReasonCertificateUnavailable
		return f
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	return p.Schemes[0].verify(q, []hook.Secret{{Label: "certificate", Value: string(text)}})
}
