package sample

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

const (
	address = "https://hooks.example.com/in/shop-0123456789abcdef"
	plain   = "a-secret-of-32-characters-000001"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func encode(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// shared is where vectors and payloads of the real senders are.
func shared(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("HOOKBEAM_SHARED")
	if folder == "" {
		t.Skip(
			"SKIPPED: HOOKBEAM_SHARED is not set, so the published payloads in $HOOKBEAM_SHARED/providers are " +
				"not compared",
		)
	}
	return filepath.Join(folder, "providers")
}

// made is a sample and the endpoint that it is for.
type made struct {
	p *provider.Provider
	e *hook.Endpoint
	r *hook.Record
}

// makeSigned makes a sample and signs it with what its sender signs with: a secret, or where there is none a new key.
func makeSigned(t testing.TB, s *Sampler, p *provider.Provider, name, secret string, set map[string]string) made {
	t.Helper()
	r, err := s.Make(p, name, set, noon)
	if err != nil {
		t.Fatalf("%s of %s: %v", name, p.ID, err)
	}
	e := &hook.Endpoint{Provider: p.ID, Verify: hook.Enforce, Tolerance: 5 * time.Minute,
		Settings: map[string]string{"webhook_id": "WH-1", "public_key": "public", "topic_arn": "arn:aws:sns:a:1:b"}}
	with := signature.Signing{Endpoint: e, URL: address, At: noon, Secret: secret}
	if secret == "" {
		if with.Key, secret, err = p.Signature.NewKey(noon); err != nil {
			t.Fatalf("%s: %v", p.ID, err)
		}
	}
	e.Secrets = []hook.Secret{
		{Label: "other", Value: "another-secret-0123456789abcdef0"},
		{Label: "sample", Value: secret},
	}
	if err := p.Sign(r, with); err != nil {
		t.Fatalf("sign %s of %s: %v", name, p.ID, err)
	}
	return made{p, e, r}
}

func (m made) finding() signature.Result {
	return m.p.Verify(m.e, m.r, signature.ReceiveContext{At: noon, URL: address})
}

// sampleSecrets are what an endpoint of each provider may hold; "" is the public half of a key. Any other: some text.
func sampleSecrets(id string) []string {
	whsec := "whsec_" + encode([]byte(plain))
	return map[string][]string{"adyen": {hex.EncodeToString([]byte(plain))}, "svix": {whsec},
		"standard-webhooks": {whsec, ""}, "gitlab": {plain, whsec},
		"rfc9421": {plain, whsec, ""}, "basic": {"user:" + plain}, "discord": {""}, "sendgrid": {""},
		"paypal": {""}, "aws-sns": {""}}[id]
}

func eachSample(t *testing.T, do func(t *testing.T, p *provider.Provider, name, secret string)) {
	for _, p := range provider.All() {
		secrets := sampleSecrets(p.ID)
		if secrets == nil {
			secrets = []string{plain}
		}
		if len(Types(&p)) == 0 {
			t.Errorf("%s has no samples", p.ID)
		}
		for _, name := range Types(&p) {
			for i, secret := range secrets {
				t.Run(fmt.Sprintf("%s/%s/%d", p.ID, name, i), func(t *testing.T) { do(t, &p, name, secret) })
			}
		}
	}
}

func TestEverySampleIsSignedAsItsSenderSigns(t *testing.T) {
	eachSample(t, func(t *testing.T, p *provider.Provider, name, secret string) {
		m := makeSigned(t, NewSampler(), p, name, secret, nil)
		f := m.finding()
		if f.Verdict != hook.Verified || f.Secret != "sample" {
			t.Fatalf("%+v\n%v", f, m.r.Headers)
		}
		if f.Type != name && !strings.HasPrefix(name, f.Type+".") || f.Type == "" {
			t.Errorf("is of type %q", f.Type)
		}
		if len(p.Identity.Events) > 0 && f.Event == "" && (p.ID != "microsoft-graph" || name == Types(p)[0]) {
			t.Error("has no event id")
		}
		if name == Types(p)[0] && len(p.Identity.Times) > 0 && f.OccurredAt.IsZero() && p.ID != "github" &&
			p.ID != "gitlab" {
			t.Error("does not say when it happened")
		}
		if f.Mode == hook.ModeLive {
			t.Error("says that it is real")
		}
		if m.r.Size != int64(len(m.r.Body)) || m.r.Size > 4000 {
			t.Errorf("%d bytes, says %d", len(m.r.Body), m.r.Size)
		}
		if !slices.IsSortedFunc(m.r.Headers, func(a, b hook.Header) int { return strings.Compare(a.Name, b.Name) }) {
			t.Errorf("headers out of order: %v", m.r.Headers)
		}
		wellFormed(t, m.r)
	})
}

// wellFormed holds that a body is what its Content-Type says, with every blank filled.
func wellFormed(t *testing.T, r *hook.Record) {
	t.Helper()
	media, _, err := mime.ParseMediaType(r.ContentType)
	if err != nil {
		t.Error(err)
	}
	switch {
	case strings.HasSuffix(media, "json"):
		if !json.Valid(r.Body) {
			t.Errorf("is no JSON: %s", r.Body)
		}
	case media == "application/x-www-form-urlencoded":
		if _, err := url.ParseQuery(string(r.Body)); err != nil {
			t.Error(err)
		}
	}
	for _, unfilled := range []string{"{{", "}}}}", packedValue, `""{`} {
		if bytes.Contains(r.Body, []byte(unfilled)) {
			t.Errorf("%q is left in %s", unfilled, r.Body)
		}
	}
	for _, h := range r.Headers {
		if h.Value == "" || strings.ContainsAny(h.Value, "{}\n") {
			t.Errorf("header %s: %q", h.Name, h.Value)
		}
	}
}

func TestASampleOfAnotherSecretIsRefused(t *testing.T) {
	eachSample(t, func(t *testing.T, p *provider.Provider, name, secret string) {
		m := makeSigned(t, NewSampler(), p, name, secret, nil)
		m.e.Secrets = m.e.Secrets[:1]
		if f := m.finding(); f.Verdict != hook.Rejected {
			t.Errorf("%+v", f)
		}
	})
}

func TestWhatIsSetIsInTheBodyAndStillVerifies(t *testing.T) {
	eachSample(t, func(t *testing.T, p *provider.Provider, name, secret string) {
		s := NewSampler()
		m := makeSigned(t, s, p, name, secret, nil)
		path := map[string]string{"braintree": "kind", "websub": "title", "hubspot": "0.added",
			"sendgrid": "0.added", "azure-event-grid": "0.added"}[p.ID]
		if path == "" {
			path = "added"
		}
		value := "set-by-a-test"
		changed := makeSigned(t, s, p, name, secret, map[string]string{path: value})
		in := changed.r.Body
		if form, err := url.ParseQuery(string(in)); err == nil && p.ID == "braintree" {
			in = unpack(t, form.Get("bt_payload"))
		}
		if !bytes.Contains(in, []byte(value)) || bytes.Contains(m.r.Body, []byte(value)) {
			t.Errorf("%q is not in %s", value, in)
		}
		if f := changed.finding(); f.Verdict != hook.Verified {
			t.Errorf("%+v", f)
		}
	})
}

func unpack(t *testing.T, text string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(text, "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func objectOf(r *hook.Record) string {
	var q payload.Request
	q.Reset(r, nil)
	return q.Text(payload.Select("body:data.object.id"))
}

func TestSamplesOfOneRunAreAboutTheSameObject(t *testing.T) {
	p, _ := provider.For("stripe")
	s := NewSampler()
	created, paid := makeSigned(
		t,
		s,
		p,
		"payment_intent.created",
		plain,
		nil,
	), makeSigned(
		t,
		s,
		p,
		"payment_intent.succeeded",
		plain,
		nil,
	)
	other := makeSigned(t, NewSampler(), p, "payment_intent.created", plain, nil)
	object := func(m made) string { return objectOf(m.r) }
	if object(created) != object(paid) || object(created) == object(other) || !strings.HasPrefix(object(paid), "pi_") {
		t.Errorf("%s, %s, and of another run %s", object(created), object(paid), object(other))
	}
	if a, b := created.finding().Event, paid.finding().Event; a == b {
		t.Errorf("both are event %s", a)
	}
	again := makeSigned(t, s, p, "payment_intent.created", plain, nil).finding().Event
	if again == created.finding().Event {
		t.Errorf("both are event %s", again)
	}
}

func TestValuesAreJSONWhereTheyCanBe(t *testing.T) {
	p, _ := provider.For("stripe")
	for name, c := range map[string]struct{ path, value, want string }{
		"a number":           {"data.object.amount", "1200", `"amount": 1200,`},
		"a word":             {"data.object.currency", "usd", `"currency": "usd",`},
		"a quoted number":    {"data.object.id", `"1200"`, `"id": "1200",`},
		"an object":          {"data.object.metadata", ` {"a":1} `, `"metadata": {"a":1},`},
		"null":               {"data.object.customer", "null", `"customer": null,`},
		"what is quoted":     {"data.object.description", `a "b" \ <c>`, `"a \"b\" \\`},
		"an item of a list":  {"data.object.payment_method_types.0", "klarna", `"klarna",`},
		"a path that is new": {"data.object.metadata.cart.size", "3", `"cart":{"size":3}`},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := NewSampler().Make(p, "", map[string]string{c.path: c.value}, noon)
			if err != nil || !strings.Contains(string(r.Body), c.want) || !json.Valid(r.Body) {
				t.Errorf("%v: want %s in %s", err, c.want, r.Body)
			}
		})
	}
}

func TestWhatCannotBeMadeIsSaid(t *testing.T) {
	for name, c := range map[string]struct{ id, sample, path, value, code, want string }{
		"an unknown type": {id: "stripe", sample: "payment.paid", code: "unknown_type",
			want: "charge.refunded"},
		"no path": {id: "stripe", value: "1", code: "cannot_set", want: "1 to 200"},
		"a long path": {id: "stripe", path: strings.Repeat("a", 201), code: "cannot_set",
			want: "1 to 200"},
		"a wild path": {id: "stripe", path: "data.#.id", value: "1", code: "cannot_set",
			want: "separated by dots"},
		"a huge list": {id: "stripe", path: "data.list.1000000", value: "1", code: "cannot_set",
			want: "at most 100"},
		"an index beyond all": {id: "stripe", path: "data.99999999999999999999999", value: "1",
			code: "cannot_set", want: "at most 100"},
		"a huge value": {id: "stripe", path: "id", value: strings.Repeat("a", maxValue+1),
			code: "cannot_set", want: "65536 bytes"},
		"an element that is none": {id: "websub", path: "price", value: "1", code: "cannot_set",
			want: "no such element"},
		"a name that is no member": {id: "hubspot", path: "objectId", value: "1", code: "cannot_set",
			want: "separated by dots"},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := provider.For(c.id)
			set := map[string]string{}
			if c.sample == "" {
				set[c.path] = c.value
			}
			_, err := NewSampler().Make(p, c.sample, set, noon)
			var problem *hook.Problem
			if !errors.As(err, &problem) || problem.Code != c.code || !strings.Contains(problem.Detail, c.want) ||
				!errors.Is(err, hook.ErrInvalid) {
				t.Errorf("%v, want %s with %q", err, c.code, c.want)
			}
		})
	}
}

func TestNoSampleIsAPayloadOfARealSender(t *testing.T) {
	theirs := map[string]string{}
	err := filepath.WalkDir(filepath.Join(shared(t), "fixtures"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		theirs[squeezed(body)] = path
		return err
	})
	if err != nil || len(theirs) < 200 {
		t.Fatalf("%d payloads, %v", len(theirs), err)
	}
	eachSample(t, func(t *testing.T, p *provider.Provider, name, secret string) {
		if path := theirs[squeezed(makeSigned(t, NewSampler(), p, name, secret, nil).r.Body)]; path != "" {
			t.Errorf("is %s", path)
		}
	})
}

func squeezed(body []byte) string {
	var b bytes.Buffer
	if json.Compact(&b, body) != nil {
		return string(body)
	}
	return b.String()
}

func TestNobodyAsksPayPalForTheCertificateOfASample(t *testing.T) {
	p, _ := provider.For("paypal")
	for _, name := range Types(p) {
		r, err := NewSampler().Make(p, name, nil, noon)
		if err != nil || p.Signature.Issuer.CheckURL(r.Header("Paypal-Cert-Url")) == nil {
			t.Errorf("%s, %v: %s would be fetched", name, err, r.Header("Paypal-Cert-Url"))
		}
	}
}

func FuzzWhatIsSet(f *testing.F) {
	for _, seed := range [][2]string{
		{"data.object.amount", "1200"},
		{"0.objectId", `"x"`},
		{"added", "<a>&"},
		{`a\.b`, "{"},
		{":1.2", "[]"},
		{"-1", "null"},
		{"title", "\xff"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, path, value string) {
		for _, id := range []string{"stripe", "hubspot", "twilio", "braintree", "websub"} {
			p, _ := provider.For(id)
			r, err := NewSampler().Make(p, "", map[string]string{path: value}, noon)
			if err == nil && len(r.Body) > maxValue*6+8000 {
				t.Errorf("%s has become %d bytes", id, len(r.Body))
			}
			if err == nil && strings.HasSuffix(strings.Split(r.ContentType, ";")[0], "json") && !json.Valid(r.Body) {
				t.Errorf("%q = %q makes no JSON: %s", path, value, r.Body)
			}
		}
	})
}
