package api

import (
	"errors"
	"sync"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
)

// socket is a WebSocket of the live connection. It implements live.Conn. The hub writes frames directly to the
// kernel, without gorilla's writer, so that one goroutine can write to thousands of sockets without blocking.
// gorilla upgrades the connection, reads, and writes control frames.
type socket struct {
	ws  *websocket.Conn
	raw syscall.RawConn // nil if the connection has none: then Send writes nothing, and Finish writes everything

	mu      sync.Mutex
	partial bool // a message was written in part, so no control frame may be written before the rest
}

func newSocket(ws *websocket.Conn) *socket {
	s := &socket{ws: ws}
	if plain, ok := ws.NetConn().(syscall.Conn); ok {
		s.raw, _ = plain.SyscallConn() // nil on error
	}
	return s
}

// listen reads until the connection ends. It calls alive for everything that the client sends, and ignores the
// content. Live runs it in a goroutine of its own.
func (s *socket) listen(alive func()) {
	s.ws.SetReadLimit(readLimit)
	_ = s.ws.SetReadDeadline(time.Time{}) // the hub closes sockets whose client falls silent
	s.ws.SetPongHandler(func(string) error { alive(); return nil })
	s.ws.SetPingHandler(func(payload string) error {
		alive()
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
				s.sendClose(websocket.ClosePolicyViolation, err.Error())
				linger(s.ws)
			}
			return
		}
		alive()
	}
}

// control sends a control frame, unless another goroutine is writing or a message was written in part. Then it sends
// nothing: RFC 6455 allows that for pongs, and a client must handle a connection that ends without a close frame.
func (s *socket) control(kind int, payload string) {
	if !s.mu.TryLock() {
		return
	}
	defer s.mu.Unlock()
	s.controlLocked(kind, payload)
}

// controlLocked is control for a caller that holds the lock.
func (s *socket) controlLocked(kind int, payload string) {
	if !s.partial {
		_ = s.ws.WriteControl(kind, []byte(payload), time.Now().Add(closeTimeout))
		_ = s.ws.NetConn().SetWriteDeadline(time.Time{}) // gorilla sets one, and does not reset it
	}
}

// sendClose sends a close frame with a reason. Unlike control it waits while another goroutine writes, so only the
// socket's own reading goroutine may call it.
func (s *socket) sendClose(code int, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.controlLocked(websocket.CloseMessage, string(websocket.FormatCloseMessage(code, why)))
}

// Send writes as much of message as the kernel accepts without blocking, and returns the rest.
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

// Finish writes the rest that Send returned. It blocks, for at most finishTimeout.
func (s *socket) Finish(rest []byte) error {
	conn := s.ws.NetConn()
	if err := conn.SetWriteDeadline(time.Now().Add(finishTimeout)); err != nil {
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

// Close closes the connection. With comeBack it first sends a close frame with code 1012 (service restart),
// after which clients reconnect.
func (s *socket) Close(comeBack bool) {
	if comeBack {
		reason := websocket.FormatCloseMessage(websocket.CloseServiceRestart, "restarting")
		s.control(websocket.CloseMessage, string(reason))
	}
	_ = s.ws.Close()
}
