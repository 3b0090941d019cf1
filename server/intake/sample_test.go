package intake

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"maps"
	"strings"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
)

const sampleSecret = "a-secret-of-32-characters-000001"

// secretFor returns a secret in the form that a provider hands out.
func secretFor(t *testing.T, p *provider.Provider) string {
	t.Helper()
	switch p.ID {
	case "adyen":
		return hex.EncodeToString([]byte(sampleSecret))
	case "svix", "standard-webhooks":
		return "whsec_" + base64.StdEncoding.EncodeToString([]byte(sampleSecret))
	case "basic":
		return "user:" + sampleSecret
	case "discord", "sendgrid", "paypal", "aws-sns":
		_, public, err := p.Signature.NewKey(noon)
		if err != nil {
			t.Fatal(err)
		}
		return public
	}
	return sampleSecret
}

// requiredSettings returns a value for each setting without which deliveries of a sender cannot be verified.
func requiredSettings(p *provider.Provider) map[string]string {
	settings := map[string]string{}
	for _, s := range p.Settings {
		if s.Required {
			settings[s.Name] = "of-" + s.Name
		}
	}
	return settings
}

func TestASampleOfEverySenderVerifies(t *testing.T) {
	for _, p := range provider.All() {
		t.Run(p.ID, func(t *testing.T) {
			fx := newFixture(t)
			label := "live"
			if p.Signature.OnlyByKey() {
				label = "sample" // the sender's own key is not ours to sign with
			}
			e := fx.create(t, hook.Endpoint{
				Name:     "shop",
				Provider: p.ID,
				Secrets:  []hook.Secret{{Label: "live", Value: secretFor(t, &p)}},
				Settings: requiredSettings(&p),
				Allow:    []string{"203.0.113.0/24"},
			})
			id, seq, err := fx.intake.Sample(e.ID, SampleRequest{})
			if err != nil || seq != 1 || len(fx.records) != 1 {
				t.Fatalf("%q %d %v", id, seq, err)
			}
			if r := fx.records[0]; r.Verdict != hook.Verified || r.Secret != label || r.Type == "" ||
				(r.Event == "") != (len(p.Identity.Events) == 0) ||
				r.Endpoint != e.ID || r.Mode != hook.ModeTest {
				t.Errorf("%+v", r.Delivery)
			}
			if kept, _ := fx.all.Get(e.ID); len(kept.Secrets) != 1 || len(kept.Allow) != 1 {
				t.Errorf("the endpoint has become %+v", kept)
			}
		})
	}
}

// sampleCase is an endpoint, a request for a sample, and the stored delivery or the problem that it gives.
type sampleCase struct {
	e     hook.Endpoint
	want  SampleRequest
	gives hook.Verdict
	label string // of the secret that verifies it
	code  string // of the problem
	says  string // part of the problem's detail
}

// publicKeyOf returns a secret that is a public key, as a provider with a private key of its own hands out.
func publicKeyOf(t *testing.T, id string) []hook.Secret {
	t.Helper()
	p, _ := provider.For(id)
	_, public, err := p.Signature.NewKey(noon)
	if err != nil {
		t.Fatal(err)
	}
	return []hook.Secret{{Label: "live", Value: public}}
}

func storedSamples(t *testing.T) map[string]sampleCase {
	t.Helper()
	secrets := []hook.Secret{{Label: "live", Value: sampleSecret}}
	signing := hook.Secret{
		Label: "second",
		Value: "whsec_" + base64.StdEncoding.EncodeToString([]byte(sampleSecret)),
	}
	return map[string]sampleCase{
		"nothing to check with":        {e: hook.Endpoint{Provider: "stripe"}, gives: hook.Unsigned},
		"a public key that is missing": {e: hook.Endpoint{Provider: "discord"}, gives: hook.Unsigned},
		"what is wanted": {
			e:     hook.Endpoint{Provider: "stripe", Secrets: secrets},
			want:  SampleRequest{"payment_intent.created", map[string]string{"data.object.id": "pi_1"}},
			gives: hook.Verified,
			label: "live",
		},
		"checking switched off": {
			e:     hook.Endpoint{Provider: "stripe", Secrets: secrets, Verify: hook.Off},
			gives: hook.Unsigned,
		},
		"the secret that signs": {
			e: hook.Endpoint{
				Provider: "standard-webhooks",
				Secrets:  append(publicKeyOf(t, "standard-webhooks"), signing),
			},
			gives: hook.Verified,
			label: "second",
		},
		"none that signs": {
			e:     hook.Endpoint{Provider: "standard-webhooks", Secrets: publicKeyOf(t, "standard-webhooks")},
			gives: hook.Verified,
			label: "sample",
		},
		"a public key of RFC 9421": {
			e:     hook.Endpoint{Provider: "rfc9421", Secrets: publicKeyOf(t, "rfc9421")},
			gives: hook.Verified,
			label: "sample",
		},
		"settings in place of secrets": {
			e:     hook.Endpoint{Provider: "paypal", Settings: map[string]string{"webhook_id": "WH-1"}},
			gives: hook.Verified,
			label: "sample",
		},
		"another address": {
			e: hook.Endpoint{
				Provider:  "square",
				Secrets:   secrets,
				SignedURL: "https://shop.example.com/hooks",
			},
			gives: hook.Verified,
			label: "live",
		},
		"settings that say how": {
			e: hook.Endpoint{
				Provider: "generic-hmac",
				Secrets:  secrets,
				Settings: map[string]string{
					"header":    "x-sum",
					"prefix":    "v1=",
					"encoding":  "base64",
					"message":   "{time}.{body}",
					"timestamp": "x-time",
				},
			},
			gives: hook.Verified,
			label: "live",
		},
	}
}

func refusedSamples(t *testing.T) map[string]sampleCase {
	t.Helper()
	return map[string]sampleCase{
		"a setting that is missing": {
			e:    hook.Endpoint{Provider: "paypal", Secrets: publicKeyOf(t, "paypal")},
			code: "setting_missing",
			says: "webhook_id",
		},
		"an unknown type": {
			e:    hook.Endpoint{Provider: "stripe"},
			want: SampleRequest{Type: "sale"},
			code: "unknown_type",
			says: "payment_intent.succeeded, payment_intent.created",
		},
		"a path that is none": {
			e:    hook.Endpoint{Provider: "stripe"},
			want: SampleRequest{Set: map[string]string{"a.#": "1"}},
			code: "cannot_set",
			says: "dots",
		},
		"a body that is too large": {
			e:    hook.Endpoint{Provider: "stripe", MaxBody: 100},
			code: "sample_too_large",
			says: "at most 100",
		},
	}
}

func TestWhatASampleIsDependsOnItsEndpoint(t *testing.T) {
	cases := storedSamples(t)
	maps.Copy(cases, refusedSamples(t))
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			fx := newFixture(t)
			c.e.Name = "shop"
			_, _, err := fx.intake.Sample(fx.create(t, c.e).ID, c.want)
			var problem *hook.Problem
			if errors.As(err, &problem); c.code != "" {
				if problem == nil || problem.Code != c.code || !strings.Contains(problem.Detail, c.says) ||
					len(fx.records) != 0 {
					t.Fatalf("%v, %d kept", err, len(fx.records))
				}
				return
			}
			if err != nil || len(fx.records) != 1 ||
				fx.records[0].Verdict != c.gives || fx.records[0].Secret != c.label {
				t.Fatalf("%v %+v", err, fx.records)
			}
			r := fx.records[0]
			if c.want.Type != "" && (r.Type != c.want.Type || !strings.Contains(string(r.Body), `"id": "pi_1"`)) {
				t.Errorf("%s %s", r.Type, r.Body)
			}
		})
	}
	fx := newFixture(t)
	if _, _, err := fx.intake.Sample("ep_nobody", SampleRequest{}); !errors.Is(err, hook.ErrNotFound) {
		t.Errorf("a sample to nobody gave %v", err)
	}
}
