package diagnose

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

// asked is the diagnosis of a record at an endpoint, which is made to be asked here at noon.
func asked(e *hook.Endpoint, r *hook.Record, others ...Known) Diagnosis {
	p, _ := provider.For(e.Provider)
	e.ID, e.Verify, e.Tolerance = "ep_own", hook.Enforce, 5*time.Minute
	r.Reason = p.Verify(e, r, signature.ReceiveContext{At: noon, URL: address}).Reason
	return Run(
		p,
		Case{Record: r, Endpoint: e, Context: signature.ReceiveContext{At: noon, URL: address}, Others: others},
	)
}

// signedHex is a body with its HMAC as hex in a header, behind a prefix.
func signedHex(header, prefix, with, message, body string) *hook.Record {
	return recordOf("POST", headers(header, prefix+hmacHex(sha256.New, with, message)), body)
}

// rareCase is a delivery at an endpoint, with what is to be found.
type rareCase struct {
	e           hook.Endpoint
	r           *hook.Record
	known       Known // another endpoint, if there is one
	cause, says string
}

// rareSignatures are signatures that are written or made in an unusual way.
func rareSignatures() map[string]rareCase {
	var deflated bytes.Buffer
	w := zlib.NewWriter(&deflated)
	_, _ = w.Write([]byte("{}"))
	_ = w.Close()
	packed := signedHex("X-Hub-Signature-256", "sha256=", plain, "packed", "{}")
	signature.SetHeader(packed, "Content-Encoding", "gzip")
	micro := seconds(noon) + "000000"
	old := sha256.Sum256([]byte(plain + "{}"))
	tuned := map[string]string{"header": "x-sum", "prefix": "v1="}
	return map[string]rareCase{
		"inflated": {
			e:     hook.Endpoint{Provider: "github", Secrets: secret(plain)},
			r:     signedHex("X-Hub-Signature-256", "sha256=", plain, "{}", deflated.String()),
			cause: "compressed", says: "decompressed",
		},
		"came unpacked": {
			e:     hook.Endpoint{Provider: "github", Secrets: secret(plain)},
			r:     packed,
			cause: "decompressed", says: "Content-Encoding is gzip, but the body is not compressed",
		},
		"microseconds": {
			e:     hook.Endpoint{Provider: "stripe", Secrets: secret(plain)},
			r:     signedHex("Stripe-Signature", "t="+micro+",v1=", plain, micro+".{}", "{}"),
			cause: "timestamp_unit", says: "not in the unit that Stripe uses",
		},
		"a date for seconds": {
			e:     hook.Endpoint{Provider: "stripe", Secrets: secret(plain)},
			r:     signedHex("Stripe-Signature", "t=2026-01-31T14:41:10Z,v1=", plain, "2026-01-31T14:41:10Z.{}", "{}"),
			cause: "timestamp_unit", says: "The signature is valid",
		},
		"an old way": {
			e:     hook.Endpoint{Provider: "hubspot", Secrets: secret(plain)},
			r:     recordOf("POST", headers("X-Hubspot-Signature", hex.EncodeToString(old[:])), "{}"),
			cause: "old_scheme", says: `"live" matches, but the request is signed with an old scheme of HubSpot`,
		},
		"tuned, without its prefix": {
			e:     hook.Endpoint{Provider: "generic-hmac", Secrets: secret(plain), Settings: tuned},
			r:     signedHex("X-Sum", "", plain, "{}", "{}"),
			cause: "header_form", says: "the header X-Sum lacks the prefix v1=",
		},
		"tuned, in another header": {
			e:     hook.Endpoint{Provider: "generic-hmac", Secrets: secret(plain), Settings: tuned},
			r:     signedHex("X-Other", "v1=", plain, "{}", "{}"),
			cause: "header_name", says: "in the header X-Other",
		},
		"tuned, not sent": {
			e:     hook.Endpoint{Provider: "generic-hmac", Secrets: secret(plain), Settings: tuned},
			r:     recordOf("POST", nil, "{}"),
			cause: "signature_missing", says: "in the header X-Sum",
		},
	}
}

// rareEndpoints are endpoints in an unusual state, and deliveries for another endpoint.
func rareEndpoints() map[string]rareCase {
	deleted := &hook.Endpoint{Provider: "github", Secrets: secret(plain), DeletedAt: hook.Time{Time: noon}}
	square := &hook.Endpoint{ID: "ep_till", Name: "till", Provider: "square", Secrets: secret(plain)}
	byOther := recordOf(
		"POST",
		headers("X-Square-Hmacsha256-Signature", hmac64(sha256.New, plain, address+"-till{}")),
		"{}",
	)
	code := &hook.Endpoint{ID: "ep_code", Name: "code", Provider: "github", Secrets: secret(githubKnown)}
	return map[string]rareCase{
		"deleted": {
			e:     *deleted,
			r:     signedHex("X-Hub-Signature-256", "sha256=", plain, "{}", "{}\n"),
			cause: "newline", says: "without a trailing newline",
		},
		"same sender's endpoint": {
			e:     hook.Endpoint{Provider: "square", Secrets: secret(plain)},
			r:     byOther,
			known: Known{square, address + "-till"},
			cause: "other_endpoint", says: `of your endpoint "till"`,
		},
		"two secrets, one header": {
			e:     hook.Endpoint{Provider: "github", Secrets: secret(plain)},
			r:     signedHex("X-Hub-Signature-256", "", githubKnown, "{}", "{}"),
			known: Known{code, address},
			cause: "header_form", says: `"live" of your endpoint "code" matches, but the header`,
		},
		"a line break in the sender's": {
			e:     hook.Endpoint{Provider: "github", Secrets: secret(plain)},
			r:     signedHex("X-Hub-Signature-256", "sha256=", plain+"\n", "{}", "{}"),
			cause: "secret_form", says: "with white space after it",
		},
		"no secret, another has it": {
			e:     hook.Endpoint{Provider: "github"},
			r:     signedHex("X-Hub-Signature-256", "sha256=", githubKnown, "{}", "{}"),
			known: Known{code, address},
			cause: "no_secret", says: "has no secret",
		},
	}
}

func TestRarerCausesAreNamed(t *testing.T) {
	cases := rareSignatures()
	maps.Copy(cases, rareEndpoints())
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var others []Known
			if c.known.Endpoint != nil {
				others = append(others, c.known)
			}
			got := asked(&c.e, c.r, others...)
			if got.Cause != c.cause || !strings.Contains(got.Summary, c.says) ||
				strings.Contains(fmt.Sprint(got), plain) {
				t.Errorf("%+v", got)
			}
			if told := got.Findings[len(got.Findings)-1].Cause == "endpoint_deleted"; told == c.e.DeletedAt.IsZero() {
				t.Errorf("deleted %v, but it says %+v", c.e.DeletedAt, got.Findings)
			}
			genuine := !slices.Contains([]string{"decompressed", "signature_missing"}, c.cause)
			if got.Genuine != genuine {
				t.Errorf("genuine: %v", got.Genuine)
			}
		})
	}
}

// filed is a lookup that knows one certificate.
type filed struct{ leaf *x509.Certificate }

func (f filed) Certificate(*signature.Issuer, string, time.Time) (*x509.Certificate, error) {
	return f.leaf, nil
}

func (f filed) Key(string, string, time.Time) (string, error) { return "", signature.ErrUntrusted }

func TestWhatIsSignedForAnotherWebhookOfPayPalsIsNamed(t *testing.T) {
	p, _ := provider.For("paypal")
	key, certificate, err := p.Signature.NewKey(noon)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode([]byte(certificate))
	leaf, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	made := func(id, webhook string) *hook.Endpoint {
		return &hook.Endpoint{
			ID:       hook.EndpointID("ep_" + id),
			Name:     id,
			Provider: "paypal",
			Settings: map[string]string{"webhook_id": webhook},
		}
	}
	signed := recordOf("POST", headers("Paypal-Transmission-Id", "t-1"), "{}")
	if err := p.Sign(signed, signature.Signing{Endpoint: made("shop", "WH-1"), At: noon, Key: key}); err != nil {
		t.Fatal(err)
	}
	header := headers(
		"Paypal-Auth-Algo",
		"SHA256withRSA",
		"Paypal-Cert-Url",
		"https://api.paypal.com/v1/notifications/certs/one",
	)
	for _, h := range signed.Headers {
		header.Set(h.Name, h.Value)
	}
	for name, c := range map[string]struct {
		own, body, cause string
	}{
		"right":           {"WH-1", "{}", "verified"},
		"another webhook": {"WH-2", "{}", "other_endpoint"},
		"a newline":       {"WH-1", "{}\n", "newline"},
		"unknown":         {"WH-2", "[]", "unknown_secret"},
	} {
		got := Run(
			p,
			Case{
				Record:   recordOf("POST", header, c.body),
				Endpoint: made("own", c.own),
				Context:  signature.ReceiveContext{At: noon, Certificates: filed{leaf}},
				Others:   []Known{{made("shop", "WH-1"), address}},
			},
		)
		if got.Cause != c.cause || got.Genuine != (c.cause != "unknown_secret") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestManyEndpointsLeaveSomethingToTheRest(t *testing.T) {
	var crowd []Known
	for range 9000 {
		crowd = append(crowd, Known{&hook.Endpoint{Provider: "stripe", Secrets: secret(stripeTest)}, address})
	}
	r := signedHex("X-Hub-Signature-256", "sha256=", plain, "{}", "{}\n")
	if got := asked(&hook.Endpoint{Provider: "github", Secrets: secret(plain)}, r, crowd...); got.Cause != "newline" {
		t.Errorf("%+v", got)
	}
}

func TestADiagnosisIsBounded(t *testing.T) {
	unsigned := headers("Stripe-Signature", "t=1,v1="+strings.Repeat("00", 32))
	var crowd []Known
	for i := range 20_000 {
		crowd = append(
			crowd,
			Known{
				&hook.Endpoint{Provider: "stripe", Secrets: secret(fmt.Sprint("whsec_of-one-of-very-many-", i))},
				address,
			},
		)
	}
	for name, c := range map[string]struct {
		body   string
		others []Known
	}{
		"a large body": {strings.Repeat("[[1,2],", 25<<20/7), nil},
		"deep JSON": {
			strings.Repeat("[", 9000) + strings.Repeat("[],", 1<<20) + "1" + strings.Repeat("]", 9000),
			nil,
		},
		"very many endpoints": {"{}", crowd},
		"a body that unpacks": {string(zipped(bytes.Repeat([]byte("0"), 64<<20))), nil},
		"all of it":           {strings.Repeat("a=1&", 1<<20), crowd},
	} {
		t.Run(name, func(t *testing.T) {
			got := asked(
				&hook.Endpoint{Provider: "stripe", Secrets: secret(stripeLive)},
				recordOf("POST", unsigned, c.body),
				c.others...)
			if got.Cause != "unknown_secret" ||
				!strings.Contains(got.Summary, "Not all combinations were tried") && c.others != nil ||
				got.Tried*(len(c.body)+trialBytes) > hashedBytes {
				t.Errorf("%+v", got)
			}
		})
	}
}
