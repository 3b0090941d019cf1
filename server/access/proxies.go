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

// Bounds of the memory of untrusted proxies.
const (
	proxyKnown   = time.Hour // since its last request with a proxy's headers
	proxiesKnown = 256
)

// untrustedProxies remembers peers on this machine or in a private network that add a proxy's headers but are not
// listed in --trusted-proxy. All clients behind such a peer seem to have its address, so limits by address would refuse
// all of them together. They are therefore treated as Shared, and the operator gets a warning.
type untrustedProxies struct {
	any   atomic.Bool                   // whether there ever was one; without one, has needs no lock
	known *lru.Cache[string, time.Time] // last seen, by AddressKey
}

func newUntrustedProxies() *untrustedProxies {
	known, err := lru.New[string, time.Time](proxiesKnown)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &untrustedProxies{known: known}
}

// note remembers the peer with this AddressKey.
func (u *untrustedProxies) note(key string, now time.Time) {
	u.known.Add(key, now)
	u.any.Store(true)
}

// has reports whether the peer with this AddressKey was noted within the last hour.
func (u *untrustedProxies) has(key string, now time.Time) bool {
	if !u.any.Load() {
		return false
	}
	seen, known := u.known.Peek(key)
	return known && now.Sub(seen) < proxyKnown
}

// Notice reports whether the peer of r looks like a proxy that should be listed in --trusted-proxy, remembers it and
// returns its address. Only peers with private addresses count: any client on the internet can send a proxy's headers.
func (a *Addresses) Notice(r *http.Request, now time.Time) (proxy string, found bool) {
	if !IsForwarded(r.Header) {
		return "", false
	}
	peer := hostOf(r.RemoteAddr)
	if !private(peer) || a.trusts(peer) {
		return "", false
	}
	a.untrusted.note(AddressKey(peer), now)
	return peer, true
}

// UntrustedProxies returns the untrusted proxies that Notice found within the last hour, as sorted AddressKeys.
func (a *Addresses) UntrustedProxies(now time.Time) []string {
	var all []string
	for _, key := range a.untrusted.known.Keys() {
		if a.untrusted.has(key, now) {
			all = append(all, key)
		}
	}
	slices.Sort(all)
	return all
}

// private reports whether a text is an address for which IsPrivate is true.
func private(address string) bool {
	addr, err := netip.ParseAddr(address)
	return err == nil && IsPrivate(addr)
}

// IsPrivate reports whether an address is a loopback, private or link-local one.
func IsPrivate(addr netip.Addr) bool {
	addr = addr.Unmap()
	return addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast()
}

// IsForwarded reports whether these headers include one that proxies, tunnels or CDNs add. Names are canonical. It runs
// for every request and few have such a header, so it compares first bytes first.
func IsForwarded(h http.Header) bool {
	for name := range h {
		if name != "" && strings.IndexByte("CFNTVX", name[0]) >= 0 && addedByProxy(name) {
			return true
		}
	}
	return false
}

// addedByProxy reports whether proxies, tunnels or CDNs add the header with this canonical name.
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
