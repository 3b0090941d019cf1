package intake

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
)

const sampleSecret = "a-secret-of-32-characters-000001"

// secretFor is a secret that an endpoint of a provider may hold, of the sort that its sender hands out.
func secretFor(t *testing.T, p *provider.Provider) string {
	t.Helper()
	switch p.ID {
	case "adyen":
		return hex.EncodeToString([]byte(sampleSecret))
	case "svix", "standard-webhooks":
		return "whsec_" + base64.StdEncoding.EncodeToString([]byte(sampleSecret))
	case "basic":
		return "user:" + sampleSecret
	case "discord", "sendgrid", "paypal":
		_, public, err := p.Signature.NewKey(noon)
		if err != nil {
			t.Fatal(err)
		}
		return public
	}
	return sampleSecret
}

func TestASampleOfEverySenderVerifies(t *testing.T) {
	for _, p := range provider.All() {
		t.Run(p.ID, func(t *testing.T) {
			w := newWorld(t)
			label := "live"
			if slices.Contains([]string{"discord", "sendgrid", "paypal"}, p.ID) {
				label = "sample" // the sender's own key is not ours to sign with
			}
			e := w.create(
				t,
				hook.Endpoint{
					Name:     "shop",
					Provider: p.ID,
					Secrets:  []hook.Secret{{Label: "live", Value: secretFor(t, &p)}},
					Settings: map[string]string{
						"webhook_id": "WH-1",
						"public_key": "public",
					},
					Allow: []string{"203.0.113.0/24"},
				},
			)
			id, seq, err := w.intake.Sample(e.ID, SampleRequest{})
			if err != nil || seq != 1 || len(w.records) != 1 {
				t.Fatalf("%q %d %v", id, seq, err)
			}
			if r := w.records[0]; r.Verdict != hook.Verified || r.Secret != label || r.Type == "" || r.Event == "" ||
				r.Endpoint != e.ID ||
				r.Mode != hook.ModeTest {
				t.Errorf("%+v", r.Delivery)
			}
			if kept, _ := w.all.Get(e.ID); len(kept.Secrets) != 1 || len(kept.Allow) != 1 {
				t.Errorf("the endpoint has become %+v", kept)
			}
		})
	}
}

func TestWhatASampleIsDependsOnItsEndpoint(t *testing.T) {
	stripe, set := "payment_intent.created", map[string]string{"data.object.id": "pi_1"}
	secrets := []hook.Secret{{Label: "live", Value: sampleSecret}}
	public := func(id string) []hook.Secret {
		p, _ := provider.For(id)
		_, public, err := p.Signature.NewKey(noon)
		if err != nil {
			t.Fatal(err)
		}
		return []hook.Secret{{Label: "live", Value: public}}
	}
	for name, c := range map[string]struct {
		e     hook.Endpoint
		want  SampleRequest
		gives hook.Verdict
		label string
		code  string // of the problem
		says  string
	}{
		"nothing to check with":        {e: hook.Endpoint{Provider: "stripe"}, gives: hook.Unsigned},
		"a public key that is missing": {e: hook.Endpoint{Provider: "discord"}, gives: hook.Unsigned},
		"what is wanted":               {e: hook.Endpoint{Provider: "stripe", Secrets: secrets}, want: SampleRequest{stripe, set}, gives: hook.Verified, label: "live"},
		"checking switched off":        {e: hook.Endpoint{Provider: "stripe", Secrets: secrets, Verify: hook.Off}, gives: hook.Unsigned},
		"the secret that signs":        {e: hook.Endpoint{Provider: "standard-webhooks", Secrets: append(public("standard-webhooks"), hook.Secret{Label: "second", Value: "whsec_" + base64.StdEncoding.EncodeToString([]byte(sampleSecret))})}, gives: hook.Verified, label: "second"},
		"none that signs":              {e: hook.Endpoint{Provider: "standard-webhooks", Secrets: public("standard-webhooks")}, gives: hook.Verified, label: "sample"},
		"a public key of RFC 9421":     {e: hook.Endpoint{Provider: "rfc9421", Secrets: public("rfc9421")}, gives: hook.Verified, label: "sample"},
		"settings in place of secrets": {e: hook.Endpoint{Provider: "paypal", Settings: map[string]string{"webhook_id": "WH-1"}}, gives: hook.Verified, label: "sample"},
		"another address":              {e: hook.Endpoint{Provider: "square", Secrets: secrets, SignedURL: "https://shop.example.com/hooks"}, gives: hook.Verified, label: "live"},
		"settings that say how":        {e: hook.Endpoint{Provider: "generic-hmac", Secrets: secrets, Settings: map[string]string{"header": "x-sum", "prefix": "v1=", "encoding": "base64", "message": "{time}.{body}", "timestamp": "x-time"}}, gives: hook.Verified, label: "live"},
		"a setting that is missing":    {e: hook.Endpoint{Provider: "paypal", Secrets: public("paypal")}, code: "setting_missing", says: "webhook_id"},
		"an unknown type":              {e: hook.Endpoint{Provider: "stripe"}, want: SampleRequest{Type: "sale"}, code: "unknown_type", says: "payment_intent.succeeded, payment_intent.created"},
		"a path that is none":          {e: hook.Endpoint{Provider: "stripe"}, want: SampleRequest{Set: map[string]string{"a.#": "1"}}, code: "cannot_set", says: "dots"},
		"a body that is too large":     {e: hook.Endpoint{Provider: "stripe", MaxBody: 100}, code: "sample_too_large", says: "at most 100"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c.e.Name = "shop"
			_, _, err := w.intake.Sample(w.create(t, c.e).ID, c.want)
			var problem *hook.Problem
			if errors.As(err, &problem); c.code != "" {
				if problem == nil || problem.Code != c.code || !strings.Contains(problem.Detail, c.says) ||
					len(w.records) != 0 {
					t.Fatalf("%v, %d kept", err, len(w.records))
				}
				return
			}
			if err != nil || len(w.records) != 1 || w.records[0].Verdict != c.gives || w.records[0].Secret != c.label {
				t.Fatalf("%v %+v", err, w.records)
			}
			r := w.records[0]
			if c.want.Type != "" && (r.Type != c.want.Type || !strings.Contains(string(r.Body), `"id": "pi_1"`)) {
				t.Errorf("%s %s", r.Type, r.Body)
			}
		})
	}
	w := newWorld(t)
	if _, _, err := w.intake.Sample("ep_nobody", SampleRequest{}); !errors.Is(err, hook.ErrNotFound) {
		t.Errorf("a sample to nobody gave %v", err)
	}
}
