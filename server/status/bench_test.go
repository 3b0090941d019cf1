package status

import (
	"fmt"
	"strings"
	"testing"

	"hookbeam/server/hook"
)

// BenchmarkApply measures what it costs to apply one event of a payment. 64 payments at a time have three events each,
// which are applied after each of the payments had one.
func BenchmarkApply(b *testing.B) {
	h := newHarness(b)
	stages := []string{"payment_intent.created", "payment_intent.processing", "payment_intent.succeeded"}
	pad := strings.Repeat("0123456789abcdef", 44)
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		for k := range 64 {
			n := i/3*64 + k
			h.append(hook.Verified, event{id: fmt.Sprintf("evt_%d_%d", n, i%3), typ: stages[i%3], minute: i % 3,
				object: fmt.Sprintf(`{"id":"pi_%d","object":"payment_intent","amount":4900,"currency":"eur","metadata":{"order_id":"10-%d"},"note":%q}`, n, n, pad)})
		}
		b.StartTimer()
		h.apply()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(h.log.Head()), "ns/event")
}
