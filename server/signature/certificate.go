package signature

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// ErrUntrusted means that a certificate or its address, or a key, does not belong to the sender. It is final: another
// attempt gives the same result.
var ErrUntrusted = errors.New("not of the sender")

// errForeign is ErrUntrusted for a certificate.
var errForeign = fmt.Errorf("certificate %w", ErrUntrusted)

// Issuer says which certificates are a sender's: where it publishes them, and to whom they are made out. It is plain
// data, part of a Profile. The address of a certificate comes from the request, so anybody can write it: without these
// patterns, a sender could make the server fetch any URL, or trust a certificate of its own.
type Issuer struct {
	Name  string         // of the owner of the hosts, for people
	Hosts *regexp.Regexp // the whole name of a host
	Path  *regexp.Regexp // the whole path; it never has "%" or ".."
	Owner *regexp.Regexp // a whole name that the certificate is made out to

	// Alone: the sender publishes its certificate without those between it and a root, so no chain can be verified.
	// What vouches for it is the TLS certificate of the host that it is fetched from.
	Alone bool
}

// maxCertificateURL is the length of the longest address of a certificate, in bytes.
const maxCertificateURL = 300

// CheckURL returns an error that wraps ErrUntrusted unless address is one where the sender publishes certificates.
func (from *Issuer) CheckURL(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || len(address) > maxCertificateURL:
		return fmt.Errorf("%w: its address cannot be read", errForeign)
	case u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.Opaque != "":
		return fmt.Errorf("%w: its address is not plain https", errForeign)
	case u.Port() != "" && u.Port() != "443" || !from.Hosts.MatchString(u.Hostname()):
		return fmt.Errorf("%w: its address is not on one of the hosts of %s", errForeign, from.Name)
	case !from.Path.MatchString(u.EscapedPath()) || strings.Contains(u.EscapedPath(), "%") ||
		strings.Contains(u.Path, ".."):
		return fmt.Errorf("%w: its address is not among the certificates of %s", errForeign, from.Name)
	}
	return nil
}

// Read parses the certificate that was fetched from such an address, and verifies its chain up to one of the roots
// (nil: the system's) at the given time; of one that is Alone only the time. text is the leaf followed by
// intermediates, in PEM. Errors wrap ErrUntrusted.
func (from *Issuer) Read(text []byte, roots *x509.CertPool, at time.Time) (*x509.Certificate, error) {
	// The first certificate is the sender's own; the others only help to build the chain.
	var leaf *x509.Certificate
	intermediates := x509.NewCertPool()
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil || block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("%w: it cannot be read", errForeign)
		}
		if leaf == nil {
			leaf = c
		} else {
			intermediates.AddCert(c)
		}
	}
	if leaf == nil {
		return nil, fmt.Errorf("%w: there is none", errForeign)
	}
	names := append([]string{leaf.Subject.CommonName}, leaf.DNSNames...)
	if !slices.ContainsFunc(names, from.Owner.MatchString) {
		return nil, fmt.Errorf("%w: it is not made out to %s", errForeign, from.Name)
	}
	if from.Alone {
		if at.Before(leaf.NotBefore) || at.After(leaf.NotAfter) {
			return nil, fmt.Errorf("%w: it is not valid at this time", errForeign)
		}
		return leaf, nil
	}
	_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: intermediates, CurrentTime: at,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errForeign, err)
	}
	return leaf, nil
}

// NamesCertificate reports whether deliveries of this sender may name the certificate, or the published key, that they
// are signed with.
func (p *Profile) NamesCertificate() bool { return !p.Certificate.IsZero() || p.KeySet != "" }

// mayFetch reports whether this sender's certificate or key may be looked up for a request.
func (p *Profile) mayFetch(q *Request) bool {
	return q.Certificates != nil && p.fetches(q.Endpoint.Settings)
}

// fetches reports whether deliveries to an endpoint can be verified with what is looked up. They cannot if the endpoint
// lacks a setting that is signed.
func (p *Profile) fetches(settings map[string]string) bool {
	if !p.NamesCertificate() {
		return false
	}
	for i := range p.Schemes {
		if sc := &p.Schemes[i]; sc.byPublicKey() && sc.counts(settings) && sc.complete(settings) {
			return true
		}
	}
	return false
}

// FetchedLabel names what is looked up, in place of the label of a secret.
func (p *Profile) FetchedLabel() string {
	if p.KeySet != "" {
		return "key set"
	}
	return "certificate"
}

// Equal is a condition for a scheme: the text at one place of the delivery is that at another, or a constant.
type Equal struct {
	At payload.Selector
	Is payload.Selector // const:text or setting:name
}

// unfit returns the reason if the scheme is not for the request, because a condition does not hold; "" if it is. A
// setting that is missing is not the fault of the request: see complete.
func (sc *Scheme) unfit(q *Request) hook.Reason {
	for _, one := range sc.Where {
		_, isSetting := one.Is.Setting()
		want, got := q.Text(one.Is), q.Text(one.At)
		switch {
		case got == want || isSetting && Blank(want):
		case got == "":
			return hook.ReasonSignatureMissing
		case isSetting:
			return hook.ReasonSignatureMismatch
		default:
			return hook.ReasonSignatureMalformed
		}
	}
	return ""
}

// verifyByFetched verifies the request with the certificate that it names. f is the result of the endpoint's own
// secrets, which the certificate's result replaces. Nothing is looked up for a request that does not name an
// algorithm and an address of the sender.
func (p *Profile) verifyByFetched(q *Request, f Result) Result {
	if p.KeySet != "" {
		return p.verifyByKeySet(q, f)
	}
	address := q.Text(p.Certificate)
	if address == "" || !p.Algorithm.IsZero() && !strings.EqualFold(q.Text(p.Algorithm), "SHA256withRSA") {
		f.Reason = hook.ReasonSignatureMalformed
		return f
	}
	err := p.Issuer.CheckURL(address)
	var c *x509.Certificate
	if err == nil {
		c, err = q.Certificates.Certificate(p.Issuer, address, q.At)
	}
	if err != nil {
		f.Reason = notFetched(err, hook.ReasonCertificateUntrusted, hook.ReasonCertificateUnavailable)
		return f
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	return p.bestOf(q, p.Schemes, []hook.Secret{{Label: p.FetchedLabel(), Value: string(text)}})
}

// notFetched returns the reason for an error of Certificates: final or temporary. With the latter, verifying again
// later may succeed.
func notFetched(err error, final, temporary hook.Reason) hook.Reason {
	if errors.Is(err, ErrUntrusted) {
		return final
	}
	return temporary
}
