package provider

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// NewKey makes a key pair of the kind that a sender signs with who has a private key, and returns its public half in
// the form that an endpoint takes as a secret. It fails with ErrWrongKey for a sender who has none.
func (p *Provider) NewKey(at time.Time) (key crypto.Signer, public string, err error) {
	if p.sign != nil {
		return newEdwards(fromWhpk)
	}
	for i := range p.rules {
		switch ru := &p.rules[i]; ru.kind {
		case edwards:
			return newEdwards(ru.key)
		case ecdsaP256:
			return newECDSA()
		case certificate:
			return newCertificate(at)
		}
	}
	return nil, "", ErrWrongKey
}

// OnlyByKey reports whether a sender signs with a private key and never with a secret that it shares.
func (p *Provider) OnlyByKey() bool {
	for i := range p.rules {
		if k := p.rules[i].kind; k != edwards && k != ecdsaP256 && k != certificate {
			return false
		}
	}
	return len(p.rules) > 0
}

func newEdwards(form keyForm) (crypto.Signer, string, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if form == fromHexPublic {
		return private, hex.EncodeToString(public), err
	}
	return private, "whpk_" + base64.StdEncoding.EncodeToString(public), err
}

func newECDSA() (crypto.Signer, string, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, "", fmt.Errorf("make a key: %w", err)
	}
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	return private, base64.StdEncoding.EncodeToString(der), err
}

// newCertificate makes an RSA key, and for its public half a certificate that it signs itself and that holds for a day.
func newCertificate(at time.Time) (crypto.Signer, string, error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, "", fmt.Errorf("make a key: %w", err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(at.Unix()), Subject: pkix.Name{CommonName: "sample"},
		NotBefore: at.Add(-time.Hour), NotAfter: at.Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, private.Public(), private)
	if err != nil {
		return nil, "", fmt.Errorf("make a certificate: %w", err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return private, strings.TrimSpace(string(text)), nil
}
