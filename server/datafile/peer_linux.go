package datafile

import (
	"net"

	"golang.org/x/sys/unix"
)

// hasPeers says that the kernel reports which process is at the other end of a Unix socket.
const hasPeers = true

// maxSocketPath is the longest path of a Unix socket, in bytes: sun_path without its final zero.
const maxSocketPath = 107

// peerOf returns the process at the other end, as of the time when it connected or began to listen.
func peerOf(conn *net.UnixConn) (Peer, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return Peer{}, err
	}
	var found *unix.Ucred
	var failed error
	if err := raw.Control(func(fd uintptr) {
		found, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); err != nil {
		return Peer{}, err
	}
	if failed != nil {
		return Peer{}, failed
	}
	return Peer{Known: true, UID: int(found.Uid), PID: int(found.Pid)}, nil
}
