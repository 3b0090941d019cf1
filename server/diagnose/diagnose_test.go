package diagnose

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/sample"
	"hookbeam/server/signature"
)

const (
	stripeLive  = "whsec_of-the-live-endpoint-0001"
	stripeTest  = "whsec_of-the-test-endpoint-0002"
	githubKnown = "a-secret-of-the-repository-0003"
)

// wrongDelivery is a delivery that is signed correctly and then changed, or signed with something else than the
// endpoint has.
type wrongDelivery struct {
	sender string
	secret string // that the sender signs with
	own    string // that the endpoint has; "": the same
	at     time.Duration
	url    string             // that the sender knows the endpoint by
	before func(*hook.Record) // changes it before it is signed
	after  func(*hook.Record) // changes it after it is signed

	cause, says string // the cause that is to be found, and a part of its summary
}

// diagnosed signs as the sender does, changes what was signed, and asks why.
func diagnosed(t *testing.T, c wrongDelivery) (Diagnosis, Case) {
	t.Helper()
	p, _ := provider.For(c.sender)
	r, err := sample.NewSampler().Make(p, "", nil, noon)
	if err != nil {
		t.Fatal(err)
	}
	if c.before != nil {
		c.before(r)
	}
	own := c.own
	if own == "" {
		own = c.secret
	}
	e := &hook.Endpoint{ID: "ep_own", Name: "shop", Provider: c.sender, Verify: hook.Enforce,
		Tolerance: 5 * time.Minute, Secrets: secret(own)}
	signedAt := c.url
	if signedAt == "" {
		signedAt = address
	}
	err = p.Sign(r, signature.Signing{Endpoint: e, URL: signedAt, At: noon.Add(c.at), Secret: c.secret})
	if err != nil {
		t.Fatal(err)
	}
	if c.after != nil {
		c.after(r)
	}
	on := signature.ReceiveContext{At: noon, URL: address}
	f := p.Verify(e, r, on)
	r.Verdict, r.Reason = f.Verdict, f.Reason
	one := Case{Record: r, Endpoint: e, Context: on, Others: []Known{
		{&hook.Endpoint{ID: "ep_test", Name: "shop-test", Provider: "stripe",
			Secrets: []hook.Secret{{Label: "test", Value: stripeTest}}}, address + "-test"},
		{&hook.Endpoint{ID: "ep_code", Name: "code", Provider: "github",
			Secrets: []hook.Secret{{Label: "repository", Value: githubKnown}}}, address + "-code"},
	}}
	return Run(p, one), one
}

func TestEachCauseIsFoundAndNamed(t *testing.T) {
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, one := diagnosed(t, c)
			if got.Cause != c.cause || !strings.Contains(got.Summary, c.says) || got.Findings[0].Fix == "" {
				t.Errorf("%s: %s", got.Cause, got.Summary)
			}
			unproven := c.cause == "unknown_secret" || c.cause == "signature_missing" ||
				strings.Contains(got.Summary, "has no body") || name == "another sender"
			if got.Genuine == unproven {
				t.Errorf("genuine: %v", got.Genuine)
			}
			p, _ := provider.For(c.sender)
			if again := Run(p, one); !reflect.DeepEqual(again, got) {
				t.Errorf("asked again, it says %+v", again)
			}
		})
	}
}

func TestWhatWasNotAboutTheSignatureIsExplainedAsWell(t *testing.T) {
	p, _ := provider.For("stripe")
	for reason, says := range map[hook.Reason]string{
		hook.ReasonAddressNotAllowed:      "came from 192.0.2.9",
		hook.ReasonHandshakeRefused:       "confirmation",
		hook.ReasonCertificateUnavailable: "could not be fetched",
		hook.ReasonCertificateUntrusted:   "does not belong to the sender",
	} {
		r := &hook.Record{Delivery: hook.Delivery{Reason: reason}, Request: hook.Request{Remote: "192.0.2.9"}}
		got := Run(p, Case{Record: r, Endpoint: &hook.Endpoint{}, Context: signature.ReceiveContext{At: noon}})
		if got.Cause != string(reason) || !strings.Contains(got.Summary, says) {
			t.Errorf("%s: %+v", reason, got)
		}
	}
	got := Run(p, Case{Record: recordOf("POST", nil, "{}"), Endpoint: &hook.Endpoint{},
		Context: signature.ReceiveContext{At: noon}})
	if got.Cause != "no_secret" || got.Genuine {
		t.Errorf("without a secret: %+v", got)
	}
}

// TestNoDiagnosisGivesASecretOrASignatureAway looks for every secret, in every form, and for what would have been
// right.
func TestNoDiagnosisGivesASecretOrASignatureAway(t *testing.T) {
	for name, c := range cases {
		got, one := diagnosed(t, c)
		text, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		p, _ := provider.For(c.sender)
		right := cloneRecord(one.Record)
		err = p.Sign(right, signature.Signing{Endpoint: one.Endpoint, URL: address, At: noon.Add(c.at),
			Secret: one.Endpoint.Secrets[0].Value})
		if err != nil {
			t.Fatal(err)
		}
		hidden := []string{c.secret, one.Endpoint.Secrets[0].Value, stripeTest, githubKnown}
		for _, h := range right.Headers {
			if one.Record.Header(h.Name) != h.Value {
				hidden = append(hidden, h.Value)
			}
		}
		for _, secret := range hidden {
			for _, form := range []string{
				secret,
				base64.StdEncoding.EncodeToString([]byte(secret)),
				hex.EncodeToString([]byte(secret)),
				url.QueryEscape(secret),
			} {
				if strings.Contains(string(text), form) {
					t.Errorf("%s: %s holds %s", name, text, form)
				}
			}
		}
	}
}

// FuzzDiagnose: whatever came, there is a diagnosis, and without the secret nothing is genuine.
func FuzzDiagnose(f *testing.F) {
	for _, p := range provider.All() {
		r, err := sample.NewSampler().Make(&p, "", nil, noon)
		if err != nil {
			f.Fatal(err)
		}
		line := strings.Repeat("0a", 32)
		if p.Sign(r, signature.Signing{Endpoint: &hook.Endpoint{}, URL: address, At: noon, Secret: plain}) == nil {
			for _, sc := range p.Signature.Schemes {
				if name, ok := sc.At.Header(); ok && r.Header(name) != "" {
					line = r.Header(name)
				}
			}
		}
		f.Add(p.ID, line, r.Body, "a=b")
	}
	f.Add("stripe", "t=1,v1=00", []byte(`{"a":["\ud800",1e999,{}]}`), "")
	f.Fuzz(func(t *testing.T, id, line string, body []byte, query string) {
		p, known := provider.For(id)
		if !known || len(body) > 1<<16 {
			return
		}
		r := recordOf("POST", nil, string(body))
		r.Query, r.Reason = query, hook.ReasonSignatureMismatch
		for _, ru := range p.Signature.Schemes {
			if name, ok := ru.At.Header(); ok {
				signature.SetHeader(r, name, line)
			}
		}
		e := &hook.Endpoint{Provider: id, Secrets: secret("0f0e0d0c0b0a09080706050403020100")}
		got := Run(p, Case{Record: r, Endpoint: e, Context: signature.ReceiveContext{At: noon, URL: address}})
		if got.Genuine || got.Summary == "" || len(got.Findings) == 0 {
			t.Errorf("%+v", got)
		}
	})
}
