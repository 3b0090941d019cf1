//go:build !linux && !darwin && !freebsd

package datafile

import (
	"errors"
	"net"
)

// hasPeers says that the system does not report who is at the other end of a Unix socket. The control channel is then
// always a loopback port with a token.
const hasPeers = false

// maxSocketPath is not used: there are no sockets here.
const maxSocketPath = 0

// peerOf is never called, because hasPeers is false.
func peerOf(*net.UnixConn) (Peer, error) { return Peer{}, errors.ErrUnsupported }
