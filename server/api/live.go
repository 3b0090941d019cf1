package api

import (
	"encoding/binary"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"hookbeam/server/access"
	"hookbeam/server/hook"
	"hookbeam/server/live"
)

// Limits of one WebSocket of the live connection.
const (
	readLimit     = 32 << 10         // bytes of a message; clients send only control frames
	finishTimeout = 30 * time.Second // for writing the rest of a frame that did not fit into the send buffer
	closeTimeout  = time.Second      // for writing a control frame
)

// LiveOptions are what Live uses. All fields are required unless their comment says otherwise.
type LiveOptions struct {
	Hub        *live.Hub
	Addresses  *access.Addresses
	Gate       *access.Gate
	MaxSockets int              // per address; 0: 1,000, because an address may have 1,024 connections
	MaxAll     int              // in total; 0: 20,000
	Refusals   *access.Refusals // nil: refused requests are not counted
	Now        func() time.Time
	Log        *slog.Logger
}

// The default limits of WebSockets, and of waiting polls for updates.
const (
	socketsPerAddress = 1000
	socketsInTotal    = 20_000
)

// Live handles GET /live?after=&endpoint=: a WebSocket that sends frames, one in each text message, and ignores
// what the client sends. The guard authenticates the caller; with a token that is limited to some endpoints, every
// update is checked against them. Errors before the upgrade: "cursor_unreadable", "too_many_sockets",
// "sockets_come_back" and "not_a_websocket". The socket ends when the client leaves or falls silent, when its session
// or token ends, or when the hub stops.
type Live struct {
	LiveOptions
	upgrader  websocket.Upgrader
	sockets   *access.Quota
	admission *admission
	reading   sync.WaitGroup // the goroutines that read from sockets
}

// NewLive returns the handler. Package server creates one, and calls Wait when it shuts down.
func NewLive(o LiveOptions) *Live {
	if o.MaxSockets == 0 {
		o.MaxSockets = socketsPerAddress
	}
	if o.MaxAll == 0 {
		o.MaxAll = socketsInTotal
	}
	refuse := func(w http.ResponseWriter, reason error) {
		writeProblem(w, o.Log, &hook.Problem{Kind: hook.ErrInvalid, Code: "not_a_websocket",
			Detail: "This URL accepts only WebSocket connections. Connect with ws:// or wss://, " +
				"or poll /api/v1/updates.", Cause: reason})
	}
	return &Live{LiveOptions: o, upgrader: newUpgrader(refuse), sockets: access.NewQuota(o.MaxAll, o.MaxSockets),
		admission: newAdmission()}
}

func (l *Live) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := l.serve(w, r); err != nil {
		writeRefused(w, l.Log, l.Refusals, err)
	}
}

// serve upgrades the connection and returns. The hub then sends the frames, and one goroutine reads.
func (l *Live) serve(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	position, err := l.Hub.PositionAmong(q.Get("after"), hook.EndpointID(q.Get("endpoint")),
		visible(r.Context()))
	if err != nil {
		return err
	}
	client := l.Addresses.Client(r, l.Now())
	if err := l.enter(client); err != nil {
		return err
	}
	l.reading.Add(1) // before the upgrade takes the connection from the HTTP server: see Wait
	ws, err := l.upgrader.Upgrade(metered(w, l.Now), r, nil)
	if err != nil {
		l.reading.Done()
		l.sockets.Give(client.Key)
		return nil // the upgrader has responded
	}
	s := newSocket(ws)
	reader := l.Hub.Join(s, position)
	forget := l.Gate.OnEnd(r, reader.Leave)
	// The handler returns and a new goroutine reads, because the HTTP server keeps the request's memory until then.
	go func() {
		defer l.reading.Done()
		defer l.sockets.Give(client.Key)
		defer forget()
		defer reader.Leave()
		s.listen(reader.Seen)
	}()
	return nil
}

// Wait returns when no goroutine reads from a socket any more. Call it after the hub has ended, which closes all
// sockets, and after the last HTTP request, because a request may still add a socket.
func (l *Live) Wait() { l.reading.Wait() }

// enter counts a new socket. The error is a refusedError if there are too many, or too many new ones.
func (l *Live) enter(c access.Client) error {
	if room := l.sockets.Take(c); room != access.HasRoom {
		return &refusedError{tooManySockets, refusalCode(tooManySockets, room), c.Address}
	}
	if err := l.admission.admit(c, l.Now()); err != nil {
		l.sockets.Give(c.Key)
		return err
	}
	return nil
}

// tooManySockets is the error of a live connection over the limit per address or in total.
var tooManySockets = &hook.Problem{Kind: hook.ErrTooMany, Code: "too_many_sockets", RetryAfter: 30 * time.Second,
	Detail: "The limit of live connections is reached. Close some, or poll /api/v1/updates."}

// refusalCode returns the code under which a refusal is counted. It distinguishes the limit per address from
// the total, which the problem that the client gets does not.
func refusalCode(p *hook.Problem, room access.Room) string {
	if room == access.ClientFull {
		return p.Code + "_of_address"
	}
	return p.Code
}

// Open returns the number of open sockets.
func (l *Live) Open() int { return l.sockets.Held() }

// Ping is an encoded ping frame (RFC 6455 §5.5.2). The hub sends it to ask a client for a sign of life.
var Ping = []byte{0x89, 0}

// EncodeText returns payload as one text message in the form that servers send (RFC 6455 §5.2): unmasked and
// uncompressed. The hub encodes each frame once, and all connections share the bytes. The result has room for a Ping.
func EncodeText(payload []byte) []byte {
	b := make([]byte, 0, 10+len(payload)+len(Ping))
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x81, byte(n))
	case n <= 0xffff:
		b = binary.BigEndian.AppendUint16(append(b, 0x81, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x81, 127), uint64(n))
	}
	return append(b, payload...)
}
