//go:build unix

package api

import (
	"errors"
	"syscall"
)

// writeNow writes as much of b as fits into the send buffer of the socket, and returns how many bytes that
// were. It never blocks: net sets its sockets to non-blocking mode, and the function passed to raw.Write
// returns true even if the buffer is full, so that raw.Write does not wait. A full buffer is not an error.
func writeNow(raw syscall.RawConn, b []byte) (n int, err error) {
	var wrote error
	err = raw.Write(func(fd uintptr) bool {
		for {
			n, wrote = syscall.Write(int(fd), b)
			if !errors.Is(wrote, syscall.EINTR) {
				return true
			}
		}
	})
	if errors.Is(wrote, syscall.EAGAIN) {
		wrote = nil
	}
	return max(n, 0), errors.Join(err, wrote)
}
