package datafile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
)

// DialControl connects to the control channel of a data folder. Each request must carry token, unless it is "". It
// fails with fs.ErrNotExist if no server has a channel there. It also fails if the socket or port file is a link or
// belongs to another user, or if another user listens at the socket: a command must not send secrets there.
func DialControl(ctx context.Context, folder string) (conn net.Conn, token string, err error) {
	dir, err := os.Stat(folder)
	if err != nil {
		return nil, "", err
	}
	path := filepath.Join(folder, SocketName)
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return dialPort(ctx, filepath.Join(folder, PortName))
	}
	if err == nil {
		err = refuseControl(path, info, owner(dir))
	}
	if err != nil {
		return nil, "", err
	}
	conn, err = (&net.Dialer{}).DialContext(ctx, "unix", shortenSocketPath(path))
	if err != nil {
		return nil, "", err
	}
	if err := trustServer(conn, owner(dir)); err != nil {
		return nil, "", errors.Join(err, conn.Close())
	}
	return conn, "", nil
}

// shortenSocketPath returns path without its symbolic links and dots if it is too long for the address of a Unix socket
// and that makes it shorter. The kernel limits such an address to about 100 bytes.
func shortenSocketPath(path string) string {
	if len(path) <= maxSocketPath {
		return path
	}
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		if resolved, err = filepath.Abs(resolved); err == nil && len(resolved) < len(path) {
			return resolved
		}
	}
	return path
}

// trustServer returns an error unless the process that listens runs as the folder's owner, as this user, or as root.
func trustServer(conn net.Conn, folder ownership) error {
	unix, ok := conn.(*net.UnixConn)
	if !ok || !hasPeers {
		return nil
	}
	peer, err := peerOf(unix)
	if err != nil {
		return fmt.Errorf("identify the listening user: %w", err)
	}
	if peer.UID != self() && peer.UID != root && (!folder.known || peer.UID != folder.uid) {
		return fmt.Errorf("the user with id %d listens on the control channel but does not own the data folder",
			peer.UID)
	}
	return nil
}

// dialPort reads the port file at path, connects to the port, and returns the token with the connection. It fails if
// the file names an address that is not a loopback address.
func dialPort(ctx context.Context, path string) (net.Conn, string, error) {
	f, err := Open(path, os.O_RDONLY)
	if err != nil {
		return nil, "", err
	}
	text, err := io.ReadAll(io.LimitReader(f, 4096))
	var port loopbackPort
	if err = errors.Join(err, f.Close()); err == nil {
		err = json.Unmarshal(text, &port)
	}
	if err != nil {
		return nil, "", fmt.Errorf("read %s: %w", path, err)
	}
	if host, _, err := net.SplitHostPort(port.Address); err != nil || !net.ParseIP(host).IsLoopback() {
		return nil, "", fmt.Errorf("%s does not contain a loopback address with a port", path)
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", port.Address)
	return conn, port.Token, err
}
