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
	"slices"
	"strings"
	"time"
)

// NewKey creates a key pair for a sender that signs with a private key. public is the public half in the form that
// an endpoint accepts as a secret. It returns ErrWrongKey for a sender that signs with shared secrets only. at is
// the beginning of a certificate's validity.
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
		case RSAKey, JWT:
			if sc.byPublicKey() {
				return sc.newPublished()
			}
		}
	}
	return nil, "", ErrWrongKey
}

// OnlyByKey reports whether the sender signs with private keys only, and never with a shared secret.
func (p *Profile) OnlyByKey() bool {
	for i := range p.Schemes {
		if !p.Schemes[i].byPublicKey() {
			return false
		}
	}
	return len(p.Schemes) > 0
}

// newPublished creates a key of the kind that the scheme's signatures need. The public key is returned in PEM.
func (sc *Scheme) newPublished() (key crypto.Signer, public string, err error) {
	if sc.Kind == JWT && slices.Contains(sc.Claims.Algorithms, "ES256") {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	} else {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		return nil, "", fmt.Errorf("make a key: %w", err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, "", fmt.Errorf("make a key: %w", err)
	}
	return key, strings.TrimSpace(string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))), nil
}

// newEd25519 creates a key. The public key is returned in the given form, in hex or in base64, after whpk_ if the
// sender writes it so.
func newEd25519(form KeyForm) (crypto.Signer, string, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	switch form {
	case FromHexPublic:
		return private, hex.EncodeToString(public), err
	case FromBase64Public:
		return private, base64.StdEncoding.EncodeToString(public), err
	}
	return private, "whpk_" + base64.StdEncoding.EncodeToString(public), err
}

// newECDSA creates a key on P-256. The public key is returned in base64 of its DER.
func newECDSA() (crypto.Signer, string, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, "", fmt.Errorf("make a key: %w", err)
	}
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	return private, base64.StdEncoding.EncodeToString(der), err
}

// newCertificate creates an RSA key and a self-signed certificate in PEM that is valid for a day.
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
