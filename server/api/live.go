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
	MaxSockets int // of one address; 0: 2,000
	MaxAll     int // of all together; 0: 20,000
	Log        *slog.Logger
}

// Live is GET /live?after=&endpoint=: a WebSocket that sends frames, one to a text message, and reads nothing.
type Live struct {
	LiveOptions
	upgrader websocket.Upgrader

	mu        sync.Mutex
	open      int
	byAddress map[string]int
}

// NewLive returns the door.
func NewLive(o LiveOptions) *Live {
	if o.MaxSockets == 0 {
		o.MaxSockets = 2000
	}
	if o.MaxAll == 0 {
		o.MaxAll = 20_000
	}
	return &Live{LiveOptions: o, byAddress: map[string]int{}, upgrader: newUpgrader(func(w http.ResponseWriter, reason error) {
		writeProblem(w, o.Log, &hook.Problem{Kind: hook.ErrInvalid, Code: "not_a_websocket",
			Detail: "This address speaks WebSocket. Connect with ws:// or wss://, or poll /api/v1/updates.", Cause: reason})
	})}
}

func (l *Live) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := l.serve(w, r); err != nil {
		writeProblem(w, l.Log, err)
	}
}

func (l *Live) serve(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	place, err := l.Hub.Place(q.Get("after"), hook.EndpointID(q.Get("endpoint")))
	if err != nil {
		return err
	}
	key := access.AddressKey(l.Addresses.Of(r))
	if err := l.enter(key); err != nil {
		return err
	}
	ws, err := l.upgrader.Upgrade(w, r, nil)
	if err != nil {
		l.leave(key)
		return nil // the upgrader has answered
	}
	s := newSocket(ws)
	reader := l.Hub.Join(s, place)
	forget := l.Sessions.OnEnd(r, reader.Leave)
	// A goroutine of its own lets go of all that the HTTP server holds for a request.
	go func() {
		defer l.leave(key)
		defer forget()
		defer reader.Leave()
		s.listen(reader.Heard)
	}()
	return nil
}

// enter counts a socket, or says why there is no room for it.
func (l *Live) enter(key string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open >= l.MaxAll || l.byAddress[key] >= l.MaxSockets {
		return &hook.Problem{Kind: hook.ErrTooMany, Code: "too_many_sockets", RetryAfter: 30 * time.Second,
			Detail: "There are as many live connections as this server holds. Close some, or poll /api/v1/updates."}
	}
	l.open++
	l.byAddress[key]++
	return nil
}

// Open is how many sockets are open.
func (l *Live) Open() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open
}

func (l *Live) leave(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	if l.byAddress[key]--; l.byAddress[key] == 0 {
		delete(l.byAddress, key)
	}
}

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
