package server

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/hook"
)

// How many connections there may be, sockets and waiting requests included.
const (
	connectionsOfAddress = 1024
	connectionsMost      = 40_000 // in all, however many descriptors there are
	connectionsUnknown   = 20_000 // in all, where the system does not limit descriptors
	descriptorShare      = 0.8    // of the descriptors; the rest is for the databases and for what is asked outside
)

// What is told of connections that are closed at once.
const (
	connectionsInAll     = "too_many_connections"
	connectionsByAddress = "too_many_connections_of_address"
	acceptFailed         = "accept_failed"

	detailInAll     = "new connections are refused: there are as many as this server may have"
	detailByAddress = "new connections of an address are refused: it has as many as one address may have"
	detailAccept    = "a connection could not be accepted"
)

// gate is the listener that lets connections in: so many in all, and so many of one address. What is too much is closed
// before a byte of it is read.
type gate struct {
	net.Listener
	addresses *access.Addresses
	quota     *access.Quota
	refusals  *access.Refusals
}

// newGate takes how many descriptors the process may have; 0 where that is not limited.
func newGate(l net.Listener, addresses *access.Addresses, refusals *access.Refusals, descriptors uint64) *gate {
	inAll := connectionsUnknown
	if descriptors > 0 {
		inAll = int(min(descriptorShare*float64(descriptors), connectionsMost))
	}
	inAll = max(inAll, 2)
	return &gate{Listener: l, addresses: addresses, refusals: refusals,
		quota: access.NewQuota(inAll, min(connectionsOfAddress, inAll/2))}
}

// Accept returns the next connection that there is room for. It stays counted until it is closed, also when a socket
// has taken it over.
func (g *gate) Accept() (net.Conn, error) {
	for {
		conn, err := g.Listener.Accept()
		if err != nil {
			if !errors.Is(err, net.ErrClosed) {
				g.refusals.Count(acceptFailed, detailAccept, "error", err)
			}
			return nil, err
		}
		client := g.addresses.Peer(conn.RemoteAddr().String(), time.Now())
		switch g.quota.Take(client) {
		case access.AllFull:
			g.refusals.Count(connectionsInAll, detailInAll, "address", client.Address)
		case access.ClientFull:
			g.refusals.Count(connectionsByAddress, detailByAddress, "address", client.Address)
		default:
			return g.counted(conn, client.Key), nil
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // nothing was said: no state is kept for it in the kernel, either
		}
		_ = conn.Close() // who opened it sees that
	}
}

func (g *gate) counted(conn net.Conn, key string) net.Conn {
	if tcp, ok := conn.(*net.TCPConn); ok {
		return &countedTCP{TCPConn: tcp, seat: seat{quota: g.quota, key: key}}
	}
	return &countedConn{Conn: conn, seat: seat{quota: g.quota, key: key}}
}

// seat is a connection's place in the quota. It may be given back again and again: a connection is closed by whoever
// has done with it.
type seat struct {
	quota *access.Quota
	key   string
	given atomic.Bool
}

func (s *seat) giveBack() {
	if s.given.CompareAndSwap(false, true) {
		s.quota.Give(s.key)
	}
}

// ready says where no connection is let in any more.
func (g *gate) ready(context.Context) error {
	if g.quota.Full() {
		return &hook.Problem{Kind: hook.ErrUnavailable, Code: "connections_exhausted", RetryAfter: 5 * time.Second,
			Detail: "There are as many connections as this server may have: new ones are refused. Raise the limit of open " +
				"files (ulimit -n), or see in the log who opens them."}
	}
	return nil
}

// countedTCP is a connection that is counted until it is closed. It is a *net.TCPConn for all that looks for one's
// methods.
type countedTCP struct {
	*net.TCPConn
	seat seat
}

// Close closes the connection, and counts it no more.
func (c *countedTCP) Close() error {
	defer c.seat.giveBack()
	return c.TCPConn.Close()
}

type countedConn struct {
	net.Conn
	seat seat
}

// Close closes the connection, and counts it no more.
func (c *countedConn) Close() error {
	defer c.seat.giveBack()
	return c.Conn.Close()
}
