package access

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/realclientip/realclientip-go"
)

// Addresses finds out who is at the other end. Headers that name a client are believed only where the connection
// itself comes from a trusted proxy, and then from the right: the last address that no trusted proxy has.
type Addresses struct {
	trusted  []netip.Prefix
	strategy realclientip.RightmostTrustedRangeStrategy
	strange  *strangeProxies
}

// Client is who asks, as limits by address see it.
type Client struct {
	Address string // without a port
	Key     string // what it is counted under: see AddressKey
	Shared  bool   // it stands for many, as a proxy does: limits by address do not apply, those for all do
}

// NewAddresses takes the proxies to trust, as addresses or CIDRs.
func NewAddresses(proxies []string) (*Addresses, error) {
	a := &Addresses{strange: newStrangeProxies()}
	var ranges []net.IPNet
	for _, p := range proxies {
		prefix, err := parsePrefix(strings.TrimSpace(p))
		if err != nil {
			return nil, fmt.Errorf("trusted proxy %q: write an address or a CIDR such as 10.0.0.0/8", p)
		}
		a.trusted = append(a.trusted, prefix)
		ranges = append(
			ranges,
			net.IPNet{IP: prefix.Addr().AsSlice(), Mask: net.CIDRMask(prefix.Bits(), prefix.Addr().BitLen())},
		)
	}
	var err error
	a.strategy, err = realclientip.NewRightmostTrustedRangeStrategy("X-Forwarded-For", ranges)
	return a, err
}

func parsePrefix(s string) (netip.Prefix, error) {
	if prefix, err := netip.ParsePrefix(s); err == nil {
		return prefix.Masked(), nil
	}
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, err
	}
	addr = addr.Unmap().WithZone("")
	return netip.PrefixFrom(addr, addr.BitLen()), nil
}

// Of returns the client's address without a port.
func (a *Addresses) Of(r *http.Request) string {
	peer := hostOf(r.RemoteAddr)
	if !a.trusts(peer) {
		return peer
	}
	client := a.strategy.ClientIP(r.Header, r.RemoteAddr)
	addr, err := netip.ParseAddr(client)
	if err != nil {
		// Nobody was forwarded, or somebody with a zone where no address has one.
		return peer
	}
	return addr.String()
}

// Client returns who asks.
func (a *Addresses) Client(r *http.Request, now time.Time) Client {
	address := a.Of(r)
	key := AddressKey(address)
	return Client{Address: address, Key: key, Shared: a.strange.has(key, now)}
}

// Peer returns who is at the other end of a connection, before it has said anything: remote is host:port. All clients
// of a trusted proxy come through it, so it stands for many here.
func (a *Addresses) Peer(remote string, now time.Time) Client {
	address := hostOf(remote)
	key := AddressKey(address)
	return Client{Address: address, Key: key, Shared: a.strange.has(key, now) || a.trusts(address)}
}

func (a *Addresses) trusts(address string) bool {
	if len(a.trusted) == 0 {
		return false
	}
	addr, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	addr = addr.Unmap().WithZone("")
	for _, p := range a.trusted {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// hostOf cuts the port off without allocating.
func hostOf(remote string) string {
	colon := strings.LastIndexByte(remote, ':')
	if colon < 0 {
		return remote
	}
	return strings.Trim(remote[:colon], "[]")
}

// AddressKey is what an address is counted under: itself for IPv4, its /64 for IPv6, of which one customer has all.
// It does not allocate for IPv4.
func AddressKey(address string) string {
	if strings.IndexByte(address, ':') < 0 {
		return address
	}
	addr, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	addr = addr.WithZone("")
	if addr.Is4In6() {
		return addr.Unmap().String()
	}
	prefix, err := addr.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}
