package signature

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// publishedKeys are the keys of a set by their ids, or the error of asking for them.
type publishedKeys struct {
	keys  map[string]string
	err   error
	asked []string
}

func (p *publishedKeys) Certificate(*Issuer, string, time.Time) (*x509.Certificate, error) {
	return nil, ErrUntrusted
}

func (p *publishedKeys) Key(set, id string, _ time.Time) (string, error) {
	p.asked = append(p.asked, set+" "+id)
	if p.err == nil && p.keys[id] == "" {
		return "", ErrUntrusted
	}
	return p.keys[id], p.err
}

// keyAsJWK returns the public half of a key with an id.
func keyAsJWK(t *testing.T, key *ecdsa.PrivateKey, id string) string {
	t.Helper()
	point, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{"kty": "EC", "crv": "P-256", "kid": id, "use": "sig",
		"x":   base64.RawURLEncoding.EncodeToString(point[1:33]),
		"y":   base64.RawURLEncoding.EncodeToString(point[33:]),
		"x5c": []string{"ignored"}})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestTokensAreVerifiedByThePublishedKeysThatTheyName has a sender with a list of tokens in its body.
func TestTokensAreVerifiedByThePublishedKeysThatTheyName(t *testing.T) {
	var private [2]*ecdsa.PrivateKey
	for i := range private {
		var err error
		if private[i], err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	const home = "https://keys.example.com/set"
	p := &Profile{KeySet: home, Schemes: []Scheme{{Kind: JWT, At: payload.Select("body:tokens.0"), Key: FromPublicKey,
		Claims: Claims{Algorithms: []string{"ES256"}, Times: []string{"iat"},
			Equal: []ClaimEqual{{[]string{"aud"}, payload.Select("setting:app")}},
			More:  payload.SelectAll("body:tokens.1", "body:tokens.2")}}}}
	token := func(key *ecdsa.PrivateKey, id string) string {
		made := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{"iat": vectorTime.Unix(), "aud": "app-1"})
		if made.Header["kid"] = id; id == "" {
			delete(made.Header, "kid")
		}
		text, err := made.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	keys := map[string]string{"a": keyAsJWK(t, private[0], "a"), "b": keyAsJWK(t, private[1], "b")}
	one, two := token(private[0], "a"), token(private[1], "b")
	for name, c := range map[string]struct {
		tokens []string
		err    error
		app    string
		reason hook.Reason
		asked  string
	}{
		"one":           {[]string{one}, nil, "app-1", "", "a"},
		"two":           {[]string{one, two}, nil, "app-1", "", "a b"},
		"by another":    {[]string{token(private[1], "a")}, nil, "app-1", "signature_mismatch", "a"},
		"unknown":       {[]string{token(private[0], "c")}, nil, "app-1", "key_unknown", "c"},
		"without an id": {[]string{token(private[0], "")}, nil, "app-1", "key_unknown", ""},
		"one of two":    {[]string{one, token(private[0], "b")}, nil, "app-1", "signature_mismatch", "a b"},
		"unavailable":   {[]string{one}, errors.New("no route"), "app-1", "key_set_unavailable", "a"},
		"no JWT":        {[]string{"x"}, nil, "app-1", "signature_malformed", ""},
		"none":          {nil, nil, "app-1", "signature_missing", ""},
		"another app":   {[]string{one}, nil, "app-2", "signature_mismatch", "a"},
		"no app":        {[]string{one}, nil, "", "secret_missing", ""},
	} {
		t.Run(name, func(t *testing.T) {
			published := &publishedKeys{keys: keys, err: c.err}
			body, err := json.Marshal(map[string]any{"tokens": c.tokens})
			if err != nil {
				t.Fatal(err)
			}
			e := tokenEndpoint("")
			e.Secrets, e.Settings["app"] = nil, c.app
			got := verdict(p, e, extracttest.Record("POST", nil, string(body)),
				ReceiveContext{At: vectorTime, Certificates: published})
			if got.Reason != c.reason || (got.Verdict == hook.Verified) != (c.reason == "") {
				t.Errorf("%+v", got)
			}
			if asked := strings.ReplaceAll(strings.Join(published.asked, " "), home+" ", ""); asked != c.asked {
				t.Errorf("asked for %q", asked)
			}
		})
	}
}

func TestAKeySetIsReadWithoutWhatCannotVerify(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := ReadKeySet([]byte(`{"keys":[` + keyAsJWK(t, key, "a") + `,{"kty":"oct","kid":"b","k":"AAAA"},` +
		`{"kty":"EC","kid":"c"},[],7,` + keyAsJWK(t, key, "") + `,` +
		keyAsJWK(t, key, strings.Repeat("k", 201)) + `]}`))
	if got := slices.Collect(maps.Keys(keys)); err != nil || len(got) != 1 || got[0] != "a" ||
		strings.Contains(keys["a"], "x5c") {
		t.Errorf("%v, %v", keys, err)
	}
	for _, text := range []string{"", "[]", "{}", `{"keys":[]}`, `{"keys":[{"kty":"oct","kid":"b","k":"AAAA"}]}`} {
		if keys, err := ReadKeySet([]byte(text)); err == nil {
			t.Errorf("%s: %v", text, keys)
		}
	}
}

// FuzzKeySet: no text causes a panic, and every key that is read is one that a secret may be.
func FuzzKeySet(f *testing.F) {
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","kid":"a","x":"AA","y":"AA"}]}`))
	f.Add([]byte(`{"keys":[{"kty":"RSA","kid":"a","e":"AQAB","n":"` + strings.Repeat("_", 342) + `"},null]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		keys, err := ReadKeySet(text)
		if (err == nil) != (len(keys) > 0) {
			t.Errorf("%v, %v", keys, err)
		}
		for _, key := range keys {
			if _, ok := FromPublicKey.key(key, vectorTime); !ok {
				t.Error(key)
			}
		}
	})
}
