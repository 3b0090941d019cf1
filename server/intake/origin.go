package intake

import "net/netip"

// maxAllowedCIDRs is how many addresses and CIDRs one endpoint can have in Allow.
const maxAllowedCIDRs = 200

// allows reports whether an address is in one of the CIDRs, which normalizeCIDRs returned. Without CIDRs, every address
// is allowed. An IPv4 address in IPv6 form counts as IPv4, and a zone is ignored. A text that is not an address is in
// no CIDR.
func allows(cidrs []string, remote string) bool {
	if len(cidrs) == 0 {
		return true
	}
	addr, err := netip.ParseAddr(remote)
	if err != nil {
		return false
	}
	addr = addr.Unmap().WithZone("")
	for _, c := range cidrs {
		if prefix, err := netip.ParsePrefix(c); err == nil && prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// normalizeCIDRs returns addresses and CIDRs as prefixes in their normal form: without host bits, and IPv4 where an
// IPv6 prefix contains only mapped IPv4 addresses. For example, 203.0.113.7 becomes 203.0.113.7/32. problem is a
// sentence for the user if one of them is neither an address nor a CIDR, or if there are too many.
func normalizeCIDRs(list []string) (normal []string, problem string) {
	if len(list) > maxAllowedCIDRs {
		return nil, "allow can have at most 200 addresses."
	}
	for _, s := range list {
		prefix, err := netip.ParsePrefix(s)
		if addr, single := netip.ParseAddr(s); err != nil && single == nil && addr.Zone() == "" {
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return nil, "Each entry in allow must be an IP address or a CIDR such as 203.0.113.0/24."
		}
		if addr := prefix.Addr(); addr.Is4In6() && prefix.Bits() >= 96 { // ::ffff:0:0/96 is all of IPv4
			prefix = netip.PrefixFrom(addr.Unmap(), prefix.Bits()-96)
		}
		normal = append(normal, prefix.Masked().String())
	}
	return normal, ""
}
