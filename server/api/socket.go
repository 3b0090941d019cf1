package api

import (
	"errors"
	"sync"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
)

// socket is a reader's WebSocket. Frames go past gorilla's writer, straight to the kernel, so that one goroutine can
// write to thousands without ever waiting; gorilla upgrades, and reads.
type socket struct {
	ws  *websocket.Conn
	raw syscall.RawConn // nil where the connection is no plain one: then every write waits

	mu      sync.Mutex
	partial bool // a message is written in part: nothing else may come between
}

func newSocket(ws *websocket.Conn) *socket {
	s := &socket{ws: ws}
	if plain, ok := ws.NetConn().(syscall.Conn); ok {
		s.raw, _ = plain.SyscallConn() // nil where it has none below
	}
	return s
}

// listen reads until the connection ends, and tells of each sign of life. What a reader says is not listened to.
func (s *socket) listen(heard func()) {
	s.ws.SetReadLimit(readLimit)
	_ = s.ws.SetReadDeadline(time.Time{}) // the hub looks after those that fall silent
	s.ws.SetPongHandler(func(string) error { heard(); return nil })
	s.ws.SetPingHandler(func(payload string) error {
		heard()
		s.control(websocket.PongMessage, payload)
		return nil
	})
	s.ws.SetCloseHandler(func(code int, _ string) error {
		s.control(websocket.CloseMessage, string(websocket.FormatCloseMessage(code, "")))
		return nil
	})
	for {
		if _, _, err := s.ws.NextReader(); err != nil {
			if errors.Is(err, errTooManyFrames) {
				s.dismiss(websocket.ClosePolicyViolation, err.Error())
				linger(s.ws)
			}
			return
		}
		heard()
	}
}

// control sends a control frame unless a message is on its way in part: then it is left out, as RFC 6455 allows for
// pongs, and as a connection that ends bears.
func (s *socket) control(kind int, payload string) {
	if !s.mu.TryLock() {
		return
	}
	defer s.mu.Unlock()
	s.controlLocked(kind, payload)
}

func (s *socket) controlLocked(kind int, payload string) {
	if !s.partial {
		_ = s.ws.WriteControl(kind, []byte(payload), time.Now().Add(closePatience))
		_ = s.ws.NetConn().SetWriteDeadline(time.Time{}) // gorilla leaves its own behind, which would end later writes
	}
}

// dismiss says why the connection is about to be closed. Unlike control it waits for a frame that is just being
// written,
// so it is for the socket's own goroutine.
func (s *socket) dismiss(code int, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.controlLocked(websocket.CloseMessage, string(websocket.FormatCloseMessage(code, why)))
}

// Send writes as much as the kernel takes now.
func (s *socket) Send(message []byte) (rest []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	if s.raw != nil {
		if n, err = writeNow(s.raw, message); err != nil {
			return nil, err
		}
	}
	s.partial = n < len(message)
	return message[n:], nil
}

// Finish writes what Send left, and gives the far end a while to take it.
func (s *socket) Finish(rest []byte) error {
	conn := s.ws.NetConn()
	if err := conn.SetWriteDeadline(time.Now().Add(writePatience)); err != nil {
		return err
	}
	if _, err := conn.Write(rest); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.partial = false
	return conn.SetWriteDeadline(time.Time{})
}

// Close ends the connection. With comeBack the far end is told first that the server restarts (1012).
func (s *socket) Close(comeBack bool) {
	if comeBack {
		s.control(websocket.CloseMessage, string(websocket.FormatCloseMessage(websocket.CloseServiceRestart,
			"restarting")))
	}
	_ = s.ws.Close()
}
