package datafile

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// The names in the data folder by which commands reach a running server. There is one of them at a time.
const (
	SocketName = "hookbeam.sock" // a Unix socket
	PortName   = "hookbeam.port" // a file with a loopback port and a token, where no socket can be
)

// ControlFiles are the names that a server may have in the data folder for its control channel.
func ControlFiles() []string { return []string{SocketName, PortName} }

// loopbackPort is the content of PortName.
type loopbackPort struct {
	Address string `json:"address"`
	Token   string `json:"token"`
}

// tokenBytes are 256 random bits.
const tokenBytes = 32

// Peer is the process at the other end of a control connection.
type Peer struct {
	Known bool // false on a loopback port, where the token proves who it is
	UID   int
	PID   int // 0 if the system does not say
}

// ControlConn is a connection of the control channel. Its peer may use the folder.
type ControlConn struct {
	net.Conn
	Peer Peer
}

// SyscallConn returns the connection below, for those that write to it past Go's scheduler.
func (c *ControlConn) SyscallConn() (syscall.RawConn, error) {
	if raw, ok := c.Conn.(syscall.Conn); ok {
		return raw.SyscallConn()
	}
	return nil, errors.ErrUnsupported
}

// ControlListener accepts the connections of a data folder's control channel: over a Unix socket that only the
// owner of the folder can open, or, where the system or the file system has no such socket, over a loopback
// port with a token in a file that only the owner can read. Only the process that holds the folder's lock may
// make one, because it replaces what a crashed server left behind.
type ControlListener struct {
	folder  string
	token   string          // "" for a socket
	refused func(err error) // is told of each peer that is turned away

	mu     sync.Mutex
	inner  net.Listener
	file   fs.FileInfo // what stands in the folder for this listener
	path   string
	closed bool
}

// ListenControl opens the control channel of a data folder. It fails if a name in the folder that it needs is a
// link or belongs to somebody else. refused is told of each connection that is closed because its peer may not
// use the folder.
func ListenControl(folder string, refused func(err error)) (*ControlListener, error) {
	for _, name := range ControlFiles() {
		if err := removeStale(folder, name); err != nil {
			return nil, err
		}
	}
	c := &ControlListener{folder: folder, refused: refused}
	if err := c.open(); err != nil {
		return nil, err
	}
	return c, nil
}

// open listens on the socket, or on a loopback port if there can be no socket.
func (c *ControlListener) open() error {
	path := filepath.Join(c.folder, SocketName)
	inner, info, err := listenSocket(path)
	if err == nil {
		c.inner, c.file, c.path, c.token = inner, info, path, ""
		return nil
	}
	path = filepath.Join(c.folder, PortName)
	inner, info, token, other := listenPort(path)
	if other != nil {
		return fmt.Errorf("open the control channel: %w", errors.Join(err, other))
	}
	c.inner, c.file, c.path, c.token = inner, info, path, token
	return nil
}

// removeStale removes the socket or port file of a server that has ended. Anything else under the name is refused.
func removeStale(folder, name string) error {
	path := filepath.Join(folder, name)
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at the control channel: %w", err)
	}
	dir, err := os.Stat(folder)
	if err != nil {
		return fmt.Errorf("look at the data folder: %w", err)
	}
	if err := refuseControl(path, info, owner(dir)); err != nil {
		return err
	}
	return os.Remove(path)
}

// refuseControl returns an error if what stands at path is not a socket or file of the folder's owner.
func refuseControl(path string, info fs.FileInfo, folder user) error {
	if filepath.Base(path) == SocketName && info.Mode()&fs.ModeSocket != 0 {
		who := owner(info)
		if who.known && folder.known && who.uid != folder.uid && who.uid != self() && who.uid != root {
			return fmt.Errorf(
				"%s belongs to the user with id %d, and the data folder does not: remove it",
				path,
				who.uid,
			)
		}
		return nil
	}
	if filepath.Base(path) == SocketName && info.Mode().IsRegular() {
		return fmt.Errorf("%s is a file, and the server's control channel goes there: move it away", path)
	}
	return refuse(path, info, folder)
}

// listenSocket listens on a Unix socket at path with mode 0600. The folder is its owner's alone, so nobody can
// connect before the mode is set.
func listenSocket(path string) (net.Listener, fs.FileInfo, error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return nil, nil, err
	}
	if !hasPeers || len(whole) > maxSocketPath { // a command may name the folder by its whole path
		return nil, nil, errors.ErrUnsupported
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, nil, err
	}
	l.SetUnlinkOnClose(false) // it might be another's by then: see Close
	err = chmod(path, fileMode, os.Lstat)
	info, seen := os.Lstat(path)
	if err = errors.Join(err, seen); err == nil && info.Mode()&fs.ModeSocket == 0 {
		err = fmt.Errorf("%s is no socket", path)
	}
	if err != nil {
		_ = os.Remove(path)
		return nil, nil, errors.Join(err, l.Close())
	}
	return l, info, nil
}

// listenPort listens on a loopback port, and writes it with a new token into a file that only the owner can read.
func listenPort(path string) (l net.Listener, info fs.FileInfo, token string, err error) {
	secret := make([]byte, tokenBytes)
	if _, err := rand.Read(secret); err != nil {
		return nil, nil, "", err
	}
	if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, nil, "", err
	}
	port := loopbackPort{Address: l.Addr().String(), Token: hex.EncodeToString(secret)}
	if info, err = writePort(path, port); err != nil {
		return nil, nil, "", errors.Join(err, l.Close())
	}
	return l, info, port.Token, nil
}

func writePort(path string, port loopbackPort) (fs.FileInfo, error) {
	text, err := json.Marshal(port)
	if err != nil {
		return nil, err
	}
	f, err := OpenNew(path)
	if err != nil {
		return nil, err
	}
	_, err = f.Write(append(text, '\n'))
	info, seen := f.Stat()
	return info, errors.Join(err, seen, f.Close())
}

// Token is what a request must carry, "" if the system proves who the peer is.
func (c *ControlListener) Token() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.token
}

// Addr returns the address of the socket or of the port.
func (c *ControlListener) Addr() net.Addr { return c.current().Addr() }

func (c *ControlListener) current() net.Listener {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.inner
}

// Accept returns the next connection whose peer may use the folder, a *ControlConn. Others are closed unread.
func (c *ControlListener) Accept() (net.Conn, error) {
	for {
		inner := c.current()
		conn, err := inner.Accept()
		if err != nil {
			if c.current() != inner { // Restore has put another in its place
				continue
			}
			return nil, err
		}
		peer, err := admitPeer(conn)
		if err != nil {
			_ = conn.Close() // the peer sees that
			c.refused(err)
			continue
		}
		return &ControlConn{Conn: conn, Peer: peer}, nil
	}
}

// admitPeer returns who is at the other end, or an error if that is another user than this process's, and not root.
func admitPeer(conn net.Conn) (Peer, error) {
	unix, ok := conn.(*net.UnixConn)
	if !ok {
		return Peer{}, nil // the token decides
	}
	peer, err := peerOf(unix)
	if err != nil {
		return Peer{}, fmt.Errorf("read who is connected: %w", err)
	}
	if peer.UID != self() && peer.UID != root {
		return Peer{}, fmt.Errorf("the user with id %d may not use this data folder", peer.UID)
	}
	return peer, nil
}

// Restore puts the socket or port file back if it was removed or replaced. A folder that was moved away is left
// alone.
func (c *ControlListener) Restore(folder *os.File) (restored bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.stands() || !Same(folder, c.folder, os.Stat) {
		return false, nil
	}
	for _, name := range ControlFiles() {
		if err := os.Remove(filepath.Join(c.folder, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
	before := c.inner
	if err := c.open(); err != nil {
		return false, err
	}
	return true, before.Close()
}

// stands reports whether what was made for this listener is still at its path.
func (c *ControlListener) stands() bool {
	there, err := os.Lstat(c.path)
	return err == nil && os.SameFile(c.file, there)
}

// Close stops listening and removes what is in the folder for it, unless somebody else has replaced that.
func (c *ControlListener) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	c.closed = true
	var err error
	if c.stands() {
		err = os.Remove(c.path)
	}
	return errors.Join(err, c.inner.Close())
}
