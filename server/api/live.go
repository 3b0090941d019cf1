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

// The bounds of a socket.
const (
	readLimit     = 32 << 10 // readers send nothing but control frames
	writePatience = 30 * time.Second
	closePatience = time.Second
)

// LiveOptions are what the door for sockets needs.
type LiveOptions struct {
	Hub        *live.Hub
	Addresses  *access.Addresses
	Sessions   *access.Sessions
	MaxSockets int // of one address; 0: 1,000, for an address may have 1,024 connections
	MaxAll     int // of all together; 0: 20,000
	Refusals   *access.Refusals
	Now        func() time.Time
	Log        *slog.Logger
}

// The most sockets, and the most requests that wait, of one address and of all.
const (
	socketsOfAddress = 1000
	socketsOfAll     = 20_000
)

// Live is GET /live?after=&endpoint=: a WebSocket that sends frames, one to a text message, and reads nothing.
type Live struct {
	LiveOptions
	upgrader  websocket.Upgrader
	sockets   *access.Quota
	admission *admission
	reading   sync.WaitGroup // the goroutines that read from sockets
}

// NewLive returns the door.
func NewLive(o LiveOptions) *Live {
	if o.MaxSockets == 0 {
		o.MaxSockets = socketsOfAddress
	}
	if o.MaxAll == 0 {
		o.MaxAll = socketsOfAll
	}
	refuse := func(w http.ResponseWriter, reason error) {
		writeProblem(w, o.Log, &hook.Problem{Kind: hook.ErrInvalid, Code: "not_a_websocket",
			Detail: "This URL accepts only WebSocket connections. Connect with ws:// or wss://, or poll /api/v1/updates.", Cause: reason})
	}
	return &Live{LiveOptions: o, upgrader: newUpgrader(refuse), sockets: access.NewQuota(o.MaxAll, o.MaxSockets),
		admission: newAdmission()}
}

func (l *Live) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := l.serve(w, r); err != nil {
		answerRefused(w, l.Log, l.Refusals, err)
	}
}

func (l *Live) serve(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	place, err := l.Hub.PositionAfter(q.Get("after"), hook.EndpointID(q.Get("endpoint")))
	if err != nil {
		return err
	}
	client := l.Addresses.Client(r, l.Now())
	if err := l.enter(client); err != nil {
		return err
	}
	l.reading.Add(1) // before the HTTP server lets go of the connection: see Wait
	ws, err := l.upgrader.Upgrade(metered(w, l.Now), r, nil)
	if err != nil {
		l.reading.Done()
		l.sockets.Give(client.Key)
		return nil // the upgrader has answered
	}
	s := newSocket(ws)
	reader := l.Hub.Join(s, place)
	forget := l.Sessions.OnEnd(r, reader.Leave)
	// A goroutine of its own lets go of all that the HTTP server holds for a request.
	go func() {
		defer l.reading.Done()
		defer l.sockets.Give(client.Key)
		defer forget()
		defer reader.Leave()
		s.listen(reader.Heard)
	}()
	return nil
}

// Wait returns when nothing is read from any socket any more. It is called when the hub has ended, which closes all
// sockets, and the HTTP server has no request left, so that no socket is added.
func (l *Live) Wait() { l.reading.Wait() }

// enter counts a socket, or says why there is no room for it.
func (l *Live) enter(c access.Client) error {
	if room := l.sockets.Take(c); room != access.HasRoom {
		return &refusedError{tooManySockets, counted(tooManySockets, room), c.Address}
	}
	if err := l.admission.admit(c, l.Now()); err != nil {
		l.sockets.Give(c.Key)
		return err
	}
	return nil
}

var tooManySockets = &hook.Problem{Kind: hook.ErrTooMany, Code: "too_many_sockets", RetryAfter: 30 * time.Second,
	Detail: "The limit of live connections is reached. Close some, or poll /api/v1/updates."}

// counted is the code of a refusal in the counts: whether one address had too much, or all together.
func counted(p *hook.Problem, room access.Room) string {
	if room == access.ClientFull {
		return p.Code + "_of_address"
	}
	return p.Code
}

// Open is how many sockets are open.
func (l *Live) Open() int { return l.sockets.Held() }

// Ping is a ping on the wire (RFC 6455 §5.5.2).
var Ping = []byte{0x89, 0}

// EncodeText wraps payload into one text message as a server sends it (RFC 6455 §5.2): unmasked, uncompressed.
// All readers share the bytes, which is why they are made here and not by each connection.
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
