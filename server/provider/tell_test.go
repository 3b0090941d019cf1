package provider

import (
	"testing"

	"hookbeam/server/hook"
)

// keptSample is a sample of a sender, as intake would have kept it.
func keptSample(t testing.TB, id, name string, set map[string]string) *hook.Record {
	t.Helper()
	p, _ := For(id)
	r, err := NewSampler().Make(p, name, set, noon)
	if err != nil {
		t.Fatal(err)
	}
	return kept(p, r)
}

func kept(p *Provider, r *hook.Record) *hook.Record {
	var f Finding
	p.identify(&request{record: r, endpoint: &hook.Endpoint{}}, &f)
	r.ID, r.Seq, r.ReceivedAt = "dlv_1", 7, hook.Millis(noon.UnixMilli())
	r.Event, r.Type, r.OccurredAt, r.Mode = f.Event, f.Type, f.OccurredAt, f.Mode
	return r
}

func BenchmarkStatements(b *testing.B) {
	for _, one := range []struct{ id, event string }{{"stripe", "payment_intent.succeeded"}, {"razorpay", "refund.processed"}} {
		p, _ := For(one.id)
		e, r := &hook.Endpoint{}, keptSample(b, one.id, one.event, nil)
		b.Run(one.id, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(r.Body)))
			for b.Loop() {
				p.Statements(e, r)
			}
		})
	}
}
