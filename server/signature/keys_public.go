package signature

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"strings"
)

// The sizes of RSA keys that are accepted, in bits. A longer key would only cost time.
const (
	minRSA = 2048
	maxRSA = 8192
)

// publicKeyIn parses a public key in PEM or as a JWK. It returns false for any other text, and for a key that must not
// be trusted: Ed25519 of small order, ECDSA on another curve than P-256, RSA of another size than minRSA to maxRSA.
func publicKeyIn(secret string) (k key, ok bool) {
	secret = strings.TrimSpace(secret)
	var parsed any
	switch {
	case strings.HasPrefix(secret, "{"):
		parsed, k.id = parseJWK(secret)
	case strings.HasPrefix(secret, "-----BEGIN "):
		block, _ := pem.Decode([]byte(secret))
		if block == nil {
			return k, false
		}
		switch block.Type {
		case "PUBLIC KEY":
			parsed, _ = x509.ParsePKIXPublicKey(block.Bytes)
		case "RSA PUBLIC KEY":
			parsed, _ = x509.ParsePKCS1PublicKey(block.Bytes)
		}
	}
	switch public := parsed.(type) {
	case ed25519.PublicKey:
		k.ed25519 = public
		return k, len(public) == ed25519.PublicKeySize && !smallOrder(public)
	case *ecdsa.PublicKey:
		k.ecdsa = public
		return k, public != nil && public.Curve == elliptic.P256()
	case *rsa.PublicKey:
		k.rsa = public
		return k, public != nil && public.N.BitLen() >= minRSA && public.N.BitLen() <= maxRSA
	}
	return k, false
}

// jwk is a public key in JSON (RFC 7517, RFC 7518 §6, RFC 8037).
type jwk struct {
	Type  string `json:"kty"`
	ID    string `json:"kid,omitempty"`
	Use   string `json:"use,omitempty"`
	Curve string `json:"crv,omitempty"`
	X     string `json:"x,omitempty"`
	Y     string `json:"y,omitempty"`
	N     string `json:"n,omitempty"`
	E     string `json:"e,omitempty"`
}

// parseJWK returns the public key in a JWK, nil if there is none, and its id.
func parseJWK(text string) (public any, id string) {
	var k jwk
	if json.Unmarshal([]byte(text), &k) != nil || k.Use != "" && k.Use != "sig" {
		return nil, ""
	}
	return k.public(), k.ID
}

// public returns the public key, nil if it is none.
func (k *jwk) public() any {
	number := func(text string) *big.Int {
		b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
		if err != nil || len(b) > maxRSA/8+1 {
			return new(big.Int)
		}
		return new(big.Int).SetBytes(b)
	}
	switch {
	case k.Type == "RSA":
		e := number(k.E)
		if !e.IsInt64() || e.Int64() < 3 || e.Int64() > 1<<31-1 || e.Bit(0) == 0 {
			return nil
		}
		return &rsa.PublicKey{N: number(k.N), E: int(e.Int64())}
	case k.Type == "EC" && k.Curve == "P-256":
		x, errX := base64.RawURLEncoding.DecodeString(k.X)
		y, errY := base64.RawURLEncoding.DecodeString(k.Y)
		if errX != nil || errY != nil || len(x) != 32 || len(y) != 32 {
			return nil
		}
		public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
		if err != nil { // not on the curve
			return nil
		}
		return public
	case k.Type == "OKP" && k.Curve == "Ed25519":
		x, _ := base64.RawURLEncoding.DecodeString(k.X)
		return ed25519.PublicKey(x)
	}
	return nil
}
