package signature

import (
	"crypto"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// signMessage adds an HTTP message signature (RFC 9421) with the label sig1 to the request. It covers the method,
// the target URI and the content digest, and has the creation time.
func signMessage(q *Request, with Signing) error {
	// The algorithm is named, so that a public key can never be taken for a shared secret.
	alg := "hmac-sha256"
	texts, _ := messageReadings(with.Secret)
	secret := texts[0]
	switch {
	case with.Key != nil:
		if _, ok := with.Key.Public().(ed25519.PublicKey); !ok {
			return ErrWrongKey
		}
		alg = "ed25519"
	case len(algorithmsOf(nil, secret)) == 0:
		return ErrWrongKey
	}
	digest := sha256.Sum256(q.Record.Body)
	SetHeader(q.Record, "Content-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(digest[:])+":")
	m := httpMessage{components: []string{"@method", "@target-uri", "content-digest"}}
	m.params = fmt.Sprintf(`("%s");created=%d;alg="%s"`, strings.Join(m.components, `" "`), with.At.Unix(), alg)
	base, ok := m.base(q, q.addresses()[0])
	if !ok {
		return errors.New("the address cannot be signed")
	}
	var sum []byte
	if with.Key != nil {
		var err error
		if sum, err = with.Key.Sign(rand.Reader, base, crypto.Hash(0)); err != nil {
			return fmt.Errorf("sign: %w", err)
		}
	} else {
		h := hmac.New(sha256.New, sharedKey(secret))
		_, _ = h.Write(base)
		sum = h.Sum(nil)
	}
	SetHeader(q.Record, "Signature-Input", "sig1="+m.params)
	SetHeader(q.Record, "Signature", "sig1=:"+base64.StdEncoding.EncodeToString(sum)+":")
	return nil
}
