package provider

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
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"hookbeam/server/hook"
)

// keyForm says how a secret becomes a key.
type keyForm int

const (
	asText         keyForm = iota // its bytes as they are
	fromHex                       // written in hex
	fromBase64                    // written in base64
	fromWhsec                     // base64 behind whsec_, or without it
	fromWhpk                      // an Ed25519 public key in base64 behind whpk_
	fromHexPublic                 // an Ed25519 public key in hex
	fromSPKI                      // an ECDSA public key in base64
	fromPEM                       // a certificate
	hashedWithSHA1                // the SHA-1 of its bytes
)

// key is a secret made ready.
type key struct {
	bytes   []byte
	edwards ed25519.PublicKey
	ecdsa   *ecdsa.PublicKey
	rsa     *rsa.PublicKey
}

// of makes a key of a secret; false where the secret has another form, is blank, makes a key that anybody has, or has
// expired.
func (f keyForm) of(secret string, now time.Time) (k key, ok bool) {
	k, ok = f.read(secret)
	if f == fromPEM {
		k.rsa = certificateKey(secret, now)
		ok = k.rsa != nil
	}
	return k, ok
}

// read is of for a certificate of any age, whose key it leaves out.
func (f keyForm) read(secret string) (k key, ok bool) {
	if blank(secret) {
		return k, false
	}
	var err error
	switch f {
	case asText:
		k.bytes = []byte(secret)
	case hashedWithSHA1:
		sum := sha1.Sum([]byte(secret))
		k.bytes = sum[:]
	case fromHex:
		k.bytes, err = hex.DecodeString(secret)
	case fromBase64:
		k.bytes, err = base64.StdEncoding.DecodeString(secret)
	case fromWhsec:
		k.bytes, err = base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	case fromWhpk, fromHexPublic:
		k.edwards = edwardsKey(f, secret)
		return k, k.edwards != nil
	case fromSPKI:
		k.ecdsa = ecdsaKey(secret)
		return k, k.ecdsa != nil
	case fromPEM:
		return k, certificateOf(secret) != nil
	}
	return k, err == nil && !noKey(k.bytes)
}

func edwardsKey(f keyForm, secret string) ed25519.PublicKey {
	var b []byte
	if f == fromHexPublic {
		b, _ = hex.DecodeString(secret)
	} else if coded, marked := strings.CutPrefix(secret, "whpk_"); marked {
		b, _ = base64.StdEncoding.DecodeString(coded)
	}
	if len(b) != ed25519.PublicKeySize || smallOrder(b) {
		return nil
	}
	return b
}

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

func certificateKey(secret string, now time.Time) *rsa.PublicKey {
	c := certificateOf(secret)
	if c == nil || now.Before(c.NotBefore) || now.After(c.NotAfter) {
		return nil
	}
	public, _ := c.PublicKey.(*rsa.PublicKey)
	return public
}

// secrets returns what an endpoint has to check with.
func (p *Provider) secrets(e *hook.Endpoint) []hook.Secret {
	secrets := notBlank(e.Secrets)
	if pinned := e.Settings["certificate"]; p.secret.pinned && !blank(pinned) {
		return append(secrets[:len(secrets):len(secrets)], hook.Secret{Label: "certificate", Value: pinned})
	}
	return secrets
}

// notBlank leaves blank secrets out: they cannot be saved, but a database may have been changed by other hands.
func notBlank(secrets []hook.Secret) []hook.Secret {
	isBlank := func(s hook.Secret) bool { return blank(s.Value) }
	if !slices.ContainsFunc(secrets, isBlank) {
		return secrets
	}
	return slices.DeleteFunc(slices.Clone(secrets), isBlank)
}

// minSecret is the least number of bytes of a secret, unless its provider makes shorter or other ones.
const minSecret = 16

// secretRule is what a provider's secrets look like, where that is more than 16 bytes of anything.
type secretRule struct {
	most    int       // bytes; 0: as many as a secret may have
	forms   []keyForm // one of them must fit; none: any text
	shape   string    // says them, for people
	charset string    // what it may consist of; "": anything
	login   bool      // user:password
	pinned  bool      // the setting "certificate" counts as one
}

// CheckSecret returns what is wrong with a secret of this provider, for a person; "" if nothing is.
func CheckSecret(id, value string) string {
	p, known := For(id)
	if !known {
		return fmt.Sprintf("%q is no provider that this server knows.", id)
	}
	ru := p.secret
	if complaint := p.mistaken(value); complaint != "" {
		return complaint
	}
	_, password, _ := strings.Cut(value, ":")
	switch {
	case blank(value):
		return "is blank. Copy the one that the sender shows, or generate one."
	case strings.ContainsFunc(value, unicode.IsControl) && !strings.HasPrefix(value, "-----BEGIN"):
		return "has a line break or another control character in it, which no header can carry. Copy it anew."
	case len(value) < minSecret:
		return fmt.Sprintf("has %d bytes; at least %d are needed. Generate a longer one.", len(value), minSecret)
	case ru.most > 0 && len(value) > ru.most:
		return fmt.Sprintf("has %d bytes; %s takes at most %d. Choose a shorter one.", len(value), p.Name, ru.most)
	case ru.charset != "" && strings.Trim(value, ru.charset) != "":
		return fmt.Sprintf("has a character that %s does not take. Use %s.", p.Name, ru.shape)
	case ru.login && (len(password) < minSecret || blank(password)):
		return fmt.Sprintf("must be user:password, with a password of at least %d bytes.", minSecret)
	}
	for _, form := range ru.forms {
		if form == fromPEM && certificateOf(value) != nil { // it may have expired
			return ""
		}
		if k, ok := form.of(value, time.Time{}); ok && (len(k.bytes) >= minSecret || k.bytes == nil) {
			return ""
		}
	}
	if len(ru.forms) > 0 {
		return fmt.Sprintf("does not look like one of %s: it must be %s.", p.Name, ru.shape)
	}
	return ""
}
