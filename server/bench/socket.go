//go:build linux

package main

import (
	"fmt"
	"net/netip"
	"syscall"
	"time"
	"unsafe"
)

// dial opens a blocking TCP connection without Nagle's delay. Raw sockets keep the load cheap: on the same machine, CPU
// that the load uses is missing for the server.
func dial(addr string) (int, error) { return dialFrom("", addr) }

// dialFrom dials from the given loopback address, so that many connections do not reach the limits of one address.
func dialFrom(local, addr string) (int, error) {
	to, err := netip.ParseAddrPort(addr)
	if err != nil {
		return -1, err
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	err = syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
	if err == nil && local != "" {
		err = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: netip.MustParseAddr(local).As4()})
	}
	if err == nil {
		// A read that waits longer than requestTime fails, so a blocking socket cannot hang the run.
		limit := syscall.NsecToTimeval(int64(requestTime))
		err = syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &limit)
	}
	if err == nil {
		err = syscall.Connect(fd, &syscall.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()})
	}
	if err != nil {
		_ = syscall.Close(fd)
		return -1, fmt.Errorf("dial %s: %w", addr, err)
	}
	return fd, nil
}

// watch makes a socket non-blocking and registers it with epoll. Its events carry id, the index in the caller's slice.
func watch(epoll, fd, id int) error {
	if err := syscall.SetNonblock(fd, true); err != nil {
		return err
	}
	return syscall.EpollCtl(epoll, syscall.EPOLL_CTL_ADD, fd,
		&syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP, Fd: int32(id)})
}

// discard removes up to n received bytes from a socket without copying them to user space (MSG_TRUNC, see tcp(7)). It
// returns how many there were.
func discard(fd int, n int) (int, error) {
	room := scratch[:min(n, len(scratch))]
	got, _, errno := syscall.RawSyscall6(syscall.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&room[0])),
		uintptr(len(room)),
		syscall.MSG_TRUNC, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(got), nil
}

// scratch only gives discard a valid address and length. Nothing is written to it, so all threads can share it.
var scratch = make([]byte, 1<<20)

// sleepThread sleeps with a system call on the current thread. The Go runtime's own timers can be a millisecond late
// when the process is idle, which is as long as what is measured.
func sleepThread(d time.Duration) {
	if d <= 0 {
		return
	}
	t := syscall.NsecToTimespec(int64(d))
	_ = syscall.Nanosleep(&t, nil)
}
