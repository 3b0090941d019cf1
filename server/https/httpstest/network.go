package httpstest

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// resolver starts a name server for which every name has the address 127.0.0.1, and returns its address. The authority
// asks it over TCP, where a length precedes each message.
func resolver(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	t.Cleanup(func() { _ = l.Close(); running.Wait() })
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() { answer(conn) })
		}
	})
	return l.Addr().String()
}

// answer answers the questions of one connection.
func answer(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	for {
		var length [2]byte
		if _, err := io.ReadFull(conn, length[:]); err != nil {
			return
		}
		question := make([]byte, binary.BigEndian.Uint16(length[:]))
		if _, err := io.ReadFull(conn, question); err != nil {
			return
		}
		text, err := resolve(question)
		if err != nil {
			return
		}
		if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(text))), text...)); err != nil {
			return
		}
	}
}

// resolve answers one question.
func resolve(question []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil {
		return nil, err
	}
	if len(m.Questions) == 0 {
		return nil, errors.New("no question")
	}
	q := m.Questions[0]
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	if q.Type == dnsmessage.TypeA {
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1},
			Body:   &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}},
		}}
	}
	return m.Pack()
}

// Gate is an address that leads to an authority once it is opened. Until then it closes each connection at once, as an
// authority does that is out of order. A server can therefore be started before its authority.
type Gate struct {
	Address string // HOST:PORT

	mu sync.Mutex
	to string // "": closed
}

// NewGate returns a closed gate. It ends with the test.
func NewGate(t testing.TB) *Gate {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &Gate{Address: l.Addr().String()}
	var running sync.WaitGroup
	t.Cleanup(func() { _ = l.Close(); g.Close(); running.Wait() })
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() { g.lead(conn) })
		}
	})
	return g
}

// Open leads connections to an authority.
func (g *Gate) Open(to *Authority) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.to = to.Address
}

// Close closes the gate to new connections.
func (g *Gate) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.to = ""
}

// lead copies both ways until one side ends.
func (g *Gate) lead(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	g.mu.Lock()
	to := g.to
	g.mu.Unlock()
	if to == "" {
		return
	}
	far, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer func() { _ = far.Close() }()
	back := make(chan struct{})
	go func() {
		defer close(back)
		_, _ = io.Copy(conn, far)
		_ = conn.Close()
	}()
	_, _ = io.Copy(far, conn)
	_ = far.Close()
	<-back
}
