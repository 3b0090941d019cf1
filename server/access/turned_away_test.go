package access

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTurnedAwaySumsUpByEndpointAndCode(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	away := NewTurnedAway(func() time.Time { now = now.Add(time.Second); return now })
	for range 5 {
		away.Count("ep_shop", "rate_endpoint", 429, "198.51.100.7", 90)
	}
	away.Count("ep_shop", "rate_endpoint", 429, "198.51.100.8", 900)
	away.Count("ep_shop", "body_too_large", 413, "2001:db8::1", 5000)
	away.Count("ep_shop", "body_too_large", 413, "2001:db8::2", -1)
	away.Count("", "too_many_connections", 0, "198.51.100.9", -1)
	groups := away.Groups()
	if len(groups) != 3 || groups[0].Code != "too_many_connections" || groups[0].Largest != -1 {
		t.Fatalf("got %+v", groups)
	}
	large, rate := groups[1], groups[2]
	if large.Requests != 2 || large.Largest != 5000 || large.Status != 413 || len(large.From) != 1 ||
		large.From[0] != (TurnedAddress{"2001:db8::/64", 2}) {
		t.Errorf("got %+v", large)
	}
	if rate.Requests != 6 || rate.Largest != 900 || rate.Last.Sub(rate.First) != 5*time.Second ||
		!slices.Equal(rate.From, []TurnedAddress{{"198.51.100.7", 5}, {"198.51.100.8", 1}}) {
		t.Errorf("got %+v", rate)
	}
	away.Forget(func(string) bool { return false })
	if groups := away.Groups(); len(groups) != 1 || groups[0].Endpoint != "" {
		t.Errorf("after the endpoint was deleted: %+v", groups)
	}
}

// TestTheBusiestAddressIsFoundAmongAMillion floods one group from a million addresses. One sends a third of the
// requests: promise S14.
func TestTheBusiestAddressIsFoundAmongAMillion(t *testing.T) {
	away := NewTurnedAway(time.Now)
	random := rand.New(rand.NewPCG(1, 2))
	const busy = "203.0.113.24"
	sent := int64(0)
	for i := range 1_000_000 {
		address := fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255)
		if random.IntN(3) == 0 {
			address = busy
			sent++
		}
		away.Count("ep_shop", "rate_address", 429, address, 10)
	}
	g := away.Groups()[0]
	if g.Requests != 1_000_000 || len(g.From) != addressesKept || g.From[0].Address != busy {
		t.Fatalf("got %+v", g)
	}
	if got := g.From[0].Requests; got > sent || got < sent/2 {
		t.Errorf("at least %d of %d", got, sent)
	}
}

func TestTurnedAwayIsBounded(t *testing.T) {
	away := NewTurnedAway(time.Now)
	for i := range 20_000 {
		away.Count("ep_busy", "rate_endpoint", 429, strings.Repeat("9", 1<<10), 1)
		away.Count(fmt.Sprint("ep_", i), "body_too_large", 413, fmt.Sprint(i), 1)
	}
	groups := away.Groups()
	if len(groups) > groupsKept {
		t.Errorf("%d groups", len(groups))
	}
	for _, g := range groups {
		if g.Endpoint == "ep_busy" && (g.Requests < 20_000-groupsKept || len(g.From[0].Address) > addressMost) ||
			g.Endpoint != "ep_busy" && g.Requests > 1 {
			t.Errorf("got %+v", g)
		}
	}
	if !slices.ContainsFunc(groups, func(g TurnedAwayGroup) bool { return g.Endpoint == "ep_busy" }) {
		t.Error("the busiest group is gone")
	}
}

func TestCountingAKnownAddressAllocatesNothing(t *testing.T) {
	away := NewTurnedAway(time.Now)
	count := func() { away.Count("ep_shop", "rate_address", 429, "198.51.100.7", 10) }
	count()
	if n := testing.AllocsPerRun(100, count); n != 0 {
		t.Errorf("%v allocations", n)
	}
	(*TurnedAway)(nil).Count("", "", 0, "", 0)
	(*TurnedAway)(nil).Forget(nil)
	if (*TurnedAway)(nil).Groups() != nil {
		t.Error("a nil summary has groups")
	}
}
