package access

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"
)

func TestAProxyThatIsNotTrustedIsNoticed(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	for _, c := range []struct {
		peer, name string
		found      bool
	}{
		{"10.1.2.3:5", "X-Forwarded-For", true},
		{"127.0.0.1:5", "X-Forwarded-Proto", true},
		{"192.168.0.9:5", "Forwarded", true},
		{"[fd00::1]:5", "Via", true},
		{"[::1]:5", "X-Real-Ip", true},
		{"172.16.0.1:5", "Cf-Connecting-Ip", true},
		{"[::ffff:10.0.0.1]:5", "True-Client-Ip", true},
		{"[fe80::1%eth0]:5", "X-Client-Ip", true},
		{"192.0.2.1:5", "X-Forwarded-For", false},
		{"[2001:db8::1]:5", "Forwarded", false},
		{"10.9.9.9:5", "X-Forwarded-For", false}, // it is trusted
		{"10.1.2.3:5", "X-Webhook-Secret", false},
		{"10.1.2.3:5", "Content-Type", false},
		{"10.1.2.3:5", "Viable", false},
	} {
		a, err := NewAddresses([]string{"10.9.0.0/16"})
		if err != nil {
			t.Fatal(err)
		}
		r := &http.Request{RemoteAddr: c.peer, Header: http.Header{c.name: {"192.0.2.7"}, "Accept": {"*/*"}}}
		if before := a.Client(r, now); before.Shared {
			t.Errorf("%s is shared before it has said anything", c.peer)
		}
		if _, found := a.Notice(r, now); found != c.found {
			t.Errorf("%s with %s: noticed %v", c.peer, c.name, found)
		}
		if client := a.Client(r, now.Add(proxyKnown-1)); client.Shared != c.found {
			t.Errorf("%s with %s: %+v", c.peer, c.name, client)
		}
		if client := a.Client(r, now.Add(proxyKnown)); client.Shared {
			t.Errorf("%s with %s is still shared after an hour", c.peer, c.name)
		}
		if all := a.UntrustedProxies(now); (len(all) == 1) != c.found {
			t.Errorf("%s with %s: %v", c.peer, c.name, all)
		}
	}
}

func TestOnlyATrustedProxysConnectionsStandForMany(t *testing.T) {
	a, err := NewAddresses([]string{"10.9.0.0/16"})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(0, 0)
	if c := a.Peer("10.9.0.1:80", now); !c.Shared || c.Address != "10.9.0.1" {
		t.Errorf("the proxy: %+v", c)
	}
	if c := a.Peer("[2001:db8:0:1:2::3]:80", now); c.Shared || c.Key != "2001:db8:0:1::/64" {
		t.Errorf("a stranger: %+v", c)
	}
	r := &http.Request{RemoteAddr: "10.9.0.1:80", Header: http.Header{"X-Forwarded-For": {"192.0.2.7"}}}
	if c := a.Client(r, now); c.Shared || c.Key != "192.0.2.7" {
		t.Errorf("who comes through it: %+v", c)
	}
}

func TestProxiesThatAreRememberedAreBounded(t *testing.T) {
	a, err := NewAddresses(nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(0, 0)
	for i := range 100_000 {
		a.Notice(&http.Request{
			RemoteAddr: fmt.Sprintf("10.%d.%d.%d:1", i>>16, i>>8&255, i&255),
			Header:     http.Header{"Via": {"x"}},
		}, now)
	}
	all := a.UntrustedProxies(now)
	if len(all) != proxiesKnown || !slices.IsSorted(all) {
		t.Errorf("%d are remembered", len(all))
	}
}
