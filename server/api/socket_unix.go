//go:build unix

package api

import (
	"errors"
	"syscall"
)

// writeNow writes what the kernel takes without waiting, and returns how much that was.
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
