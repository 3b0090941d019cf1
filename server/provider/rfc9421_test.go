package provider

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"strings"
	"testing"
	"time"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
)

const covered = `("@method" "@target-uri" "content-digest")`

// messageHeaders signs the components that input names, as RFC 9421 specifies.
func messageHeaders(at time.Time, body, more string, sum func(base string) []byte) http.Header {
	digest := sha256.Sum256([]byte(body))
	sent := "sha-256=:" + encode(digest[:]) + ":"
	params := covered + ";created=" + seconds(at) + `;keyid="k"` + more
	base := "\"@method\": POST\n\"@target-uri\": " + address + "\n\"content-digest\": " + sent +
		"\n\"@signature-params\": " + params
	return headers(
		"Content-Digest",
		sent,
		"Signature-Input",
		`other=("date");created=1, sig1=`+params,
		"Signature",
		"other=:AAAA:, sig1=:"+encode(sum(base))+":",
	)
}

func sampleMessages(k keys) []sample {
	return []sample{
		{
			id:     "rfc9421",
			secret: plain,
			body:   `{"type":"made"}`,
			typ:    "made",
			event:  "sha256",
			dated:  true,
			sign: func(at time.Time, body string) http.Header {
				return messageHeaders(
					at,
					body,
					`;alg="hmac-sha256"`,
					func(base string) []byte { return mac(sha256.New, plain, base) },
				)
			},
		},
		{
			id:     "rfc9421",
			secret: "whpk_" + encode([]byte(k.public())),
			body:   `{"type":"made"}`,
			typ:    "made",
			event:  "sha256",
			dated:  true,
			sign: func(at time.Time, body string) http.Header {
				return messageHeaders(
					at,
					body,
					"",
					func(base string) []byte { return ed25519.Sign(k.ed25519Key, []byte(base)) },
				)
			},
		},
	}
}

// TestMessagesCoverTheAddressByteForByte signs the parts of addresses that URL libraries write in another form.
func TestMessagesCoverTheAddressByteForByte(t *testing.T) {
	const body, origin = "{}", "https://hooks.example.com"
	digest := sha256.Sum256([]byte(body))
	sent := "sha-256=:" + encode(digest[:]) + ":"
	for _, tail := range []string{"", "/", "/{id}", "/a|b", "/%7Bid%7d?%zz={", "/%zz", "?a='", "/?a=1"} {
		path, query, hasQuery := strings.Cut(strings.TrimPrefix(address+tail, origin), "?")
		target := path
		if hasQuery {
			target += "?" + query
		}
		for part, value := range map[string]string{"@path": path, "@request-target": target} {
			input := `("@method" "@authority" "@query" "` + part + `" "content-digest");created=` + seconds(noon)
			base := "\"@method\": POST\n\"@authority\": hooks.example.com\n\"@query\": ?" + query +
				"\n\"" + part + "\": " + value + "\n\"content-digest\": " + sent + "\n\"@signature-params\": " + input
			r := extracttest.Record("POST", headers("Content-Digest", sent, "Signature-Input", "s="+input,
				"Signature", "s=:"+encode(mac(sha256.New, plain, base))+":"), body)
			r.Path, r.Query, _ = strings.Cut(tail, "?")
			if f := examine("rfc9421", hook.Endpoint{Secrets: secret(plain)}, r); f.Verdict != hook.Verified {
				t.Errorf("%s of %q: %+v", part, tail, f)
			}
		}
	}
}

// TestEveryAlgorithmOfMessagesIsTakenByItsOwnKeyAlone tries each signature with each key, with and without the
// algorithm named.
func TestEveryAlgorithmOfMessagesIsTakenByItsOwnKeyAlone(t *testing.T) {
	edPublic, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[string]string{
		"ed25519":           inPEM(t, edPublic),
		"ecdsa-p256-sha256": inPEM(t, ec.Public()),
		"rsa-pss-sha512":    inPEM(t, rs.Public()),
		"rsa-v1_5-sha256":   inPEM(t, rs.Public()),
		"hmac-sha256":       plain,
	}
	sums := map[string]func(string) []byte{
		"ed25519": func(base string) []byte { return ed25519.Sign(ed, []byte(base)) },
		"ecdsa-p256-sha256": func(base string) []byte {
			digest := sha256.Sum256([]byte(base))
			r, s, err := ecdsa.Sign(rand.Reader, ec, digest[:])
			if err != nil {
				t.Fatal(err)
			}
			return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		},
		"rsa-pss-sha512": func(base string) []byte {
			digest := sha512.Sum512([]byte(base))
			sum, err := rsa.SignPSS(rand.Reader, rs, crypto.SHA512, digest[:], &rsa.PSSOptions{SaltLength: 64})
			if err != nil {
				t.Fatal(err)
			}
			return sum
		},
		"rsa-v1_5-sha256": func(base string) []byte {
			digest := sha256.Sum256([]byte(base))
			sum, err := rsa.SignPKCS1v15(rand.Reader, rs, crypto.SHA256, digest[:])
			if err != nil {
				t.Fatal(err)
			}
			return sum
		},
		"hmac-sha256": func(base string) []byte { return mac(sha256.New, plain, base) },
	}
	for alg, sum := range sums {
		for _, said := range []string{"", `;alg="` + alg + `"`} {
			r := extracttest.Record("POST", messageHeaders(noon, "{}", `;nonce="n-1"`+said, sum), "{}")
			for kind, value := range secrets {
				own := kind == alg || secrets[kind] == secrets[alg]
				f := examine("rfc9421", hook.Endpoint{Secrets: secret(value)}, r)
				if (f.Verdict == hook.Verified) != own ||
					own && (f.Check.Scheme != "rfc9421 "+alg || f.Event != "n-1") {
					t.Errorf("%s%s with a key of %s: %+v", alg, said, kind, f)
				}
			}
		}
	}
	r := extracttest.Record("POST", messageHeaders(noon, "{}", "", sums["ed25519"]), "{}")
	named := hook.Endpoint{
		Secrets: []hook.Secret{
			{Label: "k", Value: secrets["ecdsa-p256-sha256"]},
			{Label: "other", Value: secrets["ed25519"]},
		},
	}
	if f := examine("rfc9421", named, r); f.Verdict != hook.Rejected {
		t.Errorf("the keyid names another key, and yet: %+v", f)
	}
	named.Secrets[0].Label, named.Secrets[1].Label = "other", "k"
	if f := examine("rfc9421", named, r); f.Verdict != hook.Verified || f.Secret != "k" {
		t.Errorf("the keyid names the key, and yet: %+v", f)
	}
}

func inPEM(t *testing.T, public crypto.PublicKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func TestAMessageThatLeavesSomethingOpenIsRefused(t *testing.T) {
	genuine := func() *hook.Record {
		return extracttest.Record(
			"POST",
			messageHeaders(noon, "{}", "", func(base string) []byte { return mac(sha256.New, plain, base) }),
			"{}",
		)
	}
	for name, c := range map[string]struct {
		from, to string
		want     hook.Reason
	}{
		"as it was":        {"", "", ""},
		"method uncovered": {`"@method" `, "", hook.ReasonSignatureMalformed},
		"digest uncovered": {` "content-digest")`, ")", hook.ReasonSignatureMalformed},
		"place uncovered":  {`"@target-uri" `, "", hook.ReasonSignatureMalformed},
		"twice":            {`"@method" `, `"@method" "@method" `, hook.ReasonSignatureMalformed},
		"without a time":   {";created=" + seconds(noon), "", hook.ReasonTimestampMissing},
		"another time": {
			";created=" + seconds(noon),
			";created=" + seconds(noon.Add(1e9)),
			hook.ReasonSignatureMismatch,
		},
		"another algorithm":  {`;keyid="k"`, `;keyid="k";alg="ed25519"`, hook.ReasonKeyMissing},
		"no time to read":    {";created=" + seconds(noon), ";created=x", hook.ReasonTimestampMissing},
		"of another request": {`"@method"`, `"@method";req`, hook.ReasonSignatureMalformed},
		"written anew":       {`"content-digest"`, `"content-digest";sf`, hook.ReasonSignatureMalformed},
		"in bytes":           {`"content-digest"`, `"content-digest";bs`, hook.ReasonSignatureMalformed},
		"one of its members": {`"content-digest"`, `"content-digest";key="sha-256"`, hook.ReasonSignatureMalformed},
		"a broken parameter": {`;keyid="k"`, `;keyid="k`, hook.ReasonSignatureMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			r := genuine()
			for i := range r.Headers {
				if r.Headers[i].Name == "Signature-Input" {
					r.Headers[i].Value = strings.Replace(r.Headers[i].Value, c.from, c.to, 1)
				}
			}
			if f := examine("rfc9421", hook.Endpoint{Secrets: secret(plain)}, r); f.Reason != c.want {
				t.Errorf("%+v, want %q", f, c.want)
			}
		})
	}
	r := genuine()
	r.Method = "PUT"
	if f := examine("rfc9421", hook.Endpoint{Secrets: secret(plain)}, r); f.Reason != hook.ReasonSignatureMismatch {
		t.Errorf("another method: %+v", f)
	}
}
