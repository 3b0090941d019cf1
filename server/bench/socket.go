//go:build linux

package main

import (
	"fmt"
	"net/netip"
	"syscall"
	"time"
	"unsafe"
)

// dial opens a blocking TCP socket with Nagle's delay off. Raw sockets keep the load cheap: what the load costs, the
// server on the same machine cannot have.
func dial(addr string) (int, error) { return dialFrom("", addr) }

// dialFrom dials from a loopback address of its own, so that limits by address do not see one giant client.
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

// watch adds a socket, from now on non-blocking, to an epoll under the number id.
func watch(epoll, fd, id int) error {
	if err := syscall.SetNonblock(fd, true); err != nil {
		return err
	}
	return syscall.EpollCtl(epoll, syscall.EPOLL_CTL_ADD, fd,
		&syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP, Fd: int32(id)})
}

// discard takes up to n received bytes from a socket without copying them (tcp(7), MSG_TRUNC).
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

// scratch only lends discard a length: nothing is written there.
var scratch = make([]byte, 1<<20)

// nap sleeps on the thread itself: the runtime's timers are a millisecond late when it is idle.
func nap(d time.Duration) {
	if d <= 0 {
		return
	}
	t := syscall.NsecToTimespec(int64(d))
	_ = syscall.Nanosleep(&t, nil)
}
