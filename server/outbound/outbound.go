// Package outbound protects against server-side request forgery: every connection that this program opens to another
// machine goes through it.
//
// Targets are configured by users and named by senders, so any of them may point into the operator's own network. A
// Guard promises:
//
//   - It dials only public addresses, and those that the operator allows. It refuses private networks, this machine,
//     link-local addresses, carrier-grade NAT, multicast, reserved ranges, metadata services, and their IPv6 forms.
//   - It dials exactly the address that it checked. A name server cannot return another one in between (DNS rebinding).
//   - It refuses the ports of services that are never a target.
//   - Its HTTP clients follow no redirects and ignore the environment's proxy settings. Their time, headers and bodies
//     are limited.
//   - Each call is counted and logged in one line with host, address, status, bytes and duration. Paths, queries,
//     headers and error texts, which can contain secrets, are never logged.
//
// Start reading at Guard.DialContext for connections and at Guard.Client for HTTP. No other package of the program
// dials; a test in package server enforces that.
package outbound

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"hookbeam/server/meter"
)

// ErrRefused is wrapped by the error of every call that the guard refused.
var ErrRefused = errors.New("target refused")

// ErrTooLarge is the error of reading a response beyond Limits.ResponseBytes.
var ErrTooLarge = errors.New("the response is larger than the limit")

// DialFunc opens a connection, as net.Dialer.DialContext does.
type DialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// Resolver resolves a host name to addresses. *net.Resolver implements it, and tests replace it.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Limits bound one call. For a field that is 0 or negative, the value of DefaultLimits is used.
type Limits struct {
	Connect       time.Duration // name resolution and connection together; the TLS handshake may take as long again
	Total         time.Duration // of an HTTP call, from its start to the last byte of the response
	ResponseBytes int64         // of the body of an HTTP response, after decompression
	HeaderBytes   int64         // of the headers of an HTTP response
}

// DefaultLimits returns limits for a call whose response is small.
func DefaultLimits() Limits {
	return Limits{Connect: 10 * time.Second, Total: 30 * time.Second, ResponseBytes: 1 << 20, HeaderBytes: 64 << 10}
}

// orDefault returns l with defaults for the fields that are not set.
func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	if l.Connect <= 0 {
		l.Connect = d.Connect
	}
	if l.Total <= 0 {
		l.Total = d.Total
	}
	if l.ResponseBytes <= 0 {
		l.ResponseBytes = d.ResponseBytes
	}
	if l.HeaderBytes <= 0 {
		l.HeaderBytes = d.HeaderBytes
	}
	return l
}

// Options configure a Guard. All fields are optional.
type Options struct {
	// Allowed are ranges that the operator allows although they are not public. An IPv4 range applies to IPv4-mapped
	// IPv6 addresses as well. A metadata service is allowed only by a range of exactly its address.
	Allowed  []netip.Prefix
	Resolver Resolver         // nil: the system's
	Dial     DialFunc         // nil: net.Dialer. It gets an IP address and a port, never a name
	Now      func() time.Time // nil: time.Now; measures the duration of calls
	Log      *slog.Logger     // nil: nothing is logged
	Meter    *meter.Registry  // nil: nothing is counted
}

// Guard decides which targets may be dialled, and dials them. It is safe for concurrent use and holds no connections.
type Guard struct {
	allowed  []netip.Prefix
	resolver Resolver
	dial     DialFunc
	now      func() time.Time
	log      *slog.Logger
	meter    *meter.Registry
}

// New returns a guard.
func New(o Options) *Guard {
	g := &Guard{resolver: o.Resolver, dial: o.Dial, now: o.Now, log: o.Log, meter: o.Meter}
	for _, p := range o.Allowed {
		g.allowed = append(g.allowed, unmapped(p))
	}
	if g.resolver == nil {
		g.resolver = net.DefaultResolver
	}
	if g.dial == nil {
		g.dial = (&net.Dialer{}).DialContext
	}
	if g.now == nil {
		g.now = time.Now
	}
	if g.log == nil {
		g.log = slog.New(slog.DiscardHandler)
	}
	return g
}

// unmapped returns a range of IPv4-mapped IPv6 addresses (::ffff:10.0.0.0/104) as the IPv4 range that it means.
func unmapped(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96).Masked()
	}
	return p.Masked()
}

// CheckAddress returns nil if an address may be dialled, or else an error that wraps ErrRefused and names its class.
func (g *Guard) CheckAddress(ip netip.Addr) error {
	ip = ip.Unmap()
	class := Classify(ip)
	if class == Public {
		return nil
	}
	for _, p := range g.allowed {
		if p.Contains(ip) && (class != Metadata || p.IsSingleIP()) {
			return nil
		}
	}
	return fmt.Errorf("%w: %s is not a public address (%s)", ErrRefused, ip, class)
}

// Check returns nil if a target "host:port" could be dialled now, or else the error that DialContext would return. It
// is for refusing a target when it is saved. The name may resolve differently later, so DialContext checks again.
func (g *Guard) Check(ctx context.Context, address string) error {
	_, _, err := g.resolve(ctx, "tcp", address, false)
	return err
}

// DialContext returns a function that connects to "host:port", for protocols other than HTTP. caller names the part of
// the program that makes the calls, for logs and metrics; it is a constant. limit bounds name resolution and connection
// together; 0 means the default. A call is logged when its connection is closed, or when it fails.
func (g *Guard) DialContext(caller string, limit time.Duration) DialFunc {
	calls := g.newCalls(caller, slog.LevelInfo)
	limit = Limits{Connect: limit}.orDefault().Connect
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		call := calls.begin(hostOf(address))
		conn, err := g.connect(ctx, network, address, limit, false)
		if err != nil {
			call.end(err)
			return nil, err
		}
		call.reached(conn)
		return &loggedConn{Conn: conn, call: call}, nil
	}
}

// connect resolves and checks a target, and connects to the first of its addresses that accepts a connection. With http
// it refuses ports of other protocols as well. If all addresses fail, the error joins theirs.
func (g *Guard) connect(
	ctx context.Context, network, address string, limit time.Duration, http bool,
) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	targets, _, err := g.resolve(ctx, network, address, http)
	if err != nil {
		return nil, err
	}
	var failed error
	for i, target := range targets {
		conn, err := g.dialOne(ctx, network, target, len(targets)-i)
		if err == nil {
			return conn, nil
		}
		failed = errors.Join(failed, err)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, failed
}

// dialOne connects to one address. left is the number of addresses that are still to be tried, this one included: it
// may use the same share of the remaining time as each of them, so that one that never responds leaves time for the
// others.
func (g *Guard) dialOne(ctx context.Context, network string, target netip.AddrPort, left int) (net.Conn, error) {
	if deadline, ok := ctx.Deadline(); ok && left > 1 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(deadline)/time.Duration(left))
		defer cancel()
	}
	conn, err := g.dial(ctx, network, target.String())
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", target, err)
	}
	return conn, nil
}

// loggedConn is a connection that counts the bytes received, and ends its call when it is closed.
type loggedConn struct {
	net.Conn
	call *call
}

// Read counts the bytes received. A read error does not end the call: the caller still closes the connection.
func (c *loggedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.call.read.Add(int64(n))
	return n, err
}

// Close ends the call. It may be called more than once.
func (c *loggedConn) Close() error {
	err := c.Conn.Close()
	c.call.end(nil)
	return err
}
