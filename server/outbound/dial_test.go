package outbound

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// names answers each lookup of a host with the next of its lists, and with the last one from then on: a name server
// that rebinds.
type names struct {
	mu    sync.Mutex
	lists map[string][][]netip.Addr
	asked []string // network and host of each lookup
}

func (n *names) LookupNetIP(_ context.Context, network, host string) ([]netip.Addr, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked = append(n.asked, network+" "+host)
	lists := n.lists[host]
	if len(lists) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if len(lists) > 1 {
		n.lists[host] = lists[1:]
	}
	return lists[0], nil
}

// oneName is a name server that always gives the same addresses for a host.
func oneName(host string, addresses ...string) *names {
	return &names{lists: map[string][][]netip.Addr{host: {ips(addresses...)}}}
}

func ips(texts ...string) []netip.Addr {
	all := make([]netip.Addr, 0, len(texts))
	for _, text := range texts {
		all = append(all, netip.MustParseAddr(text))
	}
	return all
}

// network is what a guard dials in tests. It notes the addresses and gives a pipe's end for those that answer.
type network struct {
	mu     sync.Mutex
	dialed []string
	answer func(address string, far net.Conn) error // nil: the connection is made and closed at the far end
}

func (n *network) dial(ctx context.Context, _, address string) (net.Conn, error) {
	n.mu.Lock()
	n.dialed = append(n.dialed, address)
	n.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	near, far := net.Pipe()
	if n.answer == nil {
		return near, far.Close()
	}
	if err := n.answer(address, far); err != nil {
		return nil, errors.Join(err, near.Close(), far.Close())
	}
	return near, nil
}

func TestTargetsAreRefusedOrDialled(t *testing.T) {
	hosts := &names{lists: map[string][][]netip.Addr{
		"public.example":  {ips("64.4.250.1")},
		"mapped.example":  {ips("::ffff:64.4.250.1")},
		"private.example": {ips("10.0.0.1")},
		"both.example":    {ips("10.0.0.1", "64.4.250.1", "fd00::1")},
		"six.example":     {ips("2606:50c0::1", "64.4.250.1")},
		"mapped10.test":   {ips("::ffff:10.0.0.1")},
		"meta.example":    {ips("169.254.169.254")},
		"zone.example":    {ips("fe80::1%eth0")},
		"empty.example":   {ips()},
		"0x7f.1":          {ips("127.0.0.1")}, // as getaddrinfo reads it
	}}
	for name, c := range map[string]struct {
		network, address string
		want             []string // dialled
		refused          bool
	}{
		"public":                {"tcp", "public.example:443", []string{"64.4.250.1:443"}, false},
		"IPv4 in IPv6 form":     {"tcp", "mapped.example:443", []string{"64.4.250.1:443"}, false},
		"an address":            {"tcp", "64.4.250.1:443", []string{"64.4.250.1:443"}, false},
		"an IPv6 address":       {"tcp", "[2606:50c0::1]:443", []string{"[2606:50c0::1]:443"}, false},
		"only the public one":   {"tcp", "both.example:443", []string{"64.4.250.1:443"}, false},
		"IPv4 alone":            {"tcp4", "six.example:443", []string{"64.4.250.1:443"}, false},
		"IPv6 alone":            {"tcp6", "six.example:443", []string{"[2606:50c0::1]:443"}, false},
		"an allowed address":    {"tcp", "10.9.0.1:8080", []string{"10.9.0.1:8080"}, false},
		"mail":                  {"tcp", "public.example:587", []string{"64.4.250.1:587"}, false},
		"private":               {"tcp", "private.example:443", nil, true},
		"private, as IPv6":      {"tcp", "mapped10.test:443", nil, true},
		"metadata":              {"tcp", "meta.example:80", nil, true},
		"with a zone":           {"tcp", "zone.example:80", nil, true},
		"a number in hex":       {"tcp", "0x7f.1:80", nil, true},
		"the machine itself":    {"tcp", "127.0.0.1:80", nil, true},
		"its IPv6 address":      {"tcp", "[::1]:80", nil, true},
		"an empty host":         {"tcp", ":80", nil, true},
		"SSH":                   {"tcp", "public.example:22", nil, true},
		"SSH, address allowed":  {"tcp", "10.9.0.1:22", nil, true},
		"port 0":                {"tcp", "public.example:0", nil, true},
		"a port by name":        {"tcp", "public.example:http", nil, true},
		"a port beyond 65535":   {"tcp", "public.example:65537", nil, true},
		"no port":               {"tcp", "public.example", nil, true},
		"datagrams":             {"udp", "public.example:443", nil, true},
		"a socket in a folder":  {"unix", "/run/docker.sock", nil, true},
		"a host without any":    {"tcp", "empty.example:443", nil, false},
		"an unknown host":       {"tcp", "unknown.example:443", nil, false},
		"no address that suits": {"tcp6", "public.example:443", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			out := &network{}
			g := New(Options{Resolver: hosts, Dial: out.dial, Allowed: prefixes("10.9.0.0/16")})
			conn, err := g.DialContext("test", 0)(t.Context(), c.network, c.address)
			if (err == nil) != (c.want != nil) || errors.Is(err, ErrRefused) != c.refused {
				t.Errorf("got %v", err)
			}
			if !slices.Equal(out.dialed, c.want) {
				t.Errorf("dialled %q, want %q", out.dialed, c.want)
			}
			if err == nil {
				conn.Close()
			}
			if c.network != "tcp" {
				return
			}
			err = g.Check(t.Context(), c.address)
			if (err == nil) != (c.want != nil) || errors.Is(err, ErrRefused) != c.refused {
				t.Errorf("Check says %v", err)
			}
		})
	}
}

// TestARebindingNameServerGainsNothing: the first answer is public, every other one is the machine itself. The
// address that was checked is the one that is dialled, and the name is looked up once for each connection.
func TestARebindingNameServerGainsNothing(t *testing.T) {
	hosts := &names{lists: map[string][][]netip.Addr{"evil.example": {ips("64.4.250.1"), ips("127.0.0.1")}}}
	out := &network{}
	dial := New(Options{Resolver: hosts, Dial: out.dial}).DialContext("test", 0)
	conn, err := dial(t.Context(), "tcp", "evil.example:443")
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if want := []string{"ip evil.example"}; !slices.Equal(hosts.asked, want) {
		t.Errorf("asked %q, want %q", hosts.asked, want)
	}
	if _, err := dial(t.Context(), "tcp", "evil.example:443"); !errors.Is(err, ErrRefused) {
		t.Errorf("got %v", err)
	}
	if want := []string{"64.4.250.1:443"}; !slices.Equal(out.dialed, want) {
		t.Errorf("dialled %q, want %q", out.dialed, want)
	}
}

// TestTheSystemsDialerGetsAddressesOnly runs without the tests' network: the guard's own dialer connects to loopback.
func TestTheSystemsDialerGetsAddressesOnly(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	hosts := oneName("local.example", "127.0.0.1")
	closed := New(Options{Resolver: hosts}).DialContext("test", 0)
	if _, err := closed(t.Context(), "tcp", "local.example:"+port); !errors.Is(err, ErrRefused) {
		t.Errorf("got %v", err)
	}
	g := New(Options{Resolver: hosts, Allowed: prefixes("127.0.0.1/32")})
	conn, err := g.DialContext("test", 0)(t.Context(), "tcp", "local.example:"+port)
	if err != nil {
		t.Fatal(err)
	}
	if got := conn.RemoteAddr().String(); got != listener.Addr().String() {
		t.Errorf("connected to %s", got)
	}
	conn.Close()
}

func TestTheNextAddressIsTriedWhereOneFails(t *testing.T) {
	out := &network{answer: func(address string, far net.Conn) error {
		if strings.HasPrefix(address, "64.4.250.1:") {
			return errors.New("connection refused")
		}
		return far.Close()
	}}
	g := New(Options{Resolver: oneName("a.example", "64.4.250.1", "64.4.250.2", "64.4.250.3"), Dial: out.dial})
	conn, err := g.DialContext("test", 0)(t.Context(), "tcp", "a.example:443")
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if want := []string{"64.4.250.1:443", "64.4.250.2:443"}; !slices.Equal(out.dialed, want) {
		t.Errorf("dialled %q, want %q", out.dialed, want)
	}
}

// TestConnectingIsBoundedInTime: no address answers. Each has its share, and together they take the limit.
func TestConnectingIsBoundedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var dialed int
		silent := func(ctx context.Context, _, _ string) (net.Conn, error) {
			dialed++
			<-ctx.Done()
			return nil, ctx.Err()
		}
		g := New(Options{Resolver: oneName("a.example", "64.4.250.1", "64.4.250.2", "64.4.250.3"), Dial: silent})
		began := time.Now()
		_, err := g.DialContext("test", 3*time.Second)(t.Context(), "tcp", "a.example:443")
		if !errors.Is(err, context.DeadlineExceeded) || dialed != 3 || time.Since(began) != 3*time.Second {
			t.Errorf("%v after %d addresses and %v", err, dialed, time.Since(began))
		}
	})
}

func TestTheAddressesOfOneHostAreBounded(t *testing.T) {
	var many []string
	for i := range 3 * maxAddresses {
		many = append(many, netip.AddrFrom4([4]byte{64, 4, 250, byte(i)}).String())
	}
	out := &network{answer: func(string, net.Conn) error { return errors.New("connection refused") }}
	dial := New(Options{Resolver: oneName("a.example", many...), Dial: out.dial}).DialContext("test", 0)
	_, err := dial(t.Context(), "tcp", "a.example:443")
	if err == nil || len(out.dialed) != maxAddresses {
		t.Errorf("%d dialled: %v", len(out.dialed), err)
	}
}

func TestAConnectionCarriesBytesBothWays(t *testing.T) {
	out := &network{answer: func(_ string, far net.Conn) error {
		go func() {
			defer far.Close()
			_, _ = io.CopyN(far, far, 4)
		}()
		return nil
	}}
	conn, err := New(Options{Dial: out.dial}).DialContext("test", 0)(t.Context(), "tcp", "64.4.250.1:4222")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("ping")); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(conn); string(got) != "ping" || err != nil {
		t.Errorf("%q %v", got, err)
	}
}
