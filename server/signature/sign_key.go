package signature

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

// NewKey makes a key pair of the kind that a sender signs with who has a private key, and returns its
// public half in the form that an endpoint takes as a secret. It fails with ErrWrongKey for a sender
// who has none.
func (p *Profile) NewKey(at time.Time) (key crypto.Signer, public string, err error) {
	if p.Messages {
		return newEd25519(FromWhpk)
	}
	for i := range p.Schemes {
		switch sc := &p.Schemes[i]; sc.Kind {
		case Ed25519:
			return newEd25519(sc.Key)
		case ECDSAP256:
			return newECDSA()
		case RSACertificate:
			return newCertificate(at)
		}
	}
	return nil, "", ErrWrongKey
}

// OnlyByKey reports whether a sender signs with a private key and never with a secret that it shares.
func (p *Profile) OnlyByKey() bool {
	for i := range p.Schemes {
		if k := p.Schemes[i].Kind; k != Ed25519 && k != ECDSAP256 && k != RSACertificate {
			return false
		}
	}
	return len(p.Schemes) > 0
}

// newEd25519 makes a key whose public half is written in a form.
func newEd25519(form KeyForm) (crypto.Signer, string, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if form == FromHexPublic {
		return private, hex.EncodeToString(public), err
	}
	return private, "whpk_" + base64.StdEncoding.EncodeToString(public), err
}

// newECDSA makes a key on P-256.
func newECDSA() (crypto.Signer, string, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, "", fmt.Errorf("make a key: %w", err)
	}
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	return private, base64.StdEncoding.EncodeToString(der), err
}

// newCertificate makes an RSA key, and for its public half a certificate that it signs itself and that
// holds for a day.
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
