package outbound

import (
	"net/netip"
	"slices"
)

// Class is the kind of network that an address belongs to, as Classify returns it. Only Public addresses may be
// dialled, unless the operator allows an address. Its text is shown in errors.
type Class string

// The classes of addresses.
const (
	Public      Class = "public"
	Unspecified Class = "unspecified"        // 0.0.0.0/8 and ::, which connect to this machine
	Loopback    Class = "loopback"           // this machine
	Private     Class = "private network"    // RFC 1918, unique local and the old site-local addresses
	LinkLocal   Class = "link-local"         // the local network segment
	SharedSpace Class = "carrier-grade NAT"  // RFC 6598
	Metadata    Class = "cloud metadata"     // services that issue credentials to cloud machines
	Multicast   Class = "multicast"          // multicast groups, and broadcast
	Translated  Class = "translated address" // an IPv6 address that a gateway translates to IPv4
	Reserved    Class = "reserved"           // for documentation, benchmarks and protocols, or not assigned by IANA
	Zoned       Class = "zoned address"      // an address with an interface, such as fe80::1%eth0
	Invalid     Class = "invalid"
)

// block is a range of addresses that all have the same class.
type block struct {
	prefix netip.Prefix
	class  Class
}

// metadata are the addresses of cloud metadata services. Most are in ranges that are refused anyway. They are listed
// because an operator may allow such a range, which must not give senders access to the machine's credentials.
var metadata = []netip.Addr{
	netip.MustParseAddr("169.254.169.254"), // AWS, Azure, Google, DigitalOcean, Oracle, OpenStack
	netip.MustParseAddr("169.254.170.2"),   // credentials of AWS ECS tasks
	netip.MustParseAddr("169.254.170.23"),  // credentials of AWS EKS pods
	netip.MustParseAddr("168.63.129.16"),   // Azure's WireServer, although the address is public
	netip.MustParseAddr("100.100.100.200"), // Alibaba Cloud
	netip.MustParseAddr("192.0.0.192"),     // Oracle Cloud, the older service
	netip.MustParseAddr("fd00:ec2::254"),   // AWS
	netip.MustParseAddr("fd00:ec2::23"),    // credentials of AWS EKS pods
	netip.MustParseAddr("fd20:ce::254"),    // Google
}

// blocks4 are the IPv4 ranges that are not public, from IANA's special-purpose and multicast registries. Ranges in
// which a few anycast addresses are global, such as 192.0.0.0/24, are refused as a whole: no webhook target uses them.
var blocks4 = []block{
	{netip.MustParsePrefix("0.0.0.0/8"), Unspecified},
	{netip.MustParsePrefix("10.0.0.0/8"), Private},
	{netip.MustParsePrefix("100.64.0.0/10"), SharedSpace},
	{netip.MustParsePrefix("127.0.0.0/8"), Loopback},
	{netip.MustParsePrefix("169.254.0.0/16"), LinkLocal},
	{netip.MustParsePrefix("172.16.0.0/12"), Private},
	{netip.MustParsePrefix("192.0.0.0/24"), Reserved},   // IETF protocols
	{netip.MustParsePrefix("192.0.2.0/24"), Reserved},   // documentation
	{netip.MustParsePrefix("192.88.99.0/24"), Reserved}, // relays of 6to4, withdrawn by RFC 7526
	{netip.MustParsePrefix("192.168.0.0/16"), Private},
	{netip.MustParsePrefix("198.18.0.0/15"), Reserved},   // benchmarks
	{netip.MustParsePrefix("198.51.100.0/24"), Reserved}, // documentation
	{netip.MustParsePrefix("203.0.113.0/24"), Reserved},  // documentation
	{netip.MustParsePrefix("224.0.0.0/4"), Multicast},
	{netip.MustParsePrefix("255.255.255.255/32"), Multicast}, // broadcast
	{netip.MustParsePrefix("240.0.0.0/4"), Reserved},
}

// global6 is the range that IANA has assigned for global unicast. An address outside of it has a class in blocks6, or
// is Reserved.
var global6 = netip.MustParsePrefix("2000::/3")

// wellKnownNAT64 is the prefix under which IPv6-only networks reach IPv4 addresses (RFC 6052). An address in it is
// classified by the IPv4 address that it contains.
var wellKnownNAT64 = netip.MustParsePrefix("64:ff9b::/96")

// blocks6 are the IPv6 ranges that are not public, from the same registries. The first match counts, so a range comes
// before one that contains it.
var blocks6 = []block{
	{netip.MustParsePrefix("::/128"), Unspecified},
	{netip.MustParsePrefix("::1/128"), Loopback},
	{netip.MustParsePrefix("64:ff9b:1::/48"), Translated}, // NAT64 within a network, RFC 8215
	{netip.MustParsePrefix("fc00::/7"), Private},
	{netip.MustParsePrefix("fe80::/10"), LinkLocal},
	{netip.MustParsePrefix("fec0::/10"), Private}, // site-local, deprecated
	{netip.MustParsePrefix("ff00::/8"), Multicast},
	{netip.MustParsePrefix("2001::/32"), Translated}, // Teredo
	{netip.MustParsePrefix("2001::/23"), Reserved},   // IETF protocols
	{netip.MustParsePrefix("2001:db8::/32"), Reserved},
	{netip.MustParsePrefix("2002::/16"), Translated}, // 6to4
	{netip.MustParsePrefix("3fff::/20"), Reserved},   // documentation
}

// Classify returns the class of an address. An IPv4-mapped IPv6 address (::ffff:10.0.0.1) has the class of its IPv4
// address. So has an address with the well-known NAT64 prefix, because a gateway would translate it.
func Classify(ip netip.Addr) Class {
	ip = ip.Unmap()
	switch {
	case !ip.IsValid():
		return Invalid
	case ip.Zone() != "": // netip.Prefix.Contains is false for it, so the ranges below would not match
		return Zoned
	case slices.Contains(metadata, ip):
		return Metadata
	case ip.Is4():
		return classIn(blocks4, ip, Public)
	case wellKnownNAT64.Contains(ip):
		all := ip.As16()
		return Classify(netip.AddrFrom4([4]byte(all[12:])))
	case global6.Contains(ip):
		return classIn(blocks6, ip, Public)
	}
	return classIn(blocks6, ip, Reserved)
}

// classIn returns the class of the first block that contains ip, or otherwise if none does.
func classIn(blocks []block, ip netip.Addr, otherwise Class) Class {
	for _, b := range blocks {
		if b.prefix.Contains(ip) {
			return b.class
		}
	}
	return otherwise
}
