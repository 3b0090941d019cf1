package signature

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"hookbeam/server/hook"
)

// KeyForm says how a secret, which is text, is converted to a key. A profile's schemes and its SecretRule name the
// forms.
type KeyForm int

// The forms of secrets.
const (
	// AsText: the bytes of the secret are the key.
	AsText KeyForm = iota
	// FromHex: the secret is the key in hex.
	FromHex
	// FromBase64: the secret is the key in base64, with or without padding, in the standard or the URL alphabet.
	FromBase64
	// FromWhsec: the secret is the key in base64, with or without whsec_ before it (Standard Webhooks). Some senders
	// show the key as text instead; see whsecReadings.
	FromWhsec
	// FromWhpk: the secret is an Ed25519 public key in base64 after whpk_ (Standard Webhooks).
	FromWhpk
	// FromHexPublic: the secret is an Ed25519 public key in hex.
	FromHexPublic
	// FromSPKI: the secret is an ECDSA public key on P-256, as DER of its SubjectPublicKeyInfo in base64.
	FromSPKI
	// FromPEM: the secret is a certificate in PEM with an RSA key. It must be valid when a delivery is received.
	FromPEM
	// FromBase64Public: the secret is an Ed25519 public key in base64.
	FromBase64Public
	// FromPublicKey: the secret is a public key in PEM, or as a JWK (RFC 7517): RSA, ECDSA on P-256, or Ed25519.
	FromPublicKey
	// HashedWithSHA1: the SHA-1 of the secret's bytes is the key.
	HashedWithSHA1
	// AsNFKD: the bytes of the secret in Unicode's form NFKD are the key, in which é is e and an accent.
	AsNFKD
)

// key is a secret that was converted to a key. Exactly one field besides id is set: bytes for shared secrets, one of
// the others for public keys. id is that of a JWK; "" if it has none.
type key struct {
	id      string
	bytes   []byte
	ed25519 ed25519.PublicKey
	ecdsa   *ecdsa.PublicKey
	rsa     *rsa.PublicKey
}

// key converts a secret to a key. It returns false if the secret has another form, is blank, makes a key that is
// publicly known (such as one of zeros), or is a certificate that is not valid at now. A zero now accepts any
// certificate.
func (f KeyForm) key(secret string, now time.Time) (k key, ok bool) {
	k, ok = f.parse(secret)
	if f == FromPEM && !now.IsZero() {
		k.rsa = certificateKey(secret, now)
		ok = k.rsa != nil
	}
	return k, ok
}

// parse is key without the key of a certificate, so it accepts certificates of any age.
func (f KeyForm) parse(secret string) (k key, ok bool) {
	if Blank(secret) {
		return k, false
	}
	var err error
	switch f {
	case AsText:
		k.bytes = []byte(secret)
	case AsNFKD:
		k.bytes = norm.NFKD.Bytes([]byte(secret))
	case HashedWithSHA1:
		sum := sha1.Sum([]byte(secret))
		k.bytes = sum[:]
	case FromHex:
		k.bytes, err = hex.DecodeString(secret)
	case FromBase64:
		k.bytes, _ = decodeAnyBase64(secret)
		return k, !isZeroKey(k.bytes)
	case FromPublicKey:
		return publicKeyIn(secret)
	case FromWhpk, FromHexPublic, FromBase64Public:
		k.ed25519 = ed25519Key(f, secret)
		return k, k.ed25519 != nil
	case FromSPKI:
		k.ecdsa = ecdsaKey(secret)
		return k, k.ecdsa != nil
	case FromPEM:
		return k, certificateOf(secret) != nil
	}
	return k, err == nil && !isZeroKey(k.bytes)
}

// ed25519Key parses a public key of Ed25519; nil if it is none or has small order.
func ed25519Key(f KeyForm, secret string) ed25519.PublicKey {
	var b []byte
	if f == FromHexPublic {
		b, _ = hex.DecodeString(secret)
	} else if f == FromBase64Public {
		b, _ = decodeAnyBase64(secret)
	} else if coded, marked := strings.CutPrefix(secret, "whpk_"); marked {
		b, _ = base64.StdEncoding.DecodeString(coded)
	}
	if len(b) != ed25519.PublicKeySize || smallOrder(b) {
		return nil
	}
	return b
}

// ecdsaKey parses a public key of ECDSA on P-256 in base64 of its DER; nil if it is none.
func ecdsaKey(secret string) *ecdsa.PublicKey {
	der, err := base64.StdEncoding.DecodeString(secret)
	if err != nil {
		return nil
	}
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil
	}
	if public, ok := parsed.(*ecdsa.PublicKey); ok && public.Curve == elliptic.P256() {
		return public
	}
	return nil
}

// certificateOf parses a certificate in PEM; nil if it is none.
func certificateOf(secret string) *x509.Certificate {
	block, _ := pem.Decode([]byte(secret))
	if block == nil || block.Type != "CERTIFICATE" {
		return nil
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil
	}
	return c
}

// certificateKey returns the RSA key of a certificate that is valid now; nil if there is none.
func certificateKey(secret string, now time.Time) *rsa.PublicKey {
	c := certificateOf(secret)
	if c == nil || now.Before(c.NotBefore) || now.After(c.NotAfter) {
		return nil
	}
	public, _ := c.PublicKey.(*rsa.PublicKey)
	return public
}

// SecretsOf returns the secrets that an endpoint can verify with: its own that are not blank, and a certificate in
// its settings if the sender's profile allows one.
func (p *Profile) SecretsOf(e *hook.Endpoint) []hook.Secret {
	secrets := NotBlank(e.Secrets)
	if pinned := e.Settings["certificate"]; p.Secrets.Pinned && !Blank(pinned) {
		return append(secrets[:len(secrets):len(secrets)], hook.Secret{Label: "certificate", Value: pinned})
	}
	return secrets
}

// NotBlank returns the secrets that are not blank. Blank ones cannot be saved, but other programs may have changed
// the database.
func NotBlank(secrets []hook.Secret) []hook.Secret {
	isBlank := func(s hook.Secret) bool { return Blank(s.Value) }
	if !slices.ContainsFunc(secrets, isBlank) {
		return secrets
	}
	return slices.DeleteFunc(slices.Clone(secrets), isBlank)
}
