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

// Addresses determines the client address of a request. X-Forwarded-For is used only if the connection comes from a
// trusted proxy. It is then read from the right, up to the first address that is not a trusted proxy's: everything to
// the left of it could have been written by the client. A server has one.
type Addresses struct {
	trusted   []netip.Prefix
	strategy  realclientip.RightmostTrustedRangeStrategy
	untrusted *untrustedProxies
}

// Client identifies the sender of a request for limits by address. Two requests with the same Key share a limit.
type Client struct {
	Address string // without a port
	Key     string // see AddressKey
	Shared  bool   // many clients have this address, as behind a proxy: only the limits for all clients together apply
}

// NewAddresses takes the trusted proxies, as IP addresses or CIDRs.
func NewAddresses(proxies []string) (*Addresses, error) {
	a := &Addresses{untrusted: newUntrustedProxies()}
	var ranges []net.IPNet
	for _, p := range proxies {
		prefix, err := parsePrefix(strings.TrimSpace(p))
		if err != nil {
			return nil, fmt.Errorf("%q is not an IP address or a CIDR such as 10.0.0.0/8", p)
		}
		a.trusted = append(a.trusted, prefix)
		ranges = append(ranges, net.IPNet{
			IP:   prefix.Addr().AsSlice(),
			Mask: net.CIDRMask(prefix.Bits(), prefix.Addr().BitLen()),
		})
	}
	var err error
	a.strategy, err = realclientip.NewRightmostTrustedRangeStrategy("X-Forwarded-For", ranges)
	return a, err
}

// parsePrefix parses a CIDR, or an IP address as the range of that address alone.
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

// Of returns the client's address, without a port. It is the peer's own unless that is a trusted proxy.
func (a *Addresses) Of(r *http.Request) string {
	peer := hostOf(r.RemoteAddr)
	if !a.trusts(peer) {
		return peer
	}
	client := a.strategy.ClientIP(r.Header, r.RemoteAddr)
	addr, err := netip.ParseAddr(client)
	if err != nil {
		// No address was forwarded, or none that can be parsed.
		return peer
	}
	return addr.String()
}

// Client returns the client of r for limits by address.
func (a *Addresses) Client(r *http.Request, now time.Time) Client {
	address := a.Of(r)
	key := AddressKey(address)
	return Client{Address: address, Key: key, Shared: a.untrusted.has(key, now)}
}

// Peer returns the client of a new connection, before a request was read: remote is host:port. A trusted proxy is
// Shared here, because connections of all its clients come from it.
func (a *Addresses) Peer(remote string, now time.Time) Client {
	address := hostOf(remote)
	key := AddressKey(address)
	return Client{Address: address, Key: key, Shared: a.untrusted.has(key, now) || a.trusts(address)}
}

// TrustsPeer reports whether the other end of r's connection is a trusted proxy.
func (a *Addresses) TrustsPeer(r *http.Request) bool { return a.trusts(hostOf(r.RemoteAddr)) }

// trusts reports whether an address is a trusted proxy's.
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

// hostOf returns host:port without the port. Unlike net.SplitHostPort it does not allocate.
func hostOf(remote string) string {
	colon := strings.LastIndexByte(remote, ':')
	if colon < 0 {
		return remote
	}
	return strings.Trim(remote[:colon], "[]")
}

// AddressKey returns the key under which an address is counted: the address itself for IPv4, and its /64 network for
// IPv6, because one customer usually owns all addresses of a /64. It does not allocate for IPv4.
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
