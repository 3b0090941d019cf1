package signature

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

const sharedSecret = "a-shared-secret-of-32-characters"

// tokenEndpoint is an endpoint that verifies with one secret.
func tokenEndpoint(secret string) *hook.Endpoint {
	return &hook.Endpoint{Verify: hook.Enforce, SignedURL: "https://hooks.example.com/in/a?b=1",
		Tolerance: 5 * time.Minute, Settings: map[string]string{"app": "app-1"},
		Secrets: []hook.Secret{{Label: "live", Value: secret}}}
}

func TestEverySenderOfTokensIsSignedAsItIsVerified(t *testing.T) {
	senders := otherTokens()
	maps.Copy(senders, byPublicKey())
	for id, p := range senders {
		t.Run(id, func(t *testing.T) {
			with := Signing{Endpoint: tokenEndpoint(sharedSecret), At: vectorTime, Secret: sharedSecret}
			if p.OnlyByKey() {
				key, public, err := p.NewKey(vectorTime)
				if err != nil {
					t.Fatal(err)
				}
				with.Key, with.Secret, with.Endpoint.Secrets[0].Value = key, "", public
			}
			r := extracttest.Record("POST", nil, `{"id":"e1"}`)
			if err := p.Sign(r, with); err != nil {
				t.Fatal(err)
			}
			if got := verdict(p, with.Endpoint, r, ReceiveContext{At: vectorTime}); got.Verdict != hook.Verified ||
				got.Secret != "live" {
				t.Errorf("%+v", got)
			}
			for _, late := range []time.Duration{-time.Hour, time.Hour} {
				got := verdict(p, with.Endpoint, r, ReceiveContext{At: vectorTime.Add(late)})
				if dated := id != "netlify" && id != "wise"; (got.Verdict == hook.Rejected) != dated {
					t.Errorf("%v late: %+v", late, got)
				}
			}
		})
	}
}

// pinned is a sender whose tokens are made for one app.
func pinned(key KeyForm, algorithms ...string) *Profile {
	return &Profile{Schemes: []Scheme{{Kind: JWT, At: payload.Select("header:X-Token"), Key: key,
		Claims: Claims{Algorithms: algorithms, Times: []string{"iat", "nbf"}, Equal: []ClaimEqual{
			{[]string{"iss"}, payload.Select("const:us")},
			{[]string{"azp", "appid"}, payload.Select("setting:app")}}}}}}
}

func tokenRecord(token string) *hook.Record {
	return extracttest.Record("POST", http.Header{"X-Token": {token}}, "{}")
}

// TestTheClaimsOfATokenAreObeyed signs each token rightly.
func TestTheClaimsOfATokenAreObeyed(t *testing.T) {
	now := vectorTime.Unix()
	type with = jwt.MapClaims // besides those of a right token; nil removes one of them
	for name, c := range map[string]struct {
		claims with
		reason hook.Reason // "": verified
	}{
		"right":                     {with{"exp": now + 60}, ""},
		"the app has its old name":  {with{"azp": nil, "appid": "app-1"}, ""},
		"a list of values":          {with{"azp": []string{"x", "app-1"}}, ""},
		"a fraction of a second":    {with{"iat": float64(now) + 0.5}, ""},
		"only nbf":                  {with{"iat": nil, "nbf": now}, ""},
		"another issuer":            {with{"iss": "me"}, "signature_mismatch"},
		"no issuer":                 {with{"iss": nil}, "signature_mismatch"},
		"another app":               {with{"azp": "app-2"}, "signature_mismatch"},
		"another app, and the old":  {with{"azp": "x", "appid": "app-1"}, "signature_mismatch"},
		"an app that is no text":    {with{"azp": 1}, "signature_mismatch"},
		"no time":                   {with{"iat": nil}, "timestamp_missing"},
		"a time that is text":       {with{"iat": "1790000000"}, "timestamp_malformed"},
		"a time out of bounds":      {with{"iat": 1e300}, "timestamp_malformed"},
		"old":                       {with{"iat": now - 301}, "timestamp_too_old"},
		"from the future":           {with{"iat": now + 301}, "timestamp_in_future"},
		"expired":                   {with{"exp": now - 301}, "timestamp_too_old"},
		"not yet valid":             {with{"nbf": now + 301}, "timestamp_in_future"},
		"an expiry that is no time": {with{"exp": "x"}, "timestamp_malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			claims := jwt.MapClaims{"iss": "us", "azp": "app-1", "iat": now}
			maps.Copy(claims, c.claims)
			maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
			token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(sharedSecret))
			if err != nil {
				t.Fatal(err)
			}
			got := verdict(pinned(AsText, "HS256"), tokenEndpoint(sharedSecret), tokenRecord(token),
				ReceiveContext{At: vectorTime})
			if got.Reason != c.reason || (got.Verdict == hook.Verified) != (c.reason == "") {
				t.Errorf("%+v", got)
			}
		})
	}
	e := tokenEndpoint(sharedSecret)
	e.Settings = nil // then no token is for this endpoint
	token, _ := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"iss": "us", "azp": "", "iat": now}).
		SignedString([]byte(sharedSecret))
	if got := verdict(pinned(AsText, "HS256"), e, tokenRecord(token), ReceiveContext{At: vectorTime}); got.Reason !=
		hook.ReasonKeyMissing {
		t.Errorf("%+v", got)
	}
}

// TestNoTokenVerifiesByAnotherAlgorithmThanItsKey forges tokens as known attacks do (RFC 8725 §2.1).
func TestNoTokenVerifiesByAnotherAlgorithmThanItsKey(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public := inPEM(t, &key.PublicKey)
	claims := jwt.MapClaims{"iss": "us", "azp": "app-1", "iat": vectorTime.Unix()}
	sign := func(method jwt.SigningMethod, with any) string {
		token, err := jwt.NewWithClaims(method, claims).SignedString(with)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	right := sign(jwt.SigningMethodRS256, key)
	changed := func(head string) string {
		_, rest, _ := strings.Cut(right, ".")
		return base64.RawURLEncoding.EncodeToString([]byte(head)) + "." + rest
	}
	all := []string{"HS256", "RS256", "ES256", "EdDSA", "none"}
	for name, c := range map[string]struct {
		form       KeyForm
		secret     string
		token      string
		algorithms []string
	}{
		"the public key as a shared secret": {
			FromPublicKey, public, sign(jwt.SigningMethodHS256, []byte(public)), all,
		},
		"a text form with a public key": {AsText, public, sign(jwt.SigningMethodHS256, []byte(public)), all},
		"a text form with a JWK": {
			AsText, `{"kty":"oct"}`, sign(jwt.SigningMethodHS256, []byte(`{"kty":"oct"}`)), all,
		},
		"none": {
			FromPublicKey, public, sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType), all,
		},
		"none in capitals":                 {FromPublicKey, public, changed(`{"alg":"None"}`), all},
		"an algorithm that is not allowed": {FromPublicKey, public, right, []string{"ES256"}},
		"an RSA key that is too short": {
			FromPublicKey, inPEM(t, &small.PublicKey), sign(jwt.SigningMethodRS256, small), all,
		},
		"another curve": {
			FromPublicKey, inPEM(t, &curve.PublicKey), sign(jwt.SigningMethodES384, curve), all,
		},
		"a critical extension": {
			FromPublicKey, public, changed(`{"alg":"RS256","crit":["b64"]}`), all,
		},
		"a key id that is too long": {
			FromPublicKey, public, changed(`{"alg":"RS256","kid":"` + strings.Repeat("k", 201) + `"}`), all,
		},
		"a line break":  {FromPublicKey, public, right[:40] + "\n" + right[40:], all},
		"padding":       {FromPublicKey, public, right + "=", all},
		"a fourth part": {FromPublicKey, public, right + ".", all},
		"no signature": {
			FromPublicKey, public, right[:strings.LastIndexByte(right, '.')+1], all,
		},
		"a header that is a list":               {FromPublicKey, public, changed(`["RS256"]`), all},
		"the name of the algorithm in capitals": {FromPublicKey, public, changed(`{"ALG":"RS256"}`), all},
	} {
		t.Run(name, func(t *testing.T) {
			got := verdict(pinned(c.form, c.algorithms...), tokenEndpoint(c.secret), tokenRecord(c.token),
				ReceiveContext{At: vectorTime})
			if got.Verdict != hook.Rejected {
				t.Errorf("%+v", got)
			}
		})
	}
	if got := verdict(pinned(FromPublicKey, all...), tokenEndpoint(public), tokenRecord(right),
		ReceiveContext{At: vectorTime}); got.Verdict != hook.Verified || got.Check.Scheme != "jwt-rs256" {
		t.Errorf("the right token: %+v", got)
	}
}

// TestABodyThatIsNoTokenIsRejected has a sender whose body is the token.
func TestABodyThatIsNoTokenIsRejected(t *testing.T) {
	p := byPublicKey()["wix"]
	key, public, err := p.NewKey(vectorTime)
	if err != nil {
		t.Fatal(err)
	}
	r := extracttest.Record("POST", nil, `{"id":"e1"}`)
	if err := p.Sign(r, Signing{Endpoint: tokenEndpoint(public), At: vectorTime, Key: key}); err != nil {
		t.Fatal(err)
	}
	right := string(r.Body)
	for body, reason := range map[string]hook.Reason{
		"":                                    "signature_missing",
		right:                                 "",
		right + "\n":                          "",
		right + strings.Repeat(" ", 1e7):      "",
		`{"id":"e1"}`:                         "signature_malformed",
		strings.Repeat("a", maxToken) + right: "signature_malformed",
		right + "\n" + right:                  "signature_malformed",
	} {
		got := verdict(p, tokenEndpoint(public), extracttest.Record("POST", nil, body), ReceiveContext{At: vectorTime})
		if got.Reason != reason || (got.Verdict == hook.Verified) != (reason == "") {
			t.Errorf("%.20s: %+v", body, got)
		}
	}
}

func inPEM(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// TestEveryTokenOfADeliveryMustVerify has a sender with a list of tokens in its body.
func TestEveryTokenOfADeliveryMustVerify(t *testing.T) {
	p := &Profile{Schemes: []Scheme{{Kind: JWT, At: payload.Select("body:tokens.0"),
		Claims: Claims{Algorithms: []string{"HS256"}, Times: []string{"iat"},
			More: payload.SelectAll("body:tokens.1", "body:tokens.2")}}}}
	right, _ := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"iat": vectorTime.Unix()}).
		SignedString([]byte(sharedSecret))
	wrong, _ := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"iat": vectorTime.Unix()}).
		SignedString([]byte("another"))
	for name, c := range map[string]struct {
		tokens []string
		reason hook.Reason
	}{
		"one":            {[]string{right}, ""},
		"two":            {[]string{right, right}, ""},
		"none":           {nil, "signature_missing"},
		"a wrong one":    {[]string{right, wrong}, "signature_mismatch"},
		"more than fit":  {[]string{right, right, right}, "signature_malformed"},
		"one is no JWT":  {[]string{right, "x"}, "signature_malformed"},
		"the first is x": {[]string{"x", right}, "signature_malformed"},
	} {
		body, err := json.Marshal(map[string]any{"tokens": c.tokens})
		if err != nil {
			t.Fatal(err)
		}
		got := verdict(p, tokenEndpoint(sharedSecret), extracttest.Record("POST", nil, string(body)),
			ReceiveContext{At: vectorTime})
		if got.Reason != c.reason || (got.Verdict == hook.Verified) != (c.reason == "") {
			t.Errorf("%s: %+v", name, got)
		}
	}
	r := extracttest.Record("POST", nil, `{"value":[]}`)
	e := tokenEndpoint(sharedSecret)
	if err := p.Sign(r, Signing{Endpoint: e, At: vectorTime, Secret: sharedSecret}); err != nil {
		t.Fatal(err)
	}
	if got := verdict(p, e, r, ReceiveContext{At: vectorTime}); got.Verdict != hook.Verified {
		t.Errorf("%s: %+v", r.Body, got)
	}
}

func TestPublicKeysAreReadInEveryForm(t *testing.T) {
	key, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		secret string
		ok     bool
	}{
		"Ed25519": {inPEM(t, key), true},
		"Ed25519 as a JWK": {
			`{"kty":"OKP","crv":"Ed25519","x":"` + base64.RawURLEncoding.EncodeToString(key) + `"}`, true,
		},
		"of small order": {`{"kty":"OKP","crv":"Ed25519","x":"` + strings.Repeat("A", 43) + `"}`, false},
		"not on the curve": {
			`{"kty":"EC","crv":"P-256","x":"` + strings.Repeat("A", 43) +
				`","y":"` + strings.Repeat("A", 43) + `"}`, false,
		},
		"for encryption": {
			`{"kty":"OKP","crv":"Ed25519","use":"enc","x":"` + base64.RawURLEncoding.EncodeToString(key) + `"}`, false,
		},
		"an exponent of one": {`{"kty":"RSA","e":"AQ","n":"` + strings.Repeat("_", 342) + `"}`, false},
		"a modulus of zero":  {`{"kty":"RSA","e":"AQAB","n":""}`, false},
		"an RSA JWK":         {`{"kty":"RSA","e":"AQAB","n":"` + strings.Repeat("_", 342) + `"}`, true},
		"a shared JWK":       {`{"kty":"oct","k":"c2VjcmV0"}`, false},
		"text":               {"secret", false},
		"PEM of nothing":     {"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----", false},
	} {
		if _, ok := FromPublicKey.key(c.secret, vectorTime); ok != c.ok {
			t.Errorf("%s: %v", name, ok)
		}
	}
}

// FuzzTokens: no text in place of a JWT causes a panic or verifies without the secret.
func FuzzTokens(f *testing.F) {
	right, _ := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"iat": 1}).SignedString([]byte("k"))
	for _, seed := range []string{"", ".", "..", "e30.e30.AA", right, right + ".", "eyJhbGciOiJub25lIn0.e30.",
		`eyJhbGciOiJIUzI1NiIsImtpZCI6ImsifQ.e30.AAAA`} {
		f.Add(seed, "Bearer "+seed)
	}
	senders := otherTokens()
	maps.Copy(senders, byPublicKey())
	senders["list"] = pinned(FromPublicKey, "RS256", "ES256", "EdDSA")
	f.Fuzz(func(t *testing.T, token, line string) {
		for id, p := range senders {
			for _, secret := range []string{sharedSecret, `{"kty":"OKP","crv":"Ed25519","x":"` +
				strings.Repeat("B", 43) + `"}`} {
				name, _ := p.Schemes[0].At.Header()
				r := extracttest.Record("POST", http.Header{name: {token, line}}, token)
				if got := verdict(p, tokenEndpoint(secret), r, ReceiveContext{At: vectorTime}); got.Verdict !=
					hook.Rejected {
					t.Errorf("%s: %+v", id, got)
				}
			}
		}
	})
}
