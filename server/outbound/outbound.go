// Package outbound is the guarded way out: every connection that this program opens to another machine goes
// through it.
//
// Addresses of targets come from people and from senders, so any of them may point into the operator's own network. A
// Guard promises:
//
//   - It dials public addresses only, and those that the operator allows. It refuses private networks, the machine
//     itself, link-local, carrier-grade NAT, multicast, reserved ranges, metadata services, and their IPv6 forms.
//   - It dials the very address that it checked. A name server cannot answer differently in between (DNS rebinding).
//   - It refuses ports of services that are never a target.
//   - Its HTTP clients follow no redirect and use no proxy of the environment. Their time, headers and bodies are
//     bounded.
//   - Each call is logged in one line with host, address, status, bytes and duration, and counted. Paths, queries,
//     headers and texts of errors, which can hold secrets, are never logged.
//
// Start reading at Guard.DialContext for connections and Guard.Client for HTTP. No other package of the program
// dials; a test in package server holds that.
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

// ErrRefused is in the error of every call that the guard did not let out.
var ErrRefused = errors.New("target refused")

// ErrTooLarge is the error of reading an answer beyond its limit.
var ErrTooLarge = errors.New("the answer is larger than the limit")

// DialFunc opens a connection, as net.Dialer.DialContext does.
type DialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// Resolver looks up the addresses of a host. *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Limits bound one call. A field that is 0 has the value of DefaultLimits.
type Limits struct {
	Connect       time.Duration // for name, connection and TLS handshake
	Total         time.Duration // for an HTTP call, from its start to the last byte of the answer
	ResponseBytes int64         // of the body of an HTTP answer, after decompression
	HeaderBytes   int64         // of the headers of an HTTP answer
}

// DefaultLimits suit a call whose answer is only looked at.
func DefaultLimits() Limits {
	return Limits{Connect: 10 * time.Second, Total: 30 * time.Second, ResponseBytes: 1 << 20, HeaderBytes: 64 << 10}
}

// orDefault fills in what is 0.
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

// Options are what a Guard needs. All of them may be left out.
type Options struct {
	// Allowed are ranges that the operator permits although they are not public. An IPv4 range counts for IPv4
	// addresses in IPv6 form as well. A metadata service is opened only by a range that holds its address
	// alone.
	Allowed  []netip.Prefix
	Resolver Resolver         // nil: the system's
	Dial     DialFunc         // nil: TCP. It is given an IP address and a port, never a name
	Now      func() time.Time // nil: time.Now; for the duration of calls
	Log      *slog.Logger     // nil: nothing is logged
	Meter    *meter.Registry  // nil: nothing is counted
}

// Guard decides which targets may be dialled, and dials them. The program has one; its methods may be called from
// several goroutines.
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

// unmapped returns a range of IPv4 addresses in IPv6 form (::ffff:10.0.0.0/104) as the IPv4 range that it is.
func unmapped(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96).Masked()
	}
	return p.Masked()
}

// CheckAddress reports whether an address may be dialled: nil, or an error with ErrRefused that names its class.
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

// Check reports whether a target "host:port" could be dialled now. It gives the same answer as DialContext, so that a
// target is refused when it is saved and not only when it is used; a name may have moved in between, so DialContext
// checks again.
func (g *Guard) Check(ctx context.Context, address string) error {
	_, _, err := g.resolve(ctx, "tcp", address, false)
	return err
}

// DialContext connects to "host:port" for protocols other than HTTP. caller names the part of the program that asks,
// for the log and the counters: a constant word. limit bounds name lookup and connection together; 0 is the default.
// The line in the log is written when the connection is closed, or could not be made.
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

// connect resolves and checks a target, and connects to the first of its addresses that answers.
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

// dialOne connects to one address. It may use its share of the time left, so that an address that never answers
// leaves some for the others.
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

// loggedConn counts the bytes that come in, and ends its call when it is closed.
type loggedConn struct {
	net.Conn
	call *call
}

// Read counts what comes in. An error of reading does not end the call: the caller still closes the connection.
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
