package sample

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/provider"
)

// FuzzStatements: whatever a body holds, no sender's story breaks, and what it tells keeps its bounds.
func FuzzStatements(f *testing.F) {
	for _, p := range provider.All() {
		s := NewSampler()
		for _, name := range Types(&p) {
			r := keptSample(f, s, p.ID, name)
			f.Add(p.ID, r.Type, string(r.Body), "metadata.order")
		}
	}
	f.Add(
		"stripe",
		"payment_intent.succeeded",
		`{"data":{"object":{"id":{"id":{}},"metadata":[[]],"amount_received":1e99,"currency":"\ud800"}}`,
		".",
	)
	f.Add(
		"paypal",
		"PAYMENT.CAPTURE.REFUNDED",
		`{"resource":{"links":[1,{"rel":"up"},{"rel":"up","href":"/captures/"}],"amount":{"value":"-."}}}`,
		"#=.#x=",
	)
	f.Add("razorpay", "", `[{"event":"order.paid"`, `\`)
	f.Add("stripe", "charge.*", "{\"\x00\":{{{{", "")
	const maxAliases, maxURL = 16, 2000
	f.Fuzz(func(t *testing.T, id, typ, body, reference string) {
		p, known := provider.For(id)
		if !known {
			return
		}
		r := &hook.Record{Delivery: hook.Delivery{Method: "POST", Path: "/"}, Request: hook.Request{Body: []byte(body)}}
		r.ID, r.Type, r.ReceivedAt = "dlv_1", typ, hook.Millis(noon.UnixMilli())
		for _, spot := range p.Identity.Types {
			if name, isHeader := spot.Header(); isHeader {
				r.Headers = append(r.Headers, hook.Header{Name: name, Value: typ})
			}
		}
		told, err := p.Statements(&hook.Endpoint{Statuses: hook.StatusRules{References: []string{reference}}}, r)
		if err != nil && len(told) > 0 {
			t.Fatalf("%d statements, and %v", len(told), err)
		}
		if len(told) > payload.MaxItems*len(p.Rules) {
			t.Fatalf("%d statements", len(told))
		}
		for _, s := range told {
			if s.Kind == "" || s.Subject == "" || s.Event == "" || s.At.IsZero() ||
				len(s.Aliases)+len(s.Orders)+len(s.References) == 0 ||
				max(len(s.Aliases), len(s.Orders), len(s.References)) > maxAliases ||
				s.Amount < 0 {
				t.Errorf("%+v", s)
			}
			for _, text := range append([]string{
				s.Reference,
				s.Customer,
				s.Title,
				s.Part,
				s.URL,
				s.Currency,
			}, slices.Concat(s.Aliases, s.Orders, s.References)...) {
				if len(text) > maxURL || strings.ContainsFunc(text, unicode.IsControl) {
					t.Errorf("%q", text)
				}
			}
		}
	})
}
