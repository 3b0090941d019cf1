package trust_test

import (
	"fmt"
	"net/http"
	"testing"
)

// TestTheRateOfOneEndpointIsItsOwn checks S14 for endpoints: with one request per hour and endpoint, the second request
// to an endpoint gets 429 with Retry-After, from whatever address, while another endpoint still has its own.
func TestTheRateOfOneEndpointIsItsOwn(t *testing.T) {
	t.Parallel()
	s := serve(t, "--rate-endpoint", "1/h")
	first, second := s.first(), s.make(map[string]any{"name": "second", "verify": "off"})
	for i, c := range []struct {
		to   endpoint
		want int
	}{{first, 200}, {first, 429}, {second, 200}, {second, 429}, {first, 429}} {
		// Another address each time, so that limits per address play no role.
		client := clientFrom(t, fmt.Sprint("127.0.0.", 2+i))
		status, header, text, err := send(t.Context(), client, c.to.in(s), "x")
		if err != nil || status != c.want ||
			(status == http.StatusTooManyRequests) != (header.Get("Retry-After") != "") {
			t.Errorf("delivery %d: %d %s %v, want %d", i, status, text, err, c.want)
		}
	}
}
