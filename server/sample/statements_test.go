package sample

import (
	"bytes"
	"encoding/json"
	"github.com/google/go-cmp/cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

// keptSample is a sample of a sender, as intake would have kept it.
func keptSample(t testing.TB, s *Sampler, id, name string) *hook.Record {
	t.Helper()
	p, _ := provider.For(id)
	r, err := s.Make(p, name, nil, noon)
	if err != nil {
		t.Fatal(err)
	}
	f := p.Verify(&hook.Endpoint{Verify: hook.Off}, r, signature.ReceiveContext{At: noon})
	r.ID, r.Seq, r.ReceivedAt = "dlv_1", 7, hook.Millis(noon.Add(time.Hour).UnixMilli())
	r.Event, r.Type, r.OccurredAt, r.Mode, r.Account = f.Event, f.Type, f.OccurredAt, f.Mode, f.Account
	return r
}

// payers are the senders whose samples are all about one payment.
var payers = []string{
	"stripe",
	"razorpay",
	"paypal",
	"adyen",
	"paddle",
	"square",
	"braintree",
	"coinbase-commerce",
	"btcpay",
}

// asides are samples of what is about no payment.
var asides = []string{"balancePlatform.transfer.created"}

// TestSamplesOfOnePaymentShareItsName makes every sample of a sender about the same objects.
func TestSamplesOfOnePaymentShareItsName(t *testing.T) {
	for _, id := range payers {
		p, _ := provider.For(id)
		s := NewSampler()
		var references, named []string
		for _, name := range Types(p) {
			r := keptSample(t, s, id, name)
			got := mustTell(t, p, &hook.Endpoint{}, r)
			if slices.Contains(asides, name) {
				if len(got) > 0 {
					t.Errorf("%s of %s: %+v", name, id, got)
				}
				continue
			}
			moves := func(s hook.Statement) bool {
				return s.Kind != hook.Info || s.Due+s.Declared+s.Returned != 0 // also what an order says of itself
			}
			if !slices.ContainsFunc(got, moves) {
				t.Fatalf("%s of %s: %+v", name, id, got)
			}
			var names []string
			for _, one := range got {
				names = slices.Concat(names, one.Aliases, one.Orders, one.References)
				if !one.At.Equal(noon) || one.Event != r.Event && r.Event != "" || one.Type != r.Type {
					t.Fatalf("%s of %s: %+v", name, id, got)
				}
			}
			again := *r
			again.Event, again.Type, again.OccurredAt, again.Account = "", "", hook.Time{}, ""
			if diff := cmp.Diff(got, mustTell(t, p, &hook.Endpoint{}, &again)); diff != "" {
				t.Errorf("%s of %s, read anew: %s", name, id, diff)
			}
			if named != nil &&
				!slices.ContainsFunc(names, func(name string) bool { return slices.Contains(named, name) }) {
				t.Errorf("%s of %s is about %q, none of %q", name, id, names, named)
			}
			named = append(named, names...)
			if got[0].Reference != "" {
				references = append(references, got[0].Reference)
			}
		}
		if references = slices.Compact(references); len(references) != 1 || !strings.HasPrefix(references[0], "10-") {
			t.Errorf("references of %s: %q", id, references)
		}
	}
}

func BenchmarkStatements(b *testing.B) {
	for _, one := range []struct{ id, event string }{
		{"stripe", "payment_intent.succeeded"},
		{"razorpay", "refund.processed"},
		{"paypal", "PAYMENT.CAPTURE.COMPLETED"},
	} {
		p, _ := provider.For(one.id)
		e, r := &hook.Endpoint{}, keptSample(b, NewSampler(), one.id, one.event)
		var body bytes.Buffer
		if err := json.Compact(&body, r.Body); err != nil {
			b.Fatal(err)
		}
		r.Body = body.Bytes()
		b.Run(one.id, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(r.Body)))
			for b.Loop() {
				mustTell(b, p, e, r)
			}
		})
	}
}

// mustTell is what one delivery tells.
func mustTell(t testing.TB, p *provider.Provider, e *hook.Endpoint, r *hook.Record) []hook.Statement {
	t.Helper()
	told, err := p.Statements(e, r)
	if err != nil {
		t.Fatal(err)
	}
	return told
}
