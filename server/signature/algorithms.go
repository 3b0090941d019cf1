package signature

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"strings"
	"time"
)

// holds tries the signature with a secret. alg is the algorithm of RFC 9421 §3.3 that it was tried by,
// "" where the secret has no form for what the signature says of itself: a key of one kind is never
// used as one of another.
func (m *httpMessage) holds(secret string, base []byte) (alg string, right bool) {
	public := publicKey(secret)
	for _, one := range algorithmsOf(public, secret) {
		if said := m.fields["alg"]; said != "" && said != one {
			continue
		}
		if alg == "" {
			alg = one
		}
		if checkBy(one, public, secret, base, m.sum) {
			return one, true
		}
	}
	return alg, false
}

// algorithmsOf are those that a secret can be a key of.
func algorithmsOf(public crypto.PublicKey, secret string) []string {
	switch public.(type) {
	case ed25519.PublicKey:
		return []string{"ed25519"}
	case *ecdsa.PublicKey:
		return []string{"ecdsa-p256-sha256"}
	case *rsa.PublicKey:
		return []string{"rsa-pss-sha512", "rsa-v1_5-sha256"}
	}
	if Blank(secret) || strings.HasPrefix(secret, "whpk_") || strings.HasPrefix(secret, "-----BEGIN") {
		return nil
	}
	if k, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_")); strings.HasPrefix(secret,
		"whsec_") && err == nil && isZeroKey(k) {
		return nil // it decodes to nothing
	}
	return []string{"hmac-sha256"}
}

// checkBy checks a signature with a key by one algorithm.
func checkBy(alg string, public crypto.PublicKey, secret string, base, sum []byte) bool {
	switch k := public.(type) {
	case ed25519.PublicKey:
		return ed25519.Verify(k, base, sum)
	case *ecdsa.PublicKey: // r and s, 32 bytes each (§3.3.4)
		digest := sha256.Sum256(base)
		return len(sum) == 64 && ecdsa.Verify(k, digest[:], new(big.Int).SetBytes(sum[:32]),
			new(big.Int).SetBytes(sum[32:]))
	case *rsa.PublicKey:
		if alg == "rsa-pss-sha512" {
			digest := sha512.Sum512(base)
			return rsa.VerifyPSS(k, crypto.SHA512, digest[:], sum,
				&rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto}) == nil
		}
		digest := sha256.Sum256(base)
		return rsa.VerifyPKCS1v15(k, crypto.SHA256, digest[:], sum) == nil
	}
	h := hmac.New(sha256.New, sharedKey(secret))
	_, _ = h.Write(base)
	return hmac.Equal(h.Sum(nil), sum)
}

// sharedKey is the key of a shared secret: base64 behind whsec_, or else its bytes.
func sharedKey(secret string) []byte {
	if k, ok := FromWhsec.of(secret, time.Time{}); ok && strings.HasPrefix(secret, "whsec_") {
		return k.bytes
	}
	return []byte(secret)
}

// publicKey reads a public key: Ed25519 behind whpk_, or in PEM, or that of a certificate in PEM. nil:
// it is none that can be used here.
func publicKey(secret string) crypto.PublicKey {
	if k := ed25519Key(FromWhpk, secret); k != nil {
		return k
	}
	if !strings.HasPrefix(secret, "-----BEGIN") {
		return nil
	}
	block, _ := pem.Decode([]byte(secret))
	if block == nil {
		return nil
	}
	var key crypto.PublicKey
	if block.Type == "CERTIFICATE" {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil
		}
		key = c.PublicKey
	} else if parsed, err := x509.ParsePKIXPublicKey(block.Bytes); err == nil {
		key = parsed
	}
	switch k := key.(type) {
	case ed25519.PublicKey:
		if smallOrder(k) {
			return nil
		}
	case *ecdsa.PublicKey:
		if k.Curve != elliptic.P256() {
			return nil
		}
	case *rsa.PublicKey:
		if k.Size() < 256 {
			return nil
		}
	}
	return key
}
