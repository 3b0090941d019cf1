package provider

import (
	"testing"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// There is one fuzz test for each format of a signature. No value of it causes a panic, exceeds the bound on work or
// verifies without the key.

func FuzzRaw(f *testing.F)      { fuzzFormat(f, "razorpay", "shopify", "paystack") }
func FuzzPrefixed(f *testing.F) { fuzzFormat(f, "github", "slack", "mollie", "btcpay") }
func FuzzPairs(f *testing.F)    { fuzzFormat(f, "stripe", "paddle") }
func FuzzList(f *testing.F)     { fuzzFormat(f, "standard-webhooks", "svix", "gitlab") }
func FuzzAlgo(f *testing.F)     { fuzzFormat(f, "websub") }
func FuzzNamed(f *testing.F)    { fuzzFormat(f, "braintree") }
func FuzzBasic(f *testing.F)    { fuzzFormat(f, "basic", "cloudevents", "generic") }
func FuzzForm(f *testing.F)     { fuzzFormat(f, "twilio", "mandrill", "mailchimp") }
func FuzzItems(f *testing.F)    { fuzzFormat(f, "adyen", "hubspot", "sendgrid", "mailgun") }
func FuzzPublic(f *testing.F)   { fuzzFormat(f, "discord", "sendgrid", "paypal") }
func FuzzMessages(f *testing.F) { fuzzFormat(f, "rfc9421") }

// fuzzFormat seeds a fuzz test with genuine requests of these senders. The fuzzer changes their headers, body and
// query.
func fuzzFormat(f *testing.F, ids ...string) {
	for _, s := range samples(f) {
		for i, id := range ids {
			if s.id == id {
				r := s.record(noon)
				f.Add(uint8(i), first(r, 0), first(r, 1), first(r, 2), r.Body, r.Query)
			}
		}
	}
	f.Add(uint8(0), "", "", "", []byte("["), "%zz")
	f.Fuzz(func(t *testing.T, which uint8, a, b, c string, body []byte, query string) {
		p, _ := For(ids[int(which)%len(ids)])
		r := extracttest.Record("POST", nil, string(body))
		r.Query = query
		for i, name := range p.ownHeaders() {
			for _, value := range [][]string{{a, b}, {b}, {c}}[i%3] {
				r.Headers = append(r.Headers, hook.Header{Name: name, Value: value})
			}
		}
		e := &hook.Endpoint{
			Provider: p.ID,
			Verify:   hook.Enforce,
			Settings: map[string]string{"legacy": "accept", "public_key": "public", "webhook_id": "WH-1"},
			Secrets: []hook.Secret{
				{Label: "other", Value: "0f0e0d0c0b0a09080706050403020100"},
				{Label: "broken", Value: "whsec_!"},
				{Label: "empty"},
			},
		}
		got := p.Verify(e, r, signature.ReceiveContext{At: noon, URL: address})
		if got.Verdict == hook.Verified || !got.Verdict.Known() || len(got.Event) > maxEventID ||
			len(got.Type) > maxType ||
			len(got.Batch) > payload.MaxItems {
			t.Errorf("%+v", got)
		}
		if got.Verdict == hook.Rejected && p.Problem(e, got).Detail == "" {
			t.Error("refused without a word")
		}
	})
}

func first(r *hook.Record, i int) string {
	if i < len(r.Headers) {
		return r.Headers[i].Value
	}
	return ""
}

// ownHeaders are those that the sender's signature, time and id are in.
func (p *Provider) ownHeaders() (names []string) {
	if p.Signature.Messages {
		return []string{"Signature-Input", "Signature", "Content-Digest"}
	}
	for i := range p.Signature.Schemes {
		for _, spot := range []payload.Selector{p.Signature.Schemes[i].At, p.Signature.Schemes[i].Time} {
			if header, is := spot.Header(); is {
				names = append(names, header)
			}
		}
	}
	return names
}
