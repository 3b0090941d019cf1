package intake

import "net/netip"

// maxAllowed bounds the addresses that one endpoint names.
const maxAllowed = 200

// allows reports whether an address is in one of the CIDRs. Without any, every address is.
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

// normalizeCIDRs returns addresses and CIDRs as prefixes in their shortest form. problem is a sentence for
// people if one of them is neither.
func normalizeCIDRs(list []string) (normal []string, problem string) {
	if len(list) > maxAllowed {
		return nil, "allow has at most 200 addresses."
	}
	for _, s := range list {
		prefix, err := netip.ParsePrefix(s)
		if addr, single := netip.ParseAddr(s); err != nil && single == nil && addr.Zone() == "" {
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return nil, "In allow, write each as an address or a CIDR such as 203.0.113.0/24."
		}
		if addr := prefix.Addr(); addr.Is4In6() && prefix.Bits() >= 96 {
			prefix = netip.PrefixFrom(addr.Unmap(), prefix.Bits()-96)
		}
		normal = append(normal, prefix.Masked().String())
	}
	return normal, ""
}
