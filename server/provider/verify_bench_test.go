package provider

import (
	"testing"

	"hookbeam/server/hook"
)

// BenchmarkVerify measures the check of one genuine delivery of senders that many endpoints have: with the one secret
// that most endpoints have, and with three.
func BenchmarkVerify(b *testing.B) {
	wanted := map[string]bool{"github": true, "stripe": true, "shopify": true, "twilio": true, "generic-hmac": true}
	for _, s := range samples(b) {
		if !wanted[s.id] {
			continue
		}
		wanted[s.id] = false // one sample of each
		for name, secrets := range map[string]int{"one": 1, "three": 3} {
			b.Run(s.id+"/"+name, func(b *testing.B) {
				e, r := s.endpoint(), s.record(noon)
				r.Path = "" // of a request to the address itself
				if secrets == 1 {
					e.Secrets = e.Secrets[1:2] // the one that signs
				}
				b.ReportAllocs()
				for b.Loop() {
					if f := s.examine(e, r); f.Verdict == hook.Rejected {
						b.Fatal(f.Reason)
					}
				}
			})
		}
	}
}
