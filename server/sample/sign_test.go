package sample

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"strings"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

func TestEveryItemOfABatchIsSigned(t *testing.T) {
	p, _ := provider.For("adyen")
	second := `{"NotificationRequestItem":{"additionalData":{},"amount":{"currency":"EUR","value":100},` +
		`"eventCode":"CAPTURE","merchantAccountCode":"A","merchantReference":"2","originalReference":"1",` +
		`"pspReference":"B","success":"true"}}`
	m := makeSigned(
		t,
		NewSampler(),
		p,
		"AUTHORISATION",
		sampleSecrets("adyen")[0],
		map[string]string{"notificationItems.1": second},
	)
	if f := m.finding(); f.Verdict != hook.Verified || len(f.Batch) != 2 {
		t.Errorf("%+v\n%s", f, m.r.Body)
	}
}

func TestATokenIsNotTakenForAKeyThatItLooksLike(t *testing.T) {
	for secret, want := range map[string]string{"abcdefghijklmnop": "X-Gitlab-Token",
		sampleSecrets("gitlab")[1]: "Webhook-Signature"} {
		p, _ := provider.For("gitlab")
		m := makeSigned(t, NewSampler(), p, "", secret, nil)
		if m.r.Header(want) == "" || m.r.Header("X-Gitlab-Token") != "" && m.r.Header("Webhook-Signature") != "" {
			t.Errorf("%s is not in %v", want, m.r.Headers)
		}
	}
}

func TestASecretWithoutItsPrefixStillSigns(t *testing.T) {
	p, _ := provider.For("svix")
	m := makeSigned(t, NewSampler(), p, "", encode([]byte(plain)), nil)
	if f := m.finding(); f.Verdict != hook.Verified {
		t.Errorf("%+v", f)
	}
}

func TestEachRuleCanBeSignedBy(t *testing.T) {
	for id, settings := range map[string]map[string]string{
		"hubspot": {"legacy": "accept"}, "shopify": nil, "github": nil, "flutterwave": nil, "cloudevents": nil,
		"websub": nil,
	} {
		p, _ := provider.For(id)
		for i := range p.Signature.Schemes {
			alone := *p
			alone.Signature.Schemes = []signature.Scheme{p.Signature.Schemes[i]}
			alone.Signature.Schemes[0].Legacy = false
			r, err := NewSampler().Make(p, "", nil, noon)
			if err != nil {
				t.Fatal(err)
			}
			e := &hook.Endpoint{
				Provider: id,
				Verify:   hook.Enforce,
				Settings: settings,
				Secrets:  []hook.Secret{{Label: "live", Value: plain}},
			}
			if err := alone.Sign(r, signature.Signing{Endpoint: e, URL: address, At: noon, Secret: plain}); err != nil {
				t.Fatalf("%s, rule %d: %v", id, i, err)
			}
			if f := p.Verify(e, r, signature.ReceiveContext{At: noon, URL: address}); f.Verdict != hook.Verified {
				t.Errorf("%s, rule %d: %+v", id, i, f)
			}
		}
	}
}

func TestTheSettingsOfAnEndpointSayHowItIsSigned(t *testing.T) {
	p, _ := provider.For("generic-hmac")
	for name, settings := range map[string]map[string]string{
		"nothing said": {},
		"everything": {"header": "x-sum", "prefix": "v1=", "algorithm": "sha512", "encoding": "base64url",
			"key":     "whsec",
			"message": "{method}.{url}.{header:Webhook-Id}.{time}.{body}", "timestamp": "x-time"},
	} {
		r, err := NewSampler().Make(p, "", nil, noon)
		if err != nil {
			t.Fatal(err)
		}
		e := &hook.Endpoint{
			Provider: p.ID,
			Verify:   hook.Enforce,
			Settings: settings,
			Secrets:  []hook.Secret{{Label: "live", Value: "whsec_" + encode([]byte(plain))}},
		}
		if err := p.Sign(r, signature.Signing{
			Endpoint: e, URL: address, At: noon, Secret: e.Secrets[0].Value,
		}); err != nil {
			t.Fatal(err)
		}
		if f := p.Verify(e, r, signature.ReceiveContext{At: noon, URL: address}); f.Verdict != hook.Verified {
			t.Errorf("%s: %+v %v", name, f, r.Headers)
		}
	}
}

func TestWhatCannotBeSignedWithIsLeftAlone(t *testing.T) {
	key := func(id string) crypto.Signer {
		p, _ := provider.For(id)
		key, _, err := p.Signature.NewKey(noon)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	for name, c := range map[string]struct {
		id       string
		with     signature.Signing
		settings map[string]string
		code     string // of a problem; otherwise it is signature.ErrWrongKey
	}{
		"nothing":             {id: "stripe"},
		"a key for a secret":  {id: "stripe", with: signature.Signing{Key: key("discord")}},
		"a secret for a key":  {id: "discord", with: signature.Signing{Secret: plain}},
		"another kind of key": {id: "sendgrid", with: signature.Signing{Key: key("discord")}},
		"no hex":              {id: "adyen", with: signature.Signing{Secret: plain}},
		"a public key": {id: "rfc9421",
			with: signature.Signing{Secret: "whpk_" + encode(make([]byte, 32))}},
		"a certificate's key": {id: "rfc9421", with: signature.Signing{Key: key("paypal")}},
		"a setting that is wanted": {id: "paypal", with: signature.Signing{Key: key("paypal")},
			code: "setting_missing"},
		"settings that are wrong": {id: "generic-hmac", with: signature.Signing{Secret: plain},
			settings: map[string]string{"algorithm": "md5"}, code: "setting_wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := provider.For(c.id)
			r, err := NewSampler().Make(p, "", nil, noon)
			if err != nil {
				t.Fatal(err)
			}
			before := len(r.Headers)
			c.with.Endpoint, c.with.URL, c.with.At = &hook.Endpoint{Settings: c.settings}, address, noon
			err = p.Sign(r, c.with)
			var problem *hook.Problem
			if errors.As(err, &problem); (problem == nil) != (c.code == "") ||
				problem != nil && problem.Code != c.code ||
				problem == nil && !errors.Is(err, signature.ErrWrongKey) {
				t.Errorf("%v", err)
			}
			if len(r.Headers) != before || err != nil && strings.Contains(err.Error(), plain) {
				t.Errorf("%v %v", err, r.Headers)
			}
		})
	}
}

func TestNewKeysAreOfTheSendersKind(t *testing.T) {
	entra := map[string]string{"audience": "app", "tenant": "t"} // no other sender has these settings
	for _, p := range provider.All() {
		key, public, err := p.Signature.NewKey(noon)
		if err != nil {
			if !errors.Is(err, signature.ErrWrongKey) || p.Signature.OnlyByKey() {
				t.Errorf("%s: %v", p.ID, err)
			}
			continue
		}
		e := &hook.Endpoint{Provider: p.ID, Settings: entra}
		if complaint := provider.CheckSecret(e, public).Refusal; complaint != "" ||
			strings.TrimSpace(public) != public {
			t.Errorf("an endpoint of %s does not take %q: %s", p.ID, public, complaint)
		}
		right := false
		switch key.Public().(type) {
		case ed25519.PublicKey:
			right = p.ID == "discord" || p.ID == "standard-webhooks" || p.ID == "rfc9421"
		case *ecdsa.PublicKey:
			right = p.ID == "sendgrid"
		case *rsa.PublicKey:
			right = p.ID == "paypal" || p.ID == "aws-sns" || p.ID == "azure-event-grid"
		}
		if !right {
			t.Errorf("%s has a key of type %T", p.ID, key)
		}
	}
}
