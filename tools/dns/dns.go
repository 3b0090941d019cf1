// Package dns takes the place of github.com/miekg/dns, by a replace directive in go.mod. certmagic imports that library
// to prove by DNS records that a domain is ours (the challenge DNS-01). Hookbeam does not do that: it uses HTTP-01 and
// TLS-ALPN-01, for which certmagic asks no name server itself. But the library registers all its record types when the
// program starts, so the linker keeps all of it: 730 KB.
//
// This package declares what certmagic mentions, so that it compiles, and nothing that works: everything that would ask
// a name server, or read how to, returns ErrNoDNS. If a new version of certmagic needs more, it does not compile. To
// support DNS-01, remove the replace directive.
package dns

import (
	"context"
	"errors"
	"time"
)

// ErrNoDNS is the error of everything that needs a name server.
var ErrNoDNS = errors.New("this program asks no name servers: it was built without the challenge DNS-01")

// Codes of answers and types of records (RFC 1035).
const (
	RcodeSuccess       = 0
	RcodeServerFailure = 2
	RcodeNameError     = 3

	TypeNS    uint16 = 2
	TypeCNAME uint16 = 5
	TypeSOA   uint16 = 6
	TypeTXT   uint16 = 16
)

// RcodeToString has no names: there are no answers to describe.
var RcodeToString map[int]string

// RR is a record.
type RR interface{ Header() *RR_Header }

// RR_Header is what all records have.
type RR_Header struct{ Name string }

// The types of records that certmagic looks for.
type (
	CNAME struct {
		Hdr    RR_Header
		Target string
	}
	NS struct {
		Hdr RR_Header
		Ns  string
	}
	SOA struct {
		Hdr     RR_Header
		Ns      string
		Refresh uint32
	}
	TXT struct {
		Hdr RR_Header
		Txt []string
	}
)

// Header implements RR.
func (r *CNAME) Header() *RR_Header { return &r.Hdr }

// Header implements RR.
func (r *NS) Header() *RR_Header { return &r.Hdr }

// Header implements RR.
func (r *SOA) Header() *RR_Header { return &r.Hdr }

// Header implements RR.
func (r *TXT) Header() *RR_Header { return &r.Hdr }

// MsgHdr is the head of a message.
type MsgHdr struct {
	Rcode                       int
	Truncated, RecursionDesired bool
}

// Msg is a question or an answer.
type Msg struct {
	MsgHdr
	Answer, Ns []RR
}

// SetQuestion does nothing: the question is never sent.
func (m *Msg) SetQuestion(string, uint16) *Msg { return m }

// SetEdns0 does nothing.
func (m *Msg) SetEdns0(uint16, bool) *Msg { return m }

// String returns nothing: a message has no content.
func (m *Msg) String() string { return "" }

// Client would ask a name server.
type Client struct {
	Net     string
	Timeout time.Duration
}

// ExchangeContext returns ErrNoDNS.
func (c *Client) ExchangeContext(context.Context, *Msg, string) (*Msg, time.Duration, error) {
	return nil, 0, ErrNoDNS
}

// ClientConfig names name servers.
type ClientConfig struct {
	Servers []string
	Port    string
}

// ClientConfigFromFile returns ErrNoDNS.
func ClientConfigFromFile(string) (*ClientConfig, error) { return nil, ErrNoDNS }

// ReverseAddr returns ErrNoDNS.
func ReverseAddr(string) (string, error) { return "", ErrNoDNS }

// Split returns no labels, so that certmagic finds no zone to look for.
func Split(string) []int { return nil }
