package outbound

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
)

// maxAddresses is the number of addresses of one host that are tried.
const maxAddresses = 8

// families maps each network that may be dialled to the network argument of Resolver.LookupNetIP.
var families = map[string]string{"tcp": "ip", "tcp4": "ip4", "tcp6": "ip6"}

// resolve returns the addresses of a target that may be dialled, at least one if err is nil. refused is not nil if the
// target also has an address that may not be dialled.
func (g *Guard) resolve(ctx context.Context, network, address string, http bool) (
	targets []netip.AddrPort, refused, err error,
) {
	family, known := families[network]
	if !known {
		return nil, nil, fmt.Errorf("%w: the network %q is not supported", ErrRefused, network)
	}
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: the target is not a host and a port", ErrRefused)
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil || host == "" { // net.Dial reads an empty host as this machine
		return nil, nil, fmt.Errorf("%w: the target is not a host and a port", ErrRefused)
	}
	if portRefused(uint16(port), http) {
		return nil, nil, fmt.Errorf("%w: port %d is used by another kind of service", ErrRefused, port)
	}
	all, err := g.lookUp(ctx, family, host)
	if err != nil {
		return nil, nil, err
	}
	for _, ip := range all {
		ip = ip.Unmap()
		if family == "ip4" && !ip.Is4() || family == "ip6" && ip.Is4() {
			continue
		}
		if err := g.CheckAddress(ip); err != nil {
			refused = err
		} else if len(targets) < maxAddresses {
			targets = append(targets, netip.AddrPortFrom(ip, uint16(port)))
		}
	}
	switch {
	case len(targets) > 0:
		return targets, refused, nil
	case refused != nil:
		return nil, refused, refused
	}
	return nil, nil, &net.DNSError{Err: "no suitable address", Name: host, IsNotFound: true}
}

// lookUp resolves a host. A host that is an IP address is its own result.
func (g *Guard) lookUp(ctx context.Context, family, host string) ([]netip.Addr, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{ip}, nil
	}
	all, err := g.resolver.LookupNetIP(ctx, family, host)
	if err != nil {
		return nil, fmt.Errorf("resolve %s: %w", host, err)
	}
	return all, nil
}

// hostOf returns the host of "host:port" for the log, or "" if the address is malformed.
func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	return host
}
