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

	"hookbeam/server/hook"
)

// KeyForm says how a secret becomes a key.
type KeyForm int

// The forms of secrets.
const (
	AsText         KeyForm = iota // its bytes as they are
	FromHex                       // written in hex
	FromBase64                    // written in base64
	FromWhsec                     // base64 behind whsec_, or without it
	FromWhpk                      // an Ed25519 public key in base64 behind whpk_
	FromHexPublic                 // an Ed25519 public key in hex
	FromSPKI                      // an ECDSA public key in base64
	FromPEM                       // a certificate
	HashedWithSHA1                // the SHA-1 of its bytes
)

// key is a secret made ready.
type key struct {
	bytes   []byte
	ed25519 ed25519.PublicKey
	ecdsa   *ecdsa.PublicKey
	rsa     *rsa.PublicKey
}

// of makes a key of a secret; false where the secret has another form, is blank, makes a key that
// anybody has, or has expired.
func (f KeyForm) of(secret string, now time.Time) (k key, ok bool) {
	k, ok = f.read(secret)
	if f == FromPEM {
		k.rsa = certificateKey(secret, now)
		ok = k.rsa != nil
	}
	return k, ok
}

// read is of for a certificate of any age, whose key it leaves out.
func (f KeyForm) read(secret string) (k key, ok bool) {
	if Blank(secret) {
		return k, false
	}
	var err error
	switch f {
	case AsText:
		k.bytes = []byte(secret)
	case HashedWithSHA1:
		sum := sha1.Sum([]byte(secret))
		k.bytes = sum[:]
	case FromHex:
		k.bytes, err = hex.DecodeString(secret)
	case FromBase64:
		k.bytes, err = base64.StdEncoding.DecodeString(secret)
	case FromWhsec:
		k.bytes, err = base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	case FromWhpk, FromHexPublic:
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

// ed25519Key reads a public key of Ed25519.
func ed25519Key(f KeyForm, secret string) ed25519.PublicKey {
	var b []byte
	if f == FromHexPublic {
		b, _ = hex.DecodeString(secret)
	} else if coded, marked := strings.CutPrefix(secret, "whpk_"); marked {
		b, _ = base64.StdEncoding.DecodeString(coded)
	}
	if len(b) != ed25519.PublicKeySize || smallOrder(b) {
		return nil
	}
	return b
}

// ecdsaKey reads a public key of ECDSA on P-256.
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

// certificateOf reads a certificate in PEM.
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

// certificateKey reads the RSA key of a certificate that is valid now.
func certificateKey(secret string, now time.Time) *rsa.PublicKey {
	c := certificateOf(secret)
	if c == nil || now.Before(c.NotBefore) || now.After(c.NotAfter) {
		return nil
	}
	public, _ := c.PublicKey.(*rsa.PublicKey)
	return public
}

// SecretsOf returns what an endpoint has to check with.
func (p *Profile) SecretsOf(e *hook.Endpoint) []hook.Secret {
	secrets := NotBlank(e.Secrets)
	if pinned := e.Settings["certificate"]; p.Secrets.Pinned && !Blank(pinned) {
		return append(secrets[:len(secrets):len(secrets)], hook.Secret{Label: "certificate", Value: pinned})
	}
	return secrets
}

// NotBlank leaves blank secrets out: they cannot be saved, but a database may have been changed by
// other hands.
func NotBlank(secrets []hook.Secret) []hook.Secret {
	isBlank := func(s hook.Secret) bool { return Blank(s.Value) }
	if !slices.ContainsFunc(secrets, isBlank) {
		return secrets
	}
	return slices.DeleteFunc(slices.Clone(secrets), isBlank)
}

// MinSecret is the least number of bytes of a secret, unless its sender makes shorter or other ones.
const MinSecret = 16

// Accepts reports whether a secret has this form, and makes a key that is long enough. A certificate
// may have expired.
func (f KeyForm) Accepts(secret string) bool {
	if f == FromPEM {
		return certificateOf(secret) != nil
	}
	k, ok := f.of(secret, time.Time{})
	return ok && (len(k.bytes) >= MinSecret || k.bytes == nil)
}
