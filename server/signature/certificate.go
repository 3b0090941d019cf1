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

// ErrUntrusted says that a certificate, or the address of one, is not the sender's.
var ErrUntrusted = errors.New("not a certificate of the sender")

// paypalHosts are the only ones that PayPal's certificates are fetched from: its APIs.
func paypalHosts() []string {
	return []string{"api.paypal.com", "api-m.paypal.com", "api.sandbox.paypal.com", "api-m.sandbox.paypal.com"}
}

// CheckCertificateURL returns an error that is ErrUntrusted for an address that PayPal keeps no
// certificates at.
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

// ReadCertificate takes the certificate out of what was found at such an address, checked up to one of
// the roots (nil: the system's) as of a moment. Its error is ErrUntrusted.
func ReadCertificate(text []byte, roots *x509.CertPool, at time.Time) (*x509.Certificate, error) {
	var leaf *x509.Certificate
	between := x509.NewCertPool()
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil || block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("%w: it cannot be read", ErrUntrusted)
		}
		if leaf == nil {
			leaf = c
		} else {
			between.AddCert(c)
		}
	}
	if leaf == nil {
		return nil, fmt.Errorf("%w: there is none", ErrUntrusted)
	}
	names := append([]string{leaf.Subject.CommonName}, leaf.DNSNames...)
	if !slices.ContainsFunc(names, func(name string) bool { return strings.HasSuffix(name, ".paypal.com") }) {
		return nil, fmt.Errorf("%w: it is not made out to paypal.com", ErrUntrusted)
	}
	_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: at,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	return leaf, nil
}

// NamesCertificate reports whether this sender's deliveries name the certificate that they are signed with.
func (p *Profile) NamesCertificate() bool { return !p.Certificate.IsZero() }

// fetches reports whether this sender's certificate may be looked up for the endpoint.
func (p *Profile) fetches(q *Request) bool {
	return !p.Certificate.IsZero() && q.Certificates != nil && p.Schemes[0].complete(q.Endpoint.Settings)
}

// verifyByFetched checks with the certificate that the request names. Nothing is looked up for a
// request that does not look like the sender's.
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
	case err != nil:
		f.Reason = hook.ReasonCertificateUnavailable
		return f
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	return p.Schemes[0].try(q, []hook.Secret{{Label: "certificate", Value: string(text)}})
}
