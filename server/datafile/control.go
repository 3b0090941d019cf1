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

// The files in the data folder through which commands reach a running server. A server has one of them.
const (
	SocketName = "hookbeam.sock" // a Unix socket
	PortName   = "hookbeam.port" // JSON with a loopback port and a token, used if there can be no Unix socket
)

// ControlFiles returns the names of all files that a control channel may have in the data folder.
func ControlFiles() []string { return []string{SocketName, PortName} }

// loopbackPort is the content of the file PortName, as JSON. The server writes it and DialControl reads it.
type loopbackPort struct {
	Address string `json:"address"` // 127.0.0.1:port
	Token   string `json:"token"`   // hexadecimal
}

// tokenBytes is the length of the token: 256 random bits.
const tokenBytes = 32

// Peer is the process at the other end of a control connection, as the kernel reports it.
type Peer struct {
	Known bool // false on a loopback port, where each request must carry the token instead
	UID   int
	PID   int // 0 if the system does not report it
}

// ControlConn is a connection of the control channel. ControlListener.Accept has checked that its peer may use the
// folder; on a loopback port, the caller must check the token of each request.
type ControlConn struct {
	net.Conn
	Peer Peer
}

// SyscallConn returns the raw connection, so that code that needs the file descriptor works with a ControlConn.
func (c *ControlConn) SyscallConn() (syscall.RawConn, error) {
	if raw, ok := c.Conn.(syscall.Conn); ok {
		return raw.SyscallConn()
	}
	return nil, errors.ErrUnsupported
}

// ControlListener accepts the connections of a data folder's control channel. It is a net.Listener for an HTTP server.
//
// It listens on a Unix socket in the folder, which only the owner of the folder and root can open. If the system or the
// file system has no such sockets, it listens on a loopback port instead and writes a random token into a file that
// only the owner can read.
//
// Only the process that holds the folder's lock may create one, because it removes the files of a server that crashed.
// Its methods may be used from many goroutines.
type ControlListener struct {
	folder  string
	refused func(err error) // called for each peer that is refused

	mu     sync.Mutex // guards the fields below, which Restore replaces
	token  string     // "" for a socket
	inner  net.Listener
	path   string      // the socket or the port file
	file   fs.FileInfo // identifies what this listener created at path
	closed bool
}

// ListenControl opens the control channel of a data folder. It fails if a file that it needs to replace is a link or
// belongs to another user. refused is called for each connection that is closed because its peer may not use the
// folder, from the goroutine that calls Accept.
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

// open listens on the socket, or on a loopback port if that fails. The caller holds the lock, or is the only user.
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

// removeStale removes the socket or port file of a server that has ended. It fails if the name is taken by anything
// else, such as a link.
func removeStale(folder, name string) error {
	path := filepath.Join(folder, name)
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("inspect the control channel: %w", err)
	}
	dir, err := os.Stat(folder)
	if err != nil {
		return fmt.Errorf("inspect the data folder: %w", err)
	}
	if err := refuseControl(path, info, owner(dir)); err != nil {
		return err
	}
	return os.Remove(path)
}

// refuseControl returns an error unless path is a socket or, for PortName, a regular file, of the folder's owner, of
// this user or, for a socket, of root.
func refuseControl(path string, info fs.FileInfo, folder ownership) error {
	if filepath.Base(path) == SocketName && info.Mode()&fs.ModeSocket != 0 {
		who := owner(info)
		if who.known && folder.known && who.uid != folder.uid && who.uid != self() && who.uid != root {
			return fmt.Errorf("%s belongs to the user with id %d, who does not own the data folder: remove it",
				path, who.uid)
		}
		return nil
	}
	if filepath.Base(path) == SocketName && info.Mode().IsRegular() {
		return fmt.Errorf("%s is a file, but the server needs the path for its control channel: move it away", path)
	}
	return refuse(path, info, folder)
}

// listenSocket listens on a Unix socket at path with mode 0600, and returns the listener and the identity of the
// socket's file. No other user can connect before the mode is set, because the folder has mode 0700.
func listenSocket(path string) (net.Listener, fs.FileInfo, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, nil, err
	}
	if !hasPeers || len(absolute) > maxSocketPath { // commands may use the absolute path, which must fit, too
		return nil, nil, errors.ErrUnsupported
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, nil, err
	}
	l.SetUnlinkOnClose(false) // the path may belong to another listener by then: see Close
	err = chmod(path, fileMode, os.Lstat)
	info, seen := os.Lstat(path)
	if err = errors.Join(err, seen); err == nil && info.Mode()&fs.ModeSocket == 0 {
		err = fmt.Errorf("%s is not a socket", path)
	}
	if err != nil {
		_ = os.Remove(path)
		return nil, nil, errors.Join(err, l.Close())
	}
	return l, info, nil
}

// listenPort listens on a loopback port and writes the port with a new token into a file that only the owner can read.
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

// writePort creates the port file and returns its identity.
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

// Token returns the token that each request must carry. It is "" for a socket, where the kernel identifies the peer.
func (c *ControlListener) Token() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.token
}

// Addr returns the address of the socket or of the port.
func (c *ControlListener) Addr() net.Addr { return c.current().Addr() }

// current returns the listener that is in use, which Restore may replace at any time.
func (c *ControlListener) current() net.Listener {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.inner
}

// Accept returns the next connection whose peer may use the folder, a *ControlConn. Connections of other peers are
// closed before anything is read from them.
func (c *ControlListener) Accept() (net.Conn, error) {
	for {
		inner := c.current()
		conn, err := inner.Accept()
		if err != nil {
			if c.current() != inner { // Restore has replaced and closed it
				continue
			}
			return nil, err
		}
		peer, err := admitPeer(conn)
		if err != nil {
			_ = conn.Close() // an error would change nothing
			c.refused(err)
			continue
		}
		return &ControlConn{Conn: conn, Peer: peer}, nil
	}
}

// admitPeer returns the process at the other end of conn. It fails if that process runs as another user than this one,
// except root. On a loopback port it admits everybody: the token decides about each request.
func admitPeer(conn net.Conn) (Peer, error) {
	unix, ok := conn.(*net.UnixConn)
	if !ok {
		return Peer{}, nil
	}
	peer, err := peerOf(unix)
	if err != nil {
		return Peer{}, fmt.Errorf("identify the connected user: %w", err)
	}
	if peer.UID != self() && peer.UID != root {
		return Peer{}, fmt.Errorf("the user with id %d may not use this data folder", peer.UID)
	}
	return peer, nil
}

// Restore creates the socket or port file again if it was removed or replaced, for example by a program that cleans up
// temporary files, and reports whether it did. folder is the open data folder: if another folder is at its path now,
// Restore does nothing. The server calls it periodically.
func (c *ControlListener) Restore(folder *os.File) (restored bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.intact() || !Same(folder, c.folder, os.Stat) {
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

// intact reports whether the file that was created for this listener is still at its path.
func (c *ControlListener) intact() bool {
	there, err := os.Lstat(c.path)
	return err == nil && os.SameFile(c.file, there)
}

// Close stops listening and removes the socket or port file, unless another process has replaced it. A second call
// returns net.ErrClosed.
func (c *ControlListener) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	c.closed = true
	var err error
	if c.intact() {
		err = os.Remove(c.path)
	}
	return errors.Join(err, c.inner.Close())
}
