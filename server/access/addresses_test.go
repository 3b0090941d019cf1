package access

import (
	"net/http/httptest"
	"testing"
)

// TestForwardedAddressesAreBelievedFromProxiesOnly is the spoof matrix: S13 of what is promised.
func TestForwardedAddressesAreBelievedFromProxiesOnly(t *testing.T) {
	const (
		peer   = "203.0.113.9:1234"
		proxy  = "10.1.2.3:80"
		mapped = "[::ffff:10.1.2.3]:80"
	)
	private := []string{"10.0.0.0/8"}
	both := []string{"10.0.0.0/8", "192.0.2.7"}
	for _, c := range []struct {
		name      string
		trusted   []string
		remote    string
		forwarded []string
		want      string
	}{
		{"no proxy, no header", nil, peer, nil, "203.0.113.9"},
		{"no proxy, a forged header", nil, peer, []string{"1.2.3.4"}, "203.0.113.9"},
		{"a stranger's header where a proxy is trusted", private, peer, []string{"1.2.3.4"}, "203.0.113.9"},
		{"the proxy's header", private, proxy, []string{"203.0.113.9"}, "203.0.113.9"},
		{"a forged value in front of the proxy's", private, proxy, []string{"1.2.3.4, 203.0.113.9"}, "203.0.113.9"},
		{"a forged line in front of the proxy's", private, proxy, []string{"1.2.3.4", "203.0.113.9"}, "203.0.113.9"},
		{"two proxies", both, proxy, []string{"203.0.113.9, 192.0.2.7"}, "203.0.113.9"},
		{"a proxy that forwards nobody", private, proxy, nil, "10.1.2.3"},
		{"a header of nonsense", private, proxy, []string{"<script>"}, "10.1.2.3"},
		{"nonsense behind an address", private, proxy, []string{"203.0.113.9, nonsense"}, "10.1.2.3"},
		{"a proxy by IPv6", []string{"fd00::/8"}, "[fd00::1]:80", []string{"2001:db8::5"}, "2001:db8::5"},
		{"a proxy by a mapped address", private, mapped, []string{"203.0.113.9"}, "203.0.113.9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := NewAddresses(c.trusted)
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest("POST", "/in/a", nil)
			r.RemoteAddr = c.remote
			r.Header["X-Forwarded-For"] = c.forwarded
			r.Header.Set("X-Real-Ip", "6.6.6.6")
			r.Header.Set("Forwarded", "for=6.6.6.6")
			if got := a.Of(r); got != c.want {
				t.Errorf("Of = %q, want %q", got, c.want)
			}
		})
	}
}

func TestWhatIsNoProxyIsRefused(t *testing.T) {
	for _, s := range []string{"", "proxy.internal", "10.0.0.0/99", "*"} {
		if _, err := NewAddresses([]string{s}); err == nil {
			t.Errorf("NewAddresses(%q) passed", s)
		}
	}
}

func TestIPv6IsCountedByItsNetwork(t *testing.T) {
	for address, want := range map[string]string{
		"203.0.113.9":           "203.0.113.9",
		"2001:db8:1:2:3:4:5:6":  "2001:db8:1:2::/64",
		"2001:db8:1:2::1":       "2001:db8:1:2::/64",
		"2001:db8:1:3::1":       "2001:db8:1:3::/64",
		"fe80::1%eth0":          "fe80::/64",
		"::ffff:203.0.113.9":    "203.0.113.9",
		"what:is:no:address:xx": "what:is:no:address:xx",
	} {
		if got := AddressKey(address); got != want {
			t.Errorf("AddressKey(%s) = %s, want %s", address, got, want)
		}
	}
}

func TestFindingAnAddressAllocatesNothing(t *testing.T) {
	a, err := NewAddresses(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/in/a", nil)
	r.RemoteAddr = "203.0.113.9:4711"
	if n := testing.AllocsPerRun(100, func() { AddressKey(a.Of(r)) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
