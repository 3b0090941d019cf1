package server

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/hook"
)

// Limits of open connections, including those of sockets and waiting requests.
const (
	connectionsOfAddress = 1024
	connectionsMost      = 40_000 // in all, however many file descriptors there are
	connectionsUnknown   = 20_000 // in all, if the system does not limit file descriptors
	descriptorShare      = 0.8    // of the file descriptors; the rest is for databases and outgoing connections
)

// Codes and messages of connections that are closed without an answer, for logs and counters.
const (
	connectionsInAll     = "too_many_connections"
	connectionsByAddress = "too_many_connections_of_address"
	acceptFailed         = "accept_failed"

	detailInAll     = "connection refused: the connection limit of the server is reached"
	detailByAddress = "connection refused: the connection limit of one address is reached"
	detailAccept    = "could not accept a connection"
)

// gate is a net.Listener that limits connections, in all and of one address. A connection over a limit is closed before
// a byte of it is read, which costs far less than an HTTP answer. http.Server accepts from it.
type gate struct {
	net.Listener
	addresses *access.Addresses
	quota     *access.Quota
	refusals  *access.Refusals
	refused   *access.RefusalList
	limit     int // connections in all
}

// newGate returns a gate in front of l. descriptors is the number of files that the process may have open, 0 if
// unlimited.
func newGate(l net.Listener, addresses *access.Addresses, refusals *access.Refusals, refused *access.RefusalList,
	descriptors uint64) *gate {
	inAll := connectionsUnknown
	if descriptors > 0 {
		inAll = int(min(descriptorShare*float64(descriptors), connectionsMost))
	}
	inAll = max(inAll, 2) // one address may have half of them, which must not be none
	return &gate{Listener: l, addresses: addresses, refusals: refusals, refused: refused, limit: inAll,
		quota: access.NewQuota(inAll, min(connectionsOfAddress, inAll/2))}
}

// beside returns a gate in front of another listener of the same server. Connections to both count together.
func (g *gate) beside(l net.Listener) *gate {
	other := *g
	other.Listener = l
	return &other
}

// Accept returns the next connection that is within the limits. It counts until it is closed, also after it was
// upgraded to a WebSocket.
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
			g.refusals.TurnAway(connectionsInAll, 0, client.Address)
		case access.ClientFull:
			g.refusals.Count(connectionsByAddress, detailByAddress, "address", client.Address)
			g.refusals.TurnAway(connectionsByAddress, 0, client.Address)
		default:
			return g.withSlot(conn, client.Key), nil
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // closes by RST, so that the kernel keeps no state for the connection either
		}
		_ = conn.Close() // the client sees that, and can try again
	}
}

// withSlot returns conn so that closing it releases its place in the quota. key is its client's.
func (g *gate) withSlot(conn net.Conn, key string) net.Conn {
	if tcp, ok := conn.(*net.TCPConn); ok {
		return &countedTCP{TCPConn: tcp, refused: g.refused, slot: slot{quota: g.quota, key: key}}
	}
	return &countedConn{Conn: conn, refused: g.refused, slot: slot{quota: g.quota, key: key}}
}

// slot is a connection's place in the quota. It may be released more than once, because a connection may be closed more
// than once.
type slot struct {
	quota    *access.Quota
	key      string
	released atomic.Bool
}

func (s *slot) release() {
	if s.released.CompareAndSwap(false, true) {
		s.quota.Give(s.key)
	}
}

// ready is a readiness check. It fails while the limit of all connections is reached.
func (g *gate) ready(context.Context) error {
	if g.quota.Full() {
		return &hook.Problem{Kind: hook.ErrUnavailable, Code: "connections_exhausted", RetryAfter: 5 * time.Second,
			Detail: "The server has reached its connection limit and refuses new connections. Raise the limit of " +
				"open files (ulimit -n), or find in the log which addresses open them."}
	}
	return nil
}

// countedTCP is a TCP connection with a slot. It has the methods of *net.TCPConn, such as ReadFrom, which net/http
// uses.
type countedTCP struct {
	*net.TCPConn
	refused *access.RefusalList
	slot    slot
}

// Write writes to the connection, and counts what the HTTP server refuses.
func (c *countedTCP) Write(b []byte) (int, error) {
	countUnreadable(c.refused, b)
	return c.TCPConn.Write(b)
}

// Close closes the connection and releases its slot.
func (c *countedTCP) Close() error {
	defer c.slot.release()
	return c.TCPConn.Close()
}

// countedConn is any other connection with a slot.
type countedConn struct {
	net.Conn
	refused *access.RefusalList
	slot    slot
}

// Write writes to the connection, and counts what the HTTP server refuses.
func (c *countedConn) Write(b []byte) (int, error) {
	countUnreadable(c.refused, b)
	return c.Conn.Write(b)
}

// Close closes the connection and releases its slot.
func (c *countedConn) Close() error {
	defer c.slot.release()
	return c.Conn.Close()
}

// unreadableHeaders are the headers with which net/http answers a request that it cannot read. Handlers' answers have
// at least a request id beside them.
var unreadableHeaders = []byte("\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n")

// countUnreadable counts b if it is an answer by net/http itself to a request that it could not read: no handler ever
// sees such a request. The check is two comparisons for nearly every write.
func countUnreadable(refused *access.RefusalList, b []byte) {
	const status = "HTTP/1.1 4"
	if len(b) < len(status)+2 || b[len(status)-1] != '4' || string(b[:len(status)]) != status {
		return
	}
	line := bytes.IndexByte(b, '\r')
	if line < 0 || !bytes.HasPrefix(b[line:], unreadableHeaders) {
		return
	}
	code := access.RequestUnreadable
	if string(b[len(status):len(status)+2]) == "31" {
		code = access.HeadersTooLarge
	}
	refused.Count(code)
}
