package provider

import (
	"math"
	"strings"
	"testing"

	"hookbeam/server/hook"
)

// TestALargerBodyTakesNoMoreMemoryToCheck compares the allocations for a body of about 100 bytes and one of 64 KiB. It
// takes the smallest of many counts, because the race detector drops pooled objects at random.
func TestALargerBodyTakesNoMoreMemoryToCheck(t *testing.T) {
	for _, s := range samples(t) {
		p, _ := For(s.id)
		inside := strings.LastIndexByte(s.body, '}')
		if p.Signature.Batch != nil || s.id == "mandrill" || s.id == "braintree" || inside < 1 || s.body[0] != '{' {
			continue // a batch, or no JSON object that could be made longer
		}
		t.Run(s.id, func(t *testing.T) {
			count := func(body string) float64 {
				one := s
				one.body = body
				e, r := one.endpoint(), one.record(noon)
				fewest := math.Inf(1)
				for range 40 {
					fewest = min(fewest, testing.AllocsPerRun(1, func() {
						if f := one.examine(e, r); f.Verdict == hook.Rejected {
							t.Fatal(f.Reason)
						}
					}))
				}
				return fewest
			}
			with := func(size int) string { return s.body[:inside] + `,"more":"` + strings.Repeat("x", size) + `"}` }
			if small, large := count(with(100)), count(with(64<<10)); large > small {
				t.Errorf("%v allocations for a small body, %v for a large one", small, large)
			}
		})
	}
}
