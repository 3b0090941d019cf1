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

	"hookbeam/server/hook"
)

// matches verifies the signature with one secret. alg is the algorithm of RFC 9421 §3.3 that was tried. It is "" if
// the secret cannot be a key of the algorithm that the signature names: a key of one kind is never used as one of
// another, which would let anybody sign with a public key as an HMAC key.
func (m *httpMessage) matches(secret string, base []byte) (alg string, right bool) {
	public := publicKey(secret)
	for _, one := range algorithmsOf(public, secret) {
		if said := m.fields["alg"]; said != "" && said != one {
			continue
		}
		if alg == "" {
			alg = one
		}
		if verifyWith(one, public, secret, base, m.sum) {
			return one, true
		}
	}
	return alg, false
}

// algorithmsOf returns the algorithms for which a secret can be a key; none if the secret is blank or has the text of a
// public key that cannot be parsed. public is the public key in the secret, or nil.
func algorithmsOf(public crypto.PublicKey, secret string) []string {
	switch public.(type) {
	case ed25519.PublicKey:
		return []string{"ed25519"}
	case *ecdsa.PublicKey:
		return []string{"ecdsa-p256-sha256"}
	case *rsa.PublicKey:
		return []string{"rsa-pss-sha512", "rsa-v1_5-sha256"}
	}
	if Blank(secret) || hasPublicKey(secret) {
		return nil
	}
	if coded, marked := strings.CutPrefix(secret, "whsec_"); marked {
		// Anybody can sign with a key of zeros.
		if k, err := base64.StdEncoding.DecodeString(coded); err == nil && isZeroKey(k) {
			return nil
		}
	}
	return []string{"hmac-sha256"}
}

// verifyWith verifies a signature over base with one algorithm. public is nil for a shared secret.
func verifyWith(alg string, public crypto.PublicKey, secret string, base, sum []byte) bool {
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

// sharedKey returns the HMAC key of a shared secret: the decoded base64 after whsec_, and else the bytes of the
// secret.
func sharedKey(secret string) []byte {
	if coded, marked := strings.CutPrefix(secret, "whsec_"); marked {
		if k, err := base64.StdEncoding.DecodeString(coded); err == nil {
			return k
		}
	}
	return []byte(secret)
}

// messageReadings returns the texts that a secret may be meant as: as it is, and without what copying adds. A public
// key is meant as one even if something stands around it: that must never make it an HMAC key, because everybody
// knows it.
func messageReadings(secret string) (texts [2]string, n int) {
	clean := Clean(secret)
	if clean == secret || publicKey(clean) != nil || len(algorithmsOf(nil, clean)) == 0 {
		return [2]string{clean}, 1
	}
	return [2]string{secret, clean}, 2
}

// weakMessageKey returns the mark of a weak key if the text makes one for the algorithm, or 0.
func weakMessageKey(text, alg string) hook.Marks {
	if alg == "hmac-sha256" && len(sharedKey(text)) < MinSecret {
		return hook.MarkSecretWeak
	}
	return 0
}

// publicKey parses a public key: Ed25519 in base64 after whpk_, or a public key or certificate in PEM. It returns
// nil for any other secret, and for a key that must not be trusted: Ed25519 of small order, ECDSA on another curve
// than P-256, RSA with fewer than 2048 bits.
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
	// A key of any other type is returned as well; algorithmsOf knows no algorithm for it.
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
