//go:build unix

package api

import (
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// watchedConn is a file descriptor as the network poller would hold it. It does not wait where it is asked to, but
// says so.
type watchedConn struct {
	syscall.RawConn
	fd    int
	waits int
}

func (c *watchedConn) Write(try func(fd uintptr) bool) error {
	if !try(uintptr(c.fd)) {
		c.waits++
	}
	return nil
}

// TestSendDoesNotBlockOnAFullSocket sends to a far end that does not read until nothing goes any more, and then again
// and
// again: each call gives back what did not go, asks nobody to wait, and does not sleep. The clock moves only when
// everybody waits.
func TestSendDoesNotBlockOnAFullSocket(t *testing.T) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	check(t, err)
	defer syscall.Close(pair[0])
	defer syscall.Close(pair[1])
	check(t, syscall.SetNonblock(pair[0], true))
	synctest.Test(t, func(t *testing.T) {
		conn := &watchedConn{fd: pair[0]}
		s := &socket{raw: conn}
		message := make([]byte, 64<<10)
		began, full := time.Now(), 0
		for range 1000 {
			rest, err := s.Send(message)
			check(t, err)
			if len(rest) == len(message) {
				full++
			}
			if s.partial != (len(rest) > 0) {
				t.Fatalf("%d bytes are left, partial is %v", len(rest), s.partial)
			}
		}
		if full < 500 {
			t.Fatalf("the socket was full only %d times", full)
		}
		if waited := time.Since(began); waited != 0 || conn.waits != 0 {
			t.Errorf("it slept for %v and wanted to wait %d times", waited, conn.waits)
		}
	})
}
