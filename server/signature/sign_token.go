package signature

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// signToken writes the JWT of the request, with the claims that the scheme requires. If the token is the whole body,
// the body that it replaces has its other claims.
func (sc *Scheme) signToken(q *Request, with Signing) error {
	want, claims := &sc.Claims, jwt.MapClaims{}
	if sc.At.IsZero() {
		if err := json.Unmarshal(q.Record.Body, &claims); err != nil {
			return fmt.Errorf("sign the body: %w", err)
		}
	}
	if len(want.Times) > 0 {
		claims[want.Times[0]] = with.At.Unix()
	}
	if want.BodyHash != "" {
		claims[want.BodyHash] = hex.EncodeToString(q.BodySHA256())
	}
	if want.URL != "" {
		claims[want.URL] = q.addresses()[0]
	}
	if want.URLHash != "" {
		claims[want.URLHash] = hex.EncodeToString(sha256Of(q.addresses()[0]))
	}
	for _, one := range want.Equal {
		claims[one.Names[0]] = q.Text(one.Value)
	}
	var key any = with.Key
	alg := sc.algorithmOf(with)
	if with.Key == nil {
		k, _ := sc.firstReading(with)
		key = k.bytes
	}
	text, err := jwt.NewWithClaims(jwt.GetSigningMethod(alg), claims).SignedString(key)
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	if sc.At.IsZero() {
		q.Record.Body = []byte(text)
		q.Changed()
		return nil
	}
	return q.writeAt(sc.At, sc.Write(q.Endpoint, text, ""), "")
}

// algorithmOf returns the algorithm by which the scheme's tokens are signed with a secret or key, "" if there is none.
func (sc *Scheme) algorithmOf(with Signing) string {
	alg := ""
	if with.Key == nil {
		for _, one := range sc.Claims.Algorithms {
			if strings.HasPrefix(one, "HS") {
				return one
			}
		}
		return ""
	}
	switch with.Key.Public().(type) {
	case ed25519.PublicKey:
		alg = "EdDSA"
	case *ecdsa.PublicKey:
		alg = "ES256"
	case *rsa.PublicKey:
		alg = "RS256"
	}
	if !slices.Contains(sc.Claims.Algorithms, alg) {
		return ""
	}
	return alg
}
