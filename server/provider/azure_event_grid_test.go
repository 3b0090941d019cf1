package provider

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

const gridEvents = `[{"id":"e","topic":"/t","eventType":"a.b"}]`

// TestASecretOfEventGridHasOnePlace: what the settings name counts instead of the usual parameters, never beside them.
func TestASecretOfEventGridHasOnePlace(t *testing.T) {
	entra := set("audience", "app-1", "tenant", "t-1")
	for name, c := range map[string]struct {
		settings      map[string]string
		query, header string
		reason        hook.Reason
	}{
		"code":                     {nil, "code=" + plain, "", ""},
		"secret":                   {nil, "secret=" + plain, "", ""},
		"wrong":                    {nil, "code=x", "", hook.ReasonSecretMismatch},
		"empty":                    {nil, "code=", "", hook.ReasonSignatureMissing},
		"none":                     {nil, "", "", hook.ReasonSignatureMissing},
		"another name":             {nil, "key=" + plain, "", hook.ReasonSignatureMissing},
		"a header that is not set": {nil, "", plain, hook.ReasonSignatureMissing},
		"header":                   {set("header", "x-key"), "", plain, ""},
		"wrong header":             {set("header", "x-key"), "", plain + "x", hook.ReasonSecretMismatch},
		"query beside header":      {set("header", "x-key"), "code=" + plain, "", hook.ReasonSignatureMissing},
		"query":                    {set("query", "sig"), "sig=" + plain, "", ""},
		"code beside query":        {set("query", "sig"), "code=" + plain, "", hook.ReasonSignatureMissing},
		"secret beside a token":    {entra, "code=" + plain, "", hook.ReasonSignatureMissing},
		"both":                     {set("query", "a", "header", "b"), "a=" + plain, plain, hook.ReasonKeyMissing},
	} {
		r := extracttest.Record("POST", headers("X-Key", c.header, "B", c.header), gridEvents)
		r.Query = c.query
		e := hook.Endpoint{Secrets: secret(plain), Settings: c.settings}
		p, _ := For("azure-event-grid")
		e.Verify = hook.Enforce
		f := p.Verify(&e, r, signature.ReceiveContext{At: noon, Certificates: noCertificates{}})
		if f.Reason != c.reason || (f.Verdict == hook.Verified) != (c.reason == "") {
			t.Errorf("%s: %s %s", name, f.Verdict, f.Reason)
		}
	}
	for i := range plain {
		r := extracttest.Record("POST", nil, gridEvents)
		r.Query = "code=" + string(bytesTurned([]byte(plain), i))
		if f := examine("azure-event-grid", hook.Endpoint{Secrets: secret(plain)}, r); f.Verdict != hook.Rejected {
			t.Errorf("byte %d of the secret turned: %+v", i, f)
		}
	}
}

func TestSettingsOfEventGridAskForOneProof(t *testing.T) {
	for name, c := range map[string]struct {
		settings map[string]string
		says     string
	}{
		"none":            {nil, ""},
		"a header":        {set("header", "X-Key"), ""},
		"a token":         {set("audience", "a", "tenant", "t"), ""},
		"no tenant":       {set("audience", "a"), "audience and tenant must be set together"},
		"no audience":     {set("tenant", "t", "header", "X-Key"), "audience and tenant must be set together"},
		"header and more": {set("audience", "a", "tenant", "t", "header", "X-Key"), "audience cannot be set beside"},
		"query and more":  {set("audience", "a", "tenant", "t", "query", "q"), "audience cannot be set beside"},
		"two places":      {set("query", "a", "header", "b"), "cannot both be set"},
		"no name":         {set("query", "a b"), "the name of a query parameter"},
		"no header":       {set("header", "a b"), "which no request can have"},
	} {
		if got := CheckSettings("azure-event-grid", c.settings, nil); (got == "") != (c.says == "") ||
			!strings.Contains(got, c.says) {
			t.Errorf("%s: %q", name, got)
		}
	}
	p, _ := For("azure-event-grid")
	for _, c := range []struct {
		settings map[string]string
		secrets  []hook.Secret
		checks   bool
	}{{nil, nil, false}, {nil, secret(plain), true}, {set("audience", "a", "tenant", "t"), nil, true},
		{set("audience", "a"), nil, false}, {set("audience", "a", "tenant", "t"), secret(plain), true},
		{set("header", "x"), nil, false}} {
		if got := p.Signature.Checks(&hook.Endpoint{Settings: c.settings, Secrets: c.secrets}); got != c.checks {
			t.Errorf("%v with %d secrets: %v", c.settings, len(c.secrets), got)
		}
	}
}

// entraKeys is a key set with one key.
type entraKeys struct {
	key string
	err error
}

func (entraKeys) Certificate(*signature.Issuer, string, time.Time) (*x509.Certificate, error) {
	return nil, signature.ErrUntrusted
}

func (k entraKeys) Key(set, id string, _ time.Time) (string, error) {
	switch {
	case set != "https://login.microsoftonline.com/organizations/discovery/v2.0/keys":
		return "", signature.ErrUntrusted
	case k.err != nil:
		return "", k.err
	case id != "k-1":
		return "", signature.ErrUntrusted
	}
	return k.key, nil
}

// entraToken makes a token with the standard library alone.
func entraToken(t testing.TB, key *rsa.PrivateKey, head, claims map[string]any) string {
	t.Helper()
	part := func(v map[string]any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	signed := part(head) + "." + part(claims)
	sum, id := hashOf("sha256", signed)
	sig, err := rsa.SignPKCS1v15(nil, key, id, sum)
	if err != nil {
		t.Fatal(err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(sig)
}

// entra is a key of Microsoft Entra ID, and the usual token that is signed with it.
type entra struct {
	key  *rsa.PrivateKey
	jwk  string
	good string
}

func newEntra(t testing.TB) entra {
	t.Helper()
	m := entra{key: newKeys(t).rsa}
	text, err := json.Marshal(map[string]string{"kty": "RSA", "use": "sig", "kid": "k-1",
		"n": base64.RawURLEncoding.EncodeToString(m.key.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(m.key.E)).Bytes())})
	if err != nil {
		t.Fatal(err)
	}
	m.jwk = string(text)
	m.good = m.token(t)
	return m
}

// head is that of a token by the key.
func (m entra) head() map[string]any {
	return map[string]any{"alg": "RS256", "typ": "JWT", "kid": "k-1"}
}

// claims are those of the usual token with some changed: names and values by turns; nil removes one.
func (m entra) claims(pairs ...any) map[string]any {
	claims := map[string]any{"aud": "app-1", "tid": "t-1", "appid": eventGridApp,
		"iss": "https://sts.windows.net/t-1/", "iat": noon.Add(-3 * time.Hour).Unix(),
		"nbf": noon.Add(-3 * time.Hour).Unix(), "exp": noon.Add(time.Hour).Unix()}
	for i := 0; i < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		if claims[name] = pairs[i+1]; pairs[i+1] == nil {
			delete(claims, name)
		}
	}
	return claims
}

// token returns a token whose claims differ from the usual ones.
func (m entra) token(t testing.TB, pairs ...any) string {
	t.Helper()
	return entraToken(t, m.key, m.head(), m.claims(pairs...))
}

// byHMAC returns the usual token, signed with an HMAC in place of the key.
func (m entra) byHMAC(key string) string {
	signed := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","kid":"k-1"}`)) +
		m.good[strings.Index(m.good, "."):strings.LastIndex(m.good, ".")]
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac(sha256.New, key, signed))
}

// gridToken is a token with the reason for which it is refused, if it is.
type gridToken struct {
	token  string
	reason hook.Reason
}

func gridTokens(t *testing.T, m entra) map[string]gridToken {
	t.Helper()
	wrong := hook.ReasonSignatureMismatch
	of := func(head map[string]any) string { return entraToken(t, m.key, head, m.claims()) }
	return map[string]gridToken{
		"right":               {m.good, ""},
		"of version 2":        {m.token(t, "appid", nil, "azp", eventGridApp), ""},
		"a list of audiences": {m.token(t, "aud", []string{"x", "app-1"}), ""},
		"another audience":    {m.token(t, "aud", "app-2"), wrong},
		"no audience":         {m.token(t, "aud", nil), wrong},
		"another tenant":      {m.token(t, "tid", "t-2"), wrong},
		"no tenant":           {m.token(t, "tid", nil), wrong},
		"another application": {m.token(t, "appid", "a"), wrong},
		"no application":      {m.token(t, "appid", nil), wrong},
		"over":                {m.token(t, "exp", noon.Add(-time.Hour).Unix()), hook.ReasonTimestampTooOld},
		"not yet":             {m.token(t, "nbf", noon.Add(time.Hour).Unix()), hook.ReasonTimestampInFuture},
		"by another key":      {entraToken(t, newKeys(t).rsa, m.head(), m.claims()), wrong},
		"of an unknown key":   {of(map[string]any{"alg": "RS256", "kid": "k-2"}), hook.ReasonKeyUnknown},
		"of no key":           {of(map[string]any{"alg": "RS256"}), hook.ReasonKeyUnknown},
		"none":                {of(map[string]any{"alg": "none", "kid": "k-1"}), hook.ReasonSignatureMalformed},
		"HMAC with the key":   {m.byHMAC(m.jwk), hook.ReasonSignatureMalformed},
		"HMAC with a secret":  {m.byHMAC(plain), hook.ReasonSignatureMalformed},
		"the secret":          {plain, hook.ReasonSignatureMalformed},
	}
}

// TestATokenOfEventGridIsForOneTenantAndAudience: any customer of Azure can have tokens signed by the same keys.
func TestATokenOfEventGridIsForOneTenantAndAudience(t *testing.T) {
	m := newEntra(t)
	p, _ := For("azure-event-grid")
	settings := set("audience", "app-1", "tenant", "t-1")
	e := &hook.Endpoint{Verify: hook.Enforce, Tolerance: 5 * time.Minute, Secrets: secret(plain), Settings: settings}
	verify := func(token string, err error) signature.Result {
		r := extracttest.Record("POST", headers("Authorization", "Bearer "+token), gridEvents)
		return p.Verify(e, r, signature.ReceiveContext{At: noon, Certificates: entraKeys{m.jwk, err}})
	}
	for name, c := range gridTokens(t, m) {
		f := verify(c.token, nil)
		if f.Reason != c.reason || (f.Verdict == hook.Verified) != (c.reason == "") ||
			f.Verdict == hook.Verified && (f.Secret != "key set" || f.Check.Covers != hook.CoversNothing) {
			t.Errorf("%s: %+v", name, f)
		}
		if detail := p.Problem(e, f).Detail; f.Verdict == hook.Rejected && strings.Contains(detail, "certificate") {
			t.Errorf("%s: %s", name, detail)
		}
		e.Settings = nil
		if f := verify(c.token, nil); f.Verdict != hook.Rejected {
			t.Errorf("%s: verifies without the settings", name)
		}
		e.Settings = settings
	}
	f := verify(m.good, errors.New("no route"))
	if problem := p.Problem(e, f); f.Reason != hook.ReasonKeySetUnavailable || strings.Contains(problem.Detail,
		"certificate") || !errors.Is(problem, hook.ErrUnavailable) {
		t.Errorf("without the keys: %+v, %v", f, problem)
	}
	for i := range m.good {
		if f := verify(string(bytesTurned([]byte(m.good), i)), nil); f.Verdict != hook.Rejected {
			t.Errorf("byte %d of the token turned: %+v", i, f)
		}
	}
}
