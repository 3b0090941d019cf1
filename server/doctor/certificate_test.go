package doctor

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// authority signs the certificates of a test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// issue returns a certificate of this authority, or one that signs itself for the zero authority.
func (a authority) issue(t *testing.T, name string, from, until time.Time, isCA bool) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: from,
		NotAfter: until, DNSNames: []string{name}, IsCA: isCA, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	if a.cert == nil {
		a = authority{template, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{cert, key}
}

func TestACertificateIsJudgedAsSendersDo(t *testing.T) {
	const day, host = 24 * time.Hour, "hooks.example.com"
	long, past := noon.Add(3650*day), noon.Add(-100*day)
	root := authority{}.issue(t, "Root", past, long, true)
	middle := root.issue(t, "Middle", past, long, true)
	stranger := authority{}.issue(t, "Stranger", past, long, true)
	roots := x509.NewCertPool()
	roots.AddCert(root.cert)
	leaf := func(by authority, name string, from, until time.Time) *x509.Certificate {
		return by.issue(t, name, from, until, false).cert
	}
	for name, c := range map[string]struct {
		chain  []*x509.Certificate
		status Status
		says   string
	}{
		"valid": {[]*x509.Certificate{leaf(middle, host, past, noon.Add(60*day)), middle.cert}, OK,
			"until 2027-01-27, for 60 more days; issued by Middle"},
		"soon over": {[]*x509.Certificate{leaf(root, host, past, noon.Add(5*day))}, Warning, "for 5 more days"},
		"short-lived, as it should be": {[]*x509.Certificate{leaf(root, host, noon.Add(-2*day), noon.Add(4*day))}, OK,
			"for 4 more days"},
		"expired": {[]*x509.Certificate{leaf(root, host, past, noon.Add(-day))}, Problem, "expired on " +
			"2026-11-27"},
		"not yet": {[]*x509.Certificate{leaf(root, host, noon.Add(day), long)}, Problem, "valid only from"},
		"another name": {[]*x509.Certificate{leaf(root, "www.example.com", past, long)}, Problem, "for " +
			"www.example.com"},
		"no chain": {[]*x509.Certificate{leaf(middle, host, past, long)}, Problem, "without the certificate " +
			"of its"},
		"self-signed": {[]*x509.Certificate{leaf(authority{}, host, past, long)}, Problem, "does not trust"},
		"of a stranger": {[]*x509.Certificate{leaf(stranger, host, past, long), stranger.cert}, Problem, "by " +
			"Stranger"},
		"no certificate": {nil, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := &examination{Options: Options{Roots: roots, Now: func() time.Time { return noon }}}
			e.checkCertificate(&tls.ConnectionState{PeerCertificates: c.chain}, host)
			if c.status == "" {
				if len(e.findings) > 0 {
					t.Errorf("got %+v", e.findings)
				}
				return
			}
			f := e.findings[0]
			if len(e.findings) != 1 || f.Status != c.status || !strings.Contains(f.Detail, c.says) ||
				(f.Action == "") != (c.status == OK) {
				t.Errorf("got %+v", e.findings)
			}
		})
	}
}
