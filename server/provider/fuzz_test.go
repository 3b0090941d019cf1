package provider

import (
	"testing"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// FuzzSignatures: no value in a signature's place, in any format, causes a panic or verifies without the secret.
func FuzzSignatures(f *testing.F) {
	for _, s := range samples(f) {
		r := s.record(noon)
		line := ""
		if len(r.Headers) > 0 {
			line = r.Headers[0].Value
		}
		f.Add(s.id, line, string(r.Body), "a=b&secret=x")
	}
	f.Add("stripe", "t=,v1=,t=1,v1==", "", "")
	f.Add("svix", "v1,, v1 ,v1", "[[", "%")
	f.Add("rfc9421", `sig=("@method" "@authority" "@path" "content-digest");created=1;x="y"`, "x", "")
	f.Add("rfc9421", `sig=:AAAA:, sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:`, "", "")
	f.Fuzz(func(t *testing.T, id, line, body, query string) {
		p, known := For(id)
		if !known {
			return
		}
		e := &hook.Endpoint{Provider: id, Verify: hook.Enforce,
			Settings: set("legacy", "accept", "topic_arn", "arn:aws:sns:eu-central-1:1:orders"),
			Secrets:  []hook.Secret{{Label: "other", Value: "0f0e0d0c0b0a09080706050403020100"}, {Label: "empty"}}}
		r := extracttest.Record("POST", nil, body)
		r.Query = query
		for _, ru := range p.Signature.Schemes {
			for _, spot := range []payload.Selector{ru.At, ru.Time} {
				if header, is := spot.Header(); is {
					r.Headers = append(r.Headers, hook.Header{Name: header, Value: line})
				}
			}
		}
		if p.Signature.Messages || p.Signature.Custom == signature.CustomHMAC {
			for _, name := range []string{"Signature-Input", "Signature", "X-Signature", "Content-Digest"} {
				r.Headers = append(r.Headers, hook.Header{Name: name, Value: line})
			}
		}
		got := p.Verify(e, r, signature.ReceiveContext{At: noon, URL: address})
		if got.Verdict == hook.Verified || !got.Verdict.Known() || len(got.Event) > maxEventID ||
			len(got.Type) > maxType {
			t.Errorf("%+v", got)
		}
		if got.Verdict == hook.Rejected {
			_ = p.Problem(e, got)
		}
	})
}

func BenchmarkExamine(b *testing.B) {
	for _, s := range append(samples(b), sample{id: "generic"}) {
		e, r := s.endpoint(), s.record(noon)
		if s.secret == "" {
			e.Secrets = nil
			r.Body = []byte(`{"id":"evt_1","data":{"object":{"id":"pi_1"}},"type":"payment_intent.succeeded"}`)
		}
		b.Run(s.id, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.examine(e, r)
			}
		})
	}
}
