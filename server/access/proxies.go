package access

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// The bounds of what is remembered of proxies that are not trusted.
const (
	proxyKnown   = time.Hour // after its last request with a proxy's headers
	proxiesKnown = 256
)

// strangeProxies remembers peers on this machine or in a private network that send a proxy's headers and are
// not named as trusted. Everybody behind such a peer has its address, so limits by address would shut all of
// them out together.
type strangeProxies struct {
	any   atomic.Bool // spares a look where there never was one
	known *lru.Cache[string, time.Time]
}

func newStrangeProxies() *strangeProxies {
	known, err := lru.New[string, time.Time](proxiesKnown)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &strangeProxies{known: known}
}

func (s *strangeProxies) note(key string, now time.Time) {
	s.known.Add(key, now)
	s.any.Store(true)
}

func (s *strangeProxies) has(key string, now time.Time) bool {
	if !s.any.Load() {
		return false
	}
	seen, known := s.known.Peek(key)
	return known && now.Sub(seen) < proxyKnown
}

// Notice remembers the peer of r where it looks like a proxy that --trusted-proxy should name, and returns its
// address. A peer with a public address that sends such headers is just an address: anybody can.
func (a *Addresses) Notice(r *http.Request, now time.Time) (proxy string, found bool) {
	if !IsForwarded(r.Header) {
		return "", false
	}
	peer := hostOf(r.RemoteAddr)
	if !private(peer) || a.trusts(peer) {
		return "", false
	}
	a.strange.note(AddressKey(peer), now)
	return peer, true
}

// StrangeProxies returns the peers that Notice remembers, sorted, as AddressKey writes them.
func (a *Addresses) StrangeProxies(now time.Time) []string {
	var all []string
	for _, key := range a.strange.known.Keys() {
		if a.strange.has(key, now) {
			all = append(all, key)
		}
	}
	slices.Sort(all)
	return all
}

func private(address string) bool {
	addr, err := netip.ParseAddr(address)
	return err == nil && IsPrivate(addr)
}

// IsPrivate reports whether an address is of this machine or of a private network.
func IsPrivate(addr netip.Addr) bool {
	addr = addr.Unmap()
	return addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast()
}

// IsForwarded reports whether a proxy or a tunnel has added to these headers. Most requests have no such name, so it
// looks at each name's first byte and goes on.
func IsForwarded(h http.Header) bool {
	for name := range h {
		if name != "" && strings.IndexByte("CFNTVX", name[0]) >= 0 && addedByProxy(name) {
			return true
		}
	}
	return false
}

// addedByProxy reports whether proxies, tunnels or delivery networks write the header with this canonical name.
func addedByProxy(name string) bool {
	switch name {
	case "Forwarded",
		"Forwarded-For",
		"Via",
		"Cdn-Loop",
		"True-Client-Ip",
		"Fastly-Client-Ip",
		"X-Real-Ip",
		"X-Client-Ip",
		"X-Cluster-Client-Ip",
		"X-Envoy-External-Address":
		return true
	}
	for _, prefix := range []string{"X-Forwarded", "X-Original-", "Cf-", "Ngrok-", "Fly-"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
