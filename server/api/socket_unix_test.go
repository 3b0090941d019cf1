//go:build unix

package api

import (
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// watchedConn is a file descriptor in the role of a raw connection. It records when Write should wait, instead
// of waiting.
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

// TestSendDoesNotBlockOnAFullSocket sends to a client that does not read, until the buffer is full and longer.
// Each call returns the rest, does not ask the poller to wait, and does not sleep: in the bubble of synctest
// the clock moves only when all goroutines are blocked.
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
			t.Errorf("Send slept for %v and asked to wait %d times", waited, conn.waits)
		}
	})
}
