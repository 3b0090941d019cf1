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

// The rate of WebSocket frames that a client may send. Clients only need pongs, and a status page one message
// for each state that it shows.
const (
	framesAtOnce    = 100
	framesPerSecond = 10
)

// errTooManyFrames is the read error of a WebSocket whose client exceeds the rate. The readers answer it with a close
// frame of code 1008 and then close the connection.
var errTooManyFrames = errors.New("too many frames")

// metered wraps w so that the connection of a WebSocket upgrade limits the rate of incoming frames. The argument of
// every Upgrade must be wrapped.
func metered(w http.ResponseWriter, now func() time.Time) http.ResponseWriter {
	return &meteredUpgrade{ResponseWriter: w, now: now}
}

// meteredUpgrade is the response writer that metered returns.
type meteredUpgrade struct {
	http.ResponseWriter
	now func() time.Time
}

// Hijack returns the connection inside a frameMeter. The upgrader calls it.
func (m *meteredUpgrade) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffers, err := http.NewResponseController(m.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	budget := access.NewBucket(framesPerSecond, framesAtOnce, m.now())
	return &frameMeter{Conn: conn, now: m.now, budget: budget}, buffers, nil
}

// frameMeter is a connection that parses the headers of incoming WebSocket frames (RFC 6455 §5.2) and counts
// the frames. It works below the WebSocket library because the library consumes empty fragments, of which a
// client can send millions a second, without returning to its caller.
type frameMeter struct {
	net.Conn
	now    func() time.Time
	budget access.Bucket

	head [14]byte // header of the next frame, as far as it was received
	have int      // bytes in head
	skip uint64   // bytes of the current frame's payload that are still expected
}

// Read reads from the connection. It fails with errTooManyFrames if the bytes contain more frames than the rate
// allows.
func (m *frameMeter) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	if begun := m.count(p[:n]); begun > 0 && !m.budget.Take(begun, m.now()) {
		return 0, errTooManyFrames
	}
	return n, err
}

// count parses text, the next bytes of the stream, and returns how many frame headers end in it.
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

// headerLength returns the length of the header in head, which has at least its first two bytes.
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

// payloadLength returns the length of the payload that follows the complete header in head.
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

// lingerBytes limits how much input linger discards.
const lingerBytes = 4 << 20

// linger gives the client time to read the close frame that was written to ws. If a connection is closed while it has
// unread input, TCP resets it, and the client may lose the close frame. So linger discards input for closeTimeout.
func linger(ws *websocket.Conn) {
	m, ok := ws.NetConn().(*frameMeter)
	if !ok {
		return
	}
	if half, ok := m.Conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite() // the connection is closed afterwards in any case
	}
	_ = m.SetReadDeadline(time.Now().Add(closeTimeout))
	_, _ = io.CopyN(io.Discard, m.Conn, lingerBytes)
}

// SyscallConn returns the raw connection. socket writes frames to it directly, without the WebSocket library.
func (m *frameMeter) SyscallConn() (syscall.RawConn, error) {
	if plain, ok := m.Conn.(syscall.Conn); ok {
		return plain.SyscallConn()
	}
	return nil, errors.ErrUnsupported
}
