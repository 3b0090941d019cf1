package outbound

import (
	"net/netip"
	"testing"
)

func TestAddressesHaveTheirClass(t *testing.T) {
	for text, want := range map[string]Class{
		"64.4.250.1": Public, "1.1.1.1": Public, "11.0.0.0": Public, "9.255.255.255": Public, "100.63.255.255": Public,
		"100.128.0.0": Public, "172.15.255.255": Public, "172.32.0.0": Public, "192.167.255.255": Public,
		"192.169.0.0": Public, "198.17.255.255": Public, "198.20.0.0": Public, "223.255.255.255": Public,
		"2606:50c0::1": Public, "2a00:1450::1": Public, "2001:200::": Public, "2001:4860:4860::8888": Public,
		"2620:4f:8000::": Public,

		"0.0.0.0": Unspecified, "0.1.2.3": Unspecified, "::": Unspecified,
		"127.0.0.1": Loopback, "127.255.255.255": Loopback, "::1": Loopback,
		"10.0.0.0": Private, "10.255.255.255": Private, "172.16.0.0": Private, "172.31.255.255": Private,
		"192.168.0.0": Private, "192.168.255.255": Private, "fc00::": Private, "fdff::1": Private, "fec0::1": Private,
		"169.254.0.1": LinkLocal, "fe80::1": LinkLocal, "febf::1": LinkLocal,
		"100.64.0.0": SharedSpace, "100.127.255.255": SharedSpace,
		"224.0.0.1": Multicast, "239.255.255.255": Multicast, "255.255.255.255": Multicast, "ff02::1": Multicast,
		"192.0.0.8": Reserved, "192.0.2.1": Reserved, "192.88.99.1": Reserved, "198.18.0.1": Reserved,
		"198.19.255.255": Reserved, "198.51.100.1": Reserved, "203.0.113.1": Reserved, "240.0.0.1": Reserved,
		"254.255.255.255": Reserved, "2001:db8::1": Reserved, "2001:2::1": Reserved, "2001:1ff::": Reserved,
		"3fff::1": Reserved, "100::1": Reserved, "5f00::1": Reserved, "4000::1": Reserved, "1::1": Reserved,

		"169.254.169.254": Metadata, "168.63.129.16": Metadata, "100.100.100.200": Metadata, "192.0.0.192": Metadata,
		"fd00:ec2::254": Metadata, "fd20:ce::254": Metadata, "169.254.170.2": Metadata,

		"::ffff:10.0.0.1": Private, "::ffff:127.0.0.1": Loopback, "::ffff:169.254.169.254": Metadata,
		"::ffff:64.4.250.1": Public, "::10.0.0.1": Reserved, "::64.4.250.1": Reserved, "::ffff:0:10.0.0.1": Reserved,
		"64:ff9b::10.0.0.1": Private, "64:ff9b::127.0.0.1": Loopback, "64:ff9b::169.254.169.254": Metadata,
		"64:ff9b::100.64.0.1": SharedSpace, "64:ff9b::64.4.250.1": Public, "64:ff9b::1:0:0": Reserved,
		"64:ff9b:1::10.0.0.1": Translated, "64:ff9b:1::64.4.250.1": Translated,
		"2002:a00:1::": Translated, "2002:7f00:1::1": Translated, "2002:4004:fa01::1": Translated,
		"2001::1": Translated, "2001:0:4136:e378::": Translated,

		"fe80::1%eth0": Zoned, "2606:50c0::1%1": Zoned, "fd00::1%x": Zoned, "::1%lo": Zoned,
	} {
		if got := Classify(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
	if got := Classify(netip.Addr{}); got != Invalid {
		t.Errorf("the zero address is %s", got)
	}
}

// registered are IANA's special-purpose registries for IPv4 and IPv6, as of 2025: every block that is not
// globally reachable, and those whose reachability they leave open (6to4, Teredo). It is written here a second
// time, without the merging that blocks4 and blocks6 do, as an oracle for them.
var registered = prefixes("0.0.0.0/8", "0.0.0.0/32", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
	"172.16.0.0/12", "192.0.0.0/24", "192.0.0.0/29", "192.0.0.8/32", "192.0.0.170/32", "192.0.0.171/32",
	"192.0.2.0/24", "192.88.99.0/24", "192.88.99.2/32", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4", "255.255.255.255/32",
	"::1/128", "::/128", "::ffff:0:0/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001::/32",
	"2001:2::/48", "2001:db8::/32", "2001:10::/28", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10")

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, 0, len(texts))
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

// special is the oracle: whether an address must not be public, by netip's predicates and the registries.
func special(ip netip.Addr) bool {
	if ip.Is4In6() {
		return special(ip.Unmap())
	}
	if !ip.IsValid() || ip.Zone() != "" || !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() ||
		ip.IsMulticast() || ip.IsLinkLocalUnicast() || ip.IsUnspecified() ||
		ip == netip.MustParseAddr("168.63.129.16") {
		return true
	}
	for _, p := range registered {
		if p.Contains(ip) {
			return true
		}
	}
	if netip.MustParsePrefix("64:ff9b::/96").Contains(ip) {
		return special(netip.AddrFrom4([4]byte(ip.AsSlice()[12:])))
	}
	return ip.Is6() && ip.As16()[0]>>5 != 1 // outside of 2000::/3, which alone is assigned
}

// FuzzClassify compares Classify with the oracle, both ways: nothing special passes, and nothing else is refused.
func FuzzClassify(f *testing.F) {
	for _, p := range registered {
		f.Add(p.Addr().AsSlice(), "")
		f.Add(last(p).AsSlice(), "")
		f.Add(last(p).Next().AsSlice(), "")
		f.Add(p.Addr().Prev().AsSlice(), "")
	}
	for _, text := range []string{
		"64:ff9b::a00:1", "64:ff9b::808:808", "::ffff:8.8.8.8", "::ffff:10.1.1.1", "2606::1",
	} {
		f.Add(netip.MustParseAddr(text).AsSlice(), "")
	}
	f.Add(netip.MustParseAddr("2606::1").AsSlice(), "eth0")
	f.Fuzz(func(t *testing.T, bytes []byte, zone string) {
		ip, ok := netip.AddrFromSlice(bytes)
		if !ok {
			return
		}
		if ip.Is6() {
			ip = ip.WithZone(zone)
		}
		if got, want := Classify(ip) != Public, special(ip); got != want {
			t.Errorf("%s is %s, and special is %t", ip, Classify(ip), want)
		}
	})
}

// last returns the last address of a range.
func last(p netip.Prefix) netip.Addr {
	bytes := p.Addr().AsSlice()
	for i := p.Bits(); i < len(bytes)*8; i++ {
		bytes[i/8] |= 1 << (7 - i%8)
	}
	ip, _ := netip.AddrFromSlice(bytes)
	return ip
}

// TestAnAllowListOpensWhatItNames: ranges open private addresses, but a metadata service only by its own address.
func TestAnAllowListOpensWhatItNames(t *testing.T) {
	for name, c := range map[string]struct {
		allowed string
		address string
		ok      bool
	}{
		"in the range":             {"10.1.0.0/16", "10.1.2.3", true},
		"beside the range":         {"10.1.0.0/16", "10.2.0.1", false},
		"in IPv6 form":             {"10.1.0.0/16", "::ffff:10.1.2.3", true},
		"a range in IPv6 form":     {"::ffff:10.1.0.0/112", "10.1.2.3", true},
		"behind NAT64":             {"10.1.0.0/16", "64:ff9b::10.1.2.3", false},
		"behind an allowed NAT64":  {"64:ff9b::/96", "64:ff9b::10.1.2.3", true},
		"range not masked":         {"10.1.2.3/16", "10.1.9.9", true},
		"loopback":                 {"127.0.0.1/32", "127.0.0.1", true},
		"IPv6":                     {"fd00::/8", "fd12::1", true},
		"with a zone":              {"fe80::/10", "fe80::1%eth0", false},
		"metadata by a range":      {"169.254.0.0/16", "169.254.169.254", false},
		"metadata by everything":   {"0.0.0.0/0", "169.254.169.254", false},
		"metadata by its address":  {"169.254.169.254/32", "169.254.169.254", true},
		"metadata in IPv6":         {"fd00::/8", "fd00:ec2::254", false},
		"public, whatever allowed": {"10.0.0.0/8", "1.1.1.1", true},
	} {
		t.Run(name, func(t *testing.T) {
			g := New(Options{Allowed: prefixes(c.allowed)})
			if err := g.CheckAddress(netip.MustParseAddr(c.address)); (err == nil) != c.ok {
				t.Error(err)
			}
		})
	}
}
