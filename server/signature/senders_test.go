package signature

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// vectorTime is when the vectors were made; those of MessageBird are older.
var (
	vectorTime      = time.Unix(1790000000, 0)
	messagebirdTime = time.Unix(1625479200, 0)
)

// messagebird, and the functions below it, are senders that are not in the catalogue: their profiles show which rules
// can be written as data.
func messagebird() *Profile {
	return &Profile{Schemes: []Scheme{{Kind: JWT, At: payload.Select("header:Messagebird-Signature-Jwt"),
		Claims: Claims{Algorithms: []string{"HS256", "HS384", "HS512"}, BodyHash: "payload_hash", URLHash: "url_hash",
			Times: []string{"nbf"}, Equal: []ClaimEqual{{[]string{"iss"}, payload.Select("const:MessageBird")}}}}}}
}

// otherTokens are senders that sign by JWT with a shared secret.
func otherTokens() map[string]*Profile {
	bearer := func(at, prefix string, claims Claims) *Profile {
		claims.Algorithms = []string{"HS256"}
		return &Profile{Schemes: []Scheme{{Kind: JWT, At: payload.Select(at), Prefix: prefix, Claims: claims}}}
	}
	is := func(name, value string) []ClaimEqual { return []ClaimEqual{{[]string{name}, payload.Select(value)}} }
	return map[string]*Profile{
		"messagebird": messagebird(),
		"monday":      bearer("header:Authorization", "", Claims{URL: "aud", Times: []string{"iat"}}),
		"netlify": bearer("header:X-Webhook-Signature", "",
			Claims{BodyHash: "sha256", Equal: is("iss", "const:netlify")}),
		"vonage": bearer("header:Authorization", "Bearer",
			Claims{BodyHash: "payload_hash", Equal: is("iss", "const:Vonage"), Times: []string{"iat"}}),
	}
}

// byPublicKey are senders that sign with a private key.
func byPublicKey() map[string]*Profile {
	return map[string]*Profile{
		"plaid": {Schemes: []Scheme{{Kind: JWT, At: payload.Select("header:Plaid-Verification"), Key: FromPublicKey,
			Claims: Claims{Algorithms: []string{"ES256"}, BodyHash: "request_body_sha256", Times: []string{"iat"}}}}},
		"wix": {Schemes: []Scheme{{Kind: JWT, Key: FromPublicKey,
			Claims: Claims{Algorithms: []string{"RS256"}, Times: []string{"iat"}}}},
			Envelope: payload.Envelope{JWT: true}},
		"wise": {Schemes: []Scheme{{Kind: RSAKey, At: payload.Select("header:X-Signature-Sha256"), Hash: "sha256",
			Encoding: Base64, Key: FromPublicKey, Message: Message("{body}")}}},
		"telnyx": {Schemes: []Scheme{{Kind: Ed25519, At: payload.Select("header:Telnyx-Signature-Ed25519"),
			Encoding: Base64, Key: FromBase64Public, Message: Message("{time}|{body}"),
			Time: payload.Select("header:Telnyx-Timestamp"), Unit: time.Second}}},
	}
}

// publishedVector is one request of the vectors of further senders.
type publishedVector struct {
	Provider, Name, Method, URL string
	Header                      map[string][]string
	BodyB64, SecretB64          []byte
	Cfg                         map[string]json.RawMessage
	Expect                      *bool
}

// vectorsOf returns the vectors of some senders; it skips the test if there are none.
func vectorsOf(t *testing.T, senders map[string]*Profile) (found []publishedVector) {
	t.Helper()
	folder := os.Getenv("HOOKBEAM_SHARED")
	if folder == "" {
		t.Skip("SKIPPED: HOOKBEAM_SHARED is not set, so the vectors of further senders are not checked")
	}
	content, err := os.ReadFile(filepath.Join(folder, "providers", "more", "vectors.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []publishedVector
	if err := json.Unmarshal(content, &all); err != nil {
		t.Fatal(err)
	}
	for _, v := range all {
		if senders[v.Provider] != nil {
			found = append(found, v)
		}
	}
	return found
}

// request returns the endpoint and the delivery of a vector, and when it was received.
func (v *publishedVector) request() (*hook.Endpoint, *hook.Record, time.Time) {
	secret, at := string(v.SecretB64), vectorTime
	if key := v.Cfg["jwk"]; key != nil {
		secret = string(key)
	}
	if strings.HasPrefix(v.Name, "reference:") {
		at = messagebirdTime
	}
	e := &hook.Endpoint{Verify: hook.Enforce, SignedURL: v.URL, Tolerance: 5 * time.Minute,
		Settings: map[string]string{}, Secrets: []hook.Secret{{Label: "live", Value: secret}}}
	header := http.Header{}
	for name, values := range v.Header {
		header[http.CanonicalHeaderKey(name)] = values
	}
	return e, extracttest.Record(v.Method, header, string(v.BodyB64)), at
}

func verdict(p *Profile, e *hook.Endpoint, r *hook.Record, on ReceiveContext) Result {
	q := NewRequest(e, r, on)
	defer q.Release()
	return p.Verify(q)
}

func TestVectorsOfTokensAndPublicKeysVerifyAndNoBitOfThemCanBeTurned(t *testing.T) {
	senders := otherTokens()
	for id, p := range byPublicKey() {
		senders[id] = p
	}
	vectors := vectorsOf(t, senders)
	if len(vectors) != 14 {
		t.Fatalf("%d vectors", len(vectors))
	}
	for _, v := range vectors {
		t.Run(v.Provider+"/"+v.Name, func(t *testing.T) {
			p := senders[v.Provider]
			e, r, at := v.request()
			got := verdict(p, e, r, ReceiveContext{At: at})
			if right := v.Expect == nil || *v.Expect; (got.Verdict == hook.Verified) != right {
				t.Fatalf("%+v", got)
			} else if !right {
				return
			}
			covers := hook.CoversBody
			if v.Provider == "monday" { // its token has the time and the address
				covers = hook.CoversTime
			}
			if got.Check.Covers != covers {
				t.Errorf("covers %q", got.Check.Covers)
			}
			if covers == hook.CoversBody {
				turnBody(t, p, &v)
			}
			turnToken(t, p, &v)
			e, r, at = v.request()
			e.Secrets[0].Value = "another-secret-0123456789"
			if got := verdict(p, e, r, ReceiveContext{At: at}); got.Verdict != hook.Rejected {
				t.Errorf("another secret: %+v", got)
			}
		})
	}
}

// turnBody turns one bit of each byte of the body, one after the other.
func turnBody(t *testing.T, p *Profile, v *publishedVector) {
	t.Helper()
	for i := range v.BodyB64 {
		e, r, at := v.request()
		r.Body[i] ^= 1
		if got := verdict(p, e, r, ReceiveContext{At: at}); got.Verdict != hook.Rejected {
			t.Fatalf("byte %d of the body turned: %+v", i, got)
		}
	}
}

// turnToken turns one bit of each byte of the headers that the sender signs or that hold its signature.
func turnToken(t *testing.T, p *Profile, v *publishedVector) {
	t.Helper()
	_, r, _ := v.request()
	for _, h := range r.Headers {
		at, _ := p.Schemes[0].At.Header()
		stamp, _ := p.Schemes[0].Time.Header()
		if h.Name != at && h.Name != stamp {
			continue
		}
		// The name of the scheme of Authorization is read in any case.
		begin := 0
		if prefix := p.Schemes[0].Prefix; prefix != "" {
			begin = len(prefix)
		}
		for i := begin; i < len(h.Value); i++ {
			e, r, at := v.request()
			b := []byte(h.Value)
			b[i] ^= 1
			replaceHeader(r, h.Name, string(b))
			if got := verdict(p, e, r, ReceiveContext{At: at}); got.Verdict != hook.Rejected {
				t.Fatalf("byte %d of %s turned: %+v", i, h.Name, got)
			}
		}
	}
}

// replaceHeader replaces the value of a header that the record has.
func replaceHeader(r *hook.Record, name, value string) {
	for i := range r.Headers {
		if r.Headers[i].Name == name {
			r.Headers[i].Value = value
		}
	}
}
