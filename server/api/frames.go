package api

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/gorilla/websocket"

	"hookbeam/server/access"
)

// Frames that a reader may send: it has nothing to say but pongs, and a page one message for each state.
const (
	framesAtOnce    = 100
	framesPerSecond = 10
)

// errTooManyFrames ends the reading of a socket whose far end sends more frames than a reader needs.
var errTooManyFrames = errors.New("too many frames")

// metered makes the connection that an upgrade takes over count the frames that come in.
func metered(w http.ResponseWriter, now func() time.Time) http.ResponseWriter {
	return &meteredUpgrade{ResponseWriter: w, now: now}
}

type meteredUpgrade struct {
	http.ResponseWriter
	now func() time.Time
}

// Hijack gives the connection away, to a socket.
func (m *meteredUpgrade) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffers, err := http.NewResponseController(m.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	budget := access.NewBucket(framesPerSecond, framesAtOnce, m.now())
	return &frameMeter{Conn: conn, now: m.now, budget: budget}, buffers, nil
}

// frameMeter reads the headers of a client's frames as they pass (RFC 6455 §5.2) and counts them. It has to be here,
// below
// the library that reads frames: that one takes empty fragments as they come, millions a second, and tells nobody.
type frameMeter struct {
	net.Conn
	now    func() time.Time
	budget access.Bucket

	head [14]byte // of the next frame, as far as it has come
	have int
	skip uint64 // bytes of a frame's payload that are still to come
}

// Read reads, and fails with errTooManyFrames where what came begins more frames than there may be.
func (m *frameMeter) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	if begun := m.count(p[:n]); begun > 0 && !m.budget.Take(begun, m.now()) {
		return 0, errTooManyFrames
	}
	return n, err
}

// count follows the frames through text and returns how many headers end in it.
func (m *frameMeter) count(text []byte) (frames int) {
	for len(text) > 0 {
		if m.skip > 0 {
			k := min(m.skip, uint64(len(text)))
			m.skip -= k
			text = text[k:]
			continue
		}
		m.head[m.have] = text[0]
		m.have++
		text = text[1:]
		if m.have >= 2 && m.have == m.headerLength() {
			m.skip = m.payloadLength()
			m.have = 0
			frames++
		}
	}
	return frames
}

func (m *frameMeter) headerLength() int {
	length := 2
	switch m.head[1] & 0x7f {
	case 126:
		length += 2
	case 127:
		length += 8
	}
	if m.head[1]&0x80 != 0 {
		length += 4 // the mask
	}
	return length
}

func (m *frameMeter) payloadLength() uint64 {
	switch length := m.head[1] & 0x7f; length {
	case 126:
		return uint64(binary.BigEndian.Uint16(m.head[2:]))
	case 127:
		return binary.BigEndian.Uint64(m.head[2:])
	default:
		return uint64(length)
	}
}

// lingerBytes is how much of what is on its way is read before a chattering connection is closed.
const lingerBytes = 4 << 20

// linger lets the far end read the goodbye that was written to ws: closing a connection whose input is unread resets
// it,
// and may take the goodbye along.
func linger(ws *websocket.Conn) {
	m, ok := ws.NetConn().(*frameMeter)
	if !ok {
		return
	}
	if half, ok := m.Conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite() // it is about to be closed whole
	}
	_ = m.SetReadDeadline(time.Now().Add(closePatience))
	_, _ = io.CopyN(io.Discard, m.Conn, lingerBytes)
}

// SyscallConn returns the raw connection, past which frames are written.
func (m *frameMeter) SyscallConn() (syscall.RawConn, error) {
	if plain, ok := m.Conn.(syscall.Conn); ok {
		return plain.SyscallConn()
	}
	return nil, errors.ErrUnsupported
}
