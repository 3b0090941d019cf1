package status

import (
	"fmt"
	"strings"
	"testing"

	"hookbeam/server/hook"
)

// BenchmarkDrawing is what one event of a payment costs behind its receiving. 64 payments at a time live through three
// events each, and are drawn whenever each of them had one.
func BenchmarkDrawing(b *testing.B) {
	h := newHouse(b)
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
		h.draw()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(h.log.Head()), "ns/event")
}
