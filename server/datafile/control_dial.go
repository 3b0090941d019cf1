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

// DialControl connects to the control channel of a data folder. token is what each request must carry, "" if
// none is needed. It fails with fs.ErrNotExist if no server has a channel there, and refuses links and what
// belongs to others.
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
	conn, err = (&net.Dialer{}).DialContext(ctx, "unix", shorter(path))
	if err != nil {
		return nil, "", err
	}
	if err := trustServer(conn, owner(dir)); err != nil {
		return nil, "", errors.Join(err, conn.Close())
	}
	return conn, "", nil
}

// shorter returns another name of path where it is too long for a socket, if there is a shorter one.
func shorter(path string) string {
	if len(path) <= maxSocketPath {
		return path
	}
	if whole, err := filepath.EvalSymlinks(path); err == nil {
		if whole, err = filepath.Abs(whole); err == nil && len(whole) < len(path) {
			return whole
		}
	}
	return path
}

// trustServer returns an error if the process that listens is neither the folder's owner nor root, nor this user.
func trustServer(conn net.Conn, folder user) error {
	unix, ok := conn.(*net.UnixConn)
	if !ok || !hasPeers {
		return nil
	}
	peer, err := peerOf(unix)
	if err != nil {
		return fmt.Errorf("read who listens: %w", err)
	}
	if peer.UID != self() && peer.UID != root && (!folder.known || peer.UID != folder.uid) {
		return fmt.Errorf(
			"the user with id %d listens at the control channel, and does not own the data folder",
			peer.UID,
		)
	}
	return nil
}

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
		return nil, "", fmt.Errorf("%s names no port of this machine", path)
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", port.Address)
	return conn, port.Token, err
}
