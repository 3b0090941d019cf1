package doctor

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math"
	"strings"
	"time"
)

// soon is when an expiring certificate is worth a warning. A shorter-lived one is, in its last quarter.
const soon = 14 * 24 * time.Hour

// checkCertificate checks the certificate of the public URL as senders do: its authority, its name and its time.
func (e *examination) checkCertificate(state *tls.ConnectionState, host string) {
	const check = "certificate"
	if len(state.PeerCertificates) == 0 {
		return
	}
	leaf := state.PeerCertificates[0]
	now := e.Now()
	options := x509.VerifyOptions{DNSName: host, Roots: e.Roots, CurrentTime: now, Intermediates: x509.NewCertPool()}
	for _, more := range state.PeerCertificates[1:] {
		options.Intermediates.AddCert(more)
	}
	days := int(math.Floor(leaf.NotAfter.Sub(now).Hours() / 24))
	until := leaf.NotAfter.UTC().Format("2006-01-02")
	_, err := leaf.Verify(options)
	var (
		name      x509.HostnameError
		authority x509.UnknownAuthorityError
	)
	switch {
	case now.After(leaf.NotAfter):
		e.fail(check, "Renew it, and find out why that did not happen by itself. Senders refuse the connection.",
			"It expired on %s.", until)
	case now.Before(leaf.NotBefore):
		e.fail(check, "Check this machine's clock.", "It is valid only from %s "+
			"on.", leaf.NotBefore.UTC().Format(time.RFC3339))
	case errors.As(err, &name):
		e.fail(check, "Get a certificate for "+host+", or correct the host of --public-url.", "It is for %s, not "+
			"for %s.",
			names(leaf), host)
	case errors.As(err,
		&authority) && len(state.PeerCertificates) == 1 && leaf.Issuer.String() != leaf.Subject.String():
		e.fail(check, "Serve the whole chain, such as fullchain.pem instead of cert.pem.", "It comes without the "+
			"certificate of its issuer (%s), so senders cannot verify it.", leaf.Issuer.CommonName)
	case errors.As(err, &authority):
		e.fail(check, "Use one from an authority that senders trust, such as Let's Encrypt.", "It is signed by %s, "+
			"which "+
			"this machine does not trust, and neither do senders.", issuer(leaf))
	case err != nil:
		e.fail(check, "Replace it: senders refuse the connection.", "%s.", sentence(err))
	case leaf.NotAfter.Sub(now) < min(soon, leaf.NotAfter.Sub(leaf.NotBefore)/4):
		e.warn(check, "Check that it is renewed by itself: by now that should have happened.",
			"It is valid until %s, for %s.", until, many(days, "more day"))
	default:
		e.ok(check, "Valid for %s until %s, for %s; issued by %s.", host, until, many(days, "more day"), issuer(leaf))
	}
}

// names returns the names of a certificate, the first few of many.
func names(leaf *x509.Certificate) string {
	all := leaf.DNSNames
	for _, ip := range leaf.IPAddresses {
		all = append(all, ip.String())
	}
	if len(all) == 0 {
		return "no name"
	}
	return strings.Join(all[:min(len(all), mostNamed)], ", ")
}

// issuer returns who signed a certificate.
func issuer(leaf *x509.Certificate) string {
	if leaf.Issuer.CommonName != "" {
		return leaf.Issuer.CommonName
	}
	if leaf.Issuer.String() == leaf.Subject.String() {
		return "itself"
	}
	return leaf.Issuer.String()
}
