package api

import (
	"fmt"
	"testing"

	"hookbeam/server/access"
)

// TestLimitersAcceptExactlyTheDefaultNumberOfConnections fills the limiters that the handlers have by default:
// per address, per link where links are used, and in total. Other tests use small limits to check what a
// handler does at a limit.
func TestLimitersAcceptExactlyTheDefaultNumberOfConnections(t *testing.T) {
	h := newTestAPI(t, "")
	quota := func(q *access.Quota) func(address, link string) bool {
		return func(address, _ string) bool { return q.Take(access.Client{Key: address}) == access.HasRoom }
	}
	conns := func(s *connLimiter) func(address, link string) bool {
		t.Cleanup(func() { s.open.Add(-s.held) }) // the test does not release them
		return func(address, link string) bool {
			_, ok := s.acquire(access.Link{Subject: link}, access.Client{Key: address})
			return ok
		}
	}
	for name, c := range map[string]struct {
		take                     func(address, link string) bool
		ofAddress, ofLink, inAll int
	}{
		"sockets":                          {quota(h.api.Live.(*Live).sockets), 1000, 1000, 20_000},
		"waiting polls":                    {quota(h.api.Updates.(*Updates).waiting), 1000, 1000, 20_000},
		"status sockets":                   {conns(h.api.statusSockets), 1000, 20, 20_000},
		"waiting status polls":             {conns(h.api.statusPolls), 1000, 20, 20_000},
		"a small quota, to check the test": {quota(access.NewQuota(9, 5)), 5, 5, 9},
	} {
		t.Run(name, func(t *testing.T) {
			taken := 0
			until := func(address, link func(i int) string) (n int) {
				for c.take(address(n), link(n)) {
					if n++; n > 2*c.inAll {
						t.Fatalf("no limit after %d", n)
					}
				}
				taken += n
				return n
			}
			one := func(name string) func(int) string { return func(int) string { return name } }
			each := func(name string) func(int) string { return func(i int) string { return fmt.Sprint(name, i) } }
			if n := until(one("a"), one("a")); n != c.ofLink {
				t.Errorf("%d with one link from one address, want %d", n, c.ofLink)
			}
			if until(one("a"), each("b")); taken != c.ofAddress {
				t.Errorf("%d from one address, want %d", taken, c.ofAddress)
			}
			if until(each("c"), each("c")); taken != c.inAll {
				t.Errorf("%d in total, want %d", taken, c.inAll)
			}
		})
	}
}
