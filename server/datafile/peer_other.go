//go:build !linux && !darwin && !freebsd

package datafile

import (
	"errors"
	"net"
)

// hasPeers is false where the system does not tell who is at the other end of a Unix socket: the control channel is
// then a loopback port with a token.
const hasPeers = false

// maxSocketPath is not used here.
const maxSocketPath = 0

func peerOf(*net.UnixConn) (Peer, error) { return Peer{}, errors.ErrUnsupported }
